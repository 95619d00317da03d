/*
 * undo.h
 *		The undo of a migration or of a phase, in each way to write it.
 */
#ifndef SM_UNDO_H
#define SM_UNDO_H

#include "pieces.h"

/* A rollback section while it is read. */
typedef struct SmUndo
{
	bool open; /* more of it may follow */
	const char *phase;
	SmSpan mark;
	bool has_block;      /* its block comment was read */
	bool has_statements; /* it is written bare */
	SmSpan text;         /* of its bare statements */
	SmSpan lines;        /* neighbouring line comments */
	bool lines_closed;   /* a line of signs ended them */
	SmUnits units;       /* of its bare statements */
} SmUndo;

/* Begins the section of a mark without text. */
extern void sm_undo_begin(SmReader *reader, SmUndo *undo, const SmMark *mark, SmSpan place);

/* A comment in the section that is no mark. */
extern void sm_undo_add_comment(SmReader *reader, SmUndo *undo, const SmComment *comment);

/* A bare statement in the section; parsed is NULL for one with an error. */
extern void sm_undo_add_statement(SmReader *reader, SmUndo *undo, const SmRegion *region,
                                  const SmPiece *piece, const SmParsed *parsed);

/* Ends the section and adds its undo, if it has one, to the migration. */
extern void sm_undo_finish(SmReader *reader, SmUndo *undo);

/*
 * Reads "-- Rollback: text" with the line comments directly below it, up to
 * end; *position moves behind them.
 */
extern void sm_undo_read_lines(SmReader *reader, const SmMark *mark, SmSpan place, int *position,
                               int end);

#endif /* SM_UNDO_H */
