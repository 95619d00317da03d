/*
 * objects.c
 *		Small questions to the system catalogs that several parts ask (see
 *		objects.h).  No rule of any part belongs here.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/dependency.h"
#include "catalog/pg_class.h"
#include "catalog/pg_proc.h"
#include "commands/extension.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/catcache.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "objects.h"
#include "compat.h"

const char *const sm_objects_legacy_tables[] = {
    "schema_versions",
    "migration_history",
    "migration_locks",
    "schema_snapshots",
    "schema_drift_alerts",
    "migration_dependencies",
    NULL,
};

const char *const sm_objects_legacy_functions[] = {
    "get_current_schema_version", "is_migration_applied", "acquire_migration_lock",
    "release_migration_lock",     "log_schema_version",   NULL,
};

bool
sm_objects_is_ours(Oid catalog, Oid object)
{
	Oid extension = getExtensionOfObject(catalog, object);

	return OidIsValid(extension) && extension == get_extension_oid("summit_migrate", true);
}

List *
sm_objects_functions(const char *name, Oid schema, bool ours)
{
	CatCList *candidates = SearchSysCacheList1(PROCNAMEARGSNSP, CStringGetDatum(name));
	List *functions = NIL;

	for (int i = 0; i < candidates->n_members; i++)
	{
		Form_pg_proc function = (Form_pg_proc) GETSTRUCT(&candidates->members[i]->tuple);

		if (function->pronamespace == schema &&
		    sm_objects_is_ours(ProcedureRelationId, function->oid) == ours)
			functions = lappend_oid(functions, function->oid);
	}
	ReleaseSysCacheList(candidates);
	return functions;
}

Oid
sm_objects_foreign_relation(const char *name, Oid schema)
{
	Oid relation = get_relname_relid(name, schema);

	if (OidIsValid(relation) && sm_objects_is_ours(RelationRelationId, relation))
		return InvalidOid;
	return relation;
}

Oid
sm_objects_owner(Oid function)
{
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	Oid owner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for function %u", function);
	owner = ((Form_pg_proc) GETSTRUCT(tuple))->proowner;
	ReleaseSysCache(tuple);
	return owner;
}

void
sm_objects_require_owner(Oid function, const char *what)
{
	if (!has_privs_of_role(GetUserId(), sm_objects_owner(function)))
		ereport(ERROR,
		        (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("permission denied %s", what),
		         errhint("The owner of the extension \"summit_migrate\", or a superuser, may.")));
}
