/*
 * diff_property.h
 *		The comparison of properties, for diff.c alone.
 */
#ifndef SM_DIFF_PROPERTY_H
#define SM_DIFF_PROPERTY_H

#include "diff.h"

/* One comparison under way. */
typedef struct SmDiff
{
	const SmPair *pair;
	const SmRenames *renames;
	SmChangeSink sink;
	void *arg;
	int counts[SM_PART_KINDS];
	SmPartMatch *matches[SM_PART_KINDS];
} SmDiff;

/*
 * Gives the sink a copy of change for each property that differs between its
 * nodes.  follows: the node is a constraint's index.
 */
extern void sm_diff_properties(SmDiff *diff, const SmChange *change, bool follows);

#endif /* SM_DIFF_PROPERTY_H */
