/*
 * merkle.c
 *		The hash tree over the objects of a schema (see merkle.h), by the server's
 *		own SHA-256.  Nothing here knows where leaves come from.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "port/pg_bswap.h"
#include "utils/builtins.h"

#include "compat.h"
#include "merkle.h"

static const char *const form_tags[] = {
    [SM_MERKLE_EXACT] = "summit_migrate database",
    [SM_MERKLE_CLUSTER] = "summit_migrate cluster",
    [SM_MERKLE_PORTABLE] = "summit_migrate portable",
    [SM_MERKLE_SCHEMA] = "summit_migrate schema",
};

static void
check(SmMerkle *merkle, int result)
{
	if (result < 0)
		elog(ERROR, "could not compute a SHA-256 digest: %s", pg_cryptohash_error(merkle->context));
}

void
sm_merkle_open(SmMerkle *merkle)
{
	merkle->context = pg_cryptohash_create(PG_SHA256);
	if (merkle->context == NULL)
		elog(ERROR, "could not compute a SHA-256 digest: %s", "out of memory");
}

void
sm_merkle_close(SmMerkle *merkle)
{
	pg_cryptohash_free(merkle->context);
	merkle->context = NULL;
}

void
sm_merkle_begin(SmMerkle *merkle)
{
	check(merkle, pg_cryptohash_init(merkle->context));
}

void
sm_merkle_add(SmMerkle *merkle, const void *data, Size length)
{
	check(merkle, pg_cryptohash_update(merkle->context, data, length));
}

void
sm_merkle_add_field(SmMerkle *merkle, const char *field)
{
	/* the same whatever the encoding of the database */
	char *utf8 = pg_server_to_any(field, strlen(field), PG_UTF8);
	Size length = strlen(utf8);
	uint32 prefix = pg_hton32((uint32) length);

	sm_merkle_add(merkle, &prefix, sizeof(prefix));
	sm_merkle_add(merkle, utf8, length);
	if (utf8 != field)
		pfree(utf8);
}

void
sm_merkle_add_leaf(SmMerkle *merkle, const char *kind, const char *name, const uint8 *digest)
{
	sm_merkle_add_field(merkle, kind);
	sm_merkle_add_field(merkle, name);
	sm_merkle_add(merkle, digest, SM_MERKLE_LENGTH);
}

void
sm_merkle_end(SmMerkle *merkle, uint8 *digest)
{
	check(merkle, pg_cryptohash_final(merkle->context, digest, SM_MERKLE_LENGTH));
}

int
sm_merkle_bucket(SmMerkle *merkle, const char *kind, const char *name)
{
	uint8 digest[SM_MERKLE_LENGTH];

	sm_merkle_begin(merkle);
	sm_merkle_add_field(merkle, kind);
	sm_merkle_add_field(merkle, name);
	sm_merkle_end(merkle, digest);
	return digest[0];
}

void
sm_merkle_begin_root(SmMerkle *merkle, SmMerkleForm form, int server_major)
{
	uint32 numbers[2] = {
	    pg_hton32(SM_MERKLE_ENCODING),
	    pg_hton32(form == SM_MERKLE_PORTABLE ? 0 : server_major),
	};

	sm_merkle_begin(merkle);
	sm_merkle_add_field(merkle, form_tags[form]);
	sm_merkle_add(merkle, numbers, sizeof(numbers));
}

void
sm_merkle_root(SmMerkle *merkle, SmMerkleForm form, int server_major, const uint8 *buckets,
               uint8 *root)
{
	sm_merkle_begin_root(merkle, form, server_major);
	sm_merkle_add(merkle, buckets, SM_MERKLE_BUCKETS * SM_MERKLE_LENGTH);
	sm_merkle_end(merkle, root);
}

char *
sm_merkle_hex(const uint8 *digest)
{
	char *hex = palloc(2 * SM_MERKLE_LENGTH + 1);

	hex[hex_encode((const char *) digest, SM_MERKLE_LENGTH, hex)] = '\0';
	return hex;
}

Datum
sm_merkle_datum(const uint8 *digest)
{
	bytea *value = palloc(VARHDRSZ + SM_MERKLE_LENGTH);

	SET_VARSIZE(value, VARHDRSZ + SM_MERKLE_LENGTH);
	memcpy(VARDATA(value), digest, SM_MERKLE_LENGTH);
	return PointerGetDatum(value);
}
