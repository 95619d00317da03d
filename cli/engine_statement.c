/*
 * engine_statement.c
 *		A statement that cannot run in a transaction: the intent and what its
 *		effect looked like before are committed, then it goes alone, then its
 *		effect is compared and the result committed.
 */
#include "postgres_fe.h"

#include "assess.h"
#include "engine.h"
#include "interrupt.h"
#include "ledger.h"
#include "retry.h"
#include "session.h"

/*
 * As units of their own these are the CONCURRENTLY forms: they wait for old
 * transactions by design, and a lock_timeout would only leave a broken index.
 */
static bool
waits_by_design(const char *tag)
{
	static const char *const tags[] = {"CREATE INDEX", "DROP INDEX", "REINDEX", "ALTER TABLE",
	                                   NULL};

	for (int i = 0; tags[i] != NULL; i++)
		if (strcmp(tag, tags[i]) == 0)
			return true;
	return false;
}

/* Sets the statement's limits for the session, which has no transaction to keep them in. */
static bool
set_limits(SmWork *work, const SmUnit *unit)
{
	bool concurrent = waits_by_design(unit->statements[0].tag);
	char *text = psprintf("SET lock_timeout = %d; SET statement_timeout = %d",
	                      concurrent ? 0 : sm_engine_lock_timeout(work),
	                      concurrent ? work->run->config->concurrent_timeout
	                                 : sm_engine_statement_timeout(work));
	PGresult *result = sm_exchange_alone(work->run, text);
	bool done = PQresultStatus(result) == PGRES_COMMAND_OK;

	pg_free(text);
	PQclear(done ? result : work->run->failure);
	if (!done)
		work->run->failure = result;
	work->run->session.touched = true;
	return done;
}

/* The file's own limits, or the connection's, hold again. */
static void
restore_limits(SmRun *run)
{
	char *lock = run->session.lock_timeout < 0 ? pg_strdup("DEFAULT")
	                                           : psprintf("%d", run->session.lock_timeout);
	char *statement = run->session.statement_timeout < 0
	                      ? pg_strdup("DEFAULT")
	                      : psprintf("%d", run->session.statement_timeout);
	char *text = psprintf("SET lock_timeout = %s; SET statement_timeout = %s", lock, statement);

	PQclear(sm_exchange_alone(run, text));
	pg_free(text);
	pg_free(lock);
	pg_free(statement);
}

static bool
announce(SmWork *work, const SmUnit *unit, double waited)
{
	SmUnitKey key;
	char waited_text[32];
	PGresult *result;

	sm_engine_key(work, unit->number, &key);
	snprintf(waited_text, sizeof(waited_text), "%.3f", waited);
	key.values[5] = sm_engine_text(work->run, &unit->statements[0]);
	key.values[6] = waited_text;
	result = sm_ledger_call(work->run, "begin_statement(text,text,text,int4,text,text,float8)", 7,
	                        key.values);
	PQclear(result);
	return result != NULL;
}

/* Records the result: 1 completed, 0 failed, -1 the call failed. */
static int
conclude(SmWork *work, const SmUnit *unit, bool succeeded)
{
	SmUnitKey key;
	PGresult *result;
	int completed;

	sm_engine_key(work, unit->number, &key);
	key.values[5] = succeeded ? "true" : "false";
	key.values[6] = sm_engine_final(work, unit);
	result = sm_ledger_call(work->run, "finish_statement(text,text,text,int4,text,bool,bool)", 7,
	                        key.values);
	completed = result == NULL ? -1 : strcmp(PQgetvalue(result, 0, 0), "completed") == 0;
	PQclear(result);
	return completed;
}

static bool
is_lost(const SmRun *run)
{
	return PQstatus(run->conn->pg) != CONNECTION_OK;
}

static SmOutcome
refused(SmWork *work, SmUnit *unit)
{
	if (is_lost(work->run))
		return SM_OUTCOME_LOST;
	return sm_engine_fail(work, unit, NULL, 0);
}

/* What the catalog shows, as finish_statement() has put it down; NULL: nothing is known. */
static char *
evidence(const SmWork *work, const SmUnit *unit)
{
	SmRun *run = work->run;
	char *query = psprintf("SELECT u.error_message FROM %s.unit_state($1, ARRAY[$2]) u WHERE "
	                       "u.phase = $3 AND u.direction = $4 AND u.unit = $5::pg_catalog.int4",
	                       run->conn->schema);
	SmUnitKey key;
	PGresult *result;
	char *text = NULL;

	sm_engine_key(work, unit->number, &key);
	result = PQexecParams(
	    run->conn->pg, query, 5, NULL,
	    (const char *const[]){SM_TARGET, key.values[0], key.values[1], key.values[2], key.unit},
	    NULL, NULL, 0);
	if (PQntuples(result) == 1 && !PQgetisnull(result, 0, 0))
		text = pg_strdup(PQgetvalue(result, 0, 0));
	PQclear(result);
	pg_free(query);
	return text;
}

/* The ledger says that the effect is not there although the server saw no error. */
static SmOutcome
effect_missing(SmWork *work, SmUnit *unit)
{
	SmError error = {0};
	const SmStatement *statement = &unit->statements[0];

	error.what = "the statement ended without an error, but its effect is not there";
	error.migration = work->migration->id;
	error.file = sm_plan_path(work->plan, work->migration);
	error.line = statement->line;
	error.column = statement->column;
	error.why = evidence(work, unit);
	error.next = "Take what is in its way out of it (an invalid index: DROP INDEX CONCURRENTLY), "
	             "then `summit-migrate apply` runs it again.";
	error.code = SM_EXIT_FAILED;
	sm_report_error(&work->run->report, &error);
	return SM_OUTCOME_FAILED;
}

/* The statement failed with run->failure; true: try it again. */
static bool
failed(SmWork *work, SmUnit *unit, int attempt, double started, SmOutcome *outcome)
{
	SmRun *run = work->run;
	PGresult *failure = run->failure;
	const char *sqlstate = PQresultErrorField(failure, PG_DIAG_SQLSTATE);
	bool again;

	/* the catalog may say that it succeeded all the same */
	run->failure = NULL;
	if (conclude(work, unit, false) == 1)
	{
		PQclear(failure);
		*outcome = SM_OUTCOME_DONE;
		return false;
	}
	sm_ledger_warn(run, "the failure could not be recorded in the ledger");
	sm_engine_name_holders(work, &unit->statements[0], sqlstate);
	again = sqlstate != NULL && !sm_interrupt_pending() &&
	        sm_retry_wait(run, sqlstate, attempt, started);
	run->failure = again ? NULL : failure;
	if (again)
		PQclear(failure);
	else
		*outcome = sm_engine_fail(work, unit, &unit->statements[0], 0);
	return again;
}

/* Runs the announced statement: true when the server has no error; else run->failure. */
static bool
run_statement(SmRun *run, const SmUnit *unit)
{
	PGresult *result = sm_exchange_alone(run, sm_engine_text(run, &unit->statements[0]));
	ExecStatusType status = PQresultStatus(result);

	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
	{
		PQclear(result);
		return true;
	}
	PQclear(run->failure);
	run->failure = result;
	return false;
}

SmOutcome
sm_engine_statement(SmWork *work, SmUnit *unit)
{
	SmRun *run = work->run;
	double started = sm_clock();
	SmOutcome outcome = SM_OUTCOME_DONE;
	bool assess = sm_assess_wanted(work, unit) && sm_assess_prepare(work);

	for (int attempt = 0;; attempt++)
	{
		bool succeeded;

		if (!sm_session_look(run) ||
		    !announce(work, unit, attempt == 0 ? 0 : sm_clock() - started) ||
		    !set_limits(work, unit))
			return refused(work, unit);
		succeeded = run_statement(run, unit);
		if (is_lost(run))
			return SM_OUTCOME_LOST;
		restore_limits(run);
		if (succeeded)
			break;
		if (!failed(work, unit, attempt, started, &outcome))
			return outcome;
	}
	sm_session_note(run, unit);
	switch (conclude(work, unit, true))
	{
		case 1:
			sm_engine_record_wait(work, unit);
			if (assess)
				sm_assess_afterwards(work, unit);
			else
				sm_assess_done(work, unit, NULL);
			return SM_OUTCOME_DONE;
		case 0:
			return effect_missing(work, unit);
		default:
			return refused(work, unit);
	}
}
