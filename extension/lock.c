/*
 * lock.c
 *		The migration lock (see lock.h): the lock itself and what this session
 *		holds of it.  The rows that inform about it are in lock_rows.c; who may
 *		run a migration when is decided elsewhere.
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
#include "common/hashfn.h"
#include "lib/ilist.h"
#include "miscadmin.h"
#include "storage/lock.h"
#include "utils/memutils.h"

#include "compat.h"
#include "lock.h"
#include "lock_rows.h"

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

/* ---- the lock manager ---- */

static void
set_tag(LOCKTAG *tag, uint64 key, uint16 class)
{
	SET_LOCKTAG_ADVISORY(*tag, MyDatabaseId, (uint32) (key >> 32), (uint32) key, class);
}

uint64
sm_lock_key(const char *id)
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
	held->key = sm_lock_key(id);
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

/* Carries the decisions out, or drops them where nothing was committed. */
static void
settle_marks(bool committed)
{
	dlist_mutable_iter iter;

	sm_lock_rows_end_transaction();
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
			sm_lock_rows_precommit();
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
			held->row = sm_lock_rows_insert(scope, held->id, held->locked_by, held->key, metadata);
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
		sm_lock_rows_set_released(scope, held->row, false);
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
	sm_lock_rows_set_released(scope, held->row, true);
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
