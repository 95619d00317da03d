/*
 * version_log.c
 *		The version and status readers that applications and the older scripts
 *		call, and the record of a version by hand.  What the ledger writes of
 *		versions stands with the ledger; how versions compare in version.c.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "arguments.h"
#include "compat.h"
#include "query.h"
#include "version.h"

static SmQuery versions_of_type =
    SM_QUERY_LIST("SELECT version FROM @schema@.schema_versions"
                  " WHERE database_type = $1 AND rolled_back_at IS NULL",
                  TEXTOID);

static SmQuery insert_version = SM_QUERY(
    "INSERT INTO @schema@.schema_versions"
    " (version, database_type, migration_id, checksum, execution_time_ms, applied_by, metadata)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
    TEXTOID, TEXTOID, TEXTOID, TEXTOID, INT4OID, TEXTOID, JSONBOID);

/*
 * A migration whose only phase is contract is applied when that one is; NULL
 * where nothing is known of it.
 */
#define APPLIED_WHERE(condition)                                                                   \
	"SELECT COALESCE(pg_catalog.bool_and(status = 'completed')"                                    \
	"  FILTER (WHERE phase <> 'contract' OR breaking),"                                            \
	" pg_catalog.bool_and(status = 'completed'))"                                                  \
	" FROM @schema@.migration_history WHERE NOT superseded AND " condition

static SmQuery applied_by_id = SM_QUERY(APPLIED_WHERE("migration_id = $1"), TEXTOID);
static SmQuery applied_by_file = SM_QUERY_LIST(APPLIED_WHERE("migration_file = $1"), TEXTOID);

/*
 * The highest version of a type in the scope's calling context, or "0.0.0".
 * Rows carried over from the older scripts may hold what is no SemVer; it has
 * no place in the order and does not count.
 */
static char *
highest_version(SmQueryScope *scope, const char *type)
{
	char *highest = MemoryContextStrdup(scope->caller, "0.0.0");
	SmVersion highest_parsed;
	Datum values[1];
	uint64 rows;

	sm_version_parse(highest, &highest_parsed);
	values[0] = CStringGetTextDatum(type);
	rows = sm_query_execute(scope, &versions_of_type, values, NULL, 0);
	for (uint64 i = 0; i < rows; i++)
	{
		char *version = sm_query_text(scope, i, 1);
		SmVersion parsed;

		if (sm_version_parse(version, &parsed) == NULL &&
		    sm_version_compare(&parsed, &highest_parsed) > 0)
		{
			highest = version;
			highest_parsed = parsed;
		}
		else
			pfree(version);
	}
	return highest;
}

static char *
current_version(FunctionCallInfo fcinfo)
{
	const char *type = sm_database_type_required(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	SmQueryScope scope;
	char *highest;

	sm_query_begin(&scope, fcinfo, SM_QUERY_READ);
	highest = highest_version(&scope, type);
	sm_query_end(&scope);
	return highest;
}

PG_FUNCTION_INFO_V1(summit_migrate_get_current_schema_version);
Datum
summit_migrate_get_current_schema_version(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(current_version(fcinfo)));
}

PG_FUNCTION_INFO_V1(summit_migrate_schema_version_at_least);
Datum
summit_migrate_schema_version_at_least(PG_FUNCTION_ARGS)
{
	char *wanted = sm_version_normalise(text_to_cstring(PG_GETARG_TEXT_PP(1)));

	PG_RETURN_BOOL(sm_version_compare_texts(current_version(fcinfo), wanted) >= 0);
}

/* The given name, or that of the authenticated user. */
static Datum
applied_by(FunctionCallInfo fcinfo, int number)
{
	if (!PG_ARGISNULL(number) && VARSIZE_ANY_EXHDR(PG_GETARG_TEXT_PP(number)) > 0)
		return PG_GETARG_DATUM(number);
	return CStringGetTextDatum(GetUserNameFromId(GetAuthenticatedUserId(), false));
}

PG_FUNCTION_INFO_V1(summit_migrate_log_schema_version);
Datum
summit_migrate_log_schema_version(PG_FUNCTION_ARGS)
{
	char *version = sm_version_normalise(sm_arguments_text(fcinfo, 0, "version"));
	const char *type = sm_database_type_required(sm_arguments_text(fcinfo, 1, "database_type"));
	SmQueryScope scope;
	Datum values[7] = {0};
	char nulls[8] = "       ";
	int32 id;

	PreventCommandIfReadOnly("log_schema_version()");
	if (!PG_ARGISNULL(4) && PG_GETARG_INT32(4) < 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("execution_time_ms must not be negative")));
	values[0] = CStringGetTextDatum(version);
	values[1] = CStringGetTextDatum(type);
	for (int i = 2; i < 5; i++)
	{
		values[i] = PG_GETARG_DATUM(i);
		nulls[i] = PG_ARGISNULL(i) ? 'n' : ' ';
	}
	values[5] = applied_by(fcinfo, 5);
	values[6] =
	    PG_ARGISNULL(6) ? DirectFunctionCall1(jsonb_in, CStringGetDatum("{}")) : PG_GETARG_DATUM(6);
	sm_query_begin(&scope, fcinfo, SM_QUERY_LEDGER);
	sm_query_execute(&scope, &insert_version, values, nulls, 0);
	id = DatumGetInt32(sm_query_value(0, 1, NULL));
	sm_query_end(&scope);
	PG_RETURN_INT32(id);
}

/* The id that a file name stands for: no folder, no known ending. */
static char *
migration_id_of(const char *file)
{
	static const char *const endings[] = {".sql", ".cypher"};
	const char *slash = strrchr(file, '/');
	char *id = pstrdup(slash ? slash + 1 : file);

	for (size_t i = 0; i < lengthof(endings); i++)
	{
		int length = strlen(id) - strlen(endings[i]);

		if (length > 0 && strcmp(id + length, endings[i]) == 0)
		{
			id[length] = '\0';
			break;
		}
	}
	return id;
}

/*
 * By id first: that has an index.  The file name alone decides only for rows of
 * the older scripts, whose ids were free.
 */
PG_FUNCTION_INFO_V1(summit_migrate_is_migration_applied);
Datum
summit_migrate_is_migration_applied(PG_FUNCTION_ARGS)
{
	char *file = text_to_cstring(PG_GETARG_TEXT_PP(0));
	SmQueryScope scope;
	Datum values[1];
	Datum applied;
	bool isnull;

	values[0] = CStringGetTextDatum(migration_id_of(file));
	sm_query_begin(&scope, fcinfo, SM_QUERY_READ);
	sm_query_execute(&scope, &applied_by_id, values, NULL, 1);
	applied = sm_query_value(0, 1, &isnull);
	if (isnull)
	{
		values[0] = PG_GETARG_DATUM(0);
		sm_query_execute(&scope, &applied_by_file, values, NULL, 1);
		applied = sm_query_value(0, 1, &isnull);
	}
	sm_query_end(&scope);
	PG_RETURN_BOOL(!isnull && DatumGetBool(applied));
}
