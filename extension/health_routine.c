/*
 * health_routine.c
 *		plpgsql_check over all PL/pgSQL functions of the database, each as its
 *		owner and with the search path it would have.  What a finding means is
 *		not decided here.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "funcapi.h"
#include "utils/builtins.h"

#include "compat.h"
#include "health.h"

PG_FUNCTION_INFO_V1(summit_migrate_check_routines);

/*
 * A trigger function is checked for each table that uses it, and not at all where
 * none does.  The search path is the function's own, else the one that its
 * owner gets when he connects here; never the caller's.
 */
static SmQuery find_routines = SM_QUERY_LIST_NOARGS(
    "SELECT p.oid, coalesce(t.tgrelid, 0), p.proowner, t.tgoldtable, t.tgnewtable, p.prosecdef,"
    " coalesce((SELECT substr(s, 13) FROM unnest(p.proconfig) s WHERE s LIKE 'search_path=%'),"
    "  (SELECT substr(s, 13) FROM pg_db_role_setting r, unnest(r.setconfig) s"
    "   WHERE s LIKE 'search_path=%' AND r.setrole IN (0, p.proowner)"
    "   AND r.setdatabase IN (0, (SELECT d.oid FROM pg_database d WHERE d.datname = "
    "current_database()))"
    "   ORDER BY r.setrole = 0, r.setdatabase = 0 LIMIT 1),"
    "  (SELECT g.boot_val FROM pg_settings g WHERE g.name = 'search_path'))"
    " FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang"
    " LEFT JOIN (SELECT DISTINCT tgfoid, tgrelid, tgoldtable, tgnewtable FROM pg_trigger"
    "  WHERE NOT tgisinternal AND tgparentid = 0) t ON t.tgfoid = p.oid"
    " WHERE l.lanname = 'plpgsql' AND p.oid >= 16384 AND p.prokind IN ('f', 'p')"
    " AND (p.prorettype <> 'trigger'::regtype OR t.tgrelid IS NOT NULL)"
    " AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.refclassid = 'pg_extension'::regclass"
    "  AND d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')"
    " ORDER BY p.oid, t.tgrelid");

enum
{
	FOUND_ROUTINE = 1,
	FOUND_RELATION,
	FOUND_OWNER,
	FOUND_OLD_TABLE,
	FOUND_NEW_TABLE,
	FOUND_DEFINER,
	FOUND_PATH
};

enum
{
	RESULT_ROUTINE,
	RESULT_RELATION,
	RESULT_OBSTACLE,
	RESULT_SQLSTATE,
	RESULT_LINE,
	RESULT_MESSAGE,
	RESULT_COLUMNS
};

typedef struct Check
{
	const char *checker; /* the quoted schema of plpgsql_check */
	ReturnSetInfo *result;
	Datum routine;
	Datum relation;
	Oid owner;
	char *old_table;
	char *new_table;
	bool definer;
	char *path;
} Check;

static void
put(const Check *check, const char *obstacle, const char *sqlstate, int line, const char *message)
{
	Datum values[RESULT_COLUMNS] = {check->routine, check->relation};
	bool nulls[RESULT_COLUMNS] = {false};

	nulls[RESULT_OBSTACLE] = obstacle == NULL;
	nulls[RESULT_SQLSTATE] = sqlstate == NULL;
	nulls[RESULT_MESSAGE] = message == NULL;
	nulls[RESULT_LINE] = line <= 0;
	if (obstacle)
		values[RESULT_OBSTACLE] = CStringGetTextDatum(obstacle);
	if (sqlstate)
		values[RESULT_SQLSTATE] = CStringGetTextDatum(sqlstate);
	values[RESULT_LINE] = Int32GetDatum(line);
	if (message)
		values[RESULT_MESSAGE] = CStringGetTextDatum(message);
	tuplestore_putvalues(check->result->setResult, check->result->setDesc, values, nulls);
}

/*
 * The schema in the path in which everybody may create, NULL when there is none.
 * There anyone could put a function in the way, and it would run as the owner.
 */
static char *
open_schema(void)
{
	if (sm_health_query("SELECT pg_catalog.quote_ident(s) FROM"
	                    " pg_catalog.unnest(pg_catalog.current_schemas(false)) s"
	                    " WHERE pg_catalog.has_schema_privilege('public', s, 'CREATE') LIMIT 1",
	                    0, NULL, NULL) == 0)
		return NULL;
	return SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
}

/* Errors only; those about rights count where the owner's are the ones that hold. */
static void
put_findings(const Check *check, uint64 count)
{
	for (uint64 i = 0; i < count; i++)
	{
		HeapTuple row = SPI_tuptable->vals[i];
		TupleDesc desc = SPI_tuptable->tupdesc;
		char *sqlstate = SPI_getvalue(row, desc, 1);
		char *line = SPI_getvalue(row, desc, 2);

		if (!check->definer && sqlstate && strcmp(sqlstate, "42501") == 0)
			continue;
		put(check, NULL, sqlstate, line ? atoi(line) : 0, SPI_getvalue(row, desc, 3));
	}
}

static void
check_routine(void *argument)
{
	static const Oid types[] = {OIDOID, OIDOID, TEXTOID, TEXTOID};
	const Check *check = argument;
	Datum values[] = {check->routine, check->relation, CStringGetTextDatum(check->old_table),
	                  CStringGetTextDatum(check->new_table)};
	SmHealthUser saved;
	char *open;

	sm_health_become(&saved, check->owner, psprintf("%s, pg_temp", check->path));
	open = open_schema();
	if (open)
		put(check, psprintf("REVOKE CREATE ON SCHEMA %s FROM PUBLIC", open), NULL, 0, NULL);
	else
		put_findings(
		    check,
		    sm_health_query(
		        psprintf("SELECT sqlstate, lineno, message FROM %s.plpgsql_check_function_tb("
		                 "funcoid => $1::pg_catalog.regprocedure, relid => $2::pg_catalog.regclass,"
		                 " oldtable => nullif($3, '')::pg_catalog.name,"
		                 " newtable => nullif($4, '')::pg_catalog.name,"
		                 " fatal_errors => true, other_warnings => false, extra_warnings => false)"
		                 " WHERE level OPERATOR(pg_catalog.=) 'error'",
		                 check->checker),
		        4, types, values));
	sm_health_return(&saved);
}

static void
check_found(Check *check, SmQueryScope *scope, uint64 row)
{
	char *old_table = sm_query_text(scope, row, FOUND_OLD_TABLE);
	char *new_table = sm_query_text(scope, row, FOUND_NEW_TABLE);

	check->routine = sm_query_value(row, FOUND_ROUTINE, NULL);
	check->relation = sm_query_value(row, FOUND_RELATION, NULL);
	check->owner = DatumGetObjectId(sm_query_value(row, FOUND_OWNER, NULL));
	check->old_table = old_table ? old_table : "";
	check->new_table = new_table ? new_table : "";
	check->definer = DatumGetBool(sm_query_value(row, FOUND_DEFINER, NULL));
	check->path = sm_query_text(scope, row, FOUND_PATH);
	if (!sm_health_try(check_routine, check))
		put(check, "", NULL, 0, NULL);
}

/* Names that are found nowhere else would be looked for among the session's temporary ones. */
static bool
session_has_temporary(void)
{
	return sm_health_query(
	           "SELECT FROM pg_catalog.pg_type"
	           " WHERE typnamespace OPERATOR(pg_catalog.=) pg_catalog.pg_my_temp_schema()"
	           " LIMIT 1",
	           0, NULL, NULL) > 0;
}

Datum
summit_migrate_check_routines(PG_FUNCTION_ARGS)
{
	Check check = {0};
	SmQueryScope scope;

	InitMaterializedSRF(fcinfo, 0);
	sm_query_begin(&scope, fcinfo, SM_QUERY_READ);
	check.result = (ReturnSetInfo *) fcinfo->resultinfo;
	check.checker = sm_health_find_extension(&scope, "plpgsql_check", "plpgsql_check_function_tb");
	if (check.checker && session_has_temporary())
		put(&check, "DISCARD TEMP", NULL, 0, NULL);
	else if (check.checker)
	{
		uint64 count = sm_query_execute(&scope, &find_routines, NULL, NULL, 0);

		for (uint64 i = 0; i < count; i++)
			check_found(&check, &scope, i);
	}
	sm_query_end(&scope);
	return (Datum) 0;
}
