/*
 * schema_names.c
 *		Names of objects as SQL writes them, from rows that are in memory or from
 *		the newest catalogs, and what else is known of types.  Never an OID: what
 *		is gone is called "?".
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_am.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_cast.h"
#include "catalog/pg_class.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_conversion.h"
#include "catalog/pg_database.h"
#include "catalog/pg_default_acl.h"
#include "catalog/pg_event_trigger.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_foreign_data_wrapper.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_language.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_opclass.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_opfamily.h"
#include "catalog/pg_parameter_acl.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_publication.h"
#include "catalog/pg_statistic_ext.h"
#include "catalog/pg_subscription.h"
#include "catalog/pg_tablespace.h"
#include "catalog/pg_transform.h"
#include "catalog/pg_ts_config.h"
#include "catalog/pg_ts_dict.h"
#include "catalog/pg_ts_parser.h"
#include "catalog/pg_ts_template.h"
#include "catalog/pg_type.h"
#include "catalog/pg_user_mapping.h"
#include "commands/defrem.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "schema_read.h"
#include "compat.h"

#define UNKNOWN "?"

/* How the row of an object is found: among those loaded, or in a cache of the server. */
typedef struct NamedCatalog
{
	Oid classid;
	SmSource source;
	int cache; /* -1: none, the index is asked */
} NamedCatalog;

static const NamedCatalog named_catalogs[] = {
    {RelationRelationId, SM_ROWS_CLASS, RELOID},
    {TypeRelationId, SM_ROWS_TYPE, TYPEOID},
    {ProcedureRelationId, SM_ROWS_PROC, PROCOID},
    {NamespaceRelationId, SM_ROWS_NAMESPACE, NAMESPACEOID},
    {OperatorRelationId, SM_ROWS_OPERATOR, OPEROID},
    {OperatorClassRelationId, SM_ROWS_OPCLASS, CLAOID},
    {OperatorFamilyRelationId, SM_ROWS_OPFAMILY, OPFAMILYOID},
    {AccessMethodRelationId, SM_ROWS_AM, AMOID},
    {CastRelationId, SM_ROWS_CAST, -1},
    {LanguageRelationId, SM_ROWS_LANGUAGE, LANGOID},
    {TransformRelationId, SM_ROWS_TRANSFORM, TRFOID},
    {CollationRelationId, SM_ROWS_COLLATION, COLLOID},
    {ConversionRelationId, SM_ROWS_CONVERSION, CONVOID},
    {TSParserRelationId, SM_ROWS_TS_PARSER, TSPARSEROID},
    {TSTemplateRelationId, SM_ROWS_TS_TEMPLATE, TSTEMPLATEOID},
    {TSDictionaryRelationId, SM_ROWS_TS_DICT, TSDICTOID},
    {TSConfigRelationId, SM_ROWS_TS_CONFIG, TSCONFIGOID},
    {StatisticExtRelationId, SM_ROWS_STATISTIC_EXT, STATEXTOID},
    {DefaultAclRelationId, SM_ROWS_DEFAULT_ACL, -1},
    {ExtensionRelationId, SM_ROWS_EXTENSION, -1},
    {EventTriggerRelationId, SM_ROWS_EVENT_TRIGGER, EVENTTRIGGEROID},
    {PublicationRelationId, SM_ROWS_PUBLICATION, PUBLICATIONOID},
    {SubscriptionRelationId, SM_ROWS_SUBSCRIPTION, SUBSCRIPTIONOID},
    {ForeignDataWrapperRelationId, SM_ROWS_FDW, FOREIGNDATAWRAPPEROID},
    {ForeignServerRelationId, SM_ROWS_SERVER, FOREIGNSERVEROID},
    {UserMappingRelationId, SM_ROWS_USER_MAPPING, USERMAPPINGOID},
    {AuthIdRelationId, SM_ROWS_ROLE, AUTHOID},
    {DatabaseRelationId, SM_ROWS_DATABASE, DATABASEOID},
    {TableSpaceRelationId, SM_ROWS_TABLESPACE, TABLESPACEOID},
    {ParameterAclRelationId, SM_ROWS_PARAMETER, PARAMETERACLOID},
};

typedef struct NameEntry
{
	SmObjectKey key;
	const char *name;
} NameEntry;

typedef struct TypeKey
{
	Oid type;
	int32 typmod;
} TypeKey;

typedef struct TypeEntry
{
	TypeKey key;
	const char *name;
	Oid collation;
	char storage;
} TypeEntry;

typedef struct OpclassEntry
{
	SmObjectKey key; /* type, access method */
	Oid opclass;
} OpclassEntry;

static HTAB *
create_table(SmReader *reader, const char *name, Size key, Size entry)
{
	HASHCTL control = {.keysize = key, .entrysize = entry, .hcxt = reader->context};

	return hash_create(name, 256, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

HeapTuple
sm_name_row(SmReader *reader, Oid classid, Oid objid)
{
	for (int i = 0; i < lengthof(named_catalogs); i++)
	{
		const NamedCatalog *catalog = &named_catalogs[i];
		HeapTuple tuple;

		if (catalog->classid != classid)
			continue;
		if (reader->all || catalog->cache < 0)
		{
			tuple = sm_rows_one(reader, catalog->source, objid);
			if (HeapTupleIsValid(tuple) || catalog->cache < 0)
				return tuple;
		}
		return SearchSysCacheCopy1(catalog->cache, ObjectIdGetDatum(objid));
	}
	return NULL;
}

char *
sm_name_qualified(SmReader *reader, Oid schema, const char *name)
{
	return psprintf("%s.%s", sm_name(reader, NamespaceRelationId, schema), quote_identifier(name));
}

bool
sm_name_is_temp_schema(SmReader *reader, Oid schema)
{
	return sm_catalog_is_temp_schema(sm_name(reader, NamespaceRelationId, schema));
}

static char *
routine_name(SmReader *reader, HeapTuple tuple)
{
	Form_pg_proc routine = (Form_pg_proc) GETSTRUCT(tuple);
	StringInfoData name;

	initStringInfo(&name);
	appendStringInfo(&name, "%s(",
	                 sm_name_qualified(reader, routine->pronamespace, NameStr(routine->proname)));
	for (int i = 0; i < routine->pronargs; i++)
		appendStringInfo(&name, "%s%s", i > 0 ? ", " : "",
		                 sm_name_type(reader, routine->proargtypes.values[i], -1));
	appendStringInfoChar(&name, ')');
	return name.data;
}

static const char *
operand_name(SmReader *reader, Oid type)
{
	return OidIsValid(type) ? sm_name_type(reader, type, -1) : "NONE";
}

static char *
default_acl_name(SmReader *reader, Form_pg_default_acl acl)
{
	const char *what = UNKNOWN;
	const char *role = sm_name(reader, AuthIdRelationId, acl->defaclrole);

	switch (acl->defaclobjtype)
	{
		case DEFACLOBJ_RELATION:
			what = "TABLES";
			break;
		case DEFACLOBJ_SEQUENCE:
			what = "SEQUENCES";
			break;
		case DEFACLOBJ_FUNCTION:
			what = "FUNCTIONS";
			break;
		case DEFACLOBJ_TYPE:
			what = "TYPES";
			break;
		case DEFACLOBJ_NAMESPACE:
			what = "SCHEMAS";
			break;
		case 'L': /* from 18 on */
			what = "LARGE OBJECTS";
			break;
	}
	if (!OidIsValid(acl->defaclnamespace))
		return psprintf("FOR ROLE %s ON %s", role, what);
	return psprintf("FOR ROLE %s IN SCHEMA %s ON %s", role,
	                sm_name(reader, NamespaceRelationId, acl->defaclnamespace), what);
}

/* Names with a schema in front and nothing else; NULL: of another kind. */
static char *
schema_name(SmReader *reader, Oid classid, HeapTuple tuple)
{
	void *row = GETSTRUCT(tuple);

#define QUALIFIED(catalog, form, prefix)                                                           \
	case catalog:                                                                                  \
		return sm_name_qualified(reader, ((form) row)->prefix##namespace,                          \
		                         NameStr(((form) row)->prefix##name))
	switch (classid)
	{
		QUALIFIED(RelationRelationId, Form_pg_class, rel);
		QUALIFIED(CollationRelationId, Form_pg_collation, coll);
		QUALIFIED(ConversionRelationId, Form_pg_conversion, con);
		QUALIFIED(StatisticExtRelationId, Form_pg_statistic_ext, stx);
		QUALIFIED(TSParserRelationId, Form_pg_ts_parser, prs);
		QUALIFIED(TSTemplateRelationId, Form_pg_ts_template, tmpl);
		QUALIFIED(TSDictionaryRelationId, Form_pg_ts_dict, dict);
		QUALIFIED(TSConfigRelationId, Form_pg_ts_config, cfg);
		default:
			return NULL;
	}
#undef QUALIFIED
}

/* Names without a schema and nothing else; NULL: of another kind. */
static char *
plain_name(Oid classid, HeapTuple tuple)
{
	void *row = GETSTRUCT(tuple);

#define PLAIN(catalog, form, column)                                                               \
	case catalog:                                                                                  \
		return pstrdup(quote_identifier(NameStr(((form) row)->column)))
	switch (classid)
	{
		PLAIN(NamespaceRelationId, Form_pg_namespace, nspname);
		PLAIN(AccessMethodRelationId, Form_pg_am, amname);
		PLAIN(LanguageRelationId, Form_pg_language, lanname);
		PLAIN(ExtensionRelationId, Form_pg_extension, extname);
		PLAIN(EventTriggerRelationId, Form_pg_event_trigger, evtname);
		PLAIN(PublicationRelationId, Form_pg_publication, pubname);
		PLAIN(SubscriptionRelationId, Form_pg_subscription, subname);
		PLAIN(ForeignDataWrapperRelationId, Form_pg_foreign_data_wrapper, fdwname);
		PLAIN(ForeignServerRelationId, Form_pg_foreign_server, srvname);
		PLAIN(AuthIdRelationId, Form_pg_authid, rolname);
		PLAIN(DatabaseRelationId, Form_pg_database, datname);
		PLAIN(TableSpaceRelationId, Form_pg_tablespace, spcname);
		default:
			return NULL;
	}
#undef PLAIN
}

static char *
operator_name(SmReader *reader, Form_pg_operator operator)
{
	return psprintf("%s.%s(%s, %s)", sm_name(reader, NamespaceRelationId, operator->oprnamespace),
	                NameStr(operator->oprname), operand_name(reader, operator->oprleft),
	                operand_name(reader, operator->oprright));
}

/* Names that are made of other objects' names. */
static char *
composed_name(SmReader *reader, Oid classid, HeapTuple tuple)
{
	void *row = GETSTRUCT(tuple);

	switch (classid)
	{
		case ProcedureRelationId:
			return routine_name(reader, tuple);
		case OperatorRelationId:
			return operator_name(reader, row);
		case OperatorClassRelationId:
		{
			Form_pg_opclass class = row;

			return psprintf("%s USING %s",
			                sm_name_qualified(reader, class->opcnamespace, NameStr(class->opcname)),
			                sm_name(reader, AccessMethodRelationId, class->opcmethod));
		}
		case OperatorFamilyRelationId:
		{
			Form_pg_opfamily family = row;

			return psprintf(
			    "%s USING %s",
			    sm_name_qualified(reader, family->opfnamespace, NameStr(family->opfname)),
			    sm_name(reader, AccessMethodRelationId, family->opfmethod));
		}
		case CastRelationId:
		{
			Form_pg_cast cast = row;

			return psprintf("(%s AS %s)", sm_name_type(reader, cast->castsource, -1),
			                sm_name_type(reader, cast->casttarget, -1));
		}
		case TransformRelationId:
		{
			Form_pg_transform transform = row;

			return psprintf("FOR %s LANGUAGE %s", sm_name_type(reader, transform->trftype, -1),
			                sm_name(reader, LanguageRelationId, transform->trflang));
		}
		case UserMappingRelationId:
		{
			Form_pg_user_mapping mapping = row;

			return psprintf("FOR %s SERVER %s",
			                OidIsValid(mapping->umuser)
			                    ? sm_name(reader, AuthIdRelationId, mapping->umuser)
			                    : "PUBLIC",
			                sm_name(reader, ForeignServerRelationId, mapping->umserver));
		}
		case DefaultAclRelationId:
			return default_acl_name(reader, row);
		case ParameterAclRelationId:
			return sm_rows_text(classid, tuple, Anum_pg_parameter_acl_parname);
		default:
			return UNKNOWN;
	}
}

static const char *
build_name(SmReader *reader, Oid classid, Oid objid)
{
	HeapTuple tuple = sm_name_row(reader, classid, objid);
	char *name;

	if (!HeapTupleIsValid(tuple))
		return UNKNOWN;
	name = schema_name(reader, classid, tuple);
	if (name == NULL)
		name = plain_name(classid, tuple);
	return name ? name : composed_name(reader, classid, tuple);
}

const char *
sm_name(SmReader *reader, Oid classid, Oid objid)
{
	SmObjectKey key = {classid, objid};
	NameEntry *entry;
	const char *name;
	bool found;

	if (classid == TypeRelationId)
		return sm_name_type(reader, objid, -1);
	if (reader->names == NULL)
		reader->names =
		    create_table(reader, "names of objects", sizeof(SmObjectKey), sizeof(NameEntry));
	entry = hash_search(reader->names, &key, HASH_FIND, NULL);
	if (entry)
		return entry->name;
	/* entered only when it is made: making it may fail, and may enter others */
	name = MemoryContextStrdup(reader->context, build_name(reader, classid, objid));
	entry = hash_search(reader->names, &key, HASH_ENTER, &found);
	entry->name = name;
	return name;
}

static TypeEntry *
find_type(SmReader *reader, Oid type, int32 typmod)
{
	TypeKey key = {type, typmod};
	TypeEntry *entry;
	char *name;
	HeapTuple tuple;

	if (reader->types == NULL)
		reader->types = create_table(reader, "names of types", sizeof(TypeKey), sizeof(TypeEntry));
	entry = hash_search(reader->types, &key, HASH_FIND, NULL);
	if (entry)
		return entry;
	name =
	    format_type_extended(type, typmod, FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_ALLOW_INVALID);
	tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
	entry = hash_search(reader->types, &key, HASH_ENTER, NULL);
	entry->name = MemoryContextStrdup(reader->context, name);
	entry->collation = InvalidOid;
	entry->storage = '\0';
	if (HeapTupleIsValid(tuple))
	{
		entry->collation = ((Form_pg_type) GETSTRUCT(tuple))->typcollation;
		entry->storage = ((Form_pg_type) GETSTRUCT(tuple))->typstorage;
		ReleaseSysCache(tuple);
	}
	return entry;
}

const char *
sm_name_type(SmReader *reader, Oid type, int32 typmod)
{
	return find_type(reader, type, typmod)->name;
}

Oid
sm_name_type_collation(SmReader *reader, Oid type)
{
	return find_type(reader, type, -1)->collation;
}

char
sm_name_type_storage(SmReader *reader, Oid type)
{
	return find_type(reader, type, -1)->storage;
}

Oid
sm_name_default_opclass(SmReader *reader, Oid type, Oid method)
{
	SmObjectKey key = {type, method};
	OpclassEntry *entry;
	Oid opclass;

	if (reader->opclasses == NULL)
		reader->opclasses = create_table(reader, "default operator classes", sizeof(SmObjectKey),
		                                 sizeof(OpclassEntry));
	entry = hash_search(reader->opclasses, &key, HASH_FIND, NULL);
	if (entry)
		return entry->opclass;
	opclass = GetDefaultOpClass(type, method);
	entry = hash_search(reader->opclasses, &key, HASH_ENTER, NULL);
	entry->opclass = opclass;
	return opclass;
}

const char *
sm_name_column(SmReader *reader, Oid relation, AttrNumber number)
{
	SmRows columns = sm_rows(reader, SM_ROWS_ATTRIBUTE, InvalidOid, relation);

	for (int i = 0; i < columns.count; i++)
	{
		if (columns.rows[i].sub == number)
			return NameStr(((Form_pg_attribute) GETSTRUCT(columns.rows[i].tuple))->attname);
	}
	return UNKNOWN;
}
