/*
 * error.c
 *		Says errors and warnings, as text or as JSON, and knows which exit code
 *		an SQLSTATE means.  Results belong to output.c.
 */
#include "postgres_fe.h"

#include <cjson/cJSON.h>

#include "fe_utils/string_utils.h"

#include "error.h"
#include "progress.h"

static bool as_json = false;
static bool no_warnings = false;
static bool in_color = false;

void
sm_error_configure(bool json, bool quiet, bool color)
{
	as_json = json;
	no_warnings = quiet;
	in_color = color;
}

/* Adds a field of the text form; later lines of the value are indented under it. */
static void
append_part(PQExpBuffer text, const char *label, const char *value)
{
	if (value == NULL || value[0] == '\0')
		return;
	appendPQExpBuffer(text, "  %s: ", label);
	for (const char *c = value; *c != '\0'; c++)
	{
		if (*c == '\n' && c[1] == '\0')
			break;
		appendPQExpBufferChar(text, *c);
		if (*c == '\n')
			appendPQExpBufferStr(text, "      ");
	}
	appendPQExpBufferChar(text, '\n');
}

static void
say_text(const SmError *error, const char *level, const char *color)
{
	PQExpBuffer text = createPQExpBuffer();

	if (error->file != NULL)
	{
		appendPQExpBufferStr(text, error->file);
		if (error->line > 0)
			appendPQExpBuffer(text, ":%d", error->line);
		if (error->line > 0 && error->column > 0)
			appendPQExpBuffer(text, ":%d", error->column);
	}
	else
		appendPQExpBufferStr(text, "summit-migrate");
	appendPQExpBuffer(text, ": %s%s:%s %s", in_color ? color : "", level, in_color ? "\033[0m" : "",
	                  error->what);
	if (error->sqlstate != NULL && error->sqlstate[0] != '\0')
		appendPQExpBuffer(text, " (SQLSTATE %s)", error->sqlstate);
	appendPQExpBufferChar(text, '\n');
	append_part(text, "why", error->why);
	append_part(text, "where", error->context);
	append_part(text, "next", error->next);
	fputs(text->data, stderr);
	destroyPQExpBuffer(text);
}

static void
add_text(cJSON *object, const char *name, const char *value)
{
	if (value != NULL && value[0] != '\0')
		cJSON_AddStringToObject(object, name, value);
}

static void
say_json(const SmError *error, const char *level)
{
	cJSON *object = cJSON_CreateObject();
	char *text;

	cJSON_AddStringToObject(object, "level", level);
	cJSON_AddStringToObject(object, "message", error->what);
	add_text(object, "migration", error->migration);
	add_text(object, "file", error->file);
	if (error->line > 0)
		cJSON_AddNumberToObject(object, "line", error->line);
	if (error->column > 0)
		cJSON_AddNumberToObject(object, "column", error->column);
	add_text(object, "sqlstate", error->sqlstate);
	add_text(object, "why", error->why);
	add_text(object, "where", error->context);
	add_text(object, "next", error->next);
	if (error->code != SM_EXIT_DONE)
		cJSON_AddNumberToObject(object, "exit_code", error->code);
	text = cJSON_PrintUnformatted(object);
	fprintf(stderr, "%s\n", text);
	cJSON_free(text);
	cJSON_Delete(object);
}

static void
say(const SmError *error, const char *level, const char *color)
{
	sm_progress_clear();
	fflush(stdout);
	if (as_json)
		say_json(error, level);
	else
		say_text(error, level, color);
}

SmExitCode
sm_error_say(const SmError *error)
{
	say(error, "error", "\033[1;31m");
	return error->code;
}

void
sm_error_warn(const SmError *error)
{
	SmError warning = *error;

	if (no_warnings)
		return;
	warning.code = SM_EXIT_DONE;
	say(&warning, "warning", "\033[1;33m");
}

void
sm_error_exit(const SmError *error)
{
	exit(sm_error_say(error));
}

/* The formatted text; never NULL. */
static char *pg_attribute_printf(1, 0) format_text(const char *fmt, va_list args)
{
	char *text;

	if (vasprintf(&text, fmt, args) < 0)
		return pg_strdup(fmt);
	return text;
}

void
sm_error_fail(SmExitCode code, const char *next, const char *fmt, ...)
{
	SmError error = {.next = next, .code = code};
	va_list args;

	va_start(args, fmt);
	error.what = format_text(fmt, args);
	va_end(args);
	sm_error_exit(&error);
}

void
sm_error_warning(const char *next, const char *fmt, ...)
{
	SmError error = {.next = next};
	va_list args;

	va_start(args, fmt);
	error.what = format_text(fmt, args);
	va_end(args);
	sm_error_warn(&error);
	free((char *) error.what);
}

SmExitCode
sm_error_code(const char *sqlstate)
{
	if (sqlstate == NULL)
		return SM_EXIT_CONNECTION;
	if (strncmp(sqlstate, "08", 2) == 0 || strncmp(sqlstate, "57P", 3) == 0)
		return SM_EXIT_CONNECTION;
	if (strcmp(sqlstate, "55P03") == 0)
		return SM_EXIT_LOCKED;
	return SM_EXIT_FAILED;
}

/* A copy without the line end that libpq's messages have. */
static char *
copy_line(const char *text)
{
	char *copy = pg_strdup(text);
	size_t length = strlen(copy);

	while (length > 0 && copy[length - 1] == '\n')
		copy[--length] = '\0';
	return copy;
}

static char *
copy_field(const PGresult *result, int field)
{
	const char *text = PQresultErrorField(result, field);

	return text == NULL ? NULL : copy_line(text);
}

void
sm_error_from_result(SmError *error, const PGresult *result, PGconn *connection)
{
	error->sqlstate = result == NULL ? NULL : copy_field(result, PG_DIAG_SQLSTATE);
	if (error->sqlstate == NULL)
	{
		/* libpq's own words: the connection broke, or never was */
		error->what = result != NULL && PQresultErrorMessage(result)[0] != '\0'
		                  ? copy_line(PQresultErrorMessage(result))
		                  : copy_line(PQerrorMessage(connection));
		error->code = PQstatus(connection) == CONNECTION_BAD ? SM_EXIT_CONNECTION : SM_EXIT_FAILED;
		return;
	}
	error->what = copy_field(result, PG_DIAG_MESSAGE_PRIMARY);
	error->why = copy_field(result, PG_DIAG_MESSAGE_DETAIL);
	error->next = copy_field(result, PG_DIAG_MESSAGE_HINT);
	error->context = copy_field(result, PG_DIAG_CONTEXT);
	error->code = sm_error_code(error->sqlstate);
	if (error->next == NULL && strcmp(error->sqlstate, "42501") == 0)
		error->next = "A role that runs migrations gets its rights by "
		              "grant_migration_role('runner', role).";
}
