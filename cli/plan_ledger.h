/*
 * plan_ledger.h
 *		What the ledger says of the migrations, read into a plan.
 */
#ifndef SM_PLAN_LEDGER_H
#define SM_PLAN_LEDGER_H

#include "plan.h"

/* Asks for all registered migrations without waiting for the answer. */
extern void sm_plan_ledger_ask(SmConn *conn);

/* Waits for the answer and joins it with the files: fills plan->by_id. */
extern void sm_plan_ledger_join(SmConn *conn, SmPlan *plan);

/*
 * Reads the exact states of some registered migrations, with their digests,
 * and which of their units are completed.
 */
extern void sm_plan_ledger_details(SmConn *conn, SmPlan *plan, SmMigration **migrations, int count);

/* Marks the units of parsed migrations that the ledger has as completed. */
extern void sm_plan_ledger_units(SmConn *conn, SmPlan *plan, SmMigration **migrations, int count);

/* Marks the migrations that were registered as repeatable. */
extern void sm_plan_ledger_repeatables(SmConn *conn, SmPlan *plan);

#endif /* SM_PLAN_LEDGER_H */
