/*
 * journal_seal.c
 *		Rows of ddl_journal get their seals, and the oldest are cut.  Whether the
 *		chain is whole is journal_verify.c's.
 *
 * A row's number is not its id: ids are given out when DDL runs and become
 * visible in another order, when it commits.  So one sealer at a time numbers
 * what it sees; the seals are without gaps, and nothing appears behind one that
 * a reader has passed.  The lock of the sealer is a transaction's, in the key
 * space of the migration lock (lock.c).
 */
#include "postgres.h"

#include "access/transam.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "port/pg_bswap.h"
#include "storage/lock.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/xid8.h"

#include "compat.h"
#include "digest.h"
#include "journal_seal.h"

PG_FUNCTION_INFO_V1(summit_migrate_seal_journal);
PG_FUNCTION_INFO_V1(summit_migrate_prune_journal);

#define LOCK_CLASS_SEALER 21329
#define CHAIN_VERSION "summit_migrate journal 1"

static SmQuery read_head =
    SM_QUERY_LIST_NOARGS("SELECT h.seal, h.seal_hash FROM @schema@.ddl_journal_head h");

static SmQuery read_base = SM_QUERY_LIST_NOARGS(
    "SELECT c.last_seal, c.last_hash FROM @schema@.ddl_journal_cuts c ORDER BY 1 DESC LIMIT 1");

static SmQuery read_last =
    SM_QUERY_NOARGS("SELECT j.seal, j.seal_hash FROM @schema@.ddl_journal j"
                    " WHERE j.seal IS NOT NULL ORDER BY j.seal DESC LIMIT 1");

static SmQuery read_unsealed =
    SM_QUERY("SELECT j.id, " SM_SEAL_FIELDS " FROM @schema@.ddl_journal j"
             " WHERE j.id > $2 AND j.seal IS NULL ORDER BY j.id LIMIT $1",
             INT4OID, INT8OID);

/* The oldest transaction that may still bring rows, and what was kept of earlier ones. */
static SmQuery read_settled =
    SM_QUERY_LIST_NOARGS("SELECT h.settled_id, h.pending_id, h.pending_xid,"
                         " pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot())"
                         " FROM @schema@.ddl_journal_head h");

static SmQuery read_sequence =
    SM_QUERY_LIST_NOARGS("SELECT s.last_value FROM @schema@.ddl_journal_id_seq s");

static SmQuery write_seals =
    SM_QUERY("UPDATE @schema@.ddl_journal j SET seal = s.seal, seal_hash = s.hash"
             " FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3))"
             "  AS s (id, seal, hash)"
             " WHERE j.id = s.id",
             INT8ARRAYOID, INT8ARRAYOID, BYTEAARRAYOID);

static SmQuery write_head =
    SM_QUERY("INSERT INTO @schema@.ddl_journal_head AS h"
             " (seal, seal_hash, sealed_at, settled_id, pending_id, pending_xid)"
             " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (single) DO UPDATE"
             " SET seal = excluded.seal, seal_hash = excluded.seal_hash,"
             " sealed_at = excluded.sealed_at, settled_id = excluded.settled_id,"
             " pending_id = excluded.pending_id, pending_xid = excluded.pending_xid",
             INT8OID, BYTEAOID, TIMESTAMPTZOID, INT8OID, INT8OID, XID8OID);

/* What an open alert tells of its author stays, with all that is behind it. */
static SmQuery find_cut =
    SM_QUERY("SELECT j.seal, j.seal_hash FROM @schema@.ddl_journal j"
             " WHERE j.seal < coalesce((SELECT min(y.seal) FROM @schema@.ddl_journal y"
             "  WHERE y.seal IS NOT NULL AND (y.captured_at >= $1 OR y.id IN ("
             "   SELECT pg_catalog.unnest(a.journal_id || @schema@.alert_history(a.metadata))"
             "   FROM @schema@.schema_drift_alerts a WHERE a.resolved_at IS NULL))), $2 + 1)"
             " ORDER BY j.seal DESC LIMIT 1",
             TIMESTAMPTZOID, INT8OID);

static SmQuery delete_rows =
    SM_QUERY("DELETE FROM @schema@.ddl_journal j WHERE j.seal <= $1", INT8OID);

static SmQuery record_cut =
    SM_QUERY("INSERT INTO @schema@.ddl_journal_cuts"
             " (first_seal, last_seal, last_hash, row_count, older_than, cut_at, cut_by)"
             " VALUES ($1, $2, $3, $4, $5, $6, $7)",
             INT8OID, INT8OID, BYTEAOID, INT8OID, TIMESTAMPTZOID, TIMESTAMPTZOID, TEXTOID);

/* ---- the anchor in the server log ---- */

static SmSeal anchor;
static SubTransactionId anchor_subxact = InvalidSubTransactionId;

static void
log_anchor(XactEvent event, void *arg)
{
	char hex[2 * PG_SHA256_DIGEST_LENGTH + 1];

	if (event == XACT_EVENT_PRE_COMMIT && anchor_subxact != InvalidSubTransactionId)
	{
		hex[hex_encode((char *) anchor.hash, anchor.hash_length, hex)] = '\0';
		ereport(LOG_SERVER_ONLY,
		        errmsg("summit_migrate: journal sealed up to " INT64_FORMAT ", hash %s",
		               anchor.number, hex));
	}
	if (event != XACT_EVENT_PARALLEL_PRE_COMMIT)
		anchor_subxact = InvalidSubTransactionId;
}

static void
keep_anchor(SubXactEvent event, SubTransactionId mine, SubTransactionId parent, void *arg)
{
	if (anchor_subxact != mine)
		return;
	if (event == SUBXACT_EVENT_ABORT_SUB)
		anchor_subxact = InvalidSubTransactionId;
	else if (event == SUBXACT_EVENT_COMMIT_SUB)
		anchor_subxact = parent;
}

void
sm_journal_seal_init(void)
{
	RegisterXactCallback(log_anchor, NULL);
	RegisterSubXactCallback(keep_anchor, NULL);
}

/* ---- hashes ---- */

static void
add_field(StringInfo data, const char *bytes, int length)
{
	uint32 prefix = pg_hton32((uint32) length);

	appendBinaryStringInfo(data, (char *) &prefix, sizeof(prefix));
	if (length > 0)
		appendBinaryStringInfo(data, bytes, length);
}

/* A NULL is a length that no text has. */
void
sm_seal_hash(const SmSeal *before, int64 number, Datum fields, SmSeal *seal)
{
	StringInfoData data;
	Datum *texts;
	bool *nulls;
	int count;
	char digits[32];
	uint32 null_mark = PG_UINT32_MAX;

	initStringInfo(&data);
	snprintf(digits, sizeof(digits), INT64_FORMAT, number);
	add_field(&data, CHAIN_VERSION, strlen(CHAIN_VERSION));
	add_field(&data, (const char *) before->hash, before->hash_length);
	add_field(&data, digits, strlen(digits));
	deconstruct_array(DatumGetArrayTypeP(fields), TEXTOID, -1, false, TYPALIGN_INT, &texts, &nulls,
	                  &count);
	for (int i = 0; i < count; i++)
	{
		text *value = nulls[i] ? NULL : DatumGetTextPP(texts[i]);

		if (value == NULL)
			appendBinaryStringInfo(&data, (char *) &null_mark, sizeof(null_mark));
		else
			add_field(&data, VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
	}
	seal->number = number;
	seal->hash_length = PG_SHA256_DIGEST_LENGTH;
	sm_digest_raw(data.data, data.len, seal->hash);
	pfree(data.data);
}

bool
sm_seal_equal(const SmSeal *a, const SmSeal *b)
{
	return a->number == b->number && a->hash_length == b->hash_length &&
	       memcmp(a->hash, b->hash, a->hash_length) == 0;
}

static Datum
hash_datum(const SmSeal *seal)
{
	bytea *value = palloc(VARHDRSZ + seal->hash_length);

	SET_VARSIZE(value, VARHDRSZ + seal->hash_length);
	memcpy(VARDATA(value), seal->hash, seal->hash_length);
	return PointerGetDatum(value);
}

/* A hash of another length is no hash of ours: it stands for one that equals none. */
void
sm_seal_from_row(uint64 row, int column, SmSeal *seal)
{
	bool isnull;
	Datum hash;
	bytea *bytes;

	memset(seal, 0, sizeof(SmSeal));
	seal->number = DatumGetInt64(sm_query_value(row, column, NULL));
	hash = sm_query_value(row, column + 1, &isnull);
	if (isnull)
		return;
	bytes = DatumGetByteaPP(hash);
	if (VARSIZE_ANY_EXHDR(bytes) == PG_SHA256_DIGEST_LENGTH)
	{
		seal->hash_length = PG_SHA256_DIGEST_LENGTH;
		memcpy(seal->hash, VARDATA_ANY(bytes), PG_SHA256_DIGEST_LENGTH);
	}
}

static void
read_seal(SmQueryScope *scope, SmQuery *query, SmSeal *seal)
{
	memset(seal, 0, sizeof(SmSeal));
	if (sm_query_execute(scope, query, NULL, NULL, 1) > 0)
		sm_seal_from_row(0, 1, seal);
}

void
sm_seal_head(SmQueryScope *scope, SmSeal *head)
{
	read_seal(scope, &read_head, head);
}

void
sm_seal_base(SmQueryScope *scope, SmSeal *base)
{
	read_seal(scope, &read_base, base);
}

/* ---- sealing ---- */

bool
sm_seal_begin(void)
{
	LOCKTAG tag;

	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, 0, 0, LOCK_CLASS_SEALER);
	return LockAcquire(&tag, ExclusiveLock, false, true) != LOCKACQUIRE_NOT_AVAIL;
}

/*
 * Up to which id no row can be without a seal.  A row's transaction has its
 * number before the row has its id: so an id that the sequence had given out
 * when the next transaction was to be pending_xid is, once all before that one
 * have ended, in a row that can be seen, or in none.
 */
typedef struct Settled
{
	int64 id;
	int64 pending_id;
	FullTransactionId pending_xid;
} Settled;

static void
begin_pending(SmQueryScope *scope, Settled *settled)
{
	sm_query_execute(scope, &read_sequence, NULL, NULL, 1);
	settled->pending_id = DatumGetInt64(sm_query_value(0, 1, NULL));
	settled->pending_xid = ReadNextFullTransactionId();
}

/*
 * Before rows are read: what is settled so far, and what will be once all rows
 * that can be seen now are sealed.  A pending_xid of the future is that of
 * another cluster, from which this database was restored.
 */
static void
read_settlement(SmQueryScope *scope, Settled *before, Settled *after)
{
	FullTransactionId oldest;

	memset(before, 0, sizeof(Settled));
	if (sm_query_execute(scope, &read_settled, NULL, NULL, 1) == 0)
	{
		*after = *before;
		begin_pending(scope, after);
		return;
	}
	before->id = DatumGetInt64(sm_query_value(0, 1, NULL));
	before->pending_id = DatumGetInt64(sm_query_value(0, 2, NULL));
	before->pending_xid = DatumGetFullTransactionId(sm_query_value(0, 3, NULL));
	oldest = DatumGetFullTransactionId(sm_query_value(0, 4, NULL));
	*after = *before;
	if (FullTransactionIdFollowsOrEquals(oldest, before->pending_xid))
		after->id = Max(before->id, before->pending_id);
	else if (FullTransactionIdPrecedesOrEquals(before->pending_xid, ReadNextFullTransactionId()))
		return;
	begin_pending(scope, after);
}

/* One batch, from the head on; returns how many rows. */
static int
seal_batch(SmQueryScope *scope, SmSeal *head, int64 settled)
{
	Datum limit[2] = {Int32GetDatum(SM_SEAL_BATCH), Int64GetDatum(settled)};
	Datum ids[SM_SEAL_BATCH];
	Datum numbers[SM_SEAL_BATCH];
	Datum hashes[SM_SEAL_BATCH];
	Datum arrays[3];
	int count = (int) sm_query_execute(scope, &read_unsealed, limit, NULL, 0);

	for (int i = 0; i < count; i++)
	{
		SmSeal before = *head;

		sm_seal_hash(&before, before.number + 1, sm_query_value(i, 2, NULL), head);
		ids[i] = sm_query_value(i, 1, NULL);
		numbers[i] = Int64GetDatum(head->number);
		hashes[i] = hash_datum(head);
	}
	if (count == 0)
		return 0;
	arrays[0] = PointerGetDatum(
	    construct_array(ids, count, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
	arrays[1] = PointerGetDatum(
	    construct_array(numbers, count, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
	arrays[2] = PointerGetDatum(construct_array(hashes, count, BYTEAOID, -1, false, TYPALIGN_INT));
	sm_query_execute(scope, &write_seals, arrays, NULL, 0);
	return count;
}

/* Behind what is sealed, also where the head was set back. */
static void
find_end(SmQueryScope *scope, SmSeal *head)
{
	SmSeal last;

	sm_seal_head(scope, head);
	read_seal(scope, &read_last, &last);
	if (last.number > head->number)
		*head = last;
}

static void
record_head(SmQueryScope *scope, const SmSeal *head, const Settled *settled)
{
	Datum values[6] = {
	    Int64GetDatum(head->number),
	    hash_datum(head),
	    TimestampTzGetDatum(GetCurrentTimestamp()),
	    Int64GetDatum(settled->id),
	    Int64GetDatum(settled->pending_id),
	    FullTransactionIdGetDatum(settled->pending_xid),
	};

	sm_query_execute(scope, &write_head, values, NULL, 0);
}

void
sm_seal_rows(SmQueryScope *scope, SmSeal *head)
{
	int64 first;
	Settled before;
	Settled after;

	find_end(scope, head);
	read_settlement(scope, &before, &after);
	first = head->number;
	while (seal_batch(scope, head, before.id) > 0)
		CHECK_FOR_INTERRUPTS();
	if (head->number != first || after.id != before.id)
		record_head(scope, head, &after);
	if (head->number == first)
		return;
	anchor = *head;
	anchor_subxact = GetCurrentSubTransactionId();
}

Datum
summit_migrate_seal_journal(PG_FUNCTION_ARGS)
{
	SmQueryScope scope;
	SmSeal head;

	sm_query_begin(&scope, fcinfo, SM_QUERY_WRITE);
	if (sm_seal_begin())
		sm_seal_rows(&scope, &head);
	else
		sm_seal_head(&scope, &head);
	sm_query_end(&scope);
	PG_RETURN_INT64(head.number);
}

/* ---- cutting ---- */

static TimestampTz
cutoff_of(Interval *keep)
{
	TimestampTz now = GetCurrentTimestamp();
	TimestampTz cutoff = DatumGetTimestampTz(DirectFunctionCall2(
	    timestamptz_mi_interval, TimestampTzGetDatum(now), IntervalPGetDatum(keep)));

	if (cutoff > now)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		        errmsg("keep must not be negative"));
	return cutoff;
}

/* Removes all up to the cut and records it; returns how many rows. */
static int64
cut_rows(SmQueryScope *scope, const SmSeal *base, const SmSeal *cut, TimestampTz cutoff)
{
	Datum values[7];
	int64 count;

	values[0] = Int64GetDatum(cut->number);
	count = (int64) sm_query_execute(scope, &delete_rows, values, NULL, 0);
	values[0] = Int64GetDatum(base->number + 1);
	values[1] = Int64GetDatum(cut->number);
	values[2] = hash_datum(cut);
	values[3] = Int64GetDatum(count);
	values[4] = TimestampTzGetDatum(cutoff);
	values[5] = TimestampTzGetDatum(GetCurrentTimestamp());
	values[6] = CStringGetTextDatum(GetUserNameFromId(GetAuthenticatedUserId(), false));
	sm_query_execute(scope, &record_cut, values, NULL, 0);
	return count;
}

static void
ignore_problem(void *argument, const char *problem, int64 journal_id, int64 seal,
               const char *detail)
{
}

/* To cut what does not verify would be to take the evidence away. */
static void
prepare_cut(SmQueryScope *scope, SmSeal *head)
{
	if (!sm_seal_begin())
		ereport(ERROR, errcode(ERRCODE_LOCK_NOT_AVAILABLE),
		        errmsg("another session is sealing the journal"), errhint("Try again later."));
	sm_seal_rows(scope, head);
	if (!sm_seal_verify(scope, ignore_problem, NULL))
		ereport(ERROR, errcode(ERRCODE_DATA_CORRUPTED),
		        errmsg("the journal does not verify, so nothing was cut"),
		        errhint("verify_journal() shows what was changed."));
}

Datum
summit_migrate_prune_journal(PG_FUNCTION_ARGS)
{
	TimestampTz cutoff = cutoff_of(PG_GETARG_INTERVAL_P(0));
	SmQueryScope scope;
	SmSeal head;
	SmSeal base;
	SmSeal cut;
	Datum values[2];
	int64 count = 0;

	sm_query_begin(&scope, fcinfo, SM_QUERY_WRITE);
	prepare_cut(&scope, &head);
	sm_seal_base(&scope, &base);
	values[0] = TimestampTzGetDatum(cutoff);
	values[1] = Int64GetDatum(head.number);
	if (sm_query_execute(&scope, &find_cut, values, NULL, 1) > 0)
	{
		sm_seal_from_row(0, 1, &cut);
		count = cut_rows(&scope, &base, &cut, cutoff);
	}
	sm_query_end(&scope);
	PG_RETURN_INT64(count);
}
