/*
 * legacy.c
 *		adopt_legacy(): carries the rows of the older scripts' tables over into
 *		the extension's own, and renames what it took them from.  That nothing of
 *		the kind stands in the extension's own schema is install.c's affair.
 *
 * The older tables are whatever their owner made of them: a column may be
 * missing, have another type, or stand there besides the known ones.  So each is
 * first read as text, by the type's output function alone (a cast could be
 * somebody's own function, and the caller is a superuser), and the statements
 * below cast the texts.  What has no column here is kept in metadata->'legacy',
 * and so is each original that had to be mapped.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_proc.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/regproc.h"
#include "utils/rel.h"

#include "arguments.h"
#include "compat.h"
#include "objects.h"
#include "query.h"
#include "version.h"

#define SUFFIX "_legacy"

/* A table of the older scripts, and the statement that carries its rows over. */
typedef struct LegacyTable
{
	const char *name;
	const char *columns[12]; /* those that the statement names, ended by NULL */

	/*
	 * Follows "WITH old AS (...)", which has the columns as text, and in extra,
	 * jsonb, all others; returns one row with the number of rows carried over and,
	 * where rows may be unfit, how many these were.
	 */
	const char *statement;
} LegacyTable;

/* The id that a file name stands for. */
#define MIGRATION_ID(column) "regexp_replace(" column ", '\\.(sql|cypher)$', '')"

/*
 * metadata, and under "legacy" the originals, where there are any: a document
 * that is no object is one of them.
 */
#define METADATA(originals)                                                                        \
	"CASE WHEN jsonb_typeof(o.metadata::jsonb) = 'object' THEN o.metadata::jsonb ELSE '{}' END"    \
	" || jsonb_strip_nulls(jsonb_build_object('legacy', nullif(" originals                         \
	" || CASE WHEN jsonb_typeof(o.metadata::jsonb) <> 'object'"                                    \
	"    THEN jsonb_build_object('metadata', o.metadata::jsonb) ELSE '{}' END, '{}')))"

/* Broken by hand: clang-format would break statements inside their words. */
/* clang-format off */

/* Versions: 1.2 and v1.2 were common; what is no version at all stays as it is. */
static const char adopt_versions[] =
	", read AS ("
	" SELECT o.*, regexp_match(o.version,"
	"   '^\\s*[vV]?0*(\\d+)(?:\\.0*(\\d+))?(?:\\.0*(\\d+))?([-+].*)?\\s*$') AS m,"
	"  CASE lower(trim(o.database_type)) WHEN 'postgres' THEN 'postgresql'"
	"   WHEN 'timescaledb' THEN 'timescale'"
	"   ELSE coalesce(lower(trim(o.database_type)), 'postgresql') END AS new_type"
	" FROM old o"
	"), mapped AS ("
	" SELECT r.*, coalesce(m[1] || '.' || coalesce(m[2], '0') || '.' || coalesce(m[3], '0')"
	"   || coalesce(m[4], ''), version, 'unknown') AS new_version"
	" FROM read r"
	"), noted AS ("
	" SELECT mapped.*, extra"
	"  || CASE WHEN new_version IS DISTINCT FROM version"
	"     THEN jsonb_build_object('version', version) ELSE '{}' END"
	"  || CASE WHEN new_type IS DISTINCT FROM database_type"
	"     THEN jsonb_build_object('database_type', database_type) ELSE '{}' END AS originals"
	" FROM mapped"
	"), added AS ("
	" INSERT INTO @schema@.schema_versions (id, version, database_type, applied_at, applied_by,"
	"  migration_id, checksum, execution_time_ms, rollback_available, metadata)"
	" SELECT coalesce(id::integer, row_number() OVER (ORDER BY applied_at)::integer),"
	"  new_version, new_type, coalesce(applied_at::timestamptz, now()),"
	"  coalesce(applied_by, 'unknown'), " MIGRATION_ID("migration_id") ", checksum,"
	"  round(execution_time_ms::numeric)::integer,"
	"  coalesce(rollback_available::boolean, false), " METADATA("originals")
	" FROM noted o RETURNING 1"
	") SELECT count(*) FROM added";

static const LegacyTable schema_versions = {
	"schema_versions",
	{"id", "version", "database_type", "applied_at", "applied_by", "migration_id", "checksum",
	 "execution_time_ms", "rollback_available", "metadata"},
	adopt_versions,
};

/* How the error of a row begins whose phase is a word that says nothing. */
#define UNKNOWN_PHASE "'the older scripts recorded the phase '"

/*
 * Several rows may stand for one migration and phase: the newest counts.  A row
 * without a phase ran the whole file, so it stands for all three: were only
 * expand recorded, the others would run a second time.  So do a row of an undo,
 * which left all of it rolled back, and one with a word that says nothing, which
 * failed.  Its further rows name it in metadata->'legacy'->'row'.
 *
 * A status that says neither success nor undoing nor waiting is a failure: the
 * next apply looks at it, and resolve_migration() can say otherwise.
 *
 * An older checksum was taken of other bytes than ours, so that it would never
 * compare equal: it is kept among the originals.
 */
static const char adopt_history[] =
	", numbered AS ("
	" SELECT o.*, coalesce(id::integer, row_number() OVER (ORDER BY executed_at)::integer) AS n"
	" FROM old o"
	"), mapped AS ("
	" SELECT o.*,"
	"  " MIGRATION_ID("coalesce(nullif(trim(migration_id), ''),"
					  " regexp_replace(nullif(trim(migration_file), ''), '^.*/', ''),"
					  " 'legacy_' || n)") " AS new_id,"
	"  CASE WHEN lower(trim(status)) IN ('completed', 'complete', 'success', 'succeeded',"
	"    'successful', 'applied', 'executed', 'done', 'ok') THEN 'completed'"
	"   WHEN lower(trim(status)) IN ('rolled_back', 'rolled back', 'rolledback', 'rollback',"
	"    'reverted', 'undone') THEN 'rolled_back'"
	"   WHEN lower(trim(status)) IN ('pending', 'new', 'queued', 'scheduled') THEN 'pending'"
	"   WHEN lower(trim(status)) IN ('failed', 'failure', 'error') THEN 'failed'"
	"   END AS known_status,"
	"  CASE WHEN lower(trim(phase)) IN ('expand', 'migrate', 'contract') THEN lower(trim(phase))"
	"   WHEN lower(trim(phase)) ~ '^(phase[ _-]?)?1(\\D|$)' THEN 'expand'"
	"   WHEN lower(trim(phase)) ~ '^(phase[ _-]?)?2(\\D|$)' THEN 'migrate'"
	"   WHEN lower(trim(phase)) ~ '^(phase[ _-]?)?3(\\D|$)' THEN 'contract' END AS one_phase,"
	"  lower(trim(phase)) IN ('rollback', 'rolled_back', 'rolled back', 'down', 'undo', 'revert',"
	"   'reverted') AS is_undo"
	" FROM numbered o"
	"), judged AS ("
	" SELECT m.*, one_phase IS NULL AND NOT is_undo AND trim(phase) <> '' AS is_unknown FROM mapped m"
	"), typed AS ("
	" SELECT m.*, CASE WHEN is_unknown THEN 'failed'"
	"   WHEN is_undo AND known_status IN ('completed', 'rolled_back') THEN 'rolled_back'"
	"   WHEN is_undo THEN 'failed'"
	"   ELSE coalesce(known_status, 'failed') END AS new_status, v.version AS new_version,"
	"  CASE WHEN v.database_type IN ('timescale', 'neo4j') THEN v.database_type"
	"   WHEN m.migration_file LIKE '%.cypher' THEN 'neo4j' ELSE 'postgresql' END AS new_type,"
	"  extra || CASE WHEN checksum IS NOT NULL"
	"     THEN jsonb_build_object('checksum', checksum) ELSE '{}' END"
	"  || CASE WHEN new_id IS DISTINCT FROM migration_id"
	"     THEN jsonb_build_object('migration_id', migration_id) ELSE '{}' END"
	"  || CASE WHEN known_status IS DISTINCT FROM status"
	"     THEN jsonb_build_object('status', status) ELSE '{}' END"
	"  || CASE WHEN one_phase IS DISTINCT FROM phase"
	"     THEN jsonb_build_object('phase', phase) ELSE '{}' END AS originals"
	" FROM judged m LEFT JOIN LATERAL (SELECT version, database_type"
	"  FROM @schema@.schema_versions v WHERE v.migration_id = m.new_id"
	"  ORDER BY v.id DESC LIMIT 1) v ON true"
	"), phases AS ("
	" SELECT t.*, p.phase AS new_phase, p.place,"
	"  row_number() OVER (PARTITION BY new_id, new_type, p.phase"
	"   ORDER BY executed_at::timestamptz DESC NULLS LAST, n DESC) AS age"
	" FROM typed t CROSS JOIN LATERAL unnest(CASE WHEN one_phase IS NULL"
	"  THEN ARRAY['expand', 'migrate', 'contract'] ELSE ARRAY[one_phase] END)"
	"  WITH ORDINALITY AS p (phase, place)"
	"), placed AS ("
	" SELECT p.*, CASE WHEN place = 1 THEN n ELSE (SELECT max(n) FROM numbered)"
	"   + row_number() OVER (PARTITION BY place = 1 ORDER BY n, place)::integer END AS new_row,"
	"  originals || CASE WHEN place > 1 THEN jsonb_build_object('row', n) ELSE '{}' END AS kept"
	" FROM phases p"
	"), added AS ("
	" INSERT INTO @schema@.migration_history (id, migration_file, migration_id, executed_at,"
	"  execution_time_ms, status, rollback_sql, metadata, phase, target, database_type, version,"
	"  error_message, attempt, superseded)"
	" SELECT new_row, coalesce(migration_file, new_id), new_id, executed_at::timestamptz,"
	"  round(execution_time_ms::numeric)::bigint, new_status, rollback_sql,"
	"  " METADATA("kept") ", new_phase, new_type, new_type, new_version,"
	"  CASE WHEN is_unknown THEN format(" UNKNOWN_PHASE " || '%L', phase)"
	"   WHEN known_status IS NULL THEN format('the older scripts recorded the status %s',"
	"   coalesce(quote_literal(status), 'NULL')) END,"
	"  CASE WHEN new_status = 'pending' THEN 0 ELSE 1 END, age > 1"
	" FROM placed o RETURNING metadata"
	") SELECT count(*) FROM added WHERE (metadata -> 'legacy' -> 'row') IS NULL";

static const LegacyTable migration_history = {
	"migration_history",
	{"id", "migration_file", "migration_id", "checksum", "executed_at", "execution_time_ms",
	 "status", "rollback_sql", "metadata", "phase"},
	adopt_history,
};

static const char adopt_locks[] =
	", noted AS ("
	" SELECT old.*, extra || CASE WHEN released_at IS NULL"
	"   THEN jsonb_build_object('held', true) ELSE '{}' END AS originals"
	" FROM old"
	"), added AS ("
	" INSERT INTO @schema@.migration_locks (id, migration_id, locked_by, locked_at, released_at,"
	"  metadata)"
	" SELECT coalesce(id::integer, row_number() OVER (ORDER BY locked_at)::integer),"
	"  coalesce(" MIGRATION_ID("migration_id") ", 'unknown'), coalesce(locked_by, 'unknown'),"
	"  coalesce(locked_at::timestamptz, now()), coalesce(released_at::timestamptz, now()),"
	"  " METADATA("originals")
	" FROM noted o RETURNING 1"
	") SELECT count(*) FROM added";

static const LegacyTable migration_locks = {
	"migration_locks",
	{"id", "migration_id", "locked_by", "locked_at", "released_at", "metadata"},
	adopt_locks,
};

/* The same pair twice says no more than once; a migration cannot need itself. */
static const char adopt_dependencies[] =
	", pairs AS ("
	" SELECT coalesce(id::integer, row_number() OVER (ORDER BY created_at)::integer) AS n,"
	"  " MIGRATION_ID("migration_id") " AS needing,"
	"  " MIGRATION_ID("depends_on_migration_id") " AS needed, created_at"
	" FROM old"
	"), added AS ("
	" INSERT INTO @schema@.migration_dependencies (id, migration_id, depends_on_migration_id,"
	"  created_at)"
	" SELECT DISTINCT ON (needing, needed) n, needing, needed,"
	"  coalesce(created_at::timestamptz, now())"
	" FROM pairs WHERE needing <> needed ORDER BY needing, needed, n RETURNING 1"
	") SELECT count(*), (SELECT count(*) FROM pairs WHERE needing IS NULL OR needed IS NULL)"
	" FROM added";

static const LegacyTable migration_dependencies = {
	"migration_dependencies",
	{"id", "migration_id", "depends_on_migration_id", "created_at"},
	adopt_dependencies,
};

/* What they had stored is kept; no objects can be made of it. */
static const char adopt_snapshots[] =
	", added AS ("
	" INSERT INTO @schema@.schema_snapshots (id, database_type, snapshot_date, schema_hash,"
	"  schema_definition, table_count, index_count, constraint_count, metadata)"
	" SELECT coalesce(id::integer, row_number() OVER (ORDER BY snapshot_date)::integer),"
	"  CASE lower(trim(o.database_type)) WHEN 'postgres' THEN 'postgresql'"
	"   WHEN 'timescaledb' THEN 'timescale'"
	"   ELSE coalesce(lower(trim(o.database_type)), 'postgresql') END,"
	"  coalesce(snapshot_date::timestamptz, now()), schema_hash, schema_definition::jsonb,"
	"  round(table_count::numeric)::integer, round(index_count::numeric)::integer,"
	"  round(constraint_count::numeric)::integer, " METADATA("extra")
	" FROM old o RETURNING 1"
	") SELECT count(*) FROM added";

static const LegacyTable schema_snapshots = {
	"schema_snapshots",
	{"id", "database_type", "snapshot_date", "schema_hash", "schema_definition", "table_count",
	 "index_count", "constraint_count", "metadata"},
	adopt_snapshots,
};

/* clang-format on */

/* In this order: the history asks the versions for types. */
static const LegacyTable *const adoptable[] = {
    &schema_versions,        &migration_history, &migration_locks,
    &migration_dependencies, &schema_snapshots,
};

/* The versions of migrations whose every phase was undone are left again. */
static SmQuery mark_left_versions = SM_QUERY_LIST_NOARGS(
    "UPDATE @schema@.schema_versions v SET rolled_back_at = h.undone_at"
    " FROM (SELECT migration_id, coalesce(max(executed_at), now()) AS undone_at"
    "  FROM @schema@.migration_history WHERE NOT superseded"
    "  GROUP BY migration_id HAVING bool_and(status = 'rolled_back')) h"
    " WHERE v.migration_id = h.migration_id");

static SmQuery list_unknown_phases = SM_QUERY_LIST_NOARGS(
    "SELECT metadata -> 'legacy' ->> 'phase', count(DISTINCT migration_id)"
    " FROM @schema@.migration_history WHERE starts_with(error_message, " UNKNOWN_PHASE ")"
    " GROUP BY 1 ORDER BY 1");

static SmQuery list_versions =
    SM_QUERY_LIST_NOARGS("SELECT DISTINCT version FROM @schema@.schema_versions");

/* ---- what there is ---- */

static bool
is_known(const LegacyTable *table, const char *column, Oid type)
{
	/* a document that is no JSON is one more unknown column */
	if ((strcmp(column, "metadata") == 0 || strcmp(column, "schema_definition") == 0) &&
	    type != JSONOID && type != JSONBOID)
		return false;
	for (const char *const *known = table->columns; *known; known++)
	{
		if (strcmp(*known, column) == 0)
			return true;
	}
	return false;
}

/* The old table's value as text, by the output function only. */
static char *
as_text(const char *column)
{
	const char *quoted = quote_identifier(column);

	return psprintf("CASE WHEN o.%s IS NOT NULL THEN format('%%s', o.%s) END", quoted, quoted);
}

/* The qualified name of an old table. */
static char *
old_name(const char *schema_name, const char *table)
{
	return psprintf("%s.%s", quote_identifier(schema_name), table);
}

/* "WITH old AS (...)": the known columns as text, all others in extra. */
static char *
read_as_text(const LegacyTable *table, Relation old, const char *schema_name)
{
	TupleDesc columns = RelationGetDescr(old);
	StringInfoData known;
	StringInfoData names;
	StringInfoData values;
	Bitmapset *found = NULL;

	initStringInfo(&known);
	initStringInfo(&names);
	initStringInfo(&values);
	for (int i = 0; i < columns->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(columns, i);
		const char *name = NameStr(column->attname);

		if (column->attisdropped)
			continue;
		if (is_known(table, name, column->atttypid))
		{
			appendStringInfo(&known, "%s AS %s, ", as_text(name), quote_identifier(name));
			for (int k = 0; table->columns[k]; k++)
			{
				if (strcmp(table->columns[k], name) == 0)
					found = bms_add_member(found, k);
			}
			continue;
		}
		appendStringInfo(&names, "%s%s", names.len ? ", " : "", quote_literal_cstr(name));
		appendStringInfo(&values, "%s%s", values.len ? ", " : "", as_text(name));
	}
	for (int k = 0; table->columns[k]; k++)
	{
		if (!bms_is_member(k, found))
			appendStringInfo(&known, "NULL::text AS %s, ", table->columns[k]);
	}
	return psprintf("WITH old AS (SELECT %s"
	                "jsonb_strip_nulls(jsonb_object(ARRAY[%s]::text[], ARRAY[%s]::text[])) AS extra"
	                " FROM %s o)",
	                known.data, names.data, values.data, old_name(schema_name, table->name));
}

static const LegacyTable *
find_adoptable(const char *name)
{
	for (size_t i = 0; i < lengthof(adoptable); i++)
	{
		if (strcmp(adoptable[i]->name, name) == 0)
			return adoptable[i];
	}
	return NULL;
}

/* ---- one table ---- */

static void
require_empty(SmQueryScope *scope, const char *table)
{
	char *sql = psprintf("SELECT 1 FROM %s.%s LIMIT 1", sm_query_expand(scope, "@schema@"), table);

	if (sm_query_run(scope, sql) > 0)
		ereport(ERROR,
		        (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
		         errmsg("the extension's table \"%s\" has rows already", table),
		         errdetail(
		             "Rows are carried over with their ids, so the extension's own tables must be "
		             "empty.")));
}

static void
require_plain_table(Relation old)
{
	if (old->rd_rel->relkind != RELKIND_RELATION &&
	    old->rd_rel->relkind != RELKIND_PARTITIONED_TABLE)
		ereport(ERROR,
		        (errcode(ERRCODE_WRONG_OBJECT_TYPE),
		         errmsg("\"%s.%s\" is not a table", get_namespace_name(RelationGetNamespace(old)),
		                RelationGetRelationName(old))));
}

static void
warn_of_unfit(const char *table, int64 rows)
{
	if (rows > 0)
		ereport(WARNING,
		        (errmsg(INT64_FORMAT " rows of \"%s\" are left out: they name no migration", rows,
		                table),
		         errdetail("They stand in the old table still.")));
}

/* Carries the rows of one table over and returns how many there were. */
static int64
adopt_rows(SmQueryScope *scope, const LegacyTable *table, Oid old_table, const char *schema_name)
{
	Relation old = table_open(old_table, AccessExclusiveLock);
	int64 rows;
	char *sql;

	require_plain_table(old);
	require_empty(scope, table->name);
	sql = psprintf("%s%s", read_as_text(table, old, schema_name),
	               sm_query_expand(scope, table->statement));
	table_close(old, NoLock);
	sm_query_run(scope, sql);
	rows = DatumGetInt64(sm_query_value(0, 1, NULL));
	if (SPI_tuptable->tupdesc->natts > 1)
		warn_of_unfit(table->name, DatumGetInt64(sm_query_value(0, 2, NULL)));
	sm_query_run(scope,
	             sm_query_expand(scope, psprintf("SELECT setval('@schema@.%s_id_seq', max(id))"
	                                             " FROM @schema@.%s",
	                                             table->name, table->name)));
	return rows;
}

static void
rename_table(SmQueryScope *scope, const char *schema_name, const char *table)
{
	sm_query_run(
	    scope, psprintf("ALTER TABLE %s RENAME TO %s" SUFFIX, old_name(schema_name, table), table));
}

/* Renames every function of the older scripts in the schema, whatever its arguments. */
static void
rename_functions(SmQueryScope *scope, Oid schema)
{
	for (const char *const *name = sm_objects_legacy_functions; *name; name++)
	{
		ListCell *cell;

		foreach (cell, sm_objects_functions(*name, schema, false))
			sm_query_run(scope, psprintf("ALTER ROUTINE %s RENAME TO %s" SUFFIX,
			                             format_procedure_qualified(lfirst_oid(cell)), *name));
	}
}

/* ---- the whole ---- */

static void
refuse_nothing(Oid schema, const char *schema_name)
{
	bool adopted = false;

	for (const char *const *name = sm_objects_legacy_tables; *name; name++)
	{
		if (find_adoptable(*name) && OidIsValid(sm_objects_foreign_relation(*name, schema)))
			return;
		adopted |= OidIsValid(get_relname_relid(psprintf("%s" SUFFIX, *name), schema));
	}
	if (adopted)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
		                errmsg("the older scripts' tables in schema \"%s\" were adopted already",
		                       schema_name),
		                errdetail("They stand there with the suffix " SUFFIX ".")));
	ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE),
	                errmsg("there is nothing to adopt in schema \"%s\"", schema_name),
	                errdetail("None of the older scripts' tables stands there.")));
}

static void
adopt_table(SmQueryScope *scope, ReturnSetInfo *result, Oid schema, const char *schema_name,
            const char *name)
{
	const LegacyTable *table = find_adoptable(name);
	Oid old_table = sm_objects_foreign_relation(name, schema);
	Datum values[3];
	bool nulls[3] = {false, false, false};

	if (!OidIsValid(old_table))
		return;
	if (table == NULL)
	{
		ereport(NOTICE, (errmsg("table \"%s.%s\" is left as it is", schema_name, name),
		                 errdetail("This version of the extension has no such table.")));
		return;
	}
	values[0] = CStringGetTextDatum(name);
	values[1] = Int64GetDatum(adopt_rows(scope, table, old_table, schema_name));
	values[2] = CStringGetTextDatum(psprintf("%s" SUFFIX, name));
	rename_table(scope, schema_name, name);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/* Says which versions will not count, because they are none. */
static void
warn_of_malformed_versions(SmQueryScope *scope)
{
	uint64 rows = sm_query_execute(scope, &list_versions, NULL, NULL, 0);

	for (uint64 i = 0; i < rows; i++)
	{
		char *text = sm_query_text(scope, i, 1);
		SmVersion version;
		char *problem = sm_version_parse(text, &version);

		if (problem)
			ereport(WARNING, (errmsg("version \"%s\" does not count: %s", text, problem),
			                  errdetail("Its row was carried over as it is.")));
	}
}

/* Says which phases say nothing, so that their migrations are looked at. */
static void
warn_of_unknown_phases(SmQueryScope *scope)
{
	uint64 rows = sm_query_execute(scope, &list_unknown_phases, NULL, NULL, 0);

	for (uint64 i = 0; i < rows; i++)
		ereport(WARNING,
		        (errmsg("phase \"%s\" is not known: " INT64_FORMAT " migrations count as failed",
		                sm_query_text(scope, i, 1), DatumGetInt64(sm_query_value(i, 2, NULL))),
		         errhint("Say with resolve_migration() what is true.")));
}

PG_FUNCTION_INFO_V1(summit_migrate_adopt_legacy);
Datum
summit_migrate_adopt_legacy(PG_FUNCTION_ARGS)
{
	SmQueryScope scope;
	char *schema_name;
	Oid schema;

	sm_arguments_require(fcinfo, 0, 1);
	schema_name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	schema = get_namespace_oid(schema_name, false);
	PreventCommandIfReadOnly("adopt_legacy()");
	sm_objects_require_owner(fcinfo->flinfo->fn_oid, "to adopt the older scripts' tables");
	refuse_nothing(schema, schema_name);
	InitMaterializedSRF(fcinfo, 0);
	sm_query_begin(&scope, fcinfo, SM_QUERY_LEDGER);
	for (const char *const *name = sm_objects_legacy_tables; *name; name++)
		adopt_table(&scope, (ReturnSetInfo *) fcinfo->resultinfo, schema, schema_name, *name);
	rename_functions(&scope, schema);
	sm_query_execute(&scope, &mark_left_versions, NULL, NULL, 0);
	warn_of_malformed_versions(&scope);
	warn_of_unknown_phases(&scope);
	sm_query_end(&scope);
	return (Datum) 0;
}
