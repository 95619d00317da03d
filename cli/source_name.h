/*
 * source_name.h
 *		Names of migration files: YYYYMMDD_HHMMSS_<type>_<description>.<ending>.
 */
#ifndef SM_SOURCE_NAME_H
#define SM_SOURCE_NAME_H

#include <stddef.h>

/* What a good name is made of; lengths are without the ending. */
typedef struct SmNameParts
{
	size_t id_length;
	const char *type; /* schema, data, security or perf */
	bool cypher;
} SmNameParts;

/* Whether a name has an ending that makes it a migration file (in any case). */
extern bool sm_source_name_is_migration(const char *name);

/* Reads a name; returns what is wrong with it, or NULL. */
extern const char *sm_source_name_read(const char *name, SmNameParts *parts);

/* Whether 14 digits in the form YYYYMMDD_HHMMSS are a moment of the calendar. */
extern bool sm_source_name_is_moment(const char *text);

#endif /* SM_SOURCE_NAME_H */
