/*
 * expected.h
 *		The schema that is expected: which snapshot it is, and how a run or a
 *		human's word moves it.  What differs from it is drift.c's.
 */
#ifndef SM_EXPECTED_H
#define SM_EXPECTED_H

#include "query.h"

/* A snapshot that is expected; id 0: there is none yet. */
typedef struct SmExpected
{
	int32 id;
	char *fingerprint;
} SmExpected;

/* The newest expected snapshot, in the scope's calling context. */
extern SmExpected sm_expected_newest(SmQueryScope *scope);

/* The fingerprint of the live schema, in the scope's calling context. */
extern char *sm_expected_live_fingerprint(SmQueryScope *scope);

/* Takes a snapshot; why goes into its metadata.  Returns its id. */
extern int32 sm_expected_take_snapshot(SmQueryScope *scope, const char *why);

/*
 * The snapshot last taken so in this transaction, 0 when none was; its row may
 * be gone where a savepoint was rolled back.
 */
extern int32 sm_expected_snapshot_of_transaction(void);

/*
 * A run that was killed has left changes that nobody merged into the expected
 * schema: merges them.  Runs whose session is alive are left alone.
 */
extern void sm_expected_settle(SmQueryScope *scope);

#endif /* SM_EXPECTED_H */
