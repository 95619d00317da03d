/*
 * expected.c
 *		The expected schema: a row of schema_snapshots.  A run notes the schema
 *		before its first statement and merges what it changed afterwards, so that
 *		what was drift before it is drift after it.  How snapshots are stored and
 *		merged is the store's; what is drift, drift.c's.
 *
 * The note is committed before the run's first statement.  A run that is killed
 * leaves it without an end, and whoever comes next, run or check, merges from
 * there: what has changed since then counts as the run's.
 */
#include "postgres.h"

#include "access/transam.h"
#include "access/xact.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "expected.h"
#include "run.h"

static SmQuery newest_expected =
    SM_QUERY_NOARGS("SELECT s.id, s.schema_hash FROM @schema@.schema_snapshots s"
                    " WHERE s.expected ORDER BY s.id DESC LIMIT 1");

static SmQuery live_fingerprint = SM_QUERY_NOARGS("SELECT @schema@.schema_fingerprint()");

static SmQuery take_snapshot = SM_QUERY("SELECT @schema@.take_schema_snapshot('postgresql'::text,"
                                        " pg_catalog.jsonb_build_object('why', $1))",
                                        TEXTOID);

static SmQuery set_expected =
    SM_QUERY("UPDATE @schema@.schema_snapshots SET expected = true WHERE id = $1", INT4OID);

static SmQuery merge =
    SM_QUERY("SELECT @schema@.merge_expected($1, $2, $3, $4)", INT4OID, INT4OID, INT4OID, TEXTOID);

/* Other runs than $1 whose session is gone, or which have ended without a merge. */
#define UNSETTLED                                                                                  \
	" r.before_snapshot IS NOT NULL AND r.after_snapshot IS NULL AND r.epoch <> $1"                \
	" AND (r.ended_at IS NOT NULL OR NOT EXISTS (SELECT FROM "                                     \
	"pg_catalog.pg_stat_get_activity(r.pid)"                                                       \
	" a WHERE a.backend_start = r.backend_start))"

static SmQuery unsettled_before =
    SM_QUERY("SELECT r.before_snapshot, r.epoch FROM @schema@.migration_runs r WHERE" UNSETTLED
             " ORDER BY r.epoch LIMIT 1",
             INT8OID);

static SmQuery settle_runs = SM_QUERY(
    "UPDATE @schema@.migration_runs r SET after_snapshot = $2 WHERE" UNSETTLED, INT8OID, INT4OID);

static SmQuery note_before = SM_QUERY(
    "UPDATE @schema@.migration_runs SET before_snapshot = $2 WHERE epoch = $1", INT8OID, INT4OID);

static SmQuery note_after = SM_QUERY(
    "UPDATE @schema@.migration_runs SET after_snapshot = $2 WHERE epoch = $1", INT8OID, INT4OID);

static SmQuery own_before =
    SM_QUERY("SELECT r.before_snapshot, (SELECT s.schema_hash FROM @schema@.schema_snapshots s"
             "  WHERE s.id = r.before_snapshot)"
             " FROM @schema@.migration_runs r WHERE r.epoch = $1",
             INT8OID);

/* The version that the database rests at now; those before it in one run were passed. */
static SmQuery describe_version =
    SM_QUERY("UPDATE @schema@.schema_versions v SET fingerprint = s.schema_hash, snapshot_id = s.id"
             " FROM @schema@.schema_snapshots s"
             " WHERE s.id = $1 AND v.fingerprint IS NULL AND v.id ="
             "  (SELECT max(l.id) FROM @schema@.schema_versions l"
             "   WHERE l.database_type = 'postgresql' AND l.rolled_back_at IS NULL)",
             INT4OID);

static SmQuery accept_one =
    SM_QUERY_LIST("SELECT @schema@.accept_object('database'::text, $1, $2, $3)"
                  " WHERE EXISTS (SELECT FROM @schema@.schema_snapshots s WHERE s.expected)",
                  TEXTOID, TEXTOID, TEXTOID);

/* Drift that a run has touched became expected with what the run made of it. */
static SmQuery close_merged =
    SM_QUERY_LIST("UPDATE @schema@.schema_drift_alerts a SET status = 'accepted',"
                  " resolved_at = pg_catalog.now(), resolved_by = $3, resolution_notes = $4"
                  " FROM @schema@.snapshot_changes($1, $2) c"
                  " WHERE c.section = 'database' AND a.object_type = c.kind"
                  "  AND a.object_identity = c.name AND a.resolved_at IS NULL",
                  INT4OID, INT4OID, TEXTOID, TEXTOID);

static SmQuery close_alerts =
    SM_QUERY_LIST("UPDATE @schema@.schema_drift_alerts SET status = 'accepted',"
                  " resolved_at = pg_catalog.now(), resolved_by = $1, resolution_notes = $2"
                  " WHERE resolved_at IS NULL",
                  TEXTOID, TEXTOID);

/* The snapshot that this session took last, and in which transaction. */
static struct
{
	FullTransactionId xid;
	int32 snapshot;
} latest;

PG_FUNCTION_INFO_V1(summit_migrate_expected_before_run);
PG_FUNCTION_INFO_V1(summit_migrate_expected_after_run);
PG_FUNCTION_INFO_V1(summit_migrate_accept_schema);

SmExpected
sm_expected_newest(SmQueryScope *scope)
{
	SmExpected expected = {0, NULL};

	if (sm_query_execute(scope, &newest_expected, NULL, NULL, 1) == 1)
	{
		expected.id = DatumGetInt32(sm_query_value(0, 1, NULL));
		expected.fingerprint = sm_query_text(scope, 0, 2);
	}
	return expected;
}

char *
sm_expected_live_fingerprint(SmQueryScope *scope)
{
	sm_query_execute(scope, &live_fingerprint, NULL, NULL, 1);
	return sm_query_text(scope, 0, 1);
}

int32
sm_expected_take_snapshot(SmQueryScope *scope, const char *why)
{
	Datum values[] = {CStringGetTextDatum(why)};

	sm_query_execute(scope, &take_snapshot, values, NULL, 1);
	latest.xid = GetTopFullTransactionId();
	latest.snapshot = DatumGetInt32(sm_query_value(0, 1, NULL));
	return latest.snapshot;
}

int32
sm_expected_snapshot_of_transaction(void)
{
	FullTransactionId xid = GetTopFullTransactionIdIfAny();

	return FullTransactionIdIsValid(xid) && FullTransactionIdEquals(xid, latest.xid)
	           ? latest.snapshot
	           : 0;
}

static void
make_expected(SmQueryScope *scope, int32 snapshot)
{
	Datum values[] = {Int32GetDatum(snapshot)};

	sm_query_execute(scope, &set_expected, values, NULL, 0);
}

void
sm_expected_accept(SmQueryScope *scope, const char *kind, const char *name, const char *why)
{
	Datum values[] = {CStringGetTextDatum(kind), CStringGetTextDatum(name),
	                  CStringGetTextDatum(why)};

	sm_query_execute(scope, &accept_one, values, NULL, 0);
}

static void
close_alerts_of_merge(SmQueryScope *scope, int32 base, int32 merged, const char *why)
{
	Datum values[] = {Int32GetDatum(base), Int32GetDatum(merged),
	                  CStringGetTextDatum(sm_run_user()),
	                  CStringGetTextDatum(psprintf("changed again by %s", why))};

	sm_query_execute(scope, &close_merged, values, NULL, 0);
}

/* What changed between before and the live schema becomes expected; returns its id. */
static int32
merge_live(SmQueryScope *scope, const SmExpected *base, int32 before, const char *why)
{
	int32 after = sm_expected_take_snapshot(scope, why);
	Datum values[] = {Int32GetDatum(base->id), Int32GetDatum(before), Int32GetDatum(after),
	                  CStringGetTextDatum(why)};
	int32 merged;

	if (base->id == 0)
	{
		make_expected(scope, after);
		return after;
	}
	sm_query_execute(scope, &merge, values, NULL, 1);
	merged = DatumGetInt32(sm_query_value(0, 1, NULL));
	close_alerts_of_merge(scope, base->id, merged, why);
	return merged;
}

void
sm_expected_settle(SmQueryScope *scope)
{
	Datum values[2] = {Int64GetDatum(sm_run_epoch())};
	SmExpected base;
	int32 before;
	int64 epoch;

	if (sm_query_execute(scope, &unsettled_before, values, NULL, 1) == 0)
		return;
	before = DatumGetInt32(sm_query_value(0, 1, NULL));
	epoch = DatumGetInt64(sm_query_value(0, 2, NULL));
	base = sm_expected_newest(scope);
	values[1] = Int32GetDatum(merge_live(
	    scope, &base, before, psprintf("run " INT64_FORMAT ", which was killed", epoch)));
	sm_query_execute(scope, &settle_runs, values, NULL, 0);
}

Datum
summit_migrate_expected_before_run(PG_FUNCTION_ARGS)
{
	SmQueryScope scope;
	SmExpected expected;
	Datum values[2];
	int32 before;

	sm_query_begin(&scope, fcinfo, SM_QUERY_LEDGER);
	sm_run_check(&scope);
	sm_expected_settle(&scope);
	expected = sm_expected_newest(&scope);
	if (expected.id != 0 && strcmp(expected.fingerprint, sm_expected_live_fingerprint(&scope)) == 0)
		before = expected.id;
	else
		before =
		    sm_expected_take_snapshot(&scope, psprintf("before run " INT64_FORMAT, sm_run_epoch()));
	values[0] = Int64GetDatum(sm_run_epoch());
	values[1] = Int32GetDatum(before);
	sm_query_execute(&scope, &note_before, values, NULL, 0);
	sm_query_end(&scope);
	PG_RETURN_INT32(before);
}

/* The snapshot that this run began with, and its fingerprint. */
static SmExpected
read_before(SmQueryScope *scope)
{
	Datum values[] = {Int64GetDatum(sm_run_epoch())};
	SmExpected before = {0, NULL};
	bool missing = true;
	Datum id = 0;

	if (sm_query_execute(scope, &own_before, values, NULL, 1) == 1)
		id = sm_query_value(0, 1, &missing);
	if (missing)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
		                errmsg("the schema before this run is not known"),
		                errhint("Call expected_before_run() before the run's first statement.")));
	before.id = DatumGetInt32(id);
	before.fingerprint = sm_query_text(scope, 0, 2);
	return before;
}

Datum
summit_migrate_expected_after_run(PG_FUNCTION_ARGS)
{
	SmQueryScope scope;
	SmExpected expected;
	SmExpected before;
	Datum values[2];
	int32 after;

	sm_query_begin(&scope, fcinfo, SM_QUERY_LEDGER);
	sm_run_check(&scope);
	before = read_before(&scope);
	expected = sm_expected_newest(&scope);
	if (expected.id != 0 && before.fingerprint != NULL &&
	    strcmp(before.fingerprint, sm_expected_live_fingerprint(&scope)) == 0)
		after = expected.id;
	else
		after =
		    merge_live(&scope, &expected, before.id, psprintf("run " INT64_FORMAT, sm_run_epoch()));
	values[0] = Int64GetDatum(sm_run_epoch());
	values[1] = Int32GetDatum(after);
	sm_query_execute(&scope, &note_after, values, NULL, 0);
	sm_query_execute(&scope, &describe_version, &values[1], NULL, 0);
	sm_query_end(&scope);
	PG_RETURN_INT32(after);
}

Datum
summit_migrate_accept_schema(PG_FUNCTION_ARGS)
{
	SmQueryScope scope;
	Datum values[2];
	char *notes = PG_ARGISNULL(0) ? "" : text_to_cstring(PG_GETARG_TEXT_PP(0));
	int32 snapshot;

	if (notes[strspn(notes, " \t\r\n")] == '\0')
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("notes must say why the schema is accepted")));
	sm_query_begin(&scope, fcinfo, SM_QUERY_WRITE);
	values[0] = CStringGetTextDatum(sm_run_user());
	values[1] = CStringGetTextDatum(notes);
	/* first: what is committed later may not be in the snapshot */
	sm_query_execute(&scope, &close_alerts, values, NULL, 0);
	snapshot = sm_expected_take_snapshot(&scope, notes);
	make_expected(&scope, snapshot);
	sm_query_end(&scope);
	PG_RETURN_INT32(snapshot);
}
