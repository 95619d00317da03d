/*
 * problems.h
 *		All that is wrong with the files, collected, so that a user sees every
 *		error of every file at once.  Errors of a running migration do not
 *		belong here.
 */
#ifndef SM_PROBLEMS_H
#define SM_PROBLEMS_H

#include "arena.h"
#include "error.h"

typedef struct SmProblems
{
	SmArena *arena; /* holds the texts */
	int count;
	SmError *errors;
} SmProblems;

extern void sm_problems_init(SmProblems *problems, SmArena *arena);

/* Adds an error (its texts are copied) with the exit code given in it. */
extern void sm_problems_add(SmProblems *problems, const SmError *error);

/* Adds an error of a file with SM_EXIT_USAGE; line and column 0 when there are none. */
extern void sm_problems_file(SmProblems *problems, const char *file, int line, int column,
                             const char *next, const char *fmt, ...) pg_attribute_printf(6, 7);

/*
 * Says all of them, in the order of files and places, and returns the code to
 * exit with: the first error's, SM_EXIT_DONE when there is none.
 */
extern SmExitCode sm_problems_say(SmProblems *problems);

#endif /* SM_PROBLEMS_H */
