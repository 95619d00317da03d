/*
 * same_text.c
 *		Two texts compared as parse trees, with the names of now in the older one
 *		(see same_text.h).  Trees are compared by equal(), which looks at no place
 *		in the text.
 */
#include "postgres.h"

#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"
#include "parser/parser.h"
#include "utils/builtins.h"
#include "utils/regproc.h"

#include "caught.h"
#include "compat.h"
#include "same_text.h"

typedef struct Renaming
{
	const SmRenames *renames;
	const char *table; /* older name */
} Renaming;

/* "schema.name" of two strings; NULL: it is something else. */
static char *
qualified(List *names)
{
	if (list_length(names) != 2 || !IsA(linitial(names), String))
		return NULL;
	return quote_qualified_identifier(strVal(linitial(names)), strVal(lsecond(names)));
}

/* Puts another name into a list of two strings. */
static void
rename_list(const Renaming *renaming, List *names)
{
	char *name = qualified(names);
	const char *now = sm_renames_now(renaming->renames, "", name);
	List *parts;

	if (name == NULL || now == name)
		return;
	parts = sm_qualified_name_list(now);
	if (list_length(parts) == 2)
	{
		lfirst(list_head(names)) = linitial(parts);
		lfirst(list_second_cell(names)) = lsecond(parts);
	}
}

/* A routine is known by its name with its arguments: its schema may be another. */
static void
rename_call(const Renaming *renaming, FuncCall *call)
{
	if (list_length(call->funcname) == 2)
	{
		const char *schema = sm_renames_now(renaming->renames, "schema",
		                                    quote_identifier(strVal(linitial(call->funcname))));
		List *parts = sm_qualified_name_list(schema);

		lfirst(list_head(call->funcname)) = linitial(parts);
	}
}

static void
rename_relation(const Renaming *renaming, RangeVar *relation)
{
	List *names;

	if (relation->schemaname == NULL)
		return;
	names = list_make2(makeString(relation->schemaname), makeString(relation->relname));
	rename_list(renaming, names);
	relation->schemaname = strVal(linitial(names));
	relation->relname = strVal(lsecond(names));
}

static void
rename_column(const Renaming *renaming, ColumnRef *column)
{
	ListCell *last = list_last_cell(column->fields);

	if (renaming->table && IsA(lfirst(last), String))
		lfirst(last) = makeString(pstrdup(
		    sm_renames_column_now(renaming->renames, renaming->table, strVal(lfirst(last)))));
}

/* 'schema.name'::regclass, as in nextval(). */
static void
rename_constant(const Renaming *renaming, TypeCast *cast)
{
	A_Const *constant = (A_Const *) cast->arg;

	if (!IsA(constant, A_Const) || constant->isnull || !IsA(&constant->val, String) ||
	    strcmp(strVal(llast(cast->typeName->names)), "regclass") != 0)
		return;
	constant->val.sval.sval =
	    pstrdup(sm_renames_now(renaming->renames, "", constant->val.sval.sval));
}

static bool
rename_names(Node *node, Renaming *renaming)
{
	if (node == NULL)
		return false;
	if (IsA(node, RangeVar))
		rename_relation(renaming, (RangeVar *) node);
	else if (IsA(node, TypeName))
		rename_list(renaming, ((TypeName *) node)->names);
	else if (IsA(node, FuncCall))
		rename_call(renaming, (FuncCall *) node);
	else if (IsA(node, ColumnRef))
		rename_column(renaming, (ColumnRef *) node);
	else if (IsA(node, TypeCast))
		rename_constant(renaming, (TypeCast *) node);
	return raw_expression_tree_walker(node, rename_names, renaming);
}

static void
rename_function(CreateFunctionStmt *function, Renaming *renaming)
{
	ListCell *cell;

	foreach (cell, function->parameters)
	{
		FunctionParameter *parameter = lfirst_node(FunctionParameter, cell);

		(void) rename_names((Node *) parameter->argType, renaming);
		(void) rename_names(parameter->defexpr, renaming);
	}
	(void) rename_names((Node *) function->returnType, renaming);
}

static void
rename_statement(Node *statement, Renaming *renaming)
{
	if (IsA(statement, CreateFunctionStmt))
		rename_function((CreateFunctionStmt *) statement, renaming);
	else if (IsA(statement, CreateTrigStmt))
	{
		CreateTrigStmt *trigger = (CreateTrigStmt *) statement;

		rename_relation(renaming, trigger->relation);
		(void) rename_names(trigger->whenClause, renaming);
	}
	else if (IsA(statement, SelectStmt))
		(void) rename_names(statement, renaming);
}

/* As a statement of its own. */
static char *
wrap(SmTextKind kind, const char *text)
{
	switch (kind)
	{
		case SM_TEXT_EXPRESSION:
			return psprintf("SELECT %s", text);
		case SM_TEXT_ARGUMENTS:
			return psprintf("CREATE FUNCTION f(%s) RETURNS void LANGUAGE sql AS ''", text);
		case SM_TEXT_RESULT:
			return psprintf("CREATE FUNCTION f() RETURNS %s LANGUAGE sql AS ''", text);
		case SM_TEXT_STATEMENT:
			break;
	}
	return pstrdup(text);
}

/* NULL: it cannot be read. */
static Node *
parse(SmTextKind kind, const char *text)
{
	MemoryContext context = CurrentMemoryContext;
	List *volatile parsed = NIL;

	PG_TRY();
	{
		parsed = raw_parser(wrap(kind, text), RAW_PARSE_DEFAULT);
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

bool
sm_same_text(SmTextKind kind, const char *from, const char *to, const SmRenames *renames,
             const char *table)
{
	Renaming renaming = {.renames = renames, .table = table};
	Node *older;
	Node *newer;

	if (sm_renames_is_empty(renames))
		return false;
	older = parse(kind, from);
	newer = older ? parse(kind, to) : NULL;
	if (newer == NULL)
		return false;
	rename_statement(older, &renaming);
	return equal(older, newer);
}
