/*
 * schema_file.c
 *		A schema from a file (schema_json()) as a snapshot, so that it is compared
 *		like any other.  Writing such files is schema_text.c's.
 *
 * A file has the database's objects and no identities.  What belongs to the
 * cluster is taken from the live one, so that it makes no difference.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"

#include "body_text.h"
#include "compat.h"
#include "schema_text.h"
#include "snapshot.h"

static void
reject(const char *detail)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("malformed schema file"),
	                errdetail("%s", detail), errhint("schema_json() writes such files.")));
}

/* The object under a key; raises where there is none. */
static JsonbContainer *
get_object(JsonbContainer *container, const char *key)
{
	JsonbValue value;

	if (getKeyJsonValueFromContainer(container, key, strlen(key), &value) == NULL ||
	    value.type != jbvBinary || !JsonContainerIsObject(value.val.binary.data))
		reject(psprintf("It has no object \"%s\".", key));
	return value.val.binary.data;
}

static void
check_format(JsonbContainer *file)
{
	JsonbValue value;

	if (getKeyJsonValueFromContainer(file, "format", 6, &value) == NULL ||
	    value.type != jbvNumeric ||
	    DatumGetInt32(DirectFunctionCall1(numeric_int4, NumericGetDatum(value.val.numeric))) !=
	        SM_SCHEMA_TEXT_FORMAT)
		reject(psprintf("Its \"format\" is not %d.", SM_SCHEMA_TEXT_FORMAT));
}

/* One object with its body in canonical form. */
static void
read_object(SmSchemaObject *object, const char *kind, const char *name, JsonbContainer *container,
            int number)
{
	StringInfoData body;

	memset(object, 0, sizeof(SmSchemaObject));
	initStringInfo(&body);
	sm_body_text_canonical(&body, sm_body_read_container(name, container));
	object->key.objid = number; /* of no catalog: only so that each has its own */
	object->kind = kind;
	object->name = name;
	object->body = pg_server_to_any(body.data, body.len, PG_UTF8);
	object->body_len = strlen(object->body);
	object->identity = "";
}

/* The objects of one kind. */
static void
read_kind(SmSchema *schema, int *room, const char *kind, JsonbContainer *objects)
{
	JsonbIterator *iterator = JsonbIteratorInit(objects);
	JsonbValue key;
	JsonbValue value;

	(void) JsonbIteratorNext(&iterator, &key, true);
	while (JsonbIteratorNext(&iterator, &key, true) == WJB_KEY)
	{
		char *name = pnstrdup(key.val.string.val, key.val.string.len);

		CHECK_FOR_INTERRUPTS();
		(void) JsonbIteratorNext(&iterator, &value, true);
		if (value.type != jbvBinary || !JsonContainerIsObject(value.val.binary.data))
			reject(psprintf("The body of %s %s is no object.", kind, name));
		if (schema->count == *room)
		{
			*room *= 2;
			schema->objects = repalloc(schema->objects, *room * sizeof(SmSchemaObject));
		}
		read_object(&schema->objects[schema->count], kind, name, value.val.binary.data,
		            schema->count + 1);
		schema->count++;
	}
}

static SmSchema *
read_file(Jsonb *file)
{
	SmSchema *schema = palloc0(sizeof(SmSchema));
	int room = 64;
	JsonbIterator *iterator;
	JsonbValue key;
	JsonbValue value;

	if (!JB_ROOT_IS_OBJECT(file))
		reject("It is no JSON object.");
	check_format(&file->root);
	schema->context = CurrentMemoryContext;
	schema->objects = palloc(room * sizeof(SmSchemaObject));
	iterator = JsonbIteratorInit(get_object(&file->root, "objects"));
	(void) JsonbIteratorNext(&iterator, &key, true);
	while (JsonbIteratorNext(&iterator, &key, true) == WJB_KEY)
	{
		char *kind = pnstrdup(key.val.string.val, key.val.string.len);

		(void) JsonbIteratorNext(&iterator, &value, true);
		if (value.type != jbvBinary || !JsonContainerIsObject(value.val.binary.data))
			reject(psprintf("The list of kind \"%s\" is no object.", kind));
		read_kind(schema, &room, kind, value.val.binary.data);
	}
	sm_schema_digest(schema);
	return schema;
}

/* Puts the objects of the file in the place of the live database's. */
static void
replace_objects(SmSnapshot *snapshot, const SmSchema *schema)
{
	SmManifest *manifest = sm_manifest_create(CurrentMemoryContext, NULL);

	sm_manifest_add(manifest, schema, false);
	for (int i = 0; i < SM_MERKLE_BUCKETS; i++)
		sm_snapshot_replace_bucket(snapshot, i, &manifest->buckets[i]);
	/* of no database that there is: OIDs prove nothing about it */
	snapshot->system_identifier = "";
	snapshot->database = InvalidOid;
	snapshot->portable_hash = NULL;
}

PG_FUNCTION_INFO_V1(summit_migrate_load_schema_json);
Datum
summit_migrate_load_schema_json(PG_FUNCTION_ARGS)
{
	Datum content =
	    DirectFunctionCall1(jsonb_in, CStringGetDatum(text_to_cstring(PG_GETARG_TEXT_PP(0))));
	Datum metadata = DirectFunctionCall1(jsonb_in, CStringGetDatum("{\"source\": \"file\"}"));
	SmSnapshot *snapshot = palloc(sizeof(SmSnapshot));
	SmFingerprint current;
	SmQueryScope scope;
	int32 id = 0;

	PreventCommandIfReadOnly("load_schema_json()");
	sm_query_begin(&scope, fcinfo, SM_QUERY_WRITE);
	sm_snapshot_lock();
	sm_fingerprint_open(&current, &scope, 0);
	sm_snapshot_of_live(&current, "postgresql", snapshot);
	current.schemas = lappend(current.schemas, read_file(DatumGetJsonbP(content)));
	replace_objects(snapshot, llast(current.schemas));
	if (sm_snapshot_store_objects(&scope, &current, snapshot))
		id = sm_snapshot_store(&scope, snapshot, metadata, false);
	sm_fingerprint_close(&current);
	sm_query_end(&scope);
	if (id == 0)
		ereport(ERROR, (errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
		                errmsg("the cluster kept changing while a schema file was read"),
		                errhint("Try again when less DDL is running.")));
	PG_RETURN_INT32(id);
}
