/*
 * engine.c
 *		What all kinds of units have in common: limits, names in the ledger, and
 *		what becomes of an error.
 */
#include "postgres_fe.h"

#include "engine.h"
#include "interrupt.h"
#include "ledger.h"
#include "retry.h"
#include "session.h"
#include "source_text.h"
#include "watch.h"

SmOutcome
sm_engine_unit(SmWork *work, SmUnit *unit)
{
	sm_watch_start(work->run, sm_engine_lock_timeout(work));
	switch (unit->kind)
	{
		case SM_UNIT_STATEMENT:
			return sm_engine_statement(work, unit);
		case SM_UNIT_BATCH:
			return sm_engine_batch(work, unit);
		default:
			return sm_engine_transaction(work, unit);
	}
}

void
sm_engine_key(const SmWork *work, int unit, SmUnitKey *key)
{
	snprintf(key->unit, sizeof(key->unit), "%d", unit);
	key->values[0] = work->migration->id;
	key->values[1] = sm_plan_phase_text(work->phase);
	key->values[2] = work->direction;
	key->values[3] = key->unit;
	key->values[4] = SM_TARGET;
}

/* What the file has SET wins over its header, that over the configuration. */
int
sm_engine_lock_timeout(const SmWork *work)
{
	if (work->run->session.lock_timeout >= 0)
		return work->run->session.lock_timeout;
	return work->migration->lock_timeout >= 0 ? work->migration->lock_timeout
	                                          : work->run->config->lock_timeout;
}

int
sm_engine_statement_timeout(const SmWork *work)
{
	if (work->run->session.statement_timeout >= 0)
		return work->run->session.statement_timeout;
	return work->migration->statement_timeout >= 0 ? work->migration->statement_timeout
	                                               : work->run->config->statement_timeout;
}

const char *
sm_engine_final(const SmWork *work, const SmUnit *unit)
{
	return work->completes && unit->number == work->content->nunits ? "true" : "false";
}

const char *
sm_engine_text(SmRun *run, const SmStatement *statement)
{
	if (run->scratch_size <= statement->length)
	{
		run->scratch_size = Max(4096, statement->length * 2 + 1);
		pg_free(run->scratch);
		run->scratch = pg_malloc(run->scratch_size);
	}
	memcpy(run->scratch, statement->text, statement->length);
	run->scratch[statement->length] = '\0';
	return run->scratch;
}

/* ---- failures ---- */

/* Where in the file the server's error is; position: in characters of the file. */
static void
locate(const SmWork *work, const SmUnit *unit, const SmStatement *statement, SmError *error,
       int *position)
{
	const char *said = PQresultErrorField(work->run->failure, PG_DIAG_STATEMENT_POSITION);
	int inside = said == NULL ? 1 : Max(1, atoi(said));
	int line;
	int column;

	*position = 0;
	error->migration = work->migration->id;
	error->file = sm_plan_path(work->plan, work->migration);
	error->line = unit->line;
	if (statement == NULL)
		return;
	sm_source_text_place(statement->text,
	                     sm_source_text_offset(statement->text, statement->length, inside - 1),
	                     &line, &column);
	error->line = statement->line + line - 1;
	error->column = line == 1 ? statement->column + column - 1 : column;
	*position = statement->position + inside - 1;
}

static void
record_failure(SmWork *work, SmUnit *unit, const SmError *error, int position, double waited)
{
	SmUnitKey key;
	char position_text[16];
	char waited_text[32];

	sm_engine_key(work, unit->number, &key);
	snprintf(position_text, sizeof(position_text), "%d", position);
	snprintf(waited_text, sizeof(waited_text), "%.3f", waited);
	key.values[5] = unit->kind == SM_UNIT_STATEMENT ? "false" : "true";
	key.values[6] = error->sqlstate;
	key.values[7] = error->what;
	key.values[8] = position > 0 ? position_text : NULL;
	key.values[9] = waited_text;
	PQclear(sm_ledger_call(work->run,
	                       "fail_unit(text,text,text,int4,text,bool,text,text,int4,"
	                       "float8)",
	                       10, key.values));
	sm_ledger_warn(work->run, "the failure could not be recorded in the ledger");
}

/* What helps with an error that the server has no hint for. */
static const char *
advice(const SmWork *work, const SmError *error)
{
	if (error->sqlstate != NULL && strcmp(error->sqlstate, "55P03") == 0)
		return "Run it again when the lock is free, or with a longer --lock-wait.";
	return work->down
	           ? psprintf("Mend the undo, then `summit-migrate rollback %s` goes on with it.",
	                      work->migration->id)
	           : "Mend the file and run `summit-migrate apply` again; what is completed is "
	             "not run twice.";
}

static const char *
interrupted(const SmWork *work)
{
	return work->down
	           ? psprintf("It was interrupted; `summit-migrate rollback %s` goes on from here.",
	                      work->migration->id)
	           : "It was interrupted; `summit-migrate apply` goes on from here.";
}

static const char *
with_blockers(const SmRun *run, const SmError *error)
{
	if (error->why != NULL || run->watch.blockers == NULL || error->sqlstate == NULL ||
	    strcmp(error->sqlstate, "55P03") != 0)
		return error->why;
	return psprintf("the lock is held by %s", run->watch.blockers);
}

/* Records and reports an error whose place is known. */
static SmOutcome
end_unit(SmWork *work, SmUnit *unit, SmError *error, int position, double waited)
{
	SmRun *run = work->run;

	if (error->next == NULL)
		error->next = advice(work, error);
	if (error->code != SM_EXIT_REFUSED)
		error->code = SM_EXIT_FAILED;
	if (!sm_session_close(run))
		sm_ledger_warn(run, "the session could not be reset");
	record_failure(work, unit, error, position, waited);
	if (sm_interrupt_pending())
		error->next = interrupted(work);
	sm_report_error(&run->report, error);
	if (sm_interrupt_pending())
		return SM_OUTCOME_INTERRUPTED;
	return error->code == SM_EXIT_REFUSED ? SM_OUTCOME_REFUSED : SM_OUTCOME_FAILED;
}

SmOutcome
sm_engine_fail(SmWork *work, SmUnit *unit, const SmStatement *statement, double waited)
{
	SmRun *run = work->run;
	SmError error = {0};
	int position;

	sm_error_from_result(&error, run->failure, run->conn->pg);
	locate(work, unit, statement, &error, &position);
	error.why = with_blockers(run, &error);
	PQclear(run->failure);
	run->failure = NULL;
	return end_unit(work, unit, &error, position, waited);
}

SmOutcome
sm_engine_refuse(SmWork *work, SmUnit *unit, SmError *error)
{
	const SmStatement *statement = &unit->statements[0];

	error->migration = work->migration->id;
	error->file = sm_plan_path(work->plan, work->migration);
	error->line = statement->line;
	error->column = statement->column;
	return end_unit(work, unit, error, statement->position, 0);
}

void
sm_engine_name_holders(SmWork *work, const SmStatement *statement, const char *sqlstate)
{
	if (sqlstate != NULL && strcmp(sqlstate, "55P03") == 0 && !sm_interrupt_pending())
		sm_watch_name_holders(work->run, statement);
}

/* The session was ended from outside: by an administrator, or with its server. */
static SmOutcome
lost_outcome(SmExchange *exchange)
{
	const char *sqlstate =
	    exchange->error ? PQresultErrorField(exchange->error, PG_DIAG_SQLSTATE) : NULL;

	if (sqlstate != NULL && strcmp(sqlstate, "57P01") == 0)
		return SM_OUTCOME_TERMINATED;
	return SM_OUTCOME_LOST;
}

bool
sm_engine_failed(SmWork *work, SmUnit *unit, SmExchange *exchange, int attempt, double started,
                 SmOutcome *outcome)
{
	SmRun *run = work->run;
	const char *sqlstate;
	bool again;

	if (exchange->lost || exchange->error == NULL)
	{
		*outcome = lost_outcome(exchange);
		return false;
	}
	sqlstate = PQresultErrorField(exchange->error, PG_DIAG_SQLSTATE);
	if (exchange->failed.part == SM_PART_STATEMENT)
		sm_engine_name_holders(work, &unit->statements[exchange->failed.index], sqlstate);
	again = !sm_interrupt_pending() && sm_retry_wait(run, sqlstate, attempt, started);
	if (!again)
	{
		const SmStatement *statement = exchange->failed.part == SM_PART_STATEMENT
		                                   ? &unit->statements[exchange->failed.index]
		                                   : NULL;

		PQclear(run->failure);
		run->failure = exchange->error;
		exchange->error = NULL;
		*outcome = sm_engine_fail(work, unit, statement, sm_clock() - started);
	}
	return again;
}

void
sm_engine_record_wait(SmWork *work, SmUnit *unit)
{
	SmWatch *watch = &work->run->watch;
	SmUnitKey key;
	char waited[32];

	if (watch->waited + watch->wait_start <= 0)
		return;
	snprintf(waited, sizeof(waited), "%.3f", watch->waited + watch->wait_start);
	sm_engine_key(work, unit->number, &key);
	key.values[5] = waited;
	PQclear(sm_ledger_call(work->run, "record_lock_wait(text,text,text,int4,text,float8)", 6,
	                       key.values));
	sm_ledger_warn(work->run, "the time of the lock wait could not be recorded");
}
