/*
 * affected.h
 *		Which objects must be read again because rows of the catalogs have
 *		changed.  What has changed is stamp.h's; reading is fingerprint.h's.
 */
#ifndef SM_AFFECTED_H
#define SM_AFFECTED_H

#include "manifest.h"
#include "stamp.h"

/* An atom of which rows have come, gone or changed. */
typedef struct SmChangedAtom
{
	SmObjectKey atom;
	bool own;    /* its own row, in the catalog of its class, is among them */
	bool before; /* which was there before */
	char status;
} SmChangedAtom;

struct changed_hash;
struct affected_hash;

typedef struct SmAffected
{
	SmManifest *manifest;
	struct changed_hash *changed;
	struct affected_hash *objects; /* to be read */
	bool all;                      /* everything is to be read */
	bool concurrent;               /* what the manifest says may be newer than the changes */
} SmAffected;

extern SmAffected *sm_affected_create(SmManifest *manifest);

/* Nothing any more; concurrent: what was read in between may have met the next changes. */
extern void sm_affected_reset(SmAffected *affected, bool concurrent);

/* What differs between two lists of a chunk of a catalog. */
extern void sm_affected_compare(SmAffected *affected, const SmCatalog *catalog,
                                const SmAtomList *before, const SmAtomList *after);

/* The objects of the atoms that differ, and those that depend on them. */
extern void sm_affected_find(SmAffected *affected);

/* Whether anything is to be read. */
extern bool sm_affected_any(const SmAffected *affected);

/* The objects that have not been returned yet, in an array; NULL: none. */
extern SmObjectKey *sm_affected_next(SmAffected *affected, int *count);

/*
 * An object is going to be put in the place of what the manifest has: when it
 * has another name, what depends on it must be read, too.
 */
extern void sm_affected_renamed(SmAffected *affected, const SmSchema *schema,
                                const SmObjectKey *keys, int count);

#endif /* SM_AFFECTED_H */
