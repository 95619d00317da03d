/*
 * objects.h
 *		Small questions to the system catalogs that several parts ask.  No rule
 *		of any part belongs here.
 */
#ifndef SM_OBJECTS_H
#define SM_OBJECTS_H

#include "nodes/pg_list.h"

/* Whether an object (its catalog, its OID) is a member of this extension. */
extern bool sm_objects_is_ours(Oid catalog, Oid object);

/*
 * The functions of a name in a schema, as a list of OIDs: those of this
 * extension, or those that are not.
 */
extern List *sm_objects_functions(const char *name, Oid schema, bool ours);

/* A table of a name in a schema that is not this extension's; InvalidOid: none. */
extern Oid sm_objects_foreign_relation(const char *name, Oid schema);

/* The owner of a function. */
extern Oid sm_objects_owner(Oid function);

/*
 * Raises ERRCODE_INSUFFICIENT_PRIVILEGE unless the current user has the rights
 * of the owner of this extension's functions; what says for what, as in
 * "to grant migration roles".
 */
extern void sm_objects_require_owner(Oid function, const char *what);

/* What the older scripts leave in a schema; both lists end with NULL. */
extern const char *const sm_objects_legacy_tables[];
extern const char *const sm_objects_legacy_functions[];

#endif /* SM_OBJECTS_H */
