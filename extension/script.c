/*
 * script.c
 *		migration_script(): a migration file as the statements that apply or undo
 *		it and record that, for psql's \gexec.  Nothing is run or written here; the
 *		calls around the statements are script_run.c's.
 *
 * \gexec goes on after an error, whatever psql's settings are, so the script
 * protects itself.  Every transaction begins read-only.  That of a unit becomes
 * writable by a statement that fails behind a savepoint, as begin_unit() does,
 * whose refusal otherwise aborts the block.  A statement outside transactions
 * finds a writable session only when the very call of begin_statement() made it
 * so and has committed.
 *
 * All ledger calls name the type of each argument and leave out none: another
 * function of the name in the schema is never the better match.
 */
#include "postgres.h"

#include <ctype.h>

#include "catalog/pg_type_d.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/regproc.h"

#include "batch.h"
#include "objects.h"
#include "parse.h"
#include "query.h"
#include "script.h"

#define DEFAULT_LOCK_TIMEOUT "2000"
#define TARGET SM_SCRIPT_TARGET

/*
 * One string with its own transaction, so that it holds at once, also where
 * AUTOCOMMIT is off: after whatever the file has set.
 */
#define GUARD                                                                                      \
	"BEGIN; SET default_transaction_read_only = on; SET standard_conforming_strings = on; COMMIT"

PG_FUNCTION_INFO_V1(summit_migrate_migration_script);

typedef struct Script
{
	ReturnSetInfo *result;
	const SmMigration *migration;
	const char *schema; /* quoted */
	char *id;
	char *id_argument;
	char *state; /* of the ledger, see script.h */
	bool up;
	bool changes_role; /* the file may: ledger calls put it back */
	bool changes_settings;
	char *phases;           /* of the way up, as an SQL array */
	List *recorded;         /* of RecordedUnit */
	List *completed_phases; /* of char *, the way up */
} Script;

/* A unit that is completed, or batched and done up to a key. */
typedef struct RecordedUnit
{
	char *phase;
	bool up;
	int unit;
	char *cursor; /* NULL: it is completed */
} RecordedUnit;

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

static const RecordedUnit *
find_recorded(const Script *script, const SmPhase *phase, int unit)
{
	ListCell *cell;

	foreach (cell, script->recorded)
	{
		const RecordedUnit *recorded = lfirst(cell);

		if (recorded->up == phase->up && recorded->unit == unit &&
		    strcmp(recorded->phase, phase->name) == 0)
			return recorded;
	}
	return NULL;
}

static bool
is_completed(const Script *script, const SmPhase *phase, int unit)
{
	const RecordedUnit *recorded = find_recorded(script, phase, unit);

	return recorded != NULL && recorded->cursor == NULL;
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

/* Where another function has the name of a ledger call, a call is ambiguous or not ours. */
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
load_recorded(Script *script, FunctionCallInfo fcinfo)
{
	SmQueryScope scope;
	SmPhase *expand = sm_parse_find_phase(script->migration, "expand", true);
	Datum values[] = {
	    CStringGetTextDatum(TARGET),
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
		RecordedUnit *unit = palloc(sizeof(RecordedUnit));

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

static char *
text_argument(const char *value)
{
	return psprintf("%s::pg_catalog.text", quote_literal_cstr(value));
}

static const char *
bool_argument(bool value)
{
	return value ? "true" : "false";
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

/* Where the statements of one transaction remember the file's role and answers. */
static char *remembered_session;
static char *remembered_role;
static char *remembered_answer;

static void
define_memory(const char *name, char **value)
{
	DefineCustomStringVariable(
	    name, "For the statements of migration_script() only.", NULL, value, "", PGC_USERSET,
	    GUC_NO_SHOW_ALL | GUC_NOT_IN_SAMPLE | GUC_DISALLOW_IN_FILE, NULL, NULL, NULL);
}

void
sm_script_init(void)
{
	define_memory("summit_migrate.session", &remembered_session);
	define_memory("summit_migrate.role", &remembered_role);
	define_memory("summit_migrate.answer", &remembered_answer);
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

/* Only what is a number as a whole stands as one: 2025-11-20 is no subtraction. */
static bool
is_number(const char *value)
{
	char *end;

	(void) strtod(value, &end);
	return end != value && *end == '\0' && value[strspn(value, "0123456789.+-eE")] == '\0';
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
	if (*value != '\'' && !is_number(value))
		value = quote_literal_cstr(value);
	return psprintf("(\n%s\n) %s %s", check->query, operator, value);
}

/*
 * A question of the file's as an argument of a ledger call.  It is asked under
 * the file's role and search path; where these are not the ledger's the answer
 * is kept in a setting, and the caller puts its own role back before the call.
 */
static const char *
ask(Script *script, const char *question)
{
	if (!script->changes_role)
		return psprintf("CASE WHEN %s THEN true ELSE false END", question);
	emit(script,
	     "SELECT pg_catalog.set_config('summit_migrate.answer',"
	     " CASE WHEN %s THEN 'true' ELSE 'false' END, true)",
	     question);
	return "pg_catalog.current_setting('summit_migrate.answer')::boolean";
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
emit_check(Script *script, const SmCheck *check)
{
	const char *answer = ask(script, condition(check));

	emit_remember_role(script);
	emit(script, "SELECT %s.assert_check(%s, %s, %s)", script->schema, text_argument(check->name),
	     answer, bool_argument(check->critical));
	emit_recall_role(script);
}

static void
emit_checks(Script *script, const SmPhase *phase, bool pre)
{
	ListCell *cell;

	foreach (cell, script->migration->checks)
	{
		const SmCheck *check = lfirst(cell);

		if (check->pre == pre && applies(script, check, phase))
			emit_check(script, check);
	}
}

/* The arguments that every ledger call for a phase, and for a unit, begins with. */
static char *
phase_arguments(const Script *script, const SmPhase *phase)
{
	return psprintf("%s, '%s'::pg_catalog.text, '%s'::pg_catalog.text", script->id_argument,
	                phase->name, phase->up ? "up" : "down");
}

static char *
unit_arguments(const Script *script, const SmPhase *phase, const SmUnit *unit)
{
	return psprintf("%s, %d::integer, %s", phase_arguments(script, phase), unit->number,
	                text_argument(TARGET));
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

/*
 * A batched statement is one transaction here, because \gexec has no loops; where
 * a run has done some batches, for what is left of it.
 */
static void
emit_work(Script *script, const SmPhase *phase, const SmUnit *unit)
{
	const RecordedUnit *recorded = find_recorded(script, phase, unit->number);
	const SmStatement *statement = linitial(unit->statements);
	SmParsed parsed;

	if (recorded == NULL || unit->kind != SM_UNIT_BATCH)
	{
		emit_statements(script, unit, "leading", false);
		return;
	}
	if (sm_statement_parse(statement->text, &parsed) != NULL)
		elog(ERROR, "a statement was parsed only once");
	emit(script, "%s",
	     sm_batch_rest(statement->text, &parsed, sm_parse_option_value(unit->options, "batch.key"),
	                   quote_literal_cstr(recorded->cursor)));
}

static void
emit_transaction(Script *script, const SmPhase *phase, const SmUnit *unit, bool final)
{
	char *arguments = unit_arguments(script, phase, unit);

	emit(script, GUARD);
	emit(script, "%s READ ONLY", unit->begin_text == NULL ? "BEGIN" : unit->begin_text);
	emit(script, "SET TRANSACTION READ WRITE");
	emit_statements(script, unit, "leading", true);
	emit_remember_role(script);
	emit(script,
	     "SELECT %s.begin_unit(%s, %s::integer, %s::integer, 0::double precision,"
	     " ''::pg_catalog.text)",
	     script->schema, arguments, header_or(script, "lock-timeout", DEFAULT_LOCK_TIMEOUT),
	     header_or(script, "statement-timeout", "0"));
	emit_recall_role(script);
	if (unit->number == 1)
		emit_checks(script, phase, true);
	emit_work(script, phase, unit);
	emit_own_role(script);
	emit(script, "SELECT %s.finish_unit(%s, %s)", script->schema, arguments, bool_argument(final));
	emit(script, "COMMIT");
}

static void
emit_statement(Script *script, const SmPhase *phase, const SmUnit *unit, bool final)
{
	char *arguments = unit_arguments(script, phase, unit);
	const SmStatement *statement = linitial(unit->statements);
	const char *done_when = sm_parse_option_value(unit->options, "done-when");
	const char *answer = "NULL::boolean";

	emit(script, GUARD);
	emit(script, "BEGIN READ ONLY");
	if (unit->number == 1)
		emit_checks(script, phase, true);
	emit_fixed_search_path(script);
	emit_own_role(script);
	emit(script,
	     "SELECT pg_catalog.set_config('default_transaction_read_only', 'off', false)"
	     " FROM %s.begin_statement(%s, %s, 0::double precision)",
	     script->schema, arguments, text_argument(statement->text));
	emit(script, "COMMIT");
	emit(script, "%s", statement->text);
	emit(script, GUARD);
	emit(script, "BEGIN READ ONLY");
	if (done_when != NULL)
		answer = ask(script, psprintf("(\n%s\n)", done_when));
	emit_own_role(script);
	emit(script, "SELECT %s.finish_statement(%s, %s, %s)", script->schema, arguments, answer,
	     bool_argument(final));
	emit(script, "COMMIT");
}

static void
emit_finish(Script *script, const SmPhase *phase)
{
	emit(script, GUARD);
	emit(script, "BEGIN READ ONLY");
	if (phase->units == NIL)
		emit_checks(script, phase, true);
	emit_checks(script, phase, false);
	emit_own_role(script);
	emit(script, "SELECT %s.finish_migration(%s, %s)", script->schema,
	     phase_arguments(script, phase), text_argument(TARGET));
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

	emit(script, "SELECT %s.begin_script(%s, %s, %s, %s, %s)", script->schema, script->id_argument,
	     text_argument(content), text_argument(script->up ? "up" : "down"),
	     text_argument(script->state), text_argument(TARGET));
	if (run_as != NULL)
		emit(script, "SET ROLE %s", quote_identifier(run_as));
}

static void
emit_end(Script *script)
{
	if (script->changes_role)
	{
		emit(script, "RESET SESSION AUTHORIZATION");
		emit(script, "RESET ROLE");
	}
	emit(script, "SELECT %s.end_script(%s, %s::pg_catalog.text[], %s, %s)", script->schema,
	     script->id_argument, script->phases, text_argument(script->up ? "up" : "down"),
	     text_argument(TARGET));
	if (script->changes_settings)
		emit(script, "RESET ALL");
	else
	{
		emit(script, "RESET default_transaction_read_only");
		emit(script, "RESET standard_conforming_strings");
	}
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
	script->id_argument = text_argument(script->id);
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
	load_recorded(&script, fcinfo);
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
