/*
 * units.h
 *		Puts the statements of a phase or an undo into units.
 */
#ifndef SM_UNITS_H
#define SM_UNITS_H

#include "lib/stringinfo.h"

#include "options.h"
#include "split.h"
#include "statement.h"

typedef struct SmUnits
{
	SmPhase *phase;
	SmUnit *unit;  /* the one that statements are added to, or NULL */
	bool in_block; /* between BEGIN and COMMIT */
	SmSpan begin;  /* where that BEGIN stands in the source */
	char *begin_text;
	SmPending pending;      /* marks above the next statement */
	StringInfoData meaning; /* for the digest of the phase */
} SmUnits;

/* Begins a phase (up) or an undo; it is added to no list. */
extern void sm_units_begin(SmReader *reader, SmUnits *units, const char *phase, bool up,
                           SmSpan mark);

/*
 * Adds a statement of a region.  parsed is what it is, or NULL for one that did
 * not parse (which was reported and only keeps its place in the order).
 */
extern void sm_units_add(SmReader *reader, SmUnits *units, const SmRegion *region,
                         const SmPiece *piece, const SmParsed *parsed);

/* Ends the phase: reports what is still open and makes its digest. */
extern void sm_units_finish(SmReader *reader, SmUnits *units);

#endif /* SM_UNITS_H */
