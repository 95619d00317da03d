/*
 * fingerprint_state.h
 *		A fingerprint as it stands in the cache: stamps, atoms, manifest, and for
 *		which server and database they are true.
 */
#ifndef SM_FINGERPRINT_STATE_H
#define SM_FINGERPRINT_STATE_H

#include "fingerprint.h"

/*
 * Fills stamp and manifest from the cache; false, and nothing changes, where it
 * has none that is of this database, timeline and server version.
 */
extern bool sm_fingerprint_load(SmFingerprint *current);

/* The atoms of a chunk at the time of the stamp, for a chunk that it has. */
extern void sm_fingerprint_load_atoms(SmFingerprint *current, int catalog, int chunk,
                                      SmAtomList *list);

/* Writes what has changed, where this transaction may and nobody else has meanwhile. */
extern void sm_fingerprint_store(SmFingerprint *current);

#endif /* SM_FINGERPRINT_STATE_H */
