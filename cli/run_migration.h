/*
 * run_migration.h
 *		Runs the phases of migrations, and undoes them.
 */
#ifndef SM_RUN_MIGRATION_H
#define SM_RUN_MIGRATION_H

#include "run.h"

/* Runs the plan's steps; *at is the step that did not end well. */
extern SmOutcome sm_migration_run(SmRun *run, SmPlan *plan, SmStep **at);

/* Runs the units of one undo and has the ledger complete it. */
extern SmOutcome sm_migration_undo(SmRun *run, SmPlan *plan, SmMigration *migration,
                                   SmPhaseName phase);

#endif /* SM_RUN_MIGRATION_H */
