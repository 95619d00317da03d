/*
 * catalog_database.c
 *		The columns of the catalogs of a database that belong to no other area:
 *		schemas, comments, dependencies, privileges, extensions, replication,
 *		foreign data.  Data only, and the rows whose atom needs more than columns.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_authid_d.h"
#include "catalog/pg_default_acl_d.h"
#include "catalog/pg_depend_d.h"
#include "catalog/pg_description_d.h"
#include "catalog/pg_event_trigger_d.h"
#include "catalog/pg_extension_d.h"
#include "catalog/pg_foreign_data_wrapper_d.h"
#include "catalog/pg_foreign_server_d.h"
#include "catalog/pg_init_privs_d.h"
#include "catalog/pg_largeobject_d.h"
#include "catalog/pg_largeobject_metadata_d.h"
#include "catalog/pg_namespace_d.h"
#include "catalog/pg_proc_d.h"
#include "catalog/pg_publication_d.h"
#include "catalog/pg_publication_namespace_d.h"
#include "catalog/pg_publication_rel_d.h"
#include "catalog/pg_seclabel_d.h"
#include "catalog/pg_subscription.h"
#include "catalog/pg_subscription_rel_d.h"
#include "catalog/pg_user_mapping_d.h"
#include "miscadmin.h"

#include "catalog.h"
#include "schema_render.h"
#include "compat.h"

static const SmWord enabled_words[] = {
    {'O', NULL}, {'D', "disabled"}, {'R', "replica"}, {'A', "always"}, {0, NULL}};
/* a boolean before 16 */
static const SmWord streaming_words[] = {
    {'f', NULL}, {1, "on"}, {'t', "on"}, {'p', "parallel"}, {0, NULL}};
static const SmWord two_phase_words[] = {{'d', NULL}, {'p', "on"}, {'e', "on"}, {0, NULL}};
static const SmWord generated_words[] = {{'n', NULL}, {'s', "stored"}, {0, NULL}};

static const SmCatalogColumn namespace_columns[] = {
    SM_DERIVED_FROM("oid", "identity, not hashed"),
    SM_COVERED_AS("nspname", "name"),
    SM_PROPERTY("nspowner", "owner", sm_render_object, .value = AuthIdRelationId),
    SM_COVERED_AS("nspacl", "acl"),
};

static const SmCatalogColumn description_columns[] = {
    SM_DERIVED_FROM("objoid", "whose part it is"),
    SM_DERIVED_FROM("classoid", "whose part it is"),
    SM_DERIVED_FROM("objsubid", "whose part it is"),
    SM_COVERED_AS("description", "comment; not of what initdb made, as in a dump"),
};

static const SmCatalogColumn seclabel_columns[] = {
    SM_DERIVED_FROM("objoid", "whose part it is"),
    SM_DERIVED_FROM("classoid", "whose part it is"),
    SM_DERIVED_FROM("objsubid", "whose part it is"),
    SM_COVERED_AS("provider", "security_labels"),
    SM_COVERED_AS("label", "security_labels"),
};

static const SmCatalogColumn depend_columns[] = {
    SM_DERIVED_FROM("classid", "whose part it is"),
    SM_DERIVED_FROM("objid", "whose part it is"),
    SM_DERIVED_FROM("objsubid", "whose part it is"),
    SM_COVERED_AS("refclassid", "depends_on_extensions, owned_by, members of an extension"),
    SM_COVERED_AS("refobjid", "depends_on_extensions, owned_by, members of an extension"),
    SM_COVERED_AS("refobjsubid", "owned_by"),
    SM_COVERED_AS("deptype", "the above; all others follow from what the objects say"),
};

static const SmCatalogColumn init_privs_columns[] = {
    SM_DERIVED_FROM("objoid", "whose part it is"),
    SM_DERIVED_FROM("classoid", "whose part it is"),
    SM_DERIVED_FROM("objsubid", "whose part it is"),
    SM_DERIVED_FROM("privtype", "whose part it is"),
    SM_COVERED_AS("initprivs", "member_acl and system_acl are what differs from these"),
};

static const SmCatalogColumn default_acl_columns[] = {
    SM_DERIVED_FROM("oid", "identity, not hashed"),
    SM_COVERED_AS("defaclrole", "name"),
    SM_COVERED_AS("defaclnamespace", "name"),
    SM_COVERED_AS("defaclobjtype", "name"),
    SM_COVERED_AS("defaclacl", "acl"),
};

static const SmCatalogColumn extension_columns[] = {
    SM_DERIVED_FROM("oid", "identity, not hashed"),
    SM_COVERED_AS("extname", "name"),
    SM_PROPERTY("extowner", "owner", sm_render_object, .value = AuthIdRelationId),
    SM_PROPERTY("extnamespace", "schema", sm_render_object, .value = NamespaceRelationId),
    SM_PROPERTY("extrelocatable", "not_relocatable", sm_render_false),
    SM_COVERED_AS("extversion", "version, in the exact form"),
    SM_DERIVED_FROM("extconfig", "version"),
    SM_DERIVED_FROM("extcondition", "version"),
};

static const SmCatalogColumn event_trigger_columns[] = {
    SM_DERIVED_FROM("oid", "identity, not hashed"),
    SM_COVERED_AS("evtname", "name"),
    SM_PROPERTY("evtevent", "event", sm_render_name),
    SM_PROPERTY("evtowner", "owner", sm_render_object, .value = AuthIdRelationId),
    SM_PROPERTY("evtfoid", "function", sm_render_object, .value = ProcedureRelationId),
    SM_PROPERTY("evtenabled", "enabled", sm_render_word, .words = enabled_words),
    SM_PROPERTY("evttags", "tags", sm_render_options),
};

static const SmCatalogColumn publication_columns[] = {
    SM_DERIVED_FROM("oid", "identity, not hashed"),
    SM_COVERED_AS("pubname", "name"),
    SM_PROPERTY("pubowner", "owner", sm_render_object, .value = AuthIdRelationId),
    SM_PROPERTY("puballtables", "all_tables", sm_render_true),
    SM_COVERED_AS("pubinsert", "operations"),
    SM_COVERED_AS("pubupdate", "operations"),
    SM_COVERED_AS("pubdelete", "operations"),
    SM_COVERED_AS("pubtruncate", "operations"),
    SM_PROPERTY("pubviaroot", "via_root", sm_render_true),
    SM_PROPERTY("pubgencols", "generated_columns", sm_render_word, .words = generated_words,
                .since = 18),
};

static const SmCatalogColumn publication_rel_columns[] = {
    SM_DERIVED_FROM("oid", "no identity"), SM_DERIVED_FROM("prpubid", "whose part it is"),
    SM_COVERED_AS("prrelid", "tables"),    SM_COVERED_AS("prqual", "tables"),
    SM_COVERED_AS("prattrs", "tables"),
};

static const SmCatalogColumn publication_namespace_columns[] = {
    SM_DERIVED_FROM("oid", "no identity"),
    SM_DERIVED_FROM("pnpubid", "whose part it is"),
    SM_COVERED_AS("pnnspid", "schemas"),
};

static const SmCatalogColumn subscription_columns[] = {
    SM_DERIVED_FROM("oid", "identity, not hashed"),
    SM_COVERED_AS("subdbid", "those of other databases are left out"),
    SM_IGNORED_AS("subskiplsn", "a place in a stream, not schema"),
    SM_COVERED_AS("subname", "name"),
    SM_PROPERTY("subowner", "owner", sm_render_object, .value = AuthIdRelationId),
    SM_PROPERTY("subenabled", "enabled", sm_render_true),
    SM_PROPERTY("subbinary", "binary", sm_render_true),
    SM_PROPERTY("substream", "streaming", sm_render_word, .words = streaming_words),
    SM_PROPERTY("subtwophasestate", "two_phase", sm_render_word, .words = two_phase_words),
    SM_PROPERTY("subdisableonerr", "disable_on_error", sm_render_true),
    SM_PROPERTY("subpasswordrequired", "no_password_required", sm_render_false, .since = 16),
    SM_PROPERTY("subrunasowner", "run_as_owner", sm_render_true, .since = 16),
    SM_PROPERTY("subfailover", "failover", sm_render_true, .since = 17),
    SM_PROPERTY("subconninfo", "connection", sm_render_secret),
    SM_PROPERTY("subslotname", "slot", sm_render_name),
    SM_PROPERTY("subsynccommit", "synchronous_commit", sm_render_text, .text = "off"),
    SM_PROPERTY("subpublications", "publications", sm_render_options),
    SM_PROPERTY("suborigin", "origin", sm_render_text, .text = "any", .since = 16),
};

static const SmCatalogColumn subscription_rel_columns[] = {
    SM_IGNORED_AS("srsubid", "progress of replication"),
    SM_IGNORED_AS("srrelid", "progress of replication"),
    SM_IGNORED_AS("srsubstate", "progress of replication"),
    SM_IGNORED_AS("srsublsn", "progress of replication"),
};

static const SmCatalogColumn fdw_columns[] = {
    SM_DERIVED_FROM("oid", "identity, not hashed"),
    SM_COVERED_AS("fdwname", "name"),
    SM_PROPERTY("fdwowner", "owner", sm_render_object, .value = AuthIdRelationId),
    SM_PROPERTY("fdwhandler", "handler", sm_render_object, .value = ProcedureRelationId),
    SM_PROPERTY("fdwvalidator", "validator", sm_render_object, .value = ProcedureRelationId),
    SM_COVERED_AS("fdwacl", "acl"),
    SM_PROPERTY("fdwoptions", "options", sm_render_foreign_options),
};

static const SmCatalogColumn server_columns[] = {
    SM_DERIVED_FROM("oid", "identity, not hashed"),
    SM_COVERED_AS("srvname", "name"),
    SM_PROPERTY("srvowner", "owner", sm_render_object, .value = AuthIdRelationId),
    SM_PROPERTY("srvfdw", "wrapper", sm_render_object, .value = ForeignDataWrapperRelationId),
    SM_PROPERTY("srvtype", "type", sm_render_text),
    SM_PROPERTY("srvversion", "version", sm_render_text),
    SM_COVERED_AS("srvacl", "acl"),
    SM_PROPERTY("srvoptions", "options", sm_render_foreign_options),
};

static const SmCatalogColumn user_mapping_columns[] = {
    SM_DERIVED_FROM("oid", "identity, not hashed"),
    SM_COVERED_AS("umuser", "name"),
    SM_COVERED_AS("umserver", "name"),
    SM_PROPERTY("umoptions", "options", sm_render_secret_options),
};

static const SmCatalogColumn largeobject_columns[] = {
    SM_IGNORED_AS("loid", "data"),
    SM_IGNORED_AS("pageno", "data"),
    SM_IGNORED_AS("data", "data"),
};

static const SmCatalogColumn largeobject_metadata_columns[] = {
    SM_IGNORED_AS("oid", "large objects are data"),
    SM_IGNORED_AS("lomowner", "large objects are data"),
    SM_IGNORED_AS("lomacl", "large objects are data"),
};

/* Shared, but each row is one database's. */
static bool
subscription_atom(HeapTuple tuple, TupleDesc desc, SmObjectKey *atom)
{
	Form_pg_subscription subscription = (Form_pg_subscription) GETSTRUCT(tuple);

	atom->classid = SubscriptionRelationId;
	atom->objid = subscription->oid;
	return subscription->subdbid == MyDatabaseId;
}

const SmCatalog sm_catalog_database[] = {
    {.name = "pg_namespace",
     .relid = NamespaceRelationId,
     .columns = SM_COLUMNS(namespace_columns),
     .oid_index = NamespaceOidIndexId,
     .classid = NamespaceRelationId,
     .object_column = "oid"},
    {.name = "pg_description",
     .relid = DescriptionRelationId,
     .columns = SM_COLUMNS(description_columns),
     .class_column = "classoid",
     .object_column = "objoid"},
    {.name = "pg_seclabel",
     .relid = SecLabelRelationId,
     .columns = SM_COLUMNS(seclabel_columns),
     .class_column = "classoid",
     .object_column = "objoid"},
    {.name = "pg_depend",
     .relid = DependRelationId,
     .columns = SM_COLUMNS(depend_columns),
     .class_column = "classid",
     .object_column = "objid"},
    {.name = "pg_init_privs",
     .relid = InitPrivsRelationId,
     .columns = SM_COLUMNS(init_privs_columns),
     .class_column = "classoid",
     .object_column = "objoid"},
    {.name = "pg_default_acl",
     .relid = DefaultAclRelationId,
     .columns = SM_COLUMNS(default_acl_columns),
     .oid_index = DefaultAclOidIndexId,
     .classid = DefaultAclRelationId,
     .object_column = "oid"},
    {.name = "pg_extension",
     .relid = ExtensionRelationId,
     .columns = SM_COLUMNS(extension_columns),
     .oid_index = ExtensionOidIndexId,
     .classid = ExtensionRelationId,
     .object_column = "oid"},
    {.name = "pg_event_trigger",
     .relid = EventTriggerRelationId,
     .columns = SM_COLUMNS(event_trigger_columns),
     .oid_index = EventTriggerOidIndexId,
     .classid = EventTriggerRelationId,
     .object_column = "oid"},
    {.name = "pg_publication",
     .relid = PublicationRelationId,
     .columns = SM_COLUMNS(publication_columns),
     .oid_index = PublicationObjectIndexId,
     .classid = PublicationRelationId,
     .object_column = "oid"},
    {.name = "pg_publication_rel",
     .relid = PublicationRelRelationId,
     .columns = SM_COLUMNS(publication_rel_columns),
     .oid_index = PublicationRelObjectIndexId,
     .classid = PublicationRelRelationId,
     .object_column = "oid",
     .parent_classid = PublicationRelationId,
     .parent_column = "prpubid"},
    {.name = "pg_publication_namespace",
     .relid = PublicationNamespaceRelationId,
     .columns = SM_COLUMNS(publication_namespace_columns),
     .oid_index = PublicationNamespaceObjectIndexId,
     .classid = PublicationNamespaceRelationId,
     .object_column = "oid",
     .parent_classid = PublicationRelationId,
     .parent_column = "pnpubid"},
    {.name = "pg_subscription",
     .relid = SubscriptionRelationId,
     .columns = SM_COLUMNS(subscription_columns),
     .oid_index = SubscriptionObjectIndexId,
     .atom_rule = subscription_atom},
    {.name = "pg_subscription_rel",
     .relid = SubscriptionRelRelationId,
     .columns = SM_COLUMNS(subscription_rel_columns),
     .unread = true},
    {.name = "pg_foreign_data_wrapper",
     .relid = ForeignDataWrapperRelationId,
     .columns = SM_COLUMNS(fdw_columns),
     .oid_index = ForeignDataWrapperOidIndexId,
     .classid = ForeignDataWrapperRelationId,
     .object_column = "oid"},
    {.name = "pg_foreign_server",
     .relid = ForeignServerRelationId,
     .columns = SM_COLUMNS(server_columns),
     .oid_index = ForeignServerOidIndexId,
     .classid = ForeignServerRelationId,
     .object_column = "oid"},
    {.name = "pg_user_mapping",
     .relid = UserMappingRelationId,
     .columns = SM_COLUMNS(user_mapping_columns),
     .oid_index = UserMappingOidIndexId,
     .classid = UserMappingRelationId,
     .object_column = "oid"},
    {.name = "pg_largeobject",
     .relid = LargeObjectRelationId,
     .columns = SM_COLUMNS(largeobject_columns),
     .unread = true},
    {.name = "pg_largeobject_metadata",
     .relid = LargeObjectMetadataRelationId,
     .columns = SM_COLUMNS(largeobject_metadata_columns),
     .unread = true},
};
const int sm_catalog_database_count = lengthof(sm_catalog_database);
