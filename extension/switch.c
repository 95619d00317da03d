/*
 * switch.c
 *		Drift capture on and off: the event triggers, and what is said of them
 *		(see switch.h).  They are made here and not by the install script, because
 *		they would fire while a dump is restored, before there is anything to
 *		write to; made afterwards, pg_dump carries them as ordinary event triggers
 *		and restores them last.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_event_trigger.h"
#include "catalog/pg_proc.h"
#include "commands/trigger.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/tuplestore.h"

#include "compat.h"
#include "expected.h"
#include "hook_capture.h"
#include "journal.h"
#include "objects.h"
#include "query.h"
#include "switch.h"

PG_FUNCTION_INFO_V1(summit_migrate_enable_drift_capture);
PG_FUNCTION_INFO_V1(summit_migrate_disable_drift_capture);
PG_FUNCTION_INFO_V1(summit_migrate_capture_status);

const SmSwitchTrigger sm_switch_triggers[SM_SWITCH_TRIGGERS] = {
    {"summit_migrate_command_end", "ddl_command_end", "capture_command_end",
     "summit_migrate_capture_command_end", false},
    {"summit_migrate_command_start", "ddl_command_start", "capture_command_start",
     "summit_migrate_capture_command_start", true},
    {"summit_migrate_drop", "sql_drop", "capture_drop", "summit_migrate_capture_drop", false},
    {"summit_migrate_rewrite", "table_rewrite", "capture_rewrite", "summit_migrate_capture_rewrite",
     false},
};

/* What is renamed or moved by a statement of another tag has no event trigger. */
static const char *const alter_tags =
    "'ALTER AGGREGATE', 'ALTER COLLATION', 'ALTER CONVERSION', 'ALTER DOMAIN', 'ALTER EXTENSION', "
    "'ALTER FOREIGN DATA WRAPPER', 'ALTER FOREIGN TABLE', 'ALTER FUNCTION', 'ALTER INDEX', "
    "'ALTER LANGUAGE', 'ALTER MATERIALIZED VIEW', 'ALTER OPERATOR', 'ALTER OPERATOR CLASS', "
    "'ALTER OPERATOR FAMILY', 'ALTER POLICY', 'ALTER PROCEDURE', 'ALTER PUBLICATION', "
    "'ALTER ROUTINE', 'ALTER RULE', 'ALTER SCHEMA', 'ALTER SEQUENCE', 'ALTER SERVER', "
    "'ALTER STATISTICS', 'ALTER SUBSCRIPTION', 'ALTER TABLE', "
    "'ALTER TEXT SEARCH CONFIGURATION', 'ALTER TEXT SEARCH DICTIONARY', "
    "'ALTER TEXT SEARCH PARSER', 'ALTER TEXT SEARCH TEMPLATE', 'ALTER TRIGGER', 'ALTER TYPE', "
    "'ALTER VIEW'";

Oid
sm_switch_function(const SmSwitchTrigger *trigger, Oid schema)
{
	List *functions = sm_objects_functions(trigger->function, schema, true);

	return functions == NIL ? InvalidOid : linitial_oid(functions);
}

SmSwitchState
sm_switch_state(const SmSwitchTrigger *trigger, Oid schema)
{
	HeapTuple tuple = SearchSysCache1(EVENTTRIGGERNAME, CStringGetDatum(trigger->name));
	Form_pg_event_trigger form;
	SmSwitchState state = SM_SWITCH_ON;
	bool for_all_tags;

	if (!HeapTupleIsValid(tuple))
		return SM_SWITCH_MISSING;
	form = (Form_pg_event_trigger) GETSTRUCT(tuple);
	(void) SysCacheGetAttr(EVENTTRIGGERNAME, tuple, Anum_pg_event_trigger_evttags, &for_all_tags);
	if (form->evtfoid != sm_switch_function(trigger, schema) ||
	    strcmp(NameStr(form->evtevent), trigger->event) != 0 || for_all_tags == trigger->only_alter)
		state = SM_SWITCH_FOREIGN;
	else if (form->evtenabled != TRIGGER_FIRES_ALWAYS)
		state = SM_SWITCH_OFF;
	ReleaseSysCache(tuple);
	return state;
}

const char *
sm_switch_problem(SmSwitchState state)
{
	switch (state)
	{
		case SM_SWITCH_MISSING:
			return "there is no such event trigger";
		case SM_SWITCH_OFF:
			return "it is disabled, or not enabled ALWAYS";
		case SM_SWITCH_FOREIGN:
			return "it calls another function, or fires for other commands";
		case SM_SWITCH_ON:
			break;
	}
	return NULL;
}

bool
sm_switch_is_ours(const char *name)
{
	for (int i = 0; i < SM_SWITCH_TRIGGERS; i++)
	{
		if (strcmp(name, sm_switch_triggers[i].name) == 0)
			return true;
	}
	return false;
}

/* The function that an event trigger calls; InvalidOid where there is no such trigger. */
static Oid
called_function(const char *name)
{
	HeapTuple tuple = SearchSysCache1(EVENTTRIGGERNAME, CStringGetDatum(name));
	Oid function;

	if (!HeapTupleIsValid(tuple))
		return InvalidOid;
	function = ((Form_pg_event_trigger) GETSTRUCT(tuple))->evtfoid;
	ReleaseSysCache(tuple);
	return function;
}

Oid
sm_switch_handler(void)
{
	for (int i = 0; i < SM_SWITCH_TRIGGERS; i++)
	{
		Oid function = called_function(sm_switch_triggers[i].name);

		if (OidIsValid(function) && sm_objects_is_ours(ProcedureRelationId, function))
			return function;
	}
	return InvalidOid;
}

static void
require_superuser(const char *what)
{
	if (!superuser())
		ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
		        errmsg("permission denied to %s drift capture", what),
		        errhint("Only a superuser can make and drop event triggers."));
}

static void
refuse_foreign(const SmSwitchTrigger *trigger)
{
	ereport(ERROR, errcode(ERRCODE_DUPLICATE_OBJECT),
	        errmsg("event trigger \"%s\" calls something else", trigger->name),
	        errhint("See what it does; drop it, then call enable_drift_capture() again."));
}

/* Turning the switch is not what the hook looks for. */
static void
run_unseen(SmQueryScope *scope, const char *sql)
{
	sm_hook_capture_pause(true);
	PG_TRY();
	{
		sm_query_run(scope, sql);
	}
	PG_FINALLY();
	{
		sm_hook_capture_pause(false);
	}
	PG_END_TRY();
}

static void
make_trigger(SmQueryScope *scope, const SmSwitchTrigger *trigger)
{
	run_unseen(scope, psprintf("CREATE EVENT TRIGGER %s ON %s%s EXECUTE FUNCTION %s.%s()",
	                           trigger->name, trigger->event,
	                           trigger->only_alter ? psprintf(" WHEN TAG IN (%s)", alter_tags) : "",
	                           sm_query_expand(scope, "@schema@"), trigger->function));
}

/* Returns whether anything had to be done. */
static bool
put_right(SmQueryScope *scope, const SmSwitchTrigger *trigger)
{
	switch (sm_switch_state(trigger, scope->schema))
	{
		case SM_SWITCH_ON:
			return false;
		case SM_SWITCH_FOREIGN:
			refuse_foreign(trigger);
			break;
		case SM_SWITCH_MISSING:
			make_trigger(scope, trigger);
			break;
		case SM_SWITCH_OFF:
			break;
	}
	run_unseen(scope, psprintf("ALTER EVENT TRIGGER %s ENABLE ALWAYS", trigger->name));
	return true;
}

/* That it was enabled is kept, so that its absence can be told from tampering. */
static SmQuery store_switch =
    SM_QUERY("INSERT INTO @schema@.migration_settings (name, value, changed_by)"
             " VALUES ('drift_capture', $1, $2)"
             " ON CONFLICT (name) DO UPDATE SET value = excluded.value,"
             " changed_at = pg_catalog.now(), changed_by = excluded.changed_by",
             TEXTOID, TEXTOID);

static void
record_switch(SmQueryScope *scope, const char *value)
{
	Datum values[2] = {
	    CStringGetTextDatum(value),
	    CStringGetTextDatum(GetUserNameFromId(GetAuthenticatedUserId(), false)),
	};

	sm_query_execute(scope, &store_switch, values, NULL, 0);
}

/* What the switch itself does to the schema is no drift. */
static void
accept_triggers(SmQueryScope *scope, const char *why)
{
	for (int i = 0; i < SM_SWITCH_TRIGGERS; i++)
		sm_expected_accept(scope, "event trigger", sm_switch_triggers[i].name, why);
}

Datum
summit_migrate_enable_drift_capture(PG_FUNCTION_ARGS)
{
	SmQueryScope scope;
	bool changed = false;

	require_superuser("enable");
	sm_query_begin(&scope, fcinfo, SM_QUERY_WRITE);
	for (int i = 0; i < SM_SWITCH_TRIGGERS; i++)
		changed |= put_right(&scope, &sm_switch_triggers[i]);
	if (changed)
		accept_triggers(&scope, "drift capture was enabled");
	record_switch(&scope, "on");
	sm_query_end(&scope);
	if (!changed)
		ereport(NOTICE, errmsg("drift capture is enabled already"));
	PG_RETURN_VOID();
}

Datum
summit_migrate_disable_drift_capture(PG_FUNCTION_ARGS)
{
	SmQueryScope scope;
	bool changed = false;

	require_superuser("disable");
	sm_query_begin(&scope, fcinfo, SM_QUERY_WRITE);
	for (int i = 0; i < SM_SWITCH_TRIGGERS; i++)
	{
		const SmSwitchTrigger *trigger = &sm_switch_triggers[i];
		SmSwitchState state = sm_switch_state(trigger, scope.schema);

		if (state == SM_SWITCH_MISSING || state == SM_SWITCH_FOREIGN)
			continue;
		run_unseen(&scope, psprintf("DROP EVENT TRIGGER %s", trigger->name));
		changed = true;
	}
	if (changed)
		accept_triggers(&scope, "drift capture was disabled");
	record_switch(&scope, "off");
	sm_query_end(&scope);
	if (!changed)
		ereport(NOTICE, errmsg("drift capture is not enabled"));
	PG_RETURN_VOID();
}

/* ---- what is at work ---- */

static void
add_status(ReturnSetInfo *result, const char *layer, const char *state, const char *detail)
{
	Datum values[3] = {CStringGetTextDatum(layer), CStringGetTextDatum(state), (Datum) 0};
	bool nulls[3] = {false, false, detail == NULL};

	if (detail != NULL)
		values[2] = CStringGetTextDatum(detail);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

static void
add_hook_status(ReturnSetInfo *result)
{
	if (!sm_hook_capture_preloaded())
		add_status(result, "hook", "off",
		           "the module is not preloaded: set shared_preload_libraries or "
		           "session_preload_libraries to summit_migrate");
	else if (!OidIsValid(sm_switch_handler()))
		add_status(result, "hook", "off", "drift capture is not enabled in this database");
	else
		add_status(result, "hook", "on", NULL);
}

Datum
summit_migrate_capture_status(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Oid schema = get_func_namespace(fcinfo->flinfo->fn_oid);
	const char *why;
	bool notifies;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < SM_SWITCH_TRIGGERS; i++)
	{
		SmSwitchState state = sm_switch_state(&sm_switch_triggers[i], schema);

		add_status(result, psprintf("event trigger %s", sm_switch_triggers[i].name),
		           state == SM_SWITCH_ON        ? "on"
		           : state == SM_SWITCH_MISSING ? "missing"
		                                        : "off",
		           state == SM_SWITCH_MISSING ? NULL : sm_switch_problem(state));
	}
	add_hook_status(result);
	notifies = sm_journal_notifies(&why);
	add_status(result, "notify", notifies ? "on" : "off", why);
	return (Datum) 0;
}
