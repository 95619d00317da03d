/*
 * source_text.c
 *		Bytes of a file to normalised text, and places in it.
 */
#include "postgres_fe.h"

#include "mb/pg_wchar.h"

#include "source_text.h"

size_t
sm_source_text_normalise(char *bytes, size_t length)
{
	char *from = bytes;
	char *end = bytes + length;
	char *to = bytes;

	if (length >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0)
		from += 3;
	if (from == bytes && memchr(bytes, '\r', length) == NULL)
		to = end;
	else
		while (from < end)
		{
			char *cr = memchr(from, '\r', end - from);
			char *stop = cr == NULL ? end : cr;

			memmove(to, from, stop - from);
			to += stop - from;
			from = stop;
			if (cr != NULL)
			{
				/* a lone CR is a character like any other */
				if (cr + 1 == end || cr[1] != '\n')
					*to++ = '\r';
				from = cr + 1;
			}
		}
	return to - bytes;
}

SmTextFault
sm_source_text_check(const char *text, size_t length)
{
	SmTextFault fault = {0};
	size_t valid = pg_encoding_verifymbstr(PG_UTF8, text, (int) length);

	/* the verifier stops at a NUL as at any invalid byte */
	if (valid < length)
	{
		fault.what =
		    text[valid] == '\0' ? "the file has a NUL byte" : "the file is not valid UTF-8";
		sm_source_text_place(text, valid, &fault.line, &fault.column);
	}
	return fault;
}

/* Whether a byte starts a character. */
static inline bool
starts_character(char byte)
{
	return ((unsigned char) byte & 0xC0) != 0x80;
}

size_t
sm_source_text_offset(const char *text, size_t length, size_t characters)
{
	size_t offset = 0;

	while (offset < length && characters > 0)
	{
		offset++;
		while (offset < length && !starts_character(text[offset]))
			offset++;
		characters--;
	}
	return offset;
}

void
sm_source_text_place(const char *text, size_t offset, int *line, int *column)
{
	*line = 1;
	*column = 1;
	for (size_t i = 0; i < offset; i++)
	{
		if (text[i] == '\n')
		{
			(*line)++;
			*column = 1;
		}
		else if (starts_character(text[i]))
			(*column)++;
	}
}
