/*
 * catalog_cluster.c
 *		The columns of the catalogs that all databases of a cluster share.  Data
 *		only, and the rows whose atom needs more than columns.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_auth_members_d.h"
#include "catalog/pg_authid_d.h"
#include "catalog/pg_database_d.h"
#include "catalog/pg_db_role_setting.h"
#include "catalog/pg_parameter_acl_d.h"
#include "catalog/pg_replication_origin_d.h"
#include "catalog/pg_shdepend.h"
#include "catalog/pg_shdescription_d.h"
#include "catalog/pg_shseclabel_d.h"
#include "catalog/pg_tablespace_d.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"

#include "catalog.h"
#include "schema_render.h"
#include "compat.h"

static const SmWord provider_words[] = {{'c', NULL}, {'i', "icu"}, {'b', "builtin"}, {0, NULL}};

static const SmCatalogColumn authid_columns[] = {
    SM_DERIVED_FROM("oid", "identity, not hashed"),
    SM_COVERED_AS("rolname", "name"),
    SM_PROPERTY("rolsuper", "superuser", sm_render_true),
    SM_PROPERTY("rolinherit", "no_inherit", sm_render_false),
    SM_PROPERTY("rolcreaterole", "createrole", sm_render_true),
    SM_PROPERTY("rolcreatedb", "createdb", sm_render_true),
    SM_PROPERTY("rolcanlogin", "login", sm_render_true),
    SM_PROPERTY("rolreplication", "replication", sm_render_true),
    SM_PROPERTY("rolbypassrls", "bypassrls", sm_render_true),
    SM_PROPERTY("rolconnlimit", "connection_limit", sm_render_number, .value = -1),
    SM_PROPERTY("rolpassword", "password", sm_render_secret),
    SM_PROPERTY("rolvaliduntil", "valid_until", sm_render_time),
};

static const SmCatalogColumn auth_members_columns[] = {
    SM_DERIVED_FROM("oid", "no identity", .since = 16),
    SM_COVERED_AS("roleid", "member_of"),
    SM_DERIVED_FROM("member", "whose part it is"),
    SM_COVERED_AS("grantor", "member_of"),
    SM_COVERED_AS("admin_option", "member_of"),
    SM_COVERED_AS("inherit_option", "member_of, in the exact form", .since = 16),
    SM_COVERED_AS("set_option", "member_of, in the exact form", .since = 16),
};

static const SmCatalogColumn db_role_setting_columns[] = {
    SM_COVERED_AS("setdatabase", "settings of a database or of a role in it"),
    SM_DERIVED_FROM("setrole", "whose part it is"),
    SM_COVERED_AS("setconfig", "settings"),
};

static const SmCatalogColumn database_columns[] = {
    SM_DERIVED_FROM("oid", "identity, not hashed"),
    SM_COVERED_AS("datname", "name"),
    SM_PROPERTY("datdba", "owner", sm_render_object, .value = AuthIdRelationId),
    SM_PROPERTY("encoding", "encoding", sm_render_encoding),
    SM_PROPERTY("datlocprovider", "provider", sm_render_word, .words = provider_words),
    SM_PROPERTY("datistemplate", "is_template", sm_render_true),
    SM_PROPERTY("datallowconn", "no_connections", sm_render_false),
    SM_DERIVED_FROM("dathasloginevt", "the event triggers on login", .since = 17),
    SM_PROPERTY("datconnlimit", "connection_limit", sm_render_number, .value = -1),
    SM_IGNORED_AS("datfrozenxid", "physical"),
    SM_IGNORED_AS("datminmxid", "physical"),
    SM_PROPERTY("dattablespace", "tablespace", sm_render_object, .value = TableSpaceRelationId),
    SM_PROPERTY("datcollate", "lc_collate", sm_render_text),
    SM_PROPERTY("datctype", "lc_ctype", sm_render_text),
    SM_PROPERTY("daticulocale", "locale", sm_render_text, .until = 16),
    SM_PROPERTY("datlocale", "locale", sm_render_text, .since = 17),
    SM_PROPERTY("daticurules", "rules", sm_render_text, .since = 16),
    SM_IGNORED_AS("datcollversion", "follows the operating system's library"),
    SM_COVERED_AS("datacl", "acl"),
};

static const SmCatalogColumn tablespace_columns[] = {
    SM_DERIVED_FROM("oid", "identity, not hashed"),
    SM_COVERED_AS("spcname", "name"),
    SM_PROPERTY("spcowner", "owner", sm_render_object, .value = AuthIdRelationId),
    SM_COVERED_AS("spcacl", "acl"),
    SM_PROPERTY("spcoptions", "options", sm_render_options),
};

static const SmCatalogColumn parameter_acl_columns[] = {
    SM_DERIVED_FROM("oid", "identity, not hashed"),
    SM_COVERED_AS("parname", "name"),
    SM_COVERED_AS("paracl", "acl"),
};

static const SmCatalogColumn shdescription_columns[] = {
    SM_DERIVED_FROM("objoid", "whose part it is"),
    SM_DERIVED_FROM("classoid", "whose part it is"),
    SM_COVERED_AS("description", "comment"),
};

static const SmCatalogColumn shseclabel_columns[] = {
    SM_DERIVED_FROM("objoid", "whose part it is"),
    SM_DERIVED_FROM("classoid", "whose part it is"),
    SM_COVERED_AS("provider", "security_labels"),
    SM_COVERED_AS("label", "security_labels"),
};

static const SmCatalogColumn shdepend_columns[] = {
    SM_DERIVED_FROM("dbid", "owners, privileges, policies, tablespaces"),
    SM_DERIVED_FROM("classid", "owners, privileges, policies, tablespaces"),
    SM_DERIVED_FROM("objid", "owners, privileges, policies, tablespaces"),
    SM_DERIVED_FROM("objsubid", "owners, privileges, policies, tablespaces"),
    SM_DERIVED_FROM("refclassid", "owners, privileges, policies, tablespaces"),
    SM_DERIVED_FROM("refobjid", "owners, privileges, policies, tablespaces"),
    SM_DERIVED_FROM("deptype", "owners, privileges, policies, tablespaces"),
};

static const SmCatalogColumn replication_origin_columns[] = {
    SM_IGNORED_AS("roident", "progress of replication"),
    SM_IGNORED_AS("roname", "progress of replication"),
};

/* Settings of a role, or, where they are for all roles, of a database. */
static bool
setting_atom(HeapTuple tuple, TupleDesc desc, SmObjectKey *atom)
{
	Form_pg_db_role_setting setting = (Form_pg_db_role_setting) GETSTRUCT(tuple);
	bool of_role = OidIsValid(setting->setrole);

	atom->classid = of_role ? DbRoleSettingRelationId : DatabaseRelationId;
	atom->objid = of_role ? setting->setrole : setting->setdatabase;
	return true;
}

/* What another database's objects depend on is not seen from here. */
static bool
shdepend_atom(HeapTuple tuple, TupleDesc desc, SmObjectKey *atom)
{
	Form_pg_shdepend depend = (Form_pg_shdepend) GETSTRUCT(tuple);

	atom->classid = depend->classid;
	atom->objid = depend->objid;
	return depend->dbid == MyDatabaseId || !OidIsValid(depend->dbid);
}

const SmCatalog sm_catalog_cluster[] = {
    {.name = "pg_authid",
     .relid = AuthIdRelationId,
     .columns = SM_COLUMNS(authid_columns),
     .oid_index = AuthIdOidIndexId,
     .classid = AuthIdRelationId,
     .object_column = "oid"},
    {.name = "pg_auth_members",
     .relid = AuthMemRelationId,
     .columns = SM_COLUMNS(auth_members_columns),
     .classid = AuthIdRelationId,
     .object_column = "member"},
    {.name = "pg_db_role_setting",
     .relid = DbRoleSettingRelationId,
     .columns = SM_COLUMNS(db_role_setting_columns),
     .atom_rule = setting_atom},
    {.name = "pg_database",
     .relid = DatabaseRelationId,
     .columns = SM_COLUMNS(database_columns),
     .oid_index = DatabaseOidIndexId,
     .classid = DatabaseRelationId,
     .object_column = "oid"},
    {.name = "pg_tablespace",
     .relid = TableSpaceRelationId,
     .columns = SM_COLUMNS(tablespace_columns),
     .oid_index = TablespaceOidIndexId,
     .classid = TableSpaceRelationId,
     .object_column = "oid"},
    {.name = "pg_parameter_acl",
     .relid = ParameterAclRelationId,
     .columns = SM_COLUMNS(parameter_acl_columns),
     .oid_index = ParameterAclOidIndexId,
     .classid = ParameterAclRelationId,
     .object_column = "oid"},
    {.name = "pg_shdescription",
     .relid = SharedDescriptionRelationId,
     .columns = SM_COLUMNS(shdescription_columns),
     .class_column = "classoid",
     .object_column = "objoid"},
    {.name = "pg_shseclabel",
     .relid = SharedSecLabelRelationId,
     .columns = SM_COLUMNS(shseclabel_columns),
     .class_column = "classoid",
     .object_column = "objoid"},
    {.name = "pg_shdepend",
     .relid = SharedDependRelationId,
     .columns = SM_COLUMNS(shdepend_columns),
     .atom_rule = shdepend_atom},
    {.name = "pg_replication_origin",
     .relid = ReplicationOriginRelationId,
     .columns = SM_COLUMNS(replication_origin_columns),
     .unread = true},
};
const int sm_catalog_cluster_count = lengthof(sm_catalog_cluster);
