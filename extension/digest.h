/*
 * digest.h
 *		SHA-256 digests of a file's bytes and of what it means.
 */
#ifndef SM_DIGEST_H
#define SM_DIGEST_H

#include "lib/stringinfo.h"

/* SHA-256 in PG_SHA256_DIGEST_LENGTH bytes.  Raises as the next one. */
extern void sm_digest_raw(const char *data, int length, uint8 *digest);

/* SHA-256 in hex.  Raises ERRCODE_INTERNAL_ERROR where the library fails. */
extern char *sm_digest_hex(const char *data, int length);

/*
 * Digest of a file's normalised text: of its bytes in UTF-8 whatever the
 * server's encoding, without one newline at the end.
 */
extern char *sm_digest_text(const char *text, int length);

/* Adds a field to what is to be digested; fields cannot run into each other. */
extern void sm_digest_add(StringInfo meaning, const char *field);

#endif /* SM_DIGEST_H */
