/*
 * ddl_functions.c
 *		schema_diff_sql(): arguments in, statements out.  They are written in
 *		ddl.c and the files it uses.
 */
#include "postgres.h"

#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "compat.h"
#include "ddl.h"

static void
put_statement(ReturnSetInfo *result, const SmDdlStatement *statement)
{
	Datum values[4] = {0};
	bool nulls[4] = {false, false, statement->statement == NULL, statement->reason == NULL};

	values[0] = CStringGetTextDatum(statement->object_type);
	values[1] = CStringGetTextDatum(statement->object_name);
	if (statement->statement)
		values[2] = CStringGetTextDatum(statement->statement);
	if (statement->reason)
		values[3] = CStringGetTextDatum(statement->reason);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

PG_FUNCTION_INFO_V1(summit_migrate_schema_diff_sql);
Datum
summit_migrate_schema_diff_sql(PG_FUNCTION_ARGS)
{
	MemoryContext context = CurrentMemoryContext;
	int32 to = PG_ARGISNULL(1) ? 0 : PG_GETARG_INT32(1);
	SmQueryScope scope;
	List *statements;
	ListCell *cell;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
		        (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("from_snapshot must not be null"),
		         errhint("Only to_snapshot may be: that is the live schema.")));
	InitMaterializedSRF(fcinfo, 0);
	sm_query_begin(&scope, fcinfo, SM_QUERY_READ);
	statements = sm_ddl_write(
	    sm_pairs_read(&scope, PG_GETARG_INT32(0), PG_ARGISNULL(1) ? NULL : &to), context);
	sm_query_end(&scope);
	foreach (cell, statements)
		put_statement((ReturnSetInfo *) fcinfo->resultinfo, lfirst(cell));
	return (Datum) 0;
}
