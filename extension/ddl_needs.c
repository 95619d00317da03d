/*
 * ddl_needs.c
 *		Which relations, types and routines a statement names, as raw_parser()
 *		reads it: what must be there before it.  Bodies are deparsed under a
 *		pinned search path, so that names have their schema.
 */
#include "postgres.h"

#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"
#include "parser/parser.h"
#include "utils/builtins.h"

#include "caught.h"
#include "compat.h"
#include "ddl.h"

/* "schema.name" of a list of strings with a schema; NULL: without. */
static char *
qualified(List *names)
{
	if (list_length(names) != 2)
		return NULL;
	return quote_qualified_identifier(strVal(linitial(names)), strVal(lsecond(names)));
}

static void
need(List **needs, char *name)
{
	if (name)
		*needs = lappend(*needs, name);
}

static bool
collect(Node *node, List **needs)
{
	if (node == NULL)
		return false;
	if (IsA(node, RangeVar))
	{
		RangeVar *relation = (RangeVar *) node;

		if (relation->schemaname)
			need(needs, quote_qualified_identifier(relation->schemaname, relation->relname));
	}
	else if (IsA(node, ReturnStmt)) /* which the walker does not know */
		return collect(((ReturnStmt *) node)->returnval, needs);
	else if (IsA(node, TypeName))
		need(needs, qualified(((TypeName *) node)->names));
	else if (IsA(node, FuncCall))
		need(needs, qualified(((FuncCall *) node)->funcname));
	return raw_expression_tree_walker(node, collect, needs);
}

/* The one statement of a text; NULL where it cannot be read. */
static Node *
parse_one(const char *text)
{
	MemoryContext context = CurrentMemoryContext;
	List *volatile parsed = NIL;

	PG_TRY();
	{
		parsed = raw_parser(text, RAW_PARSE_DEFAULT);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		(void) sm_caught_take();
		parsed = NIL;
	}
	PG_END_TRY();
	return list_length(parsed) == 1 ? linitial_node(RawStmt, parsed)->stmt : NULL;
}

List *
sm_ddl_needs_of_query(const char *query)
{
	Node *statement = query ? parse_one(query) : NULL;
	List *needs = NIL;

	if (statement && IsA(statement, SelectStmt))
		(void) collect(statement, &needs);
	return needs;
}

List *
sm_ddl_needs_of_function(const char *create)
{
	Node *statement = parse_one(create);
	CreateFunctionStmt *function;
	List *needs = NIL;
	ListCell *cell;

	if (statement == NULL || !IsA(statement, CreateFunctionStmt))
		return NIL;
	function = (CreateFunctionStmt *) statement;
	foreach (cell, function->parameters)
		(void) collect((Node *) lfirst_node(FunctionParameter, cell)->argType, &needs);
	(void) collect((Node *) function->returnType, &needs);
	/* a body of SQL statements is a list of lists */
	(void) collect(function->sql_body, &needs);
	return needs;
}

List *
sm_ddl_needs_of_type(const char *type)
{
	return sm_ddl_needs_of_query(psprintf("SELECT NULL::%s", type));
}

List *
sm_ddl_needs_of_expression(const char *expression)
{
	/* the server's own functions and types have no schema in front */
	if (expression == NULL || strchr(expression, '.') == NULL)
		return NIL;
	return sm_ddl_needs_of_query(psprintf("SELECT %s", expression));
}

List *
sm_ddl_needs_of_trigger(const char *create)
{
	Node *statement = create ? parse_one(create) : NULL;
	List *needs = NIL;

	if (statement && IsA(statement, CreateTrigStmt))
		need(&needs, qualified(((CreateTrigStmt *) statement)->funcname));
	return needs;
}
