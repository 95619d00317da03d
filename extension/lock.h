/*
 * lock.h
 *		The migration lock: a session-level lock in the server's lock manager,
 *		in a key space of its own.  The rows of migration_locks only inform.
 *		No rule of the ledger or of runs belongs here.
 */
#ifndef SM_LOCK_H
#define SM_LOCK_H

#include "query.h"

/* The id that stands for all migrations: what a runner takes. */
#define SM_LOCK_ALL "*"

/* The 64-bit key of an id in the lock manager: 0 for '*'. */
extern uint64 sm_lock_key(const char *id);

/* _PG_init's part: the callbacks that carry releases out at commit. */
extern void sm_lock_init(void);

/*
 * Whether this session holds '*' at this moment.  Asks the lock manager each
 * time, because DISCARD ALL takes the lock away and no hook tells.  True until
 * the commit of the transaction that releases it.  Raises nothing.
 */
extern bool sm_lock_held_all(void);

/*
 * Takes the lock of one migration, or of all, for the session, without waiting,
 * and records it; metadata is a jsonb Datum, or 0 for '{}'.  scope must be open
 * for writing.  Returns true when this session holds it under this name (now or
 * before); false when it is held by another session or under another name.
 * Raises an error for an empty id or name; after any error nothing new is held.
 */
extern bool sm_lock_acquire(SmQueryScope *scope, const char *id, const char *locked_by,
                            Datum metadata);

/*
 * Gives the lock back when the current transaction commits.  locked_by NULL:
 * under whatever name.  Returns false, and changes nothing, where this session
 * does not hold it so, or has given it back already in this transaction.
 */
extern bool sm_lock_release(SmQueryScope *scope, const char *id, const char *locked_by);

/*
 * Takes an acquisition back at once, for a caller that is about to raise an
 * error and had the lock not before.  Its row goes with the transaction.
 */
extern void sm_lock_drop(const char *id);

/*
 * Who stands in the way of acquiring id, as a sentence for an error's detail
 * (who, since when, pid, application, address), in the scope's calling context;
 * NULL when nobody does any more.  scope may be open for reading or writing.
 */
extern char *sm_lock_holder_description(SmQueryScope *scope, const char *id);

#endif /* SM_LOCK_H */
