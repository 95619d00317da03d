/*
 * session_change.c
 *		Hooks that see when the session's settings are changed: SET and RESET by
 *		ProcessUtility_hook, set_config() when a plan with it starts.  What was
 *		changed, and what follows from it, is not known here; nor is what a
 *		function in C sets by itself.
 */
#include "postgres.h"

#include "catalog/objectaccess.h"
#include "catalog/pg_proc.h"
#include "tcop/utility.h"
#include "utils/fmgroids.h"

#include "session_change.h"

static bool seen = false;

static object_access_hook_type previous_access = NULL;
static ProcessUtility_hook_type previous_utility = NULL;

bool
sm_session_change_seen(void)
{
	return seen;
}

void
sm_session_change_forget(void)
{
	seen = false;
}

static void
watch_function(ObjectAccessType access, Oid class_oid, Oid object_oid, int part, void *argument)
{
	if (access == OAT_FUNCTION_EXECUTE && object_oid == F_SET_CONFIG)
		seen = true;
	if (previous_access)
		previous_access(access, class_oid, object_oid, part, argument);
}

static void
watch_setting(PlannedStmt *statement, const char *text, bool read_only_tree,
              ProcessUtilityContext context, ParamListInfo params, QueryEnvironment *environment,
              DestReceiver *dest, QueryCompletion *completion)
{
	Node *tree = statement->utilityStmt;

	if (IsA(tree, VariableSetStmt) && !((VariableSetStmt *) tree)->is_local)
		seen = true;
	if (previous_utility)
		previous_utility(statement, text, read_only_tree, context, params, environment, dest,
		                 completion);
	else
		standard_ProcessUtility(statement, text, read_only_tree, context, params, environment, dest,
		                        completion);
}

void
sm_session_change_init(void)
{
	previous_access = object_access_hook;
	object_access_hook = watch_function;
	previous_utility = ProcessUtility_hook;
	ProcessUtility_hook = watch_setting;
}
