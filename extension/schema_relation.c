/*
 * schema_relation.c
 *		Relations as objects: tables, views, sequences; and extended statistics.
 *		Their parts are in schema_part.c.
 */
#include "postgres.h"

#include "catalog/dependency.h"
#include "catalog/pg_am_d.h"
#include "catalog/pg_authid_d.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_foreign_table_d.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_sequence_d.h"
#include "catalog/pg_statistic_ext.h"
#include "catalog/pg_trigger.h"
#include "nodes/pg_list.h"
#include "rewrite/rewriteSupport.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"

#include "schema_read.h"
#include "schema_render.h"
#include "compat.h"

/* The kind of a relation that is an object; NULL: it is none. */
static const char *
relation_kind(char relkind)
{
	switch (relkind)
	{
		case RELKIND_RELATION:
		case RELKIND_PARTITIONED_TABLE:
			return "table";
		case RELKIND_VIEW:
			return "view";
		case RELKIND_MATVIEW:
			return "materialized view";
		case RELKIND_FOREIGN_TABLE:
			return "foreign table";
		case RELKIND_SEQUENCE:
			return "sequence";
		default:
			return NULL;
	}
}

/* The column that a sequence belongs to. */
static void
write_owned_by(SmEmit *emit, Oid sequence)
{
	SmRows rows = sm_rows(emit->reader, SM_ROWS_DEPEND, RelationRelationId, sequence);

	for (int i = 0; i < rows.count; i++)
	{
		Form_pg_depend depend = (Form_pg_depend) GETSTRUCT(rows.rows[i].tuple);

		if (depend->refclassid != RelationRelationId || depend->refobjsubid == 0)
			continue;
		sm_props_string(emit->props, "owned_by",
		                psprintf("%s.%s",
		                         sm_name(emit->reader, RelationRelationId, depend->refobjid),
		                         quote_identifier(sm_name_column(emit->reader, depend->refobjid,
		                                                         depend->refobjsubid))));
		if (depend->deptype == DEPENDENCY_INTERNAL)
			sm_props_true(emit->props, "identity");
	}
}

static void
write_parents(SmEmit *emit, Oid relation)
{
	SmRows rows = sm_rows(emit->reader, SM_ROWS_INHERITS, InvalidOid, relation);
	const char **parents;

	if (rows.count == 0)
		return;
	parents = palloc(rows.count * sizeof(char *));
	for (int i = 0; i < rows.count; i++)
	{
		Form_pg_inherits row = (Form_pg_inherits) GETSTRUCT(rows.rows[i].tuple);

		parents[i] = sm_name(emit->reader, RelationRelationId, row->inhparent);
		if (row->inhdetachpending)
			sm_props_true(emit->props, "detach_pending");
	}
	sm_props_strings(emit->props, "parents", parents, rows.count);
}

static void
write_replica_identity(SmEmit *emit, Form_pg_class relation)
{
	SmRows indexes;

	switch (relation->relreplident)
	{
		case REPLICA_IDENTITY_FULL:
			sm_props_string(emit->props, "replica_identity", "full");
			break;
		case REPLICA_IDENTITY_NOTHING:
			/* what views and sequences always have */
			if (relation->relkind != RELKIND_VIEW && relation->relkind != RELKIND_SEQUENCE &&
			    relation->relkind != RELKIND_FOREIGN_TABLE)
				sm_props_string(emit->props, "replica_identity", "nothing");
			break;
		case REPLICA_IDENTITY_INDEX:
			indexes = sm_rows(emit->reader, SM_ROWS_INDEX, InvalidOid, relation->oid);
			for (int i = 0; i < indexes.count; i++)
			{
				Form_pg_index index = (Form_pg_index) GETSTRUCT(indexes.rows[i].tuple);
				HeapTuple row;

				if (!index->indisreplident)
					continue;
				row = sm_name_row(emit->reader, RelationRelationId, index->indexrelid);
				if (HeapTupleIsValid(row))
					sm_props_string(
					    emit->props, "replica_identity",
					    psprintf("index %s", NameStr(((Form_pg_class) GETSTRUCT(row))->relname)));
				return;
			}
			/* its index was dropped */
			sm_props_string(emit->props, "replica_identity", "index");
			break;
	}
}

static void
write_toast_options(SmEmit *emit, Oid toast)
{
	static const SmCatalogColumn column = {.what = "toast_options"};
	HeapTuple tuple;
	bool isnull;
	Datum options;

	if (!OidIsValid(toast))
		return;
	tuple = sm_name_row(emit->reader, RelationRelationId, toast);
	if (!HeapTupleIsValid(tuple))
		return;
	options = sm_rows_get(RelationRelationId, tuple, Anum_pg_class_reloptions, &isnull);
	if (!isnull)
		sm_render_options(emit, &column, options);
}

/* The rule of a view is its definition, and a part only where more was said of it. */
static void
write_view_rule(SmEmit *emit, HeapTuple tuple)
{
	Form_pg_rewrite rule = (Form_pg_rewrite) GETSTRUCT(tuple);

	sm_emit_text(
	    emit, "definition",
	    sm_deparse_view(emit, "definition",
	                    sm_rows_get(RewriteRelationId, tuple, Anum_pg_rewrite_ev_action, NULL)));
	sm_emit_part(emit);
	sm_rows_render(emit, RewriteRelationId, tuple);
	sm_emit_common(emit, RewriteRelationId, rule->oid, 0);
	if (emit->part.count > 0)
		sm_emit_part_end(emit, SM_RULES_OF, sm_json_utf8(NameStr(rule->rulename)), rule->oid);
	else
		sm_emit_part_drop(emit);
}

static void
write_rules(SmEmit *emit, Oid relation)
{
	SmRows rows = sm_rows(emit->reader, SM_ROWS_RULE, InvalidOid, relation);

	for (int i = 0; i < rows.count; i++)
	{
		HeapTuple tuple = rows.rows[i].tuple;
		Form_pg_rewrite rule = (Form_pg_rewrite) GETSTRUCT(tuple);

		if (strcmp(NameStr(rule->rulename), ViewSelectRuleName) == 0)
		{
			write_view_rule(emit, tuple);
			continue;
		}
		sm_emit_part(emit);
		sm_rows_render(emit, RewriteRelationId, tuple);
		sm_emit_text(emit, "definition",
		             sm_deparse_call(emit, "definition", F_PG_GET_RULEDEF_OID, rule->oid));
		sm_emit_common(emit, RewriteRelationId, rule->oid, 0);
		sm_emit_part_end(emit, SM_RULES_OF, sm_json_utf8(NameStr(rule->rulename)), rule->oid);
	}
}

static void
write_table(SmEmit *emit, HeapTuple tuple)
{
	Form_pg_class relation = (Form_pg_class) GETSTRUCT(tuple);
	SmReader *reader = emit->reader;

	if (OidIsValid(relation->relam) && relation->relam != HEAP_TABLE_AM_OID)
		sm_emit_name(emit, "access_method", AccessMethodRelationId, relation->relam);
	if (relation->relkind == RELKIND_PARTITIONED_TABLE)
		sm_emit_text(emit, "partition_key",
		             sm_deparse_call(emit, "partition_key", F_PG_GET_PARTKEYDEF, relation->oid));
	if (relation->relkind == RELKIND_FOREIGN_TABLE)
	{
		HeapTuple row = sm_rows_one(reader, SM_ROWS_FOREIGN_TABLE, relation->oid);

		if (HeapTupleIsValid(row))
			sm_rows_render(emit, ForeignTableRelationId, row);
	}
	write_replica_identity(emit, relation);
	write_toast_options(emit, relation->reltoastrelid);
	write_parents(emit, relation->oid);
	write_rules(emit, relation->oid);
	sm_emit_columns(emit, relation->relkind);
	sm_emit_constraints(emit, sm_rows(reader, SM_ROWS_CONSTRAINT, InvalidOid, relation->oid));
	sm_emit_indexes(emit);
	sm_emit_triggers(emit);
	sm_emit_policies(emit);
}

bool
sm_emit_relation(SmEmit *emit, HeapTuple tuple)
{
	Form_pg_class relation = (Form_pg_class) GETSTRUCT(tuple);
	const char *kind = relation_kind(relation->relkind);
	SmReader *reader = emit->reader;

	if (kind == NULL || relation->relpersistence == RELPERSISTENCE_TEMP)
		return false;
	sm_emit_begin(emit, RelationRelationId, relation->oid);
	sm_emit_columns_of(emit, relation->oid);
	sm_rows_render(emit, RelationRelationId, tuple);
	sm_emit_name(emit, "owner", AuthIdRelationId, relation->relowner);
	sm_acl_property(emit, RelationRelationId, tuple, Anum_pg_class_relacl,
	                relation->relkind == RELKIND_SEQUENCE ? OBJECT_SEQUENCE : OBJECT_TABLE,
	                relation->relowner);
	sm_emit_common(emit, RelationRelationId, relation->oid, 0);
	if (relation->relkind == RELKIND_SEQUENCE)
	{
		HeapTuple row = sm_rows_one(reader, SM_ROWS_SEQUENCE, relation->oid);

		if (HeapTupleIsValid(row))
			sm_rows_render(emit, SequenceRelationId, row);
		write_owned_by(emit, relation->oid);
	}
	else
		write_table(emit, tuple);
	sm_emit_end(emit, false, kind, sm_name(reader, RelationRelationId, relation->oid));
	return true;
}

/* The kinds of an extended statistics object, as CREATE STATISTICS has them. */
static void
write_statistic_kinds(SmEmit *emit, HeapTuple tuple)
{
	ArrayType *array = DatumGetArrayTypeP(
	    sm_rows_get(StatisticExtRelationId, tuple, Anum_pg_statistic_ext_stxkind, NULL));
	int count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	char *letters = ARR_DATA_PTR(array);
	const char **words = palloc((count + 1) * sizeof(char *));
	int nwords = 0;

	for (int i = 0; i < count; i++)
	{
		if (letters[i] == STATS_EXT_NDISTINCT)
			words[nwords++] = "ndistinct";
		else if (letters[i] == STATS_EXT_DEPENDENCIES)
			words[nwords++] = "dependencies";
		else if (letters[i] == STATS_EXT_MCV)
			words[nwords++] = "mcv";
		else if (letters[i] == STATS_EXT_EXPRESSIONS)
			words[nwords++] = "expressions";
	}
	sm_props_sorted(emit->props, "kinds", words, nwords);
}

static void
write_statistic_expressions(SmEmit *emit, HeapTuple tuple)
{
	bool isnull;
	Datum tree =
	    sm_rows_get(StatisticExtRelationId, tuple, Anum_pg_statistic_ext_stxexprs, &isnull);
	const char **texts;
	int count = 0;
	List *expressions;
	ListCell *cell;

	if (isnull)
		return;
	expressions = stringToNode(TextDatumGetCString(tree));
	texts = palloc(list_length(expressions) * sizeof(char *));
	foreach (cell, expressions)
	{
		char *text = sm_deparse_expression(emit, "expressions", lfirst(cell));

		if (text)
			texts[count++] = text;
	}
	sm_props_strings(emit->props, "expressions", texts, count);
}

bool
sm_emit_statistics(SmEmit *emit, HeapTuple tuple)
{
	Form_pg_statistic_ext statistics = (Form_pg_statistic_ext) GETSTRUCT(tuple);

	if (sm_name_is_temp_schema(emit->reader, statistics->stxnamespace))
		return false;
	sm_emit_begin(emit, StatisticExtRelationId, statistics->oid);
	sm_emit_columns_of(emit, statistics->stxrelid);
	sm_rows_render(emit, StatisticExtRelationId, tuple);
	write_statistic_kinds(emit, tuple);
	write_statistic_expressions(emit, tuple);
	sm_emit_common(emit, StatisticExtRelationId, statistics->oid, 0);
	sm_emit_end(emit, false, "statistics",
	            sm_name(emit->reader, StatisticExtRelationId, statistics->oid));
	return true;
}
