/*
 * pieces.h
 *		From a piece of a region to a parsed statement.
 */
#ifndef SM_PIECES_H
#define SM_PIECES_H

#include "units.h"

/*
 * Parses a statement piece in reader->piece, which it resets first.  Reports
 * what is wrong with it and returns whether it may be used; the splitter goes on
 * behind data or parentheses that are not to be read.
 */
extern bool sm_pieces_parse(SmReader *reader, const SmRegion *region, SmSplit *split,
                            const SmPiece *piece, SmParsed *parsed);

/* Reports a backslash command, but for the two that pg_dump writes. */
extern void sm_pieces_read_backslash(SmReader *reader, const SmRegion *region,
                                     const SmPiece *piece);

/* Reads a region that holds statements and their marks only: an undo. */
extern void sm_pieces_read_units(SmReader *reader, const SmRegion *region, SmUnits *units);

#endif /* SM_PIECES_H */
