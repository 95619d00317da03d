/*
 * statement_text.c
 *		The statement that is being executed (see statement_text.h).  A stack of
 *		frames, one a call of ProcessUtility, knows the string and the place of
 *		each.  Where the module was loaded in the middle of a statement, which is
 *		the first DDL of a session without preloading, that statement is sought
 *		in the string that the client sent.  Nothing is written from here.
 */
#include "postgres.h"

#include "access/xact.h"
#include "parser/parser.h"
#include "parser/scansup.h"
#include "tcop/tcopprot.h"

#include "caught.h"
#include "redact.h"
#include "statement_text.h"
#include "unit_stats.h"

static SmFrame *top = NULL;

/* The client's message during which the module was loaded; 0: before any. */
static TimestampTz loaded_during = 0;

void
sm_statement_text_init(void)
{
	loaded_during = debug_query_string == NULL ? 0 : GetCurrentStatementStartTimestamp();
}

void
sm_statement_text_push(SmFrame *frame, PlannedStmt *statement, const char *string,
                       ProcessUtilityContext context)
{
	frame->statement = statement;
	frame->string = string;
	frame->part = context == PROCESS_UTILITY_SUBCOMMAND;
	frame->below = top;
	top = frame;
}

void
sm_statement_text_pop(SmFrame *frame)
{
	top = frame->below;
}

/* Of a string, what stands at location; length 0: to its end. */
static char *
copy_piece(const char *string, int location, int length)
{
	const char *start = string + Max(location, 0);
	size_t size = length > 0 ? (size_t) length : strlen(start);

	while (size > 0 && scanner_isspace(*start))
	{
		start++;
		size--;
	}
	while (size > 0 && scanner_isspace(start[size - 1]))
		size--;
	return pnstrdup(start, size);
}

/* As statements of the string; *parsed false where it is none. */
static List *
parse_string(const char *string, bool *parsed)
{
	List *volatile statements = NIL;
	MemoryContext caller = CurrentMemoryContext;

	*parsed = true;
	PG_TRY();
	{
		statements = raw_parser(string, RAW_PARSE_DEFAULT);
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

/* What runs other statements, so that one under way need not stand in the string. */
static bool
runs_others(Node *statement)
{
	switch (nodeTag(statement))
	{
		case T_SelectStmt:
		case T_InsertStmt:
		case T_UpdateStmt:
		case T_DeleteStmt:
		case T_MergeStmt:
		case T_DoStmt:
		case T_CallStmt:
		case T_ExecuteStmt:
		case T_CopyStmt:
		case T_FetchStmt:
		case T_RefreshMatViewStmt:
		case T_CreateExtensionStmt:
		case T_AlterExtensionStmt:
			return true;
		default:
			return false;
	}
}

/*
 * The statement of the string that is under way: the only one of its tag, where
 * none of the others can have called it.  NULL where that cannot be told; trees
 * cannot be compared, since executing has changed the one.
 */
static RawStmt *
find_statement(List *statements, CommandTag tag)
{
	RawStmt *found = NULL;
	ListCell *cell;

	foreach (cell, statements)
	{
		RawStmt *statement = lfirst_node(RawStmt, cell);
		bool matches = CreateCommandTag(statement->stmt) == tag;

		if (matches ? found != NULL : runs_others(statement->stmt))
			return NULL;
		if (matches)
			found = statement;
	}
	return found;
}

/*
 * Of the client's string, that statement, or else the whole, unless one of its
 * statements can hold a secret.
 */
static void
find_in_string(const char *string, CommandTag tag, SmStatementText *result)
{
	bool parsed;
	List *statements = parse_string(string, &parsed);
	RawStmt *found = find_statement(statements, tag);
	ListCell *cell;

	result->redacted |= !parsed;
	if (found != NULL)
	{
		result->text = copy_piece(string, found->stmt_location, found->stmt_len);
		result->exact = true;
		return;
	}
	foreach (cell, statements)
		result->redacted |= sm_redact_needed(lfirst_node(RawStmt, cell)->stmt);
	result->text = string;
}

static int
depth_of(const SmFrame *frame)
{
	int depth = sm_unit_stats_nesting();

	if (loaded_during != 0 && loaded_during == GetCurrentStatementStartTimestamp())
		return -1;
	for (; frame != NULL && frame->below != NULL; frame = frame->below)
		depth += frame->part ? 0 : 1;
	return depth;
}

void
sm_statement_text_current(Node *parsetree, CommandTag tag, SmStatementText *result)
{
	result->depth = depth_of(top);
	result->redacted = sm_redact_needed(parsetree);
	result->exact = false;
	if (result->redacted)
		result->exact = true;
	else if (top != NULL && CreateCommandTag(top->statement->utilityStmt) == tag)
	{
		result->text =
		    copy_piece(top->string, top->statement->stmt_location, top->statement->stmt_len);
		result->exact = true;
	}
	else if (debug_query_string != NULL)
		find_in_string(debug_query_string, tag, result);
	else
		result->text = "";
	if (result->redacted)
		result->text = psprintf(SM_REDACT_FORMAT, GetCommandTagName(tag));
}
