/*
 * source_text.c
 *		Normalises a file's content and turns byte offsets into lines, columns and
 *		positions in characters.  Knows nothing of SQL or of marks.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"

#include "source_text.h"

/*
 * At every so many bytes the counts are kept, so that a place costs the same
 * wherever it is asked for and however long the lines are.
 */
#define CHECKPOINT_STEP 1024

/*
 * Moves the cursor up to (not beyond) the character that holds the offset.  In
 * server encodings every byte of a multi-byte character has its high bit set.
 */
static void
move_cursor(SmCursor *cursor, const char *text, int offset)
{
	SmCursor at = *cursor;

	while (at.offset < offset)
	{
		char c = text[at.offset];

		if (unlikely(IS_HIGHBIT_SET(c)))
		{
			int width = pg_mblen(text + at.offset);

			if (at.offset + width > offset)
				break;
			at.offset += width - 1;
		}
		at.offset++;
		at.characters++;
		if (c == '\n')
		{
			at.lines++;
			at.line_start = at.characters;
		}
	}
	*cursor = at;
}

static void
save_checkpoints(SmSourceText *source)
{
	int count = source->length / CHECKPOINT_STEP + 1;
	SmCursor cursor = {0};
	int i;

	source->checkpoints = palloc_extended(sizeof(SmCursor) * (Size) count, MCXT_ALLOC_HUGE);
	for (i = 0; i < count; i++)
	{
		move_cursor(&cursor, source->text, i * CHECKPOINT_STEP);
		source->checkpoints[i] = cursor;
	}
	source->last = source->checkpoints[0];
}

/* Places are mostly asked for from the front to the back: go on from the last. */
static SmCursor
cursor_at(SmSourceText *source, int offset)
{
	SmCursor cursor = source->checkpoints[offset / CHECKPOINT_STEP];

	if (source->last.offset <= offset && source->last.offset > cursor.offset)
		cursor = source->last;
	move_cursor(&cursor, source->text, offset);
	source->last = cursor;
	return cursor;
}

void
sm_source_text_init(SmSourceText *source, const char *content, int length)
{
	static const char bom[] = "\xEF\xBB\xBF";
	char *to;
	int i;

	if (GetDatabaseEncoding() == PG_UTF8 && length >= 3 && memcmp(content, bom, 3) == 0)
	{
		content += 3;
		length -= 3;
	}
	to = source->text = palloc((Size) length + 1);
	for (i = 0; i < length; i++)
	{
		if (content[i] == '\r' && i + 1 < length && content[i + 1] == '\n')
			continue;
		*to++ = content[i];
	}
	*to = '\0';
	source->length = to - source->text;
	save_checkpoints(source);
}

SmPlace
sm_source_text_place(SmSourceText *source, int start, int end)
{
	SmCursor first;
	SmCursor last;
	SmPlace place;

	start = Min(Max(start, 0), source->length);
	end = Min(Max(end, start), source->length);
	first = cursor_at(source, start);
	last = cursor_at(source, end);
	place.line = first.lines + 1;
	place.column = first.characters - first.line_start + 1;
	place.position = first.characters + 1;
	place.length = last.characters - first.characters;
	return place;
}

int
sm_source_text_advance(const char *text, int start, int end, int characters)
{
	while (characters-- > 0 && start < end)
		start += IS_HIGHBIT_SET(text[start]) ? pg_mblen(text + start) : 1;
	return Min(start, end);
}
