/*
 * recover.h
 *		Units in doubt: begun outside a transaction and not finished; and undos
 *		that were cut off.  They are decided by evidence before anything else runs.
 */
#ifndef SM_RECOVER_H
#define SM_RECOVER_H

#include "run.h"

/* The rows of units_in_doubt(), in the columns below; the caller clears it. */
extern PGresult *sm_recover_list(SmConn *conn);

enum
{
	SM_DOUBT_MIGRATION,
	SM_DOUBT_PHASE,
	SM_DOUBT_DIRECTION,
	SM_DOUBT_UNIT,
	SM_DOUBT_STATEMENT,
	SM_DOUBT_STARTED,
	SM_DOUBT_PID,
	SM_DOUBT_ALIVE,
	SM_DOUBT_OUTCOME,
	SM_DOUBT_DETAIL,
	SM_DOUBT_CLEANUP
};

/*
 * Decides every unit in doubt within a run, ends the undos that a crash has cut
 * off (not those that failed: see sm_plan_refuse_findings()), and says what it
 * found.  Sets
 * *acted when the ledger has changed, so that a plan made before is stale.
 * SM_OUTCOME_UNKNOWN: only a human can tell; the way to say it was said.
 */
extern SmOutcome sm_recover(SmRun *run, SmPlan *plan, bool *acted);

#endif /* SM_RECOVER_H */
