/*
 * ledger.h
 *		Calls of the ledger's writers in the run's session.
 */
#ifndef SM_LEDGER_H
#define SM_LEDGER_H

#include "exchange.h"

/* Names of the prepared calls of a transactional unit. */
#define SM_LEDGER_BEGIN "summit_migrate_begin"
#define SM_LEDGER_COMMIT "summit_migrate_commit"
#define SM_LEDGER_BEGIN_UNIT "summit_migrate_begin_unit"
#define SM_LEDGER_FINISH_UNIT "summit_migrate_finish_unit"
#define SM_LEDGER_RECORD_BATCH "summit_migrate_record_batch"

/* Prepares them in this session, once; false with run->failure. */
extern bool sm_ledger_prepare(SmRun *run);

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
