/*
 * engine_transaction.c
 *		A transactional unit: its statements and its row of the ledger in one
 *		transaction, in one exchange with the server.
 */
#include "postgres_fe.h"

#include "assess.h"
#include "engine.h"
#include "ledger.h"
#include "session.h"

/*
 * SET TRANSACTION must come before anything else, the ledger's call included.
 * Behind a RESET the rest must still run as it was parsed.
 */
static void
send_statements(SmExchange *exchange, const SmUnit *unit, bool leading)
{
	for (int i = 0; i < unit->nstatements; i++)
	{
		const SmStatement *statement = &unit->statements[i];

		if (statement->leading != leading)
			continue;
		sm_exchange_query(exchange, SM_PART_STATEMENT, i, sm_engine_text(exchange->run, statement),
		                  0, NULL);
		if (sm_session_is_reset_by(statement))
			sm_exchange_query(exchange, SM_PART_SETTING, 0, "SET standard_conforming_strings = on",
			                  0, NULL);
	}
}

static void
send_begin(SmExchange *exchange, const SmUnit *unit)
{
	if (unit->begin == NULL)
		sm_ledger_queue(exchange, SM_PART_BEGIN, SM_LEDGER_BEGIN, NULL);
	else
		sm_exchange_query(exchange, SM_PART_BEGIN, 0, unit->begin, 0, NULL);
	send_statements(exchange, unit, true);
}

static void
send_begin_unit(SmExchange *exchange, SmWork *work, const SmUnit *unit, double waited,
                const char *after)
{
	SmUnitKey key;
	char lock_timeout[16];
	char statement_timeout[16];
	char waited_text[32];

	sm_engine_key(work, unit->number, &key);
	snprintf(lock_timeout, sizeof(lock_timeout), "%d", sm_engine_lock_timeout(work));
	snprintf(statement_timeout, sizeof(statement_timeout), "%d", sm_engine_statement_timeout(work));
	snprintf(waited_text, sizeof(waited_text), "%.3f", waited);
	key.values[5] = lock_timeout;
	key.values[6] = statement_timeout;
	key.values[7] = waited_text;
	key.values[8] = after;
	if (sm_session_has_role(work->run))
		sm_session_leave_role(exchange);
	sm_ledger_queue(exchange, SM_PART_LEDGER, SM_LEDGER_BEGIN_UNIT, key.values);
	sm_session_enter_role(exchange);
}

static void
send_finish_unit(SmExchange *exchange, SmWork *work, const SmUnit *unit)
{
	SmUnitKey key;

	sm_engine_key(work, unit->number, &key);
	key.values[5] = sm_engine_final(work, unit);
	sm_ledger_queue(exchange, SM_PART_LEDGER, SM_LEDGER_FINISH_UNIT, key.values);
}

void
sm_engine_send_plain(SmExchange *exchange, SmWork *work, const SmUnit *unit, const char *after,
                     bool flush)
{
	send_begin(exchange, unit);
	send_begin_unit(exchange, work, unit, 0, after);
	send_statements(exchange, unit, false);
	send_finish_unit(exchange, work, unit);
	if (!flush)
		sm_ledger_queue(exchange, SM_PART_SETTING, SM_LEDGER_ASYNCHRONOUS, NULL);
	sm_ledger_queue(exchange, SM_PART_COMMIT, SM_LEDGER_COMMIT, NULL);
}

/* One attempt at the unit. */
static bool
run_once(SmExchange *exchange, SmWork *work, SmUnit *unit, double waited, bool assess)
{
	sm_exchange_start(exchange, work->run);
	exchange->plain = sm_session_takes_prepared(unit);
	send_begin(exchange, unit);
	send_begin_unit(exchange, work, unit, waited, "");
	send_statements(exchange, unit, false);
	sm_session_leave_role(exchange);
	if (assess)
		sm_assess_queue(exchange, work);
	send_finish_unit(exchange, work, unit);
	sm_ledger_queue(exchange, SM_PART_COMMIT, SM_LEDGER_COMMIT, NULL);
	return sm_exchange_finish(exchange);
}

SmOutcome
sm_engine_transaction(SmWork *work, SmUnit *unit)
{
	double started = sm_clock();
	double waited = 0;

	for (int attempt = 0;; attempt++)
	{
		SmExchange exchange;
		SmOutcome outcome = SM_OUTCOME_DONE;
		bool assess = sm_assess_wanted(work, unit) && sm_assess_prepare(work);
		bool again;

		if (!sm_ledger_prepare(work->run) || !sm_session_look(work->run))
			return sm_engine_fail(work, unit, NULL, 0);
		if (run_once(&exchange, work, unit, waited, assess))
		{
			sm_assess_done(work, unit, &exchange);
			sm_exchange_end(&exchange);
			break;
		}
		if (sm_assess_refused(&exchange))
		{
			outcome = sm_assess_refuse(work, unit, &exchange);
			sm_exchange_end(&exchange);
			return outcome;
		}
		again = sm_engine_failed(work, unit, &exchange, attempt, started, &outcome);
		sm_exchange_end(&exchange);
		if (!again)
			return outcome;
		waited = sm_clock() - started;
	}
	sm_session_note(work->run, unit);
	sm_engine_record_wait(work, unit);
	return SM_OUTCOME_DONE;
}
