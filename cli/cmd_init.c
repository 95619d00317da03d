/*
 * cmd_init.c
 *		"init": configuration and folder, the extension, the environment's name.
 *		What an existing database becomes is baseline_dump.c's.
 */
#include "postgres_fe.h"

#include <sys/stat.h>
#include <unistd.h>

#include "fe_utils/string_utils.h"

#include "baseline_dump.h"
#include "command.h"
#include "conn.h"
#include "error.h"
#include "expected.h"
#include "files.h"
#include "output.h"
#include "version.h"

static const char *const config_text =
    "# Configuration of summit-migrate, in git's style.  Flags and environment variables come "
    "first.\n"
    "\n"
    "[project]\n"
    "\tmigrations = %s\n"
    "%s"
    "#\torder = strict            # or any: run a pending migration below an applied one\n"
    "#\tcontract = manual         # or auto\n"
    "#\towner_role = app_owner    # who owns what migrations create\n"
    "#\tlock_timeout = 2s         # how long one attempt may queue for a table's lock\n"
    "\n"
    "# One section an environment; passwords belong into ~/.pgpass or a service file.\n"
    "#[env \"prod\"]\n"
    "#\tservice = app_prod\n"
    "\n"
    "# Session settings of every unit.\n"
    "#[set]\n"
    "#\tsearch_path = app, public\n";

/* What init did, for its report. */
typedef struct Report
{
	cJSON *document;
	const char *baseline; /* id, NULL without */
} Report;

static void
note(Report *report, const char *name, const char *value, const char *line)
{
	sm_output_add_text(report->document, name, value);
	sm_output_line("%s", line);
}

static bool
exists(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0;
}

/* The folder as the configuration should name it: from its own folder where it is below. */
static const char *
relative_folder(const SmConfig *config)
{
	size_t length = strlen(config->root);

	if (strncmp(config->migrations, config->root, length) == 0 && config->migrations[length] == '/')
		return config->migrations + length + 1;
	return config->migrations;
}

static void
write_files(SmContext *context, Report *report)
{
	SmConfig *config = &context->config;
	char *folder = pg_strdup(config->migrations);
	char *schema = strcmp(config->schema, "summit_migrate") == 0
	                   ? pg_strdup("")
	                   : psprintf("\tschema = %s\n", config->schema);

	if (config->file == NULL)
	{
		config->file = sm_files_write(config->root, SM_CONFIG_FILE,
		                              psprintf(config_text, relative_folder(config), schema));
		note(report, "config", config->file, psprintf("wrote %s", config->file));
	}
	else
		note(report, "config", config->file, psprintf("using %s", config->file));
	if (!exists(config->migrations) && pg_mkdir_p(folder, 0777) != 0)
		sm_error_fail(SM_EXIT_USAGE, NULL, "could not make the folder \"%s\": %m",
		              config->migrations);
	note(report, "folder", config->migrations, psprintf("folder %s", config->migrations));
}

/* What a DBA types where this role may not. */
static char *
lines_for_dba(const SmConn *conn, const char *schema)
{
	return psprintf("CREATE SCHEMA IF NOT EXISTS %s; "
	                "CREATE EXTENSION summit_migrate SCHEMA %s; "
	                "GRANT USAGE ON SCHEMA %s TO PUBLIC; "
	                "SELECT %s.grant_migration_role('operator', '%s');",
	                schema, schema, schema, schema, conn->session_user_name);
}

/* Runs statements in one transaction, or exits. */
static void
run_all(SmConn *conn, const char *text)
{
	PGresult *result = PQexec(conn->pg, text);
	SmError error = {0};

	if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK)
	{
		sm_error_from_result(&error, result, conn->pg);
		sm_error_exit(&error);
	}
	PQclear(result);
}

/* Whether the server has the extension's files. */
static void
require_available(SmConn *conn)
{
	PGresult *result = sm_conn_query(conn,
	                                 "SELECT FROM pg_catalog.pg_available_extensions "
	                                 "WHERE name = 'summit_migrate'",
	                                 0, NULL);
	bool available = PQntuples(result) > 0;

	PQclear(result);
	if (!available)
		sm_error_fail(SM_EXIT_FAILED, "Install it on the server's machine: make install.",
		              "the server has no files of the extension summit_migrate");
}

static void
create_extension(SmConn *conn, const SmConfig *config, Report *report)
{
	char *schema = pg_strdup(fmtId(config->schema));

	if (conn->schema != NULL)
	{
		note(report, "extension", conn->extension_version,
		     psprintf("extension summit_migrate %s is in schema %s", conn->extension_version,
		              conn->schema));
		return;
	}
	require_available(conn);
	if (!conn->superuser)
		sm_error_fail(SM_EXIT_FAILED,
		              psprintf("Ask a superuser to run in %s, then init again:\n%s", conn->database,
		                       lines_for_dba(conn, schema)),
		              "%s may not create the extension: that needs a superuser",
		              conn->session_user_name);
	/* one query string is one transaction */
	run_all(conn,
	        psprintf("CREATE SCHEMA IF NOT EXISTS %s; CREATE EXTENSION summit_migrate SCHEMA %s; "
	                 "GRANT USAGE ON SCHEMA %s TO PUBLIC;",
	                 schema, schema, schema));
	conn->schema = schema;
	conn->extension_version = pg_strdup(SM_EXTENSION_VERSION);
	note(report, "extension", conn->extension_version,
	     psprintf("created extension summit_migrate %s in schema %s", conn->extension_version,
	              schema));
}

/* Gives the database its name; another name than it has is the wrong database. */
static void
set_environment(SmConn *conn, const SmConfig *config, Report *report)
{
	const char *values[] = {config->environment};

	if (config->environment == NULL || conn->environment != NULL)
	{
		sm_output_add_text(report->document, "environment", conn->environment);
		return;
	}
	PQclear(sm_conn_call(conn, "set_environment(text)", values));
	conn->environment = pg_strdup(config->environment);
	note(report, "environment", conn->environment,
	     psprintf("this database is now \"%s\"", conn->environment));
}

/* Whether the database has anything of its own that a migration could have made. */
static bool
has_objects(SmConn *conn)
{
	PGresult *result =
	    sm_conn_query(conn,
	                  "SELECT FROM pg_catalog.pg_class c "
	                  "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
	                  "WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') "
	                  "AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' "
	                  "AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d "
	                  "WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass "
	                  "AND d.objid = c.oid AND d.deptype = 'e') LIMIT 1",
	                  0, NULL);
	bool found = PQntuples(result) > 0;

	PQclear(result);
	return found;
}

/* Whether any migration is registered. */
static bool
has_history(SmConn *conn)
{
	const char *values[] = {"postgresql"};
	PGresult *result = sm_conn_call(conn, "migration_status(text)", values);
	bool found = PQntuples(result) > 0;

	PQclear(result);
	return found;
}

static void
make_baseline(SmContext *context, SmConn *conn, Report *report)
{
	SmTextList ids = sm_files_ids(context->config.migrations);

	if (context->options.no_baseline || has_history(conn) || !has_objects(conn))
	{
		sm_output_add_text(report->document, "baseline", NULL);
		return;
	}
	if (ids.count > 0)
	{
		sm_output_add_text(report->document, "baseline", NULL);
		sm_error_warning("summit-migrate baseline --to ID records as applied what it has already.",
		                 "the database has objects and the folder has migrations");
		return;
	}
	report->baseline = sm_baseline_create(context, conn);
	note(report, "baseline", report->baseline,
	     psprintf("baseline %s: what the database has, recorded as completed", report->baseline));
}

int
sm_cmd_init(SmContext *context)
{
	Report report = {.document = cJSON_CreateObject()};
	SmConn *conn;

	/* where nobody answers nothing is written */
	conn = sm_conn_open(&context->config, NULL, SM_CONN_WRITER);
	write_files(context, &report);
	create_extension(conn, &context->config, &report);
	set_environment(conn, &context->config, &report);
	make_baseline(context, conn, &report);
	sm_expected_first(conn);
	if (sm_output_is_json())
		sm_output_json(report.document);
	else
	{
		cJSON_Delete(report.document);
		sm_output_note("\nNext:\n  summit-migrate create add_something\n  summit-migrate status");
	}
	sm_conn_close(conn);
	return SM_EXIT_DONE;
}
