/*
 * reader.h
 *		What the files that read a migration share: the source, the result, and
 *		the collecting of errors.
 */
#ifndef SM_READER_H
#define SM_READER_H

#include "marks.h"
#include "parse.h"
#include "source_text.h"

/* Reading stops here: whoever has so many errors does not want the next one. */
#define SM_READER_MAX_ERRORS 100

typedef struct SmReader
{
	SmMigration *migration;
	SmSourceText source;
	MemoryContext result;  /* what the caller gets */
	MemoryContext scratch; /* lives as long as the reading */
	MemoryContext piece;   /* reset after every statement */
} SmReader;

/*
 * A text with statements: the file, or the inside of a comment.  Offset 0 is
 * offset base of the source, and what is no comment stands at the same place.
 */
typedef struct SmRegion
{
	const char *text; /* NUL-terminated */
	int length;
	int base;
} SmRegion;

/* The span of the source that a span of a region is. */
extern SmSpan sm_reader_span(const SmRegion *region, SmSpan span);

/* Place of a span of the source. */
extern SmPlace sm_reader_place(SmReader *reader, SmSpan span);

/* Adds an error of the file at a span of the source.  hint may be NULL. */
extern void sm_reader_error(SmReader *reader, int sqlstate, SmSpan span, const char *hint,
                            const char *format, ...) pg_attribute_printf(5, 6);

/* Adds an error that the server's scanner or parser raised for region[start..end). */
extern void sm_reader_server_error(SmReader *reader, const SmRegion *region, SmSpan span,
                                   const ErrorData *error);

/* The same for what has its place already, with a finished message. */
extern void sm_reader_error_at(SmReader *reader, int sqlstate, SmPlace place, const char *message,
                               const char *hint);

extern bool sm_reader_is_full(const SmReader *reader);

/* Adds, behind all others, that reading ended before the file did. */
extern void sm_reader_say_full(SmReader *reader);

/* Copy of a part of a text in the context of the result. */
extern char *sm_reader_copy(const SmReader *reader, const char *text, SmSpan span);

/* Appends to a list of the result. */
extern List *sm_reader_append(const SmReader *reader, List *list, void *item);

/* Room for an item of the result, zeroed. */
extern void *sm_reader_alloc(const SmReader *reader, Size size);

#endif /* SM_READER_H */
