/*
 * check.c
 *		assert_check(): a check of a migration file as an error or a warning, for
 *		scripts.  Which checks a file has is the parser's to say.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(summit_migrate_assert_check);

Datum
summit_migrate_assert_check(PG_FUNCTION_ARGS)
{
	const char *name = PG_ARGISNULL(0) ? "" : text_to_cstring(PG_GETARG_TEXT_PP(0));
	bool holds = !PG_ARGISNULL(1) && PG_GETARG_BOOL(1);
	bool critical = PG_ARGISNULL(2) || PG_GETARG_BOOL(2);

	if (!holds)
		ereport(
		    critical ? ERROR : WARNING, errcode(ERRCODE_CHECK_VIOLATION),
		    errmsg("check \"%s\" does not hold", name),
		    critical
		        ? errhint(
		              "Correct the data and run the script again; what is completed is left out.")
		        : 0);
	PG_RETURN_BOOL(holds);
}
