/*
 * units.c
 *		What succeeds or fails as one: explicit transactions, neighbouring
 *		statements that may share one, and statements that stand alone.
 */
#include "postgres.h"

#include "batch.h"
#include "digest.h"
#include "redact.h"
#include "units.h"

void
sm_units_begin(SmReader *reader, SmUnits *units, const char *phase, bool up, SmSpan mark)
{
	MemoryContext old = MemoryContextSwitchTo(reader->scratch);

	memset(units, 0, sizeof(SmUnits));
	units->phase = sm_reader_alloc(reader, sizeof(SmPhase));
	units->phase->name = phase;
	units->phase->up = up;
	units->phase->place = sm_reader_place(reader, mark);
	initStringInfo(&units->meaning);
	MemoryContextSwitchTo(old);
}

static bool
is_given(SmSpan span)
{
	return span.end > span.start;
}

static SmOption *
new_option(SmReader *reader, const char *name, const char *value, SmPlace place)
{
	SmOption *option = sm_reader_alloc(reader, sizeof(SmOption));

	option->name = name;
	option->value = MemoryContextStrdup(reader->result, value);
	option->place = place;
	return option;
}

static void
add_unit_option(SmReader *reader, SmUnit *unit, const char *name, const char *value, SmSpan mark)
{
	unit->options = sm_reader_append(
	    reader, unit->options, new_option(reader, name, value, sm_reader_place(reader, mark)));
}

static void
open_unit(SmReader *reader, SmUnits *units, SmUnitKind kind, bool transactional)
{
	SmUnit *unit = sm_reader_alloc(reader, sizeof(SmUnit));

	unit->number = list_length(units->phase->units) + 1;
	unit->kind = kind;
	unit->transactional = transactional;
	unit->begin_text = units->in_block ? units->begin_text : NULL;
	units->phase->units = sm_reader_append(reader, units->phase->units, unit);
	units->unit = unit;
}

/* Whether only statements that must lead a transaction are in the open unit. */
static bool
only_leading(const SmUnit *unit)
{
	const SmStatement *last = llast(unit->statements);

	return sm_parse_option_value(last->options, "leading") != NULL;
}

/* Adds the statement to the open unit, whose place then reaches to its end. */
static SmStatement *
append_statement(SmReader *reader, SmUnits *units, const SmRegion *region, const SmPiece *piece,
                 const SmParsed *parsed, bool transactional)
{
	SmUnit *unit = units->unit;
	SmStatement *statement = sm_reader_alloc(reader, sizeof(SmStatement));

	statement->number = list_length(unit->statements) + 1;
	statement->tag = parsed->tag;
	statement->text = sm_reader_copy(reader, region->text, piece->span);
	statement->transactional = transactional;
	statement->place = sm_reader_place(reader, sm_reader_span(region, piece->span));
	if (parsed->leading && (unit->statements == NIL || only_leading(unit)))
		statement->options =
		    sm_reader_append(reader, NIL, new_option(reader, "leading", "true", statement->place));
	if (parsed->setting)
		statement->options =
		    sm_reader_append(reader, NIL, new_option(reader, "replay", "true", statement->place));
	if (sm_redact_needed(parsed->tree))
		statement->options = sm_reader_append(
		    reader, statement->options, new_option(reader, "secret", "true", statement->place));
	unit->statements = sm_reader_append(reader, unit->statements, statement);
	if (statement->number == 1)
		unit->place = statement->place;
	unit->place.length = statement->place.position + statement->place.length - unit->place.position;
	return statement;
}

static void
add_transactional(SmReader *reader, SmUnits *units, const SmRegion *region, const SmPiece *piece,
                  const SmParsed *parsed)
{
	/* a transaction's characteristics are set before its first statement */
	if (units->unit && !units->in_block && parsed->leading && !only_leading(units->unit))
		units->unit = NULL;
	if (units->unit == NULL)
		open_unit(reader, units, SM_UNIT_TRANSACTION, true);
	append_statement(reader, units, region, piece, parsed, true);
	if (parsed->ends_unit && !units->in_block)
		units->unit = NULL;
}

static void
add_alone(SmReader *reader, SmUnits *units, const SmRegion *region, const SmPiece *piece,
          const SmParsed *parsed)
{
	const SmPending *pending = &units->pending;

	open_unit(reader, units, SM_UNIT_STATEMENT, false);
	append_statement(reader, units, region, piece, parsed, false);
	if (pending->done_when_query)
		add_unit_option(reader, units->unit, "done-when", pending->done_when_query,
		                pending->done_when);
	units->unit = NULL;
}

static void
add_batch(SmReader *reader, SmUnits *units, const SmRegion *region, const SmPiece *piece,
          const SmParsed *parsed)
{
	const SmBatchMark *mark = units->pending.batch;
	MemoryContext old = MemoryContextSwitchTo(reader->piece);
	char *text = pnstrdup(region->text + piece->span.start, piece->span.end - piece->span.start);
	SmBatch batch;
	const char *fault = sm_batch_build(mark, text, parsed, &batch);

	MemoryContextSwitchTo(old);
	if (fault)
	{
		sm_reader_error(reader, ERRCODE_INVALID_PARAMETER_VALUE, mark->mark,
		                "Batch stands above one UPDATE or DELETE of the table it names, whose key "
		                "is not changed: -- Batch: table=users, key=id",
		                "%s", fault);
		return;
	}
	open_unit(reader, units, SM_UNIT_BATCH, true);
	append_statement(reader, units, region, piece, parsed, true);
	add_unit_option(reader, units->unit, "batch.table", batch.table, mark->mark);
	add_unit_option(reader, units->unit, "batch.key", batch.key, mark->mark);
	add_unit_option(reader, units->unit, "batch.size", psprintf("%d", mark->size), mark->mark);
	add_unit_option(reader, units->unit, "batch.pause_ms", psprintf("%d", mark->pause_ms),
	                mark->mark);
	add_unit_option(reader, units->unit, "batch.first", batch.first, mark->mark);
	add_unit_option(reader, units->unit, "batch.next", batch.next, mark->mark);
	add_unit_option(reader, units->unit, "batch.run_first", batch.run_first, mark->mark);
	add_unit_option(reader, units->unit, "batch.run", batch.run, mark->mark);
	units->unit = NULL;
}

/* The marks above a statement, and the statement, as the digest sees them. */
static void
note_meaning(SmUnits *units, const SmPiece *piece)
{
	const SmPending *pending = &units->pending;

	if (is_given(pending->transaction_none))
		sm_digest_add(&units->meaning, "\1transaction none");
	if (pending->done_when_query)
	{
		sm_digest_add(&units->meaning, "\1done-when");
		sm_digest_add(&units->meaning, pending->done_when_query);
	}
	if (pending->batch)
	{
		sm_digest_add(&units->meaning, "\1batch");
		sm_digest_add(&units->meaning, pending->batch->key);
		sm_digest_add(&units->meaning,
		              psprintf("%d %d", pending->batch->size, pending->batch->pause_ms));
	}
	appendBinaryStringInfo(&units->meaning, piece->tokens.data, piece->tokens.len);
	sm_digest_add(&units->meaning, "\1;");
}

static void
add_begin(SmReader *reader, SmUnits *units, const SmRegion *region, const SmPiece *piece)
{
	SmSpan place = sm_reader_span(region, piece->span);

	if (units->in_block)
		sm_reader_error(reader, ERRCODE_ACTIVE_SQL_TRANSACTION, place,
		                "End the transaction before with COMMIT; use SAVEPOINT inside one.",
		                "BEGIN inside a transaction");
	units->in_block = true;
	units->begin = place;
	units->begin_text = sm_reader_copy(reader, region->text, piece->span);
	units->unit = NULL;
}

static void
add_end(SmReader *reader, SmUnits *units, const SmRegion *region, const SmPiece *piece,
        const SmParsed *parsed)
{
	SmSpan place = sm_reader_span(region, piece->span);

	/* what is refused anyway is one fault, not two */
	if (!units->in_block && parsed->refused == NULL)
		sm_reader_error(reader, ERRCODE_NO_ACTIVE_SQL_TRANSACTION, place,
		                "A unit's transaction is ended by what runs the migration. "
		                "Write BEGIN and COMMIT in pairs, within one phase, or neither.",
		                "%s without BEGIN", parsed->tag);
	else if (units->in_block && parsed->control == SM_CONTROL_ROLLBACK)
		sm_reader_error(reader, ERRCODE_SYNTAX_ERROR, place,
		                "It would undo the unit that is recorded as done. "
		                "Use ROLLBACK TO SAVEPOINT for a part of it.",
		                "%s at the end of a transaction", parsed->tag);
	units->in_block = false;
	units->unit = NULL;
}

/* Marks that do not go with the statement below them. */
static bool
check_marks(SmReader *reader, SmUnits *units, SmSpan place, const SmParsed *parsed)
{
	const SmPending *pending = &units->pending;
	bool alone = is_given(pending->transaction_none) || !parsed->transactional;

	if (is_given(pending->done_when) && !alone)
	{
		sm_reader_error(reader, ERRCODE_SYNTAX_ERROR, pending->done_when,
		                "A unit that is a transaction commits with its record. "
		                "Add \"-- Transaction: none\" if the statement commits by itself.",
		                "Done-When above a statement that runs in a transaction");
		return false;
	}
	if (pending->batch && alone)
	{
		sm_reader_error(reader, ERRCODE_SYNTAX_ERROR, pending->batch->mark,
		                "Leave Batch out: this statement runs alone.",
		                "a batch runs in transactions");
		return false;
	}
	if (units->in_block && (alone || pending->batch))
	{
		sm_reader_error(reader, ERRCODE_ACTIVE_SQL_TRANSACTION, place,
		                "Put it behind COMMIT, or leave BEGIN and COMMIT out.",
		                "%s cannot run between BEGIN and COMMIT",
		                pending->batch ? "a batch" : parsed->tag);
		return false;
	}
	return true;
}

static void
add_parsed(SmReader *reader, SmUnits *units, const SmRegion *region, const SmPiece *piece,
           const SmParsed *parsed)
{
	if (!check_marks(reader, units, sm_reader_span(region, piece->span), parsed))
		return;
	if (units->pending.batch)
	{
		units->unit = NULL;
		add_batch(reader, units, region, piece, parsed);
	}
	else if (is_given(units->pending.transaction_none) || !parsed->transactional)
		add_alone(reader, units, region, piece, parsed);
	else
		add_transactional(reader, units, region, piece, parsed);
}

void
sm_units_add(SmReader *reader, SmUnits *units, const SmRegion *region, const SmPiece *piece,
             const SmParsed *parsed)
{
	MemoryContext old = MemoryContextSwitchTo(reader->piece);

	if (parsed)
		note_meaning(units, piece);
	if (parsed == NULL)
		memset(&units->pending, 0, sizeof(SmPending));
	else if (parsed->control == SM_CONTROL_BEGIN)
		add_begin(reader, units, region, piece);
	else if (parsed->control != SM_CONTROL_NONE)
		add_end(reader, units, region, piece, parsed);
	else
	{
		add_parsed(reader, units, region, piece, parsed);
		memset(&units->pending, 0, sizeof(SmPending));
	}
	MemoryContextSwitchTo(old);
}

void
sm_units_finish(SmReader *reader, SmUnits *units)
{
	MemoryContext old = MemoryContextSwitchTo(reader->result);

	sm_options_report_unused(reader, &units->pending);
	if (units->in_block)
		sm_reader_error(reader, ERRCODE_SYNTAX_ERROR, units->begin,
		                "Write BEGIN and COMMIT in pairs, within one phase, or neither.",
		                "BEGIN without COMMIT");
	units->phase->digest = sm_digest_hex(units->meaning.data, units->meaning.len);
	MemoryContextSwitchTo(old);
	pfree(units->meaning.data);
}
