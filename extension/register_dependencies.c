/*
 * register_dependencies.c
 *		What the files being registered depend on: names become ids, circles are
 *		found, migration_dependencies is brought up to date.  The files' phases
 *		are register.c's.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "register.h"

typedef struct Edges
{
	int count;
	Datum *from;  /* text: who depends */
	Datum *to;    /* text: on whom */
	Datum *phase; /* text */
	bool upward;  /* some edge goes to an id that sorts behind */
} Edges;

static SmQuery known_ids =
    SM_QUERY_LIST("SELECT DISTINCT h.migration_id COLLATE \"C\" FROM @schema@.migration_history h"
                  " WHERE h.target = $1 AND NOT h.superseded ORDER BY 1",
                  TEXTOID);

/* A migration that has run, and on what it depended before or does only now. */
static SmQuery find_changed = SM_QUERY(
    "WITH run AS MATERIALIZED ("
    "  SELECT DISTINCT n.migration_id FROM unnest($1) AS n (migration_id)"
    "  JOIN @schema@.migration_history h ON h.migration_id = n.migration_id AND h.target = $5"
    "   AND NOT h.superseded WHERE NOT h.repeatable AND " SM_REGISTER_HAS_RUN "), old AS ("
    "  SELECT migration_id, d.depends_on_migration_id AS depends_on, d.depends_on_phase AS phase"
    "  FROM run JOIN @schema@.migration_dependencies d USING (migration_id)"
    "), new AS ("
    "  SELECT migration_id, n.depends_on, min(n.phase) AS phase"
    "  FROM unnest($2, $3, $4) AS n (migration_id, depends_on, phase) JOIN run USING (migration_id)"
    "  GROUP BY 1, 2)"
    " (SELECT migration_id, depends_on FROM (TABLE old EXCEPT TABLE new) AS gone"
    "  UNION ALL SELECT migration_id, depends_on FROM (TABLE new EXCEPT TABLE old) AS added)"
    " ORDER BY 1, 2 LIMIT 1",
    TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTOID);

static SmQuery delete_edges = SM_QUERY_LIST(
    "DELETE FROM @schema@.migration_dependencies d WHERE d.migration_id = ANY ($1)"
    " AND NOT EXISTS (SELECT FROM unnest($2, $3) AS n (migration_id, depends_on)"
    "  WHERE n.migration_id = d.migration_id AND n.depends_on = d.depends_on_migration_id)",
    TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID);

static SmQuery store_edges =
    SM_QUERY_LIST("INSERT INTO @schema@.migration_dependencies AS d"
                  " (migration_id, depends_on_migration_id, depends_on_phase)"
                  " SELECT n.migration_id, n.depends_on, min(n.phase)"
                  " FROM unnest($1, $2, $3) AS n (migration_id, depends_on, phase) GROUP BY 1, 2"
                  " ON CONFLICT (migration_id, depends_on_migration_id)"
                  " DO UPDATE SET depends_on_phase = excluded.depends_on_phase"
                  " WHERE d.depends_on_phase <> excluded.depends_on_phase",
                  TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID);

/* UNION ends the walk where it meets what it has seen. */
static SmQuery find_circle = SM_QUERY_LIST(
    "WITH RECURSIVE walk AS ("
    "  SELECT n.migration_id AS start, d.depends_on_migration_id AS now"
    "  FROM unnest($1) AS n (migration_id) JOIN @schema@.migration_dependencies d USING "
    "(migration_id)"
    "  UNION"
    "  SELECT w.start, d.depends_on_migration_id FROM walk w"
    "  JOIN @schema@.migration_dependencies d ON d.migration_id = w.now)"
    " SELECT w.start FROM walk w WHERE w.now = w.start ORDER BY w.start COLLATE \"C\" LIMIT 1",
    TEXTARRAYOID);

static char **
load_known_ids(SmQueryScope *scope, Datum target, uint64 *count)
{
	char **ids;

	*count = sm_query_execute(scope, &known_ids, &target, NULL, 0);
	ids = MemoryContextAlloc(scope->caller, Max(*count, 1) * sizeof(char *));
	for (uint64 i = 0; i < *count; i++)
		ids[i] = sm_query_text(scope, i, 1);
	return ids;
}

/* The first id that does not sort before the name. */
static uint64
lower_bound(char **ids, uint64 count, const char *name)
{
	uint64 low = 0;
	uint64 high = count;

	while (low < high)
	{
		uint64 middle = low + (high - low) / 2;

		if (strcmp(ids[middle], name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static char *
resolve(char **ids, uint64 count, const SmRegisteredFile *file, const SmDependency *dependency)
{
	size_t length = strlen(dependency->name);
	uint64 found = lower_bound(ids, count, dependency->name);

	if (found == count || strncmp(ids[found], dependency->name, length) != 0)
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_OBJECT),
		        errmsg("migration %s depends on \"%s\", which is not known", file->id,
		               dependency->name),
		        errcontext("file \"%s\", line %d, column %d", file->file, dependency->place.line,
		                   dependency->place.column),
		        errhint("Register that file in the same call or before."));
	if (ids[found][length] != '\0' && found + 1 < count &&
	    strncmp(ids[found + 1], dependency->name, length) == 0)
		ereport(ERROR, errcode(ERRCODE_AMBIGUOUS_PARAMETER),
		        errmsg("migration %s depends on \"%s\", which is not one migration", file->id,
		               dependency->name),
		        errdetail("It may be %s or %s.", ids[found], ids[found + 1]),
		        errcontext("file \"%s\", line %d, column %d", file->file, dependency->place.line,
		                   dependency->place.column),
		        errhint("Write the whole id."));
	return ids[found];
}

static void
resolve_file(Edges *edges, char **ids, uint64 count, const SmRegisteredFile *file)
{
	ListCell *cell;

	foreach (cell, file->migration->dependencies)
	{
		const SmDependency *dependency = lfirst(cell);
		char *id = resolve(ids, count, file, dependency);

		edges->upward |= strcmp(id, file->id) >= 0;
		edges->from[edges->count] = CStringGetTextDatum(file->id);
		edges->to[edges->count] = CStringGetTextDatum(id);
		edges->phase[edges->count] = CStringGetTextDatum(dependency->phase);
		edges->count++;
	}
}

static Datum
make_array(Datum *elements, int count)
{
	return PointerGetDatum(construct_array(elements, count, TEXTOID, -1, false, TYPALIGN_INT));
}

static void
refuse_circle(SmQueryScope *scope, Datum ids)
{
	if (sm_query_execute(scope, &find_circle, &ids, NULL, 1) == 0)
		return;
	ereport(ERROR, errcode(ERRCODE_INVALID_RECURSION),
	        errmsg("migration %s depends on itself, directly or by way of others",
	               sm_query_text(scope, 0, 1)),
	        errhint("Take one of the lines \"Dependencies:\" out of the circle."));
}

static void
refuse_changed(SmQueryScope *scope, Datum *values)
{
	if (sm_query_execute(scope, &find_changed, values, NULL, 1) == 0)
		return;
	ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
	        errmsg("migration %s has run and its dependencies were changed",
	               sm_query_text(scope, 0, 1)),
	        errdetail("The first that is new, gone or of another phase is %s.",
	                  sm_query_text(scope, 0, 2)),
	        errhint("Put the file back as it was and write a new migration, or roll this one back "
	                "first."));
}

static void
store_all(SmQueryScope *scope, const Edges *edges, Datum all_ids, Datum target, bool run)
{
	Datum from = make_array(edges->from, edges->count);
	Datum to = make_array(edges->to, edges->count);
	Datum phase = make_array(edges->phase, edges->count);
	Datum delete_values[] = {all_ids, from, to};
	Datum store_values[] = {from, to, phase};
	Datum all_values[] = {all_ids, from, to, phase, target};

	if (run)
		refuse_changed(scope, all_values);
	sm_query_execute(scope, &delete_edges, delete_values, NULL, 0);
	if (edges->count == 0)
		return;
	sm_query_execute(scope, &store_edges, store_values, NULL, 0);
	/* Where every edge goes to an earlier id there is no circle. */
	if (edges->upward)
		refuse_circle(scope, from);
}

void
sm_register_dependencies(SmQueryScope *scope, List *files, Datum target, bool run)
{
	Edges edges = {0};
	Datum *file_ids = palloc(list_length(files) * sizeof(Datum));
	char **ids = NULL;
	uint64 count = 0;
	int total = 0;
	ListCell *cell;

	foreach (cell, files)
	{
		const SmRegisteredFile *file = lfirst(cell);

		file_ids[foreach_current_index(cell)] = CStringGetTextDatum(file->id);
		total += list_length(file->migration->dependencies);
	}
	edges.from = palloc(Max(total, 1) * sizeof(Datum));
	edges.to = palloc(Max(total, 1) * sizeof(Datum));
	edges.phase = palloc(Max(total, 1) * sizeof(Datum));
	if (total > 0)
		ids = load_known_ids(scope, target, &count);
	foreach (cell, files)
		resolve_file(&edges, ids, count, lfirst(cell));
	store_all(scope, &edges, make_array(file_ids, list_length(files)), target, run);
}
