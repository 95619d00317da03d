/*
 * effect_lookup.c
 *		Questions to the catalog about what statements outside transactions
 *		leave behind.  Which question a statement needs is effect.c's, what an
 *		answer means is effect_compare.c's.
 *
 * Everything is read through the syscache or with the newest catalog snapshot
 * and without a lock on the objects: recovery must not wait for them.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_subscription.h"
#include "commands/dbcommands.h"

#include "commands/tablespace.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "effect.h"

Oid
sm_effect_lookup_object(const char *object_class, const char *name)
{
	if (strcmp(object_class, "database") == 0)
		return get_database_oid(name, true);
	if (strcmp(object_class, "tablespace") == 0)
		return get_tablespace_oid(name, true);
	return get_subscription_oid(name, true);
}

bool
sm_effect_lookup_index(Oid index, Oid *table, bool *valid)
{
	HeapTuple tuple;
	Form_pg_index form;

	*table = InvalidOid;
	*valid = false;
	tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(index));
	if (!HeapTupleIsValid(tuple))
		return false;
	form = (Form_pg_index) GETSTRUCT(tuple);
	*table = form->indrelid;
	*valid = form->indisvalid && form->indisready && form->indislive;
	ReleaseSysCache(tuple);
	return true;
}

List *
sm_effect_lookup_table_indexes(Oid table)
{
	List *indexes = NIL;
	Relation catalog = table_open(IndexRelationId, AccessShareLock);
	SysScanDesc scan;
	ScanKeyData key;
	HeapTuple tuple;

	ScanKeyInit(&key, Anum_pg_index_indrelid, BTEqualStrategyNumber, F_OIDEQ,
	            ObjectIdGetDatum(table));
	scan = systable_beginscan(catalog, IndexIndrelidIndexId, true, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		indexes = lappend_oid(indexes, ((Form_pg_index) GETSTRUCT(tuple))->indexrelid);
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	return indexes;
}

/* Names that index_concurrently_create_copy() and its swap give: x_ccnew, x_ccold1. */
static bool
is_leftover_name(const char *name)
{
	static const char *const marks[] = {"_ccnew", "_ccold"};

	for (size_t i = 0; i < lengthof(marks); i++)
	{
		const char *mark = strstr(name, marks[i]);

		if (mark != NULL && strspn(mark + 6, "0123456789") == strlen(mark + 6))
			return true;
	}
	return false;
}

static bool
is_leftover(Form_pg_index form, Oid table, Oid toast_table, Oid schema)
{
	char *name;

	if (form->indisvalid)
		return false;
	if (OidIsValid(table) && form->indrelid != table &&
	    (!OidIsValid(toast_table) || form->indrelid != toast_table))
		return false;
	if (OidIsValid(schema) && get_rel_namespace(form->indexrelid) != schema)
		return false;
	name = get_rel_name(form->indexrelid);
	return name != NULL && is_leftover_name(name);
}

static Oid
toast_table_of(Oid table)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(table));
	Oid toast_table;

	if (!HeapTupleIsValid(tuple))
		return InvalidOid;
	toast_table = ((Form_pg_class) GETSTRUCT(tuple))->reltoastrelid;
	ReleaseSysCache(tuple);
	return toast_table;
}

List *
sm_effect_lookup_leftovers(Oid table, Oid schema)
{
	List *leftovers = NIL;
	Oid toast_table = OidIsValid(table) ? toast_table_of(table) : InvalidOid;
	Relation catalog = table_open(IndexRelationId, AccessShareLock);
	SysScanDesc scan = systable_beginscan(catalog, InvalidOid, false, NULL, 0, NULL);
	HeapTuple tuple;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_index form = (Form_pg_index) GETSTRUCT(tuple);

		if (is_leftover(form, table, toast_table, schema))
			leftovers = lappend_oid(leftovers, form->indexrelid);
	}
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	return leftovers;
}

bool
sm_effect_lookup_partition(Oid parent, Oid partition, bool *pending)
{
	bool found = false;
	Relation catalog = table_open(InheritsRelationId, AccessShareLock);
	SysScanDesc scan;
	ScanKeyData key;
	HeapTuple tuple;

	*pending = false;
	ScanKeyInit(&key, Anum_pg_inherits_inhrelid, BTEqualStrategyNumber, F_OIDEQ,
	            ObjectIdGetDatum(partition));
	scan = systable_beginscan(catalog, InheritsRelidSeqnoIndexId, true, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_inherits form = (Form_pg_inherits) GETSTRUCT(tuple);

		if (form->inhparent != parent)
			continue;
		found = true;
		*pending = form->inhdetachpending;
	}
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	return found;
}
