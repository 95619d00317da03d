/*
 * lock_functions.c
 *		The SQL functions of the migration lock: arguments in, answer out.  The
 *		lock itself stands in lock.c.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"

#include "arguments.h"
#include "compat.h"
#include "lock.h"

/* Whether the session was told already what the lock's life is. */
static bool notice_given = false;

PG_FUNCTION_INFO_V1(summit_migrate_acquire_migration_lock);
Datum
summit_migrate_acquire_migration_lock(PG_FUNCTION_ARGS)
{
	char *id = sm_arguments_text(fcinfo, 0, "migration_id");
	char *locked_by = sm_arguments_text(fcinfo, 1, "locked_by");
	SmQueryScope scope;
	bool acquired;

	sm_query_begin(&scope, fcinfo, SM_QUERY_WRITE);
	acquired = sm_lock_acquire(&scope, id, locked_by, PG_ARGISNULL(2) ? 0 : PG_GETARG_DATUM(2));
	sm_query_end(&scope);
	if (acquired && !notice_given)
	{
		notice_given = true;
		ereport(NOTICE, (errmsg("the migration lock ends with this session"),
		                 errdetail("It survives ROLLBACK, but not a lost connection, DISCARD ALL "
		                           "or pg_advisory_unlock_all().")));
	}
	PG_RETURN_BOOL(acquired);
}

PG_FUNCTION_INFO_V1(summit_migrate_release_migration_lock);
Datum
summit_migrate_release_migration_lock(PG_FUNCTION_ARGS)
{
	char *id = sm_arguments_text(fcinfo, 0, "migration_id");
	char *locked_by = sm_arguments_text(fcinfo, 1, "locked_by");
	SmQueryScope scope;
	bool released;

	sm_query_begin(&scope, fcinfo, SM_QUERY_WRITE);
	released = sm_lock_release(&scope, id, locked_by);
	sm_query_end(&scope);
	PG_RETURN_BOOL(released);
}
