/*
 * retry.c
 *		Backoff with jitter, so that runners do not come back in step.
 */
#include "postgres_fe.h"

#include "interrupt.h"
#include "output.h"
#include "retry.h"

#define FIRST_MS 200
#define MOST_MS 15000
#define CONFLICT_ATTEMPTS 5

/* xorshift64*: chance, not secrecy. */
static uint32
next_random(uint64 *state)
{
	uint64 x = *state == 0 ? 1 : *state;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	*state = x;
	return (uint32) ((x * 0x2545F4914F6CDD1DULL) >> 32);
}

int
sm_retry_delay(SmRun *run, int attempt, int first, int most)
{
	int delay = attempt > 16 ? most : Min(most, first << attempt);

	return delay / 2 + (int) (next_random(&run->jitter) % (uint32) (delay / 2 + 1));
}

/* lock_not_available: someone else has the lock, and may give it back. */
static bool
is_lock_timeout(const char *sqlstate)
{
	return strcmp(sqlstate, "55P03") == 0;
}

/* deadlock_detected and serialization_failure: the server itself says "again". */
static bool
is_conflict(const char *sqlstate)
{
	return strcmp(sqlstate, "40P01") == 0 || strcmp(sqlstate, "40001") == 0;
}

bool
sm_retry_wait(SmRun *run, const char *sqlstate, int attempt, double started)
{
	int delay = sm_retry_delay(run, attempt, FIRST_MS, MOST_MS);

	if (is_lock_timeout(sqlstate))
	{
		if (sm_clock() + delay - started > run->config->lock_wait)
			return false;
		sm_output_note("a lock was not granted in time%s%s; trying again in %d ms",
		               run->watch.blockers ? ", it is held by " : "",
		               run->watch.blockers ? run->watch.blockers : "", delay);
	}
	else if (!is_conflict(sqlstate) || attempt + 1 >= CONFLICT_ATTEMPTS)
		return false;
	return sm_interrupt_sleep(delay);
}
