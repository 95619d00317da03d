/*
 * configfile.h
 *		summit-migrate.conf as a list of entries, each with its line.  What an
 *		entry means is config.c's.
 */
#ifndef SM_CONFIGFILE_H
#define SM_CONFIGFILE_H

/* One "name = value"; a section without entries gives one with name NULL. */
typedef struct SmConfigEntry
{
	char *section;    /* project, env, target, set */
	char *subsection; /* of [env "prod"]; NULL where it has none */
	char *name;
	char *value;
	int line;
} SmConfigEntry;

typedef struct SmConfigFile
{
	char *path;   /* absolute */
	char *folder; /* its folder, absolute */
	int count;
	SmConfigEntry *entries;
} SmConfigFile;

/*
 * The file that holds for this call: the given one, or the first
 * summit-migrate.conf from the working folder upwards; NULL where there is
 * none.  Exits with SM_EXIT_USAGE, naming the line, where it cannot be read or
 * has a section or a key that is not known.
 */
extern SmConfigFile *sm_configfile_read(const char *given);

#endif /* SM_CONFIGFILE_H */
