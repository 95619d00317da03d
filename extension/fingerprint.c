/*
 * fingerprint.c
 *		The manifest of the schema as it is now (see fingerprint.h), and the
 *		fingerprints that SQL asks for.
 *
 * Deparsing reads the newest catalogs whatever the snapshot.  So: take a stamp,
 * read what it says has changed, and take a stamp again, until one says that
 * nothing has.  What was read in between was then all true at that moment.
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"

#include "compat.h"
#include "fingerprint.h"
#include "fingerprint_state.h"

/* Each reads only what has changed during the one before, so they get short. */
#define MAX_ATTEMPTS 10

/* ---- comparing stamps ---- */

/* The lists of a catalog, room for as many chunks as it has now. */
static SmAtomList *
fit_lists(SmAtomList *lists, int before, int now)
{
	SmAtomList *fitted = palloc0(Max(now, 1) * sizeof(SmAtomList));

	if (lists)
		memcpy(fitted, lists, Min(before, now) * sizeof(SmAtomList));
	return fitted;
}

static void
compare_catalog(SmFingerprint *current, SmAffected *affected, int number,
                const SmStampCatalog *before, const SmStampCatalog *now, Snapshot snapshot)
{
	int count;
	const SmCatalog *catalog = &sm_catalog_list(&count)[number];
	SmAtomList *lists = fit_lists(current->atoms[number], before->nchunks, now->nchunks);

	for (int i = 0; i < Max(before->nchunks, now->nchunks); i++)
	{
		uint64 old_sum = i < before->nchunks ? before->sums[i] : 0;
		uint64 new_sum = i < now->nchunks ? now->sums[i] : 0;
		SmAtomList old_list = {0};
		SmAtomList new_list = {0};

		if (old_sum == new_sum)
			continue;
		if (i < before->nchunks)
			sm_fingerprint_load_atoms(current, number, i, &old_list);
		if (i < now->nchunks)
		{
			sm_stamp_read_chunk(catalog, i, snapshot, &new_list);
			lists[i] = new_list;
		}
		sm_affected_compare(affected, catalog, &old_list, &new_list);
		current->changed = true;
	}
	current->atoms[number] = lists;
}

static void
compare_stamps(SmFingerprint *current, SmAffected *affected, const SmStamp *now, Snapshot snapshot)
{
	for (int i = 0; i < now->count; i++)
		compare_catalog(current, affected, i, &current->stamp->catalogs[i], &now->catalogs[i],
		                snapshot);
}

/* Takes a stamp, and finds out what has changed since the one before. */
static void
look(SmFingerprint *current, SmAffected *affected)
{
	Snapshot snapshot;
	SmStamp *stamp;

	CommandCounterIncrement();
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	if (current->stamp == NULL)
	{
		stamp = sm_stamp_take(snapshot, &current->atoms);
		affected->all = current->changed = true;
	}
	else
	{
		stamp = sm_stamp_take(snapshot, NULL);
		compare_stamps(current, affected, stamp, snapshot);
	}
	UnregisterSnapshot(snapshot);
	current->stamp = stamp;
	sm_affected_find(affected);
}

/* ---- reading ---- */

/*
 * Reads some objects, or for NULL all of them, into the place of what the
 * manifest has; the portable form too, where it has that.
 */
static void
read_objects(SmFingerprint *current, SmAffected *affected, const SmObjectKey *keys, int count,
             bool with_portable)
{
	SmSchema *portable = NULL;
	SmSchema *schema = with_portable ? sm_schema_read_both(current->context, keys, count, &portable)
	                                 : sm_schema_read(current->context, false, keys, count);

	if (keys == NULL)
		sm_manifest_clear(current->manifest);
	else
		sm_affected_renamed(affected, schema, keys, count);
	for (int i = 0; i < count; i++)
		sm_manifest_remove(current->manifest, &keys[i]);
	sm_manifest_add(current->manifest, schema, false);
	if (current->flags & SM_FINGERPRINT_BODIES)
		current->schemas = lappend(current->schemas, schema);
	else
		sm_schema_free(schema);
	if (portable != NULL)
	{
		sm_manifest_add(current->manifest, portable, true);
		sm_schema_free(portable);
	}
}

/* Reads what is affected, and what that turns out to affect; false: all must be read. */
static bool
read_some(SmFingerprint *current, SmAffected *affected)
{
	SmObjectKey *keys;
	int count;

	while (!affected->all && (keys = sm_affected_next(affected, &count)) != NULL)
		read_objects(current, affected, keys, count, current->manifest->portable);
	return !affected->all;
}

/* All in the portable form, which was not wanted up to now. */
static void
add_portable(SmFingerprint *current)
{
	SmSchema *portable = sm_schema_read(current->context, true, NULL, 0);

	sm_manifest_clear_portable(current->manifest);
	sm_manifest_add(current->manifest, portable, true);
	sm_schema_free(portable);
}

static void
read_affected(SmFingerprint *current, SmAffected *affected)
{
	bool wants_portable = (current->flags & SM_FINGERPRINT_PORTABLE) != 0;

	/*
	 * A transaction can be seen before its invalidation messages are: without
	 * this, what the caches had before it would be read under a stamp after it.
	 */
	InvalidateSystemCaches();
	if (!read_some(current, affected))
		read_objects(current, affected, NULL, 0, wants_portable);
	if (wants_portable && !current->manifest->portable)
		add_portable(current);
	current->changed = true;
}

/*
 * The same in a subtransaction: an object that is dropped while it is read is an
 * error of the reader's, and none of ours when the next look shows the change.
 */
static ErrorData *
try_to_read(SmFingerprint *current, SmAffected *affected)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	ErrorData *volatile error = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		read_affected(current, affected);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	if (error != NULL && error->sqlerrcode != ERRCODE_INTERNAL_ERROR &&
	    ERRCODE_TO_CATEGORY(error->sqlerrcode) != ERRCODE_SYNTAX_ERROR_OR_ACCESS_RULE_VIOLATION)
		ReThrowError(error);
	return error;
}

static void
bring_up_to_date(SmFingerprint *current)
{
	SmAffected *affected = sm_affected_create(current->manifest);
	ErrorData *error = NULL;

	for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++)
	{
		bool wants_portable =
		    (current->flags & SM_FINGERPRINT_PORTABLE) && !current->manifest->portable;

		CHECK_FOR_INTERRUPTS();
		look(current, affected);
		if (error != NULL && !sm_affected_any(affected))
			ReThrowError(error);
		if (!sm_affected_any(affected) && !wants_portable)
			return;
		affected->all |= error != NULL;
		error = try_to_read(current, affected);
		sm_affected_reset(affected, true);
	}
	if (error != NULL)
		ReThrowError(error);
	ereport(ERROR, (errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
	                errmsg("the schema kept changing while it was read"),
	                errhint("Try again when less DDL is running.")));
}

void
sm_fingerprint_open(SmFingerprint *current, SmQueryScope *scope, int flags)
{
	MemoryContext old;

	memset(current, 0, sizeof(*current));
	current->scope = scope;
	current->flags = flags;
	current->context = AllocSetContextCreate(CurrentMemoryContext, "summit_migrate fingerprint",
	                                         ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(current->context);
	sm_cache_open(&current->cache, scope);
	current->manifest = sm_manifest_create(current->context, &current->cache);
	if (sm_fingerprint_load(current))
		current->atoms = palloc0(current->stamp->count * sizeof(SmAtomList *));
	bring_up_to_date(current);
	sm_manifest_finish(current->manifest);
	sm_fingerprint_store(current);
	MemoryContextSwitchTo(old);
}

void
sm_fingerprint_close(SmFingerprint *current)
{
	sm_cache_close(&current->cache);
	MemoryContextDelete(current->context);
}

/* ---- SQL ---- */

static Datum
fingerprint(FunctionCallInfo fcinfo, SmMerkleForm form)
{
	SmQueryScope scope;
	SmFingerprint current;
	char *root;

	sm_query_begin(&scope, fcinfo, SM_QUERY_READ);
	sm_fingerprint_open(&current, &scope, form == SM_MERKLE_PORTABLE ? SM_FINGERPRINT_PORTABLE : 0);
	root = MemoryContextStrdup(scope.caller, sm_manifest_root(current.manifest, form));
	sm_fingerprint_close(&current);
	sm_query_end(&scope);
	return CStringGetTextDatum(root);
}

PG_FUNCTION_INFO_V1(summit_migrate_schema_fingerprint);
Datum
summit_migrate_schema_fingerprint(PG_FUNCTION_ARGS)
{
	return fingerprint(fcinfo, SM_MERKLE_EXACT);
}

PG_FUNCTION_INFO_V1(summit_migrate_portable_schema_fingerprint);
Datum
summit_migrate_portable_schema_fingerprint(PG_FUNCTION_ARGS)
{
	return fingerprint(fcinfo, SM_MERKLE_PORTABLE);
}

PG_FUNCTION_INFO_V1(summit_migrate_cluster_fingerprint);
Datum
summit_migrate_cluster_fingerprint(PG_FUNCTION_ARGS)
{
	return fingerprint(fcinfo, SM_MERKLE_CLUSTER);
}
