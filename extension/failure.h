/*
 * failure.h
 *		What went wrong first while a script ran in this session: the error, and
 *		the unit that it ended.  A client that only sends statements cannot say.
 */
#ifndef SM_FAILURE_H
#define SM_FAILURE_H

#include "history.h"

typedef struct SmFailure
{
	bool in_unit; /* it ended the unit of key */
	bool transactional;
	bool refusal; /* by the ledger: no failure of the file */
	SmUnitKey key;
	char *sqlstate; /* NULL where the error was not seen, only the rollback */
	char *message;  /* ditto */
} SmFailure;

/* _PG_init's part: the hooks, which do nothing while nothing is watched. */
extern void sm_failure_init(void);

/* Watches from here on (a run of a script has begun), or no more. */
extern void sm_failure_watch(bool watch);

/*
 * A unit has begun.  In a transaction, it ends with that; else when
 * sm_failure_end_statement() says so: completed or not.
 */
extern void sm_failure_begin_unit(const SmUnitKey *key, bool transactional);
extern void sm_failure_end_statement(bool completed);

/* The first failure, palloc'd; NULL when there was none. */
extern SmFailure *sm_failure_first(void);

#endif /* SM_FAILURE_H */
