/*
 * register.c
 *		register_migrations(): files become rows of migration_history, one a
 *		phase.  Their dependencies are register_dependencies.c's; nothing is run
 *		from here.
 *
 * All files are read first, then written with a few statements over arrays: ten
 * thousand files cost four statements, not ten thousand.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "common/hashfn.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "arguments.h"
#include "register.h"
#include "run.h"

PG_FUNCTION_INFO_V1(summit_migrate_register_migrations);

/* Columns of a phase as they travel to the server, in the order of $1 ... */
enum
{
	COLUMN_ID,
	COLUMN_FILE,
	COLUMN_CHECKSUM,
	COLUMN_MEANING,
	COLUMN_PHASE,
	COLUMN_DIGEST,
	COLUMN_ROLLBACK,
	COLUMN_DATABASE,
	COLUMN_TYPE,
	COLUMN_VERSION,
	COLUMN_BREAKING,
	COLUMN_REPEATABLE,
	COLUMN_UNITS,
	COLUMN_UNDO_UNITS,
	COLUMN_UNDO_ALL_UNITS,
	COLUMN_ROLLBACK_DIGEST,
	COLUMNS
};

typedef struct Phases
{
	int count;
	int size;
	Datum *values[COLUMNS]; /* text, all of them */
	bool *nulls[COLUMNS];
} Phases;

#define NEW_PHASES                                                                                 \
	"unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) AS n "          \
	"(migration_id, "                                                                              \
	"migration_file,"                                                                              \
	" checksum, meaning_digest, phase, phase_digest, rollback_sql, database_type, "                \
	"migration_type, version,"                                                                     \
	" breaking, repeatable, units, undo_units, undo_all_units, rollback_digest)"
#define PHASE_TYPES                                                                                \
	TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID,            \
	    TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID,        \
	    TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTOID

/* Driven by the index on either side: the history may be long, or empty when planned. */
#define GONE_PHASE                                                                                 \
	"h.migration_id = ANY ($1) AND h.target = $17 AND NOT h.superseded"                            \
	" AND (h.migration_id, h.phase) NOT IN (SELECT n.migration_id, n.phase FROM " NEW_PHASES ")"

static SmQuery find_run =
    SM_QUERY("SELECT FROM unnest($1) AS n (migration_id) JOIN @schema@.migration_history h"
             "  ON h.migration_id = n.migration_id AND h.target = $2 AND NOT h.superseded"
             " WHERE " SM_REGISTER_HAS_RUN,
             TEXTARRAYOID, TEXTOID);

/* What a phase that has run must keep; a repeated one only that it is repeated. */
static SmQuery find_mismatch = SM_QUERY(
    "SELECT m.migration_id, m.phase, m.what FROM ("
    " SELECT h.migration_id, h.phase, CASE"
    "   WHEN n.repeatable::boolean <> h.repeatable THEN 'its line Repeat was changed'"
    "   WHEN h.repeatable THEN NULL"
    "   WHEN n.phase_digest <> h.phase_digest THEN 'was changed'"
    "   WHEN n.version IS DISTINCT FROM h.version THEN 'its version was changed'"
    "   WHEN n.breaking::boolean <> h.breaking THEN 'its line Breaking was changed'"
    "   WHEN n.database_type <> h.database_type THEN 'its line Database was changed'"
    "   WHEN n.rollback_digest <> h.rollback_digest THEN 'its rollback was changed' END AS what"
    " FROM " NEW_PHASES " JOIN @schema@.migration_history h"
    "  ON h.migration_id = n.migration_id AND h.target = $17 AND h.phase = n.phase"
    "  AND NOT h.superseded"
    " WHERE " SM_REGISTER_HAS_RUN
    " UNION ALL SELECT h.migration_id, h.phase, 'is not in the file any more'"
    " FROM @schema@.migration_history h"
    " WHERE " GONE_PHASE " AND NOT h.repeatable AND " SM_REGISTER_HAS_RUN ") m"
    " WHERE m.what IS NOT NULL ORDER BY 1, 2 LIMIT 1",
    PHASE_TYPES);

static SmQuery delete_gone = SM_QUERY("DELETE FROM @schema@.migration_history h WHERE " GONE_PHASE
                                      " RETURNING h.migration_id",
                                      PHASE_TYPES);

static SmQuery store_phases = SM_QUERY_LIST(
    "INSERT INTO @schema@.migration_history AS h (migration_id, migration_file, checksum, "
    "meaning_digest,"
    " phase, phase_digest, rollback_sql, database_type, migration_type, version, breaking, "
    "repeatable, units, undo_units, undo_all_units, rollback_digest,"
    " target, status)"
    " SELECT n.migration_id, n.migration_file, n.checksum, n.meaning_digest, n.phase, "
    "n.phase_digest,"
    "  n.rollback_sql, n.database_type, n.migration_type, n.version, n.breaking::boolean,"
    "  n.repeatable::boolean, n.units::integer, n.undo_units::integer,"
    "  n.undo_all_units::integer, n.rollback_digest, $17, 'pending'"
    " FROM " NEW_PHASES
    " ON CONFLICT (migration_id, target, phase) WHERE NOT superseded DO UPDATE SET"
    " migration_file = excluded.migration_file, checksum = excluded.checksum,"
    " meaning_digest = excluded.meaning_digest, phase_digest = excluded.phase_digest,"
    " rollback_sql = excluded.rollback_sql, database_type = excluded.database_type,"
    " migration_type = excluded.migration_type, version = excluded.version,"
    " breaking = excluded.breaking, repeatable = excluded.repeatable, units = excluded.units,"
    " undo_units = excluded.undo_units, undo_all_units = excluded.undo_all_units,"
    " rollback_digest = excluded.rollback_digest,"
    " status = CASE WHEN excluded.repeatable AND h.phase_digest <> excluded.phase_digest"
    "  THEN 'pending' ELSE h.status END"
    " WHERE (h.migration_file, h.checksum, h.meaning_digest, h.phase_digest)"
    "  IS DISTINCT FROM (excluded.migration_file, excluded.checksum, excluded.meaning_digest,"
    "  excluded.phase_digest)"
    " RETURNING h.migration_id, h.repeatable AND h.status = 'pending'",
    PHASE_TYPES);

static SmQuery restart_units =
    SM_QUERY("UPDATE @schema@.migration_units u SET state = 'pending', batch_cursor = NULL"
             " WHERE u.migration_id = ANY ($1) AND u.target = $2 AND u.state <> 'pending'",
             TEXTARRAYOID, TEXTOID);

/* The file's name without folders and without its ending. */
static char *
id_of_file(const char *file)
{
	const char *name = strrchr(file, '/') == NULL ? file : strrchr(file, '/') + 1;
	const char *ending = strrchr(name, '.');

	if (ending == NULL || ending == name ||
	    (strcmp(ending, ".sql") != 0 && strcmp(ending, ".cypher") != 0))
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		        errmsg("\"%s\" is no name of a migration file", file),
		        errhint("Name it YYYYMMDD_HHMMSS_type_description.sql."));
	return pnstrdup(name, ending - name);
}

SmRegisteredFile *
sm_register_read_file(char *file, const char *content, int length)
{
	SmRegisteredFile *result = palloc(sizeof(SmRegisteredFile));
	const char *header_id;

	result->file = strrchr(file, '/') == NULL ? file : strrchr(file, '/') + 1;
	result->id = id_of_file(file);
	result->migration = sm_parse_content(content, length);
	sm_parse_raise_errors(result->migration, file);
	header_id = sm_parse_header_value(result->migration, "id");
	if (header_id != NULL && strcmp(header_id, result->id) != 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		        errmsg("file \"%s\" has another id in its header: \"%s\"", file, header_id),
		        errhint("Rename the file or correct its line \"ID:\"."));
	return result;
}

static List *
read_files(ArrayType *files, ArrayType *contents)
{
	List *result = NIL;
	Datum *file_values;
	Datum *content_values;
	bool *file_nulls;
	bool *content_nulls;
	int nfiles;
	int ncontents;

	deconstruct_array(files, TEXTOID, -1, false, TYPALIGN_INT, &file_values, &file_nulls, &nfiles);
	deconstruct_array(contents, TEXTOID, -1, false, TYPALIGN_INT, &content_values, &content_nulls,
	                  &ncontents);
	if (nfiles != ncontents)
		ereport(ERROR, errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
		        errmsg("%d file names but %d contents", nfiles, ncontents));
	for (int i = 0; i < nfiles; i++)
	{
		text *content;

		if (file_nulls[i] || content_nulls[i])
			ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			        errmsg("file %d has no name or no content", i + 1));
		content = DatumGetTextPP(content_values[i]);
		result = lappend(result,
		                 sm_register_read_file(TextDatumGetCString(file_values[i]),
		                                       VARDATA_ANY(content), VARSIZE_ANY_EXHDR(content)));
	}
	return result;
}

static int
compare_files(const ListCell *a, const ListCell *b)
{
	return strcmp(((SmRegisteredFile *) lfirst(a))->id, ((SmRegisteredFile *) lfirst(b))->id);
}

/* Sorted, so that two sessions lock rows in one order; an id only once. */
static void
sort_files(List *files)
{
	SmRegisteredFile *previous = NULL;
	ListCell *cell;

	list_sort(files, compare_files);
	foreach (cell, files)
	{
		SmRegisteredFile *file = lfirst(cell);

		if (previous != NULL && strcmp(previous->id, file->id) == 0)
			ereport(ERROR, errcode(ERRCODE_DUPLICATE_OBJECT),
			        errmsg("two files have the id \"%s\"", file->id),
			        errdetail("They are \"%s\" and \"%s\".", previous->file, file->file),
			        errhint("Rename one of them."));
		previous = file;
	}
}

static void
grow(Phases *phases)
{
	bool first = phases->size == 0;

	if (phases->count < phases->size)
		return;
	phases->size = first ? 64 : phases->size * 2;
	for (int i = 0; i < COLUMNS; i++)
	{
		phases->values[i] = first ? palloc(phases->size * sizeof(Datum))
		                          : repalloc(phases->values[i], phases->size * sizeof(Datum));
		phases->nulls[i] = first ? palloc(phases->size * sizeof(bool))
		                         : repalloc(phases->nulls[i], phases->size * sizeof(bool));
	}
}

static void
set_column(Phases *phases, int column, const char *value)
{
	phases->nulls[column][phases->count] = value == NULL;
	phases->values[column][phases->count] = value == NULL ? (Datum) 0 : CStringGetTextDatum(value);
}

static const char *
header_or(const SmMigration *migration, const char *name, const char *otherwise)
{
	const char *value = sm_parse_header_value(migration, name);

	return value == NULL ? otherwise : value;
}

/* The undo of the phase itself, else that of the whole. */
static const char *
rollback_text(const SmMigration *migration, const char *phase)
{
	SmPhase *undo = sm_parse_find_phase(migration, phase, false);

	if (undo == NULL)
		undo = sm_parse_find_phase(migration, SM_PHASE_ALL, false);
	return undo == NULL ? NULL : undo->rollback_text;
}

static int
count_undo_units(const SmMigration *migration, const char *phase)
{
	SmPhase *undo = sm_parse_find_phase(migration, phase, false);

	return undo == NULL ? 0 : list_length(undo->units);
}

/* What undoes the phase: its own rollback and that of the whole. */
static char *
rollback_digest(const SmMigration *migration, const char *phase)
{
	SmPhase *own = sm_parse_find_phase(migration, phase, false);
	SmPhase *whole = sm_parse_find_phase(migration, SM_PHASE_ALL, false);

	return psprintf("%s %s", own == NULL ? "none" : own->digest,
	                whole == NULL ? "none" : whole->digest);
}

static void
add_phase(Phases *phases, const SmRegisteredFile *file, const SmPhase *phase)
{
	const SmMigration *migration = file->migration;

	grow(phases);
	set_column(phases, COLUMN_ID, file->id);
	set_column(phases, COLUMN_FILE, file->file);
	set_column(phases, COLUMN_CHECKSUM, migration->bytes_digest);
	set_column(phases, COLUMN_MEANING, migration->meaning_digest);
	set_column(phases, COLUMN_PHASE, phase->name);
	set_column(phases, COLUMN_DIGEST, phase->digest);
	set_column(phases, COLUMN_ROLLBACK, rollback_text(migration, phase->name));
	set_column(phases, COLUMN_DATABASE, header_or(migration, "database", "postgresql"));
	set_column(phases, COLUMN_TYPE, sm_parse_header_value(migration, "type"));
	set_column(phases, COLUMN_VERSION, sm_parse_header_value(migration, "version"));
	set_column(phases, COLUMN_BREAKING, header_or(migration, "breaking", "false"));
	set_column(phases, COLUMN_REPEATABLE,
	           sm_parse_header_value(migration, "repeat") == NULL ? "false" : "true");
	set_column(phases, COLUMN_UNITS, psprintf("%d", list_length(phase->units)));
	set_column(phases, COLUMN_UNDO_UNITS, psprintf("%d", count_undo_units(migration, phase->name)));
	set_column(phases, COLUMN_UNDO_ALL_UNITS,
	           psprintf("%d", count_undo_units(migration, SM_PHASE_ALL)));
	set_column(phases, COLUMN_ROLLBACK_DIGEST, rollback_digest(migration, phase->name));
	phases->count++;
}

static void
make_parameters(const Phases *phases, Datum target, Datum *values)
{
	for (int i = 0; i < COLUMNS; i++)
	{
		int dims[1] = {phases->count};
		int lower[1] = {1};

		values[i] = PointerGetDatum(construct_md_array(phases->values[i], phases->nulls[i], 1, dims,
		                                               lower, TEXTOID, -1, false, TYPALIGN_INT));
	}
	values[COLUMNS] = target;
}

static void
check_mismatch(SmQueryScope *scope, Datum *values)
{
	if (sm_query_execute(scope, &find_mismatch, values, NULL, 1) == 0)
		return;
	ereport(
	    ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
	    errmsg("phase %s of migration %s has run and %s", sm_query_text(scope, 0, 2),
	           sm_query_text(scope, 0, 1), sm_query_text(scope, 0, 3)),
	    errdetail("Only comments and white space of a phase that has run may change."),
	    errhint(
	        "Put the file back as it was and write a new migration, or roll this one back first."));
}

/* The ids of a result's first column join a set; rows whose second column is true, a list. */
static void
collect_ids(SmQueryScope *scope, uint64 count, HTAB *changed, List **restarted)
{
	for (uint64 i = 0; i < count; i++)
	{
		char *id = sm_query_text(scope, i, 1);
		bool isnull;

		hash_search(changed, &id, HASH_ENTER, NULL);
		if (restarted != NULL && DatumGetBool(sm_query_value(i, 2, &isnull)) && !isnull)
			*restarted = lappend(*restarted, id);
	}
}

static uint32
hash_id(const void *key, Size size)
{
	const char *id = *(char *const *) key;

	return hash_bytes((const unsigned char *) id, strlen(id));
}

static int
match_ids(const void *a, const void *b, Size size)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

static HTAB *
make_id_set(void)
{
	HASHCTL control = {
	    .keysize = sizeof(char *),
	    .entrysize = sizeof(char *),
	    .hash = hash_id,
	    .match = match_ids,
	    .hcxt = CurrentMemoryContext,
	};

	return hash_create("registered migrations", 1024, &control,
	                   HASH_ELEM | HASH_FUNCTION | HASH_COMPARE | HASH_CONTEXT);
}

/* A repeatable migration that runs again has its units to run again. */
static void
restart(SmQueryScope *scope, List *ids, Datum target)
{
	Datum *elements = palloc(list_length(ids) * sizeof(Datum));
	Datum values[2];
	ListCell *cell;

	if (ids == NIL)
		return;
	foreach (cell, ids)
		elements[foreach_current_index(cell)] = CStringGetTextDatum(lfirst(cell));
	values[0] = PointerGetDatum(
	    construct_array(elements, list_length(ids), TEXTOID, -1, false, TYPALIGN_INT));
	values[1] = target;
	sm_query_execute(scope, &restart_units, values, NULL, 0);
}

/* Whether some phase of these migrations has run, so that not all may change. */
static bool
has_run(SmQueryScope *scope, Datum ids, Datum target)
{
	Datum values[] = {ids, target};

	return sm_query_execute(scope, &find_run, values, NULL, 1) > 0;
}

/* Returns how many migrations are new or changed. */
static long
store(SmQueryScope *scope, Datum *values, Datum target)
{
	HTAB *changed = make_id_set();
	List *restarted = NIL;

	collect_ids(scope, sm_query_execute(scope, &delete_gone, values, NULL, 0), changed, NULL);
	collect_ids(scope, sm_query_execute(scope, &store_phases, values, NULL, 0), changed,
	            &restarted);
	restart(scope, restarted, target);
	return hash_get_num_entries(changed);
}

Datum
summit_migrate_register_migrations(PG_FUNCTION_ARGS)
{
	List *files;
	Datum target;
	Datum values[COLUMNS + 1];
	Phases phases = {0};
	SmQueryScope scope;
	long changed;
	bool run;
	ListCell *file;
	ListCell *phase;

	sm_arguments_require(fcinfo, 0, 3);
	files = read_files(PG_GETARG_ARRAYTYPE_P(0), PG_GETARG_ARRAYTYPE_P(1));
	target = PG_GETARG_DATUM(2);
	if (files == NIL)
		PG_RETURN_INT32(0);
	sort_files(files);
	foreach (file, files)
	{
		foreach (phase, ((SmRegisteredFile *) lfirst(file))->migration->phases)
			add_phase(&phases, lfirst(file), lfirst(phase));
	}
	make_parameters(&phases, target, values);
	sm_query_begin(&scope, fcinfo, SM_QUERY_LEDGER);
	sm_run_check_or_none(&scope);
	run = has_run(&scope, values[COLUMN_ID], target);
	if (run)
		check_mismatch(&scope, values);
	changed = store(&scope, values, target);
	sm_register_dependencies(&scope, files, target, run);
	sm_query_end(&scope);
	PG_RETURN_INT32(changed);
}
