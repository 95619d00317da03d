/*
 * undo.c
 *		Finds the text of an undo: a block comment, line comments, or bare
 *		statements below a rollback mark.  Its statements are read like those of a
 *		phase, at their places in the file.
 */
#include "postgres.h"

#include "header.h"
#include "undo.h"

static const char *
undo_phase(const SmMark *mark)
{
	return mark->phase < 0 ? SM_PHASE_ALL : sm_marks_phase_names[mark->phase];
}

static bool
is_empty(SmSpan span)
{
	return span.start >= span.end;
}

static void
add_undo(SmReader *reader, SmUnits *units, const SmRegion *region, SmSpan mark)
{
	SmPhase *phase = units->phase;
	SmSpan whole = sm_marks_trim(region->text, (SmSpan){0, region->length});

	sm_units_finish(reader, units);
	/* comments alone undo nothing */
	if (phase->units == NIL)
		return;
	if (sm_parse_find_phase(reader->migration, phase->name, false) != NULL)
	{
		sm_reader_error(reader, ERRCODE_SYNTAX_ERROR, mark, "Put all of it into one block.",
		                "the rollback of %s is given twice",
		                strcmp(phase->name, SM_PHASE_ALL) == 0 ? "the migration" : phase->name);
		return;
	}
	phase->rollback_text = sm_reader_copy(reader, region->text, whole);
	reader->migration->undos = sm_reader_append(reader, reader->migration->undos, phase);
}

/* Reads all of a region as an undo. */
static void
read_region(SmReader *reader, const SmRegion *region, const char *phase, SmSpan mark)
{
	SmUnits units;

	sm_units_begin(reader, &units, phase, false, mark);
	sm_pieces_read_units(reader, region, &units);
	add_undo(reader, &units, region, mark);
}

/*
 * Line comments become a text of the same length in which blanks stand for the
 * comments' own signs, so that all places in it are the file's.
 */
static void
read_lines(SmReader *reader, SmSpan lines, const char *phase, SmSpan mark)
{
	MemoryContext old = MemoryContextSwitchTo(reader->scratch);
	SmRegion region;
	char *text = pnstrdup(reader->source.text + lines.start, lines.end - lines.start);
	char *at = text;

	region.text = text;
	region.length = lines.end - lines.start;
	region.base = lines.start;
	while (at != NULL)
	{
		at += strspn(at, " \t\f\v\r\n");
		if (at[0] == '-' && at[1] == '-')
			while (*at == '-')
				*at++ = ' ';
		at = strchr(at, '\n');
	}
	read_region(reader, &region, phase, mark);
	MemoryContextSwitchTo(old);
}

static bool
is_next_line(const char *text, int end, int start)
{
	const char *newline = memchr(text + end, '\n', start - end);

	return newline != NULL && memchr(newline + 1, '\n', text + start - newline - 1) == NULL;
}

void
sm_undo_begin(SmReader *reader, SmUndo *undo, const SmMark *mark, SmSpan place)
{
	memset(undo, 0, sizeof(SmUndo));
	undo->open = true;
	undo->phase = undo_phase(mark);
	undo->mark = place;
	sm_units_begin(reader, &undo->units, undo->phase, false, place);
}

static void
add_block(SmReader *reader, SmUndo *undo, const SmComment *comment)
{
	MemoryContext old = MemoryContextSwitchTo(reader->scratch);
	SmSpan inside = comment->text;
	SmRegion region;

	if (undo->has_block)
		sm_reader_error(reader, ERRCODE_SYNTAX_ERROR, comment->whole,
		                "Put all of the rollback into one comment.",
		                "second block comment in a rollback section");
	else if (!undo->has_statements)
	{
		undo->has_block = true;
		region.length = Max(inside.end - inside.start, 0);
		region.text = pnstrdup(reader->source.text + inside.start, region.length);
		region.base = inside.start;
		read_region(reader, &region, undo->phase, undo->mark);
	}
	MemoryContextSwitchTo(old);
}

/* Behind a line of signs stands a remark, but not a statement. */
static void
refuse_rest(SmReader *reader, const SmComment *comment)
{
	if (is_empty(comment->text) || reader->source.text[comment->text.end - 1] != ';')
		return;
	sm_reader_error(reader, ERRCODE_SYNTAX_ERROR, comment->whole,
	                "Take the line above it away, or put all of the rollback into one block "
	                "comment.",
	                "statement behind the end of the rollback's lines");
}

void
sm_undo_add_comment(SmReader *reader, SmUndo *undo, const SmComment *comment)
{
	const char *text = reader->source.text;

	if (!undo->open)
		return;
	if (comment->block)
		add_block(reader, undo, comment);
	else if (!comment->own_line || is_empty(sm_marks_trim(text, comment->text)))
		return;
	else if (sm_marks_is_banner(text, comment))
		undo->lines_closed = !is_empty(undo->lines);
	else if (undo->lines_closed)
		refuse_rest(reader, comment);
	else if (is_empty(undo->lines))
		undo->lines = comment->whole;
	else
		undo->lines.end = comment->whole.end;
}

void
sm_undo_add_statement(SmReader *reader, SmUndo *undo, const SmRegion *region, const SmPiece *piece,
                      const SmParsed *parsed)
{
	if (!undo->open || undo->has_block)
	{
		sm_reader_error(reader, ERRCODE_SYNTAX_ERROR, piece->span,
		                "Put it into the rollback's comment, or above the rollback mark.",
		                "statement below the rollback");
		return;
	}
	if (!undo->has_statements)
		undo->text.start = piece->span.start;
	undo->has_statements = true;
	undo->text.end = piece->span.end;
	sm_units_add(reader, &undo->units, region, piece, parsed);
}

void
sm_undo_finish(SmReader *reader, SmUndo *undo)
{
	SmRegion region;

	if (!undo->open)
		return;
	undo->open = false;
	region.text = reader->source.text + undo->text.start;
	region.length = undo->text.end - undo->text.start;
	region.base = undo->text.start;
	add_undo(reader, &undo->units, &region, undo->mark);
	if (!undo->has_block && !undo->has_statements && !is_empty(undo->lines))
		read_lines(reader, undo->lines, undo->phase, undo->mark);
}

void
sm_undo_read_lines(SmReader *reader, const SmMark *mark, SmSpan place, int *position, int end)
{
	const char *text = reader->source.text;
	SmSpan lines = mark->value;
	SmComment comment;
	bool closed = false;
	int before = *position;
	int at = *position;

	if (sm_marks_is_word(text, mark->value, "none"))
		return;
	while (sm_marks_next_comment(text, &at, end, &comment))
	{
		SmMark next = sm_marks_read(text, &comment);

		if (comment.block || !is_next_line(text, before, comment.whole.start) ||
		    sm_header_is_entry(text, &next) ||
		    (next.kind != SM_MARK_NONE && next.kind != SM_MARK_ENTRY))
			break;
		before = comment.whole.end;
		if (closed)
			refuse_rest(reader, &comment);
		else if (sm_marks_is_banner(text, &comment))
			closed = true;
		else
			*position = lines.end = comment.whole.end;
	}
	read_lines(reader, lines, undo_phase(mark), place);
}
