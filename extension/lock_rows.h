/*
 * lock_rows.h
 *		What migration_locks is told of the lock: one row an acquisition.  The
 *		rows only inform; nothing decides by them, and nothing waits for them.
 */
#ifndef SM_LOCK_ROWS_H
#define SM_LOCK_ROWS_H

#include "query.h"

/* The id of a row that could not be written. */
#define SM_LOCK_NO_ROW 0

/*
 * Records that this session holds the lock of an id, and closes rows of it that
 * sessions left behind which have lost it.  Returns the new row's id, or
 * SM_LOCK_NO_ROW (with a notice) where the table is locked.
 */
extern int32 sm_lock_rows_insert(SmQueryScope *scope, const char *id, const char *locked_by,
                                 uint64 key, Datum metadata);

/*
 * Sets or clears released_at of a row of this session; a row that is gone (its
 * acquisition was rolled back) is no error, nor is one that is locked away.
 */
extern void sm_lock_rows_set_released(SmQueryScope *scope, int32 row, bool released);

/* Before a transaction commits, and when it has ended in whatever way. */
extern void sm_lock_rows_precommit(void);
extern void sm_lock_rows_end_transaction(void);

#endif /* SM_LOCK_ROWS_H */
