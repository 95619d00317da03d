/*
 * schema_json.h
 *		Canonical JSON: objects whose keys are sorted bytewise, no white space, in
 *		UTF-8.  What the properties are is not here.
 */
#ifndef SM_SCHEMA_JSON_H
#define SM_SCHEMA_JSON_H

#include "lib/stringinfo.h"

/* The properties of one object or part, collected in any order. */
typedef struct SmProps
{
	StringInfoData values;
	struct SmProp
	{
		const char *key; /* lower-case ASCII, static */
		int start;       /* of its value in values */
		int end;
	} * items;
	int count;
	int room;
} SmProps;

/* Allocates in the current context; empties. */
extern void sm_props_init(SmProps *props);
extern void sm_props_reset(SmProps *props);

/* Writes one property; each key at most once. */
extern void sm_props_string(SmProps *props, const char *key, const char *value);
extern void sm_props_true(SmProps *props, const char *key);
extern void sm_props_number(SmProps *props, const char *key, int64 value);
/* an array, in the given order, or sorted bytewise (in place); an empty one too */
extern void sm_props_strings(SmProps *props, const char *key, const char **values, int count);
extern void sm_props_sorted(SmProps *props, const char *key, const char **values, int count);

/* The same in two steps: the buffer to which the JSON of the value is appended. */
extern StringInfo sm_props_begin(SmProps *props, const char *key);
extern void sm_props_end(SmProps *props);

/* Takes a property away, where it is there. */
extern void sm_props_drop(SmProps *props, const char *key);

/* Appends all as a JSON object with sorted keys. */
extern void sm_props_write(SmProps *props, StringInfo out);

/* Appends a string of the server's encoding as JSON in UTF-8. */
extern void sm_json_string(StringInfo out, const char *value);

/* The string in UTF-8: itself, or a copy.  Bytes that are no text count as Latin 1. */
extern const char *sm_json_utf8(const char *value);

/* For qsort() over const char *. */
extern int sm_json_compare(const void *a, const void *b);

#endif /* SM_SCHEMA_JSON_H */
