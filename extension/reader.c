/*
 * reader.c
 *		Helpers of the files that read a migration: places, errors, and memory
 *		that outlives the reading.  Nothing here knows the file's format.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "utils/memutils.h"

#include "reader.h"

/* The server quotes all of an unclosed literal, which may be the whole file. */
#define MAX_MESSAGE 400

SmSpan
sm_reader_span(const SmRegion *region, SmSpan span)
{
	span.start += region->base;
	span.end += region->base;
	return span;
}

SmPlace
sm_reader_place(SmReader *reader, SmSpan span)
{
	return sm_source_text_place(&reader->source, span.start, span.end);
}

bool
sm_reader_is_full(const SmReader *reader)
{
	return list_length(reader->migration->errors) >= SM_READER_MAX_ERRORS;
}

char *
sm_reader_copy(const SmReader *reader, const char *text, SmSpan span)
{
	int length = span.end - span.start;
	char *copy = MemoryContextAlloc(reader->result, (Size) length + 1);

	memcpy(copy, text + span.start, length);
	copy[length] = '\0';
	return copy;
}

List *
sm_reader_append(const SmReader *reader, List *list, void *item)
{
	MemoryContext old = MemoryContextSwitchTo(reader->result);

	list = lappend(list, item);
	MemoryContextSwitchTo(old);
	return list;
}

void *
sm_reader_alloc(const SmReader *reader, Size size)
{
	return MemoryContextAllocZero(reader->result, size);
}

static void
append_error(SmReader *reader, int sqlstate, SmPlace place, const char *message, const char *hint)
{
	SmParseError *error = sm_reader_alloc(reader, sizeof(SmParseError));

	error->sqlstate = sqlstate;
	error->message = MemoryContextStrdup(reader->result, message);
	error->hint = hint ? MemoryContextStrdup(reader->result, hint) : NULL;
	error->place = place;
	reader->migration->errors = sm_reader_append(reader, reader->migration->errors, error);
}

void
sm_reader_error_at(SmReader *reader, int sqlstate, SmPlace place, const char *message,
                   const char *hint)
{
	if (!sm_reader_is_full(reader))
		append_error(reader, sqlstate, place, message, hint);
}

void
sm_reader_say_full(SmReader *reader)
{
	const SmParseError *last = llast(reader->migration->errors);

	append_error(reader, ERRCODE_PROGRAM_LIMIT_EXCEEDED, last->place,
	             psprintf("reading ended here, after %d errors", SM_READER_MAX_ERRORS),
	             "Correct these first; the rest of the file may have more.");
}

void
sm_reader_error(SmReader *reader, int sqlstate, SmSpan span, const char *hint, const char *format,
                ...)
{
	StringInfoData message;

	initStringInfo(&message);
	for (;;)
	{
		va_list arguments;
		int needed;

		va_start(arguments, format);
		needed = appendStringInfoVA(&message, format, arguments);
		va_end(arguments);
		if (needed == 0)
			break;
		enlargeStringInfo(&message, needed);
	}
	sm_reader_error_at(reader, sqlstate, sm_reader_place(reader, span), message.data, hint);
	pfree(message.data);
}

void
sm_reader_server_error(SmReader *reader, const SmRegion *region, SmSpan span,
                       const ErrorData *error)
{
	char *message = error->message;
	int length = strlen(message);
	SmSpan place = span;

	if (length > MAX_MESSAGE)
		message = psprintf("%.*s...", pg_mbcliplen(message, length, MAX_MESSAGE), message);
	if (error->cursorpos > 0)
	{
		place.start =
		    sm_source_text_advance(region->text, span.start, span.end, error->cursorpos - 1);
		place.end = place.start;
	}
	sm_reader_error_at(reader, error->sqlerrcode,
	                   sm_reader_place(reader, sm_reader_span(region, place)), message,
	                   error->hint);
}
