/*
 * version.h
 *		Versions by SemVer 2.0.0, and the names of database types.  Both free of
 *		SPI and of memory context assumptions, so that the parser can use them.
 *		Where a version is stored is not told here.
 */
#ifndef SM_VERSION_H
#define SM_VERSION_H

/* A run of characters of the parsed text; not terminated. */
typedef struct SmVersionPart
{
	const char *text;
	int length;
} SmVersionPart;

typedef struct SmVersion
{
	SmVersionPart number[3];  /* major, minor, patch: digits without leading zeros */
	SmVersionPart prerelease; /* without the hyphen; length 0: none */
	SmVersionPart build;      /* without the plus; length 0: none */
} SmVersion;

/*
 * Reads a version, with or without a leading v; the parts point into text.
 * Returns NULL when it is well-formed, else a palloc'd short sentence that
 * names what is wrong.  Raises nothing.
 */
extern char *sm_version_parse(const char *text, SmVersion *version);

/* -1, 0 or 1 by SemVer precedence; build metadata does not count. */
extern int sm_version_compare(const SmVersion *a, const SmVersion *b);

/* The same for texts; raises as sm_version_normalise(). */
extern int sm_version_compare_texts(const char *a, const char *b);

/*
 * The version without a leading v, palloc'd.  Raises
 * ERRCODE_INVALID_TEXT_REPRESENTATION for a malformed one.
 */
extern char *sm_version_normalise(const char *text);

/*
 * The canonical name of a database type, case-blind, other spellings included
 * (postgres, timescaledb): postgresql, timescale or neo4j.  A constant string,
 * or NULL for an unknown one.  Raises nothing.
 */
extern const char *sm_database_type_canonical(const char *name);

/* The same, but an unknown one raises ERRCODE_INVALID_PARAMETER_VALUE. */
extern const char *sm_database_type_required(const char *name);

/* The known ones as a sentence for an error's hint. */
extern const char *sm_database_type_hint(void);

#endif /* SM_VERSION_H */
