/*
 * options.h
 *		The values of the marks that stand above a statement.
 */
#ifndef SM_OPTIONS_H
#define SM_OPTIONS_H

#include "reader.h"

/* -- Batch: table=users, key=id, size=5000, pause=50ms */
typedef struct SmBatchMark
{
	SmSpan mark; /* where it stands */
	char *table; /* as written, or NULL */
	char *key;   /* column name */
	int size;
	int pause_ms;
} SmBatchMark;

/* What stands above a statement and waits for it; spans are of the source. */
typedef struct SmPending
{
	SmSpan transaction_none; /* empty: not given */
	SmSpan done_when;        /* the mark */
	char *done_when_query;
	SmBatchMark *batch;
	SmCheck *check;
	SmSpan check_mark;
} SmPending;

/*
 * Reads a mark (SM_MARK_TRANSACTION, DONE_WHEN or BATCH) of a region into
 * *pending; bad or repeated ones are reported.
 */
extern void sm_options_read(SmReader *reader, const SmRegion *region, const SmMark *mark,
                            SmPending *pending);

/* Reads -- Check: name (post migrate, critical, expect = 0). */
extern void sm_options_read_check(SmReader *reader, const SmMark *mark, SmPending *pending);

/* Reports whatever still waits for a statement when none can come. */
extern void sm_options_report_unused(SmReader *reader, SmPending *pending);

/* Whether the region's span parses as one query; reports it if not. */
extern bool sm_options_is_query(SmReader *reader, const SmRegion *region, SmSpan span,
                                const char *what);

#endif /* SM_OPTIONS_H */
