/*
 * suspects.h
 *		Comments that are no mark, but look like one gone wrong.
 */
#ifndef SM_SUSPECTS_H
#define SM_SUSPECTS_H

#include "reader.h"

/*
 * Whether a word (of a header or a mark, as written) is another one with a letter
 * wrong, missing, too much, or two in the wrong order; letters: how many may be.
 */
extern bool sm_suspects_is_near(const char *word, const char *name, int letters);

/* The word in lower case, with "-" for blanks and "_". */
extern char *sm_suspects_normalise(const char *text, SmSpan word);

/*
 * Adds an error where a comment that is no mark (kind SM_MARK_NONE or
 * SM_MARK_ENTRY) was probably meant to be one, and says so.
 */
extern bool sm_suspects_report(SmReader *reader, const SmRegion *region, const SmComment *comment,
                               const SmMark *mark);

#endif /* SM_SUSPECTS_H */
