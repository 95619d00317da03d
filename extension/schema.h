/*
 * schema.h
 *		The schema as data: the catalogs read as objects, each with a name and a
 *		canonical body.  What is stored, compared or journalled is not here.
 */
#ifndef SM_SCHEMA_H
#define SM_SCHEMA_H

#include "common/sha2.h"

#include "catalog.h"

typedef struct SmSchemaObject
{
	SmObjectKey key;
	bool cluster; /* of the cluster, not of this database */
	const char *kind;
	const char *name; /* as SQL writes it, in the server's encoding */
	const char *body; /* canonical JSON in UTF-8 */
	size_t body_len;
	const char *identity; /* JSON: what proves a rename, never digested */
	uint8 digest[PG_SHA256_DIGEST_LENGTH];
} SmSchemaObject;

typedef struct SmSchema
{
	MemoryContext context; /* holds all of it */
	SmSchemaObject *objects;
	int count; /* sorted by cluster, kind, name, bytewise */
	int room;  /* the reader's own */
} SmSchema;

/*
 * Reads all objects, or where only is not NULL these (each named once; as
 * sm_catalog_object() gives them), of which those that are gone or are no
 * objects are left out.  portable: the form that is the same on
 * all majors.  The result is a child of parent.  All catalog rows come from one
 * snapshot of this moment; names and deparsed texts come from the newest
 * catalogs, so a caller that reads while others change the schema looks at the
 * catalogs' stamp before and after.  What cannot be deparsed is said in the
 * property "unreadable" of its object.  Raises only what stops any query:
 * cancel, shutdown, memory, a lock timeout; and
 * ERRCODE_READ_ONLY_SQL_TRANSACTION on a standby that needs the key for hashes
 * of secrets before the primary has made it.
 */
extern SmSchema *sm_schema_read(MemoryContext parent, bool portable, const SmObjectKey *only,
                                int nonly);

/* The same in both forms, for less than two reads: exact ones are returned. */
extern SmSchema *sm_schema_read_both(MemoryContext parent, const SmObjectKey *only, int nonly,
                                     SmSchema **portable);
extern void sm_schema_free(SmSchema *schema);

/* Computes the digests of objects with kind, name and body. */
extern void sm_schema_digest(SmSchema *schema);

#endif /* SM_SCHEMA_H */
