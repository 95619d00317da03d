/*
 * cache.c
 *		The rows of schema_cache (see cache.h), read and written without a plan.
 *
 * Writers exclude each other by a lock that is only ever tried, and that lasts
 * until the end of the transaction (or the savepoint): whoever does not get it
 * leaves the cache as it is.  Reads use the newest snapshot under any isolation
 * level, as the catalogs do.
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "storage/lock.h"
#include "utils/snapmgr.h"

#include "cache.h"
#include "row.h"

/* field4 of our lock tag; those of lock.c are 21325 and 21326. */
#define LOCK_CLASS_CACHE 21327

enum
{
	COLUMN_PART,
	COLUMN_NUMBER,
	COLUMN_DATA
};

static SmRowTable rows = {.name = "schema_cache",
                          .index = "schema_cache_row",
                          .ncolumns = 3,
                          .columns = {"part", "number", "data"}};

/* Tries the lock that reading or writing needs: whoever rewrites the table is not waited for. */
static bool
try_lock_table(SmQueryScope *scope, LOCKMODE lockmode)
{
	return ConditionalLockRelationOid(sm_row_find_relation(scope, rows.name), lockmode);
}

bool
sm_cache_open(SmCache *cache, SmQueryScope *scope)
{
	cache->scope = scope;
	cache->snapshot = NULL;
	if (RecoveryInProgress() || !try_lock_table(scope, AccessShareLock))
		return false;
	CommandCounterIncrement();
	cache->snapshot = RegisterSnapshot(GetLatestSnapshot());
	return true;
}

void
sm_cache_close(SmCache *cache)
{
	if (cache->snapshot)
		UnregisterSnapshot(cache->snapshot);
	cache->snapshot = NULL;
}

static void
open_row(SmCache *cache, SmRow *row, SmCachePart part, int number, LOCKMODE lockmode)
{
	Datum keys[2] = {Int32GetDatum(part), Int32GetDatum(number)};

	PushActiveSnapshot(cache->snapshot);
	sm_row_open(row, cache->scope, &rows, keys, 2, lockmode);
	PopActiveSnapshot();
}

char *
sm_cache_get(SmCache *cache, SmCachePart part, int number, Size *length)
{
	SmRow row;
	char *copy = NULL;
	bool isnull;

	if (cache->snapshot == NULL)
		return NULL;
	open_row(cache, &row, part, number, AccessShareLock);
	if (row.found)
	{
		bytea *data = DatumGetByteaPP(sm_row_get(&row, COLUMN_DATA, &isnull));

		*length = VARSIZE_ANY_EXHDR(data);
		copy = palloc(Max(*length, 1));
		memcpy(copy, VARDATA_ANY(data), *length);
	}
	sm_row_close(&row);
	return copy;
}

bool
sm_cache_begin_write(SmCache *cache)
{
	LOCKTAG tag;

	/* serializable transactions should not meet over a cache */
	if (cache->snapshot == NULL || XactReadOnly || IsolationIsSerializable())
		return false;
	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, 0, 0, LOCK_CLASS_CACHE);
	if (!try_lock_table(cache->scope, RowExclusiveLock) ||
	    LockAcquire(&tag, ExclusiveLock, false, true) == LOCKACQUIRE_NOT_AVAIL)
		return false;
	UnregisterSnapshot(cache->snapshot);
	cache->snapshot = RegisterSnapshot(GetLatestSnapshot());
	return true;
}

void
sm_cache_put(SmCache *cache, SmCachePart part, int number, const void *data, Size length)
{
	SmRow row;
	bytea *value = palloc(VARHDRSZ + length);

	SET_VARSIZE(value, VARHDRSZ + length);
	memcpy(VARDATA(value), data, length);
	open_row(cache, &row, part, number, RowExclusiveLock);
	PushActiveSnapshot(cache->snapshot);
	if (row.found)
	{
		sm_row_set(&row, COLUMN_DATA, PointerGetDatum(value), false);
		sm_row_store(&row);
	}
	else
	{
		Datum values[3] = {Int32GetDatum(part), Int32GetDatum(number), PointerGetDatum(value)};

		sm_row_insert(cache->scope, &rows, values, "   ");
	}
	PopActiveSnapshot();
	sm_row_close(&row);
	pfree(value);
}
