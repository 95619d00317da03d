/*
 * catalog.c
 *		The list of the catalogs, and whose rows are whose (see catalog.h).  What
 *		the columns are stands in catalog_*.c.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_cast_d.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint_d.h"
#include "catalog/pg_database_d.h"
#include "catalog/pg_db_role_setting_d.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_extension_d.h"
#include "catalog/pg_index.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_parameter_acl_d.h"
#include "catalog/pg_proc_d.h"
#include "catalog/pg_range.h"
#include "catalog/pg_tablespace_d.h"
#include "catalog/pg_type.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"

#include "catalog.h"
#include "compat.h"

#define MAX_CATALOGS 80

/* Those that are read stand first. */
static SmCatalog catalogs[MAX_CATALOGS];
static int all_count = 0;
static int read_count = 0;

static void
add_catalogs(const SmCatalog *list, int count, bool unread)
{
	for (int i = 0; i < count; i++)
	{
		Assert(all_count < MAX_CATALOGS);
		if (list[i].unread == unread)
			catalogs[all_count++] = list[i];
	}
}

static void
add_areas(bool unread)
{
	add_catalogs(sm_catalog_relations, sm_catalog_relations_count, unread);
	add_catalogs(sm_catalog_types, sm_catalog_types_count, unread);
	add_catalogs(sm_catalog_routines, sm_catalog_routines_count, unread);
	add_catalogs(sm_catalog_database, sm_catalog_database_count, unread);
	add_catalogs(sm_catalog_cluster, sm_catalog_cluster_count, unread);
}

const SmCatalog *
sm_catalog_all(int *count)
{
	if (all_count == 0)
	{
		add_areas(false);
		read_count = all_count;
		add_areas(true);
	}
	*count = all_count;
	return catalogs;
}

const SmCatalog *
sm_catalog_list(int *count)
{
	(void) sm_catalog_all(count);
	*count = read_count;
	return catalogs;
}

const SmCatalog *
sm_catalog_find(Oid relid)
{
	int count;
	const SmCatalog *list = sm_catalog_all(&count);

	for (int i = 0; i < count; i++)
	{
		if (list[i].relid == relid)
			return &list[i];
	}
	return NULL;
}

Oid
sm_catalog_relid(const SmCatalog *catalog)
{
	return catalog->relid;
}

bool
sm_catalog_is_temp_schema(const char *name)
{
	return strncmp(name, "pg_temp_", 8) == 0 || strncmp(name, "pg_toast_temp_", 14) == 0;
}

/* An OID in a column that a catalog always has. */
static Oid
column_oid(HeapTuple tuple, TupleDesc desc, const char *name)
{
	for (int i = 0; i < desc->natts; i++)
	{
		bool isnull;

		if (strcmp(NameStr(TupleDescAttr(desc, i)->attname), name) == 0)
			return DatumGetObjectId(heap_getattr(tuple, i + 1, desc, &isnull));
	}
	elog(ERROR, "a catalog has no column \"%s\"", name);
}

bool
sm_catalog_atom(const SmCatalog *catalog, HeapTuple tuple, TupleDesc desc, SmObjectKey *atom)
{
	if (catalog->unread)
		return false;
	if (catalog->atom_rule)
		return catalog->atom_rule(tuple, desc, atom);
	atom->classid =
	    catalog->class_column ? column_oid(tuple, desc, catalog->class_column) : catalog->classid;
	atom->objid = column_oid(tuple, desc, catalog->object_column);
	return OidIsValid(atom->objid);
}

/* Catalogs whose rows are objects of the cluster, whatever made them. */
static bool
is_of_cluster(Oid classid)
{
	switch (classid)
	{
		case AuthIdRelationId:
		case DbRoleSettingRelationId:
		case DatabaseRelationId:
		case TableSpaceRelationId:
		case ParameterAclRelationId:
			return true;
		default:
			return false;
	}
}

/* The row of an object as the newest catalogs have it, copied; NULL: none. */
static HeapTuple
fetch_row(Relation catalog, Oid index, AttrNumber column, Oid oid)
{
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;

	ScanKeyInit(&key, column, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(oid));
	scan = systable_beginscan(catalog, index, true, NULL, 1, &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
		tuple = heap_copytuple(tuple);
	systable_endscan(scan);
	return tuple;
}

/* An object's single OID column of a catalog found by another one; InvalidOid: no row. */
static Oid
look_up(Oid catalog_oid, Oid index, AttrNumber by, Oid oid, const char *column)
{
	Relation catalog = table_open(catalog_oid, AccessShareLock);
	HeapTuple tuple = fetch_row(catalog, index, by, oid);
	Oid found = InvalidOid;

	if (HeapTupleIsValid(tuple))
	{
		found = column_oid(tuple, RelationGetDescr(catalog), column);
		heap_freetuple(tuple);
	}
	table_close(catalog, AccessShareLock);
	return found;
}

/*
 * What an object is an internal part of, of this catalog: a toast table of its
 * table, a range's constructors of their type.
 */
static Oid
internal_owner(Oid classid, Oid objid, Oid refclassid)
{
	Relation depend = table_open(DependRelationId, AccessShareLock);
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple tuple;
	Oid owner = InvalidOid;

	ScanKeyInit(&keys[0], Anum_pg_depend_classid, BTEqualStrategyNumber, F_OIDEQ,
	            ObjectIdGetDatum(classid));
	ScanKeyInit(&keys[1], Anum_pg_depend_objid, BTEqualStrategyNumber, F_OIDEQ,
	            ObjectIdGetDatum(objid));
	scan = systable_beginscan(depend, DependDependerIndexId, true, NULL, 2, keys);
	while (!OidIsValid(owner) && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_depend row = (Form_pg_depend) GETSTRUCT(tuple);

		if (row->refclassid == refclassid && row->deptype == DEPENDENCY_INTERNAL)
			owner = row->refobjid;
	}
	systable_endscan(scan);
	table_close(depend, AccessShareLock);
	return owner;
}

/* One step from a relation to what it is part of; false: it is gone or temporary. */
static bool
step_from_relation(HeapTuple tuple, SmObjectKey *key)
{
	Form_pg_class relation = (Form_pg_class) GETSTRUCT(tuple);

	if (relation->relpersistence == RELPERSISTENCE_TEMP)
		return false;
	switch (relation->relkind)
	{
		case RELKIND_INDEX:
		case RELKIND_PARTITIONED_INDEX:
			key->objid = look_up(IndexRelationId, IndexRelidIndexId, Anum_pg_index_indexrelid,
			                     key->objid, "indrelid");
			break;
		case RELKIND_TOASTVALUE:
			key->objid = internal_owner(RelationRelationId, key->objid, RelationRelationId);
			break;
		case RELKIND_COMPOSITE_TYPE:
			key->classid = TypeRelationId;
			key->objid = relation->reltype;
			break;
	}
	return OidIsValid(key->objid);
}

/* One step from a type: a row type to its relation, an array to its element. */
static bool
step_from_type(HeapTuple tuple, SmObjectKey *key)
{
	Form_pg_type type = (Form_pg_type) GETSTRUCT(tuple);

	if (type->typtype == TYPTYPE_MULTIRANGE)
		key->objid = look_up(RangeRelationId, RangeMultirangeTypidIndexId,
		                     Anum_pg_range_rngmultitypid, key->objid, "rngtypid");
	else if (OidIsValid(type->typrelid))
	{
		Oid relation = type->typrelid;
		Relation catalog = table_open(RelationRelationId, AccessShareLock);
		HeapTuple row = fetch_row(catalog, ClassOidIndexId, Anum_pg_class_oid, relation);

		if (!HeapTupleIsValid(row))
			key->objid = InvalidOid;
		else if (((Form_pg_class) GETSTRUCT(row))->relkind != RELKIND_COMPOSITE_TYPE)
		{
			key->classid = RelationRelationId;
			key->objid = relation;
		}
		table_close(catalog, AccessShareLock);
	}
	else if (IsTrueArrayType(type))
		key->objid = type->typelem;
	return OidIsValid(key->objid);
}

/* One step from a routine or cast that CREATE TYPE made for a range. */
static void
step_to_range(SmObjectKey *key)
{
	Oid range = internal_owner(key->classid, key->objid, TypeRelationId);

	if (OidIsValid(range))
	{
		key->classid = TypeRelationId;
		key->objid = range;
	}
}

/* One step by the column of the catalog; a constraint without a table is a type's. */
static bool
step_to_parent(const SmCatalog *catalog, HeapTuple tuple, TupleDesc desc, SmObjectKey *key)
{
	if (!catalog->parent_column)
		return true;
	key->classid = catalog->parent_classid;
	key->objid = column_oid(tuple, desc, catalog->parent_column);
	if (!OidIsValid(key->objid) && catalog->relid == ConstraintRelationId)
	{
		key->classid = TypeRelationId;
		key->objid = column_oid(tuple, desc, "contypid");
	}
	return OidIsValid(key->objid);
}

static bool
is_in_temp_schema(HeapTuple tuple, TupleDesc desc, Oid classid)
{
	static const char *const columns[] = {
	    "relnamespace",  "typnamespace",  "pronamespace", "oprnamespace", "opcnamespace",
	    "opfnamespace",  "collnamespace", "connamespace", "stxnamespace", "prsnamespace",
	    "tmplnamespace", "dictnamespace", "cfgnamespace"};

	if (classid == NamespaceRelationId)
		return sm_catalog_is_temp_schema(NameStr(((Form_pg_namespace) GETSTRUCT(tuple))->nspname));
	for (int i = 0; i < desc->natts; i++)
	{
		for (int j = 0; j < lengthof(columns); j++)
		{
			bool isnull;

			if (strcmp(NameStr(TupleDescAttr(desc, i)->attname), columns[j]) == 0)
				return isAnyTempNamespace(
				    DatumGetObjectId(heap_getattr(tuple, i + 1, desc, &isnull)));
		}
	}
	return false;
}

/* One step upwards, or none when key is an object; false: it belongs to none. */
static bool
step_up(SmObjectKey *key)
{
	const SmCatalog *catalog = sm_catalog_find(key->classid);
	Relation relation;
	HeapTuple tuple;
	TupleDesc desc;
	bool found;

	if (catalog == NULL || !OidIsValid(catalog->oid_index))
		return false;
	relation = table_open(catalog->relid, AccessShareLock);
	/* the OID is the first column wherever there is one */
	tuple = fetch_row(relation, catalog->oid_index, 1, key->objid);
	desc = RelationGetDescr(relation);
	found = HeapTupleIsValid(tuple) && !is_in_temp_schema(tuple, desc, key->classid);
	if (found && key->classid == RelationRelationId)
		found = step_from_relation(tuple, key);
	else if (found && key->classid == TypeRelationId)
		found = step_from_type(tuple, key);
	else if (found && (key->classid == ProcedureRelationId || key->classid == CastRelationId))
		step_to_range(key);
	else if (found)
		found = step_to_parent(catalog, tuple, desc, key);
	if (HeapTupleIsValid(tuple))
		heap_freetuple(tuple);
	table_close(relation, AccessShareLock);
	return found;
}

/* What initdb made stands for pg_catalog, but for schema public and extensions. */
static bool
is_initial(const SmObjectKey *key)
{
	return key->objid < FirstNormalObjectId && key->classid != ExtensionRelationId &&
	       !(key->classid == NamespaceRelationId && key->objid == PG_PUBLIC_NAMESPACE);
}

bool
sm_catalog_object(const SmObjectKey *atom, SmObjectKey *object)
{
	SmObjectKey key = *atom;
	SmObjectKey before;
	Oid extension;

	if (is_of_cluster(key.classid))
	{
		*object = key;
		return key.classid != AuthIdRelationId || key.objid >= FirstNormalObjectId ||
		       key.objid == BOOTSTRAP_SUPERUSERID;
	}
	do
	{
		if (is_initial(&key))
		{
			object->classid = NamespaceRelationId;
			object->objid = PG_CATALOG_NAMESPACE;
			return true;
		}
		before = key;
		if (!step_up(&key))
			return false;
	} while (key.classid != before.classid || key.objid != before.objid);
	extension = getExtensionOfObject(key.classid, key.objid);
	if (OidIsValid(extension))
	{
		key.classid = ExtensionRelationId;
		key.objid = extension;
	}
	*object = key;
	return true;
}
