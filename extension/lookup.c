/*
 * lookup.c
 *		Rows of the ledger's tables by their unique keys, through the table and
 *		index access methods.  An executor for the same costs several times as
 *		much, and an ordinary migration is one statement: this is felt.
 *
 * Every read has a snapshot of its own moment, as a query of SPI would.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/relscan.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "executor/tuptable.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "compat.h"
#include "lookup.h"

#define MAX_KEYS 5

/* A table and its index, open, with the row that was found. */
typedef struct Row
{
	Relation table;
	Relation index;
	TupleTableSlot *slot;
	bool found;
} Row;

static Oid
find_relation(SmQueryScope *scope, const char *name)
{
	Oid relation = get_relname_relid(name, scope->schema);

	if (!OidIsValid(relation))
		elog(ERROR, "relation \"%s\" is missing", name);
	return relation;
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

/* The first row with these values of the index's first columns. */
static Row
open_row(SmQueryScope *scope, const char *table, const char *index, const Datum *values, int count)
{
	Row row;
	IndexScanDesc scan;
	ScanKeyData keys[MAX_KEYS];

	row.table = table_open(find_relation(scope, table), AccessShareLock);
	row.index = index_open(find_relation(scope, index), AccessShareLock);
	row.slot = table_slot_create(row.table, NULL);
	set_keys(keys, row.index, values, count);
	scan = sm_index_beginscan(row.table, row.index, GetActiveSnapshot(), count);
	index_rescan(scan, keys, count, NULL, 0);
	row.found = index_getnext_slot(scan, ForwardScanDirection, row.slot);
	if (row.found)
		ExecMaterializeSlot(row.slot);
	index_endscan(scan);
	return row;
}

static void
close_row(Row *row)
{
	ExecDropSingleTupleTableSlot(row->slot);
	index_close(row->index, NoLock);
	table_close(row->table, NoLock);
}

static Datum
column(TupleTableSlot *slot, Relation table, const char *name, bool *isnull)
{
	AttrNumber number = get_attnum(RelationGetRelid(table), name);

	if (number == InvalidAttrNumber)
		elog(ERROR, "column \"%s\" is missing", name);
	return slot_getattr(slot, number, isnull);
}

static char *
text_column(const Row *row, const char *name)
{
	bool isnull;
	Datum value;

	if (!row->found)
		return NULL;
	value = column(row->slot, row->table, name, &isnull);
	return isnull ? NULL : TextDatumGetCString(value);
}

/* What FOR SHARE does, and what it says where the row has changed. */
static void
lock_epoch(Relation table, TupleTableSlot *slot)
{
	ItemPointerData tid = slot->tts_tid;
	TM_FailureData failure;
	TM_Result result;

	result =
	    table_tuple_lock(table, &tid, GetActiveSnapshot(), slot, GetCurrentCommandId(false),
	                     LockTupleShare, LockWaitBlock,
	                     TUPLE_LOCK_FLAG_LOCK_UPDATE_IN_PROGRESS |
	                         (IsolationUsesXactSnapshot() ? 0 : TUPLE_LOCK_FLAG_FIND_LAST_VERSION),
	                     &failure);
	if (result == TM_Ok)
		return;
	ereport(ERROR, errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
	        errmsg("a newer run has started since this transaction began"),
	        errhint("Nothing was written. Let the newer run do the work, or start again."));
}

static void
read_epoch(SmQueryScope *scope, SmLookup *result)
{
	Relation table = table_open(find_relation(scope, "migration_epoch"), RowShareLock);
	TupleTableSlot *slot = table_slot_create(table, NULL);
	TableScanDesc scan = table_beginscan(table, GetActiveSnapshot(), 0, NULL);
	bool isnull;

	if (!table_scan_getnextslot(scan, ForwardScanDirection, slot))
		elog(ERROR, "migration_epoch has no row");
	ExecMaterializeSlot(slot);
	table_endscan(scan);
	lock_epoch(table, slot);
	result->epoch = DatumGetInt64(column(slot, table, "epoch", &isnull));
	result->timeline = TextDatumGetCString(column(slot, table, "timeline", &isnull));
	ExecDropSingleTupleTableSlot(slot);
	table_close(table, NoLock);
}

static void
read_phase(SmQueryScope *scope, const Datum *values, SmLookup *result)
{
	Row row = open_row(scope, "migration_history", "migration_history_phase", values, 3);

	result->status = text_column(&row, "status");
	result->direction = text_column(&row, "direction");
	close_row(&row);
}

static void
read_unit(SmQueryScope *scope, const Datum *values, SmLookup *result)
{
	Row row = open_row(scope, "migration_units", "migration_units_unit", values, 5);
	bool isnull;

	result->state = text_column(&row, "state");
	result->transactional =
	    row.found && DatumGetBool(column(row.slot, row.table, "transactional", &isnull));
	result->batched = text_column(&row, "batch_cursor") != NULL;
	close_row(&row);
}

static char *
read_state(SmQueryScope *scope, const Datum *values)
{
	Row row = open_row(scope, "migration_units", "migration_units_unit", values, 5);
	char *state = text_column(&row, "state");

	close_row(&row);
	return state;
}

static bool
has_dependencies(SmQueryScope *scope, const Datum *values)
{
	Row row = open_row(scope, "migration_dependencies", "migration_dependencies_unique", values, 1);
	bool found = row.found;

	close_row(&row);
	return found;
}

void
sm_lookup_unit(SmQueryScope *scope, const SmUnitKey *key, SmLookup *result)
{
	/* In the order of migration_units_unit; the first three are that of the phase. */
	Datum values[MAX_KEYS] = {
	    CStringGetTextDatum(key->migration_id),
	    CStringGetTextDatum(key->target),
	    CStringGetTextDatum(key->phase),
	    CStringGetTextDatum(key->up ? "up" : "down"),
	    Int32GetDatum(key->unit),
	};

	memset(result, 0, sizeof(*result));
	CommandCounterIncrement();
	PushActiveSnapshot(GetTransactionSnapshot());
	read_epoch(scope, result);
	read_phase(scope, values, result);
	read_unit(scope, values, result);
	if (key->unit <= 1)
		result->depends = has_dependencies(scope, values);
	else
	{
		values[4] = Int32GetDatum(key->unit - 1);
		result->previous = read_state(scope, values);
	}
	PopActiveSnapshot();
}
