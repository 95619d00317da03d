/*
 * statement.c
 *		Parses one statement with raw_parser() and classifies it: may it run in a
 *		transaction block, does it control transactions or settings, is it refused.
 *		Catalogs are never looked at: what depends on them (a CLUSTER or REINDEX of
 *		a partitioned table, a procedure that commits) the file has to mark.
 */
#include "postgres.h"

#include "commands/defrem.h"
#include "nodes/nodeFuncs.h"
#include "parser/parser.h"
#include "tcop/utility.h"
#include "utils/builtins.h"

#include "caught.h"
#include "statement.h"

static bool
option_is_on(List *options, const char *name, bool otherwise)
{
	ListCell *cell;

	foreach (cell, options)
	{
		DefElem *option = (DefElem *) lfirst(cell);

		if (strcmp(option->defname, name) == 0)
			return defGetBoolean(option);
	}
	return otherwise;
}

static bool
detaches_concurrently(const AlterTableStmt *statement)
{
	ListCell *cell;

	foreach (cell, statement->cmds)
	{
		AlterTableCmd *command = (AlterTableCmd *) lfirst(cell);

		if (command->subtype == AT_DetachPartition && ((PartitionCmd *) command->def)->concurrent)
			return true;
	}
	return false;
}

static bool
has_option(List *options, const char *name)
{
	ListCell *cell;

	foreach (cell, options)
		if (strcmp(((DefElem *) lfirst(cell))->defname, name) == 0)
			return true;
	return false;
}

static bool
subscription_needs_no_block(const AlterSubscriptionStmt *statement)
{
	switch (statement->kind)
	{
		case ALTER_SUBSCRIPTION_SET_PUBLICATION:
		case ALTER_SUBSCRIPTION_ADD_PUBLICATION:
		case ALTER_SUBSCRIPTION_DROP_PUBLICATION:
			return !option_is_on(statement->options, "refresh", true);
		case ALTER_SUBSCRIPTION_REFRESH:
			return false;
		case ALTER_SUBSCRIPTION_OPTIONS:
			/* these two are altered at the publisher as well (17, 18) */
			return !has_option(statement->options, "failover") &&
			       !has_option(statement->options, "two_phase");
		default:
			return true;
	}
}

static bool
creates_slot(const CreateSubscriptionStmt *statement)
{
	bool connect = option_is_on(statement->options, "connect", true);

	return connect && option_is_on(statement->options, "create_slot", true);
}

static bool
reindex_is_transactional(const ReindexStmt *statement)
{
	return statement->kind != REINDEX_OBJECT_SCHEMA && statement->kind != REINDEX_OBJECT_SYSTEM &&
	       statement->kind != REINDEX_OBJECT_DATABASE &&
	       !option_is_on(statement->params, "concurrently", false);
}

/* The callers of PreventInTransactionBlock(), as far as a statement's kind tells. */
static bool
is_transactional(Node *tree)
{
	switch (nodeTag(tree))
	{
		case T_CreatedbStmt:
		case T_DropdbStmt:
		case T_CreateTableSpaceStmt:
		case T_DropTableSpaceStmt:
		case T_AlterSystemStmt:
		case T_DropSubscriptionStmt:
			return false;
		case T_IndexStmt:
			return !((IndexStmt *) tree)->concurrent;
		case T_DropStmt:
			return !((DropStmt *) tree)->concurrent;
		case T_ReindexStmt:
			return reindex_is_transactional((ReindexStmt *) tree);
		case T_VacuumStmt:
			return !((VacuumStmt *) tree)->is_vacuumcmd;
		case T_ClusterStmt:
			return ((ClusterStmt *) tree)->relation != NULL;
		case T_AlterDatabaseStmt:
			return !has_option(((AlterDatabaseStmt *) tree)->options, "tablespace");
		case T_CreateSubscriptionStmt:
			return !creates_slot((CreateSubscriptionStmt *) tree);
		case T_AlterSubscriptionStmt:
			return subscription_needs_no_block((AlterSubscriptionStmt *) tree);
		case T_AlterTableStmt:
			return !detaches_concurrently((AlterTableStmt *) tree);
		case T_TransactionStmt:
			return ((TransactionStmt *) tree)->kind != TRANS_STMT_COMMIT_PREPARED &&
			       ((TransactionStmt *) tree)->kind != TRANS_STMT_ROLLBACK_PREPARED;
		default:
			return true;
	}
}

static void
refuse(SmParsed *parsed, const char *message, const char *hint)
{
	parsed->refused = message;
	parsed->hint = hint;
}

static void
classify_transaction(SmParsed *parsed, const TransactionStmt *statement)
{
	switch (statement->kind)
	{
		case TRANS_STMT_BEGIN:
		case TRANS_STMT_START:
			parsed->control = SM_CONTROL_BEGIN;
			break;
		case TRANS_STMT_COMMIT:
			parsed->control = SM_CONTROL_COMMIT;
			break;
		case TRANS_STMT_ROLLBACK:
			parsed->control = SM_CONTROL_ROLLBACK;
			break;
		case TRANS_STMT_PREPARE:
			parsed->control = SM_CONTROL_COMMIT;
			refuse(parsed, "PREPARE TRANSACTION is not allowed in a migration",
			       "A unit has to be committed where it is recorded. End it with COMMIT.");
			break;
		default:
			break;
	}
	if (statement->chain)
		refuse(parsed, "AND CHAIN is not allowed in a migration",
		       "Write COMMIT and BEGIN as statements of their own.");
}

static bool
sets_scs_off(const char *name, const char *value)
{
	bool on;

	return pg_strcasecmp(name, "standard_conforming_strings") == 0 &&
	       (value == NULL || !parse_bool(value, &on) || !on);
}

/* The text of a constant as SET and set_config() take it, or NULL. */
static const char *
constant_text(Node *node)
{
	A_Const *constant = (A_Const *) node;

	if (node == NULL || !IsA(node, A_Const) || constant->isnull)
		return NULL;
	switch (nodeTag(&constant->val))
	{
		case T_String:
			return strVal(&constant->val);
		case T_Integer:
			return psprintf("%d", intVal(&constant->val));
		case T_Boolean:
			return boolVal(&constant->val) ? "true" : "false";
		default:
			return NULL;
	}
}

static void
refuse_strings_off(SmParsed *parsed)
{
	refuse(parsed, "standard_conforming_strings cannot be turned off in a migration",
	       "The file is read with it turned on. Write backslash escapes as E'...'.");
}

static void
classify_set(SmParsed *parsed, const VariableSetStmt *statement)
{
	bool multi = statement->kind == VAR_SET_MULTI;

	if (multi)
		parsed->leading = strcmp(statement->name, "SESSION CHARACTERISTICS") != 0;
	else if (statement->kind == VAR_SET_VALUE)
		parsed->leading = pg_strcasecmp(statement->name, "transaction_isolation") == 0 ||
		                  pg_strcasecmp(statement->name, "transaction_deferrable") == 0 ||
		                  pg_strcasecmp(statement->name, "transaction_read_only") == 0;
	parsed->setting = !parsed->leading && !statement->is_local;
	if (statement->kind == VAR_SET_VALUE && statement->args != NIL &&
	    sets_scs_off(statement->name, constant_text(linitial(statement->args))))
		refuse_strings_off(parsed);
	/* the role, the database or the connection may have it off */
	if ((statement->kind == VAR_RESET || statement->kind == VAR_SET_DEFAULT) &&
	    sets_scs_off(statement->name, NULL))
		refuse_strings_off(parsed);
}

/* A call of set_config(), whatever schema is named, as its three arguments; NULL for any other node. */
static List *
set_config_arguments(Node *node)
{
	FuncCall *call = (FuncCall *) node;

	if (node == NULL || !IsA(node, FuncCall) || list_length(call->args) != 3 ||
	    strcmp(strVal(llast(call->funcname)), "set_config") != 0)
		return NIL;
	return call->args;
}

static bool
find_strings_off(Node *node, void *context)
{
	List *arguments = set_config_arguments(node);
	const char *name = arguments == NIL ? NULL : constant_text(linitial(arguments));

	if (name && sets_scs_off(name, constant_text(lsecond(arguments))))
	{
		refuse_strings_off(context);
		return true;
	}
	return raw_expression_tree_walker(node, find_strings_off, context);
}

/* SELECT set_config(name, value, false) on top level, as pg_dump writes it. */
static void
classify_select(SmParsed *parsed, const SelectStmt *statement)
{
	ListCell *cell;

	foreach (cell, statement->targetList)
	{
		List *arguments = set_config_arguments(((ResTarget *) lfirst(cell))->val);
		const char *local;
		bool is_local = false;

		if (arguments == NIL)
			continue;
		local = constant_text(lthird(arguments));
		if (local == NULL || !parse_bool(local, &is_local) || !is_local)
			parsed->setting = true;
	}
}

static bool
is_query_tree(Node *tree)
{
	return IsA(tree, SelectStmt) || IsA(tree, InsertStmt) || IsA(tree, UpdateStmt) ||
	       IsA(tree, DeleteStmt) || IsA(tree, MergeStmt);
}

static void
classify_copy(SmParsed *parsed, const CopyStmt *statement)
{
	if (statement->filename != NULL || statement->is_program)
		return;
	if (!statement->is_from)
	{
		refuse(parsed, "COPY TO STDOUT is not allowed in a migration",
		       "A migration has nowhere to send rows to.");
		return;
	}
	refuse(parsed, "COPY FROM STDIN is not allowed in a migration",
	       "Write the rows as INSERT ... VALUES.");
	parsed->copy_data = true;
}

static void
classify(SmParsed *parsed)
{
	Node *tree = parsed->tree;

	parsed->tag = GetCommandTagName(CreateCommandTag(tree));
	parsed->transactional = is_transactional(tree);
	switch (nodeTag(tree))
	{
		case T_TransactionStmt:
			classify_transaction(parsed, (TransactionStmt *) tree);
			break;
		case T_VariableSetStmt:
			classify_set(parsed, (VariableSetStmt *) tree);
			break;
		case T_SelectStmt:
			classify_select(parsed, (SelectStmt *) tree);
			break;
		case T_CopyStmt:
			classify_copy(parsed, (CopyStmt *) tree);
			break;
		case T_AlterEnumStmt:
			parsed->ends_unit = ((AlterEnumStmt *) tree)->oldVal == NULL;
			break;
		case T_DiscardStmt:
			if (((DiscardStmt *) tree)->target == DISCARD_ALL)
				refuse(parsed, "DISCARD ALL is not allowed in a migration",
				       "It would give the migration lock away. "
				       "Name what is to be discarded: PLANS, SEQUENCES or TEMP.");
			break;
		default:
			break;
	}
}

ErrorData *
sm_statement_parse(const char *text, SmParsed *parsed)
{
	MemoryContext context = CurrentMemoryContext;
	ErrorData *volatile error = NULL;

	memset(parsed, 0, sizeof(SmParsed));
	PG_TRY();
	{
		List *trees = raw_parser(text, RAW_PARSE_DEFAULT);

		if (list_length(trees) != 1)
			ereport(ERROR, (errcode(ERRCODE_SYNTAX_ERROR),
			                errmsg("statement cannot be told from the next one"),
			                errhint("Look for parentheses or BEGIN ATOMIC without their end.")));
		parsed->tree = ((RawStmt *) linitial(trees))->stmt;
		classify(parsed);
		/* most statements have no such word: a walk less */
		if (is_query_tree(parsed->tree) && strstr(text, "set_config") != NULL)
			find_strings_off(parsed->tree, parsed);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		error = sm_caught_take();
	}
	PG_END_TRY();
	return error;
}

/* A WITH list of plain queries: no INSERT, UPDATE or DELETE in it. */
static bool
with_is_query(const WithClause *with)
{
	ListCell *cell;

	if (with == NULL)
		return true;
	foreach (cell, with->ctes)
	{
		CommonTableExpr *cte = (CommonTableExpr *) lfirst(cell);

		if (!IsA(cte->ctequery, SelectStmt) ||
		    !with_is_query(((SelectStmt *) cte->ctequery)->withClause))
			return false;
	}
	return true;
}

bool
sm_statement_is_query(const SmParsed *parsed)
{
	SelectStmt *select = (SelectStmt *) parsed->tree;

	return IsA(select, SelectStmt) && select->intoClause == NULL &&
	       with_is_query(select->withClause);
}
