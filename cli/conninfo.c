/*
 * conninfo.c
 *		Connection strings: no secret in argv, none in any output.  What is
 *		secret, libpq says (dispchar), never a pattern of ours.
 */
#include "postgres_fe.h"

#include "fe_utils/string_utils.h"
#include "libpq-fe.h"

#include "conn.h"
#include "error.h"

/* "*": a password; "D": for experts, among them a few more secrets. */
static bool
is_secret(const PQconninfoOption *option)
{
	return option->dispchar[0] == '*';
}

char *
sm_conn_redact(const char *conninfo)
{
	PQconninfoOption *options;
	PQExpBufferData text;

	if (conninfo == NULL || conninfo[0] == '\0')
		return pg_strdup("libpq's own variables and defaults");
	options = PQconninfoParse(conninfo, NULL);
	if (options == NULL)
	{
		/* a bare word is a database's name, anything else might hold a secret */
		if (strpbrk(conninfo, "=:/") == NULL)
			return psprintf("dbname=%s", conninfo);
		return pg_strdup("(connection string)");
	}
	initPQExpBuffer(&text);
	for (PQconninfoOption *option = options; option->keyword != NULL; option++)
	{
		if (option->val == NULL || is_secret(option))
			continue;
		appendPQExpBuffer(&text, "%s%s=", text.len > 0 ? " " : "", option->keyword);
		appendConnStrVal(&text, option->val);
	}
	PQconninfoFree(options);
	return text.data;
}

void
sm_conn_refuse_secret(const char *origin, const char *conninfo)
{
	char *message = NULL;
	PQconninfoOption *options;
	bool found = false;

	if (strchr(conninfo, '=') == NULL && strstr(conninfo, "://") == NULL)
		return; /* a database's name */
	options = PQconninfoParse(conninfo, &message);
	if (options == NULL)
		sm_error_fail(SM_EXIT_USAGE,
		              "Write it as \"host=... dbname=...\" or postgresql://host/dbname.",
		              "%s cannot be read", origin);
	for (PQconninfoOption *option = options; option->keyword != NULL; option++)
		found = found || (option->val != NULL && is_secret(option));
	PQconninfoFree(options);
	if (found)
		sm_error_fail(
		    SM_EXIT_USAGE,
		    "Every user of the machine can read it there. Use a password file (~/.pgpass), "
		    "PGPASSWORD, a service file or DATABASE_URL.",
		    "no secret is accepted in argv: %s holds a password", origin);
}
