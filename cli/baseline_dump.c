/*
 * baseline_dump.c
 *		Runs pg_dump for the schema of a database, writes it as a migration file,
 *		and has the ledger record it as completed.
 */
#include "postgres_fe.h"

#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fe_utils/string_utils.h"

#include "baseline_dump.h"
#include "error.h"
#include "files.h"
#include "version.h"

#define MAX_ARGUMENTS 200

/* pg_dump beside the program, else of the server it was built for, else of PATH. */
static char *
find_pg_dump(const char *program)
{
	char own[MAXPGPATH];
	char *path;

	if (find_my_exec(program, own) == 0)
	{
		get_parent_directory(own);
		path = psprintf("%s/pg_dump", own);
		if (access(path, X_OK) == 0)
			return path;
	}
	path = psprintf("%s/pg_dump", SM_SERVER_BINDIR);
	return access(path, X_OK) == 0 ? path : pg_strdup("pg_dump");
}

/* The connection for a child, by libpq's variables: an argument would show a password. */
static void
export_connection(SmConn *conn)
{
	PQconninfoOption *options = PQconninfo(conn->pg);

	for (PQconninfoOption *option = options; option != NULL && option->keyword != NULL; option++)
		if (option->envvar != NULL && option->val != NULL && option->val[0] != '\0')
			setenv(option->envvar, option->val, 1);
	PQconninfoFree(options);
	setenv("PGCLIENTENCODING", "UTF8", 1);
}

/* Everything but this extension, whose schema may be shared: the other extensions are named. */
static void
fill_arguments(SmConn *conn, const char *program, char **arguments)
{
	PGresult *result = sm_conn_query(conn,
	                                 "SELECT extname FROM pg_catalog.pg_extension "
	                                 "WHERE extname <> 'summit_migrate' ORDER BY 1",
	                                 0, NULL);
	int n = 0;

	arguments[n++] = find_pg_dump(program);
	arguments[n++] = "--schema-only";
	arguments[n++] = "--no-owner";
	arguments[n++] = "--no-privileges";
	if (strcmp(conn->schema, "public") != 0)
		arguments[n++] = psprintf("--exclude-schema=%s", conn->schema);
	for (int i = 0; i < PQntuples(result) && n < MAX_ARGUMENTS; i++)
		arguments[n++] = psprintf("--extension=%s", fmtId(PQgetvalue(result, i, 0)));
	arguments[n] = NULL;
	PQclear(result);
}

/* Starts pg_dump; its output can be read from *stream. */
static pid_t
start_dump(SmConn *conn, const char *program, FILE **stream)
{
	char *arguments[MAX_ARGUMENTS + 1];
	int ends[2];
	pid_t pid;

	fill_arguments(conn, program, arguments);
	fflush(NULL);
	if (pipe(ends) != 0 || (pid = fork()) < 0)
		sm_error_fail(SM_EXIT_FAILED, NULL, "could not start pg_dump: %m");
	if (pid == 0)
	{
		export_connection(conn);
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		execvp(arguments[0], arguments);
		fprintf(stderr, "%s: %s\n", arguments[0], strerror(errno));
		_exit(127);
	}
	close(ends[1]);
	*stream = fdopen(ends[0], "r");
	return pid;
}

/* The schema as SQL. */
static char *
dump_schema(SmConn *conn, const char *program)
{
	PQExpBuffer text = createPQExpBuffer();
	FILE *stream;
	pid_t pid = start_dump(conn, program, &stream);
	char *line = NULL;
	size_t size = 0;
	int status;

	/* psql's own commands (\restrict) are no part of a migration */
	while (getline(&line, &size, stream) > 0)
		if (line[0] != '\\')
			appendPQExpBufferStr(text, line);
	free(line);
	fclose(stream);
	if (waitpid(pid, &status, 0) != pid || status != 0)
		sm_error_fail(SM_EXIT_FAILED,
		              "Its message stands above; a pg_dump of the server's major or a newer one "
		              "is needed. --no-baseline goes on without.",
		              "pg_dump failed");
	return text->data;
}

/* Registers the file and records a human's word on it. */
static void
record(SmConn *conn, const char *id, const char *name, const char *text)
{
	const char *run[] = {"init", "summit-migrate " SM_PROGRAM_VERSION};
	char *names = sm_conn_array(&name, 1);
	char *contents = sm_conn_array(&text, 1);
	const char *files[] = {names, contents, "postgresql"};
	const char *word[] = {id, "expand", "completed",
	                      "baseline: the database had it before its first migration", "postgresql"};
	const char *end[] = {"completed"};

	PQclear(sm_conn_call(conn, "begin_run(text,text)", run));
	PQclear(sm_conn_call(conn, "register_migrations(text[],text[],text)", files));
	PQclear(sm_conn_call(conn, "resolve_migration(text,text,text,text,text)", word));
	PQclear(sm_conn_call(conn, "end_run(text)", end));
}

const char *
sm_baseline_create(SmContext *context, SmConn *conn)
{
	SmTextList ids = {0, NULL};
	char *id = sm_files_new_id(&ids, "schema", "baseline");
	char *name = psprintf("%s.sql", id);
	char *text = psprintf("-- Migration: Baseline\n"
	                      "-- ID: %s\n"
	                      "-- Version: 0.1.0\n"
	                      "-- Database: postgresql\n"
	                      "-- Type: schema\n"
	                      "-- Author: pg_dump\n"
	                      "-- Created: %.4s-%.2s-%.2s\n"
	                      "-- Breaking: false\n"
	                      "-- Dependencies: none\n"
	                      "\n"
	                      "-- PHASE 1: EXPAND\n"
	                      "%s",
	                      id, id, id + 4, id + 6, dump_schema(conn, context->program));

	sm_files_write(context->config.migrations, name, text);
	record(conn, id, name, text);
	return id;
}
