/*
 * health_statement.c
 *		What the statements that pg_stat_statements knows compare by equality, read
 *		from their parse trees.  Whether an index should exist is not decided here.
 */
#include "postgres.h"

#include "catalog/pg_authid.h"
#include "catalog/pg_type_d.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "parser/analyze.h"
#include "parser/parse_node.h"
#include "parser/parse_param.h"
#include "parser/parser.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"

#include "compat.h"
#include "health.h"

PG_FUNCTION_INFO_V1(summit_migrate_statement_lookups);

/* The costliest; who looks after these has done most of it. */
#define MAX_STATEMENTS "200"

typedef struct Statement
{
	ReturnSetInfo *result;
	const char *schema; /* of pg_stat_statements, quoted */
	Oid user;
	char *path;
	char *query;
	Datum calls;
	Datum total_ms;
} Statement;

/* Columns of one table of a query that are compared with what no table gives. */
typedef struct Comparison
{
	Index table;
	Bitmapset *columns;
} Comparison;

/* A join is left to the planner: which side is looked up is its choice. */
static bool
names_column(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, Var) || IsA(node, Query))
		return true;
	return expression_tree_walker(node, names_column, context);
}

static void
note_comparison(Comparison *comparison, Node *left, Node *right)
{
	Var *var;

	while (left && IsA(left, RelabelType))
		left = (Node *) ((RelabelType *) left)->arg;
	if (left == NULL || !IsA(left, Var))
		return;
	var = (Var *) left;
	if (var->varlevelsup == 0 && var->varno == comparison->table && var->varattno > 0 &&
	    !names_column(right, NULL))
		comparison->columns = bms_add_member(comparison->columns, var->varattno);
}

/* The conditions that must all hold; what stands under OR or NOT is no lookup. */
static void
collect_conditions(Comparison *comparison, Node *node)
{
	ListCell *cell;

	if (node == NULL)
		return;
	if (IsA(node, List))
	{
		foreach (cell, (List *) node)
			collect_conditions(comparison, lfirst(cell));
	}
	else if (IsA(node, FromExpr))
	{
		collect_conditions(comparison, (Node *) ((FromExpr *) node)->fromlist);
		collect_conditions(comparison, ((FromExpr *) node)->quals);
	}
	else if (IsA(node, JoinExpr) && ((JoinExpr *) node)->jointype == JOIN_INNER)
	{
		collect_conditions(comparison, ((JoinExpr *) node)->larg);
		collect_conditions(comparison, ((JoinExpr *) node)->rarg);
		collect_conditions(comparison, ((JoinExpr *) node)->quals);
	}
	else if (IsA(node, BoolExpr) && ((BoolExpr *) node)->boolop == AND_EXPR)
		collect_conditions(comparison, (Node *) ((BoolExpr *) node)->args);
	else if (IsA(node, OpExpr) && list_length(((OpExpr *) node)->args) == 2 &&
	         get_oprrest(((OpExpr *) node)->opno) == F_EQSEL)
	{
		note_comparison(comparison, linitial(((OpExpr *) node)->args),
		                lsecond(((OpExpr *) node)->args));
		note_comparison(comparison, lsecond(((OpExpr *) node)->args),
		                linitial(((OpExpr *) node)->args));
	}
	else if (IsA(node, ScalarArrayOpExpr) && ((ScalarArrayOpExpr *) node)->useOr &&
	         get_oprrest(((ScalarArrayOpExpr *) node)->opno) == F_EQSEL)
		note_comparison(comparison, linitial(((ScalarArrayOpExpr *) node)->args),
		                lsecond(((ScalarArrayOpExpr *) node)->args));
}

static ArrayType *
column_array(Bitmapset *columns)
{
	Datum values[INDEX_MAX_KEYS];
	int n = 0;
	int column = -1;

	while ((column = bms_next_member(columns, column)) >= 0 && n < INDEX_MAX_KEYS)
		values[n++] = Int16GetDatum(column);
	return construct_array(values, n, INT2OID, 2, true, TYPALIGN_SHORT);
}

static void
put(const Statement *statement, Oid relation, Bitmapset *columns)
{
	Datum values[] = {ObjectIdGetDatum(relation), PointerGetDatum(column_array(columns)),
	                  statement->calls, statement->total_ms, CStringGetTextDatum(statement->query)};
	bool nulls[lengthof(values)] = {false};

	tuplestore_putvalues(statement->result->setResult, statement->result->setDesc, values, nulls);
}

/* Each table of a query, of its subqueries and of its WITH. */
static bool
walk_query(Node *node, void *context)
{
	Query *query;
	ListCell *cell;
	Index place = 0;

	if (node == NULL)
		return false;
	if (!IsA(node, Query))
		return expression_tree_walker(node, walk_query, context);
	query = (Query *) node;
	foreach (cell, query->rtable)
	{
		RangeTblEntry *entry = lfirst(cell);
		Comparison comparison = {++place, NULL};

		if (entry->rtekind != RTE_RELATION)
			continue;
		collect_conditions(&comparison, (Node *) query->jointree);
		if (comparison.columns)
			put(context, entry->relid, comparison.columns);
	}
	return query_tree_walker(query, walk_query, context, 0);
}

/*
 * parse_analyze_varparams() without its hook: pg_stat_statements would count the
 * statement.  Nothing is planned and no value is there, so no user's code runs;
 * the statement's user and his usual search path are for the names alone.
 */
static void
analyze_statement(void *argument)
{
	const Statement *statement = argument;
	List *trees = raw_parser(statement->query, RAW_PARSE_DEFAULT);
	ParseState *state;
	Oid *types = NULL;
	int ntypes = 0;
	RawStmt *raw;
	Query *query;
	SmHealthUser saved;

	if (list_length(trees) != 1)
		return;
	raw = linitial(trees);
	if (!IsA(raw->stmt, SelectStmt) && !IsA(raw->stmt, UpdateStmt) && !IsA(raw->stmt, DeleteStmt))
		return;
	sm_health_become(&saved, statement->user, psprintf("%s, pg_temp", statement->path));
	state = make_parsestate(NULL);
	state->p_sourcetext = statement->query;
	setup_parse_variable_parameters(state, &types, &ntypes);
	query = transformTopLevelStmt(state, raw);
	free_parsestate(state);
	walk_query((Node *) query, argument);
	sm_health_return(&saved);
}

enum
{
	FOUND_USER = 1,
	FOUND_QUERY,
	FOUND_CALLS,
	FOUND_TIME,
	FOUND_PATH
};

/* The view, which raises an error where the library is not loaded. */
static void
read_statements(void *argument)
{
	Statement *statement = argument;
	uint64 count = sm_health_query(
	    psprintf("SELECT s.userid, s.query, s.calls, s.total_exec_time,"
	             " coalesce((SELECT substr(c, 13) FROM pg_db_role_setting r, unnest(r.setconfig) c"
	             "  WHERE c LIKE 'search_path=%%' AND r.setrole IN (0, s.userid)"
	             "  AND r.setdatabase IN (0, s.dbid)"
	             "  ORDER BY r.setrole = 0, r.setdatabase = 0 LIMIT 1), '\"$user\", public')"
	             " FROM %s.pg_stat_statements s"
	             " WHERE s.query IS NOT NULL AND s.dbid = (SELECT d.oid FROM pg_database d"
	             "  WHERE d.datname = current_database())"
	             " ORDER BY s.total_exec_time DESC LIMIT " MAX_STATEMENTS,
	             statement->schema),
	    0, NULL, NULL);

	for (uint64 i = 0; i < count; i++)
	{
		HeapTuple row = SPI_tuptable->vals[i];
		TupleDesc desc = SPI_tuptable->tupdesc;

		statement->user = DatumGetObjectId(sm_query_value(i, FOUND_USER, NULL));
		statement->query = SPI_getvalue(row, desc, FOUND_QUERY);
		statement->calls = sm_query_value(i, FOUND_CALLS, NULL);
		statement->total_ms = sm_query_value(i, FOUND_TIME, NULL);
		statement->path = SPI_getvalue(row, desc, FOUND_PATH);
		(void) sm_health_try(analyze_statement, statement);
	}
}

/* Texts of statements are for those who may read them in the view itself. */
Datum
summit_migrate_statement_lookups(PG_FUNCTION_ARGS)
{
	Statement statement = {0};
	SmQueryScope scope;

	InitMaterializedSRF(fcinfo, 0);
	if (!has_privs_of_role(GetOuterUserId(), ROLE_PG_READ_ALL_STATS))
		return (Datum) 0;
	sm_query_begin(&scope, fcinfo, SM_QUERY_READ);
	statement.result = (ReturnSetInfo *) fcinfo->resultinfo;
	statement.schema = sm_health_find_extension(&scope, "pg_stat_statements", "pg_stat_statements");
	if (statement.schema)
		(void) sm_health_try(read_statements, &statement);
	sm_query_end(&scope);
	return (Datum) 0;
}
