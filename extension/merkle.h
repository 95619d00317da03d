/*
 * merkle.h
 *		The hash tree over the objects of a schema: which bucket an object is in,
 *		the digest of a bucket, the root.  What an object is, and its own digest,
 *		is schema.h's.
 *
 *		A leaf is an object (kind, name, digest).  Its bucket is the first byte of
 *		SHA-256(lp(kind) lp(name)), so that a change of one object leaves the
 *		other 255 buckets alone; lp() is a field behind its length.
 */
#ifndef SM_MERKLE_H
#define SM_MERKLE_H

#include "common/cryptohash.h"
#include "common/sha2.h"

#define SM_MERKLE_BUCKETS 256
#define SM_MERKLE_LENGTH PG_SHA256_DIGEST_LENGTH

/* Counts up when the same schema would get another digest. */
#define SM_MERKLE_ENCODING 1

typedef enum SmMerkleForm
{
	SM_MERKLE_EXACT,    /* of the database, by this server major */
	SM_MERKLE_CLUSTER,  /* of the cluster's objects, by this server major */
	SM_MERKLE_PORTABLE, /* of the database, comparable across majors */
	SM_MERKLE_SCHEMA    /* of one schema of the database, by this server major */
} SmMerkleForm;

/* A digest that is being computed; one lives as long as its transaction at most. */
typedef struct SmMerkle
{
	pg_cryptohash_ctx *context;
} SmMerkle;

/* All raise ERRCODE_INTERNAL_ERROR where the library fails. */
extern void sm_merkle_open(SmMerkle *merkle);
extern void sm_merkle_close(SmMerkle *merkle);

/* The bucket of an object, 0 to 255. */
extern int sm_merkle_bucket(SmMerkle *merkle, const char *kind, const char *name);

/*
 * A digest over a sequence: begin, then the leaves ordered by (kind, name)
 * bytewise, or any fields, then end.
 */
extern void sm_merkle_begin(SmMerkle *merkle);
extern void sm_merkle_add_leaf(SmMerkle *merkle, const char *kind, const char *name,
                               const uint8 *digest);
extern void sm_merkle_add_field(SmMerkle *merkle, const char *field);
extern void sm_merkle_add(SmMerkle *merkle, const void *data, Size length);
extern void sm_merkle_end(SmMerkle *merkle, uint8 *digest);

/* What a root begins with: the encoding, the form and, but for portable, the server major. */
extern void sm_merkle_begin_root(SmMerkle *merkle, SmMerkleForm form, int server_major);

/* The root over 256 bucket digests that stand one behind the other. */
extern void sm_merkle_root(SmMerkle *merkle, SmMerkleForm form, int server_major,
                           const uint8 *buckets, uint8 *root);

/* A digest as 64 hex digits, and as a bytea; palloc'd. */
extern char *sm_merkle_hex(const uint8 *digest);
extern Datum sm_merkle_datum(const uint8 *digest);

#endif /* SM_MERKLE_H */
