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
	List *relations;   /* RangeVar: those without an alias, under their older names */
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
rename_call(const Renaming *renaming, List *name)
{
	const char *schema;
	const char *now;

	if (list_length(name) != 2)
		return;
	schema = quote_identifier(strVal(linitial(name)));
	now = sm_renames_now(renaming->renames, "schema", schema);
	if (now != schema)
		lfirst(list_head(name)) = linitial(sm_qualified_name_list(now));
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

/* The relation that a column's qualifier means; NULL: an alias, or none. */
static RangeVar *
find_relation(const Renaming *renaming, const char *qualifier)
{
	ListCell *cell;

	foreach (cell, renaming->relations)
	{
		RangeVar *relation = lfirst(cell);

		if (strcmp(relation->relname, qualifier) == 0)
			return relation;
	}
	return NULL;
}

/* The table, by its older name, whose column this is; NULL: not known. */
static const char *
table_of(const Renaming *renaming, const ColumnRef *column)
{
	RangeVar *relation = NULL;
	const char *qualifier;

	if (list_length(column->fields) != 2 || !IsA(linitial(column->fields), String))
		return list_length(column->fields) == 1 ? renaming->table : NULL;
	qualifier = strVal(linitial(column->fields));
	if (strcmp(qualifier, "old") == 0 || strcmp(qualifier, "new") == 0)
		return renaming->table;
	relation = find_relation(renaming, qualifier);
	return relation ? quote_qualified_identifier(relation->schemaname, relation->relname) : NULL;
}

static void
rename_column(const Renaming *renaming, ColumnRef *column)
{
	ListCell *last = list_last_cell(column->fields);
	const char *table = table_of(renaming, column);

	if (table && IsA(lfirst(last), String))
		lfirst(last) = makeString(
		    pstrdup(sm_renames_column_now(renaming->renames, table, strVal(lfirst(last)))));
	if (list_length(column->fields) == 2)
	{
		RangeVar *relation = find_relation(renaming, strVal(linitial(column->fields)));
		List *names =
		    relation ? list_make2(makeString(relation->schemaname), makeString(relation->relname))
		             : NIL;

		if (names == NIL)
			return;
		rename_list(renaming, names);
		lfirst(list_head(column->fields)) = lsecond(names);
	}
}

/* A result keeps the name that it had from its column: it is written then. */
static void
name_result(const Renaming *renaming, ResTarget *target)
{
	ColumnRef *column = (ColumnRef *) target->val;
	const char *table;
	const char *name;

	if (target->name || column == NULL || !IsA(column, ColumnRef) ||
	    !IsA(llast(column->fields), String))
		return;
	table = table_of(renaming, column);
	name = strVal(llast(column->fields));
	if (table && strcmp(sm_renames_column_now(renaming->renames, table, name), name) != 0)
		target->name = pstrdup(name);
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
collect_relations(Node *node, List **relations)
{
	if (node == NULL)
		return false;
	if (IsA(node, RangeVar))
	{
		RangeVar *relation = (RangeVar *) node;

		if (relation->alias == NULL && relation->schemaname)
			*relations = lappend(*relations, copyObject(relation));
	}
	/* which the walker does not know */
	if (IsA(node, ReturnStmt))
		return collect_relations(((ReturnStmt *) node)->returnval, relations);
	if (IsA(node, NotifyStmt))
		return false;
	return raw_expression_tree_walker(node, collect_relations, relations);
}

static bool rename_names(Node *node, Renaming *renaming);

/*
 * A column stands without a qualifier in a query from one relation alone, as the
 * server deparses it; an expression has no FROM and is about the table that the
 * caller named.
 */
static bool
rename_select(SelectStmt *select, Renaming *renaming)
{
	const char *outer = renaming->table;
	bool result;

	if (select->fromClause != NIL)
	{
		RangeVar *relation = linitial(select->fromClause);

		renaming->table = NULL;
		if (list_length(select->fromClause) == 1 && IsA(relation, RangeVar) && relation->schemaname)
			renaming->table = quote_qualified_identifier(relation->schemaname, relation->relname);
	}
	result = raw_expression_tree_walker((Node *) select, rename_names, renaming);
	renaming->table = outer;
	return result;
}

static bool
rename_names(Node *node, Renaming *renaming)
{
	if (node == NULL)
		return false;
	if (IsA(node, SelectStmt))
		return rename_select((SelectStmt *) node, renaming);
	if (IsA(node, ReturnStmt))
		return rename_names(((ReturnStmt *) node)->returnval, renaming);
	if (IsA(node, NotifyStmt))
		return false;
	if (IsA(node, RangeVar))
		rename_relation(renaming, (RangeVar *) node);
	else if (IsA(node, TypeName))
		rename_list(renaming, ((TypeName *) node)->names);
	else if (IsA(node, FuncCall))
		rename_call(renaming, ((FuncCall *) node)->funcname);
	else if (IsA(node, ResTarget))
		name_result(renaming, (ResTarget *) node);
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
	(void) collect_relations(function->sql_body, &renaming->relations);
	(void) rename_names(function->sql_body, renaming);
}

static void
rename_trigger(CreateTrigStmt *trigger, Renaming *renaming)
{
	ListCell *cell;

	rename_relation(renaming, trigger->relation);
	rename_call(renaming, trigger->funcname);
	(void) rename_names(trigger->whenClause, renaming);
	foreach (cell, trigger->columns)
		lfirst(cell) = makeString(pstrdup(
		    sm_renames_column_now(renaming->renames, renaming->table, strVal(lfirst(cell)))));
}

static void
rename_rule(RuleStmt *rule, Renaming *renaming)
{
	(void) collect_relations((Node *) rule->actions, &renaming->relations);
	rename_relation(renaming, rule->relation);
	(void) rename_names(rule->whereClause, renaming);
	(void) rename_names((Node *) rule->actions, renaming);
}

static void
rename_statement(Node *statement, Renaming *renaming)
{
	if (IsA(statement, CreateFunctionStmt))
		rename_function((CreateFunctionStmt *) statement, renaming);
	else if (IsA(statement, CreateTrigStmt))
		rename_trigger((CreateTrigStmt *) statement, renaming);
	else if (IsA(statement, RuleStmt))
		rename_rule((RuleStmt *) statement, renaming);
	else if (IsA(statement, SelectStmt))
	{
		(void) collect_relations(statement, &renaming->relations);
		(void) rename_names(statement, renaming);
	}
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
		case SM_TEXT_BODY:
			return psprintf("CREATE FUNCTION f() RETURNS void LANGUAGE sql %s", text);
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
