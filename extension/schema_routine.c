/*
 * schema_routine.c
 *		Routines and operator families as objects.
 */
#include "postgres.h"

#include "catalog/dependency.h"
#include "catalog/pg_aggregate.h"
#include "catalog/pg_amop.h"
#include "catalog/pg_amproc.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_language_d.h"
#include "catalog/pg_opclass_d.h"
#include "catalog/pg_operator_d.h"
#include "catalog/pg_opfamily.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type_d.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"

#include "schema_read.h"
#include "compat.h"

/* Numbers that are not whole, in as few digits as tell them apart. */
static void
write_float(SmEmit *emit, const char *property, float4 value)
{
	appendStringInfoString(sm_props_begin(emit->props, property),
	                       DatumGetCString(DirectFunctionCall1(float4out, Float4GetDatum(value))));
	sm_props_end(emit->props);
}

static void
write_cost(SmEmit *emit, Form_pg_proc routine)
{
	float4 usual =
	    routine->prolang == INTERNALlanguageId || routine->prolang == ClanguageId ? 1 : 100;

	if (routine->procost != usual)
		write_float(emit, "cost", routine->procost);
	if (routine->proretset && routine->prorows != 1000)
		write_float(emit, "rows", routine->prorows);
}

static void
write_body(SmEmit *emit, HeapTuple tuple)
{
	Form_pg_proc routine = (Form_pg_proc) GETSTRUCT(tuple);
	bool isnull;

	(void) sm_rows_get(ProcedureRelationId, tuple, Anum_pg_proc_prosqlbody, &isnull);
	if (isnull)
		sm_emit_text(emit, "body", sm_rows_text(ProcedureRelationId, tuple, Anum_pg_proc_prosrc));
	else
	{
		sm_props_true(emit->props, "sql_body");
		sm_emit_text(emit, "body",
		             sm_deparse_call(emit, "body", F_PG_GET_FUNCTION_SQLBODY, routine->oid));
	}
}

/* What all aggregates have the same in pg_proc is left out. */
static void
write_aggregate(SmEmit *emit, HeapTuple tuple)
{
	HeapTuple aggregate =
	    sm_rows_one(emit->reader, SM_ROWS_AGGREGATE, ((Form_pg_proc) GETSTRUCT(tuple))->oid);

	sm_props_drop(emit->props, "language");
	sm_props_drop(emit->props, "volatility");
	sm_props_drop(emit->props, "strict");
	if (!HeapTupleIsValid(aggregate))
		return;
	sm_rows_render(emit, AggregateRelationId, aggregate);
	sm_emit_text(emit, "initial",
	             sm_rows_text(AggregateRelationId, aggregate, Anum_pg_aggregate_agginitval));
	sm_emit_text(emit, "moving_initial",
	             sm_rows_text(AggregateRelationId, aggregate, Anum_pg_aggregate_aggminitval));
}

static const char *
routine_kind(char prokind)
{
	switch (prokind)
	{
		case PROKIND_AGGREGATE:
			return "aggregate";
		case PROKIND_PROCEDURE:
			return "procedure";
		default:
			return "function";
	}
}

static bool
has_output(HeapTuple tuple)
{
	bool isnull;

	(void) sm_rows_get(ProcedureRelationId, tuple, Anum_pg_proc_proallargtypes, &isnull);
	return !isnull;
}

bool
sm_emit_routine(SmEmit *emit, HeapTuple tuple)
{
	Form_pg_proc routine = (Form_pg_proc) GETSTRUCT(tuple);
	SmReader *reader = emit->reader;

	if (sm_name_is_temp_schema(reader, routine->pronamespace))
		return false;
	sm_emit_begin(emit, ProcedureRelationId, routine->oid);
	sm_rows_render(emit, ProcedureRelationId, tuple);
	if (routine->pronargs > 0 || has_output(tuple))
		sm_emit_text(emit, "arguments",
		             sm_deparse_call(emit, "arguments", F_PG_GET_FUNCTION_ARGUMENTS, routine->oid));
	sm_emit_text(emit, "returns",
	             sm_deparse_call(emit, "returns", F_PG_GET_FUNCTION_RESULT, routine->oid));
	if (routine->prokind == PROKIND_AGGREGATE)
		write_aggregate(emit, tuple);
	else
	{
		write_cost(emit, routine);
		write_body(emit, tuple);
	}
	if (routine->prokind == PROKIND_WINDOW)
		sm_props_true(emit->props, "window");
	sm_acl_property(emit, ProcedureRelationId, tuple, Anum_pg_proc_proacl, OBJECT_FUNCTION,
	                routine->proowner);
	sm_emit_common(emit, ProcedureRelationId, routine->oid, 0);
	sm_emit_end(emit, false, routine_kind(routine->prokind),
	            sm_name(reader, ProcedureRelationId, routine->oid));
	return true;
}

/* " OF class" for a member that CREATE OPERATOR CLASS made and goes with the class. */
static const char *
of_class(SmReader *reader, Oid catalog, Oid member)
{
	SmRows rows = sm_rows(reader, SM_ROWS_DEPEND, catalog, member);

	for (int i = 0; i < rows.count; i++)
	{
		Form_pg_depend depend = (Form_pg_depend) GETSTRUCT(rows.rows[i].tuple);

		if (depend->refclassid == OperatorClassRelationId && depend->deptype == DEPENDENCY_INTERNAL)
			return psprintf(" OF %s", sm_name(reader, OperatorClassRelationId, depend->refobjid));
	}
	return "";
}

static void
write_operators(SmEmit *emit, Oid family)
{
	SmReader *reader = emit->reader;
	SmRows rows = sm_rows(reader, SM_ROWS_AMOP, InvalidOid, family);
	const char **members = palloc((rows.count + 1) * sizeof(char *));

	for (int i = 0; i < rows.count; i++)
	{
		Form_pg_amop row = (Form_pg_amop) GETSTRUCT(rows.rows[i].tuple);

		members[i] = psprintf("%d (%s, %s) %s%s%s%s", row->amopstrategy,
		                      sm_name_type(reader, row->amoplefttype, -1),
		                      sm_name_type(reader, row->amoprighttype, -1),
		                      sm_name(reader, OperatorRelationId, row->amopopr),
		                      row->amoppurpose == AMOP_ORDER ? " FOR ORDER BY " : "",
		                      row->amoppurpose == AMOP_ORDER
		                          ? sm_name(reader, OperatorFamilyRelationId, row->amopsortfamily)
		                          : "",
		                      of_class(reader, AccessMethodOperatorRelationId, row->oid));
	}
	if (rows.count > 0)
		sm_props_sorted(emit->props, "operators", members, rows.count);
}

static void
write_functions(SmEmit *emit, Oid family)
{
	SmReader *reader = emit->reader;
	SmRows rows = sm_rows(reader, SM_ROWS_AMPROC, InvalidOid, family);
	const char **members = palloc((rows.count + 1) * sizeof(char *));

	for (int i = 0; i < rows.count; i++)
	{
		Form_pg_amproc row = (Form_pg_amproc) GETSTRUCT(rows.rows[i].tuple);

		members[i] = psprintf("%d (%s, %s) %s%s", row->amprocnum,
		                      sm_name_type(reader, row->amproclefttype, -1),
		                      sm_name_type(reader, row->amprocrighttype, -1),
		                      sm_name(reader, ProcedureRelationId, row->amproc),
		                      of_class(reader, AccessMethodProcedureRelationId, row->oid));
	}
	if (rows.count > 0)
		sm_props_sorted(emit->props, "functions", members, rows.count);
}

bool
sm_emit_opfamily(SmEmit *emit, HeapTuple tuple)
{
	Form_pg_opfamily family = (Form_pg_opfamily) GETSTRUCT(tuple);

	if (sm_name_is_temp_schema(emit->reader, family->opfnamespace))
		return false;
	sm_emit_begin(emit, OperatorFamilyRelationId, family->oid);
	sm_rows_render(emit, OperatorFamilyRelationId, tuple);
	write_operators(emit, family->oid);
	write_functions(emit, family->oid);
	sm_emit_common(emit, OperatorFamilyRelationId, family->oid, 0);
	sm_emit_end(emit, false, "operator family",
	            sm_name(emit->reader, OperatorFamilyRelationId, family->oid));
	return true;
}
