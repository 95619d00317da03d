/*
 * run.c
 *		begin_run(), end_run() and the fence.  Units and phases are not here.
 *
 * The fence: migration_epoch has one row.  A new run takes it FOR UPDATE and
 * counts up, every ledger write holds it FOR SHARE until it commits and
 * compares it with what its session was given.  The timeline is compared too,
 * because after a failover that loses commits an epoch can be given out twice.
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "parser/parser.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/timestamp.h"

#include "arguments.h"
#include "failure.h"
#include "lock.h"
#include "run.h"

#define TIMELINE_SIZE 9 /* eight hex digits and the end */

typedef struct SmRun
{
	bool begun;
	bool took_lock;           /* begin_run() did, the session did not hold it before */
	SubTransactionId subxact; /* that of begin_run(), until it commits */
	bool ending;              /* end_run() was called, not yet committed */
	SubTransactionId ending_subxact;
	int64 epoch;
	char timeline[TIMELINE_SIZE];
} SmRun;

static SmRun run;

/* Skips a locked row instead of NOWAIT, to say in our words who is in the way. */
static SmQuery take_epoch =
    SM_QUERY_NOARGS("SELECT e.epoch, e.timeline, e.system_identifier,"
                    " (SELECT max(r.epoch) FROM @schema@.migration_runs r)"
                    " FROM @schema@.migration_epoch e FOR UPDATE OF e SKIP LOCKED");

static SmQuery store_epoch = SM_QUERY(
    "UPDATE @schema@.migration_epoch SET epoch = $1, timeline = $2, system_identifier = $3",
    INT8OID, TEXTOID, TEXTOID);

static SmQuery insert_run = SM_QUERY(
    "INSERT INTO @schema@.migration_runs (epoch, timeline, system_identifier, command, program,"
    " started_at, run_by, client_addr, application_name, pid, backend_start)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, inet_client_addr(), $8, $9, $10)",
    INT8OID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TIMESTAMPTZOID, TEXTOID, TEXTOID, INT4OID,
    TIMESTAMPTZOID);

static SmQuery share_epoch =
    SM_QUERY_NOARGS("SELECT e.epoch, e.timeline FROM @schema@.migration_epoch e FOR SHARE OF e");

static SmQuery close_run =
    SM_QUERY("UPDATE @schema@.migration_runs SET ended_at = $2, result = $3 WHERE epoch = $1",
             INT8OID, TIMESTAMPTZOID, TEXTOID);

PG_FUNCTION_INFO_V1(summit_migrate_begin_run);
PG_FUNCTION_INFO_V1(summit_migrate_end_run);

int64
sm_run_epoch(void)
{
	return run.epoch;
}

const char *
sm_run_timeline(void)
{
	return run.timeline;
}

char *
sm_run_user(void)
{
	return GetUserNameFromId(GetAuthenticatedUserId(), false);
}

static void
forget_run(void)
{
	memset(&run, 0, sizeof(run));
}

/* A run that was never begun leaves no lock behind that it took. */
static void
forget_unbegun(void)
{
	bool took_lock = run.took_lock;

	forget_run();
	if (took_lock)
		sm_lock_drop(SM_LOCK_ALL);
}

static void
run_xact_callback(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_COMMIT:
			if (run.ending)
				forget_run();
			run.subxact = InvalidSubTransactionId;
			run.took_lock = false;
			break;
		case XACT_EVENT_ABORT:
			if (run.subxact != InvalidSubTransactionId)
				forget_unbegun();
			run.ending = false;
			break;
		case XACT_EVENT_PRE_PREPARE:
			if (run.subxact != InvalidSubTransactionId || run.ending)
				ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				        errmsg("cannot prepare a transaction that begins or ends a migration run"));
			break;
		default:
			break;
	}
}

static void
run_subxact_callback(SubXactEvent event, SubTransactionId mine, SubTransactionId parent, void *arg)
{
	if (event == SUBXACT_EVENT_COMMIT_SUB)
	{
		if (run.subxact == mine)
			run.subxact = parent;
		if (run.ending && run.ending_subxact == mine)
			run.ending_subxact = parent;
	}
	else if (event == SUBXACT_EVENT_ABORT_SUB)
	{
		if (run.subxact == mine)
			forget_unbegun();
		if (run.ending && run.ending_subxact == mine)
			run.ending = false;
	}
}

void
sm_run_init(void)
{
	RegisterXactCallback(run_xact_callback, NULL);
	RegisterSubXactCallback(run_subxact_callback, NULL);
}

void
sm_run_check_session(void)
{
	if (RecoveryInProgress())
		ereport(ERROR, errcode(ERRCODE_READ_ONLY_SQL_TRANSACTION),
		        errmsg("this server is a standby"), errhint("Connect to the primary."));
	if (!run.begun || run.ending)
		ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
		        errmsg("no run was begun in this session"),
		        errhint("Call begin_run() first; a run does not outlive its session."));
	if (!sm_lock_held_all())
		ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
		        errmsg("this session has lost the migration lock"),
		        errdetail("Only release_migration_lock(), DISCARD ALL and pg_advisory_unlock_all() "
		                  "take it away from a living session."),
		        errhint("Start a new run with begin_run()."));
}

void
sm_run_check_strings(void)
{
	if (standard_conforming_strings)
		return;
	ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
	        errmsg("standard_conforming_strings is off in this session"),
	        errdetail("The file was read with it turned on; a backslash in it would mean "
	                  "something else now."),
	        errhint("SET standard_conforming_strings = on, and look for what turns it off: the "
	                "file, or a setting of the role, the database or the connection."));
}

void
sm_run_check_fence(int64 epoch, const char *timeline)
{
	if (epoch == run.epoch && strcmp(timeline, run.timeline) == 0)
		return;
	ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
	        errmsg("a newer run has started"),
	        errdetail("This session's run has epoch " INT64_FORMAT
	                  " on timeline %s, the newest " INT64_FORMAT " on timeline %s.",
	                  run.epoch, run.timeline, epoch, timeline),
	        errhint("Nothing was written. Let the newer run do the work, or start again."));
}

void
sm_run_check(SmQueryScope *scope)
{
	sm_run_check_session();
	if (sm_query_execute(scope, &share_epoch, NULL, NULL, 1) != 1)
		elog(ERROR, "migration_epoch has no row");
	sm_run_check_fence(DatumGetInt64(sm_query_value(0, 1, NULL)), sm_query_text(scope, 0, 2));
}

/* holder may be NULL: it has gone in the meantime. */
static void
refuse_locked(const char *holder)
{
	ereport(ERROR, errcode(ERRCODE_LOCK_NOT_AVAILABLE),
	        errmsg("another session holds the migration lock"),
	        holder == NULL ? 0 : errdetail("%s", holder),
	        errhint("Wait until it has ended; migration_lock_holders() shows it."));
}

void
sm_run_check_or_none(SmQueryScope *scope)
{
	char *holder;

	if (run.begun)
	{
		sm_run_check(scope);
		return;
	}
	/* From here on no other session can begin a run until we commit. */
	if (sm_query_execute(scope, &share_epoch, NULL, NULL, 1) != 1)
		elog(ERROR, "migration_epoch has no row");
	if (sm_lock_held_all())
		return;
	holder = sm_lock_holder_description(scope, SM_LOCK_ALL);
	if (holder != NULL)
		refuse_locked(holder);
}

static void
take_lock(SmQueryScope *scope, const char *program)
{
	if (sm_lock_acquire(scope, SM_LOCK_ALL, program, (Datum) 0) || sm_lock_held_all())
		return;
	refuse_locked(sm_lock_holder_description(scope, SM_LOCK_ALL));
}

static void
refuse_busy_epoch(void)
{
	ereport(ERROR, errcode(ERRCODE_LOCK_NOT_AVAILABLE),
	        errmsg("a unit of an earlier run is still at work"),
	        errdetail("Its transaction is open and holds the epoch row, although its session has "
	                  "lost the migration lock."),
	        errhint("Wait until it has ended, or end it; pg_prepared_xacts shows prepared ones."));
}

static void
count_up(SmQueryScope *scope, Datum *previous, bool *previous_null)
{
	bool no_runs;
	int64 epoch;
	int64 last;

	if (sm_query_execute(scope, &take_epoch, NULL, NULL, 1) != 1)
		refuse_busy_epoch();
	epoch = DatumGetInt64(sm_query_value(0, 1, NULL));
	previous[0] = CStringGetTextDatum(sm_query_text(scope, 0, 2));
	previous[1] = CStringGetTextDatum(sm_query_text(scope, 0, 3));
	previous_null[0] = previous_null[1] = epoch == 0;
	last = DatumGetInt64(sm_query_value(0, 4, &no_runs));
	/* A dump carries the runs over, not the epoch row. */
	run.epoch = (no_runs ? epoch : Max(epoch, last)) + 1;
	run.begun = true;
	run.ending = false;
	run.took_lock = false;
	run.subxact = GetCurrentSubTransactionId();
	snprintf(run.timeline, TIMELINE_SIZE, "%08X", GetWALInsertionTimeLine());
}

static void
record_run(SmQueryScope *scope, Datum command, Datum program, Datum system_identifier)
{
	Datum epoch_values[] = {Int64GetDatum(run.epoch), CStringGetTextDatum(run.timeline),
	                        system_identifier};
	Datum values[] = {
	    epoch_values[0],
	    epoch_values[1],
	    system_identifier,
	    command,
	    program,
	    TimestampTzGetDatum(GetCurrentTimestamp()),
	    CStringGetTextDatum(sm_run_user()),
	    CStringGetTextDatum(application_name == NULL ? "" : application_name),
	    Int32GetDatum(MyProcPid),
	    TimestampTzGetDatum(MyStartTimestamp),
	};

	sm_query_execute(scope, &store_epoch, epoch_values, NULL, 0);
	sm_query_execute(scope, &insert_run, values, NULL, 0);
}

Datum
summit_migrate_begin_run(PG_FUNCTION_ARGS)
{
	SmQueryScope scope;
	TupleDesc tupdesc;
	Datum values[5];
	bool nulls[5] = {false};
	char system_identifier[32];
	bool held_before;

	sm_arguments_require(fcinfo, 0, 2);
	if (get_call_result_type(fcinfo, NULL, &tupdesc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	snprintf(system_identifier, sizeof(system_identifier), UINT64_FORMAT, GetSystemIdentifier());
	values[2] = CStringGetTextDatum(system_identifier);
	InitMaterializedSRF(fcinfo, 0);
	sm_query_begin(&scope, fcinfo, SM_QUERY_LEDGER);
	held_before = sm_lock_held_all();
	take_lock(&scope, text_to_cstring(PG_GETARG_TEXT_PP(1)));
	MemoryContextSwitchTo(scope.caller);
	/* A run that could not begin must not leave its lock behind. */
	PG_TRY();
	{
		count_up(&scope, values + 3, nulls + 3);
		record_run(&scope, PG_GETARG_DATUM(0), PG_GETARG_DATUM(1), values[2]);
	}
	PG_CATCH();
	{
		if (!held_before)
			sm_lock_drop(SM_LOCK_ALL);
		PG_RE_THROW();
	}
	PG_END_TRY();
	run.took_lock = !held_before;
	values[0] = Int64GetDatum(run.epoch);
	values[1] = CStringGetTextDatum(run.timeline);
	tuplestore_putvalues(((ReturnSetInfo *) fcinfo->resultinfo)->setResult, tupdesc, values, nulls);
	sm_query_end(&scope);
	return (Datum) 0;
}

void
sm_run_end(SmQueryScope *scope, const char *result)
{
	Datum values[] = {
	    Int64GetDatum(run.epoch),
	    TimestampTzGetDatum(GetCurrentTimestamp()),
	    CStringGetTextDatum(result),
	};

	sm_query_execute(scope, &close_run, values, NULL, 0);
	sm_lock_release(scope, SM_LOCK_ALL, NULL);
	sm_failure_watch(false);
	run.ending = true;
	run.ending_subxact = GetCurrentSubTransactionId();
}

Datum
summit_migrate_end_run(PG_FUNCTION_ARGS)
{
	SmQueryScope scope;
	char *result;

	sm_arguments_require(fcinfo, 0, 1);
	result = text_to_cstring(PG_GETARG_TEXT_PP(0));
	if (strcmp(result, "completed") != 0 && strcmp(result, "failed") != 0 &&
	    strcmp(result, "interrupted") != 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		        errmsg("unknown result of a run: \"%s\"", result),
		        errhint("Say completed, failed or interrupted."));
	sm_query_begin(&scope, fcinfo, SM_QUERY_LEDGER);
	sm_run_check(&scope);
	sm_run_end(&scope, result);
	sm_query_end(&scope);
	PG_RETURN_VOID();
}
