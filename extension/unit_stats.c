/*
 * unit_stats.c
 *		Hooks that count what the statements of a unit do.  They are inert unless
 *		a unit is open; nothing is written from here.
 */
#include "postgres.h"

#include "access/transam.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "storage/lock.h"
#include "storage/proc.h"
#include "tcop/utility.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "unit_stats.h"

static bool active = false;
static int depth = 0;   /* of executor calls since the start */
static int nesting = 0; /* of all executor calls */
static int64 rows = 0;
static TimestampTz hold_start = 0;
static bool statement_succeeded = false;

static ExecutorRun_hook_type previous_run = NULL;
static ExecutorFinish_hook_type previous_finish = NULL;
static ExecutorEnd_hook_type previous_end = NULL;
static ProcessUtility_hook_type previous_utility = NULL;

void
sm_unit_stats_start(void)
{
	active = true;
	depth = 0;
	rows = 0;
	hold_start = 0;
}

void
sm_unit_stats_stop(void)
{
	active = false;
}

int64
sm_unit_stats_rows(void)
{
	return rows;
}

double
sm_unit_stats_lock_hold_ms(void)
{
	return hold_start == 0 ? 0 : (GetCurrentTimestamp() - hold_start) / 1000.0;
}

int
sm_unit_stats_nesting(void)
{
	return nesting;
}

void
sm_unit_stats_expect_statement(void)
{
	statement_succeeded = false;
}

bool
sm_unit_stats_statement_succeeded(void)
{
	return statement_succeeded;
}

/*
 * Depth is counted around Run and Finish, because only these nest: cursors let
 * Start and End interleave.  A run that was under way when the unit began (that
 * of begin_unit() itself) is not counted.
 */
static void
count_run(QueryDesc *query, ScanDirection direction, uint64 count SM_EXECUTOR_RUN_ONCE_PARAM)
{
	bool counted = active;

	nesting++;
	if (counted)
		depth++;
	PG_TRY();
	{
		if (previous_run)
			previous_run(query, direction, count SM_EXECUTOR_RUN_ONCE_ARG);
		else
			standard_ExecutorRun(query, direction, count SM_EXECUTOR_RUN_ONCE_ARG);
	}
	PG_FINALLY();
	{
		nesting--;
		if (counted && depth > 0)
			depth--;
	}
	PG_END_TRY();
}

static void
count_finish(QueryDesc *query)
{
	bool counted = active;

	nesting++;
	if (counted)
		depth++;
	PG_TRY();
	{
		if (previous_finish)
			previous_finish(query);
		else
			standard_ExecutorFinish(query);
	}
	PG_FINALLY();
	{
		nesting--;
		if (counted && depth > 0)
			depth--;
	}
	PG_END_TRY();
}

static void
count_end(QueryDesc *query)
{
	if (active && depth == 0 && query->estate != NULL && query->operation != CMD_SELECT &&
	    query->operation != CMD_UTILITY)
		rows += query->estate->es_processed;
	if (previous_end)
		previous_end(query);
	else
		standard_ExecutorEnd(query);
}

/* A relation that this transaction made is nobody else's to wait for. */
static bool
is_older_relation(Oid relation_oid)
{
	Relation relation = RelationIdGetRelation(relation_oid);
	bool older;

	if (!RelationIsValid(relation))
		return true; /* dropped by this transaction */
	older = relation->rd_createSubid == InvalidSubTransactionId;
	RelationClose(relation);
	return older;
}

static bool
is_strong_lock(const LockInstanceData *lock)
{
	LOCKMASK strong = 0;

	for (LOCKMODE mode = ShareLock; mode <= AccessExclusiveLock; mode++)
		strong |= LOCKBIT_ON(mode);
	return lock->pid == MyProcPid && (lock->holdMask & strong) != 0 &&
	       lock->locktag.locktag_type == LOCKTAG_RELATION &&
	       lock->locktag.locktag_field1 == MyDatabaseId &&
	       lock->locktag.locktag_field2 >= FirstNormalObjectId &&
	       is_older_relation(lock->locktag.locktag_field2);
}

static bool
holds_strong_lock(void)
{
	LockData *locks = GetLockStatusData();

	for (int i = 0; i < locks->nelements; i++)
	{
		if (is_strong_lock(&locks->locks[i]))
			return true;
	}
	return false;
}

static bool
is_session_control(Node *statement)
{
	return IsA(statement, TransactionStmt) || IsA(statement, VariableSetStmt);
}

static void
watch_utility(PlannedStmt *statement, const char *text, bool read_only_tree,
              ProcessUtilityContext context, ParamListInfo params, QueryEnvironment *environment,
              DestReceiver *dest, QueryCompletion *completion)
{
	bool watch = active && hold_start == 0 && context == PROCESS_UTILITY_TOPLEVEL &&
	             !is_session_control(statement->utilityStmt);
	TimestampTz start = watch ? GetCurrentTimestamp() : 0;

	if (previous_utility)
		previous_utility(statement, text, read_only_tree, context, params, environment, dest,
		                 completion);
	else
		standard_ProcessUtility(statement, text, read_only_tree, context, params, environment, dest,
		                        completion);
	if (watch && active && holds_strong_lock())
		hold_start = start;
	if (context == PROCESS_UTILITY_TOPLEVEL && !is_session_control(statement->utilityStmt))
		statement_succeeded = true;
}

void
sm_unit_stats_init(void)
{
	previous_run = ExecutorRun_hook;
	ExecutorRun_hook = count_run;
	previous_finish = ExecutorFinish_hook;
	ExecutorFinish_hook = count_finish;
	previous_end = ExecutorEnd_hook;
	ExecutorEnd_hook = count_end;
	previous_utility = ProcessUtility_hook;
	ProcessUtility_hook = watch_utility;
}
