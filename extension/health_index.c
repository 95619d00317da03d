/*
 * health_index.c
 *		Whether an index serves lookups by some columns, and whether one that does
 *		not exist would (hypopg).  Which lookups matter is not decided here.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_am_d.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "catalog/pg_operator.h"
#include "commands/defrem.h"
#include "funcapi.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "compat.h"
#include "health.h"

PG_FUNCTION_INFO_V1(summit_migrate_index_serves);
PG_FUNCTION_INFO_V1(summit_migrate_index_name);
PG_FUNCTION_INFO_V1(summit_migrate_probe_index);

/* A lookup by equality: the columns, and the operator of each (InvalidOid: the type's own). */
typedef struct Lookup
{
	Oid relation;
	int n;
	AttrNumber columns[INDEX_MAX_KEYS];
	Oid operators[INDEX_MAX_KEYS];
} Lookup;

/* False where there are no columns, or more than an index may have. */
static bool
read_columns(Lookup *lookup, Oid relation, ArrayType *columns)
{
	Datum *values;

	lookup->relation = relation;
	deconstruct_array(columns, INT2OID, 2, true, TYPALIGN_SHORT, &values, NULL, &lookup->n);
	if (lookup->n == 0 || lookup->n > INDEX_MAX_KEYS)
		return false;
	for (int i = 0; i < lookup->n; i++)
	{
		lookup->columns[i] = DatumGetInt16(values[i]);
		lookup->operators[i] = InvalidOid;
	}
	return true;
}

/* The same by names; false too where there is no such column. */
static bool
read_names(Lookup *lookup, Oid relation, ArrayType *names)
{
	Datum *values;

	lookup->relation = relation;
	deconstruct_array(names, TEXTOID, -1, false, TYPALIGN_INT, &values, NULL, &lookup->n);
	if (lookup->n == 0 || lookup->n > INDEX_MAX_KEYS)
		return false;
	for (int i = 0; i < lookup->n; i++)
	{
		lookup->columns[i] = get_attnum(relation, TextDatumGetCString(values[i]));
		lookup->operators[i] = InvalidOid;
		if (lookup->columns[i] <= 0)
			return false;
	}
	return true;
}

/* NULL leaves the types' own; false where there are not as many as columns. */
static bool
read_operators(Lookup *lookup, ArrayType *operators)
{
	Datum *values;
	int n;

	if (operators == NULL)
		return true;
	deconstruct_array(operators, OIDOID, 4, true, TYPALIGN_INT, &values, NULL, &n);
	for (int i = 0; i < n && i < lookup->n; i++)
		lookup->operators[i] = DatumGetObjectId(values[i]);
	return n == lookup->n;
}

static Oid
equality_operator(const Lookup *lookup, int i)
{
	if (OidIsValid(lookup->operators[i]))
		return lookup->operators[i];
	return lookup_type_cache(get_atttype(lookup->relation, lookup->columns[i]), TYPECACHE_EQ_OPR)
	    ->eq_opr;
}

/* The place of a column in the lookup, or -1. */
static int
find_column(const Lookup *lookup, AttrNumber column)
{
	for (int i = 0; i < lookup->n; i++)
	{
		if (lookup->columns[i] == column)
			return i;
	}
	return -1;
}

/* The collation of a column, as an index must have it for the column's own "=". */
static Oid
column_collation(Oid relation, AttrNumber column)
{
	Oid type;
	int32 typmod;
	Oid collation;

	get_atttypetypmodcoll(relation, column, &type, &typmod, &collation);
	return collation;
}

/* Whether the first keys are the lookup's columns, in any order, with fitting operators. */
static bool
keys_serve(HeapTuple tuple, const Lookup *lookup)
{
	Form_pg_index index = (Form_pg_index) GETSTRUCT(tuple);
	bool isnull;
	oidvector *classes = (oidvector *) DatumGetPointer(
	    SysCacheGetAttr(INDEXRELID, tuple, Anum_pg_index_indclass, &isnull));
	oidvector *collations = (oidvector *) DatumGetPointer(
	    SysCacheGetAttr(INDEXRELID, tuple, Anum_pg_index_indcollation, &isnull));
	uint64 seen = 0;

	for (int i = 0; i < lookup->n; i++)
	{
		AttrNumber column = index->indkey.values[i];
		int place = find_column(lookup, column);

		if (place < 0 || (seen & (UINT64CONST(1) << place)))
			return false;
		seen |= UINT64CONST(1) << place;
		if (!op_in_opfamily(equality_operator(lookup, place),
		                    get_opclass_family(classes->values[i])) ||
		    collations->values[i] != column_collation(lookup->relation, column))
			return false;
	}
	return true;
}

/* The conditions of the lookup as the planner sees them: column = $n. */
static List *
lookup_clauses(const Lookup *lookup)
{
	List *clauses = NIL;

	for (int i = 0; i < lookup->n; i++)
	{
		Oid type;
		int32 typmod;
		Oid collation;
		Oid operator= equality_operator(lookup, i);
		Param *param = makeNode(Param);

		if (!OidIsValid(operator))
			continue;
		get_atttypetypmodcoll(lookup->relation, lookup->columns[i], &type, &typmod, &collation);
		param->paramkind = PARAM_EXTERN;
		param->paramid = i + 1;
		param->paramtype = type;
		param->paramtypmod = -1;
		param->paramcollid = collation;
		param->location = -1;
		clauses = lappend(clauses, make_opclause(operator, BOOLOID, false,
		                                         (Expr *) makeVar(1, lookup->columns[i], type,
		                                                          typmod, collation, 0),
		                                         (Expr *) param, InvalidOid, collation));
		set_opfuncid((OpExpr *) llast(clauses));
	}
	return clauses;
}

typedef struct PredicateQuestion
{
	Oid index;
	const Lookup *lookup;
	bool implied;
} PredicateQuestion;

/* Reading a predicate folds its constants: as the table's owner. */
static void
ask_predicate(void *argument)
{
	PredicateQuestion *question = argument;
	SmHealthUser saved;
	Relation table;
	Relation index;

	sm_health_become(&saved, sm_health_relation_owner(question->lookup->relation),
	                 SM_HEALTH_NO_PATH);
	table = table_open(question->lookup->relation, AccessShareLock);
	index = index_open(question->index, AccessShareLock);
	question->implied = predicate_implied_by(RelationGetIndexPredicate(index),
	                                         lookup_clauses(question->lookup), false);
	index_close(index, NoLock);
	table_close(table, NoLock);
	sm_health_return(&saved);
}

static Oid
index_method(Oid index)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(index));
	Oid method;

	if (!HeapTupleIsValid(tuple))
		return InvalidOid;
	method = ((Form_pg_class) GETSTRUCT(tuple))->relam;
	ReleaseSysCache(tuple);
	return method;
}

static bool
index_serves(HeapTuple tuple, const Lookup *lookup)
{
	Form_pg_index index = (Form_pg_index) GETSTRUCT(tuple);
	Oid method = index_method(index->indexrelid);
	PredicateQuestion question = {index->indexrelid, lookup, false};

	if (!index->indisvalid || !index->indisready || !index->indislive)
		return false;
	if (method != BTREE_AM_OID && !(method == HASH_AM_OID && lookup->n == 1))
		return false;
	if (index->indnkeyatts < lookup->n || !keys_serve(tuple, lookup))
		return false;
	if (heap_attisnull(tuple, Anum_pg_index_indpred, NULL))
		return true;
	return sm_health_try(ask_predicate, &question) && question.implied;
}

Datum
summit_migrate_index_serves(PG_FUNCTION_ARGS)
{
	HeapTuple tuple;
	Lookup lookup;
	bool serves;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(PG_GETARG_OID(0)));
	if (!HeapTupleIsValid(tuple))
		PG_RETURN_BOOL(false);
	serves = read_columns(&lookup, ((Form_pg_index) GETSTRUCT(tuple))->indrelid,
	                      PG_GETARG_ARRAYTYPE_P(1)) &&
	         read_operators(&lookup, PG_ARGISNULL(2) ? NULL : PG_GETARG_ARRAYTYPE_P(2)) &&
	         index_serves(tuple, &lookup);
	ReleaseSysCache(tuple);
	PG_RETURN_BOOL(serves);
}

/* The name that CREATE INDEX without one would give: as ChooseIndexName() in the server. */
Datum
summit_migrate_index_name(PG_FUNCTION_ARGS)
{
	Oid relation = PG_GETARG_OID(0);
	char *table = get_rel_name(relation);
	Lookup lookup;
	StringInfoData columns;

	if (table == NULL || !read_names(&lookup, relation, PG_GETARG_ARRAYTYPE_P(1)))
		PG_RETURN_NULL();
	initStringInfo(&columns);
	for (int i = 0; i < lookup.n && columns.len < NAMEDATALEN; i++)
		appendStringInfo(&columns, "%s%s", i ? "_" : "",
		                 get_attname(relation, lookup.columns[i], false));
	PG_RETURN_TEXT_P(cstring_to_text(quote_identifier(
	    ChooseRelationName(table, columns.data, "idx", get_rel_namespace(relation), false))));
}

/* ---- hypopg ---- */

typedef struct Probe
{
	const Lookup *lookup;
	const char *hypopg; /* its quoted schema */
	Oid index;          /* the hypothetical one */
	double before;
	double after;
	bool used;
} Probe;

/* The table, quoted and qualified. */
static char *
table_name(Oid relation)
{
	return quote_qualified_identifier(get_namespace_name(get_rel_namespace(relation)),
	                                  get_rel_name(relation));
}

/* The index that is to be tried, as a statement. */
static char *
index_statement(const Lookup *lookup)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "CREATE INDEX ON %s (", table_name(lookup->relation));
	for (int i = 0; i < lookup->n; i++)
		appendStringInfo(
		    &sql, "%s%s", i ? ", " : "",
		    quote_identifier(get_attname(lookup->relation, lookup->columns[i], false)));
	appendStringInfoChar(&sql, ')');
	return sql.data;
}

static void
append_condition(StringInfo sql, const Lookup *lookup, int i)
{
	Oid type = getBaseType(get_atttype(lookup->relation, lookup->columns[i]));
	Oid operator= equality_operator(lookup, i);
	HeapTuple tuple = SearchSysCache1(OPEROID, ObjectIdGetDatum(operator));
	Form_pg_operator form;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "no equality operator");
	form = (Form_pg_operator) GETSTRUCT(tuple);
	/* of a foreign key's operator the left side is the referenced key's type */
	if (OidIsValid(lookup->operators[i]))
		type = form->oprleft;
	if (IsPolymorphicType(type))
		type = getBaseType(get_atttype(lookup->relation, lookup->columns[i]));
	appendStringInfo(sql, " %s (SELECT NULL::%s) OPERATOR(%s.%s) x.%s", i ? "AND" : "WHERE",
	                 format_type_be_qualified(type),
	                 quote_identifier(get_namespace_name(form->oprnamespace)),
	                 NameStr(form->oprname),
	                 quote_identifier(get_attname(lookup->relation, lookup->columns[i], false)));
	ReleaseSysCache(tuple);
}

/*
 * The lookup, as a foreign key's trigger makes it.  The planner cannot know the
 * value of a scalar subquery: the plan is the generic one, in every major.
 */
static char *
lookup_statement(const Lookup *lookup)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "EXPLAIN (FORMAT JSON) SELECT 1 FROM ONLY %s x",
	                 table_name(lookup->relation));
	for (int i = 0; i < lookup->n; i++)
		append_condition(&sql, lookup, i);
	return sql.data;
}

/* The cost of the plan, and whether it has the index of that name ("": any). */
static double
explain(const Lookup *lookup, bool hypothetical, const char *name, bool *used)
{
	static const Oid types[] = {TEXTOID, TEXTOID};
	SmHealthUser saved;
	Datum values[2];
	bool isnull;

	sm_health_become(&saved, sm_health_relation_owner(lookup->relation), SM_HEALTH_NO_PATH);
	sm_health_set("hypopg.enabled", hypothetical ? "on" : "off");
	sm_health_query(lookup_statement(lookup), 0, NULL, NULL);
	values[0] = CStringGetTextDatum(SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1));
	sm_health_return(&saved);
	values[1] = CStringGetTextDatum(name);
	sm_health_query("SELECT ($1::pg_catalog.jsonb #>> '{0,Plan,Total Cost}')::pg_catalog.float8,"
	                " pg_catalog.jsonb_path_exists($1::pg_catalog.jsonb,"
	                "  '$.**.\"Index Name\" ? (@ == $name)',"
	                "  pg_catalog.jsonb_build_object('name', $2))",
	                2, types, values);
	*used = DatumGetBool(sm_query_value(0, 2, NULL));
	return DatumGetFloat8(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
}

/* The hypothetical index is made as the extension's owner: that plans nothing. */
static void
try_index(void *argument)
{
	static const Oid types[] = {TEXTOID};
	Probe *probe = argument;
	Datum statement = CStringGetTextDatum(index_statement(probe->lookup));
	char *name;

	sm_health_query(
	    psprintf("SELECT indexrelid, indexname FROM %s.hypopg_create_index($1)", probe->hypopg), 1,
	    types, &statement);
	probe->index = DatumGetObjectId(sm_query_value(0, 1, NULL));
	name = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2);
	probe->before = explain(probe->lookup, false, "", &probe->used);
	probe->after = explain(probe->lookup, true, name, &probe->used);
}

/* It lives in the session's memory: no rollback takes it away. */
static void
drop_index(void *argument)
{
	static const Oid types[] = {OIDOID};
	Probe *probe = argument;
	Datum index = ObjectIdGetDatum(probe->index);

	sm_health_query(psprintf("SELECT %s.hypopg_drop_index($1)", probe->hypopg), 1, types, &index);
}

Datum
summit_migrate_probe_index(PG_FUNCTION_ARGS)
{
	Lookup lookup;
	Probe probe = {&lookup, NULL, InvalidOid, 0, 0, false};
	bool succeeded = false;
	SmQueryScope scope;
	TupleDesc desc;
	Datum values[3];
	bool nulls[3] = {false};

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	sm_query_begin(&scope, fcinfo, SM_QUERY_READ);
	probe.hypopg = sm_health_find_extension(&scope, "hypopg", "hypopg_create_index");
	if (probe.hypopg && sm_health_find_extension(&scope, "hypopg", "hypopg_drop_index") &&
	    read_names(&lookup, PG_GETARG_OID(0), PG_GETARG_ARRAYTYPE_P(1)) &&
	    read_operators(&lookup, PG_ARGISNULL(2) ? NULL : PG_GETARG_ARRAYTYPE_P(2)))
		succeeded = sm_health_try(try_index, &probe);
	if (OidIsValid(probe.index))
		(void) sm_health_try(drop_index, &probe);
	sm_query_end(&scope);
	if (!succeeded)
		PG_RETURN_NULL();
	values[0] = Float8GetDatum(probe.before);
	values[1] = Float8GetDatum(probe.after);
	values[2] = BoolGetDatum(probe.used);
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls));
}
