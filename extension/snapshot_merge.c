/*
 * snapshot_merge.c
 *		Expected snapshots put together from others: what a migration changed, or
 *		one object that was accepted.  What is compared with them is not here.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"

#include "compat.h"
#include "snapshot.h"

/* How often the live schema is read anew because it changed under the reading. */
#define MAX_ATTEMPTS 5

static SmQuery newest_expected =
    SM_QUERY_NOARGS("SELECT s.id FROM @schema@.schema_snapshots s WHERE s.expected"
                    " ORDER BY s.id DESC LIMIT 1");

/*
 * What somebody else's DDL changed beside a run, as its open alerts say: it is
 * no part of what the run leaves.  DDL that was under way when the run began was
 * captured before; it counts where the run has not touched the object.
 */
static SmQuery changed_by_others = SM_QUERY_LIST(
    "WITH run AS ("
    " SELECT min(r.started_at) AS since FROM @schema@.migration_runs r"
    " WHERE r.before_snapshot = $1 AND r.after_snapshot IS NULL"
    "), others AS ("
    " SELECT j.objid, a.object_type, a.object_identity, j.captured_at"
    " FROM @schema@.schema_drift_alerts a JOIN @schema@.ddl_journal j ON j.id = a.journal_id"
    " WHERE a.resolved_at IS NULL AND j.migration_id IS NULL"
    "), changed AS ("
    " SELECT c.kind, c.name, p.oid FROM @schema@.snapshot_changes($1, $2) c,"
    "  LATERAL (VALUES (c.from_identity), (c.to_identity)) i (identity),"
    "  LATERAL (SELECT (i.identity ->> 'oid')::oid UNION ALL"
    "   SELECT part.value::text::oid"
    "   FROM jsonb_each(i.identity - ARRAY['oid', 'columns', 'labels']) parts,"
    "    jsonb_each(parts.value) part) p (oid)"
    " WHERE c.section = 'database' AND i.identity IS NOT NULL"
    ")"
    " SELECT DISTINCT c.kind, c.name FROM run r, changed c, others o"
    " WHERE (o.objid = c.oid OR o.object_type = c.kind AND o.object_identity = c.name)"
    "  AND (o.captured_at >= r.since OR r.since IS NOT NULL AND NOT EXISTS ("
    "   SELECT FROM @schema@.ddl_journal j JOIN changed same ON same.oid = j.objid"
    "   WHERE j.migration_id IS NOT NULL AND j.captured_at >= r.since"
    "    AND same.kind = c.kind AND same.name = c.name))",
    INT4OID, INT4OID);

/* ---- buckets ---- */

static const SmManifestEntry *
find_entry(const SmManifestBucket *bucket, const SmManifestEntry *name)
{
	for (int i = 0; i < bucket->count; i++)
	{
		if (sm_snapshot_compare_names(&bucket->entries[i], name) == 0)
			return &bucket->entries[i];
	}
	return NULL;
}

static bool
same_object(const SmManifestEntry *a, const SmManifestEntry *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return memcmp(a->digest, b->digest, SM_MERKLE_LENGTH) == 0;
}

/* Room for all that two buckets hold. */
static SmManifestBucket *
create_bucket(int room)
{
	SmManifestBucket *bucket = palloc0(sizeof(SmManifestBucket));

	bucket->loaded = true;
	bucket->entries = palloc(Max(room, 1) * sizeof(SmManifestEntry));
	return bucket;
}

static void
add_entry(SmManifestBucket *bucket, const SmManifestEntry *entry)
{
	bucket->entries[bucket->count++] = *entry;
}

/* base's entry stays expected: it was not so before, and nothing has changed it since. */
static bool
was_drift(const SmManifestEntry *base, const SmManifestEntry *before, const SmManifestEntry *after)
{
	return !same_object(base, before) && same_object(before, after);
}

/*
 * NULL: it is after's own.  others: names whose changes are not the run's; they
 * stay as in base, too.
 */
static SmManifestBucket *
merge_bucket(const SmManifestBucket *base, const SmManifestBucket *before,
             const SmManifestBucket *after, const SmManifestBucket *others)
{
	SmManifestBucket *merged = create_bucket(base->count + after->count);
	bool differs = false;

	for (int i = 0; i < after->count; i++)
	{
		const SmManifestEntry *entry = &after->entries[i];
		const SmManifestEntry *old = find_entry(base, entry);

		if (was_drift(old, find_entry(before, entry), entry) || find_entry(others, entry) != NULL)
		{
			differs = true;
			entry = old;
		}
		if (entry != NULL)
			add_entry(merged, entry);
	}
	for (int i = 0; i < base->count; i++)
	{
		const SmManifestEntry *entry = &base->entries[i];

		if (find_entry(after, entry) == NULL &&
		    (find_entry(before, entry) == NULL || find_entry(others, entry) != NULL))
		{
			differs = true;
			add_entry(merged, entry);
		}
	}
	return differs ? merged : NULL;
}

/* As one bucket, which has names and no digests. */
static SmManifestBucket *
read_others(SmQueryScope *scope, int32 before, int32 after)
{
	Datum values[] = {Int32GetDatum(before), Int32GetDatum(after)};
	uint64 count = sm_query_execute(scope, &changed_by_others, values, NULL, 0);
	SmManifestBucket *others = create_bucket((int) count);

	for (uint64 i = 0; i < count; i++)
	{
		SmManifestEntry entry = {.kind = sm_query_text(scope, i, 1),
		                         .name = sm_query_text(scope, i, 2)};

		add_entry(others, &entry);
	}
	return others;
}

static void
merge(SmQueryScope *scope, SmSnapshot *base, SmSnapshot *before, SmSnapshot *after,
      const SmManifestBucket *others)
{
	for (int i = 0; i < SM_SNAPSHOT_BUCKETS; i++)
	{
		SmManifestBucket *merged;

		CHECK_FOR_INTERRUPTS();
		if (sm_snapshot_same_bucket(base, before, i) &&
		    (others->count == 0 || sm_snapshot_same_bucket(before, after, i)))
			continue;
		merged =
		    merge_bucket(sm_snapshot_bucket(scope, base, i), sm_snapshot_bucket(scope, before, i),
		                 sm_snapshot_bucket(scope, after, i), others);
		if (merged != NULL)
		{
			sm_snapshot_replace_bucket(after, i, merged);
			/* portable digests are not stored by object */
			after->portable_hash = NULL;
		}
	}
}

static char *
required_reason(FunctionCallInfo fcinfo, int argument)
{
	char *reason = text_to_cstring(PG_GETARG_TEXT_PP(argument));

	if (reason[strspn(reason, " \t\n")] == '\0')
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("a reason is needed"),
		                errhint("It is kept with the snapshot.")));
	return reason;
}

/* {"NAME":JSON,...}: appends a field with a text. */
static void
append_field(StringInfo json, const char *name, const char *value)
{
	appendStringInfo(json, "%s\"%s\":", json->len > 1 ? "," : "", name);
	escape_json(json, value);
}

static Datum
finish_json(StringInfo json)
{
	appendStringInfoChar(json, '}');
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(json->data));
}

PG_FUNCTION_INFO_V1(summit_migrate_merge_expected);
Datum
summit_migrate_merge_expected(PG_FUNCTION_ARGS)
{
	char *reason = required_reason(fcinfo, 3);
	SmSnapshot *snapshots = palloc(3 * sizeof(SmSnapshot));
	StringInfoData metadata;
	SmQueryScope scope;
	int32 id;

	PreventCommandIfReadOnly("merge_expected()");
	sm_query_begin(&scope, fcinfo, SM_QUERY_WRITE);
	sm_snapshot_lock();
	for (int i = 0; i < 3; i++)
		sm_snapshot_read(&scope, PG_GETARG_INT32(i), &snapshots[i]);
	merge(&scope, &snapshots[0], &snapshots[1], &snapshots[2],
	      read_others(&scope, snapshots[1].id, snapshots[2].id));
	initStringInfo(&metadata);
	appendStringInfo(&metadata, "{\"base\":%d,\"before\":%d,\"after\":%d", snapshots[0].id,
	                 snapshots[1].id, snapshots[2].id);
	append_field(&metadata, "reason", reason);
	id = sm_snapshot_store(&scope, &snapshots[2], finish_json(&metadata), true);
	sm_query_end(&scope);
	PG_RETURN_INT32(id);
}

/* ---- one object ---- */

/*
 * Puts the live entry of an object in the place of the expected one; false:
 * neither has it.
 */
static bool
take_over(SmQueryScope *scope, SmSnapshot *expected, SmSnapshot *live, int number,
          const SmManifestEntry *name)
{
	const SmManifestBucket *old = sm_snapshot_bucket(scope, expected, number);
	const SmManifestEntry *entry = find_entry(sm_snapshot_bucket(scope, live, number), name);
	SmManifestBucket *bucket = create_bucket(old->count + 1);

	for (int i = 0; i < old->count; i++)
	{
		if (sm_snapshot_compare_names(&old->entries[i], name) != 0)
			add_entry(bucket, &old->entries[i]);
	}
	if (entry == NULL && bucket->count == old->count)
		return false;
	if (entry != NULL)
		add_entry(bucket, entry);
	sm_snapshot_replace_bucket(expected, number, bucket);
	expected->portable_hash = NULL;
	return true;
}

/* The bucket of an object of a section; raises for an unknown section. */
static int
find_bucket(const char *section, const SmManifestEntry *name)
{
	bool cluster = strcmp(section, "cluster") == 0;
	SmMerkle merkle;
	int number;

	if (!cluster && strcmp(section, "database") != 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("unknown section \"%s\"", section),
		                errhint("Sections are database and cluster.")));
	sm_merkle_open(&merkle);
	number = sm_merkle_bucket(&merkle, name->kind, name->name);
	sm_merkle_close(&merkle);
	return cluster ? number + SM_MANIFEST_FIRST_CLUSTER : number;
}

/* The objects that are accepted together, and their buckets. */
typedef struct Accepted
{
	const char *section;
	int count;
	SmManifestEntry *names;
	int *buckets;
} Accepted;

static void
take_over_all(SmQueryScope *scope, SmSnapshot *expected, SmSnapshot *live, const Accepted *accepted)
{
	for (int i = 0; i < accepted->count; i++)
	{
		const SmManifestEntry *name = &accepted->names[i];

		if (!take_over(scope, expected, live, accepted->buckets[i], name))
			ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
			                errmsg("there is no %s \"%s\", neither expected nor in the database",
			                       name->kind, name->name),
			                errhint("Kind and name as in snapshot_changes(), schema-qualified.")));
	}
}

/* 0: to be tried again. */
static int32
accept(SmQueryScope *scope, SmSnapshot *expected, const Accepted *accepted, Datum metadata)
{
	SmFingerprint current;
	SmSnapshot *live = palloc(sizeof(SmSnapshot));
	int32 id = 0;

	sm_fingerprint_open(&current, scope, SM_FINGERPRINT_BODIES);
	sm_snapshot_of_live(&current, expected->database_type, live);
	take_over_all(scope, expected, live, accepted);
	if (sm_snapshot_store_objects(scope, &current, expected))
		id = sm_snapshot_store(scope, expected, metadata, true);
	sm_fingerprint_close(&current);
	return id;
}

static int32
find_expected(SmQueryScope *scope)
{
	if (sm_query_execute(scope, &newest_expected, NULL, NULL, 1) == 0)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
		                errmsg("there is no expected snapshot"),
		                errhint("A run of migrations makes one.")));
	return DatumGetInt32(sm_query_value(0, 1, NULL));
}

/* The first object by name, the others by their number. */
static Datum
describe_acceptance(int32 base, const Accepted *accepted, const char *reason)
{
	StringInfoData json;

	initStringInfo(&json);
	appendStringInfo(&json, "{\"base\":%d", base);
	append_field(&json, "section", accepted->section);
	append_field(&json, "kind", accepted->names[0].kind);
	append_field(&json, "name", accepted->names[0].name);
	if (accepted->count > 1)
		appendStringInfo(&json, ",\"others\":%d", accepted->count - 1);
	append_field(&json, "reason", reason);
	return finish_json(&json);
}

static void
read_accepted(FunctionCallInfo fcinfo, Accepted *accepted)
{
	Datum *kinds;
	Datum *names;
	int count;

	accepted->section = text_to_cstring(PG_GETARG_TEXT_PP(0));
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), TEXTOID, -1, false, TYPALIGN_INT, &kinds, NULL,
	                  &accepted->count);
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(2), TEXTOID, -1, false, TYPALIGN_INT, &names, NULL,
	                  &count);
	if (count != accepted->count || count == 0)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
		                errmsg("kinds and names must be as many, and at least one")));
	accepted->names = palloc0(count * sizeof(SmManifestEntry));
	accepted->buckets = palloc(count * sizeof(int));
	for (int i = 0; i < count; i++)
	{
		accepted->names[i].kind = TextDatumGetCString(kinds[i]);
		accepted->names[i].name = TextDatumGetCString(names[i]);
		accepted->buckets[i] = find_bucket(accepted->section, &accepted->names[i]);
	}
}

PG_FUNCTION_INFO_V1(summit_migrate_accept_objects);
Datum
summit_migrate_accept_objects(PG_FUNCTION_ARGS)
{
	char *reason = required_reason(fcinfo, 3);
	SmSnapshot *expected = palloc(sizeof(SmSnapshot));
	Accepted accepted;
	SmQueryScope scope;
	int32 id = 0;

	PreventCommandIfReadOnly("accept_objects()");
	read_accepted(fcinfo, &accepted);
	sm_query_begin(&scope, fcinfo, SM_QUERY_WRITE);
	sm_snapshot_lock();
	for (int attempt = 0; id == 0 && attempt < MAX_ATTEMPTS; attempt++)
	{
		int32 base = find_expected(&scope);

		sm_snapshot_read(&scope, base, expected);
		id = accept(&scope, expected, &accepted, describe_acceptance(base, &accepted, reason));
	}
	if (id == 0)
		ereport(ERROR, (errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
		                errmsg("the objects kept changing while they were accepted"),
		                errhint("Try again when less DDL is running.")));
	sm_query_end(&scope);
	PG_RETURN_INT32(id);
}
