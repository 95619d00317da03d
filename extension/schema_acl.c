/*
 * schema_acl.c
 *		Privileges: an acl as a sorted list of "grantee=privileges/grantor", and
 *		what differs from a default or from what was there at first.
 */
#include "postgres.h"

#include "access/transam.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_authid_d.h"
#include "catalog/pg_class.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_foreign_data_wrapper.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_init_privs_d.h"
#include "catalog/pg_language.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "utils/acl.h"
#include "utils/array.h"

#include "schema_read.h"
#include "compat.h"

/* A catalog with privileges that members of extensions may have. */
typedef struct Protected
{
	Oid catalog;
	Oid index;
	AttrNumber acl;
	AttrNumber owner;
	ObjectType type;
	const char *word;
} Protected;

static const Protected protected_catalogs[] = {
    {RelationRelationId, ClassOidIndexId, Anum_pg_class_relacl, Anum_pg_class_relowner,
     OBJECT_TABLE, "relation"},
    {ProcedureRelationId, ProcedureOidIndexId, Anum_pg_proc_proacl, Anum_pg_proc_proowner,
     OBJECT_FUNCTION, "routine"},
    {TypeRelationId, TypeOidIndexId, Anum_pg_type_typacl, Anum_pg_type_typowner, OBJECT_TYPE,
     "type"},
    {NamespaceRelationId, NamespaceOidIndexId, Anum_pg_namespace_nspacl, Anum_pg_namespace_nspowner,
     OBJECT_SCHEMA, "schema"},
    {LanguageRelationId, LanguageOidIndexId, Anum_pg_language_lanacl, Anum_pg_language_lanowner,
     OBJECT_LANGUAGE, "language"},
    {ForeignDataWrapperRelationId, ForeignDataWrapperOidIndexId,
     Anum_pg_foreign_data_wrapper_fdwacl, Anum_pg_foreign_data_wrapper_fdwowner, OBJECT_FDW,
     "foreign data wrapper"},
    {ForeignServerRelationId, ForeignServerOidIndexId, Anum_pg_foreign_server_srvacl,
     Anum_pg_foreign_server_srvowner, OBJECT_FOREIGN_SERVER, "server"},
};

static const Protected *
find_protected(Oid catalog)
{
	for (int i = 0; i < lengthof(protected_catalogs); i++)
	{
		if (protected_catalogs[i].catalog == catalog)
			return &protected_catalogs[i];
	}
	return NULL;
}

static const char *
role_name(SmReader *reader, Oid role)
{
	return role == ACL_ID_PUBLIC ? "" : sm_name(reader, AuthIdRelationId, role);
}

/*
 * The letters of an entry.  A role that has all that the owner has from the
 * start, on this major, has "ALL" in the portable form: 17 has one privilege
 * more, and a dump says ALL.
 */
static void
append_privileges(StringInfo out, SmReader *reader, const AclItem *item, AclMode all)
{
	AclMode privileges = ACLITEM_GET_PRIVS(*item);
	AclMode options = ACLITEM_GET_GOPTIONS(*item);

	if (reader->portable && privileges == all && (options == 0 || options == all))
	{
		appendStringInfoString(out, options == 0 ? "ALL" : "ALL*");
		return;
	}
	for (int i = 0; i < N_ACL_RIGHTS; i++)
	{
		if (privileges & ((AclMode) 1 << i))
			appendStringInfoChar(out, ACL_ALL_RIGHTS_STR[i]);
		if (options & ((AclMode) 1 << i))
			appendStringInfoChar(out, '*');
	}
}

/* All privileges that an object of a type can have. */
static AclMode
all_privileges(ObjectType type)
{
	Acl *acl = acldefault(type, BOOTSTRAP_SUPERUSERID);
	AclMode all = 0;

	for (int i = 0; i < ACL_NUM(acl); i++)
		all |= ACLITEM_GET_PRIVS(ACL_DAT(acl)[i]);
	return all;
}

/* An acl as a sorted list of entries. */
static const char **
acl_entries(SmReader *reader, Acl *acl, ObjectType type, int *count)
{
	AclMode all = all_privileges(type);
	const char **entries = palloc((ACL_NUM(acl) + 1) * sizeof(char *));

	*count = ACL_NUM(acl);
	for (int i = 0; i < *count; i++)
	{
		AclItem *item = &ACL_DAT(acl)[i];
		StringInfoData entry;

		initStringInfo(&entry);
		appendStringInfo(&entry, "%s=", role_name(reader, item->ai_grantee));
		append_privileges(&entry, reader, item, all);
		appendStringInfo(&entry, "/%s", role_name(reader, item->ai_grantor));
		entries[i] = entry.data;
	}
	qsort(entries, *count, sizeof(char *), sm_json_compare);
	return entries;
}

static bool
is_same(const char **left, int nleft, const char **right, int nright)
{
	if (nleft != nright)
		return false;
	for (int i = 0; i < nleft; i++)
	{
		if (strcmp(left[i], right[i]) != 0)
			return false;
	}
	return true;
}

static void
write_against(SmEmit *emit, Datum acl, ObjectType type, Acl *usual)
{
	int count;
	int usual_count;
	const char **entries = acl_entries(emit->reader, DatumGetAclP(acl), type, &count);
	const char **usual_entries = acl_entries(emit->reader, usual, type, &usual_count);

	if (!is_same(entries, count, usual_entries, usual_count))
		sm_props_strings(emit->props, "acl", entries, count);
}

void
sm_acl_property(SmEmit *emit, Oid catalog, HeapTuple tuple, AttrNumber column, ObjectType type,
                Oid owner)
{
	bool isnull;
	Datum acl = sm_rows_get(catalog, tuple, column, &isnull);

	if (!isnull)
		write_against(emit, acl, type, acldefault(type, owner));
}

void
sm_acl_always(SmEmit *emit, Datum acl, ObjectType type)
{
	int count;
	const char **entries = acl_entries(emit->reader, DatumGetAclP(acl), type, &count);

	sm_props_strings(emit->props, "acl", entries, count);
}

/* What CREATE EXTENSION or initdb left; NULL: nothing is written down, so the default. */
static Acl *
first_acl(SmReader *reader, Oid catalog, Oid object, int32 sub)
{
	SmRows rows = sm_rows(reader, SM_ROWS_INIT_PRIVS, catalog, object);

	for (int i = 0; i < rows.count; i++)
	{
		bool isnull;
		Datum acl;

		if (rows.rows[i].sub != sub)
			continue;
		acl = sm_rows_get(InitPrivsRelationId, rows.rows[i].tuple, Anum_pg_init_privs_initprivs,
		                  &isnull);
		return isnull ? NULL : DatumGetAclP(acl);
	}
	return NULL;
}

/* Adds "relation public.t: entries" where an acl is not what it was at first. */
static List *
add_difference(List *list, SmReader *reader, Acl *acl, Acl *first, ObjectType type, Oid owner,
               const char *name)
{
	int count;
	int first_count;
	const char **entries;
	const char **first_entries;
	StringInfoData line;

	entries = acl_entries(reader, acl, type, &count);
	first_entries =
	    acl_entries(reader, first ? first : acldefault(type, owner), type, &first_count);
	if (is_same(entries, count, first_entries, first_count))
		return list;
	initStringInfo(&line);
	appendStringInfo(&line, "%s:", name);
	for (int i = 0; i < count; i++)
		appendStringInfo(&line, " %s", entries[i]);
	return lappend(list, line.data);
}

static List *
add_object(List *list, SmReader *reader, const Protected *catalog, Oid object, HeapTuple tuple)
{
	bool isnull;
	Datum acl = sm_rows_get(catalog->catalog, tuple, catalog->acl, &isnull);
	Oid owner = DatumGetObjectId(sm_rows_get(catalog->catalog, tuple, catalog->owner, NULL));
	ObjectType type = catalog->type;

	/* once it had privileges of its own it never is NULL again */
	if (isnull)
		return list;
	if (catalog->catalog == RelationRelationId &&
	    ((Form_pg_class) GETSTRUCT(tuple))->relkind == RELKIND_SEQUENCE)
		type = OBJECT_SEQUENCE;
	return add_difference(
	    list, reader, DatumGetAclP(acl), first_acl(reader, catalog->catalog, object, 0), type,
	    owner, psprintf("%s %s", catalog->word, sm_name(reader, catalog->catalog, object)));
}

static List *
add_columns(List *list, SmReader *reader, SmRows columns)
{
	for (int i = 0; i < columns.count; i++)
	{
		HeapTuple tuple = columns.rows[i].tuple;
		Form_pg_attribute column = (Form_pg_attribute) GETSTRUCT(tuple);
		bool isnull;
		Datum acl = sm_rows_get(AttributeRelationId, tuple, Anum_pg_attribute_attacl, &isnull);

		if (isnull)
			continue;
		list =
		    add_difference(list, reader, DatumGetAclP(acl),
		                   first_acl(reader, RelationRelationId, column->attrelid, column->attnum),
		                   OBJECT_COLUMN, InvalidOid,
		                   psprintf("column %s of %s", NameStr(column->attname),
		                            sm_name(reader, RelationRelationId, column->attrelid)));
	}
	return list;
}

static void
write_list(SmEmit *emit, const char *property, List *list)
{
	const char **lines = palloc((list_length(list) + 1) * sizeof(char *));
	int count = 0;
	ListCell *cell;

	foreach (cell, list)
		lines[count++] = lfirst(cell);
	if (count > 0)
		sm_props_sorted(emit->props, property, lines, count);
}

void
sm_acl_members(SmEmit *emit, SmRows members)
{
	SmReader *reader = emit->reader;
	List *list = NIL;

	for (int i = 0; i < members.count; i++)
	{
		Form_pg_depend member = (Form_pg_depend) GETSTRUCT(members.rows[i].tuple);
		const Protected *catalog = find_protected(member->classid);
		HeapTuple tuple;

		if (catalog == NULL)
			continue;
		tuple = sm_name_row(reader, member->classid, member->objid);
		if (!HeapTupleIsValid(tuple))
			continue;
		list = add_object(list, reader, catalog, member->objid, tuple);
		if (member->classid == RelationRelationId)
			list = add_columns(list, reader,
			                   sm_rows(reader, SM_ROWS_ATTRIBUTE, InvalidOid, member->objid));
	}
	write_list(emit, "member_acl", list);
}

/*
 * Schema public is an object.  What initdb makes after it has written down the
 * first privileges, information_schema that is, has nothing to compare with,
 * as in a dump.
 */
static bool
is_compared(SmReader *reader, Oid catalog, Oid object)
{
	if (catalog == NamespaceRelationId && object == PG_PUBLIC_NAMESPACE)
		return false;
	return object < FirstUnpinnedObjectId ||
	       sm_rows(reader, SM_ROWS_INIT_PRIVS, catalog, object).count > 0;
}

bool
sm_acl_initial(SmEmit *emit)
{
	SmReader *reader = emit->reader;
	List *list = NIL;

	for (int i = 0; i < lengthof(protected_catalogs); i++)
	{
		const Protected *catalog = &protected_catalogs[i];
		SmRows rows = sm_rows_initial(reader, catalog->catalog, catalog->index, 1);

		for (int j = 0; j < rows.count; j++)
		{
			if (is_compared(reader, catalog->catalog, rows.rows[j].objid))
				list = add_object(list, reader, catalog, rows.rows[j].objid, rows.rows[j].tuple);
		}
	}
	list = add_columns(list, reader,
	                   sm_rows_initial(reader, AttributeRelationId, AttributeRelidNumIndexId,
	                                   Anum_pg_attribute_attrelid));
	write_list(emit, "system_acl", list);
	return list != NIL;
}
