/*
 * manifest_pack.h
 *		How a manifest stands in the rows of schema_cache.  Rows are read by the
 *		server version that wrote them, on the same machine: numbers stand as they
 *		are in memory.
 */
#ifndef SM_MANIFEST_PACK_H
#define SM_MANIFEST_PACK_H

#include "lib/stringinfo.h"

#include "manifest.h"

/* Bytes as they are in memory; reading past the end raises ERRCODE_DATA_CORRUPTED. */
extern void sm_manifest_write(StringInfo data, const void *bytes, Size length);
extern const char *sm_manifest_read(StringInfo data, void *bytes, Size length);

/* What is not in buckets and keys: the digests of the buckets, without their entries. */
extern void sm_manifest_pack(const SmManifest *manifest, StringInfo state);
extern void sm_manifest_unpack(SmManifest *manifest, StringInfo state);

/* A part that is not in memory yet, in the current memory context; empty without a row. */
extern void sm_manifest_unpack_bucket(SmCache *cache, int number, SmManifestBucket *bucket);
extern void sm_manifest_unpack_keys(SmCache *cache, int part, SmManifestKeys *keys);

/* Writes the parts that have changed, after sm_manifest_finish(). */
extern void sm_manifest_store(SmManifest *manifest);

#endif /* SM_MANIFEST_PACK_H */
