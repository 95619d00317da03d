/*
 * plan_order.h
 *		In which order migrations run: by id, behind what they depend on,
 *		repeatable ones last.
 */
#ifndef SM_PLAN_ORDER_H
#define SM_PLAN_ORDER_H

#include "plan.h"

/*
 * Finds what each dependency names and adds missing, ambiguous and cyclic ones
 * to the plan's problems.
 */
extern void sm_plan_order_dependencies(SmPlan *plan);

/* Fills plan->migrations. */
extern void sm_plan_order_sort(SmPlan *plan);

/* Marks pending migrations that stand below one that has run. */
extern void sm_plan_order_check(SmConn *conn, SmPlan *plan);

#endif /* SM_PLAN_ORDER_H */
