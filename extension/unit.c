/*
 * unit.c
 *		The ledger calls of units that run in a transaction: begin_unit(),
 *		finish_unit(), record_batch(), fail_unit(), record_lock_wait().  Statements
 *		outside transactions are statement_unit.c's, phases phase.c's.
 *
 * begin_unit() takes the fence, and it holds until the transaction ends; that
 * is why the later calls of the same transaction do not ask again.
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/builtins.h"
#include "utils/guc.h"

#include "arguments.h"
#include "failure.h"
#include "order.h"
#include "run.h"
#include "session_change.h"
#include "unit_stats.h"

PG_FUNCTION_INFO_V1(summit_migrate_begin_unit);
PG_FUNCTION_INFO_V1(summit_migrate_finish_unit);
PG_FUNCTION_INFO_V1(summit_migrate_record_batch);
PG_FUNCTION_INFO_V1(summit_migrate_fail_unit);
PG_FUNCTION_INFO_V1(summit_migrate_record_lock_wait);

static SmQuery set_lock_wait =
    SM_QUERY("UPDATE @schema@.migration_units u SET lock_wait_ms = greatest(u.lock_wait_ms, $6)"
             " WHERE u.migration_id = $1 AND u.phase = $2 AND u.direction = $3 AND u.unit = $4"
             " AND u.target = $5 AND u.state = 'completed' AND u.epoch = $7",
             TEXTOID, TEXTOID, TEXTOID, INT4OID, TEXTOID, FLOAT8OID, INT8OID);

/* As SET LOCAL: it outlives the call, because only search_path is the call's. */
static void
set_timeout(const char *name, int milliseconds)
{
	char value[16];

	if (milliseconds < 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		        errmsg("%s cannot be %d", name, milliseconds),
		        errhint("Give milliseconds, or 0 for none."));
	snprintf(value, sizeof(value), "%d", milliseconds);
	set_config_option(name, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_LOCAL, true, 0, false);
}

/* A statement that may have had its effect must not run a second time. */
static void
refuse_intent(const SmUnitKey *key, const SmUnitBefore *before)
{
	if (before->state == NULL || strcmp(before->state, "running") != 0 || before->batched)
		return;
	ereport(
	    ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
	    errmsg("unit %d of migration %s is in doubt", key->unit, key->migration_id),
	    errdetail("It was begun outside a transaction and its end was not recorded."),
	    errhint("units_in_doubt() says what the catalog proves; finish_statement() records it."));
}

/*
 * A unit that was sent before the answer to the one before it must not overtake
 * a failure, nor run in a session that the one before has changed.
 */
static void
refuse_gap(const char *after)
{
	if (after[0] == '\0')
	{
		sm_session_change_forget();
		return;
	}
	if (sm_session_change_seen())
		ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
		        errmsg("a unit before this one has changed settings of the session"),
		        errdetail("This one was to run after \"%s\".", after),
		        errhint("RESET them before it is begun."));
	if (sm_history_just_completed(after))
		return;
	ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
	        errmsg("the unit before this one was not completed"),
	        errdetail("This one was to run after \"%s\".", after));
}

Datum
summit_migrate_begin_unit(PG_FUNCTION_ARGS)
{
	SmQueryScope scope;
	SmUnitKey key;
	SmUnitBefore before;
	double lock_wait_ms;

	sm_arguments_require(fcinfo, 0, 9);
	sm_history_read_key(fcinfo, true, &key);
	lock_wait_ms = sm_history_read_wait(PG_GETARG_DATUM(7));
	sm_run_check_strings();
	if (sm_history_open_unit() != NULL)
		ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
		        errmsg("a unit is open in this transaction"),
		        errhint("Call finish_unit() or record_batch() and commit before the next unit."));
	refuse_gap(text_to_cstring(PG_GETARG_TEXT_PP(8)));
	sm_query_begin(&scope, fcinfo, SM_QUERY_LEDGER);
	sm_order_check(&scope, &key, &before);
	refuse_intent(&key, &before);
	sm_query_end(&scope);
	set_timeout("lock_timeout", PG_GETARG_INT32(5));
	set_timeout("statement_timeout", PG_GETARG_INT32(6));
	sm_history_open(&key, lock_wait_ms, before.state == NULL, before.units);
	sm_failure_begin_unit(&key, true);
	PG_RETURN_VOID();
}

/* The open unit, when it is the one that the caller means. */
static const SmOpenUnit *
check_open_unit(const SmUnitKey *key)
{
	const SmOpenUnit *unit = sm_history_open_unit();

	if (unit == NULL || !FullTransactionIdEquals(unit->xid, GetTopFullTransactionIdIfAny()))
		ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
		        errmsg("no unit was begun in this transaction"),
		        errdetail("A COMMIT or ROLLBACK among the unit's statements ends the transaction "
		                  "that begin_unit() was called in."),
		        errhint("Take transaction control out of the unit's statements."));
	if (strcmp(unit->key.migration_id, key->migration_id) != 0 ||
	    strcmp(unit->key.phase, key->phase) != 0 || unit->key.up != key->up ||
	    unit->key.unit != key->unit || strcmp(unit->key.target, key->target) != 0)
		ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
		        errmsg("another unit was begun in this transaction"),
		        errdetail("Open is unit %d of phase %s of migration %s.", unit->key.unit,
		                  unit->key.phase, unit->key.migration_id));
	sm_run_check_strings();
	return unit;
}

/* Returns how long it took, in ms. */
static double
write_open_unit(SmQueryScope *scope, const SmOpenUnit *unit, SmUnitState state, char *batch_cursor)
{
	TimestampTz now = GetCurrentTimestamp();
	SmUnitRow row = {
	    .fresh = unit->fresh,
	    .state = state,
	    .transactional = true,
	    .started_at = unit->started_at,
	    .finished_at = state == SM_UNIT_RUNNING ? 0 : now,
	    .execution_time_ms = (now - unit->started_at) / 1000.0,
	    .rows_affected = sm_unit_stats_rows(),
	    .lock_wait_ms = unit->lock_wait_ms + sm_unit_stats_lock_wait_ms(),
	    .lock_hold_ms = sm_unit_stats_lock_hold_ms(),
	    .batch_cursor = batch_cursor,
	};

	sm_run_check_session();
	sm_history_write_unit(scope, &unit->key, &row);
	return row.execution_time_ms;
}

Datum
summit_migrate_finish_unit(PG_FUNCTION_ARGS)
{
	SmQueryScope scope;
	SmUnitKey key;
	const SmOpenUnit *unit;
	double milliseconds;

	sm_arguments_require(fcinfo, 0, 6);
	sm_history_read_key(fcinfo, true, &key);
	unit = check_open_unit(&key);
	if (PG_GETARG_BOOL(5))
		sm_order_check_final(&key, unit->units);
	sm_query_begin(&scope, fcinfo, SM_QUERY_LEDGER);
	milliseconds = write_open_unit(&scope, unit, SM_UNIT_COMPLETED, NULL);
	if (PG_GETARG_BOOL(5))
		sm_history_complete(&scope, &key, unit->fresh && key.unit == 1 ? milliseconds : -1);
	else
		sm_history_mark_running(&scope, &key);
	sm_query_end(&scope);
	sm_history_close_completed();
	PG_RETURN_VOID();
}

Datum
summit_migrate_record_batch(PG_FUNCTION_ARGS)
{
	SmQueryScope scope;
	SmUnitKey key;
	const SmOpenUnit *unit;

	sm_arguments_require(fcinfo, 0, 6);
	sm_history_read_key(fcinfo, true, &key);
	unit = check_open_unit(&key);
	sm_query_begin(&scope, fcinfo, SM_QUERY_LEDGER);
	write_open_unit(&scope, unit, SM_UNIT_RUNNING, text_to_cstring(PG_GETARG_TEXT_PP(5)));
	sm_history_mark_running(&scope, &key);
	sm_query_end(&scope);
	sm_history_close();
	PG_RETURN_VOID();
}

/* What fail_unit() was told; the times are not known any more. */
static void
read_failure(FunctionCallInfo fcinfo, SmUnitRow *row)
{
	memset(row, 0, sizeof(*row));
	row->state = SM_UNIT_FAILED;
	row->transactional = PG_GETARG_BOOL(5);
	row->started_at = row->finished_at = GetCurrentTimestamp();
	row->rows_affected = -1;
	if (!PG_ARGISNULL(6))
		row->error_sqlstate = text_to_cstring(PG_GETARG_TEXT_PP(6));
	if (!PG_ARGISNULL(7))
		row->error_message = text_to_cstring(PG_GETARG_TEXT_PP(7));
	if (!PG_ARGISNULL(8))
		row->error_position = PG_GETARG_INT32(8);
	if (!PG_ARGISNULL(9))
		row->lock_wait_ms = sm_history_read_wait(PG_GETARG_DATUM(9));
}

Datum
summit_migrate_fail_unit(PG_FUNCTION_ARGS)
{
	SmQueryScope scope;
	SmUnitKey key;
	SmUnitBefore before;
	SmUnitRow row;

	sm_arguments_require(fcinfo, 0, 6);
	sm_history_read_key(fcinfo, true, &key);
	read_failure(fcinfo, &row);
	sm_query_begin(&scope, fcinfo, SM_QUERY_LEDGER);
	sm_order_check(&scope, &key, &before);
	sm_history_write_unit(&scope, &key, &row);
	sm_history_mark_failed(&scope, &key, row.error_sqlstate, row.error_message, row.transactional);
	sm_history_end_announced();
	sm_query_end(&scope);
	PG_RETURN_VOID();
}

Datum
summit_migrate_record_lock_wait(PG_FUNCTION_ARGS)
{
	SmQueryScope scope;
	Datum values[7];

	sm_arguments_require(fcinfo, 0, 6);
	(void) sm_history_read_wait(PG_GETARG_DATUM(5));
	for (int i = 0; i < 6; i++)
		values[i] = PG_GETARG_DATUM(i);
	sm_query_begin(&scope, fcinfo, SM_QUERY_LEDGER);
	sm_run_check(&scope);
	values[6] = Int64GetDatum(sm_run_epoch());
	sm_query_execute(&scope, &set_lock_wait, values, NULL, 0);
	sm_query_end(&scope);
	PG_RETURN_VOID();
}
