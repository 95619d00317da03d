/*
 * part.h
 *		Where an object stands: its schema, the table that it is or is part of,
 *		the column.  From the catalogs, or from what the server says of an object
 *		that is gone.
 */
#ifndef SM_PART_H
#define SM_PART_H

#include "nodes/parsenodes.h"

#include "journal.h"

/* The catalog that objects of a GRANT are in; InvalidOid for the shared ones. */
extern Oid sm_part_class_of(ObjectType type);

/* pg_temp, and the temporary schema of any session. */
extern bool sm_part_is_temporary_schema(const char *schema);

/*
 * Fills schema, table, column and name of an entry whose address, type and
 * identity are set.  The object is there; or is gone and had these names.
 */
extern void sm_part_place(SmJournalEntry *entry);
extern void sm_part_place_dropped(SmJournalEntry *entry, List *names);

#endif /* SM_PART_H */
