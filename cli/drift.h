/*
 * drift.h
 *		What the verbs of "drift" share.
 */
#ifndef SM_DRIFT_H
#define SM_DRIFT_H

#include "command.h"
#include "conn.h"

/*
 * Waits until no run holds a migration lock; exits with SM_EXIT_LOCKED after
 * config->lock_wait.  Only looks, so that no run ever waits for it.
 */
extern void sm_drift_wait(SmConn *conn);

/* The latest run; the same before and after, and no holder: no run was in between. */
extern long long sm_drift_epoch(SmConn *conn);

/* drift check --from-files: the live schema against that of the applied files. */
extern SmExitCode sm_drift_from_files(SmContext *context, SmConn *conn);

/* drift watch: every change as it is made. */
extern SmExitCode sm_drift_watch(SmContext *context, SmConn *conn);

#endif /* SM_DRIFT_H */
