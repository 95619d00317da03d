/*
 * script_run.c
 *		The calls around the statements of migration_script(): begin_script(),
 *		which begins the run and registers the file in one statement, and
 *		end_script(), which records what failed and ends the run.
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/builtins.h"

#include "arguments.h"
#include "failure.h"
#include "guard.h"
#include "run.h"
#include "script.h"

PG_FUNCTION_INFO_V1(summit_migrate_begin_script);
PG_FUNCTION_INFO_V1(summit_migrate_end_script);

static SmQuery read_state = SM_QUERY(
    "SELECT hashtextextended(concat_ws(E'\\n',"
    " (SELECT string_agg(concat_ws(' ', h.phase, h.status), ',' ORDER BY h.phase)"
    "  FROM @schema@.migration_state($1, ARRAY[$2]) h WHERE h.status = 'completed'),"
    " (SELECT string_agg(concat_ws(' ', u.phase, u.direction, u.unit, u.state = 'completed',"
    "    u.batch_cursor), ',' ORDER BY u.phase, u.direction, u.unit)"
    "  FROM @schema@.unit_state($1, ARRAY[$2]) u"
    "  WHERE u.state = 'completed' OR u.batch_cursor IS NOT NULL)), 0)::text",
    TEXTOID, TEXTOID);

static SmQuery begin = SM_QUERY("SELECT FROM @schema@.begin_run($1, 'psql'::text)", TEXTOID);

static SmQuery register_file = SM_QUERY(
    "SELECT @schema@.register_migrations(ARRAY[$1], ARRAY[$2], $3)", TEXTOID, TEXTOID, TEXTOID);

/* The first phase that is not where it was to go, and whether a unit of it is in doubt. */
static SmQuery find_unfinished = SM_QUERY(
    "SELECT h.phase, EXISTS (SELECT FROM @schema@.migration_units u WHERE u.migration_id = $1"
    "  AND u.target = $2 AND u.phase IN (h.phase, $5) AND u.direction = $4"
    "  AND u.state = 'running' AND u.batch_cursor IS NULL)"
    " FROM @schema@.migration_history h"
    " WHERE h.migration_id = $1 AND h.target = $2 AND h.phase = ANY ($3) AND NOT h.superseded"
    " AND CASE $4 WHEN 'up' THEN h.status <> 'completed'"
    "  ELSE h.status NOT IN ('rolled_back', 'pending') END"
    " ORDER BY array_position(ARRAY['expand', 'migrate', 'contract'], h.phase) LIMIT 1",
    TEXTOID, TEXTOID, TEXTARRAYOID, TEXTOID, TEXTOID);

static SmQuery keep_before = SM_QUERY_NOARGS("SELECT @schema@.expected_before_run()");
static SmQuery keep_after = SM_QUERY_NOARGS("SELECT @schema@.expected_after_run()");

char *
sm_script_state(SmQueryScope *scope, const char *migration_id)
{
	Datum values[] = {
	    CStringGetTextDatum(SM_SCRIPT_TARGET),
	    CStringGetTextDatum(migration_id),
	};

	sm_query_execute(scope, &read_state, values, NULL, 1);
	return sm_query_text(scope, 0, 1);
}

/* Each unit commits by itself, so nothing may be open around the script. */
static void
refuse_block(void)
{
	if (!IsTransactionBlock())
		return;
	ereport(ERROR, errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
	        errmsg("a script cannot run in a transaction block"),
	        errdetail("It opens and commits transactions of its own."),
	        errhint("End the transaction first; in psql, \\set AUTOCOMMIT on."));
}

/* What the script changes becomes the expected schema; that this fails fails no deploy. */
static void
run_before(void *argument)
{
	sm_query_execute(argument, &keep_before, NULL, NULL, 0);
}

static void
run_after(void *argument)
{
	sm_query_execute(argument, &keep_after, NULL, NULL, 0);
}

Datum
summit_migrate_begin_script(PG_FUNCTION_ARGS)
{
	SmQueryScope scope;
	Datum values[3];
	char *id;

	refuse_block();
	sm_arguments_require(fcinfo, 0, 5);
	id = text_to_cstring(PG_GETARG_TEXT_PP(0));
	sm_query_begin(&scope, fcinfo, SM_QUERY_LEDGER);
	values[0] = CStringGetTextDatum(
	    strcmp(text_to_cstring(PG_GETARG_TEXT_PP(2)), "up") == 0 ? "apply" : "rollback");
	sm_query_execute(&scope, &begin, values, NULL, 0);
	if (strcmp(sm_script_state(&scope, id), text_to_cstring(PG_GETARG_TEXT_PP(3))) != 0)
		ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
		        errmsg("migration %s has gone on since this script was written", id),
		        errhint("Call migration_script() again, and run what it returns then."));
	values[0] = CStringGetTextDatum(psprintf("%s.sql", id));
	values[1] = PG_GETARG_DATUM(1);
	values[2] = PG_GETARG_DATUM(4);
	sm_query_execute(&scope, &register_file, values, NULL, 0);
	sm_guard_run(run_before, &scope, InvalidOid,
	             "the schema before this script could not be kept as a snapshot");
	sm_query_end(&scope);
	sm_failure_watch(true);
	PG_RETURN_VOID();
}

/*
 * Records what the session saw: a unit in a transaction that failed (the end of
 * another statement is recorded already), or an error outside any unit, as that
 * of a check.
 */
static void
record_failure(SmQueryScope *scope, SmUnitKey *phase)
{
	SmFailure *failure = sm_failure_first();
	TimestampTz now = GetCurrentTimestamp();
	SmUnitRow row = {
	    .state = SM_UNIT_FAILED,
	    .transactional = true,
	    .started_at = now,
	    .finished_at = now,
	    .rows_affected = -1,
	};

	if (failure == NULL || failure->refusal || (failure->in_unit && !failure->transactional))
		return;
	row.error_sqlstate = failure->sqlstate;
	row.error_message = failure->message;
	if (failure->in_unit)
	{
		sm_history_write_unit(scope, &failure->key, &row);
		phase = &failure->key;
	}
	sm_history_mark_failed(scope, phase, row.error_sqlstate, row.error_message, true);
}

Datum
summit_migrate_end_script(PG_FUNCTION_ARGS)
{
	SmQueryScope scope;
	Datum values[5];
	SmUnitKey key = {0};
	bool completed;

	sm_arguments_require(fcinfo, 0, 4);
	values[0] = PG_GETARG_DATUM(0);
	values[1] = PG_GETARG_DATUM(3);
	values[2] = PG_GETARG_DATUM(1);
	values[3] = PG_GETARG_DATUM(2);
	values[4] = CStringGetTextDatum("all");
	sm_query_begin(&scope, fcinfo, SM_QUERY_LEDGER);
	sm_run_check(&scope);
	completed = sm_query_execute(&scope, &find_unfinished, values, NULL, 1) == 0;
	if (!completed)
	{
		bool in_doubt = DatumGetBool(sm_query_value(0, 2, NULL));

		key.migration_id = text_to_cstring(PG_GETARG_TEXT_PP(0));
		key.phase = sm_query_text(&scope, 0, 1);
		key.up = strcmp(text_to_cstring(PG_GETARG_TEXT_PP(2)), "up") == 0;
		key.target = text_to_cstring(PG_GETARG_TEXT_PP(3));
		if (!in_doubt)
			record_failure(&scope, &key);
	}
	sm_guard_run(run_after, &scope, InvalidOid,
	             "the schema that this script leaves could not be made the expected one");
	sm_run_end(&scope, completed ? "completed" : "failed");
	sm_query_end(&scope);
	PG_RETURN_TEXT_P(cstring_to_text(completed ? "completed" : "failed"));
}
