/*
 * diff.h
 *		How two bodies of one object differ, change by change.  What a change
 *		means (classify.h) and which statement undoes it (ddl.h) stand elsewhere.
 */
#ifndef SM_DIFF_H
#define SM_DIFF_H

#include "body.h"
#include "renames.h"

typedef enum SmChangeKind
{
	SM_CHANGE_ADDED,
	SM_CHANGE_REMOVED,
	SM_CHANGE_CHANGED,
	SM_CHANGE_RENAMED
} SmChangeKind;

/* One object in two states; from or to is NULL where it was not there. */
typedef struct SmPair
{
	const char *section;
	const char *kind;
	const SmBody *from;
	const SmBody *to;
} SmPair;

/*
 * A change, as long as the call of the sink lasts.  A property that is a list
 * of independent entries (privileges, options, labels) has one change an entry.
 */
typedef struct SmChange
{
	SmChangeKind change;
	const char *object_type; /* the object's kind, or "column", ... */
	const char *object_name;
	const char *property; /* NULL: all of it */
	const char *expected;
	const char *actual;

	bool is_part;
	SmPartKind part;    /* where is_part */
	const SmNode *from; /* the object or part in both states; NULL: not there */
	const SmNode *to;
} SmChange;

typedef void (*SmChangeSink)(const SmPair *pair, const SmChange *change, void *arg);

/* Which part of the one list is which of the other. */
typedef struct SmPartMatch
{
	const SmNode *from; /* NULL: added */
	const SmNode *to;   /* NULL: removed */
} SmPartMatch;

/*
 * Calls the sink for each change.  renames (may be NULL) are those between the
 * two states: a value that only follows one is no change.
 */
extern void sm_diff_pair(const SmPair *pair, const SmRenames *renames, SmChangeSink sink,
                         void *arg);

/* Whether an index is there because of a constraint of the same body. */
extern bool sm_diff_is_constraint_index(const SmBody *body, const SmNode *index);

/* "added", "removed", "changed" or "renamed". */
extern const char *sm_diff_change_word(SmChangeKind change);

#endif /* SM_DIFF_H */
