/*
 * cache.h
 *		The rows of schema_cache: what the last fingerprint of this database knew,
 *		so that the next one need not find it out again.  What stands in them is
 *		the business of the callers.
 *
 *		Losing a row costs time only.  The rows are written in the transaction
 *		that computed them, and so vanish with the changes they describe.
 */
#ifndef SM_CACHE_H
#define SM_CACHE_H

#include "utils/snapshot.h"

#include "query.h"

/* Kinds of rows; each numbers its own. */
typedef enum SmCachePart
{
	SM_CACHE_STATE,
	SM_CACHE_ATOMS, /* catalog << 16 | chunk */
	SM_CACHE_KEYS,
	SM_CACHE_BUCKET
} SmCachePart;

typedef struct SmCache
{
	SmQueryScope *scope;
	Snapshot snapshot; /* one for all that is read */
} SmCache;

/*
 * False, and nothing is to be read, on a standby, where unlogged tables are empty,
 * and while somebody rewrites the table.
 */
extern bool sm_cache_open(SmCache *cache, SmQueryScope *scope);
extern void sm_cache_close(SmCache *cache);

/* The data of a row, palloc'd, and its length; NULL where there is none. */
extern char *sm_cache_get(SmCache *cache, SmCachePart part, int number, Size *length);

/*
 * Whether this transaction may write: neither read only nor serializable, and
 * no other that has not ended has written.  Does not wait.  What is read from
 * then on is as of now.
 */
extern bool sm_cache_begin_write(SmCache *cache);
extern void sm_cache_put(SmCache *cache, SmCachePart part, int number, const void *data,
                         Size length);

#endif /* SM_CACHE_H */
