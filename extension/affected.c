/*
 * affected.c
 *		Which objects must be read again (see affected.h).
 *
 * An object's text has names of others in it: of what it depends on by
 * pg_depend.  So what depends on a changed atom is read again, and, where an
 * object turns out to have another name, what depends on it in turn.  Where that
 * would not be certain, everything is: a name that is not in pg_depend (roles,
 * tablespaces), values of a type inside expressions, and what the server
 * consults when it chooses how to print something (casts, operator classes,
 * functions in pg_catalog).
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/transam.h"
#include "catalog/pg_attrdef_d.h"
#include "catalog/pg_authid_d.h"
#include "catalog/pg_class_d.h"
#include "catalog/pg_constraint_d.h"
#include "catalog/pg_database_d.h"
#include "catalog/pg_db_role_setting_d.h"
#include "catalog/pg_default_acl_d.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_event_trigger_d.h"
#include "catalog/pg_foreign_server_d.h"
#include "catalog/pg_namespace_d.h"
#include "catalog/pg_policy_d.h"
#include "catalog/pg_proc_d.h"
#include "catalog/pg_publication_d.h"
#include "catalog/pg_publication_namespace_d.h"
#include "catalog/pg_publication_rel_d.h"
#include "catalog/pg_rewrite_d.h"
#include "catalog/pg_statistic_ext_d.h"
#include "catalog/pg_subscription_d.h"
#include "catalog/pg_tablespace_d.h"
#include "catalog/pg_trigger_d.h"
#include "catalog/pg_type_d.h"
#include "catalog/pg_user_mapping_d.h"
#include "common/hashfn.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "affected.h"
#include "compat.h"

#define MANY 1000

#define KEY_HASH(key) murmurhash32((uint32) (key).objid ^ ((uint32) (key).classid * 0x9e3779b1))
#define KEY_EQUAL(a, b) ((a).objid == (b).objid && (a).classid == (b).classid)

#define SH_PREFIX changed
#define SH_ELEMENT_TYPE SmChangedAtom
#define SH_KEY_TYPE SmObjectKey
#define SH_KEY atom
#define SH_HASH_KEY(table, key) KEY_HASH(key)
#define SH_EQUAL(table, a, b) KEY_EQUAL(a, b)
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

typedef struct AffectedObject
{
	SmObjectKey key;
	bool returned;
	bool followed; /* what depends on it is affected, too */
	char status;
} AffectedObject;

#define SH_PREFIX affected
#define SH_ELEMENT_TYPE AffectedObject
#define SH_KEY_TYPE SmObjectKey
#define SH_KEY key
#define SH_HASH_KEY(table, key) KEY_HASH(key)
#define SH_EQUAL(table, a, b) KEY_EQUAL(a, b)
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

/* How far a change of an object's own rows reaches. */
typedef enum Reach
{
	REACH_DEPENDENTS,
	REACH_ALL_IF_RENAMED, /* its name stands where pg_depend does not say so */
	REACH_ALL_IF_CHANGED, /* so do other properties; but a new one is nowhere yet */
	REACH_ALL
} Reach;

static Reach
reach_of(Oid classid)
{
	switch (classid)
	{
		case RelationRelationId:
		case AttrDefaultRelationId:
		case ConstraintRelationId:
		case TriggerRelationId:
		case RewriteRelationId:
		case PolicyRelationId:
		case StatisticExtRelationId:
		case ProcedureRelationId:
		case PublicationRelationId:
		case PublicationRelRelationId:
		case PublicationNamespaceRelationId:
		case SubscriptionRelationId:
		case EventTriggerRelationId:
		case DefaultAclRelationId:
		case UserMappingRelationId:
		case DbRoleSettingRelationId:
			return REACH_DEPENDENTS;
		case NamespaceRelationId:
		case AuthIdRelationId:
		case DatabaseRelationId:
		case TableSpaceRelationId:
		case ForeignServerRelationId:
			return REACH_ALL_IF_RENAMED;
		case TypeRelationId:
			return REACH_ALL_IF_CHANGED;
		default:
			return REACH_ALL;
	}
}

SmAffected *
sm_affected_create(SmManifest *manifest)
{
	SmAffected *affected = palloc0(sizeof(SmAffected));

	affected->manifest = manifest;
	affected->changed = changed_create(CurrentMemoryContext, 64, NULL);
	affected->objects = affected_create(CurrentMemoryContext, 64, NULL);
	return affected;
}

void
sm_affected_reset(SmAffected *affected, bool concurrent)
{
	changed_reset(affected->changed);
	affected_reset(affected->objects);
	affected->all = false;
	affected->concurrent = concurrent;
}

/* ---- what differs ---- */

static void
note_changed(SmAffected *affected, const SmCatalog *catalog, const SmObjectKey *atom, bool before)
{
	bool found;
	bool own = catalog->relid == atom->classid;
	SmChangedAtom *changed = changed_insert(affected->changed, *atom, &found);

	if (!found)
		changed->own = changed->before = false;
	changed->own |= own;
	changed->before |= own && before;
}

void
sm_affected_compare(SmAffected *affected, const SmCatalog *catalog, const SmAtomList *before,
                    const SmAtomList *after)
{
	HASHCTL control = {.keysize = sizeof(SmObjectKey),
	                   .entrysize = sizeof(SmAtomStamp),
	                   .hcxt = CurrentMemoryContext};
	HTAB *old = hash_create("atoms of a chunk", Max(before->count, 16), &control,
	                        HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	HASH_SEQ_STATUS sequence;
	SmAtomStamp *entry;

	for (int i = 0; i < before->count; i++)
	{
		entry = hash_search(old, &before->atoms[i].atom, HASH_ENTER, NULL);
		entry->sum = before->atoms[i].sum;
	}
	for (int i = 0; i < after->count; i++)
	{
		bool found;

		entry = hash_search(old, &after->atoms[i].atom, HASH_REMOVE, &found);
		if (!found || entry->sum != after->atoms[i].sum)
			note_changed(affected, catalog, &after->atoms[i].atom, found);
	}
	hash_seq_init(&sequence, old);
	while ((entry = hash_seq_search(&sequence)) != NULL)
		note_changed(affected, catalog, &entry->atom, true);
	hash_destroy(old);
}

/* ---- what follows from it ---- */

static void
add_object(SmAffected *affected, const SmObjectKey *key)
{
	bool found;
	AffectedObject *object = affected_insert(affected->objects, *key, &found);

	if (!found)
		object->returned = object->followed = false;
}

/* What depends on an object or atom, as a whole or on a part of it. */
static void
add_dependents(SmAffected *affected, const SmObjectKey *key)
{
	Relation depend = table_open(DependRelationId, AccessShareLock);
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple tuple;

	ScanKeyInit(&keys[0], Anum_pg_depend_refclassid, BTEqualStrategyNumber, F_OIDEQ,
	            ObjectIdGetDatum(key->classid));
	ScanKeyInit(&keys[1], Anum_pg_depend_refobjid, BTEqualStrategyNumber, F_OIDEQ,
	            ObjectIdGetDatum(key->objid));
	scan = systable_beginscan(depend, DependReferenceIndexId, true, NULL, 2, keys);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_depend row = (Form_pg_depend) GETSTRUCT(tuple);
		SmObjectKey atom = {.classid = row->classid, .objid = row->objid};
		SmObjectKey object;

		if (sm_catalog_object(&atom, &object))
			add_object(affected, &object);
	}
	systable_endscan(scan);
	table_close(depend, AccessShareLock);
}

/* The server prints a name in pg_catalog by what else has that name there. */
static bool
is_function_in_pg_catalog(const SmObjectKey *atom, const SmManifestEntry *before)
{
	if (atom->classid != ProcedureRelationId)
		return false;
	return get_func_namespace(atom->objid) == PG_CATALOG_NAMESPACE ||
	       (before != NULL && strncmp(before->name, "pg_catalog.", 11) == 0);
}

/*
 * Whether a changed atom reaches everything; before: what the manifest has
 * under its key, object: what it is part of now, or NULL.
 */
static bool
reaches_all(const SmAffected *affected, const SmChangedAtom *changed, const SmManifestEntry *before,
            const SmObjectKey *object)
{
	Reach reach = reach_of(changed->atom.classid);

	if (reach == REACH_ALL || is_function_in_pg_catalog(&changed->atom, before))
		return true;
	/* what initdb made, and is no object: nothing says what names it */
	if (changed->atom.objid < FirstNormalObjectId && before == NULL)
		return true;
	if (object == NULL)
		return false;
	/* it was a member of an extension, and which one is not known any more */
	if (before == NULL && object->objid == changed->atom.objid &&
	    object->classid == changed->atom.classid && (!changed->own || changed->before))
		return true;
	if (reach_of(object->classid) == REACH_ALL_IF_CHANGED)
		return sm_manifest_find(affected->manifest, object) != NULL;
	return reach == REACH_ALL_IF_RENAMED && affected->concurrent && before != NULL;
}

static void
follow_atom(SmAffected *affected, const SmChangedAtom *changed)
{
	const SmManifestEntry *before = sm_manifest_find(affected->manifest, &changed->atom);
	SmObjectKey object;
	bool found = sm_catalog_object(&changed->atom, &object);

	if (reaches_all(affected, changed, before, found ? &object : NULL))
	{
		affected->all = true;
		return;
	}
	if (before != NULL)
		add_object(affected, &changed->atom);
	if (found)
		add_object(affected, &object);
	/* nothing but the name of such a one stands elsewhere */
	if (reach_of(changed->atom.classid) != REACH_ALL_IF_RENAMED)
		add_dependents(affected, &changed->atom);
}

/* More than this, or than a tenth of all: then all are read, which is not slower. */
static bool
are_many(const SmAffected *affected, int count)
{
	return count > MANY && count > affected->manifest->count / 10;
}

void
sm_affected_find(SmAffected *affected)
{
	changed_iterator iterator;
	SmChangedAtom *changed;

	affected->all |= are_many(affected, affected->changed->members);
	changed_start_iterate(affected->changed, &iterator);
	while (!affected->all && (changed = changed_iterate(affected->changed, &iterator)) != NULL)
	{
		follow_atom(affected, changed);
		affected->all |= are_many(affected, affected->objects->members);
	}
	changed_reset(affected->changed);
}

bool
sm_affected_any(const SmAffected *affected)
{
	return affected->all || affected->objects->members > 0;
}

SmObjectKey *
sm_affected_next(SmAffected *affected, int *count)
{
	SmObjectKey *keys = palloc(Max(affected->objects->members, 1) * sizeof(SmObjectKey));
	affected_iterator iterator;
	AffectedObject *object;

	*count = 0;
	affected_start_iterate(affected->objects, &iterator);
	while ((object = affected_iterate(affected->objects, &iterator)) != NULL)
	{
		if (object->returned)
			continue;
		object->returned = true;
		keys[(*count)++] = object->key;
	}
	return *count > 0 ? keys : NULL;
}

static const SmSchemaObject *
find_object(const SmSchema *schema, const SmObjectKey *key)
{
	for (int i = 0; i < schema->count; i++)
	{
		if (KEY_EQUAL(schema->objects[i].key, *key))
			return &schema->objects[i];
	}
	return NULL;
}

void
sm_affected_renamed(SmAffected *affected, const SmSchema *schema, const SmObjectKey *keys,
                    int count)
{
	for (int i = 0; i < count; i++)
	{
		const SmManifestEntry *before = sm_manifest_find(affected->manifest, &keys[i]);
		const SmSchemaObject *after = find_object(schema, &keys[i]);

		/* a dropped one has no dependents left, and a new one none that were read before it */
		if (after == NULL || (before == NULL && !affected->concurrent))
			continue;
		if (!affected->concurrent && strcmp(before->name, after->name) == 0 &&
		    strcmp(before->kind, after->kind) == 0)
			continue;
		if (reach_of(keys[i].classid) == REACH_ALL_IF_RENAMED)
			affected->all = true;
		else
			add_dependents(affected, &keys[i]);
		affected->all |= are_many(affected, affected->objects->members);
	}
}
