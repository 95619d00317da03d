/*
 * lock_wait.c
 *		The session's own lock waits (see lock_wait.h).  The server has no hook
 *		at their end, so a timer looks every few milliseconds whether there is
 *		one; its start is the start of the deadlock timer, which ProcSleep() sets.
 *		What the figures are for is unit_stats.c's.
 */
#include "postgres.h"

#include "storage/proc.h"
#include "utils/timeout.h"
#include "utils/timestamp.h"

#include "lock_wait.h"

#define LOOK_EVERY_MS 10

static bool registered = false;
static TimeoutId timer;
static bool watching = false;

/* Written by the signal handler. */
static volatile double waited_before = 0; /* ms, in waits before the last */
static volatile TimestampTz wait_start = 0;
static volatile TimestampTz wait_end = 0;

static double
last_wait_ms(void)
{
	return (wait_end - wait_start) / 1000.0;
}

/* In the handler of SIGALRM: reads memory and the clock, no more. */
static void
look(void)
{
	TimestampTz start;

	if (MyProc == NULL || MyProc->waitStatus != PROC_WAIT_STATUS_WAITING)
		return;
	start = get_timeout_start_time(DEADLOCK_TIMEOUT);
	if (start != wait_start)
	{
		waited_before += last_wait_ms();
		wait_start = start;
	}
	wait_end = GetCurrentTimestamp();
}

void
sm_lock_wait_watch(void)
{
	if (watching && get_timeout_active(timer))
		return;
	if (!registered)
		timer = RegisterTimeout(USER_TIMEOUT, look);
	registered = watching = true;
	enable_timeout_every(timer, TimestampTzPlusMilliseconds(GetCurrentTimestamp(), LOOK_EVERY_MS),
	                     LOOK_EVERY_MS);
}

void
sm_lock_wait_end(void)
{
	if (watching)
		disable_timeout(timer, false);
	watching = false;
}

void
sm_lock_wait_reset(void)
{
	sm_lock_wait_end();
	waited_before = 0;
	wait_start = wait_end = 0;
}

double
sm_lock_wait_ms(void)
{
	return waited_before + last_wait_ms();
}

TimestampTz
sm_lock_wait_last_end(void)
{
	return wait_end;
}
