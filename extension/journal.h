/*
 * journal.h
 *		Rows of ddl_journal and of schema_drift_alerts, as DDL writes them.  How
 *		it is known what a statement did is capture.c's and hook_capture.c's.
 */
#ifndef SM_JOURNAL_H
#define SM_JOURNAL_H

#include "catalog/objectaddress.h"

#include "statement_text.h"

/* What one statement did to one object; texts may be NULL. */
typedef struct SmJournalEntry
{
	const char *command_tag;
	const char *object_type; /* as the server's getObjectTypeDescription() has it */
	const char *schema;
	const char *before; /* its identity; NULL: was not there, or is not known */
	const char *after;  /* NULL: is not there any more */
	const char *table;  /* identity of the table that it is or is part of */
	const char *column;
	const char *
	    name; /* for the rules of what to ignore: without schema, unquoted; of a part, the table's */
	ObjectAddress address;
	const char *rewrite;
	bool in_extension;
	bool alert;         /* worth one, where no unit is open */
	const char *change; /* added, removed, changed, renamed, tampered */
} SmJournalEntry;

/* _PG_init's part: the setting summit_migrate.drift_notify. */
extern void sm_journal_init(void);

/*
 * Writes one row an entry, as work of guard.h's; alerts, where no unit is open.
 * Never waits: raises ERRCODE_LOCK_NOT_AVAILABLE where another session has one of
 * the tables locked.  Their locks are held until the transaction ends.
 */
extern void sm_journal_write(Oid schema, bool by_hook, const SmStatementText *statement,
                             const SmJournalEntry *entries, int count);

/*
 * Whether an alert would be announced by NOTIFY now, and in words why or why not.
 */
extern bool sm_journal_notifies(const char **why);

#endif /* SM_JOURNAL_H */
