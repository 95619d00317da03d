/*
 * recover.h
 *		Whether a unit that was begun outside a transaction is still at work.
 */
#ifndef SM_RECOVER_H
#define SM_RECOVER_H

#include "query.h"
#include "utils/timestamp.h"

/*
 * Whether the backend that announced a statement lives and, not being this
 * one, is busy with something.  Raises nothing.
 */
extern bool sm_recover_backend_busy(SmQueryScope *scope, int pid, TimestampTz backend_start);

#endif /* SM_RECOVER_H */
