/*
 * options.c
 *		Reads the values of option and check marks.  What they do to a unit belongs
 *		to units.c, and the statements of a batch to batch.c.
 */
#include "postgres.h"

#include "parser/scansup.h"
#include "utils/builtins.h"
#include "utils/guc.h"

#include "options.h"
#include "statement.h"

#define DEFAULT_BATCH_SIZE 5000
#define MAX_BATCH_SIZE 10000000

static char *
span_text(const char *text, SmSpan span)
{
	return pnstrdup(text + span.start, span.end - span.start);
}

/* Takes the next part up to a comma off the front of a list. */
static bool
next_part(const char *text, SmSpan *list, SmSpan *part)
{
	const char *comma;

	if (list->start >= list->end)
		return false;
	comma = memchr(text + list->start, ',', list->end - list->start);
	part->start = list->start;
	part->end = comma ? comma - text : list->end;
	list->start = comma ? part->end + 1 : list->end;
	*part = sm_marks_trim(text, *part);
	return true;
}

/* Takes the next word off the front of a part. */
static SmSpan
next_word(const char *text, SmSpan *part)
{
	SmSpan word = {part->start, part->start};

	while (word.end < part->end && strchr(" \t", text[word.end]) == NULL)
		word.end++;
	part->start = word.end;
	*part = sm_marks_trim(text, *part);
	return word;
}

static void
bad_option(SmReader *reader, SmSpan span, const char *text, const char *what, const char *hint)
{
	sm_reader_error(reader, ERRCODE_INVALID_PARAMETER_VALUE, span, hint, "%s \"%s\"", what, text);
}

static const char batch_hint[] = "The form is \"-- Batch: table=users, key=id, size=5000, "
                                 "pause=50ms\"; only the key is required.";

/* A column name by the rules of SQL: in lower case unless it is quoted. */
static char *
read_key(const char *value)
{
	int length = strlen(value);
	char *at;

	if (length > 2 && value[0] == '"' && value[length - 1] == '"')
		return pnstrdup(value + 1, length - 2);
	if (length == 0 || (int) strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                                       "0123456789_$") != length)
		return NULL;
	at = pstrdup(value);
	return downcase_truncate_identifier(at, length, false);
}

static bool
set_batch_option(SmReader *reader, SmBatchMark *batch, const char *name, const char *value)
{
	MemoryContext old;
	char *text = NULL;

	if (pg_strcasecmp(name, "size") == 0)
		return parse_int(value, &batch->size, 0, NULL) && batch->size > 0 &&
		       batch->size <= MAX_BATCH_SIZE;
	if (pg_strcasecmp(name, "pause") == 0)
		return parse_int(value, &batch->pause_ms, GUC_UNIT_MS, NULL) && batch->pause_ms >= 0;
	old = MemoryContextSwitchTo(reader->scratch);
	if (pg_strcasecmp(name, "key") == 0)
		text = batch->key = read_key(value);
	else if (pg_strcasecmp(name, "table") == 0 && value[0] != '\0')
		text = batch->table = pstrdup(value);
	MemoryContextSwitchTo(old);
	return text != NULL;
}

static SmBatchMark *
read_batch(SmReader *reader, const SmRegion *region, SmSpan value)
{
	SmBatchMark *batch = MemoryContextAllocZero(reader->scratch, sizeof(SmBatchMark));
	SmSpan whole = value;
	SmSpan part;

	batch->size = DEFAULT_BATCH_SIZE;
	while (next_part(region->text, &value, &part))
	{
		char *text = span_text(region->text, part);
		char *sign = strchr(text, '=');
		SmSpan name = {0, sign ? sign - text : 0};
		SmSpan setting = {sign ? sign - text + 1 : 0, strlen(text)};

		if (sign == NULL ||
		    !set_batch_option(reader, batch, span_text(text, sm_marks_trim(text, name)),
		                      span_text(text, sm_marks_trim(text, setting))))
		{
			bad_option(reader, sm_reader_span(region, part), text, "unknown batch option",
			           batch_hint);
			return NULL;
		}
	}
	if (batch->key == NULL)
	{
		sm_reader_error(reader, ERRCODE_SYNTAX_ERROR, sm_reader_span(region, whole), batch_hint,
		                "batch without a key");
		return NULL;
	}
	return batch;
}

bool
sm_options_is_query(SmReader *reader, const SmRegion *region, SmSpan span, const char *what)
{
	MemoryContext old = MemoryContextSwitchTo(reader->piece);
	SmParsed parsed;
	ErrorData *error = sm_statement_parse(span_text(region->text, span), &parsed);

	MemoryContextSwitchTo(old);
	if (error)
		sm_reader_server_error(reader, region, span, error);
	else if (!sm_statement_is_query(&parsed))
		sm_reader_error(reader, ERRCODE_SYNTAX_ERROR, sm_reader_span(region, span),
		                "Write a single SELECT that changes nothing.", "%s is not a plain query",
		                what);
	else
		return true;
	return false;
}

static void
read_done_when(SmReader *reader, const SmRegion *region, SmSpan value, SmPending *pending)
{
	while (value.end > value.start && strchr("; \t", region->text[value.end - 1]) != NULL)
		value.end--;
	pending->done_when = sm_reader_span(region, value);
	if (value.start == value.end)
		sm_reader_error(
		    reader, ERRCODE_SYNTAX_ERROR, pending->done_when,
		    "Write a query that returns true when the statement is done: -- Done-When: SELECT …",
		    "Done-When without a query");
	else if (sm_options_is_query(reader, region, value, "Done-When"))
		pending->done_when_query = sm_reader_copy(reader, region->text, value);
}

static bool
is_given(SmSpan span)
{
	return span.end > span.start;
}

void
sm_options_read(SmReader *reader, const SmRegion *region, const SmMark *mark, SmPending *pending)
{
	SmSpan whole = {mark->name.start, mark->value.end};
	bool twice;

	whole = sm_reader_span(region, whole);
	if (mark->kind == SM_MARK_TRANSACTION)
	{
		twice = is_given(pending->transaction_none);
		pending->transaction_none = whole;
		if (!sm_marks_is_word(region->text, mark->value, "none"))
			bad_option(reader, whole, span_text(region->text, mark->value),
			           "unknown transaction option", "The only form is \"-- Transaction: none\".");
	}
	else if (mark->kind == SM_MARK_DONE_WHEN)
	{
		twice = is_given(pending->done_when);
		read_done_when(reader, region, mark->value, pending);
	}
	else
	{
		twice = pending->batch != NULL;
		pending->batch = read_batch(reader, region, mark->value);
		if (pending->batch)
			pending->batch->mark = whole;
	}
	if (twice)
		sm_reader_error(reader, ERRCODE_SYNTAX_ERROR, whole, "Leave one of the marks out.",
		                "\"%.*s\" is given twice for one statement",
		                mark->name.end - mark->name.start, region->text + mark->name.start);
}

static const char check_hint[] =
    "The form is \"-- Check: name (post migrate, critical, expect = 0)\": pre or post and a phase, "
    "critical or warning, and expect with true, false, any, or one of = <> < <= > >= and a value.";

/* "true", "= 0", "<>'x'": returned as "true", "= 0", "<> 'x'"; NULL if unknown. */
static char *
read_expect(const char *text, SmSpan part)
{
	static const char *const signs[] = {"<>", "!=", "<=", ">=", "=", "<", ">"};
	static const char *const words[] = {"true", "false", "any"};
	int i;

	for (i = 0; i < (int) lengthof(words); i++)
		if (sm_marks_is_word(text, part, words[i]))
			return pstrdup(words[i]);
	for (i = 0; i < (int) lengthof(signs); i++)
	{
		SmSpan value = {part.start + strlen(signs[i]), part.end};

		if (value.start >= part.end || strncmp(text + part.start, signs[i], strlen(signs[i])) != 0)
			continue;
		value = sm_marks_trim(text, value);
		if (value.start == value.end || strchr("<>=!", text[value.start]) != NULL)
			return NULL;
		return psprintf("%s %s", strcmp(signs[i], "!=") == 0 ? "<>" : signs[i],
		                span_text(text, value));
	}
	return NULL;
}

static bool
read_check_time(SmCheck *check, const char *text, SmSpan part, bool pre)
{
	int i;

	check->pre = pre;
	if (part.start == part.end || sm_marks_is_word(text, part, SM_PHASE_ALL))
		return true;
	for (i = 0; i < SM_PHASE_COUNT; i++)
	{
		if (sm_marks_is_word(text, part, sm_marks_phase_names[i]))
		{
			check->phase = sm_marks_phase_names[i];
			return true;
		}
	}
	return false;
}

static bool
read_check_option(SmReader *reader, SmCheck *check, const char *text, SmSpan part)
{
	SmSpan rest = part;
	SmSpan word = next_word(text, &rest);
	char *expect;

	if (sm_marks_is_word(text, word, "pre") || sm_marks_is_word(text, word, "post"))
		return read_check_time(check, text, rest, sm_marks_is_word(text, word, "pre"));
	if (sm_marks_is_word(text, part, "critical") || sm_marks_is_word(text, part, "warning"))
	{
		check->critical = sm_marks_is_word(text, part, "critical");
		return true;
	}
	/* "expect=0" is as good as "expect = 0" */
	if (part.end - part.start < 7 || pg_strncasecmp(text + part.start, "expect", 6) != 0 ||
	    isalnum((unsigned char) text[part.start + 6]))
		return false;
	part.start += 6;
	expect = read_expect(text, sm_marks_trim(text, part));
	if (expect == NULL)
		return false;
	check->expect = MemoryContextStrdup(reader->result, expect);
	return true;
}

static bool
read_check_options(SmReader *reader, SmCheck *check, SmSpan options)
{
	SmSpan part;

	while (next_part(reader->source.text, &options, &part))
	{
		if (read_check_option(reader, check, reader->source.text, part))
			continue;
		bad_option(reader, part, span_text(reader->source.text, part), "unknown check option",
		           check_hint);
		return false;
	}
	return true;
}

static SmCheck *
new_check(SmReader *reader, SmSpan place)
{
	SmCheck *check = sm_reader_alloc(reader, sizeof(SmCheck));

	check->phase = SM_PHASE_ALL;
	check->critical = true;
	check->expect = MemoryContextStrdup(reader->result, "true");
	check->place = sm_reader_place(reader, place);
	return check;
}

void
sm_options_read_check(SmReader *reader, const SmMark *mark, SmPending *pending)
{
	const char *text = reader->source.text;
	SmSpan options = mark->value;
	SmSpan name = {mark->value.start, mark->value.start};
	SmSpan whole = {mark->name.start, mark->value.end};

	if (pending->check)
		sm_reader_error(reader, ERRCODE_SYNTAX_ERROR, pending->check_mark,
		                "Put a query below each check.", "check without a query");
	pending->check = new_check(reader, whole);
	pending->check_mark = whole;
	while (name.end < options.end && (isalnum((unsigned char) text[name.end]) ||
	                                  text[name.end] == '_' || text[name.end] == '-'))
		name.end++;
	pending->check->name = sm_reader_copy(reader, text, name);
	options = sm_marks_trim(text, (SmSpan){name.end, options.end});
	if (name.start == name.end || (options.start < options.end &&
	                               (text[options.start] != '(' || text[options.end - 1] != ')')))
		bad_option(reader, mark->value, span_text(text, mark->value), "malformed check",
		           check_hint);
	else if (options.start < options.end)
		read_check_options(reader, pending->check, (SmSpan){options.start + 1, options.end - 1});
}

void
sm_options_report_unused(SmReader *reader, SmPending *pending)
{
	SmSpan unused[] = {pending->transaction_none, pending->done_when,
	                   pending->batch ? pending->batch->mark : (SmSpan){0, 0},
	                   pending->check ? pending->check_mark : (SmSpan){0, 0}};
	int i;

	for (i = 0; i < (int) lengthof(unused); i++)
		if (is_given(unused[i]))
			sm_reader_error(reader, ERRCODE_SYNTAX_ERROR, unused[i],
			                "Put it directly above the statement that it is about.",
			                "no statement follows this mark");
	memset(pending, 0, sizeof(SmPending));
}
