/*
 * cmd_baseline.c
 *		baseline: records as applied what the database already has, without
 *		running it.
 */
#include "postgres_fe.h"

#include "apply.h"
#include "ledger.h"
#include "output.h"

/* Those up to the named one of which nothing has run. */
static int
choose(SmPlan *plan, const char *to, SmMigration **chosen)
{
	SmMigration *last = to == NULL ? NULL : sm_plan_named(plan, to);
	int count = 0;

	for (int i = 0; i < plan->nmigrations; i++)
	{
		SmMigration *migration = plan->migrations[i];

		if (migration->file != NULL && !migration->other_target && !sm_plan_is_applied(migration))
			chosen[count++] = migration;
		if (migration == last)
			break;
	}
	return count;
}

static bool
record(SmRun *run, const SmMigration *migration, const char *reason)
{
	const char *values[] = {migration->id, "all", "completed", reason, SM_TARGET};
	PGresult *result =
	    sm_ledger_call(run, "resolve_migration(text,text,text,text,text)", 5, values);
	SmError error = {0};

	if (result != NULL)
	{
		PQclear(result);
		sm_report_phase(&run->report, migration, SM_PHASE_ALL, false, "completed", 0, 0);
		return true;
	}
	sm_error_from_result(&error, run->failure, run->conn->pg);
	error.migration = migration->id;
	sm_report_error(&run->report, &error);
	return false;
}

static SmOutcome
record_all(SmContext *context, SmRun *run, SmPlan *plan)
{
	const char *reason = context->options.reason ? context->options.reason : "baseline";
	SmMigration **chosen = sm_arena_alloc(plan->arena, (plan->nmigrations + 1) * sizeof(*chosen));
	int count;

	count = choose(plan, context->options.to, chosen);
	sm_run_register(run, plan);
	for (int i = 0; i < count; i++)
		if (!record(run, chosen[i], reason))
			return SM_OUTCOME_FAILED;
	return SM_OUTCOME_DONE;
}

static SmExitCode
run_baseline(SmContext *context, SmConn *conn, const SmPlanRequest *request)
{
	SmRun run;
	SmPlan *plan;
	SmOutcome outcome;

	sm_run_init(&run, conn, &context->config, "baseline");
	sm_run_begin(&run, 0);
	plan = sm_plan_make(conn, request);
	if (plan->problems.count > 0)
		sm_run_end(&run, SM_OUTCOME_FAILED);
	sm_apply_require_sound(plan);
	outcome = record_all(context, &run, plan);
	sm_run_end(&run, outcome);
	if (sm_output_is_json())
		sm_output_json(
		    sm_report_document(&run.report, "baseline", sm_apply_result(outcome), run.epoch));
	else
		sm_output_line("%d %s recorded as applied.", run.report.phases,
		               run.report.phases == 1 ? "migration" : "migrations");
	sm_plan_free(plan);
	sm_run_free(&run);
	return sm_apply_code(outcome);
}

static void
show(SmContext *context, SmConn *conn, const SmPlanRequest *request)
{
	SmPlan *plan = sm_plan_make(conn, request);
	SmMigration **chosen = sm_arena_alloc(plan->arena, (plan->nmigrations + 1) * sizeof(*chosen));
	cJSON *document = cJSON_CreateObject();
	cJSON *array = cJSON_AddArrayToObject(document, "would_record");
	int count;

	sm_apply_require_sound(plan);
	count = choose(plan, context->options.to, chosen);
	for (int i = 0; i < count; i++)
	{
		sm_output_line("would record %s", chosen[i]->id);
		cJSON_AddItemToArray(array, cJSON_CreateString(chosen[i]->id));
	}
	if (sm_output_is_json())
		sm_output_json(document);
	else
		cJSON_Delete(document);
	sm_plan_free(plan);
}

int
sm_cmd_baseline(SmContext *context)
{
	SmPlanRequest request = sm_apply_request(context);
	SmConn *conn = sm_conn_open(&context->config, NULL, SM_CONN_EXTENSION | SM_CONN_WRITER);
	SmExitCode code = SM_EXIT_DONE;

	request.phases = SM_PHASE_BIT(SM_PHASE_EXPAND) | SM_PHASE_BIT(SM_PHASE_MIGRATE) |
	                 SM_PHASE_BIT(SM_PHASE_CONTRACT);
	request.any_order = true;
	if (context->options.dry_run)
		show(context, conn, &request);
	else
		code = run_baseline(context, conn, &request);
	sm_conn_close(conn);
	return code;
}
