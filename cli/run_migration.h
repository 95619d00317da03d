/*
 * run_migration.h
 *		Runs the phases of migrations, and undoes them.
 */
#ifndef SM_RUN_MIGRATION_H
#define SM_RUN_MIGRATION_H

#include "engine.h"

/* Runs the plan's steps; *at is the step that did not end well. */
extern SmOutcome sm_migration_run(SmRun *run, SmPlan *plan, SmStep **at);

/* Runs the units of one undo and has the ledger complete it. */
extern SmOutcome sm_migration_undo(SmRun *run, SmPlan *plan, SmMigration *migration,
                                   SmPhaseName phase);

/*
 * Records that a signal or an administrator has ended an undo half-way, so that
 * it goes on only when somebody says so.
 */
extern void sm_migration_stop_undo(SmRun *run, const SmMigration *migration, SmPhaseName phase,
                                   const char *why);

/*
 * Describes a step as work; true when no check runs before or after its units,
 * so that its last unit completes it.
 */
extern bool sm_migration_work(SmWork *work, SmRun *run, SmPlan *plan, const SmStep *step);

#endif /* SM_RUN_MIGRATION_H */
