/*
 * recover.c
 *		units_in_doubt(): what was begun outside a transaction and not finished,
 *		with what the catalog proves, and the undos that have not ended.  Nothing
 *		is changed or decided here; the caller acts by it, records the end of a
 *		statement with finish_statement() and goes on with an undo.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "effect.h"
#include "recover.h"

PG_FUNCTION_INFO_V1(summit_migrate_units_in_doubt);

/* A failed statement is in doubt only where it left something to clean up. */
static SmQuery find_units = SM_QUERY(
    "SELECT u.migration_id, u.phase, u.direction, u.unit, u.statement, u.started_at, u.pid,"
    " a.pid IS NOT NULL, coalesce(a.pid <> pg_backend_pid() AND a.state <> 'idle', false),"
    " EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.datname = current_database()"
    "  AND p.relid <> 0 AND p.relid = (u.intent ->> 'relation_oid')::oid AND p.pid <> "
    "pg_backend_pid()),"
    " u.state = 'failed', u.batch_cursor, u.intent"
    " FROM @schema@.migration_units u"
    " LEFT JOIN pg_stat_activity a ON a.pid = u.pid AND a.backend_start = u.backend_start"
    " WHERE u.target = $1 AND u.state IN ('running', 'failed')"
    " AND (u.state = 'running' OR u.intent IS NOT NULL)"
    " ORDER BY u.migration_id COLLATE \"C\", u.direction DESC,"
    " array_position(ARRAY['expand', 'migrate', 'contract', 'all'], u.phase), u.unit",
    TEXTOID);

/*
 * The undo that a migration is in: the latest of its texts that was begun, while
 * a phase that it takes back says so.  A crash leaves the phase running, an error
 * or an interruption failed.
 */
static SmQuery find_undos = SM_QUERY(
    "SELECT d.migration_id, d.phase, 'down', d.done + 1, NULL::text, d.started_at, d.pid,"
    " a.pid IS NOT NULL, coalesce(a.pid <> pg_backend_pid() AND a.state <> 'idle', false),"
    " h.failed, h.error"
    " FROM (SELECT DISTINCT ON (t.migration_id) t.* FROM"
    "   (SELECT u.migration_id, u.phase, max(u.started_at) AS started_at,"
    "     count(*) FILTER (WHERE u.state = 'completed')::int AS done,"
    "     (array_agg(u.pid ORDER BY u.started_at DESC))[1] AS pid,"
    "     (array_agg(u.backend_start ORDER BY u.started_at DESC))[1] AS backend_start"
    "    FROM @schema@.migration_units u WHERE u.target = $1 AND u.direction = 'down'"
    "    GROUP BY u.migration_id, u.phase) t ORDER BY t.migration_id, t.started_at DESC) d"
    " JOIN LATERAL (SELECT bool_and(h.status = 'failed') AS failed, min(h.error_message) AS error"
    "  FROM @schema@.migration_history h WHERE h.migration_id = d.migration_id AND h.target = $1"
    "  AND d.phase IN (h.phase, 'all') AND NOT h.superseded AND h.direction = 'down'"
    "  AND h.status IN ('running', 'failed')) h ON h.failed IS NOT NULL"
    " LEFT JOIN pg_stat_activity a ON a.pid = d.pid AND a.backend_start = d.backend_start"
    " ORDER BY d.migration_id COLLATE \"C\"",
    TEXTOID);

static SmQuery backend_busy =
    SM_QUERY("SELECT FROM pg_stat_activity a WHERE a.pid = $1 AND a.backend_start = $2"
             " AND a.pid <> pg_backend_pid() AND a.state <> 'idle'",
             INT4OID, TIMESTAMPTZOID);

enum
{
	FOUND_STATEMENT = 5,
	FOUND_PID = 7,
	FOUND_ALIVE,
	FOUND_BUSY,
	FOUND_BUILDING,
	FOUND_FAILED,
	FOUND_CURSOR,
	FOUND_INTENT
};

/* The columns of find_undos behind FOUND_BUSY. */
enum
{
	UNDO_FAILED = FOUND_BUSY + 1,
	UNDO_ERROR
};

enum
{
	RESULT_ALIVE = 7,
	RESULT_OUTCOME,
	RESULT_DETAIL,
	RESULT_CLEANUP,
	RESULT_COLUMNS
};

bool
sm_recover_backend_busy(SmQueryScope *scope, int pid, TimestampTz backend_start)
{
	Datum values[] = {Int32GetDatum(pid), TimestampTzGetDatum(backend_start)};

	return sm_query_execute(scope, &backend_busy, values, NULL, 1) > 0;
}

static bool
found_true(uint64 row, int column)
{
	return DatumGetBool(sm_query_value(row, column, NULL));
}

/* Outcome of one row as a word; detail and cleanup as sm_effect_compare(). */
static const char *
judge(uint64 row, char **detail, char **cleanup)
{
	bool isnull;
	Datum intent;

	*cleanup = NULL;
	if (found_true(row, FOUND_BUSY))
	{
		*detail = psprintf("backend %d is still at work",
		                   DatumGetInt32(sm_query_value(row, FOUND_PID, NULL)));
		return "running";
	}
	if (found_true(row, FOUND_BUILDING))
	{
		*detail = "another backend builds an index of that table";
		return "running";
	}
	intent = sm_query_value(row, FOUND_INTENT, &isnull);
	if (!isnull)
		return sm_effect_outcome_name(
		    sm_effect_compare(sm_effect_from_jsonb(DatumGetJsonbP(intent)), detail, cleanup));
	intent = sm_query_value(row, FOUND_CURSOR, &isnull);
	*detail = isnull ? "nothing was recorded about it"
	                 : psprintf("the last key done is %s", TextDatumGetCString(intent));
	return isnull ? "unknown" : "batch";
}

static void
put(ReturnSetInfo *result, uint64 row, const char *outcome, const char *detail, const char *cleanup)
{
	Datum values[RESULT_COLUMNS];
	bool nulls[RESULT_COLUMNS] = {false};

	for (int i = 0; i < RESULT_ALIVE; i++)
		values[i] = sm_query_value(row, i + 1, &nulls[i]);
	values[RESULT_ALIVE] = sm_query_value(row, FOUND_ALIVE, NULL);
	values[RESULT_OUTCOME] = CStringGetTextDatum(outcome);
	values[RESULT_DETAIL] = CStringGetTextDatum(detail);
	nulls[RESULT_CLEANUP] = cleanup == NULL;
	values[RESULT_CLEANUP] = cleanup == NULL ? (Datum) 0 : CStringGetTextDatum(cleanup);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

static void
put_unit(ReturnSetInfo *result, uint64 row)
{
	char *detail;
	char *cleanup;
	const char *outcome = judge(row, &detail, &cleanup);

	if (!found_true(row, FOUND_FAILED) || cleanup != NULL)
		put(result, row, outcome, detail, cleanup);
}

static void
put_undo(ReturnSetInfo *result, SmQueryScope *scope, uint64 row)
{
	int done = DatumGetInt32(sm_query_value(row, 4, NULL)) - 1;
	bool failed = found_true(row, UNDO_FAILED);
	char *error = failed ? sm_query_text(scope, row, UNDO_ERROR) : NULL;
	char *detail = psprintf("%d %s of its undo %s done%s%s", done, done == 1 ? "unit" : "units",
	                        done == 1 ? "is" : "are",
	                        error == NULL ? "" : ", then: ", error == NULL ? "" : error);

	put(result, row,
	    found_true(row, FOUND_BUSY) ? "running"
	    : failed                    ? "undo_failed"
	                                : "undo",
	    detail, NULL);
}

Datum
summit_migrate_units_in_doubt(PG_FUNCTION_ARGS)
{
	SmQueryScope scope;
	Datum target = PG_GETARG_DATUM(0);
	uint64 count;

	InitMaterializedSRF(fcinfo, 0);
	sm_query_begin(&scope, fcinfo, SM_QUERY_READ);
	count = sm_query_execute(&scope, &find_units, &target, NULL, 0);
	for (uint64 i = 0; i < count; i++)
		put_unit((ReturnSetInfo *) fcinfo->resultinfo, i);
	count = sm_query_execute(&scope, &find_undos, &target, NULL, 0);
	for (uint64 i = 0; i < count; i++)
		put_undo((ReturnSetInfo *) fcinfo->resultinfo, &scope, i);
	sm_query_end(&scope);
	return (Datum) 0;
}
