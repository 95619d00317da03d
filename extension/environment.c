/*
 * environment.c
 *		What this database says of itself: the name of its environment.  What a
 *		mismatch means is the program's affair.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"

#include "compat.h"
#include "arguments.h"
#include "query.h"

#define MAX_NAME_LENGTH 63

static SmQuery store_environment =
    SM_QUERY("INSERT INTO @schema@.migration_settings (name, value, changed_by)"
             " VALUES ('environment', $1, $2)"
             " ON CONFLICT (name) DO UPDATE SET value = excluded.value,"
             " changed_at = pg_catalog.now(), changed_by = excluded.changed_by",
             TEXTOID, TEXTOID);

/* Names that can stand in a section of a configuration file and in a shell. */
static void
check_name(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
	static const char all[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";

	if (name[0] == '\0' || strchr(letters, name[0]) == NULL || name[strspn(name, all)] != '\0' ||
	    strlen(name) > MAX_NAME_LENGTH)
		ereport(
		    ERROR,
		    (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		     errmsg("invalid environment name \"%s\"", name),
		     errhint(
		         "A name has up to %d lower-case letters, digits, \"_\" and \"-\", and begins with "
		         "a letter: dev, staging, prod.",
		         MAX_NAME_LENGTH)));
}

PG_FUNCTION_INFO_V1(summit_migrate_set_environment);
Datum
summit_migrate_set_environment(PG_FUNCTION_ARGS)
{
	SmQueryScope scope;
	Datum values[2];

	PreventCommandIfReadOnly("set_environment()");
	sm_arguments_require(fcinfo, 0, 1);
	check_name(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	values[0] = PG_GETARG_DATUM(0);
	values[1] = CStringGetTextDatum(GetUserNameFromId(GetAuthenticatedUserId(), false));
	sm_query_begin(&scope, fcinfo, SM_QUERY_LEDGER);
	sm_query_execute(&scope, &store_environment, values, NULL, 0);
	sm_query_end(&scope);
	PG_RETURN_VOID();
}
