/*
 * schema_database.c
 *		Objects of a database that are neither relations, types nor routines.
 */
#include "postgres.h"

#include "catalog/pg_class_d.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_default_acl.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_publication.h"
#include "catalog/pg_publication_namespace.h"
#include "catalog/pg_publication_rel.h"
#include "catalog/pg_subscription.h"
#include "catalog/pg_ts_config.h"
#include "catalog/pg_ts_config_map.h"
#include "catalog/pg_ts_dict_d.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "tsearch/ts_cache.h"
#include "tsearch/ts_public.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "schema_read.h"
#include "compat.h"

bool
sm_emit_schema(SmEmit *emit, HeapTuple tuple)
{
	Form_pg_namespace schema = (Form_pg_namespace) GETSTRUCT(tuple);

	if (sm_catalog_is_temp_schema(NameStr(schema->nspname)) ||
	    (schema->oid < FirstNormalObjectId && schema->oid != PG_PUBLIC_NAMESPACE))
		return false;
	sm_emit_begin(emit, NamespaceRelationId, schema->oid);
	sm_rows_render(emit, NamespaceRelationId, tuple);
	sm_acl_property(emit, NamespaceRelationId, tuple, Anum_pg_namespace_nspacl, OBJECT_SCHEMA,
	                schema->nspowner);
	sm_emit_common(emit, NamespaceRelationId, schema->oid, 0);
	sm_emit_end(emit, false, "schema", sm_name(emit->reader, NamespaceRelationId, schema->oid));
	return true;
}

bool
sm_emit_collation(SmEmit *emit, HeapTuple tuple)
{
	Form_pg_collation collation = (Form_pg_collation) GETSTRUCT(tuple);

	if (sm_name_is_temp_schema(emit->reader, collation->collnamespace) ||
	    (collation->collencoding != -1 && collation->collencoding != GetDatabaseEncoding()))
		return false;
	sm_emit_begin(emit, CollationRelationId, collation->oid);
	sm_rows_render(emit, CollationRelationId, tuple);
	sm_emit_common(emit, CollationRelationId, collation->oid, 0);
	sm_emit_end(emit, false, "collation",
	            sm_name(emit->reader, CollationRelationId, collation->oid));
	return true;
}

/* The name of a token type, as the parser has it; its number where it does not say. */
static const char *
token_name(Oid parser, int32 type)
{
	TSParserCacheEntry *entry = lookup_ts_parser_cache(parser);
	LexDescr *list;

	if (!OidIsValid(entry->lextypeOid))
		return psprintf("%d", type);
	list = (LexDescr *) DatumGetPointer(OidFunctionCall1(entry->lextypeOid, (Datum) 0));
	for (; list && list->lexid; list++)
	{
		if (list->lexid == type)
			return pstrdup(list->alias);
	}
	return psprintf("%d", type);
}

/* "token: dictionary, dictionary" for each type of token. */
static void
write_mappings(SmEmit *emit, Form_pg_ts_config config)
{
	SmRows rows = sm_rows(emit->reader, SM_ROWS_TS_CONFIG_MAP, InvalidOid, config->oid);
	const char **lines = palloc((rows.count + 1) * sizeof(char *));
	bool *done = palloc0(rows.count + 1);
	int count = 0;

	/* rows are sorted by their number within a type of token */
	for (int i = 0; i < rows.count; i++)
	{
		Form_pg_ts_config_map first = (Form_pg_ts_config_map) GETSTRUCT(rows.rows[i].tuple);
		StringInfoData line;

		if (done[i])
			continue;
		initStringInfo(&line);
		appendStringInfo(&line, "%s:", token_name(config->cfgparser, first->maptokentype));
		for (int j = i; j < rows.count; j++)
		{
			Form_pg_ts_config_map row = (Form_pg_ts_config_map) GETSTRUCT(rows.rows[j].tuple);

			if (row->maptokentype != first->maptokentype)
				continue;
			appendStringInfo(&line, "%s %s", j > i ? "," : "",
			                 sm_name(emit->reader, TSDictionaryRelationId, row->mapdict));
			done[j] = true;
		}
		lines[count++] = line.data;
	}
	if (count > 0)
		sm_props_sorted(emit->props, "mappings", lines, count);
}

bool
sm_emit_ts_config(SmEmit *emit, HeapTuple tuple)
{
	Form_pg_ts_config config = (Form_pg_ts_config) GETSTRUCT(tuple);

	if (sm_name_is_temp_schema(emit->reader, config->cfgnamespace))
		return false;
	sm_emit_begin(emit, TSConfigRelationId, config->oid);
	sm_rows_render(emit, TSConfigRelationId, tuple);
	write_mappings(emit, config);
	sm_emit_common(emit, TSConfigRelationId, config->oid, 0);
	sm_emit_end(emit, false, "text search configuration",
	            sm_name(emit->reader, TSConfigRelationId, config->oid));
	return true;
}

static ObjectType
default_acl_type(char letter)
{
	switch (letter)
	{
		case DEFACLOBJ_SEQUENCE:
			return OBJECT_SEQUENCE;
		case DEFACLOBJ_FUNCTION:
			return OBJECT_FUNCTION;
		case DEFACLOBJ_TYPE:
			return OBJECT_TYPE;
		case DEFACLOBJ_NAMESPACE:
			return OBJECT_SCHEMA;
		case DEFACLOBJ_RELATION:
			return OBJECT_TABLE;
		default: /* 'L', from 18 on */
			return OBJECT_LARGEOBJECT;
	}
}

bool
sm_emit_default_acl(SmEmit *emit, HeapTuple tuple)
{
	Form_pg_default_acl row = (Form_pg_default_acl) GETSTRUCT(tuple);

	sm_emit_begin(emit, DefaultAclRelationId, row->oid);
	sm_acl_always(emit,
	              sm_rows_get(DefaultAclRelationId, tuple, Anum_pg_default_acl_defaclacl, NULL),
	              default_acl_type(row->defaclobjtype));
	sm_emit_common(emit, DefaultAclRelationId, row->oid, 0);
	sm_emit_end(emit, false, "default privileges",
	            sm_name(emit->reader, DefaultAclRelationId, row->oid));
	return true;
}

/* A restore into another major gives the version that comes with it. */
bool
sm_emit_extension(SmEmit *emit, HeapTuple tuple)
{
	Form_pg_extension extension = (Form_pg_extension) GETSTRUCT(tuple);
	SmReader *reader = emit->reader;

	sm_emit_begin(emit, ExtensionRelationId, extension->oid);
	sm_rows_render(emit, ExtensionRelationId, tuple);
	if (!reader->portable)
		sm_emit_text(emit, "version",
		             sm_rows_text(ExtensionRelationId, tuple, Anum_pg_extension_extversion));
	sm_acl_members(emit, sm_rows(reader, SM_ROWS_MEMBER, ExtensionRelationId, extension->oid));
	sm_emit_common(emit, ExtensionRelationId, extension->oid, 0);
	sm_emit_end(emit, false, "extension", sm_name(reader, ExtensionRelationId, extension->oid));
	return true;
}

static void
write_operations(SmEmit *emit, Form_pg_publication publication)
{
	const char *words[4];
	int count = 0;

	if (publication->pubinsert)
		words[count++] = "insert";
	if (publication->pubupdate)
		words[count++] = "update";
	if (publication->pubdelete)
		words[count++] = "delete";
	if (publication->pubtruncate)
		words[count++] = "truncate";
	if (count < 4)
		sm_props_sorted(emit->props, "operations", words, count);
}

/* "table (columns) WHERE (filter)" */
static char *
published_table(SmEmit *emit, HeapTuple tuple)
{
	Form_pg_publication_rel row = (Form_pg_publication_rel) GETSTRUCT(tuple);
	bool isnull;
	Datum columns =
	    sm_rows_get(PublicationRelRelationId, tuple, Anum_pg_publication_rel_prattrs, &isnull);
	StringInfoData text;
	Datum filter;

	initStringInfo(&text);
	sm_emit_columns_of(emit, row->prrelid);
	appendStringInfoString(&text, sm_name(emit->reader, RelationRelationId, row->prrelid));
	if (!isnull)
	{
		ArrayType *array = DatumGetArrayTypeP(columns);
		int count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));

		for (int i = 0; i < count; i++)
		{
			AttrNumber number = ((int16 *) ARR_DATA_PTR(array))[i];

			appendStringInfo(&text, "%s%s", i == 0 ? " (" : ", ",
			                 quote_identifier(sm_name_column(emit->reader, row->prrelid, number)));
		}
		appendStringInfoChar(&text, ')');
	}
	filter = sm_rows_get(PublicationRelRelationId, tuple, Anum_pg_publication_rel_prqual, &isnull);
	if (!isnull)
	{
		char *where = sm_deparse_tree(emit, "tables", filter);

		appendStringInfo(&text, " WHERE (%s)", where ? where : "?");
	}
	return text.data;
}

bool
sm_emit_publication(SmEmit *emit, HeapTuple tuple)
{
	Form_pg_publication publication = (Form_pg_publication) GETSTRUCT(tuple);
	SmReader *reader = emit->reader;
	SmRows tables = sm_rows(reader, SM_ROWS_PUBLICATION_REL, InvalidOid, publication->oid);
	SmRows schemas = sm_rows(reader, SM_ROWS_PUBLICATION_NAMESPACE, InvalidOid, publication->oid);
	const char **names = palloc((Max(tables.count, schemas.count) + 1) * sizeof(char *));

	sm_emit_begin(emit, PublicationRelationId, publication->oid);
	sm_rows_render(emit, PublicationRelationId, tuple);
	write_operations(emit, publication);
	for (int i = 0; i < tables.count; i++)
		names[i] = published_table(emit, tables.rows[i].tuple);
	if (tables.count > 0)
		sm_props_sorted(emit->props, "tables", names, tables.count);
	for (int i = 0; i < schemas.count; i++)
		names[i] =
		    sm_name(reader, NamespaceRelationId,
		            ((Form_pg_publication_namespace) GETSTRUCT(schemas.rows[i].tuple))->pnnspid);
	if (schemas.count > 0)
		sm_props_sorted(emit->props, "schemas", names, schemas.count);
	sm_emit_common(emit, PublicationRelationId, publication->oid, 0);
	sm_emit_end(emit, false, "publication",
	            sm_name(reader, PublicationRelationId, publication->oid));
	return true;
}

bool
sm_emit_subscription(SmEmit *emit, HeapTuple tuple)
{
	Form_pg_subscription subscription = (Form_pg_subscription) GETSTRUCT(tuple);

	if (subscription->subdbid != MyDatabaseId)
		return false;
	sm_emit_begin(emit, SubscriptionRelationId, subscription->oid);
	sm_rows_render(emit, SubscriptionRelationId, tuple);
	/* 18 has another default, which a dump of an earlier major gets */
	if (emit->reader->portable)
		sm_props_drop(emit->props, "streaming");
	sm_emit_common(emit, SubscriptionRelationId, subscription->oid, 0);
	sm_emit_end(emit, false, "subscription",
	            sm_name(emit->reader, SubscriptionRelationId, subscription->oid));
	return true;
}

/* What initdb made, where its privileges were changed: one object for all of it. */
bool
sm_emit_initial(SmEmit *emit)
{
	sm_emit_begin(emit, NamespaceRelationId, PG_CATALOG_NAMESPACE);
	if (!sm_acl_initial(emit))
		return false;
	sm_emit_end(emit, false, "database", "current");
	return true;
}
