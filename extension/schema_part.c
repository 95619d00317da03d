/*
 * schema_part.c
 *		The parts of relations and types: columns, constraints, triggers,
 *		policies.  Indexes are in schema_index.c, rules in schema_relation.c.
 */
#include "postgres.h"

#include "catalog/pg_attrdef_d.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_authid_d.h"
#include "catalog/pg_class.h"
#include "catalog/pg_collation_d.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type_d.h"
#include "commands/trigger.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"

#include "schema_read.h"
#include "schema_render.h"
#include "compat.h"

static const char *
storage_word(char storage)
{
	switch (storage)
	{
		case TYPSTORAGE_PLAIN:
			return "plain";
		case TYPSTORAGE_EXTERNAL:
			return "external";
		case TYPSTORAGE_EXTENDED:
			return "extended";
		default:
			return "main";
	}
}

int
sm_emit_statistics_target(HeapTuple column)
{
	bool isnull;
	Datum target =
	    sm_rows_get(AttributeRelationId, column, Anum_pg_attribute_attstattarget, &isnull);

	/* it is an int4 in 15, but never above 10,000; from 17 on NULL stands for -1 */
	return isnull ? -1 : DatumGetInt16(target);
}

static void
write_column_type(SmEmit *emit, Form_pg_attribute column, char relkind)
{
	SmReader *reader = emit->reader;

	sm_props_string(emit->props, "type", sm_name_type(reader, column->atttypid, column->atttypmod));
	if (column->attcollation != sm_name_type_collation(reader, column->atttypid))
		sm_emit_name(emit, "collation", CollationRelationId, column->attcollation);
	if (relkind != RELKIND_VIEW &&
	    column->attstorage != sm_name_type_storage(reader, column->atttypid))
		sm_props_string(emit->props, "storage", storage_word(column->attstorage));
}

static void
write_default(SmEmit *emit, SmRows defaults, AttrNumber number)
{
	for (int i = 0; i < defaults.count; i++)
	{
		if (defaults.rows[i].sub == number)
			sm_rows_render(emit, AttrDefaultRelationId, defaults.rows[i].tuple);
	}
}

static void
write_column(SmEmit *emit, HeapTuple tuple, char relkind, SmRows defaults)
{
	Form_pg_attribute column = (Form_pg_attribute) GETSTRUCT(tuple);

	sm_emit_part(emit);
	sm_rows_render(emit, AttributeRelationId, tuple);
	write_column_type(emit, column, relkind);
	if (sm_emit_statistics_target(tuple) >= 0)
		sm_props_number(emit->props, "statistics", sm_emit_statistics_target(tuple));
	sm_acl_property(emit, AttributeRelationId, tuple, Anum_pg_attribute_attacl, OBJECT_COLUMN,
	                InvalidOid);
	if (column->atthasdef)
		write_default(emit, defaults, column->attnum);
	sm_emit_common(emit, RelationRelationId, column->attrelid, column->attnum);
	sm_emit_part_end(emit, SM_COLUMNS_OF, sm_json_utf8(NameStr(column->attname)), column->attnum);
}

void
sm_emit_columns(SmEmit *emit, char relkind)
{
	SmRows columns = sm_rows(emit->reader, SM_ROWS_ATTRIBUTE, InvalidOid, emit->relation);
	SmRows defaults = sm_rows(emit->reader, SM_ROWS_ATTRDEF, InvalidOid, emit->relation);
	const char **order;

	if (columns.count == 0)
		return;
	order = palloc(columns.count * sizeof(char *));
	for (int i = 0; i < columns.count; i++)
	{
		HeapTuple tuple = columns.rows[i].tuple;

		order[i] = NameStr(((Form_pg_attribute) GETSTRUCT(tuple))->attname);
		write_column(emit, tuple, relkind, defaults);
	}
	sm_props_strings(emit->props, "column_order", order, columns.count);
}

/* The columns of another table that a foreign key names. */
static void
write_referenced_columns(SmEmit *emit, HeapTuple tuple, Oid referenced)
{
	bool isnull;
	Datum value = sm_rows_get(ConstraintRelationId, tuple, Anum_pg_constraint_confkey, &isnull);
	ArrayType *array;
	int count;
	const char **names;

	if (isnull)
		return;
	array = DatumGetArrayTypeP(value);
	count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	names = palloc((count + 1) * sizeof(char *));
	for (int i = 0; i < count; i++)
		names[i] = sm_name_column(emit->reader, referenced, ((int16 *) ARR_DATA_PTR(array))[i]);
	sm_props_strings(emit->props, "referenced_columns", names, count);
}

static const char *
enabled_word(char enabled)
{
	switch (enabled)
	{
		case TRIGGER_DISABLED:
			return "disabled";
		case TRIGGER_FIRES_ON_REPLICA:
			return "replica";
		case TRIGGER_FIRES_ALWAYS:
			return "always";
		default:
			return "origin";
	}
}

/*
 * The states of a foreign key's own triggers on this table, each once; NULL
 * where they are as usual.
 */
static char *
trigger_states(SmRows triggers, Oid constraint)
{
	StringInfoData states;
	bool unusual = false;

	initStringInfo(&states);
	for (const char *letter = "ADOR"; *letter; letter++)
	{
		bool found = false;

		for (int i = 0; i < triggers.count; i++)
		{
			Form_pg_trigger trigger = (Form_pg_trigger) GETSTRUCT(triggers.rows[i].tuple);

			if (trigger->tgisinternal && trigger->tgconstraint == constraint &&
			    trigger->tgenabled == *letter)
				found = true;
		}
		if (found)
			appendStringInfo(&states, "%s%s", states.len > 0 ? ", " : "", enabled_word(*letter));
		unusual = unusual || (found && *letter != TRIGGER_FIRES_ON_ORIGIN);
	}
	return unusual ? states.data : NULL;
}

/* The index behind a constraint usually has its name. */
static void
write_constraint_index(SmEmit *emit, Form_pg_constraint constraint)
{
	HeapTuple tuple = sm_name_row(emit->reader, RelationRelationId, constraint->conindid);
	char *name;

	if (!HeapTupleIsValid(tuple))
		return;
	name = NameStr(((Form_pg_class) GETSTRUCT(tuple))->relname);
	if (strcmp(name, NameStr(constraint->conname)) != 0)
		sm_props_string(emit->props, "index", name);
}

static void
write_constraint(SmEmit *emit, HeapTuple tuple)
{
	Form_pg_constraint constraint = (Form_pg_constraint) GETSTRUCT(tuple);

	sm_emit_part(emit);
	sm_rows_render(emit, ConstraintRelationId, tuple);
	switch (constraint->contype)
	{
		case CONSTRAINT_FOREIGN:
			write_referenced_columns(emit, tuple, constraint->confrelid);
			sm_emit_text(
			    emit, "triggers_enabled",
			    trigger_states(sm_rows(emit->reader, SM_ROWS_TRIGGER, InvalidOid, emit->relation),
			                   constraint->oid));
			break;
		case CONSTRAINT_PRIMARY:
		case CONSTRAINT_UNIQUE:
		case CONSTRAINT_EXCLUSION:
			write_constraint_index(emit, constraint);
			break;
		default:
			/* what a check names follows from its expression, in no order */
			if (constraint->contype == CONSTRAINT_CHECK)
				sm_props_drop(emit->props, "columns");
			if (constraint->connoinherit)
				sm_props_true(emit->props, "no_inherit");
	}
	sm_emit_common(emit, ConstraintRelationId, constraint->oid, 0);
	sm_emit_part_end(emit, SM_CONSTRAINTS_OF, sm_json_utf8(NameStr(constraint->conname)),
	                 constraint->oid);
}

/*
 * Constraint triggers are triggers.  Copies of a foreign key for partitions are
 * made by the server, under names of its own.  In the portable form nullability
 * is a property of the column alone: before 18 it had no constraint.
 */
static bool
is_constraint_part(SmReader *reader, Form_pg_constraint constraint)
{
	switch (constraint->contype)
	{
		case CONSTRAINT_TRIGGER:
			return false;
		case CONSTRAINT_FOREIGN:
			return !OidIsValid(constraint->conparentid);
		case 'n': /* CONSTRAINT_NOTNULL, from 17 on */
			return !reader->portable;
		default:
			return true;
	}
}

void
sm_emit_constraints(SmEmit *emit, SmRows constraints)
{
	for (int i = 0; i < constraints.count; i++)
	{
		HeapTuple tuple = constraints.rows[i].tuple;

		if (is_constraint_part(emit->reader, (Form_pg_constraint) GETSTRUCT(tuple)))
			write_constraint(emit, tuple);
	}
}

/* The table whose trigger this is a copy of: a partition has one parent. */
static void
write_trigger_parent(SmEmit *emit)
{
	SmRows parents = sm_rows(emit->reader, SM_ROWS_INHERITS, InvalidOid, emit->relation);

	if (parents.count > 0)
		sm_emit_name(emit, "parent", RelationRelationId,
		             ((Form_pg_inherits) GETSTRUCT(parents.rows[0].tuple))->inhparent);
}

static void
write_trigger(SmEmit *emit, HeapTuple tuple)
{
	Form_pg_trigger trigger = (Form_pg_trigger) GETSTRUCT(tuple);

	sm_emit_part(emit);
	sm_rows_render(emit, TriggerRelationId, tuple);
	sm_emit_text(emit, "definition",
	             sm_deparse_call(emit, "definition", F_PG_GET_TRIGGERDEF_OID, trigger->oid));
	if (OidIsValid(trigger->tgparentid))
		write_trigger_parent(emit);
	sm_emit_common(emit, TriggerRelationId, trigger->oid, 0);
	sm_emit_part_end(emit, SM_TRIGGERS_OF, sm_json_utf8(NameStr(trigger->tgname)), trigger->oid);
}

static bool
is_own_constraint(SmRows constraints, Oid constraint)
{
	for (int i = 0; i < constraints.count; i++)
	{
		if (((Form_pg_constraint) GETSTRUCT(constraints.rows[i].tuple))->oid == constraint)
			return true;
	}
	return false;
}

static const char *
constraint_name(Oid constraint)
{
	char *name = get_constraint_name(constraint);

	return name ? quote_identifier(name) : "?";
}

/*
 * Triggers of other tables' foreign keys that reference this one are rows of
 * this table: "constraint of table: states" where these are not as usual.
 */
static void
write_reference_triggers(SmEmit *emit, SmRows triggers)
{
	SmRows constraints = sm_rows(emit->reader, SM_ROWS_CONSTRAINT, InvalidOid, emit->relation);
	const char **lines = palloc((triggers.count + 1) * sizeof(char *));
	int count = 0;

	for (int i = 0; i < triggers.count; i++)
	{
		Form_pg_trigger trigger = (Form_pg_trigger) GETSTRUCT(triggers.rows[i].tuple);
		char *states;

		/* each foreign key has several here: that for DELETE speaks for all */
		if (!trigger->tgisinternal || !OidIsValid(trigger->tgconstrrelid) ||
		    OidIsValid(trigger->tgparentid) || !TRIGGER_FOR_DELETE(trigger->tgtype) ||
		    is_own_constraint(constraints, trigger->tgconstraint))
			continue;
		states = trigger_states(triggers, trigger->tgconstraint);
		if (states)
			lines[count++] =
			    psprintf("%s of %s: %s", constraint_name(trigger->tgconstraint),
			             sm_name(emit->reader, RelationRelationId, trigger->tgconstrrelid), states);
	}
	if (count > 0)
		sm_props_sorted(emit->props, "reference_triggers", lines, count);
}

void
sm_emit_triggers(SmEmit *emit)
{
	SmRows triggers = sm_rows(emit->reader, SM_ROWS_TRIGGER, InvalidOid, emit->relation);

	if (triggers.count == 0)
		return;
	for (int i = 0; i < triggers.count; i++)
	{
		HeapTuple tuple = triggers.rows[i].tuple;

		if (!((Form_pg_trigger) GETSTRUCT(tuple))->tgisinternal)
			write_trigger(emit, tuple);
	}
	write_reference_triggers(emit, triggers);
}

static void
write_policy_roles(SmEmit *emit, HeapTuple tuple)
{
	ArrayType *array =
	    DatumGetArrayTypeP(sm_rows_get(PolicyRelationId, tuple, Anum_pg_policy_polroles, NULL));
	int count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	Oid *roles = (Oid *) ARR_DATA_PTR(array);
	const char **names = palloc((count + 1) * sizeof(char *));

	/* for all roles, the default */
	if (count == 1 && roles[0] == ACL_ID_PUBLIC)
		return;
	for (int i = 0; i < count; i++)
		names[i] = roles[i] == ACL_ID_PUBLIC ? "PUBLIC"
		                                     : sm_name(emit->reader, AuthIdRelationId, roles[i]);
	sm_props_sorted(emit->props, "roles", names, count);
}

void
sm_emit_policies(SmEmit *emit)
{
	SmRows policies = sm_rows(emit->reader, SM_ROWS_POLICY, InvalidOid, emit->relation);

	for (int i = 0; i < policies.count; i++)
	{
		HeapTuple tuple = policies.rows[i].tuple;
		Form_pg_policy policy = (Form_pg_policy) GETSTRUCT(tuple);

		sm_emit_part(emit);
		sm_rows_render(emit, PolicyRelationId, tuple);
		write_policy_roles(emit, tuple);
		sm_emit_common(emit, PolicyRelationId, policy->oid, 0);
		sm_emit_part_end(emit, SM_POLICIES_OF, sm_json_utf8(NameStr(policy->polname)), policy->oid);
	}
}
