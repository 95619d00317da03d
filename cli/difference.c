/*
 * difference.c
 *		Has the server compare two schemas, and shows what it found.  What a
 *		change means (bump, evidence) is the server's to say.
 */
#include "postgres_fe.h"

#include "difference.h"
#include "error.h"
#include "linediff.h"
#include "output.h"

#define SHOWN_LENGTH 200

/* ---- comparing ---- */

/* Counts the objects, and the most that any change asks for. */
static void
sum_up(SmDifference *difference)
{
	static const char *const bumps[] = {"none", "patch", "minor", "major"};
	const PGresult *rows = difference->rows;
	int highest = -1;

	for (int i = 0; i < PQntuples(rows); i++)
	{
		for (int j = 0; j < (int) lengthof(bumps); j++)
			if (strcmp(PQgetvalue(rows, i, SM_DIFFERENCE_BUMP), bumps[j]) == 0)
				highest = Max(highest, j);
		if (i == 0 ||
		    strcmp(PQgetvalue(rows, i, SM_DIFFERENCE_NAME),
		           PQgetvalue(rows, i - 1, SM_DIFFERENCE_NAME)) != 0 ||
		    strcmp(PQgetvalue(rows, i, SM_DIFFERENCE_TYPE),
		           PQgetvalue(rows, i - 1, SM_DIFFERENCE_TYPE)) != 0)
			difference->objects++;
	}
	difference->bump = highest < 0 ? NULL : pg_strdup(bumps[highest]);
}

/* Two states of the configured database: the server knows how they hang together. */
static void
compare_snapshots(SmDifference *difference, SmConn *conn, const SmSide *from, const SmSide *to)
{
	char *query = psprintf(
	    "SELECT d.change, d.object_type, d.object_name, d.property, d.expected, d.actual, d.bump, "
	    "d.evidence, d.rule, d.direction, d.hazard "
	    "FROM %s.schema_diff($1::pg_catalog.int4, $2::pg_catalog.int4) d "
	    "ORDER BY d.object_type COLLATE pg_catalog.\"C\", d.object_name COLLATE pg_catalog.\"C\", "
	    "d.property COLLATE pg_catalog.\"C\" NULLS FIRST",
	    conn->schema);

	difference->rows =
	    sm_conn_query(conn, query, 2, (const char *const[]){from->snapshot, to->snapshot});
	pg_free(query);
	sum_up(difference);
}

/* The objects of a parameter as rows. */
#define OBJECTS(parameter)                                                                         \
	"SELECT * FROM pg_catalog.jsonb_to_recordset(coalesce($" parameter                             \
	"::pg_catalog.jsonb -> 'objects', $" parameter "::pg_catalog.jsonb)) "                         \
	"AS o (kind pg_catalog.text, name pg_catalog.text, body pg_catalog.jsonb)"

void
sm_difference_objects(SmDifference *difference, SmConn *conn, const char *from, const char *to,
                      const char *before, const char *after)
{
	const char *values[] = {from, to, before == NULL ? "[]" : before, after == NULL ? "[]" : after};
	char *query = psprintf(
	    "WITH a AS MATERIALIZED (" OBJECTS("1") "), b AS MATERIALIZED (" OBJECTS(
	        "2") "), "
	             "unsettled AS MATERIALIZED (SELECT kind, name FROM (" OBJECTS(
	                 "3") ") c "
	                      "FULL JOIN (" OBJECTS(
	                          "4") ") d USING (kind, name) WHERE c.body IS DISTINCT FROM d.body) "
	                               "SELECT d.change, d.object_type, d.object_name, d.property, "
	                               "d.expected, d.actual, "
	                               "NULL, NULL, NULL, NULL, NULL FROM a FULL JOIN b USING (kind, "
	                               "name) "
	                               "CROSS JOIN LATERAL %s.diff_bodies('database'::pg_catalog.text, "
	                               "kind, name, a.body, "
	                               "b.body, NULL::pg_catalog.jsonb, NULL::pg_catalog.jsonb) d "
	                               "WHERE a.body IS DISTINCT FROM b.body "
	                               "AND NOT EXISTS (SELECT FROM unsettled u WHERE u.kind = "
	                               "coalesce(a.kind, b.kind) "
	                               "AND u.name = coalesce(a.name, b.name)) "
	                               "ORDER BY d.object_type COLLATE pg_catalog.\"C\", d.object_name "
	                               "COLLATE pg_catalog.\"C\", "
	                               "d.property COLLATE pg_catalog.\"C\" NULLS FIRST",
	    conn->schema);

	memset(difference, 0, sizeof(SmDifference));
	difference->rows = sm_conn_query(conn, query, lengthof(values), values);
	pg_free(query);
	sum_up(difference);
}

/* Deparsed text differs by major: then only the form that does not is compared. */
static bool
needs_portable(const SmSide *from, const SmSide *to)
{
	return sm_side_major(from) == 0 || sm_side_major(to) == 0 ||
	       sm_side_major(from) != sm_side_major(to);
}

void
sm_difference_find(SmDifference *difference, SmContext *context, const SmSide *from,
                   const SmSide *to)
{
	bool portable = needs_portable(from, to);
	SmConn *conn;
	char *first;
	char *second;

	memset(difference, 0, sizeof(SmDifference));
	if (sm_side_is_ours(from) && sm_side_is_ours(to))
	{
		compare_snapshots(difference, from->conn, from, to);
		return;
	}
	conn = from->conn != NULL ? from->conn : to->conn;
	first = sm_side_objects(from, portable);
	second = sm_side_objects(to, portable);
	sm_difference_objects(difference, conn != NULL ? conn : sm_side_control(context), first, second,
	                      NULL, NULL);
	free(first);
	free(second);
}

void
sm_difference_free(SmDifference *difference)
{
	PQclear(difference->rows);
	pg_free(difference->bump);
	memset(difference, 0, sizeof(SmDifference));
}

/* ---- for people ---- */

/* NULL where the server says nothing. */
static const char *
cell(const SmDifference *difference, int row, int column)
{
	return PQgetisnull(difference->rows, row, column) ? NULL
	                                                  : PQgetvalue(difference->rows, row, column);
}

static SmColor
color_of(char sign)
{
	return sign == '+' ? SM_COLOR_GOOD : sign == '-' ? SM_COLOR_BAD : SM_COLOR_WARN;
}

static void
print_line(char sign, int indent, const char *text)
{
	char *line = psprintf("%*s%c %s", indent, "", sign, text);
	char *painted = sm_output_paint(color_of(sign), line);

	sm_output_line("%s", painted);
	pg_free(painted);
	pg_free(line);
}

/* One line, cut where it is long; not in the middle of a character. */
static char *
shorten(const char *text)
{
	size_t length = strlen(text);

	if (length <= SHOWN_LENGTH)
		return pg_strdup(text);
	length = SHOWN_LENGTH;
	while (length > 0 && (text[length] & 0xC0) == 0x80)
		length--;
	return psprintf("%.*s…", (int) length, text);
}

static void
print_text_line(void *arg, char sign, const char *line, int length)
{
	char *text = pnstrdup(line, length);

	if (sign == '@')
		sm_output_line("        …");
	else if (sign == ' ')
		sm_output_line("          %s", text);
	else
		print_line(sign, 8, text);
	pg_free(text);
}

/* "property: old → new", a text of several lines as its lines. */
static void
print_value(const char *property, const char *from, const char *to)
{
	bool lines = (from != NULL && strchr(from, '\n')) || (to != NULL && strchr(to, '\n'));
	char sign = from == NULL ? '+' : to == NULL ? '-' : '~';
	char *first;
	char *second;
	char *text;

	if (lines)
	{
		text = psprintf("%s:", property);
		print_line(sign, 4, text);
		sm_linediff(from == NULL ? "" : from, to == NULL ? "" : to, 2, print_text_line, NULL);
		pg_free(text);
		return;
	}
	first = shorten(from == NULL ? "" : from);
	second = shorten(to == NULL ? "" : to);
	text = psprintf("%s: %s%s%s", property, first, sign == '~' ? " → " : "", second);
	print_line(sign, 4, text);
	pg_free(text);
	pg_free(first);
	pg_free(second);
}

/* The object's own line. */
static void
print_object(const SmDifference *difference, int row)
{
	const char *change = cell(difference, row, SM_DIFFERENCE_CHANGE);
	bool whole = cell(difference, row, SM_DIFFERENCE_PROPERTY) == NULL;
	char sign = !whole                           ? '~'
	            : strcmp(change, "added") == 0   ? '+'
	            : strcmp(change, "removed") == 0 ? '-'
	                                             : '~';
	const char *from = cell(difference, row, SM_DIFFERENCE_FROM);
	const char *to = cell(difference, row, SM_DIFFERENCE_TO);
	char *text;

	if (whole && strcmp(change, "renamed") == 0 && from != NULL && to != NULL)
		text = psprintf("%s %s → %s", cell(difference, row, SM_DIFFERENCE_TYPE), from, to);
	else
		text = psprintf("%s %s", cell(difference, row, SM_DIFFERENCE_TYPE),
		                cell(difference, row, SM_DIFFERENCE_NAME));
	print_line(sign, 0, text);
	pg_free(text);
}

/* "major: two views read it", below what it is about. */
static void
print_meaning(const SmDifference *difference, int row)
{
	const char *bump = cell(difference, row, SM_DIFFERENCE_BUMP);
	const char *evidence = cell(difference, row, SM_DIFFERENCE_EVIDENCE);
	char *painted;

	if (bump == NULL || strcmp(bump, "none") == 0)
		return;
	painted = sm_output_paint(strcmp(bump, "major") == 0 ? SM_COLOR_BAD : SM_COLOR_FAINT, bump);
	sm_output_line("        %s%s%s", painted, evidence == NULL ? "" : ": ",
	               evidence == NULL ? "" : evidence);
	pg_free(painted);
}

static bool
is_same_object(const SmDifference *difference, int row, int other)
{
	return strcmp(cell(difference, row, SM_DIFFERENCE_TYPE),
	              cell(difference, other, SM_DIFFERENCE_TYPE)) == 0 &&
	       strcmp(cell(difference, row, SM_DIFFERENCE_NAME),
	              cell(difference, other, SM_DIFFERENCE_NAME)) == 0;
}

void
sm_difference_print(const SmDifference *difference)
{
	for (int i = 0; i < PQntuples(difference->rows); i++)
	{
		const char *property = cell(difference, i, SM_DIFFERENCE_PROPERTY);

		if (i == 0 || !is_same_object(difference, i, i - 1))
			print_object(difference, i);
		if (property != NULL)
			print_value(property, cell(difference, i, SM_DIFFERENCE_FROM),
			            cell(difference, i, SM_DIFFERENCE_TO));
		print_meaning(difference, i);
	}
}

/* ---- as JSON ---- */

cJSON *
sm_difference_json(const SmDifference *difference)
{
	static const char *const names[] = {"change",   "object_type", "object_name", "property",
	                                    "expected", "actual",      "bump",        "evidence",
	                                    "rule",     "direction",   "hazard"};
	cJSON *array = cJSON_CreateArray();

	for (int i = 0; i < PQntuples(difference->rows); i++)
	{
		cJSON *object = cJSON_CreateObject();

		for (int j = 0; j < (int) lengthof(names); j++)
			sm_output_add_text(object, names[j], cell(difference, i, j));
		cJSON_AddItemToArray(array, object);
	}
	return array;
}
