/*
 * manifest.h
 *		All objects of the database and the cluster with their digests, but
 *		without their bodies, in buckets: what a root is computed from, what the
 *		cache keeps, and what a snapshot stores.  How it is brought up to date is
 *		fingerprint.h's.
 */
#ifndef SM_MANIFEST_H
#define SM_MANIFEST_H

#include "cache.h"
#include "merkle.h"
#include "schema.h"

/* The exact objects of the database, those of the cluster, the portable ones. */
#define SM_MANIFEST_SECTIONS 3
#define SM_MANIFEST_BUCKETS (SM_MANIFEST_SECTIONS * SM_MERKLE_BUCKETS)
#define SM_MANIFEST_FIRST_CLUSTER SM_MERKLE_BUCKETS
#define SM_MANIFEST_FIRST_PORTABLE (2 * SM_MERKLE_BUCKETS)
#define SM_MANIFEST_KEY_PARTS 64

typedef struct SmManifestEntry
{
	SmObjectKey key;
	int indexes; /* how many such parts it has; -1: not counted yet */
	int constraints;
	const char *kind;
	const char *name;
	const char *identity;
	uint8 digest[SM_MERKLE_LENGTH];
} SmManifestEntry;

typedef struct SmManifestBucket
{
	bool loaded; /* false: ask the cache for it */
	bool changed;
	int count;
	int room;
	SmManifestEntry *entries; /* by (kind, name), once it is finished */
	uint8 digest[SM_MERKLE_LENGTH];
	uint8 id[SM_MERKLE_LENGTH]; /* of digest and identities */
	bool empty;
} SmManifestBucket;

/* Which bucket an object is in, by its key. */
typedef struct SmManifestKey
{
	SmObjectKey key;
	int32 bucket;
} SmManifestKey;

typedef struct SmManifestKeys
{
	bool loaded;
	bool changed;
	int count;
	int room;
	SmManifestKey *keys;
} SmManifestKeys;

typedef struct SmManifest
{
	MemoryContext context;
	SmCache *cache;
	int count;     /* objects, without the portable ones */
	bool portable; /* the portable section is there */
	SmManifestBucket buckets[SM_MANIFEST_BUCKETS];
	SmManifestKeys keys[SM_MANIFEST_KEY_PARTS];
} SmManifest;

/* Without an object, and with nothing in the cache, until it is unpacked. */
extern SmManifest *sm_manifest_create(MemoryContext parent, SmCache *cache);

/* Makes it one without objects, or without portable ones. */
extern void sm_manifest_clear(SmManifest *manifest);
extern void sm_manifest_clear_portable(SmManifest *manifest);

/* Adds objects, or puts them in the place of those of the same kind and name. */
extern void sm_manifest_add(SmManifest *manifest, const SmSchema *schema, bool portable);

/* The first exact object with a key; NULL: none. */
extern const SmManifestEntry *sm_manifest_find(SmManifest *manifest, const SmObjectKey *key);

/* Removes all objects with a key. */
extern void sm_manifest_remove(SmManifest *manifest, const SmObjectKey *key);

/* The entries of a bucket, loaded where they are not yet; valid until the next change. */
extern const SmManifestBucket *sm_manifest_bucket(SmManifest *manifest, int number);

/* Computes the digests of the buckets that have changed; of one. */
extern void sm_manifest_finish(SmManifest *manifest);
extern void sm_manifest_finish_bucket(SmManifestBucket *bucket);

/* Counts an entry's indexes and constraints, of which only its identity tells. */
extern void sm_manifest_count_parts(SmManifestEntry *entry);

/* The root of a section, as 64 hex digits; after sm_manifest_finish(). */
extern char *sm_manifest_root(const SmManifest *manifest, SmMerkleForm form);

#endif /* SM_MANIFEST_H */
