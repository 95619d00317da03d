/*
 * source_text.h
 *		The text of a migration file, normalised, and where things stand in it.
 */
#ifndef SM_SOURCE_TEXT_H
#define SM_SOURCE_TEXT_H

#include "parse.h"

/* A character of the text: its offset, and what was counted before it. */
typedef struct SmCursor
{
	int offset;
	int lines;
	int characters;
	int line_start; /* in characters */
} SmCursor;

typedef struct SmSourceText
{
	char *text;            /* no BOM, LF line ends, NUL-terminated */
	int length;            /* in bytes */
	SmCursor *checkpoints; /* one every so many bytes */
	SmCursor last;         /* where the place before was asked for */
} SmSourceText;

/*
 * Normalises a file's content into *source, in the current memory context.
 * Raises ERRCODE_PROGRAM_LIMIT_EXCEEDED only through palloc.
 */
extern void sm_source_text_init(SmSourceText *source, const char *content, int length);

/* The place of the bytes from start to end (byte offsets from 0). */
extern SmPlace sm_source_text_place(SmSourceText *source, int start, int end);

/* Byte offset, from start on, of the nth character (from 0). */
extern int sm_source_text_advance(const char *text, int start, int end, int characters);

#endif /* SM_SOURCE_TEXT_H */
