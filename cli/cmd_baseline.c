/*
 * cmd_baseline.c
 *		baseline: records as applied what the database already has, without
 *		running it.
 */
#include "postgres_fe.h"

#include "apply.h"
#include "output.h"

typedef struct Baseline
{
	SmContext *context;
	SmConn *conn;
	SmPlanRequest request;
	SmPlan *plan;
	int count;
	SmMigration **chosen; /* in the order in which they would run */
} Baseline;

/* ---- which ones ---- */

static bool
is_chosen_by_user(const SmOptions *options)
{
	return options->nargs > 0 || options->to != NULL || options->all;
}

static void
mark_named(Baseline *baseline)
{
	const SmOptions *options = &baseline->context->options;

	for (int i = 0; i < options->nargs; i++)
	{
		SmMigration *migration = sm_plan_named(baseline->plan, options->args[i]);

		if (migration->file == NULL || migration->other_target)
			sm_error_fail(SM_EXIT_USAGE, "A baseline is of files in the folder, for this target.",
			              "%s %s", migration->id,
			              migration->file == NULL ? "has no file" : "is of another target");
		migration->mark = 1;
	}
}

/* Without a word all of them, which is only shown then. */
static void
mark_up_to(Baseline *baseline, const char *to)
{
	SmPlan *plan = baseline->plan;
	SmMigration *last = to == NULL ? NULL : sm_plan_named(plan, to);

	for (int i = 0; i < plan->nmigrations; i++)
	{
		SmMigration *migration = plan->migrations[i];

		migration->mark = migration->file != NULL && !migration->other_target;
		if (migration == last)
			break;
	}
}

/* What has failed or was cut off is half there: only repair may speak about that. */
static bool
is_half_way(const SmMigration *migration)
{
	for (int i = 0; i < SM_PHASES; i++)
		if (migration->state[i] == SM_STATE_FAILED || migration->state[i] == SM_STATE_RUNNING)
			return true;
	return false;
}

static void
refuse_half_way(SmPlan *plan, const SmMigration *migration)
{
	SmError error = {0};

	error.what =
	    psprintf("%s has run in part: it cannot be recorded as being there", migration->id);
	error.migration = migration->id;
	error.file = sm_plan_path(plan, migration);
	error.next = psprintf("Finish it with apply, undo it with rollback, or say what is true: "
	                      "summit-migrate repair %s --phase PHASE --mark completed --reason \"…\"",
	                      migration->id);
	error.code = SM_EXIT_FAILED;
	sm_problems_add(&plan->problems, &error);
}

static void
choose(Baseline *baseline)
{
	const SmOptions *options = &baseline->context->options;
	SmPlan *plan = baseline->plan;

	for (int i = 0; i < plan->nmigrations; i++)
		plan->migrations[i]->mark = 0;
	if (options->nargs > 0)
		mark_named(baseline);
	if (options->nargs == 0 || options->to != NULL || options->all)
		mark_up_to(baseline, options->to);
	baseline->chosen = sm_arena_alloc(plan->arena, (plan->nmigrations + 1) * sizeof(SmMigration *));
	baseline->count = 0;
	for (int i = 0; i < plan->nmigrations; i++)
	{
		SmMigration *migration = plan->migrations[i];

		if (migration->mark == 0)
			continue;
		if (is_half_way(migration))
			refuse_half_way(plan, migration);
		else if (!sm_plan_is_applied(migration))
			baseline->chosen[baseline->count++] = migration;
	}
}

/* Files, ledger and choice; without faults of the files. */
static void
prepare(Baseline *baseline)
{
	baseline->plan = sm_plan_make(baseline->conn, &baseline->request);
	if (baseline->plan->problems.count == 0)
		choose(baseline);
}

/* ---- recording ---- */

static SmOutcome
record_all(Baseline *baseline, SmRun *run)
{
	const char *reason = baseline->context->options.reason;

	sm_run_register(run, baseline->plan);
	for (int i = 0; i < baseline->count; i++)
	{
		const SmMigration *migration = baseline->chosen[i];

		if (!sm_apply_record_word(run, migration->id, "all", "completed",
		                          reason ? reason : "baseline"))
			return SM_OUTCOME_FAILED;
		sm_report_phase(&run->report, migration, SM_PHASE_ALL, false, "completed", 0, 0);
	}
	return SM_OUTCOME_DONE;
}

static SmExitCode
run_baseline(Baseline *baseline)
{
	SmRun run;
	SmOutcome outcome;

	sm_run_init(&run, baseline->conn, &baseline->context->config, "baseline");
	sm_run_begin(&run, 0);
	prepare(baseline);
	if (baseline->plan->problems.count > 0)
		sm_run_end(&run, SM_OUTCOME_FAILED);
	sm_apply_require_sound(baseline->plan);
	outcome = record_all(baseline, &run);
	sm_run_end(&run, outcome);
	if (sm_output_is_json())
		sm_output_json(
		    sm_report_document(&run.report, "baseline", sm_apply_result(outcome), run.epoch));
	else
		sm_output_line("%d %s recorded as applied.", run.report.phases,
		               run.report.phases == 1 ? "migration" : "migrations");
	sm_run_free(&run);
	return sm_apply_code(outcome);
}

/* ---- only looking ---- */

static void
show(Baseline *baseline, const char *result)
{
	SmReport nothing = {0};
	cJSON *document;
	cJSON *array;

	sm_report_init(&nothing);
	document = sm_report_document(&nothing, "baseline", result, 0);
	sm_report_free(&nothing);
	array = cJSON_AddArrayToObject(document, "would_record");
	for (int i = 0; i < baseline->count; i++)
	{
		sm_output_line("would record %s", baseline->chosen[i]->id);
		cJSON_AddItemToArray(array, cJSON_CreateString(baseline->chosen[i]->id));
	}
	if (sm_output_is_json())
		sm_output_json(document);
	else
		cJSON_Delete(document);
}

static SmExitCode
refuse_without_choice(Baseline *baseline)
{
	SmError error = {0};

	show(baseline, "not_run");
	error.what = "nothing was chosen to be recorded";
	error.next = "Name ids, or --to ID for all up to and with one, or --all; see what the database "
	             "has first.";
	error.code = SM_EXIT_USAGE;
	return sm_error_say(&error);
}

int
sm_cmd_baseline(SmContext *context)
{
	Baseline baseline = {.context = context, .request = sm_apply_request(context)};
	const SmOptions *options = &context->options;
	bool runs = is_chosen_by_user(options) && !options->dry_run;
	SmExitCode code = SM_EXIT_DONE;

	baseline.conn =
	    sm_conn_open(&context->config, NULL, SM_CONN_EXTENSION | (runs ? SM_CONN_WRITER : 0));
	baseline.request.to = NULL;
	baseline.request.phases = SM_PHASE_BIT(SM_PHASE_EXPAND) | SM_PHASE_BIT(SM_PHASE_MIGRATE) |
	                          SM_PHASE_BIT(SM_PHASE_CONTRACT);
	baseline.request.any_order = true;
	if (runs)
		code = run_baseline(&baseline);
	else
	{
		prepare(&baseline);
		sm_apply_require_sound(baseline.plan);
		if (is_chosen_by_user(options))
			show(&baseline, "dry_run");
		else
			code = refuse_without_choice(&baseline);
	}
	sm_plan_free(baseline.plan);
	sm_conn_close(baseline.conn);
	return code;
}
