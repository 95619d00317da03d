/*
 * routine_arguments.c
 *		Two argument lists compared (see routine_arguments.h).  raw_parser() reads
 *		them as those of a CREATE FUNCTION.
 */
#include "postgres.h"

#include "nodes/parsenodes.h"
#include "parser/parser.h"

#include "caught.h"
#include "compat.h"
#include "routine_arguments.h"

/* False where it is no list of arguments. */
static bool
read_arguments(const char *text, List **arguments)
{
	MemoryContext context = CurrentMemoryContext;
	volatile bool readable = false;
	List *volatile parsed = NIL;

	if (text == NULL)
		return false;
	PG_TRY();
	{
		parsed = raw_parser(psprintf("CREATE FUNCTION f(%s) RETURNS void LANGUAGE sql AS ''", text),
		                    RAW_PARSE_DEFAULT);
		readable = list_length(parsed) == 1;
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		(void) sm_caught_take();
	}
	PG_END_TRY();
	if (!readable || !IsA(linitial_node(RawStmt, parsed)->stmt, CreateFunctionStmt))
		return false;
	*arguments = castNode(CreateFunctionStmt, linitial_node(RawStmt, parsed)->stmt)->parameters;
	return true;
}

static bool
same_name(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Nodes are compared without the places they were read at. */
static bool
still_accepts(const FunctionParameter *from, const FunctionParameter *to)
{
	return same_name(from->name, to->name) && from->mode == to->mode &&
	       equal(from->argType, to->argType) && (from->defexpr == NULL || to->defexpr != NULL);
}

bool
sm_routine_only_adds_defaults(const char *from, const char *to)
{
	List *older;
	List *newer;
	int number = 0;
	ListCell *cell;

	if (!read_arguments(from, &older) || !read_arguments(to, &newer) ||
	    list_length(newer) < list_length(older))
		return false;
	foreach (cell, newer)
	{
		FunctionParameter *argument = lfirst_node(FunctionParameter, cell);

		if (number < list_length(older)
		        ? !still_accepts(list_nth_node(FunctionParameter, older, number), argument)
		        : argument->defexpr == NULL)
			return false;
		number++;
	}
	return true;
}
