/*
 * doctor_server.c
 *		Checks of the server: is it one that the program can work with, is it the
 *		one that was meant, and may this role do the work.
 */
#include "postgres_fe.h"

#include <sys/time.h>

#include "doctor.h"
#include "version.h"

/* Clocks that differ by more put the timestamps of new ids out of order. */
#define CLOCK_TOLERANCE 5.0

static void
check_version(SmDoctor *doctor)
{
	const SmConn *conn = doctor->conn;

	if (conn->server_version < 150000)
		sm_doctor_add(doctor, SM_VERDICT_FAIL, "server version",
		              "PostgreSQL 15 to 18 are supported.", "PostgreSQL %s",
		              conn->server_version_text);
	else if (conn->server_version >= 190000)
		sm_doctor_add(doctor, SM_VERDICT_WARN, "server version",
		              "PostgreSQL 15 to 18 are tested; look for a newer summit_migrate.",
		              "PostgreSQL %s", conn->server_version_text);
	else
		sm_doctor_add(doctor, SM_VERDICT_OK, "server version", NULL, "PostgreSQL %s, database %s",
		              conn->server_version_text, conn->database);
}

static void
check_pooler(SmDoctor *doctor)
{
	if (doctor->conn->pooled)
		sm_doctor_add(
		    doctor, SM_VERDICT_FAIL, "direct connection",
		    "Give a connection to PostgreSQL itself, not to PgBouncer or another pooler.",
		    "the session's process is not the one of the connection: a pooler is in between");
	else
		sm_doctor_add(doctor, SM_VERDICT_OK, "direct connection", NULL,
		              "no pooler in between (process %d)", PQbackendPID(doctor->conn->pg));
}

static void
check_recovery(SmDoctor *doctor)
{
	if (doctor->conn->in_recovery)
		sm_doctor_add(
		    doctor, SM_VERDICT_FAIL, "recovery",
		    "Connect to the primary; target_session_attrs=read-write finds it in a list of hosts.",
		    "the server is a standby");
	else
		sm_doctor_add(doctor, SM_VERDICT_OK, "recovery", NULL, "a primary, timeline %s, system %s",
		              doctor->conn->timeline, doctor->conn->system_identifier);
}

static void
check_read_only(SmDoctor *doctor)
{
	PGresult *result = sm_conn_query(doctor->conn,
	                                 "SELECT setting, source FROM pg_catalog.pg_settings "
	                                 "WHERE name = 'default_transaction_read_only'",
	                                 0, NULL);
	bool on = strcmp(PQgetvalue(result, 0, 0), "on") == 0;

	if (on)
		sm_doctor_add(
		    doctor, SM_VERDICT_FAIL, "transactions",
		    "Turn default_transaction_read_only off where it is set, or for the role that "
		    "runs migrations: ALTER ROLE … SET default_transaction_read_only = off.",
		    "they are read only (default_transaction_read_only = on, set by %s)",
		    PQgetvalue(result, 0, 1));
	else
		sm_doctor_add(doctor, SM_VERDICT_OK, "transactions", NULL, "may write");
	PQclear(result);
}

static void
check_encoding(SmDoctor *doctor)
{
	if (strcmp(doctor->conn->encoding, "UTF8") == 0)
		sm_doctor_add(doctor, SM_VERDICT_OK, "encoding", NULL, "UTF8");
	else
		sm_doctor_add(doctor, SM_VERDICT_WARN, "encoding",
		              "Characters that it lacks make a file fail; a new database can be UTF8.",
		              "the database is %s, files are UTF-8", doctor->conn->encoding);
}

static void
check_extension(SmDoctor *doctor)
{
	const SmConn *conn = doctor->conn;

	if (conn->schema == NULL)
		sm_doctor_add(doctor, SM_VERDICT_FAIL, "extension", "summit-migrate init",
		              "summit_migrate is not in the database %s", conn->database);
	else if (strcmp(conn->extension_version, SM_EXTENSION_VERSION) != 0)
		sm_doctor_add(doctor, SM_VERDICT_FAIL, "extension",
		              "ALTER EXTENSION summit_migrate UPDATE, or the program of the same version.",
		              "summit_migrate %s, the program needs %s", conn->extension_version,
		              SM_EXTENSION_VERSION);
	else
		sm_doctor_add(doctor, SM_VERDICT_OK, "extension", NULL, "summit_migrate %s in schema %s",
		              conn->extension_version, conn->schema);
}

static void
check_environment(SmDoctor *doctor)
{
	const char *wanted = doctor->config->environment;
	const char *found = doctor->conn->environment;

	if (wanted != NULL && found != NULL && strcmp(wanted, found) != 0)
		sm_doctor_add(doctor, SM_VERDICT_FAIL, "environment", "Check the connection, or the --env.",
		              "the database says that it is \"%s\", not \"%s\"", found, wanted);
	else if (found == NULL)
		sm_doctor_add(
		    doctor, SM_VERDICT_WARN, "environment",
		    "summit-migrate init --env NAME gives it one, which protects it from a wrong --env.",
		    "the database has no environment name");
	else if (wanted == NULL)
		sm_doctor_add(doctor, SM_VERDICT_WARN, "environment",
		              psprintf("--env %s, SUMMIT_MIGRATE_ENV=%s, or env = %s in [project].", found,
		                       found, found),
		              "the database is \"%s\", and this call names none", found);
	else
		sm_doctor_add(doctor, SM_VERDICT_OK, "environment", NULL, "%s", found);
}

/* Whether the role may call the functions that a run needs, and create objects. */
static void
check_privileges(SmDoctor *doctor)
{
	SmConn *conn = doctor->conn;
	const char *role = doctor->config->owner_role;
	const char *values[2] = {conn->schema, role};
	PGresult *result;

	result = sm_conn_query(
	    conn,
	    "SELECT pg_catalog.count(*) = 0 FROM pg_catalog.pg_proc p "
	    "JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace "
	    "WHERE n.nspname = (pg_catalog.parse_ident($1))[1] "
	    "AND p.proname IN ('acquire_migration_lock', 'register_migrations', 'begin_run', "
	    "'begin_unit', 'finish_unit', 'end_run') "
	    "AND NOT (pg_catalog.has_function_privilege(p.oid, 'EXECUTE') "
	    "AND pg_catalog.has_schema_privilege(n.oid, 'USAGE'))",
	    1, values);
	if (PQgetvalue(result, 0, 0)[0] == 't')
		sm_doctor_add(doctor, SM_VERDICT_OK, "privileges", NULL, "%s may run migrations",
		              conn->session_user_name);
	else
		sm_doctor_add(
		    doctor, SM_VERDICT_FAIL, "privileges",
		    psprintf("As the extension's owner: SELECT %s.grant_migration_role('runner', '%s')",
		             conn->schema, conn->session_user_name),
		    "%s may not run migrations", conn->session_user_name);
	PQclear(result);
	if (role == NULL)
		return;
	result = sm_conn_query(conn,
	                       "SELECT r.oid IS NOT NULL, pg_catalog.pg_has_role(r.oid, 'MEMBER') "
	                       "FROM (SELECT $2::text AS name, $1::text) w "
	                       "LEFT JOIN pg_catalog.pg_roles r ON r.rolname = w.name",
	                       2, values);
	if (PQgetvalue(result, 0, 0)[0] != 't')
		sm_doctor_add(doctor, SM_VERDICT_FAIL, "owner_role",
		              "Create it, or correct the configuration.", "there is no role \"%s\"", role);
	else if (PQgetvalue(result, 0, 1)[0] != 't')
		sm_doctor_add(doctor, SM_VERDICT_FAIL, "owner_role",
		              psprintf("GRANT \"%s\" TO \"%s\"", role, conn->session_user_name),
		              "%s may not act as \"%s\"", conn->session_user_name, role);
	else
		sm_doctor_add(doctor, SM_VERDICT_OK, "owner_role", NULL, "%s may act as %s",
		              conn->session_user_name, role);
	PQclear(result);
}

static double
local_seconds(void)
{
	struct timeval now;

	gettimeofday(&now, NULL);
	return now.tv_sec + now.tv_usec / 1e6;
}

/* The server's time against the middle of the round trip that asked for it. */
static void
check_clock(SmDoctor *doctor)
{
	double before = local_seconds();
	PGresult *result = sm_conn_query(
	    doctor->conn, "SELECT extract(epoch FROM pg_catalog.clock_timestamp())", 0, NULL);
	double apart = atof(PQgetvalue(result, 0, 0)) - (before + local_seconds()) / 2;

	PQclear(result);
	if (apart > CLOCK_TOLERANCE || apart < -CLOCK_TOLERANCE)
		sm_doctor_add(doctor, SM_VERDICT_WARN, "clock",
		              "Set both by NTP: ids of migrations are times, and order them.",
		              "the server's clock is %.1f s %s this machine's", apart < 0 ? -apart : apart,
		              apart < 0 ? "behind" : "ahead of");
	else
		sm_doctor_add(doctor, SM_VERDICT_OK, "clock", NULL, "within %.1f s of the server's",
		              apart < 0 ? -apart : apart);
}

void
sm_doctor_check_server(SmDoctor *doctor)
{
	check_version(doctor);
	check_pooler(doctor);
	check_recovery(doctor);
	check_read_only(doctor);
	check_encoding(doctor);
	check_extension(doctor);
	if (doctor->conn->schema != NULL)
	{
		check_environment(doctor);
		check_privileges(doctor);
	}
	check_clock(doctor);
}
