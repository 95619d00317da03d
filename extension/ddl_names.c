/*
 * ddl_names.c
 *		Names, lists and options as statements write them.  Names in bodies are
 *		qualified and quoted already; raw ones are quoted here.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/formatting.h"

#include "compat.h"
#include "ddl.h"

int
sm_ddl_until(const char *text, char stop)
{
	bool quoted = false;
	const char *at = text;

	for (; *at && (quoted || *at != stop); at++)
		quoted ^= (*at == '"');
	return at - text;
}

const char *
sm_ddl_schema_of(const char *qualified)
{
	return pnstrdup(qualified, sm_ddl_until(qualified, '.'));
}

const char *
sm_ddl_bare_name(const char *qualified)
{
	int schema = sm_ddl_until(qualified, '.');
	const char *name = qualified[schema] == '.' ? qualified + schema + 1 : qualified;

	return pnstrdup(name, sm_ddl_until(name, '('));
}

void
sm_ddl_append_columns(StringInfo out, const SmProperty *names)
{
	appendStringInfoChar(out, '(');
	for (int i = 0; names && i < names->nitems; i++)
		appendStringInfo(out, "%s%s", i > 0 ? ", " : "", quote_identifier(names->items[i]));
	appendStringInfoChar(out, ')');
}

void
sm_ddl_append_list(StringInfo out, const SmProperty *items, const char *separator)
{
	for (int i = 0; items && i < items->nitems; i++)
		appendStringInfo(out, "%s%s", i > 0 ? separator : "", items->items[i]);
}

/* "name=value" entries as (name = 'value'); a name space stays in front. */
void
sm_ddl_append_options(StringInfo out, const SmProperty *options)
{
	appendStringInfoChar(out, '(');
	for (int i = 0; options && i < options->nitems; i++)
	{
		const char *option = options->items[i];
		int length = sm_ddl_until(option, '=');

		appendStringInfo(out, "%s%s", i > 0 ? ", " : "",
		                 quote_identifier(pnstrdup(option, length)));
		if (option[length] == '=')
			appendStringInfo(out, " = %s", quote_literal_cstr(option + length + 1));
	}
	appendStringInfoChar(out, ')');
}

/* The same as (name 'value'). */
void
sm_ddl_append_fdw_options(StringInfo out, const SmProperty *options)
{
	appendStringInfoChar(out, '(');
	for (int i = 0; options && i < options->nitems; i++)
	{
		const char *option = options->items[i];
		int length = sm_ddl_until(option, '=');

		appendStringInfo(out, "%s%s %s", i > 0 ? ", " : "",
		                 quote_identifier(pnstrdup(option, length)),
		                 quote_literal_cstr(option[length] ? option + length + 1 : ""));
	}
	appendStringInfoChar(out, ')');
}

const char *
sm_ddl_upper(const char *words)
{
	return asc_toupper(words, strlen(words));
}

/* Kinds are named by the words of their statements. */
const char *
sm_ddl_keyword(const char *kind)
{
	return sm_ddl_upper(kind);
}
