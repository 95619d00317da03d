/*
 * statement_relations.c
 *		statement_relations(): which relations a statement names, looked up as the
 *		caller would.  For who wants to know in whose way it is; what the
 *		statement does with them is not asked.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "statement.h"

PG_FUNCTION_INFO_V1(summit_migrate_statement_relations);

static void
add_relation(List **relids, RangeVar *relation)
{
	Oid relid = RangeVarGetRelid(relation, NoLock, true);

	if (OidIsValid(relid))
		*relids = list_append_unique_oid(*relids, relid);
}

static bool
collect(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, RangeVar))
	{
		add_relation((List **) context, (RangeVar *) node);
		return false;
	}
	return raw_expression_tree_walker(node, collect, context);
}

static void
add_relations(List **relids, List *relations)
{
	ListCell *cell;

	foreach (cell, relations)
		add_relation(relids, lfirst_node(RangeVar, cell));
}

/* DROP names its objects without saying what they are in the list itself. */
static void
add_dropped(List **relids, const DropStmt *statement)
{
	ListCell *cell;

	if (statement->removeType != OBJECT_TABLE && statement->removeType != OBJECT_INDEX &&
	    statement->removeType != OBJECT_VIEW && statement->removeType != OBJECT_MATVIEW &&
	    statement->removeType != OBJECT_SEQUENCE)
		return;
	foreach (cell, statement->objects)
		add_relation(relids, makeRangeVarFromNameList(lfirst_node(List, cell)));
}

/* raw_expression_tree_walker() knows no utility statements. */
static void
collect_statement(Node *statement, List **relids)
{
	switch (nodeTag(statement))
	{
		case T_SelectStmt:
		case T_InsertStmt:
		case T_UpdateStmt:
		case T_DeleteStmt:
		case T_MergeStmt:
			collect(statement, relids);
			break;
		case T_LockStmt:
			add_relations(relids, ((LockStmt *) statement)->relations);
			break;
		case T_TruncateStmt:
			add_relations(relids, ((TruncateStmt *) statement)->relations);
			break;
		case T_DropStmt:
			add_dropped(relids, (DropStmt *) statement);
			break;
		case T_AlterTableStmt:
			add_relation(relids, ((AlterTableStmt *) statement)->relation);
			break;
		case T_IndexStmt:
			add_relation(relids, ((IndexStmt *) statement)->relation);
			break;
		case T_CreateTrigStmt:
			add_relation(relids, ((CreateTrigStmt *) statement)->relation);
			break;
		case T_RenameStmt:
			if (((RenameStmt *) statement)->relation != NULL)
				add_relation(relids, ((RenameStmt *) statement)->relation);
			break;
		default:
			break;
	}
}

Datum
summit_migrate_statement_relations(PG_FUNCTION_ARGS)
{
	SmParsed parsed;
	List *relids = NIL;
	ListCell *cell;
	ArrayBuildState *array = initArrayResult(OIDOID, CurrentMemoryContext, false);

	if (sm_statement_parse(text_to_cstring(PG_GETARG_TEXT_PP(0)), &parsed) == NULL)
		collect_statement(parsed.tree, &relids);
	foreach (cell, relids)
		accumArrayResult(array, ObjectIdGetDatum(lfirst_oid(cell)), false, OIDOID,
		                 CurrentMemoryContext);
	PG_RETURN_DATUM(makeArrayResult(array, CurrentMemoryContext));
}
