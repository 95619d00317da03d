/*
 * apply.c
 *		What the commands that run or plan migrations have in common.
 */
#include "postgres_fe.h"

#include "apply.h"
#include "interrupt.h"
#include "ledger.h"
#include "output.h"

#define DUE_SHOWN 5

void
sm_apply_check_target(SmContext *context)
{
	const char *target = context->options.target;

	if (target == NULL || strcmp(target, SM_TARGET) == 0)
		return;
	if (sm_config_target(&context->config, target) == NULL)
		sm_error_fail(SM_EXIT_USAGE, "Targets stand in summit-migrate.conf, as [target \"name\"].",
		              "there is no target \"%s\"", target);
	sm_error_fail(SM_EXIT_USAGE, "Migrations of the control database run without --target.",
	              "this version of the program runs migrations of the target \"" SM_TARGET
	              "\" only");
}

SmPlanRequest
sm_apply_request(SmContext *context)
{
	SmPlanRequest request = {0};
	const SmConfig *config = &context->config;

	sm_apply_check_target(context);
	request.folder = config->migrations;
	request.to = context->options.to;
	request.any_order = config->order == SM_ORDER_ANY;
	if (context->options.phase != NULL)
		request.phases = SM_PHASE_BIT(sm_plan_phase_value(context->options.phase));
	else
		request.phases =
		    SM_PHASE_BIT(SM_PHASE_EXPAND) | SM_PHASE_BIT(SM_PHASE_MIGRATE) |
		    (config->contract == SM_CONTRACT_AUTO ? SM_PHASE_BIT(SM_PHASE_CONTRACT) : 0);
	return request;
}

SmExitCode
sm_apply_code(SmOutcome outcome)
{
	switch (outcome)
	{
		case SM_OUTCOME_DONE:
			return SM_EXIT_DONE;
		case SM_OUTCOME_INTERRUPTED:
			return sm_interrupt_code();
		case SM_OUTCOME_LOST:
		case SM_OUTCOME_UNKNOWN:
			return SM_EXIT_UNKNOWN;
		case SM_OUTCOME_REFUSED:
			return SM_EXIT_REFUSED;
		default:
			return SM_EXIT_FAILED;
	}
}

bool
sm_apply_record_word(SmRun *run, const char *id, const char *phase, const char *state,
                     const char *reason)
{
	const char *values[] = {id, phase, state, reason, SM_TARGET};
	PGresult *result =
	    sm_ledger_call(run, "resolve_migration(text,text,text,text,text)", 5, values);
	SmError error = {0};

	PQclear(result);
	if (result != NULL)
		return true;
	sm_error_from_result(&error, run->failure, run->conn->pg);
	error.migration = id;
	error.code = SM_EXIT_FAILED;
	/* a runner records what it has run; a word is more */
	if (error.sqlstate != NULL && strcmp(error.sqlstate, "42501") == 0)
		error.next = "A role that says what is true gets its rights by "
		             "grant_migration_role('operator', role).";
	sm_report_error(&run->report, &error);
	return false;
}

void
sm_apply_say_terminated(SmRun *run, const SmMigration *migration, const char *next)
{
	SmError error = {0};

	error.what = "the session was ended by an administrator's command";
	error.migration = migration ? migration->id : NULL;
	error.next = next;
	error.code = SM_EXIT_FAILED;
	sm_report_error(&run->report, &error);
}

const char *
sm_apply_result(SmOutcome outcome)
{
	switch (outcome)
	{
		case SM_OUTCOME_DONE:
			return "completed";
		case SM_OUTCOME_INTERRUPTED:
			return "interrupted";
		case SM_OUTCOME_LOST:
		case SM_OUTCOME_UNKNOWN:
			return "unknown";
		case SM_OUTCOME_REFUSED:
			return "refused";
		default:
			return "failed";
	}
}

void
sm_apply_require_sound(SmPlan *plan)
{
	SmExitCode code = sm_problems_say(&plan->problems);

	if (code != SM_EXIT_DONE)
		exit(code);
}

cJSON *
sm_apply_steps_json(const SmStep *steps, int count)
{
	cJSON *array = cJSON_CreateArray();

	for (int i = 0; i < count; i++)
	{
		cJSON *object = cJSON_CreateObject();

		sm_output_add_text(object, "migration", steps[i].migration->id);
		sm_output_add_text(object, "phase", sm_plan_phase_text(steps[i].phase));
		cJSON_AddItemToArray(array, object);
	}
	return array;
}

void
sm_apply_say_due(const SmPlan *plan)
{
	if (plan->ndue == 0)
		return;
	sm_output_line("%d contract %s due:", plan->ndue, plan->ndue == 1 ? "phase is" : "phases are");
	for (int i = 0; i < plan->ndue && i < DUE_SHOWN; i++)
		sm_output_line("  %s", plan->due[i].migration->id);
	if (plan->ndue > DUE_SHOWN)
		sm_output_line("  and %d more", plan->ndue - DUE_SHOWN);
	sm_output_line(
	    "When nothing needs the old form any more: summit-migrate apply --phase contract");
}
