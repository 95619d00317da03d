/*
 * expected.h
 *		The expected schema, which drift is measured by, kept up to date by the
 *		runs that change the schema.
 */
#ifndef SM_EXPECTED_H
#define SM_EXPECTED_H

#include "run.h"

/* When the run has begun: has the schema noted as it is before the first unit. */
extern void sm_expected_begin(SmRun *run);

/*
 * When the run is over, and still holds the lock: what it changed is expected
 * from now on.  A failure is a warning.
 */
extern void sm_expected_end(SmRun *run);

/* The schema as it is becomes the expected one, where there is none yet. */
extern void sm_expected_first(SmConn *conn);

#endif /* SM_EXPECTED_H */
