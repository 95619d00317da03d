/*
 * privileges.h
 *		Privileges as bodies have them, "grantee=privileges/grantor" an entry:
 *		read, named, and with the built-in default where a body has none.  Which
 *		difference matters is not told here.
 */
#ifndef SM_PRIVILEGES_H
#define SM_PRIVILEGES_H

#include "body.h"

typedef struct SmPrivilege
{
	const char *grantee; /* raw name; "": PUBLIC */
	const char *letters; /* as in aclitem, "*" behind what may be granted on */
	const char *grantor; /* raw name */
} SmPrivilege;

typedef struct SmPrivileges
{
	int count;
	SmPrivilege *entries;
} SmPrivileges;

/*
 * The privileges of a node of an object kind ("column" for columns): its
 * property acl, or the kind's default for its owner.  Raises
 * ERRCODE_INVALID_PARAMETER_VALUE for an entry that is none.
 */
extern SmPrivileges sm_privileges_read(const SmNode *node, const char *kind);

/* The letters of another string of letters that are not in this one. */
extern char *sm_privileges_missing(const char *letters, const char *wanted);

/* "SELECT, INSERT" for "ra"; the grant options are left out. */
extern char *sm_privileges_words(const char *letters);

/* An entry as text, NULL for NULL. */
extern char *sm_privileges_text(const SmPrivilege *privilege);

#endif /* SM_PRIVILEGES_H */
