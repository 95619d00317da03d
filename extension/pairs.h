/*
 * pairs.h
 *		The objects that differ between two snapshots, each with its other state,
 *		read from the store.  How they differ is diff.h's.
 */
#ifndef SM_PAIRS_H
#define SM_PAIRS_H

#include "diff.h"
#include "query.h"

/* One side of an object. */
typedef struct SmPairSide
{
	const char *name;
	Jsonb *body; /* NULL: not there */
	Jsonb *identity;
} SmPairSide;

typedef struct SmPairRow
{
	const char *section;
	const char *kind;
	SmPairSide from;
	SmPairSide to;
} SmPairRow;

typedef struct SmPairs
{
	int count;
	SmPairRow *rows; /* by section (database first), kind and name */
	SmRenames *renames;
} SmPairs;

/*
 * Reads what differs between two snapshots (to: NULL is the live schema).  An
 * object under another name is one row where both snapshots are of one database
 * and the OID is the same.  All lives until the scope ends.
 */
extern SmPairs *sm_pairs_read(SmQueryScope *scope, int32 from, const int32 *to);

/* One object of a row, its bodies read in the current memory context. */
extern void sm_pairs_get(const SmPairRow *row, SmPair *pair);

#endif /* SM_PAIRS_H */
