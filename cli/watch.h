/*
 * watch.h
 *		A look at the run's session from outside while a statement is under way:
 *		which locks it waits for and who holds them, and how far an index build
 *		is.  The second connection is opened only when a statement takes long.
 */
#ifndef SM_WATCH_H
#define SM_WATCH_H

#include "run.h"

/* Before a unit: nothing was seen yet. */
extern void sm_watch_start(SmRun *run);

/* Milliseconds until the next look, for poll(). */
extern int sm_watch_timeout(SmRun *run);

/* Looks, and says to the user what a long wait waits for. */
extern void sm_watch_look(SmRun *run);

extern void sm_watch_close(SmRun *run);

#endif /* SM_WATCH_H */
