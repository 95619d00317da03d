/*
 * cmd_apply.c
 *		apply: plan, lock, recovery, the steps, the summary.
 */
#include "postgres_fe.h"

#include "apply.h"
#include "interrupt.h"
#include "output.h"
#include "recover.h"
#include "run_migration.h"
#include "session.h"
#include "undo.h"

typedef struct Apply
{
	SmContext *context;
	SmConn *conn;
	SmPlanRequest request;
	SmPlan *plan;
	SmRun run;
	SmStep *at; /* the step that did not end well */
} Apply;

/* ---- planning ---- */

static void
make_plan(Apply *apply)
{
	if (apply->plan != NULL)
		sm_plan_free(apply->plan);
	apply->plan = sm_plan_make(apply->conn, &apply->request);
	apply->at = NULL;
	sm_plan_refuse_findings(apply->plan, apply->request.any_order);
}

/* After the lock was taken a faulty plan ends the run, too. */
static void
plan_again(Apply *apply)
{
	make_plan(apply);
	if (apply->plan->problems.count > 0)
		sm_run_end(&apply->run, SM_OUTCOME_FAILED);
	sm_apply_require_sound(apply->plan);
}

static bool
anything_in_doubt(SmConn *conn)
{
	PGresult *rows = sm_recover_list(conn);
	bool any = PQntuples(rows) > 0;

	PQclear(rows);
	return any;
}

/* ---- saying ---- */

static void
say_json(Apply *apply, const char *result)
{
	cJSON *document = sm_report_document(&apply->run.report, "apply", result, apply->run.epoch);

	cJSON_AddItemToObject(document, "due",
	                      sm_apply_steps_json(apply->plan->due, apply->plan->ndue));
	cJSON_AddItemToObject(document, "waiting",
	                      sm_apply_steps_json(apply->plan->waiting, apply->plan->nwaiting));
	sm_output_json(document);
}

static void
say_waiting(const SmPlan *plan)
{
	for (int i = 0; i < plan->nwaiting && i < 5; i++)
		sm_output_note("%s %s waits for another phase or migration", plan->waiting[i].migration->id,
		               sm_plan_phase_text(plan->waiting[i].phase));
	if (plan->nwaiting > 5)
		sm_output_note("… and %d more wait", plan->nwaiting - 5);
}

static void
say_end(Apply *apply, SmOutcome outcome)
{
	SmReport *report = &apply->run.report;
	char *duration = sm_output_duration(sm_clock() - report->started);
	char *undone = report->undone == 0 ? pg_strdup("") : psprintf(", %d undone", report->undone);
	int units = report->units - report->undone_units;

	if (report->phases > 0)
		sm_plan_list_due(apply->plan);
	if (sm_output_is_json())
		say_json(apply, sm_apply_result(outcome));
	else
	{
		if (report->phases == 0 && report->undone == 0 && outcome == SM_OUTCOME_DONE)
			sm_output_line("Nothing to do: %d migrations, all that may run has run.",
			               apply->plan->nmigrations);
		else
			sm_output_line("%d %s of %d %s%s in %s: %s", report->phases,
			               report->phases == 1 ? "phase" : "phases", units,
			               units == 1 ? "unit" : "units", undone, duration,
			               sm_apply_result(outcome));
		say_waiting(apply->plan);
		if (outcome == SM_OUTCOME_DONE)
			sm_apply_say_due(apply->plan);
	}
	pg_free(duration);
	pg_free(undone);
}

/* Says what the first contract that was asked for waits for. */
static void
refuse_contract(Apply *apply, const SmStep *step, const SmMigration *on, SmPhaseName missing)
{
	const char *phase = sm_plan_phase_text(missing);
	SmError error = {.code = SM_EXIT_REFUSED};

	error.what = psprintf("contract of %s waits for %s of %s", step->migration->id, phase, on->id);
	error.migration = step->migration->id;
	error.file = sm_plan_path(apply->plan, step->migration);
	error.line = step->migration->up[step->phase].line;
	error.why = psprintf(
	    "%s of %s is %s", phase, on->id,
	    on->state[missing] == SM_STATE_NONE ? "pending" : sm_plan_state_text(on->state[missing]));
	error.next = psprintf("summit-migrate apply%s --to %s, then this again.",
	                      missing == SM_PHASE_CONTRACT ? " --phase contract" : "", on->id);
	sm_report_error(&apply->run.report, &error);
}

/* What was asked for and waits: a contract by name of the phase is refused, all else is no failure. */
static SmOutcome
refuse_waiting(Apply *apply, SmOutcome outcome)
{
	const char *phase = apply->context->options.phase;

	if (outcome != SM_OUTCOME_DONE || phase == NULL || strcmp(phase, "contract") != 0)
		return outcome;
	for (int i = 0; i < apply->plan->nwaiting; i++)
	{
		SmPhaseName missing;
		const SmMigration *on = sm_plan_waits_for(&apply->plan->waiting[i], &missing);

		if (on == NULL)
			continue;
		refuse_contract(apply, &apply->plan->waiting[i], on, missing);
		return SM_OUTCOME_REFUSED;
	}
	return outcome;
}

/* ---- running ---- */

/* Once, and once more after a lost connection: what was cut off is ended by recovery. */
static SmOutcome
undo_once(Apply *apply, const char *id, bool again)
{
	bool acted = false;
	SmOutcome outcome = SM_OUTCOME_DONE;

	if (again)
	{
		sm_run_resume(&apply->run);
		make_plan(apply);
		outcome = sm_recover(&apply->run, apply->plan, &acted);
		if (outcome == SM_OUTCOME_DONE && acted)
			make_plan(apply);
	}
	if (outcome == SM_OUTCOME_DONE)
		outcome = sm_undo_failed(&apply->run, apply->plan, sm_plan_find(apply->plan, id));
	/* a statement that failed alone has no undo, but may have left an invalid index */
	return outcome == SM_OUTCOME_DONE ? sm_recover(&apply->run, apply->plan, &acted) : outcome;
}

/*
 * Undoes the failed migration when that was asked for.  The run has failed all
 * the same, unless a signal ends it or nobody knows how far the undo came.
 */
static SmOutcome
undo_failed(Apply *apply, SmOutcome outcome)
{
	const char *wanted = apply->context->options.on_failure;
	SmOutcome undone = SM_OUTCOME_LOST;
	char *id;
	bool failed = outcome == SM_OUTCOME_FAILED || outcome == SM_OUTCOME_REFUSED;

	if (!failed || apply->at == NULL || wanted == NULL || strcmp(wanted, "rollback") != 0)
		return outcome;
	id = pg_strdup(apply->at->migration->id);
	for (int i = 0; i <= SM_APPLY_RESUMES && undone == SM_OUTCOME_LOST; i++)
		undone = undo_once(apply, id, i > 0);
	if (undone == SM_OUTCOME_TERMINATED)
	{
		sm_run_resume(&apply->run);
		sm_migration_stop_undo(&apply->run, sm_plan_find(apply->plan, id), SM_PHASE_ALL,
		                       "ended by an administrator");
	}
	pg_free(id);
	return undone == SM_OUTCOME_DONE || undone == SM_OUTCOME_TERMINATED ? outcome : undone;
}

/* Recovery, then the steps of a plan that fits the ledger. */
static SmOutcome
run_once(Apply *apply, bool stale)
{
	bool acted = false;
	SmOutcome outcome = sm_recover(&apply->run, apply->plan, &acted);

	if (outcome != SM_OUTCOME_DONE)
		return outcome;
	if (stale || acted)
		plan_again(apply);
	sm_run_register(&apply->run, apply->plan);
	return sm_migration_run(&apply->run, apply->plan, &apply->at);
}

/* Goes on after lost connections as long as there is progress. */
static SmOutcome
run_all(Apply *apply)
{
	bool stale = sm_run_begin(&apply->run, apply->run.epoch);
	int without_progress = 0;

	for (;;)
	{
		int before = apply->run.report.units;
		SmOutcome outcome = run_once(apply, stale);
		bool lost = outcome == SM_OUTCOME_LOST || outcome == SM_OUTCOME_TERMINATED;

		if (apply->run.report.units > before)
			without_progress = 0;
		if (!lost || sm_interrupt_pending() || ++without_progress > SM_APPLY_RESUMES)
			return outcome;
		sm_run_resume(&apply->run);
		stale = true;
		if (outcome == SM_OUTCOME_TERMINATED)
			return outcome;
	}
}

static SmExitCode
run_plan(Apply *apply)
{
	SmOutcome outcome = run_all(apply);

	if (outcome == SM_OUTCOME_TERMINATED)
		sm_apply_say_terminated(&apply->run, apply->at ? apply->at->migration : NULL,
		                        "`summit-migrate apply` goes on from here.");
	outcome = undo_failed(apply, outcome);
	sm_run_end(&apply->run, outcome);
	outcome = refuse_waiting(apply, outcome);
	say_end(apply, outcome);
	return sm_apply_code(outcome);
}

static void
say_dry(Apply *apply)
{
	cJSON *document;

	if (!sm_output_is_json())
	{
		for (int i = 0; i < apply->plan->nsteps; i++)
			sm_output_line("would run %s %s", apply->plan->steps[i].migration->id,
			               sm_plan_phase_text(apply->plan->steps[i].phase));
		return;
	}
	document = sm_report_document(&apply->run.report, "apply", "dry_run", 0);
	cJSON_AddItemToObject(document, "would_run",
	                      sm_apply_steps_json(apply->plan->steps, apply->plan->nsteps));
	sm_output_json(document);
}

int
sm_cmd_apply(SmContext *context)
{
	Apply apply = {.context = context};
	SmExitCode code;

	apply.request = sm_apply_request(context);
	apply.conn = sm_conn_open(&context->config, NULL, SM_CONN_EXTENSION | SM_CONN_WRITER);
	sm_session_require_settings(apply.conn);
	sm_run_init(&apply.run, apply.conn, &context->config, "apply");
	apply.run.allow_understated = context->options.allow_understated_bump;
	apply.run.epoch = sm_run_epoch(apply.conn);
	make_plan(&apply);
	sm_apply_require_sound(apply.plan);
	if (context->options.dry_run)
	{
		say_dry(&apply);
		code = SM_EXIT_DONE;
	}
	else if (apply.plan->nsteps == 0 && !anything_in_doubt(apply.conn))
	{
		SmOutcome outcome = refuse_waiting(&apply, SM_OUTCOME_DONE);

		apply.run.epoch = 0;
		say_end(&apply, outcome);
		code = sm_apply_code(outcome);
	}
	else
		code = run_plan(&apply);
	sm_plan_free(apply.plan);
	sm_run_free(&apply.run);
	sm_conn_close(apply.conn);
	return code;
}
