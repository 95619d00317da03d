/*
 * cmd_diff.c
 *		diff: two schemas compared.  What a side can be is side.c's, how a
 *		difference looks is difference.c's.
 */
#include "postgres_fe.h"

#include "difference.h"
#include "error.h"
#include "linediff.h"
#include "output.h"

/* ---- the words ---- */

/* A and B, or the file and what is live. */
static void
read_sides(SmContext *context, SmSide *from, SmSide *to)
{
	SmOptions *options = &context->options;

	if (options->schema_file != NULL && options->nargs == 0)
	{
		memset(from, 0, sizeof(SmSide));
		from->kind = SM_SIDE_FILE;
		from->word = from->label = options->schema_file;
		sm_side_read(to, "live");
		return;
	}
	if (options->schema_file != NULL || options->nargs != 2)
		sm_error_fail(SM_EXIT_USAGE, "summit-migrate help diff",
		              "diff needs two sides, or --schema-file alone");
	sm_side_read(from, options->args[0]);
	sm_side_read(to, options->args[1]);
}

static SmExitCode
code_of(const SmContext *context, bool differ)
{
	return differ && context->options.exit_code ? SM_EXIT_FINDINGS : SM_EXIT_DONE;
}

static cJSON *
head_json(const SmSide *from, const SmSide *to)
{
	cJSON *document = cJSON_CreateObject();

	sm_output_add_text(document, "command", "diff");
	cJSON_AddItemToObject(document, "from", sm_side_json(from));
	cJSON_AddItemToObject(document, "to", sm_side_json(to));
	return document;
}

/* ---- a file of SQL ---- */

typedef struct Lines
{
	cJSON *array; /* NULL: for people */
} Lines;

static void
take_line(void *arg, char sign, const char *line, int length)
{
	Lines *lines = arg;
	char *text = psprintf("%c%.*s", sign, length, line);
	char *painted;

	if (lines->array != NULL)
		cJSON_AddItemToArray(lines->array, cJSON_CreateString(text));
	else
	{
		painted = sm_output_paint(sign == '+'   ? SM_COLOR_GOOD
		                          : sign == '-' ? SM_COLOR_BAD
		                                        : SM_COLOR_FAINT,
		                          text);
		sm_output_line("%s", painted);
		pg_free(painted);
	}
	pg_free(text);
}

static SmExitCode
compare_text(SmContext *context, const SmSide *from, const SmSide *to)
{
	char *live = sm_schemafile_sql(to->conn);
	Lines lines = {sm_output_is_json() ? cJSON_CreateArray() : NULL};
	int differing = sm_linediff(from->file->text, live, 3, take_line, &lines);
	cJSON *document;

	if (sm_output_is_json())
	{
		document = head_json(from, to);
		cJSON_AddNumberToObject(document, "differ", differing);
		cJSON_AddItemToObject(document, "lines", lines.array);
		sm_output_json(document);
	}
	else if (differing == 0)
		sm_output_line("%s and %s are the same.", from->label, to->label);
	pg_free(live);
	return code_of(context, differing > 0);
}

/* ---- statements ---- */

static void
print_statements(const PGresult *rows)
{
	for (int i = 0; i < PQntuples(rows); i++)
	{
		if (PQgetisnull(rows, i, 2))
			sm_output_line("-- %s %s: %s", PQgetvalue(rows, i, 0), PQgetvalue(rows, i, 1),
			               PQgetvalue(rows, i, 3));
		else
			sm_output_line("%s;", PQgetvalue(rows, i, 2));
	}
}

static cJSON *
statements_json(const PGresult *rows)
{
	static const char *const names[] = {"object_type", "object_name", "statement", "reason"};
	cJSON *array = cJSON_CreateArray();

	for (int i = 0; i < PQntuples(rows); i++)
	{
		cJSON *object = cJSON_CreateObject();

		for (int j = 0; j < (int) lengthof(names); j++)
			sm_output_add_text(object, names[j],
			                   PQgetisnull(rows, i, j) ? NULL : PQgetvalue(rows, i, j));
		cJSON_AddItemToArray(array, object);
	}
	return array;
}

static SmExitCode
say_statements(SmContext *context, const SmSide *from, const SmSide *to)
{
	const char *values[] = {from->snapshot, to->snapshot};
	PGresult *rows;
	cJSON *document;
	bool differ;

	if (from->snapshot == NULL || !sm_side_is_ours(to))
		sm_error_fail(SM_EXIT_USAGE, "summit-migrate snapshot takes one.",
		              "with --sql A is a snapshot or expected, and B another or live");
	rows = sm_conn_call(from->conn, "schema_diff_sql(int4,int4)", values);
	differ = PQntuples(rows) > 0;
	if (sm_output_is_json())
	{
		document = head_json(from, to);
		cJSON_AddItemToObject(document, "statements", statements_json(rows));
		sm_output_json(document);
	}
	else
		print_statements(rows);
	PQclear(rows);
	return code_of(context, differ);
}

/* ---- the command ---- */

static void
print_summary(const SmDifference *difference, const SmSide *from, const SmSide *to)
{
	if (difference->objects == 0)
		sm_output_line("%s and %s are the same.", from->label, to->label);
	else
		sm_output_line("%d %s from %s to %s%s%s%s.", difference->objects,
		               difference->objects == 1 ? "object differs" : "objects differ", from->label,
		               to->label, difference->bump ? " (" : "",
		               difference->bump ? difference->bump : "", difference->bump ? ")" : "");
}

static SmExitCode
compare(SmContext *context, const SmSide *from, const SmSide *to)
{
	SmDifference difference;
	bool differ;
	cJSON *document;

	sm_difference_find(&difference, context, from, to);
	differ = difference.objects > 0;
	if (sm_output_is_json())
	{
		document = head_json(from, to);
		cJSON_AddNumberToObject(document, "differ", difference.objects);
		sm_output_add_text(document, "bump", difference.bump);
		cJSON_AddItemToObject(document, "changes", sm_difference_json(&difference));
		sm_output_json(document);
	}
	else
	{
		sm_difference_print(&difference);
		print_summary(&difference, from, to);
	}
	sm_difference_free(&difference);
	return code_of(context, differ);
}

int
sm_cmd_diff(SmContext *context)
{
	SmSide from;
	SmSide to;

	read_sides(context, &from, &to);
	sm_side_open(context, &from);
	sm_side_open(context, &to);
	if (context->options.sql)
		return say_statements(context, &from, &to);
	if (context->options.schema_file != NULL && !from.file->is_json)
		return compare_text(context, &from, &to);
	return compare(context, &from, &to);
}
