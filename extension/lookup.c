/*
 * lookup.c
 *		What begin_unit() must know of the ledger, by the rows' unique keys.
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
#include "row.h"

/* The columns that are asked for, by their place in the tables below. */
enum
{
	PHASE_STATUS,
	PHASE_DIRECTION,
	PHASE_UNITS
};
enum
{
	UNIT_STATE,
	UNIT_TRANSACTIONAL,
	UNIT_BATCH_CURSOR
};

static SmRowTable phases = {.name = "migration_history",
                            .index = "migration_history_phase",
                            .ncolumns = 3,
                            .columns = {"status", "direction", "units"}};
static SmRowTable units = {.name = "migration_units",
                           .index = "migration_units_unit",
                           .ncolumns = 3,
                           .columns = {"state", "transactional", "batch_cursor"}};
static SmRowTable dependencies = {.name = "migration_dependencies",
                                  .index = "migration_dependencies_unique"};

static Datum
column(TupleTableSlot *slot, Relation table, const char *name, bool *isnull)
{
	AttrNumber number = get_attnum(RelationGetRelid(table), name);

	if (number == InvalidAttrNumber)
		elog(ERROR, "column \"%s\" is missing", name);
	return slot_getattr(slot, number, isnull);
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
	Relation table = table_open(sm_row_find_relation(scope, "migration_epoch"), RowShareLock);
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
	SmRow row;
	bool isnull = true;
	Datum count = (Datum) 0;

	sm_row_open(&row, scope, &phases, values, 3, AccessShareLock);
	result->status = sm_row_get_text(&row, PHASE_STATUS);
	result->direction = sm_row_get_text(&row, PHASE_DIRECTION);
	if (row.found)
		count = sm_row_get(&row, PHASE_UNITS, &isnull);
	result->units = isnull ? -1 : DatumGetInt32(count);
	sm_row_close(&row);
}

static void
read_unit(SmQueryScope *scope, const Datum *values, SmLookup *result)
{
	SmRow row;
	bool isnull;

	sm_row_open(&row, scope, &units, values, 5, AccessShareLock);
	result->state = sm_row_get_text(&row, UNIT_STATE);
	result->transactional =
	    row.found && DatumGetBool(sm_row_get(&row, UNIT_TRANSACTIONAL, &isnull));
	result->batched = sm_row_get_text(&row, UNIT_BATCH_CURSOR) != NULL;
	sm_row_close(&row);
}

static char *
read_state(SmQueryScope *scope, const Datum *values)
{
	SmRow row;
	char *state;

	sm_row_open(&row, scope, &units, values, 5, AccessShareLock);
	state = sm_row_get_text(&row, UNIT_STATE);
	sm_row_close(&row);
	return state;
}

static bool
has_dependencies(SmQueryScope *scope, const Datum *values)
{
	SmRow row;

	sm_row_open(&row, scope, &dependencies, values, 1, AccessShareLock);
	sm_row_close(&row);
	return row.found;
}

void
sm_lookup_unit(SmQueryScope *scope, const SmUnitKey *key, SmLookup *result)
{
	/* In the order of migration_units_unit; the first three are that of the phase. */
	Datum values[SM_ROW_MAX_KEYS] = {
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
