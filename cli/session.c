/*
 * session.c
 *		The settings of the session while a file runs.
 */
#include "postgres_fe.h"

#include "fe_utils/string_utils.h"

#include "ledger.h"
#include "session.h"

static void
replace(char **field, char *value)
{
	pg_free(*field);
	*field = value;
}

static void
forget(SmSession *session)
{
	replace(&session->role, NULL);
	replace(&session->authorization, NULL);
	session->lock_timeout = session->statement_timeout = -1;
	session->touched = session->was_reset = session->lacks_role = false;
	session->looked = true;
}

/* Keeps the server's error for the one who reports it; true when there was none. */
static bool
succeeded(SmRun *run, PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY)
	{
		PQclear(result);
		return true;
	}
	PQclear(run->failure);
	run->failure = result;
	return false;
}

/* ---- before anything ---- */

void
sm_session_require_settings(SmConn *conn)
{
	const SmConfig *config = conn->config;

	for (int i = 0; i < config->nsettings; i++)
	{
		const SmSetting *setting = &config->settings[i];
		PGresult *result = PQexecParams(
		    conn->pg,
		    "SELECT pg_catalog.set_config($1::pg_catalog.text, $2::pg_catalog.text, true)", 2, NULL,
		    (const char *const[]){setting->name, setting->value}, NULL, NULL, 0);
		SmError error = {0};

		if (PQresultStatus(result) != PGRES_TUPLES_OK)
		{
			sm_error_from_result(&error, result, conn->pg);
			error.file = setting->line > 0 ? config->file : NULL;
			error.line = setting->line;
			error.what = psprintf("[set] %s: %s", setting->name, error.what);
			if (error.next == NULL)
				error.next = "Correct or remove the line: its value is set for each unit.";
			if (error.code != SM_EXIT_CONNECTION)
				error.code = SM_EXIT_USAGE;
			sm_error_exit(&error);
		}
		PQclear(result);
	}
}

/* ---- the file's start ---- */

/* The [set] values and the role, as one text of ours. */
static char *
opening_text(SmRun *run, const SmMigration *migration)
{
	const char *role = migration->run_as ? migration->run_as : run->config->owner_role;
	PQExpBufferData text;

	initPQExpBuffer(&text);
	for (int i = 0; i < run->config->nsettings; i++)
	{
		appendPQExpBufferStr(&text, "SELECT pg_catalog.set_config(");
		appendStringLiteralConn(&text, run->config->settings[i].name, run->conn->pg);
		appendPQExpBufferStr(&text, ", ");
		appendStringLiteralConn(&text, run->config->settings[i].value, run->conn->pg);
		appendPQExpBufferStr(&text, ", false);");
	}
	if (role != NULL)
		appendPQExpBuffer(&text, "SET ROLE %s", fmtId(role));
	return text.data;
}

bool
sm_session_open(SmRun *run, const SmMigration *migration)
{
	const char *role = migration->run_as ? migration->run_as : run->config->owner_role;
	char *text;
	bool done;

	forget(&run->session);
	/* functions and triggers set what no tag tells */
	run->session.touched = true;
	if (role == NULL && run->config->nsettings == 0)
		return true;
	text = opening_text(run, migration);
	done = succeeded(run, sm_exchange_alone(run, text));
	if (done && role != NULL)
		run->session.role = pg_strdup(role);
	run->session.lacks_role = !done && role != NULL;
	free(text);
	return done;
}

bool
sm_session_replay(SmRun *run, const SmPhase *phase)
{
	for (int i = 0; i < phase->nunits; i++)
	{
		const SmUnit *unit = &phase->units[i];

		for (int j = 0; unit->completed && j < unit->nstatements; j++)
		{
			char *text;
			bool done;

			if (!unit->statements[j].replay)
				continue;
			text = pnstrdup(unit->statements[j].text, unit->statements[j].length);
			done = succeeded(run, sm_exchange_alone(run, text));
			pg_free(text);
			run->session.touched = true;
			run->session.looked = false;
			run->session.was_reset |= sm_session_is_reset_by(&unit->statements[j]);
			if (!done)
				return false;
		}
	}
	return true;
}

/* ---- between units ---- */

/* Statements of these kinds leave the session as it is, but for what a function in them sets. */
static bool
leaves_session(const char *tag)
{
	static const char *const harmless[] = {
	    "INSERT",     "UPDATE",     "DELETE",  "CREATE TABLE", "CREATE INDEX", "ALTER TABLE",
	    "DROP TABLE", "DROP INDEX", "COMMENT", "GRANT",        "REVOKE",       NULL};

	for (int i = 0; harmless[i] != NULL; i++)
		if (strcmp(tag, harmless[i]) == 0)
			return true;
	return false;
}

bool
sm_session_is_untouched_by(const SmUnit *unit)
{
	for (int i = 0; i < unit->nstatements; i++)
		if (!leaves_session(unit->statements[i].tag))
			return false;
	return true;
}

/* Does a statement of this kind take our prepared statements away? */
static bool
takes_prepared(const char *tag)
{
	return strncmp(tag, "DEALLOCATE", strlen("DEALLOCATE")) == 0 ||
	       strncmp(tag, "DISCARD", strlen("DISCARD")) == 0;
}

bool
sm_session_takes_prepared(const SmUnit *unit)
{
	for (int i = 0; i < unit->nstatements; i++)
		if (takes_prepared(unit->statements[i].tag))
			return true;
	return false;
}

bool
sm_session_is_reset_by(const SmStatement *statement)
{
	return strcmp(statement->tag, "RESET") == 0;
}

void
sm_session_note(SmRun *run, const SmUnit *unit)
{
	run->session.touched = true;
	run->session.looked = false;
	for (int i = 0; i < unit->nstatements; i++)
	{
		run->session.was_reset |= sm_session_is_reset_by(&unit->statements[i]);
		if (takes_prepared(unit->statements[i].tag))
			run->prepared = false;
	}
}

/* Milliseconds of a timeout that differs from what the connection had; -1 when it does not. */
static int
changed_timeout(const PGresult *result, int column)
{
	if (strcmp(PQgetvalue(result, 0, column), PQgetvalue(result, 0, column + 1)) == 0)
		return -1;
	return atoi(PQgetvalue(result, 0, column));
}

static const char *const look_query =
    "SELECT pg_catalog.current_setting('role'), session_user, l.setting, l.reset_val, s.setting, "
    "s.reset_val FROM pg_catalog.pg_settings l, pg_catalog.pg_settings s "
    "WHERE l.name = 'lock_timeout' AND s.name = 'statement_timeout'";

bool
sm_session_look(SmRun *run)
{
	SmSession *session = &run->session;
	char *query;
	PGresult *result;

	if (session->looked)
		return true;
	query = psprintf("%s%s", session->was_reset ? sm_conn_writer_settings : "", look_query);
	result = PQexec(run->conn->pg, query);
	pg_free(query);
	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		return succeeded(run, result);
	replace(&session->role, strcmp(PQgetvalue(result, 0, 0), run->conn->role) == 0
	                            ? NULL
	                            : pg_strdup(PQgetvalue(result, 0, 0)));
	replace(&session->authorization,
	        strcmp(PQgetvalue(result, 0, 1), run->conn->session_user_name) == 0
	            ? NULL
	            : pg_strdup(PQgetvalue(result, 0, 1)));
	session->lock_timeout = changed_timeout(result, 2);
	session->statement_timeout = changed_timeout(result, 4);
	session->looked = true;
	session->was_reset = false;
	return succeeded(run, result);
}

bool
sm_session_has_role(const SmRun *run)
{
	return run->session.role != NULL || run->session.authorization != NULL;
}

void
sm_session_leave_role(SmExchange *exchange)
{
	sm_ledger_queue(exchange, SM_PART_SETTING, SM_LEDGER_AUTHORIZATION, NULL);
	sm_ledger_queue(exchange, SM_PART_SETTING, SM_LEDGER_ROLE, NULL);
}

void
sm_session_enter_role(SmExchange *exchange)
{
	const SmSession *session = &exchange->run->session;
	char *text;

	if (session->authorization != NULL)
	{
		text = psprintf("SET LOCAL SESSION AUTHORIZATION %s", fmtId(session->authorization));
		sm_exchange_query(exchange, SM_PART_SETTING, 0, text, 0, NULL);
		pg_free(text);
	}
	if (session->role != NULL)
	{
		text = psprintf("SET LOCAL ROLE %s", fmtId(session->role));
		sm_exchange_query(exchange, SM_PART_SETTING, 0, text, 0, NULL);
		pg_free(text);
	}
}

/* ---- the file's end ---- */

bool
sm_session_close(SmRun *run)
{
	char *text;
	bool done;

	if (!run->session.touched)
		return true;
	text =
	    psprintf("RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL; %s", sm_conn_writer_settings);
	done = succeeded(run, sm_exchange_alone(run, text));
	pg_free(text);
	forget(&run->session);
	return done;
}
