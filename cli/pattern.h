/*
 * pattern.h
 *		Patterns of migration files: share/patterns/NAME.sql with {{words}} to be
 *		filled in.
 */
#ifndef SM_PATTERN_H
#define SM_PATTERN_H

/* A word and what stands for it. */
typedef struct SmPatternWord
{
	const char *word;  /* without the braces; NULL ends a list */
	const char *value; /* NULL: was not given */
} SmPatternWord;

/* The text of a pattern.  Exits with SM_EXIT_USAGE, naming those there are, where there is none. */
extern char *sm_pattern_read(const char *program, const char *name);

/*
 * The text with its words replaced.  Exits with SM_EXIT_USAGE where one has no
 * value, naming the option for it (--word).
 */
extern char *sm_pattern_fill(const char *name, const char *text, const SmPatternWord *words);

#endif
