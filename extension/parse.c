/*
 * parse.c
 *		sm_parse_content(): reads a migration file, and the ways to ask its result.
 *		The reading itself is in sections.c and below.
 *
 * Options of units: "done-when" (a query that tells whether a statement outside
 * a transaction is done) and "batch.table", ".key", ".size", ".pause_ms",
 * ".first", ".next", ".run_first", ".run" (see batch.h).  Options of statements:
 * "leading" (must come first in its transaction), "replay" (a setting of the
 * session that holds for later units too) and "secret" (its text is not shown).
 */
#include "postgres.h"

#include "parser/parser.h"
#include "utils/guc.h"
#include "utils/memutils.h"

#include "digest.h"
#include "parse.h"
#include "sections.h"

const char *
sm_parse_unit_kind_name(SmUnitKind kind)
{
	switch (kind)
	{
		case SM_UNIT_TRANSACTION:
			return "transaction";
		case SM_UNIT_STATEMENT:
			return "statement";
		case SM_UNIT_BATCH:
			return "batch";
	}
	pg_unreachable();
}

const char *
sm_parse_header_value(const SmMigration *migration, const char *name)
{
	ListCell *cell;

	foreach (cell, migration->header)
	{
		SmHeaderEntry *entry = lfirst(cell);

		if (strcmp(entry->name, name) == 0)
			return entry->value;
	}
	return NULL;
}

SmPhase *
sm_parse_find_phase(const SmMigration *migration, const char *name, bool up)
{
	ListCell *cell;

	foreach (cell, up ? migration->phases : migration->undos)
	{
		SmPhase *phase = lfirst(cell);

		if (strcmp(phase->name, name) == 0)
			return phase;
	}
	return NULL;
}

const char *
sm_parse_option_value(const List *options, const char *name)
{
	ListCell *cell;

	foreach (cell, options)
	{
		SmOption *option = lfirst(cell);

		if (strcmp(option->name, name) == 0)
			return option->value;
	}
	return NULL;
}

void
sm_parse_raise_errors(const SmMigration *migration, const char *file)
{
	SmParseError *error;

	if (migration->errors == NIL)
		return;
	error = linitial(migration->errors);
	ereport(ERROR,
	        (errcode(error->sqlstate),
	         errmsg("%s:%d:%d: %s", file, error->place.line, error->place.column, error->message),
	         error->hint ? errhint("%s", error->hint) : 0));
}

static int
compare_errors(const ListCell *a, const ListCell *b)
{
	int left = ((SmParseError *) lfirst(a))->place.position;
	int right = ((SmParseError *) lfirst(b))->place.position;

	return (left > right) - (left < right);
}

static void
add_phases(StringInfo meaning, List *phases, const char *direction)
{
	ListCell *cell;

	foreach (cell, phases)
	{
		SmPhase *phase = lfirst(cell);

		sm_digest_add(meaning, direction);
		sm_digest_add(meaning, phase->name);
		sm_digest_add(meaning, phase->digest);
	}
}

/* What the file means: header, phases and undos by their digests, checks. */
static char *
meaning_digest(const SmMigration *migration)
{
	StringInfoData meaning;
	ListCell *cell;

	initStringInfo(&meaning);
	foreach (cell, migration->header)
	{
		SmHeaderEntry *entry = lfirst(cell);

		sm_digest_add(&meaning, entry->name);
		sm_digest_add(&meaning, entry->value);
	}
	foreach (cell, migration->dependencies)
	{
		SmDependency *dependency = lfirst(cell);

		sm_digest_add(&meaning, "dependency");
		sm_digest_add(&meaning, dependency->name);
		sm_digest_add(&meaning, dependency->phase);
	}
	add_phases(&meaning, migration->phases, "up");
	add_phases(&meaning, migration->undos, "down");
	foreach (cell, migration->checks)
	{
		SmCheck *check = lfirst(cell);

		sm_digest_add(&meaning, psprintf("check %d %d", check->pre, check->critical));
		sm_digest_add(&meaning, check->phase);
		sm_digest_add(&meaning, check->name);
		sm_digest_add(&meaning, check->expect);
		sm_digest_add(&meaning, check->query_digest);
	}
	return sm_digest_hex(meaning.data, meaning.len);
}

static void
read_all(SmReader *reader)
{
	SmMigration *migration = reader->migration;
	char *digest;

	sm_sections_read(reader);
	list_sort(migration->errors, compare_errors);
	if (sm_reader_is_full(reader))
		sm_reader_say_full(reader);
	digest = sm_digest_text(reader->source.text, reader->source.length);
	migration->bytes_digest = MemoryContextStrdup(reader->result, digest);
	migration->meaning_digest = MemoryContextStrdup(reader->result, meaning_digest(migration));
}

/*
 * The scanner reads these from the settings of the session.  They are set by
 * assignment and not as settings, since that is not allowed in a parallel
 * worker, and nothing but the scanner looks at them in between.
 *
 * Notices ("identifier will be truncated") come when the statements run; here
 * they would come twice, once for each reading.
 *
 * Whoever calls us must not see the errors that are caught: the callback of an
 * SQL function, for one, takes their position away and makes it its own.
 */
static void
read_undisturbed(SmReader *reader)
{
	ErrorContextCallback *saved_callbacks = error_context_stack;
	bool saved_strings = standard_conforming_strings;
	int saved_quote = backslash_quote;
	int saved_messages = client_min_messages;

	PG_TRY();
	{
		error_context_stack = NULL;
		client_min_messages = ERROR;
		standard_conforming_strings = true;
		backslash_quote = BACKSLASH_QUOTE_SAFE_ENCODING;
		read_all(reader);
	}
	PG_FINALLY();
	{
		standard_conforming_strings = saved_strings;
		backslash_quote = saved_quote;
		error_context_stack = saved_callbacks;
		client_min_messages = saved_messages;
	}
	PG_END_TRY();
}

SmMigration *
sm_parse_content(const char *content, int length)
{
	SmReader reader = {0};
	MemoryContext old;

	reader.result = CurrentMemoryContext;
	reader.scratch =
	    AllocSetContextCreate(CurrentMemoryContext, "summit_migrate parse", ALLOCSET_DEFAULT_SIZES);
	reader.piece =
	    AllocSetContextCreate(reader.scratch, "summit_migrate piece", ALLOCSET_DEFAULT_SIZES);
	reader.migration = palloc0(sizeof(SmMigration));
	old = MemoryContextSwitchTo(reader.scratch);
	sm_source_text_init(&reader.source, content, length);
	read_undisturbed(&reader);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(reader.scratch);
	return reader.migration;
}
