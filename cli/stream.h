/*
 * stream.h
 *		A row of plain steps sent without waiting for the answer to each.
 */
#ifndef SM_STREAM_H
#define SM_STREAM_H

#include "run_migration.h"

/*
 * Runs as many of the plan's steps, from this one on, as are plain: one
 * transactional unit, no checks, no role, nothing that stays in the session.
 * Returns how many are completed.  *outcome is other than SM_OUTCOME_DONE when
 * the step behind them failed, which is recorded and reported then.
 */
extern int sm_stream_run(SmRun *run, SmPlan *plan, int from, SmOutcome *outcome);

#endif /* SM_STREAM_H */
