/*
 * catalog_types.c
 *		The columns of the catalogs of types, collations, conversions and text
 *		search.  Data only.
 */
#include "postgres.h"

#include "catalog/pg_authid_d.h"
#include "catalog/pg_class_d.h"
#include "catalog/pg_collation_d.h"
#include "catalog/pg_conversion_d.h"
#include "catalog/pg_enum_d.h"
#include "catalog/pg_opclass_d.h"
#include "catalog/pg_proc_d.h"
#include "catalog/pg_range_d.h"
#include "catalog/pg_ts_config_d.h"
#include "catalog/pg_ts_config_map_d.h"
#include "catalog/pg_ts_dict_d.h"
#include "catalog/pg_ts_parser_d.h"
#include "catalog/pg_ts_template_d.h"
#include "catalog/pg_type_d.h"

#include "catalog.h"
#include "schema_render.h"
#include "compat.h"

static const SmWord provider_words[] = {
    {'c', NULL}, {'i', "icu"}, {'b', "builtin"}, {'d', "default"}, {0, NULL}};

static const SmCatalogColumn type_columns[] = {
    SM_DERIVED_FROM("oid", "identity, not hashed"),
    SM_COVERED_AS("typname", "name; multirange of a range"),
    SM_COVERED_AS("typnamespace", "name"),
    SM_PROPERTY("typowner", "owner", sm_render_object, .value = AuthIdRelationId),
    SM_COVERED_AS("typlen", "length, of a base type"),
    SM_COVERED_AS("typbyval", "by_value, of a base type"),
    SM_COVERED_AS("typtype", "variant"),
    SM_COVERED_AS("typcategory", "category, of a base type"),
    SM_COVERED_AS("typispreferred", "preferred, of a base type"),
    SM_COVERED_AS("typisdefined", "variant \"shell\""),
    SM_COVERED_AS("typdelim", "delimiter, of a base type"),
    SM_DERIVED_FROM("typrelid", "columns of a composite type"),
    SM_COVERED_AS("typsubscript", "subscript, of a base type"),
    SM_COVERED_AS("typelem", "element, of a base type"),
    SM_DERIVED_FROM("typarray", "an array type belongs to its element's"),
    SM_COVERED_AS("typinput", "input, of a base type"),
    SM_COVERED_AS("typoutput", "output, of a base type"),
    SM_COVERED_AS("typreceive", "receive, of a base type"),
    SM_COVERED_AS("typsend", "send, of a base type"),
    SM_COVERED_AS("typmodin", "typmod_in, of a base type"),
    SM_COVERED_AS("typmodout", "typmod_out, of a base type"),
    SM_COVERED_AS("typanalyze", "analyze, of a base type"),
    SM_COVERED_AS("typalign", "alignment, of a base type"),
    SM_COVERED_AS("typstorage", "storage, of a base type"),
    SM_PROPERTY("typnotnull", "not_null", sm_render_true),
    SM_COVERED_AS("typbasetype", "base_type"),
    SM_COVERED_AS("typtypmod", "base_type"),
    SM_IGNORED_AS("typndims", "without effect, and not in a dump"),
    SM_COVERED_AS("typcollation", "collation of a domain; collatable of a base type"),
    SM_COVERED_AS("typdefaultbin", "default of a domain"),
    SM_COVERED_AS("typdefault", "default of a base type"),
    SM_COVERED_AS("typacl", "acl"),
};

static const SmCatalogColumn enum_columns[] = {
    SM_DERIVED_FROM("oid", "no identity: labels are known by their text"),
    SM_DERIVED_FROM("enumtypid", "whose part it is"),
    SM_COVERED_AS("enumsortorder", "order of labels"),
    SM_COVERED_AS("enumlabel", "labels"),
};

static const SmCatalogColumn range_columns[] = {
    SM_DERIVED_FROM("rngtypid", "whose part it is"),
    SM_PROPERTY("rngsubtype", "subtype", sm_render_object, .value = TypeRelationId),
    SM_PROPERTY("rngmultitypid", "multirange", sm_render_object, .value = TypeRelationId),
    SM_COVERED_AS("rngcollation", "collation, where it is not the subtype's"),
    SM_PROPERTY("rngsubopc", "subtype_opclass", sm_render_object, .value = OperatorClassRelationId),
    SM_PROPERTY("rngcanonical", "canonical", sm_render_object, .value = ProcedureRelationId),
    SM_PROPERTY("rngsubdiff", "subtype_diff", sm_render_object, .value = ProcedureRelationId),
};

static const SmCatalogColumn collation_columns[] = {
    SM_DERIVED_FROM("oid", "identity, not hashed"),
    SM_COVERED_AS("collname", "name"),
    SM_COVERED_AS("collnamespace", "name"),
    SM_PROPERTY("collowner", "owner", sm_render_object, .value = AuthIdRelationId),
    SM_PROPERTY("collprovider", "provider", sm_render_word, .words = provider_words),
    SM_PROPERTY("collisdeterministic", "not_deterministic", sm_render_false),
    SM_COVERED_AS("collencoding", "those of other encodings cannot be used, and are left out"),
    SM_PROPERTY("collcollate", "lc_collate", sm_render_text),
    SM_PROPERTY("collctype", "lc_ctype", sm_render_text),
    SM_PROPERTY("colliculocale", "locale", sm_render_text, .until = 16),
    SM_PROPERTY("colllocale", "locale", sm_render_text, .since = 17),
    SM_PROPERTY("collicurules", "rules", sm_render_text, .since = 16),
    SM_IGNORED_AS("collversion", "follows the operating system's library"),
};

static const SmCatalogColumn conversion_columns[] = {
    SM_DERIVED_FROM("oid", "identity, not hashed"),
    SM_COVERED_AS("conname", "name"),
    SM_COVERED_AS("connamespace", "name"),
    SM_PROPERTY("conowner", "owner", sm_render_object, .value = AuthIdRelationId),
    SM_PROPERTY("conforencoding", "from", sm_render_encoding),
    SM_PROPERTY("contoencoding", "to", sm_render_encoding),
    SM_PROPERTY("conproc", "function", sm_render_object, .value = ProcedureRelationId),
    SM_PROPERTY("condefault", "is_default", sm_render_true),
};

static const SmCatalogColumn ts_parser_columns[] = {
    SM_DERIVED_FROM("oid", "identity, not hashed"),
    SM_COVERED_AS("prsname", "name"),
    SM_COVERED_AS("prsnamespace", "name"),
    SM_PROPERTY("prsstart", "start", sm_render_object, .value = ProcedureRelationId),
    SM_PROPERTY("prstoken", "gettoken", sm_render_object, .value = ProcedureRelationId),
    SM_PROPERTY("prsend", "end", sm_render_object, .value = ProcedureRelationId),
    SM_PROPERTY("prsheadline", "headline", sm_render_object, .value = ProcedureRelationId),
    SM_PROPERTY("prslextype", "lextypes", sm_render_object, .value = ProcedureRelationId),
};

static const SmCatalogColumn ts_template_columns[] = {
    SM_DERIVED_FROM("oid", "identity, not hashed"),
    SM_COVERED_AS("tmplname", "name"),
    SM_COVERED_AS("tmplnamespace", "name"),
    SM_PROPERTY("tmplinit", "init", sm_render_object, .value = ProcedureRelationId),
    SM_PROPERTY("tmpllexize", "lexize", sm_render_object, .value = ProcedureRelationId),
};

static const SmCatalogColumn ts_dict_columns[] = {
    SM_DERIVED_FROM("oid", "identity, not hashed"),
    SM_COVERED_AS("dictname", "name"),
    SM_COVERED_AS("dictnamespace", "name"),
    SM_PROPERTY("dictowner", "owner", sm_render_object, .value = AuthIdRelationId),
    SM_PROPERTY("dicttemplate", "template", sm_render_object, .value = TSTemplateRelationId),
    SM_PROPERTY("dictinitoption", "options", sm_render_text),
};

static const SmCatalogColumn ts_config_columns[] = {
    SM_DERIVED_FROM("oid", "identity, not hashed"),
    SM_COVERED_AS("cfgname", "name"),
    SM_COVERED_AS("cfgnamespace", "name"),
    SM_PROPERTY("cfgowner", "owner", sm_render_object, .value = AuthIdRelationId),
    SM_PROPERTY("cfgparser", "parser", sm_render_object, .value = TSParserRelationId),
};

static const SmCatalogColumn ts_config_map_columns[] = {
    SM_DERIVED_FROM("mapcfg", "whose part it is"),
    SM_COVERED_AS("maptokentype", "mappings"),
    SM_COVERED_AS("mapseqno", "order in mappings"),
    SM_COVERED_AS("mapdict", "mappings"),
};

const SmCatalog sm_catalog_types[] = {
    {.name = "pg_type",
     .relid = TypeRelationId,
     .columns = SM_COLUMNS(type_columns),
     .oid_index = TypeOidIndexId,
     .classid = TypeRelationId,
     .object_column = "oid"},
    {.name = "pg_enum",
     .relid = EnumRelationId,
     .columns = SM_COLUMNS(enum_columns),
     .classid = TypeRelationId,
     .object_column = "enumtypid"},
    {.name = "pg_range",
     .relid = RangeRelationId,
     .columns = SM_COLUMNS(range_columns),
     .classid = TypeRelationId,
     .object_column = "rngtypid"},
    {.name = "pg_collation",
     .relid = CollationRelationId,
     .columns = SM_COLUMNS(collation_columns),
     .oid_index = CollationOidIndexId,
     .classid = CollationRelationId,
     .object_column = "oid"},
    {.name = "pg_conversion",
     .relid = ConversionRelationId,
     .columns = SM_COLUMNS(conversion_columns),
     .oid_index = ConversionOidIndexId,
     .classid = ConversionRelationId,
     .object_column = "oid"},
    {.name = "pg_ts_parser",
     .relid = TSParserRelationId,
     .columns = SM_COLUMNS(ts_parser_columns),
     .oid_index = TSParserOidIndexId,
     .classid = TSParserRelationId,
     .object_column = "oid"},
    {.name = "pg_ts_template",
     .relid = TSTemplateRelationId,
     .columns = SM_COLUMNS(ts_template_columns),
     .oid_index = TSTemplateOidIndexId,
     .classid = TSTemplateRelationId,
     .object_column = "oid"},
    {.name = "pg_ts_dict",
     .relid = TSDictionaryRelationId,
     .columns = SM_COLUMNS(ts_dict_columns),
     .oid_index = TSDictionaryOidIndexId,
     .classid = TSDictionaryRelationId,
     .object_column = "oid"},
    {.name = "pg_ts_config",
     .relid = TSConfigRelationId,
     .columns = SM_COLUMNS(ts_config_columns),
     .oid_index = TSConfigOidIndexId,
     .classid = TSConfigRelationId,
     .object_column = "oid"},
    {.name = "pg_ts_config_map",
     .relid = TSConfigMapRelationId,
     .columns = SM_COLUMNS(ts_config_map_columns),
     .classid = TSConfigRelationId,
     .object_column = "mapcfg"},
};
const int sm_catalog_types_count = lengthof(sm_catalog_types);
