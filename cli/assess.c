/*
 * assess.c
 *		Asks the server, in a unit's transaction, what the unit has done to the
 *		schema, and compares that with the file's header.  The server compares;
 *		this file knows from which snapshot, and what to make of the answer.
 */
#include "postgres_fe.h"

#include "assess.h"
#include "ledger.h"

#define UNDERSTATED "23514" /* check_violation */
#define SIGNATURE "assess_change(text,text,int4,bool)"

/* Statements of these kinds leave the schema as it is. */
static bool
leaves_schema(const char *tag)
{
	static const char *const harmless[] = {"INSERT", "UPDATE", "DELETE",     "MERGE", "SELECT",
	                                       "SET",    "RESET",  "LOCK TABLE", NULL};

	for (int i = 0; harmless[i] != NULL; i++)
		if (strcmp(tag, harmless[i]) == 0)
			return true;
	return false;
}

static bool
may_change_schema(const SmUnit *unit)
{
	for (int i = 0; i < unit->nstatements; i++)
		if (!leaves_schema(unit->statements[i].tag))
			return true;
	return false;
}

bool
sm_assess_wanted(const SmWork *work, const SmUnit *unit)
{
	return !work->down && !work->run->rehearses && work->run->keeps_expected &&
	       work->migration->version != NULL && may_change_schema(unit);
}

static bool
take_latest(SmRun *run)
{
	const char *values[] = {SM_TARGET, "{\"moment\": \"between\"}"};
	PGresult *result;

	if (run->latest_snapshot != NULL)
		return true;
	result = sm_ledger_call(run, "take_schema_snapshot(text,jsonb)", 2, values);
	if (result != NULL)
		run->latest_snapshot = pg_strdup(PQgetvalue(result, 0, 0));
	sm_ledger_warn(run, "the version bump is not checked: the snapshot could not be taken");
	PQclear(result);
	return run->latest_snapshot != NULL;
}

/*
 * What counts is what the migration does in this run, not each unit by itself:
 * to drop what an earlier unit has made takes nothing away from anybody.
 */
bool
sm_assess_prepare(SmWork *work)
{
	SmRun *run = work->run;

	if (run->assessed == work->migration)
		return true;
	if (!take_latest(run))
		return false;
	run->assessed = work->migration;
	pg_free(run->assessed_from);
	run->assessed_from = pg_strdup(run->latest_snapshot);
	return true;
}

static void
fill_values(const SmWork *work, const char **values)
{
	values[0] = work->migration->id;
	values[1] = sm_plan_phase_text(work->phase);
	values[2] = work->run->assessed_from;
	values[3] = work->run->allow_understated ? "true" : "false";
}

void
sm_assess_queue(SmExchange *exchange, SmWork *work)
{
	const char *values[4];
	char *text = sm_conn_call_text(work->run->conn, SIGNATURE);

	fill_values(work, values);
	sm_exchange_query(exchange, SM_PART_ASSESS, 0, text, lengthof(values), values);
	sm_exchange_keep(exchange);
	pg_free(text);
}

void
sm_assess_done(SmWork *work, const SmUnit *unit, const SmExchange *exchange)
{
	SmRun *run = work->run;
	const PGresult *kept = exchange == NULL ? NULL : exchange->kept;

	if (kept == NULL && !may_change_schema(unit))
		return;
	pg_free(run->latest_snapshot);
	run->latest_snapshot = kept == NULL ? NULL : pg_strdup(PQgetvalue(kept, 0, 0));
}

/* ---- an understated bump ---- */

static bool
is_understated(const PGresult *result)
{
	const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	return sqlstate != NULL && strcmp(sqlstate, UNDERSTATED) == 0;
}

bool
sm_assess_refused(const SmExchange *exchange)
{
	return exchange->error != NULL && exchange->failed.part == SM_PART_ASSESS &&
	       is_understated(exchange->error);
}

SmOutcome
sm_assess_refuse(SmWork *work, SmUnit *unit, const SmExchange *exchange)
{
	SmError error = {0};

	sm_error_from_result(&error, exchange->error, exchange->pg);
	error.next = psprintf("%s%sapply --allow-understated-bump runs it as it is.",
	                      error.next == NULL ? "" : error.next, error.next == NULL ? "" : " ");
	error.code = SM_EXIT_REFUSED;
	return sm_engine_refuse(work, unit, &error);
}

/* Says what the header should have said. */
static void
warn_understated(SmWork *work, const SmUnit *unit)
{
	SmError error = {0};

	sm_error_from_result(&error, work->run->failure, work->run->conn->pg);
	error.migration = work->migration->id;
	error.file = sm_plan_path(work->plan, work->migration);
	error.line = unit->statements[0].line;
	error.column = unit->statements[0].column;
	error.code = SM_EXIT_DONE;
	sm_report_warning(&work->run->report, &error);
	PQclear(work->run->failure);
	work->run->failure = NULL;
}

void
sm_assess_afterwards(SmWork *work, const SmUnit *unit)
{
	SmRun *run = work->run;
	const char *values[4];
	PGresult *result;

	fill_values(work, values);
	result = sm_ledger_call(run, SIGNATURE, lengthof(values), values);
	pg_free(run->latest_snapshot);
	run->latest_snapshot = result == NULL ? NULL : pg_strdup(PQgetvalue(result, 0, 0));
	if (result == NULL && is_understated(run->failure))
		warn_understated(work, unit);
	sm_ledger_warn(run, "the version bump could not be checked");
	PQclear(result);
}
