/*
 * plain_table.c
 *		Rows for our own tables, written from inside other statements (see
 *		plain_table.h).  Through the access methods' own calls, because an
 *		executor's state for one row costs as much as the row.  What the rows mean
 *		is not known here.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/index.h"
#include "commands/sequence.h"
#include "executor/executor.h"
#include "nodes/execnodes.h"
#include "storage/lmgr.h"
#include "utils/lsyscache.h"

#include "compat.h"
#include "plain_table.h"

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
	Form_pg_attribute attribute;

	if (number < 1 || number > desc->natts)
		return false;
	attribute = TupleDescAttr(desc, number - 1);
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

Relation
sm_plain_open(SmPlainTable *table, Oid schema, LOCKMODE lockmode)
{
	Oid relid = find_relation(table->name, schema);
	Relation relation;
	TupleDesc desc;

	lock_at_once(relid, table->name, lockmode);
	relation = table_open(relid, NoLock);
	desc = RelationGetDescr(relation);
	for (int i = 0; i < table->ncolumns; i++)
	{
		if (!is_column(desc, table->numbers[i], &table->columns[i]))
			table->numbers[i] = find_column(desc, table, &table->columns[i]);
	}
	table->relid = relid;
	return relation;
}

void
sm_plain_close(Relation relation)
{
	table_close(relation, NoLock);
}

int64
sm_plain_next(const SmPlainTable *table, Oid schema)
{
	Oid relid = find_relation(table->sequence, schema);

	lock_at_once(relid, table->sequence, RowExclusiveLock);
	return nextval_internal(relid, false);
}

/* An index that somebody added may have expressions or a predicate. */
static bool
is_wanted(IndexInfo *info, TupleTableSlot *slot, EState **estate)
{
	if (!info->ii_ReadyForInserts)
		return false;
	if (info->ii_Expressions == NIL && info->ii_Predicate == NIL)
		return true;
	if (*estate == NULL)
		*estate = CreateExecutorState();
	GetPerTupleExprContext(*estate)->ecxt_scantuple = slot;
	return ExecQual(ExecPrepareQual(info->ii_Predicate, *estate), GetPerTupleExprContext(*estate));
}

static void
insert_into_index(Relation relation, Oid index_oid, TupleTableSlot *slot)
{
	EState *estate = NULL;
	Relation index;
	IndexInfo *info;
	Datum values[INDEX_MAX_KEYS];
	bool nulls[INDEX_MAX_KEYS];

	lock_at_once(index_oid, RelationGetRelationName(relation), RowExclusiveLock);
	index = index_open(index_oid, NoLock);
	info = BuildIndexInfo(index);
	if (is_wanted(info, slot, &estate))
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
	List *indexes = RelationGetIndexList(relation);
	ListCell *cell;

	memset(slot->tts_isnull, true, slot->tts_tupleDescriptor->natts * sizeof(bool));
	for (int i = 0; i < table->ncolumns; i++)
	{
		slot->tts_values[table->numbers[i] - 1] = values[i];
		slot->tts_isnull[table->numbers[i] - 1] = nulls[i];
	}
	ExecStoreVirtualTuple(slot);
	table_tuple_insert(relation, slot, GetCurrentCommandId(true), 0, NULL);
	foreach (cell, indexes)
		insert_into_index(relation, lfirst_oid(cell), slot);
	list_free(indexes);
	ExecDropSingleTupleTableSlot(slot);
}
