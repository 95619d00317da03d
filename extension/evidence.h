/*
 * evidence.h
 *		What the live catalogs say about changes: who uses an object or a column,
 *		and whether a table is empty.  Only asked for where one side of a
 *		comparison is the live schema; nothing here waits for a lock.
 */
#ifndef SM_EVIDENCE_H
#define SM_EVIDENCE_H

#include "query.h"

/* Rather than a column's number: users of the relation's row type alone. */
#define SM_EVIDENCE_ROW_TYPE (-1)

typedef struct SmEvidence
{
	/* asked */
	Oid relation;  /* InvalidOid: nothing is known of it, no question */
	int attribute; /* 0: the relation or any of its columns */
	/* answered */
	char *users; /* "views: ...; functions: ..."; NULL: none */
} SmEvidence;

/* Looks up the users of all at once, set-based. */
extern void sm_evidence_users(SmQueryScope *scope, SmEvidence **evidence, int count);

typedef enum SmTableSize
{
	SM_SIZE_UNKNOWN, /* no table, partitioned, locked by somebody, or gone */
	SM_SIZE_EMPTY,
	SM_SIZE_FILLED
} SmTableSize;

/*
 * Whether a table has no page, which proves that it has no row; *rows: the
 * planner's estimate, -1 when there is none.
 */
extern SmTableSize sm_evidence_size(Oid relation, double *rows);

#endif /* SM_EVIDENCE_H */
