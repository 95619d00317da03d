/*
 * redact.c
 *		Which statements can hold a secret (see redact.h).  Parse trees are asked,
 *		never the text, but for the body of a DO block, which is opaque to the
 *		parser: there a word is enough, and what is wrong with that is only that
 *		too much is withheld.  Where texts are kept is not known here.
 */
#include "postgres.h"

#include "fmgr.h"
#include "nodes/parsenodes.h"
#include "parser/parser.h"
#include "tcop/cmdtag.h"
#include "tcop/utility.h"
#include "utils/builtins.h"

#include "caught.h"
#include "redact.h"

PG_FUNCTION_INFO_V1(summit_migrate_redacted_statement);

static bool
contains(const char *text, const char *word)
{
	size_t length = strlen(word);

	for (; *text; text++)
	{
		if (pg_strncasecmp(text, word, length) == 0)
			return true;
	}
	return false;
}

/* "scheme://user:password@host" */
static bool
is_url_with_password(const char *value)
{
	const char *authority = strstr(value, "://");
	size_t length;
	const char *colon;

	if (authority == NULL)
		return false;
	authority += 3;
	length = strcspn(authority, "/?# ");
	colon = memchr(authority, ':', length);
	return colon != NULL && memchr(colon, '@', length - (colon - authority)) != NULL;
}

/* Foreign data wrappers choose the names of their options themselves, as do users of settings. */
bool
sm_redact_is_secret(const char *name, const char *value)
{
	return contains(name, "pass") || contains(name, "secret") || contains(name, "token") ||
	       contains(name, "key") || contains(name, "conninfo") || contains(name, "credential") ||
	       (value != NULL && (contains(value, "password=") || is_url_with_password(value)));
}

static bool
is_secret(const DefElem *option)
{
	return sm_redact_is_secret(option->defname, option->arg != NULL && IsA(option->arg, String)
	                                                ? strVal(option->arg)
	                                                : NULL);
}

/* SET name = value, of a role, a database or the server. */
static bool
sets_a_secret(const VariableSetStmt *setting)
{
	ListCell *cell;

	if (setting->name == NULL)
		return false;
	if (sm_redact_is_secret(setting->name, NULL))
		return setting->kind == VAR_SET_VALUE;
	foreach (cell, setting->args)
	{
		A_Const *value = lfirst(cell);

		if (IsA(value, A_Const) && !value->isnull && IsA(&value->val, String) &&
		    sm_redact_is_secret("", strVal(&value->val)))
			return true;
	}
	return false;
}

static bool
is_password(const DefElem *option)
{
	return strcmp(option->defname, "password") == 0;
}

static bool
has_option(List *options, bool (*matches)(const DefElem *option))
{
	ListCell *cell;

	foreach (cell, options)
	{
		if (matches(lfirst_node(DefElem, cell)))
			return true;
	}
	return false;
}

/* The arguments of a DO: its body and the language. */
static bool
block_speaks_of_secrets(List *arguments)
{
	static const char *const words[] = {"password", "mapping", "subscription", "conninfo"};
	ListCell *cell;

	foreach (cell, arguments)
	{
		DefElem *argument = lfirst_node(DefElem, cell);

		for (int i = 0; i < (int) lengthof(words); i++)
		{
			if (IsA(argument->arg, String) && contains(strVal(argument->arg), words[i]))
				return true;
		}
	}
	return false;
}

bool
sm_redact_needed(Node *statement)
{
	switch (nodeTag(statement))
	{
		case T_CreateUserMappingStmt:
		case T_AlterUserMappingStmt:
		case T_CreateSubscriptionStmt:
		case T_AlterSubscriptionStmt:
			return true;
		case T_CreateRoleStmt:
			return has_option(((CreateRoleStmt *) statement)->options, is_password);
		case T_AlterRoleStmt:
			return has_option(((AlterRoleStmt *) statement)->options, is_password);
		case T_CreateFdwStmt:
			return has_option(((CreateFdwStmt *) statement)->options, is_secret);
		case T_AlterFdwStmt:
			return has_option(((AlterFdwStmt *) statement)->options, is_secret);
		case T_CreateForeignServerStmt:
			return has_option(((CreateForeignServerStmt *) statement)->options, is_secret);
		case T_AlterForeignServerStmt:
			return has_option(((AlterForeignServerStmt *) statement)->options, is_secret);
		case T_CreateForeignTableStmt:
			return has_option(((CreateForeignTableStmt *) statement)->options, is_secret);
		case T_AlterSystemStmt:
			return sets_a_secret(((AlterSystemStmt *) statement)->setstmt);
		case T_AlterRoleSetStmt:
			return sets_a_secret(((AlterRoleSetStmt *) statement)->setstmt);
		case T_AlterDatabaseSetStmt:
			return sets_a_secret(((AlterDatabaseSetStmt *) statement)->setstmt);
		case T_DoStmt:
			return block_speaks_of_secrets(((DoStmt *) statement)->args);
		default:
			return false;
	}
}

static List *
parse_text(const char *text, bool *parsed)
{
	List *volatile statements = NIL;
	MemoryContext caller = CurrentMemoryContext;

	*parsed = true;
	PG_TRY();
	{
		statements = raw_parser(text, RAW_PARSE_DEFAULT);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(caller);
		FreeErrorData(sm_caught_take());
		*parsed = false;
	}
	PG_END_TRY();
	return statements;
}

const char *
sm_redact_text(const char *text)
{
	bool parsed;
	List *statements = parse_text(text, &parsed);
	ListCell *cell;

	if (!parsed)
		return "(text withheld: it cannot be read, and may hold a secret)";
	foreach (cell, statements)
	{
		Node *statement = lfirst_node(RawStmt, cell)->stmt;

		if (sm_redact_needed(statement))
			return psprintf(SM_REDACT_FORMAT, GetCommandTagName(CreateCommandTag(statement)));
	}
	return text;
}

Datum
summit_migrate_redacted_statement(PG_FUNCTION_ARGS)
{
	char *statement = text_to_cstring(PG_GETARG_TEXT_PP(0));

	PG_RETURN_TEXT_P(cstring_to_text(sm_redact_text(statement)));
}
