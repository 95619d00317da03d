/*
 * prune.c
 *		prune(): removes what is older than somebody wants to keep, and what
 *		nothing names any more then.  Each table has a step of its own.
 */
#include "postgres.h"

#include "access/xact.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "snapshot.h"

typedef struct PruneStep
{
	const char *what;
	SmQuery query; /* $1: the moment before which rows go */
	bool counts;   /* it returns how many went; else it is a DELETE */
} PruneStep;

/* In this order: a later one removes what the ones before have left without a name. */
static PruneStep steps[] = {
    {.what = "snapshots",
     .query = SM_QUERY_LIST(
         "DELETE FROM @schema@.schema_snapshots s WHERE s.snapshot_date < $1"
         " AND s.id IS DISTINCT FROM (SELECT max(e.id) FROM @schema@.schema_snapshots e"
         "  WHERE e.expected)"
         " AND NOT EXISTS (SELECT FROM @schema@.schema_versions v"
         "  WHERE v.snapshot_id = s.id)"
         /* a run that was killed is settled from there */
         " AND NOT EXISTS (SELECT FROM @schema@.migration_runs r"
         "  WHERE r.before_snapshot = s.id AND r.after_snapshot IS NULL)",
         TIMESTAMPTZOID)},
    {.what = "buckets",
     .query = SM_QUERY_LIST("DELETE FROM @schema@.schema_buckets b WHERE NOT EXISTS"
                            " (SELECT FROM (SELECT DISTINCT unnest(s.buckets) AS id"
                            "   FROM @schema@.schema_snapshots s) used WHERE used.id = b.id)",
                            TIMESTAMPTZOID)},
    {.what = "objects",
     .query = SM_QUERY_LIST("DELETE FROM @schema@.schema_objects o WHERE NOT EXISTS"
                            " (SELECT FROM (SELECT DISTINCT unnest(b.objects) AS digest"
                            "   FROM @schema@.schema_buckets b) used WHERE used.digest = o.digest)",
                            TIMESTAMPTZOID)},
    {.what = "journal",
     .query = SM_QUERY("SELECT @schema@.prune_journal(greatest(pg_catalog.now() - $1, '0'))",
                       TIMESTAMPTZOID),
     .counts = true},
};

static int64
take_step(SmQueryScope *scope, PruneStep *step, Datum before)
{
	uint64 removed = sm_query_execute(scope, &step->query, &before, NULL, 0);

	return step->counts ? DatumGetInt64(sm_query_value(0, 1, NULL)) : (int64) removed;
}

static TimestampTz
moment_before(Interval *keep)
{
	Interval nothing = {0};

	if (DatumGetBool(
	        DirectFunctionCall2(interval_lt, IntervalPGetDatum(keep), IntervalPGetDatum(&nothing))))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("the interval to keep must not be negative")));
	return DatumGetTimestampTz(DirectFunctionCall2(timestamptz_mi_interval,
	                                               TimestampTzGetDatum(GetCurrentTimestamp()),
	                                               IntervalPGetDatum(keep)));
}

PG_FUNCTION_INFO_V1(summit_migrate_prune);
Datum
summit_migrate_prune(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Datum before = TimestampTzGetDatum(moment_before(PG_GETARG_INTERVAL_P(0)));
	SmQueryScope scope;

	PreventCommandIfReadOnly("prune()");
	/* an older snapshot does not see who names what is to be removed */
	if (IsolationUsesXactSnapshot())
		ereport(ERROR, (errcode(ERRCODE_INVALID_TRANSACTION_STATE),
		                errmsg("prune() needs isolation level READ COMMITTED")));
	InitMaterializedSRF(fcinfo, 0);
	sm_query_begin(&scope, fcinfo, SM_QUERY_WRITE);
	sm_snapshot_lock();
	for (int i = 0; i < lengthof(steps); i++)
	{
		int64 removed = take_step(&scope, &steps[i], before);
		Datum values[2] = {CStringGetTextDatum(steps[i].what), Int64GetDatum(removed)};
		bool nulls[2] = {0};

		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	sm_query_end(&scope);
	return (Datum) 0;
}
