/*
 * ddl_table.c
 *		Statements for tables and foreign tables.  Their columns are ddl_column.c's,
 *		their other parts ddl_part.c's.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "compat.h"
#include "ddl.h"

char *
sm_ddl_alter_table(const SmDdlTarget *target, bool wanted)
{
	const SmPair *pair = target->pair;
	const SmBody *body = (wanted && pair->from) || pair->to == NULL ? pair->from : pair->to;

	return psprintf("ALTER %s %s", sm_ddl_keyword(pair->kind), body->object.name);
}

static bool
is_partition(const SmBody *table)
{
	return sm_node_property(&table->object, "partition_bound") != NULL;
}

/* Columns that come with the parents' are not said again. */
static bool
is_own_column(const SmBody *table, const SmNode *column)
{
	return is_partition(table) || !sm_node_is(column, "not_local");
}

static void
append_definitions(const SmDdlTarget *target, StringInfo out)
{
	const SmBody *table = target->pair->from;
	const SmProperty *order = sm_node_property(&table->object, "column_order");
	const SmNodeList *constraints = &table->parts[SM_PART_CONSTRAINT];
	const char *separator = "\n    ";

	for (int i = 0; order && i < order->nitems; i++)
	{
		const SmNode *column = sm_body_part(table, SM_PART_COLUMN, order->items[i]);

		if (column == NULL || !is_own_column(table, column))
			continue;
		appendStringInfoString(out, separator);
		sm_ddl_append_column(target, out, column);
		separator = ",\n    ";
	}
	for (int i = 0; i < constraints->count; i++)
	{
		const SmNode *constraint = &constraints->nodes[i];

		if (!sm_ddl_is_inline_constraint(constraint) ||
		    sm_ddl_is_usual_not_null(table, constraint) ||
		    (sm_node_is(constraint, "not_local") && !is_partition(table)))
			continue;
		appendStringInfo(out, "%sCONSTRAINT %s %s", separator, quote_identifier(constraint->name),
		                 sm_ddl_constraint_definition(table, constraint));
		separator = ",\n    ";
	}
}

/* Relations, types and functions that the table's definition names. */
static List *
table_needs(const SmBody *table)
{
	const SmProperty *parents = sm_node_property(&table->object, "parents");
	const SmNodeList *columns = &table->parts[SM_PART_COLUMN];
	const SmNodeList *constraints = &table->parts[SM_PART_CONSTRAINT];
	List *needs = NIL;

	for (int i = 0; parents && i < parents->nitems; i++)
		needs = lappend(needs, unconstify(char *, parents->items[i]));
	for (int i = 0; i < columns->count; i++)
	{
		const char *type = sm_node_text(&columns->nodes[i], "type");

		if (type && strchr(type, '.'))
			needs = list_concat(needs, sm_ddl_needs_of_type(type));
		needs = list_concat(
		    needs, sm_ddl_needs_of_expression(sm_node_text(&columns->nodes[i], "default")));
	}
	for (int i = 0; i < constraints->count; i++)
		needs = list_concat(
		    needs, sm_ddl_needs_of_expression(sm_node_text(&constraints->nodes[i], "expression")));
	return needs;
}

/* Also what its triggers call: they go with it, and what they call after it. */
static List *
table_drop_needs(const SmBody *table)
{
	const SmNodeList *triggers = &table->parts[SM_PART_TRIGGER];
	List *needs = table_needs(table);

	for (int i = 0; i < triggers->count; i++)
		needs = list_concat(
		    needs, sm_ddl_needs_of_trigger(sm_node_text(&triggers->nodes[i], "definition")));
	return needs;
}

static void
append_create(const SmDdlTarget *target, StringInfo out)
{
	const SmNode *table = &target->pair->from->object;
	const SmProperty *parents = sm_node_property(table, "parents");

	appendStringInfo(out, "CREATE %s%s %s (",
	                 sm_node_equals(table, "persistence", "unlogged") ? "UNLOGGED " : "",
	                 sm_ddl_keyword(target->pair->kind), table->name);
	append_definitions(target, out);
	appendStringInfoString(out, "\n)");
	if (parents && !is_partition(target->pair->from))
	{
		appendStringInfoString(out, " INHERITS (");
		sm_ddl_append_list(out, parents, ", ");
		appendStringInfoChar(out, ')');
	}
	if (sm_node_property(table, "partition_key"))
		appendStringInfo(out, " PARTITION BY %s", sm_node_text(table, "partition_key"));
	if (sm_node_property(table, "access_method"))
		appendStringInfo(out, " USING %s", sm_node_text(table, "access_method"));
	if (sm_node_property(table, "server"))
		appendStringInfo(out, " SERVER %s", sm_node_text(table, "server"));
	if (sm_node_property(table, "fdw_options"))
	{
		appendStringInfoString(out, " OPTIONS ");
		sm_ddl_append_fdw_options(out, sm_node_property(table, "fdw_options"));
	}
	if (sm_node_property(table, "options"))
	{
		appendStringInfoString(out, " WITH ");
		sm_ddl_append_options(out, sm_node_property(table, "options"));
	}
	if (sm_node_property(table, "tablespace"))
		appendStringInfo(out, " TABLESPACE %s", sm_node_text(table, "tablespace"));
}

static void
add_replica_identity(SmDdlTarget *target)
{
	const char *identity = sm_node_text(&target->pair->from->object, "replica_identity");
	char *alter = sm_ddl_alter_table(target, true);

	if (identity == NULL)
		sm_ddl_add(target, SM_DDL_STATE, "%s REPLICA IDENTITY DEFAULT", alter);
	else if (strcmp(identity, "index") == 0)
		sm_ddl_refuse(target, "the index of the replica identity was dropped");
	else if (strncmp(identity, "index ", 6) == 0)
		sm_ddl_add(target, SM_DDL_STATE, "%s REPLICA IDENTITY USING INDEX %s", alter,
		           quote_identifier(identity + 6));
	else
		sm_ddl_add(target, SM_DDL_STATE, "%s REPLICA IDENTITY %s", alter, sm_ddl_upper(identity));
}

static void
add_options(SmDdlTarget *target, const SmProperty *options, const char *prefix)
{
	char *alter = sm_ddl_alter_table(target, true);
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; options && i < options->nitems; i++)
	{
		const char *option = options->items[i];
		int length = sm_ddl_until(option, '=');

		appendStringInfo(&text, "%s%s%s = %s", i > 0 ? ", " : "", prefix,
		                 quote_identifier(pnstrdup(option, length)),
		                 quote_literal_cstr(option[length] ? option + length + 1 : ""));
	}
	if (text.len > 0)
		sm_ddl_add(target, SM_DDL_STATE, "%s SET (%s)", alter, text.data);
}

/*
 * Before there are keys, where the parent is new too: they are attached one by
 * one.  Else after its own keys are there, which the parent's then take, rather
 * than make others.
 */
static void
attach_partition(SmDdlTarget *target)
{
	const SmNode *table = &target->pair->from->object;
	const char *parent = sm_node_property(table, "parents")->items[0];
	SmDdlStep step = sm_ddl_is_created(target->ddl, parent) ? SM_DDL_ATTACH : SM_DDL_ATTACH_INDEX;

	sm_ddl_add_needing(target, step, table_needs(target->pair->from),
	                   psprintf("ALTER TABLE %s ATTACH PARTITION %s %s", parent, table->name,
	                            sm_node_text(table, "partition_bound")));
}

static void
create_table(SmDdlTarget *target)
{
	const SmBody *table = target->pair->from;
	const SmNodeList *columns = &table->parts[SM_PART_COLUMN];
	StringInfoData create;

	if (sm_node_property(&table->object, "of_type"))
	{
		sm_ddl_refuse(target, "a table of a type is not written");
		return;
	}
	initStringInfo(&create);
	append_create(target, &create);
	sm_ddl_add_needing(target, SM_DDL_CREATE, table_needs(table), create.data);
	if (is_partition(table))
		attach_partition(target);
	add_options(target, sm_node_property(&table->object, "toast_options"), "toast.");
	for (int i = 0; i < columns->count; i++)
		sm_ddl_column_details(target, &columns->nodes[i]);
	if (sm_node_is(&table->object, "row_security"))
		sm_ddl_add(target, SM_DDL_STATE, "%s ENABLE ROW LEVEL SECURITY",
		           sm_ddl_alter_table(target, true));
	if (sm_node_is(&table->object, "force_row_security"))
		sm_ddl_add(target, SM_DDL_STATE, "%s FORCE ROW LEVEL SECURITY",
		           sm_ddl_alter_table(target, true));
	if (sm_node_property(&table->object, "replica_identity"))
		add_replica_identity(target);
	sm_ddl_new_parts(target);
	sm_ddl_new_common(target);
}

/* A foreign key between two tables that both go would keep one of them. */
static void
drop_table(SmDdlTarget *target)
{
	const SmBody *table = target->pair->to;
	const SmNodeList *constraints = &table->parts[SM_PART_CONSTRAINT];

	for (int i = 0; i < constraints->count; i++)
	{
		const char *references = sm_node_text(&constraints->nodes[i], "references");

		if (references && strcmp(references, table->object.name) != 0 &&
		    sm_ddl_is_dropped(target->ddl, references) &&
		    !sm_node_is(&constraints->nodes[i], "not_local"))
			sm_ddl_add(target, SM_DDL_DROP_FOREIGN_KEY, "%s DROP CONSTRAINT %s",
			           sm_ddl_alter_table(target, false),
			           quote_identifier(constraints->nodes[i].name));
	}
	sm_ddl_add_needing(
	    target, SM_DDL_DROP, table_drop_needs(table),
	    psprintf("DROP %s %s", sm_ddl_keyword(target->pair->kind), table->object.name));
}

/* What belongs to a column moves with its table. */
static bool
moves_alone(const SmDdlTarget *target)
{
	const SmBody *now = target->pair->to;

	return strcmp(target->pair->kind, "sequence") != 0 ||
	       sm_node_property(&now->object, "owned_by") == NULL;
}

/*
 * Another name, another schema, or both.  A schema that was renamed has its
 * wanted name by then; of a routine only what stands before its arguments counts.
 */
void
sm_ddl_rename(SmDdlTarget *target)
{
	const char *now = target->pair->to->object.name;
	const char *wanted = target->pair->from->object.name;
	const char *keyword = sm_ddl_keyword(target->pair->kind);
	const char *schema = sm_ddl_schema_of(wanted);
	const char *renamed = sm_renames_now(target->ddl->pairs->renames, "schema", schema);
	const char *rest = psprintf("%s%s", sm_ddl_bare_name(now), now + sm_ddl_until(now, '('));

	if (strcmp(sm_ddl_schema_of(now), renamed) != 0 && moves_alone(target))
		sm_ddl_add(target, SM_DDL_RENAME, "ALTER %s %s SET SCHEMA %s", keyword, now, schema);
	if (strcmp(sm_ddl_bare_name(now), sm_ddl_bare_name(wanted)) != 0)
		sm_ddl_add(target, SM_DDL_RENAME, "ALTER %s %s.%s RENAME TO %s", keyword, schema, rest,
		           sm_ddl_bare_name(wanted));
}

static void
change_parents(SmDdlTarget *target)
{
	const SmNode *wanted = &target->pair->from->object;
	const SmNode *now = &target->pair->to->object;
	const SmProperty *wanted_parents = sm_node_property(wanted, "parents");
	const SmProperty *parents = sm_node_property(now, "parents");
	bool was_partition = sm_node_property(now, "partition_bound") != NULL;

	if (!sm_ddl_first_time(target, "parents"))
		return;
	for (int i = 0; parents && i < parents->nitems; i++)
	{
		if (was_partition)
			sm_ddl_add(target, SM_DDL_DROP_COLUMN, "ALTER TABLE %s DETACH PARTITION %s",
			           parents->items[i], now->name);
		else
			sm_ddl_add(target, SM_DDL_DROP_COLUMN, "ALTER TABLE %s NO INHERIT %s", now->name,
			           parents->items[i]);
	}
	if (is_partition(target->pair->from))
	{
		attach_partition(target);
		return;
	}
	for (int i = 0; wanted_parents && i < wanted_parents->nitems; i++)
		sm_ddl_add(target, SM_DDL_KEY, "ALTER TABLE %s INHERIT %s", wanted->name,
		           wanted_parents->items[i]);
}

/* One option: expected is the wanted "name=value", actual what is there. */
void
sm_ddl_change_option(SmDdlTarget *target, const char *prefix)
{
	const char *entry =
	    target->change->expected ? target->change->expected : target->change->actual;
	int length = sm_ddl_until(entry, '=');
	char *name = psprintf("%s%s", prefix, quote_identifier(pnstrdup(entry, length)));

	if (target->change->expected)
		sm_ddl_add(target, SM_DDL_STATE, "%s SET (%s = %s)", sm_ddl_alter_table(target, true), name,
		           quote_literal_cstr(entry[length] ? entry + length + 1 : ""));
	else
		sm_ddl_add(target, SM_DDL_STATE, "%s RESET (%s)", sm_ddl_alter_table(target, true), name);
}

static void
change_table(SmDdlTarget *target)
{
	const char *property = target->change->property;
	const char *wanted = target->change->expected;
	char *alter = sm_ddl_alter_table(target, true);

	if (strcmp(property, "options") == 0)
		sm_ddl_change_option(target, "");
	else if (strcmp(property, "toast_options") == 0)
		sm_ddl_change_option(target, "toast.");
	else if (strcmp(property, "row_security") == 0)
		sm_ddl_add(target, SM_DDL_STATE, "%s %s ROW LEVEL SECURITY", alter,
		           wanted ? "ENABLE" : "DISABLE");
	else if (strcmp(property, "force_row_security") == 0)
		sm_ddl_add(target, SM_DDL_STATE, "%s %s ROW LEVEL SECURITY", alter,
		           wanted ? "FORCE" : "NO FORCE");
	else if (strcmp(property, "persistence") == 0)
		sm_ddl_add(target, SM_DDL_ALTER, "%s SET %s", alter, wanted ? "UNLOGGED" : "LOGGED");
	else if (strcmp(property, "tablespace") == 0)
		sm_ddl_add(target, SM_DDL_ALTER, "%s SET TABLESPACE %s", alter,
		           wanted ? wanted : "pg_default");
	else if (strcmp(property, "replica_identity") == 0)
		add_replica_identity(target);
	else if (strcmp(property, "parents") == 0 || strcmp(property, "partition_bound") == 0)
		change_parents(target);
	else if (strcmp(property, "column_order") == 0)
		sm_ddl_refuse(target,
		              "the order of columns cannot be changed without writing the table anew");
	else
		sm_ddl_refuse(target, "%s of a %s is not written", property, target->pair->kind);
}

void
sm_ddl_table(SmDdlTarget *target)
{
	switch (target->change->change)
	{
		case SM_CHANGE_REMOVED:
			create_table(target);
			break;
		case SM_CHANGE_ADDED:
			drop_table(target);
			break;
		case SM_CHANGE_RENAMED:
			sm_ddl_rename(target);
			break;
		case SM_CHANGE_CHANGED:
			change_table(target);
			break;
	}
}
