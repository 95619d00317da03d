/*
 * snapshot_changes.c
 *		What differs between two snapshots, stored or live: buckets are compared
 *		first, and only the objects that differ are read.  What a difference
 *		means is not here.
 */
#include "postgres.h"

#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"

#include "compat.h"
#include "snapshot.h"

#define COLUMNS 7

/* How often the live schema is read anew because it changed under the reading. */
#define MAX_ATTEMPTS 5

static SmQuery read_bodies =
    SM_QUERY("SELECT o.digest, o.body FROM @schema@.schema_objects o WHERE o.digest = ANY ($1)",
             BYTEAARRAYOID);

/* An object on both sides, or on one: the other is NULL. */
typedef struct Change
{
	bool cluster;
	const SmManifestEntry *from;
	const SmManifestEntry *to;
} Change;

typedef struct Changes
{
	SmQueryScope *scope;
	SmFingerprint *current; /* of the live side; NULL: both are stored */
	SmSnapshot *from;
	SmSnapshot *to;
	int count;
	int room;
	Change *changes;
	HTAB *bodies; /* by digest */
} Changes;

typedef struct Body
{
	uint8 digest[SM_MERKLE_LENGTH];
	char *text; /* JSON in the server's encoding; NULL: not read yet */
} Body;

/* ---- which objects ---- */

static void
add_change(Changes *changes, bool cluster, const SmManifestEntry *from, const SmManifestEntry *to)
{
	Change *change;

	if (changes->count == changes->room)
	{
		changes->room *= 2;
		changes->changes = repalloc(changes->changes, changes->room * sizeof(Change));
	}
	change = &changes->changes[changes->count++];
	change->cluster = cluster;
	change->from = from;
	change->to = to;
}

static void
compare_buckets(Changes *changes, bool cluster, const SmManifestBucket *from,
                const SmManifestBucket *to)
{
	int i = 0;
	int j = 0;

	while (i < from->count || j < to->count)
	{
		const SmManifestEntry *left = i < from->count ? &from->entries[i] : NULL;
		const SmManifestEntry *right = j < to->count ? &to->entries[j] : NULL;
		int order = left == NULL ? 1 : right == NULL ? -1 : sm_snapshot_compare_names(left, right);

		if (order != 0)
			add_change(changes, cluster, order < 0 ? left : NULL, order > 0 ? right : NULL);
		else if (memcmp(left->digest, right->digest, SM_MERKLE_LENGTH) != 0)
			add_change(changes, cluster, left, right);
		i += order <= 0;
		j += order >= 0;
	}
}

static int
compare_changes(const void *a, const void *b)
{
	const Change *left = a;
	const Change *right = b;

	if (left->cluster != right->cluster)
		return left->cluster ? 1 : -1;
	return sm_snapshot_compare_names(left->from ? left->from : left->to,
	                                 right->from ? right->from : right->to);
}

static void
find_changes(Changes *changes)
{
	changes->count = 0;
	changes->room = 64;
	changes->changes = palloc(changes->room * sizeof(Change));
	for (int i = 0; i < SM_SNAPSHOT_BUCKETS; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (sm_snapshot_same_bucket(changes->from, changes->to, i))
			continue;
		compare_buckets(changes, i >= SM_MERKLE_BUCKETS,
		                sm_snapshot_bucket(changes->scope, changes->from, i),
		                sm_snapshot_bucket(changes->scope, changes->to, i));
	}
	qsort(changes->changes, changes->count, sizeof(Change), compare_changes);
}

/* ---- their bodies ---- */

static void
want_body(Changes *changes, const SmManifestEntry *entry)
{
	bool found;
	Body *body;

	if (entry == NULL)
		return;
	body = hash_search(changes->bodies, entry->digest, HASH_ENTER, &found);
	if (!found)
		body->text = NULL;
}

static void
set_body(Changes *changes, const void *digest, char *text)
{
	Body *body = hash_search(changes->bodies, digest, HASH_FIND, NULL);

	if (body != NULL)
		body->text = text;
}

static void
read_stored_bodies(Changes *changes)
{
	Datum *digests = palloc(Max(hash_get_num_entries(changes->bodies), 1) * sizeof(Datum));
	HASH_SEQ_STATUS sequence;
	Body *body;
	Datum array;
	int count = 0;
	uint64 rows;

	hash_seq_init(&sequence, changes->bodies);
	while ((body = hash_seq_search(&sequence)) != NULL)
		digests[count++] = sm_merkle_datum(body->digest);
	array = PointerGetDatum(construct_array(digests, count, BYTEAOID, -1, false, TYPALIGN_INT));
	rows = sm_query_execute(changes->scope, &read_bodies, &array, NULL, 0);
	for (uint64 i = 0; i < rows; i++)
		set_body(changes, VARDATA_ANY(DatumGetByteaPP(sm_query_value(i, 1, NULL))),
		         sm_query_text(changes->scope, i, 2));
}

static char *
server_body(const SmSchemaObject *object)
{
	char *text = pg_any_to_server(object->body, object->body_len, PG_UTF8);

	return text == object->body ? pnstrdup(text, object->body_len) : text;
}

static void
read_live_bodies(Changes *changes, SmSnapshot *live)
{
	SmObjectKey *keys = palloc(Max(changes->count, 1) * sizeof(SmObjectKey));
	SmSchema *schema;
	int count = 0;

	for (int i = 0; i < changes->count; i++)
	{
		const SmManifestEntry *entry =
		    live == changes->from ? changes->changes[i].from : changes->changes[i].to;

		if (entry != NULL)
			keys[count++] = entry->key;
	}
	if (count == 0)
		return;
	schema = sm_schema_read(changes->current->context, false, keys, count);
	for (int i = 0; i < schema->count; i++)
		set_body(changes, schema->objects[i].digest, server_body(&schema->objects[i]));
}

/* False: an object of the live schema has changed since it was compared. */
static bool
find_bodies(Changes *changes)
{
	HASHCTL control = {
	    .keysize = SM_MERKLE_LENGTH, .entrysize = sizeof(Body), .hcxt = CurrentMemoryContext};
	HASH_SEQ_STATUS sequence;
	Body *body;

	changes->bodies = hash_create("bodies", 256, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	for (int i = 0; i < changes->count; i++)
	{
		want_body(changes, changes->changes[i].from);
		want_body(changes, changes->changes[i].to);
	}
	if (changes->from->manifest == NULL || changes->to->manifest == NULL)
		read_stored_bodies(changes);
	if (changes->from->manifest != NULL)
		read_live_bodies(changes, changes->from);
	if (changes->to->manifest != NULL)
		read_live_bodies(changes, changes->to);
	hash_seq_init(&sequence, changes->bodies);
	while ((body = hash_seq_search(&sequence)) != NULL)
	{
		if (body->text == NULL)
		{
			hash_seq_term(&sequence);
			return false;
		}
	}
	return true;
}

/* ---- the result ---- */

static Datum
jsonb_of(const char *text)
{
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(text));
}

/* OIDs prove something within one database only. */
static bool
is_one_database(const Changes *changes)
{
	return strcmp(changes->from->system_identifier, changes->to->system_identifier) == 0 &&
	       changes->from->database == changes->to->database;
}

static void
put_side(const Changes *changes, const SmManifestEntry *entry, bool with_identity, int side,
         Datum *values, bool *nulls)
{
	nulls[3 + side] = entry == NULL;
	nulls[5 + side] = entry == NULL || !with_identity || entry->identity[0] == '\0';
	if (!nulls[3 + side])
		values[3 + side] =
		    jsonb_of(((Body *) hash_search(changes->bodies, entry->digest, HASH_FIND, NULL))->text);
	if (!nulls[5 + side])
		values[5 + side] = jsonb_of(entry->identity);
}

static void
put_changes(const Changes *changes, ReturnSetInfo *result)
{
	bool with_identity = is_one_database(changes);
	MemoryContext row_context = AllocSetContextCreate(CurrentMemoryContext, "summit_migrate change",
	                                                  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(row_context);

	for (int i = 0; i < changes->count; i++)
	{
		const Change *change = &changes->changes[i];
		const SmManifestEntry *entry = change->from ? change->from : change->to;
		Datum values[COLUMNS];
		bool nulls[COLUMNS] = {0};

		values[0] = CStringGetTextDatum(change->cluster ? "cluster" : "database");
		values[1] = CStringGetTextDatum(entry->kind);
		values[2] = CStringGetTextDatum(entry->name);
		put_side(changes, change->from, with_identity, 0, values, nulls);
		put_side(changes, change->to, with_identity, 1, values, nulls);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		MemoryContextReset(row_context);
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(row_context);
}

/* Opens a side: a stored snapshot, or for NULL the live schema. */
static SmSnapshot *
open_side(Changes *changes, FunctionCallInfo fcinfo, int argument)
{
	SmSnapshot *snapshot = palloc(sizeof(SmSnapshot));

	if (PG_ARGISNULL(argument))
		sm_snapshot_of_live(changes->current, "postgresql", snapshot);
	else
		sm_snapshot_read(changes->scope, PG_GETARG_INT32(argument), snapshot);
	return snapshot;
}

/* False: to be tried again. */
static bool
try_changes(FunctionCallInfo fcinfo, SmQueryScope *scope)
{
	SmFingerprint current;
	bool is_live = PG_ARGISNULL(0) || PG_ARGISNULL(1);
	Changes changes = {.scope = scope, .current = &current};
	bool done;

	if (is_live)
		sm_fingerprint_open(&current, scope, 0);
	changes.from = open_side(&changes, fcinfo, 0);
	changes.to = open_side(&changes, fcinfo, 1);
	find_changes(&changes);
	done = find_bodies(&changes);
	if (done)
		put_changes(&changes, (ReturnSetInfo *) fcinfo->resultinfo);
	if (is_live)
		sm_fingerprint_close(&current);
	return done;
}

PG_FUNCTION_INFO_V1(summit_migrate_snapshot_changes);
Datum
summit_migrate_snapshot_changes(PG_FUNCTION_ARGS)
{
	SmQueryScope scope;
	bool done = false;

	InitMaterializedSRF(fcinfo, 0);
	sm_query_begin(&scope, fcinfo, SM_QUERY_READ);
	for (int attempt = 0; !done && attempt < MAX_ATTEMPTS; attempt++)
		done = try_changes(fcinfo, &scope);
	if (!done)
		ereport(ERROR, (errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
		                errmsg("the schema kept changing while it was compared"),
		                errhint("Try again when less DDL is running.")));
	sm_query_end(&scope);
	return (Datum) 0;
}
