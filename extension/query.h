/*
 * query.h
 *		The module's one way to run internal SQL: named plans, kept for the
 *		session, over the tables in the extension's own schema.  A part declares
 *		its queries as file-level statics with SM_QUERY and runs them inside a
 *		scope.  No table, no rule of the ledger or of the lock belongs here.
 *
 *		A typical writer:
 *
 *			static SmQuery insert_row =
 *				SM_QUERY("INSERT INTO @schema@.t (a, b) VALUES ($1, $2) RETURNING id",
 *						 TEXTOID, INT4OID);
 *
 *			SmQueryScope scope;
 *			Datum		values[2] = {...};
 *
 *			sm_query_begin(&scope, fcinfo, SM_QUERY_LEDGER);
 *			sm_query_execute(&scope, &insert_row, values, NULL, 0);
 *			id = DatumGetInt32(sm_query_value(0, 1, NULL));
 *			sm_query_end(&scope);
 *
 *		No PG_TRY is needed around it: what a scope changes is put back by the
 *		abort of the (sub)transaction that an error ends (see sm_query_begin).
 */
#ifndef SM_QUERY_H
#define SM_QUERY_H

#include "catalog/pg_type_d.h"
#include "executor/spi.h"
#include "fmgr.h"

typedef struct SmQuery
{
	const char *text; /* "@schema@" stands for the quoted schema */
	const Oid *types; /* of the parameters $1.. */
	int nargs;
	bool by_key; /* finds its rows by an index, never by a scan */

	/* the rest is query.c's own */
	uint64 generation;
	SPIPlanPtr plan;
} SmQuery;

/*
 * Initialisers for a file-level static SmQuery.  SM_QUERY is for what reads or
 * writes single rows by a key: it is planned without sequential scans, because
 * its plan may be made while the table is empty and must still be right 10,000
 * rows later.  SM_QUERY_LIST leaves the choice to the planner.  The _NOARGS
 * forms take no parameters.
 */
#define SM_QUERY_ARGS(...)                                                                         \
	(const Oid[]){__VA_ARGS__}, (int) (sizeof((const Oid[]){__VA_ARGS__}) / sizeof(Oid))
#define SM_QUERY(text, ...)                                                                        \
	{                                                                                              \
		(text), SM_QUERY_ARGS(__VA_ARGS__), true, 0, NULL                                          \
	}
#define SM_QUERY_LIST(text, ...)                                                                   \
	{                                                                                              \
		(text), SM_QUERY_ARGS(__VA_ARGS__), false, 0, NULL                                         \
	}
#define SM_QUERY_NOARGS(text)                                                                      \
	{                                                                                              \
		(text), NULL, 0, true, 0, NULL                                                             \
	}
#define SM_QUERY_LIST_NOARGS(text)                                                                 \
	{                                                                                              \
		(text), NULL, 0, false, 0, NULL                                                            \
	}

typedef enum SmQueryMode
{
	SM_QUERY_READ,  /* sees the caller's snapshot, changes nothing */
	SM_QUERY_WRITE, /* may write, in a READ ONLY transaction too */
	SM_QUERY_LEDGER /* as WRITE, and the commit is made durable */
} SmQueryMode;

typedef struct SmQueryScope
{
	Oid schema;           /* that of the SQL function that was called */
	bool read_only;       /* SPI's read_only for each query in it */
	bool xact_read_only;  /* what XactReadOnly was before */
	MemoryContext caller; /* what must outlive the scope goes here */
} SmQueryScope;

/*
 * Opens a scope: SPI connect, and by mode what a writer needs.  fcinfo must
 * come from the function manager (its function's schema is the extension's).
 * Raises ERRCODE_READ_ONLY_SQL_TRANSACTION for a writer on a standby.
 */
extern void sm_query_begin(SmQueryScope *scope, FunctionCallInfo fcinfo, SmQueryMode mode);

/*
 * Closes it: SPI results are gone, memory context and XactReadOnly are as
 * before.  Not to be called after an error.
 */
extern void sm_query_end(SmQueryScope *scope);

/*
 * Runs a query; nulls as in SPI_execute_plan (NULL: none), limit 0: all rows.
 * Returns the number of rows; they stand in SPI_tuptable until the next call.
 * Raises what the query raises.
 */
extern uint64 sm_query_execute(SmQueryScope *scope, SmQuery *query, Datum *values,
                               const char *nulls, long limit);

/*
 * Runs SQL that was built for this one time (identifiers quoted by the caller);
 * returns and raises as sm_query_execute().
 */
extern uint64 sm_query_run(SmQueryScope *scope, const char *sql);

/* A text with each "@schema@" replaced, palloc'd: a part of such SQL. */
extern char *sm_query_expand(SmQueryScope *scope, const char *text);

/*
 * A column (from 1) of a row (from 0) of the last result.  isnull may be NULL
 * where the column cannot be; a by-reference value lives until the next query.
 */
extern Datum sm_query_value(uint64 row, int column, bool *isnull);

/* The same as text in the scope's calling context; NULL for an SQL NULL. */
extern char *sm_query_text(SmQueryScope *scope, uint64 row, int column);

#endif /* SM_QUERY_H */
