/*
 * retry.h
 *		When and how long to wait before a unit is tried again.
 */
#ifndef SM_RETRY_H
#define SM_RETRY_H

#include "run.h"

/* Milliseconds before attempt (from 0): doubled each time up to most, half of it by chance. */
extern int sm_retry_delay(SmRun *run, int attempt, int first, int most);

/*
 * After a unit failed with this SQLSTATE on its attempt (from 0), begun at
 * started: waits and returns true when it is worth another attempt; says what
 * stood in the way.
 */
extern bool sm_retry_wait(SmRun *run, const char *sqlstate, int attempt, double started);

#endif /* SM_RETRY_H */
