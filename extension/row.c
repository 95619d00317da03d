/*
 * row.c
 *		Single rows by key (see row.h), through the table and index access
 *		methods, and written as logical replication's apply worker writes its
 *		own (execReplication.c).  A plan and an executor for the same cost
 *		several times as much, and an ordinary migration is one statement: this
 *		is felt.  Nothing of the ledger's rules belongs here.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/relscan.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "executor/executor.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"

#include "compat.h"
#include "row.h"

Oid
sm_row_find_relation(SmQueryScope *scope, const char *name)
{
	Oid relation = get_relname_relid(name, scope->schema);

	if (!OidIsValid(relation))
		elog(ERROR, "relation \"%s\" is missing", name);
	return relation;
}

/* The numbers of a table's columns never change: they are looked up once for each table. */
static void
find_columns(SmRowTable *table, Oid relation)
{
	if (table->relation == relation)
		return;
	table->relation = InvalidOid;
	for (int i = 0; i < table->ncolumns; i++)
	{
		table->numbers[i] = get_attnum(relation, table->columns[i]);
		if (table->numbers[i] == InvalidAttrNumber)
			elog(ERROR, "column \"%s\" of table \"%s\" is missing", table->columns[i], table->name);
	}
	table->relation = relation;
}

static void
set_keys(ScanKey keys, Relation index, const Datum *values, int count)
{
	for (int i = 0; i < count; i++)
	{
		bool is_integer = TupleDescAttr(RelationGetDescr(index), i)->atttypid == INT4OID;

		ScanKeyEntryInitialize(&keys[i], 0, i + 1, BTEqualStrategyNumber, InvalidOid,
		                       index->rd_indcollation[i], is_integer ? F_INT4EQ : F_TEXTEQ,
		                       values[i]);
	}
}

void
sm_row_open(SmRow *row, SmQueryScope *scope, SmRowTable *table, const Datum *keys, int nkeys,
            LOCKMODE lockmode)
{
	IndexScanDesc scan;
	ScanKeyData scan_keys[SM_ROW_MAX_KEYS];

	row->table = table;
	row->relation = table_open(sm_row_find_relation(scope, table->name), lockmode);
	row->index = index_open(sm_row_find_relation(scope, table->index), lockmode);
	find_columns(table, RelationGetRelid(row->relation));
	row->slot = table_slot_create(row->relation, NULL);
	row->changed = NULL;
	set_keys(scan_keys, row->index, keys, nkeys);
	scan = sm_index_beginscan(row->relation, row->index, GetActiveSnapshot(), nkeys);
	index_rescan(scan, scan_keys, nkeys, NULL, 0);
	row->found = index_getnext_slot(scan, ForwardScanDirection, row->slot);
	if (row->found)
		ExecMaterializeSlot(row->slot);
	index_endscan(scan);
}

Datum
sm_row_get(const SmRow *row, int column, bool *isnull)
{
	return slot_getattr(row->slot, row->table->numbers[column], isnull);
}

char *
sm_row_get_text(const SmRow *row, int column)
{
	bool isnull;
	Datum value;

	if (!row->found)
		return NULL;
	value = sm_row_get(row, column, &isnull);
	return isnull ? NULL : TextDatumGetCString(value);
}

/* A slot with the row's own values, to be changed. */
static TupleTableSlot *
copy_values(const SmRow *row)
{
	TupleTableSlot *copy = table_slot_create(row->relation, NULL);
	int count = RelationGetDescr(row->relation)->natts;

	slot_getallattrs(row->slot);
	memcpy(copy->tts_values, row->slot->tts_values, count * sizeof(Datum));
	memcpy(copy->tts_isnull, row->slot->tts_isnull, count * sizeof(bool));
	ExecStoreVirtualTuple(copy);
	return copy;
}

void
sm_row_set(SmRow *row, int column, Datum value, bool isnull)
{
	int place = row->table->numbers[column] - 1;

	if (row->changed == NULL)
		row->changed = copy_values(row);
	row->changed->tts_values[place] = value;
	row->changed->tts_isnull[place] = isnull;
}

/* What ExecSimpleRelation...() need to know of a table. */
static ResultRelInfo *
open_result(EState *estate, Relation relation)
{
	ResultRelInfo *result = makeNode(ResultRelInfo);

	InitResultRelInfo(result, relation, 0, NULL, 0);
	estate->es_output_cid = GetCurrentCommandId(true);
	ExecOpenIndices(result, false);
	return result;
}

void
sm_row_store(SmRow *row)
{
	EState *estate = CreateExecutorState();
	ResultRelInfo *result = open_result(estate, row->relation);
	EPQState epq;

	memset(&epq, 0, sizeof(epq)); /* used only for triggers, of which there are none */
	ExecSimpleRelationUpdate(result, estate, &epq, row->slot, row->changed);
	ExecCloseIndices(result);
	FreeExecutorState(estate);
	CommandCounterIncrement();
}

void
sm_row_close(SmRow *row)
{
	if (row->changed != NULL)
		ExecDropSingleTupleTableSlot(row->changed);
	ExecDropSingleTupleTableSlot(row->slot);
	index_close(row->index, NoLock);
	table_close(row->relation, NoLock);
}

static void
fill_slot(TupleTableSlot *slot, const SmRowTable *table, const Datum *values, const char *nulls)
{
	memset(slot->tts_isnull, true, slot->tts_tupleDescriptor->natts * sizeof(bool));
	for (int i = 0; i < table->ncolumns; i++)
	{
		slot->tts_values[table->numbers[i] - 1] = values[i];
		slot->tts_isnull[table->numbers[i] - 1] = nulls != NULL && nulls[i] == 'n';
	}
	ExecStoreVirtualTuple(slot);
}

void
sm_row_insert(SmQueryScope *scope, SmRowTable *table, const Datum *values, const char *nulls)
{
	Relation relation = table_open(sm_row_find_relation(scope, table->name), RowExclusiveLock);
	EState *estate = CreateExecutorState();
	ResultRelInfo *result = open_result(estate, relation);
	TupleTableSlot *slot = table_slot_create(relation, NULL);

	find_columns(table, RelationGetRelid(relation));
	fill_slot(slot, table, values, nulls);
	ExecSimpleRelationInsert(result, estate, slot);
	ExecDropSingleTupleTableSlot(slot);
	ExecCloseIndices(result);
	FreeExecutorState(estate);
	table_close(relation, NoLock);
	CommandCounterIncrement();
}
