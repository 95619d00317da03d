/*
 * suggest.h
 *		"Did you mean": the nearest of some words.
 */
#ifndef SM_SUGGEST_H
#define SM_SUGGEST_H

/* The nearest candidate (the last is NULL) that is close enough to be a misspelling, or NULL. */
extern const char *sm_suggest_nearest(const char *word, const char *const *candidates);

#endif /* SM_SUGGEST_H */
