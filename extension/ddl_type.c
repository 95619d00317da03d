/*
 * ddl_type.c
 *		Statements for types of all variants but base types, and for sequences.
 *		A domain's constraints are ddl_part.c's, attributes ddl_table.c's.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "compat.h"
#include "ddl.h"

static bool
is_variant(const SmNode *type, const char *variant)
{
	return sm_node_equals(type, "variant", variant);
}

static char *
enum_definition(const SmNode *type)
{
	const SmProperty *labels = sm_node_property(type, "labels");
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "CREATE TYPE %s AS ENUM (", type->name);
	for (int i = 0; labels && i < labels->nitems; i++)
		appendStringInfo(&out, "%s%s", i > 0 ? ", " : "", quote_literal_cstr(labels->items[i]));
	appendStringInfoChar(&out, ')');
	return out.data;
}

static char *
composite_definition(const SmDdlTarget *target)
{
	const SmBody *body = target->pair->from;
	const SmProperty *order = sm_node_property(&body->object, "column_order");
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "CREATE TYPE %s AS (", body->object.name);
	for (int i = 0; order && i < order->nitems; i++)
	{
		const SmNode *attribute = sm_body_part(body, SM_PART_COLUMN, order->items[i]);

		if (attribute == NULL)
			continue;
		appendStringInfoString(&out, i > 0 ? ", " : "");
		sm_ddl_append_column(target, &out, attribute);
	}
	appendStringInfoChar(&out, ')');
	return out.data;
}

/* Checks that hold for all rows are said at once, others are added. */
static char *
domain_definition(const SmBody *body)
{
	const SmNode *type = &body->object;
	const SmNodeList *constraints = &body->parts[SM_PART_CONSTRAINT];
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "CREATE DOMAIN %s AS %s", type->name, sm_node_text(type, "base_type"));
	if (sm_node_property(type, "collation"))
		appendStringInfo(&out, " COLLATE %s", sm_node_text(type, "collation"));
	if (sm_node_property(type, "default"))
		appendStringInfo(&out, " DEFAULT %s", sm_node_text(type, "default"));
	if (sm_node_is(type, "not_null") && sm_ddl_named_not_null(body, NULL) == NULL)
		appendStringInfoString(&out, " NOT NULL");
	for (int i = 0; i < constraints->count; i++)
	{
		const SmNode *constraint = &constraints->nodes[i];

		if (sm_ddl_is_inline_constraint(constraint) && !sm_ddl_is_usual_not_null(body, constraint))
			appendStringInfo(&out, " CONSTRAINT %s %s", quote_identifier(constraint->name),
			                 sm_ddl_constraint_definition(body, constraint));
	}
	return out.data;
}

/* NULL: it needs a function that needs the type. */
static char *
range_definition(const SmNode *type)
{
	static const struct
	{
		const char *property;
		const char *parameter;
	} parameters[] = {
	    {"subtype_opclass", "SUBTYPE_OPCLASS"},
	    {"collation", "COLLATION"},
	    {"subtype_diff", "SUBTYPE_DIFF"},
	    {"multirange", "MULTIRANGE_TYPE_NAME"},
	};
	StringInfoData out;

	if (sm_node_property(type, "canonical"))
		return NULL;
	initStringInfo(&out);
	appendStringInfo(&out, "CREATE TYPE %s AS RANGE (SUBTYPE = %s", type->name,
	                 sm_node_text(type, "subtype"));
	for (int i = 0; i < (int) lengthof(parameters); i++)
	{
		const char *value = sm_node_text(type, parameters[i].property);

		/* names of operator classes and functions have more behind them */
		if (value)
			appendStringInfo(&out, ", %s = %.*s", parameters[i].parameter,
			                 Min(sm_ddl_until(value, ' '), sm_ddl_until(value, '(')), value);
	}
	appendStringInfoChar(&out, ')');
	return out.data;
}

static List *
type_needs(const SmBody *body)
{
	const char *const properties[] = {"base_type", "subtype"};
	List *needs = NIL;

	for (int i = 0; i < (int) lengthof(properties); i++)
	{
		const char *type = sm_node_text(&body->object, properties[i]);

		if (type)
			needs = list_concat(needs, sm_ddl_needs_of_type(type));
	}
	for (int i = 0; i < body->parts[SM_PART_COLUMN].count; i++)
	{
		const char *type = sm_node_text(&body->parts[SM_PART_COLUMN].nodes[i], "type");

		if (type)
			needs = list_concat(needs, sm_ddl_needs_of_type(type));
	}
	return needs;
}

static void
create_type(SmDdlTarget *target)
{
	const SmBody *body = target->pair->from;
	const SmNode *type = &body->object;
	char *definition = NULL;

	if (is_variant(type, "enum"))
		definition = enum_definition(type);
	else if (is_variant(type, "composite"))
		definition = composite_definition(target);
	else if (is_variant(type, "domain"))
		definition = domain_definition(body);
	else if (is_variant(type, "range"))
		definition = range_definition(type);
	if (definition == NULL)
	{
		sm_ddl_refuse(target, "a type that is made of functions is not written");
		return;
	}
	sm_ddl_add_needing(target, SM_DDL_CREATE, type_needs(body), definition);
	for (int i = 0; i < body->parts[SM_PART_COLUMN].count; i++)
		sm_ddl_new_common_part(target, SM_PART_COLUMN, &body->parts[SM_PART_COLUMN].nodes[i]);
	sm_ddl_new_parts(target);
	sm_ddl_new_common(target);
}

/* One label: the rows of missing ones come in the order wanted. */
static void
add_label(SmDdlTarget *target)
{
	const SmProperty *wanted = sm_node_property(target->change->from, "labels");
	const SmProperty *now = sm_node_property(target->change->to, "labels");
	const char *label = target->change->expected;
	int place = 0;

	while (place < wanted->nitems && strcmp(wanted->items[place], label) != 0)
		place++;
	if (place > 0)
		sm_ddl_add(target, SM_DDL_CREATE, "ALTER TYPE %s ADD VALUE %s AFTER %s",
		           target->pair->from->object.name, quote_literal_cstr(label),
		           quote_literal_cstr(wanted->items[place - 1]));
	else if (now && now->nitems > 0)
		sm_ddl_add(target, SM_DDL_CREATE, "ALTER TYPE %s ADD VALUE %s BEFORE %s",
		           target->pair->from->object.name, quote_literal_cstr(label),
		           quote_literal_cstr(now->items[0]));
	else
		sm_ddl_add(target, SM_DDL_CREATE, "ALTER TYPE %s ADD VALUE %s",
		           target->pair->from->object.name, quote_literal_cstr(label));
}

static void
change_type(SmDdlTarget *target)
{
	const SmChange *change = target->change;
	const char *name = target->pair->from->object.name;
	bool domain = is_variant(change->from, "domain");

	if (strcmp(change->property, "labels") == 0)
	{
		if (change->actual == NULL)
			add_label(target);
		else if (change->expected && *change->expected != '[')
			sm_ddl_add(target, SM_DDL_RENAME_PART, "ALTER TYPE %s RENAME VALUE %s TO %s", name,
			           quote_literal_cstr(change->actual), quote_literal_cstr(change->expected));
		else
			sm_ddl_refuse(target, "a label of an enum cannot be dropped or moved");
	}
	else if (domain && strcmp(change->property, "default") == 0)
		sm_ddl_add(target, SM_DDL_ALTER, "ALTER DOMAIN %s %s%s", name,
		           change->expected ? "SET DEFAULT " : "DROP DEFAULT",
		           change->expected ? change->expected : "");
	else if (domain && strcmp(change->property, "not_null") == 0)
		sm_ddl_change_not_null(target, NULL);
	else
		sm_ddl_refuse(target, "%s of a type cannot be changed", change->property);
}

void
sm_ddl_type(SmDdlTarget *target)
{
	switch (target->change->change)
	{
		case SM_CHANGE_REMOVED:
			create_type(target);
			break;
		case SM_CHANGE_ADDED:
			sm_ddl_add_needing(target, SM_DDL_DROP, type_needs(target->pair->to),
			                   psprintf("DROP TYPE %s", target->pair->to->object.name));
			break;
		case SM_CHANGE_RENAMED:
			sm_ddl_rename(target);
			break;
		case SM_CHANGE_CHANGED:
			change_type(target);
			break;
	}
}

char *
sm_ddl_sequence_options(const SmNode *sequence, bool with_type)
{
	static const struct
	{
		const char *property;
		const char *clause;
	} numbers[] = {
	    {"increment", "INCREMENT BY"},
	    {"minimum", "MINVALUE"},
	    {"maximum", "MAXVALUE"},
	    {"start", "START WITH"},
	};
	const char *cache = sm_node_text(sequence, "cache");
	StringInfoData out;

	initStringInfo(&out);
	if (with_type && sm_node_property(sequence, "type"))
		appendStringInfo(&out, " AS %s", sm_node_text(sequence, "type"));
	for (int i = 0; i < (int) lengthof(numbers); i++)
	{
		const char *value = sm_node_text(sequence, numbers[i].property);

		if (value)
			appendStringInfo(&out, " %s %s", numbers[i].clause, value);
	}
	appendStringInfo(&out, " CACHE %s%s", cache ? cache : "1",
	                 sm_node_is(sequence, "cycle") ? " CYCLE" : " NO CYCLE");
	return out.data;
}

static void
own_sequence(SmDdlTarget *target)
{
	const SmNode *sequence = &target->pair->from->object;
	const char *column = sm_node_text(sequence, "owned_by");

	sm_ddl_add(target, SM_DDL_OWNED_BY, "ALTER SEQUENCE %s OWNED BY %s", sequence->name,
	           column ? column : "NONE");
}

/* That of an identity column is made with the column. */
static void
create_sequence(SmDdlTarget *target)
{
	const SmNode *sequence = &target->pair->from->object;

	if (!sm_node_is(sequence, "identity"))
	{
		sm_ddl_add(target, SM_DDL_CREATE, "CREATE %sSEQUENCE %s%s",
		           sm_node_equals(sequence, "persistence", "unlogged") ? "UNLOGGED " : "",
		           sequence->name, sm_ddl_sequence_options(sequence, true));
		if (sm_node_property(sequence, "owned_by"))
			own_sequence(target);
		sm_ddl_new_common(target);
	}
}

/* It may have gone with its column. */
static void
drop_sequence(SmDdlTarget *target)
{
	const SmNode *sequence = &target->pair->to->object;

	if (!sm_node_is(sequence, "identity"))
		sm_ddl_add(target, SM_DDL_DROP, "DROP SEQUENCE %s%s",
		           sm_node_property(sequence, "owned_by") ? "IF EXISTS " : "", sequence->name);
}

static void
change_sequence(SmDdlTarget *target)
{
	const SmNode *sequence = target->change->from;
	const char *property = target->change->property;

	if (strcmp(property, "identity") == 0)
		return; /* the column's */
	if (strcmp(property, "owned_by") == 0)
	{
		if (!sm_node_is(sequence, "identity"))
			own_sequence(target);
	}
	else if (strcmp(property, "persistence") == 0)
		sm_ddl_add(target, SM_DDL_ALTER, "ALTER SEQUENCE %s SET %s", sequence->name,
		           target->change->expected ? "UNLOGGED" : "LOGGED");
	else if (sm_ddl_first_time(target, "sequence"))
		sm_ddl_add(target, SM_DDL_ALTER, "ALTER SEQUENCE %s%s", sequence->name,
		           sm_ddl_sequence_options(sequence, true));
}

void
sm_ddl_sequence(SmDdlTarget *target)
{
	switch (target->change->change)
	{
		case SM_CHANGE_REMOVED:
			create_sequence(target);
			break;
		case SM_CHANGE_ADDED:
			drop_sequence(target);
			break;
		case SM_CHANGE_RENAMED:
			sm_ddl_rename(target);
			break;
		case SM_CHANGE_CHANGED:
			change_sequence(target);
			break;
	}
}
