/*
 * findings.h
 *		The changes between two snapshots with what they mean, as the SQL
 *		functions give them out.
 */
#ifndef SM_FINDINGS_H
#define SM_FINDINGS_H

#include "classify.h"
#include "evidence.h"
#include "pairs.h"

typedef struct SmFinding
{
	const char *section;
	const char *kind;   /* of the object */
	const char *object; /* its name */
	int part;           /* SmPartKind, -1: the object itself */

	SmChangeKind change;
	const char *object_type;
	const char *object_name;
	const char *property;
	const char *expected;
	const char *actual;

	const SmRule *rule;
	SmHazard hazard;
	const char *evidence;
	const char *arguments; /* of a routine that is gone or new */
	SmEvidence live;       /* what the live catalogs are asked */
} SmFinding;

typedef struct SmFindings
{
	int count;
	int room;
	SmFinding **items;
	MemoryContext context;
} SmFindings;

/*
 * All changes between two snapshots (to: NULL is the live schema), sorted, in
 * the scope's calling context.
 */
extern SmFindings *sm_findings_read(SmQueryScope *scope, int32 from, const int32 *to);

/* The highest bump of all. */
extern SmBump sm_findings_bump(const SmFindings *findings);

#endif /* SM_FINDINGS_H */
