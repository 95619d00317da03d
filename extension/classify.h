/*
 * classify.h
 *		What a change means: the rule that it falls under, the version bump, who
 *		feels it, what its lock costs, and the evidence.  Which changes there are
 *		is diff.h's; what asks the live catalogs is evidence.h's.
 */
#ifndef SM_CLASSIFY_H
#define SM_CLASSIFY_H

#include "diff.h"

typedef enum SmBump
{
	SM_BUMP_NONE,
	SM_BUMP_PATCH,
	SM_BUMP_MINOR,
	SM_BUMP_MAJOR
} SmBump;

typedef enum SmHazard
{
	SM_HAZARD_NONE,  /* a lock that hinders nobody, or only a row of a catalog */
	SM_HAZARD_BRIEF, /* a strong lock for a moment */
	SM_HAZARD_LONG   /* one that lasts while rows are read or written */
} SmHazard;

/* What is looked up of the live schema for a change under a rule. */
typedef enum SmFacts
{
	SM_FACTS_USERS = 1,     /* views and functions that use the object or column */
	SM_FACTS_ROW_USERS = 2, /* those that use the table's row type */
	SM_FACTS_SIZE = 4,      /* whether the table is empty: the hazard depends on it */
	SM_FACTS_ROLES = 8,     /* from the body: which other roles have privileges */
	SM_FACTS_REWRITE = 16   /* from the types: whether rows are written anew */
} SmFacts;

/* Whether a rule is the change's; what it asks beyond type and property. */
typedef bool (*SmRuleTest)(const SmPair *pair, const SmChange *change);

typedef struct SmRule
{
	const char *id;
	const char *object_type; /* NULL: any; "relation" and "routine" stand for several */
	SmChangeKind change;
	const char *property; /* NULL: the object or part itself; "*": any */
	SmBump bump;
	const char *direction; /* reader, writer, operator */
	SmHazard hazard;
	const char *what;
	const char *note; /* evidence that holds for every such change; NULL: none */
	int facts;        /* SmFacts */
	SmRuleTest test;  /* NULL: no further condition */
	/* takes its place where SM_FACTS_USERS or SM_FACTS_ROW_USERS found some */
	const char *exposed;
} SmRule;

/* All rules; the first one that fits a change is its rule. */
extern const SmRule sm_rules[];
extern const int sm_rules_count;

extern const SmRule *sm_classify_find_rule(const char *id);

/* The rule of a change; there always is one. */
extern const SmRule *sm_classify(const SmPair *pair, const SmChange *change);

/* What the bodies themselves say of it, palloc'd; NULL: nothing. */
extern char *sm_classify_evidence(const SmRule *rule, const SmPair *pair, const SmChange *change);

/* The hazard, where the types say more of it than the rule. */
extern SmHazard sm_classify_hazard(const SmRule *rule, const SmChange *change);

extern const char *sm_classify_bump_word(SmBump bump);
extern const char *sm_classify_hazard_word(SmHazard hazard);

#endif /* SM_CLASSIFY_H */
