/*
 * diff_functions.c
 *		The SQL functions that compare: arguments in, rows out.  What they say is
 *		found in findings.c and the files it uses.
 */
#include "postgres.h"

#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "arguments.h"
#include "compat.h"
#include "findings.h"

static void
set_text(Datum *values, bool *nulls, int column, const char *text)
{
	nulls[column] = (text == NULL);
	values[column] = text ? CStringGetTextDatum(text) : (Datum) 0;
}

/* The six columns that every row of a comparison begins with. */
static void
set_change(Datum *values, bool *nulls, SmChangeKind change, const char *object_type,
           const char *object_name, const char *property, const char *expected, const char *actual)
{
	set_text(values, nulls, 0, sm_diff_change_word(change));
	set_text(values, nulls, 1, object_type);
	set_text(values, nulls, 2, object_name);
	set_text(values, nulls, 3, property);
	set_text(values, nulls, 4, expected);
	set_text(values, nulls, 5, actual);
}

static void
put_change(const SmPair *pair, const SmChange *change, void *arg)
{
	ReturnSetInfo *result = arg;
	Datum values[6];
	bool nulls[6];

	set_change(values, nulls, change->change, change->object_type, change->object_name,
	           change->property, change->expected, change->actual);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/* A body that may be missing, with an identity that may be. */
static const SmBody *
get_body(FunctionCallInfo fcinfo, const char *name, int body, int identity)
{
	if (PG_ARGISNULL(body))
		return NULL;
	return sm_body_read(name, PG_GETARG_JSONB_P(body),
	                    PG_ARGISNULL(identity) ? NULL : PG_GETARG_JSONB_P(identity));
}

/* Columns of the one object that have another name. */
static SmRenames *
own_renames(FunctionCallInfo fcinfo, const char *name)
{
	SmRenames *renames = sm_renames_create();

	if (!PG_ARGISNULL(5) && !PG_ARGISNULL(6))
		sm_pairs_note_columns(renames, name, PG_GETARG_JSONB_P(5), PG_GETARG_JSONB_P(6));
	return renames;
}

PG_FUNCTION_INFO_V1(summit_migrate_diff_bodies);
Datum
summit_migrate_diff_bodies(PG_FUNCTION_ARGS)
{
	const char *name = sm_arguments_text(fcinfo, 2, "name");
	SmPair pair = {
	    .section = sm_arguments_text(fcinfo, 0, "section"),
	    .kind = sm_arguments_text(fcinfo, 1, "kind"),
	    .from = get_body(fcinfo, name, 3, 5),
	    .to = get_body(fcinfo, name, 4, 6),
	};

	InitMaterializedSRF(fcinfo, 0);
	if (pair.from || pair.to)
		sm_diff_pair(&pair, own_renames(fcinfo, name), put_change, fcinfo->resultinfo);
	return (Datum) 0;
}

static SmFindings *
read_findings(FunctionCallInfo fcinfo)
{
	int32 from;
	int32 to;
	SmQueryScope scope;
	SmFindings *findings;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
		        (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("from_snapshot must not be null"),
		         errhint("Only to_snapshot may be: that is the live schema.")));
	from = PG_GETARG_INT32(0);
	to = PG_ARGISNULL(1) ? 0 : PG_GETARG_INT32(1);
	sm_query_begin(&scope, fcinfo, SM_QUERY_READ);
	findings = sm_findings_read(&scope, from, PG_ARGISNULL(1) ? NULL : &to);
	sm_query_end(&scope);
	return findings;
}

static void
put_finding(ReturnSetInfo *result, const SmFinding *finding)
{
	Datum values[14];
	bool nulls[14];

	set_change(values, nulls, finding->change, finding->object_type, finding->object_name,
	           finding->property, finding->expected, finding->actual);
	set_text(values, nulls, 6, sm_classify_bump_word(finding->rule->bump));
	set_text(values, nulls, 7, finding->evidence);
	set_text(values, nulls, 8, finding->rule->id);
	set_text(values, nulls, 9, finding->rule->direction);
	set_text(values, nulls, 10, sm_classify_hazard_word(finding->hazard));
	set_text(values, nulls, 11, finding->section);
	set_text(values, nulls, 12, finding->kind);
	set_text(values, nulls, 13, finding->object);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

PG_FUNCTION_INFO_V1(summit_migrate_schema_diff);
Datum
summit_migrate_schema_diff(PG_FUNCTION_ARGS)
{
	SmFindings *findings = read_findings(fcinfo);

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < findings->count; i++)
		put_finding((ReturnSetInfo *) fcinfo->resultinfo, findings->items[i]);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(summit_migrate_schema_bump);
Datum
summit_migrate_schema_bump(PG_FUNCTION_ARGS)
{
	SmFindings *findings = read_findings(fcinfo);

	PG_RETURN_TEXT_P(cstring_to_text(sm_classify_bump_word(sm_findings_bump(findings))));
}

PG_FUNCTION_INFO_V1(summit_migrate_classification_rules);
Datum
summit_migrate_classification_rules(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < sm_rules_count; i++)
	{
		const SmRule *rule = &sm_rules[i];
		Datum values[8];
		bool nulls[8];

		set_text(values, nulls, 0, rule->id);
		set_text(values, nulls, 1, rule->object_type ? rule->object_type : "any");
		set_text(values, nulls, 2, sm_diff_change_word(rule->change));
		set_text(values, nulls, 3, rule->property);
		set_text(values, nulls, 4, sm_classify_bump_word(rule->bump));
		set_text(values, nulls, 5, rule->direction);
		set_text(values, nulls, 6, sm_classify_hazard_word(rule->hazard));
		set_text(values, nulls, 7, rule->what);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
