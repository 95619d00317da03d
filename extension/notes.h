/*
 * notes.h
 *		What must be noted before or during a DDL statement, because afterwards it
 *		cannot be seen any more: names, and why a table is rewritten.
 */
#ifndef SM_NOTES_H
#define SM_NOTES_H

#include "catalog/objectaddress.h"
#include "nodes/parsenodes.h"

/* _PG_init's part: notes end with their transaction. */
extern void sm_notes_init(void);

/*
 * Before the statement: forgets what an earlier one at the same address left.
 * True when it renames or moves something: sm_notes_take_name() has work to do.
 */
extern bool sm_notes_begin(Node *parsetree);

/*
 * Looks the object of such a statement up, without any lock, and keeps its
 * name.  Raises what a name that is no good raises.
 */
extern void sm_notes_take_name(Node *parsetree);

/* A table is about to be rewritten; reason as the server has it. */
extern void sm_notes_take_rewrite(Node *parsetree, Oid table, int reason);

/* What was noted for this object, NULL when nothing was. */
extern const char *sm_notes_name(Node *parsetree, const ObjectAddress *address);
extern const char *sm_notes_rewrite(Node *parsetree, const ObjectAddress *address);

#endif /* SM_NOTES_H */
