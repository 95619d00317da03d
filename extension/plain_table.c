/*
 * plain_table.c
 *		Rows for our own tables, written from inside other statements (see
 *		plain_table.h).  Through the access methods' own calls, because an
 *		executor's state for one row costs as much as the row; and what was found
 *		out about a table is kept until the table changes, because that costs as
 *		much again.  What the rows mean is not known here.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/index.h"
#include "catalog/pg_am_d.h"
#include "commands/sequence.h"
#include "executor/executor.h"
#include "nodes/execnodes.h"
#include "nodes/primnodes.h"
#include "storage/lmgr.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "compat.h"
#include "plain_table.h"

/* An index of the table, as far as it need not be looked at for each row. */
typedef struct KnownIndex
{
	Oid oid;
	IndexInfo *info;     /* NULL: not a plain btree, to be read each time */
	AttrNumber not_null; /* it has no row where this column is NULL; 0: it may */
} KnownIndex;

typedef struct SmPlainCache
{
	Oid schema;
	Oid relid;
	Oid sequence; /* InvalidOid: not looked up yet */
	bool valid;   /* the table has not changed since */
	MemoryContext context;
	int nindexes;
	KnownIndex *indexes;
	struct SmPlainCache *next;
} SmPlainCache;

static SmPlainCache *caches = NULL;

static void
forget_table(Datum arg, Oid relid)
{
	for (SmPlainCache *cache = caches; cache != NULL; cache = cache->next)
	{
		if (relid == InvalidOid || relid == cache->relid || relid == cache->sequence)
			cache->valid = false;
	}
}

static SmPlainCache *
cache_of(SmPlainTable *table)
{
	if (table->cache != NULL)
		return table->cache;
	if (caches == NULL)
		CacheRegisterRelcacheCallback(forget_table, (Datum) 0);
	table->cache = MemoryContextAllocZero(TopMemoryContext, sizeof(SmPlainCache));
	table->cache->context =
	    AllocSetContextCreate(TopMemoryContext, "summit_migrate plain table", ALLOCSET_SMALL_SIZES);
	table->cache->next = caches;
	caches = table->cache;
	return table->cache;
}

static Oid
find_relation(const char *name, Oid schema)
{
	Oid relid = get_relname_relid(name, schema);

	if (!OidIsValid(relid))
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_TABLE),
		        errmsg("relation \"%s\" of the extension is missing", name));
	return relid;
}

static void
lock_at_once(Oid relid, const char *name, LOCKMODE lockmode)
{
	if (!ConditionalLockRelationOid(relid, lockmode))
		ereport(ERROR, errcode(ERRCODE_LOCK_NOT_AVAILABLE),
		        errmsg("relation \"%s\" is locked by another session", name));
}

static bool
is_column(TupleDesc desc, AttrNumber number, const SmPlainColumn *column)
{
	Form_pg_attribute attribute = TupleDescAttr(desc, number - 1);

	return !attribute->attisdropped && attribute->atttypid == column->type &&
	       strcmp(NameStr(attribute->attname), column->name) == 0;
}

static AttrNumber
find_column(TupleDesc desc, const SmPlainTable *table, const SmPlainColumn *column)
{
	for (AttrNumber number = 1; number <= desc->natts; number++)
	{
		if (is_column(desc, number, column))
			return number;
	}
	ereport(ERROR, errcode(ERRCODE_DATATYPE_MISMATCH),
	        errmsg("table \"%s\" of the extension was altered", table->name),
	        errdetail("Column \"%s\" is missing, or is of another type.", column->name));
}

/* The column of a predicate "column IS NOT NULL"; 0 where it is no such one. */
static AttrNumber
not_null_column(List *predicate)
{
	NullTest *test;

	if (list_length(predicate) != 1 || !IsA(linitial(predicate), NullTest))
		return 0;
	test = linitial_node(NullTest, predicate);
	if (test->nulltesttype != IS_NOT_NULL || !IsA(test->arg, Var))
		return 0;
	return ((Var *) test->arg)->varattno;
}

static void
know_index(KnownIndex *known, Oid oid, const char *table)
{
	Relation index;
	IndexInfo *info;

	lock_at_once(oid, table, RowExclusiveLock);
	index = index_open(oid, NoLock);
	info = BuildIndexInfo(index);
	known->oid = oid;
	known->not_null = not_null_column(info->ii_Predicate);
	known->info = info->ii_Expressions == NIL && info->ii_Predicate == NIL &&
	                      info->ii_ReadyForInserts && index->rd_rel->relam == BTREE_AM_OID
	                  ? info
	                  : NULL;
	index_close(index, NoLock);
}

static void
know_indexes(SmPlainCache *cache, Relation relation)
{
	MemoryContext old = MemoryContextSwitchTo(cache->context);
	List *indexes = RelationGetIndexList(relation);
	ListCell *cell;

	cache->nindexes = 0;
	cache->indexes = palloc0((list_length(indexes) + 1) * sizeof(KnownIndex));
	foreach (cell, indexes)
		know_index(&cache->indexes[cache->nindexes++], lfirst_oid(cell),
		           RelationGetRelationName(relation));
	MemoryContextSwitchTo(old);
}

/* valid is set first: a change while we look must not be lost. */
static void
know_table(SmPlainTable *table, Relation relation)
{
	SmPlainCache *cache = table->cache;
	TupleDesc desc = RelationGetDescr(relation);

	MemoryContextReset(cache->context);
	cache->sequence = InvalidOid;
	cache->valid = true;
	PG_TRY();
	{
		for (int i = 0; i < table->ncolumns; i++)
			table->numbers[i] = find_column(desc, table, &table->columns[i]);
		know_indexes(cache, relation);
	}
	PG_CATCH();
	{
		cache->valid = false;
		PG_RE_THROW();
	}
	PG_END_TRY();
}

Relation
sm_plain_open(SmPlainTable *table, Oid schema, LOCKMODE lockmode)
{
	SmPlainCache *cache = cache_of(table);
	Relation relation;

	if (!cache->valid || cache->schema != schema)
	{
		cache->valid = false;
		cache->schema = schema;
		cache->relid = find_relation(table->name, schema);
	}
	lock_at_once(cache->relid, table->name, lockmode);
	/* having the lock may have told us of a change */
	if (!cache->valid)
		cache->relid = find_relation(table->name, schema);
	relation = table_open(cache->relid, NoLock);
	if (!cache->valid)
		know_table(table, relation);
	return relation;
}

void
sm_plain_close(Relation relation)
{
	table_close(relation, NoLock);
}

int64
sm_plain_next(SmPlainTable *table, Oid schema)
{
	SmPlainCache *cache = cache_of(table);

	if (!cache->valid || cache->schema != schema || !OidIsValid(cache->sequence))
		cache->sequence = find_relation(table->sequence, schema);
	lock_at_once(cache->sequence, table->sequence, RowExclusiveLock);
	return nextval_internal(cache->sequence, false);
}

/* An index that somebody added may have expressions or a predicate. */
static bool
is_wanted(IndexInfo *info, TupleTableSlot *slot, EState **estate)
{
	if (!info->ii_ReadyForInserts)
		return false;
	if (info->ii_Expressions == NIL && info->ii_Predicate == NIL)
		return true;
	*estate = CreateExecutorState();
	GetPerTupleExprContext(*estate)->ecxt_scantuple = slot;
	return ExecQual(ExecPrepareQual(info->ii_Predicate, *estate), GetPerTupleExprContext(*estate));
}

static void
insert_into_index(Relation relation, const KnownIndex *known, TupleTableSlot *slot)
{
	EState *estate = NULL;
	Relation index;
	IndexInfo *info;
	Datum values[INDEX_MAX_KEYS];
	bool nulls[INDEX_MAX_KEYS];

	lock_at_once(known->oid, RelationGetRelationName(relation), RowExclusiveLock);
	index = index_open(known->oid, NoLock);
	info = known->info != NULL ? known->info : BuildIndexInfo(index);
	if (known->info != NULL || is_wanted(info, slot, &estate))
	{
		FormIndexDatum(info, slot, estate, values, nulls);
		index_insert(index, values, nulls, &slot->tts_tid, relation,
		             index->rd_index->indisunique ? UNIQUE_CHECK_YES : UNIQUE_CHECK_NO, false,
		             info);
		sm_index_insert_cleanup(index, info);
	}
	if (estate != NULL)
		FreeExecutorState(estate);
	index_close(index, NoLock);
}

void
sm_plain_insert(const SmPlainTable *table, Relation relation, const Datum *values,
                const bool *nulls)
{
	TupleTableSlot *slot = table_slot_create(relation, NULL);

	memset(slot->tts_isnull, true, slot->tts_tupleDescriptor->natts * sizeof(bool));
	for (int i = 0; i < table->ncolumns; i++)
	{
		slot->tts_values[table->numbers[i] - 1] = values[i];
		slot->tts_isnull[table->numbers[i] - 1] = nulls[i];
	}
	ExecStoreVirtualTuple(slot);
	table_tuple_insert(relation, slot, GetCurrentCommandId(true), 0, NULL);
	for (int i = 0; i < table->cache->nindexes; i++)
	{
		const KnownIndex *known = &table->cache->indexes[i];

		if (known->not_null == 0 || !slot->tts_isnull[known->not_null - 1])
			insert_into_index(relation, known, slot);
	}
	ExecDropSingleTupleTableSlot(slot);
}
