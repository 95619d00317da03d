/*
 * manifest_pack.c
 *		The parts of a manifest as rows of schema_cache (see manifest_pack.h).
 */
#include "postgres.h"

#include "manifest_pack.h"

/* What of an entry has a fixed length, and the lengths of its texts. */
typedef struct PackedEntry
{
	SmObjectKey key;
	int32 indexes;
	int32 constraints;
	uint8 digest[SM_MERKLE_LENGTH];
	int32 kind_length; /* each with the NUL at its end */
	int32 name_length;
	int32 identity_length;
} PackedEntry;

typedef struct PackedBucket
{
	uint8 digest[SM_MERKLE_LENGTH];
	uint8 id[SM_MERKLE_LENGTH];
	bool empty;
} PackedBucket;

void
sm_manifest_write(StringInfo data, const void *bytes, Size length)
{
	appendBinaryStringInfo(data, bytes, length);
}

/* Returns where they stand; copies them where bytes is not NULL. */
const char *
sm_manifest_read(StringInfo data, void *bytes, Size length)
{
	const char *place = data->data + data->cursor;

	if (length > (Size) (data->len - data->cursor))
		ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED), errmsg("schema_cache is damaged"),
		                errhint("Delete the rows of schema_cache.")));
	if (bytes)
		memcpy(bytes, place, length);
	data->cursor += length;
	return place;
}

void
sm_manifest_pack(const SmManifest *manifest, StringInfo state)
{
	sm_manifest_write(state, &manifest->count, sizeof(manifest->count));
	sm_manifest_write(state, &manifest->portable, sizeof(manifest->portable));
	for (int i = 0; i < SM_MANIFEST_BUCKETS; i++)
	{
		const SmManifestBucket *bucket = &manifest->buckets[i];
		PackedBucket packed = {.empty = bucket->empty};

		memcpy(packed.digest, bucket->digest, SM_MERKLE_LENGTH);
		memcpy(packed.id, bucket->id, SM_MERKLE_LENGTH);
		sm_manifest_write(state, &packed, sizeof(packed));
	}
}

void
sm_manifest_unpack(SmManifest *manifest, StringInfo state)
{
	sm_manifest_read(state, &manifest->count, sizeof(manifest->count));
	sm_manifest_read(state, &manifest->portable, sizeof(manifest->portable));
	for (int i = 0; i < SM_MANIFEST_BUCKETS; i++)
	{
		SmManifestBucket *bucket = &manifest->buckets[i];
		PackedBucket packed;

		sm_manifest_read(state, &packed, sizeof(packed));
		memcpy(bucket->digest, packed.digest, SM_MERKLE_LENGTH);
		memcpy(bucket->id, packed.id, SM_MERKLE_LENGTH);
		bucket->empty = packed.empty;
		bucket->loaded = bucket->changed = false;
	}
	for (int i = 0; i < SM_MANIFEST_KEY_PARTS; i++)
		manifest->keys[i].loaded = manifest->keys[i].changed = false;
}

static bool
get_data(SmCache *cache, SmCachePart part, int number, StringInfo data)
{
	Size length;

	data->data = sm_cache_get(cache, part, number, &length);
	data->len = data->data ? length : 0;
	data->maxlen = data->len;
	data->cursor = 0;
	return data->data != NULL;
}

/* The texts stay where they are: the row lives as long as the entries. */
void
sm_manifest_unpack_bucket(SmCache *cache, int number, SmManifestBucket *bucket)
{
	StringInfoData data;

	bucket->count = bucket->room = 0;
	if (!get_data(cache, SM_CACHE_BUCKET, number, &data))
		return;
	sm_manifest_read(&data, &bucket->count, sizeof(bucket->count));
	bucket->room = bucket->count;
	if (bucket->count > 0)
		bucket->entries = palloc(bucket->count * sizeof(SmManifestEntry));
	for (int i = 0; i < bucket->count; i++)
	{
		SmManifestEntry *entry = &bucket->entries[i];
		PackedEntry packed;

		sm_manifest_read(&data, &packed, sizeof(packed));
		entry->key = packed.key;
		entry->indexes = packed.indexes;
		entry->constraints = packed.constraints;
		memcpy(entry->digest, packed.digest, SM_MERKLE_LENGTH);
		entry->kind = sm_manifest_read(&data, NULL, packed.kind_length);
		entry->name = sm_manifest_read(&data, NULL, packed.name_length);
		entry->identity = sm_manifest_read(&data, NULL, packed.identity_length);
	}
}

void
sm_manifest_unpack_keys(SmCache *cache, int part, SmManifestKeys *keys)
{
	StringInfoData data;

	keys->count = keys->room = 0;
	if (!get_data(cache, SM_CACHE_KEYS, part, &data))
		return;
	keys->count = keys->room = data.len / sizeof(SmManifestKey);
	keys->keys = (SmManifestKey *) data.data;
}

static void
pack_entry(StringInfo data, const SmManifestEntry *entry)
{
	PackedEntry packed = {
	    .key = entry->key,
	    .indexes = entry->indexes,
	    .constraints = entry->constraints,
	    .kind_length = strlen(entry->kind) + 1,
	    .name_length = strlen(entry->name) + 1,
	    .identity_length = strlen(entry->identity) + 1,
	};

	memcpy(packed.digest, entry->digest, SM_MERKLE_LENGTH);
	sm_manifest_write(data, &packed, sizeof(packed));
	sm_manifest_write(data, entry->kind, packed.kind_length);
	sm_manifest_write(data, entry->name, packed.name_length);
	sm_manifest_write(data, entry->identity, packed.identity_length);
}

static void
store_bucket(SmManifest *manifest, int number)
{
	SmManifestBucket *bucket = &manifest->buckets[number];
	StringInfoData data;

	initStringInfo(&data);
	sm_manifest_write(&data, &bucket->count, sizeof(bucket->count));
	for (int i = 0; i < bucket->count; i++)
		pack_entry(&data, &bucket->entries[i]);
	sm_cache_put(manifest->cache, SM_CACHE_BUCKET, number, data.data, data.len);
	pfree(data.data);
	bucket->changed = false;
}

void
sm_manifest_store(SmManifest *manifest)
{
	for (int i = 0; i < SM_MANIFEST_BUCKETS; i++)
	{
		if (manifest->buckets[i].changed)
			store_bucket(manifest, i);
	}
	for (int i = 0; i < SM_MANIFEST_KEY_PARTS; i++)
	{
		SmManifestKeys *keys = &manifest->keys[i];

		if (keys->changed)
			sm_cache_put(manifest->cache, SM_CACHE_KEYS, i, keys->keys,
			             keys->count * sizeof(SmManifestKey));
		keys->changed = false;
	}
}
