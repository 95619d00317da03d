/*
 * catalog_relations.c
 *		The columns of the catalogs of relations and their parts: tables, columns,
 *		constraints, indexes, triggers, rules, policies, sequences, statistics.
 *		Data only.
 */
#include "postgres.h"

#include "catalog/pg_am_d.h"
#include "catalog/pg_attrdef_d.h"
#include "catalog/pg_attribute_d.h"
#include "catalog/pg_authid_d.h"
#include "catalog/pg_class_d.h"
#include "catalog/pg_collation_d.h"
#include "catalog/pg_constraint_d.h"
#include "catalog/pg_foreign_server_d.h"
#include "catalog/pg_foreign_table_d.h"
#include "catalog/pg_index_d.h"
#include "catalog/pg_inherits_d.h"
#include "catalog/pg_operator_d.h"
#include "catalog/pg_partitioned_table_d.h"
#include "catalog/pg_policy_d.h"
#include "catalog/pg_rewrite_d.h"
#include "catalog/pg_sequence_d.h"
#include "catalog/pg_statistic_d.h"
#include "catalog/pg_statistic_ext_d.h"
#include "catalog/pg_statistic_ext_data_d.h"
#include "catalog/pg_tablespace_d.h"
#include "catalog/pg_trigger_d.h"
#include "catalog/pg_type_d.h"
#include "nodes/parsenodes.h"

#include "catalog.h"
#include "schema_render.h"
#include "compat.h"

static const SmWord persistence_words[] = {{'p', NULL}, {'u', "unlogged"}, {'t', NULL}, {0, NULL}};
static const SmWord identity_words[] = {{'a', "always"}, {'d', "by default"}, {0, NULL}};
static const SmWord generated_words[] = {{'s', "stored"}, {'v', "virtual"}, {0, NULL}};
static const SmWord compression_words[] = {{'p', "pglz"}, {'l', "lz4"}, {0, NULL}};
static const SmWord constraint_words[] = {
    {'c', "check"},     {'f', "foreign key"}, {'p', "primary key"}, {'u', "unique"},
    {'x', "exclusion"}, {'t', "trigger"},     {'n', "not null"},    {0, NULL}};
static const SmWord action_words[] = {{'a', NULL},       {'r', "restrict"},    {'c', "cascade"},
                                      {'n', "set null"}, {'d', "set default"}, {' ', NULL},
                                      {0, NULL}};
static const SmWord match_words[] = {
    {'s', NULL}, {'f', "full"}, {'p', "partial"}, {' ', NULL}, {0, NULL}};
static const SmWord enabled_words[] = {
    {'O', NULL}, {'D', "disabled"}, {'R', "replica"}, {'A', "always"}, {0, NULL}};
static const SmWord command_words[] = {{'*', NULL},     {'r', "select"}, {'a', "insert"},
                                       {'w', "update"}, {'d', "delete"}, {0, NULL}};

static const SmCatalogColumn class_columns[] = {
    SM_DERIVED_FROM("oid", "identity, not hashed"),
    SM_COVERED_AS("relname", "name"),
    SM_COVERED_AS("relnamespace", "name"),
    SM_DERIVED_FROM("reltype", "the row type belongs to the relation"),
    SM_PROPERTY("reloftype", "of_type", sm_render_object, .value = TypeRelationId),
    SM_COVERED_AS("relowner", "owner"),
    SM_COVERED_AS("relam", "access_method, method"),
    SM_IGNORED_AS("relfilenode", "physical"),
    SM_PROPERTY("reltablespace", "tablespace", sm_render_object, .value = TableSpaceRelationId),
    SM_IGNORED_AS("relpages", "statistics"),
    SM_IGNORED_AS("reltuples", "statistics"),
    SM_IGNORED_AS("relallvisible", "statistics"),
    SM_IGNORED_AS("relallfrozen", "statistics", .since = 18),
    SM_COVERED_AS("reltoastrelid", "toast_options"),
    SM_DERIVED_FROM("relhasindex", "pg_index"),
    SM_DERIVED_FROM("relisshared", "only what initdb made is"),
    SM_PROPERTY("relpersistence", "persistence", sm_render_word, .words = persistence_words),
    SM_COVERED_AS("relkind", "kind"),
    SM_DERIVED_FROM("relnatts", "pg_attribute"),
    SM_DERIVED_FROM("relchecks", "pg_constraint"),
    SM_DERIVED_FROM("relhasrules", "pg_rewrite"),
    SM_DERIVED_FROM("relhastriggers", "pg_trigger"),
    SM_DERIVED_FROM("relhassubclass", "pg_inherits"),
    SM_PROPERTY("relrowsecurity", "row_security", sm_render_true),
    SM_PROPERTY("relforcerowsecurity", "force_row_security", sm_render_true),
    SM_PROPERTY("relispopulated", "not_populated", sm_render_false),
    SM_COVERED_AS("relreplident", "replica_identity"),
    SM_DERIVED_FROM("relispartition", "parents and partition_bound"),
    SM_IGNORED_AS("relrewrite", "only while a table is rewritten"),
    SM_IGNORED_AS("relfrozenxid", "physical"),
    SM_IGNORED_AS("relminmxid", "physical"),
    SM_COVERED_AS("relacl", "acl"),
    SM_PROPERTY("reloptions", "options", sm_render_options),
    SM_PROPERTY("relpartbound", "partition_bound", sm_render_expression),
};

static const SmCatalogColumn attribute_columns[] = {
    SM_DERIVED_FROM("attrelid", "whose part it is"),
    SM_COVERED_AS("attname", "key in columns, column_order"),
    SM_COVERED_AS("atttypid", "type"),
    SM_COVERED_AS("attstattarget", "statistics; -1 and NULL (17) are the default"),
    SM_DERIVED_FROM("attlen", "type"),
    SM_COVERED_AS("attnum", "column_order"),
    SM_IGNORED_AS("attndims", "without effect, and not in a dump"),
    SM_IGNORED_AS("attcacheoff", "in memory only", .until = 17),
    SM_COVERED_AS("atttypmod", "type"),
    SM_DERIVED_FROM("attbyval", "type"),
    SM_DERIVED_FROM("attalign", "type"),
    SM_COVERED_AS("attstorage", "storage, where it is not the type's"),
    SM_PROPERTY("attcompression", "compression", sm_render_word, .words = compression_words),
    SM_PROPERTY("attnotnull", "not_null", sm_render_true),
    SM_DERIVED_FROM("atthasdef", "pg_attrdef"),
    SM_IGNORED_AS("atthasmissing", "physical"),
    SM_PROPERTY("attidentity", "identity", sm_render_word, .words = identity_words),
    SM_PROPERTY("attgenerated", "generated", sm_render_word, .words = generated_words),
    SM_COVERED_AS("attisdropped", "dropped columns are left out"),
    SM_PROPERTY("attislocal", "not_local", sm_render_false),
    SM_PROPERTY("attinhcount", "inherited", sm_render_number, .value = 0),
    SM_COVERED_AS("attcollation", "collation, where it is not the type's"),
    SM_COVERED_AS("attacl", "acl"),
    SM_PROPERTY("attoptions", "options", sm_render_column_options),
    SM_PROPERTY("attfdwoptions", "fdw_options", sm_render_foreign_options),
    SM_IGNORED_AS("attmissingval", "physical"),
};

static const SmCatalogColumn attrdef_columns[] = {
    SM_DERIVED_FROM("oid", "identity, not hashed"),
    SM_DERIVED_FROM("adrelid", "whose part it is"),
    SM_DERIVED_FROM("adnum", "whose part it is"),
    SM_PROPERTY("adbin", "default", sm_render_expression),
};

static const SmCatalogColumn constraint_columns[] = {
    SM_DERIVED_FROM("oid", "identity, not hashed"),
    SM_COVERED_AS("conname", "key in constraints"),
    SM_DERIVED_FROM("connamespace", "that of the table or type"),
    SM_PROPERTY("contype", "type", sm_render_word, .words = constraint_words),
    SM_PROPERTY("condeferrable", "deferrable", sm_render_true),
    SM_PROPERTY("condeferred", "initially_deferred", sm_render_true),
    SM_PROPERTY("conenforced", "not_enforced", sm_render_false, .since = 18),
    SM_PROPERTY("convalidated", "not_valid", sm_render_false),
    SM_DERIVED_FROM("conrelid", "whose part it is"),
    SM_DERIVED_FROM("contypid", "whose part it is"),
    SM_COVERED_AS("conindid", "index, where its name differs"),
    SM_DERIVED_FROM("conparentid", "inherited, and the parents of the table"),
    SM_PROPERTY("confrelid", "references", sm_render_object, .value = RelationRelationId),
    SM_PROPERTY("confupdtype", "on_update", sm_render_word, .words = action_words),
    SM_PROPERTY("confdeltype", "on_delete", sm_render_word, .words = action_words),
    SM_PROPERTY("confmatchtype", "match", sm_render_word, .words = match_words),
    SM_PROPERTY("conislocal", "not_local", sm_render_false),
    SM_PROPERTY("coninhcount", "inherited", sm_render_number, .value = 0),
    SM_COVERED_AS("connoinherit", "no_inherit, where there is a choice"),
    SM_PROPERTY("conperiod", "period", sm_render_true, .since = 18),
    SM_PROPERTY("conkey", "columns", sm_render_columns),
    SM_COVERED_AS("confkey", "referenced_columns"),
    SM_DERIVED_FROM("conpfeqop", "the types and the referenced index"),
    SM_DERIVED_FROM("conppeqop", "the types and the referenced index"),
    SM_DERIVED_FROM("conffeqop", "the types and the referenced index"),
    SM_PROPERTY("confdelsetcols", "set_columns", sm_render_columns),
    SM_PROPERTY("conexclop", "operators", sm_render_objects, .value = OperatorRelationId),
    SM_PROPERTY("conbin", "expression", sm_render_expression),
};

static const SmCatalogColumn index_columns[] = {
    SM_DERIVED_FROM("indexrelid", "identity, not hashed"),
    SM_DERIVED_FROM("indrelid", "whose part it is"),
    SM_DERIVED_FROM("indnatts", "keys and include"),
    SM_COVERED_AS("indnkeyatts", "keys and include"),
    SM_PROPERTY("indisunique", "unique", sm_render_true),
    SM_PROPERTY("indnullsnotdistinct", "nulls_not_distinct", sm_render_true),
    SM_PROPERTY("indisprimary", "primary", sm_render_true),
    SM_PROPERTY("indisexclusion", "exclusion", sm_render_true),
    SM_PROPERTY("indimmediate", "deferred", sm_render_false),
    SM_PROPERTY("indisclustered", "clustered", sm_render_true),
    SM_PROPERTY("indisvalid", "invalid", sm_render_false),
    SM_IGNORED_AS("indcheckxmin", "physical"),
    SM_PROPERTY("indisready", "not_ready", sm_render_false),
    SM_PROPERTY("indislive", "not_live", sm_render_false),
    SM_PROPERTY("indisreplident", "replica_identity", sm_render_true),
    SM_COVERED_AS("indkey", "keys and include"),
    SM_COVERED_AS("indcollation", "keys"),
    SM_COVERED_AS("indclass", "keys"),
    SM_COVERED_AS("indoption", "keys"),
    SM_COVERED_AS("indexprs", "keys"),
    SM_PROPERTY("indpred", "predicate", sm_render_expression),
};

static const SmCatalogColumn inherits_columns[] = {
    SM_DERIVED_FROM("inhrelid", "whose part it is"),
    SM_COVERED_AS("inhparent", "parents; parent of an index"),
    SM_COVERED_AS("inhseqno", "order of parents"),
    SM_COVERED_AS("inhdetachpending", "detach_pending"),
};

static const SmCatalogColumn partitioned_columns[] = {
    SM_DERIVED_FROM("partrelid", "whose part it is"),
    SM_COVERED_AS("partstrat", "partition_key"),
    SM_DERIVED_FROM("partnatts", "partition_key"),
    SM_DERIVED_FROM("partdefid", "the partition whose partition_bound is DEFAULT"),
    SM_COVERED_AS("partattrs", "partition_key"),
    SM_COVERED_AS("partclass", "partition_key"),
    SM_COVERED_AS("partcollation", "partition_key"),
    SM_COVERED_AS("partexprs", "partition_key"),
};

static const SmCatalogColumn foreign_table_columns[] = {
    SM_DERIVED_FROM("ftrelid", "whose part it is"),
    SM_PROPERTY("ftserver", "server", sm_render_object, .value = ForeignServerRelationId),
    SM_PROPERTY("ftoptions", "fdw_options", sm_render_foreign_options),
};

static const SmCatalogColumn sequence_columns[] = {
    SM_DERIVED_FROM("seqrelid", "whose part it is"),
    SM_PROPERTY("seqtypid", "type", sm_render_object, .value = TypeRelationId),
    SM_PROPERTY("seqstart", "start", sm_render_number, .value = PG_INT64_MIN),
    SM_PROPERTY("seqincrement", "increment", sm_render_number, .value = PG_INT64_MIN),
    SM_PROPERTY("seqmax", "maximum", sm_render_number, .value = PG_INT64_MIN),
    SM_PROPERTY("seqmin", "minimum", sm_render_number, .value = PG_INT64_MAX),
    SM_PROPERTY("seqcache", "cache", sm_render_number, .value = 1),
    SM_PROPERTY("seqcycle", "cycle", sm_render_true),
};

static const SmCatalogColumn trigger_columns[] = {
    SM_DERIVED_FROM("oid", "identity, not hashed"),
    SM_DERIVED_FROM("tgrelid", "whose part it is"),
    SM_COVERED_AS("tgparentid", "parent"),
    SM_COVERED_AS("tgname", "key in triggers"),
    SM_COVERED_AS("tgfoid", "definition"),
    SM_COVERED_AS("tgtype", "definition"),
    SM_PROPERTY("tgenabled", "enabled", sm_render_word, .words = enabled_words),
    SM_COVERED_AS("tgisinternal", "those of foreign keys: triggers_enabled of the constraint"),
    SM_COVERED_AS("tgconstrrelid", "definition"),
    SM_DERIVED_FROM("tgconstrindid", "the constraint"),
    SM_COVERED_AS("tgconstraint", "definition"),
    SM_COVERED_AS("tgdeferrable", "definition"),
    SM_COVERED_AS("tginitdeferred", "definition"),
    SM_DERIVED_FROM("tgnargs", "definition"),
    SM_COVERED_AS("tgattr", "definition"),
    SM_COVERED_AS("tgargs", "definition"),
    SM_COVERED_AS("tgqual", "definition"),
    SM_COVERED_AS("tgoldtable", "definition"),
    SM_COVERED_AS("tgnewtable", "definition"),
};

static const SmCatalogColumn rewrite_columns[] = {
    SM_DERIVED_FROM("oid", "identity, not hashed"),
    SM_COVERED_AS("rulename", "key in rules"),
    SM_DERIVED_FROM("ev_class", "whose part it is"),
    SM_COVERED_AS("ev_type", "definition"),
    SM_PROPERTY("ev_enabled", "enabled", sm_render_word, .words = enabled_words),
    SM_COVERED_AS("is_instead", "definition"),
    SM_COVERED_AS("ev_qual", "definition"),
    SM_COVERED_AS("ev_action", "definition"),
};

static const SmCatalogColumn policy_columns[] = {
    SM_DERIVED_FROM("oid", "identity, not hashed"),
    SM_COVERED_AS("polname", "key in policies"),
    SM_DERIVED_FROM("polrelid", "whose part it is"),
    SM_PROPERTY("polcmd", "command", sm_render_word, .words = command_words),
    SM_PROPERTY("polpermissive", "restrictive", sm_render_false),
    SM_COVERED_AS("polroles", "roles"),
    SM_PROPERTY("polqual", "using", sm_render_expression),
    SM_PROPERTY("polwithcheck", "check", sm_render_expression),
};

static const SmCatalogColumn statistic_ext_columns[] = {
    SM_DERIVED_FROM("oid", "identity, not hashed"),
    SM_PROPERTY("stxrelid", "relation", sm_render_object, .value = RelationRelationId),
    SM_COVERED_AS("stxname", "name"),
    SM_COVERED_AS("stxnamespace", "name"),
    SM_PROPERTY("stxowner", "owner", sm_render_object, .value = AuthIdRelationId),
    SM_PROPERTY("stxstattarget", "statistics", sm_render_number, .value = -1),
    SM_PROPERTY("stxkeys", "columns", sm_render_columns),
    SM_COVERED_AS("stxkind", "kinds"),
    SM_COVERED_AS("stxexprs", "expressions"),
};

static const SmCatalogColumn statistic_columns[] = {
    SM_IGNORED_AS("starelid", "what ANALYZE found"),
    SM_IGNORED_AS("staattnum", "what ANALYZE found"),
    SM_IGNORED_AS("stainherit", "what ANALYZE found"),
    SM_IGNORED_AS("stanullfrac", "what ANALYZE found"),
    SM_IGNORED_AS("stawidth", "what ANALYZE found"),
    SM_IGNORED_AS("stadistinct", "what ANALYZE found"),
    SM_IGNORED_AS("stakind1", "what ANALYZE found"),
    SM_IGNORED_AS("stakind2", "what ANALYZE found"),
    SM_IGNORED_AS("stakind3", "what ANALYZE found"),
    SM_IGNORED_AS("stakind4", "what ANALYZE found"),
    SM_IGNORED_AS("stakind5", "what ANALYZE found"),
    SM_IGNORED_AS("staop1", "what ANALYZE found"),
    SM_IGNORED_AS("staop2", "what ANALYZE found"),
    SM_IGNORED_AS("staop3", "what ANALYZE found"),
    SM_IGNORED_AS("staop4", "what ANALYZE found"),
    SM_IGNORED_AS("staop5", "what ANALYZE found"),
    SM_IGNORED_AS("stacoll1", "what ANALYZE found"),
    SM_IGNORED_AS("stacoll2", "what ANALYZE found"),
    SM_IGNORED_AS("stacoll3", "what ANALYZE found"),
    SM_IGNORED_AS("stacoll4", "what ANALYZE found"),
    SM_IGNORED_AS("stacoll5", "what ANALYZE found"),
    SM_IGNORED_AS("stanumbers1", "what ANALYZE found"),
    SM_IGNORED_AS("stanumbers2", "what ANALYZE found"),
    SM_IGNORED_AS("stanumbers3", "what ANALYZE found"),
    SM_IGNORED_AS("stanumbers4", "what ANALYZE found"),
    SM_IGNORED_AS("stanumbers5", "what ANALYZE found"),
    SM_IGNORED_AS("stavalues1", "what ANALYZE found"),
    SM_IGNORED_AS("stavalues2", "what ANALYZE found"),
    SM_IGNORED_AS("stavalues3", "what ANALYZE found"),
    SM_IGNORED_AS("stavalues4", "what ANALYZE found"),
    SM_IGNORED_AS("stavalues5", "what ANALYZE found"),
};

static const SmCatalogColumn statistic_data_columns[] = {
    SM_IGNORED_AS("stxoid", "what ANALYZE found"),
    SM_IGNORED_AS("stxdinherit", "what ANALYZE found"),
    SM_IGNORED_AS("stxdndistinct", "what ANALYZE found"),
    SM_IGNORED_AS("stxddependencies", "what ANALYZE found"),
    SM_IGNORED_AS("stxdmcv", "what ANALYZE found"),
    SM_IGNORED_AS("stxdexpr", "what ANALYZE found"),
};

const SmCatalog sm_catalog_relations[] = {
    {.name = "pg_class",
     .relid = RelationRelationId,
     .columns = SM_COLUMNS(class_columns),
     .oid_index = ClassOidIndexId,
     .classid = RelationRelationId,
     .object_column = "oid"},
    {.name = "pg_attribute",
     .relid = AttributeRelationId,
     .columns = SM_COLUMNS(attribute_columns),
     .classid = RelationRelationId,
     .object_column = "attrelid"},
    {.name = "pg_attrdef",
     .relid = AttrDefaultRelationId,
     .columns = SM_COLUMNS(attrdef_columns),
     .oid_index = AttrDefaultOidIndexId,
     .classid = AttrDefaultRelationId,
     .object_column = "oid",
     .parent_classid = RelationRelationId,
     .parent_column = "adrelid"},
    {.name = "pg_constraint",
     .relid = ConstraintRelationId,
     .columns = SM_COLUMNS(constraint_columns),
     .oid_index = ConstraintOidIndexId,
     .classid = ConstraintRelationId,
     .object_column = "oid",
     .parent_classid = RelationRelationId,
     .parent_column = "conrelid"},
    {.name = "pg_index",
     .relid = IndexRelationId,
     .columns = SM_COLUMNS(index_columns),
     .classid = RelationRelationId,
     .object_column = "indexrelid"},
    {.name = "pg_inherits",
     .relid = InheritsRelationId,
     .columns = SM_COLUMNS(inherits_columns),
     .classid = RelationRelationId,
     .object_column = "inhrelid"},
    {.name = "pg_partitioned_table",
     .relid = PartitionedRelationId,
     .columns = SM_COLUMNS(partitioned_columns),
     .classid = RelationRelationId,
     .object_column = "partrelid"},
    {.name = "pg_foreign_table",
     .relid = ForeignTableRelationId,
     .columns = SM_COLUMNS(foreign_table_columns),
     .classid = RelationRelationId,
     .object_column = "ftrelid"},
    {.name = "pg_sequence",
     .relid = SequenceRelationId,
     .columns = SM_COLUMNS(sequence_columns),
     .classid = RelationRelationId,
     .object_column = "seqrelid"},
    {.name = "pg_trigger",
     .relid = TriggerRelationId,
     .columns = SM_COLUMNS(trigger_columns),
     .oid_index = TriggerOidIndexId,
     .classid = TriggerRelationId,
     .object_column = "oid",
     .parent_classid = RelationRelationId,
     .parent_column = "tgrelid"},
    {.name = "pg_rewrite",
     .relid = RewriteRelationId,
     .columns = SM_COLUMNS(rewrite_columns),
     .oid_index = RewriteOidIndexId,
     .classid = RewriteRelationId,
     .object_column = "oid",
     .parent_classid = RelationRelationId,
     .parent_column = "ev_class"},
    {.name = "pg_policy",
     .relid = PolicyRelationId,
     .columns = SM_COLUMNS(policy_columns),
     .oid_index = PolicyOidIndexId,
     .classid = PolicyRelationId,
     .object_column = "oid",
     .parent_classid = RelationRelationId,
     .parent_column = "polrelid"},
    {.name = "pg_statistic_ext",
     .relid = StatisticExtRelationId,
     .columns = SM_COLUMNS(statistic_ext_columns),
     .oid_index = StatisticExtOidIndexId,
     .classid = StatisticExtRelationId,
     .object_column = "oid"},
    {.name = "pg_statistic_ext_data",
     .relid = StatisticExtDataRelationId,
     .columns = SM_COLUMNS(statistic_data_columns),
     .unread = true},
    {.name = "pg_statistic",
     .relid = StatisticRelationId,
     .columns = SM_COLUMNS(statistic_columns),
     .unread = true},
};
const int sm_catalog_relations_count = lengthof(sm_catalog_relations);
