/*
 * undo.h
 *		Which texts undo a migration, and running them.
 */
#ifndef SM_UNDO_H
#define SM_UNDO_H

#include "run.h"

/*
 * The undos of a migration in the order in which they run: contract's own, if
 * that has run, then the whole; or of one phase (SM_PHASE_ALL: all that has
 * run).  Reads them from the file, or from the ledger where the file is gone
 * or a phase that has run was changed.  Returns how many were put in phases
 * (room for 4); 0: there is no text for what has run.
 */
extern int sm_undo_plan(SmConn *conn, SmPlan *plan, SmMigration *migration, SmPhaseName wanted,
                        SmPhaseName *phases);

/* Runs the undos of a migration. */
extern SmOutcome sm_undo_run(SmRun *run, SmPlan *plan, SmMigration *migration,
                             const SmPhaseName *phases, int count);

/*
 * Ends an undo that was cut off: phase is the one whose text it is, SM_PHASE_ALL
 * the whole's.
 */
extern SmOutcome sm_undo_finish(SmRun *run, SmPlan *plan, SmMigration *migration,
                                SmPhaseName phase);

/* Undoes what is done of a migration that failed half-way, and says so; nothing may be done of it. */
extern SmOutcome sm_undo_failed(SmRun *run, SmPlan *plan, SmMigration *migration);

#endif /* SM_UNDO_H */
