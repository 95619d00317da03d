/*
 * failure.c
 *		What went wrong first while a script ran (see failure.h).  Nothing is
 *		written from here; which row it becomes is script_run.c's.
 *
 * The error itself is seen by emit_log_hook, which comes before the rollback and
 * after any handler of the file's own.  Where log_min_messages hides errors only
 * the rollback is seen.
 */
#include "postgres.h"

#include "access/xact.h"
#include "mb/pg_wchar.h"
#include "utils/elog.h"
#include "utils/memutils.h"

#include "failure.h"

#define MAX_MESSAGE 1000

static emit_log_hook_type previous_hook = NULL;
static bool watching = false;

/* The unit under way, and whether the session is in it; texts in unit_context. */
static MemoryContext unit_context = NULL;
static SmUnitKey unit;
static bool in_unit = false;
static bool transactional;

/* The first failure; no memory is asked for while an error is reported. */
static bool found = false;
static bool found_in_unit;
static bool found_error;
static bool found_refusal;
static char sqlstate[6];
static char message[MAX_MESSAGE + 1];

static void
note(void)
{
	found = true;
	found_in_unit = in_unit;
	found_error = found_refusal = false;
}

/*
 * The ledger's own refusal: outside a unit, nothing of the script can run behind
 * a savepoint (see order.c), and what is out of order says so by this code.
 */
static bool
is_refusal(const ErrorData *error)
{
	return !in_unit && (GetCurrentTransactionNestLevel() > 1 ||
	                    error->sqlerrcode == ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE);
}

static void
see_error(ErrorData *error)
{
	if (watching && !found && error->elevel >= ERROR)
	{
		int length = error->message == NULL ? 0 : strlen(error->message);

		note();
		found_error = true;
		found_refusal = is_refusal(error);
		strlcpy(sqlstate, unpack_sql_state(error->sqlerrcode), sizeof(sqlstate));
		if (length > MAX_MESSAGE)
			length = pg_mbcliplen(error->message, length, MAX_MESSAGE);
		memcpy(message, error->message == NULL ? "" : error->message, length);
		message[length] = '\0';
	}
	if (previous_hook)
		previous_hook(error);
}

static void
end_transaction(XactEvent event, void *arg)
{
	if (!in_unit || !transactional || (event != XACT_EVENT_COMMIT && event != XACT_EVENT_ABORT))
		return;
	if (watching && !found && event == XACT_EVENT_ABORT)
		note();
	in_unit = false;
}

void
sm_failure_init(void)
{
	previous_hook = emit_log_hook;
	emit_log_hook = see_error;
	RegisterXactCallback(end_transaction, NULL);
}

void
sm_failure_watch(bool watch)
{
	watching = watch;
	found = in_unit = false;
}

void
sm_failure_begin_unit(const SmUnitKey *key, bool in_transaction)
{
	MemoryContext old;

	if (!watching || found)
		return;
	if (unit_context == NULL)
		unit_context =
		    AllocSetContextCreate(TopMemoryContext, "summit_migrate unit", ALLOCSET_SMALL_SIZES);
	MemoryContextReset(unit_context);
	old = MemoryContextSwitchTo(unit_context);
	unit = *key;
	unit.migration_id = pstrdup(key->migration_id);
	unit.phase = pstrdup(key->phase);
	unit.target = pstrdup(key->target);
	MemoryContextSwitchTo(old);
	transactional = in_transaction;
	in_unit = true;
}

void
sm_failure_end_statement(bool completed)
{
	if (!in_unit || transactional)
		return;
	in_unit = false;
	if (completed)
		found = false;
}

SmFailure *
sm_failure_first(void)
{
	SmFailure *failure;

	if (!found)
		return NULL;
	failure = palloc0(sizeof(SmFailure));
	failure->in_unit = found_in_unit;
	failure->refusal = found_refusal;
	if (found_in_unit)
	{
		failure->transactional = transactional;
		failure->key = unit;
	}
	if (found_error)
	{
		failure->sqlstate = pstrdup(sqlstate);
		failure->message = pstrdup(message);
	}
	return failure;
}
