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

static const char *
option_value(const PQconninfoOption *options, const char *keyword)
{
	for (; options->keyword != NULL; options++)
		if (strcmp(options->keyword, keyword) == 0)
			return options->val;
	return NULL;
}

/*
 * A password whose @, / or : was not written as %40, %2F, %3A ends up in host, port
 * or dbname, where libpq reads it without a complaint.
 */
static bool
is_split_wrongly(const char *conninfo, const PQconninfoOption *options)
{
	const char *host = option_value(options, "host");
	const char *port = option_value(options, "port");
	const char *dbname = option_value(options, "dbname");

	return (host != NULL && strchr(host, '@') != NULL) ||
	       (port != NULL && port[strspn(port, "0123456789, ")] != '\0') ||
	       (dbname != NULL && strchr(dbname, '@') != NULL && strstr(conninfo, "://") != NULL &&
	        strstr(conninfo, "%40") == NULL);
}

/* libpq's reading of it; NULL where there is none that may be shown. */
static PQconninfoOption *
parse(const char *conninfo)
{
	PQconninfoOption *options = PQconninfoParse(conninfo, NULL);

	if (options == NULL || !is_split_wrongly(conninfo, options))
		return options;
	PQconninfoFree(options);
	return NULL;
}

/* A bare word is a database's name, anything else might hold a secret. */
static bool
is_word(const char *conninfo)
{
	return strpbrk(conninfo, "=:/") == NULL;
}

bool
sm_conn_is_readable(const char *conninfo)
{
	PQconninfoOption *options;

	if (conninfo == NULL || is_word(conninfo))
		return true;
	options = parse(conninfo);
	PQconninfoFree(options);
	return options != NULL;
}

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
	if (is_word(conninfo))
		return psprintf("dbname=%s", conninfo);
	options = parse(conninfo);
	if (options == NULL)
		return pg_strdup("(connection string)");
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
	PQconninfoOption *options;
	bool found = false;

	if (strchr(conninfo, '=') == NULL && strstr(conninfo, "://") == NULL)
		return; /* a database's name */
	options = parse(conninfo);
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
