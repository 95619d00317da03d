/*
 * files.h
 *		What create and init need of the folder of migrations: the ids that are
 *		taken, the highest version, a new file.  Reading files to run them is
 *		source.h's.
 */
#ifndef SM_FILES_H
#define SM_FILES_H

#include "options.h"

/* The ids in a folder, in their order; none where there is no folder.  Exits where it cannot be read. */
extern SmTextList sm_files_ids(const char *folder);

/*
 * A new id: the time in UTC, a type and a description.  Its time is after that
 * of every id there is, so that it runs last.
 */
extern char *sm_files_new_id(const SmTextList *ids, const char *type, const char *description);

/* The only id that begins with a text, NULL where none does.  Exits where several do. */
extern const char *sm_files_resolve(const SmTextList *ids, const char *text);

/* The highest version in the headers of a folder's files, or NULL. */
extern char *sm_files_highest_version(const char *folder);

/* Writes a new file, making the folder; returns its path.  Exits where it cannot, or where it is there. */
extern char *sm_files_write(const char *folder, const char *name, const char *text);

#endif
