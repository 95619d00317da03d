/*
 * call.c
 *		Calls of the extension's functions: by exact signature, schema-qualified,
 *		every parameter with its type, so that no function of another schema and
 *		no overload can stand in.
 */
#include "postgres_fe.h"

#include "fe_utils/string_utils.h"

#include "conn.h"
#include "error.h"
#include "interrupt.h"

/* Counts the parameters and writes the call's text. */
static char *
write_call(const SmConn *conn, const char *signature, int *nparams)
{
	PQExpBufferData text;
	const char *type = strchr(signature, '(');

	Assert(type != NULL);
	*nparams = 0;
	initPQExpBuffer(&text);
	appendPQExpBuffer(&text, "SELECT * FROM %s.", conn->schema);
	appendBinaryPQExpBuffer(&text, signature, type - signature);
	appendPQExpBufferChar(&text, '(');
	while (*++type != ')')
	{
		int length = strcspn(type, ",)");

		appendPQExpBuffer(&text, "%s$%d::pg_catalog.%.*s", *nparams > 0 ? ", " : "", *nparams + 1,
		                  length, type);
		(*nparams)++;
		type += length;
		if (*type == ')')
			break;
	}
	appendPQExpBufferChar(&text, ')');
	return text.data;
}

char *
sm_conn_call_text(const SmConn *conn, const char *signature)
{
	int nparams;

	return write_call(conn, signature, &nparams);
}

PGresult *
sm_conn_try(SmConn *conn, const char *signature, const char *const *values)
{
	int nparams;
	char *text = write_call(conn, signature, &nparams);
	PGresult *result = PQexecParams(conn->pg, text, nparams, NULL, values, NULL, NULL, 0);

	pg_free(text);
	return result;
}

/* The result, or the end of the program. */
static PGresult *
require(SmConn *conn, PGresult *result)
{
	SmError error = {0};

	if (PQresultStatus(result) == PGRES_TUPLES_OK || PQresultStatus(result) == PGRES_COMMAND_OK)
		return result;
	sm_error_from_result(&error, result, conn->pg);
	/* a signal has cancelled it: that is how the call ends, and no error */
	if (sm_interrupt_pending() && error.sqlstate != NULL && strcmp(error.sqlstate, "57014") == 0)
		exit(sm_interrupt_code());
	sm_error_exit(&error);
}

PGresult *
sm_conn_call(SmConn *conn, const char *signature, const char *const *values)
{
	return require(conn, sm_conn_try(conn, signature, values));
}

PGresult *
sm_conn_query(SmConn *conn, const char *query, int nparams, const char *const *values)
{
	return require(conn, PQexecParams(conn->pg, query, nparams, NULL, values, NULL, NULL, 0));
}

char *
sm_conn_array(const char *const *items, int nitems)
{
	PQExpBufferData text;

	initPQExpBuffer(&text);
	appendPQExpBufferChar(&text, '{');
	for (int i = 0; i < nitems; i++)
	{
		appendPQExpBufferStr(&text, i > 0 ? ",\"" : "\"");
		for (const char *c = items[i]; *c != '\0'; c++)
		{
			if (*c == '"' || *c == '\\')
				appendPQExpBufferChar(&text, '\\');
			appendPQExpBufferChar(&text, *c);
		}
		appendPQExpBufferChar(&text, '"');
	}
	appendPQExpBufferChar(&text, '}');
	return text.data;
}
