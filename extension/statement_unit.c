/*
 * statement_unit.c
 *		The ledger calls around a statement that cannot run in a transaction:
 *		begin_statement() records the intent and what was there before,
 *		finish_statement() compares and records the end.  What an effect is
 *		stands in effect.c; units in a transaction are unit.c's.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"

#include "arguments.h"
#include "effect.h"
#include "failure.h"
#include "history.h"
#include "order.h"
#include "recover.h"
#include "redact.h"
#include "run.h"
#include "unit_stats.h"

PG_FUNCTION_INFO_V1(summit_migrate_begin_statement);
PG_FUNCTION_INFO_V1(summit_migrate_finish_statement);

static SmQuery find_intent =
    SM_QUERY("SELECT u.intent, u.state, u.pid, u.backend_start, u.started_at, u.lock_wait_ms"
             " FROM @schema@.migration_units u"
             " WHERE u.migration_id = $1 AND u.phase = $2 AND u.direction = $3 AND u.unit = $4 AND "
             "u.target = $5"
             " AND u.state IN ('running', 'failed') AND u.intent IS NOT NULL",
             TEXTOID, TEXTOID, TEXTOID, INT4OID, TEXTOID);

/* The unit whose statement this session announced last. */
static char announced[512];

/* An intent as it stands in the ledger. */
typedef struct Intent
{
	SmEffect *effect;
	bool running;
	TimestampTz started_at;
	double lock_wait_ms;
	int pid;
	TimestampTz backend_start;
} Intent;

/*
 * The statement will see its names by the caller's search path and role, so the
 * effect is read under these; only then does this function pin its own.  (That
 * is why its SQL declaration has no SET clause.)
 */
static SmEffect *
read_effect_as_caller(const char *statement)
{
	SmEffect *effect;
	Oid owner;
	int context;

	GetUserIdAndSecContext(&owner, &context);
	SetUserIdAndSecContext(GetOuterUserId(), context | SECURITY_LOCAL_USERID_CHANGE);
	effect = sm_effect_read(statement);
	SetUserIdAndSecContext(owner, context);
	return effect;
}

static int
pin_search_path(void)
{
	int level = NewGUCNestLevel();

	set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION,
	                  GUC_ACTION_SAVE, true, 0, false);
	return level;
}

/* The unit's unfinished intent, NULL when it has none. */
static Intent *
load_intent(SmQueryScope *scope, FunctionCallInfo fcinfo)
{
	Datum values[5];
	Intent *intent;

	for (int i = 0; i < 5; i++)
		values[i] = PG_GETARG_DATUM(i);
	if (sm_query_execute(scope, &find_intent, values, NULL, 1) == 0)
		return NULL;
	intent = palloc(sizeof(Intent));
	intent->effect = sm_effect_from_jsonb(DatumGetJsonbP(sm_query_value(0, 1, NULL)));
	intent->running = strcmp(sm_query_text(scope, 0, 2), "running") == 0;
	intent->pid = DatumGetInt32(sm_query_value(0, 3, NULL));
	intent->backend_start = DatumGetTimestampTz(sm_query_value(0, 4, NULL));
	intent->started_at = DatumGetTimestampTz(sm_query_value(0, 5, NULL));
	intent->lock_wait_ms = DatumGetFloat8(sm_query_value(0, 6, NULL));
	return intent;
}

static void
refuse_busy(SmQueryScope *scope, const SmUnitKey *key, const Intent *intent)
{
	if (!intent->running || !sm_recover_backend_busy(scope, intent->pid, intent->backend_start))
		return;
	ereport(ERROR, errcode(ERRCODE_OBJECT_IN_USE),
	        errmsg("unit %d of migration %s is still at work in backend %d", key->unit,
	               key->migration_id, intent->pid),
	        errhint("Wait until it has ended, or end it with pg_terminate_backend()."));
}

/* An unfinished intent may be replaced only where the statement did nothing. */
static void
check_unfinished(SmQueryScope *scope, const SmUnitKey *key, const Intent *intent)
{
	char *detail;
	char *cleanup;
	SmOutcome outcome;

	if (intent == NULL)
		return;
	refuse_busy(scope, key, intent);
	outcome = sm_effect_compare(intent->effect, &detail, &cleanup);
	if (outcome == SM_OUTCOME_CLEANUP)
		ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
		        errmsg("an earlier attempt at unit %d of migration %s left something behind",
		               key->unit, key->migration_id),
		        errdetail("What the catalog shows: %s.", detail),
		        errhint("First run: %s", cleanup));
	if (!intent->running || outcome == SM_OUTCOME_NOT_STARTED || outcome == SM_OUTCOME_REPEAT)
		return;
	ereport(
	    ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
	    errmsg("unit %d of migration %s is in doubt", key->unit, key->migration_id),
	    errdetail("What the catalog shows: %s.", detail),
	    errhint(
	        "Record its end with finish_statement(), or with resolve_migration() what you know."));
}

/* A name that is cut off stands for another statement than this session's. */
static void
note_announced(const SmUnitKey *key)
{
	if (snprintf(announced, sizeof(announced), "%s %s %d %d %s", key->migration_id, key->phase,
	             key->up, key->unit, key->target) >= (int) sizeof(announced))
		announced[0] = '\0';
	sm_unit_stats_announce();
	sm_failure_begin_unit(key, false);
}

static bool
is_announced(const SmUnitKey *key)
{
	return strcmp(announced, psprintf("%s %s %d %d %s", key->migration_id, key->phase, key->up,
	                                  key->unit, key->target)) == 0;
}

static Jsonb *
announce(FunctionCallInfo fcinfo, const SmUnitKey *key, char *statement, const SmEffect *effect)
{
	SmQueryScope scope;
	SmUnitBefore before;
	Jsonb *intent = sm_effect_to_jsonb(effect);
	SmUnitRow row = {
	    .state = SM_UNIT_RUNNING,
	    .started_at = GetCurrentTimestamp(),
	    .rows_affected = -1,
	    .lock_wait_ms = sm_history_read_wait(PG_GETARG_DATUM(6)),
	    .statement = unconstify(char *, sm_redact_text(statement)),
	    .intent = JsonbPGetDatum(intent),
	};

	sm_query_begin(&scope, fcinfo, SM_QUERY_LEDGER);
	sm_order_check(&scope, key, &before);
	check_unfinished(&scope, key, load_intent(&scope, fcinfo));
	sm_history_write_unit(&scope, key, &row);
	sm_history_mark_running(&scope, key);
	sm_query_end(&scope);
	return intent;
}

Datum
summit_migrate_begin_statement(PG_FUNCTION_ARGS)
{
	SmUnitKey key;
	SmEffect *effect;
	Jsonb *intent;
	char *statement;
	int level;

	sm_arguments_require(fcinfo, 0, 7);
	sm_history_read_key(fcinfo, true, &key);
	sm_run_check_session();
	sm_run_check_strings();
	statement = text_to_cstring(PG_GETARG_TEXT_PP(5));
	effect = read_effect_as_caller(statement);
	level = pin_search_path();
	intent = announce(fcinfo, &key, statement, effect);
	AtEOXact_GUC(true, level);
	note_announced(&key);
	sm_history_announce(&key);
	PG_RETURN_JSONB_P(intent);
}

/* What was seen of the statement: the caller's word, else this session's own. */
static SmStatementEnd
read_end(FunctionCallInfo fcinfo, const SmUnitKey *key)
{
	if (PG_ARGISNULL(5))
		return is_announced(key) ? sm_unit_stats_statement_end() : SM_STATEMENT_NOT_SEEN;
	return PG_GETARG_BOOL(5) ? SM_STATEMENT_SUCCEEDED : SM_STATEMENT_FAILED;
}

/* What nobody saw end, and the catalog does not show, may have had its effect. */
static void
refuse_unseen(const SmUnitKey *key, const char *detail)
{
	ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
	        errmsg("unit %d of migration %s is in doubt", key->unit, key->migration_id),
	        errdetail("This session has not seen its statement end. What the catalog shows: %s.",
	                  detail),
	        errhint("Say with finish_statement(..., succeeded => true or false) what is true, or "
	                "with resolve_migration()."));
}

/* The catalog has the last word where it can tell. */
static bool
is_completed(const SmUnitKey *key, const Intent *intent, SmStatementEnd end, char **detail)
{
	char *cleanup;

	switch (sm_effect_compare(intent->effect, detail, &cleanup))
	{
		case SM_OUTCOME_COMPLETED:
			return true;
		case SM_OUTCOME_NOT_STARTED:
		case SM_OUTCOME_CLEANUP:
			return false;
		case SM_OUTCOME_UNKNOWN:
			if (end == SM_STATEMENT_NOT_SEEN)
				refuse_unseen(key, *detail);
			break;
		case SM_OUTCOME_REPEAT: /* no harm in running it again */
			break;
	}
	return end == SM_STATEMENT_SUCCEEDED;
}

/* The error that ended the statement, where a script's session has seen it. */
static void
add_error(const SmUnitKey *key, SmUnitRow *row, char *detail)
{
	SmFailure *failure = sm_failure_first();

	row->error_message = detail;
	if (failure == NULL || !failure->in_unit || failure->transactional ||
	    failure->key.unit != key->unit || failure->sqlstate == NULL)
		return;
	row->error_sqlstate = failure->sqlstate;
	row->error_message = failure->message;
}

static void
record_end(SmQueryScope *scope, const SmUnitKey *key, const Intent *intent, bool completed,
           char *detail, bool final)
{
	TimestampTz now = GetCurrentTimestamp();
	SmUnitRow row = {
	    .state = completed ? SM_UNIT_COMPLETED : SM_UNIT_FAILED,
	    .started_at = intent->started_at,
	    .finished_at = now,
	    .execution_time_ms = (now - intent->started_at) / 1000.0,
	    .rows_affected = -1,
	    .lock_wait_ms = intent->lock_wait_ms,
	};

	if (is_announced(key))
	{
		row.lock_wait_ms += sm_unit_stats_lock_wait_ms();
		row.lock_hold_ms = sm_unit_stats_statement_hold_ms();
	}
	if (!completed)
		add_error(key, &row, detail);
	sm_history_write_unit(scope, key, &row);
	if (!completed)
		sm_history_mark_failed(scope, key, row.error_sqlstate, row.error_message, true);
	else if (final)
		sm_history_complete(scope, key, -1);
	else
		sm_history_mark_running(scope, key);
}

static void
refuse_not_begun(const SmUnitKey *key)
{
	ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
	        errmsg("unit %d of phase %s of migration %s was not begun", key->unit, key->phase,
	               key->migration_id),
	        errhint("Call begin_statement() and commit before the statement runs."));
}

Datum
summit_migrate_finish_statement(PG_FUNCTION_ARGS)
{
	SmQueryScope scope;
	SmUnitKey key;
	Intent *intent;
	bool completed;
	char *detail;

	sm_arguments_require(fcinfo, 0, 5);
	sm_arguments_require(fcinfo, 6, 7);
	sm_history_read_key(fcinfo, true, &key);
	sm_query_begin(&scope, fcinfo, SM_QUERY_LEDGER);
	sm_run_check(&scope);
	intent = load_intent(&scope, fcinfo);
	if (intent == NULL || !intent->running)
		refuse_not_begun(&key);
	refuse_busy(&scope, &key, intent);
	if (PG_GETARG_BOOL(6))
		sm_order_check_final(&key, sm_order_units(&scope, &key));
	completed = is_completed(&key, intent, read_end(fcinfo, &key), &detail);
	record_end(&scope, &key, intent, completed, detail, PG_GETARG_BOOL(6));
	sm_history_end_announced();
	sm_query_end(&scope);
	sm_failure_end_statement(completed);
	PG_RETURN_TEXT_P(cstring_to_text(completed ? "completed" : "failed"));
}
