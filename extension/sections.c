/*
 * sections.c
 *		Header, phases, validation and rollback of a file, in the order in which
 *		they come.  How a single mark's value reads belongs to header.c and
 *		options.c, what a unit is to units.c.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "digest.h"
#include "header.h"
#include "sections.h"
#include "suspects.h"

typedef enum Section
{
	SECTION_HEADER, /* nothing but comments so far */
	SECTION_PHASE,
	SECTION_VALIDATION,
	SECTION_ROLLBACK
} Section;

typedef struct File
{
	SmReader *reader;
	SmRegion region; /* all of the source */
	Section section;
	int phase;         /* index of the last phase mark, -1 before one */
	SmSpan first_mark; /* the first phase mark */
	bool units_open;
	SmUnits units; /* of the phase that is read */
	SmUndo undo;
	SmPending pending; /* a check that waits for its query */
	bool open_list;    /* the comment before was "Dependencies:" and no more */
} File;

static void
begin_phase(File *file, int phase, SmSpan mark, bool listed)
{
	SmReader *reader = file->reader;

	sm_units_begin(reader, &file->units, sm_marks_phase_names[phase], true, mark);
	file->units_open = true;
	if (listed)
		reader->migration->phases =
		    sm_reader_append(reader, reader->migration->phases, file->units.phase);
}

/* Ends whatever section is open. */
static void
end_section(File *file)
{
	if (file->units_open)
		sm_units_finish(file->reader, &file->units);
	file->units_open = false;
	sm_undo_finish(file->reader, &file->undo);
	sm_options_report_unused(file->reader, &file->pending);
}

/* Statements before any phase mark, or in a file without one, are expand. */
static void
require_phase(File *file)
{
	if (file->section != SECTION_HEADER)
		return;
	file->section = SECTION_PHASE;
	begin_phase(file, 0, (SmSpan){0, 0}, true);
}

static int
phase_index(SmReader *reader, const SmMark *mark, SmSpan place)
{
	int i;

	for (i = 0; i < SM_PHASE_COUNT; i++)
	{
		if (!sm_marks_is_word(reader->source.text, mark->name, sm_marks_phase_names[i]))
			continue;
		if (mark->number != i + 1)
			sm_reader_error(reader, ERRCODE_SYNTAX_ERROR, place,
			                "The phases are 1: EXPAND, 2: MIGRATE and 3: CONTRACT.",
			                "phase %d is not %s", mark->number, sm_marks_phase_names[i]);
		return i;
	}
	sm_reader_error(reader, ERRCODE_SYNTAX_ERROR, place,
	                "The phases are 1: EXPAND, 2: MIGRATE and 3: CONTRACT.",
	                "unknown phase \"%.*s\"", mark->name.end - mark->name.start,
	                reader->source.text + mark->name.start);
	return -1;
}

/* Whether the phase may stand here; reports it if not. */
static bool
check_phase_order(File *file, int phase, SmSpan place)
{
	if (sm_parse_find_phase(file->reader->migration, sm_marks_phase_names[phase], true) != NULL)
		sm_reader_error(file->reader, ERRCODE_SYNTAX_ERROR, place,
		                "Put the statements of a phase behind one mark, or in a file of their own.",
		                "phase %s is given twice", sm_marks_phase_names[phase]);
	else if (phase < file->phase)
		sm_reader_error(file->reader, ERRCODE_SYNTAX_ERROR, place,
		                "The phases come in the order expand, migrate, contract.",
		                "phase %s stands below phase %s", sm_marks_phase_names[phase],
		                sm_marks_phase_names[file->phase]);
	else
		return true;
	return false;
}

static void
read_phase_mark(File *file, const SmMark *mark, SmSpan place)
{
	int phase = phase_index(file->reader, mark, place);
	bool good;

	if (file->first_mark.end == 0)
	{
		file->first_mark = place;
		/* what stood above the mark of expand is part of it */
		if (phase == 0 && file->section == SECTION_PHASE && file->units_open)
		{
			file->units.phase->place = sm_reader_place(file->reader, place);
			file->phase = 0;
			return;
		}
	}
	end_section(file);
	file->section = SECTION_PHASE;
	good = phase >= 0 && check_phase_order(file, phase, place);
	begin_phase(file, Max(phase, 0), place, good);
	file->phase = Max(file->phase, phase);
}

static void
read_rollback_mark(File *file, const SmMark *mark, SmSpan place, int *at, int end)
{
	bool one_line = mark->value.end > mark->value.start;

	if (one_line)
	{
		if (file->section == SECTION_ROLLBACK)
			sm_undo_finish(file->reader, &file->undo);
		sm_undo_read_lines(file->reader, mark, place, at, end);
		return;
	}
	end_section(file);
	file->section = SECTION_ROLLBACK;
	sm_undo_begin(file->reader, &file->undo, mark, place);
}

static void
read_check_mark(File *file, const SmMark *mark)
{
	SmSpan whole = {mark->name.start, mark->value.end};

	if (file->section == SECTION_VALIDATION)
		sm_options_read_check(file->reader, mark, &file->pending);
	else
		sm_reader_error(file->reader, ERRCODE_SYNTAX_ERROR, whole,
		                "Checks and their queries stand below \"-- VALIDATION\".",
		                "check outside the validation section");
}

/* A mark above a statement of a phase, or of a rollback that is written bare. */
static void
read_option_mark(File *file, const SmMark *mark)
{
	SmSpan whole = {mark->name.start, mark->value.end};

	if (file->section == SECTION_VALIDATION)
		sm_reader_error(file->reader, ERRCODE_SYNTAX_ERROR, whole,
		                "Leave it out: a check is a query.", "\"%.*s\" has no effect on a check",
		                mark->name.end - mark->name.start,
		                file->reader->source.text + mark->name.start);
	else if (file->section != SECTION_ROLLBACK)
	{
		require_phase(file);
		sm_options_read(file->reader, &file->region, mark, &file->units.pending);
	}
	else if (file->undo.open)
		sm_options_read(file->reader, &file->region, mark, &file->undo.units.pending);
}

static void
read_comment(File *file, const SmComment *comment, int *at, int end)
{
	SmMark mark = sm_marks_read(file->reader->source.text, comment);
	SmSpan place = comment->whole;

	if (file->section == SECTION_ROLLBACK &&
	    (mark.kind == SM_MARK_NONE || mark.kind == SM_MARK_ENTRY))
		sm_undo_add_comment(file->reader, &file->undo, comment);
	if ((mark.kind == SM_MARK_NONE || mark.kind == SM_MARK_ENTRY) &&
	    sm_suspects_report(file->reader, &file->region, comment, &mark))
		return;
	switch (mark.kind)
	{
		case SM_MARK_NONE:
			if (file->open_list)
				sm_header_check_list(file->reader, comment);
			return;
		case SM_MARK_PHASE:
			read_phase_mark(file, &mark, place);
			break;
		case SM_MARK_VALIDATION:
			end_section(file);
			file->section = SECTION_VALIDATION;
			break;
		case SM_MARK_ROLLBACK:
			read_rollback_mark(file, &mark, place, at, end);
			break;
		case SM_MARK_CHECK:
			read_check_mark(file, &mark);
			break;
		case SM_MARK_TRANSACTION:
		case SM_MARK_DONE_WHEN:
		case SM_MARK_BATCH:
			read_option_mark(file, &mark);
			break;
		case SM_MARK_ENTRY:
			if (file->section == SECTION_HEADER)
				sm_header_read(file->reader, &mark);
			else
				sm_header_read_late(file->reader, &mark);
			break;
	}
	file->open_list = mark.kind == SM_MARK_ENTRY && mark.value.start == mark.value.end &&
	                  file->section == SECTION_HEADER &&
	                  sm_marks_is_word(file->reader->source.text, mark.name, "dependencies");
}

static void
read_gap(File *file, const SmPiece *piece)
{
	MemoryContext old = MemoryContextSwitchTo(file->reader->piece);
	int at = piece->span.start;
	SmComment comment;

	MemoryContextReset(file->reader->piece);
	while (!sm_reader_is_full(file->reader) &&
	       sm_marks_next_comment(file->reader->source.text, &at, piece->span.end, &comment))
		read_comment(file, &comment, &at, piece->span.end);
	MemoryContextSwitchTo(old);
}

/* A query below VALIDATION without a Check mark: only an error fails it. */
static SmCheck *
unnamed_check(File *file, const SmPiece *piece)
{
	SmReader *reader = file->reader;
	SmCheck *check = sm_reader_alloc(reader, sizeof(SmCheck));
	MemoryContext old = MemoryContextSwitchTo(reader->result);

	check->name = psprintf("query_%d", list_length(reader->migration->checks) + 1);
	check->expect = pstrdup("any");
	MemoryContextSwitchTo(old);
	check->phase = SM_PHASE_ALL;
	check->critical = true;
	check->place = sm_reader_place(reader, piece->span);
	return check;
}

static void
add_check_query(File *file, const SmPiece *piece, const SmParsed *parsed)
{
	SmReader *reader = file->reader;
	SmMigration *migration = reader->migration;
	SmCheck *check = file->pending.check;

	file->pending.check = NULL;
	if (parsed == NULL)
		return;
	if (!sm_statement_is_query(parsed))
	{
		sm_reader_error(reader, ERRCODE_SYNTAX_ERROR, piece->span,
		                "Below VALIDATION stand queries that change nothing. "
		                "Put other statements into a phase.",
		                "%s is not a plain query", parsed->tag);
		return;
	}
	if (check == NULL)
		check = unnamed_check(file, piece);
	check->number = list_length(migration->checks) + 1;
	check->query = sm_reader_copy(reader, reader->source.text, piece->span);
	check->query_digest =
	    MemoryContextStrdup(reader->result, sm_digest_hex(piece->tokens.data, piece->tokens.len));
	migration->checks = sm_reader_append(reader, migration->checks, check);
}

static void
read_statement(File *file, SmSplit *split, const SmPiece *piece)
{
	SmParsed parsed;
	const SmParsed *good = NULL;

	if (sm_pieces_parse(file->reader, &file->region, split, piece, &parsed))
		good = &parsed;
	require_phase(file);
	switch (file->section)
	{
		case SECTION_VALIDATION:
			add_check_query(file, piece, good);
			break;
		case SECTION_ROLLBACK:
			sm_undo_add_statement(file->reader, &file->undo, &file->region, piece, good);
			break;
		default:
			sm_units_add(file->reader, &file->units, &file->region, piece, good);
			break;
	}
}

static void
report_missing_phase(SmReader *reader, SmPlace place, const char *what, const char *phase)
{
	sm_reader_error_at(reader, ERRCODE_SYNTAX_ERROR, place,
	                   psprintf("%s of phase %s, which the file does not have", what, phase),
	                   "Add the phase's mark, or name another phase.");
}

/* What waits for a phase that never comes would never run. */
static void
check_phase_names(File *file)
{
	SmMigration *migration = file->reader->migration;
	ListCell *cell;

	foreach (cell, migration->undos)
	{
		SmPhase *undo = lfirst(cell);

		if (strcmp(undo->name, SM_PHASE_ALL) != 0 &&
		    sm_parse_find_phase(migration, undo->name, true) == NULL)
			report_missing_phase(file->reader, undo->place, "rollback", undo->name);
	}
	foreach (cell, migration->checks)
	{
		SmCheck *check = lfirst(cell);

		if (strcmp(check->phase, SM_PHASE_ALL) != 0 &&
		    sm_parse_find_phase(migration, check->phase, true) == NULL)
			report_missing_phase(file->reader, check->place, "check", check->phase);
	}
}

static int
compare_check_names(const ListCell *a, const ListCell *b)
{
	const SmCheck *left = lfirst(a);
	const SmCheck *right = lfirst(b);
	int order = strcmp(left->name, right->name);

	return order != 0 ? order : left->number - right->number;
}

/* Sorted, since a generated file may have any number of checks. */
static void
check_check_names(File *file)
{
	List *sorted = list_copy(file->reader->migration->checks);
	const SmCheck *last = NULL;
	ListCell *cell;

	list_sort(sorted, compare_check_names);
	foreach (cell, sorted)
	{
		const SmCheck *check = lfirst(cell);

		if (last && strcmp(last->name, check->name) == 0)
			sm_reader_error_at(file->reader, ERRCODE_DUPLICATE_OBJECT, check->place,
			                   psprintf("check \"%s\" is given twice", check->name),
			                   "A check is known by its name: give each its own.");
		last = check;
	}
	list_free(sorted);
}

/* A check, or an undo of its own. */
static bool
is_named(const SmMigration *migration, const char *phase)
{
	ListCell *cell;

	foreach (cell, migration->checks)
	{
		const SmCheck *check = lfirst(cell);

		if (check->phase && strcmp(check->phase, phase) == 0)
			return true;
	}
	return sm_parse_find_phase(migration, phase, false) != NULL;
}

/*
 * A contract is waited for and asked for.  The mark alone, as every new file has
 * it, would be due for ever with nothing in it.
 */
static void
drop_empty_contract(SmMigration *migration)
{
	SmPhase *last = migration->phases == NIL ? NULL : llast(migration->phases);

	if (list_length(migration->phases) > 1 && strcmp(last->name, "contract") == 0 &&
	    last->units == NIL && !is_named(migration, last->name))
		migration->phases = list_delete_last(migration->phases);
}

static void
finish_file(File *file)
{
	SmReader *reader = file->reader;

	end_section(file);
	if (reader->migration->phases == NIL && file->first_mark.end == 0)
	{
		begin_phase(file, 0, (SmSpan){0, 0}, true);
		end_section(file);
	}
	if (file->first_mark.end > 0 && sm_parse_header_value(reader->migration, "repeat") != NULL)
		sm_reader_error(reader, ERRCODE_SYNTAX_ERROR, file->first_mark,
		                "A migration that runs again whenever it changes has no phases.",
		                "phase in a repeated migration");
	check_phase_names(file);
	check_check_names(file);
	drop_empty_contract(reader->migration);
}

void
sm_sections_read(SmReader *reader)
{
	File file = {.reader = reader};
	SmSplit split;
	SmPiece piece;

	file.region.text = reader->source.text;
	file.region.length = reader->source.length;
	file.phase = -1;
	initStringInfo(&piece.tokens);
	sm_split_init(&split, file.region.text, file.region.length, true);
	while (!sm_reader_is_full(reader) && sm_split_next(&split, &piece))
	{
		if (piece.kind == SM_PIECE_GAP)
			read_gap(&file, &piece);
		else if (piece.kind == SM_PIECE_BACKSLASH)
			sm_pieces_read_backslash(reader, &file.region, &piece);
		else
			read_statement(&file, &split, &piece);
	}
	sm_split_finish(&split);
	finish_file(&file);
}
