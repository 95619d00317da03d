/*
 * exitcode.h
 *		What the program's exit codes mean.  Documented in the man page; a code
 *		never changes its meaning.
 */
#ifndef SM_EXITCODE_H
#define SM_EXITCODE_H

typedef enum SmExitCode
{
	SM_EXIT_DONE = 0,
	SM_EXIT_FAILED = 1,      /* a migration or a command failed */
	SM_EXIT_USAGE = 2,       /* usage, configuration or a bad migration file */
	SM_EXIT_FINDINGS = 3,    /* verify mismatch and other findings */
	SM_EXIT_PENDING = 4,     /* something is pending (with --check) */
	SM_EXIT_LOCKED = 5,      /* another runner holds the lock */
	SM_EXIT_REFUSED = 6,     /* policy, approval or a gate refuses */
	SM_EXIT_CONNECTION = 7,  /* no connection, wrong server or environment, a pooler */
	SM_EXIT_UNKNOWN = 8,     /* the outcome is unknown: repair tells */
	SM_EXIT_INTERRUPT = 130, /* SIGINT */
	SM_EXIT_TERMINATE = 143  /* SIGTERM */
} SmExitCode;

#endif /* SM_EXITCODE_H */
