/*
 * script_emit.c
 *		The statements of a script, one row each: what is written down for a
 *		phase, a unit, a check.  Which phases, and what the ledger has of them, is
 *		script.c's.
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

#include "utils/builtins.h"
#include "utils/guc.h"

#include "batch.h"
#include "script.h"

#define DEFAULT_LOCK_TIMEOUT "2000"
#define TARGET SM_SCRIPT_TARGET

/*
 * One string with its own transaction, so that it holds at once, also where
 * AUTOCOMMIT is off: after whatever the file has set.
 */
#define GUARD                                                                                      \
	"BEGIN; SET default_transaction_read_only = on; SET standard_conforming_strings = on; COMMIT"

static void emit(SmScript *script, const char *format, ...) pg_attribute_printf(2, 3);

static void
emit(SmScript *script, const char *format, ...)
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

static const SmRecordedUnit *
find_recorded(const SmScript *script, const SmPhase *phase, int unit)
{
	ListCell *cell;

	foreach (cell, script->recorded)
	{
		const SmRecordedUnit *recorded = lfirst(cell);

		if (recorded->up == phase->up && recorded->unit == unit &&
		    strcmp(recorded->phase, phase->name) == 0)
			return recorded;
	}
	return NULL;
}

static bool
is_completed(const SmScript *script, const SmPhase *phase, int unit)
{
	const SmRecordedUnit *recorded = find_recorded(script, phase, unit);

	return recorded != NULL && recorded->cursor == NULL;
}

static bool
is_phase_completed(const SmScript *script, const char *phase)
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
char *
sm_script_text_argument(const char *value)
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
emit_own_role(SmScript *script)
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
emit_remember_role(SmScript *script)
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
emit_recall_role(SmScript *script)
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
emit_fixed_search_path(SmScript *script)
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
ask(SmScript *script, const char *question)
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
applies(const SmScript *script, const SmCheck *check, const SmPhase *phase)
{
	const SmPhase *edge =
	    check->pre ? linitial(script->migration->phases) : llast(script->migration->phases);

	return script->up && (strcmp(check->phase, phase->name) == 0 ||
	                      (strcmp(check->phase, SM_PHASE_ALL) == 0 && edge == phase));
}

static bool
has_checks(const SmScript *script, const SmPhase *phase, bool pre)
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
emit_check(SmScript *script, const SmCheck *check)
{
	const char *answer = ask(script, condition(check));

	emit_remember_role(script);
	emit(script, "SELECT %s.assert_check(%s, %s, %s)", script->schema,
	     sm_script_text_argument(check->name), answer, bool_argument(check->critical));
	emit_recall_role(script);
}

static void
emit_checks(SmScript *script, const SmPhase *phase, bool pre)
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
phase_arguments(const SmScript *script, const SmPhase *phase)
{
	return psprintf("%s, '%s'::pg_catalog.text, '%s'::pg_catalog.text", script->id_argument,
	                phase->name, phase->up ? "up" : "down");
}

static char *
unit_arguments(const SmScript *script, const SmPhase *phase, const SmUnit *unit)
{
	return psprintf("%s, %d::integer, %s", phase_arguments(script, phase), unit->number,
	                sm_script_text_argument(TARGET));
}

static void
emit_statements(SmScript *script, const SmUnit *unit, const char *option, bool with)
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
header_or(const SmScript *script, const char *name, const char *otherwise)
{
	const char *value = sm_parse_header_value(script->migration, name);

	return value == NULL ? otherwise : value;
}

/*
 * A batched statement is one transaction here, because \gexec has no loops; where
 * a run has done some batches, for what is left of it.
 */
static void
emit_work(SmScript *script, const SmPhase *phase, const SmUnit *unit)
{
	const SmRecordedUnit *recorded = find_recorded(script, phase, unit->number);
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
emit_transaction(SmScript *script, const SmPhase *phase, const SmUnit *unit, bool final)
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
emit_statement(SmScript *script, const SmPhase *phase, const SmUnit *unit, bool final)
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
	     script->schema, arguments, sm_script_text_argument(statement->text));
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
emit_finish(SmScript *script, const SmPhase *phase)
{
	emit(script, GUARD);
	emit(script, "BEGIN READ ONLY");
	if (phase->units == NIL)
		emit_checks(script, phase, true);
	emit_checks(script, phase, false);
	emit_own_role(script);
	emit(script, "SELECT %s.finish_migration(%s, %s)", script->schema,
	     phase_arguments(script, phase), sm_script_text_argument(TARGET));
	emit(script, "COMMIT");
}

/* What completed units set for those after them, in later phases too. */
void
sm_script_emit_settings(SmScript *script, const SmPhase *phase)
{
	ListCell *cell;

	foreach (cell, phase->units)
	{
		const SmUnit *unit = lfirst(cell);

		if (is_completed(script, phase, unit->number))
			emit_statements(script, unit, "replay", true);
	}
}

void
sm_script_emit_phase(SmScript *script, const SmPhase *phase)
{
	bool finished_apart = has_checks(script, phase, false);
	ListCell *cell;

	if (phase->up && is_phase_completed(script, phase->name))
	{
		sm_script_emit_settings(script, phase);
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

void
sm_script_emit_start(SmScript *script, const char *content)
{
	const char *run_as = sm_parse_header_value(script->migration, "run-as");

	emit(script, "SELECT %s.begin_script(%s, %s, %s, %s, %s)", script->schema, script->id_argument,
	     sm_script_text_argument(content), sm_script_text_argument(script->up ? "up" : "down"),
	     sm_script_text_argument(script->state), sm_script_text_argument(TARGET));
	if (run_as != NULL)
		emit(script, "SET ROLE %s", quote_identifier(run_as));
}

void
sm_script_emit_end(SmScript *script)
{
	if (script->changes_role)
	{
		emit(script, "RESET SESSION AUTHORIZATION");
		emit(script, "RESET ROLE");
	}
	emit(script, "SELECT %s.end_script(%s, %s::pg_catalog.text[], %s, %s)", script->schema,
	     script->id_argument, script->phases, sm_script_text_argument(script->up ? "up" : "down"),
	     sm_script_text_argument(TARGET));
	if (script->changes_settings)
		emit(script, "RESET ALL");
	else
	{
		emit(script, "RESET default_transaction_read_only");
		emit(script, "RESET standard_conforming_strings");
	}
}
