/*
 * guard.c
 *		Work inside somebody else's DDL (see guard.h).  What the work is is not
 *		known here.
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/resowner.h"

#include "guard.h"

static bool at_work = false;
static Oid caller_user = InvalidOid;

Oid
sm_guard_caller(void)
{
	return caller_user;
}

/* All of class 57 is somebody's wish that this session stop. */
static bool
must_pass(int sqlstate)
{
	return ERRCODE_TO_CATEGORY(sqlstate) == MAKE_SQLSTATE('5', '7', '0', '0', '0') ||
	       sqlstate == ERRCODE_OUT_OF_MEMORY;
}

static void
warn(const ErrorData *error, const char *what)
{
	if (what == NULL)
		return;
	ereport(WARNING, errcode(error->sqlerrcode), errmsg("%s", what),
	        errdetail("%s", error->message == NULL ? "" : error->message),
	        errhint("The statement itself was not hindered; comparing the schemas will show its "
	                "effect without an author."));
}

/* Names come out as they do without the caller's settings. */
static void
run_as(void (*work)(void *argument), void *argument, Oid user)
{
	bool quote_all = quote_all_identifiers;
	Oid caller;
	int context;

	GetUserIdAndSecContext(&caller, &context);
	caller_user = caller;
	PG_TRY();
	{
		quote_all_identifiers = false;
		if (OidIsValid(user))
			SetUserIdAndSecContext(user, context | SECURITY_LOCAL_USERID_CHANGE);
		work(argument);
	}
	PG_FINALLY();
	{
		quote_all_identifiers = quote_all;
		SetUserIdAndSecContext(caller, context);
	}
	PG_END_TRY();
}

void
sm_guard_run(void (*work)(void *argument), void *argument, Oid user, const char *what)
{
	MemoryContext caller = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	ErrorData *volatile error = NULL;

	if (at_work)
		return;
	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(caller);
	at_work = true;
	PG_TRY();
	{
		run_as(work, argument, user);
		ReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(caller);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(caller);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(caller);
	}
	PG_END_TRY();
	CurrentResourceOwner = owner;
	at_work = false;
	if (error == NULL)
		return;
	if (must_pass(error->sqlerrcode))
		ReThrowError(error);
	warn(error, what);
	FreeErrorData(error);
}
