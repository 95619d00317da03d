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

/* NULL where the server says nothing. */
static const char *
cell(const SmDifference *difference, int row, int column)
{
	return PQgetisnull(difference->rows, row, column) ? NULL
	                                                  : PQgetvalue(difference->rows, row, column);
}

/* ---- objects and their parts ---- */

/* Columns and the like are rows of their own, of the object that they are part of. */
static bool
is_part(const SmDifference *difference, int row)
{
	return strcmp(cell(difference, row, SM_DIFFERENCE_TYPE),
	              cell(difference, row, SM_DIFFERENCE_KIND)) != 0;
}

static bool
is_same_object(const SmDifference *difference, int row, int other)
{
	return strcmp(cell(difference, row, SM_DIFFERENCE_KIND),
	              cell(difference, other, SM_DIFFERENCE_KIND)) == 0 &&
	       strcmp(cell(difference, row, SM_DIFFERENCE_OWNER),
	              cell(difference, other, SM_DIFFERENCE_OWNER)) == 0;
}

/* A part's name without that of its object. */
static const char *
part_name(const SmDifference *difference, int row)
{
	const char *name = cell(difference, row, SM_DIFFERENCE_NAME);
	const char *owner = cell(difference, row, SM_DIFFERENCE_OWNER);
	size_t length = strlen(owner);

	return strncmp(name, owner, length) == 0 && name[length] == '.' ? name + length + 1 : name;
}

/* ---- comparing ---- */

/* Counts the objects, and the most that any change asks for. */
static void
sum_up(SmDifference *difference)
{
	static const char *const bumps[] = {"none", "patch", "minor", "major"};
	int highest = -1;

	for (int i = 0; i < PQntuples(difference->rows); i++)
	{
		const char *bump = cell(difference, i, SM_DIFFERENCE_BUMP);

		for (int j = 0; j < (int) lengthof(bumps); j++)
			if (bump != NULL && strcmp(bump, bumps[j]) == 0)
				highest = Max(highest, j);
		if (i == 0 || !is_same_object(difference, i, i - 1))
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
	    "d.evidence, d.rule, d.direction, d.hazard, d.kind, d.name "
	    "FROM %s.schema_diff($1::pg_catalog.int4, $2::pg_catalog.int4) WITH ORDINALITY d "
	    "ORDER BY d.ordinality",
	    conn->schema);

	difference->rows =
	    sm_conn_query(conn, query, 2, (const char *const[]){from->snapshot, to->snapshot});
	pg_free(query);
	sum_up(difference);
}

/* %s: the extension's schema */
static const char *const objects_query =
    "WITH o AS MATERIALIZED (SELECT p.side, k.key AS kind, n.key AS name, n.value AS body "
    "FROM (VALUES (1, $1::pg_catalog.jsonb), (2, $2::pg_catalog.jsonb), "
    "(3, $3::pg_catalog.jsonb), (4, $4::pg_catalog.jsonb)) p (side, objects), "
    "pg_catalog.jsonb_each(coalesce(p.objects -> 'objects', p.objects)) k, "
    "pg_catalog.jsonb_each(k.value) n), "
    "unsettled AS MATERIALIZED (SELECT kind, name FROM (SELECT * FROM o WHERE side = 3) a "
    "FULL JOIN (SELECT * FROM o WHERE side = 4) b USING (kind, name) "
    "WHERE a.body IS DISTINCT FROM b.body), "
    "pairs AS MATERIALIZED (SELECT kind, name, a.body AS from_body, b.body AS to_body "
    "FROM (SELECT * FROM o WHERE side = 1) a "
    "FULL JOIN (SELECT * FROM o WHERE side = 2) b USING (kind, name) "
    "WHERE a.body IS DISTINCT FROM b.body) "
    "SELECT d.change, d.object_type, d.object_name, d.property, d.expected, d.actual, "
    "NULL, NULL, NULL, NULL, NULL, p.kind, p.name FROM pairs p "
    "CROSS JOIN LATERAL %s.diff_bodies('database'::pg_catalog.text, p.kind, p.name, p.from_body, "
    "p.to_body, NULL::pg_catalog.jsonb, NULL::pg_catalog.jsonb) WITH ORDINALITY d "
    "WHERE NOT EXISTS (SELECT FROM unsettled u WHERE u.kind = p.kind AND u.name = p.name) "
    "ORDER BY p.kind COLLATE pg_catalog.\"C\", p.name COLLATE pg_catalog.\"C\", d.ordinality";

void
sm_difference_objects(SmDifference *difference, SmConn *conn, const char *from, const char *to,
                      const char *before, const char *after)
{
	const char *values[] = {from, to, before == NULL ? "{}" : before, after == NULL ? "{}" : after};
	char *query = psprintf(objects_query, conn->schema);

	memset(difference, 0, sizeof(SmDifference));
	difference->rows = sm_conn_query(conn, query, lengthof(values), values);
	pg_free(query);
	sum_up(difference);
}

/* Deparsed text differs by major: then only the form that does not is compared. */
static bool
needs_portable(const SmSide *from, const SmSide *to)
{
	return from->major == 0 || to->major == 0 || from->major != to->major;
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
	if (from->snapshot != NULL && sm_side_is_ours(to))
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

/* "what: old → new", a text of several lines as its lines. */
static void
print_value(char sign, const char *what, const char *from, const char *to)
{
	bool lines = (from != NULL && strchr(from, '\n')) || (to != NULL && strchr(to, '\n'));
	char *first = shorten(from == NULL || lines ? "" : from);
	char *second = shorten(to == NULL || lines ? "" : to);
	bool both = first[0] != '\0' && second[0] != '\0';
	char *text = psprintf("%s%s%s%s%s", what, first[0] || second[0] || lines ? ": " : "", first,
	                      both ? " → " : "", second);

	print_line(sign, 4, text);
	if (lines)
		sm_linediff(from == NULL ? "" : from, to == NULL ? "" : to, 2, print_text_line, NULL);
	pg_free(text);
	pg_free(first);
	pg_free(second);
}

/* Of an object or part that is on one side only, has another name, or another value. */
static char
sign_of(const SmDifference *difference, int row)
{
	const char *change = cell(difference, row, SM_DIFFERENCE_CHANGE);
	bool valued = cell(difference, row, SM_DIFFERENCE_PROPERTY) != NULL;

	if (strcmp(change, "added") == 0 || (valued && !cell(difference, row, SM_DIFFERENCE_FROM)))
		return '+';
	if (strcmp(change, "removed") == 0 || (valued && !cell(difference, row, SM_DIFFERENCE_TO)))
		return '-';
	return '~';
}

/* Whether a row is about the whole object, which its own line tells. */
static bool
is_whole(const SmDifference *difference, int row)
{
	return !is_part(difference, row) && cell(difference, row, SM_DIFFERENCE_PROPERTY) == NULL;
}

/* The object's own line. */
static void
print_object(const SmDifference *difference, int row)
{
	bool whole = is_whole(difference, row);
	const char *kind = cell(difference, row, SM_DIFFERENCE_KIND);
	char *text;

	if (whole && strcmp(cell(difference, row, SM_DIFFERENCE_CHANGE), "renamed") == 0)
		text = psprintf("%s %s → %s", kind, cell(difference, row, SM_DIFFERENCE_FROM),
		                cell(difference, row, SM_DIFFERENCE_TO));
	else
		text = psprintf("%s %s", kind, cell(difference, row, SM_DIFFERENCE_OWNER));
	print_line(whole ? sign_of(difference, row) : '~', 0, text);
	pg_free(text);
}

/* The line of a property or part, below the object's. */
static void
print_detail(const SmDifference *difference, int row)
{
	const char *property = cell(difference, row, SM_DIFFERENCE_PROPERTY);
	char *what;

	if (!is_part(difference, row))
		what = pg_strdup(property);
	else if (strcmp(cell(difference, row, SM_DIFFERENCE_CHANGE), "renamed") == 0)
		what = pg_strdup(cell(difference, row, SM_DIFFERENCE_TYPE));
	else
		what = psprintf("%s %s%s%s", cell(difference, row, SM_DIFFERENCE_TYPE),
		                part_name(difference, row), property == NULL ? "" : ", ",
		                property == NULL ? "" : property);
	print_value(sign_of(difference, row), what, cell(difference, row, SM_DIFFERENCE_FROM),
	            cell(difference, row, SM_DIFFERENCE_TO));
	pg_free(what);
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

void
sm_difference_print(const SmDifference *difference)
{
	for (int i = 0; i < PQntuples(difference->rows); i++)
	{
		if (i == 0 || !is_same_object(difference, i, i - 1))
			print_object(difference, i);
		if (!is_whole(difference, i))
			print_detail(difference, i);
		print_meaning(difference, i);
	}
}

/* ---- as JSON ---- */

cJSON *
sm_difference_json(const SmDifference *difference)
{
	static const char *const names[] = {
	    "change",   "object_type", "object_name", "property", "expected", "actual", "bump",
	    "evidence", "rule",        "direction",   "hazard",   "kind",     "name"};
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
