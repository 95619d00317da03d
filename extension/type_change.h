/*
 * type_change.h
 *		What the change of a column's type means for its values, decided by the
 *		server's own casts and type modifiers.
 */
#ifndef SM_TYPE_CHANGE_H
#define SM_TYPE_CHANGE_H

typedef enum SmTypeChange
{
	SM_TYPE_WIDER,       /* takes every value that the older one took */
	SM_TYPE_NARROWER,    /* the other way round */
	SM_TYPE_INCOMPATIBLE /* neither, or nobody can tell: a type is not here */
} SmTypeChange;

/*
 * Compares two types as format_type() writes them under a pinned search path.
 * *rewrites: whether ALTER COLUMN TYPE would have to visit every row.
 */
extern SmTypeChange sm_type_change(const char *from, const char *to, bool *rewrites);

/* Whether there is such a type here. */
extern bool sm_type_exists(const char *name);

/* How values of a type are stored unless told otherwise; NULL: there is no such type. */
extern const char *sm_type_storage(const char *name);

#endif /* SM_TYPE_CHANGE_H */
