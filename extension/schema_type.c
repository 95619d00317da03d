/*
 * schema_type.c
 *		Types as objects.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_collation_d.h"
#include "catalog/pg_enum.h"
#include "catalog/pg_proc_d.h"
#include "catalog/pg_range.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"

#include "schema_read.h"
#include "compat.h"

static int
compare_labels(const void *a, const void *b)
{
	float4 left = ((Form_pg_enum) GETSTRUCT(((const SmCatalogRow *) a)->tuple))->enumsortorder;
	float4 right = ((Form_pg_enum) GETSTRUCT(((const SmCatalogRow *) b)->tuple))->enumsortorder;

	return left < right ? -1 : left > right;
}

static void
write_enum(SmEmit *emit, Oid type)
{
	SmRows rows = sm_rows(emit->reader, SM_ROWS_ENUM, InvalidOid, type);
	SmCatalogRow *sorted = palloc((rows.count + 1) * sizeof(SmCatalogRow));
	const char **labels = palloc((rows.count + 1) * sizeof(char *));

	memcpy(sorted, rows.rows, rows.count * sizeof(SmCatalogRow));
	qsort(sorted, rows.count, sizeof(SmCatalogRow), compare_labels);
	for (int i = 0; i < rows.count; i++)
	{
		Form_pg_enum label = (Form_pg_enum) GETSTRUCT(sorted[i].tuple);

		labels[i] = NameStr(label->enumlabel);
		appendStringInfo(&emit->labels, "%s%u", i > 0 ? "," : "", label->oid);
	}
	sm_props_strings(emit->props, "labels", labels, rows.count);
}

static void
write_domain(SmEmit *emit, HeapTuple tuple)
{
	Form_pg_type type = (Form_pg_type) GETSTRUCT(tuple);
	bool isnull;
	Datum tree = sm_rows_get(TypeRelationId, tuple, Anum_pg_type_typdefaultbin, &isnull);

	sm_props_string(emit->props, "base_type",
	                sm_name_type(emit->reader, type->typbasetype, type->typtypmod));
	if (type->typcollation != sm_name_type_collation(emit->reader, type->typbasetype))
		sm_emit_name(emit, "collation", CollationRelationId, type->typcollation);
	if (!isnull)
		sm_emit_text(emit, "default", sm_deparse_tree(emit, "default", tree));
	sm_emit_constraints(emit,
	                    sm_rows(emit->reader, SM_ROWS_DOMAIN_CONSTRAINT, InvalidOid, type->oid));
}

static void
write_range(SmEmit *emit, Oid type)
{
	HeapTuple tuple = sm_rows_one(emit->reader, SM_ROWS_RANGE, type);
	Form_pg_range range;

	if (!HeapTupleIsValid(tuple))
		return;
	range = (Form_pg_range) GETSTRUCT(tuple);
	sm_rows_render(emit, RangeRelationId, tuple);
	if (range->rngcollation != sm_name_type_collation(emit->reader, range->rngsubtype))
		sm_emit_name(emit, "collation", CollationRelationId, range->rngcollation);
}

static void
write_base_functions(SmEmit *emit, Form_pg_type type)
{
	sm_emit_name(emit, "input", ProcedureRelationId, type->typinput);
	sm_emit_name(emit, "output", ProcedureRelationId, type->typoutput);
	sm_emit_name(emit, "receive", ProcedureRelationId, type->typreceive);
	sm_emit_name(emit, "send", ProcedureRelationId, type->typsend);
	sm_emit_name(emit, "typmod_in", ProcedureRelationId, type->typmodin);
	sm_emit_name(emit, "typmod_out", ProcedureRelationId, type->typmodout);
	sm_emit_name(emit, "analyze", ProcedureRelationId, type->typanalyze);
	sm_emit_name(emit, "subscript", ProcedureRelationId, type->typsubscript);
}

static char *
letter(char value)
{
	return psprintf("%c", value);
}

static void
write_base(SmEmit *emit, HeapTuple tuple)
{
	Form_pg_type type = (Form_pg_type) GETSTRUCT(tuple);
	char *fallback = sm_rows_text(TypeRelationId, tuple, Anum_pg_type_typdefault);

	write_base_functions(emit, type);
	if (type->typlen != -1)
		sm_props_number(emit->props, "length", type->typlen);
	if (type->typbyval)
		sm_props_true(emit->props, "by_value");
	if (type->typispreferred)
		sm_props_true(emit->props, "preferred");
	if (OidIsValid(type->typcollation))
		sm_props_true(emit->props, "collatable");
	sm_props_string(emit->props, "category", letter(type->typcategory));
	sm_props_string(emit->props, "delimiter", letter(type->typdelim));
	sm_props_string(emit->props, "alignment", letter(type->typalign));
	sm_props_string(emit->props, "storage", letter(type->typstorage));
	sm_emit_name(emit, "element", TypeRelationId, type->typelem);
	sm_emit_text(emit, "default", fallback);
}

static const char *
variant_word(Form_pg_type type)
{
	if (!type->typisdefined)
		return "shell";
	switch (type->typtype)
	{
		case TYPTYPE_ENUM:
			return "enum";
		case TYPTYPE_DOMAIN:
			return "domain";
		case TYPTYPE_COMPOSITE:
			return "composite";
		case TYPTYPE_RANGE:
			return "range";
		default:
			return "base";
	}
}

/* Types that go with a relation, a range or an element type are no objects. */
static bool
is_object(SmReader *reader, Form_pg_type type)
{
	HeapTuple relation;

	if (type->typtype == TYPTYPE_MULTIRANGE || IsTrueArrayType(type) ||
	    sm_name_is_temp_schema(reader, type->typnamespace))
		return false;
	if (!OidIsValid(type->typrelid))
		return true;
	relation = sm_name_row(reader, RelationRelationId, type->typrelid);
	return HeapTupleIsValid(relation) &&
	       ((Form_pg_class) GETSTRUCT(relation))->relkind == RELKIND_COMPOSITE_TYPE;
}

bool
sm_emit_type(SmEmit *emit, HeapTuple tuple)
{
	Form_pg_type type = (Form_pg_type) GETSTRUCT(tuple);
	SmReader *reader = emit->reader;

	if (!is_object(reader, type))
		return false;
	sm_emit_begin(emit, TypeRelationId, type->oid);
	sm_rows_render(emit, TypeRelationId, tuple);
	sm_props_string(emit->props, "variant", variant_word(type));
	sm_acl_property(emit, TypeRelationId, tuple, Anum_pg_type_typacl, OBJECT_TYPE, type->typowner);
	sm_emit_common(emit, TypeRelationId, type->oid, 0);
	if (!type->typisdefined)
		;
	else if (type->typtype == TYPTYPE_ENUM)
		write_enum(emit, type->oid);
	else if (type->typtype == TYPTYPE_DOMAIN)
		write_domain(emit, tuple);
	else if (type->typtype == TYPTYPE_RANGE)
		write_range(emit, type->oid);
	else if (type->typtype == TYPTYPE_BASE)
		write_base(emit, tuple);
	else if (type->typtype == TYPTYPE_COMPOSITE)
	{
		sm_emit_columns_of(emit, type->typrelid);
		sm_emit_columns(emit, RELKIND_COMPOSITE_TYPE);
	}
	sm_emit_end(emit, false, "type",
	            sm_name_qualified(reader, type->typnamespace, NameStr(type->typname)));
	return true;
}
