/*
 * batch.h
 *		The statements that run an UPDATE or DELETE in batches by keyset.
 */
#ifndef SM_BATCH_H
#define SM_BATCH_H

#include "options.h"
#include "statement.h"

typedef struct SmBatch
{
	char *table;     /* quoted, qualified as in the statement */
	char *key;       /* quoted */
	char *first;     /* upper key of the first batch; $1 = size */
	char *next;      /* of a later one; $1 = last key done, $2 = size */
	char *run_first; /* the statement for keys <= $1 */
	char *run;       /* the statement for keys > $1 and <= $2 */
} SmBatch;

/*
 * Makes the statements in the current memory context.  Returns NULL, or why
 * the statement cannot run in batches (a constant).
 */
extern const char *sm_batch_build(const SmBatchMark *mark, const char *text, const SmParsed *parsed,
                                  SmBatch *batch);

/*
 * What is left of a batched statement behind a key (an SQL literal): all rows
 * with a higher one, and those without one.  key is quoted.
 */
extern char *sm_batch_rest(const char *text, const SmParsed *parsed, const char *key,
                           const char *cursor);

#endif /* SM_BATCH_H */
