/*
 * lock_rows.c
 *		The rows that inform about the migration lock, and how long their commit
 *		waits (see lock_rows.h).  The lock itself is lock.c's.
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "commands/sequence.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/jsonb.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "lock.h"
#include "lock_rows.h"
#include "row.h"

/*
 * What this transaction has written to the WAL: where our own rows end, and
 * whether there is anything besides them (see sm_lock_rows_precommit).
 */
static XLogRecPtr own_rows_end = InvalidXLogRecPtr;
static bool others_wrote = false;

/*
 * Rows are written without a plan, which 8 sessions that do nothing else would
 * feel.  By the index one finds those of an id that nobody released.
 */
enum
{
	NEW_ID,
	NEW_MIGRATION_ID,
	NEW_LOCKED_BY,
	NEW_LOCKED_AT,
	NEW_METADATA,
	NEW_PID,
	NEW_BACKEND_START,
	NEW_SESSION_USER_NAME,
	NEW_LOCK_KEY,
	NEW_COLUMNS
};
static SmRowTable new_rows = {.name = "migration_locks",
                              .index = "migration_locks_held",
                              .ncolumns = NEW_COLUMNS,
                              .columns = {"id", "migration_id", "locked_by", "locked_at",
                                          "metadata", "pid", "backend_start", "session_user_name",
                                          "lock_key"}};

/*
 * Such rows belong to sessions that have lost the lock, now that we hold it, and
 * are closed in passing.  Rows that another transaction is at are left to it,
 * since acquiring never waits.
 */
static SmQuery close_stale_rows =
    SM_QUERY("UPDATE @schema@.migration_locks SET released_at = pg_catalog.clock_timestamp(),"
             " metadata = metadata || '{\"stale\": true}'"
             " WHERE id IN (SELECT l.id FROM @schema@.migration_locks l"
             "  WHERE l.migration_id = $1 AND l.released_at IS NULL AND l.id <> $2"
             "  FOR UPDATE SKIP LOCKED)",
             TEXTOID, INT4OID);

static SmQuery set_released =
    SM_QUERY("UPDATE @schema@.migration_locks"
             " SET released_at = CASE WHEN $3 THEN pg_catalog.clock_timestamp() END"
             " WHERE id = $1 AND pid = $2",
             INT4OID, INT4OID, BOOLOID);

/* The same without a plan, for a row that the snapshot in force shows. */
enum
{
	LOCK_ROW_PID,
	LOCK_ROW_RELEASED_AT
};
static SmRowTable lock_rows = {.name = "migration_locks",
                               .index = "migration_locks_pkey",
                               .ncolumns = 2,
                               .columns = {"pid", "released_at"}};

static SmQuery find_holder =
    SM_QUERY_LIST("SELECT migration_id, locked_by, locked_at, pid, session_user_name,"
                  " application_name, client_addr"
                  " FROM @schema@.migration_lock_holders()"
                  " WHERE NOT stale AND ($1 = '*' OR migration_id = '*' OR lock_key = $2)"
                  " ORDER BY locked_at LIMIT 1",
                  TEXTOID, INT8OID);

/* Before one of our rows is written: did anything else write WAL since the last one? */
static void
note_others(void)
{
	if (XactLastRecEnd != own_rows_end)
		others_wrote = true;
}

/* Runs a statement that writes our rows, and keeps account of the WAL. */
static void
write_rows(SmQueryScope *scope, SmQuery *query, Datum *values)
{
	note_others();
	sm_query_execute(scope, query, values, NULL, 0);
	own_rows_end = XactLastRecEnd;
}

/*
 * An older snapshot than the last release must not fail here: then stale rows
 * are left for the next holder.
 */
static void
close_stale(SmQueryScope *scope, const char *id, int32 row)
{
	Datum values[2];

	if (IsolationUsesXactSnapshot())
		return;
	values[0] = CStringGetTextDatum(id);
	values[1] = Int32GetDatum(row);
	write_rows(scope, &close_stale_rows, values);
}

/*
 * Whether there are rows of an id that nobody released, committed by now: the
 * statement's own snapshot is older than the lock.
 */
static bool
find_unreleased(SmQueryScope *scope, Datum id)
{
	SmRow row;
	bool found;

	PushActiveSnapshot(GetTransactionSnapshot());
	sm_row_open(&row, scope, &new_rows, &id, 1, AccessShareLock);
	found = row.found;
	sm_row_close(&row);
	PopActiveSnapshot();
	return found;
}

/*
 * Whether rows can be written at once.  Nobody waits for them: they inform, and
 * the lock is held or free without them.
 */
static bool
lock_tables(SmQueryScope *scope)
{
	return ConditionalLockRelationOid(sm_row_find_relation(scope, "migration_locks"),
	                                  RowExclusiveLock) &&
	       ConditionalLockRelationOid(sm_row_find_relation(scope, "migration_locks_id_seq"),
	                                  RowExclusiveLock);
}

int32
sm_lock_rows_insert(SmQueryScope *scope, const char *id, const char *locked_by, uint64 key,
                    Datum metadata)
{
	char *user = GetUserNameFromId(GetAuthenticatedUserId(), false);
	Datum values[NEW_COLUMNS];
	int32 row;
	bool stale;

	if (!lock_tables(scope))
	{
		ereport(NOTICE, errmsg("the migration lock \"%s\" has no row in migration_locks", id),
		        errdetail("The table is locked by another transaction; the lock is held all the "
		                  "same."));
		return SM_LOCK_NO_ROW;
	}
	values[NEW_MIGRATION_ID] = CStringGetTextDatum(id);
	values[NEW_LOCKED_BY] = CStringGetTextDatum(locked_by);
	values[NEW_LOCKED_AT] = TimestampTzGetDatum(GetCurrentTimestamp());
	values[NEW_METADATA] =
	    metadata ? metadata : DirectFunctionCall1(jsonb_in, CStringGetDatum("{}"));
	values[NEW_PID] = Int32GetDatum(MyProcPid);
	values[NEW_BACKEND_START] = TimestampTzGetDatum(MyStartTimestamp);
	values[NEW_SESSION_USER_NAME] = CStringGetTextDatum(user);
	values[NEW_LOCK_KEY] = Int64GetDatum((int64) key);

	stale = find_unreleased(scope, values[NEW_MIGRATION_ID]);
	note_others();
	row = (int32) nextval_internal(sm_row_find_relation(scope, "migration_locks_id_seq"), false);
	values[NEW_ID] = Int32GetDatum(row);
	sm_row_insert(scope, &new_rows, values, NULL);
	own_rows_end = XactLastRecEnd;
	if (stale)
		close_stale(scope, id, row);
	return row;
}

/* False where the row is not to be seen: made by this statement, or rolled back. */
static bool
set_released_by_key(SmQueryScope *scope, int32 id, bool released)
{
	Datum key = Int32GetDatum(id);
	SmRow row;
	bool isnull;
	bool ours;

	sm_row_open(&row, scope, &lock_rows, &key, 1, RowExclusiveLock);
	ours = row.found && DatumGetInt32(sm_row_get(&row, LOCK_ROW_PID, &isnull)) == MyProcPid;
	if (ours)
	{
		note_others();
		sm_row_set(&row, LOCK_ROW_RELEASED_AT,
		           released ? TimestampTzGetDatum(GetCurrentTimestamp()) : (Datum) 0, !released);
		sm_row_store(&row);
		own_rows_end = XactLastRecEnd;
	}
	sm_row_close(&row);
	return ours;
}

void
sm_lock_rows_set_released(SmQueryScope *scope, int32 id, bool released)
{
	Datum values[3];

	/* a row that is not reached is stale, and closed by the next holder */
	if (id == SM_LOCK_NO_ROW || !lock_tables(scope))
		return;
	if (set_released_by_key(scope, id, released))
		return;
	values[0] = Int32GetDatum(id);
	values[1] = Int32GetDatum(MyProcPid);
	values[2] = BoolGetDatum(released);
	write_rows(scope, &set_released, values);
}

/* ---- the end of a transaction ---- */

/*
 * A crash ends every lock, so its row need not survive one: a transaction that
 * wrote nothing else does not wait for the disk.  XactLastRecEnd is where the
 * last WAL record of this transaction ends, whoever wrote it.
 */
void
sm_lock_rows_precommit(void)
{
	if (XLogRecPtrIsInvalid(own_rows_end) || others_wrote || XactLastRecEnd != own_rows_end)
		return;
	if (enableFsync && synchronous_commit > SYNCHRONOUS_COMMIT_OFF)
		(void) set_config_option("synchronous_commit", "off", PGC_USERSET, PGC_S_SESSION,
		                         GUC_ACTION_LOCAL, true, 0, false);
}

void
sm_lock_rows_end_transaction(void)
{
	own_rows_end = InvalidXLogRecPtr;
	others_wrote = false;
}

/* ---- who holds it ---- */

char *
sm_lock_holder_description(SmQueryScope *scope, const char *id)
{
	StringInfoData text;
	MemoryContext spi_context;
	Datum values[2];
	char *column[7];

	values[0] = CStringGetTextDatum(id);
	values[1] = Int64GetDatum((int64) sm_lock_key(id));
	if (sm_query_execute(scope, &find_holder, values, NULL, 1) == 0)
		return NULL;
	for (int i = 0; i < 7; i++)
		column[i] = sm_query_text(scope, 0, i + 1);

	spi_context = MemoryContextSwitchTo(scope->caller);
	initStringInfo(&text);
	MemoryContextSwitchTo(spi_context);
	appendStringInfo(&text, "The lock \"%s\" is held by", column[0] ? column[0] : id);
	if (column[1])
		appendStringInfo(&text, " \"%s\" since %s,", column[1], column[2]);
	appendStringInfo(&text, " process %s", column[3]);
	if (column[4])
		appendStringInfo(&text, " of user \"%s\"", column[4]);
	if (column[5] && column[5][0])
		appendStringInfo(&text, ", application \"%s\"", column[5]);
	appendStringInfo(&text, ", %s%s.", column[6] ? "from " : "on this server's own socket",
	                 column[6] ? column[6] : "");
	return text.data;
}
