/*
 * part.c
 *		Where an object stands (see part.h).  What was done to it is not known
 *		here.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/index.h"
#include "catalog/pg_attrdef.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_foreign_data_wrapper.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_language.h"
#include "catalog/pg_largeobject.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "compat.h"
#include "part.h"

Oid
sm_part_class_of(ObjectType type)
{
	switch (type)
	{
		case OBJECT_TABLE:
		case OBJECT_SEQUENCE:
		case OBJECT_COLUMN:
			return RelationRelationId;
		case OBJECT_FUNCTION:
		case OBJECT_PROCEDURE:
		case OBJECT_ROUTINE:
			return ProcedureRelationId;
		case OBJECT_SCHEMA:
			return NamespaceRelationId;
		case OBJECT_TYPE:
		case OBJECT_DOMAIN:
			return TypeRelationId;
		case OBJECT_LANGUAGE:
			return LanguageRelationId;
		case OBJECT_FDW:
			return ForeignDataWrapperRelationId;
		case OBJECT_FOREIGN_SERVER:
			return ForeignServerRelationId;
		case OBJECT_LARGEOBJECT:
			return LargeObjectRelationId;
		default:
			return InvalidOid;
	}
}

bool
sm_part_is_temporary_schema(const char *schema)
{
	return schema != NULL &&
	       (strncmp(schema, "pg_temp", 7) == 0 || strncmp(schema, "pg_toast_temp", 13) == 0);
}

/* A sequence and an index have no columns that anybody means. */
static bool
is_table_like(char relkind)
{
	return relkind == RELKIND_RELATION || relkind == RELKIND_PARTITIONED_TABLE ||
	       relkind == RELKIND_VIEW || relkind == RELKIND_MATVIEW ||
	       relkind == RELKIND_FOREIGN_TABLE;
}

static void
place_relation(SmJournalEntry *entry)
{
	Oid relid = entry->address.objectId;
	char relkind = get_rel_relkind(relid);

	if (relkind == RELKIND_INDEX || relkind == RELKIND_PARTITIONED_INDEX)
	{
		relid = IndexGetRelation(relid, true);
		relkind = get_rel_relkind(relid);
	}
	entry->name = get_rel_name(relid);
	if (entry->schema == NULL)
		entry->schema = get_namespace_name_or_temp(get_rel_namespace(relid));
	if (entry->name != NULL && is_table_like(relkind))
		entry->table = quote_qualified_identifier(entry->schema, entry->name);
	if (entry->address.objectSubId > 0)
		entry->column = get_attname(relid, entry->address.objectSubId, true);
}

static bool
is_part_of_table(Oid classid)
{
	return classid == TriggerRelationId || classid == RewriteRelationId ||
	       classid == PolicyRelationId || classid == AttrDefaultRelationId ||
	       classid == ConstraintRelationId;
}

/* names: as getObjectIdentityParts() gives them. */
static void
place_by_names(SmJournalEntry *entry, List *names)
{
	int count = list_length(names);

	if (count == 0)
		return;
	if (entry->schema == NULL && count >= 2)
		entry->schema = linitial(names);
	entry->name = llast(names);
	if (count == 3 && (is_part_of_table(entry->address.classId) || entry->address.objectSubId > 0))
	{
		entry->name = lsecond(names);
		entry->table = quote_qualified_identifier(entry->schema, entry->name);
		if (entry->address.objectSubId > 0 || entry->address.classId == AttrDefaultRelationId)
			entry->column = lthird(names);
	}
}

/* The server takes a type's qualified name for one name. */
static void
place_type(SmJournalEntry *entry)
{
	HeapTuple tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(entry->address.objectId));
	Form_pg_type type;

	if (!HeapTupleIsValid(tuple))
		return;
	type = (Form_pg_type) GETSTRUCT(tuple);
	entry->name = pstrdup(NameStr(type->typname));
	entry->schema = get_namespace_name_or_temp(type->typnamespace);
	ReleaseSysCache(tuple);
}

void
sm_part_place(SmJournalEntry *entry)
{
	List *names = NIL;
	List *arguments = NIL;

	switch (entry->address.classId)
	{
		case InvalidOid:
			break;
		case RelationRelationId:
			place_relation(entry);
			break;
		case TypeRelationId:
			place_type(entry);
			break;
		default:
			if (getObjectIdentityParts(&entry->address, &names, &arguments, true) != NULL)
				place_by_names(entry, names);
			break;
	}
}

static bool
is_table_type(const char *type)
{
	return strcmp(type, "table") == 0 || strcmp(type, "view") == 0 ||
	       strcmp(type, "materialized view") == 0 || strcmp(type, "foreign table") == 0;
}

void
sm_part_place_dropped(SmJournalEntry *entry, List *names)
{
	place_by_names(entry, names);
	if (is_table_type(entry->object_type))
		entry->table = entry->before;
}
