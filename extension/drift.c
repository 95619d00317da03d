/*
 * drift.c
 *		check_drift(): the comparison of the live schema with the expected one,
 *		kept as alerts.  The decisions of people on alerts are in
 *		drift_resolve.c; what a difference means is the diff's.
 *
 * DDL that was captured has made an alert for each object that it touched, in
 * its own transaction.  Here they are folded: each top-level object that
 * differs keeps one open alert, that of the first DDL, with the journal rows of
 * all as its history; what no DDL in the journal explains gets an alert of its
 * own; so does what one DDL did to a second object (default privileges, what is
 * in a schema that was renamed).  Alerts of objects that do not differ are closed.
 */
#include "postgres.h"

#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "drift.h"
#include "expected.h"
#include "run.h"

static SmQuery seal = SM_QUERY_NOARGS("SELECT @schema@.seal_journal()");

static SmQuery running_elsewhere =
    SM_QUERY_LIST_NOARGS("SELECT FROM @schema@.migration_lock_holders() h"
                         " WHERE h.migration_id = '*' AND NOT h.stale"
                         "  AND h.pid <> pg_catalog.pg_backend_pid() LIMIT 1");

/* Each change as a line for people. */
#define CHANGE_TEXT                                                                                \
	"pg_catalog.concat(d.object_type, ' ', d.object_name, CASE"                                    \
	" WHEN d.property IS NULL THEN ' ' || d.change"                                                \
	" ELSE pg_catalog.concat(': ', d.property, ' ', coalesce(d.expected, '(none)'), ' -> ',"       \
	"  coalesce(d.actual, '(none)')) END"                                                          \
	" , CASE WHEN d.change = 'renamed' AND d.property IS NULL"                                     \
	"  THEN pg_catalog.concat(' from ', d.expected, ' to ', d.actual) END)"

/* What went with the rename of its schema: that explains it, but is the schema's alert. */
#define FOLLOWS "4"

/*
 * The objects that differ: one element each, with its changes, the open alerts
 * of DDL on it or on its parts, and the rule, if any, that says to ignore it.
 * An alert is of one object, the nearest: the one that is what the DDL touched,
 * that was it, that has its name; DDL on a name that went on to another object
 * says nothing about the one that has it now.
 */
static SmQuery find_differences = SM_QUERY_LIST(
    "WITH d AS MATERIALIZED ("
    " SELECT * FROM @schema@.schema_diff($1, NULL::integer) WITH ORDINALITY WHERE section = "
    "'database'"
    "), objects AS ("
    " SELECT d.kind, d.name,"
    "  CASE WHEN bool_or(d.property IS NULL AND d.object_type = d.kind)"
    "   THEN min(d.change) FILTER (WHERE d.property IS NULL AND d.object_type = d.kind)"
    "   ELSE 'changed' END AS drift_type,"
    "  CASE WHEN count(DISTINCT d.object_name) = 1 AND min(d.object_type) = 'column'"
    "   THEN (pg_catalog.parse_ident(min(d.object_name)))[3] END AS column_name,"
    "  string_agg(CASE WHEN d.expected IS NOT NULL THEN"
    "   pg_catalog.concat_ws(' ', d.object_name, d.property, d.expected) END, E'\\n'"
    "   ORDER BY d.ordinality) AS expected,"
    "  string_agg(CASE WHEN d.actual IS NOT NULL THEN"
    "   pg_catalog.concat_ws(' ', d.object_name, d.property, d.actual) END, E'\\n'"
    "   ORDER BY d.ordinality) AS actual,"
    "  string_agg(" CHANGE_TEXT ", E'\\n' ORDER BY d.ordinality) AS summary,"
    "  string_agg(DISTINCT d.evidence, E'\\n') AS evidence,"
    "  (ARRAY['none', 'patch', 'minor', 'major'])[max(pg_catalog.array_position("
    "   ARRAY['none', 'patch', 'minor', 'major'], d.bump))] AS bump,"
    "  jsonb_agg(to_jsonb(d) - 'section' - 'kind' - 'name' - 'ordinality'"
    "   ORDER BY d.ordinality) AS changes"
    " FROM d GROUP BY d.kind, d.name"
    "), identities AS ("
    " SELECT c.kind, c.name, i.side, p.oid"
    " FROM @schema@.snapshot_changes($1, NULL::integer) c,"
    "  LATERAL (VALUES (1, c.to_identity), (2, c.from_identity)) i (side, identity),"
    "  LATERAL (SELECT (i.identity ->> 'oid')::oid UNION ALL"
    "   SELECT part.value::text::oid"
    "   FROM jsonb_each(i.identity - ARRAY['oid', 'columns', 'labels']) parts,"
    "    jsonb_each(parts.value) part) p (oid)"
    " WHERE c.section = 'database' AND i.identity IS NOT NULL"
    "), captured AS ("
    " SELECT a.id, a.journal_id, a.object_type, a.object_identity,"
    "  CASE WHEN a.metadata -> 'follows' IS NULL THEN j.objid END AS objid,"
    "  @schema@.alert_history(a.metadata) || a.journal_id AS history"
    " FROM @schema@.schema_drift_alerts a LEFT JOIN @schema@.ddl_journal j ON j.id = a.journal_id"
    " WHERE a.resolved_at IS NULL"
    "), matches AS ("
    " SELECT i.kind, i.name, c.id, i.side AS distance FROM captured c"
    "  JOIN identities i ON i.oid = c.objid JOIN objects o ON o.kind = i.kind AND o.name = i.name"
    " UNION SELECT o.kind, o.name, c.id, 3 FROM captured c"
    "  JOIN objects o ON o.kind = c.object_type AND o.name = c.object_identity"
    " UNION SELECT o.kind, o.name, c.id, 3 FROM captured c"
    "  JOIN objects o ON o.kind = 'default privileges' AND c.object_type LIKE o.kind || ' on %'"
    "   AND o.name LIKE '%' || upper(pg_catalog.right(c.object_type, -pg_catalog.length(o.kind)))"
    " UNION SELECT o.kind, o.name, c.id, " FOLLOWS " FROM objects s"
    "  JOIN objects o ON o.drift_type = 'renamed' AND pg_catalog.starts_with(o.name, s.name || '.')"
    "  JOIN identities i ON i.kind = s.kind AND i.name = s.name JOIN captured c ON c.objid = i.oid"
    " WHERE s.kind = 'schema' AND s.drift_type = 'renamed'"
    "), nearest AS ("
    " SELECT m.*, min(m.distance) OVER (PARTITION BY m.id) AS least,"
    "  row_number() OVER (PARTITION BY m.id ORDER BY m.distance, m.kind, m.name) AS place"
    " FROM matches m"
    "), explained AS ("
    " SELECT n.kind, n.name, jsonb_agg(DISTINCT c.id) FILTER (WHERE n.place = 1) AS alerts,"
    "  min(c.id) FILTER (WHERE n.place = 1) AS head, max(c.journal_id) AS journal_id,"
    "  jsonb_agg(DISTINCT h.id) FILTER (WHERE h.id IS NOT NULL) AS history"
    " FROM nearest n JOIN captured c ON c.id = n.id LEFT JOIN LATERAL unnest(c.history) h (id) ON "
    "true"
    " WHERE n.distance IN (n.least, " FOLLOWS ") GROUP BY n.kind, n.name"
    ")"
    " SELECT coalesce(jsonb_agg(to_jsonb(o) || jsonb_build_object('alerts', e.alerts,"
    "  'head', e.head, 'journal_id', e.journal_id, 'history', e.history,"
    "  'ignored_by', @schema@.drift_ignore_rule_for(o.kind, o.name))"
    "  ORDER BY o.kind COLLATE \"C\", o.name COLLATE \"C\"), '[]')"
    " FROM objects o LEFT JOIN explained e USING (kind, name)",
    INT4OID);

#define DIFFERENCES                                                                                \
	" jsonb_to_recordset($1) AS o (kind text, name text, drift_type text, column_name text,"       \
	" expected text, actual text, summary text, evidence text, bump text, changes jsonb,"          \
	" alerts jsonb, head bigint, journal_id bigint, history jsonb, ignored_by integer)"
#define METADATA                                                                                   \
	"jsonb_build_object('summary', o.summary, 'evidence', o.evidence, 'bump', o.bump,"             \
	" 'changes', o.changes, 'history', o.history)"
/*
 * Nobody's change is the worst, where somebody's would be in the journal; and
 * that of capture itself.
 */
#define SEVERITY                                                                                   \
	"CASE WHEN o.kind = 'event trigger' AND o.name LIKE 'summit\\_migrate\\_%' THEN 'critical'"    \
	" WHEN o.journal_id IS NULL AND EXISTS (SELECT FROM pg_catalog.pg_event_trigger"               \
	"  WHERE evtname = 'summit_migrate_command_end' AND evtenabled <> 'D') THEN 'critical'"        \
	" WHEN o.bump = 'major' THEN 'high' WHEN o.bump = 'minor' THEN 'medium' ELSE 'low' END"
#define TABLE_NAME                                                                                 \
	"CASE WHEN o.kind IN ('table', 'view', 'materialized view', 'foreign table') THEN o.name END"

static SmQuery update_heads = SM_QUERY(
    "UPDATE @schema@.schema_drift_alerts a SET object_type = o.kind, object_identity = o.name,"
    " table_name = " TABLE_NAME ", column_name = o.column_name, drift_type = o.drift_type,"
    " expected_value = o.expected, actual_value = o.actual, severity = " SEVERITY ","
    " journal_id = o.journal_id, last_seen = pg_catalog.now(), metadata = a.metadata || " METADATA
    " FROM" DIFFERENCES " WHERE a.id = o.head AND o.ignored_by IS NULL",
    JSONBOID);

static SmQuery insert_unexplained = SM_QUERY_LIST(
    "INSERT INTO @schema@.schema_drift_alerts (drift_type, object_type, object_identity, "
    "table_name,"
    " column_name, expected_value, actual_value, severity, journal_id, metadata)"
    " SELECT o.drift_type, o.kind, o.name, " TABLE_NAME ", o.column_name, o.expected, o.actual,"
    "  " SEVERITY ", o.journal_id, " METADATA "  || CASE WHEN o.journal_id IS NULL THEN '{}' ELSE "
    "'{\"follows\": true}' END::jsonb FROM" DIFFERENCES
    " WHERE o.head IS NULL AND o.ignored_by IS NULL",
    JSONBOID);

static SmQuery fold_others = SM_QUERY(
    "UPDATE @schema@.schema_drift_alerts a SET status = 'folded', resolved_at = pg_catalog.now(),"
    " resolved_by = $2, resolution_notes = pg_catalog.concat('part of alert ', o.head)"
    " FROM" DIFFERENCES ", jsonb_array_elements_text(o.alerts) part"
    " WHERE a.id = part::bigint AND a.id <> o.head AND o.ignored_by IS NULL",
    JSONBOID, TEXTOID);

/*
 * What only the hook sees and no comparison of this database (a role, a
 * setting): a human's word ends it.
 */
#define IS_SHARED(j)                                                                               \
	j ".captured_by = 'hook' AND " j ".object_type <> 'event trigger'"                             \
	  " AND " j ".classid IS DISTINCT FROM 'pg_catalog.pg_class'::pg_catalog.regclass"

/* These are folded by their names, for the same reason. */
static SmQuery fold_shared = SM_QUERY_LIST(
    "WITH shared AS ("
    " SELECT a.id, a.severity, a.drift_type, a.journal_id,"
    "  @schema@.alert_history(a.metadata) || a.journal_id AS history,"
    "  min(a.id) OVER (PARTITION BY a.object_type, a.object_identity) AS head"
    " FROM @schema@.schema_drift_alerts a JOIN @schema@.ddl_journal j ON j.id = a.journal_id"
    " WHERE a.resolved_at IS NULL AND " IS_SHARED(
        "j") "), heads AS ("
             " UPDATE @schema@.schema_drift_alerts a SET drift_type = s.drift_type, severity = "
             "s.severity,"
             "  journal_id = s.journal_id, last_seen = pg_catalog.now(),"
             "  metadata = a.metadata || jsonb_build_object('history', s.history)"
             " FROM (SELECT s.head, max(s.journal_id) AS journal_id,"
             "   (array_agg(s.drift_type ORDER BY s.id DESC))[1] AS drift_type,"
             "   (array_agg(s.severity ORDER BY pg_catalog.array_position("
             "    ARRAY['critical', 'high', 'medium', 'low'], s.severity)))[1] AS severity,"
             "   jsonb_agg(DISTINCT h.id) AS history"
             "  FROM shared s, unnest(s.history) h (id) GROUP BY s.head HAVING count(DISTINCT "
             "s.id) > 1) s"
             " WHERE a.id = s.head)"
             " UPDATE @schema@.schema_drift_alerts a SET status = 'folded', resolved_at = "
             "pg_catalog.now(),"
             "  resolved_by = $1, resolution_notes = pg_catalog.concat('part of alert ', s.head)"
             " FROM shared s WHERE a.id = s.id AND s.id <> s.head",
    TEXTOID);

static SmQuery close_others = SM_QUERY_LIST(
    "UPDATE @schema@.schema_drift_alerts a SET status = CASE WHEN o.ignored_by IS NULL"
    "  THEN 'undone' ELSE 'ignored' END, resolved_at = pg_catalog.now(), resolved_by = $2,"
    " resolution_notes = CASE WHEN o.ignored_by IS NULL THEN 'as expected again'"
    "  ELSE pg_catalog.concat('ignored by rule ', o.ignored_by) END"
    " FROM @schema@.schema_drift_alerts open LEFT JOIN (SELECT part::bigint AS id, o.ignored_by"
    "  FROM" DIFFERENCES ", jsonb_array_elements_text(o.alerts) part) o ON o.id = open.id"
    " WHERE a.id = open.id AND open.resolved_at IS NULL AND (o.id IS NULL OR o.ignored_by IS NOT "
    "NULL)"
    " AND NOT EXISTS (SELECT FROM @schema@.ddl_journal j WHERE j.id = open.journal_id"
    "  AND " IS_SHARED("j") ")",
    JSONBOID, TEXTOID);

static SmQuery open_alerts = SM_QUERY_LIST_NOARGS(
    "SELECT id, severity, drift_type, object_type, object_name, summary, author, role_name,"
    " client_addr, application_name, changed_at, statement, bump, evidence, journal_id, "
    "detected_at,"
    " last_seen, changes FROM @schema@.drift_alerts(false)");

PG_FUNCTION_INFO_V1(summit_migrate_check_drift);

/* One comparison at a time; capture, which only inserts, goes on beside it. */
static void
lock_alerts(SmQueryScope *scope)
{
	sm_query_run(scope, sm_query_expand(scope, "LOCK TABLE @schema@.schema_drift_alerts"
	                                           " IN SHARE UPDATE EXCLUSIVE MODE"));
}

static Datum
find_all(SmQueryScope *scope, const SmExpected *expected)
{
	Datum values[] = {Int32GetDatum(expected->id)};

	if (strcmp(expected->fingerprint, sm_expected_live_fingerprint(scope)) == 0)
		return DirectFunctionCall1(jsonb_in, CStringGetDatum("[]"));
	sm_query_execute(scope, &find_differences, values, NULL, 1);
	return sm_query_value(0, 1, NULL);
}

static void
update_alerts(SmQueryScope *scope, Datum differences)
{
	Datum values[2];

	values[0] = PointerGetDatum(PG_DETOAST_DATUM_COPY(differences));
	values[1] = CStringGetTextDatum(sm_run_user());
	sm_query_execute(scope, &fold_others, values, NULL, 0);
	sm_query_execute(scope, &close_others, values, NULL, 0);
	sm_query_execute(scope, &update_heads, values, NULL, 0);
	sm_query_execute(scope, &insert_unexplained, values, NULL, 0);
	sm_query_execute(scope, &fold_shared, &values[1], NULL, 0);
}

void
sm_drift_compare(SmQueryScope *scope)
{
	SmExpected expected;

	sm_query_execute(scope, &seal, NULL, NULL, 0);
	if (sm_query_execute(scope, &running_elsewhere, NULL, NULL, 1) > 0)
	{
		ereport(NOTICE, (errmsg("a migration is running: nothing was compared"),
		                 errhint("SELECT * FROM migration_lock_holders() shows who runs it.")));
		return;
	}
	lock_alerts(scope);
	sm_expected_settle(scope);
	expected = sm_expected_newest(scope);
	if (expected.id == 0)
	{
		ereport(NOTICE, (errmsg("no schema is expected yet: nothing was compared"),
		                 errhint("SELECT accept_schema('why') makes the schema as it is now the "
		                         "expected one; so does the first run of migrations.")));
		return;
	}
	update_alerts(scope, find_all(scope, &expected));
}

static void
return_open_alerts(FunctionCallInfo fcinfo, SmQueryScope *scope)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	uint64 rows = sm_query_execute(scope, &open_alerts, NULL, NULL, 0);

	for (uint64 i = 0; i < rows; i++)
		tuplestore_puttuple(result->setResult, SPI_tuptable->vals[i]);
}

Datum
summit_migrate_check_drift(PG_FUNCTION_ARGS)
{
	SmQueryScope scope;

	InitMaterializedSRF(fcinfo, 0);
	sm_query_begin(&scope, fcinfo, SM_QUERY_WRITE);
	sm_drift_compare(&scope);
	return_open_alerts(fcinfo, &scope);
	sm_query_end(&scope);
	return (Datum) 0;
}
