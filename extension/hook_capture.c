/*
 * hook_capture.c
 *		ProcessUtility_hook (see hook_capture.h).  Which statements those are is
 *		unseen.c's; without preloading the hook is there from a session's first
 *		DDL on, and would journal the one session's roles and not the other's: so
 *		it then only keeps texts.
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "tcop/tcopprot.h"
#include "tcop/utility.h"
#include "utils/lsyscache.h"

#include "compat.h"
#include "guard.h"
#include "hook_capture.h"
#include "objects.h"
#include "statement_text.h"
#include "switch.h"
#include "unseen.h"

static bool preloaded = false;
static bool paused = false;
static ProcessUtility_hook_type previous_utility = NULL;

/* A statement that event triggers do not see, while it runs. */
typedef struct Watched
{
	Node *statement;
	Oid handler; /* InvalidOid: nothing is to be journalled */
	SmUnseen unseen;
} Watched;

bool
sm_hook_capture_preloaded(void)
{
	return preloaded;
}

void
sm_hook_capture_pause(bool pause)
{
	paused = pause;
}

static void
list_objects(void *argument)
{
	Watched *watched = argument;

	sm_unseen_list(watched->statement, &watched->unseen);
}

/* Decided before it runs: afterwards our triggers may be gone. */
static void
begin_watch(Watched *watched, Node *statement)
{
	watched->statement = statement;
	watched->handler = InvalidOid;
	watched->unseen.count = 0;
	if (!preloaded || paused || IsBinaryUpgrade || !sm_unseen_is(statement) ||
	    !OidIsValid(MyDatabaseId) || !IsTransactionState())
		return;
	watched->handler = sm_switch_handler();
	if (OidIsValid(watched->handler))
		sm_guard_run(list_objects, watched, InvalidOid, NULL);
}

static void
write_objects(void *argument)
{
	Watched *watched = argument;
	SmStatementText text;

	sm_unseen_finish(&watched->unseen);
	sm_statement_text_current(watched->statement, CreateCommandTag(watched->statement), &text);
	sm_journal_write(get_func_namespace(watched->handler), true, &text, watched->unseen.entries,
	                 watched->unseen.count);
}

static void
end_watch(Watched *watched)
{
	if (OidIsValid(watched->handler) && watched->unseen.count > 0)
		sm_guard_run(write_objects, watched, sm_objects_owner(watched->handler),
		             "summit_migrate could not journal this statement");
}

static void
watch_utility(PlannedStmt *statement, const char *text, bool read_only_tree,
              ProcessUtilityContext context, ParamListInfo params, QueryEnvironment *environment,
              DestReceiver *dest, QueryCompletion *completion)
{
	SmFrame frame;
	Watched watched;

	sm_statement_text_push(&frame, statement, text, context);
	PG_TRY();
	{
		begin_watch(&watched, statement->utilityStmt);
		if (previous_utility)
			previous_utility(statement, text, read_only_tree, context, params, environment, dest,
			                 completion);
		else
			standard_ProcessUtility(statement, text, read_only_tree, context, params, environment,
			                        dest, completion);
		end_watch(&watched);
	}
	PG_FINALLY();
	{
		sm_statement_text_pop(&frame);
	}
	PG_END_TRY();
}

/*
 * A session's first statement sets debug_query_string before anything can load
 * the module for its sake; session_preload_libraries is read earlier.
 */
void
sm_hook_capture_init(void)
{
	preloaded = debug_query_string == NULL;
	previous_utility = ProcessUtility_hook;
	ProcessUtility_hook = watch_utility;
}
