/*
 * schema_text.c
 *		A whole state of the schema as text that is fit for git: SQL for people,
 *		JSON for machines.  Both are the same for the same schema, an object a
 *		stanza, sorted; what belongs to the cluster is left out, since it is not
 *		the database's own.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/memutils.h"

#include "body_text.h"
#include "compat.h"
#include "ddl.h"
#include "schema_text.h"

/* The argument, with 0 as no snapshot has: NULL for the live schema. */
static const int32 *
snapshot_argument(FunctionCallInfo fcinfo, int32 *snapshot)
{
	if (PG_ARGISNULL(0))
		return NULL;
	*snapshot = PG_GETARG_INT32(0);
	return snapshot;
}

static bool
is_of_database(const SmPair *pair)
{
	return strcmp(pair->section, "database") == 0;
}

/* A comment stays one: no line of the reason leaves it. */
static void
append_reason(StringInfo out, const SmDdlStatement *statement)
{
	appendStringInfo(out, "-- %s %s: %s\n", statement->object_type, statement->object_name,
	                 statement->reason);
}

static void
append_body(StringInfo out, const SmBody *body)
{
	appendStringInfoString(out, "-- ");
	sm_body_text_pretty(out, body, "-- ");
	appendStringInfoChar(out, '\n');
}

static void
append_stanza(const SmPair *pair, List *statements, void *arg)
{
	StringInfo out = arg;
	bool refused = false;
	ListCell *cell;

	if (!is_of_database(pair))
		return;
	appendStringInfo(out, "%s-- %s %s\n", out->len > 0 ? "\n" : "", pair->kind,
	                 pair->from->object.name);
	foreach (cell, statements)
	{
		const SmDdlStatement *statement = lfirst(cell);

		if (statement->statement)
			appendStringInfo(out, "%s;\n", statement->statement);
		else
			append_reason(out, statement);
		refused = refused || statement->statement == NULL;
	}
	if (refused)
		append_body(out, pair->from);
}

PG_FUNCTION_INFO_V1(summit_migrate_schema_sql);
Datum
summit_migrate_schema_sql(PG_FUNCTION_ARGS)
{
	int32 snapshot;
	StringInfoData out;
	SmQueryScope scope;

	initStringInfo(&out);
	sm_query_begin(&scope, fcinfo, SM_QUERY_READ);
	sm_ddl_write_each(sm_pairs_read_state(&scope, snapshot_argument(fcinfo, &snapshot)),
	                  append_stanza, &out);
	sm_query_end(&scope);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}

/* The objects of the database, by kind; rows are sorted so. */
static void
append_objects(StringInfo out, const SmPairs *pairs)
{
	MemoryContext each =
	    AllocSetContextCreate(CurrentMemoryContext, "one object", ALLOCSET_DEFAULT_SIZES);
	const char *kind = NULL;

	for (int i = 0; i < pairs->count; i++)
	{
		MemoryContext old = MemoryContextSwitchTo(each);
		bool new_kind = kind == NULL || strcmp(kind, pairs->rows[i].kind) != 0;
		SmPair pair;

		sm_pairs_get(&pairs->rows[i], &pair);
		MemoryContextSwitchTo(old);
		if (!is_of_database(&pair))
			continue;
		if (new_kind)
		{
			appendStringInfoString(out, kind ? "\n    },\n    " : "\n    ");
			escape_json(out, pair.kind);
			appendStringInfoString(out, ": {\n      ");
		}
		else
			appendStringInfoString(out, ",\n      ");
		kind = pair.kind;
		escape_json(out, pair.from->object.name);
		appendStringInfoString(out, ": ");
		sm_body_text_pretty(out, pair.from, "      ");
		MemoryContextReset(each);
	}
	appendStringInfoString(out, kind ? "\n    }\n  " : "");
	MemoryContextDelete(each);
}

PG_FUNCTION_INFO_V1(summit_migrate_schema_json);
Datum
summit_migrate_schema_json(PG_FUNCTION_ARGS)
{
	int32 snapshot;
	StringInfoData out;
	SmQueryScope scope;
	SmPairs *pairs;

	initStringInfo(&out);
	sm_query_begin(&scope, fcinfo, SM_QUERY_READ);
	pairs = sm_pairs_read_state(&scope, snapshot_argument(fcinfo, &snapshot));
	appendStringInfo(&out, "{\n  \"format\": %d,\n  \"objects\": {", SM_SCHEMA_TEXT_FORMAT);
	append_objects(&out, pairs);
	appendStringInfoString(&out, "}\n}\n");
	sm_query_end(&scope);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}
