/*
 * ledger.c
 *		Calls of the ledger's writers in the run's session.
 */
#include "postgres_fe.h"

#include "interrupt.h"
#include "ledger.h"
#include "session.h"

/* Statements of our own, and signatures of the ledger's writers. */
static const struct
{
	const char *name;
	const char *text;
	const char *signature;
	int nparams;
} calls[SM_LEDGER_CALLS] = {
    [SM_LEDGER_BEGIN] = {"summit_migrate_begin", "BEGIN", NULL, 0},
    [SM_LEDGER_COMMIT] = {"summit_migrate_commit", "COMMIT", NULL, 0},
    [SM_LEDGER_ASYNCHRONOUS] = {"summit_migrate_asynchronous", "SET LOCAL synchronous_commit = off",
                                NULL, 0},
    [SM_LEDGER_AUTHORIZATION] = {"summit_migrate_authorization",
                                 "SET LOCAL SESSION AUTHORIZATION DEFAULT", NULL, 0},
    [SM_LEDGER_ROLE] = {"summit_migrate_role", "SET LOCAL ROLE TO DEFAULT", NULL, 0},
    [SM_LEDGER_BEGIN_UNIT] = {"summit_migrate_begin_unit", NULL,
                              "begin_unit(text,text,text,int4,text,int4,int4,float8,text)", 9},
    [SM_LEDGER_FINISH_UNIT] = {"summit_migrate_finish_unit", NULL,
                               "finish_unit(text,text,text,int4,text,bool)", 6},
    [SM_LEDGER_RECORD_BATCH] = {"summit_migrate_record_batch", NULL,
                                "record_batch(text,text,text,int4,text,text)", 6},
};

/* "SELECT f(...)" is cheaper for the server than "SELECT * FROM f(...)". */
static char *
call_text(const SmRun *run, SmLedgerCall call)
{
	char *whole;
	char *text;

	if (calls[call].text != NULL)
		return pg_strdup(calls[call].text);
	whole = sm_conn_call_text(run->conn, calls[call].signature);
	text = psprintf("SELECT %s", whole + strlen("SELECT * FROM "));
	pg_free(whole);
	return text;
}

void
sm_ledger_queue(SmExchange *exchange, SmPart part, SmLedgerCall call, const char *const *values)
{
	char *text;

	if (!exchange->plain)
	{
		sm_exchange_prepared(exchange, part, calls[call].name, calls[call].nparams, values);
		return;
	}
	text = call_text(exchange->run, call);
	sm_exchange_query(exchange, part, 0, text, calls[call].nparams, values);
	pg_free(text);
}

static bool
keep_failure(SmExchange *exchange, bool done)
{
	if (!done && exchange->error != NULL)
	{
		PQclear(exchange->run->failure);
		exchange->run->failure = exchange->error;
		exchange->error = NULL;
	}
	return done;
}

/* After a DEALLOCATE ALL of a file none of them is there; after one that named another, all. */
static void
deallocate(SmExchange *exchange)
{
	sm_exchange_query(exchange, SM_PART_SETTING, 0, "DEALLOCATE ALL", 0, NULL);
}

bool
sm_ledger_prepare(SmRun *run)
{
	SmExchange exchange;
	bool done;

	if (run->prepared)
		return true;
	sm_exchange_start(&exchange, run);
	deallocate(&exchange);
	for (int i = 0; i < SM_LEDGER_CALLS; i++)
	{
		char *text = call_text(run, i);

		sm_exchange_prepare(&exchange, calls[i].name, text, calls[i].nparams);
		pg_free(text);
	}
	done = keep_failure(&exchange, sm_exchange_finish(&exchange));
	sm_exchange_end(&exchange);
	run->prepared = done;
	return done;
}

/* One attempt. */
static PGresult *
call(SmRun *run, const char *text, int nvalues, const char *const *values)
{
	SmExchange exchange;
	PGresult *rows = NULL;

	sm_exchange_start(&exchange, run);
	sm_exchange_query(&exchange, SM_PART_BEGIN, 0, "BEGIN", 0, NULL);
	sm_exchange_query(&exchange, SM_PART_SETTING, 0, "SET LOCAL SESSION AUTHORIZATION DEFAULT", 0,
	                  NULL);
	sm_exchange_query(&exchange, SM_PART_SETTING, 0, "SET LOCAL ROLE TO DEFAULT", 0, NULL);
	sm_exchange_query(&exchange, SM_PART_LEDGER, 0, text, nvalues, values);
	sm_exchange_keep(&exchange);
	sm_exchange_query(&exchange, SM_PART_COMMIT, 0, "COMMIT", 0, NULL);
	if (keep_failure(&exchange, sm_exchange_finish(&exchange)))
	{
		rows = exchange.kept;
		exchange.kept = NULL;
	}
	sm_exchange_end(&exchange);
	return rows;
}

/* A signal's cancel may arrive when the statement that it meant is over. */
static bool
was_cancelled(SmRun *run)
{
	const char *sqlstate = run->failure ? PQresultErrorField(run->failure, PG_DIAG_SQLSTATE) : NULL;

	return sm_interrupt_pending() && sqlstate != NULL && strcmp(sqlstate, "57014") == 0;
}

PGresult *
sm_ledger_call(SmRun *run, const char *signature, int nvalues, const char *const *values)
{
	char *text = sm_conn_call_text(run->conn, signature);
	PGresult *rows;

	/* an earlier error is not this call's */
	PQclear(run->failure);
	run->failure = NULL;
	rows = call(run, text, nvalues, values);
	if (rows == NULL && was_cancelled(run))
	{
		PQclear(run->failure);
		run->failure = NULL;
		rows = call(run, text, nvalues, values);
	}
	pg_free(text);
	return rows;
}

void
sm_ledger_warn(SmRun *run, const char *what)
{
	SmError error = {0};

	if (run->failure == NULL)
		return;
	sm_error_from_result(&error, run->failure, run->conn->pg);
	error.why = error.what;
	error.what = what;
	sm_error_warn(&error);
	PQclear(run->failure);
	run->failure = NULL;
}
