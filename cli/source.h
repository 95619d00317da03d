/*
 * source.h
 *		The folder of migration files: which files it has, what their names say,
 *		their normalised text and its digest.  What stands in them is the
 *		server's to say (plan_parse.c).
 */
#ifndef SM_SOURCE_H
#define SM_SOURCE_H

#include "problems.h"

#define SM_DIGEST_LENGTH 32

typedef enum SmFileKind
{
	SM_FILE_SQL,
	SM_FILE_CYPHER
} SmFileKind;

typedef struct SmFile
{
	char *name; /* in the folder */
	char *id;   /* the name without its ending */
	char *type; /* schema, data, security or perf */
	SmFileKind kind;
	bool usable; /* nothing is wrong with its name and its bytes */
	char *text;  /* normalised; NULL while it is not kept: sm_source_text() */
	size_t length;
	unsigned char digest[SM_DIGEST_LENGTH]; /* SHA-256, as the ledger's checksum */
} SmFile;

typedef struct SmSource
{
	char *folder;
	SmArena *arena;
	int nfiles;
	SmFile *files; /* in the order of their ids */
	size_t kept;   /* bytes of texts in memory */
} SmSource;

/*
 * Reads a folder.  What is wrong with it or its files is added to problems;
 * files that are no migrations by their ending are left out.
 */
extern SmSource *sm_source_read(const char *folder, SmProblems *problems);

extern void sm_source_free(SmSource *source);

/* The file as a path that the user can open; the caller frees it. */
extern char *sm_source_path(const SmSource *source, const SmFile *file);

/*
 * The file's text, read again where it was not kept.  Exits with
 * SM_EXIT_USAGE when it is gone or has changed meanwhile.
 */
extern const char *sm_source_text(SmSource *source, SmFile *file);

#endif /* SM_SOURCE_H */
