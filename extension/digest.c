/*
 * digest.c
 *		SHA-256 by the server's own library.  What is digested is collected by the
 *		callers.
 */
#include "postgres.h"

#include "common/cryptohash.h"
#include "common/sha2.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "digest.h"

void
sm_digest_raw(const char *data, int length, uint8 *digest)
{
	pg_cryptohash_ctx *context = pg_cryptohash_create(PG_SHA256);

	if (context == NULL || pg_cryptohash_init(context) < 0 ||
	    pg_cryptohash_update(context, (const uint8 *) data, length) < 0 ||
	    pg_cryptohash_final(context, digest, PG_SHA256_DIGEST_LENGTH) < 0)
		elog(ERROR, "could not compute a SHA-256 digest: %s", pg_cryptohash_error(context));
	pg_cryptohash_free(context);
}

char *
sm_digest_hex(const char *data, int length)
{
	uint8 digest[PG_SHA256_DIGEST_LENGTH];
	char *hex = palloc(2 * PG_SHA256_DIGEST_LENGTH + 1);

	sm_digest_raw(data, length, digest);
	hex[hex_encode((char *) digest, sizeof(digest), hex)] = '\0';
	return hex;
}

char *
sm_digest_text(const char *text, int length)
{
	char *utf8;
	char *digest;

	if (length > 0 && text[length - 1] == '\n')
		length--;
	utf8 = pg_server_to_any(text, length, PG_UTF8);
	digest = sm_digest_hex(utf8, utf8 == text ? length : (int) strlen(utf8));
	if (utf8 != text)
		pfree(utf8);
	return digest;
}

void
sm_digest_add(StringInfo meaning, const char *field)
{
	/* no text holds a NUL, so that one can part the fields */
	appendBinaryStringInfo(meaning, field, strlen(field) + 1);
}
