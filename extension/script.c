/*
 * script.c
 *		migration_script(): a migration file as the statements that apply or undo
 *		it and record that, for psql's \gexec.  Nothing is run or written here.
 *
 * \gexec goes on after an error, so the script protects itself.  It makes new
 * transactions read-only first.  A unit in a transaction opens that for itself
 * alone, and a begin_unit() that refuses aborts the whole block.  A statement
 * outside transactions finds a writable session only when begin_statement()
 * succeeded in the transaction that made the session so.
 */
#include "postgres.h"

#include <ctype.h>

#include "catalog/pg_type_d.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "parse.h"
#include "query.h"

#define DEFAULT_LOCK_TIMEOUT "2000"
#define TARGET "postgresql"

PG_FUNCTION_INFO_V1(summit_migrate_migration_script);

typedef struct Script
{
	ReturnSetInfo *result;
	const SmMigration *migration;
	const char *schema; /* quoted */
	char *id;
	char *quoted_id;
	bool up;
	bool changes_role; /* the file may: ledger calls put it back */
	bool changes_settings;
	char *phases;           /* of the way up, as an SQL array */
	List *completed;        /* of SmCompletedUnit */
	List *completed_phases; /* of char *, the way up */
} Script;

typedef struct SmCompletedUnit
{
	char *phase;
	bool up;
	int unit;
} SmCompletedUnit;

static SmQuery completed_units =
    SM_QUERY("SELECT u.phase, u.direction = 'up', u.unit FROM @schema@.unit_state($1, ARRAY[$2]) u"
             " WHERE u.state = 'completed'",
             TEXTOID, TEXTOID);

static SmQuery completed_phases = SM_QUERY(
    "SELECT h.phase FROM @schema@.migration_state($1, ARRAY[$2]) h WHERE h.status = 'completed'",
    TEXTOID, TEXTOID);

static void emit(Script *script, const char *format, ...) pg_attribute_printf(2, 3);

static void
emit(Script *script, const char *format, ...)
{
	StringInfoData row;
	Datum value;
	bool isnull = false;

	initStringInfo(&row);
	for (;;)
	{
		va_list args;
		int needed;

		va_start(args, format);
		needed = appendStringInfoVA(&row, format, args);
		va_end(args);
		if (needed == 0)
			break;
		enlargeStringInfo(&row, needed);
	}
	value = CStringGetTextDatum(row.data);
	tuplestore_putvalues(script->result->setResult, script->result->setDesc, &value, &isnull);
	pfree(row.data);
}

static bool
is_completed(const Script *script, const SmPhase *phase, int unit)
{
	ListCell *cell;

	foreach (cell, script->completed)
	{
		const SmCompletedUnit *completed = lfirst(cell);

		if (completed->up == phase->up && completed->unit == unit &&
		    strcmp(completed->phase, phase->name) == 0)
			return true;
	}
	return false;
}

static bool
is_phase_completed(const Script *script, const char *phase)
{
	ListCell *cell;

	foreach (cell, script->completed_phases)
	{
		if (strcmp(lfirst(cell), phase) == 0)
			return true;
	}
	return false;
}

static void
load_completed(Script *script, FunctionCallInfo fcinfo)
{
	SmQueryScope scope;
	Datum values[] = {CStringGetTextDatum(TARGET), CStringGetTextDatum(script->id)};
	uint64 count;

	sm_query_begin(&scope, fcinfo, SM_QUERY_READ);
	count = sm_query_execute(&scope, &completed_units, values, NULL, 0);
	MemoryContextSwitchTo(scope.caller);
	script->schema = sm_query_expand(&scope, "@schema@");
	for (uint64 i = 0; i < count; i++)
	{
		SmCompletedUnit *unit = palloc(sizeof(SmCompletedUnit));

		unit->phase = sm_query_text(&scope, i, 1);
		unit->up = DatumGetBool(sm_query_value(i, 2, NULL));
		unit->unit = DatumGetInt32(sm_query_value(i, 3, NULL));
		script->completed = lappend(script->completed, unit);
	}
	count = sm_query_execute(&scope, &completed_phases, values, NULL, 0);
	for (uint64 i = 0; i < count; i++)
		script->completed_phases = lappend(script->completed_phases, sm_query_text(&scope, i, 1));
	sm_query_end(&scope);
}

/* Before a ledger call: the role that may make it. */
static void
emit_own_role(Script *script)
{
	if (!script->changes_role)
		return;
	emit(script, "SET LOCAL SESSION AUTHORIZATION DEFAULT");
	emit(script, "SET LOCAL ROLE NONE");
}

/* And back to what the file had set, for the statements of this transaction. */
static void
emit_remember_role(Script *script)
{
	if (!script->changes_role)
		return;
	emit(script,
	     "SELECT pg_catalog.set_config('summit_migrate.session', "
	     "pg_catalog.current_setting('session_authorization'), true),"
	     " pg_catalog.set_config('summit_migrate.role', pg_catalog.current_setting('role'), true)");
	emit_own_role(script);
}

static void
emit_recall_role(Script *script)
{
	if (!script->changes_role)
		return;
	emit(script, "SELECT pg_catalog.set_config('session_authorization', "
	             "pg_catalog.current_setting('summit_migrate.session'), true)");
	emit(script, "SELECT pg_catalog.set_config('role', "
	             "pg_catalog.current_setting('summit_migrate.role'), true)");
}

/* "$user" in the search path means the file's role, not the ledger's. */
static void
emit_fixed_search_path(Script *script)
{
	if (script->changes_role)
		emit(script,
		     "SELECT pg_catalog.set_config('search_path', coalesce((SELECT pg_catalog.string_agg("
		     "pg_catalog.quote_ident(s), ', ') FROM "
		     "pg_catalog.unnest(pg_catalog.current_schemas(false)) AS s), ''), true)");
}

/* What a check's query must return, as an SQL condition on it. */
static char *
condition(const SmCheck *check)
{
	const char *value = check->expect + strspn(check->expect, "=<>");
	char *operator= pnstrdup(check->expect, value - check->expect);

	/* The whole row, so that every column is worked out: any error fails the check. */
	if (strcmp(check->expect, "any") == 0)
		return psprintf("(SELECT pg_catalog.count(q) >= 0 FROM (\n%s\n) AS q)", check->query);
	if (strcmp(check->expect, "true") == 0)
		return psprintf("(\n%s\n) IS TRUE", check->query);
	if (strcmp(check->expect, "false") == 0)
		return psprintf("(\n%s\n) IS FALSE", check->query);
	value += strspn(value, " ");
	if (*value != '\'' && strspn(value, "0123456789.+-") != strlen(value))
		value = quote_literal_cstr(value);
	return psprintf("(\n%s\n) %s %s", check->query, operator, value);
}

/* A check of the whole file stands before its first phase or after its last. */
static bool
applies(const Script *script, const SmCheck *check, const SmPhase *phase)
{
	const SmPhase *edge =
	    check->pre ? linitial(script->migration->phases) : llast(script->migration->phases);

	return script->up && (strcmp(check->phase, phase->name) == 0 ||
	                      (strcmp(check->phase, SM_PHASE_ALL) == 0 && edge == phase));
}

static bool
has_checks(const Script *script, const SmPhase *phase, bool pre)
{
	ListCell *cell;

	foreach (cell, script->migration->checks)
	{
		const SmCheck *check = lfirst(cell);

		if (check->pre == pre && applies(script, check, phase))
			return true;
	}
	return false;
}

static void
emit_checks(Script *script, const SmPhase *phase, bool pre)
{
	ListCell *cell;

	foreach (cell, script->migration->checks)
	{
		const SmCheck *check = lfirst(cell);

		if (check->pre == pre && applies(script, check, phase))
			emit(script, "SELECT %s.assert_check(%s, %s, %s)", script->schema,
			     quote_literal_cstr(check->name), condition(check),
			     check->critical ? "true" : "false");
	}
}

/* The arguments that every ledger call for a unit begins with. */
static char *
unit_arguments(const Script *script, const SmPhase *phase, const SmUnit *unit)
{
	return psprintf("%s, '%s', '%s', %d, '" TARGET "'", script->quoted_id, phase->name,
	                phase->up ? "up" : "down", unit->number);
}

static void
emit_statements(Script *script, const SmUnit *unit, const char *option, bool with)
{
	ListCell *cell;

	foreach (cell, unit->statements)
	{
		const SmStatement *statement = lfirst(cell);

		if ((sm_parse_option_value(statement->options, option) != NULL) == with)
			emit(script, "%s", statement->text);
	}
}

static const char *
header_or(const Script *script, const char *name, const char *otherwise)
{
	const char *value = sm_parse_header_value(script->migration, name);

	return value == NULL ? otherwise : value;
}

/* A batched statement is one transaction here: \gexec has no loops. */
static void
emit_transaction(Script *script, const SmPhase *phase, const SmUnit *unit, bool final)
{
	char *arguments = unit_arguments(script, phase, unit);

	emit(script, "%s", unit->begin_text == NULL ? "BEGIN" : unit->begin_text);
	emit(script, "SET TRANSACTION READ WRITE");
	emit_statements(script, unit, "leading", true);
	emit_remember_role(script);
	emit(script, "SELECT %s.begin_unit(%s, %s, %s, 0)", script->schema, arguments,
	     header_or(script, "lock-timeout", DEFAULT_LOCK_TIMEOUT),
	     header_or(script, "statement-timeout", "0"));
	emit_recall_role(script);
	if (unit->number == 1)
		emit_checks(script, phase, true);
	emit_statements(script, unit, "leading", false);
	emit_own_role(script);
	emit(script, "SELECT %s.finish_unit(%s, %s)", script->schema, arguments,
	     final ? "true" : "false");
	emit(script, "COMMIT");
}

static void
emit_statement(Script *script, const SmPhase *phase, const SmUnit *unit, bool final)
{
	char *arguments = unit_arguments(script, phase, unit);
	const SmStatement *statement = linitial(unit->statements);
	const char *done_when = sm_parse_option_value(unit->options, "done-when");

	emit(script, "BEGIN");
	if (unit->number == 1)
		emit_checks(script, phase, true);
	emit_fixed_search_path(script);
	emit_own_role(script);
	emit(script, "SELECT %s.begin_statement(%s, %s, 0)", script->schema, arguments,
	     quote_literal_cstr(statement->text));
	emit(script, "SET default_transaction_read_only = off");
	emit(script, "COMMIT");
	emit(script, "%s", statement->text);
	emit(script, "SET default_transaction_read_only = on");
	emit(script, "BEGIN");
	emit_own_role(script);
	emit(script, "SELECT %s.finish_statement(%s, %s, %s)", script->schema, arguments,
	     done_when == NULL ? "NULL" : psprintf("(\n%s\n)", done_when), final ? "true" : "false");
	emit(script, "COMMIT");
}

static void
emit_finish(Script *script, const SmPhase *phase)
{
	emit(script, "BEGIN");
	if (phase->units == NIL)
		emit_checks(script, phase, true);
	emit_checks(script, phase, false);
	emit_own_role(script);
	emit(script, "SELECT %s.finish_migration(%s, '%s', '%s', '" TARGET "')", script->schema,
	     script->quoted_id, phase->name, phase->up ? "up" : "down");
	emit(script, "COMMIT");
}

/* What completed units set for those after them, in later phases too. */
static void
emit_settings(Script *script, const SmPhase *phase)
{
	ListCell *cell;

	foreach (cell, phase->units)
	{
		const SmUnit *unit = lfirst(cell);

		if (is_completed(script, phase, unit->number))
			emit_statements(script, unit, "replay", true);
	}
}

static void
emit_phase(Script *script, const SmPhase *phase)
{
	bool finished_apart = has_checks(script, phase, false);
	ListCell *cell;

	if (phase->up && is_phase_completed(script, phase->name))
	{
		emit_settings(script, phase);
		return;
	}
	if (phase->units == NIL || is_completed(script, phase, list_length(phase->units)))
		finished_apart = true;
	foreach (cell, phase->units)
	{
		const SmUnit *unit = lfirst(cell);
		bool final = !finished_apart && lnext(phase->units, cell) == NULL;

		if (is_completed(script, phase, unit->number))
			emit_statements(script, unit, "replay", true);
		else if (unit->transactional)
			emit_transaction(script, phase, unit, final);
		else
			emit_statement(script, phase, unit, final);
	}
	if (finished_apart)
		emit_finish(script, phase);
}

static void
emit_start(Script *script, const char *content)
{
	const char *run_as = sm_parse_header_value(script->migration, "run-as");

	emit(script, "SET default_transaction_read_only = on");
	emit(script, "SELECT * FROM %s.begin_run('%s')", script->schema,
	     script->up ? "apply" : "rollback");
	emit(script, "SELECT %s.register_migration(%s, %s)", script->schema,
	     quote_literal_cstr(psprintf("%s.sql", script->id)), quote_literal_cstr(content));
	if (run_as != NULL)
		emit(script, "SET ROLE %s", quote_identifier(run_as));
}

/* The run went well when all its phases are where they were to go. */
static void
emit_end(Script *script)
{
	if (script->changes_role)
	{
		emit(script, "RESET SESSION AUTHORIZATION");
		emit(script, "RESET ROLE");
	}
	emit(script,
	     "SELECT %s.end_run(CASE WHEN pg_catalog.bool_and(s.status %s) THEN 'completed' ELSE "
	     "'failed' END)"
	     " FROM %s.migration_status('" TARGET
	     "') AS s WHERE s.migration_id = %s AND s.phase = ANY (%s)",
	     script->schema, script->up ? "= 'completed'" : "IN ('rolled_back', 'pending')",
	     script->schema, script->quoted_id, script->phases);
	emit(script, script->changes_settings ? "RESET ALL" : "RESET default_transaction_read_only");
}

static bool
unit_has_replay(const SmUnit *unit)
{
	ListCell *cell;

	foreach (cell, unit->statements)
	{
		if (sm_parse_option_value(((SmStatement *) lfirst(cell))->options, "replay") != NULL)
			return true;
	}
	return false;
}

static bool
phases_have_replay(const List *phases)
{
	ListCell *phase;
	ListCell *unit;

	foreach (phase, phases)
	{
		foreach (unit, ((SmPhase *) lfirst(phase))->units)
		{
			if (unit_has_replay(lfirst(unit)))
				return true;
		}
	}
	return false;
}

/* Only decides how much is written down: putting a role back never harms. */
static bool
mentions_role(const char *content)
{
	char *lower = pstrdup(content);

	for (char *c = lower; *c != '\0'; c++)
		*c = pg_ascii_tolower((unsigned char) *c);
	return strstr(lower, "role") != NULL || strstr(lower, "authorization") != NULL ||
	       strstr(lower, "run-as") != NULL;
}

/* The phases of the way up: the one that is asked for, or expand and migrate. */
static List *
choose_up(const SmMigration *migration, const char *phase)
{
	List *chosen = NIL;
	ListCell *cell;

	foreach (cell, migration->phases)
	{
		const SmPhase *candidate = lfirst(cell);

		if (phase == NULL ? strcmp(candidate->name, "contract") != 0
		                  : strcmp(candidate->name, phase) == 0)
			chosen = lappend(chosen, lfirst(cell));
	}
	return chosen;
}

/* The undo of a phase, or of the whole; else all there are, the last first. */
static List *
choose_down(const SmMigration *migration, const char *phase)
{
	static const char *const order[] = {"contract", "migrate", "expand"};
	SmPhase *undo = sm_parse_find_phase(migration, phase == NULL ? SM_PHASE_ALL : phase, false);
	List *chosen = NIL;

	if (undo != NULL)
		return list_make1(undo);
	for (size_t i = 0; phase == NULL && i < lengthof(order); i++)
	{
		undo = sm_parse_find_phase(migration, order[i], false);
		if (undo != NULL)
			chosen = lappend(chosen, undo);
	}
	return chosen;
}

static char *
phase_array(const Script *script, const List *phases)
{
	StringInfoData array;
	ListCell *cell;

	initStringInfo(&array);
	foreach (cell, phases)
	{
		const char *name = ((SmPhase *) lfirst(cell))->name;

		if (strcmp(name, SM_PHASE_ALL) == 0)
			return "ARRAY['expand', 'migrate', 'contract']";
		appendStringInfo(&array, "%s'%s'", array.len == 0 ? "ARRAY[" : ", ", name);
	}
	appendStringInfoChar(&array, ']');
	return array.data;
}

static bool
read_direction(FunctionCallInfo fcinfo)
{
	char *direction = PG_ARGISNULL(2) ? "up" : text_to_cstring(PG_GETARG_TEXT_PP(2));

	if (strcmp(direction, "up") != 0 && strcmp(direction, "down") != 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		        errmsg("unknown direction \"%s\"", direction), errhint("Say up or down."));
	return strcmp(direction, "up") == 0;
}

static void
read_file(Script *script, FunctionCallInfo fcinfo, const char *content)
{
	script->migration = sm_parse_content(content, strlen(content));
	sm_parse_raise_errors(script->migration, "content");
	script->id = (char *) sm_parse_header_value(script->migration, "id");
	if (script->id == NULL)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the migration has no id"),
		        errhint("Give it a header line \"-- ID: YYYYMMDD_HHMMSS_type_description\"."));
	script->quoted_id = quote_literal_cstr(script->id);
	script->up = read_direction(fcinfo);
	script->changes_role = mentions_role(content);
	script->changes_settings = phases_have_replay(script->migration->phases) ||
	                           phases_have_replay(script->migration->undos);
}

Datum
summit_migrate_migration_script(PG_FUNCTION_ARGS)
{
	Script script = {0};
	char *content;
	char *phase = PG_ARGISNULL(1) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(1));
	List *chosen;
	ListCell *cell;

	if (PG_ARGISNULL(0))
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
		        errmsg("the content of a migration file must be given"));
	content = text_to_cstring(PG_GETARG_TEXT_PP(0));
	read_file(&script, fcinfo, content);
	chosen = script.up ? choose_up(script.migration, phase) : choose_down(script.migration, phase);
	if (chosen == NIL)
		ereport(
		    ERROR, errcode(ERRCODE_UNDEFINED_OBJECT),
		    errmsg(script.up ? "the file has no such phase" : "the file has no rollback for that"),
		    errdetail("This is about migration %s and phase %s.", script.id,
		              phase == NULL ? "all" : phase));
	script.phases = phase_array(&script, chosen);
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	script.result = (ReturnSetInfo *) fcinfo->resultinfo;
	load_completed(&script, fcinfo);
	emit_start(&script, content);
	foreach (cell, script.up ? script.migration->phases : chosen)
	{
		if (list_member_ptr(chosen, lfirst(cell)))
			emit_phase(&script, lfirst(cell));
		else
			emit_settings(&script, lfirst(cell));
	}
	emit_end(&script);
	return (Datum) 0;
}
