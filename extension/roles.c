/*
 * roles.c
 *		Which functions each kind of role may call, and the grant of them.  Roles
 *		get functions and USAGE on the schema, never a table.
 *
 * Kinds build on each other: a runner has all of a reader, an operator all of a
 * runner.  check_installation(), grant_migration_role() and adopt_legacy() stay
 * with the extension's owner.
 */
#include "postgres.h"

#include "catalog/pg_proc.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/regproc.h"

#include "arguments.h"
#include "compat.h"
#include "objects.h"
#include "query.h"

typedef struct RoleKind
{
	const char *name;
	const char *const *functions; /* beyond those of the kind before */
} RoleKind;

/* Looks, and changes nothing. */
static const char *const reader_functions[] = {
    /* versions and states */
    "compare_versions",
    "get_current_schema_version",
    "schema_version_at_least",
    "is_migration_applied",
    "migration_status",
    "applied_migrations",
    "migration_state",
    "unit_state",
    "migration_dependents",
    "run_history",
    "units_in_doubt",
    "last_run_migrations",
    "migration_lock_holders",
    "get_environment",
    "parse_migration",
    "redacted_statement",
    "statement_relations",
    /* the schema */
    "catalog_disposition",
    "schema_objects_live",
    "schema_object_live",
    "schema_fingerprint",
    "portable_schema_fingerprint",
    "cluster_fingerprint",
    "snapshot_list",
    "snapshot_definition",
    "snapshot_changes",
    "diff_bodies",
    "schema_diff",
    "schema_diff_sql",
    "schema_sql",
    "schema_json",
    "classify_schema_change",
    "schema_bump",
    "classification_rules",
    "declared_bump",
    "bump_version",
    "next_schema_version",
    /* drift */
    "check_drift",
    "drift_alerts",
    "journal_entries",
    "seal_journal",
    "verify_journal",
    "capture_status",
    "list_drift_ignore_rules",
    "drift_ignore_rule",
    /* health */
    "missing_indexes",
    "schema_health",
    "schema_diff_sql",
    "schema_sql",
    "schema_json",
    "schema_objects_live",
    "schema_object_live",
    NULL,
};

/* Takes the lock and writes the ledger, as the program or a script does. */
static const char *const runner_functions[] = {
    /* the lock and the ledger */
    "acquire_migration_lock",
    "release_migration_lock",
    "register_migrations",
    "register_migration",
    "migration_script",
    "assert_check",
    "begin_script",
    "end_script",
    "begin_run",
    "end_run",
    "begin_unit",
    "finish_unit",
    "record_batch",
    "begin_statement",
    "finish_statement",
    "fail_unit",
    "record_lock_wait",
    "finish_migration",
    "fail_migration",
    /* the schema that a run leaves */
    "expected_before_run",
    "expected_after_run",
    "assess_change",
    "take_schema_snapshot",
    "load_schema_json",
    NULL,
};

/* Says by hand what no run can prove. */
static const char *const operator_functions[] = {
    "resolve_migration",
    "set_environment",
    "log_schema_version",
    /* drift */
    "accept_schema",
    "resolve_drift",
    "accept_drift",
    "add_drift_ignore_rule",
    "remove_drift_ignore_rule",
    "merge_expected",
    "accept_object",
    "accept_objects",
    "schedule_snapshots",
    "prune",
    "prune_journal",
    NULL,
};

static const RoleKind kinds[] = {
    {"reader", reader_functions},
    {"runner", runner_functions},
    {"operator", operator_functions},
};

/* The place of a kind in kinds; raises for an unknown one. */
static int
find_kind(const char *name)
{
	for (int i = 0; i < (int) lengthof(kinds); i++)
	{
		if (strcmp(name, kinds[i].name) == 0)
			return i;
	}
	ereport(
	    ERROR,
	    (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
	     errmsg("unknown kind of migration role \"%s\"", name),
	     errhint("Known kinds are reader, runner and operator; each has all of the one before.")));
}

/* Appends the signatures of one kind's functions, with a comma before each but the first. */
static void
append_functions(StringInfo list, const RoleKind *kind, Oid schema)
{
	for (const char *const *name = kind->functions; *name; name++)
	{
		List *functions = sm_objects_functions(*name, schema, true);
		ListCell *cell;

		if (functions == NIL)
			elog(ERROR, "the extension has no function \"%s\"", *name);
		foreach (cell, functions)
			appendStringInfo(list, "%s%s", list->len ? ", " : "",
			                 format_procedure_qualified(lfirst_oid(cell)));
	}
}

PG_FUNCTION_INFO_V1(summit_migrate_grant_migration_role);
Datum
summit_migrate_grant_migration_role(PG_FUNCTION_ARGS)
{
	StringInfoData functions;
	SmQueryScope scope;
	int kind;
	char *role;

	sm_arguments_require(fcinfo, 0, 2);
	kind = find_kind(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	role = NameStr(*PG_GETARG_NAME(1));
	PreventCommandIfReadOnly("grant_migration_role()");
	/* GRANT knows a role "public" that is no role: here it is none */
	(void) get_role_oid(role, false);
	sm_objects_require_owner(fcinfo->flinfo->fn_oid, "to grant migration roles");
	sm_query_begin(&scope, fcinfo, SM_QUERY_WRITE);
	initStringInfo(&functions);
	for (int i = 0; i <= kind; i++)
		append_functions(&functions, &kinds[i], scope.schema);
	role = pstrdup(quote_identifier(role));
	sm_query_run(&scope, psprintf("GRANT USAGE ON SCHEMA %s TO %s",
	                              sm_query_expand(&scope, "@schema@"), role));
	sm_query_run(&scope, psprintf("GRANT EXECUTE ON FUNCTION %s TO %s", functions.data, role));
	sm_query_end(&scope);
	PG_RETURN_VOID();
}
