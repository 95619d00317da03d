/*
 * recover.c
 *		Decides units in doubt by what the catalog proves, and ends undos that a
 *		crash has cut off: half undone, a migration can go nowhere else.
 */
#include "postgres_fe.h"

#include "engine.h"
#include "interrupt.h"
#include "ledger.h"
#include "recover.h"
#include "retry.h"
#include "undo.h"

#define BUSY_WAIT_MS 60000 /* for a backend whose client is gone */

typedef struct Doubt
{
	SmRun *run;
	SmPlan *plan;
	const PGresult *rows;
	int row;
	bool *acted;
} Doubt;

PGresult *
sm_recover_list(SmConn *conn)
{
	char *query = psprintf("SELECT migration_id, phase, direction, unit, statement, started_at, "
	                       "pid, backend_alive, outcome, coalesce(detail, ''), cleanup "
	                       "FROM %s.units_in_doubt($1::pg_catalog.text)",
	                       conn->schema);
	const char *values[1] = {SM_TARGET};
	PGresult *rows = sm_conn_query(conn, query, 1, values);

	pg_free(query);
	return rows;
}

static const char *
value_of(const Doubt *doubt, int column)
{
	return PQgetvalue(doubt->rows, doubt->row, column);
}

static void
say(Doubt *doubt, const char *outcome)
{
	sm_report_recovered(&doubt->run->report, value_of(doubt, SM_DOUBT_MIGRATION),
	                    value_of(doubt, SM_DOUBT_PHASE), atoi(value_of(doubt, SM_DOUBT_UNIT)),
	                    outcome, value_of(doubt, SM_DOUBT_DETAIL));
}

/* The server refused what recovery wanted of it. */
static SmOutcome
refused(Doubt *doubt)
{
	SmError error = {0};

	if (PQstatus(doubt->run->conn->pg) != CONNECTION_OK)
		return SM_OUTCOME_LOST;
	sm_error_from_result(&error, doubt->run->failure, doubt->run->conn->pg);
	error.migration = value_of(doubt, SM_DOUBT_MIGRATION);
	error.code = SM_EXIT_FAILED;
	sm_report_error(&doubt->run->report, &error);
	return SM_OUTCOME_FAILED;
}

/* Ends the unit in the ledger; whether its phase is complete is seen when it is planned again. */
static SmOutcome
conclude(Doubt *doubt, bool succeeded, const char *said)
{
	const char *values[] = {value_of(doubt, SM_DOUBT_MIGRATION),
	                        value_of(doubt, SM_DOUBT_PHASE),
	                        value_of(doubt, SM_DOUBT_DIRECTION),
	                        value_of(doubt, SM_DOUBT_UNIT),
	                        SM_TARGET,
	                        succeeded ? "true" : "false",
	                        "false"};
	PGresult *result = sm_ledger_call(
	    doubt->run, "finish_statement(text,text,text,int4,text,bool,bool)", 7, values);

	if (result == NULL)
		return refused(doubt);
	PQclear(result);
	say(doubt, said);
	*doubt->acted = true;
	return SM_OUTCOME_DONE;
}

/* Takes away what a broken attempt has left, then the unit runs again. */
static SmOutcome
clean_up(Doubt *doubt)
{
	PGresult *result = sm_exchange_alone(doubt->run, value_of(doubt, SM_DOUBT_CLEANUP));
	ExecStatusType status = PQresultStatus(result);

	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
	{
		PQclear(result);
		say(doubt, "what it left was taken away, it runs again");
		return SM_OUTCOME_DONE;
	}
	PQclear(doubt->run->failure);
	doubt->run->failure = result;
	return refused(doubt);
}

/* The unit in the file, when the file still has it. */
static const SmUnit *
unit_of(const Doubt *doubt)
{
	const SmMigration *migration = sm_plan_find(doubt->plan, value_of(doubt, SM_DOUBT_MIGRATION));
	SmPhaseName phase = sm_plan_phase_value(value_of(doubt, SM_DOUBT_PHASE));
	bool down = strcmp(value_of(doubt, SM_DOUBT_DIRECTION), "down") == 0;
	int number = atoi(value_of(doubt, SM_DOUBT_UNIT));
	const SmPhase *content;

	if (migration == NULL || !migration->parsed || (!down && phase == SM_PHASE_ALL))
		return NULL;
	content = down ? &migration->down[phase] : &migration->up[phase];
	return number >= 1 && number <= content->nunits ? &content->units[number - 1] : NULL;
}

static SmOutcome
give_up(Doubt *doubt)
{
	SmError error = {0};
	const SmUnit *unit = unit_of(doubt);
	const char *id = value_of(doubt, SM_DOUBT_MIGRATION);
	const char *phase = value_of(doubt, SM_DOUBT_PHASE);
	const SmMigration *migration = sm_plan_find(doubt->plan, id);

	say(doubt, "unknown");
	error.what = psprintf("nothing proves whether unit %s of %s, phase %s, was done",
	                      value_of(doubt, SM_DOUBT_UNIT), id, phase);
	error.migration = id;
	error.file = migration ? sm_plan_path(doubt->plan, migration) : NULL;
	error.line = unit ? unit->line : 0;
	error.why = psprintf("it was interrupted in: %s", value_of(doubt, SM_DOUBT_STATEMENT));
	error.next = psprintf(
	    "Look in the database, then say what is true: summit-migrate repair %s --phase %s "
	    "--mark completed --reason \"…\" (or --mark rolled_back). A \"-- Done-When: query\" above "
	    "the statement lets the program tell by itself.",
	    id, phase);
	error.code = SM_EXIT_UNKNOWN;
	sm_report_error(&doubt->run->report, &error);
	return SM_OUTCOME_UNKNOWN;
}

/* Only the file's Done-When can tell. */
static SmOutcome
ask_file(Doubt *doubt)
{
	const SmUnit *unit = unit_of(doubt);
	int answer;

	if (unit == NULL || unit->done_when == NULL)
		return give_up(doubt);
	answer = sm_engine_ask(doubt->run, unit->done_when);
	if (answer < 0)
		return refused(doubt);
	return answer ? conclude(doubt, true, "done, says its Done-When")
	              : conclude(doubt, false, "not done, says its Done-When; it runs again");
}

static SmOutcome
finish_undo(Doubt *doubt)
{
	SmMigration *migration = sm_plan_find(doubt->plan, value_of(doubt, SM_DOUBT_MIGRATION));

	say(doubt, "its undo was cut off and is ended first");
	*doubt->acted = true;
	return sm_undo_finish(doubt->run, doubt->plan, migration,
	                      sm_plan_phase_value(value_of(doubt, SM_DOUBT_PHASE)));
}

static SmOutcome
decide(Doubt *doubt)
{
	const char *outcome = value_of(doubt, SM_DOUBT_OUTCOME);

	if (strcmp(outcome, "undo") == 0)
		return finish_undo(doubt);
	/* not in doubt, but waiting for somebody's word: the caller's affair */
	if (strcmp(outcome, "undo_failed") == 0)
		return SM_OUTCOME_DONE;
	if (strcmp(outcome, "completed") == 0)
		return conclude(doubt, true, "it was done");
	if (strcmp(outcome, "cleanup") == 0)
		return clean_up(doubt);
	if (strcmp(outcome, "unknown") == 0)
		return ask_file(doubt);
	/* begin_unit() and begin_statement() take up the other kinds by themselves */
	say(doubt, strcmp(outcome, "batch") == 0 ? "it goes on behind the last batch"
	                                         : "it was not done, it runs again");
	return SM_OUTCOME_DONE;
}

static bool
any_running(const PGresult *rows)
{
	for (int i = 0; i < PQntuples(rows); i++)
		if (strcmp(PQgetvalue(rows, i, SM_DOUBT_OUTCOME), "running") == 0)
			return true;
	return false;
}

/* The list, when no backend is still at work on any of it; NULL: one is, for too long. */
static PGresult *
settled_list(SmRun *run)
{
	double deadline = sm_clock() + Max(run->config->lock_wait, BUSY_WAIT_MS);
	PGresult *rows = sm_recover_list(run->conn);

	for (int attempt = 0; any_running(rows); attempt++)
	{
		PQclear(rows);
		if (sm_clock() >= deadline || !sm_interrupt_sleep(sm_retry_delay(run, attempt, 50, 1000)))
			return NULL;
		rows = sm_recover_list(run->conn);
	}
	return rows;
}

SmOutcome
sm_recover(SmRun *run, SmPlan *plan, bool *acted)
{
	Doubt doubt = {.run = run, .plan = plan, .acted = acted};
	PGresult *rows = settled_list(run);
	SmOutcome outcome = SM_OUTCOME_DONE;
	SmError error = {0};

	if (rows == NULL && sm_interrupt_pending())
		return SM_OUTCOME_INTERRUPTED;
	if (rows == NULL)
	{
		error.what = "the backend of an interrupted statement is still at work";
		error.next = "`summit-migrate repair` shows it; run again when it has ended.";
		error.code = SM_EXIT_UNKNOWN;
		sm_report_error(&run->report, &error);
		return SM_OUTCOME_UNKNOWN;
	}
	doubt.rows = rows;
	for (; doubt.row < PQntuples(rows) && outcome == SM_OUTCOME_DONE; doubt.row++)
		outcome = decide(&doubt);
	PQclear(rows);
	return outcome;
}
