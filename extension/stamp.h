/*
 * stamp.h
 *		The physical stamp of the catalogs: what tells, without reading a single
 *		value, that no row of them has changed.  Which object a changed row
 *		belongs to is affected.h's.
 *
 *		The stamp of a row is a hash of its (ctid, xmin), and a change of a row
 *		makes a new version with another one.  Rows are summed up by chunks of
 *		blocks, so that a stamp that differs also says where to look.
 */
#ifndef SM_STAMP_H
#define SM_STAMP_H

#include "utils/snapshot.h"

#include "catalog.h"

/* The sums of one catalog, a chunk each. */
typedef struct SmStampCatalog
{
	Oid relid;
	int nchunks;
	uint64 *sums;
} SmStampCatalog;

/* One entry for each catalog of sm_catalog_list(), in its order. */
typedef struct SmStamp
{
	int count;
	SmStampCatalog *catalogs;
} SmStamp;

/* What the rows of one atom in one chunk add up to. */
typedef struct SmAtomStamp
{
	SmObjectKey atom;
	uint64 sum;
} SmAtomStamp;

typedef struct SmAtomList
{
	int count;
	SmAtomStamp *atoms; /* in no order */
} SmAtomList;

/*
 * Reads the headers of all rows that the snapshot sees.  Where atoms is not
 * NULL, it gets an array of lists for each catalog, a list a chunk, too.  All in
 * the current memory context.
 */
extern SmStamp *sm_stamp_take(Snapshot snapshot, SmAtomList ***atoms);

/* The atoms of one chunk, as the snapshot sees them. */
extern void sm_stamp_read_chunk(const SmCatalog *catalog, int chunk, Snapshot snapshot,
                                SmAtomList *list);

#endif /* SM_STAMP_H */
