/*
 * header.h
 *		The "-- Name: value" lines at the head of a file.
 */
#ifndef SM_HEADER_H
#define SM_HEADER_H

#include "reader.h"

/*
 * Reads an entry mark of the header into reader->migration: a known name with
 * its value, an error for a bad value, a name given twice or a misspelt name.
 * Any other "-- Word: text" is a comment.
 */
extern void sm_header_read(SmReader *reader, const SmMark *mark);

/*
 * The same words below the header have no effect; those that nobody writes as
 * prose (Lock-Timeout and the like) are reported.
 */
extern void sm_header_read_late(SmReader *reader, const SmMark *mark);

/* Whether an entry mark is a header line (of which no text goes on below). */
extern bool sm_header_is_entry(const char *text, const SmMark *mark);

/* A comment directly below an empty "Dependencies:": reports an id in it. */
extern void sm_header_check_list(SmReader *reader, const SmComment *comment);

#endif /* SM_HEADER_H */
