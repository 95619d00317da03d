/*
 * health.h
 *		What the parts of missing_indexes() and schema_health() share: planning
 *		what others wrote, safely, and finding an optional extension's functions.
 *		The findings themselves are SQL (install/75_health.sql).
 */
#ifndef SM_HEALTH_H
#define SM_HEALTH_H

#include "query.h"

/*
 * Planning folds constants, which calls immutable functions that anybody may
 * have written: so nothing of a user's is planned as the extension's owner or as
 * the caller, but as its own owner, restricted as in ANALYZE.
 */
typedef struct SmHealthUser
{
	Oid user;
	int context;
	int guc_level;
} SmHealthUser;

/* The search path for what names everything with its schema. */
#define SM_HEALTH_NO_PATH "pg_catalog, pg_temp"

/*
 * Acts as a role from here on, with a search path, and waiting for locks only
 * shortly.  sm_health_return() ends it; after an error, the abort of the
 * subtransaction does, so there must be one.
 */
extern void sm_health_become(SmHealthUser *saved, Oid role, const char *search_path);
extern void sm_health_return(const SmHealthUser *saved);

/* Sets a setting until sm_health_return(). */
extern void sm_health_set(const char *name, const char *value);

/* Raises ERRCODE_UNDEFINED_TABLE for none. */
extern Oid sm_health_relation_owner(Oid relation);

/*
 * Calls a function in a subtransaction with SPI connected; false when it raised
 * an error, which is undone and forgotten.  A cancel, a shutdown and the like
 * are raised again.
 */
typedef void (*SmHealthAction)(void *argument);
extern bool sm_health_try(SmHealthAction action, void *argument);

/*
 * The quoted schema of an extension's functions of one name, palloc'd; NULL when
 * it is not installed, or when a function of that name there is not its own
 * and so could be called in its place.
 */
extern char *sm_health_find_extension(SmQueryScope *scope, const char *extension,
                                      const char *function);

/* Runs SQL with parameters through SPI, not read-only; returns the number of rows. */
extern uint64 sm_health_query(const char *sql, int nargs, const Oid *types, const Datum *values);

#endif /* SM_HEALTH_H */
