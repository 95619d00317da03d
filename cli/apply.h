/*
 * apply.h
 *		What apply, rollback and repair have in common: options to requests,
 *		outcomes to exit codes, a run from its first call to its summary.
 */
#ifndef SM_APPLY_H
#define SM_APPLY_H

#include "command.h"
#include "run.h"

/* What the options and the configuration ask for. */
extern SmPlanRequest sm_apply_request(SmContext *context);

/* Refuses a --target that there is no such one of. */
extern void sm_apply_check_target(SmContext *context);

/* Lost connections in a row without any progress between, before a run gives up. */
#define SM_APPLY_RESUMES 5

extern SmExitCode sm_apply_code(SmOutcome outcome);
extern const char *sm_apply_result(SmOutcome outcome);

/* The session was ended by an administrator, which was meant to stop the run; migration may be NULL. */
extern void sm_apply_say_terminated(SmRun *run, const SmMigration *migration, const char *next);

/*
 * Records a human's word (resolve_migration()) on a phase, or "all".  false: it
 * was refused, which is reported.
 */
extern bool sm_apply_record_word(SmRun *run, const char *id, const char *phase, const char *state,
                                 const char *reason);

/* Says every problem of the plan and exits, when there is one. */
extern void sm_apply_require_sound(SmPlan *plan);

/* The due and waiting phases as JSON: [{"migration":…, "phase":…}]. */
extern cJSON *sm_apply_steps_json(const SmStep *steps, int count);

/* Says which contracts are due. */
extern void sm_apply_say_due(const SmPlan *plan);

#endif /* SM_APPLY_H */
