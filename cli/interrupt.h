/*
 * interrupt.h
 *		SIGINT and SIGTERM: the running statement is cancelled, the command ends
 *		cleanly by itself.  What a clean end is does not belong here.
 */
#ifndef SM_INTERRUPT_H
#define SM_INTERRUPT_H

#include "libpq-fe.h"

#include "exitcode.h"

/* Installs the handlers; SIGPIPE is ignored from then on. */
extern void sm_interrupt_install(void);

/* The connection whose statement is to be cancelled; NULL for none. */
extern void sm_interrupt_watch(PGconn *connection);

/*
 * Whether a signal ends the program at once, as while connecting: nothing is
 * under way then, and libpq does not stop for a signal.  Not at first.
 */
extern void sm_interrupt_ends(bool at_once);

/* Whether a signal has come. */
extern bool sm_interrupt_pending(void);

/* SM_EXIT_INTERRUPT or SM_EXIT_TERMINATE; SM_EXIT_DONE when none has come. */
extern SmExitCode sm_interrupt_code(void);

/* Sleeps so long; false, at once, when a signal has come or comes. */
extern bool sm_interrupt_sleep(int ms);

/* The same, and ends when there is something on the file, too. */
struct pollfd;
extern bool sm_interrupt_poll(struct pollfd *file, int ms);

#endif /* SM_INTERRUPT_H */
