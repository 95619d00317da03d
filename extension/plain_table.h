/*
 * plain_table.h
 *		Rows put into one of our own tables from inside somebody else's
 *		statement: without a plan, without waiting for anybody, and with a look
 *		at the table first, because it may have been changed under us.
 */
#ifndef SM_PLAIN_TABLE_H
#define SM_PLAIN_TABLE_H

#include "executor/tuptable.h"
#include "utils/rel.h"

#define SM_PLAIN_MAX_COLUMNS 40

typedef struct SmPlainColumn
{
	const char *name;
	Oid type;
} SmPlainColumn;

/* An initialiser gives the first four fields. */
typedef struct SmPlainTable
{
	const char *name;
	const char *sequence; /* for the first column; NULL: none */
	int ncolumns;
	SmPlainColumn columns[SM_PLAIN_MAX_COLUMNS];

	/* plain_table.c's own; the numbers of the columns are good while it is open */
	AttrNumber numbers[SM_PLAIN_MAX_COLUMNS];
	struct SmPlainCache *cache;
} SmPlainTable;

/*
 * Opens the table.  Raises ERRCODE_LOCK_NOT_AVAILABLE where another session has
 * a lock that we would have to wait for, ERRCODE_UNDEFINED_TABLE and
 * ERRCODE_DATATYPE_MISMATCH where it is not there or not as it was made.  The
 * lock is held until the transaction ends.
 */
extern Relation sm_plain_open(SmPlainTable *table, Oid schema, LOCKMODE lockmode);

/* The next value of its sequence; raises as sm_plain_open(). */
extern int64 sm_plain_next(SmPlainTable *table, Oid schema);

/*
 * Inserts a row: one value for each listed column, the others NULL.  Defaults,
 * constraints and triggers are not looked at.
 */
extern void sm_plain_insert(const SmPlainTable *table, Relation relation, const Datum *values,
                            const bool *nulls);

/* Closes it and keeps the lock. */
extern void sm_plain_close(Relation relation);

#endif /* SM_PLAIN_TABLE_H */
