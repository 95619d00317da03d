/*
 * ledger.h
 *		Calls of the ledger's writers in the run's session.
 */
#ifndef SM_LEDGER_H
#define SM_LEDGER_H

#include "exchange.h"

/* What the exchanges of units say again and again, prepared once a session. */
typedef enum SmLedgerCall
{
	SM_LEDGER_BEGIN,
	SM_LEDGER_COMMIT,
	SM_LEDGER_ASYNCHRONOUS,  /* this transaction's commit need not wait for the disk */
	SM_LEDGER_AUTHORIZATION, /* back to the connection's own, in this transaction */
	SM_LEDGER_ROLE,
	SM_LEDGER_BEGIN_UNIT,
	SM_LEDGER_FINISH_UNIT,
	SM_LEDGER_RECORD_BATCH,
	SM_LEDGER_CALLS
} SmLedgerCall;

/* Prepares them in this session, once; false with run->failure. */
extern bool sm_ledger_prepare(SmRun *run);

/*
 * Queues one of them with its parameters; as plain text in an exchange whose
 * statements may take prepared statements away.
 */
extern void sm_ledger_queue(SmExchange *exchange, SmPart part, SmLedgerCall call,
                            const char *const *values);

/*
 * Calls a writer in a transaction of its own, as the connection's own role,
 * whatever the file has set.  NULL with run->failure (or a lost connection)
 * when it fails.
 */
extern PGresult *sm_ledger_call(SmRun *run, const char *signature, int nvalues,
                                const char *const *values);

/* Says as a warning, and forgets, the failure of a call that changes no outcome. */
extern void sm_ledger_warn(SmRun *run, const char *what);

#endif /* SM_LEDGER_H */
