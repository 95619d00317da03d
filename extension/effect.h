/*
 * effect.h
 *		What a statement that cannot run in a transaction leaves in the catalog,
 *		and what the catalog proves about it afterwards.
 */
#ifndef SM_EFFECT_H
#define SM_EFFECT_H

#include "utils/jsonb.h"

typedef enum SmEffectKind
{
	SM_EFFECT_UNKNOWN,    /* leaves nothing that this file can look for */
	SM_EFFECT_REPEATABLE, /* harmless to run again: VACUUM, CLUSTER, ... */
	SM_EFFECT_CREATE_INDEX,
	SM_EFFECT_DROP_INDEX,
	SM_EFFECT_REINDEX,
	SM_EFFECT_DETACH,
	SM_EFFECT_CREATE, /* of a database, tablespace, subscription */
	SM_EFFECT_DROP
} SmEffectKind;

/* What the catalog says about a statement that was begun. */
typedef enum SmOutcome
{
	SM_OUTCOME_UNKNOWN,     /* only the caller, or a human, can tell */
	SM_OUTCOME_REPEAT,      /* unknown, and harmless to run again */
	SM_OUTCOME_NOT_STARTED, /* nothing changed */
	SM_OUTCOME_CLEANUP,     /* half done: another statement comes first */
	SM_OUTCOME_COMPLETED    /* the effect is there and is newer than the intent */
} SmOutcome;

/*
 * A statement's effect, as it was before the statement.  OIDs are InvalidOid
 * and texts NULL where they do not apply or nothing was there.
 */
typedef struct SmEffect
{
	SmEffectKind kind;
	char *object_class; /* "index", "table", "database", ... */
	char *schema;       /* of the relation */
	char *relation;     /* the table; parent of a partition */
	Oid relation_oid;
	char *name;   /* of the object itself; NULL: the server names it */
	bool lenient; /* IF EXISTS, IF NOT EXISTS */
	Oid before;   /* the object */
	bool before_valid;
	List *others; /* OIDs: indexes that are not the statement's */
} SmEffect;

/*
 * Reads one statement, looks its names up by the search path in force, and
 * notes what is there now.  Raises a syntax error, a missing privilege on a
 * schema that the statement names, and a text that is not one statement.
 */
extern SmEffect *sm_effect_read(const char *statement);

extern Jsonb *sm_effect_to_jsonb(const SmEffect *effect);

/* The reverse; raises nothing for what sm_effect_to_jsonb() made. */
extern SmEffect *sm_effect_from_jsonb(Jsonb *jsonb);

/*
 * Compares the catalog with what was there before.  *detail gets a sentence;
 * *cleanup the statement that must come first with SM_OUTCOME_CLEANUP, else
 * NULL.  Raises nothing.
 */
extern SmOutcome sm_effect_compare(const SmEffect *effect, char **detail, char **cleanup);

/* "completed", "not_started", "cleanup" or "unknown". */
extern const char *sm_effect_outcome_name(SmOutcome outcome);

/* The catalog's view that effect.c and effect_compare.c share: effect_lookup.c */

/* OID of a database, tablespace or subscription; InvalidOid when there is none. */
extern Oid sm_effect_lookup_object(const char *object_class, const char *name);

/* Whether an index is there, and (valid) fit for queries. */
extern bool sm_effect_lookup_index(Oid index, Oid *table, bool *valid);

/* The indexes of a table, as a list of OIDs. */
extern List *sm_effect_lookup_table_indexes(Oid table);

/*
 * Invalid indexes that REINDEX CONCURRENTLY leaves when it is stopped: of a
 * table and its TOAST table, of a schema, or (both InvalidOid) of the database.
 */
extern List *sm_effect_lookup_leftovers(Oid table, Oid schema);

/* Whether a table is a partition of the parent; *pending: half detached. */
extern bool sm_effect_lookup_partition(Oid parent, Oid partition, bool *pending);

#endif /* SM_EFFECT_H */
