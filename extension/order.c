/*
 * order.c
 *		The rules of order.  Up: expand, migrate, contract; the dependencies
 *		first; a phase's units one after the other.  Down: a phase only when no
 *		later one stands; nothing that an applied migration depends on.
 *
 * One query, which also takes the fence, answers "may it begin"; only when it
 * may not do others find the words for it.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "order.h"
#include "run.h"

#define THIS_PHASE "h.migration_id = $1 AND h.target = $5 AND NOT h.superseded"
#define EARLIER_PHASE                                                                              \
	"($2 = 'migrate' AND x.phase = 'expand' OR $2 = 'contract' AND x.phase <> 'contract')"
#define MISSING_DEPENDENCY                                                                         \
	"(NOT EXISTS (SELECT FROM @schema@.migration_history x WHERE x.migration_id = "                \
	"d.depends_on_migration_id"                                                                    \
	" AND x.target = $5 AND NOT x.superseded)"                                                     \
	" OR EXISTS (SELECT FROM @schema@.migration_history x WHERE x.migration_id = "                 \
	"d.depends_on_migration_id"                                                                    \
	" AND x.target = $5 AND NOT x.superseded AND x.status <> 'completed'"                          \
	" AND (x.phase <> 'contract' OR d.depends_on_phase = 'contract')))"

/*
 * The hot path: three rows by key, and for a first unit whether anything could
 * stand before it at all.  Every relation more costs microseconds a unit.
 */
#define CHECK_UP(more, join)                                                                       \
	"SELECT e.epoch, e.timeline, h.status, h.direction, u.state, u.transactional,"                 \
	" u.batch_cursor IS NOT NULL, " more " FROM @schema@.migration_epoch e"                        \
	" LEFT JOIN @schema@.migration_history h ON " THIS_PHASE " AND h.phase = $2"                   \
	" LEFT JOIN @schema@.migration_units u ON u.migration_id = $1 AND u.target = $5"               \
	"  AND u.phase = $2 AND u.direction = $3 AND u.unit = $4" join " FOR SHARE OF e"

static SmQuery check_first =
    SM_QUERY(CHECK_UP("NULL::text, $2 <> 'expand' OR EXISTS (SELECT FROM"
                      " @schema@.migration_dependencies d WHERE d.migration_id = $1)",
                      ""),
             TEXTOID, TEXTOID, TEXTOID, INT4OID, TEXTOID);

static SmQuery check_next = SM_QUERY(
    CHECK_UP("p.state, false", " LEFT JOIN @schema@.migration_units p ON p.migration_id = $1"
                               "  AND p.target = $5 AND p.phase = $2 AND p.direction = $3"
                               "  AND p.unit = $4 - 1"),
    TEXTOID, TEXTOID, TEXTOID, INT4OID, TEXTOID);

static SmQuery find_missing = SM_QUERY(
    "SELECT 'phase ' || x.phase || ' is ' || x.status FROM @schema@.migration_history x"
    " WHERE x.migration_id = $1 AND x.target = $5 AND NOT x.superseded AND x.status <> 'completed'"
    " AND " EARLIER_PHASE " UNION ALL (SELECT 'it depends on ' || d.depends_on_migration_id"
    " || CASE d.depends_on_phase WHEN 'contract' THEN ' with its contract phase' ELSE '' END"
    " || ', which is not applied'"
    " FROM @schema@.migration_dependencies d WHERE d.migration_id = $1 AND " MISSING_DEPENDENCY
    " ORDER BY 1) LIMIT 1",
    TEXTOID, TEXTOID, TEXTOID, INT4OID, TEXTOID);

/* Status: some phase that can be undone; blocked: who or what must go first. */
static SmQuery check_down = SM_QUERY(
    "SELECT e.epoch, e.timeline,"
    " (SELECT min(h.status) FROM @schema@.migration_history h WHERE " THIS_PHASE
    "  AND $2 IN (h.phase, 'all') AND h.status IN ('completed', 'failed', 'running')), 'down',"
    " u.state, u.transactional, u.batch_cursor IS NOT NULL,"
    " CASE WHEN $4 > 1 THEN (SELECT p.state FROM @schema@.migration_units p WHERE p.migration_id = "
    "$1"
    "  AND p.target = $5 AND p.phase = $2 AND p.direction = 'down' AND p.unit = $4 - 1) END,"
    " CASE WHEN $4 <= 1 THEN coalesce("
    "  (SELECT 'phase ' || h.phase || ' is ' || h.status || ': undo it first'"
    "   FROM @schema@.migration_history h WHERE " THIS_PHASE
    "   AND h.status IN ('completed', 'failed', 'running')"
    "   AND ($2 = 'expand' AND h.phase <> 'expand' OR $2 = 'migrate' AND h.phase = 'contract')"
    "   ORDER BY h.phase LIMIT 1),"
    "  (SELECT d.migration_id || ' is applied and depends on it'"
    "   FROM @schema@.migration_dependencies d WHERE d.depends_on_migration_id = $1"
    "   AND ($2 <> 'contract' OR d.depends_on_phase = 'contract')"
    "   AND EXISTS (SELECT FROM @schema@.migration_history x WHERE x.migration_id = d.migration_id"
    "    AND x.target = $5 AND NOT x.superseded AND x.status IN ('completed', 'failed', 'running'))"
    "   ORDER BY 1 DESC LIMIT 1)) END"
    " FROM @schema@.migration_epoch e"
    " LEFT JOIN @schema@.migration_units u ON u.migration_id = $1 AND u.target = $5 AND u.phase = "
    "$2"
    "  AND u.direction = $3 AND u.unit = $4"
    " FOR SHARE OF e",
    TEXTOID, TEXTOID, TEXTOID, INT4OID, TEXTOID);

static SmQuery reset_undo =
    SM_QUERY("UPDATE @schema@.migration_units u SET state = 'pending', batch_cursor = NULL"
             " WHERE u.migration_id = $1 AND u.target = $2 AND u.direction = 'down' AND u.phase IN "
             "('all', $3)",
             TEXTOID, TEXTOID, TEXTOID);

static char *
describe(const SmUnitKey *key)
{
	return psprintf("%s phase %s of migration %s on target %s", key->up ? "applying" : "undoing",
	                key->phase, key->migration_id, key->target);
}

static _Noreturn void
refuse(const SmUnitKey *key, const char *why, const char *hint)
{
	if (key->unit > 0)
		ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
		        errmsg("unit %d cannot begin: %s", key->unit, why),
		        errdetail("This is about %s.", describe(key)), errhint("%s", hint));
	ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
	        errmsg("the phase cannot be completed: %s", why),
	        errdetail("This is about %s.", describe(key)), errhint("%s", hint));
}

static void
check_status(const SmUnitKey *key, const char *status, const char *direction)
{
	if (!key->up && status == NULL)
		refuse(key, "there is nothing to undo",
		       "Only what is completed, failed or running can be undone; migration_status() shows "
		       "it.");
	if (!key->up)
		return;
	if (status == NULL)
		refuse(key, "the phase is not registered",
		       "Call register_migrations() with the file first.");
	if (strcmp(status, "completed") == 0)
		refuse(key, "the phase is completed", "There is nothing left to do in it.");
	if (strcmp(direction, "down") == 0 && strcmp(status, "rolled_back") != 0)
		refuse(key, "its undo was begun and has not ended",
		       "Let the rollback end first, or record what is true with resolve_migration().");
}

static void
check_unit_order(const SmUnitKey *key, const SmUnitBefore *before, const char *previous)
{
	if (before->state != NULL && strcmp(before->state, "completed") == 0)
		refuse(key, "it is completed", "Go on with the next unit.");
	if (key->unit > 1 && (previous == NULL || strcmp(previous, "completed") != 0))
		refuse(key,
		       psprintf("unit %d is %s", key->unit - 1, previous == NULL ? "pending" : previous),
		       "Units run one after the other.");
}

/* Word for what stands in the way of the first unit; NULL when nothing does. */
static char *
find_blocker(SmQueryScope *scope, const SmUnitKey *key, Datum *values)
{
	bool isnull;
	Datum blocked = sm_query_value(0, 9, &isnull);

	if (!key->up)
		return sm_query_text(scope, 0, 9);
	if (isnull || !DatumGetBool(blocked))
		return NULL;
	if (sm_query_execute(scope, &find_missing, values, NULL, 1) == 0)
		return NULL;
	return sm_query_text(scope, 0, 1);
}

static void
read_unit(SmQueryScope *scope, SmUnitBefore *before)
{
	bool isnull;

	before->state = sm_query_text(scope, 0, 5);
	before->transactional = DatumGetBool(sm_query_value(0, 6, &isnull));
	before->batched = DatumGetBool(sm_query_value(0, 7, &isnull));
}

void
sm_order_check(SmQueryScope *scope, const SmUnitKey *key, SmUnitBefore *before)
{
	Datum values[] = {
	    CStringGetTextDatum(key->migration_id),
	    CStringGetTextDatum(key->phase),
	    CStringGetTextDatum(key->up ? "up" : "down"),
	    Int32GetDatum(key->unit),
	    CStringGetTextDatum(key->target),
	};
	SmQuery *query = key->unit > 1 ? &check_next : &check_first;
	char *status;
	char *blocker;

	if (!key->up)
		query = &check_down;
	sm_run_check_session();
	if (sm_query_execute(scope, query, values, NULL, 1) != 1)
		elog(ERROR, "migration_epoch has no row");
	sm_run_check_fence(DatumGetInt64(sm_query_value(0, 1, NULL)), sm_query_text(scope, 0, 2));
	status = sm_query_text(scope, 0, 3);
	check_status(key, status, sm_query_text(scope, 0, 4));
	read_unit(scope, before);
	check_unit_order(key, before, sm_query_text(scope, 0, 8));
	blocker = find_blocker(scope, key, values);
	if (blocker != NULL)
		refuse(key, blocker, key->up ? "Apply that first." : "Undo that first.");
	if (key->up && key->unit <= 1 && strcmp(status, "rolled_back") == 0)
	{
		Datum phase_values[] = {values[0], values[4], values[1]};

		sm_query_execute(scope, &reset_undo, phase_values, NULL, 0);
	}
}
