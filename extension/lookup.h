/*
 * lookup.h
 *		The ledger's rows by key, without SQL: what begin_unit() must know each
 *		time.  What the answers mean is order.c's; nothing is written from here.
 */
#ifndef SM_LOOKUP_H
#define SM_LOOKUP_H

#include "history.h"

/* What stands in the ledger for a unit on the way up; texts are NULL without a row. */
typedef struct SmLookup
{
	int64 epoch;
	char *timeline;
	char *status; /* of the phase */
	char *direction;
	int units;   /* of the phase, as registered; -1: not known */
	char *state; /* of the unit */
	bool transactional;
	bool batched;
	char *previous; /* state of the unit before */
	bool depends;   /* the migration has dependencies */
} SmLookup;

/*
 * Takes the epoch row FOR SHARE until the transaction ends and reads the rest,
 * in the current memory context.  Waits for a run that is just beginning;
 * raises a serialization failure where the isolation level demands it.
 */
extern void sm_lookup_unit(SmQueryScope *scope, const SmUnitKey *key, SmLookup *result);

#endif /* SM_LOOKUP_H */
