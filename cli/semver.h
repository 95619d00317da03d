/*
 * semver.h
 *		Versions: reading them, their order (SemVer 2.0.0, section 11), the next
 *		one.
 */
#ifndef SM_SEMVER_H
#define SM_SEMVER_H

typedef struct SmSemver
{
	long numbers[3]; /* major, minor, patch */
	const char *pre; /* in the text, after the "-"; "" without */
	int pre_length;
} SmSemver;

/* Reads a version, with a leading v or without; false where it is none. */
extern bool sm_semver_read(const char *text, SmSemver *version);

/* -1, 0 or 1; both must be versions. */
extern int sm_semver_compare(const char *a, const char *b);

/* The next version: part 0 counts the major up, 1 the minor, 2 the patch. */
extern char *sm_semver_next(const char *text, int part);

#endif
