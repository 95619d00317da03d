/*
 * register.h
 *		A migration file on its way into the history: what the two files that
 *		register it share.
 */
#ifndef SM_REGISTER_H
#define SM_REGISTER_H

#include "parse.h"
#include "query.h"

typedef struct SmRegisteredFile
{
	char *file; /* its name without folders */
	char *id;   /* the name without its ending */
	SmMigration *migration;
} SmRegisteredFile;

/*
 * Reads a file and its id.  Raises the first error of a file that does not
 * parse, and an error for a name that is no migration's or a header with
 * another id.
 */
extern SmRegisteredFile *sm_register_read_file(char *file, const char *content, int length);

/*
 * An SQL condition on a row h of migration_history: the phase has run.  It has
 * when it is completed, or some unit of it is: whatever a failed transactional
 * unit did is gone.
 */
#define SM_REGISTER_HAS_RUN                                                                        \
	"h.phase_digest IS NOT NULL"                                                                   \
	" AND (h.status = 'completed' OR h.status IN ('running', 'failed')"                            \
	"  AND EXISTS (SELECT FROM @schema@.migration_units u WHERE u.migration_id = h.migration_id"   \
	"   AND u.target = h.target AND u.phase = h.phase AND u.direction = 'up'"                      \
	"   AND (u.state IN ('completed', 'running') OR u.batch_cursor IS NOT NULL)))"

/*
 * Puts the dependencies of these files (sorted by id) in the place of those
 * they had.  Names may be unique prefixes of ids that the history knows by now.
 * Raises an error for one that is missing or ambiguous, and for a circle; with
 * run (some phase of theirs has), also where a migration that has run depends on
 * others than before.
 */
extern void sm_register_dependencies(SmQueryScope *scope, List *files, Datum target, bool run);

#endif /* SM_REGISTER_H */
