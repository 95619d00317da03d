/*
 * marks.c
 *		Reads comments, which are the gaps that the server's scanner leaves between
 *		tokens, and recognises marks in them.  What a mark's value means belongs
 *		to header.c and options.c; what it does, to parse.c.
 */
#include "postgres.h"

#include "parser/scansup.h"

#include "marks.h"

const char *const sm_marks_phase_names[SM_PHASE_COUNT] = {"expand", "migrate", "contract"};

/* Longest name that a "Word: text" comment may have to be looked at. */
#define MAX_ENTRY_NAME 24

static bool
is_blank(char c)
{
	return scanner_isspace(c);
}

static bool
is_banner_sign(char c)
{
	return c != '\0' && strchr("=-*#~_+|", c) != NULL;
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

SmSpan
sm_marks_trim(const char *text, SmSpan span)
{
	while (span.start < span.end && is_blank(text[span.start]))
		span.start++;
	while (span.end > span.start && is_blank(text[span.end - 1]))
		span.end--;
	return span;
}

bool
sm_marks_is_word(const char *text, SmSpan span, const char *word)
{
	int length = strlen(word);

	return span.end - span.start == length && pg_strncasecmp(text + span.start, word, length) == 0;
}

SmSpan
sm_marks_trim_banner(const char *text, SmSpan span)
{
	while (span.start < span.end &&
	       (is_blank(text[span.start]) || is_banner_sign(text[span.start])))
		span.start++;
	while (span.end > span.start &&
	       (is_blank(text[span.end - 1]) || is_banner_sign(text[span.end - 1])))
		span.end--;
	return span;
}

bool
sm_marks_is_banner(const char *text, const SmComment *comment)
{
	SmSpan rest = sm_marks_trim_banner(text, comment->text);

	return rest.start == rest.end;
}

static bool
begins_line(const char *text, int offset)
{
	while (offset > 0 && text[offset - 1] != '\n' && is_blank(text[offset - 1]))
		offset--;
	return offset == 0 || text[offset - 1] == '\n';
}

/* Block comments nest, as in the server's scanner. */
static int
block_end(const char *text, int position, int end)
{
	int depth = 0;

	while (position < end)
	{
		if (position + 1 < end && text[position] == '/' && text[position + 1] == '*')
		{
			depth++;
			position += 2;
		}
		else if (position + 1 < end && text[position] == '*' && text[position + 1] == '/')
		{
			position += 2;
			if (--depth == 0)
				return position;
		}
		else
			position++;
	}
	return end;
}

static int
line_end(const char *text, int position, int end)
{
	const char *newline = memchr(text + position, '\n', end - position);

	return newline ? newline - text : end;
}

bool
sm_marks_next_comment(const char *text, int *position, int end, SmComment *comment)
{
	int at = *position;

	while (at < end && is_blank(text[at]))
		at++;
	/* a gap holds blanks and comments only; an unclosed comment is no gap */
	if (at + 1 >= end)
		return false;
	comment->block = text[at] == '/';
	comment->own_line = begins_line(text, at);
	comment->whole.start = at;
	comment->whole.end = comment->block ? block_end(text, at, end) : line_end(text, at, end);
	comment->text.start = at + 2;
	comment->text.end = comment->whole.end - (comment->block ? 2 : 0);
	if (!comment->block)
		comment->text = sm_marks_trim(text, comment->text);
	*position = comment->whole.end;
	return true;
}

/* Takes a word off the front of the span and says whether it was this one. */
static bool
take_word(const char *text, SmSpan *span, const char *word)
{
	SmSpan head = *span;

	head.end = head.start;
	while (head.end < span->end && is_letter(text[head.end]))
		head.end++;
	if (!sm_marks_is_word(text, head, word))
		return false;
	span->start = head.end;
	*span = sm_marks_trim(text, *span);
	return true;
}

static bool
take_sign(const char *text, SmSpan *span, char sign)
{
	if (span->start == span->end || text[span->start] != sign)
		return false;
	span->start++;
	*span = sm_marks_trim(text, *span);
	return true;
}

/* "PHASE 2: MIGRATE", with anything behind the name as a comment. */
static bool
read_phase(const char *text, SmSpan span, SmMark *mark)
{
	int digits = 0;

	if (!take_word(text, &span, "phase"))
		return false;
	mark->number = 0;
	while (span.start < span.end && isdigit((unsigned char) text[span.start]) && digits++ < 4)
		mark->number = mark->number * 10 + (text[span.start++] - '0');
	span = sm_marks_trim(text, span);
	if (digits == 0 || !take_sign(text, &span, ':'))
		return false;
	mark->name.start = mark->name.end = span.start;
	while (mark->name.end < span.end && is_letter(text[mark->name.end]))
		mark->name.end++;
	mark->kind = SM_MARK_PHASE;
	return true;
}

static bool
read_validation(const char *text, SmSpan span, SmMark *mark)
{
	if (!take_word(text, &span, "validation"))
		return false;
	if (!take_word(text, &span, "queries"))
		take_word(text, &span, "checks");
	take_sign(text, &span, ':');
	mark->kind = SM_MARK_VALIDATION;
	return span.start == span.end;
}

/* "ROLLBACK", "Rollback: text", "Rollback contract:", "Rollback contract: text". */
static bool
read_rollback(const char *text, SmSpan banner, SmSpan plain, SmMark *mark)
{
	SmSpan span = plain;
	int i;

	if (!take_word(text, &span, "rollback"))
	{
		span = banner;
		if (!take_word(text, &span, "rollback"))
			return false;
	}
	mark->phase = -1;
	for (i = 0; i < SM_PHASE_COUNT && mark->phase < 0; i++)
		if (take_word(text, &span, sm_marks_phase_names[i]))
			mark->phase = i;
	if (mark->phase < 0)
		take_word(text, &span, "section");
	mark->kind = SM_MARK_ROLLBACK;
	if (take_sign(text, &span, ':'))
	{
		mark->value = span;
		if (sm_marks_trim_banner(text, span).start == sm_marks_trim_banner(text, span).end)
			mark->value.end = mark->value.start;
		return true;
	}
	span = sm_marks_trim_banner(text, span);
	mark->value = span;
	return span.start == span.end;
}

static SmMarkKind
entry_kind(const char *text, SmSpan name)
{
	if (sm_marks_is_word(text, name, "check"))
		return SM_MARK_CHECK;
	if (sm_marks_is_word(text, name, "transaction"))
		return SM_MARK_TRANSACTION;
	if (sm_marks_is_word(text, name, "done-when"))
		return SM_MARK_DONE_WHEN;
	if (sm_marks_is_word(text, name, "batch"))
		return SM_MARK_BATCH;
	return SM_MARK_ENTRY;
}

static bool
read_entry(const char *text, SmSpan span, SmMark *mark)
{
	int at = span.start;

	while (at < span.end && at - span.start <= MAX_ENTRY_NAME &&
	       (is_letter(text[at]) || (at > span.start && strchr("-_ ", text[at]) != NULL)))
		at++;
	if (at == span.start || at >= span.end || text[at] != ':')
		return false;
	mark->name = sm_marks_trim(text, (SmSpan){span.start, at});
	mark->value = sm_marks_trim(text, (SmSpan){at + 1, span.end});
	mark->kind = entry_kind(text, mark->name);
	return true;
}

SmMark
sm_marks_read(const char *text, const SmComment *comment)
{
	SmMark mark = {SM_MARK_NONE};
	SmSpan banner;

	if (comment->block || !comment->own_line)
		return mark;
	banner = sm_marks_trim_banner(text, comment->text);
	if (read_phase(text, banner, &mark) || read_validation(text, banner, &mark) ||
	    read_rollback(text, banner, comment->text, &mark) || read_entry(text, comment->text, &mark))
		return mark;
	mark.kind = SM_MARK_NONE;
	return mark;
}

bool
sm_marks_find_section(const char *text, int start, int end, SmSpan *found)
{
	SmComment comment;

	while (sm_marks_next_comment(text, &start, end, &comment))
	{
		SmMark mark = sm_marks_read(text, &comment);

		/* a rollback that says all on its own line begins no section */
		if (mark.kind == SM_MARK_PHASE || mark.kind == SM_MARK_VALIDATION ||
		    (mark.kind == SM_MARK_ROLLBACK && mark.value.start == mark.value.end))
		{
			*found = comment.whole;
			return true;
		}
	}
	return false;
}
