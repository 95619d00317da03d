/*
 * unit_stats.c
 *		Hooks that count what the statements of a unit do, and see how a statement
 *		outside a transaction ends.  They are inert unless a unit is open or such a
 *		statement was announced; nothing is written from here.
 */
#include "postgres.h"

#include "access/transam.h"
#include "access/xact.h"
#include "commands/defrem.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "storage/lock.h"
#include "storage/proc.h"
#include "tcop/utility.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "lock_wait.h"
#include "unit_stats.h"

static bool active = false;
static int depth = 0;   /* of executor calls since the start */
static int nesting = 0; /* of all executor calls */
static int64 rows = 0;
static TimestampTz hold_start = 0;
static TimestampTz nested_start = 0; /* of the first command inside the statement under way */

/* The statement that was announced, from the commit of the announcement on. */
typedef enum Announced
{
	ANNOUNCED_NONE,
	ANNOUNCED_COMING, /* the announcement is not committed */
	ANNOUNCED_NEXT,   /* nothing has run since */
	ANNOUNCED_RAN,    /* it has, and is not committed */
	ANNOUNCED_SUCCEEDED,
	ANNOUNCED_FAILED
} Announced;

static Announced announced = ANNOUNCED_NONE;
static bool in_command = false; /* which may commit and roll back for itself */
static double announced_hold_ms = 0;

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
	hold_start = nested_start = 0;
	sm_lock_wait_reset();
}

void
sm_unit_stats_stop(void)
{
	active = false;
	sm_lock_wait_end();
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

double
sm_unit_stats_lock_wait_ms(void)
{
	return sm_lock_wait_ms();
}

void
sm_unit_stats_announce(void)
{
	announced = ANNOUNCED_COMING;
	announced_hold_ms = 0;
	sm_lock_wait_reset();
}

SmStatementEnd
sm_unit_stats_statement_end(void)
{
	switch (announced)
	{
		case ANNOUNCED_SUCCEEDED:
			return SM_STATEMENT_SUCCEEDED;
		case ANNOUNCED_FAILED:
			return SM_STATEMENT_FAILED;
		default:
			return SM_STATEMENT_NOT_SEEN;
	}
}

double
sm_unit_stats_statement_hold_ms(void)
{
	return announced_hold_ms;
}

static bool
is_watched(void)
{
	return active || announced == ANNOUNCED_NEXT;
}

/* A statement has had its effect when its transaction has committed. */
static void
follow_announced(XactEvent event, void *arg)
{
	if (in_command)
		return;
	if (event == XACT_EVENT_COMMIT && announced == ANNOUNCED_COMING)
	{
		announced = ANNOUNCED_NEXT;
		depth = 0;
	}
	else if (event == XACT_EVENT_COMMIT && announced == ANNOUNCED_RAN)
		announced = ANNOUNCED_SUCCEEDED;
	else if (event == XACT_EVENT_ABORT && announced == ANNOUNCED_COMING)
		announced = ANNOUNCED_NONE;
	else if (event == XACT_EVENT_ABORT &&
	         (announced == ANNOUNCED_NEXT || announced == ANNOUNCED_RAN))
		announced = ANNOUNCED_FAILED;
}

/*
 * Depth is counted around Run and Finish, because only these nest: cursors let
 * Start and End interleave.  A run that was under way when the unit began (that
 * of begin_unit() itself) is not counted.
 */
static void
count_run(QueryDesc *query, ScanDirection direction, uint64 count SM_EXECUTOR_RUN_ONCE_PARAM)
{
	volatile bool counted = is_watched();

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
	volatile bool counted = is_watched();

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

/* start: of what may have taken a lock, which came no earlier than the end of its last wait. */
static void
look_at_locks(TimestampTz start)
{
	sm_lock_wait_end();
	nested_start = 0;
	if (active && hold_start == 0 && holds_strong_lock())
		hold_start = Max(start, sm_lock_wait_last_end());
}

static void
count_end(QueryDesc *query)
{
	bool toplevel = depth == 0 && query->estate != NULL && query->operation != CMD_UTILITY;

	if (active && toplevel && query->operation != CMD_SELECT)
		rows += query->estate->es_processed;
	/* a function may have run commands */
	if (active && toplevel && nested_start != 0)
		look_at_locks(nested_start);
	if (announced == ANNOUNCED_NEXT && toplevel && !in_command)
		announced = ANNOUNCED_RAN;
	if (previous_end)
		previous_end(query);
	else
		standard_ExecutorEnd(query);
}

static bool
is_session_control(Node *statement)
{
	return IsA(statement, TransactionStmt) || IsA(statement, VariableSetStmt);
}

static bool
is_full_vacuum(const VacuumStmt *statement)
{
	ListCell *cell;

	foreach (cell, statement->options)
	{
		DefElem *option = lfirst(cell);

		if (strcmp(option->defname, "full") == 0)
			return defGetBoolean(option);
	}
	return false;
}

/* Of the statements that cannot run in a transaction: those that hold readers or writers up. */
static bool
blocks_others(Node *statement)
{
	ListCell *cell;

	if (IsA(statement, ClusterStmt))
		return true;
	if (IsA(statement, VacuumStmt))
		return is_full_vacuum((VacuumStmt *) statement);
	if (!IsA(statement, ReindexStmt))
		return false;
	foreach (cell, ((ReindexStmt *) statement)->params)
	{
		DefElem *option = lfirst(cell);

		if (strcmp(option->defname, "concurrently") == 0)
			return !defGetBoolean(option);
	}
	return true;
}

/* Before a command: at top level it is a statement, else some function or DO runs it. */
static void
begin_command(bool toplevel, TimestampTz start)
{
	if (toplevel)
	{
		in_command = true;
		nested_start = 0;
	}
	else if (nested_start != 0)
		return;
	else
		nested_start = start;
	sm_lock_wait_watch();
}

static void
end_command(Node *statement, TimestampTz start)
{
	double took = (GetCurrentTimestamp() - start) / 1000.0;

	look_at_locks(nested_start != 0 ? nested_start : start);
	if (announced != ANNOUNCED_NEXT)
		return;
	announced = ANNOUNCED_RAN;
	if (blocks_others(statement))
		announced_hold_ms = Max(took - sm_lock_wait_ms(), 0);
}

static void
watch_utility(PlannedStmt *statement, const char *text, bool read_only_tree,
              ProcessUtilityContext context, ParamListInfo params, QueryEnvironment *environment,
              DestReceiver *dest, QueryCompletion *completion)
{
	bool toplevel = context == PROCESS_UTILITY_TOPLEVEL;
	volatile bool watch = is_watched() && !is_session_control(statement->utilityStmt);
	TimestampTz start = watch ? GetCurrentTimestamp() : 0;

	if (watch)
		begin_command(toplevel, start);
	PG_TRY();
	{
		if (previous_utility)
			previous_utility(statement, text, read_only_tree, context, params, environment, dest,
			                 completion);
		else
			standard_ProcessUtility(statement, text, read_only_tree, context, params, environment,
			                        dest, completion);
	}
	PG_FINALLY();
	{
		if (watch && toplevel)
			in_command = false;
	}
	PG_END_TRY();
	if (watch && toplevel)
		end_command(statement->utilityStmt, start);
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
	RegisterXactCallback(follow_announced, NULL);
}
