/*
 * snapshot_row.c
 *		The row of a snapshot: its roots, that of each schema too, and what it
 *		counts.  The buckets that it names are snapshot_store.c's.
 */
#include "postgres.h"

#include "access/xlog.h"
#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/pg_lsn.h"

#include "compat.h"
#include "snapshot.h"

static SmQuery insert_row =
    SM_QUERY("INSERT INTO @schema@.schema_snapshots (database_type, snapshot_date, schema_hash,"
             " schema_definition, table_count, index_count, constraint_count, metadata, expected,"
             " cluster_hash, portable_hash, server_major, encoding, system_identifier, timeline,"
             " database_oid, lsn, buckets)"
             " VALUES ($1, pg_catalog.clock_timestamp(), $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,"
             "  $12, $13, $14, $15, $16, $17) RETURNING id",
             TEXTOID, TEXTOID, JSONBOID, INT4OID, INT4OID, INT4OID, JSONBOID, BOOLOID, TEXTOID,
             TEXTOID, INT4OID, INT4OID, TEXTOID, TEXTOID, OIDOID, PG_LSNOID, BYTEAARRAYOID);

/* Kinds whose names do not begin with a schema. */
static const char *const kinds_without_schema[] = {
    "access method",
    "cast",
    "database",
    "default privileges",
    "event trigger",
    "extension",
    "foreign data wrapper",
    "language",
    "publication",
    "role",
    "role setting",
    "server",
    "subscription",
    "transform",
    "user mapping",
};

/* An object with the length of the schema that its name begins with. */
typedef struct SchemaMember
{
	const SmManifestEntry *entry;
	int schema_length;
} SchemaMember;

/* What a snapshot comes to. */
typedef struct Totals
{
	int tables;
	int indexes;
	int constraints;
	int objects;
} Totals;

/* The length of the first identifier of a name, with its quotes. */
static int
identifier_length(const char *name)
{
	const char *end = name;

	if (*name != '"')
		return strcspn(name, ".");
	do
	{
		/* a quote inside is doubled: it ends one part and begins the next */
		end = strchr(end + 1, '"');
		if (end == NULL)
			return 0;
		end++;
	} while (*end == '"');
	return end - name;
}

/* 0: the object is in no schema. */
static int
schema_length(const SmManifestEntry *entry)
{
	int length;

	if (strcmp(entry->kind, "schema") == 0)
		return strlen(entry->name);
	for (int i = 0; i < lengthof(kinds_without_schema); i++)
	{
		if (strcmp(entry->kind, kinds_without_schema[i]) == 0)
			return 0;
	}
	length = identifier_length(entry->name);
	return entry->name[length] == '.' ? length : 0;
}

static int
compare_schemas(const SchemaMember *a, const SchemaMember *b)
{
	int order = memcmp(a->entry->name, b->entry->name, Min(a->schema_length, b->schema_length));

	return order != 0 ? order : a->schema_length - b->schema_length;
}

static int
compare_members(const void *a, const void *b)
{
	int schemas = compare_schemas(a, b);

	return schemas != 0 ? schemas
	                    : sm_snapshot_compare_names(((const SchemaMember *) a)->entry,
	                                                ((const SchemaMember *) b)->entry);
}

/* The objects of the database that are in schemas, by schema, kind and name. */
static SchemaMember *
collect_members(SmQueryScope *scope, SmSnapshot *snapshot, int *count)
{
	SchemaMember *members;
	int room = 0;

	for (int i = 0; i < SM_MERKLE_BUCKETS; i++)
		room += sm_snapshot_bucket(scope, snapshot, i)->count;
	members = palloc(Max(room, 1) * sizeof(SchemaMember));
	*count = 0;
	for (int i = 0; i < SM_MERKLE_BUCKETS; i++)
	{
		const SmManifestBucket *bucket = sm_snapshot_bucket(scope, snapshot, i);

		for (int j = 0; j < bucket->count; j++)
		{
			SchemaMember *member = &members[*count];

			member->entry = &bucket->entries[j];
			member->schema_length = schema_length(member->entry);
			*count += member->schema_length > 0;
		}
	}
	qsort(members, *count, sizeof(SchemaMember), compare_members);
	return members;
}

/* {"schema":"root",...}: appended to a JSON text. */
static void
append_schema_roots(SmQueryScope *scope, SmSnapshot *snapshot, StringInfo json)
{
	int count;
	SchemaMember *members = collect_members(scope, snapshot, &count);
	SmMerkle merkle;

	appendStringInfoChar(json, '{');
	sm_merkle_open(&merkle);
	for (int i = 0; i < count; i++)
	{
		const SmManifestEntry *entry = members[i].entry;
		uint8 root[SM_MERKLE_LENGTH];

		if (i == 0 || compare_schemas(&members[i - 1], &members[i]) != 0)
			sm_merkle_begin_root(&merkle, SM_MERKLE_SCHEMA, snapshot->server_major);
		sm_merkle_add_leaf(&merkle, entry->kind, entry->name, entry->digest);
		if (i + 1 < count && compare_schemas(&members[i], &members[i + 1]) == 0)
			continue;
		sm_merkle_end(&merkle, root);
		if (json->data[json->len - 1] != '{')
			appendStringInfoChar(json, ',');
		escape_json(json, pnstrdup(entry->name, members[i].schema_length));
		appendStringInfo(json, ":\"%s\"", sm_merkle_hex(root));
	}
	sm_merkle_close(&merkle);
	appendStringInfoChar(json, '}');
	pfree(members);
}

static char *
root_of(SmQueryScope *scope, SmSnapshot *snapshot, SmMerkleForm form, int first)
{
	uint8 buckets[SM_MERKLE_BUCKETS][SM_MERKLE_LENGTH];
	uint8 root[SM_MERKLE_LENGTH];
	SmMerkle merkle;

	sm_merkle_open(&merkle);
	for (int i = 0; i < SM_MERKLE_BUCKETS; i++)
	{
		const SmManifestBucket *bucket = sm_snapshot_bucket(scope, snapshot, first + i);

		if (bucket->count > 0)
			memcpy(buckets[i], bucket->digest, SM_MERKLE_LENGTH);
		else
		{
			sm_merkle_begin(&merkle);
			sm_merkle_end(&merkle, buckets[i]);
		}
	}
	sm_merkle_root(&merkle, form, snapshot->server_major, buckets[0], root);
	sm_merkle_close(&merkle);
	return sm_merkle_hex(root);
}

static void
count_objects(SmQueryScope *scope, SmSnapshot *snapshot, Totals *totals)
{
	memset(totals, 0, sizeof(*totals));
	for (int i = 0; i < SM_SNAPSHOT_BUCKETS; i++)
	{
		const SmManifestBucket *bucket = sm_snapshot_bucket(scope, snapshot, i);

		totals->objects += bucket->count;
		for (int j = 0; j < bucket->count; j++)
		{
			SmManifestEntry *entry = &bucket->entries[j];

			sm_manifest_count_parts(entry);
			totals->tables += strcmp(entry->kind, "table") == 0;
			totals->indexes += entry->indexes;
			totals->constraints += entry->constraints;
		}
	}
}

static Datum
make_definition(SmQueryScope *scope, SmSnapshot *snapshot, const char *database,
                const char *cluster, const Totals *totals)
{
	StringInfoData json;

	initStringInfo(&json);
	appendStringInfo(&json,
	                 "{\"encoding\":%d,\"server_major\":%d,\"objects\":%d,\"database\":\"%s\","
	                 "\"cluster\":\"%s\",\"schemas\":",
	                 SM_MERKLE_ENCODING, snapshot->server_major, totals->objects, database,
	                 cluster);
	append_schema_roots(scope, snapshot, &json);
	if (snapshot->portable_hash)
		appendStringInfo(&json, ",\"portable\":\"%s\"", snapshot->portable_hash);
	appendStringInfoChar(&json, '}');
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(json.data));
}

static Datum
make_ids(const SmSnapshot *snapshot)
{
	Datum values[SM_SNAPSHOT_BUCKETS];
	bool nulls[SM_SNAPSHOT_BUCKETS];
	int dimensions[1] = {SM_SNAPSHOT_BUCKETS};
	int bounds[1] = {1};

	for (int i = 0; i < SM_SNAPSHOT_BUCKETS; i++)
	{
		nulls[i] = snapshot->empty[i];
		values[i] = nulls[i] ? (Datum) 0 : sm_merkle_datum(snapshot->ids[i]);
	}
	return PointerGetDatum(construct_md_array(values, nulls, 1, dimensions, bounds, BYTEAOID, -1,
	                                          false, TYPALIGN_INT));
}

int32
sm_snapshot_store(SmQueryScope *scope, SmSnapshot *snapshot, Datum metadata, bool expected)
{
	char *database = root_of(scope, snapshot, SM_MERKLE_EXACT, 0);
	char *cluster = root_of(scope, snapshot, SM_MERKLE_CLUSTER, SM_MERKLE_BUCKETS);
	Datum values[17];
	char nulls[18];
	Totals totals;

	count_objects(scope, snapshot, &totals);
	memset(nulls, ' ', sizeof(nulls));
	values[0] = CStringGetTextDatum(snapshot->database_type);
	values[1] = CStringGetTextDatum(database);
	values[2] = make_definition(scope, snapshot, database, cluster, &totals);
	values[3] = Int32GetDatum(totals.tables);
	values[4] = Int32GetDatum(totals.indexes);
	values[5] = Int32GetDatum(totals.constraints);
	values[6] = metadata;
	values[7] = BoolGetDatum(expected);
	values[8] = CStringGetTextDatum(cluster);
	if (snapshot->portable_hash)
		values[9] = CStringGetTextDatum(snapshot->portable_hash);
	else
		nulls[9] = 'n';
	values[10] = Int32GetDatum(snapshot->server_major);
	values[11] = Int32GetDatum(SM_MERKLE_ENCODING);
	values[12] = CStringGetTextDatum(snapshot->system_identifier);
	values[13] = CStringGetTextDatum(snapshot->timeline);
	values[14] = ObjectIdGetDatum(snapshot->database);
	values[15] = LSNGetDatum(GetXLogInsertRecPtr());
	values[16] = make_ids(snapshot);
	sm_snapshot_store_buckets(scope, snapshot);
	sm_query_execute(scope, &insert_row, values, nulls, 1);
	return DatumGetInt32(sm_query_value(0, 1, NULL));
}
