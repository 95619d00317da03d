/*
 * assess.c
 *		assess_change(): does a unit change the schema more than the header of
 *		its migration declares?  How a change is classified is the diff's; which
 *		bump a version declares, declared_bump()'s.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "expected.h"
#include "run.h"
#include "version.h"

#define CHANGES_SHOWN 5

static const char *const bumps[] = {"none", "patch", "minor", "major"};

static SmQuery declaration =
    SM_QUERY("SELECT h.version, h.breaking, h.database_type, h.migration_file"
             " FROM @schema@.migration_history h"
             " WHERE h.migration_id = $1 AND h.phase = $2 AND NOT h.superseded LIMIT 1",
             TEXTOID, TEXTOID);

/* Versions that this one follows: its own, reached by an earlier phase, is none. */
static SmQuery versions_below =
    SM_QUERY_LIST("SELECT v.version FROM @schema@.schema_versions v"
                  " WHERE v.database_type = $1 AND v.rolled_back_at IS NULL",
                  TEXTOID);

/*
 * Between two snapshots, in a run: but for what all databases share, and what
 * somebody else's DDL changed beside it, as its open alerts say.
 */
#define OWN_CHANGES                                                                                \
	" @schema@.classify_schema_change($1, $2) c WHERE c.section = 'database' AND NOT EXISTS ("     \
	"SELECT FROM @schema@.schema_drift_alerts a"                                                   \
	" JOIN @schema@.ddl_journal j ON j.id = a.journal_id"                                          \
	" JOIN @schema@.migration_runs r ON r.epoch = $3 AND j.captured_at >= r.started_at"            \
	" WHERE a.resolved_at IS NULL AND j.migration_id IS NULL AND (a.table_name = c.name"           \
	"  OR a.object_type = c.kind AND c.name IN (j.identity_before, j.identity_after)))"

static SmQuery compute =
    SM_QUERY_LIST("SELECT coalesce((ARRAY['none', 'patch', 'minor', 'major'])[max("
                  "pg_catalog.array_position(ARRAY['none', 'patch', 'minor', 'major'], c.bump))],"
                  " 'none') FROM" OWN_CHANGES,
                  INT4OID, INT4OID, INT8OID);

static SmQuery declare =
    SM_QUERY("SELECT @schema@.declared_bump($1, $2, $3)", TEXTOID, TEXTOID, BOOLOID);

static SmQuery worst_changes = SM_QUERY_LIST(
    "SELECT pg_catalog.concat_ws(' ', c.object_type, c.object_name, c.property) || ' ('"
    " || c.rule || ')' FROM" OWN_CHANGES " AND c.bump = $4 ORDER BY 1",
    INT4OID, INT4OID, INT8OID, TEXTOID);

PG_FUNCTION_INFO_V1(summit_migrate_assess_change);

typedef struct Declared
{
	char *version; /* NULL: nothing is declared */
	bool breaking;
	char *database_type;
	char *file;
} Declared;

static Declared
read_declaration(SmQueryScope *scope, Datum migration_id, Datum phase)
{
	Datum values[] = {migration_id, phase};
	Declared declared;

	if (sm_query_execute(scope, &declaration, values, NULL, 1) == 0)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
		                errmsg("migration \"%s\" has no phase \"%s\"",
		                       TextDatumGetCString(migration_id), TextDatumGetCString(phase))));
	declared.version = sm_query_text(scope, 0, 1);
	declared.breaking = DatumGetBool(sm_query_value(0, 2, NULL));
	declared.database_type = sm_query_text(scope, 0, 3);
	declared.file = sm_query_text(scope, 0, 4);
	return declared;
}

/* The highest version below one, "0.0.0" when there is none. */
static char *
previous_version(SmQueryScope *scope, const Declared *declared)
{
	Datum values[] = {CStringGetTextDatum(declared->database_type)};
	uint64 rows = sm_query_execute(scope, &versions_below, values, NULL, 0);
	char *previous = "0.0.0";

	for (uint64 i = 0; i < rows; i++)
	{
		char *version = sm_query_text(scope, i, 1);
		SmVersion parsed;

		/* those of the older scripts may be anything */
		if (sm_version_parse(version, &parsed) == NULL &&
		    sm_version_compare_texts(version, declared->version) < 0 &&
		    sm_version_compare_texts(version, previous) > 0)
			previous = version;
	}
	return previous;
}

static int
rank_of(const char *bump)
{
	for (int i = 0; i < (int) lengthof(bumps); i++)
	{
		if (strcmp(bump, bumps[i]) == 0)
			return i;
	}
	elog(ERROR, "unknown bump \"%s\"", bump);
}

static char *
describe_changes(SmQueryScope *scope, int32 from, int32 to, const char *bump)
{
	Datum values[] = {Int32GetDatum(from), Int32GetDatum(to), Int64GetDatum(sm_run_epoch()),
	                  CStringGetTextDatum(bump)};
	uint64 rows = sm_query_execute(scope, &worst_changes, values, NULL, 0);
	StringInfoData text;

	initStringInfo(&text);
	for (uint64 i = 0; i < rows && i < CHANGES_SHOWN; i++)
		appendStringInfo(&text, "%s%s", i ? ", " : "", sm_query_text(scope, i, 1));
	if (rows > CHANGES_SHOWN)
		appendStringInfo(&text, " and " UINT64_FORMAT " more", rows - CHANGES_SHOWN);
	return text.data;
}

static char *
ask_bump(SmQueryScope *scope, SmQuery *query, Datum *values)
{
	sm_query_execute(scope, query, values, NULL, 1);
	return sm_query_text(scope, 0, 1);
}

static void
compare_bumps(SmQueryScope *scope, const Declared *declared, int32 from, int32 to, bool allow)
{
	Datum snapshots[] = {Int32GetDatum(from), Int32GetDatum(to), Int64GetDatum(sm_run_epoch())};
	char *real = ask_bump(scope, &compute, snapshots);
	char *previous = previous_version(scope, declared);
	Datum header[] = {CStringGetTextDatum(previous), CStringGetTextDatum(declared->version),
	                  BoolGetDatum(declared->breaking)};
	char *stated = ask_bump(scope, &declare, header);

	if (rank_of(real) <= rank_of(stated))
		return;
	ereport(allow ? WARNING : ERROR,
	        (errcode(ERRCODE_CHECK_VIOLATION),
	         errmsg("the change is %s, but version %s after %s declares %s", real,
	                declared->version, previous, stated),
	         errdetail("In %s: %s.", declared->file, describe_changes(scope, from, to, real)),
	         errhint("Give the migration a higher version%s, or make the change in another way.",
	                 strcmp(real, "major") == 0 ? " or \"Breaking: true\"" : "")));
}

Datum
summit_migrate_assess_change(PG_FUNCTION_ARGS)
{
	SmQueryScope scope;
	Declared declared;
	int32 snapshot;

	for (int i = 0; i < 2; i++)
	{
		if (PG_ARGISNULL(i))
			ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			                errmsg("migration_id and phase must not be null")));
	}
	sm_query_begin(&scope, fcinfo, SM_QUERY_LEDGER);
	sm_run_check(&scope);
	declared = read_declaration(&scope, PG_GETARG_DATUM(0), PG_GETARG_DATUM(1));
	snapshot = sm_expected_take_snapshot(&scope, psprintf("after %s of %s",
	                                                      TextDatumGetCString(PG_GETARG_DATUM(1)),
	                                                      TextDatumGetCString(PG_GETARG_DATUM(0))));
	if (declared.version != NULL && !PG_ARGISNULL(2))
		compare_bumps(&scope, &declared, PG_GETARG_INT32(2), snapshot,
		              !PG_ARGISNULL(3) && PG_GETARG_BOOL(3));
	sm_query_end(&scope);
	PG_RETURN_INT32(snapshot);
}
