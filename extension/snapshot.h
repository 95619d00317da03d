/*
 * snapshot.h
 *		Snapshots of the schema as they are stored: a row of schema_snapshots
 *		names its buckets, a bucket its objects, and each is stored once.  How the
 *		live schema is read is fingerprint.h's; what two snapshots differ in,
 *		snapshot_changes.c's.
 */
#ifndef SM_SNAPSHOT_H
#define SM_SNAPSHOT_H

#include "fingerprint.h"

/* Those of the database, then those of the cluster. */
#define SM_SNAPSHOT_BUCKETS (2 * SM_MERKLE_BUCKETS)

/* A snapshot whose buckets are loaded when they are asked for. */
typedef struct SmSnapshot
{
	int32 id;             /* 0: not stored */
	SmManifest *manifest; /* of the live schema; NULL: in the tables */
	char *database_type;
	char *portable_hash; /* NULL: not known */
	int server_major;
	char *system_identifier;
	char *timeline;
	Oid database;
	bool empty[SM_SNAPSHOT_BUCKETS];
	uint8 ids[SM_SNAPSHOT_BUCKETS][SM_MERKLE_LENGTH];
	const SmManifestBucket *buckets[SM_SNAPSHOT_BUCKETS]; /* NULL: not loaded */
} SmSnapshot;

/*
 * Held until the transaction ends by all who add to the snapshots or take from
 * them, so that nothing is collected that is just being named.  Waits.
 */
extern void sm_snapshot_lock(void);

/* A stored one.  Raises ERRCODE_UNDEFINED_OBJECT where there is none. */
extern void sm_snapshot_read(SmQueryScope *scope, int32 id, SmSnapshot *snapshot);

/* The live schema as one; it lives as long as current. */
extern void sm_snapshot_of_live(SmFingerprint *current, const char *database_type,
                                SmSnapshot *snapshot);

extern const SmManifestBucket *sm_snapshot_bucket(SmQueryScope *scope, SmSnapshot *snapshot,
                                                  int number);

/* Whether two buckets have the same objects with the same identities. */
extern bool sm_snapshot_same_bucket(const SmSnapshot *a, const SmSnapshot *b, int number);

/* A bucket of its own making in the place of another; entries by (kind, name). */
extern void sm_snapshot_replace_bucket(SmSnapshot *snapshot, int number, SmManifestBucket *bucket);

/*
 * Stores the bodies of all objects in the buckets that the tables do not have,
 * from the live schema.  False: the schema has changed meanwhile.
 */
extern bool sm_snapshot_store_objects(SmQueryScope *scope, SmFingerprint *current,
                                      SmSnapshot *snapshot);

/* Stores the buckets that the tables do not have. */
extern void sm_snapshot_store_buckets(SmQueryScope *scope, SmSnapshot *snapshot);

/* Stores the row, with its buckets; returns its id. */
extern int32 sm_snapshot_store(SmQueryScope *scope, SmSnapshot *snapshot, Datum metadata,
                               bool expected);

/* Compares by kind and name as the entries of a bucket are ordered. */
extern int sm_snapshot_compare_names(const SmManifestEntry *a, const SmManifestEntry *b);

#endif /* SM_SNAPSHOT_H */
