/*
 * interrupt.c
 *		The signal handlers.  They note the signal and cancel the watched
 *		connection's statement (PQcancel is safe in a handler); the command sees
 *		the error that comes back, looks here, and ends in its own way.
 */
#include "postgres_fe.h"

#include <poll.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "interrupt.h"

static volatile sig_atomic_t received = 0;
static PGcancel *volatile cancel = NULL;
static volatile sig_atomic_t at_once = 0;

static void
handle_signal(int signal_number)
{
	int saved = errno;
	char message[256];
	PGcancel *statement = cancel;

	received = signal_number;
	if (at_once)
		_exit(sm_interrupt_code());
	if (statement != NULL)
		(void) PQcancel(statement, message, sizeof(message));
	errno = saved;
}

void
sm_interrupt_install(void)
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = handle_signal;
	sigemptyset(&action.sa_mask);
	/* one handler at a time; no SA_RESTART, so that sleeps and polls wake up */
	sigaddset(&action.sa_mask, SIGINT);
	sigaddset(&action.sa_mask, SIGTERM);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	action.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &action, NULL);
}

void
sm_interrupt_watch(PGconn *connection)
{
	PGcancel *before = cancel;
	sigset_t both;
	sigset_t saved;

	/* the handler must not meet an object that is being freed */
	sigemptyset(&both);
	sigaddset(&both, SIGINT);
	sigaddset(&both, SIGTERM);
	sigprocmask(SIG_BLOCK, &both, &saved);
	cancel = connection == NULL ? NULL : PQgetCancel(connection);
	if (before != NULL)
		PQfreeCancel(before);
	sigprocmask(SIG_SETMASK, &saved, NULL);
}

void
sm_interrupt_ends(bool now)
{
	at_once = now;
	if (now && received != 0)
		exit(sm_interrupt_code());
}

bool
sm_interrupt_pending(void)
{
	return received != 0;
}

SmExitCode
sm_interrupt_code(void)
{
	if (received == 0)
		return SM_EXIT_DONE;
	return received == SIGTERM ? SM_EXIT_TERMINATE : SM_EXIT_INTERRUPT;
}

bool
sm_interrupt_sleep(int ms)
{
	return sm_interrupt_poll(NULL, ms);
}

bool
sm_interrupt_poll(struct pollfd *file, int ms)
{
	struct timespec left = {ms / 1000, (ms % 1000) * 1000000L};
	struct timespec none = {0, 0};
	sigset_t both;
	sigset_t saved;

	/* wait with the signals blocked outside of ppoll(), so that none slips in before it */
	sigemptyset(&both);
	sigaddset(&both, SIGINT);
	sigaddset(&both, SIGTERM);
	sigprocmask(SIG_BLOCK, &both, &saved);
	(void) ppoll(file, file == NULL ? 0 : 1, received == 0 ? &left : &none, &saved);
	sigprocmask(SIG_SETMASK, &saved, NULL);
	return received == 0;
}
