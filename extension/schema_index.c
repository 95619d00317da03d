/*
 * schema_index.c
 *		Indexes as parts of their table, from structured fields: only expressions
 *		are deparsed.
 */
#include "postgres.h"

#include "catalog/pg_am_d.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_collation_d.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_opclass.h"
#include "catalog/pg_tablespace_d.h"
#include "nodes/nodeFuncs.h"
#include "nodes/pg_list.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "schema_read.h"
#include "schema_render.h"
#include "compat.h"

/* The columns of an index that is being written. */
typedef struct IndexKeys
{
	HeapTuple tuple;
	Oid method;
	SmRows columns; /* of the index's own pg_attribute rows */
	int2vector *numbers;
	oidvector *collations;
	oidvector *opclasses;
	int2vector *options;
	ListCell *expression; /* the next one */
	List *expressions;
} IndexKeys;

static Datum
index_datum(HeapTuple tuple, AttrNumber column)
{
	return sm_rows_get(IndexRelationId, tuple, column, NULL);
}

static void
read_keys(IndexKeys *keys, SmEmit *emit, HeapTuple tuple, Oid method)
{
	bool isnull;
	Datum tree = sm_rows_get(IndexRelationId, tuple, Anum_pg_index_indexprs, &isnull);

	keys->tuple = tuple;
	keys->method = method;
	keys->columns = sm_rows(emit->reader, SM_ROWS_ATTRIBUTE, InvalidOid,
	                        ((Form_pg_index) GETSTRUCT(tuple))->indexrelid);
	keys->numbers = (int2vector *) DatumGetPointer(index_datum(tuple, Anum_pg_index_indkey));
	keys->collations =
	    (oidvector *) DatumGetPointer(index_datum(tuple, Anum_pg_index_indcollation));
	keys->opclasses = (oidvector *) DatumGetPointer(index_datum(tuple, Anum_pg_index_indclass));
	keys->options = (int2vector *) DatumGetPointer(index_datum(tuple, Anum_pg_index_indoption));
	keys->expressions = isnull ? NIL : stringToNode(TextDatumGetCString(tree));
	keys->expression = list_head(keys->expressions);
}

/* A column's name, or an expression in parentheses; and what it has by itself. */
static const char *
key_text(SmEmit *emit, IndexKeys *keys, int i, Oid *type, Oid *collation)
{
	AttrNumber number = keys->numbers->values[i];
	Node *node;
	char *text;

	*type = InvalidOid;
	*collation = InvalidOid;
	if (number != 0)
	{
		SmRows columns = sm_rows(emit->reader, SM_ROWS_ATTRIBUTE, InvalidOid, emit->relation);

		for (int j = 0; j < columns.count; j++)
		{
			Form_pg_attribute column = (Form_pg_attribute) GETSTRUCT(columns.rows[j].tuple);

			if (column->attnum != number)
				continue;
			*type = column->atttypid;
			*collation = column->attcollation;
			return quote_identifier(NameStr(column->attname));
		}
		return "?";
	}
	if (keys->expression == NULL)
		return "?";
	node = lfirst(keys->expression);
	keys->expression = lnext(keys->expressions, keys->expression);
	*type = exprType(node);
	*collation = exprCollation(node);
	text = sm_deparse_expression(emit, "keys", node);
	return text ? psprintf("(%s)", text) : "?";
}

/* Options of the operator class, as they stand in the catalog. */
static const char **
opclass_options(IndexKeys *keys, int i, int *count)
{
	bool isnull = true;
	Datum value = (Datum) 0;

	*count = 0;
	if (i < keys->columns.count)
		value = sm_rows_get(AttributeRelationId, keys->columns.rows[i].tuple,
		                    Anum_pg_attribute_attoptions, &isnull);
	return isnull ? NULL : sm_render_column_option_list(value, count);
}

/* As "(name='value', …)". */
static void
append_opclass_options(StringInfo out, const char **options, int count)
{
	for (int i = 0; i < count; i++)
	{
		char *option = pstrdup(options[i]);
		char *equals = strchr(option, '=');

		if (equals == NULL)
			continue;
		*equals = '\0';
		appendStringInfo(out, "%s%s=%s", i == 0 ? " (" : ", ", quote_identifier(option),
		                 quote_literal_cstr(equals + 1));
	}
	if (count > 0)
		appendStringInfoChar(out, ')');
}

/* Of a type that an operator class is for, or of another that it takes too. */
static bool
is_default_opclass(SmEmit *emit, IndexKeys *keys, int i, Oid type)
{
	return OidIsValid(type) &&
	       keys->opclasses->values[i] == sm_name_default_opclass(emit->reader, type, keys->method);
}

/* The operator class's name alone: the access method is the index's. */
static const char *
opclass_name(SmEmit *emit, Oid opclass)
{
	HeapTuple tuple = sm_name_row(emit->reader, OperatorClassRelationId, opclass);
	Form_pg_opclass row;

	if (!HeapTupleIsValid(tuple))
		return "?";
	row = (Form_pg_opclass) GETSTRUCT(tuple);
	return sm_name_qualified(emit->reader, row->opcnamespace, NameStr(row->opcname));
}

static char *
write_key(SmEmit *emit, IndexKeys *keys, int i)
{
	Oid type;
	Oid collation;
	int16 option = keys->options->values[i];
	int noptions;
	const char **options = opclass_options(keys, i, &noptions);
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoString(&out, key_text(emit, keys, i, &type, &collation));
	if (OidIsValid(keys->collations->values[i]) && keys->collations->values[i] != collation)
		appendStringInfo(&out, " COLLATE %s",
		                 sm_name(emit->reader, CollationRelationId, keys->collations->values[i]));
	if (!is_default_opclass(emit, keys, i, type) || noptions > 0)
		appendStringInfo(&out, " %s", opclass_name(emit, keys->opclasses->values[i]));
	append_opclass_options(&out, options, noptions);
	if (option & INDOPTION_DESC)
		appendStringInfoString(&out, " DESC");
	if ((option & INDOPTION_DESC) && !(option & INDOPTION_NULLS_FIRST))
		appendStringInfoString(&out, " NULLS LAST");
	if (!(option & INDOPTION_DESC) && (option & INDOPTION_NULLS_FIRST))
		appendStringInfoString(&out, " NULLS FIRST");
	return out.data;
}

static void
write_keys(SmEmit *emit, HeapTuple tuple, Oid method)
{
	Form_pg_index index = (Form_pg_index) GETSTRUCT(tuple);
	IndexKeys keys;
	const char **texts = palloc(index->indnatts * sizeof(char *));
	Oid unused;

	read_keys(&keys, emit, tuple, method);
	for (int i = 0; i < index->indnkeyatts; i++)
		texts[i] = write_key(emit, &keys, i);
	sm_props_strings(emit->props, "keys", texts, index->indnkeyatts);
	if (index->indnatts == index->indnkeyatts)
		return;
	for (int i = index->indnkeyatts; i < index->indnatts; i++)
		texts[i] = key_text(emit, &keys, i, &unused, &unused);
	sm_props_strings(emit->props, "include", texts + index->indnkeyatts,
	                 index->indnatts - index->indnkeyatts);
}

/* "number=target" of the columns whose statistics target was set. */
static void
write_statistics(SmEmit *emit, Oid index)
{
	SmRows columns = sm_rows(emit->reader, SM_ROWS_ATTRIBUTE, InvalidOid, index);
	const char **targets = palloc((columns.count + 1) * sizeof(char *));
	int count = 0;

	for (int i = 0; i < columns.count; i++)
	{
		int target = sm_emit_statistics_target(columns.rows[i].tuple);

		if (target >= 0)
			targets[count++] = psprintf("%d=%d", columns.rows[i].sub, target);
	}
	if (count > 0)
		sm_props_strings(emit->props, "statistics", targets, count);
}

/* What an index has as a relation. */
static void
write_relation(SmEmit *emit, HeapTuple tuple)
{
	static const SmCatalogColumn column = {.what = "options"};
	Form_pg_class relation = (Form_pg_class) GETSTRUCT(tuple);
	SmRows parents = sm_rows(emit->reader, SM_ROWS_INHERITS, InvalidOid, relation->oid);
	bool isnull;
	Datum options = sm_rows_get(RelationRelationId, tuple, Anum_pg_class_reloptions, &isnull);

	if (relation->relam != BTREE_AM_OID)
		sm_emit_name(emit, "method", AccessMethodRelationId, relation->relam);
	sm_emit_name(emit, "tablespace", TableSpaceRelationId, relation->reltablespace);
	if (!isnull)
		sm_render_options(emit, &column, options);
	if (parents.count > 0)
		sm_emit_name(emit, "parent", RelationRelationId,
		             ((Form_pg_inherits) GETSTRUCT(parents.rows[0].tuple))->inhparent);
}

void
sm_emit_indexes(SmEmit *emit)
{
	SmRows indexes = sm_rows(emit->reader, SM_ROWS_INDEX, InvalidOid, emit->relation);

	for (int i = 0; i < indexes.count; i++)
	{
		HeapTuple tuple = indexes.rows[i].tuple;
		Form_pg_index index = (Form_pg_index) GETSTRUCT(tuple);
		HeapTuple relation = sm_name_row(emit->reader, RelationRelationId, index->indexrelid);

		if (!HeapTupleIsValid(relation))
			continue;
		sm_emit_part(emit);
		sm_rows_render(emit, IndexRelationId, tuple);
		write_keys(emit, tuple, ((Form_pg_class) GETSTRUCT(relation))->relam);
		write_statistics(emit, index->indexrelid);
		write_relation(emit, relation);
		sm_emit_common(emit, RelationRelationId, index->indexrelid, 0);
		sm_emit_part_end(emit, SM_INDEXES_OF,
		                 sm_json_utf8(NameStr(((Form_pg_class) GETSTRUCT(relation))->relname)),
		                 index->indexrelid);
	}
}
