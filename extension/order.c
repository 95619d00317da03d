/*
 * order.c
 *		The rules of order.  Up: expand, migrate, contract; the dependencies
 *		first; a phase's units one after the other.  Down: a phase only when no
 *		later one stands; nothing that an applied migration depends on.
 *
 * What is read takes the fence with it.
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/builtins.h"

#include "lookup.h"
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

#define UNDO_UNITS "CASE $2 WHEN 'all' THEN h.undo_all_units ELSE h.undo_units END"

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
static SmQuery find_undo = SM_QUERY(
    "SELECT e.epoch, e.timeline,"
    " (SELECT min(h.status) FROM @schema@.migration_history h WHERE " THIS_PHASE
    "  AND $2 IN (h.phase, 'all') AND h.status IN ('completed', 'failed', 'running')),"
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
    "   ORDER BY 1 DESC LIMIT 1)) END,"
    " (SELECT max(" UNDO_UNITS ") FROM @schema@.migration_history h"
    "  WHERE " THIS_PHASE " AND $2 IN (h.phase, 'all'))"
    " FROM @schema@.migration_epoch e"
    " LEFT JOIN @schema@.migration_units u ON u.migration_id = $1 AND u.target = $5 AND u.phase = "
    "$2"
    "  AND u.direction = $3 AND u.unit = $4"
    " FOR SHARE OF e",
    TEXTOID, TEXTOID, TEXTOID, INT4OID, TEXTOID);

static SmQuery count_units =
    SM_QUERY("SELECT max(CASE $3 WHEN 'up' THEN h.units ELSE " UNDO_UNITS " END)"
             " FROM @schema@.migration_history h WHERE " THIS_PHASE " AND $2 IN (h.phase, 'all')",
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

/*
 * An error that a savepoint catches would be passed over, and what comes behind
 * it would run and be recorded.
 */
static void
refuse_savepoint(void)
{
	if (GetCurrentTransactionNestLevel() == 1)
		return;
	ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
	        errmsg("units and phases cannot be recorded behind a savepoint"),
	        errdetail("An error would be rolled back to it, and the rest would run all the same."),
	        errhint("psql makes one before each statement: \\unset ON_ERROR_ROLLBACK."));
}

static void
check_unit_number(const SmUnitKey *key, int units)
{
	if (units < 0 || key->unit <= units)
		return;
	if (units == 0 && !key->up)
		refuse(key, "the file has no rollback for that",
		       "Write one before it is applied, or record what is true with resolve_migration().");
	refuse(key, psprintf("there are %d, as registered", units),
	       "Register the file that is being run.");
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

/* What stands in the way of the first unit of a phase, NULL when nothing does. */
static char *
find_blocker(SmQueryScope *scope, Datum *values)
{
	if (sm_query_execute(scope, &find_missing, values, NULL, 1) == 0)
		return NULL;
	return sm_query_text(scope, 0, 1);
}

static void
check_up(SmQueryScope *scope, const SmUnitKey *key, Datum *values, SmUnitBefore *before)
{
	SmLookup found;
	char *blocker = NULL;

	sm_lookup_unit(scope, key, &found);
	sm_run_check_fence(found.epoch, found.timeline);
	check_status(key, found.status, found.direction);
	before->state = found.state;
	before->transactional = found.transactional;
	before->batched = found.batched;
	before->units = found.units;
	check_unit_number(key, before->units);
	check_unit_order(key, before, found.previous);
	/* Most first units have nothing before them at all. */
	if (key->unit <= 1 && (found.depends || strcmp(key->phase, "expand") != 0))
		blocker = find_blocker(scope, values);
	if (blocker != NULL)
		refuse(key, blocker, "Apply that first.");
	if (key->unit <= 1 && strcmp(found.status, "rolled_back") == 0)
	{
		Datum phase_values[] = {values[0], values[4], values[1]};

		sm_query_execute(scope, &reset_undo, phase_values, NULL, 0);
	}
}

static void
check_down(SmQueryScope *scope, const SmUnitKey *key, Datum *values, SmUnitBefore *before)
{
	bool isnull;
	char *blocker;

	if (sm_query_execute(scope, &find_undo, values, NULL, 1) != 1)
		elog(ERROR, "migration_epoch has no row");
	sm_run_check_fence(DatumGetInt64(sm_query_value(0, 1, NULL)), sm_query_text(scope, 0, 2));
	check_status(key, sm_query_text(scope, 0, 3), "down");
	before->state = sm_query_text(scope, 0, 4);
	before->transactional = DatumGetBool(sm_query_value(0, 5, &isnull));
	before->batched = DatumGetBool(sm_query_value(0, 6, &isnull));
	before->units = DatumGetInt32(sm_query_value(0, 9, &isnull));
	before->units = isnull ? -1 : before->units;
	check_unit_order(key, before, sm_query_text(scope, 0, 7));
	blocker = sm_query_text(scope, 0, 8);
	if (blocker != NULL)
		refuse(key, blocker, "Undo that first.");
	check_unit_number(key, before->units);
}

static void
make_values(const SmUnitKey *key, Datum *values)
{
	values[0] = CStringGetTextDatum(key->migration_id);
	values[1] = CStringGetTextDatum(key->phase);
	values[2] = CStringGetTextDatum(key->up ? "up" : "down");
	values[3] = Int32GetDatum(key->unit);
	values[4] = CStringGetTextDatum(key->target);
}

int
sm_order_units(SmQueryScope *scope, const SmUnitKey *key)
{
	Datum values[5];
	Datum units;
	bool isnull;

	make_values(key, values);
	sm_query_execute(scope, &count_units, values, NULL, 1);
	units = sm_query_value(0, 1, &isnull);
	return isnull ? -1 : DatumGetInt32(units);
}

void
sm_order_check_final(const SmUnitKey *key, int units)
{
	if (units < 0 || units == key->unit)
		return;
	ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
	        errmsg("unit %d is not the last: there are %d, as registered", key->unit, units),
	        errdetail("This is about %s.", describe(key)),
	        errhint("Only the last unit completes its phase."));
}

void
sm_order_check(SmQueryScope *scope, const SmUnitKey *key, SmUnitBefore *before)
{
	Datum values[5];

	make_values(key, values);
	sm_run_check_session();
	refuse_savepoint();
	if (key->up)
		check_up(scope, key, values, before);
	else
		check_down(scope, key, values, before);
}
