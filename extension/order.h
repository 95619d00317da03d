/*
 * order.h
 *		Which unit or phase may begin now: the order of units, phases and
 *		dependencies.  Nothing is decided here about files or statements.
 */
#ifndef SM_ORDER_H
#define SM_ORDER_H

#include "history.h"

/* A unit's row as it was, in the scope's calling context. */
typedef struct SmUnitBefore
{
	char *state; /* NULL: there was no row */
	bool transactional;
	bool batched; /* some batches of it are done */
	int units;    /* how many the phase or undo has, as registered; -1: not known */
} SmUnitBefore;

/*
 * Checks session, fence (the epoch row is held FOR SHARE from here on), state
 * of the phase, and that the unit before this one is completed; with unit 1,
 * or 0 for a phase without units, the phases before it and the dependencies
 * too.  A phase that starts over puts its undo back to pending.  Raises
 * ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE with what is missing.
 */
extern void sm_order_check(SmQueryScope *scope, const SmUnitKey *key, SmUnitBefore *before);

/* How many units the phase or undo has, as registered; -1: not known. */
extern int sm_order_units(SmQueryScope *scope, const SmUnitKey *key);

/* Raises an error unless the unit is the last of so many (-1: any may be). */
extern void sm_order_check_final(const SmUnitKey *key, int units);

#endif /* SM_ORDER_H */
