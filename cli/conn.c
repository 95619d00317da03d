/*
 * conn.c
 *		Connecting: waiting for a server that starts, settings of the session,
 *		what the server is, and whether it is the one that was meant.  Calling
 *		its functions is call.c's; connection strings are conninfo.c's.
 */
#include "postgres_fe.h"

#include <time.h>

#include "fe_utils/string_utils.h"

#include "conn.h"
#include "error.h"
#include "interrupt.h"
#include "output.h"
#include "version.h"

#define RETRY_MS 250

/*
 * A session that holds a lock must go when its client goes: the server looks
 * for the client while a statement runs, keepalives find a dead host, and no
 * idle timeout of the database's takes the lock away in between.  Files are
 * parsed with standard_conforming_strings on, and so they must run.
 */
const char *const sm_conn_writer_settings =
    "SET standard_conforming_strings = on; SET client_connection_check_interval = '500ms'; SET "
    "idle_session_timeout = 0; "
    "SET idle_in_transaction_session_timeout = 0; SET tcp_keepalives_idle = 10; "
    "SET tcp_keepalives_interval = 3; SET tcp_keepalives_count = 3; SET tcp_user_timeout = '20s'; ";

static const char *const facts_query =
    "SELECT pg_catalog.pg_backend_pid(), pg_catalog.current_setting('server_version_num'), "
    "pg_catalog.current_setting('server_version'), pg_catalog.current_database(), "
    "pg_catalog.pg_encoding_to_char(d.encoding), session_user, "
    "pg_catalog.current_setting('role'), r.rolsuper, pg_catalog.pg_is_in_recovery(), "
    "(SELECT s.system_identifier FROM pg_catalog.pg_control_system() s), "
    "CASE WHEN pg_catalog.pg_is_in_recovery() "
    "THEN (SELECT pg_catalog.lpad(pg_catalog.upper(pg_catalog.to_hex(c.timeline_id)), 8, '0') "
    "FROM pg_catalog.pg_control_checkpoint() c) "
    "ELSE pg_catalog.substr(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 1, 8) "
    "END, "
    "e.extversion, n.nspname, "
    "pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND "
    "pg_catalog.has_function_privilege(p.oid, 'EXECUTE') "
    "FROM pg_catalog.pg_database d JOIN pg_catalog.pg_roles r ON r.rolname = current_user "
    "LEFT JOIN pg_catalog.pg_extension e ON e.extname = 'summit_migrate' "
    "LEFT JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace "
    "LEFT JOIN pg_catalog.pg_proc p ON p.pronamespace = n.oid AND p.proname = 'get_environment' "
    "WHERE d.datname = pg_catalog.current_database()";

static double
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000.0 + now.tv_nsec / 1e6;
}

/* The server's notices: warnings are said, the rest only with --verbose. */
static void
take_notice(void *arg, const PGresult *result)
{
	const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
	const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

	if (severity != NULL && strcmp(severity, "WARNING") == 0)
		sm_error_warning(PQresultErrorField(result, PG_DIAG_MESSAGE_HINT), "%s", message);
	else if (message != NULL)
		sm_output_detail("%s", message);
}

/* One attempt.  libpq goes on after a signal, so that a signal ends the program here. */
static PGconn *
connect_once(const char *conninfo)
{
	const char *names[] = {"fallback_application_name",
	                       "connect_timeout",
	                       "keepalives",
	                       "keepalives_idle",
	                       "keepalives_interval",
	                       "keepalives_count",
	                       "tcp_user_timeout",
	                       "dbname",
	                       "client_encoding",
	                       NULL};
	const char *values[] = {
	    "summit-migrate", "10", "1", "10", "3", "3", "20000", conninfo == NULL ? "" : conninfo,
	    "UTF8",           NULL};
	PGconn *pg;

	sm_interrupt_ends(true);
	pg = PQconnectdbParams(names, values, 1);
	sm_interrupt_ends(false);
	if (pg == NULL)
		sm_error_fail(SM_EXIT_FAILED, NULL, "out of memory");
	return pg;
}

/* Whether a later attempt may do better: nobody answers, or the server is starting. */
static bool
is_starting(const char *conninfo)
{
	const char *names[] = {"dbname", NULL};
	const char *values[] = {conninfo == NULL ? "" : conninfo, NULL};
	PGPing answer;

	sm_interrupt_ends(true);
	answer = PQpingParams(names, values, 1);
	sm_interrupt_ends(false);
	return answer == PQPING_REJECT || answer == PQPING_NO_RESPONSE;
}

/*
 * Connects, trying again for wait_ms while the server is starting; once more
 * where it has become ready between the attempt and the question.
 */
static PGconn *
connect_wait(const char *conninfo, int wait_ms)
{
	double deadline = now_ms() + wait_ms;
	bool last = false;

	for (;;)
	{
		PGconn *pg = connect_once(conninfo);

		if (PQstatus(pg) == CONNECTION_OK || now_ms() >= deadline || last)
			return pg;
		last = !is_starting(conninfo);
		sm_output_detail("waiting for the server: %s", PQerrorMessage(pg));
		PQfinish(pg);
		if (!sm_interrupt_sleep(RETRY_MS))
			exit(sm_interrupt_code());
	}
}

static const char *
origin_of(const SmConfig *config, const char *conninfo)
{
	return conninfo == config->conninfo ? config->conninfo_origin : "the target's section";
}

/* libpq's message would quote it, with the password in it. */
static void
fail_unreadable(const SmConfig *config, const char *conninfo)
{
	sm_error_fail(SM_EXIT_USAGE,
	              "Write it as \"host=... dbname=...\" or postgresql://user@host/dbname; in a "
	              "password @ is written %40, / is %2F, : is %3A. Better: a password file "
	              "(~/.pgpass).",
	              "the connection string from %s cannot be read", origin_of(config, conninfo));
}

static void
fail_connect(const SmConfig *config, const char *conninfo, PGconn *pg)
{
	SmError error = {.what = "could not connect to the database", .code = SM_EXIT_CONNECTION};
	char *shown = sm_conn_redact(conninfo);

	error.why = pg_strdup(PQerrorMessage(pg));
	error.next =
	    psprintf("The connection is from %s: %s. Check it with psql, or give --conninfo, "
	             "DATABASE_URL or libpq's variables; --connect-wait 60s waits for a server "
	             "that is starting.",
	             origin_of(config, conninfo), shown);
	PQfinish(pg);
	sm_error_exit(&error);
}

static char *
copy_value(const PGresult *result, int column)
{
	return PQgetisnull(result, 0, column) ? NULL : pg_strdup(PQgetvalue(result, 0, column));
}

static void
replace(char **field, char *value)
{
	pg_free(*field);
	*field = value;
}

/* Runs a query of our own and exits when it fails. */
static PGresult *
ask(SmConn *conn, const char *query)
{
	PGresult *result = PQexec(conn->pg, query);
	SmError error = {0};

	if (PQresultStatus(result) == PGRES_TUPLES_OK)
		return result;
	sm_error_from_result(&error, result, conn->pg);
	error.code = SM_EXIT_CONNECTION;
	sm_error_exit(&error);
}

/* A pooler in between gives each transaction another session: locks and settings would be lost. */
static void
refuse_pooler(SmConn *conn, const char *backend_pid)
{
	conn->pooled = PQbackendPID(conn->pg) != atoi(backend_pid);
	if (!conn->pooled || conn->flags & SM_CONN_ANY_SERVER)
		return;
	sm_error_fail(
	    SM_EXIT_CONNECTION,
	    "Give a direct connection (host and port of PostgreSQL itself, not of PgBouncer or "
	    "another pooler).",
	    "there is a connection pooler between the program and the server: the process id of "
	    "the session is %s, the connection's is %d",
	    backend_pid, PQbackendPID(conn->pg));
}

/*
 * The settings of a writer's session, which only now is known to be its own, and
 * the environment's name where it may be asked for: not without the extension,
 * nor by a role that may read versions only.
 */
static void
prepare_session(SmConn *conn, bool may_ask)
{
	const char *settings = conn->flags & SM_CONN_WRITER ? sm_conn_writer_settings : "";
	char *query = may_ask ? psprintf("%sSELECT %s.get_environment()", settings, conn->schema)
	                      : psprintf("%sSELECT NULL", settings);
	PGresult *result = ask(conn, query);

	replace(&conn->environment, copy_value(result, 0));
	PQclear(result);
	pg_free(query);
}

/* Asks the server what it is. */
static void
read_facts(SmConn *conn)
{
	PGresult *result = ask(conn, facts_query);
	bool may_ask;

	refuse_pooler(conn, PQgetvalue(result, 0, 0));
	conn->server_version = atoi(PQgetvalue(result, 0, 1));
	replace(&conn->server_version_text, copy_value(result, 2));
	replace(&conn->database, copy_value(result, 3));
	replace(&conn->encoding, copy_value(result, 4));
	replace(&conn->session_user_name, copy_value(result, 5));
	replace(&conn->role, copy_value(result, 6));
	conn->superuser = PQgetvalue(result, 0, 7)[0] == 't';
	conn->in_recovery = PQgetvalue(result, 0, 8)[0] == 't';
	replace(&conn->system_identifier, copy_value(result, 9));
	replace(&conn->timeline, copy_value(result, 10));
	replace(&conn->extension_version, copy_value(result, 11));
	/* quoted here, whatever quote_all_identifiers says there */
	replace(&conn->schema,
	        PQgetisnull(result, 0, 12) ? NULL : pg_strdup(fmtId(PQgetvalue(result, 0, 12))));
	may_ask = PQgetvalue(result, 0, 13)[0] == 't';
	PQclear(result);
	prepare_session(conn, may_ask);
}

static void
check_environment(const SmConn *conn)
{
	const char *wanted = conn->config->environment;

	if (wanted == NULL || conn->environment == NULL || conn->flags & SM_CONN_ANY_ENVIRONMENT ||
	    strcmp(wanted, conn->environment) == 0)
		return;
	sm_error_fail(
	    SM_EXIT_CONNECTION,
	    psprintf("Check the connection (from %s), or the --env.", conn->config->conninfo_origin),
	    "the database \"%s\" says that it is \"%s\", not \"%s\"", conn->database, conn->environment,
	    wanted);
}

static void
check_server(const SmConn *conn)
{
	if (conn->flags & SM_CONN_ANY_SERVER)
		return;
	if (conn->server_version < 150000)
		sm_error_fail(SM_EXIT_CONNECTION, "PostgreSQL 15 to 18 are supported.",
		              "the server is PostgreSQL %s", conn->server_version_text);
	if (conn->flags & SM_CONN_WRITER && conn->in_recovery)
		sm_error_fail(
		    SM_EXIT_CONNECTION,
		    "Connect to the primary; a list of hosts with target_session_attrs=read-write "
		    "finds it.",
		    "the server is a standby: it is in recovery");
	if ((conn->flags & SM_CONN_EXTENSION) == 0)
		return;
	if (conn->schema == NULL)
		sm_error_fail(SM_EXIT_CONNECTION, "summit-migrate init creates it.",
		              "the extension summit_migrate is not in the database \"%s\"", conn->database);
	if (strcmp(conn->extension_version, SM_EXTENSION_VERSION) != 0)
		sm_error_fail(SM_EXIT_CONNECTION,
		              "ALTER EXTENSION summit_migrate UPDATE, or the program of "
		              "the same version.",
		              "the extension's version is %s, the program needs %s",
		              conn->extension_version, SM_EXTENSION_VERSION);
}

SmConn *
sm_conn_open(const SmConfig *config, const char *conninfo, int flags)
{
	SmConn *conn = pg_malloc0(sizeof(SmConn));

	conn->config = config;
	conn->flags = flags;
	conn->conninfo = conninfo != NULL ? conninfo : config->conninfo;
	if (!sm_conn_is_readable(conn->conninfo))
	{
		if ((flags & SM_CONN_TRY) == 0)
			fail_unreadable(config, conn->conninfo);
		pg_free(conn);
		return NULL;
	}
	conn->pg = connect_wait(conn->conninfo, config->connect_wait);
	if (PQstatus(conn->pg) != CONNECTION_OK)
	{
		if ((flags & SM_CONN_TRY) == 0)
			fail_connect(config, conn->conninfo, conn->pg);
		PQfinish(conn->pg);
		pg_free(conn);
		return NULL;
	}
	PQsetNoticeReceiver(conn->pg, take_notice, NULL);
	sm_interrupt_watch(conn->pg);
	read_facts(conn);
	check_server(conn);
	check_environment(conn);
	return conn;
}

bool
sm_conn_reopen(SmConn *conn, int wait_ms)
{
	char *system_identifier = pg_strdup(conn->system_identifier);
	char *timeline = pg_strdup(conn->timeline);
	bool same;

	sm_interrupt_watch(NULL);
	PQfinish(conn->pg);
	conn->pg = connect_wait(conn->conninfo, wait_ms);
	if (PQstatus(conn->pg) != CONNECTION_OK)
		fail_connect(conn->config, conn->conninfo, conn->pg);
	PQsetNoticeReceiver(conn->pg, take_notice, NULL);
	sm_interrupt_watch(conn->pg);
	read_facts(conn);
	check_server(conn);
	check_environment(conn);
	same = strcmp(system_identifier, conn->system_identifier) == 0 &&
	       strcmp(timeline, conn->timeline) == 0;
	pg_free(system_identifier);
	pg_free(timeline);
	return same;
}

bool
sm_conn_retry(SmConn *conn)
{
	sm_interrupt_watch(NULL);
	PQfinish(conn->pg);
	conn->pg = connect_once(conn->conninfo);
	if (PQstatus(conn->pg) != CONNECTION_OK)
		return false;
	PQsetNoticeReceiver(conn->pg, take_notice, NULL);
	sm_interrupt_watch(conn->pg);
	return true;
}

void
sm_conn_close(SmConn *conn)
{
	if (conn == NULL)
		return;
	sm_interrupt_watch(NULL);
	PQfinish(conn->pg);
	replace(&conn->server_version_text, NULL);
	replace(&conn->database, NULL);
	replace(&conn->encoding, NULL);
	replace(&conn->session_user_name, NULL);
	replace(&conn->role, NULL);
	replace(&conn->system_identifier, NULL);
	replace(&conn->timeline, NULL);
	replace(&conn->extension_version, NULL);
	replace(&conn->schema, NULL);
	replace(&conn->environment, NULL);
	pg_free(conn);
}
