/*
 * ddl_column.c
 *		Statements for the columns of tables and the attributes of composite
 *		types.  Those of views follow from their queries.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "utils/builtins.h"

#include "compat.h"
#include "ddl.h"
#include "type_change.h"

static void
append_identity(const SmDdlTarget *target, StringInfo out, const SmNode *column)
{
	const char *name =
	    psprintf("%s.%s", target->pair->from->object.name, quote_identifier(column->name));
	const SmPairRow *row = sm_ddl_identity_sequence(target->ddl, name);

	appendStringInfo(out, "GENERATED %s AS IDENTITY",
	                 sm_ddl_upper(sm_node_text(column, "identity")));
	if (row)
	{
		SmBody *sequence = sm_body_read(row->from.name, row->from.body, NULL);

		appendStringInfo(out, " (SEQUENCE NAME %s%s)", row->from.name,
		                 sm_ddl_sequence_options(&sequence->object, false));
	}
}

/* A table that is created says the names of such constraints by themselves. */
static void
append_not_null(const SmDdlTarget *target, StringInfo out, const SmNode *column)
{
	const SmNode *named =
	    target->change->is_part ? sm_ddl_named_not_null(target->pair->from, column->name) : NULL;

	if (named)
		appendStringInfo(out, " CONSTRAINT %s", quote_identifier(named->name));
	appendStringInfo(out, " NOT NULL%s", sm_node_is(named, "no_inherit") ? " NO INHERIT" : "");
}

void
sm_ddl_append_column(const SmDdlTarget *target, StringInfo out, const SmNode *column)
{
	const char *expression = sm_node_text(column, "default");
	const char *generated = sm_node_text(column, "generated");

	appendStringInfo(out, "%s %s", quote_identifier(column->name), sm_node_text(column, "type"));
	if (sm_node_property(column, "fdw_options"))
	{
		appendStringInfoString(out, " OPTIONS ");
		sm_ddl_append_fdw_options(out, sm_node_property(column, "fdw_options"));
	}
	if (sm_node_property(column, "collation"))
		appendStringInfo(out, " COLLATE %s", sm_node_text(column, "collation"));
	if (sm_node_property(column, "identity"))
	{
		appendStringInfoChar(out, ' ');
		append_identity(target, out, column);
	}
	else if (generated)
		appendStringInfo(out, " GENERATED ALWAYS AS (%s) %s", expression, sm_ddl_upper(generated));
	else if (expression)
		appendStringInfo(out, " DEFAULT %s", expression);
	if (sm_node_is(column, "not_null"))
		append_not_null(target, out, column);
}

/* What cannot be said where a column is defined. */
void
sm_ddl_column_details(SmDdlTarget *target, const SmNode *column)
{
	char *alter = psprintf("%s ALTER COLUMN %s", sm_ddl_alter_table(target, true),
	                       quote_identifier(column->name));

	if (sm_node_property(column, "storage"))
		sm_ddl_add(target, SM_DDL_STATE, "%s SET STORAGE %s", alter,
		           sm_node_text(column, "storage"));
	if (sm_node_property(column, "compression"))
		sm_ddl_add(target, SM_DDL_STATE, "%s SET COMPRESSION %s", alter,
		           sm_node_text(column, "compression"));
	if (sm_node_property(column, "statistics"))
		sm_ddl_add(target, SM_DDL_STATE, "%s SET STATISTICS %s", alter,
		           sm_node_text(column, "statistics"));
	if (sm_node_property(column, "options"))
	{
		StringInfoData options;

		initStringInfo(&options);
		sm_ddl_append_options(&options, sm_node_property(column, "options"));
		sm_ddl_add(target, SM_DDL_STATE, "%s SET %s", alter, options.data);
	}
	sm_ddl_new_common_part(target, SM_PART_COLUMN, column);
}

/* The type, and with it the default, which would have to fit both. */
static void
change_type(SmDdlTarget *target, const char *alter)
{
	const SmNode *wanted = target->change->from;
	const char *type = sm_node_text(wanted, "type");
	const char *collation = sm_node_text(wanted, "collation");
	const char *name = quote_identifier(wanted->name);

	if (!sm_ddl_first_time(target, psprintf("type %s", name)))
		return;
	if (strcmp(target->pair->kind, "type") == 0)
	{
		sm_ddl_add(target, SM_DDL_COLUMN, "ALTER TYPE %s ALTER ATTRIBUTE %s TYPE %s%s%s",
		           target->pair->from->object.name, name, type, collation ? " COLLATE " : "",
		           collation ? collation : "");
		return;
	}
	if (sm_node_property(target->change->to, "default") &&
	    !sm_node_property(target->change->to, "generated"))
		sm_ddl_add(target, SM_DDL_DROP_DEFAULT, "%s ALTER COLUMN %s DROP DEFAULT",
		           sm_ddl_alter_table(target, false), quote_identifier(target->change->to->name));
	sm_ddl_add(target, SM_DDL_COLUMN, "%s TYPE %s%s%s USING %s::%s", alter, type,
	           collation ? " COLLATE " : "", collation ? collation : "", name, type);
	if (sm_node_property(wanted, "default") && !sm_node_property(wanted, "generated"))
		sm_ddl_add(target, SM_DDL_ALTER, "%s SET DEFAULT %s", alter,
		           sm_node_text(wanted, "default"));
}

static void
change_default(SmDdlTarget *target, const char *alter)
{
	if (sm_node_property(target->change->from, "generated") ||
	    sm_node_property(target->change->to, "generated"))
		sm_ddl_refuse(target, "a generated column cannot be changed, only dropped and added");
	else if (target->change->expected == NULL)
		sm_ddl_add(target, SM_DDL_DROP_DEFAULT, "%s ALTER COLUMN %s DROP DEFAULT",
		           sm_ddl_alter_table(target, false), quote_identifier(target->change->to->name));
	else
	{
		if (target->change->actual && target->ddl->drops_routines)
			sm_ddl_add(target, SM_DDL_DROP_DEFAULT, "%s ALTER COLUMN %s DROP DEFAULT",
			           sm_ddl_alter_table(target, false),
			           quote_identifier(target->change->to->name));
		sm_ddl_add(target, SM_DDL_ALTER, "%s SET DEFAULT %s", alter, target->change->expected);
	}
}

static void
change_identity(SmDdlTarget *target, const char *alter)
{
	const char *wanted = target->change->expected;

	if (wanted == NULL)
		sm_ddl_add(target, SM_DDL_DROP_DEFAULT, "%s ALTER COLUMN %s DROP IDENTITY",
		           sm_ddl_alter_table(target, false), quote_identifier(target->change->to->name));
	else if (target->change->actual)
		sm_ddl_add(target, SM_DDL_ALTER, "%s SET GENERATED %s", alter, sm_ddl_upper(wanted));
	else
	{
		StringInfoData identity;

		initStringInfo(&identity);
		append_identity(target, &identity, target->change->from);
		sm_ddl_add(target, SM_DDL_ALTER, "%s ADD %s", alter, identity.data);
	}
}

/* Settings that are words or numbers, with what stands for their absence. */
static bool
change_setting(SmDdlTarget *target, const char *alter)
{
	const struct
	{
		const char *property;
		const char *clause;
		const char *absent; /* NULL: only another value of it can be written */
	} settings[] = {
	    {"storage", "SET STORAGE", sm_type_storage(sm_node_text(target->change->from, "type"))},
	    {"compression", "SET COMPRESSION", "DEFAULT"},
	    {"statistics", "SET STATISTICS", "-1"},
	};

	for (int i = 0; i < (int) lengthof(settings); i++)
	{
		const char *value =
		    target->change->expected ? target->change->expected : settings[i].absent;

		if (strcmp(target->change->property, settings[i].property) != 0 || value == NULL)
			continue;
		sm_ddl_add(target, SM_DDL_STATE, "%s %s %s", alter, settings[i].clause, value);
		return true;
	}
	return false;
}

static void
change_column_option(SmDdlTarget *target, const char *alter)
{
	const char *entry =
	    target->change->expected ? target->change->expected : target->change->actual;
	int length = sm_ddl_until(entry, '=');
	const char *name = quote_identifier(pnstrdup(entry, length));

	if (target->change->expected)
		sm_ddl_add(target, SM_DDL_STATE, "%s SET (%s = %s)", alter, name,
		           quote_literal_cstr(entry[length] ? entry + length + 1 : ""));
	else
		sm_ddl_add(target, SM_DDL_STATE, "%s RESET (%s)", alter, name);
}

static void
change_column(SmDdlTarget *target)
{
	const char *property = target->change->property;
	const char *alter = psprintf("%s ALTER COLUMN %s", sm_ddl_alter_table(target, true),
	                             quote_identifier(target->change->from->name));
	bool follows_type = sm_node_property(target->change->from, "default") &&
	                    (!sm_node_property(target->change->to, "type") ||
	                     strcmp(sm_node_text(target->change->from, "type"),
	                            sm_node_text(target->change->to, "type")) != 0);

	if (strcmp(property, "type") == 0 || strcmp(property, "collation") == 0)
		change_type(target, alter);
	else if (strcmp(target->pair->kind, "type") == 0)
		sm_ddl_refuse(target, "%s of an attribute is not written", property);
	else if (strcmp(property, "not_null") == 0)
		sm_ddl_change_not_null(target, target->change->from->name);
	else if (strcmp(property, "default") == 0)
	{
		if (!follows_type)
			change_default(target, alter);
	}
	else if (strcmp(property, "identity") == 0)
		change_identity(target, alter);
	else if (strcmp(property, "options") == 0)
		change_column_option(target, alter);
	else if (strcmp(property, "inherited") == 0 ||
	         sm_node_property(&target->pair->from->object, "partition_bound"))
		return; /* follows the parents */
	else if (!change_setting(target, alter))
		sm_ddl_refuse(target, "%s of a column is not written", property);
}

/* Columns come in their order; what is generated of others comes after them. */
static int
column_rank(const SmBody *table, const SmNode *column)
{
	const SmProperty *order = sm_node_property(&table->object, "column_order");
	int rank = 0;

	while (order && rank < order->nitems && strcmp(order->items[rank], column->name) != 0)
		rank++;
	return sm_node_property(column, "generated") ? MaxHeapAttributeNumber + rank : rank;
}

static void
drop_column(SmDdlTarget *target, const SmNode *column)
{
	if (sm_node_is(column, "not_local"))
		return; /* goes with the parent's */
	sm_ddl_add(target, SM_DDL_DROP_COLUMN, "%s DROP %s %s", sm_ddl_alter_table(target, false),
	           strcmp(target->pair->kind, "type") == 0 ? "ATTRIBUTE" : "COLUMN",
	           quote_identifier(column->name));
	/* steps that drop run backwards */
	sm_ddl_set_rank(target, column_rank(target->pair->to, column));
}

static void
add_column(SmDdlTarget *target)
{
	const SmNode *column = target->change->from;
	StringInfoData definition;

	if (sm_node_is(column, "not_local"))
		return; /* comes with the parent's */
	initStringInfo(&definition);
	sm_ddl_append_column(target, &definition, column);
	sm_ddl_add(target, SM_DDL_COLUMN, "%s ADD %s %s", sm_ddl_alter_table(target, true),
	           strcmp(target->pair->kind, "type") == 0 ? "ATTRIBUTE" : "COLUMN", definition.data);
	sm_ddl_set_rank(target, column_rank(target->pair->from, column));
	sm_ddl_column_details(target, column);
}

void
sm_ddl_column(SmDdlTarget *target)
{
	const SmChange *change = target->change;
	bool composite = strcmp(target->pair->kind, "type") == 0;

	/* those of views follow from their queries */
	if (strcmp(target->pair->kind, "view") == 0 ||
	    strcmp(target->pair->kind, "materialized view") == 0)
	{
		sm_ddl_view(target);
		return;
	}
	switch (change->change)
	{
		case SM_CHANGE_REMOVED:
			add_column(target);
			break;
		case SM_CHANGE_ADDED:
			drop_column(target, change->to);
			break;
		case SM_CHANGE_RENAMED:
			sm_ddl_add(target, SM_DDL_RENAME_PART, "%s RENAME %s %s TO %s",
			           sm_ddl_alter_table(target, true), composite ? "ATTRIBUTE" : "COLUMN",
			           change->actual, change->expected);
			break;
		case SM_CHANGE_CHANGED:
			change_column(target);
			break;
	}
}
