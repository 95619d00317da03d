/*
 * schemafile.c
 *		Files with a schema in them: made from what the server says, written at
 *		one stroke, read again.  Comparing them is difference.h's.
 *
 * The same schema is the same text: objects in the order of kind and name by
 * bytes, properties as the server's jsonb orders them, one a line, and nothing
 * of time, place or connection.
 */
#include "postgres_fe.h"

#include <cjson/cJSON.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fe_utils/string_utils.h"

#include "error.h"
#include "schemafile.h"

#define FORMAT 1 /* as in the extension's schema_json(), which load_schema_json() reads */
#define SQL_HEAD "-- summit-migrate schema 1"

/* ---- making the text ---- */

char *
sm_schemafile_condition(const SmConn *conn)
{
	PQExpBufferData text;

	initPQExpBuffer(&text);
	appendPQExpBufferStr(&text, "o.section = 'database' AND NOT (o.kind = 'extension' "
	                            "AND o.name = 'summit_migrate') "
	                            "AND NOT (o.kind = 'event trigger' AND o.name IN ("
	                            "'summit_migrate_command_start', 'summit_migrate_command_end', "
	                            "'summit_migrate_drop', 'summit_migrate_rewrite'))");
	if (strcmp(conn->schema, "public") != 0)
	{
		appendPQExpBufferStr(&text, " AND NOT (o.kind = 'schema' AND o.name = ");
		appendStringLiteralConn(&text, conn->schema, conn->pg);
		appendPQExpBufferChar(&text, ')');
	}
	return text.data;
}

/* A text of several lines, each but the first moved to the right. */
static void
append_indented(PQExpBuffer text, const char *lines, const char *indent)
{
	for (; *lines != '\0'; lines++)
	{
		appendPQExpBufferChar(text, *lines);
		if (*lines == '\n')
			appendPQExpBufferStr(text, indent);
	}
}

/* "kind": {"name": body, …}, …, from rows of kind, name and body in their order. */
static void
append_objects(PQExpBuffer text, const PGresult *rows)
{
	for (int i = 0; i < PQntuples(rows); i++)
	{
		const char *kind = PQgetvalue(rows, i, 0);
		bool first = i == 0 || strcmp(kind, PQgetvalue(rows, i - 1, 0)) != 0;

		if (first)
			appendPQExpBuffer(text, "%s\n    %s: {", i > 0 ? "\n    }," : "", kind);
		appendPQExpBuffer(text, "%s\n      %s: ", first ? "" : ",", PQgetvalue(rows, i, 1));
		append_indented(text, PQgetvalue(rows, i, 2), "      ");
	}
	if (PQntuples(rows) > 0)
		appendPQExpBufferStr(text, "\n    }");
}

char *
sm_schemafile_json(SmConn *conn, bool portable)
{
	char *condition = sm_schemafile_condition(conn);
	char *query =
	    psprintf("SELECT pg_catalog.to_json(o.kind), pg_catalog.to_json(o.name), "
	             "pg_catalog.jsonb_pretty(o.body) "
	             "FROM %s.schema_objects_live($1::pg_catalog.bool) o WHERE %s "
	             "ORDER BY o.kind COLLATE pg_catalog.\"C\", o.name COLLATE pg_catalog.\"C\"",
	             conn->schema, condition);
	PGresult *rows =
	    sm_conn_query(conn, query, 1, (const char *const[]){portable ? "true" : "false"});
	PQExpBufferData text;

	initPQExpBuffer(&text);
	appendPQExpBuffer(&text, "{\n  \"format\": %d,\n  \"form\": \"%s\",\n", FORMAT,
	                  portable ? "portable" : "exact");
	if (!portable)
		appendPQExpBuffer(&text, "  \"server_major\": %d,\n", conn->server_version / 10000);
	appendPQExpBufferStr(&text, "  \"objects\": {");
	append_objects(&text, rows);
	appendPQExpBufferStr(&text, "\n  }\n}\n");
	PQclear(rows);
	pg_free(query);
	free(condition);
	return text.data;
}

char *
sm_schemafile_sql(SmConn *conn)
{
	const char *values[] = {NULL};
	PGresult *result = sm_conn_call(conn, "schema_sql(int4)", values);
	char *body = PQgetvalue(result, 0, 0);
	size_t length = strlen(body);
	char *text =
	    psprintf("%s\n%s%s", SQL_HEAD, body, length > 0 && body[length - 1] == '\n' ? "" : "\n");

	PQclear(result);
	return text;
}

/* ---- writing ---- */

static _Noreturn void
fail_write(const char *path, const char *made)
{
	int saved = errno;

	if (made != NULL)
		(void) unlink(made);
	errno = saved;
	sm_error_fail(SM_EXIT_FAILED, NULL, "could not write \"%s\": %m", path);
}

static bool
write_all(int file, const char *text)
{
	size_t left = strlen(text);

	while (left > 0)
	{
		ssize_t written = write(file, text, left);

		if (written < 0 && errno != EINTR)
			return false;
		if (written > 0)
		{
			text += written;
			left -= written;
		}
	}
	return true;
}

/* The mode of the file that is replaced, or what a new file would have. */
static mode_t
wanted_mode(const char *path)
{
	struct stat status;
	mode_t mask;

	if (stat(path, &status) == 0)
		return status.st_mode & 0777;
	mask = umask(0);
	umask(mask);
	return 0666 & ~mask;
}

/* A link leads to the file that is meant; a device or a pipe cannot be replaced. */
static char *
real_path(const char *path)
{
	char *real = realpath(path, NULL);

	return real == NULL ? pg_strdup(path) : real;
}

static bool
is_replaceable(const char *path)
{
	struct stat status;

	return stat(path, &status) != 0 || S_ISREG(status.st_mode);
}

static void
write_through(const char *path, const char *text)
{
	int file = open(path, O_WRONLY);

	if (file < 0 || !write_all(file, text) || close(file) != 0)
		fail_write(path, NULL);
}

void
sm_schemafile_write(const char *path, const char *text)
{
	char *real;
	char *made;
	int file;

	if (strcmp(path, "-") == 0)
	{
		fputs(text, stdout);
		return;
	}
	if (!is_replaceable(path))
	{
		write_through(path, text);
		return;
	}
	real = real_path(path);
	made = psprintf("%s.XXXXXX", real);
	file = mkstemp(made);
	if (file < 0)
		fail_write(path, NULL);
	if (!write_all(file, text) || fchmod(file, wanted_mode(real)) != 0 || fsync(file) != 0 ||
	    close(file) != 0 || rename(made, real) != 0)
		fail_write(path, made);
	pg_free(made);
	free(real);
}

/* ---- reading ---- */

static char *
read_all(const char *path)
{
	FILE *stream = fopen(path, "r");
	PQExpBufferData text;
	char bytes[65536];
	size_t length;

	if (stream == NULL)
		sm_error_fail(SM_EXIT_USAGE, "summit-migrate snapshot --schema-file writes one.",
		              "could not read \"%s\": %m", path);
	initPQExpBuffer(&text);
	while ((length = fread(bytes, 1, sizeof(bytes), stream)) > 0)
		appendBinaryPQExpBuffer(&text, bytes, length);
	if (ferror(stream))
		sm_error_fail(SM_EXIT_USAGE, NULL, "could not read \"%s\": %m", path);
	fclose(stream);
	if (PQExpBufferDataBroken(text))
		sm_error_fail(SM_EXIT_FAILED, NULL, "out of memory");
	return text.data;
}

static _Noreturn void
refuse(const char *path, const char *why)
{
	SmError error = {.file = path, .code = SM_EXIT_USAGE};

	error.what = "this is no file of snapshot --schema-file";
	error.why = why;
	error.next = "summit-migrate snapshot --schema-file writes it anew.";
	sm_error_exit(&error);
}

static bool
is_text(const cJSON *document, const char *name, const char *value)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(document, name);

	return cJSON_IsString(item) && strcmp(item->valuestring, value) == 0;
}

static void
read_json(SmSchemaFile *file)
{
	cJSON *document = cJSON_Parse(file->text);
	const cJSON *format = cJSON_GetObjectItemCaseSensitive(document, "format");
	const cJSON *major = cJSON_GetObjectItemCaseSensitive(document, "server_major");

	if (document == NULL)
		refuse(file->path, "it is not valid JSON");
	if (!cJSON_IsNumber(format) || format->valueint != FORMAT ||
	    !cJSON_IsObject(cJSON_GetObjectItemCaseSensitive(document, "objects")))
		refuse(file->path, "its \"format\" is not one that is known, or it has no \"objects\"");
	file->portable = is_text(document, "form", "portable");
	if (!file->portable && !(is_text(document, "form", "exact") && cJSON_IsNumber(major)))
		refuse(file->path, "its \"form\" is not known");
	file->major = file->portable ? 0 : major->valueint;
	cJSON_Delete(document);
}

SmSchemaFile *
sm_schemafile_read(const char *path)
{
	SmSchemaFile *file = pg_malloc0(sizeof(SmSchemaFile));

	file->path = pg_strdup(path);
	file->text = read_all(path);
	file->is_json = file->text[0] == '{';
	if (file->is_json)
		read_json(file);
	else if (strncmp(file->text, SQL_HEAD, strlen(SQL_HEAD)) != 0)
		refuse(path, "it begins neither with \"{\" nor with \"" SQL_HEAD "\"");
	return file;
}
