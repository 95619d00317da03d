/*
 * snapshot.c
 *		Snapshots as they are read, stored or live, and the function that takes
 *		one (see snapshot.h).  Writing is snapshot_store.c's.
 */
#include "postgres.h"

#include "access/xlog.h"
#include "miscadmin.h"
#include "storage/lock.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "compat.h"
#include "snapshot.h"
#include "version.h"

/* field4 of our lock tag; those of lock.c and cache.c are 21325 to 21327. */
#define LOCK_CLASS_SNAPSHOT 21328

/* How often a snapshot is begun anew because the schema changed under it. */
#define MAX_ATTEMPTS 5

static SmQuery read_row =
    SM_QUERY("SELECT s.database_type, s.portable_hash, s.server_major, s.system_identifier,"
             " s.timeline, s.database_oid, s.buckets"
             " FROM @schema@.schema_snapshots s WHERE s.id = $1",
             INT4OID);

static SmQuery read_bucket =
    SM_QUERY("SELECT e.digest, o.kind, o.name, e.identity, b.digest"
             " FROM @schema@.schema_buckets b,"
             "  LATERAL unnest(b.objects, b.identities) e (digest, identity)"
             "  JOIN @schema@.schema_objects o ON o.digest = e.digest"
             " WHERE b.id = $1 ORDER BY o.kind COLLATE \"C\", o.name COLLATE \"C\"",
             BYTEAOID);

void
sm_snapshot_lock(void)
{
	LOCKTAG tag;

	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, 0, 0, LOCK_CLASS_SNAPSHOT);
	(void) LockAcquire(&tag, ExclusiveLock, false, false);
}

static void
copy_digest(uint8 *digest, Datum value)
{
	bytea *bytes = DatumGetByteaPP(value);

	if (VARSIZE_ANY_EXHDR(bytes) != SM_MERKLE_LENGTH)
		elog(ERROR, "a digest has " UINT64_FORMAT " bytes", (uint64) VARSIZE_ANY_EXHDR(bytes));
	memcpy(digest, VARDATA_ANY(bytes), SM_MERKLE_LENGTH);
}

static void
read_ids(SmSnapshot *snapshot, Datum array)
{
	Datum *elements;
	bool *nulls;
	int count;

	deconstruct_array(DatumGetArrayTypeP(array), BYTEAOID, -1, false, TYPALIGN_INT, &elements,
	                  &nulls, &count);
	for (int i = 0; i < SM_SNAPSHOT_BUCKETS; i++)
	{
		snapshot->empty[i] = i >= count || nulls[i];
		if (!snapshot->empty[i])
			copy_digest(snapshot->ids[i], elements[i]);
	}
}

void
sm_snapshot_read(SmQueryScope *scope, int32 id, SmSnapshot *snapshot)
{
	Datum values[] = {Int32GetDatum(id)};
	bool isnull;
	Datum buckets;

	memset(snapshot, 0, sizeof(*snapshot));
	if (sm_query_execute(scope, &read_row, values, NULL, 1) == 0)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("there is no snapshot %d", id),
		                errhint("snapshot_list() shows those that there are.")));
	buckets = sm_query_value(0, 7, &isnull);
	if (isnull)
		ereport(ERROR,
		        (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
		         errmsg("snapshot %d has no objects", id),
		         errdetail("It was carried over from the older scripts, which stored none.")));
	snapshot->id = id;
	snapshot->database_type = sm_query_text(scope, 0, 1);
	snapshot->portable_hash = sm_query_text(scope, 0, 2);
	snapshot->server_major = DatumGetInt32(sm_query_value(0, 3, NULL));
	snapshot->system_identifier = sm_query_text(scope, 0, 4);
	snapshot->timeline = sm_query_text(scope, 0, 5);
	snapshot->database = DatumGetObjectId(sm_query_value(0, 6, NULL));
	read_ids(snapshot, buckets);
}

void
sm_snapshot_of_live(SmFingerprint *current, const char *database_type, SmSnapshot *snapshot)
{
	memset(snapshot, 0, sizeof(*snapshot));
	snapshot->manifest = current->manifest;
	snapshot->database_type = pstrdup(database_type);
	if (current->manifest->portable)
		snapshot->portable_hash = sm_manifest_root(current->manifest, SM_MERKLE_PORTABLE);
	snapshot->server_major = SM_SERVER_MAJOR;
	snapshot->system_identifier = psprintf(UINT64_FORMAT, GetSystemIdentifier());
	/* stored with it, and nothing is stored on a standby */
	snapshot->timeline = RecoveryInProgress() ? NULL : psprintf("%08X", GetWALInsertionTimeLine());
	snapshot->database = MyDatabaseId;
	for (int i = 0; i < SM_SNAPSHOT_BUCKETS; i++)
	{
		snapshot->empty[i] = current->manifest->buckets[i].empty;
		memcpy(snapshot->ids[i], current->manifest->buckets[i].id, SM_MERKLE_LENGTH);
	}
}

/* An entry of a row of read_bucket, in the scope's calling context. */
static void
read_entry(SmQueryScope *scope, uint64 row, SmManifestEntry *entry)
{
	memset(entry, 0, sizeof(*entry));
	copy_digest(entry->digest, sm_query_value(row, 1, NULL));
	entry->kind = sm_query_text(scope, row, 2);
	entry->name = sm_query_text(scope, row, 3);
	entry->identity = sm_query_text(scope, row, 4);
	entry->indexes = entry->constraints = -1;
}

static const SmManifestBucket *
load_bucket(SmQueryScope *scope, const SmSnapshot *snapshot, int number)
{
	SmManifestBucket *bucket = MemoryContextAllocZero(scope->caller, sizeof(SmManifestBucket));
	bytea *id = palloc(VARHDRSZ + SM_MERKLE_LENGTH);
	Datum values[] = {PointerGetDatum(id)};

	SET_VARSIZE(id, VARHDRSZ + SM_MERKLE_LENGTH);
	memcpy(VARDATA(id), snapshot->ids[number], SM_MERKLE_LENGTH);
	memcpy(bucket->id, snapshot->ids[number], SM_MERKLE_LENGTH);
	bucket->loaded = true;
	bucket->count = bucket->room = sm_query_execute(scope, &read_bucket, values, NULL, 0);
	if (bucket->count == 0)
		ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
		                errmsg("objects of snapshot %d are missing", snapshot->id),
		                errdetail("schema_buckets or schema_objects lacks rows that it names.")));
	bucket->entries = MemoryContextAlloc(scope->caller, bucket->count * sizeof(SmManifestEntry));
	copy_digest(bucket->digest, sm_query_value(0, 5, NULL));
	for (int i = 0; i < bucket->count; i++)
		read_entry(scope, i, &bucket->entries[i]);
	return bucket;
}

const SmManifestBucket *
sm_snapshot_bucket(SmQueryScope *scope, SmSnapshot *snapshot, int number)
{
	static const SmManifestBucket nothing = {.loaded = true, .empty = true};

	if (snapshot->buckets[number] != NULL)
		return snapshot->buckets[number];
	if (snapshot->empty[number])
		return &nothing;
	snapshot->buckets[number] = snapshot->manifest ? sm_manifest_bucket(snapshot->manifest, number)
	                                               : load_bucket(scope, snapshot, number);
	return snapshot->buckets[number];
}

bool
sm_snapshot_same_bucket(const SmSnapshot *a, const SmSnapshot *b, int number)
{
	if (a->empty[number] || b->empty[number])
		return a->empty[number] == b->empty[number];
	return memcmp(a->ids[number], b->ids[number], SM_MERKLE_LENGTH) == 0;
}

int
sm_snapshot_compare_names(const SmManifestEntry *a, const SmManifestEntry *b)
{
	int kinds = strcmp(a->kind, b->kind);

	return kinds != 0 ? kinds : strcmp(a->name, b->name);
}

/* ---- taking one ---- */

static int32
take(SmQueryScope *scope, const char *database_type, Datum metadata)
{
	for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++)
	{
		SmFingerprint current;
		SmSnapshot *snapshot = palloc(sizeof(SmSnapshot));
		int32 id = 0;

		sm_fingerprint_open(&current, scope, SM_FINGERPRINT_PORTABLE | SM_FINGERPRINT_BODIES);
		sm_snapshot_of_live(&current, database_type, snapshot);
		if (sm_snapshot_store_objects(scope, &current, snapshot))
			id = sm_snapshot_store(scope, snapshot, metadata, false);
		sm_fingerprint_close(&current);
		pfree(snapshot);
		if (id != 0)
			return id;
	}
	ereport(ERROR, (errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
	                errmsg("the schema kept changing while a snapshot was taken"),
	                errhint("Try again when less DDL is running.")));
}

PG_FUNCTION_INFO_V1(summit_migrate_take_schema_snapshot);
Datum
summit_migrate_take_schema_snapshot(PG_FUNCTION_ARGS)
{
	const char *database_type = sm_database_type_required(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	Datum metadata = PG_GETARG_DATUM(1);
	SmQueryScope scope;
	int32 id;

	PreventCommandIfReadOnly("take_schema_snapshot()");
	if (strcmp(database_type, "neo4j") == 0)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
		                errmsg("a snapshot is of this database's own schema, which is none of %s",
		                       database_type),
		                errhint("Say postgresql or timescale.")));
	sm_query_begin(&scope, fcinfo, SM_QUERY_WRITE);
	sm_snapshot_lock();
	id = take(&scope, database_type, metadata);
	sm_query_end(&scope);
	PG_RETURN_INT32(id);
}
