/*
 * exchange.c
 *		One exchange with the server in pipeline mode.
 *
 * libpq's pipeline mode answers in the order of the questions: each message's
 * results end with a NULL, the Sync's is a result of its own.  After an error
 * the server skips to the Sync, and libpq says PGRES_PIPELINE_ABORTED for what
 * was skipped.
 */
#include "postgres_fe.h"

#include <poll.h>

#include "exchange.h"
#include "interrupt.h"
#include "watch.h"

#define FLUSH_BYTES (64 * 1024)

/* ---- waiting ---- */

/* The connection is done for: what comes from it has no meaning any more. */
static void
set_lost(SmExchange *exchange)
{
	exchange->lost = true;
}

/*
 * Waits until the socket can be read (or written, while something is unsent),
 * looks after locks and signals meanwhile, and takes in what has come.
 */
static bool
wait_socket(SmRun *run, PGconn *pg, bool unsent)
{
	struct pollfd socket = {.fd = PQsocket(pg), .events = POLLIN | (unsent ? POLLOUT : 0)};
	int ready;

	if (socket.fd < 0)
		return false;
	ready = poll(&socket, 1, sm_watch_timeout(run));
	if (ready == 0)
		sm_watch_look(run);
	if (ready < 0 && errno != EINTR)
		return false;
	if (ready > 0 && (socket.revents & ~POLLOUT) && !PQconsumeInput(pg))
		return PQstatus(pg) == CONNECTION_OK;
	return true;
}

/* Waits for the next result to be there without blocking in libpq. */
static bool
wait_result(SmRun *run, PGconn *pg)
{
	while (PQisBusy(pg))
	{
		int unsent = PQflush(pg);

		if (unsent < 0 || !wait_socket(run, pg, unsent > 0))
			return false;
	}
	return true;
}

/* ---- answers ---- */

/* An error that says only that the connection broke comes without an SQLSTATE. */
static bool
is_server_error(const PGresult *result)
{
	return PQresultErrorField(result, PG_DIAG_SQLSTATE) != NULL;
}

static void
take_error(SmExchange *exchange, PGresult *result)
{
	const SmMessage *message = &exchange->messages[exchange->nanswered];

	if (exchange->error == NULL && is_server_error(result))
	{
		exchange->error = result;
		exchange->failed = *message;
		return;
	}
	PQclear(result);
}

/* Rows of the user's statements are thrown away one by one, not collected. */
static void
expect_rows(SmExchange *exchange)
{
	if (exchange->nanswered < exchange->nsent &&
	    exchange->messages[exchange->nanswered].part == SM_PART_STATEMENT &&
	    !exchange->messages[exchange->nanswered].keep)
		(void) PQsetSingleRowMode(exchange->pg);
}

static void
take_result(SmExchange *exchange, PGresult *result)
{
	switch (PQresultStatus(result))
	{
		case PGRES_PIPELINE_SYNC:
			/* no NULL comes after it */
			exchange->settled = exchange->commits;
			exchange->nanswered++;
			expect_rows(exchange);
			break;
		case PGRES_TUPLES_OK:
			if (exchange->messages[exchange->nanswered].keep)
			{
				PQclear(exchange->kept);
				exchange->kept = result;
				return;
			}
			break;
		case PGRES_COMMAND_OK:
			exchange->commits += exchange->error == NULL &&
			                     exchange->messages[exchange->nanswered].part == SM_PART_COMMIT;
			break;
		case PGRES_FATAL_ERROR:
			take_error(exchange, result);
			return;
		case PGRES_COPY_IN:
		case PGRES_COPY_OUT:
		case PGRES_COPY_BOTH:
			/* there is no way out of a COPY in pipeline mode but to hang up */
			set_lost(exchange);
			break;
		default:
			break;
	}
	PQclear(result);
}

/* Takes one result, or the end of a message's results. */
static void
take_next(SmExchange *exchange)
{
	PGresult *result = PQgetResult(exchange->pg);

	if (result == NULL)
	{
		exchange->nanswered++;
		expect_rows(exchange);
	}
	else
		take_result(exchange, result);
	if (PQstatus(exchange->pg) != CONNECTION_OK)
		set_lost(exchange);
}

/* Takes the answers that are there while there is more to send. */
static void
take_ready(SmExchange *exchange)
{
	int unsent;

	while (!exchange->lost && (unsent = PQflush(exchange->pg)) != 0)
	{
		if (unsent < 0 || !wait_socket(exchange->run, exchange->pg, true))
			set_lost(exchange);
		while (!exchange->lost && exchange->nanswered < exchange->nsent && !PQisBusy(exchange->pg))
			take_next(exchange);
	}
	exchange->unflushed = 0;
}

/* ---- questions ---- */

/* Forgets what was answered, so that a long series of units needs no more room than its window. */
static void
forget_answered(SmExchange *exchange)
{
	exchange->nsent -= exchange->nanswered;
	memmove(exchange->messages, exchange->messages + exchange->nanswered,
	        exchange->nsent * sizeof(SmMessage));
	exchange->nanswered = 0;
}

static SmMessage *
add_message(SmExchange *exchange, SmPart part, int index)
{
	SmMessage *message;

	if (exchange->nsent == exchange->size && exchange->nanswered > exchange->size / 2)
		forget_answered(exchange);

	if (exchange->nsent == exchange->size)
	{
		exchange->size = Max(32, exchange->size * 2);
		exchange->messages = pg_realloc(exchange->messages, exchange->size * sizeof(SmMessage));
	}
	message = &exchange->messages[exchange->nsent++];
	message->part = part;
	message->index = index;
	message->keep = false;
	return message;
}

static void
after_send(SmExchange *exchange, int sent, size_t bytes)
{
	if (!sent)
		set_lost(exchange);
	exchange->unflushed += bytes;
	if (exchange->unflushed > FLUSH_BYTES)
		take_ready(exchange);
}

void
sm_exchange_start(SmExchange *exchange, SmRun *run)
{
	memset(exchange, 0, sizeof(SmExchange));
	exchange->run = run;
	exchange->pg = run->conn->pg;
	if (!PQenterPipelineMode(exchange->pg) || PQsetnonblocking(exchange->pg, 1) != 0)
		set_lost(exchange);
}

void
sm_exchange_query(SmExchange *exchange, SmPart part, int index, const char *text, int nparams,
                  const char *const *values)
{
	if (exchange->lost)
		return;
	add_message(exchange, part, index);
	after_send(exchange,
	           PQsendQueryParams(exchange->pg, text, nparams, NULL, values, NULL, NULL, 0),
	           strlen(text));
}

void
sm_exchange_prepared(SmExchange *exchange, SmPart part, const char *name, int nparams,
                     const char *const *values)
{
	if (exchange->lost)
		return;
	add_message(exchange, part, 0);
	after_send(exchange, PQsendQueryPrepared(exchange->pg, name, nparams, values, NULL, NULL, 0),
	           0);
}

void
sm_exchange_prepare(SmExchange *exchange, const char *name, const char *text, int nparams)
{
	if (exchange->lost)
		return;
	add_message(exchange, SM_PART_LEDGER, 0);
	after_send(exchange, PQsendPrepare(exchange->pg, name, text, nparams, NULL), strlen(text));
}

void
sm_exchange_keep(SmExchange *exchange)
{
	if (exchange->nsent > 0)
		exchange->messages[exchange->nsent - 1].keep = true;
}

/* ---- the end ---- */

void
sm_exchange_sync(SmExchange *exchange)
{
	if (exchange->lost)
		return;
	add_message(exchange, SM_PART_SYNC, 0);
	if (!PQpipelineSync(exchange->pg))
		set_lost(exchange);
}

void
sm_exchange_take(SmExchange *exchange)
{
	if (!wait_result(exchange->run, exchange->pg))
		set_lost(exchange);
	else
		take_next(exchange);
}

/* A transaction that an error has left behind. */
static void
roll_back(SmExchange *exchange)
{
	PGresult *result;

	if (PQtransactionStatus(exchange->pg) == PQTRANS_IDLE)
		return;
	result = PQexec(exchange->pg, "ROLLBACK");
	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		set_lost(exchange);
	PQclear(result);
}

bool
sm_exchange_finish(SmExchange *exchange)
{
	sm_exchange_sync(exchange);
	while (!exchange->lost && exchange->nanswered < exchange->nsent)
		sm_exchange_take(exchange);
	if (!exchange->lost)
	{
		PQsetnonblocking(exchange->pg, 0);
		if (!PQexitPipelineMode(exchange->pg))
			set_lost(exchange);
		else if (exchange->error != NULL)
			roll_back(exchange);
	}
	return !exchange->lost && exchange->error == NULL;
}

void
sm_exchange_end(SmExchange *exchange)
{
	PQclear(exchange->error);
	PQclear(exchange->kept);
	pg_free(exchange->messages);
	memset(exchange, 0, sizeof(SmExchange));
}

PGresult *
sm_exchange_alone(SmRun *run, const char *text)
{
	PGconn *pg = run->conn->pg;
	PGresult *last = NULL;
	PGresult *result;

	if (!PQsendQuery(pg, text))
		return NULL;
	while (wait_result(run, pg) && (result = PQgetResult(pg)) != NULL)
	{
		PQclear(last);
		last = result;
		if (PQstatus(pg) != CONNECTION_OK)
			break;
	}
	return last;
}
