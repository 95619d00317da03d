/*
 * suspects.c
 *		Comments that are no mark, but look like one gone wrong: in silence, a
 *		phase would run in the one before it, a batch as one statement, a check
 *		never.  What is a mark stands in marks.c; misspelt names of the header are
 *		header.c's.
 *
 * Prose must stay prose, so that a word alone is not enough: a mark's name has
 * its colon, a section's stands alone, and "phase" goes with a phase's name.
 */
#include "postgres.h"

#include "utils/varlena.h"

#include "suspects.h"

static const char *const phase_marks[SM_PHASE_COUNT] = {"PHASE 1: EXPAND", "PHASE 2: MIGRATE",
                                                        "PHASE 3: CONTRACT"};

/* Names with a colon behind, and of sections. */
static const char *const entry_names[] = {"check", "transaction", "done-when",
                                          "batch", "rollback",    "validation"};
static const char *const entry_spellings[] = {"Check", "Transaction", "Done-When",
                                              "Batch", "ROLLBACK",    "VALIDATION"};
#define FIRST_SECTION 4

static bool
is_transposed(const char *word, const char *name)
{
	int at = 0;

	if (strlen(word) != strlen(name))
		return false;
	while (word[at] != '\0' && word[at] == name[at])
		at++;
	return word[at] != '\0' && word[at + 1] != '\0' && word[at] == name[at + 1] &&
	       word[at + 1] == name[at] && strcmp(word + at + 2, name + at + 2) == 0;
}

bool
sm_suspects_is_near(const char *word, const char *name, int letters)
{
	int length = strlen(word);
	int name_length = strlen(name);

	if (is_transposed(word, name))
		return true;
	return abs(name_length - length) <= letters &&
	       varstr_levenshtein_less_equal(word, length, name, name_length, 1, 1, 1, letters, true) <=
	           letters;
}

char *
sm_suspects_normalise(const char *text, SmSpan word)
{
	char *result = pnstrdup(text + word.start, word.end - word.start);

	for (char *at = result; *at; at++)
		*at = (*at == ' ' || *at == '_') ? '-' : pg_ascii_tolower((unsigned char) *at);
	return result;
}

/* A word that begins as the name does; other beginnings are other words (match, patch). */
static bool
is_misspelt(const char *word, const char *name)
{
	return word[0] == name[0] && sm_suspects_is_near(word, name, 1);
}

static bool
is_plural(const char *word, const char *name)
{
	size_t length = strlen(name);

	return strncmp(word, name, length) == 0 && strcmp(word + length, "s") == 0;
}

/* Takes letters and digits off the front, and then what is neither. */
static char *
take_word(const char *text, SmSpan *span)
{
	SmSpan word = {span->start, span->start};

	while (word.end < span->end && isalnum((unsigned char) text[word.end]))
		word.end++;
	span->start = word.end;
	return sm_suspects_normalise(text, word);
}

static void
skip_signs(const char *text, SmSpan *span)
{
	while (span->start < span->end && !isalnum((unsigned char) text[span->start]) &&
	       !IS_HIGHBIT_SET(text[span->start]) && text[span->start] != '(')
		span->start++;
}

/* Index of the phase that "phase [number or word] name" means, with nothing but a remark behind. */
static int
find_phase(const char *text, SmSpan span)
{
	if (!is_misspelt(take_word(text, &span), "phase"))
		return -1;
	for (int words = 0; words < 2; words++)
	{
		char *word;

		skip_signs(text, &span);
		word = take_word(text, &span);
		for (int i = 0; i < SM_PHASE_COUNT; i++)
		{
			if (!is_misspelt(word, sm_marks_phase_names[i]))
				continue;
			span = sm_marks_trim(text, span);
			return span.start == span.end || strchr("(:-=", text[span.start]) != NULL ? i : -1;
		}
	}
	return -1;
}

/* What a word with a colon behind it, or (section) alone on its line, was meant to be. */
static const char *
find_name(const char *word, bool section)
{
	for (int i = section ? FIRST_SECTION : 0; i < (int) lengthof(entry_names); i++)
	{
		if (is_misspelt(word, entry_names[i]) && (section || !is_plural(word, entry_names[i])))
			return entry_spellings[i];
	}
	return NULL;
}

static const char *
find_meant(const char *text, const SmComment *comment, const SmMark *mark)
{
	SmSpan plain = sm_marks_trim_banner(text, comment->text);
	int phase = find_phase(text, plain);

	if (phase >= 0)
		return phase_marks[phase];
	if (mark->kind == SM_MARK_ENTRY)
		return find_name(sm_suspects_normalise(text, mark->name), false);
	return find_name(sm_suspects_normalise(text, plain), true);
}

bool
sm_suspects_report(SmReader *reader, const SmRegion *region, const SmComment *comment,
                   const SmMark *mark)
{
	const char *meant;

	if (comment->block || !comment->own_line)
		return false;
	meant = find_meant(region->text, comment, mark);
	if (meant == NULL)
		return false;
	sm_reader_error(
	    reader, ERRCODE_SYNTAX_ERROR, sm_reader_span(region, comment->whole),
	    psprintf("Did you mean \"-- %s\"? If it is a remark, word it otherwise.", meant),
	    "comment that looks like a mark but is none: \"%.*s\"",
	    Min(comment->text.end - comment->text.start, 60), region->text + comment->text.start);
	return true;
}
