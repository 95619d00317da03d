/*
 * script.c
 *		migration_script(): a migration file as the statements that apply or undo
 *		it and record that, for psql's \gexec.  Which phases these are, and what
 *		the ledger has of them already, is found here; script_emit.c writes them
 *		down.  Nothing is run; the calls around them are script_run.c's.
 */
#include "postgres.h"

#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/regproc.h"

#include "objects.h"
#include "script.h"

PG_FUNCTION_INFO_V1(summit_migrate_migration_script);

/* A repeated file that was changed is all to do again. */
#define SAME_FILE                                                                                  \
	"NOT EXISTS (SELECT FROM @schema@.migration_state($1, ARRAY[$2]) r"                            \
	"  WHERE r.repeatable AND r.phase = 'expand' AND r.phase_digest <> $3)"

static SmQuery recorded_units =
    SM_QUERY("SELECT u.phase, u.direction = 'up', u.unit,"
             " CASE u.state WHEN 'completed' THEN NULL ELSE u.batch_cursor END"
             " FROM @schema@.unit_state($1, ARRAY[$2]) u"
             " WHERE (u.state = 'completed'"
             "  OR u.batch_cursor IS NOT NULL AND u.state IN ('running', 'failed')) AND " SAME_FILE,
             TEXTOID, TEXTOID, TEXTOID);

static SmQuery completed_phases =
    SM_QUERY("SELECT h.phase FROM @schema@.migration_state($1, ARRAY[$2]) h"
             " WHERE h.status = 'completed' AND " SAME_FILE,
             TEXTOID, TEXTOID, TEXTOID);

static void
refuse_namesakes(Oid schema)
{
	static const char *const calls[] = {"begin_script",     "end_script",      "begin_unit",
	                                    "finish_unit",      "begin_statement", "finish_statement",
	                                    "finish_migration", "assert_check"};

	for (size_t i = 0; i < lengthof(calls); i++)
	{
		List *others = sm_objects_functions(calls[i], schema, false);

		if (others != NIL)
			ereport(ERROR, errcode(ERRCODE_DUPLICATE_FUNCTION),
			        errmsg("function %s is not the extension's, but has its name and schema",
			               format_procedure_qualified(linitial_oid(others))),
			        errhint("Drop it, and see to it that nobody else may create in that schema: "
			                "REVOKE CREATE ON SCHEMA ... FROM PUBLIC."));
	}
}

static void
load_recorded(SmScript *script, FunctionCallInfo fcinfo)
{
	SmQueryScope scope;
	SmPhase *expand = sm_parse_find_phase(script->migration, "expand", true);
	Datum values[] = {
	    CStringGetTextDatum(SM_SCRIPT_TARGET),
	    CStringGetTextDatum(script->id),
	    CStringGetTextDatum(expand == NULL ? "" : expand->digest),
	};
	uint64 count;

	sm_query_begin(&scope, fcinfo, SM_QUERY_READ);
	refuse_namesakes(scope.schema);
	script->state = sm_script_state(&scope, script->id);
	count = sm_query_execute(&scope, &recorded_units, values, NULL, 0);
	MemoryContextSwitchTo(scope.caller);
	script->schema = sm_query_expand(&scope, "@schema@");
	for (uint64 i = 0; i < count; i++)
	{
		SmRecordedUnit *unit = palloc(sizeof(SmRecordedUnit));

		unit->phase = sm_query_text(&scope, i, 1);
		unit->up = DatumGetBool(sm_query_value(i, 2, NULL));
		unit->unit = DatumGetInt32(sm_query_value(i, 3, NULL));
		unit->cursor = sm_query_text(&scope, i, 4);
		script->recorded = lappend(script->recorded, unit);
	}
	count = sm_query_execute(&scope, &completed_phases, values, NULL, 0);
	for (uint64 i = 0; i < count; i++)
		script->completed_phases = lappend(script->completed_phases, sm_query_text(&scope, i, 1));
	sm_query_end(&scope);
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
phase_array(const SmScript *script, const List *phases)
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
read_file(SmScript *script, FunctionCallInfo fcinfo, const char *content)
{
	script->migration = sm_parse_content(content, strlen(content));
	sm_parse_raise_errors(script->migration, "content");
	script->id = (char *) sm_parse_header_value(script->migration, "id");
	if (script->id == NULL)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the migration has no id"),
		        errhint("Give it a header line \"-- ID: YYYYMMDD_HHMMSS_type_description\"."));
	script->id_argument = sm_script_text_argument(script->id);
	script->up = read_direction(fcinfo);
	script->changes_role = mentions_role(content);
	script->changes_settings = phases_have_replay(script->migration->phases) ||
	                           phases_have_replay(script->migration->undos);
}

Datum
summit_migrate_migration_script(PG_FUNCTION_ARGS)
{
	SmScript script = {0};
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
	load_recorded(&script, fcinfo);
	sm_script_emit_start(&script, content);
	foreach (cell, script.up ? script.migration->phases : chosen)
	{
		if (list_member_ptr(chosen, lfirst(cell)))
			sm_script_emit_phase(&script, lfirst(cell));
		else
			sm_script_emit_settings(&script, lfirst(cell));
	}
	sm_script_emit_end(&script);
	return (Datum) 0;
}
