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
 * Puts the dependencies of these files (sorted by id) in the place of those
 * they had.  Names may be unique prefixes of ids that the history knows by now.
 * Raises an error for one that is missing or ambiguous, and for a circle.
 */
extern void sm_register_dependencies(SmQueryScope *scope, List *files, Datum target);

#endif /* SM_REGISTER_H */
