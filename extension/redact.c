/*
 * redact.c
 *		Which statements can hold a secret (see redact.h).  Parse trees are asked,
 *		never the text, but for the body of a DO block, which is opaque to the
 *		parser: there a word is enough, and what is wrong with that is only that
 *		too much is withheld.  Where texts are kept is not known here.
 */
#include "postgres.h"

#include "nodes/parsenodes.h"

#include "redact.h"

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

/* Foreign data wrappers choose the names of their options themselves. */
static bool
names_a_secret(const char *name)
{
	return contains(name, "pass") || contains(name, "secret") || contains(name, "token") ||
	       contains(name, "key") || contains(name, "conninfo");
}

static bool
is_password(const char *name)
{
	return strcmp(name, "password") == 0;
}

static bool
has_option(List *options, bool (*matches)(const char *name))
{
	ListCell *cell;

	foreach (cell, options)
	{
		if (matches(lfirst_node(DefElem, cell)->defname))
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
			return has_option(((CreateFdwStmt *) statement)->options, names_a_secret);
		case T_AlterFdwStmt:
			return has_option(((AlterFdwStmt *) statement)->options, names_a_secret);
		case T_CreateForeignServerStmt:
			return has_option(((CreateForeignServerStmt *) statement)->options, names_a_secret);
		case T_AlterForeignServerStmt:
			return has_option(((AlterForeignServerStmt *) statement)->options, names_a_secret);
		case T_AlterSystemStmt:
		{
			char *name = ((AlterSystemStmt *) statement)->setstmt->name;

			return name != NULL && names_a_secret(name);
		}
		case T_DoStmt:
			return block_speaks_of_secrets(((DoStmt *) statement)->args);
		default:
			return false;
	}
}
