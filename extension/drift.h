/*
 * drift.h
 *		What differs from the expected schema, as alerts.  How the expected
 *		schema moves is expected.h's, how DDL is journalled the journal's.
 */
#ifndef SM_DRIFT_H
#define SM_DRIFT_H

#include "query.h"

/*
 * Compares the live schema with the expected one and brings the alerts up to
 * date: one open alert an object that differs, closed ones where it does not
 * any more.  Does nothing while another session runs migrations, or where no
 * schema is expected, and says so by a NOTICE.  Waits for other comparisons.
 */
extern void sm_drift_compare(SmQueryScope *scope);

#endif /* SM_DRIFT_H */
