/*
 * cmd_status.c
 *		status: what is applied, pending, due, changed, out of order, in doubt.
 *		Reads only.
 */
#include "postgres_fe.h"

#include "apply.h"
#include "interrupt.h"
#include "output.h"
#include "recover.h"
#include "semver.h"

#define LOOK_AGAIN_MS 500

/* How many migrations are in which condition. */
typedef struct Counts
{
	int applied;
	int pending;
	int due;
	int changed;
	int missing;
	int out_of_order;
} Counts;

/* ---- one migration ---- */

static const char *
phase_state(const SmMigration *migration, SmPhaseName phase)
{
	if (migration->parsed && !migration->up[phase].present)
		return NULL;
	if (migration->state[phase] == SM_STATE_NONE)
		return migration->parsed ? "pending" : NULL;
	return sm_plan_state_text(migration->state[phase]);
}

static bool
is_due(const SmPlan *plan, const SmMigration *migration)
{
	for (int i = 0; i < plan->ndue; i++)
		if (plan->due[i].migration == migration)
			return true;
	return false;
}

/* The one thing that is most worth saying of it. */
static const char *
note_of(const SmPlan *plan, const SmMigration *migration)
{
	if (migration->other_target)
		return "no target of its type";
	if (migration->undo != SM_STATE_NONE)
		return "half undone";
	if (migration->file == NULL)
		return sm_plan_has_run(migration) ? "file is missing" : "unknown";
	if (migration->change == SM_CHANGE_MISMATCH)
		return "changed after it has run";
	if (migration->out_of_order)
		return "out of order";
	if (migration->change == SM_CHANGE_NOT_RUN)
		return "changed, not run";
	if (migration->change == SM_CHANGE_REPEAT)
		return "changed, runs again";
	if (migration->change == SM_CHANGE_COMMENTS)
		return "only comments changed";
	if (is_due(plan, migration))
		return "contract is due";
	return NULL;
}

static void
count(Counts *counts, const SmPlan *plan, const SmMigration *migration)
{
	if (migration->other_target)
		return;
	if (sm_plan_is_applied(migration))
		counts->applied++;
	else if (migration->file != NULL)
		counts->pending++;
	counts->changed += migration->change == SM_CHANGE_MISMATCH;
	counts->missing += migration->file == NULL && sm_plan_has_run(migration);
	counts->out_of_order += migration->out_of_order;
}

static SmColor
color_of(const SmMigration *migration)
{
	if (migration->change == SM_CHANGE_MISMATCH || migration->out_of_order ||
	    migration->file == NULL || migration->undo != SM_STATE_NONE)
		return SM_COLOR_BAD;
	return migration->other_target ? SM_COLOR_FAINT : SM_COLOR_WARN;
}

/* ---- as a table, as JSON ---- */

static void
print_table(const SmPlan *plan)
{
	static const char *const headings[] = {"MIGRATION", "EXPAND", "MIGRATE", "CONTRACT", "NOTE"};
	SmTable *table = sm_output_table(headings, lengthof(headings));

	for (int i = 0; i < plan->nmigrations; i++)
	{
		const SmMigration *migration = plan->migrations[i];
		const char *cells[] = {migration->id, phase_state(migration, SM_PHASE_EXPAND),
		                       phase_state(migration, SM_PHASE_MIGRATE),
		                       phase_state(migration, SM_PHASE_CONTRACT), note_of(plan, migration)};

		sm_output_row(table, cells, 4, color_of(migration));
	}
	sm_output_print(table);
}

static void
print_summary(const SmPlan *plan, const Counts *counts, const char *version, int in_doubt)
{
	sm_output_line("Version %s: %d applied, %d pending, %d due", version, counts->applied,
	               counts->pending, plan->ndue);
	if (counts->changed + counts->missing + counts->out_of_order > 0)
		sm_output_line("%d changed, %d missing, %d out of order: see summit-migrate verify",
		               counts->changed, counts->missing, counts->out_of_order);
	if (in_doubt > 0)
		sm_output_line("%d in doubt: see summit-migrate repair", in_doubt);
	if (counts->pending > 0)
		sm_output_line("Next: summit-migrate plan");
}

static cJSON *
migration_json(const SmPlan *plan, const SmMigration *migration)
{
	cJSON *object = cJSON_CreateObject();

	sm_output_add_text(object, "migration", migration->id);
	sm_output_add_text(object, "file", migration->file ? migration->file->name : NULL);
	sm_output_add_text(object, "expand", phase_state(migration, SM_PHASE_EXPAND));
	sm_output_add_text(object, "migrate", phase_state(migration, SM_PHASE_MIGRATE));
	sm_output_add_text(object, "contract", phase_state(migration, SM_PHASE_CONTRACT));
	cJSON_AddBoolToObject(object, "applied", sm_plan_is_applied(migration));
	cJSON_AddBoolToObject(object, "due", is_due(plan, migration));
	sm_output_add_text(object, "note", note_of(plan, migration));
	return object;
}

static void
print_json(const SmPlan *plan, const Counts *counts, const char *version, const char *environment,
           int in_doubt)
{
	cJSON *document = cJSON_CreateObject();
	cJSON *array;

	sm_output_add_text(document, "command", "status");
	sm_output_add_text(document, "version", version);
	sm_output_add_text(document, "environment", environment);
	cJSON_AddNumberToObject(document, "applied", counts->applied);
	cJSON_AddNumberToObject(document, "pending", counts->pending);
	cJSON_AddNumberToObject(document, "due", plan->ndue);
	cJSON_AddNumberToObject(document, "changed", counts->changed);
	cJSON_AddNumberToObject(document, "missing", counts->missing);
	cJSON_AddNumberToObject(document, "out_of_order", counts->out_of_order);
	cJSON_AddNumberToObject(document, "in_doubt", in_doubt);
	array = cJSON_AddArrayToObject(document, "migrations");
	for (int i = 0; i < plan->nmigrations; i++)
		cJSON_AddItemToArray(array, migration_json(plan, plan->migrations[i]));
	sm_output_json(document);
}

/* ---- the command ---- */

static char *
current_version(SmConn *conn)
{
	PGresult *result =
	    sm_conn_call(conn, "get_current_schema_version(text)", (const char *const[]){SM_TARGET});
	char *version = pg_strdup(PQgetvalue(result, 0, 0));

	PQclear(result);
	return version;
}

static int
count_in_doubt(SmConn *conn)
{
	PGresult *rows = sm_recover_list(conn);
	int found = PQntuples(rows);

	PQclear(rows);
	return found;
}

/* Prints the whole; returns how many migrations are pending. */
static int
show(SmContext *context, SmConn *conn, SmPlan *plan)
{
	char *version = current_version(conn);
	int in_doubt = count_in_doubt(conn);
	Counts counts = {0};

	for (int i = 0; i < plan->nmigrations; i++)
		count(&counts, plan, plan->migrations[i]);
	if (sm_output_is_json())
		print_json(plan, &counts, version, conn->environment, in_doubt);
	else
	{
		print_table(plan);
		print_summary(plan, &counts, version, in_doubt);
	}
	pg_free(version);
	return counts.pending;
}

static void
check_at_least(const char *version)
{
	SmSemver parsed;

	if (!sm_semver_read(version, &parsed))
		sm_error_fail(SM_EXIT_USAGE, "Write it as 1.4.0.", "--at-least: \"%s\" is not a version",
		              version);
}

static _Noreturn void
fail_probe(SmConn *conn, const PGresult *result)
{
	SmError error = {0};

	sm_error_from_result(&error, result, conn->pg);
	if (error.code == SM_EXIT_CONNECTION)
		error.next = "With --wait 5m the probe connects again, and goes on asking.";
	sm_error_exit(&error);
}

/*
 * A start-up probe: has the schema reached this version?  A server that restarts
 * meanwhile is what it waits for, too: it connects again until the deadline.
 */
static bool
is_at_least(SmContext *context, SmConn *conn, double deadline)
{
	PGresult *result = sm_conn_try(conn, "schema_version_at_least(text,text)",
	                               (const char *const[]){SM_TARGET, context->options.at_least});
	bool reached;

	if (PQresultStatus(result) != PGRES_TUPLES_OK)
	{
		if (PQstatus(conn->pg) == CONNECTION_OK || sm_clock() >= deadline)
			fail_probe(conn, result);
		PQclear(result);
		(void) sm_conn_retry(conn);
		return false;
	}
	reached = PQgetvalue(result, 0, 0)[0] == 't';
	PQclear(result);
	return reached;
}

/* Looks again and again until the version is there or the time is over. */
static SmExitCode
probe(SmContext *context, SmConn *conn)
{
	double deadline = sm_clock() + Max(0, context->options.wait);
	bool reached;
	cJSON *document;
	char *version;

	while (!(reached = is_at_least(context, conn, deadline)) && sm_clock() < deadline)
		if (!sm_interrupt_sleep(LOOK_AGAIN_MS))
			return sm_interrupt_code();
	version = current_version(conn);
	document = cJSON_CreateObject();
	sm_output_add_text(document, "command", "status");
	sm_output_add_text(document, "version", version);
	sm_output_add_text(document, "at_least", context->options.at_least);
	cJSON_AddBoolToObject(document, "reached", reached);
	if (sm_output_is_json())
		sm_output_json(document);
	else
		sm_output_line("Version %s, %s %s", version, reached ? "at least" : "below",
		               context->options.at_least);
	return reached ? SM_EXIT_DONE : SM_EXIT_PENDING;
}

/* With --check and --wait: until nothing is pending, or the time is over. */
static SmPlan *
wait_for_plan(SmContext *context, SmConn *conn, const SmPlanRequest *request)
{
	double deadline = sm_clock() + (context->options.check ? Max(0, context->options.wait) : 0);
	SmPlan *plan = sm_plan_make(conn, request);

	while (plan->problems.count == 0 && plan->npending > 0 && sm_clock() < deadline &&
	       sm_interrupt_sleep(LOOK_AGAIN_MS))
	{
		sm_plan_free(plan);
		plan = sm_plan_make(conn, request);
	}
	return plan;
}

int
sm_cmd_status(SmContext *context)
{
	SmPlanRequest request = sm_apply_request(context);
	SmConn *conn;
	SmExitCode code;
	SmPlan *plan;
	int pending;

	if (context->options.at_least != NULL)
		check_at_least(context->options.at_least);
	conn = sm_conn_open(&context->config, NULL, SM_CONN_EXTENSION);
	if (context->options.at_least != NULL)
		return probe(context, conn);
	plan = wait_for_plan(context, conn, &request);
	pending = show(context, conn, plan);
	code = sm_problems_say(&plan->problems);
	if (code == SM_EXIT_DONE && context->options.check && pending > 0)
		code = SM_EXIT_PENDING;
	sm_plan_free(plan);
	sm_conn_close(conn);
	return sm_interrupt_pending() ? sm_interrupt_code() : code;
}
