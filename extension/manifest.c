/*
 * manifest.c
 *		The objects with their digests in buckets (see manifest.h), in memory.
 *		Buckets are taken from the cache one by one, when they are asked for.
 *		How they stand there is manifest_pack.c's.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "compat.h"
#include "manifest.h"
#include "manifest_pack.h"

SmManifest *
sm_manifest_create(MemoryContext parent, SmCache *cache)
{
	MemoryContext context =
	    AllocSetContextCreate(parent, "summit_migrate manifest", ALLOCSET_DEFAULT_SIZES);
	SmManifest *manifest = MemoryContextAllocZero(context, sizeof(SmManifest));

	manifest->context = context;
	manifest->cache = cache;
	sm_manifest_clear(manifest);
	return manifest;
}

static void
clear_bucket(SmManifestBucket *bucket)
{
	bucket->loaded = bucket->changed = true;
	bucket->count = 0;
}

void
sm_manifest_clear(SmManifest *manifest)
{
	for (int i = 0; i < SM_MANIFEST_FIRST_PORTABLE; i++)
		clear_bucket(&manifest->buckets[i]);
	for (int i = 0; i < SM_MANIFEST_KEY_PARTS; i++)
	{
		manifest->keys[i].loaded = manifest->keys[i].changed = true;
		manifest->keys[i].count = 0;
	}
	for (int i = SM_MANIFEST_FIRST_PORTABLE; i < SM_MANIFEST_BUCKETS; i++)
		clear_bucket(&manifest->buckets[i]);
	manifest->count = 0;
	manifest->portable = false;
}

/* A part, from the cache where it is there and not yet here. */
static SmManifestBucket *
load_bucket(SmManifest *manifest, int number)
{
	SmManifestBucket *bucket = &manifest->buckets[number];
	MemoryContext old;

	if (bucket->loaded)
		return bucket;
	old = MemoryContextSwitchTo(manifest->context);
	sm_manifest_unpack_bucket(manifest->cache, number, bucket);
	bucket->loaded = true;
	MemoryContextSwitchTo(old);
	return bucket;
}

static SmManifestKeys *
load_keys(SmManifest *manifest, int part)
{
	SmManifestKeys *keys = &manifest->keys[part];
	MemoryContext old;

	if (keys->loaded)
		return keys;
	old = MemoryContextSwitchTo(manifest->context);
	sm_manifest_unpack_keys(manifest->cache, part, keys);
	keys->loaded = true;
	MemoryContextSwitchTo(old);
	return keys;
}

const SmManifestBucket *
sm_manifest_bucket(SmManifest *manifest, int number)
{
	return load_bucket(manifest, number);
}

static int
key_part(const SmObjectKey *key)
{
	return key->objid % SM_MANIFEST_KEY_PARTS;
}

static bool
same_key(const SmObjectKey *a, const SmObjectKey *b)
{
	return a->objid == b->objid && a->classid == b->classid;
}

/* Room for one more in an array of the manifest. */
static void *
grow(SmManifest *manifest, void *array, int count, int *room, Size size)
{
	if (count < *room)
		return array;
	*room = Max(16, 2 * *room);
	if (array == NULL)
		return MemoryContextAlloc(manifest->context, *room * size);
	return repalloc(array, *room * size);
}

/* The end of a JSON string that begins at text: behind its closing quote. */
static const char *
skip_string(const char *text)
{
	for (text++; *text != '"' && *text != '\0'; text++)
	{
		if (*text == '\\' && text[1] != '\0')
			text++;
	}
	return *text == '"' ? text + 1 : text;
}

/*
 * How many indexes and constraints an object has stands in its identity only:
 * {"oid":1,"indexes":{"a":2,"b":3}}.  It is our own JSON, without white space,
 * and there are many: counting its keys does not need all of jsonb.
 */
void
sm_manifest_count_parts(SmManifestEntry *entry)
{
	const char *text = entry->identity;
	int *part = NULL;
	int depth = 0;

	if (entry->indexes >= 0)
		return;
	entry->indexes = entry->constraints = 0;
	while (*text != '\0')
	{
		const char *start = text;

		text = *text == '"' ? skip_string(text) : text + 1;
		depth += (*start == '{') - (*start == '}');
		if (*start != '"' || *text != ':')
			continue;
		if (depth == 1)
			part = strncmp(start, "\"indexes\"", text - start) == 0       ? &entry->indexes
			       : strncmp(start, "\"constraints\"", text - start) == 0 ? &entry->constraints
			                                                              : NULL;
		else if (depth == 2 && part != NULL)
			(*part)++;
	}
}

/* ---- keys ---- */

static void
add_key(SmManifest *manifest, const SmObjectKey *key, int bucket)
{
	SmManifestKeys *keys = load_keys(manifest, key_part(key));

	keys->keys = grow(manifest, keys->keys, keys->count, &keys->room, sizeof(SmManifestKey));
	keys->keys[keys->count].key = *key;
	keys->keys[keys->count].bucket = bucket;
	keys->count++;
	keys->changed = true;
}

/* Forgets that an object with this key is in this bucket (once). */
static void
remove_key(SmManifest *manifest, const SmObjectKey *key, int bucket)
{
	SmManifestKeys *keys = load_keys(manifest, key_part(key));

	for (int i = 0; i < keys->count; i++)
	{
		if (keys->keys[i].bucket == bucket && same_key(&keys->keys[i].key, key))
		{
			keys->keys[i] = keys->keys[--keys->count];
			keys->changed = true;
			return;
		}
	}
}

/* The bucket, below a limit, of an object with this key; -1: there is none. */
static int
find_key(SmManifest *manifest, const SmObjectKey *key, int limit)
{
	SmManifestKeys *keys = load_keys(manifest, key_part(key));

	for (int i = 0; i < keys->count; i++)
	{
		if (same_key(&keys->keys[i].key, key) && keys->keys[i].bucket < limit)
			return keys->keys[i].bucket;
	}
	return -1;
}

/* ---- objects ---- */

static SmManifestEntry *
find_in_bucket(SmManifestBucket *bucket, const SmObjectKey *key)
{
	for (int i = 0; i < bucket->count; i++)
	{
		if (same_key(&bucket->entries[i].key, key))
			return &bucket->entries[i];
	}
	return NULL;
}

static SmManifestEntry *
find_name(SmManifestBucket *bucket, const char *kind, const char *name)
{
	for (int i = 0; i < bucket->count; i++)
	{
		if (strcmp(bucket->entries[i].name, name) == 0 &&
		    strcmp(bucket->entries[i].kind, kind) == 0)
			return &bucket->entries[i];
	}
	return NULL;
}

const SmManifestEntry *
sm_manifest_find(SmManifest *manifest, const SmObjectKey *key)
{
	int bucket = find_key(manifest, key, SM_MANIFEST_FIRST_PORTABLE);

	return bucket < 0 ? NULL : find_in_bucket(load_bucket(manifest, bucket), key);
}

static void
remove_entry(SmManifestBucket *bucket, SmManifestEntry *entry)
{
	*entry = bucket->entries[--bucket->count];
	bucket->changed = true;
}

void
sm_manifest_remove(SmManifest *manifest, const SmObjectKey *key)
{
	int number;

	while ((number = find_key(manifest, key, SM_MANIFEST_BUCKETS)) >= 0)
	{
		SmManifestEntry *entry = find_in_bucket(load_bucket(manifest, number), key);

		if (entry != NULL)
		{
			remove_entry(&manifest->buckets[number], entry);
			manifest->count -= number < SM_MANIFEST_FIRST_PORTABLE;
		}
		remove_key(manifest, key, number);
	}
}

void
sm_manifest_clear_portable(SmManifest *manifest)
{
	for (int i = 0; i < SM_MANIFEST_KEY_PARTS; i++)
	{
		SmManifestKeys *keys = load_keys(manifest, i);
		int kept = 0;

		for (int j = 0; j < keys->count; j++)
		{
			if (keys->keys[j].bucket < SM_MANIFEST_FIRST_PORTABLE)
				keys->keys[kept++] = keys->keys[j];
		}
		keys->changed |= kept < keys->count;
		keys->count = kept;
	}
	for (int i = SM_MANIFEST_FIRST_PORTABLE; i < SM_MANIFEST_BUCKETS; i++)
		clear_bucket(&manifest->buckets[i]);
	manifest->portable = false;
}

/* A place for an object in its bucket: that of the one of this name, if there is one. */
static SmManifestEntry *
make_room(SmManifest *manifest, int number, const SmSchemaObject *object)
{
	SmManifestBucket *bucket = load_bucket(manifest, number);
	SmManifestEntry *entry = find_name(bucket, object->kind, object->name);

	bucket->changed = true;
	if (entry == NULL)
	{
		bucket->entries =
		    grow(manifest, bucket->entries, bucket->count, &bucket->room, sizeof(SmManifestEntry));
		entry = &bucket->entries[bucket->count++];
		manifest->count += number < SM_MANIFEST_FIRST_PORTABLE;
	}
	else
		remove_key(manifest, &entry->key, number);
	add_key(manifest, &object->key, number);
	return entry;
}

static void
add_object(SmManifest *manifest, SmMerkle *merkle, const SmSchemaObject *object, bool portable)
{
	int number = sm_merkle_bucket(merkle, object->kind, object->name);
	SmManifestEntry *entry;

	number += portable          ? SM_MANIFEST_FIRST_PORTABLE
	          : object->cluster ? SM_MANIFEST_FIRST_CLUSTER
	                            : 0;
	entry = make_room(manifest, number, object);
	entry->key = object->key;
	entry->kind = MemoryContextStrdup(manifest->context, object->kind);
	entry->name = MemoryContextStrdup(manifest->context, object->name);
	entry->identity = portable || object->identity == NULL
	                      ? ""
	                      : MemoryContextStrdup(manifest->context, object->identity);
	memcpy(entry->digest, object->digest, SM_MERKLE_LENGTH);
	entry->indexes = entry->constraints = -1;
	sm_manifest_count_parts(entry);
}

void
sm_manifest_add(SmManifest *manifest, const SmSchema *schema, bool portable)
{
	SmMerkle merkle;

	sm_merkle_open(&merkle);
	for (int i = 0; i < schema->count; i++)
	{
		/* the cluster has no portable form of its own */
		if (!portable || !schema->objects[i].cluster)
			add_object(manifest, &merkle, &schema->objects[i], portable);
	}
	sm_merkle_close(&merkle);
	manifest->portable |= portable;
}

/* ---- digests ---- */

static int
compare_entries(const void *a, const void *b)
{
	const SmManifestEntry *left = a;
	const SmManifestEntry *right = b;
	int kinds = strcmp(left->kind, right->kind);

	return kinds != 0 ? kinds : strcmp(left->name, right->name);
}

static void
finish_bucket(SmMerkle *merkle, SmManifestBucket *bucket)
{
	if (bucket->count > 1)
		qsort(bucket->entries, bucket->count, sizeof(SmManifestEntry), compare_entries);
	sm_merkle_begin(merkle);
	for (int i = 0; i < bucket->count; i++)
	{
		const SmManifestEntry *entry = &bucket->entries[i];

		sm_merkle_add_leaf(merkle, entry->kind, entry->name, entry->digest);
	}
	sm_merkle_end(merkle, bucket->digest);
	sm_merkle_begin(merkle);
	sm_merkle_add(merkle, bucket->digest, SM_MERKLE_LENGTH);
	for (int i = 0; i < bucket->count; i++)
		sm_merkle_add_field(merkle, bucket->entries[i].identity);
	sm_merkle_end(merkle, bucket->id);
	bucket->empty = bucket->count == 0;
}

void
sm_manifest_finish_bucket(SmManifestBucket *bucket)
{
	SmMerkle merkle;

	sm_merkle_open(&merkle);
	finish_bucket(&merkle, bucket);
	sm_merkle_close(&merkle);
}

void
sm_manifest_finish(SmManifest *manifest)
{
	SmMerkle merkle;

	sm_merkle_open(&merkle);
	for (int i = 0; i < SM_MANIFEST_BUCKETS; i++)
	{
		if (manifest->buckets[i].changed)
			finish_bucket(&merkle, &manifest->buckets[i]);
	}
	sm_merkle_close(&merkle);
}

char *
sm_manifest_root(const SmManifest *manifest, SmMerkleForm form)
{
	int first = form == SM_MERKLE_CLUSTER    ? SM_MANIFEST_FIRST_CLUSTER
	            : form == SM_MERKLE_PORTABLE ? SM_MANIFEST_FIRST_PORTABLE
	                                         : 0;
	uint8 buckets[SM_MERKLE_BUCKETS][SM_MERKLE_LENGTH];
	uint8 root[SM_MERKLE_LENGTH];
	SmMerkle merkle;

	for (int i = 0; i < SM_MERKLE_BUCKETS; i++)
		memcpy(buckets[i], manifest->buckets[first + i].digest, SM_MERKLE_LENGTH);
	sm_merkle_open(&merkle);
	sm_merkle_root(&merkle, form, SM_SERVER_MAJOR, buckets[0], root);
	sm_merkle_close(&merkle);
	return sm_merkle_hex(root);
}
