/*
 * row.h
 *		Single rows of the ledger's tables by key, read and written without a
 *		plan.  Which rows, and what they mean, is not here.
 */
#ifndef SM_ROW_H
#define SM_ROW_H

#include "access/sdir.h"
#include "executor/tuptable.h"
#include "nodes/execnodes.h"
#include "utils/rel.h"

#include "query.h"

#define SM_ROW_MAX_COLUMNS 32
#define SM_ROW_MAX_KEYS 5

/*
 * A table, the unique index by which its rows are found, and the columns of
 * interest, which callers then name by their place in the list.  An initialiser
 * gives the first four fields.
 */
typedef struct SmRowTable
{
	const char *name;
	const char *index;
	int ncolumns;
	const char *columns[SM_ROW_MAX_COLUMNS];

	/* row.c's own */
	Oid relation;
	AttrNumber numbers[SM_ROW_MAX_COLUMNS];
} SmRowTable;

/* One row, with its table and index open. */
typedef struct SmRow
{
	const SmRowTable *table;
	Relation relation;
	Relation index;
	TupleTableSlot *slot; /* as it stands in the table */
	TupleTableSlot *changed;
	bool found;
} SmRow;

/*
 * Opens the row whose first nkeys index columns have these values (text or
 * int4), as of the active snapshot; row->found says whether there is one.
 * lockmode: AccessShareLock, or RowExclusiveLock for one that is to be stored.
 */
extern void sm_row_open(SmRow *row, SmQueryScope *scope, SmRowTable *table, const Datum *keys,
                        int nkeys, LOCKMODE lockmode);

/* A column of the row that was found, as it stands in the table. */
extern Datum sm_row_get(const SmRow *row, int column, bool *isnull);

/* The same for a text: NULL for an SQL NULL, and where no row was found. */
extern char *sm_row_get_text(const SmRow *row, int column);

/* Changes a column; the row is written by sm_row_store(). */
extern void sm_row_set(SmRow *row, int column, Datum value, bool isnull);

/* Writes what was set. Raises an error where the row was updated meanwhile. */
extern void sm_row_store(SmRow *row);

extern void sm_row_close(SmRow *row);

/*
 * Inserts a row: one value for each listed column (nulls as SPI has them: 'n'
 * or ' '; NULL: none), the others NULL.  Defaults are not looked at.
 */
extern void sm_row_insert(SmQueryScope *scope, SmRowTable *table, const Datum *values,
                          const char *nulls);

/* The OID of a table or index in the extension's schema. */
extern Oid sm_row_find_relation(SmQueryScope *scope, const char *name);

#endif /* SM_ROW_H */
