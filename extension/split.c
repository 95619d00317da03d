/*
 * split.c
 *		The loop over the server's core scanner: finds where statements end, as
 *		psql does.  What a statement or a comment means belongs elsewhere.
 *
 * Token numbers differ between server majors and their header is not always
 * installed, so tokens are told apart by their text alone.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "caught.h"
#include "source_text.h"
#include "split.h"

/* How often scanning may be taken up again behind bytes that do not scan. */
#define MAX_RESTARTS 200

/* Where we are in "CREATE [OR REPLACE] {FUNCTION|PROCEDURE} ... BEGIN ATOMIC". */
typedef enum RoutineState
{
	ROUTINE_START,
	ROUTINE_CREATE,
	ROUTINE_OR,
	ROUTINE_REPLACE,
	ROUTINE_HEAD,
	ROUTINE_NOT
} RoutineState;

typedef struct StatementState
{
	int parentheses;
	int blocks; /* BEGIN ATOMIC and CASE in it, not yet ended */
	RoutineState routine;
	bool after_begin;   /* the token before was BEGIN */
	bool after_label;   /* the token before was "." or AS */
	SmSpan unlock_name; /* the token before was pg_advisory_unlock_all */
} StatementState;

static void
start_scanner(SmSplit *split, int offset)
{
	MemoryContext old = MemoryContextSwitchTo(split->context);

	split->scan_base = offset;
	split->scanner =
	    scanner_init(split->scan_text + offset, &split->extra, &ScanKeywords, ScanKeywordTokens);
	MemoryContextSwitchTo(old);
}

void
sm_split_finish(SmSplit *split)
{
	if (split->scanner)
		scanner_finish(split->scanner);
	split->scanner = NULL;
	MemoryContextDelete(split->token_context);
}

/*
 * Asks the scanner for one token.  Returns NULL when it had one or was at the
 * end, and its error otherwise.
 */
static ErrorData *
scan_token(SmSplit *split)
{
	MemoryContext old = MemoryContextSwitchTo(split->token_context);
	ErrorData *volatile error = NULL;

	PG_TRY();
	{
		core_YYSTYPE value;
		YYLTYPE location;

		if (core_yylex(&value, &location, split->scanner) == 0)
		{
			split->at_end = true;
			split->token.start = split->token.end = split->length;
		}
		else
		{
			/* the scanner has put a NUL behind the token, for yytext */
			split->token.start = split->scan_base + location;
			split->token.end = split->token.start + strlen(split->extra.scanbuf + location);
		}
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(split->token_context);
		error = sm_caught_take();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(old);
	return error;
}

/* Whether what does not scan began at offset and was still open at the end. */
static bool
is_unclosed(const char *text, int offset)
{
	const char *at = text + offset;

	if (at[0] == '"')
		return at[1] != '"';
	return *at == '\'' || *at == '$' || (at[0] == '/' && at[1] == '*') ||
	       (strchr("eEbBxXnN", *at) != NULL && at[1] == '\'') ||
	       ((*at == 'u' || *at == 'U') && at[1] == '&');
}

/*
 * After an error of the scanner: replaces the byte it complained of, in a copy
 * of the text that is only for finding the ends of statements, and scans the
 * same token again.  What is still open at the end of the text takes all of the
 * rest with it.  The error itself comes again from raw_parser().
 */
static void
recover(SmSplit *split, const ErrorData *error)
{
	int offset = split->length;
	const char *escape;

	if (error->cursorpos > 0)
		offset = sm_source_text_advance(split->scan_text, split->scan_base, split->length,
		                                error->cursorpos - 1);
	else if ((escape = strchr(split->scan_text + split->gap_start, '\\')) != NULL)
		offset = escape - split->scan_text; /* bytes that make no character */
	if (offset >= split->length || is_unclosed(split->scan_text, offset) ||
	    split->restarts++ >= MAX_RESTARTS)
	{
		split->token.start = offset < split->length ? offset : split->gap_start;
		split->token.end = split->length;
		return;
	}
	if (split->scan_text == split->text)
	{
		split->scan_text = MemoryContextAlloc(split->context, (Size) split->length + 1);
		memcpy(split->scan_text, split->text, (Size) split->length + 1);
	}
	split->scan_text[offset] = 'x';
	if (split->scan_text[offset + 1] == '"')
		split->scan_text[offset + 1] = 'x';
	scanner_finish(split->scanner);
	start_scanner(split, split->gap_start);
	split->token.end = split->gap_start;
}

/* Moves to the next token; the gap before it begins where the last one ended. */
static void
advance(SmSplit *split)
{
	split->gap_start = split->token.end;
	split->gap_done = false;
	for (;;)
	{
		ErrorData *error;

		CHECK_FOR_INTERRUPTS();
		if (split->gap_start >= split->length)
		{
			split->at_end = true;
			split->token.start = split->token.end = split->length;
			return;
		}
		error = scan_token(split);
		if (error == NULL)
			return;
		recover(split, error);
		if (split->token.end > split->gap_start)
			return;
	}
}

void
sm_split_restart(SmSplit *split, int offset)
{
	scanner_finish(split->scanner);
	start_scanner(split, offset);
	split->at_end = false;
	split->token.start = split->token.end = offset;
	advance(split);
}

void
sm_split_init(SmSplit *split, const char *text, int length, bool marks)
{
	memset(split, 0, sizeof(SmSplit));
	split->text = text;
	split->scan_text = unconstify(char *, text);
	split->length = length;
	split->marks = marks;
	split->context = CurrentMemoryContext;
	split->token_context = AllocSetContextCreate(CurrentMemoryContext, "summit_migrate tokens",
	                                             ALLOCSET_DEFAULT_SIZES);
	start_scanner(split, 0);
	advance(split);
}

static bool
is_sign(const SmSplit *split, char sign)
{
	return !split->at_end && split->token.end - split->token.start == 1 &&
	       split->text[split->token.start] == sign;
}

/* An identifier without quotes, or a keyword; not a literal such as e'...'. */
static bool
is_word(const char *text, SmSpan token)
{
	char first = text[token.start];
	char last = text[token.end - 1];

	return ((first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z') || first == '_' ||
	        IS_HIGHBIT_SET(first)) &&
	       last != '\'' && last != '"';
}

static bool
is_routine_word(const char *text, SmSpan token)
{
	return sm_marks_is_word(text, token, "function") || sm_marks_is_word(text, token, "procedure");
}

static RoutineState
next_routine_state(RoutineState state, const char *text, SmSpan token)
{
	switch (state)
	{
		case ROUTINE_START:
			return sm_marks_is_word(text, token, "create") ? ROUTINE_CREATE : ROUTINE_NOT;
		case ROUTINE_CREATE:
			if (sm_marks_is_word(text, token, "or"))
				return ROUTINE_OR;
			return is_routine_word(text, token) ? ROUTINE_HEAD : ROUTINE_NOT;
		case ROUTINE_OR:
			return sm_marks_is_word(text, token, "replace") ? ROUTINE_REPLACE : ROUTINE_NOT;
		case ROUTINE_REPLACE:
			return is_routine_word(text, token) ? ROUTINE_HEAD : ROUTINE_NOT;
		default:
			return state;
	}
}

/*
 * Follows the blocks of a routine's SQL body.  CASE ends with END as well, but
 * neither word counts as a label: "AS end", "t.case".
 */
static void
follow_word(StatementState *state, const char *text, SmSpan token)
{
	bool begin = false;

	if (state->routine == ROUTINE_HEAD && state->parentheses == 0 && !state->after_label)
	{
		if (sm_marks_is_word(text, token, "begin"))
			begin = true;
		else if (state->after_begin && sm_marks_is_word(text, token, "atomic"))
			state->blocks++;
		else if (state->blocks > 0 && sm_marks_is_word(text, token, "case"))
			state->blocks++;
		else if (state->blocks > 0 && sm_marks_is_word(text, token, "end"))
			state->blocks--;
	}
	state->after_begin = begin;
	state->after_label = sm_marks_is_word(text, token, "as");
	state->routine = next_routine_state(state->routine, text, token);
}

static void
follow_sign(StatementState *state, const char *text, SmSpan token, SmPiece *piece)
{
	char sign = token.end - token.start == 1 ? text[token.start] : '\0';

	if (sign == '(')
	{
		state->parentheses++;
		if (state->unlock_name.end > 0 && piece->unlock_all.end == 0)
			piece->unlock_all = state->unlock_name;
	}
	else if (sign == ')' && state->parentheses > 0)
		state->parentheses--;
	else if (sign == ';' && piece->inner_semicolon.end == 0)
		piece->inner_semicolon = token;
	state->after_begin = false;
	state->after_label = sign == '.';
	if (state->routine != ROUTINE_HEAD)
		state->routine = ROUTINE_NOT;
}

/* Adds a token to the statement's normalised form: words in lower case. */
static void
note_token(SmPiece *piece, const char *text, SmSpan token, bool word)
{
	int length = token.end - token.start;
	char *to;

	enlargeStringInfo(&piece->tokens, length + 1);
	to = piece->tokens.data + piece->tokens.len;
	memcpy(to, text + token.start, length);
	to[length] = '\0';
	if (word)
		for (; *to; to++)
			*to = pg_ascii_tolower((unsigned char) *to);
	/* texts hold no NUL, so that it can stand between them */
	piece->tokens.len += length + 1;
}

static void
follow_token(StatementState *state, SmPiece *piece, const char *text, SmSpan token)
{
	bool word = is_word(text, token);
	SmSpan unlock_name = {0, 0};

	note_token(piece, text, token, word);
	if (word)
		follow_word(state, text, token);
	else
		follow_sign(state, text, token, piece);
	if (sm_marks_is_word(text, token, "pg_advisory_unlock_all") ||
	    sm_marks_is_word(text, token, "\"pg_advisory_unlock_all\""))
		unlock_name = token;
	state->unlock_name = unlock_name;
}

/* Reads tokens until the statement ends; the next token is then behind it. */
static void
read_statement(SmSplit *split, SmPiece *piece)
{
	StatementState state = {0};

	piece->kind = SM_PIECE_STATEMENT;
	piece->span.start = split->token.start;
	for (;;)
	{
		follow_token(&state, piece, split->text, split->token);
		piece->span.end = split->token.end;
		advance(split);
		if (split->at_end)
			return;
		if (split->marks && split->token.start - split->gap_start > 8 &&
		    sm_marks_find_section(split->text, split->gap_start, split->token.start, &piece->mark))
		{
			piece->runs_into = true;
			return;
		}
		if (is_sign(split, '\\'))
		{
			piece->cut = true;
			return;
		}
		if (is_sign(split, ';') && state.parentheses == 0 && state.blocks == 0)
		{
			advance(split);
			return;
		}
	}
}

/*
 * A backslash command ends with its line, whatever quotes stand in it.  Blanks
 * written over the rest of the line let the scanner go on; where the command's
 * first letter, which flex keeps apart, is none, only a new start does.
 */
static void
read_backslash(SmSplit *split, SmPiece *piece)
{
	int start = split->token.start;
	const char *newline = strchr(split->text + start, '\n');
	int end = newline ? newline - split->text : split->length;
	char letter = split->text[Min(start + 1, split->length)];

	piece->kind = SM_PIECE_BACKSLASH;
	piece->span.start = start;
	piece->span.end = end;
	if (pg_ascii_tolower((unsigned char) letter) < 'a' ||
	    pg_ascii_tolower((unsigned char) letter) > 'z')
	{
		sm_split_restart(split, end);
		return;
	}
	if (end > start + 2)
		memset(split->extra.scanbuf + (start + 2 - split->scan_base), ' ', end - start - 2);
	advance(split);
	split->token.end = end;
	advance(split);
}

bool
sm_split_next(SmSplit *split, SmPiece *piece)
{
	StringInfoData tokens = piece->tokens;

	MemoryContextReset(split->token_context);
	memset(piece, 0, sizeof(SmPiece));
	resetStringInfo(&tokens);
	piece->tokens = tokens;
	while (!split->gap_done || is_sign(split, ';'))
	{
		if (!split->gap_done && split->token.start > split->gap_start)
		{
			split->gap_done = true;
			piece->kind = SM_PIECE_GAP;
			piece->span.start = split->gap_start;
			piece->span.end = split->token.start;
			piece->last = split->at_end;
			return true;
		}
		split->gap_done = true;
		if (is_sign(split, ';'))
			advance(split);
	}
	if (split->at_end)
		return false;
	if (is_sign(split, '\\'))
		read_backslash(split, piece);
	else
		read_statement(split, piece);
	return true;
}
