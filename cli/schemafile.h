/*
 * schemafile.h
 *		A schema in a file that is fit for git: as JSON, which can be compared
 *		with anything, or as SQL, which people read.
 */
#ifndef SM_SCHEMAFILE_H
#define SM_SCHEMAFILE_H

#include "conn.h"

typedef struct SmSchemaFile
{
	char *path;
	char *text;
	bool is_json; /* else it is SQL */
	int major;    /* of the server that wrote a JSON file */
	bool portable;
} SmSchemaFile;

/*
 * The condition by which objects o of schema_objects_live() are the
 * application's: no cluster objects, nothing of the extension's own.  The
 * caller frees it.
 */
extern char *sm_schemafile_condition(const SmConn *conn);

/*
 * The live schema as the text of a file.  portable: in the form that is the
 * same on every major of the server.
 */
extern char *sm_schemafile_json(SmConn *conn, bool portable);
extern char *sm_schemafile_sql(SmConn *conn);

/*
 * Writes a text into a file ("-": to stdout) as one step: nobody ever sees half
 * of it, and a file that is there keeps its mode.  Exits where it cannot.
 */
extern void sm_schemafile_write(const char *path, const char *text);

/* Reads a file; exits where that cannot be, or it is none of ours. */
extern SmSchemaFile *sm_schemafile_read(const char *path);

#endif /* SM_SCHEMAFILE_H */
