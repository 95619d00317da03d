/*
 * schema_deparse.c
 *		Texts of expressions, views, triggers and routines, by the server's own
 *		deparser.  It raises errors for what refers to things that are gone, and
 *		takes locks on relations; a read therefore runs in subtransactions that
 *		are rolled back (see schema.c), and where one failed each text gets its
 *		own.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_class.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/plannodes.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteManip.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/resowner.h"
#include "utils/ruleutils.h"

#include "schema_read.h"
#include "compat.h"

typedef char *(*Deparser)(SmEmit *emit, Datum argument, Oid function);

bool
sm_deparse_is_of_object(int sqlstate)
{
	switch (ERRCODE_TO_CATEGORY(sqlstate))
	{
		case ERRCODE_INTERNAL_ERROR:
		case MAKE_SQLSTATE('0', 'A', '0', '0', '0'):
		case MAKE_SQLSTATE('2', '2', '0', '0', '0'):
		case MAKE_SQLSTATE('4', '2', '0', '0', '0'):
			return true;
		default:
			return sqlstate == ERRCODE_UNDEFINED_FILE;
	}
}

static char *deparse_node(SmEmit *emit, Datum argument, Oid unused);

/* Runs it in a subtransaction that is rolled back; NULL where it fails. */
static char *
run_carefully(SmEmit *emit, const char *property, Deparser deparser, Datum argument, Oid function)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	char *volatile text = NULL;
	ErrorData *volatile error = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		text = deparser(emit, argument, function);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
	}
	PG_END_TRY();
	RollbackAndReleaseCurrentSubTransaction();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	if (error == NULL)
		return text;
	if (!sm_deparse_is_of_object(error->sqlerrcode))
		ReThrowError(error);
	emit->unreadable = lappend(emit->unreadable,
	                           psprintf("%s: %s", property, unpack_sql_state(error->sqlerrcode)));
	FreeErrorData(error);
	return NULL;
}

/* What was deparsed for the other form of the same object. */
typedef struct Deparsed
{
	Deparser deparser;
	Datum argument;
	Oid function;
	char *text;
} Deparsed;

static char *
recall(const SmReader *reader, Deparser deparser, Datum argument, Oid function)
{
	ListCell *cell;

	foreach (cell, reader->deparsed)
	{
		Deparsed *deparsed = lfirst(cell);

		if (deparsed->argument == argument && deparsed->deparser == deparser &&
		    deparsed->function == function)
			return deparsed->text;
	}
	return NULL;
}

/* A tree is known again by its place in its row, which a full read holds until its end. */
static void
remember(SmReader *reader, Deparser deparser, Datum argument, Oid function, char *text)
{
	Deparsed *deparsed;

	if (!reader->all || text == NULL || reader->forms[true] == NULL)
		return;
	deparsed = palloc(sizeof(Deparsed));
	deparsed->deparser = deparser;
	deparsed->argument = argument;
	deparsed->function = function;
	deparsed->text = text;
	reader->deparsed = lappend(reader->deparsed, deparsed);
}

static char *
run(SmEmit *emit, const char *property, Deparser deparser, Datum argument, Oid function)
{
	SmReader *reader = emit->reader;
	/* a node that was just made has no place of its own */
	bool lasting = deparser != deparse_node;
	char *text = lasting ? recall(reader, deparser, argument, function) : NULL;

	if (text == NULL)
	{
		text = reader->careful ? run_carefully(emit, property, deparser, argument, function)
		                       : deparser(emit, argument, function);
		if (lasting && !reader->portable)
			remember(reader, deparser, argument, function, text);
	}
	return text && reader->portable ? sm_deparse_portable(text) : text;
}

/* A relation's columns as the deparser takes them, without opening the relation. */
static List *
columns_context(SmEmit *emit)
{
	PlannedStmt *statement = makeNode(PlannedStmt);
	RangeTblEntry *entry = makeNode(RangeTblEntry);
	HeapTuple tuple = sm_name_row(emit->reader, RelationRelationId, emit->relation);
	char *name =
	    HeapTupleIsValid(tuple) ? NameStr(((Form_pg_class) GETSTRUCT(tuple))->relname) : "?";
	List *names = NIL;

	for (int i = 1; i <= emit->ncolumns; i++)
		names = lappend(names, makeString(pstrdup(emit->columns[i] ? emit->columns[i] : "?")));
	/* any kind that takes its columns' names from eref, without a look at a relation */
	entry->rtekind = RTE_VALUES;
	entry->eref = makeAlias(name, names);
	entry->inFromCl = true;
	statement->rtable = list_make1(entry);
	return deparse_context_for_plan_tree(statement, list_make1(pstrdup(name)));
}

/* Whether an expression names what columns_context() has not: system columns. */
static bool
has_system_column(Node *node, void *unused)
{
	if (node == NULL)
		return false;
	if (IsA(node, Var))
		return ((Var *) node)->varattno < 0;
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, has_system_column, unused, 0);
	return expression_tree_walker(node, has_system_column, unused);
}

/* As pg_get_expr(). */
static char *
deparse_node(SmEmit *emit, Datum argument, Oid unused)
{
	Node *node = (Node *) DatumGetPointer(argument);
	List *context = NIL;

	if (IsA(node, PartitionBoundSpec) || !OidIsValid(emit->relation) ||
	    (!IsA(node, List) && !contain_var_clause(node) && !contain_subplans(node)))
		context = NIL;
	else if (has_system_column(node, NULL))
		context = deparse_context_for(get_rel_name(emit->relation), emit->relation);
	else
		context = columns_context(emit);
	return deparse_expression(node, context, false, false);
}

char *
sm_deparse_expression(SmEmit *emit, const char *property, Node *node)
{
	return run(emit, property, deparse_node, PointerGetDatum(node), InvalidOid);
}

static char *
deparse_tree(SmEmit *emit, Datum tree, Oid unused)
{
	return deparse_node(emit, PointerGetDatum(stringToNode(TextDatumGetCString(tree))), unused);
}

char *
sm_deparse_tree(SmEmit *emit, const char *property, Datum tree)
{
	return run(emit, property, deparse_tree, tree, InvalidOid);
}

/* Gives the columns of a query the names that the view has for them now. */
static void
rename_columns(SmEmit *emit, Query *query)
{
	ListCell *cell;
	int number = 0;

	foreach (cell, query->targetList)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, cell);

		if (entry->resjunk)
			continue;
		number++;
		if (number <= emit->ncolumns && emit->columns[number])
			entry->resname = pstrdup(emit->columns[number]);
	}
}

/* The same in all branches of a UNION, which each write the names. */
static void
rename_branches(SmEmit *emit, Query *query, Node *node)
{
	if (node && IsA(node, RangeTblRef))
	{
		RangeTblEntry *entry = rt_fetch(((RangeTblRef *) node)->rtindex, query->rtable);

		rename_columns(emit, entry->subquery);
		rename_branches(emit, entry->subquery, entry->subquery->setOperations);
	}
	else if (node && IsA(node, SetOperationStmt))
	{
		rename_branches(emit, query, ((SetOperationStmt *) node)->larg);
		rename_branches(emit, query, ((SetOperationStmt *) node)->rarg);
	}
}

/*
 * Before 16 the rule of a view has entries for OLD and NEW, which nothing
 * names; without them the text is that of later majors.
 */
static void
drop_old_and_new(SmEmit *emit, Query *query)
{
	if (list_length(query->rtable) < 2)
		return;
	for (int i = 1; i <= 2; i++)
	{
		RangeTblEntry *entry = rt_fetch(i, query->rtable);

		if (entry->rtekind != RTE_RELATION || entry->relid != emit->relation ||
		    strcmp(entry->eref->aliasname, i == 1 ? "old" : "new") != 0)
			return;
	}
	query->rtable = list_copy_tail(query->rtable, 2);
	OffsetVarNodes((Node *) query, -2, 0);
}

/* As pg_get_viewdef(), which asks SPI for the rule each time. */
static char *
deparse_view(SmEmit *emit, Datum action, Oid unused)
{
	List *actions = stringToNode(TextDatumGetCString(action));
	Query *query = linitial_node(Query, actions);

	drop_old_and_new(emit, query);
	rename_columns(emit, query);
	rename_branches(emit, query, query->setOperations);
	return pg_get_querydef(query, false);
}

char *
sm_deparse_view(SmEmit *emit, const char *property, Datum action)
{
	return run(emit, property, deparse_view, action, InvalidOid);
}

/* A function that may return NULL. */
static char *
call_function(SmEmit *emit, Datum argument, Oid function)
{
	LOCAL_FCINFO(fcinfo, 1);
	FmgrInfo flinfo;
	Datum result;

	fmgr_info(function, &flinfo);
	InitFunctionCallInfoData(*fcinfo, &flinfo, 1, InvalidOid, NULL, NULL);
	fcinfo->args[0].value = argument;
	fcinfo->args[0].isnull = false;
	result = FunctionCallInvoke(fcinfo);
	return fcinfo->isnull ? NULL : TextDatumGetCString(result);
}

char *
sm_deparse_call(SmEmit *emit, const char *property, Oid function, Oid object)
{
	return run(emit, property, call_function, ObjectIdGetDatum(object), function);
}
