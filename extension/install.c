/*
 * install.c
 *		What must be true of a schema before the extension stands in it.  How the
 *		older scripts' tables are carried over stands in legacy.c.
 */
#include "postgres.h"

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "objects.h"
#include "compat.h"

/* The names of the older scripts' tables and functions that stand in a schema. */
static char *
legacy_objects(Oid schema)
{
	StringInfoData names;

	initStringInfo(&names);
	for (const char *const *name = sm_objects_legacy_tables; *name; name++)
	{
		if (OidIsValid(sm_objects_foreign_relation(*name, schema)))
			appendStringInfo(&names, "%s%s", names.len ? ", " : "", *name);
	}
	for (const char *const *name = sm_objects_legacy_functions; *name; name++)
	{
		if (sm_objects_functions(*name, schema, false) != NIL)
			appendStringInfo(&names, "%s%s()", names.len ? ", " : "", *name);
	}
	return names.data;
}

static void
refuse_legacy(Oid schema, const char *schema_name)
{
	char *names = legacy_objects(schema);
	const char *other =
	    strcmp(schema_name, "summit_migrate") == 0 ? "migrations" : "summit_migrate";

	if (names[0] == '\0')
		return;
	ereport(ERROR,
	        (errcode(ERRCODE_DUPLICATE_TABLE),
	         errmsg("objects of older migration scripts stand in schema \"%s\"", schema_name),
	         errdetail("Found: %s.", names),
	         errhint("Install into a schema of its own and carry them over: CREATE SCHEMA %s; "
	                 "CREATE EXTENSION summit_migrate SCHEMA %s; SELECT %s.adopt_legacy(%s);",
	                 other, other, other, quote_literal_cstr(schema_name))));
}

/*
 * Whoever may create in the schema can put a function beside ours that takes
 * calls meant for them.
 */
static void
warn_of_public_create(Oid schema, const char *schema_name)
{
	NameData everyone;
	Datum allowed;

	namestrcpy(&everyone, "public");
	allowed = DirectFunctionCall3(has_schema_privilege_name_id, NameGetDatum(&everyone),
	                              ObjectIdGetDatum(schema), CStringGetTextDatum("CREATE"));
	if (DatumGetBool(allowed))
		ereport(
		    WARNING,
		    (errmsg("every role may create objects in schema \"%s\"", schema_name),
		     errdetail("A function created there could take calls meant for this extension."),
		     errhint("REVOKE CREATE ON SCHEMA %s FROM PUBLIC; or install into a schema of its own.",
		             quote_identifier(schema_name))));
}

PG_FUNCTION_INFO_V1(summit_migrate_check_installation);
Datum
summit_migrate_check_installation(PG_FUNCTION_ARGS)
{
	Oid schema = get_func_namespace(fcinfo->flinfo->fn_oid);
	char *schema_name = get_namespace_name(schema);

	refuse_legacy(schema, schema_name);
	warn_of_public_create(schema, schema_name);
	PG_RETURN_VOID();
}
