/*
 * journal_verify.c
 *		Whether the sealed rows of ddl_journal are those that were sealed, all of
 *		them, and whether capture is as enable_drift_capture() left it.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/syscache.h"
#include "utils/tuplestore.h"

#include "compat.h"
#include "journal_seal.h"
#include "switch.h"

PG_FUNCTION_INFO_V1(summit_migrate_verify_journal);

#define LIBRARY "$libdir/summit_migrate"

static SmQuery read_sealed =
    SM_QUERY("SELECT j.seal, j.seal_hash, j.id, " SM_SEAL_FIELDS " FROM @schema@.ddl_journal j"
             " WHERE j.seal > $1 ORDER BY j.seal LIMIT $2",
             INT8OID, INT4OID);

static SmQuery read_cuts =
    SM_QUERY_LIST_NOARGS("SELECT c.first_seal, c.last_seal FROM @schema@.ddl_journal_cuts c"
                         " ORDER BY c.first_seal");

static SmQuery read_passed_over =
    SM_QUERY_LIST_NOARGS("SELECT j.id FROM @schema@.ddl_journal j, @schema@.ddl_journal_head h"
                         " WHERE j.seal IS NULL AND j.id <= h.settled_id ORDER BY j.id LIMIT 1000");

static SmQuery capture_was_enabled =
    SM_QUERY_NOARGS("SELECT FROM @schema@.migration_settings s"
                    " WHERE s.name = 'drift_capture' AND s.value = 'on'");

/* A walk along the chain. */
typedef struct Walk
{
	SmSealReport report;
	void *argument;
	bool whole;
	SmSeal at; /* the last row, as its hash is stored */
} Walk;

static void
report(Walk *walk, const char *problem, int64 journal_id, int64 seal, const char *detail)
{
	walk->whole = false;
	walk->report(walk->argument, problem, journal_id, seal, detail);
}

static void
report_missing(Walk *walk, int64 first, int64 last)
{
	report(walk, "missing", 0, first,
	       first == last ? "this sealed row is gone"
	                     : psprintf("the sealed rows up to " INT64_FORMAT " are gone", last));
}

/* Behind a gap the hash before is not known: such a row only begins anew. */
static void
check_row(Walk *walk, uint64 row)
{
	SmSeal stored;
	SmSeal computed;
	int64 id = DatumGetInt64(sm_query_value(row, 3, NULL));

	sm_seal_from_row(row, 1, &stored);
	if (stored.number != walk->at.number + 1)
		report_missing(walk, walk->at.number + 1, stored.number - 1);
	else
	{
		sm_seal_hash(&walk->at, stored.number, sm_query_value(row, 4, NULL), &computed);
		if (!sm_seal_equal(&stored, &computed))
			report(walk, "edited", id, stored.number,
			       "the row, or its hash or the one before, is not what was sealed");
	}
	walk->at = stored;
}

/* Each cut goes on where the one before ended. */
static void
check_cuts(SmQueryScope *scope, Walk *walk)
{
	int64 at = 0;
	uint64 count = sm_query_execute(scope, &read_cuts, NULL, NULL, 0);

	for (uint64 i = 0; i < count; i++)
	{
		int64 first = DatumGetInt64(sm_query_value(i, 1, NULL));

		if (first != at + 1)
			report(walk, "broken", 0, first, "a record of what was cut is gone or was changed");
		at = DatumGetInt64(sm_query_value(i, 2, NULL));
	}
}

static void
check_head(SmQueryScope *scope, Walk *walk)
{
	SmSeal head;

	sm_seal_head(scope, &head);
	if (sm_seal_equal(&head, &walk->at))
		return;
	if (head.number > walk->at.number)
		report_missing(walk, walk->at.number + 1, head.number);
	report(walk, "head", 0, head.number,
	       psprintf("the recorded head is not the last sealed row, which is " INT64_FORMAT,
	                walk->at.number));
}

/* Rows that no sealer will look at. */
static void
check_passed_over(SmQueryScope *scope, Walk *walk)
{
	uint64 count = sm_query_execute(scope, &read_passed_over, NULL, NULL, 0);

	for (uint64 i = 0; i < count; i++)
		report(walk, "unsealed", DatumGetInt64(sm_query_value(i, 1, NULL)), 0,
		       "the row has an id that was given out before, or its seal was taken away");
}

bool
sm_seal_verify(SmQueryScope *scope, SmSealReport report, void *argument)
{
	Walk walk = {.report = report, .argument = argument, .whole = true};
	Datum values[2];
	uint64 count;

	check_cuts(scope, &walk);
	sm_seal_base(scope, &walk.at);
	values[1] = Int32GetDatum(SM_SEAL_BATCH);
	do
	{
		CHECK_FOR_INTERRUPTS();
		values[0] = Int64GetDatum(walk.at.number);
		count = sm_query_execute(scope, &read_sealed, values, NULL, 0);
		for (uint64 i = 0; i < count; i++)
			check_row(&walk, i);
	} while (count == SM_SEAL_BATCH);
	check_head(scope, &walk);
	check_passed_over(scope, &walk);
	return walk.whole;
}

/* ---- capture itself ---- */

/* A handler that CREATE OR REPLACE has made another one. */
static bool
is_replaced(Oid function, const char *symbol)
{
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	Datum source;
	Datum library;
	bool source_null;
	bool library_null;
	bool replaced;

	if (!HeapTupleIsValid(tuple))
		return true;
	source = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_prosrc, &source_null);
	library = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_probin, &library_null);
	replaced = ((Form_pg_proc) GETSTRUCT(tuple))->prolang != ClanguageId || source_null ||
	           library_null || strcmp(TextDatumGetCString(source), symbol) != 0 ||
	           strcmp(TextDatumGetCString(library), LIBRARY) != 0;
	ReleaseSysCache(tuple);
	return replaced;
}

static void
check_trigger(SmQueryScope *scope, const SmSwitchTrigger *trigger, SmSealReport report,
              void *argument)
{
	const char *problem = sm_switch_problem(sm_switch_state(trigger, scope->schema));

	if (problem != NULL)
		report(argument, "trigger", 0, 0, psprintf("%s: %s", trigger->name, problem));
	if (is_replaced(sm_switch_function(trigger, scope->schema), trigger->symbol))
		report(argument, "function", 0, 0,
		       psprintf("%s() is not the extension's own any more", trigger->function));
}

static void
add_problem(void *argument, const char *problem, int64 journal_id, int64 seal, const char *detail)
{
	ReturnSetInfo *result = argument;
	Datum values[4] = {CStringGetTextDatum(problem), Int64GetDatum(journal_id), Int64GetDatum(seal),
	                   CStringGetTextDatum(detail)};
	bool nulls[4] = {false, journal_id == 0, seal == 0, false};

	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

Datum
summit_migrate_verify_journal(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	SmQueryScope scope;

	InitMaterializedSRF(fcinfo, 0);
	sm_query_begin(&scope, fcinfo, SM_QUERY_READ);
	sm_seal_verify(&scope, add_problem, result);
	if (sm_query_execute(&scope, &capture_was_enabled, NULL, NULL, 1) > 0 ||
	    OidIsValid(sm_switch_handler()))
	{
		for (int i = 0; i < SM_SWITCH_TRIGGERS; i++)
			check_trigger(&scope, &sm_switch_triggers[i], add_problem, result);
	}
	sm_query_end(&scope);
	return (Datum) 0;
}
