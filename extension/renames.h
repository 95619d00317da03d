/*
 * renames.h
 *		What was renamed between two states of one database, as identities prove
 *		it: so that a value which only follows a renamed object is no change.
 *		Finding the renames is diff_run.c's and diff.c's.
 */
#ifndef SM_RENAMES_H
#define SM_RENAMES_H

typedef struct SmRenames SmRenames;

/* None yet, in the current memory context. */
extern SmRenames *sm_renames_create(void);

/* Notes that an object (its kind and name as in bodies) has another name now. */
extern void sm_renames_add(SmRenames *renames, const char *kind, const char *from, const char *to);

/* Notes that a column, by raw names, of a relation with this older name has. */
extern void sm_renames_add_column(SmRenames *renames, const char *relation, const char *from,
                                  const char *to);

/*
 * What is called so now; the name itself where nothing was renamed.  NULL gives
 * NULL.  A role or schema is asked for by its kind, a relation or type by "",
 * with its array suffix or without.
 */
extern const char *sm_renames_now(const SmRenames *renames, const char *kind, const char *name);

/* The same for a column, raw. */
extern const char *sm_renames_column_now(const SmRenames *renames, const char *relation,
                                         const char *column);

/* The same for a column by its qualified, quoted name ("public.users.id"). */
extern const char *sm_renames_qualified_column_now(const SmRenames *renames, const char *name);

#endif /* SM_RENAMES_H */
