/*
 * health.c
 *		Acting as another role, trying, and finding optional extensions, for the
 *		health functions (see health.h).  No rule of what is healthy is here.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/syscache.h"

#include "compat.h"
#include "health.h"

/* A table that a migration holds is left out rather than waited for. */
#define LOCK_TIMEOUT "200ms"

static SmQuery find_extension = SM_QUERY(
    "SELECT quote_ident(n.nspname)"
    " FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace"
    " WHERE e.extname = $1 AND (SELECT bool_and(d.objid IS NOT NULL) FROM pg_proc p"
    "  LEFT JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid"
    "   AND d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND d.deptype = 'e'"
    "  WHERE p.proname = $2 AND p.pronamespace = n.oid)",
    TEXTOID, TEXTOID);

void
sm_health_set(const char *name, const char *value)
{
	(void) set_config_option(name, value, PGC_SUSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0,
	                         false);
}

void
sm_health_become(SmHealthUser *saved, Oid role, const char *search_path)
{
	GetUserIdAndSecContext(&saved->user, &saved->context);
	saved->guc_level = NewGUCNestLevel();
	SetUserIdAndSecContext(role, saved->context | SECURITY_RESTRICTED_OPERATION);
	sm_health_set("lock_timeout", LOCK_TIMEOUT);
	sm_health_set("search_path", search_path);
}

void
sm_health_return(const SmHealthUser *saved)
{
	AtEOXact_GUC(false, saved->guc_level);
	SetUserIdAndSecContext(saved->user, saved->context);
}

/* What no failed attempt may swallow; a lock that was not to be had is no cancel. */
static bool
must_be_raised(int sqlstate)
{
	switch (ERRCODE_TO_CATEGORY(sqlstate))
	{
		case ERRCODE_TO_CATEGORY(ERRCODE_OPERATOR_INTERVENTION):
		case ERRCODE_TO_CATEGORY(ERRCODE_INSUFFICIENT_RESOURCES):
		case ERRCODE_TO_CATEGORY(ERRCODE_INTERNAL_ERROR):
			return sqlstate != ERRCODE_INTERNAL_ERROR;
		default:
			return false;
	}
}

bool
sm_health_try(SmHealthAction action, void *argument)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	volatile bool succeeded = false;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		SPI_connect();
		action(argument);
		SPI_finish();
		ReleaseCurrentSubTransaction();
		succeeded = true;
	}
	PG_CATCH();
	{
		ErrorData *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
		if (must_be_raised(error->sqlerrcode))
			ReThrowError(error);
		FreeErrorData(error);
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	return succeeded;
}

Oid
sm_health_relation_owner(Oid relation)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
	Oid owner;

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE),
		                errmsg("relation with OID %u does not exist", relation)));
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return owner;
}

char *
sm_health_find_extension(SmQueryScope *scope, const char *extension, const char *function)
{
	Datum values[] = {CStringGetTextDatum(extension), CStringGetTextDatum(function)};

	if (sm_query_execute(scope, &find_extension, values, NULL, 1) == 0)
		return NULL;
	return sm_query_text(scope, 0, 1);
}

uint64
sm_health_query(const char *sql, int nargs, const Oid *types, const Datum *values)
{
	/* SPI copies types and values, but has never declared them const */
	int rc = SPI_execute_with_args(sql, nargs, unconstify(Oid *, types),
	                               unconstify(Datum *, values), NULL, false, 0);

	if (rc < 0)
		elog(ERROR, "could not execute \"%s\": %s", sql, SPI_result_code_string(rc));
	return SPI_processed;
}
