/*
 * run.h
 *		A run of the program (or of a psql script) in this session, and the fence
 *		that keeps an older run from writing.  What a run writes is not here.
 */
#ifndef SM_RUN_H
#define SM_RUN_H

#include "query.h"

/* _PG_init's part: a run whose begin_run() is rolled back was never begun. */
extern void sm_run_init(void);

/*
 * Whether this session may write the ledger, as far as the session itself can
 * tell: not a standby, a run was begun, the lock '*' is held.  Raises an error
 * where not.
 */
extern void sm_run_check_session(void);

/*
 * Raises an error where standard_conforming_strings is off: a file was split with
 * it turned on, and its texts would mean something else now.
 */
extern void sm_run_check_strings(void);

/* Compares the epoch row, just read FOR SHARE, with this session's run. */
extern void sm_run_check_fence(int64 epoch, const char *timeline);

/*
 * Both of the above, with the query: what every ledger writer calls first
 * unless it reads the epoch row by a query of its own.
 */
extern void sm_run_check(SmQueryScope *scope);

/*
 * For writers that need no run: the check above where this session has begun
 * one; else raises ERRCODE_LOCK_NOT_AVAILABLE while another session may run
 * migrations, and keeps new runs out until this transaction ends.
 */
extern void sm_run_check_or_none(SmQueryScope *scope);

/* Ends the session's run, which was checked, with a word on it; the lock goes at commit. */
extern void sm_run_end(SmQueryScope *scope, const char *result);

extern int64 sm_run_epoch(void);
extern const char *sm_run_timeline(void);

/*
 * Who runs: the role that authenticated, whatever SET ROLE and SET SESSION
 * AUTHORIZATION said since.  In the current memory context.
 */
extern char *sm_run_user(void);

#endif /* SM_RUN_H */
