/*
 * guard.h
 *		Work of ours inside somebody else's DDL: it must not make that fail.
 */
#ifndef SM_GUARD_H
#define SM_GUARD_H

#include "fmgr.h"

/*
 * Runs work(argument) in a subtransaction, as a given user; not at all where
 * such work is under way already.  Its errors are undone and told as a WARNING
 * ("what"; NULL: not told), but for cancels, shutdowns and lack of memory,
 * which are raised again.
 */
extern void sm_guard_run(void (*work)(void *argument), void *argument, Oid user, const char *what);

/* The user that the statement runs as, while the work does. */
extern Oid sm_guard_caller(void);

#endif /* SM_GUARD_H */
