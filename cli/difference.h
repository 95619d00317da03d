/*
 * difference.h
 *		What two schemas differ in, as the server says it, shown to people or as
 *		JSON.
 */
#ifndef SM_DIFFERENCE_H
#define SM_DIFFERENCE_H

#include <cjson/cJSON.h>

#include "side.h"

/* The columns of a difference's rows. */
enum
{
	SM_DIFFERENCE_CHANGE, /* added, removed, changed, renamed */
	SM_DIFFERENCE_TYPE,
	SM_DIFFERENCE_NAME,
	SM_DIFFERENCE_PROPERTY, /* NULL: the object itself */
	SM_DIFFERENCE_FROM,
	SM_DIFFERENCE_TO,
	SM_DIFFERENCE_BUMP, /* NULL from here on where the sides are not of one database */
	SM_DIFFERENCE_EVIDENCE,
	SM_DIFFERENCE_RULE,
	SM_DIFFERENCE_DIRECTION,
	SM_DIFFERENCE_HAZARD,
	SM_DIFFERENCE_KIND, /* the object that it is, or is part of */
	SM_DIFFERENCE_OWNER
};

typedef struct SmDifference
{
	PGresult *rows;
	int objects; /* that differ */
	char *bump;  /* none, patch, minor, major; NULL: not known */
} SmDifference;

/* Compares two open sides; the connection to conn is used where both are files. */
extern void sm_difference_find(SmDifference *difference, SmContext *context, const SmSide *from,
                               const SmSide *to);

/*
 * Compares two texts of sm_side_objects() on a server, and leaves out the
 * objects that were not the same before and after (two such texts; NULL: none).
 */
extern void sm_difference_objects(SmDifference *difference, SmConn *conn, const char *from,
                                  const char *to, const char *before, const char *after);

/* For people: an object each, its changes below it.  Prints nothing where nothing differs. */
extern void sm_difference_print(const SmDifference *difference);

/* The rows as a JSON array. */
extern cJSON *sm_difference_json(const SmDifference *difference);

extern void sm_difference_free(SmDifference *difference);

#endif /* SM_DIFFERENCE_H */
