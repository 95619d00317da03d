/*
 * schema.c
 *		sm_schema_read(): which rows of the catalogs are objects, and the course
 *		of a read.  How an object is written stands in the files named after the
 *		kinds; the agreement of a full and an incremental read in schema_read.h.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_am_d.h"
#include "catalog/pg_authid_d.h"
#include "catalog/pg_cast_d.h"
#include "catalog/pg_class_d.h"
#include "catalog/pg_collation_d.h"
#include "catalog/pg_conversion_d.h"
#include "catalog/pg_database_d.h"
#include "catalog/pg_db_role_setting_d.h"
#include "catalog/pg_default_acl_d.h"
#include "catalog/pg_event_trigger_d.h"
#include "catalog/pg_extension_d.h"
#include "catalog/pg_foreign_data_wrapper_d.h"
#include "catalog/pg_foreign_server_d.h"
#include "catalog/pg_language_d.h"
#include "catalog/pg_namespace_d.h"
#include "catalog/pg_opclass_d.h"
#include "catalog/pg_operator_d.h"
#include "catalog/pg_opfamily_d.h"
#include "catalog/pg_parameter_acl_d.h"
#include "catalog/pg_proc_d.h"
#include "catalog/pg_publication_d.h"
#include "catalog/pg_statistic_ext_d.h"
#include "catalog/pg_subscription_d.h"
#include "catalog/pg_tablespace_d.h"
#include "catalog/pg_transform_d.h"
#include "catalog/pg_ts_config_d.h"
#include "catalog/pg_ts_dict_d.h"
#include "catalog/pg_ts_parser_d.h"
#include "catalog/pg_ts_template_d.h"
#include "catalog/pg_type_d.h"
#include "catalog/pg_user_mapping_d.h"
#include "common/cryptohash.h"
#include "miscadmin.h"
#include "port/pg_bswap.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"

#include "schema_read.h"
#include "compat.h"

/* How many objects one subtransaction covers. */
#define CHUNK 200

/* A catalog whose rows are objects. */
typedef struct Kind
{
	SmSource source;
	Oid classid;
	SmEmitObject emit; /* NULL: properties of its row and the rest of this line */
	const char *kind;  /* where emit is not NULL it may tell kinds apart */
	AttrNumber schema; /* columns; 0: none */
	AttrNumber acl;
	AttrNumber owner;
	ObjectType type;
	bool cluster;
	bool may_be_member;
} Kind;

#define SPECIAL(source, catalog, function, kind)                                                   \
	{                                                                                              \
		source, catalog, function, kind, 0, 0, 0, 0, false, true                                   \
	}
#define SIMPLE(source, catalog, kind, schema)                                                      \
	{                                                                                              \
		source, catalog, NULL, kind, schema, 0, 0, 0, false, true                                  \
	}
#define WITH_ACL(source, catalog, kind, acl, owner, type)                                          \
	{                                                                                              \
		source, catalog, NULL, kind, 0, acl, owner, type, false, true                              \
	}
#define OF_CLUSTER(source, catalog, function, kind)                                                \
	{                                                                                              \
		source, catalog, function, kind, 0, 0, 0, 0, true, false                                   \
	}

static const Kind kinds[] = {
    SPECIAL(SM_ROWS_NAMESPACE, NamespaceRelationId, sm_emit_schema, "schema"),
    SPECIAL(SM_ROWS_CLASS, RelationRelationId, sm_emit_relation, "table"),
    SPECIAL(SM_ROWS_TYPE, TypeRelationId, sm_emit_type, "type"),
    SPECIAL(SM_ROWS_PROC, ProcedureRelationId, sm_emit_routine, "function"),
    SPECIAL(SM_ROWS_OPFAMILY, OperatorFamilyRelationId, sm_emit_opfamily, "operator family"),
    SPECIAL(SM_ROWS_COLLATION, CollationRelationId, sm_emit_collation, "collation"),
    SPECIAL(SM_ROWS_TS_CONFIG, TSConfigRelationId, sm_emit_ts_config, "text search configuration"),
    SPECIAL(SM_ROWS_STATISTIC_EXT, StatisticExtRelationId, sm_emit_statistics, "statistics"),
    SPECIAL(SM_ROWS_DEFAULT_ACL, DefaultAclRelationId, sm_emit_default_acl, "default privileges"),
    SPECIAL(SM_ROWS_EXTENSION, ExtensionRelationId, sm_emit_extension, "extension"),
    SPECIAL(SM_ROWS_PUBLICATION, PublicationRelationId, sm_emit_publication, "publication"),
    SPECIAL(SM_ROWS_SUBSCRIPTION, SubscriptionRelationId, sm_emit_subscription, "subscription"),
    SIMPLE(SM_ROWS_OPERATOR, OperatorRelationId, "operator", Anum_pg_operator_oprnamespace),
    SIMPLE(SM_ROWS_OPCLASS, OperatorClassRelationId, "operator class",
           Anum_pg_opclass_opcnamespace),
    SIMPLE(SM_ROWS_AM, AccessMethodRelationId, "access method", 0),
    SIMPLE(SM_ROWS_CAST, CastRelationId, "cast", 0),
    SIMPLE(SM_ROWS_TRANSFORM, TransformRelationId, "transform", 0),
    SIMPLE(SM_ROWS_CONVERSION, ConversionRelationId, "conversion", Anum_pg_conversion_connamespace),
    SIMPLE(SM_ROWS_TS_PARSER, TSParserRelationId, "text search parser",
           Anum_pg_ts_parser_prsnamespace),
    SIMPLE(SM_ROWS_TS_TEMPLATE, TSTemplateRelationId, "text search template",
           Anum_pg_ts_template_tmplnamespace),
    SIMPLE(SM_ROWS_TS_DICT, TSDictionaryRelationId, "text search dictionary",
           Anum_pg_ts_dict_dictnamespace),
    SIMPLE(SM_ROWS_EVENT_TRIGGER, EventTriggerRelationId, "event trigger", 0),
    SIMPLE(SM_ROWS_USER_MAPPING, UserMappingRelationId, "user mapping", 0),
    WITH_ACL(SM_ROWS_LANGUAGE, LanguageRelationId, "language", Anum_pg_language_lanacl,
             Anum_pg_language_lanowner, OBJECT_LANGUAGE),
    WITH_ACL(SM_ROWS_FDW, ForeignDataWrapperRelationId, "foreign data wrapper",
             Anum_pg_foreign_data_wrapper_fdwacl, Anum_pg_foreign_data_wrapper_fdwowner,
             OBJECT_FDW),
    WITH_ACL(SM_ROWS_SERVER, ForeignServerRelationId, "server", Anum_pg_foreign_server_srvacl,
             Anum_pg_foreign_server_srvowner, OBJECT_FOREIGN_SERVER),
    OF_CLUSTER(SM_ROWS_ROLE, AuthIdRelationId, sm_emit_role, "role"),
    OF_CLUSTER(SM_ROWS_ROLE, DbRoleSettingRelationId, sm_emit_role_setting, "role setting"),
    OF_CLUSTER(SM_ROWS_DATABASE, DatabaseRelationId, sm_emit_database, "database"),
    {SM_ROWS_TABLESPACE, TableSpaceRelationId, NULL, "tablespace", 0, Anum_pg_tablespace_spcacl,
     Anum_pg_tablespace_spcowner, OBJECT_TABLESPACE, true, false},
    OF_CLUSTER(SM_ROWS_PARAMETER, ParameterAclRelationId, sm_emit_parameter, "parameter"),
};

/* Determinism: no setting of a session changes a text. */
static const char *const pinned_settings[][2] = {
    {"search_path", "pg_catalog, pg_temp"},
    {"timezone", "UTC"},
    {"datestyle", "ISO, YMD"},
    {"intervalstyle", "postgres"},
    {"bytea_output", "hex"},
    {"standard_conforming_strings", "on"},
    {"quote_all_identifiers", "off"},
    {"extra_float_digits", "1"},
    {"lc_monetary", "C"},
    {"xmlbinary", "base64"},
};

static void
pin_settings(void)
{
	for (int i = 0; i < lengthof(pinned_settings); i++)
		(void) set_config_option(pinned_settings[i][0], pinned_settings[i][1], PGC_USERSET,
		                         PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

static const Kind *
find_kind(Oid classid)
{
	for (int i = 0; i < lengthof(kinds); i++)
	{
		if (kinds[i].classid == classid)
			return &kinds[i];
	}
	return NULL;
}

/* An object of which all is in its row. */
static void
emit_simple(SmEmit *emit, const Kind *kind, Oid oid, HeapTuple tuple)
{
	SmReader *reader = emit->reader;

	if (kind->schema &&
	    sm_name_is_temp_schema(
	        reader, DatumGetObjectId(sm_rows_get(kind->classid, tuple, kind->schema, NULL))))
		return;
	sm_emit_begin(emit, kind->classid, oid);
	sm_rows_render(emit, kind->classid, tuple);
	if (kind->acl)
		sm_acl_property(emit, kind->classid, tuple, kind->acl, kind->type,
		                DatumGetObjectId(sm_rows_get(kind->classid, tuple, kind->owner, NULL)));
	if (kind->cluster)
		sm_emit_common_shared(emit, kind->classid, oid);
	else
		sm_emit_common(emit, kind->classid, oid, 0);
	sm_emit_end(emit, kind->cluster, kind->kind, sm_name(reader, kind->classid, oid));
}

/* Writes the object of a row, where it is one. */
static void
emit_object(SmEmit *emit, const SmObjectKey *key)
{
	SmReader *reader = emit->reader;
	const Kind *kind = find_kind(key->classid);
	HeapTuple tuple;

	if (key->classid == NamespaceRelationId && key->objid == PG_CATALOG_NAMESPACE)
	{
		(void) sm_emit_initial(emit);
		return;
	}
	if (kind == NULL)
		return;
	tuple = sm_rows_one(reader, kind->source, key->objid);
	if (!HeapTupleIsValid(tuple) ||
	    (kind->may_be_member && sm_emit_is_member(reader, key->classid, key->objid)))
		return;
	if (kind->emit)
		(void) kind->emit(emit, tuple);
	else
		emit_simple(emit, kind, key->objid, tuple);
}

/* The keys of all rows that may be objects. */
static SmObjectKey *
list_keys(SmReader *reader, int *count)
{
	SmObjectKey *keys;
	int total = 0;

	for (int i = 0; i < lengthof(kinds); i++)
		total += sm_rows_all(reader, kinds[i].source).count;
	keys = palloc_extended(total * sizeof(SmObjectKey), MCXT_ALLOC_HUGE);
	*count = 0;
	for (int i = 0; i < lengthof(kinds); i++)
	{
		SmRows rows = sm_rows_all(reader, kinds[i].source);

		for (int j = 0; j < rows.count; j++)
			keys[(*count)++] = (SmObjectKey){kinds[i].classid, rows.rows[j].objid};
	}
	return keys;
}

/* From now on objects are written in this form; false: it is not wanted. */
static bool
use_form(SmReader *reader, bool portable)
{
	reader->portable = portable;
	reader->schema = reader->forms[portable];
	return reader->schema != NULL;
}

/* Both forms of an object one behind the other: what was deparsed for one serves the other. */
static void
emit_objects(SmEmit *emit, const SmObjectKey *keys, int count)
{
	SmReader *reader = emit->reader;

	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		MemoryContextSwitchTo(reader->scratch);
		for (int form = 0; form < SM_FORMS; form++)
		{
			if (use_form(reader, form))
				emit_object(emit, &keys[i]);
		}
		reader->deparsed = NIL;
		MemoryContextReset(reader->scratch);
	}
}

/* How many objects there are in each form; and back to as many. */
static void
count_forms(const SmReader *reader, int *counts)
{
	for (int form = 0; form < SM_FORMS; form++)
		counts[form] = reader->forms[form] ? reader->forms[form]->count : 0;
}

static void
cut_forms(SmReader *reader, const int *counts)
{
	for (int form = 0; form < SM_FORMS; form++)
	{
		if (reader->forms[form])
			reader->forms[form]->count = counts[form];
	}
}

/*
 * Writes some objects in a subtransaction that is rolled back: the deparser's
 * locks go with it.  0, or the SQLSTATE of what could not be read, in which
 * case nothing is written; reader->needs_secret says that a key is missing.
 */
static int
try_objects(SmEmit *emit, const SmObjectKey *keys, int count)
{
	SmReader *reader = emit->reader;
	ResourceOwner owner = CurrentResourceOwner;
	ErrorData *volatile error = NULL;
	int before[SM_FORMS];
	int sqlstate;

	count_forms(reader, before);
	BeginInternalSubTransaction(NULL);
	PG_TRY();
	{
		emit_objects(emit, keys, count);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(reader->context);
		error = CopyErrorData();
		FlushErrorState();
	}
	PG_END_TRY();
	RollbackAndReleaseCurrentSubTransaction();
	MemoryContextSwitchTo(reader->context);
	CurrentResourceOwner = owner;
	if (error == NULL)
		return 0;
	sqlstate = error->sqlerrcode;
	if (!sm_deparse_is_of_object(sqlstate))
		ReThrowError(error);
	cut_forms(reader, before);
	reader->deparsed = NIL;
	FreeErrorData(error);
	return sqlstate;
}

/* An object of which not even the parts can be read: its name, and why. */
static void
emit_unreadable(SmEmit *emit, const SmObjectKey *key, int sqlstate)
{
	const Kind *kind = find_kind(key->classid);

	for (int form = 0; form < SM_FORMS; form++)
	{
		if (!use_form(emit->reader, form))
			continue;
		sm_emit_begin(emit, key->classid, key->objid);
		emit->unreadable = list_make1(psprintf("object: %s", unpack_sql_state(sqlstate)));
		sm_emit_end(emit, kind->cluster, kind->kind,
		            sm_name(emit->reader, key->classid, key->objid));
	}
}

/* Writes objects of which some cannot be deparsed. */
static void
emit_carefully(SmEmit *emit, const SmObjectKey *keys, int count)
{
	SmReader *reader = emit->reader;

	reader->careful = true;
	for (int i = 0; i < count; i++)
	{
		int sqlstate = try_objects(emit, &keys[i], 1);

		if (sqlstate != 0)
			emit_unreadable(emit, &keys[i], sqlstate);
	}
	reader->careful = false;
}

static void
emit_all(SmEmit *emit, const SmObjectKey *keys, int count)
{
	for (int start = 0; start < count; start += CHUNK)
	{
		int length = Min(CHUNK, count - start);
		int sqlstate = try_objects(emit, keys + start, length);

		if (emit->reader->needs_secret)
		{
			sm_secret_make_key(emit->reader);
			sqlstate = try_objects(emit, keys + start, length);
		}
		if (sqlstate != 0)
			emit_carefully(emit, keys + start, length);
	}
}

static int
compare_objects(const void *a, const void *b)
{
	const SmSchemaObject *left = a;
	const SmSchemaObject *right = b;
	int order;

	if (left->cluster != right->cluster)
		return left->cluster ? 1 : -1;
	order = strcmp(left->kind, right->kind);
	return order != 0 ? order : strcmp(left->name, right->name);
}

/*
 * Sorts; and gives names to those that have none of their own, which are in a
 * schema whose row is gone.
 */
static void
sort_objects(SmSchema *schema)
{
	SmSchemaObject *objects = schema->objects;
	int again = 1;

	qsort(objects, schema->count, sizeof(SmSchemaObject), compare_objects);
	for (int i = 1; i < schema->count; i++)
	{
		if (compare_objects(&objects[i - again], &objects[i]) != 0)
		{
			again = 1;
			continue;
		}
		again++;
		objects[i].name =
		    MemoryContextStrdup(schema->context, psprintf("%s (%d)", objects[i].name, again));
	}
	if (schema->count > 1)
		qsort(objects, schema->count, sizeof(SmSchemaObject), compare_objects);
}

static void
add_field(pg_cryptohash_ctx *context, const void *data, size_t length)
{
	uint32 prefix = pg_hton32((uint32) length);

	if (pg_cryptohash_update(context, (const uint8 *) &prefix, sizeof(prefix)) < 0 ||
	    pg_cryptohash_update(context, data, length) < 0)
		elog(ERROR, "could not compute a SHA-256 digest: %s", pg_cryptohash_error(context));
}

/* SHA-256 over kind, name and body, each behind its length. */
void
sm_schema_digest(SmSchema *schema)
{
	pg_cryptohash_ctx *context = pg_cryptohash_create(PG_SHA256);

	if (context == NULL)
		elog(ERROR, "could not compute a SHA-256 digest");
	for (int i = 0; i < schema->count; i++)
	{
		SmSchemaObject *object = &schema->objects[i];
		const char *name = sm_json_utf8(object->name);

		if (pg_cryptohash_init(context) < 0)
			elog(ERROR, "could not compute a SHA-256 digest: %s", pg_cryptohash_error(context));
		add_field(context, object->kind, strlen(object->kind));
		add_field(context, name, strlen(name));
		add_field(context, object->body, object->body_len);
		if (pg_cryptohash_final(context, object->digest, PG_SHA256_DIGEST_LENGTH) < 0)
			elog(ERROR, "could not compute a SHA-256 digest: %s", pg_cryptohash_error(context));
	}
	pg_cryptohash_free(context);
}

static SmSchema *
create_schema(SmReader *reader)
{
	MemoryContext context =
	    AllocSetContextCreate(reader->context, "schema as objects", ALLOCSET_DEFAULT_SIZES);
	SmSchema *schema = MemoryContextAlloc(context, sizeof(SmSchema));

	schema->context = context;
	schema->room = 64;
	schema->objects = MemoryContextAlloc(context, schema->room * sizeof(SmSchemaObject));
	schema->count = 0;
	return schema;
}

/* The snapshot of this moment, whatever the transaction's is. */
static Snapshot
take_snapshot(void)
{
	InvalidateCatalogSnapshot();
	return RegisterSnapshot(GetCatalogSnapshot(RelationRelationId));
}

static void
init_reader(SmReader *reader, bool all)
{
	memset(reader, 0, sizeof(*reader));
	reader->context =
	    AllocSetContextCreate(CurrentMemoryContext, "schema reader", ALLOCSET_DEFAULT_SIZES);
	/* rows of all sizes, never freed one by one: no rounding up to powers of two */
	reader->rows =
	    GenerationContextCreate(reader->context, "schema reader, rows", ALLOCSET_DEFAULT_SIZES);
	reader->scratch =
	    AllocSetContextCreate(reader->context, "schema reader, object", ALLOCSET_DEFAULT_SIZES);
	reader->all = all;
}

static void
finish_forms(SmReader *reader, MemoryContext parent)
{
	for (int form = 0; form < SM_FORMS; form++)
	{
		if (!use_form(reader, form))
			continue;
		sort_objects(reader->schema);
		sm_schema_digest(reader->schema);
		/* only now: an error would have left it in a parent that may live long */
		MemoryContextSetParent(reader->schema->context, parent);
	}
}

/* Fills the forms that are there, and gives them to parent. */
static void
read_forms(SmReader *reader, MemoryContext parent, const SmObjectKey *only, int nonly)
{
	MemoryContext before = MemoryContextSwitchTo(reader->context);
	int level = NewGUCNestLevel();
	SmEmit emit;

	pin_settings();
	reader->snapshot = take_snapshot();
	/* the deparser's queries see the same */
	PushActiveSnapshot(reader->snapshot);
	sm_emit_init(&emit, reader);
	if (only == NULL)
		only = list_keys(reader, &nonly);
	emit_all(&emit, only, nonly);
	PopActiveSnapshot();
	UnregisterSnapshot(reader->snapshot);
	AtEOXact_GUC(false, level);
	finish_forms(reader, parent);
	MemoryContextSwitchTo(before);
	MemoryContextDelete(reader->context);
}

SmSchema *
sm_schema_read(MemoryContext parent, bool portable, const SmObjectKey *only, int nonly)
{
	SmReader reader;

	init_reader(&reader, only == NULL);
	reader.forms[portable] = create_schema(&reader);
	read_forms(&reader, parent, only, nonly);
	return reader.forms[portable];
}

SmSchema *
sm_schema_read_both(MemoryContext parent, const SmObjectKey *only, int nonly, SmSchema **portable)
{
	SmReader reader;

	init_reader(&reader, only == NULL);
	reader.forms[false] = create_schema(&reader);
	reader.forms[true] = *portable = create_schema(&reader);
	read_forms(&reader, parent, only, nonly);
	return reader.forms[false];
}

void
sm_schema_free(SmSchema *schema)
{
	MemoryContextDelete(schema->context);
}
