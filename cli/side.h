/*
 * side.h
 *		What is compared: one side of a diff, as it was typed, and where it is.
 */
#ifndef SM_SIDE_H
#define SM_SIDE_H

#include <cjson/cJSON.h>

#include "command.h"
#include "conn.h"
#include "schemafile.h"

typedef enum SmSideKind
{
	SM_SIDE_LIVE,
	SM_SIDE_SNAPSHOT,
	SM_SIDE_EXPECTED, /* the snapshot that drift is measured by */
	SM_SIDE_FILE,
	SM_SIDE_SCRATCH, /* what the files make */
	SM_SIDE_OTHER    /* another database */
} SmSideKind;

typedef struct SmSide
{
	SmSideKind kind;
	const char *word;   /* as typed */
	char *label;        /* for people, without secrets */
	SmConn *conn;       /* where it is; NULL: a file */
	char *snapshot;     /* its id; NULL: what is live there */
	SmSchemaFile *file; /* of SM_SIDE_FILE */
	int major;          /* of its server; 0: a file in the form for all */
} SmSide;

/*
 * Says what a word means, without opening anything.  Exits with SM_EXIT_USAGE
 * where it means nothing, or holds a password.
 */
extern void sm_side_read(SmSide *side, const char *word);

/* The connection to the configured database, opened when it is first needed. */
extern SmConn *sm_side_control(SmContext *context);

/* Finds the side: connects, reads the file, has the scratch server made. */
extern void sm_side_open(SmContext *context, SmSide *side);

/* Whether it lies in the configured database. */
extern bool sm_side_is_ours(const SmSide *side);

/*
 * Its objects as JSON, {kind: {name: body}}, or an object that has that as
 * "objects"; the caller frees it.  Exits where it cannot be had in that form.
 */
extern char *sm_side_objects(const SmSide *side, bool portable);

/* As JSON: {"kind", "name", "snapshot"}. */
extern cJSON *sm_side_json(const SmSide *side);

#endif /* SM_SIDE_H */
