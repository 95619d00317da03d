/*
 * cmd_rollback.c
 *		rollback: which migrations, whether they may be undone, and in which order.
 */
#include "postgres_fe.h"

#include "apply.h"
#include "interrupt.h"
#include "output.h"
#include "plan_ledger.h"
#include "plan_parse.h"
#include "recover.h"
#include "run_migration.h"
#include "session.h"
#include "undo.h"

/* A migration to be undone, and by which texts. */
typedef struct Choice
{
	SmMigration *migration;
	SmPhaseName phases[SM_PHASES + 1];
	int count;
} Choice;

typedef struct Rollback
{
	SmContext *context;
	SmConn *conn;
	SmPlan *plan;
	SmRun run;
	SmPhaseName phase; /* SM_PHASE_ALL: the whole */
	int nids;
	char **ids; /* what was chosen when it was planned first; NULL before */
	int nchoices;
	Choice *choices; /* newest first */
	Choice *at;      /* the one under way, or the last one */
} Rollback;

/* ---- which ones ---- */

/* It has run, with or without success. */
static bool
has_run(const SmMigration *migration)
{
	for (int i = 0; i < SM_PHASES; i++)
		if (migration->state[i] == SM_STATE_COMPLETED || migration->state[i] == SM_STATE_FAILED ||
		    migration->state[i] == SM_STATE_RUNNING)
			return true;
	return false;
}

/* Something of it is done and not undone, or not undone to the end. */
static bool
stands(const SmMigration *migration)
{
	for (int i = 0; i < SM_PHASES; i++)
		if (sm_plan_has_begun(migration, i))
			return true;
	return migration->undo != SM_STATE_NONE;
}

/* Said twice, an undo has nothing left to do: the second call is no mistake. */
static bool
is_undone(const SmMigration *migration)
{
	for (int i = 0; i < SM_PHASES; i++)
		if (migration->state[i] == SM_STATE_ROLLED_BACK)
			return true;
	return false;
}

static void
mark_last_run(Rollback *rollback)
{
	PGresult *rows =
	    sm_conn_call(rollback->conn, "last_run_migrations(text)", (const char *const[]){SM_TARGET});

	for (int i = 0; i < PQntuples(rows); i++)
	{
		SmMigration *migration = sm_plan_find(rollback->plan, PQgetvalue(rows, i, 0));

		if (migration != NULL)
			migration->mark = 1;
	}
	PQclear(rows);
}

static void
mark_named(Rollback *rollback)
{
	const SmOptions *options = &rollback->context->options;

	for (int i = 0; i < options->nargs; i++)
	{
		SmMigration *migration = sm_plan_named(rollback->plan, options->args[i]);

		if (!has_run(migration) && !is_undone(migration))
			sm_error_fail(SM_EXIT_USAGE, "`summit-migrate status` lists what has run.",
			              "nothing of %s has run", migration->id);
		migration->mark = has_run(migration);
	}
}

static void
mark_behind(Rollback *rollback)
{
	SmMigration *last = sm_plan_named(rollback->plan, rollback->context->options.to);
	bool behind = false;

	for (int i = 0; i < rollback->plan->nmigrations; i++)
	{
		SmMigration *migration = rollback->plan->migrations[i];

		if (behind && stands(migration))
			migration->mark = 1;
		behind = behind || migration == last;
	}
}

/* What was chosen before and has not been undone since. */
static void
mark_again(Rollback *rollback)
{
	for (int i = 0; i < rollback->nids; i++)
	{
		SmMigration *migration = sm_plan_find(rollback->plan, rollback->ids[i]);

		if (migration != NULL)
			migration->mark = has_run(migration);
	}
}

static void
remember(Rollback *rollback)
{
	SmPlan *plan = rollback->plan;

	rollback->ids = pg_malloc((plan->nmigrations + 1) * sizeof(char *));
	for (int i = 0; i < plan->nmigrations; i++)
		if (plan->by_id[i]->mark != 0)
			rollback->ids[rollback->nids++] = pg_strdup(plan->by_id[i]->id);
}

/*
 * Marks what was chosen; false: nothing was said.  The choice is made once: after
 * a wait, or when a cut-off undo has been ended, "the last run" would be an older
 * one than the user has seen.
 */
static bool
mark_chosen(Rollback *rollback)
{
	const SmOptions *options = &rollback->context->options;

	for (int i = 0; i < rollback->plan->nmigrations; i++)
		rollback->plan->by_id[i]->mark = 0;
	if (rollback->ids != NULL)
		mark_again(rollback);
	else if (options->nargs > 0)
		mark_named(rollback);
	else if (options->to != NULL)
		mark_behind(rollback);
	else
		mark_last_run(rollback);
	if (rollback->ids == NULL)
		remember(rollback);
	return options->nargs > 0 || options->to != NULL || options->last || options->phase != NULL;
}

/* Has those parsed that the plan had no reason to look into. */
static void
read_chosen(Rollback *rollback)
{
	SmPlan *plan = rollback->plan;
	SmMigration **known = pg_malloc((plan->nmigrations + 1) * sizeof(SmMigration *));
	SmMigration **files = pg_malloc((plan->nmigrations + 1) * sizeof(SmMigration *));
	int nknown = 0;
	int nfiles = 0;

	for (int i = 0; i < plan->nmigrations; i++)
	{
		SmMigration *migration = plan->by_id[i];

		if (migration->mark == 0)
			continue;
		known[nknown++] = migration;
		if (!migration->parsed && migration->file != NULL && migration->file->usable)
			files[nfiles++] = migration;
	}
	sm_plan_parse(rollback->conn, plan, files, nfiles);
	sm_plan_ledger_details(rollback->conn, plan, known, nknown);
	sm_plan_ledger_units(rollback->conn, plan, known, nknown);
	pg_free(known);
	pg_free(files);
}

/* Those that have nothing of the wanted phase to undo are no choice of --last and --to. */
static bool
is_choice(const Rollback *rollback, const SmMigration *migration)
{
	if (migration->mark == 0)
		return false;
	return rollback->phase == SM_PHASE_ALL || rollback->context->options.nargs > 0 ||
	       migration->state[rollback->phase] == SM_STATE_COMPLETED ||
	       migration->state[rollback->phase] == SM_STATE_FAILED ||
	       migration->state[rollback->phase] == SM_STATE_RUNNING;
}

static void
choose(Rollback *rollback)
{
	SmPlan *plan = rollback->plan;

	rollback->choices = sm_arena_alloc(plan->arena, (plan->nmigrations + 1) * sizeof(Choice));
	rollback->nchoices = 0;
	for (int i = plan->nmigrations - 1; i >= 0; i--)
	{
		Choice *choice = &rollback->choices[rollback->nchoices];

		if (!is_choice(rollback, plan->migrations[i]))
			continue;
		choice->migration = plan->migrations[i];
		choice->count =
		    sm_undo_plan(rollback->conn, plan, choice->migration, rollback->phase, choice->phases);
		rollback->nchoices++;
	}
}

/* ---- whether they may ---- */

static void
refuse(Rollback *rollback, const SmMigration *migration, const char *next, const char *what)
{
	SmError error = {0};

	error.what = what;
	error.migration = migration->id;
	error.file = sm_plan_path(rollback->plan, migration);
	error.next = next;
	error.code = SM_EXIT_FAILED;
	sm_problems_add(&rollback->plan->problems, &error);
}

static void
refuse_without_text(Rollback *rollback)
{
	for (int i = 0; i < rollback->nchoices; i++)
	{
		const SmMigration *migration = rollback->choices[i].migration;

		if (rollback->choices[i].count == 0)
			refuse(rollback, migration,
			       "Write a -- ROLLBACK section into its file, or a new migration that undoes it.",
			       psprintf("%s has no rollback text%s%s", migration->id,
			                rollback->phase == SM_PHASE_ALL ? "" : " for phase ",
			                rollback->phase == SM_PHASE_ALL ? ""
			                                                : sm_plan_phase_text(rollback->phase)));
	}
}

static PGresult *
read_dependents(Rollback *rollback)
{
	const char **ids = pg_malloc((rollback->nchoices + 1) * sizeof(char *));
	char *array;
	PGresult *rows;

	for (int i = 0; i < rollback->nchoices; i++)
		ids[i] = rollback->choices[i].migration->id;
	array = sm_conn_array(ids, rollback->nchoices);
	rows =
	    sm_conn_call(rollback->conn, "migration_dependents(text[])", (const char *const[]){array});
	pg_free(array);
	pg_free(ids);
	return rows;
}

static void
refuse_dependents(Rollback *rollback)
{
	PGresult *rows = read_dependents(rollback);

	for (int i = 0; i < PQntuples(rows); i++)
	{
		SmMigration *dependent = sm_plan_find(rollback->plan, PQgetvalue(rows, i, 0));
		SmMigration *on = sm_plan_find(rollback->plan, PQgetvalue(rows, i, 1));
		bool contract = strcmp(PQgetvalue(rows, i, 2), "contract") == 0;

		if (dependent == NULL || on == NULL || dependent->mark != 0 || !has_run(dependent) ||
		    (rollback->phase == SM_PHASE_CONTRACT && !contract))
			continue;
		refuse(rollback, on, psprintf("Undo %s first, or both in one call.", dependent->id),
		       psprintf("%s is applied and depends on %s", dependent->id, on->id));
	}
	PQclear(rows);
}

/* ---- the command ---- */

/* Plans and chooses; false: nothing was chosen. */
static bool
prepare(Rollback *rollback)
{
	SmPlanRequest request = sm_apply_request(rollback->context);
	bool chosen;

	request.to = NULL;
	request.phases = 0;
	if (rollback->plan != NULL)
		sm_plan_free(rollback->plan);
	rollback->plan = sm_plan_make(rollback->conn, &request);
	rollback->at = NULL;
	/* faults of files do not stand in the way of undoing what has run */
	rollback->plan->problems.count = 0;
	chosen = mark_chosen(rollback);
	read_chosen(rollback);
	rollback->plan->problems.count = 0;
	choose(rollback);
	if (!chosen)
		return false;
	refuse_without_text(rollback);
	refuse_dependents(rollback);
	return true;
}

static cJSON *
choices_json(const Rollback *rollback)
{
	cJSON *array = cJSON_CreateArray();

	for (int i = 0; i < rollback->nchoices; i++)
	{
		cJSON *object = cJSON_CreateObject();

		sm_output_add_text(object, "migration", rollback->choices[i].migration->id);
		cJSON_AddBoolToObject(object, "rollback_available", rollback->choices[i].count > 0);
		cJSON_AddItemToArray(array, object);
	}
	return array;
}

/* What could be undone: the answer to a call without a choice, and to --dry-run. */
static void
list_choices(Rollback *rollback, const char *result)
{
	cJSON *document;

	if (!sm_output_is_json())
	{
		sm_output_line(rollback->nchoices == 0 ? "Nothing stands that could be undone."
		                                       : "Undone would be, newest first:");
		for (int i = 0; i < rollback->nchoices; i++)
			sm_output_line("  %s%s", rollback->choices[i].migration->id,
			               rollback->choices[i].count > 0 ? "" : "  (no rollback text)");
		return;
	}
	document = sm_report_document(&rollback->run.report, "rollback", result, 0);
	cJSON_AddItemToObject(document, "would_undo", choices_json(rollback));
	sm_output_json(document);
}

static SmExitCode
refuse_without_choice(Rollback *rollback)
{
	SmError error = {0};

	list_choices(rollback, "not_run");
	error.what = "nothing was chosen to be undone";
	error.next =
	    "`summit-migrate rollback --last` undoes these; name an id, or --to ID, for others.";
	error.code = SM_EXIT_USAGE;
	return sm_error_say(&error);
}

static SmOutcome
undo_chosen(Rollback *rollback)
{
	SmOutcome outcome = SM_OUTCOME_DONE;

	for (int i = 0; i < rollback->nchoices && outcome == SM_OUTCOME_DONE; i++)
	{
		Choice *choice = &rollback->choices[i];

		rollback->at = choice;
		outcome = sm_interrupt_pending()
		              ? SM_OUTCOME_INTERRUPTED
		              : sm_undo_run(&rollback->run, rollback->plan, choice->migration,
		                            choice->phases, choice->count);
	}
	return outcome;
}

/* After the lock: what was planned must still be so. */
static void
prepare_again(Rollback *rollback)
{
	prepare(rollback);
	if (rollback->plan->problems.count > 0)
		sm_run_end(&rollback->run, SM_OUTCOME_FAILED);
	sm_apply_require_sound(rollback->plan);
}

static SmOutcome
run_once(Rollback *rollback, bool stale)
{
	bool acted = false;
	SmOutcome outcome = sm_recover(&rollback->run, rollback->plan, &acted);

	if (outcome != SM_OUTCOME_DONE)
		return outcome;
	if (stale || acted)
		prepare_again(rollback);
	return undo_chosen(rollback);
}

/* In the session that follows the one that an administrator has ended. */
static void
stop(Rollback *rollback)
{
	Choice *at = rollback->at;
	const char *next = "`summit-migrate status` shows what stands.";

	for (int i = 0; at != NULL && i < at->count; i++)
		sm_migration_stop_undo(&rollback->run, at->migration, at->phases[i],
		                       "ended by an administrator");
	if (at != NULL)
		next = psprintf("`summit-migrate rollback %s` goes on from here.", at->migration->id);
	sm_apply_say_terminated(&rollback->run, at ? at->migration : NULL, next);
}

/* Goes on after lost connections as long as there is progress. */
static SmOutcome
run_all(Rollback *rollback)
{
	bool stale = sm_run_begin(&rollback->run, rollback->run.epoch);
	int without_progress = 0;

	for (;;)
	{
		int before = rollback->run.report.units;
		SmOutcome outcome = run_once(rollback, stale);

		if (outcome == SM_OUTCOME_TERMINATED)
		{
			sm_run_resume(&rollback->run);
			stop(rollback);
		}
		if (rollback->run.report.units > before)
			without_progress = 0;
		if (outcome != SM_OUTCOME_LOST || sm_interrupt_pending() ||
		    ++without_progress > SM_APPLY_RESUMES)
			return outcome;
		sm_run_resume(&rollback->run);
		stale = true;
	}
}

static SmExitCode
run_rollback(Rollback *rollback)
{
	SmOutcome outcome = run_all(rollback);
	SmReport *report = &rollback->run.report;
	char *duration = sm_output_duration(sm_clock() - report->started);

	sm_run_end(&rollback->run, outcome);
	if (sm_output_is_json())
		sm_output_json(
		    sm_report_document(report, "rollback", sm_apply_result(outcome), rollback->run.epoch));
	else
		sm_output_line("%d %s undone in %s: %s", report->undone,
		               report->undone == 1 ? "part" : "parts", duration, sm_apply_result(outcome));
	pg_free(duration);
	return sm_apply_code(outcome);
}

int
sm_cmd_rollback(SmContext *context)
{
	Rollback rollback = {.context = context};
	const SmOptions *options = &context->options;
	SmExitCode code;
	bool chosen;

	rollback.phase = options->phase ? sm_plan_phase_value(options->phase) : SM_PHASE_ALL;
	rollback.conn = sm_conn_open(&context->config, NULL, SM_CONN_EXTENSION | SM_CONN_WRITER);
	sm_session_require_settings(rollback.conn);
	sm_run_init(&rollback.run, rollback.conn, &context->config, "rollback");
	rollback.run.epoch = sm_run_epoch(rollback.conn);
	chosen = prepare(&rollback);
	sm_apply_require_sound(rollback.plan);
	if (!chosen)
		code = refuse_without_choice(&rollback);
	else if (options->dry_run || rollback.nchoices == 0)
	{
		list_choices(&rollback, options->dry_run ? "dry_run" : "completed");
		code = SM_EXIT_DONE;
	}
	else
		code = run_rollback(&rollback);
	sm_plan_free(rollback.plan);
	sm_run_free(&rollback.run);
	sm_conn_close(rollback.conn);
	return code;
}
