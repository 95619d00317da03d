/*
 * cmd_repair.c
 *		repair: units in doubt, what the catalog proves of them, acting on it, and
 *		a human's word where nothing proves anything.
 */
#include "postgres_fe.h"

#include "apply.h"
#include "output.h"
#include "recover.h"

/* ---- the report ---- */

static const char *
meaning(const char *outcome)
{
	static const struct
	{
		const char *outcome;
		const char *text;
	} meanings[] = {{"completed", "it was done; --apply records it"},
	                {"not_started", "it was not done; apply runs it again"},
	                {"cleanup", "it left something; --apply takes that away"},
	                {"batch", "apply goes on behind the last batch"},
	                {"running", "its backend is still at work: wait"},
	                {"undo", "its undo was cut off; --apply, apply or rollback ends it"},
	                {"undo_failed", "its undo has stopped; rollback with its ID goes on"},
	                {"unknown", "only Done-When or you can tell: --mark"}};

	for (int i = 0; i < (int) lengthof(meanings); i++)
		if (strcmp(meanings[i].outcome, outcome) == 0)
			return meanings[i].text;
	return outcome;
}

/* The first row with this outcome, or -1. */
static int
find_outcome(const PGresult *rows, const char *outcome)
{
	for (int i = 0; i < PQntuples(rows); i++)
		if (strcmp(PQgetvalue(rows, i, SM_DOUBT_OUTCOME), outcome) == 0)
			return i;
	return -1;
}

/* Something in it can be decided without anybody's word. */
static bool
can_act(const PGresult *rows)
{
	for (int i = 0; i < PQntuples(rows); i++)
		if (strcmp(PQgetvalue(rows, i, SM_DOUBT_OUTCOME), "undo_failed") != 0)
			return true;
	return false;
}

static void
print_table(const PGresult *rows)
{
	int stopped = find_outcome(rows, "undo_failed");
	static const char *const headings[] = {"MIGRATION", "PHASE", "#UNIT", "EVIDENCE", "MEANS"};
	SmTable *table = sm_output_table(headings, lengthof(headings));

	for (int i = 0; i < PQntuples(rows); i++)
	{
		const char *outcome = PQgetvalue(rows, i, SM_DOUBT_OUTCOME);
		const char *cells[] = {PQgetvalue(rows, i, SM_DOUBT_MIGRATION),
		                       PQgetvalue(rows, i, SM_DOUBT_PHASE),
		                       PQgetvalue(rows, i, SM_DOUBT_UNIT),
		                       PQgetvalue(rows, i, SM_DOUBT_DETAIL), meaning(outcome)};

		sm_output_row(table, cells, 4,
		              strcmp(outcome, "unknown") == 0 ? SM_COLOR_BAD : SM_COLOR_WARN);
	}
	sm_output_print(table);
	if (PQntuples(rows) == 0)
		sm_output_line("Nothing is in doubt.");
	if (can_act(rows))
		sm_output_line("Next: summit-migrate repair --apply");
	if (stopped >= 0)
		sm_output_line("Next: summit-migrate rollback %s",
		               PQgetvalue(rows, stopped, SM_DOUBT_MIGRATION));
}

/* The document of a run, which may not have been one, and what is in doubt after it. */
static void
print_json(SmReport *run, const char *result, long long epoch, const PGresult *rows)
{
	cJSON *document = sm_report_document(run, "repair", result, epoch);
	cJSON *array = cJSON_AddArrayToObject(document, "in_doubt");

	for (int i = 0; i < PQntuples(rows); i++)
	{
		cJSON *object = cJSON_CreateObject();

		sm_output_add_text(object, "migration", PQgetvalue(rows, i, SM_DOUBT_MIGRATION));
		sm_output_add_text(object, "phase", PQgetvalue(rows, i, SM_DOUBT_PHASE));
		sm_output_add_text(object, "direction", PQgetvalue(rows, i, SM_DOUBT_DIRECTION));
		sm_output_add_number(object, "unit", PQgetvalue(rows, i, SM_DOUBT_UNIT));
		sm_output_add_text(object, "statement", PQgetvalue(rows, i, SM_DOUBT_STATEMENT));
		sm_output_add_text(object, "started_at", PQgetvalue(rows, i, SM_DOUBT_STARTED));
		sm_output_add_text(object, "outcome", PQgetvalue(rows, i, SM_DOUBT_OUTCOME));
		sm_output_add_text(object, "detail", PQgetvalue(rows, i, SM_DOUBT_DETAIL));
		sm_output_add_text(
		    object, "cleanup",
		    PQgetisnull(rows, i, SM_DOUBT_CLEANUP) ? NULL : PQgetvalue(rows, i, SM_DOUBT_CLEANUP));
		cJSON_AddItemToArray(array, object);
	}
	sm_output_json(document);
}

static SmExitCode
report(SmConn *conn)
{
	PGresult *rows = sm_recover_list(conn);
	SmExitCode code = PQntuples(rows) == 0 ? SM_EXIT_DONE : SM_EXIT_FINDINGS;

	if (find_outcome(rows, "unknown") >= 0)
		code = SM_EXIT_UNKNOWN;
	if (sm_output_is_json())
	{
		SmReport nothing = {0};

		sm_report_init(&nothing);
		print_json(&nothing, "not_run", 0, rows);
		sm_report_free(&nothing);
	}
	else
		print_table(rows);
	PQclear(rows);
	return code;
}

/* ---- acting ---- */

/* What only a rollback may go on with. */
static SmOutcome
refuse_stopped(SmRun *run)
{
	PGresult *rows = sm_recover_list(run->conn);
	int row = find_outcome(rows, "undo_failed");
	const char *id = row < 0 ? NULL : PQgetvalue(rows, row, SM_DOUBT_MIGRATION);
	SmError error = {.code = SM_EXIT_FAILED};

	if (row < 0)
	{
		PQclear(rows);
		return SM_OUTCOME_DONE;
	}
	error.what = psprintf("the undo of %s was begun and has not ended", id);
	error.migration = id;
	error.why = PQgetvalue(rows, row, SM_DOUBT_DETAIL);
	error.next = psprintf("`summit-migrate rollback %s` goes on with it.", id);
	sm_report_error(&run->report, &error);
	PQclear(rows);
	return SM_OUTCOME_FAILED;
}

static SmOutcome
recover(SmContext *context, SmRun *run)
{
	SmPlanRequest request = sm_apply_request(context);
	SmPlan *plan = sm_plan_make(run->conn, &request);
	bool acted = false;
	SmOutcome outcome;

	/* faults of files do not stand in the way; a unit whose file is at fault has no Done-When */
	plan->problems.count = 0;
	outcome = sm_recover(run, plan, &acted);
	sm_plan_free(plan);
	return outcome == SM_OUTCOME_DONE ? refuse_stopped(run) : outcome;
}

/* The id that was typed, or a beginning of one. */
static char *
full_id(SmContext *context, SmConn *conn, const char *typed)
{
	SmPlanRequest request = sm_apply_request(context);
	SmPlan *plan = sm_plan_make(conn, &request);
	char *id = pg_strdup(sm_plan_named(plan, typed)->id);

	sm_plan_free(plan);
	return id;
}

/* Records a human's word. */
static SmOutcome
mark(SmContext *context, SmRun *run)
{
	const SmOptions *options = &context->options;
	char *id = full_id(context, run->conn, options->args[0]);

	if (!sm_apply_record_word(run, id, options->phase, options->mark, options->reason))
		return SM_OUTCOME_FAILED;
	sm_output_line("%s %s is recorded as %s.", options->args[0], options->phase, options->mark);
	return SM_OUTCOME_DONE;
}

static SmExitCode
act(SmContext *context, SmConn *conn)
{
	SmRun run;
	SmOutcome outcome;

	sm_run_init(&run, conn, &context->config, "repair");
	sm_run_begin(&run, 0);
	outcome = context->options.mark ? mark(context, &run) : recover(context, &run);
	sm_run_end(&run, outcome);
	if (sm_output_is_json())
	{
		PGresult *rows = sm_recover_list(conn);

		print_json(&run.report, sm_apply_result(outcome), run.epoch, rows);
		PQclear(rows);
	}
	else if (!context->options.mark && outcome == SM_OUTCOME_DONE)
		sm_output_line("Done. Next: summit-migrate apply");
	sm_run_free(&run);
	return sm_apply_code(outcome);
}

/* A word needs all its parts. */
static void
check_options(const SmOptions *options)
{
	if (options->mark == NULL && options->nargs == 0)
		return;
	if (options->nargs == 1 && options->phase != NULL && options->mark != NULL &&
	    options->reason != NULL)
		return;
	sm_error_fail(SM_EXIT_USAGE,
	              "summit-migrate repair ID --phase expand --mark completed --reason \"…\"",
	              "a word on a migration needs its id, --phase, --mark and --reason");
}

int
sm_cmd_repair(SmContext *context)
{
	const SmOptions *options = &context->options;
	bool acts = options->apply || options->mark != NULL;
	SmConn *conn;
	SmExitCode code;

	check_options(options);
	conn = sm_conn_open(&context->config, NULL, SM_CONN_EXTENSION | (acts ? SM_CONN_WRITER : 0));
	code = acts ? act(context, conn) : report(conn);
	sm_conn_close(conn);
	return code;
}
