/*
 * batch.c
 *		Puts a range of keys into the WHERE of an UPDATE or DELETE.  The place is
 *		found with the server's scanner, the table and its alias in the raw parse
 *		tree; the rest of the statement stays as it was written.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "parser/scanner.h"
#include "utils/builtins.h"

#include "batch.h"

typedef struct Target
{
	RangeVar *relation;
	bool joined; /* FROM, USING or WITH: the condition may need them */
	Node *where;
	List *assigned; /* of ResTarget */
} Target;

/* Where the statement can be cut; offsets in its text. */
typedef struct Cuts
{
	SmSpan condition; /* behind WHERE; empty when there is none */
	int end;          /* end of what stands before RETURNING */
	bool parameters;  /* it has parameters of its own */
} Cuts;

static bool
find_target(Node *tree, Target *target)
{
	if (IsA(tree, UpdateStmt))
	{
		UpdateStmt *update = (UpdateStmt *) tree;

		target->relation = update->relation;
		target->joined = update->fromClause != NIL || update->withClause != NULL;
		target->where = update->whereClause;
		target->assigned = update->targetList;
		return true;
	}
	if (IsA(tree, DeleteStmt))
	{
		DeleteStmt *delete = (DeleteStmt *) tree;

		target->relation = delete->relation;
		target->joined = delete->usingClause != NIL || delete->withClause != NULL;
		target->where = delete->whereClause;
		target->assigned = NIL;
		return true;
	}
	return false;
}

/*
 * WHERE and RETURNING are reserved: outside parentheses, and not behind a dot,
 * they can be nothing else.
 */
static void
find_cuts(const char *text, Cuts *cuts)
{
	core_yy_extra_type extra;
	core_yyscan_t scanner = scanner_init(text, &extra, &ScanKeywords, ScanKeywordTokens);
	core_YYSTYPE value;
	YYLTYPE location;
	int depth = 0;
	bool after_dot = false;

	memset(cuts, 0, sizeof(Cuts));
	while (core_yylex(&value, &location, scanner) != 0)
	{
		SmSpan token = {location, location + strlen(extra.scanbuf + location)};

		if (depth == 0 && !after_dot && sm_marks_is_word(text, token, "returning"))
			break;
		if (text[token.start] == '(')
			depth++;
		else if (text[token.start] == ')')
			depth--;
		else if (text[token.start] == '$' && isdigit((unsigned char) text[token.start + 1]))
			cuts->parameters = true;
		else if (depth == 0 && !after_dot && sm_marks_is_word(text, token, "where"))
			cuts->condition.start = token.end;
		after_dot = text[token.start] == '.' && token.end - token.start == 1;
		cuts->end = token.end;
	}
	scanner_finish(scanner);
	if (cuts->condition.start > 0)
	{
		cuts->condition.end = cuts->end;
		cuts->condition = sm_marks_trim(text, cuts->condition);
	}
}

static bool
assigns(List *targets, const char *column)
{
	ListCell *cell;

	foreach (cell, targets)
		if (strcmp(((ResTarget *) lfirst(cell))->name, column) == 0)
			return true;
	return false;
}

/* Whether the mark's table is this one; it may leave out the schema. */
static bool
names_table(const char *written, const RangeVar *relation)
{
	char *plain = pstrdup(written);
	char *to = plain;
	const char *from;

	for (from = written; *from; from++)
		if (*from != '"')
			*to++ = *from;
	*to = '\0';
	return pg_strcasecmp(plain, relation->relname) == 0 ||
	       (relation->schemaname &&
	        pg_strcasecmp(plain, psprintf("%s.%s", relation->schemaname, relation->relname)) == 0);
}

static const char *
find_fault(const SmBatchMark *mark, const SmParsed *parsed, Target *target)
{
	if (!find_target(parsed->tree, target))
		return "only an UPDATE or a DELETE can run in batches";
	if (target->where && IsA(target->where, CurrentOfExpr))
		return "a statement with WHERE CURRENT OF cannot run in batches";
	if (mark->table && !names_table(mark->table, target->relation))
		return "the batch names another table than the statement";
	if (assigns(target->assigned, mark->key))
		return "the batch key is changed by the statement";
	return NULL;
}

/* The statement's text with a condition on the key added to its own. */
static char *
with_range(const char *text, const Cuts *cuts, const char *range)
{
	StringInfoData sql;

	initStringInfo(&sql);
	if (cuts->condition.end > 0)
	{
		appendBinaryStringInfo(&sql, text, cuts->condition.start);
		appendStringInfoChar(&sql, '(');
		appendBinaryStringInfo(&sql, text + cuts->condition.start,
		                       cuts->condition.end - cuts->condition.start);
		appendStringInfo(&sql, ") AND (%s)", range);
	}
	else
	{
		appendBinaryStringInfo(&sql, text, cuts->end);
		appendStringInfo(&sql, " WHERE %s", range);
	}
	appendStringInfoString(&sql, text + cuts->end);
	return sql.data;
}

static char *
table_with_alias(const RangeVar *relation, const char *table)
{
	const char *only = relation->inh ? "" : "ONLY ";

	if (relation->alias)
		return psprintf("%s%s AS %s", only, table, quote_identifier(relation->alias->aliasname));
	return psprintf("%s%s", only, table);
}

/*
 * The highest of the next keys that the statement's condition takes.  Where the
 * condition may speak of other tables it is left out: then some batches change
 * few rows or none.  Not max(), which not every type of key has.
 */
static char *
upper_key(const char *source, const char *column, const char *text, const Cuts *cuts, bool joined,
          const char *after, const char *limit)
{
	StringInfoData sql;
	const char *glue = "WHERE";

	initStringInfo(&sql);
	appendStringInfo(&sql, "SELECT k FROM (SELECT %s AS k FROM %s", column, source);
	if (cuts->condition.end > 0 && !joined)
	{
		appendStringInfo(&sql, " WHERE (%.*s)", cuts->condition.end - cuts->condition.start,
		                 text + cuts->condition.start);
		glue = "AND";
	}
	if (after)
		appendStringInfo(&sql, " %s %s > %s", glue, column, after);
	else
		appendStringInfo(&sql, " %s %s IS NOT NULL", glue, column);
	appendStringInfo(&sql, " ORDER BY %s LIMIT %s) AS batch ORDER BY k DESC LIMIT 1", column,
	                 limit);
	return sql.data;
}

static char *
qualified_table(const RangeVar *relation)
{
	if (relation->schemaname)
		return quote_qualified_identifier(relation->schemaname, relation->relname);
	return pstrdup(quote_identifier(relation->relname));
}

static char *
qualified_key(const RangeVar *relation, const char *table, const char *key)
{
	return psprintf("%s.%s", relation->alias ? quote_identifier(relation->alias->aliasname) : table,
	                key);
}

const char *
sm_batch_build(const SmBatchMark *mark, const char *text, const SmParsed *parsed, SmBatch *batch)
{
	Target target;
	Cuts cuts;
	const char *fault = find_fault(mark, parsed, &target);
	char *column;
	char *source;

	if (fault)
		return fault;
	find_cuts(text, &cuts);
	if (cuts.parameters)
		return "a statement with parameters cannot run in batches";
	batch->table = qualified_table(target.relation);
	batch->key = pstrdup(quote_identifier(mark->key));
	column = qualified_key(target.relation, batch->table, batch->key);
	source = table_with_alias(target.relation, batch->table);
	batch->first = upper_key(source, column, text, &cuts, target.joined, NULL, "$1::bigint");
	batch->next = upper_key(source, column, text, &cuts, target.joined, "$1", "$2::bigint");
	batch->run_first = with_range(text, &cuts, psprintf("%s <= $1", column));
	batch->run = with_range(text, &cuts, psprintf("%s > $1 AND %s <= $2", column, column));
	return NULL;
}

char *
sm_batch_rest(const char *text, const SmParsed *parsed, const char *key, const char *cursor)
{
	Target target;
	Cuts cuts;
	char *column;

	if (!find_target(parsed->tree, &target))
		elog(ERROR, "not a statement that runs in batches");
	find_cuts(text, &cuts);
	column = qualified_key(target.relation, qualified_table(target.relation), key);
	return with_range(text, &cuts, psprintf("%s > %s OR %s IS NULL", column, cursor, column));
}
