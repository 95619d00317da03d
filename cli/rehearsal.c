/*
 * rehearsal.c
 *		Migration files applied on a scratch server for the schema that they
 *		make.  Which files, and in which order: all, or as a live database had
 *		them.  What is then done with the schema is the callers'.
 *
 * What the files take for granted is made before: the roles that the live
 * server has and no file creates, the database's name, the session settings
 * that come from role or database.  Checks are left out: they look at data, and
 * there is none.
 */
#include "postgres_fe.h"

#include "fe_utils/string_utils.h"

#include "interrupt.h"
#include "rehearsal.h"
#include "run_migration.h"
#include "scratch.h"
#include "version.h"

/* Columns of the applied phases. */
enum
{
	APPLIED_MIGRATION,
	APPLIED_PHASE,
	APPLIED_BY
};

/* ---- the server ---- */

static void
execute(SmConn *conn, char *query)
{
	PQclear(sm_conn_query(conn, query, 0, NULL));
	pg_free(query);
}

/* One text of the live server. */
static char *
ask(SmConn *conn, const char *query)
{
	PGresult *result = sm_conn_query(conn, query, 0, NULL);
	char *text = PQntuples(result) == 0 || PQgetisnull(result, 0, 0)
	                 ? NULL
	                 : pg_strdup(PQgetvalue(result, 0, 0));

	PQclear(result);
	return text;
}

static SmConn *
connect_as(SmRehearsal *rehearsal, const char *database, const char *user, int flags)
{
	PQExpBufferData text;

	initPQExpBuffer(&text);
	appendPQExpBuffer(&text, "%s dbname=", rehearsal->address);
	appendConnStrVal(&text, database);
	appendPQExpBufferStr(&text, " user=");
	appendConnStrVal(&text, user);
	return sm_conn_open(&rehearsal->config, text.data, flags | SM_CONN_ANY_ENVIRONMENT);
}

/* Settings that role or database give a session on the live server, before our own. */
static void
take_settings(SmConfig *config, SmConn *live)
{
	PGresult *rows = sm_conn_query(live,
	                               "SELECT name, setting FROM pg_catalog.pg_settings "
	                               "WHERE source IN ('database', 'user', 'database user') "
	                               "AND context IN ('user', 'superuser') ORDER BY name",
	                               0, NULL);
	int count = PQntuples(rows);
	SmSetting *settings = pg_malloc((count + config->nsettings + 1) * sizeof(SmSetting));

	for (int i = 0; i < count; i++)
	{
		settings[i].line = 0;
		settings[i].name = pg_strdup(PQgetvalue(rows, i, 0));
		settings[i].value = pg_strdup(PQgetvalue(rows, i, 1));
	}
	for (int i = 0; i < config->nsettings; i++)
		settings[count + i] = config->settings[i];
	config->settings = settings;
	config->nsettings += count;
	PQclear(rows);
}

/* A database of the live one's name, with the extension in it: files may name it. */
static char *
make_database(SmRehearsal *rehearsal, SmConn *live)
{
	char *name = pg_strdup(live == NULL ? "postgres" : live->database);
	SmConn *conn;

	if (strcmp(name, "postgres") == 0 || strncmp(name, "template", strlen("template")) == 0)
		return pg_strdup("postgres");
	conn = connect_as(rehearsal, "template1", "postgres", SM_CONN_ANY_SERVER);
	execute(conn, psprintf("CREATE DATABASE %s TEMPLATE postgres", fmtId(name)));
	sm_conn_close(conn);
	return name;
}

static void
start(SmRehearsal *rehearsal, const SmConfig *config, SmConn *live)
{
	char *database;

	memset(rehearsal, 0, sizeof(SmRehearsal));
	rehearsal->config = *config;
	rehearsal->config.order = SM_ORDER_ANY;
	if (live != NULL)
	{
		rehearsal->config.owner_role = NULL; /* it is made with the other roles */
		if (live->schema != NULL)
			rehearsal->config.schema =
			    ask(live, "SELECT n.nspname FROM pg_catalog.pg_extension e "
			              "JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace "
			              "WHERE e.extname = 'summit_migrate'");
		take_settings(&rehearsal->config, live);
	}
	(void) sm_scratch_start(&rehearsal->config);
	rehearsal->config.owner_role = config->owner_role;
	rehearsal->config.environment = NULL;
	rehearsal->address = psprintf("host='%s' port=5432", sm_scratch_folder());
	database = make_database(rehearsal, live);
	rehearsal->conn =
	    connect_as(rehearsal, database, "postgres", SM_CONN_EXTENSION | SM_CONN_WRITER);
	pg_free(database);
}

/* ---- roles ---- */

/* Runs the files' CREATE ROLE statements for once, inside a transaction. */
static void
try_create_roles(SmRehearsal *rehearsal, const SmPhase *phase)
{
	for (int i = 0; i < phase->nunits; i++)
		for (int j = 0; j < phase->units[i].nstatements; j++)
		{
			const SmStatement *statement = &phase->units[i].statements[j];
			char *text;

			if (strcmp(statement->tag, "CREATE ROLE") != 0)
				continue;
			text = pnstrdup(statement->text, statement->length);
			execute(rehearsal->conn, pg_strdup("SAVEPOINT role"));
			PQclear(PQexec(rehearsal->conn->pg, text));
			if (PQtransactionStatus(rehearsal->conn->pg) == PQTRANS_INERROR)
				execute(rehearsal->conn, pg_strdup("ROLLBACK TO role"));
			pg_free(text);
		}
}

/* The roles that are there after the files' CREATE ROLE statements, as the literal of a text[]. */
static char *
roles_of_files(SmRehearsal *rehearsal)
{
	char *names;

	execute(rehearsal->conn, pg_strdup("BEGIN"));
	for (int i = 0; i < rehearsal->plan->nsteps; i++)
	{
		const SmStep *step = &rehearsal->plan->steps[i];

		try_create_roles(rehearsal, &step->migration->up[step->phase]);
	}
	names = ask(rehearsal->conn,
	            "SELECT pg_catalog.array_agg(rolname::pg_catalog.text) FROM pg_catalog.pg_roles");
	execute(rehearsal->conn, pg_strdup("ROLLBACK"));
	return names;
}

/* The roles that applied something on the live database, as the literal of a text[]. */
static char *
roles_of_ledger(const SmRehearsal *rehearsal)
{
	int nrows = rehearsal->applied == NULL ? 0 : PQntuples(rehearsal->applied);
	const char **names = pg_malloc((nrows + 2) * sizeof(char *));
	int count = 0;
	char *array;

	if (rehearsal->config.owner_role != NULL)
		names[count++] = rehearsal->config.owner_role;
	for (int i = 0; i < nrows; i++)
	{
		const char *name = PQgetvalue(rehearsal->applied, i, APPLIED_BY);

		if (count == 0 || strcmp(names[count - 1], name) != 0)
			names[count++] = name;
	}
	array = sm_conn_array(names, count);
	pg_free(names);
	return array;
}

/* Makes the roles that the files take for granted; they may do everything here. */
static void
make_roles(SmRehearsal *rehearsal, SmConn *live)
{
	char *there = roles_of_files(rehearsal);
	char *needed = roles_of_ledger(rehearsal);
	PGresult *rows =
	    sm_conn_query(live,
	                  "SELECT pg_catalog.quote_ident(r.name) FROM ("
	                  "SELECT rolname::pg_catalog.text FROM pg_catalog.pg_roles UNION "
	                  "SELECT pg_catalog.unnest($2::pg_catalog.text[])) r (name) "
	                  "WHERE r.name <> ALL ($1::pg_catalog.text[]) AND r.name !~ '^pg_' ORDER BY 1",
	                  2, (const char *const[]){there, needed});

	for (int i = 0; i < PQntuples(rows); i++)
		execute(rehearsal->conn,
		        psprintf("CREATE ROLE %s SUPERUSER LOGIN", PQgetvalue(rows, i, 0)));
	PQclear(rows);
	pg_free(there);
	pg_free(needed);
}

/* ---- running ---- */

/* Plans all files on the empty server and hands them over to its ledger. */
static void
plan_all(SmRehearsal *rehearsal)
{
	SmPlanRequest request = {.folder = rehearsal->config.migrations, .any_order = true};
	SmExitCode code;

	request.phases = SM_PHASE_BIT(SM_PHASE_EXPAND) | SM_PHASE_BIT(SM_PHASE_MIGRATE) |
	                 SM_PHASE_BIT(SM_PHASE_CONTRACT);
	rehearsal->plan = sm_plan_make(rehearsal->conn, &request);
	code = sm_problems_say(&rehearsal->plan->problems);
	if (code != SM_EXIT_DONE)
		exit(code);
	for (int i = 0; i < rehearsal->plan->nmigrations; i++)
		rehearsal->plan->migrations[i]->nchecks = 0;
}

static _Noreturn void
fail(const SmRun *run)
{
	if (run->conn->pg == NULL || PQstatus(run->conn->pg) != CONNECTION_OK)
		sm_error_fail(SM_EXIT_FAILED, NULL, "the scratch server has gone away");
	sm_error_fail(SM_EXIT_FAILED,
	              "Its message stands above. Without a configured server (env -u DATABASE_URL) "
	              "summit-migrate --scratch apply runs all files on an empty one.",
	              "a file could not be applied on the scratch server");
}

/* Runs some of the plan's steps as a role; registers all files in the first run. */
static void
run_steps(SmRehearsal *rehearsal, const char *role, SmStep *steps, int nsteps)
{
	SmConn *conn =
	    connect_as(rehearsal, rehearsal->conn->database, role, SM_CONN_EXTENSION | SM_CONN_WRITER);
	SmPlan *plan = rehearsal->plan;
	SmPlan part = *plan;
	SmStep *at = NULL;
	SmRun run;
	SmOutcome outcome;

	sm_run_init(&run, conn, &rehearsal->config, "rehearsal");
	run.rehearses = run.report.silent = true;
	sm_run_begin(&run, 0);
	sm_run_register(&run, plan);
	for (int i = 0; i < plan->nmigrations; i++)
		if (plan->migrations[i]->registered)
			plan->migrations[i]->change = SM_CHANGE_NONE;
	part.steps = steps;
	part.nsteps = nsteps;
	outcome = sm_migration_run(&run, &part, &at);
	if (outcome == SM_OUTCOME_INTERRUPTED)
		exit(sm_interrupt_code());
	if (outcome != SM_OUTCOME_DONE)
		fail(&run);
	sm_run_end(&run, outcome);
	sm_run_free(&run);
	sm_conn_close(conn);
}

void
sm_rehearsal_all(SmRehearsal *rehearsal, const SmConfig *config)
{
	SmConn *live =
	    sm_conn_open(config, NULL, SM_CONN_TRY | SM_CONN_ANY_SERVER | SM_CONN_ANY_ENVIRONMENT);

	start(rehearsal, config, live);
	plan_all(rehearsal);
	if (live != NULL)
		make_roles(rehearsal, live);
	if (rehearsal->plan->nsteps > 0)
		run_steps(rehearsal, live == NULL ? "postgres" : live->session_user_name,
		          rehearsal->plan->steps, rehearsal->plan->nsteps);
	sm_conn_close(live);
}

/* ---- as on the live database ---- */

/* What has run there and what has not must both be known, or nothing can be compared. */
static void
refuse_unclear(SmPlan *plan)
{
	SmError error = {.code = SM_EXIT_FINDINGS};

	for (int i = 0; i < plan->nmigrations; i++)
	{
		const SmMigration *migration = plan->migrations[i];

		error.migration = migration->id;
		if (migration->other_target)
			continue;
		if (migration->file == NULL && sm_plan_has_run(migration))
		{
			error.what = psprintf("%s has run, but its file is not in the folder", migration->id);
			error.next = "Take the branch that has it, or see summit-migrate verify.";
			sm_problems_add(&plan->problems, &error);
		}
		for (int j = 0; j < SM_PHASES; j++)
			if (migration->begun[j] && migration->state[j] != SM_STATE_COMPLETED)
			{
				error.what = psprintf("%s %s stands half-way: it is neither pending nor applied",
				                      migration->id, sm_plan_phase_text(j));
				error.next = "summit-migrate apply finishes it.";
				sm_problems_add(&plan->problems, &error);
			}
	}
}

static PGresult *
read_applied(SmConn *live)
{
	char *query =
	    psprintf("SELECT m.migration_id, m.phase, coalesce(m.executed_by, session_user) "
	             "FROM %s.migration_state($1::pg_catalog.text, NULL::pg_catalog.text[]) m "
	             "WHERE m.status = 'completed' ORDER BY m.executed_at NULLS FIRST, "
	             "m.migration_id COLLATE pg_catalog.\"C\", "
	             "pg_catalog.array_position(ARRAY['expand', 'migrate', 'contract'], m.phase)",
	             live->schema);
	PGresult *rows = sm_conn_query(live, query, 1, (const char *const[]){SM_TARGET});

	pg_free(query);
	return rows;
}

bool
sm_rehearsal_anything_applied(SmConn *live)
{
	PGresult *rows;
	bool any;

	if (live->schema == NULL || live->extension_version == NULL ||
	    strcmp(live->extension_version, SM_EXTENSION_VERSION) != 0)
		return false;
	rows = sm_conn_try(live, "applied_migrations(text)", (const char *const[]){SM_TARGET});
	any = PQresultStatus(rows) == PGRES_TUPLES_OK && PQntuples(rows) > 0;
	PQclear(rows);
	return any;
}

bool
sm_rehearsal_is_sound(SmRehearsal *rehearsal)
{
	SmPlan *plan = rehearsal->live_plan;

	sm_plan_refuse_findings(plan, true);
	refuse_unclear(plan);
	return plan->problems.count == 0;
}

/* Says what of the files is not what has run there, and exits. */
static void
require_sound(SmRehearsal *rehearsal)
{
	SmPlan *plan = rehearsal->live_plan;
	SmExitCode code;

	if (plan->problems.count == 0)
		(void) sm_rehearsal_is_sound(rehearsal);
	code = sm_problems_say(&plan->problems);
	if (code != SM_EXIT_DONE)
		exit(code);
}

/* The repeatable files that have run there, and read otherwise now. */
static void
find_changed(SmRehearsal *rehearsal)
{
	const SmPlan *plan = rehearsal->live_plan;

	rehearsal->changed = pg_malloc((plan->nmigrations + 1) * sizeof(SmMigration *));
	for (int i = 0; i < plan->nmigrations; i++)
		if (plan->migrations[i]->change == SM_CHANGE_REPEAT && sm_plan_has_run(plan->migrations[i]))
			rehearsal->changed[rehearsal->nchanged++] =
			    sm_plan_find(rehearsal->plan, plan->migrations[i]->id);
}

static bool
is_changed(const SmRehearsal *rehearsal, const SmMigration *migration)
{
	for (int i = 0; i < rehearsal->nchanged; i++)
		if (rehearsal->changed[i] == migration)
			return true;
	return false;
}

/* The step of the plan that a row is; NULL: one that is not to run now. */
static const SmStep *
step_of(const SmRehearsal *rehearsal, int row)
{
	const char *id = PQgetvalue(rehearsal->applied, row, APPLIED_MIGRATION);
	SmPhaseName phase = sm_plan_phase_value(PQgetvalue(rehearsal->applied, row, APPLIED_PHASE));

	for (int i = 0; i < rehearsal->plan->nsteps; i++)
	{
		const SmStep *step = &rehearsal->plan->steps[i];

		if (step->phase == phase && strcmp(step->migration->id, id) == 0)
			return is_changed(rehearsal, step->migration) ? NULL : step;
	}
	return NULL;
}

/* Runs the applied phases, those in a row by one role together. */
static void
run_applied(SmRehearsal *rehearsal)
{
	int nrows = PQntuples(rehearsal->applied);
	SmStep *steps = pg_malloc((nrows + 1) * sizeof(SmStep));
	int count = 0;

	for (int i = 0; i < nrows; i++)
	{
		const char *role = PQgetvalue(rehearsal->applied, i, APPLIED_BY);
		const SmStep *step = step_of(rehearsal, i);
		bool ends =
		    i + 1 == nrows || strcmp(role, PQgetvalue(rehearsal->applied, i + 1, APPLIED_BY)) != 0;

		if (step != NULL)
			steps[count++] = *step;
		if (!ends || count == 0)
			continue;
		run_steps(rehearsal, role, steps, count);
		count = 0;
	}
	pg_free(steps);
}

void
sm_rehearsal_start(SmRehearsal *rehearsal, const SmConfig *config, SmConn *live)
{
	start(rehearsal, config, live);
	plan_all(rehearsal);
}

void
sm_rehearsal_look(SmRehearsal *rehearsal, SmConn *live)
{
	SmPlanRequest request = {
	    .folder = rehearsal->config.migrations, .any_order = true, .parse_all = true};

	if (rehearsal->live_plan != NULL)
		sm_plan_free(rehearsal->live_plan);
	PQclear(rehearsal->applied);
	rehearsal->live_plan = sm_plan_make(live, &request);
	rehearsal->applied = read_applied(live);
}

void
sm_rehearsal_applied(SmRehearsal *rehearsal, SmConn *live)
{
	require_sound(rehearsal);
	find_changed(rehearsal);
	make_roles(rehearsal, live);
	run_applied(rehearsal);
}

void
sm_rehearsal_changed(SmRehearsal *rehearsal)
{
	SmStep *steps = pg_malloc((rehearsal->nchanged * SM_PHASES + 1) * sizeof(SmStep));
	int count = 0;

	for (int i = 0; i < rehearsal->plan->nsteps; i++)
		if (is_changed(rehearsal, rehearsal->plan->steps[i].migration))
			steps[count++] = rehearsal->plan->steps[i];
	if (count > 0)
		run_steps(rehearsal, rehearsal->conn->session_user_name, steps, count);
	pg_free(steps);
}
