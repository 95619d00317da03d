/*
 * schema_cluster.c
 *		Objects of the cluster: roles, their settings, databases, parameters.
 */
#include "postgres.h"

#include "catalog/pg_auth_members.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_database.h"
#include "catalog/pg_db_role_setting.h"
#include "catalog/pg_parameter_acl.h"
#include "catalog/pg_type_d.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "schema_read.h"
#include "schema_render.h"
#include "compat.h"

/* An option of a membership that 16 brought; what 15 does is no option. */
static void
append_option(StringInfo out, HeapTuple tuple, const char *column, const char *word)
{
	bool isnull;
	bool value = DatumGetBool(sm_rows_get_named(AuthMemRelationId, tuple, column, &isnull));

	if (!isnull && !value)
		appendStringInfo(out, " WITH %s FALSE", word);
}

/* "role WITH ADMIN GRANTED BY role" */
static char *
membership(SmReader *reader, HeapTuple tuple)
{
	Form_pg_auth_members row = (Form_pg_auth_members) GETSTRUCT(tuple);
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoString(&out, sm_name(reader, AuthIdRelationId, row->roleid));
	if (row->admin_option)
		appendStringInfoString(&out, " WITH ADMIN");
	if (reader->portable)
		return out.data;
	append_option(&out, tuple, "inherit_option", "INHERIT");
	append_option(&out, tuple, "set_option", "SET");
	appendStringInfo(&out, " GRANTED BY %s", sm_name(reader, AuthIdRelationId, row->grantor));
	return out.data;
}

bool
sm_emit_role(SmEmit *emit, HeapTuple tuple)
{
	Form_pg_authid role = (Form_pg_authid) GETSTRUCT(tuple);
	SmReader *reader = emit->reader;
	SmRows rows;
	const char **memberships;

	if (role->oid < FirstNormalObjectId && role->oid != BOOTSTRAP_SUPERUSERID)
		return false;
	sm_emit_begin(emit, AuthIdRelationId, role->oid);
	sm_rows_render(emit, AuthIdRelationId, tuple);
	rows = sm_rows(reader, SM_ROWS_AUTH_MEMBERS, InvalidOid, role->oid);
	memberships = palloc((rows.count + 1) * sizeof(char *));
	for (int i = 0; i < rows.count; i++)
		memberships[i] = membership(reader, rows.rows[i].tuple);
	if (rows.count > 0)
		sm_props_sorted(emit->props, "member_of", memberships, rows.count);
	sm_emit_common_shared(emit, AuthIdRelationId, role->oid);
	sm_emit_end(emit, true, "role", sm_name(reader, AuthIdRelationId, role->oid));
	return true;
}

/* Adds the settings of a row, each behind a prefix. */
static int
add_settings(SmEmit *emit, const char **settings, int count, HeapTuple tuple, const char *prefix)
{
	bool isnull;
	Datum value =
	    sm_rows_get(DbRoleSettingRelationId, tuple, Anum_pg_db_role_setting_setconfig, &isnull);
	Datum *elements;
	int nelements;

	if (isnull)
		return count;
	deconstruct_array(DatumGetArrayTypeP(value), TEXTOID, -1, false, TYPALIGN_INT, &elements, NULL,
	                  &nelements);
	for (int i = 0; i < nelements && settings; i++)
		settings[count + i] =
		    psprintf("%s%s", prefix, sm_render_hide_secret(emit, TextDatumGetCString(elements[i])));
	return count + nelements;
}

/* "in database name: " of a setting, or nothing. */
static char *
setting_prefix(SmReader *reader, HeapTuple tuple)
{
	Oid database = ((Form_pg_db_role_setting) GETSTRUCT(tuple))->setdatabase;

	if (!OidIsValid(database))
		return "";
	return psprintf("in database %s: ", sm_name(reader, DatabaseRelationId, database));
}

static void
write_settings(SmEmit *emit, SmRows rows, bool of_role)
{
	const char **settings;
	int count = 0;

	for (int i = 0; i < rows.count; i++)
		count = add_settings(emit, NULL, count, rows.rows[i].tuple, NULL);
	settings = palloc((count + 1) * sizeof(char *));
	count = 0;
	for (int i = 0; i < rows.count; i++)
	{
		HeapTuple tuple = rows.rows[i].tuple;

		count = add_settings(emit, settings, count, tuple,
		                     of_role ? setting_prefix(emit->reader, tuple) : "");
	}
	if (count > 0)
		sm_props_sorted(emit->props, "settings", settings, count);
}

/* The settings of a role, in all databases and in each; tuple is the role's. */
bool
sm_emit_role_setting(SmEmit *emit, HeapTuple tuple)
{
	Oid role = ((Form_pg_authid) GETSTRUCT(tuple))->oid;
	SmRows rows = sm_rows(emit->reader, SM_ROWS_ROLE_SETTING, InvalidOid, role);

	if (rows.count == 0)
		return false;
	sm_emit_begin(emit, DbRoleSettingRelationId, role);
	write_settings(emit, rows, true);
	sm_emit_end(emit, true, "role setting", sm_name(emit->reader, AuthIdRelationId, role));
	return true;
}

bool
sm_emit_database(SmEmit *emit, HeapTuple tuple)
{
	Form_pg_database database = (Form_pg_database) GETSTRUCT(tuple);
	SmReader *reader = emit->reader;

	sm_emit_begin(emit, DatabaseRelationId, database->oid);
	sm_rows_render(emit, DatabaseRelationId, tuple);
	write_settings(emit, sm_rows(reader, SM_ROWS_DATABASE_SETTING, InvalidOid, database->oid),
	               false);
	sm_acl_property(emit, DatabaseRelationId, tuple, Anum_pg_database_datacl, OBJECT_DATABASE,
	                database->datdba);
	sm_emit_common_shared(emit, DatabaseRelationId, database->oid);
	sm_emit_end(emit, true, "database", sm_name(reader, DatabaseRelationId, database->oid));
	return true;
}

bool
sm_emit_parameter(SmEmit *emit, HeapTuple tuple)
{
	Oid parameter = ((Form_pg_parameter_acl) GETSTRUCT(tuple))->oid;

	sm_emit_begin(emit, ParameterAclRelationId, parameter);
	sm_acl_always(emit,
	              sm_rows_get(ParameterAclRelationId, tuple, Anum_pg_parameter_acl_paracl, NULL),
	              OBJECT_PARAMETER_ACL);
	sm_emit_end(emit, true, "parameter", sm_name(emit->reader, ParameterAclRelationId, parameter));
	return true;
}
