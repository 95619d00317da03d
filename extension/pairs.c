/*
 * pairs.c
 *		What differs between two snapshots, object by object (see pairs.h).
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "compat.h"
#include "pairs.h"

static SmQuery changes_between =
    SM_QUERY_LIST("SELECT section, kind, name, from_body, to_body, from_identity, to_identity"
                  " FROM @schema@.snapshot_changes($1, $2)",
                  INT4OID, INT4OID);

static SmQuery live_objects = SM_QUERY_LIST_NOARGS(
    "SELECT section, kind, name, body FROM @schema@.schema_objects_live(false)");

static SmQuery stored_objects =
    SM_QUERY_LIST("SELECT s.section, k.key, o.key, o.value"
                  " FROM @schema@.snapshot_definition($1) d,"
                  "      LATERAL (VALUES ('database'), ('cluster')) s (section),"
                  "      LATERAL jsonb_each(d -> s.section) k, LATERAL jsonb_each(k.value) o",
                  INT4OID);

/* One side of a row, found by its OID. */
typedef struct Known
{
	const SmPairRow *row;
	bool is_to;
	int64 oid;
} Known;

static Jsonb *
get_jsonb(uint64 row, int column)
{
	bool isnull;
	Datum value = sm_query_value(row, column, &isnull);

	return isnull ? NULL : DatumGetJsonbP(value);
}

static char *
get_text(uint64 row, int column)
{
	return TextDatumGetCString(sm_query_value(row, column, NULL));
}

/* As snapshot_changes() has them: both sides under one name. */
static SmPairRow *
read_rows(SmQueryScope *scope, int32 from, const int32 *to, int *count)
{
	Datum values[2] = {Int32GetDatum(from), to ? Int32GetDatum(*to) : (Datum) 0};
	SmPairRow *rows;

	*count = (int) sm_query_execute(scope, &changes_between, values, to ? "  " : " n", 0);
	rows = palloc0(sizeof(SmPairRow) * Max(*count, 1));
	for (int i = 0; i < *count; i++)
	{
		SmPairRow *row = &rows[i];

		row->section = get_text(i, 1);
		row->kind = get_text(i, 2);
		row->from.name = row->to.name = get_text(i, 3);
		row->from.body = get_jsonb(i, 4);
		row->to.body = get_jsonb(i, 5);
		row->from.identity = get_jsonb(i, 6);
		row->to.identity = get_jsonb(i, 7);
	}
	return rows;
}

static int
compare_known(const void *a, const void *b)
{
	const Known *x = a;
	const Known *y = b;
	int order = strcmp(x->row->section, y->row->section);

	if (order == 0)
		order = strcmp(x->row->kind, y->row->kind);
	if (order == 0)
		order = (x->oid > y->oid) - (x->oid < y->oid);
	return order != 0 ? order : x->is_to - y->is_to;
}

static bool
is_same_object(const Known *from, const Known *to)
{
	return !from->is_to && to->is_to && from->oid == to->oid &&
	       strcmp(from->row->section, to->row->section) == 0 &&
	       strcmp(from->row->kind, to->row->kind) == 0;
}

/* All sides with an OID, so that two of one object are neighbours. */
static Known *
sort_known(SmPairRow *rows, int count, int *nknown)
{
	Known *known = palloc(sizeof(Known) * Max(2 * count, 1));

	*nknown = 0;
	for (int i = 0; i < count; i++)
	{
		int64 from = rows[i].from.body ? sm_body_identity_oid(rows[i].from.identity) : 0;
		int64 to = rows[i].to.body ? sm_body_identity_oid(rows[i].to.identity) : 0;

		/* made anew, or the same as before: its name decides, unless another row has it */
		if (from != 0)
			known[(*nknown)++] = (Known){&rows[i], false, from};
		if (to != 0)
			known[(*nknown)++] = (Known){&rows[i], true, to};
	}
	qsort(known, *nknown, sizeof(Known), compare_known);
	return known;
}

static void
add_pair(SmPairs *pairs, const SmPairRow *from, const SmPairRow *to)
{
	SmPairRow *row = &pairs->rows[pairs->count++];

	*row = from ? *from : *to;
	if (from == NULL)
		row->from.body = row->from.identity = NULL;
	if (to)
		row->to = to->to;
	else
		row->to.body = row->to.identity = NULL;
}

/*
 * Puts the sides of each object that has another name together, and takes them
 * off the rows that they came in.
 */
static void
pair_renamed(SmPairs *pairs, SmPairRow *rows, int count)
{
	int nknown;
	Known *known = sort_known(rows, count, &nknown);

	for (int i = 0; i + 1 < nknown; i++)
	{
		SmPairRow *from = unconstify(SmPairRow *, known[i].row);
		SmPairRow *to = unconstify(SmPairRow *, known[i + 1].row);

		if (from == to || !is_same_object(&known[i], &known[i + 1]))
			continue;
		add_pair(pairs, from, to);
		sm_renames_add(pairs->renames, from->kind, from->from.name, to->to.name);
		from->from.body = NULL;
		to->to.body = NULL;
	}
}

void
sm_pairs_note_columns(SmRenames *renames, const char *name, Jsonb *from_identity,
                      Jsonb *to_identity)
{
	SmNodeList from;
	SmNodeList to;

	if (sm_body_identity_oid(from_identity) != sm_body_identity_oid(to_identity))
		return;
	from = sm_body_identity_parts(from_identity, SM_PART_COLUMN);
	to = sm_body_identity_parts(to_identity, SM_PART_COLUMN);
	for (int i = 0; i < from.count; i++)
	{
		for (int j = 0; j < to.count; j++)
		{
			/* most often the columns stand in the same order */
			const SmNode *other = &to.nodes[(i + j) % to.count];

			if (other->identity != from.nodes[i].identity)
				continue;
			if (strcmp(other->name, from.nodes[i].name) != 0)
				sm_renames_add_column(renames, name, from.nodes[i].name, other->name);
			break;
		}
	}
}

static void
note_renamed_columns(SmPairs *pairs, const SmPairRow *row)
{
	if (row->from.identity && row->to.identity && row->from.body && row->to.body)
		sm_pairs_note_columns(pairs->renames, row->from.name, row->from.identity, row->to.identity);
}

static const char *
current_name(const SmPairRow *row)
{
	return row->to.body ? row->to.name : row->from.name;
}

static int
compare_rows(const void *a, const void *b)
{
	const SmPairRow *x = a;
	const SmPairRow *y = b;
	/* database before cluster */
	int order = -strcmp(x->section, y->section);

	if (order == 0)
		order = strcmp(x->kind, y->kind);
	if (order == 0)
		order = strcmp(current_name(x), current_name(y));
	/* one that is gone before another one of its name */
	return order != 0 ? order : (x->to.body != NULL) - (y->to.body != NULL);
}

SmPairs *
sm_pairs_read(SmQueryScope *scope, int32 from, const int32 *to)
{
	SmPairs *pairs = palloc0(sizeof(SmPairs));
	int count;
	SmPairRow *rows = read_rows(scope, from, to, &count);

	pairs->renames = sm_renames_create();
	pairs->rows = palloc(sizeof(SmPairRow) * Max(2 * count, 1));
	pair_renamed(pairs, rows, count);
	for (int i = 0; i < count; i++)
	{
		SmPairRow *row = &rows[i];

		if (row->from.body && row->to.body)
			add_pair(pairs, row, row);
		else if (row->from.body)
			add_pair(pairs, row, NULL);
		else if (row->to.body)
			add_pair(pairs, NULL, row);
	}
	for (int i = 0; i < pairs->count; i++)
		note_renamed_columns(pairs, &pairs->rows[i]);
	qsort(pairs->rows, pairs->count, sizeof(SmPairRow), compare_rows);
	return pairs;
}

SmPairs *
sm_pairs_read_state(SmQueryScope *scope, const int32 *snapshot)
{
	SmPairs *pairs = palloc0(sizeof(SmPairs));
	Datum values[1] = {snapshot ? Int32GetDatum(*snapshot) : (Datum) 0};

	pairs->count =
	    (int) sm_query_execute(scope, snapshot ? &stored_objects : &live_objects, values, NULL, 0);
	pairs->renames = sm_renames_create();
	pairs->rows = palloc0(sizeof(SmPairRow) * Max(pairs->count, 1));
	for (int i = 0; i < pairs->count; i++)
	{
		SmPairRow *row = &pairs->rows[i];

		row->section = get_text(i, 1);
		row->kind = get_text(i, 2);
		row->from.name = row->to.name = get_text(i, 3);
		row->from.body = get_jsonb(i, 4);
	}
	qsort(pairs->rows, pairs->count, sizeof(SmPairRow), compare_rows);
	return pairs;
}

void
sm_pairs_get(const SmPairRow *row, SmPair *pair)
{
	pair->section = row->section;
	pair->kind = row->kind;
	pair->from =
	    row->from.body ? sm_body_read(row->from.name, row->from.body, row->from.identity) : NULL;
	pair->to = row->to.body ? sm_body_read(row->to.name, row->to.body, row->to.identity) : NULL;
}
