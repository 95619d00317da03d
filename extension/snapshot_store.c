/*
 * snapshot_store.c
 *		Writing what a snapshot consists of: objects and buckets that are not
 *		there yet, many rows a statement (see snapshot.h).
 */
#include "postgres.h"

#include "access/xact.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "compat.h"
#include "snapshot.h"

/* Rows a statement: enough that its own cost is not felt, and little memory. */
#define BATCH 500

static SmQuery missing_buckets =
    SM_QUERY("SELECT i.id FROM unnest($1) i (id)"
             " WHERE NOT EXISTS (SELECT FROM @schema@.schema_buckets b WHERE b.id = i.id)",
             BYTEAARRAYOID);

static SmQuery missing_objects =
    SM_QUERY("SELECT i.digest FROM unnest($1) i (digest)"
             " WHERE NOT EXISTS (SELECT FROM @schema@.schema_objects o WHERE o.digest = i.digest)",
             BYTEAARRAYOID);

static SmQuery insert_objects =
    SM_QUERY("INSERT INTO @schema@.schema_objects (digest, kind, name, body)"
             " SELECT * FROM unnest($1, $2, $3, $4)",
             BYTEAARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID);

static SmQuery insert_bucket =
    SM_QUERY("INSERT INTO @schema@.schema_buckets (id, digest, objects, identities)"
             " VALUES ($1, $2, $3, $4)",
             BYTEAOID, BYTEAOID, BYTEAARRAYOID, TEXTARRAYOID);

/* An object of which the tables may not have the body. */
typedef struct DigestEntry
{
	uint8 digest[SM_MERKLE_LENGTH];
	const SmManifestEntry *entry;
	const SmSchemaObject *object; /* with its body; NULL: not found yet */
} DigestEntry;

/*
 * What there is now, whatever the isolation level: since the caller's snapshot
 * was taken, prune() may have removed what that still sees.
 */
static uint64
execute_newest(SmQueryScope *scope, SmQuery *query, Datum *values)
{
	bool read_only = scope->read_only;
	uint64 rows;

	CommandCounterIncrement();
	PushActiveSnapshot(GetLatestSnapshot());
	scope->read_only = true; /* SPI takes the active snapshot then */
	rows = sm_query_execute(scope, query, values, NULL, 0);
	scope->read_only = read_only;
	PopActiveSnapshot();
	return rows;
}

/* ---- arrays ---- */

static Datum
make_array(Datum *values, int count, Oid type)
{
	return PointerGetDatum(construct_array(values, count, type, -1, false, TYPALIGN_INT));
}

/* ---- objects ---- */

static HTAB *
create_digests(const char *name)
{
	HASHCTL control = {.keysize = SM_MERKLE_LENGTH,
	                   .entrysize = sizeof(DigestEntry),
	                   .hcxt = CurrentMemoryContext};

	return hash_create(name, 1024, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

/* Removes from the table what the query does not name as missing. */
static HTAB *
keep_missing(SmQueryScope *scope, HTAB *digests)
{
	HTAB *missing = create_digests("missing objects");
	Datum *values = palloc(Max(hash_get_num_entries(digests), 1) * sizeof(Datum));
	HASH_SEQ_STATUS sequence;
	DigestEntry *entry;
	uint64 rows;
	Datum array;
	int count = 0;

	hash_seq_init(&sequence, digests);
	while ((entry = hash_seq_search(&sequence)) != NULL)
		values[count++] = sm_merkle_datum(entry->digest);
	array = make_array(values, count, BYTEAOID);
	rows = execute_newest(scope, &missing_objects, &array);
	for (uint64 i = 0; i < rows; i++)
	{
		const char *digest = VARDATA_ANY(DatumGetByteaPP(sm_query_value(i, 1, NULL)));
		DigestEntry *kept = hash_search(missing, digest, HASH_ENTER, NULL);

		*kept = *(DigestEntry *) hash_search(digests, digest, HASH_FIND, NULL);
	}
	hash_destroy(digests);
	return missing;
}

/* Which of the snapshot's buckets are not in the table. */
static void
find_missing_buckets(SmQueryScope *scope, const SmSnapshot *snapshot, bool *missing)
{
	Datum values[SM_SNAPSHOT_BUCKETS];
	Datum array;
	int count = 0;
	uint64 rows;

	for (int i = 0; i < SM_SNAPSHOT_BUCKETS; i++)
	{
		missing[i] = false;
		if (!snapshot->empty[i])
			values[count++] = sm_merkle_datum(snapshot->ids[i]);
	}
	array = make_array(values, count, BYTEAOID);
	rows = execute_newest(scope, &missing_buckets, &array);
	for (uint64 row = 0; row < rows; row++)
	{
		const char *id = VARDATA_ANY(DatumGetByteaPP(sm_query_value(row, 1, NULL)));

		for (int i = 0; i < SM_SNAPSHOT_BUCKETS; i++)
			missing[i] |=
			    !snapshot->empty[i] && memcmp(snapshot->ids[i], id, SM_MERKLE_LENGTH) == 0;
	}
}

static HTAB *
find_missing_objects(SmQueryScope *scope, SmSnapshot *snapshot)
{
	HTAB *digests = create_digests("objects of a snapshot");
	bool missing[SM_SNAPSHOT_BUCKETS];

	find_missing_buckets(scope, snapshot, missing);
	for (int i = 0; i < SM_SNAPSHOT_BUCKETS; i++)
	{
		const SmManifestBucket *bucket;

		if (!missing[i])
			continue;
		bucket = sm_snapshot_bucket(scope, snapshot, i);
		for (int j = 0; j < bucket->count; j++)
		{
			DigestEntry *entry = hash_search(digests, bucket->entries[j].digest, HASH_ENTER, NULL);

			entry->entry = &bucket->entries[j];
			entry->object = NULL;
		}
	}
	return keep_missing(scope, digests);
}

static void
take_bodies(HTAB *digests, const SmSchema *schema)
{
	for (int i = 0; i < schema->count; i++)
	{
		DigestEntry *entry = hash_search(digests, schema->objects[i].digest, HASH_FIND, NULL);

		if (entry != NULL)
			entry->object = &schema->objects[i];
	}
}

/* Bodies of what the cache knew, and this session has not read. */
static bool
read_bodies(SmFingerprint *current, HTAB *digests)
{
	SmObjectKey *keys = palloc(Max(hash_get_num_entries(digests), 1) * sizeof(SmObjectKey));
	HASH_SEQ_STATUS sequence;
	DigestEntry *entry;
	int count = 0;

	hash_seq_init(&sequence, digests);
	while ((entry = hash_seq_search(&sequence)) != NULL)
	{
		if (entry->object == NULL)
			keys[count++] = entry->entry->key;
	}
	if (count == 0)
		return true;
	take_bodies(digests, sm_schema_read(current->context, false, keys, count));
	hash_seq_init(&sequence, digests);
	while ((entry = hash_seq_search(&sequence)) != NULL)
	{
		if (entry->object == NULL)
		{
			hash_seq_term(&sequence);
			return false;
		}
	}
	return true;
}

static void
insert_batch(SmQueryScope *scope, const DigestEntry *const *entries, int count)
{
	Datum columns[4][BATCH];
	Datum values[4];

	for (int i = 0; i < count; i++)
	{
		const SmSchemaObject *object = entries[i]->object;
		char *body = pg_any_to_server(object->body, object->body_len, PG_UTF8);

		columns[0][i] = sm_merkle_datum(object->digest);
		columns[1][i] = CStringGetTextDatum(object->kind);
		columns[2][i] = CStringGetTextDatum(object->name);
		columns[3][i] = PointerGetDatum(
		    cstring_to_text_with_len(body, body == object->body ? object->body_len : strlen(body)));
	}
	values[0] = make_array(columns[0], count, BYTEAOID);
	for (int i = 1; i < 4; i++)
		values[i] = make_array(columns[i], count, TEXTOID);
	sm_query_execute(scope, &insert_objects, values, NULL, 0);
}

static int
compare_digests(const void *a, const void *b)
{
	return memcmp((*(const DigestEntry *const *) a)->digest,
	              (*(const DigestEntry *const *) b)->digest, SM_MERKLE_LENGTH);
}

/* In the order of the primary key, which spares the index most of its searching. */
static const DigestEntry **
sort_digests(HTAB *digests, int *count)
{
	const DigestEntry **sorted =
	    palloc(Max(hash_get_num_entries(digests), 1) * sizeof(DigestEntry *));
	HASH_SEQ_STATUS sequence;
	DigestEntry *entry;

	*count = 0;
	hash_seq_init(&sequence, digests);
	while ((entry = hash_seq_search(&sequence)) != NULL)
		sorted[(*count)++] = entry;
	qsort(sorted, *count, sizeof(*sorted), compare_digests);
	return sorted;
}

bool
sm_snapshot_store_objects(SmQueryScope *scope, SmFingerprint *current, SmSnapshot *snapshot)
{
	HTAB *digests = find_missing_objects(scope, snapshot);
	MemoryContext batch_context =
	    AllocSetContextCreate(CurrentMemoryContext, "summit_migrate batch", ALLOCSET_DEFAULT_SIZES);
	const DigestEntry **sorted;
	ListCell *cell;
	int count;

	foreach (cell, current->schemas)
		take_bodies(digests, lfirst(cell));
	if (!read_bodies(current, digests))
		return false;
	sorted = sort_digests(digests, &count);
	for (int start = 0; start < count; start += BATCH)
	{
		MemoryContext old = MemoryContextSwitchTo(batch_context);

		insert_batch(scope, sorted + start, Min(BATCH, count - start));
		MemoryContextSwitchTo(old);
		MemoryContextReset(batch_context);
	}
	MemoryContextDelete(batch_context);
	return true;
}

/* ---- buckets ---- */

static void
store_bucket(SmQueryScope *scope, const SmManifestBucket *bucket)
{
	Datum *objects = palloc(bucket->count * sizeof(Datum));
	Datum *identities = palloc(bucket->count * sizeof(Datum));
	Datum values[4];

	for (int i = 0; i < bucket->count; i++)
	{
		objects[i] = sm_merkle_datum(bucket->entries[i].digest);
		identities[i] = CStringGetTextDatum(bucket->entries[i].identity);
	}
	values[0] = sm_merkle_datum(bucket->id);
	values[1] = sm_merkle_datum(bucket->digest);
	values[2] = make_array(objects, bucket->count, BYTEAOID);
	values[3] = make_array(identities, bucket->count, TEXTOID);
	sm_query_execute(scope, &insert_bucket, values, NULL, 0);
}

void
sm_snapshot_store_buckets(SmQueryScope *scope, SmSnapshot *snapshot)
{
	bool missing[SM_SNAPSHOT_BUCKETS];

	find_missing_buckets(scope, snapshot, missing);
	for (int i = 0; i < SM_SNAPSHOT_BUCKETS; i++)
	{
		if (missing[i])
			store_bucket(scope, sm_snapshot_bucket(scope, snapshot, i));
	}
}

void
sm_snapshot_replace_bucket(SmSnapshot *snapshot, int number, SmManifestBucket *bucket)
{
	sm_manifest_finish_bucket(bucket);
	snapshot->buckets[number] = bucket;
	snapshot->empty[number] = bucket->empty;
	memcpy(snapshot->ids[number], bucket->id, SM_MERKLE_LENGTH);
}
