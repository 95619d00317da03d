/*
 * scratch.c
 *		The scratch server as the commands see it: one a program, with the
 *		extension in it, gone when the program is.  Its processes are in
 *		scratch_server.c, its folder is in scratch_files.c.
 */
#include "postgres_fe.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libpq-fe.h"

#include "error.h"
#include "interrupt.h"
#include "output.h"
#include "scratch.h"
#include "scratch_files.h"
#include "scratch_server.h"

#define STOP_SECONDS 10

static SmScratchServer server;
static bool is_running = false;

void
sm_scratch_stop(void)
{
	if (!is_running)
		return;
	is_running = false;
	sm_scratch_server_stop(&server);
}

const char *
sm_scratch_folder(void)
{
	return is_running ? server.folder : NULL;
}

/* Does something with the folders of the user that runs servers, as that user. */
static int
as_server_user(SmScratchUser user, int (*work)(const char *folder), const char *folder)
{
	pid_t pid;
	int status = 0;

	if (geteuid() == user.uid)
		return work(folder);
	pid = fork();
	if (pid == 0)
		_exit(sm_scratch_server_become(user) ? work(folder) : 0);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : 0;
}

static int
sweep(const char *folder)
{
	sm_scratch_files_sweep();
	return 0;
}

static PGconn *
connect_to_server(void)
{
	PGconn *conn = PQconnectdb(server.conninfo);

	if (PQstatus(conn) != CONNECTION_OK)
		sm_error_fail(SM_EXIT_FAILED, NULL, "could not connect to the scratch server: %s",
		              PQerrorMessage(conn));
	return conn;
}

static void
execute(PGconn *conn, const char *what, const char *next, const char *query)
{
	PGresult *result = PQexec(conn, query);
	SmError error = {NULL};

	if (PQresultStatus(result) != PGRES_COMMAND_OK)
	{
		sm_error_from_result(&error, result, conn);
		error.why = error.what;
		error.what = what;
		error.next = next;
		error.code = SM_EXIT_FAILED;
		sm_error_exit(&error);
	}
	PQclear(result);
}

/* The extension, and the role that migrations run as: what every file may count on. */
static void
create_objects(PGconn *conn, const SmConfig *config)
{
	char *schema = PQescapeIdentifier(conn, config->schema, strlen(config->schema));
	char *role;

	execute(conn, "could not make the extension's schema on the scratch server", NULL,
	        psprintf("CREATE SCHEMA IF NOT EXISTS %s", schema));
	execute(conn, "could not create the extension on the scratch server",
	        "Install it into the server that the scratch server is started from: make install",
	        psprintf("CREATE EXTENSION summit_migrate SCHEMA %s", schema));
	PQfreemem(schema);
	if (config->owner_role == NULL)
		return;
	role = PQescapeIdentifier(conn, config->owner_role, strlen(config->owner_role));
	execute(conn, "could not make owner_role on the scratch server", NULL,
	        psprintf("CREATE ROLE %s; GRANT CREATE ON DATABASE postgres TO %s; "
	                 "GRANT ALL ON SCHEMA public TO %s",
	                 role, role, role));
	PQfreemem(role);
}

/* The configured server, where one answers soon; NULL where there is none. */
static PGconn *
connect_to_configured(const SmConfig *config)
{
	const char *keywords[] = {"dbname", "connect_timeout", "application_name", NULL};
	const char *values[] = {config->conninfo, "2", "summit-migrate", NULL};
	PGconn *conn;

	if (config->conninfo == NULL && getenv("PGHOST") == NULL && getenv("PGSERVICE") == NULL)
		return NULL;
	conn = PQconnectdbParams(keywords, values, 1);
	if (PQstatus(conn) == CONNECTION_OK)
		return conn;
	PQfinish(conn);
	return NULL;
}

static void
compare_extensions(PGconn *configured, PGconn *scratch)
{
	PGresult *wanted =
	    PQexec(configured, "SELECT extname, extversion FROM pg_catalog.pg_extension ORDER BY 1");

	for (int i = 0; i < PQntuples(wanted); i++)
	{
		const char *values[] = {PQgetvalue(wanted, i, 0), PQgetvalue(wanted, i, 1)};
		PGresult *found = PQexecParams(scratch,
		                               "SELECT 1 FROM pg_catalog.pg_available_extension_versions "
		                               "WHERE name = $1 AND version = $2",
		                               2, NULL, values, NULL, NULL, 0);

		if (PQntuples(found) == 0)
			sm_error_warning("What needs it cannot be tried on a scratch server here.",
			                 "the configured server has extension %s %s, and this machine has not",
			                 values[0], values[1]);
		PQclear(found);
	}
	PQclear(wanted);
}

/* Warns where a try on the scratch server may not tell what the configured one will do. */
static void
compare_with_configured(const SmConfig *config, PGconn *scratch)
{
	PGconn *configured = connect_to_configured(config);

	if (configured == NULL)
		return;
	if (PQserverVersion(configured) / 10000 != PQserverVersion(scratch) / 10000)
		sm_error_warning("Install the same major here for a try that tells what will happen there.",
		                 "the scratch server is PostgreSQL %d, the configured server is %d",
		                 PQserverVersion(scratch) / 10000, PQserverVersion(configured) / 10000);
	compare_extensions(configured, scratch);
	PQfinish(configured);
}

const char *
sm_scratch_start(const SmConfig *config)
{
	char *bindir = sm_scratch_server_bindir();
	SmScratchUser user = sm_scratch_server_user();
	PGconn *conn;

	Assert(!is_running);
	as_server_user(user, sweep, NULL);
	sm_scratch_files_sweep();
	server.folder = sm_scratch_files_make();
	if (server.folder == NULL)
		sm_error_fail(SM_EXIT_FAILED, "Set TMPDIR to a folder that can be written.",
		              "could not make a folder in %s: %m", sm_scratch_files_base());
	is_running = true;
	atexit(sm_scratch_stop);
	sm_scratch_server_start(&server, bindir, user);
	pfree(bindir);

	conn = connect_to_server();
	create_objects(conn, config);
	compare_with_configured(config, conn);
	PQfinish(conn);
	return server.conninfo;
}

void
sm_scratch_keep(void)
{
	sm_scratch_server_keep(&server);
	is_running = false;
}

/* Tells the guardians of kept servers to end and waits for them; returns how many. */
static int
end_kept(const char *wanted)
{
	char **folders = sm_scratch_files_list();
	SmScratchOwner owner;
	int ended = 0;

	for (int i = 0; folders[i] != NULL; i++)
	{
		if ((wanted != NULL && strcmp(wanted, folders[i]) != 0) ||
		    !sm_scratch_files_owner(folders[i], &owner) || !owner.kept)
			continue;
		if (kill(owner.pid, SIGTERM) == 0)
			ended++;
		for (int j = 0; j < STOP_SECONDS * 200 && access(folders[i], F_OK) == 0; j++)
			pg_usleep(5000);
	}
	return ended;
}

int
sm_scratch_end(const char *folder)
{
	return as_server_user(sm_scratch_server_user(), end_kept, folder);
}
