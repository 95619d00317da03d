/*
 * split.h
 *		Cuts a text into what psql would send: statements, the gaps with comments
 *		between them, and the backslash commands that psql would obey.
 */
#ifndef SM_SPLIT_H
#define SM_SPLIT_H

#include "lib/stringinfo.h"
#include "parser/scanner.h"

#include "marks.h"

typedef enum SmPieceKind
{
	SM_PIECE_END,
	SM_PIECE_GAP, /* comments between statements */
	SM_PIECE_STATEMENT,
	SM_PIECE_BACKSLASH /* a psql meta-command, to the end of its line */
} SmPieceKind;

typedef struct SmPiece
{
	SmPieceKind kind;
	SmSpan span;            /* without the semicolon */
	bool last;              /* a gap at the end of the text */
	bool cut;               /* statement broken off by a backslash command */
	bool runs_into;         /* statement without a semicolon before a mark */
	SmSpan mark;            /* the mark that it runs into */
	SmSpan inner_semicolon; /* the first one inside parentheses, or empty */
	SmSpan unlock_all;      /* a call of pg_advisory_unlock_all(), or empty */
	StringInfoData tokens;  /* of a statement, normalised, for digests */
} SmPiece;

typedef struct SmSplit
{
	const char *text; /* NUL-terminated */
	int length;
	bool marks;                  /* section marks end a statement */
	MemoryContext context;       /* for the scanner */
	MemoryContext token_context; /* for token values, reset often */
	char *scan_text;             /* text, or a copy with unreadable bytes replaced */
	core_yyscan_t scanner;
	core_yy_extra_type extra;
	int scan_base; /* where the scanner was started */
	int reread;    /* bytes that were gone back, see pieces.c */
	int restarts;
	SmSpan token;  /* the next token */
	bool at_end;   /* there is no next token */
	int gap_start; /* end of the token before */
	bool gap_done; /* the gap before the next token was returned */
} SmSplit;

/*
 * Starts to cut text[0..length), which must be NUL-terminated there.  marks:
 * whether a mark that begins a section ends an unfinished statement.
 */
extern void sm_split_init(SmSplit *split, const char *text, int length, bool marks);

/*
 * The next piece, its tokens in *piece->tokens (allocated by sm_split_init's
 * caller through initStringInfo).  False at the end.  Raises nothing for bad
 * SQL: a statement that cannot be scanned is returned for the parser to judge.
 */
extern bool sm_split_next(SmSplit *split, SmPiece *piece);

/* Goes on at another place of the text (behind data that is no SQL). */
extern void sm_split_restart(SmSplit *split, int offset);

extern void sm_split_finish(SmSplit *split);

#endif /* SM_SPLIT_H */
