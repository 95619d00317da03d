/*
 * linediff.h
 *		Two texts compared line by line.  How the lines are shown is the caller's.
 */
#ifndef SM_LINEDIFF_H
#define SM_LINEDIFF_H

/*
 * One line: sign is ' ' (in both), '-' (in the first), '+' (in the second) or
 * '@' (lines in between were left out; no text).  The text is not ended by a
 * zero byte and has no newline.
 */
typedef void (*SmLineVisitor)(void *arg, char sign, const char *line, int length);

/*
 * Calls the visitor for every line that differs, and for so many lines around
 * it.  Returns how many lines differ; 0 when the texts are the same.
 */
extern int sm_linediff(const char *first, const char *second, int context, SmLineVisitor visit,
                       void *arg);

#endif /* SM_LINEDIFF_H */
