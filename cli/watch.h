/*
 * watch.h
 *		A look at the run's session from outside while a statement is under way:
 *		which locks it waits for and who holds them, and how far an index build
 *		is.  The second connection is opened only when a statement takes long.
 */
#ifndef SM_WATCH_H
#define SM_WATCH_H

#include "run.h"

/* Before a unit: nothing was seen yet.  lock_timeout: the unit's, in ms; 0: none. */
extern void sm_watch_start(SmRun *run, int lock_timeout);

/* Milliseconds until the next look, for poll(). */
extern int sm_watch_timeout(SmRun *run);

/* Looks, and says to the user what a long wait waits for. */
extern void sm_watch_look(SmRun *run);

/*
 * A lock was refused before a look could be taken, as under NOWAIT: who holds
 * locks on the relations that the statement names.  The session is idle.
 */
extern void sm_watch_name_holders(SmRun *run, const SmStatement *statement);

extern void sm_watch_close(SmRun *run);

#endif /* SM_WATCH_H */
