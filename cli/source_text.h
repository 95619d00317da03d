/*
 * source_text.h
 *		Bytes of a file to normalised text, as the server does it: no BOM, LF
 *		line ends, valid UTF-8, no NUL.
 */
#ifndef SM_SOURCE_TEXT_H
#define SM_SOURCE_TEXT_H

#include <stddef.h>

/* Where and why bytes are no text. */
typedef struct SmTextFault
{
	const char *what; /* NULL: nothing is wrong */
	int line;         /* from 1 */
	int column;       /* in characters, from 1 */
} SmTextFault;

/* Normalises in place and returns the new length. */
extern size_t sm_source_text_normalise(char *bytes, size_t length);

/* Looks for a NUL or what is no UTF-8. */
extern SmTextFault sm_source_text_check(const char *text, size_t length);

/* The byte offset of a character offset in valid UTF-8. */
extern size_t sm_source_text_offset(const char *text, size_t length, size_t characters);

/* Line and column (from 1, in characters) of a byte offset. */
extern void sm_source_text_place(const char *text, size_t offset, int *line, int *column);

#endif /* SM_SOURCE_TEXT_H */
