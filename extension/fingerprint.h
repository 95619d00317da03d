/*
 * fingerprint.h
 *		The manifest of the schema as it is now, computed from what the cache
 *		knows and what has changed since.  What is done with it is not here.
 *
 *		A typical use:
 *
 *			SmFingerprint current;
 *
 *			sm_query_begin(&scope, fcinfo, SM_QUERY_READ);
 *			sm_fingerprint_open(&current, &scope, 0);
 *			... sm_manifest_root(current.manifest, SM_MERKLE_EXACT) ...
 *			sm_fingerprint_close(&current);
 *			sm_query_end(&scope);
 */
#ifndef SM_FINGERPRINT_H
#define SM_FINGERPRINT_H

#include "affected.h"
#include "manifest.h"
#include "stamp.h"

/* What is wanted besides the exact objects; or'ed. */
#define SM_FINGERPRINT_PORTABLE 1 /* the portable ones */
#define SM_FINGERPRINT_BODIES 2   /* what was read stays in schemas */

typedef struct SmFingerprint
{
	SmQueryScope *scope;
	int flags;
	MemoryContext context; /* of all of it */
	SmCache cache;
	SmManifest *manifest; /* finished; its buckets can be asked for until it is closed */
	SmStamp *stamp;       /* that the manifest is true for */
	SmAtomList **atoms;   /* by catalog and chunk: what the cache does not have; NULL: none */
	uint64 generation;    /* of the cache's rows; 0: there were none */
	bool changed;         /* the cache does not have all of it */
	List *schemas;        /* of SmSchema: all exact objects that were read, oldest first */
} SmFingerprint;

/*
 * Brings the manifest up to date with the newest catalogs, own uncommitted
 * changes included, and writes what has changed to the cache where this
 * transaction may.  Raises ERRCODE_T_R_SERIALIZATION_FAILURE when the schema
 * does not stay still for as long as it takes to read what changes.
 */
extern void sm_fingerprint_open(SmFingerprint *current, SmQueryScope *scope, int flags);
extern void sm_fingerprint_close(SmFingerprint *current);

#endif /* SM_FINGERPRINT_H */
