/*
 * plan_parse.h
 *		Files as the server's parse_migration() reads them.
 */
#ifndef SM_PLAN_PARSE_H
#define SM_PLAN_PARSE_H

#include "plan.h"

/*
 * Has the files of these migrations parsed and fills in what stands in them.
 * A file's errors go to the plan's problems.
 */
extern void sm_plan_parse(SmConn *conn, SmPlan *plan, SmMigration **migrations, int count);

/*
 * Reads the text of an undo that the ledger has kept as units of the
 * migration's undo of that phase.  Exits when it cannot be parsed.
 */
extern void sm_plan_parse_undo(SmConn *conn, SmPlan *plan, SmMigration *migration,
                               SmPhaseName phase, const char *text);

#endif /* SM_PLAN_PARSE_H */
