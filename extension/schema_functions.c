/*
 * schema_functions.c
 *		schema_objects_live() and schema_object_live(): the objects as rows.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "schema.h"
#include "compat.h"

/* JSON in UTF-8 as jsonb. */
static Datum
jsonb_datum(const char *json)
{
	char *text = pg_any_to_server(json, strlen(json), PG_UTF8);

	return DirectFunctionCall1(jsonb_in, CStringGetDatum(text));
}

static Datum
bytea_datum(const uint8 *data, size_t length)
{
	bytea *result = palloc(VARHDRSZ + length);

	SET_VARSIZE(result, VARHDRSZ + length);
	memcpy(VARDATA(result), data, length);
	return PointerGetDatum(result);
}

static void
put_objects(ReturnSetInfo *result, SmSchema *schema)
{
	MemoryContext context =
	    AllocSetContextCreate(CurrentMemoryContext, "row", ALLOCSET_DEFAULT_SIZES);
	MemoryContext before = MemoryContextSwitchTo(context);

	for (int i = 0; i < schema->count; i++)
	{
		SmSchemaObject *object = &schema->objects[i];
		Datum values[6];
		bool nulls[6] = {false};

		values[0] = CStringGetTextDatum(object->cluster ? "cluster" : "database");
		values[1] = CStringGetTextDatum(object->kind);
		values[2] = CStringGetTextDatum(object->name);
		values[3] = bytea_datum(object->digest, PG_SHA256_DIGEST_LENGTH);
		values[4] = jsonb_datum(object->body);
		values[5] = jsonb_datum(object->identity);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		MemoryContextReset(context);
	}
	MemoryContextSwitchTo(before);
	MemoryContextDelete(context);
}

PG_FUNCTION_INFO_V1(summit_migrate_schema_objects_live);
Datum
summit_migrate_schema_objects_live(PG_FUNCTION_ARGS)
{
	SmSchema *schema;

	InitMaterializedSRF(fcinfo, 0);
	schema = sm_schema_read(CurrentMemoryContext, PG_GETARG_BOOL(0), NULL, 0);
	put_objects((ReturnSetInfo *) fcinfo->resultinfo, schema);
	sm_schema_free(schema);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(summit_migrate_schema_object_live);
Datum
summit_migrate_schema_object_live(PG_FUNCTION_ARGS)
{
	SmObjectKey atom = {PG_GETARG_OID(0), PG_GETARG_OID(1)};
	SmObjectKey key;
	SmSchema *schema;

	InitMaterializedSRF(fcinfo, 0);
	if (!sm_catalog_object(&atom, &key))
		return (Datum) 0;
	schema = sm_schema_read(CurrentMemoryContext, PG_GETARG_BOOL(2), &key, 1);
	put_objects((ReturnSetInfo *) fcinfo->resultinfo, schema);
	sm_schema_free(schema);
	return (Datum) 0;
}
