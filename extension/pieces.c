/*
 * pieces.c
 *		Parses the pieces that split.c cuts and reports what no migration may hold.
 *		Where a statement belongs to is decided by the callers.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "pieces.h"
#include "suspects.h"

/* In bytes; the more of it, the longer a hopeless file takes. */
#define MAX_REREAD (16 * 1024 * 1024)

/*
 * An unclosed parenthesis takes in all that follows it.  When the error is at the
 * first semicolon inside, the statement ended there for its author: go on behind,
 * as long as not too much is read again and again.
 */
static void
resume_after_parenthesis(const SmRegion *region, SmSplit *split, const SmPiece *piece,
                         const ErrorData *error)
{
	int offset;

	if (piece->inner_semicolon.end == 0 || error->cursorpos <= 0)
		return;
	offset = sm_source_text_advance(region->text, piece->span.start, piece->span.end,
	                                error->cursorpos - 1);
	split->reread += piece->span.end - offset;
	if (offset == piece->inner_semicolon.start && split->reread < MAX_REREAD)
		sm_split_restart(split, piece->inner_semicolon.end);
}

/* The rows of a COPY FROM STDIN reach up to a line "\." or to the end. */
static void
skip_copy_data(SmSplit *split, const SmPiece *piece)
{
	const char *at = split->text + piece->span.end;

	while ((at = strstr(at, "\n\\.")) != NULL)
	{
		at += 3;
		if (*at == '\n' || *at == '\0')
			break;
	}
	sm_split_restart(split, at ? at - split->text : split->length);
}

static void
report_missing_semicolon(SmReader *reader, const SmRegion *region, const SmPiece *piece)
{
	sm_reader_error(reader, ERRCODE_SYNTAX_ERROR, sm_reader_span(region, piece->mark),
	                "Put a semicolon behind the statement above, "
	                "or the mark's comment elsewhere.",
	                "mark inside a statement");
}

bool
sm_pieces_parse(SmReader *reader, const SmRegion *region, SmSplit *split, const SmPiece *piece,
                SmParsed *parsed)
{
	MemoryContext old;
	SmSpan place = sm_reader_span(region, piece->span);
	ErrorData *error;
	int errors = list_length(reader->migration->errors);

	MemoryContextReset(reader->piece);
	if (piece->cut)
		return false;
	old = MemoryContextSwitchTo(reader->piece);
	error = sm_statement_parse(
	    pnstrdup(region->text + piece->span.start, piece->span.end - piece->span.start), parsed);
	MemoryContextSwitchTo(old);
	if (piece->runs_into)
		report_missing_semicolon(reader, region, piece);
	if (error)
	{
		sm_reader_server_error(reader, region, piece->span, error);
		resume_after_parenthesis(region, split, piece, error);
		return false;
	}
	if (piece->unlock_all.end > 0)
		sm_reader_error(reader, ERRCODE_FEATURE_NOT_SUPPORTED,
		                sm_reader_span(region, piece->unlock_all),
		                "It would give the migration lock away. "
		                "Release each lock by pg_advisory_unlock() with its key.",
		                "pg_advisory_unlock_all() is not allowed in a migration");
	if (parsed->refused)
		sm_reader_error(reader, ERRCODE_FEATURE_NOT_SUPPORTED, place, parsed->hint, "%s",
		                parsed->refused);
	if (parsed->copy_data)
		skip_copy_data(split, piece);
	/* a refused COMMIT ends its transaction all the same, for what follows */
	return list_length(reader->migration->errors) == errors || parsed->control != SM_CONTROL_NONE;
}

void
sm_pieces_read_backslash(SmReader *reader, const SmRegion *region, const SmPiece *piece)
{
	SmSpan name = {piece->span.start + 1, piece->span.start + 1};

	while (name.end < piece->span.end && strchr(" \t", region->text[name.end]) == NULL)
		name.end++;
	if (sm_marks_is_word(region->text, name, "restrict") ||
	    sm_marks_is_word(region->text, name, "unrestrict"))
		return;
	name.start--;
	sm_reader_error(reader, ERRCODE_FEATURE_NOT_SUPPORTED, sm_reader_span(region, piece->span),
	                "A migration is sent to the server, which knows SQL only.",
	                "psql meta-command \"%.*s\" is not allowed in a migration",
	                Min(name.end - name.start, 64), region->text + name.start);
}

static void
read_option_marks(SmReader *reader, const SmRegion *region, const SmPiece *piece, SmUnits *units)
{
	int at = piece->span.start;
	SmComment comment;

	while (sm_marks_next_comment(region->text, &at, piece->span.end, &comment))
	{
		SmMark mark = sm_marks_read(region->text, &comment);

		if (mark.kind == SM_MARK_TRANSACTION || mark.kind == SM_MARK_DONE_WHEN ||
		    mark.kind == SM_MARK_BATCH)
			sm_options_read(reader, region, &mark, &units->pending);
		else if (mark.kind == SM_MARK_NONE || mark.kind == SM_MARK_ENTRY)
			sm_suspects_report(reader, region, &comment, &mark);
	}
}

void
sm_pieces_read_units(SmReader *reader, const SmRegion *region, SmUnits *units)
{
	SmSplit split;
	SmPiece piece;
	SmParsed parsed;

	initStringInfo(&piece.tokens);
	sm_split_init(&split, region->text, region->length, false);
	while (!sm_reader_is_full(reader) && sm_split_next(&split, &piece))
	{
		if (piece.kind == SM_PIECE_GAP)
			read_option_marks(reader, region, &piece, units);
		else if (piece.kind == SM_PIECE_BACKSLASH)
			sm_pieces_read_backslash(reader, region, &piece);
		else
		{
			bool good = sm_pieces_parse(reader, region, &split, &piece, &parsed);

			sm_units_add(reader, units, region, &piece, good ? &parsed : NULL);
		}
	}
	sm_split_finish(&split);
	pfree(piece.tokens.data);
}
