/*
 * exchange.h
 *		One exchange with the server in pipeline mode: everything is sent before
 *		the answers are awaited, and read while it is sent, so that a large unit
 *		blocks neither side.  The first error is attributed to what it answers.
 */
#ifndef SM_EXCHANGE_H
#define SM_EXCHANGE_H

#include "run.h"

/* What a message of an exchange is. */
typedef enum SmPart
{
	SM_PART_BEGIN,
	SM_PART_SETTING, /* a setting of ours */
	SM_PART_LEDGER,
	SM_PART_STATEMENT,
	SM_PART_ASSESS, /* whether the unit does what its header says */
	SM_PART_COMMIT,
	SM_PART_SYNC /* what was sent so far is over with its answer, failed or not */
} SmPart;

typedef struct SmMessage
{
	SmPart part;
	int index; /* which statement */
	bool keep; /* its rows are wanted */
} SmMessage;

typedef struct SmExchange
{
	SmRun *run;
	PGconn *pg;
	int nsent;
	int nanswered;
	int size;
	SmMessage *messages;
	size_t unflushed; /* bytes queued since the last look at the answers */
	PGresult *error;  /* the first error */
	SmMessage failed; /* what it answers */
	PGresult *kept;   /* the rows that were wanted */
	int commits;      /* that succeeded, before anything failed */
	int settled;      /* of them, those before the last Sync that was answered */
	bool lost;        /* the connection is gone */
	bool plain;       /* nothing in it may be prepared */
} SmExchange;

extern void sm_exchange_start(SmExchange *exchange, SmRun *run);

/* Queues a text with parameters (nparams 0: none). */
extern void sm_exchange_query(SmExchange *exchange, SmPart part, int index, const char *text,
                              int nparams, const char *const *values);

/* Queues a statement that was prepared in this session. */
extern void sm_exchange_prepared(SmExchange *exchange, SmPart part, const char *name, int nparams,
                                 const char *const *values);

/* Queues the preparation of a statement. */
extern void sm_exchange_prepare(SmExchange *exchange, const char *name, const char *text,
                                int nparams);

/* The rows of what was queued last are to be kept. */
extern void sm_exchange_keep(SmExchange *exchange);

/* Queues a Sync: what follows is a series of its own, of which an error before is no part. */
extern void sm_exchange_sync(SmExchange *exchange);

/* Waits for one more result; the exchange may be lost then. */
extern void sm_exchange_take(SmExchange *exchange);

/*
 * Ends the exchange: sends the Sync, reads all answers.  true when everything
 * succeeded.  false leaves error and failed, or lost, set; a transaction that
 * is still open is rolled back.
 */
extern bool sm_exchange_finish(SmExchange *exchange);

/* Frees what the exchange holds. */
extern void sm_exchange_end(SmExchange *exchange);

/* Runs one text alone, outside of pipeline mode; NULL: the connection is gone. */
extern PGresult *sm_exchange_alone(SmRun *run, const char *text);

#endif /* SM_EXCHANGE_H */
