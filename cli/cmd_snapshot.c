/*
 * cmd_snapshot.c
 *		snapshot: taken, listed, shown, or written into a file.
 */
#include "postgres_fe.h"

#include "error.h"
#include "output.h"
#include "schemafile.h"
#include "side.h"

/* ---- into a file ---- */

static bool
ends_in_json(const char *path)
{
	size_t length = strlen(path);

	return length > 5 && strcmp(path + length - 5, ".json") == 0;
}

static SmExitCode
write_file(SmContext *context)
{
	const SmOptions *options = &context->options;
	const char *path = options->schema_file;
	bool json = options->format != NULL ? strcmp(options->format, "json") == 0 : ends_in_json(path);
	SmConn *conn;
	char *text;

	if (options->portable && !json)
		sm_error_fail(SM_EXIT_USAGE, "Add --format json.", "--portable is a form of json");
	conn = sm_side_control(context);
	text = json ? sm_schemafile_json(conn, options->portable) : sm_schemafile_sql(conn);
	sm_schemafile_write(path, text);
	if (strcmp(path, "-") == 0)
		return SM_EXIT_DONE;
	if (sm_output_is_json())
	{
		cJSON *document = cJSON_CreateObject();

		sm_output_add_text(document, "command", "snapshot");
		sm_output_add_text(document, "file", path);
		sm_output_add_text(document, "format", json ? "json" : "sql");
		sm_output_json(document);
	}
	else
		sm_output_line("wrote %s", path);
	return SM_EXIT_DONE;
}

/* ---- in the database ---- */

/* Rows of snapshot_list(), newest first: as JSON, and what the table shows. */
static PGresult *
read_list(SmConn *conn, const char *id)
{
	char *query = psprintf(
	    "SELECT pg_catalog.to_json(s), s.id, "
	    "pg_catalog.date_trunc('second', s.snapshot_date), s.table_count, "
	    "s.index_count, s.constraint_count, s.expected, pg_catalog.left(s.schema_hash, 12) "
	    "FROM %s.snapshot_list() s WHERE s.id = $1::pg_catalog.int4 OR $1::pg_catalog.int4 IS NULL "
	    "ORDER BY s.id DESC",
	    conn->schema);
	PGresult *rows = sm_conn_query(conn, query, 1, (const char *const[]){id});

	pg_free(query);
	return rows;
}

static SmExitCode
take(SmContext *context)
{
	const char *values[] = {"postgresql", "{\"moment\": \"by hand\"}"};
	SmConn *conn = sm_side_control(context);
	PGresult *result = sm_conn_call(conn, "take_schema_snapshot(text,jsonb)", values);
	PGresult *row = read_list(conn, PQgetvalue(result, 0, 0));

	if (sm_output_is_json())
	{
		cJSON *document = cJSON_CreateObject();

		sm_output_add_text(document, "command", "snapshot");
		cJSON_AddRawToObject(document, "snapshot", PQgetvalue(row, 0, 0));
		sm_output_json(document);
	}
	else
		sm_output_line("snapshot %s: %s tables, %s indexes, %s constraints, fingerprint %s",
		               PQgetvalue(row, 0, 1), PQgetvalue(row, 0, 3), PQgetvalue(row, 0, 4),
		               PQgetvalue(row, 0, 5), PQgetvalue(row, 0, 7));
	PQclear(row);
	PQclear(result);
	return SM_EXIT_DONE;
}

static void
print_list(const PGresult *rows)
{
	static const char *const headings[] = {"#ID",          "TAKEN",    "#TABLES",    "#INDEXES",
	                                       "#CONSTRAINTS", "EXPECTED", "FINGERPRINT"};
	SmTable *table = sm_output_table(headings, lengthof(headings));
	bool seen = false;

	for (int i = 0; i < PQntuples(rows); i++)
	{
		bool expected = PQgetvalue(rows, i, 6)[0] == 't';
		const char *cells[] = {PQgetvalue(rows, i, 1), PQgetvalue(rows, i, 2),
		                       PQgetvalue(rows, i, 3), PQgetvalue(rows, i, 4),
		                       PQgetvalue(rows, i, 5), !expected ? NULL : seen ? "before" : "now",
		                       PQgetvalue(rows, i, 7)};

		sm_output_row(table, cells, 5, seen ? SM_COLOR_FAINT : SM_COLOR_GOOD);
		seen = seen || expected;
	}
	sm_output_print(table);
	if (PQntuples(rows) == 0)
		sm_output_line("There is no snapshot yet.");
}

static SmExitCode
list(SmContext *context)
{
	PGresult *rows = read_list(sm_side_control(context), NULL);

	if (sm_output_is_json())
	{
		cJSON *document = cJSON_CreateObject();
		cJSON *array;

		sm_output_add_text(document, "command", "snapshot");
		array = cJSON_AddArrayToObject(document, "snapshots");
		for (int i = 0; i < PQntuples(rows); i++)
			cJSON_AddItemToArray(array, cJSON_CreateRaw(PQgetvalue(rows, i, 0)));
		sm_output_json(document);
	}
	else
		print_list(rows);
	PQclear(rows);
	return SM_EXIT_DONE;
}

/* The schema as it was then. */
static SmExitCode
show(SmContext *context, const char *word)
{
	SmSide side;
	PGresult *result;

	sm_side_read(&side, word);
	if (!sm_side_is_ours(&side))
		sm_error_fail(SM_EXIT_USAGE, "summit-migrate snapshot list shows which there are.",
		              "\"%s\" is no snapshot", word);
	sm_side_open(context, &side);
	if (sm_output_is_json())
	{
		cJSON *document = cJSON_CreateObject();
		char *objects = sm_side_objects(&side, false);

		sm_output_add_text(document, "command", "snapshot");
		cJSON_AddItemToObject(document, "side", sm_side_json(&side));
		cJSON_AddRawToObject(document, "objects", objects);
		sm_output_json(document);
		return SM_EXIT_DONE;
	}
	result = sm_conn_call(side.conn, "schema_sql(int4)", (const char *const[]){side.snapshot});
	fputs(PQgetvalue(result, 0, 0), stdout);
	PQclear(result);
	return SM_EXIT_DONE;
}

int
sm_cmd_snapshot(SmContext *context)
{
	const SmOptions *options = &context->options;
	const char *verb = options->nargs > 0 ? options->args[0] : "take";

	if (options->schema_file != NULL && options->nargs == 0)
		return write_file(context);
	if (options->schema_file != NULL)
		sm_error_fail(SM_EXIT_USAGE, "summit-migrate help snapshot",
		              "--schema-file stands alone, without \"%s\"", verb);
	if (strcmp(verb, "show") == 0 && options->nargs == 2)
		return show(context, options->args[1]);
	if (strcmp(verb, "take") == 0 && options->nargs < 2)
		return take(context);
	if (strcmp(verb, "list") == 0 && options->nargs < 2)
		return list(context);
	sm_error_fail(SM_EXIT_USAGE, "summit-migrate help snapshot",
	              strcmp(verb, "show") == 0 ? "snapshot show needs an id%s%s"
	                                        : "snapshot does not know \"%s%s\"",
	              strcmp(verb, "show") == 0 ? "" : options->args[options->nargs - 1], "");
}
