/*
 * drift_resolve.c
 *		resolve_drift() and accept_drift(): what people decide on an alert.  The
 *		alerts themselves are drift.c's.
 *
 * Both compare first, so that the decision is on what is true now: an alert may
 * have closed by itself, or be part of another one.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "drift.h"
#include "expected.h"
#include "run.h"

typedef struct Alert
{
	int64 id;
	char *status;
	bool resolved;
	bool differs; /* its object is not as expected */
	char *resolution_notes;
	char *object_type;
	char *object_identity;
} Alert;

static SmQuery find_alert =
    SM_QUERY("SELECT a.status, a.resolved_at IS NOT NULL, a.metadata ? 'changes',"
             " a.resolution_notes, a.object_type, a.object_identity"
             " FROM @schema@.schema_drift_alerts a WHERE a.id = $1 FOR UPDATE",
             INT8OID);

static SmQuery close_alert =
    SM_QUERY("UPDATE @schema@.schema_drift_alerts SET status = $2, resolved_by = $3,"
             " resolved_at = coalesce(resolved_at, pg_catalog.now()), resolution_notes = $4"
             " WHERE id = $1",
             INT8OID, TEXTOID, TEXTOID, TEXTOID);

/*
 * The object under each name that it has on either side: a rename is two; and
 * with a rename what only follows it, which differs without being a change.
 */
static SmQuery accept_objects = SM_QUERY_LIST(
    "WITH renamed AS ("
    " SELECT n.name FROM @schema@.schema_drift_alerts a,"
    "  jsonb_to_recordset(a.metadata -> 'changes') c (change text, object_type text, property text,"
    "  expected text, actual text), LATERAL (VALUES (c.expected), (c.actual)) n (name)"
    " WHERE a.id = $4 AND c.change = 'renamed' AND c.object_type = $1 AND n.name IS NOT NULL"
    "), objects AS ("
    " SELECT $1 AS kind, $2 AS name UNION SELECT $1, name FROM renamed UNION"
    " SELECT c.kind, c.name FROM @schema@.snapshot_changes($5, NULL::integer) c"
    "  WHERE c.section = 'database' AND c.from_body IS NOT NULL AND c.to_body IS NOT NULL"
    "  AND EXISTS (SELECT FROM renamed) AND (c.kind, c.name) NOT IN"
    "   (SELECT d.kind, d.name FROM @schema@.schema_diff($5, NULL::integer) d WHERE d.section = "
    "'database')"
    ")"
    " SELECT @schema@.accept_objects('database'::text, array_agg(o.kind ORDER BY o.kind = $1 DESC, "
    "o.name),"
    "  array_agg(o.name ORDER BY o.kind = $1 DESC, o.name), $3) FROM objects o",
    TEXTOID, TEXTOID, TEXTOID, INT8OID, INT4OID);

PG_FUNCTION_INFO_V1(summit_migrate_resolve_drift);
PG_FUNCTION_INFO_V1(summit_migrate_accept_drift);

static void
read_alert(SmQueryScope *scope, int64 id, Alert *alert)
{
	Datum values[] = {Int64GetDatum(id)};

	if (sm_query_execute(scope, &find_alert, values, NULL, 1) == 0)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
		                errmsg("there is no drift alert " INT64_FORMAT, id),
		                errhint("SELECT * FROM drift_alerts() lists those that are open.")));
	alert->id = id;
	alert->status = sm_query_text(scope, 0, 1);
	alert->resolved = DatumGetBool(sm_query_value(0, 2, NULL));
	alert->differs = DatumGetBool(sm_query_value(0, 3, NULL));
	alert->resolution_notes = sm_query_text(scope, 0, 4);
	alert->object_type = sm_query_text(scope, 0, 5);
	alert->object_identity = sm_query_text(scope, 0, 6);
}

static void
refuse_resolved(const Alert *alert)
{
	if (alert->resolved)
		ereport(ERROR,
		        (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
		         errmsg("drift alert " INT64_FORMAT " is %s already", alert->id, alert->status),
		         alert->resolution_notes ? errdetail("Notes: %s", alert->resolution_notes) : 0));
}

static char *
required_notes(FunctionCallInfo fcinfo)
{
	char *notes = PG_ARGISNULL(1) ? "" : text_to_cstring(PG_GETARG_TEXT_PP(1));

	if (PG_ARGISNULL(0))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
		                errmsg("the id of a drift alert must not be null")));
	if (notes[strspn(notes, " \t\r\n")] == '\0')
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("notes must say what was decided, and why")));
	return notes;
}

static void
close_as(SmQueryScope *scope, const Alert *alert, const char *status, const char *notes)
{
	Datum values[] = {Int64GetDatum(alert->id), CStringGetTextDatum(status),
	                  CStringGetTextDatum(sm_run_user()), CStringGetTextDatum(notes)};

	sm_query_execute(scope, &close_alert, values, NULL, 0);
}

/* The alert before and after a comparison; raises where it was closed before. */
static void
compare_and_read(SmQueryScope *scope, int64 id, Alert *alert)
{
	read_alert(scope, id, alert);
	refuse_resolved(alert);
	sm_drift_compare(scope);
	read_alert(scope, id, alert);
	if (strcmp(alert->status, "folded") == 0)
		refuse_resolved(alert);
}

Datum
summit_migrate_resolve_drift(PG_FUNCTION_ARGS)
{
	char *notes = required_notes(fcinfo);
	SmQueryScope scope;
	Alert alert;

	sm_query_begin(&scope, fcinfo, SM_QUERY_WRITE);
	compare_and_read(&scope, PG_GETARG_INT64(0), &alert);
	if (!alert.resolved && alert.differs)
		ereport(ERROR,
		        (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
		         errmsg("%s %s still differs from what is expected", alert.object_type,
		                alert.object_identity),
		         errhint("Undo the change (schema_diff_sql() proposes statements), or make it the "
		                 "expected schema: SELECT accept_drift(" INT64_FORMAT ", 'why').",
		                 alert.id)));
	close_as(&scope, &alert, alert.resolved ? alert.status : "resolved", notes);
	sm_query_end(&scope);
	PG_RETURN_VOID();
}

Datum
summit_migrate_accept_drift(PG_FUNCTION_ARGS)
{
	char *notes = required_notes(fcinfo);
	SmQueryScope scope;
	Alert alert;
	Datum values[5];

	sm_query_begin(&scope, fcinfo, SM_QUERY_WRITE);
	compare_and_read(&scope, PG_GETARG_INT64(0), &alert);
	if (alert.resolved)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
		                errmsg("%s %s is as expected: there is nothing to accept",
		                       alert.object_type, alert.object_identity),
		                errhint("SELECT resolve_drift(" INT64_FORMAT
		                        ", 'how') closes the alert with your notes.",
		                        alert.id)));
	if (alert.differs)
	{
		values[0] = CStringGetTextDatum(alert.object_type);
		values[1] = CStringGetTextDatum(alert.object_identity);
		values[2] = CStringGetTextDatum(notes);
		values[3] = Int64GetDatum(alert.id);
		values[4] = Int32GetDatum(sm_expected_newest(&scope).id);
		sm_query_execute(&scope, &accept_objects, values, NULL, 0);
	}
	close_as(&scope, &alert, "accepted", notes);
	sm_query_end(&scope);
	PG_RETURN_VOID();
}
