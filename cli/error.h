/*
 * error.h
 *		The one way errors are said: what, where, why and what to do next, to
 *		stderr, as text or (with --json) as one JSON object a line.  Results and
 *		progress do not belong here.
 */
#ifndef SM_ERROR_H
#define SM_ERROR_H

#include "libpq-fe.h"

#include "exitcode.h"

/* Every field but what may be NULL or 0. */
typedef struct SmError
{
	const char *what;      /* one line: what happened */
	const char *migration; /* the migration's id */
	const char *file;      /* as a path that the user can open */
	int line;              /* from 1; 0 when not known */
	int column;            /* from 1; 0 when not known */
	const char *sqlstate;
	const char *why;     /* the cause: the server's detail, an errno */
	const char *context; /* the server's context */
	const char *next;    /* what to do now */
	SmExitCode code;     /* what the program exits with for it */
} SmError;

/* How errors, warnings and notes are said from now on. */
extern void sm_error_configure(bool json, bool quiet, bool color);

/* Says an error and returns its code. */
extern SmExitCode sm_error_say(const SmError *error);

/* Says it as a warning: the command goes on. */
extern void sm_error_warn(const SmError *error);

/* Says an error and exits with its code. */
extern _Noreturn void sm_error_exit(const SmError *error);

/* sm_error_exit() for errors that need no place: code, what (a format) and next (or NULL). */
extern _Noreturn void sm_error_fail(SmExitCode code, const char *next, const char *fmt, ...)
    pg_attribute_printf(3, 4);

/* A warning of one line; next may be NULL. */
extern void sm_error_warning(const char *next, const char *fmt, ...) pg_attribute_printf(2, 3);

/*
 * Fills what, why, next, context, sqlstate and code from the server's error
 * (or, where result is NULL, from the connection's).  The texts are copies.
 */
extern void sm_error_from_result(SmError *error, const PGresult *result, PGconn *connection);

/*
 * The exit code for an SQLSTATE: SM_EXIT_CONNECTION for a lost connection or a
 * server that is shutting down (08, 57P01 to 57P05), SM_EXIT_LOCKED for 55P03,
 * else SM_EXIT_FAILED.
 */
extern SmExitCode sm_error_code(const char *sqlstate);

#endif /* SM_ERROR_H */
