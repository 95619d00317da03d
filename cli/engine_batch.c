/*
 * engine_batch.c
 *		A statement under "-- Batch:": walks over the table by its key, one
 *		transaction a batch, the last key done in the ledger in the same
 *		transaction, so that a kill repeats and skips nothing.
 */
#include "postgres_fe.h"

#include "engine.h"
#include "interrupt.h"
#include "ledger.h"
#include "output.h"
#include "progress.h"
#include "session.h"

/* How far a batched unit is. */
typedef struct Walk
{
	SmWork *work;
	SmUnit *unit;
	char *cursor; /* the last key done; NULL before the first */
	char *upper;  /* the last key of the batch under way; NULL: there is none */
	int batches;
} Walk;

static void
replace(char **field, char *value)
{
	pg_free(*field);
	*field = value;
}

static void
send_begin(SmExchange *exchange, Walk *walk, double waited)
{
	SmWork *work = walk->work;
	SmUnitKey key;
	char lock_timeout[16];
	char statement_timeout[16];
	char waited_text[32];

	sm_engine_key(work, walk->unit->number, &key);
	snprintf(lock_timeout, sizeof(lock_timeout), "%d", sm_engine_lock_timeout(work));
	snprintf(statement_timeout, sizeof(statement_timeout), "%d", sm_engine_statement_timeout(work));
	snprintf(waited_text, sizeof(waited_text), "%.3f", waited);
	key.values[5] = lock_timeout;
	key.values[6] = statement_timeout;
	key.values[7] = waited_text;
	key.values[8] = "";
	sm_ledger_queue(exchange, SM_PART_BEGIN, SM_LEDGER_BEGIN, NULL);
	if (sm_session_has_role(work->run))
		sm_session_leave_role(exchange);
	sm_ledger_queue(exchange, SM_PART_LEDGER, SM_LEDGER_BEGIN_UNIT, key.values);
	sm_session_enter_role(exchange);
}

/* Opens the batch's transaction and finds its upper key. */
static bool
find_upper(SmExchange *exchange, Walk *walk, double waited)
{
	const SmBatch *batch = walk->unit->batch;
	const char *first[1] = {batch->size};
	const char *next[2] = {walk->cursor, batch->size};
	const char *upper;

	sm_exchange_start(exchange, walk->work->run);
	send_begin(exchange, walk, waited);
	if (walk->cursor == NULL)
		sm_exchange_query(exchange, SM_PART_STATEMENT, 0, batch->first, 1, first);
	else
		sm_exchange_query(exchange, SM_PART_STATEMENT, 0, batch->next, 2, next);
	sm_exchange_keep(exchange);
	if (!sm_exchange_finish(exchange))
		return false;
	upper = PQntuples(exchange->kept) == 0 || PQgetisnull(exchange->kept, 0, 0)
	            ? NULL
	            : PQgetvalue(exchange->kept, 0, 0);
	replace(&walk->upper, upper == NULL ? NULL : pg_strdup(upper));
	sm_exchange_end(exchange);
	return true;
}

/* Runs the statement over the batch, or finds that there is nothing left, and commits. */
static bool
run_batch(SmExchange *exchange, Walk *walk)
{
	const SmBatch *batch = walk->unit->batch;
	const char *first[1] = {walk->upper};
	const char *next[2] = {walk->cursor, walk->upper};
	SmUnitKey key;

	sm_engine_key(walk->work, walk->unit->number, &key);
	key.values[5] = walk->upper ? walk->upper : sm_engine_final(walk->work, walk->unit);
	sm_exchange_start(exchange, walk->work->run);
	if (walk->upper != NULL && walk->cursor == NULL)
		sm_exchange_query(exchange, SM_PART_STATEMENT, 0, batch->run_first, 1, first);
	else if (walk->upper != NULL)
		sm_exchange_query(exchange, SM_PART_STATEMENT, 0, batch->run, 2, next);
	sm_session_leave_role(exchange);
	sm_ledger_queue(exchange, SM_PART_LEDGER,
	                walk->upper ? SM_LEDGER_RECORD_BATCH : SM_LEDGER_FINISH_UNIT, key.values);
	sm_ledger_queue(exchange, SM_PART_COMMIT, SM_LEDGER_COMMIT, NULL);
	return sm_exchange_finish(exchange);
}

/* One batch, tried again while locks are in the way. */
static SmOutcome
do_batch(Walk *walk)
{
	double started = sm_clock();
	double waited = 0;

	for (int attempt = 0;; attempt++)
	{
		SmExchange exchange;
		SmOutcome outcome = SM_OUTCOME_DONE;
		bool again;

		if (find_upper(&exchange, walk, waited) && run_batch(&exchange, walk))
		{
			sm_exchange_end(&exchange);
			return SM_OUTCOME_DONE;
		}
		again = sm_engine_failed(walk->work, walk->unit, &exchange, attempt, started, &outcome);
		sm_exchange_end(&exchange);
		if (!again)
			return outcome;
		waited = sm_clock() - started;
	}
}

static void
say_progress(Walk *walk)
{
	char *label =
	    psprintf("%s, up to %s %s", walk->unit->batch->table, walk->unit->batch->key, walk->cursor);

	sm_progress_step(walk->work->run->report.units, label);
	pg_free(label);
}

/* Between two batches: what was done is done, a signal ends the unit here. */
static SmOutcome
pause_between(Walk *walk)
{
	SmRun *run = walk->work->run;
	SmError error = {0};

	replace(&walk->cursor, walk->upper);
	walk->upper = NULL;
	walk->batches++;
	say_progress(walk);
	if (sm_interrupt_sleep(walk->unit->batch->pause_ms))
		return SM_OUTCOME_DONE;
	error.what = "interrupted between two batches";
	error.migration = walk->work->migration->id;
	error.file = sm_plan_path(walk->work->plan, walk->work->migration);
	error.line = walk->unit->line;
	error.next = walk->work->down
	                 ? psprintf("`summit-migrate rollback %s` goes on behind the last batch.",
	                            walk->work->migration->id)
	                 : "`summit-migrate apply` goes on behind the last batch.";
	error.code = sm_interrupt_code();
	sm_report_error(&run->report, &error);
	return SM_OUTCOME_INTERRUPTED;
}

/* No batch reaches a row whose key is NULL: it would be left out in silence. */
static SmOutcome
refuse_keyless(Walk *walk)
{
	const SmBatch *batch = walk->unit->batch;
	char *query =
	    psprintf("SELECT EXISTS (SELECT FROM %s WHERE %s IS NULL)", batch->table, batch->key);
	int found = sm_engine_ask(walk->work->run, query);
	SmError error = {.sqlstate = "23502"};

	pg_free(query);
	if (found == 0)
		return SM_OUTCOME_DONE;
	if (found < 0 && PQstatus(walk->work->run->conn->pg) != CONNECTION_OK)
		return SM_OUTCOME_LOST;
	if (found < 0)
		return sm_engine_fail(walk->work, walk->unit, &walk->unit->statements[0], 0);
	error.what = psprintf("%s has rows whose %s is NULL: no batch would reach them", batch->table,
	                      batch->key);
	error.next = "Choose a key that is NOT NULL, or change those rows in a statement of their own "
	             "and fill their key.";
	return sm_engine_refuse(walk->work, walk->unit, &error);
}

static SmOutcome
walk_table(Walk *walk)
{
	SmRun *run = walk->work->run;
	SmOutcome outcome;

	if (!sm_ledger_prepare(run) || !sm_session_look(run))
		return sm_engine_fail(walk->work, walk->unit, NULL, 0);
	outcome = refuse_keyless(walk);
	if (outcome != SM_OUTCOME_DONE)
		return outcome;
	do
	{
		outcome = do_batch(walk);
		if (outcome != SM_OUTCOME_DONE || walk->upper == NULL)
			return outcome;
		outcome = pause_between(walk);
	} while (outcome == SM_OUTCOME_DONE);
	return outcome;
}

SmOutcome
sm_engine_batch(SmWork *work, SmUnit *unit)
{
	Walk walk = {.work = work, .unit = unit};
	SmOutcome outcome;

	if (unit->batch_cursor != NULL)
		walk.cursor = pg_strdup(unit->batch_cursor);
	outcome = walk_table(&walk);
	sm_session_note(work->run, unit);
	pg_free(walk.cursor);
	pg_free(walk.upper);
	return outcome;
}
