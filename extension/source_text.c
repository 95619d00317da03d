/*
 * source_text.c
 *		Normalises a file's content and turns byte offsets into lines, columns and
 *		positions in characters.  Knows nothing of SQL or of marks.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"

#include "source_text.h"

/*
 * Every CHECKPOINT_STEP bytes the number of newlines, the number of characters
 * and the number of characters before the line are noted, so that a place costs
 * the same wherever it is asked for and however long the lines are.
 */
#define CHECKPOINT_STEP 1024
#define CHECKPOINT_FIELDS 4

typedef struct Cursor
{
	int offset;
	int lines;
	int characters;
	int line_start; /* in characters */
} Cursor;

/*
 * Moves the cursor up to (not beyond) the character that holds the offset.  In
 * server encodings every byte of a multi-byte character has its high bit set.
 */
static void
move_cursor(Cursor *cursor, const char *text, int length, int offset)
{
	while (cursor->offset < offset)
	{
		char c = text[cursor->offset];
		int width = IS_HIGHBIT_SET(c) ? pg_mblen(text + cursor->offset) : 1;

		if (cursor->offset + width > offset && width > 1)
			break;
		cursor->offset = Min(cursor->offset + width, length);
		cursor->characters++;
		if (c == '\n')
		{
			cursor->lines++;
			cursor->line_start = cursor->characters;
		}
	}
}

static void
save_checkpoints(SmSourceText *source)
{
	Cursor cursor = {0};
	int i;

	source->checkpoint_count = source->length / CHECKPOINT_STEP + 1;
	source->checkpoints = palloc_extended(
	    sizeof(int) * CHECKPOINT_FIELDS * (Size) source->checkpoint_count, MCXT_ALLOC_HUGE);
	for (i = 0; i < source->checkpoint_count; i++)
	{
		int *saved = source->checkpoints + (Size) i * CHECKPOINT_FIELDS;

		move_cursor(&cursor, source->text, source->length, i * CHECKPOINT_STEP);
		saved[0] = cursor.offset;
		saved[1] = cursor.lines;
		saved[2] = cursor.characters;
		saved[3] = cursor.line_start;
	}
}

static Cursor
cursor_at(const SmSourceText *source, int offset)
{
	const int *saved = source->checkpoints + (Size) (offset / CHECKPOINT_STEP) * CHECKPOINT_FIELDS;
	Cursor cursor = {saved[0], saved[1], saved[2], saved[3]};

	move_cursor(&cursor, source->text, source->length, offset);
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
sm_source_text_place(const SmSourceText *source, int start, int end)
{
	Cursor first;
	Cursor last;
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
