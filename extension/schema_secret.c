/*
 * schema_secret.c
 *		Secrets are shown as HMAC-SHA-256 with a key of this database, so that a
 *		change shows and the secret does not.  The key is a row of
 *		migration_settings, made when the first secret is read, and goes with a
 *		dump.
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_namespace_d.h"
#include "commands/extension.h"
#include "common/hmac.h"
#include "common/sha2.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "schema_read.h"
#include "compat.h"

#define KEY_BYTES 32

/* The table with the key, quoted. */
static char *
settings_table(SmReader *reader)
{
	HeapTuple extension =
	    sm_rows_one(reader, SM_ROWS_EXTENSION, get_extension_oid("summit_migrate", false));

	return psprintf("%s.migration_settings",
	                sm_name(reader, NamespaceRelationId,
	                        ((Form_pg_extension) GETSTRUCT(extension))->extnamespace));
}

static char *
read_key(SmReader *reader, const char *table)
{
	char *key = NULL;

	if (SPI_execute(
	        psprintf("SELECT value FROM %s WHERE name OPERATOR(pg_catalog.=) 'secret_key'", table),
	        false, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read the key for secrets");
	if (SPI_processed > 0)
		key = MemoryContextStrdup(reader->context,
		                          SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1));
	return key;
}

/* Another session that makes it at the same time wins, or waits. */
static void
insert_key(const char *table)
{
	uint8 bytes[KEY_BYTES];
	char hex[2 * KEY_BYTES + 1];

	if (!pg_strong_random(bytes, KEY_BYTES))
		ereport(ERROR,
		        (errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not generate random values")));
	hex[hex_encode((char *) bytes, KEY_BYTES, hex)] = '\0';
	if (SPI_execute(psprintf("INSERT INTO %s (name, value, changed_by) VALUES ('secret_key', '%s',"
	                         " session_user) ON CONFLICT (name) DO NOTHING",
	                         table, hex),
	                false, 0) != SPI_OK_INSERT)
		elog(ERROR, "could not store the key for secrets");
}

void
sm_secret_make_key(SmReader *reader)
{
	bool read_only = XactReadOnly;
	char *table = settings_table(reader);

	if (RecoveryInProgress())
		ereport(ERROR, (errcode(ERRCODE_READ_ONLY_SQL_TRANSACTION),
		                errmsg("this database has no key for hashes of secrets yet"),
		                errhint("Take a fingerprint on the primary once.")));
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	/* as sm_query_begin() does; an abort puts it back */
	XactReadOnly = false;
	insert_key(table);
	XactReadOnly = read_only;
	reader->secret = read_key(reader, table);
	SPI_finish();
	if (reader->secret == NULL)
		ereport(ERROR, (errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
		                errmsg("another session has just made the key for hashes of secrets"),
		                errhint("Try again in a new transaction.")));
	reader->needs_secret = false;
}

static const char *
secret_key(SmReader *reader)
{
	if (reader->secret)
		return reader->secret;
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	reader->secret = read_key(reader, settings_table(reader));
	SPI_finish();
	if (reader->secret == NULL)
	{
		reader->needs_secret = true;
		elog(ERROR, "there is no key for secrets yet");
	}
	return reader->secret;
}

char *
sm_secret_hash(SmReader *reader, const char *value)
{
	const char *key = secret_key(reader);
	uint8 hash[PG_SHA256_DIGEST_LENGTH];
	char *text = palloc(2 * PG_SHA256_DIGEST_LENGTH + 1);
	pg_hmac_ctx *context = pg_hmac_create(PG_SHA256);

	if (context == NULL || pg_hmac_init(context, (const uint8 *) key, strlen(key)) < 0 ||
	    pg_hmac_update(context, (const uint8 *) value, strlen(value)) < 0 ||
	    pg_hmac_final(context, hash, sizeof(hash)) < 0)
		elog(ERROR, "could not hash a secret: %s", pg_hmac_error(context));
	pg_hmac_free(context);
	text[hex_encode((char *) hash, sizeof(hash), text)] = '\0';
	return psprintf("hmac-sha-256:%s", text);
}
