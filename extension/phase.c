/*
 * phase.c
 *		The ledger calls for a whole phase: finish_migration(), fail_migration(),
 *		resolve_migration().  Units are unit.c's and statement_unit.c's.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "arguments.h"
#include "history.h"
#include "order.h"
#include "run.h"

PG_FUNCTION_INFO_V1(summit_migrate_finish_migration);
PG_FUNCTION_INFO_V1(summit_migrate_fail_migration);
PG_FUNCTION_INFO_V1(summit_migrate_resolve_migration);

static SmQuery open_units = SM_QUERY(
    "SELECT u.unit, u.state FROM @schema@.migration_units u WHERE u.migration_id = $1 AND u.target "
    "= $2"
    " AND u.phase = $3 AND u.direction = $4 AND u.state IN ('running', 'failed') ORDER BY u.unit",
    TEXTOID, TEXTOID, TEXTOID, TEXTOID);

static SmQuery completed_unit =
    SM_QUERY("SELECT FROM @schema@.migration_units u WHERE u.migration_id = $1 AND u.target = $2"
             " AND u.phase = $3 AND u.direction = $4 AND u.unit = $5 AND u.state = 'completed'",
             TEXTOID, TEXTOID, TEXTOID, TEXTOID, INT4OID);

static SmQuery registered_phases = SM_QUERY(
    "SELECT h.phase FROM @schema@.migration_history h WHERE h.migration_id = $1 AND h.target = $2"
    " AND $3 IN (h.phase, 'all') AND NOT h.superseded"
    " ORDER BY array_position(ARRAY['expand', 'migrate', 'contract'], h.phase)",
    TEXTOID, TEXTOID, TEXTOID);

static SmQuery record_word = SM_QUERY(
    "UPDATE @schema@.migration_history h SET metadata = jsonb_set(h.metadata, '{resolutions}',"
    " coalesce(h.metadata -> 'resolutions', '[]') || jsonb_build_object('was', h.status, 'state', "
    "$4,"
    " 'reason', $5, 'by', $6, 'at', clock_timestamp()))"
    " WHERE h.migration_id = $1 AND h.target = $2 AND $3 IN (h.phase, 'all') AND NOT h.superseded",
    TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID);

static SmQuery resolve_units = SM_QUERY(
    "UPDATE @schema@.migration_units u SET state = $4, finished_at = clock_timestamp()"
    " WHERE u.migration_id = $1 AND u.target = $2 AND $3 IN (u.phase, 'all') AND u.direction = 'up'"
    " AND u.state IN ('running', 'failed')",
    TEXTOID, TEXTOID, TEXTOID, TEXTOID);

/* An undo that was under way is over, whichever word was said. */
static SmQuery resolve_undo = SM_QUERY("UPDATE @schema@.migration_units u SET state = CASE $4 WHEN "
                                       "'rolled_back' THEN 'completed' ELSE 'pending' END,"
                                       " batch_cursor = NULL"
                                       " WHERE u.migration_id = $1 AND u.target = $2 AND u.phase "
                                       "IN ('all', $3) AND u.direction = 'down'"
                                       " AND u.state IN ('running', 'failed', 'completed')",
                                       TEXTOID, TEXTOID, TEXTOID, TEXTOID);

/* units: how many there are to be, -1: not known. */
static void
refuse_open_units(SmQueryScope *scope, const SmUnitKey *key, int units)
{
	Datum values[] = {
	    CStringGetTextDatum(key->migration_id),
	    CStringGetTextDatum(key->target),
	    CStringGetTextDatum(key->phase),
	    CStringGetTextDatum(key->up ? "up" : "down"),
	    Int32GetDatum(units),
	};
	char *what = NULL;

	if (units > 0 && sm_query_execute(scope, &completed_unit, values, NULL, 1) == 0)
		what = psprintf("unit %d is not", units);
	else if (units == 0 && !key->up)
		what = "the file has no rollback for that";
	else if (sm_query_execute(scope, &open_units, values, NULL, 1) > 0)
		what = psprintf("unit %d is %s", DatumGetInt32(sm_query_value(0, 1, NULL)),
		                sm_query_text(scope, 0, 2));
	if (what == NULL)
		return;
	ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
	        errmsg("the phase cannot be completed: %s", what),
	        errdetail("This is about phase %s of migration %s on target %s.", key->phase,
	                  key->migration_id, key->target),
	        errhint("Complete its units first, or record what is true with resolve_migration()."));
}

Datum
summit_migrate_finish_migration(PG_FUNCTION_ARGS)
{
	SmQueryScope scope;
	SmUnitKey key;
	SmUnitBefore before;

	sm_arguments_require(fcinfo, 0, 4);
	sm_history_read_key(fcinfo, false, &key);
	sm_query_begin(&scope, fcinfo, SM_QUERY_LEDGER);
	sm_order_check(&scope, &key, &before);
	refuse_open_units(&scope, &key, before.units);
	sm_history_complete(&scope, &key, -1);
	sm_query_end(&scope);
	PG_RETURN_VOID();
}

Datum
summit_migrate_fail_migration(PG_FUNCTION_ARGS)
{
	SmQueryScope scope;
	SmUnitKey key;
	SmUnitBefore before;

	sm_arguments_require(fcinfo, 0, 4);
	sm_history_read_key(fcinfo, false, &key);
	sm_query_begin(&scope, fcinfo, SM_QUERY_LEDGER);
	sm_order_check(&scope, &key, &before);
	sm_history_mark_failed(&scope, &key,
	                       PG_ARGISNULL(4) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(4)),
	                       PG_ARGISNULL(5) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(5)), true);
	sm_query_end(&scope);
	PG_RETURN_VOID();
}

static void
check_word(const char *phase, const char *state, const char *reason)
{
	if (strcmp(state, "completed") != 0 && strcmp(state, "rolled_back") != 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		        errmsg("unknown state \"%s\"", state), errhint("Say completed or rolled_back."));
	if (strcmp(phase, "expand") != 0 && strcmp(phase, "migrate") != 0 &&
	    strcmp(phase, "contract") != 0 && strcmp(phase, "all") != 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		        errmsg("unknown phase \"%s\"", phase),
		        errhint("The phases are expand, migrate and contract, or all."));
	if (strspn(reason, " \t\n") == strlen(reason))
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("a reason must be given"),
		        errhint("Say how you know; it is kept in migration_history.metadata."));
}

/* Each phase that is meant, completed in its order, or all undone at once. */
static void
resolve_phases(SmQueryScope *scope, SmUnitKey *key, Datum *values)
{
	uint64 count = sm_query_execute(scope, &registered_phases, values, NULL, 0);
	char **phases;

	if (count == 0)
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_OBJECT),
		        errmsg("phase %s of migration %s is not registered for target %s", key->phase,
		               key->migration_id, key->target),
		        errhint("Call register_migrations() with the file first."));
	phases = palloc(count * sizeof(char *));
	for (uint64 i = 0; i < count; i++)
		phases[i] = sm_query_text(scope, i, 1);
	sm_query_execute(scope, &record_word, values, NULL, 0);
	if (key->up)
		sm_query_execute(scope, &resolve_units, values, NULL, 0);
	sm_query_execute(scope, &resolve_undo, values, NULL, 0);
	for (uint64 i = 0; key->up && i < count; i++)
	{
		key->phase = phases[i];
		sm_history_complete(scope, key, -1);
	}
	if (!key->up)
		sm_history_complete(scope, key, -1);
}

Datum
summit_migrate_resolve_migration(PG_FUNCTION_ARGS)
{
	SmQueryScope scope;
	SmUnitKey key;
	char *state;
	Datum values[6];

	sm_arguments_require(fcinfo, 0, 5);
	state = text_to_cstring(PG_GETARG_TEXT_PP(2));
	key.migration_id = text_to_cstring(PG_GETARG_TEXT_PP(0));
	key.phase = text_to_cstring(PG_GETARG_TEXT_PP(1));
	key.target = text_to_cstring(PG_GETARG_TEXT_PP(4));
	key.up = strcmp(state, "completed") == 0;
	key.unit = 0;
	check_word(key.phase, state, text_to_cstring(PG_GETARG_TEXT_PP(3)));
	values[0] = PG_GETARG_DATUM(0);
	values[1] = PG_GETARG_DATUM(4);
	values[2] = PG_GETARG_DATUM(1);
	values[3] = PG_GETARG_DATUM(2);
	values[4] = PG_GETARG_DATUM(3);
	values[5] = CStringGetTextDatum(sm_run_user());
	sm_query_begin(&scope, fcinfo, SM_QUERY_LEDGER);
	sm_run_check(&scope);
	resolve_phases(&scope, &key, values);
	sm_query_end(&scope);
	PG_RETURN_VOID();
}
