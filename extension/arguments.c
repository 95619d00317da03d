/*
 * arguments.c
 *		Arguments of SQL functions: what must be given (see arguments.h).  What a
 *		value means is for each function to say.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_proc.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/syscache.h"

#include "arguments.h"

static _Noreturn void
refuse_null(FunctionCallInfo fcinfo, int argument)
{
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(fcinfo->flinfo->fn_oid));
	Oid *types;
	char **names;
	char *modes;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for function %u", fcinfo->flinfo->fn_oid);
	/* our functions have names for all their arguments, those that go in first */
	(void) get_func_arg_info(tuple, &types, &names, &modes);
	ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
	        errmsg("argument %s of %s() must not be NULL", names[argument],
	               NameStr(((Form_pg_proc) GETSTRUCT(tuple))->proname)),
	        errhint("Nothing was done."));
}

void
sm_arguments_require(FunctionCallInfo fcinfo, int from, int end)
{
	for (int i = from; i < end; i++)
	{
		if (PG_ARGISNULL(i))
			refuse_null(fcinfo, i);
	}
}

char *
sm_arguments_text(FunctionCallInfo fcinfo, int number, const char *what)
{
	if (PG_ARGISNULL(number))
		ereport(ERROR,
		        (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be null", what)));
	return text_to_cstring(PG_GETARG_TEXT_PP(number));
}
