/*
 * history.c
 *		What the ledger writes, row by row, and which unit is open in this
 *		transaction.  Every caller has passed the fence before it comes here;
 *		which changes of state are allowed is decided in order.c.
 */
#include "postgres.h"

#include <math.h>

#include "access/xact.h"
#include "access/xlog.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/pg_lsn.h"
#include "utils/snapmgr.h"
#include "utils/xid8.h"

#include "expected.h"
#include "history.h"
#include "lock.h"
#include "row.h"
#include "run.h"
#include "unit_stats.h"

#define KEY_TYPES TEXTOID, TEXTOID, TEXTOID, INT4OID, TEXTOID

static SmOpenUnit *open_unit = NULL; /* in TopTransactionContext */

/* The unit that begin_statement() announced, in a memory context of its own. */
static struct
{
	MemoryContext context;
	SmUnitKey key;
	SubTransactionId subxact; /* that of the call, until it commits: then 0 */
} announced;

/*
 * The phase of the unit that the session's latest transaction completed, and of
 * the one that this transaction completes if it commits; empty when none.
 */
static char completed[512];
static char completing[512];

/*
 * A batched unit adds up over its batches and attempts; batch_cursor is there
 * from its first batch on and is taken away when the phase is undone.  The word
 * about why a statement outside a transaction failed joins the row of its end.
 */
#define ADDS_UP                                                                                    \
	"(u.batch_cursor IS NOT NULL OR excluded.state = 'failed' AND NOT excluded.transactional)"
#define ATTEMPT_GOES_ON                                                                            \
	"(u.state = 'running' AND (u.statement IS NULL OR excluded.state <> 'running')"                \
	" OR u.state = 'failed' AND excluded.state = 'failed' AND NOT excluded.transactional)"

#define INSERT_UNIT                                                                                \
	"INSERT INTO @schema@.migration_units AS u (migration_id, phase, direction, unit, target, "    \
	"state,"                                                                                       \
	" transactional, epoch, timeline, started_at, finished_at, execution_time_ms, rows_affected,"  \
	" lock_wait_ms, lock_hold_ms, error_sqlstate, error_message, error_position, transaction_id, " \
	"lsn,"                                                                                         \
	" statement, intent, batch_cursor, run_by, pid, backend_start)"                                \
	" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, "   \
	"$19,"                                                                                         \
	" $20, $21, $22, $23, $24, $25, $26)"
#define UNIT_TYPES                                                                                 \
	KEY_TYPES, TEXTOID, BOOLOID, INT8OID, TEXTOID, TIMESTAMPTZOID, TIMESTAMPTZOID, FLOAT8OID,      \
	    INT8OID, FLOAT8OID, FLOAT8OID, TEXTOID, TEXTOID, INT4OID, XID8OID, LSNOID, TEXTOID,        \
	    JSONBOID, TEXTOID, TEXTOID, INT4OID, TIMESTAMPTZOID

/* Most rows are new: they are written without a plan, in the order of INSERT_UNIT. */
static SmRowTable new_units = {
    .name = "migration_units",
    .index = "migration_units_unit",
    .ncolumns = 27,
    .columns = {"migration_id",  "phase",          "direction",      "unit",
                "target",        "state",          "transactional",  "epoch",
                "timeline",      "started_at",     "finished_at",    "execution_time_ms",
                "rows_affected", "lock_wait_ms",   "lock_hold_ms",   "error_sqlstate",
                "error_message", "error_position", "transaction_id", "lsn",
                "statement",     "intent",         "batch_cursor",   "run_by",
                "pid",           "backend_start",  "attempt"}};

static SmQuery write_unit = SM_QUERY(
    INSERT_UNIT
    " ON CONFLICT (migration_id, target, phase, direction, unit) DO UPDATE SET"
    " state = excluded.state, transactional = excluded.transactional,"
    " attempt = u.attempt + CASE WHEN " ATTEMPT_GOES_ON " THEN 0 ELSE 1 END,"
    " epoch = excluded.epoch, timeline = excluded.timeline,"
    " started_at = CASE WHEN " ADDS_UP " THEN u.started_at ELSE excluded.started_at END,"
    " finished_at = excluded.finished_at,"
    " execution_time_ms = excluded.execution_time_ms"
    "  + CASE WHEN u.batch_cursor IS NOT NULL OR u.state = 'failed' AND " ATTEMPT_GOES_ON
    "   THEN coalesce(u.execution_time_ms, 0) ELSE 0 END,"
    " rows_affected = CASE WHEN u.batch_cursor IS NULL THEN excluded.rows_affected"
    "  ELSE coalesce(u.rows_affected, 0) + greatest(excluded.rows_affected, 0) END,"
    " lock_wait_ms = excluded.lock_wait_ms + CASE WHEN u.batch_cursor IS NULL THEN 0 ELSE "
    "u.lock_wait_ms END,"
    " lock_hold_ms = CASE WHEN u.batch_cursor IS NULL THEN excluded.lock_hold_ms"
    "  ELSE greatest(u.lock_hold_ms, excluded.lock_hold_ms) END,"
    " error_sqlstate = excluded.error_sqlstate, error_message = excluded.error_message,"
    " error_position = excluded.error_position, transaction_id = excluded.transaction_id,"
    " lsn = excluded.lsn, statement = coalesce(excluded.statement, u.statement),"
    " intent = coalesce(excluded.intent, u.intent),"
    " batch_cursor = coalesce(excluded.batch_cursor, u.batch_cursor),"
    " run_by = excluded.run_by, pid = excluded.pid, backend_start = excluded.backend_start",
    UNIT_TYPES);

static SmQuery complete_phase =
    SM_QUERY("UPDATE @schema@.migration_history h SET status = 'completed', direction = 'up',"
             " executed_at = $4, executed_by = $5, epoch = $6, attempt = h.attempt + 1,"
             " error_sqlstate = NULL, error_message = NULL, execution_time_ms ="
             "  (SELECT round(coalesce(sum(u.execution_time_ms), 0))"
             "  FROM @schema@.migration_units u WHERE u.migration_id = $1"
             "  AND u.target = $2 AND u.phase = $3 AND u.direction = 'up'"
             "  AND u.state = 'completed')"
             " WHERE h.migration_id = $1 AND h.target = $2 AND h.phase = $3 AND NOT h.superseded"
             " RETURNING h.version IS NOT NULL",
             TEXTOID, TEXTOID, TEXTOID, TIMESTAMPTZOID, TEXTOID, INT8OID);

/* The same for a phase of one unit, without a plan. */
enum
{
	PHASE_STATUS,
	PHASE_DIRECTION,
	PHASE_EXECUTED_AT,
	PHASE_EXECUTED_BY,
	PHASE_EPOCH,
	PHASE_ATTEMPT,
	PHASE_ERROR_SQLSTATE,
	PHASE_ERROR_MESSAGE,
	PHASE_EXECUTION_TIME_MS,
	PHASE_VERSION
};
static SmRowTable phases = {.name = "migration_history",
                            .index = "migration_history_phase",
                            .ncolumns = 10,
                            .columns = {"status", "direction", "executed_at", "executed_by",
                                        "epoch", "attempt", "error_sqlstate", "error_message",
                                        "execution_time_ms", "version"}};

static SmQuery reach_version = SM_QUERY(
    "INSERT INTO @schema@.schema_versions (version, database_type, applied_at, applied_by, "
    "migration_id,"
    " checksum, execution_time_ms, rollback_available, lsn, fingerprint, snapshot_id)"
    " SELECT h.version, h.database_type, $3, $4, h.migration_id, h.checksum,"
    "  least(sum(h.execution_time_ms), 2147483647)::int, bool_or(h.rollback_sql IS NOT NULL),"
    "  $5, (SELECT s.schema_hash FROM @schema@.schema_snapshots s WHERE s.id = $6), nullif($6, 0)"
    " FROM @schema@.migration_history h"
    " WHERE h.migration_id = $1 AND h.target = $2 AND NOT h.superseded"
    " GROUP BY h.version, h.database_type, h.migration_id, h.checksum"
    " HAVING bool_and(h.status = 'completed' OR h.phase = 'contract' AND NOT h.breaking)"
    "  AND NOT EXISTS (SELECT FROM @schema@.schema_versions v"
    "   WHERE v.migration_id = $1 AND v.rolled_back_at IS NULL)",
    TEXTOID, TEXTOID, TIMESTAMPTZOID, TEXTOID, LSNOID, INT4OID);

static SmQuery undo_phases = SM_QUERY(
    "UPDATE @schema@.migration_history h SET status = 'rolled_back', direction = 'down',"
    " executed_at = $4, executed_by = $5, epoch = $6, error_sqlstate = NULL, error_message = NULL"
    " WHERE h.migration_id = $1 AND h.target = $2 AND $3 IN (h.phase, 'all') AND NOT h.superseded"
    " AND h.status IN ('completed', 'failed', 'running')",
    TEXTOID, TEXTOID, TEXTOID, TIMESTAMPTZOID, TEXTOID, INT8OID);

static SmQuery undo_units = SM_QUERY(
    "UPDATE @schema@.migration_units u SET state = 'rolled_back', batch_cursor = NULL"
    " WHERE u.migration_id = $1 AND u.target = $2 AND $3 IN (u.phase, 'all') AND u.direction = 'up'"
    " AND u.state IN ('completed', 'failed', 'running')",
    TEXTOID, TEXTOID, TEXTOID);

/* Undoing the contract of what is no breaking change leaves its version. */
static SmQuery leave_version = SM_QUERY(
    "UPDATE @schema@.schema_versions v SET rolled_back_at = $4"
    " WHERE v.migration_id = $1 AND v.rolled_back_at IS NULL"
    " AND EXISTS (SELECT FROM @schema@.migration_history h WHERE h.migration_id = $1 AND h.target "
    "= $2"
    "  AND NOT h.superseded AND $3 IN (h.phase, 'all') AND (h.phase <> 'contract' OR h.breaking))",
    TEXTOID, TEXTOID, TEXTOID, TIMESTAMPTZOID);

static SmQuery mark_running = SM_QUERY(
    "UPDATE @schema@.migration_history h SET status = 'running', direction = $4,"
    " executed_by = $5, epoch = $6"
    " WHERE h.migration_id = $1 AND h.target = $2 AND $3 IN (h.phase, 'all') AND NOT h.superseded"
    " AND (h.status <> 'running' OR h.direction <> $4)"
    " AND ($4 = 'up' OR h.status IN ('completed', 'failed', 'running'))",
    TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, INT8OID);

static SmQuery mark_failed = SM_QUERY(
    "UPDATE @schema@.migration_history h SET status = 'failed', direction = $4,"
    " executed_at = $9, executed_by = $5, epoch = $6, attempt = h.attempt + $10::int,"
    " error_sqlstate = $7, error_message = $8"
    " WHERE h.migration_id = $1 AND h.target = $2 AND $3 IN (h.phase, 'all') AND NOT h.superseded"
    " AND ($4 = 'up' OR h.direction = 'down' AND h.status IN ('running', 'failed'))",
    TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, INT8OID, TEXTOID, TEXTOID, TIMESTAMPTZOID,
    BOOLOID);

static void
end_open_unit(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PREPARE:
			if (open_unit != NULL)
				sm_history_close();
			if (event != XACT_EVENT_COMMIT && announced.subxact != InvalidSubTransactionId)
				sm_history_end_announced();
			announced.subxact = InvalidSubTransactionId;
			strcpy(completed, event == XACT_EVENT_COMMIT ? completing : "");
			completing[0] = '\0';
			break;
		default:
			break;
	}
}

/* What was announced in a subtransaction ends with it, or goes on with the one above. */
static void
follow_announced(SubXactEvent event, SubTransactionId mine, SubTransactionId parent, void *arg)
{
	if (announced.subxact != mine)
		return;
	if (event == SUBXACT_EVENT_ABORT_SUB)
		sm_history_end_announced();
	else if (event == SUBXACT_EVENT_COMMIT_SUB)
		announced.subxact = parent;
}

void
sm_history_init(void)
{
	RegisterXactCallback(end_open_unit, NULL);
	RegisterSubXactCallback(follow_announced, NULL);
}

static bool
is_phase(const char *phase, bool up)
{
	return strcmp(phase, "expand") == 0 || strcmp(phase, "migrate") == 0 ||
	       strcmp(phase, "contract") == 0 || (!up && strcmp(phase, "all") == 0);
}

void
sm_history_read_key(FunctionCallInfo fcinfo, bool with_unit, SmUnitKey *key)
{
	char *direction = text_to_cstring(PG_GETARG_TEXT_PP(2));

	key->migration_id = text_to_cstring(PG_GETARG_TEXT_PP(0));
	key->phase = text_to_cstring(PG_GETARG_TEXT_PP(1));
	key->up = strcmp(direction, "up") == 0;
	key->unit = with_unit ? PG_GETARG_INT32(3) : 0;
	key->target = text_to_cstring(PG_GETARG_TEXT_PP(with_unit ? 4 : 3));
	if (!key->up && strcmp(direction, "down") != 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		        errmsg("unknown direction \"%s\"", direction), errhint("Say up or down."));
	if (!is_phase(key->phase, key->up))
		ereport(
		    ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		    errmsg("unknown phase \"%s\"", key->phase),
		    errhint("The phases are expand, migrate and contract, and all with direction down."));
	if (with_unit && key->unit < 1)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		        errmsg("units count from 1, not from %d", key->unit));
}

double
sm_history_read_wait(Datum value)
{
	double milliseconds = DatumGetFloat8(value);

	if (isnan(milliseconds) || isinf(milliseconds) || milliseconds < 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		        errmsg("lock_wait_ms cannot be %g", milliseconds),
		        errhint("Give milliseconds, or 0."));
	return milliseconds;
}

const SmOpenUnit *
sm_history_open_unit(void)
{
	return open_unit;
}

/* Into the current memory context. */
static void
copy_key(SmUnitKey *copy, const SmUnitKey *key)
{
	copy->migration_id = pstrdup(key->migration_id);
	copy->phase = pstrdup(key->phase);
	copy->up = key->up;
	copy->unit = key->unit;
	copy->target = pstrdup(key->target);
}

void
sm_history_announce(const SmUnitKey *key)
{
	MemoryContext old;

	sm_history_end_announced();
	announced.context =
	    AllocSetContextCreate(TopMemoryContext, "summit_migrate statement", ALLOCSET_SMALL_SIZES);
	old = MemoryContextSwitchTo(announced.context);
	copy_key(&announced.key, key);
	announced.subxact = GetCurrentSubTransactionId();
	MemoryContextSwitchTo(old);
}

void
sm_history_end_announced(void)
{
	if (announced.context == NULL)
		return;
	MemoryContextDelete(announced.context);
	announced.context = NULL;
	announced.subxact = InvalidSubTransactionId;
}

const SmUnitKey *
sm_history_running_unit(void)
{
	const SmUnitKey *key = NULL;

	if (open_unit != NULL)
		key = &open_unit->key;
	else if (announced.context != NULL && announced.subxact == InvalidSubTransactionId)
		key = &announced.key;
	return key != NULL && sm_lock_held_all() ? key : NULL;
}

void
sm_history_open(const SmUnitKey *key, double lock_wait_ms, bool fresh, int units)
{
	MemoryContext old = MemoryContextSwitchTo(TopTransactionContext);
	SmOpenUnit *unit = palloc(sizeof(SmOpenUnit));

	sm_history_end_announced();
	copy_key(&unit->key, key);
	unit->xid = GetTopFullTransactionId();
	unit->started_at = GetCurrentTimestamp();
	unit->lock_wait_ms = lock_wait_ms;
	unit->fresh = fresh;
	unit->units = units;
	open_unit = unit;
	MemoryContextSwitchTo(old);
	sm_unit_stats_start();
}

void
sm_history_close(void)
{
	open_unit = NULL;
	sm_unit_stats_stop();
}

/* A name that is cut off is none that sm_history_just_completed() finds. */
void
sm_history_close_completed(void)
{
	if (snprintf(completing, sizeof(completing), "%s %s", open_unit->key.migration_id,
	             open_unit->key.phase) >= (int) sizeof(completing))
		completing[0] = '\0';
	sm_history_close();
}

bool
sm_history_just_completed(const char *phase)
{
	return strcmp(completed, phase) == 0;
}

static const char *
state_name(SmUnitState state)
{
	switch (state)
	{
		case SM_UNIT_RUNNING:
			return "running";
		case SM_UNIT_COMPLETED:
			return "completed";
		case SM_UNIT_FAILED:
			break;
	}
	return "failed";
}

/* One parameter more: a text that may be NULL. */
static void
add_text(Datum *values, char *nulls, int index, const char *text)
{
	nulls[index] = text == NULL ? 'n' : ' ';
	values[index] = text == NULL ? (Datum) 0 : CStringGetTextDatum(text);
}

static void
add_key(const SmUnitKey *key, Datum *values)
{
	values[0] = CStringGetTextDatum(key->migration_id);
	values[1] = CStringGetTextDatum(key->phase);
	values[2] = CStringGetTextDatum(key->up ? "up" : "down");
	values[3] = Int32GetDatum(key->unit);
	values[4] = CStringGetTextDatum(key->target);
}

void
sm_history_write_unit(SmQueryScope *scope, const SmUnitKey *key, const SmUnitRow *row)
{
	Datum values[27];
	char nulls[27];

	memset(nulls, ' ', sizeof(nulls));
	add_key(key, values);
	values[5] = CStringGetTextDatum(state_name(row->state));
	values[6] = BoolGetDatum(row->transactional);
	values[7] = Int64GetDatum(sm_run_epoch());
	values[8] = CStringGetTextDatum(sm_run_timeline());
	values[9] = TimestampTzGetDatum(row->started_at);
	values[10] = TimestampTzGetDatum(row->finished_at);
	nulls[10] = row->finished_at == 0 ? 'n' : ' ';
	values[11] = Float8GetDatum(row->execution_time_ms);
	values[12] = Int64GetDatum(row->rows_affected);
	nulls[12] = row->rows_affected < 0 ? 'n' : ' ';
	values[13] = Float8GetDatum(row->lock_wait_ms);
	values[14] = Float8GetDatum(row->lock_hold_ms);
	add_text(values, nulls, 15, row->error_sqlstate);
	add_text(values, nulls, 16, row->error_message);
	values[17] = Int32GetDatum(row->error_position);
	nulls[17] = row->error_position == 0 ? 'n' : ' ';
	values[18] = FullTransactionIdGetDatum(GetTopFullTransactionId());
	values[19] = LSNGetDatum(GetXLogInsertRecPtr());
	add_text(values, nulls, 20, row->statement);
	values[21] = row->intent;
	nulls[21] = row->intent == (Datum) 0 ? 'n' : ' ';
	add_text(values, nulls, 22, row->batch_cursor);
	values[23] = CStringGetTextDatum(sm_run_user());
	values[24] = Int32GetDatum(MyProcPid);
	values[25] = TimestampTzGetDatum(MyStartTimestamp);
	values[26] = Int32GetDatum(1); /* attempt */
	if (row->fresh)
		sm_row_insert(scope, &new_units, values, nulls);
	else
		sm_query_execute(scope, &write_unit, values, nulls, 0);
}

/* (migration_id, target, phase), with which most queries here begin. */
static void
add_phase_key(const SmUnitKey *key, Datum *values)
{
	values[0] = CStringGetTextDatum(key->migration_id);
	values[1] = CStringGetTextDatum(key->target);
	values[2] = CStringGetTextDatum(key->phase);
}

void
sm_history_mark_running(SmQueryScope *scope, const SmUnitKey *key)
{
	Datum values[6];

	add_phase_key(key, values);
	values[3] = CStringGetTextDatum(key->up ? "up" : "down");
	values[4] = CStringGetTextDatum(sm_run_user());
	values[5] = Int64GetDatum(sm_run_epoch());
	sm_query_execute(scope, &mark_running, values, NULL, 0);
}

void
sm_history_mark_failed(SmQueryScope *scope, const SmUnitKey *key, const char *sqlstate,
                       const char *message, bool attempted)
{
	Datum values[10];
	char nulls[10];

	memset(nulls, ' ', sizeof(nulls));

	add_phase_key(key, values);
	values[3] = CStringGetTextDatum(key->up ? "up" : "down");
	values[4] = CStringGetTextDatum(sm_run_user());
	values[5] = Int64GetDatum(sm_run_epoch());
	add_text(values, nulls, 6, sqlstate);
	add_text(values, nulls, 7, message);
	values[8] = TimestampTzGetDatum(GetCurrentTimestamp());
	values[9] = BoolGetDatum(attempted && key->up);
	sm_query_execute(scope, &mark_failed, values, nulls, 0);
}

/* Both return whether the migration has a version. */
static bool
complete_by_query(SmQueryScope *scope, const Datum *key, Datum now, Datum user)
{
	Datum values[] = {key[0], key[1], key[2], now, user, Int64GetDatum(sm_run_epoch())};

	return sm_query_execute(scope, &complete_phase, values, NULL, 0) == 1 &&
	       DatumGetBool(sm_query_value(0, 1, NULL));
}

static bool
complete_by_row(SmQueryScope *scope, const Datum *key, double unit_ms, Datum now, Datum user)
{
	SmRow row;
	bool isnull = true;

	PushActiveSnapshot(GetTransactionSnapshot());
	sm_row_open(&row, scope, &phases, key, 3, RowExclusiveLock);
	if (row.found)
	{
		int attempt = DatumGetInt32(sm_row_get(&row, PHASE_ATTEMPT, &isnull));

		sm_row_set(&row, PHASE_STATUS, CStringGetTextDatum("completed"), false);
		sm_row_set(&row, PHASE_DIRECTION, CStringGetTextDatum("up"), false);
		sm_row_set(&row, PHASE_EXECUTED_AT, now, false);
		sm_row_set(&row, PHASE_EXECUTED_BY, user, false);
		sm_row_set(&row, PHASE_EPOCH, Int64GetDatum(sm_run_epoch()), false);
		sm_row_set(&row, PHASE_ATTEMPT, Int32GetDatum(attempt + 1), false);
		sm_row_set(&row, PHASE_ERROR_SQLSTATE, (Datum) 0, true);
		sm_row_set(&row, PHASE_ERROR_MESSAGE, (Datum) 0, true);
		sm_row_set(&row, PHASE_EXECUTION_TIME_MS, Int64GetDatum((int64) rint(unit_ms)), false);
		(void) sm_row_get(&row, PHASE_VERSION, &isnull);
		sm_row_store(&row);
	}
	sm_row_close(&row);
	PopActiveSnapshot();
	return !isnull;
}

/* unit_ms: what its one unit took, or -1 for a phase of several. */
static void
complete_up(SmQueryScope *scope, const SmUnitKey *key, double unit_ms, Datum now, Datum user)
{
	Datum values[3];
	bool has_version;

	add_phase_key(key, values);
	has_version = unit_ms < 0 ? complete_by_query(scope, values, now, user)
	                          : complete_by_row(scope, values, unit_ms, now, user);
	if (has_version)
	{
		Datum version_values[] = {values[0],
		                          values[1],
		                          now,
		                          user,
		                          LSNGetDatum(GetXLogInsertRecPtr()),
		                          Int32GetDatum(sm_expected_snapshot_of_transaction())};

		sm_query_execute(scope, &reach_version, version_values, NULL, 0);
	}
}

static void
complete_down(SmQueryScope *scope, const SmUnitKey *key, Datum now, Datum user)
{
	Datum values[] = {0, 0, 0, now, user, Int64GetDatum(sm_run_epoch())};

	add_phase_key(key, values);
	sm_query_execute(scope, &undo_phases, values, NULL, 0);
	sm_query_execute(scope, &undo_units, values, NULL, 0);
	sm_query_execute(scope, &leave_version, values, NULL, 0);
}

void
sm_history_complete(SmQueryScope *scope, const SmUnitKey *key, double unit_ms)
{
	Datum now = TimestampTzGetDatum(GetCurrentTimestamp());
	Datum user = CStringGetTextDatum(sm_run_user());

	if (key->up)
		complete_up(scope, key, unit_ms, now, user);
	else
		complete_down(scope, key, now, user);
}
