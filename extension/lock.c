/*
 * lock.c
 *		The migration lock (see lock.h): the lock itself, what this session holds
 *		of it, and the rows that inform about it.  Who may run a migration when
 *		is decided elsewhere.
 *
 * The lock lives in the server's lock manager, under LOCKTAG_ADVISORY with
 * values of field4 that the pg_advisory functions do not use (they use 1 and 2),
 * so that it never meets the application's own advisory locks.  There are two
 * levels: the whole (one key) and an id (a 64-bit hash).  An id takes the whole
 * in share mode and its own key exclusively; '*' takes the whole exclusively.
 * All are session locks: ROLLBACK and PREPARE TRANSACTION leave them alone, the
 * end of the session by whatever cause frees them.  So do DISCARD ALL and
 * pg_advisory_unlock_all(), of which nothing tells us: what stands in held_locks
 * is believed only after asking LockHeldByMe().
 *
 * A release waits for the commit of its transaction: freed earlier, the lock
 * would let another session in before the work that it covers is visible.
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "common/hashfn.h"
#include "lib/ilist.h"
#include "miscadmin.h"
#include "storage/lock.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "lock.h"

/* field4 of our lock tags; pg_locks shows it as objsubid. */
#define LOCK_CLASS_WHOLE 21325
#define LOCK_CLASS_ID 21326

/*
 * A decision, made in one (sub)transaction, on whether the lock goes when the
 * top one commits.  They form a stack: a rolled back subtransaction takes its
 * own with it, and the one below holds again.
 */
typedef struct ReleaseMark
{
	SubTransactionId subid;
	bool release;
	struct ReleaseMark *below;
} ReleaseMark;

typedef struct HeldLock
{
	dlist_node node;
	uint64 key;
	bool all;  /* id is '*' */
	int32 row; /* id of its row; gone where that was rolled back */
	ReleaseMark *marks;
	char *locked_by;
	char id[FLEXIBLE_ARRAY_MEMBER];
} HeldLock;

static dlist_head held_locks = DLIST_STATIC_INIT(held_locks);

/*
 * What this transaction has written to the WAL: where our own rows end, and
 * whether there is anything besides them (see commit_without_waiting).
 */
static XLogRecPtr own_rows_end = InvalidXLogRecPtr;
static bool others_wrote = false;

/*
 * Returns with the new row's id whether there are rows of this migration that
 * nobody released: the statement does not see its own row.
 */
static SmQuery insert_row =
    SM_QUERY("INSERT INTO @schema@.migration_locks"
             " (migration_id, locked_by, locked_at, metadata, pid, backend_start,"
             "  session_user_name, lock_key)"
             " VALUES ($1, $2, pg_catalog.clock_timestamp(), $3, $4, $5, $6, $7)"
             " RETURNING id, EXISTS (SELECT FROM @schema@.migration_locks l"
             "  WHERE l.migration_id = $1 AND l.released_at IS NULL)",
             TEXTOID, TEXTOID, JSONBOID, INT4OID, TIMESTAMPTZOID, TEXTOID, INT8OID);

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

static SmQuery find_holder =
    SM_QUERY_LIST("SELECT migration_id, locked_by, locked_at, pid, session_user_name,"
                  " application_name, client_addr"
                  " FROM @schema@.migration_lock_holders()"
                  " WHERE NOT stale AND ($1 = '*' OR migration_id = '*' OR lock_key = $2)"
                  " ORDER BY locked_at LIMIT 1",
                  TEXTOID, INT8OID);

/* ---- the lock manager ---- */

static void
set_tag(LOCKTAG *tag, uint64 key, uint16 class)
{
	SET_LOCKTAG_ADVISORY(*tag, MyDatabaseId, (uint32) (key >> 32), (uint32) key, class);
}

static uint64
lock_key(const char *id)
{
	if (strcmp(id, SM_LOCK_ALL) == 0)
		return 0;
	return hash_bytes_extended((const unsigned char *) id, strlen(id), 0);
}

static LOCKMODE
whole_mode(bool all)
{
	return all ? ExclusiveLock : ShareLock;
}

static bool
held_in_manager(uint64 key, bool all)
{
	LOCKTAG tag;

	set_tag(&tag, 0, LOCK_CLASS_WHOLE);
	if (!sm_lock_held_by_me(&tag, whole_mode(all)))
		return false;
	if (all)
		return true;
	set_tag(&tag, key, LOCK_CLASS_ID);
	return sm_lock_held_by_me(&tag, ExclusiveLock);
}

static void
release_in_manager(uint64 key, bool all)
{
	LOCKTAG tag;

	if (!all)
	{
		set_tag(&tag, key, LOCK_CLASS_ID);
		(void) LockRelease(&tag, ExclusiveLock, true);
	}
	set_tag(&tag, 0, LOCK_CLASS_WHOLE);
	(void) LockRelease(&tag, whole_mode(all), true);
}

/* Takes one key for the session; false where that would mean to wait. */
static bool
take_key(uint64 key, uint16 class, LOCKMODE mode)
{
	LOCKTAG tag;

	set_tag(&tag, key, class);
	return LockAcquire(&tag, mode, true, true) != LOCKACQUIRE_NOT_AVAIL;
}

static void
drop_share_of_whole(void)
{
	LOCKTAG whole;

	set_tag(&whole, 0, LOCK_CLASS_WHOLE);
	(void) LockRelease(&whole, ShareLock, true);
}

/* Takes the key of an id; where that fails, by an error too, gives the whole back. */
static bool
take_id_or_drop_whole(uint64 key)
{
	bool taken;

	PG_TRY();
	{
		taken = take_key(key, LOCK_CLASS_ID, ExclusiveLock);
	}
	PG_CATCH();
	{
		drop_share_of_whole();
		PG_RE_THROW();
	}
	PG_END_TRY();
	if (!taken)
		drop_share_of_whole();
	return taken;
}

/* Takes both levels, or none. */
static bool
take_in_manager(uint64 key, bool all)
{
	if (!take_key(0, LOCK_CLASS_WHOLE, whole_mode(all)))
		return false;
	return all || take_id_or_drop_whole(key);
}

/* ---- what this session holds ---- */

static HeldLock *
make_held(const char *id, const char *locked_by)
{
	HeldLock *held = MemoryContextAllocZero(TopMemoryContext, offsetof(HeldLock, id) + strlen(id) +
	                                                              1 + strlen(locked_by) + 1);

	strcpy(held->id, id);
	held->locked_by = held->id + strlen(id) + 1;
	strcpy(held->locked_by, locked_by);
	held->key = lock_key(id);
	held->all = strcmp(id, SM_LOCK_ALL) == 0;
	return held;
}

static void
drop_marks(HeldLock *held)
{
	while (held->marks)
	{
		ReleaseMark *mark = held->marks;

		held->marks = mark->below;
		pfree(mark);
	}
}

static void
forget(HeldLock *held)
{
	drop_marks(held);
	dlist_delete(&held->node);
	pfree(held);
}

/* Forgets what DISCARD ALL or pg_advisory_unlock_all() took from us. */
static void
forget_lost(void)
{
	dlist_mutable_iter iter;

	dlist_foreach_modify (iter, &held_locks)
	{
		HeldLock *held = dlist_container(HeldLock, node, iter.cur);

		if (!held_in_manager(held->key, held->all))
			forget(held);
	}
}

static HeldLock *
find_held(const char *id)
{
	dlist_iter iter;

	forget_lost();
	dlist_foreach (iter, &held_locks)
	{
		HeldLock *held = dlist_container(HeldLock, node, iter.cur);

		if (strcmp(held->id, id) == 0)
			return held;
	}
	return NULL;
}

/*
 * The lock manager sees no conflict within a session, but two names are two
 * holders: whether another name has what conflicts with the id.
 */
static bool
conflicts_within_session(const char *id, const char *locked_by)
{
	bool all = strcmp(id, SM_LOCK_ALL) == 0;
	dlist_iter iter;

	dlist_foreach (iter, &held_locks)
	{
		HeldLock *held = dlist_container(HeldLock, node, iter.cur);

		if ((all || held->all) && strcmp(held->locked_by, locked_by) != 0)
			return true;
	}
	return false;
}

static bool
is_releasing(HeldLock *held)
{
	return held->marks != NULL && held->marks->release;
}

static void
mark_release(HeldLock *held, bool release)
{
	ReleaseMark *mark = MemoryContextAlloc(TopMemoryContext, sizeof(ReleaseMark));

	mark->subid = GetCurrentSubTransactionId();
	mark->release = release;
	mark->below = held->marks;
	held->marks = mark;
}

/* ---- transactions ---- */

static void
refuse_prepare(void)
{
	dlist_iter iter;

	dlist_foreach (iter, &held_locks)
	{
		if (is_releasing(dlist_container(HeldLock, node, iter.cur)))
			ereport(ERROR,
			        (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			         errmsg("cannot PREPARE a transaction that has released a migration lock")));
	}
}

/*
 * A crash ends every lock, so its row need not survive one: a transaction that
 * wrote nothing else does not wait for the disk.  XactLastRecEnd is where the
 * last WAL record of this transaction ends, whoever wrote it.
 */
static void
commit_without_waiting(void)
{
	if (XLogRecPtrIsInvalid(own_rows_end) || others_wrote || XactLastRecEnd != own_rows_end)
		return;
	if (enableFsync && synchronous_commit > SYNCHRONOUS_COMMIT_OFF)
		(void) set_config_option("synchronous_commit", "off", PGC_USERSET, PGC_S_SESSION,
		                         GUC_ACTION_LOCAL, true, 0, false);
}

/* Carries the decisions out, or drops them where nothing was committed. */
static void
settle_marks(bool committed)
{
	dlist_mutable_iter iter;

	own_rows_end = InvalidXLogRecPtr;
	others_wrote = false;
	dlist_foreach_modify (iter, &held_locks)
	{
		HeldLock *held = dlist_container(HeldLock, node, iter.cur);

		if (committed && is_releasing(held))
		{
			if (held_in_manager(held->key, held->all))
				release_in_manager(held->key, held->all);
			forget(held);
		}
		else
			drop_marks(held);
	}
}

/* XACT_EVENT_COMMIT comes when other sessions see the commit already. */
static void
at_transaction_end(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_PRE_COMMIT:
			commit_without_waiting();
			break;
		case XACT_EVENT_PRE_PREPARE:
			refuse_prepare();
			break;
		case XACT_EVENT_COMMIT:
			settle_marks(true);
			break;
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PREPARE:
			settle_marks(false);
			break;
		default:
			break;
	}
}

static void
at_subtransaction_end(SubXactEvent event, SubTransactionId subid, SubTransactionId parent,
                      void *arg)
{
	dlist_iter iter;

	if (event != SUBXACT_EVENT_COMMIT_SUB && event != SUBXACT_EVENT_ABORT_SUB)
		return;
	dlist_foreach (iter, &held_locks)
	{
		HeldLock *held = dlist_container(HeldLock, node, iter.cur);
		ReleaseMark *mark;

		if (event == SUBXACT_EVENT_COMMIT_SUB)
		{
			for (mark = held->marks; mark && mark->subid == subid; mark = mark->below)
				mark->subid = parent;
			continue;
		}
		while ((mark = held->marks) != NULL && mark->subid == subid)
		{
			held->marks = mark->below;
			pfree(mark);
		}
	}
}

void
sm_lock_init(void)
{
	RegisterXactCallback(at_transaction_end, NULL);
	RegisterSubXactCallback(at_subtransaction_end, NULL);
}

/* ---- the rows ---- */

/* Runs a statement that writes our rows, and keeps account of the WAL. */
static void
write_rows(SmQueryScope *scope, SmQuery *query, Datum *values)
{
	if (XactLastRecEnd != own_rows_end)
		others_wrote = true;
	sm_query_execute(scope, query, values, NULL, 0);
	own_rows_end = XactLastRecEnd;
}

/*
 * An older snapshot than the last release must not fail here: then stale rows
 * are left for the next holder.
 */
static void
close_stale(SmQueryScope *scope, HeldLock *held)
{
	Datum values[2];

	if (IsolationUsesXactSnapshot())
		return;
	values[0] = CStringGetTextDatum(held->id);
	values[1] = Int32GetDatum(held->row);
	write_rows(scope, &close_stale_rows, values);
}

static void
record_acquired(SmQueryScope *scope, HeldLock *held, Datum metadata)
{
	char *user = GetUserNameFromId(GetAuthenticatedUserId(), false);
	Datum values[7];

	values[0] = CStringGetTextDatum(held->id);
	values[1] = CStringGetTextDatum(held->locked_by);
	values[2] = metadata ? metadata : DirectFunctionCall1(jsonb_in, CStringGetDatum("{}"));
	values[3] = Int32GetDatum(MyProcPid);
	values[4] = TimestampTzGetDatum(MyStartTimestamp);
	values[5] = CStringGetTextDatum(user);
	values[6] = Int64GetDatum((int64) held->key);
	write_rows(scope, &insert_row, values);
	held->row = DatumGetInt32(sm_query_value(0, 1, NULL));
	if (DatumGetBool(sm_query_value(0, 2, NULL)))
		close_stale(scope, held);
}

static void
record_released(SmQueryScope *scope, HeldLock *held, bool released)
{
	Datum values[3];

	values[0] = Int32GetDatum(held->row);
	values[1] = Int32GetDatum(MyProcPid);
	values[2] = BoolGetDatum(released);
	write_rows(scope, &set_released, values);
}

/* ---- acquire and release ---- */

static void
check_argument(const char *value, const char *what)
{
	if (value[strspn(value, " \t\r\n")] == '\0')
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s must not be empty", what)));
}

static bool
acquire_new(SmQueryScope *scope, const char *id, const char *locked_by, Datum metadata)
{
	HeldLock *held = make_held(id, locked_by);
	volatile bool taken = false;

	PG_TRY();
	{
		taken = take_in_manager(held->key, held->all);
		if (taken)
			record_acquired(scope, held, metadata);
	}
	PG_CATCH();
	{
		if (taken)
			release_in_manager(held->key, held->all);
		pfree(held);
		PG_RE_THROW();
	}
	PG_END_TRY();
	if (taken)
		dlist_push_tail(&held_locks, &held->node);
	else
		pfree(held);
	return taken;
}

bool
sm_lock_acquire(SmQueryScope *scope, const char *id, const char *locked_by, Datum metadata)
{
	HeldLock *held;

	check_argument(id, "migration_id");
	check_argument(locked_by, "locked_by");
	held = find_held(id);
	if (held == NULL)
		return !conflicts_within_session(id, locked_by) &&
		       acquire_new(scope, id, locked_by, metadata);
	if (strcmp(held->locked_by, locked_by) != 0)
		return false;
	if (is_releasing(held))
	{
		record_released(scope, held, false);
		mark_release(held, false);
	}
	return true;
}

bool
sm_lock_release(SmQueryScope *scope, const char *id, const char *locked_by)
{
	HeldLock *held;

	check_argument(id, "migration_id");
	if (locked_by != NULL)
		check_argument(locked_by, "locked_by");
	held = find_held(id);
	if (held == NULL || is_releasing(held))
		return false;
	if (locked_by != NULL && strcmp(held->locked_by, locked_by) != 0)
		return false;
	record_released(scope, held, true);
	mark_release(held, true);
	return true;
}

void
sm_lock_drop(const char *id)
{
	HeldLock *held = find_held(id);

	if (held == NULL)
		return;
	release_in_manager(held->key, held->all);
	forget(held);
}

bool
sm_lock_held_all(void)
{
	return held_in_manager(0, true);
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
	values[1] = Int64GetDatum((int64) lock_key(id));
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
