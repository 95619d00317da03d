/*
 * schema_portable.c
 *		Deparsed texts in the portable form: their tokens, without what majors
 *		write in one way or another, or what a restored dump has in other words.
 *		Where the texts come from is not known here.
 */
#include "postgres.h"

#include "parser/parser.h"
#include "parser/scanner.h"

#include "schema_read.h"
#include "compat.h"

typedef struct Tokens
{
	const char **texts;
	int *closing; /* of a bracket: where its partner is; -1: of none */
	int count;
	StringInfo out;
} Tokens;

static void write_tokens(Tokens *tokens, int from, int to);

static void
write_token(Tokens *tokens, const char *text)
{
	appendStringInfo(tokens->out, tokens->out->len > 0 ? " %s" : "%s", text);
}

static bool
is_token(const Tokens *tokens, int at, const char *text)
{
	return at < tokens->count && strcmp(tokens->texts[at], text) == 0;
}

static void
match_brackets(Tokens *tokens)
{
	int *open = palloc((tokens->count + 1) * sizeof(int));
	int depth = 0;

	for (int i = 0; i < tokens->count; i++)
	{
		tokens->closing[i] = -1;
		if (is_token(tokens, i, "(") || is_token(tokens, i, "["))
			open[depth++] = i;
		else if (depth > 0 && (is_token(tokens, i, ")") || is_token(tokens, i, "]")))
			tokens->closing[open[--depth]] = i;
	}
	pfree(open);
}

/* The "[" of "type []" that begins at a token; -1: no array type does. */
static int
array_type_end(const Tokens *tokens, int at)
{
	for (; at < tokens->count; at++)
	{
		char first = tokens->texts[at][0];

		if (is_token(tokens, at, "["))
			return is_token(tokens, at + 1, "]") ? at : -1;
		if (is_token(tokens, at, "(") && tokens->closing[at] >= 0)
			at = tokens->closing[at];
		else if (first != '.' && first != '"' && !IS_HIGHBIT_SET(first) &&
		         !isalpha((unsigned char) first) && first != '_')
			return -1;
	}
	return -1;
}

/*
 * "(ARRAY[a, b])::type[]", which IN over another type is stored as, is restored
 * as "ARRAY[(a)::type, (b)::type]": both are the latter.  Returns the last token
 * of it; -1: none begins here.
 */
static int
write_array_cast(Tokens *tokens, int at)
{
	int close = tokens->closing[at];
	int type;
	int item = at + 3;

	if (close < 0 || !is_token(tokens, at + 1, "ARRAY") || !is_token(tokens, at + 2, "[") ||
	    tokens->closing[at + 2] != close - 1 || item >= close - 1 ||
	    !is_token(tokens, close + 1, "::"))
		return -1;
	type = array_type_end(tokens, close + 2);
	if (type < 0)
		return -1;
	write_token(tokens, "ARRAY [");
	for (int i = item; i < close; i++)
	{
		if (i < close - 1 && !is_token(tokens, i, ","))
		{
			i = tokens->closing[i] >= 0 ? tokens->closing[i] : i;
			continue;
		}
		write_token(tokens, "(");
		write_tokens(tokens, item, i);
		write_token(tokens, ") ::");
		write_tokens(tokens, close + 2, type);
		write_token(tokens, i < close - 1 ? "," : "]");
		item = i + 1;
	}
	return type + 1;
}

static void
write_tokens(Tokens *tokens, int from, int to)
{
	for (int i = from; i < to; i++)
	{
		int end = is_token(tokens, i, "(") ? write_array_cast(tokens, i) : -1;

		if (end >= 0)
			i = end;
		else if (is_token(tokens, i, "NO") && is_token(tokens, i + 1, "INDENT"))
			i++; /* of XMLSERIALIZE, said from 16 on */
		else
			write_token(tokens, tokens->texts[i]);
	}
}

char *
sm_deparse_portable(char *text)
{
	core_yy_extra_type extra;
	core_yyscan_t scanner = scanner_init(text, &extra, &ScanKeywords, ScanKeywordTokens);
	StringInfoData out;
	Tokens tokens = {.count = 0, .out = &out};
	int room = 64;
	core_YYSTYPE value;
	YYLTYPE location;

	initStringInfo(&out);
	tokens.texts = palloc(room * sizeof(char *));
	while (core_yylex(&value, &location, scanner) != 0)
	{
		if (tokens.count == room)
			tokens.texts = repalloc(tokens.texts, (room *= 2) * sizeof(char *));
		tokens.texts[tokens.count++] = pstrdup(extra.scanbuf + location);
	}
	scanner_finish(scanner);
	tokens.closing = palloc((tokens.count + 1) * sizeof(int));
	match_brackets(&tokens);
	write_tokens(&tokens, 0, tokens.count);
	return out.data;
}
