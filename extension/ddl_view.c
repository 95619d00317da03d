/*
 * ddl_view.c
 *		Statements for views and materialized views.  A view that only gets
 *		columns at its end is replaced; any other is dropped and made anew.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "compat.h"
#include "ddl.h"
#include "same_text.h"

static bool
is_materialized(const SmPair *pair)
{
	return strcmp(pair->kind, "materialized view") == 0;
}

static bool
same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* CREATE OR REPLACE VIEW keeps the columns that are there, in their order. */
static bool
keeps_columns(const SmBody *wanted, const SmBody *now)
{
	const SmProperty *wanted_order = sm_node_property(&wanted->object, "column_order");
	const SmProperty *order = sm_node_property(&now->object, "column_order");

	if (wanted_order == NULL || order == NULL)
		return order == NULL;
	if (wanted_order->nitems < order->nitems)
		return false;
	for (int i = 0; i < order->nitems; i++)
	{
		const SmNode *a = sm_body_part(wanted, SM_PART_COLUMN, wanted_order->items[i]);
		const SmNode *b = sm_body_part(now, SM_PART_COLUMN, order->items[i]);

		if (strcmp(wanted_order->items[i], order->items[i]) != 0 ||
		    !same_text(sm_node_text(a, "type"), sm_node_text(b, "type")) ||
		    !same_text(sm_node_text(a, "collation"), sm_node_text(b, "collation")))
			return false;
	}
	return true;
}

bool
sm_ddl_view_is_made_anew(const SmPair *pair, const SmRenames *renames)
{
	const char *wanted = sm_node_text(&pair->from->object, "definition");
	const char *now = sm_node_text(&pair->to->object, "definition");

	if (strcmp(pair->kind, "view") != 0 && !is_materialized(pair))
		return false;
	if (is_materialized(pair) && !same_text(wanted, now) &&
	    !(wanted && now && sm_same_text(SM_TEXT_STATEMENT, wanted, now, renames, NULL)))
		return true;
	return !keeps_columns(pair->from, pair->to);
}

static char *
create_statement(const SmPair *pair, bool replace)
{
	const SmNode *view = &pair->from->object;
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "CREATE %s%s %s", replace ? "OR REPLACE " : "",
	                 sm_ddl_keyword(pair->kind), view->name);
	if (sm_node_property(view, "access_method"))
		appendStringInfo(&out, " USING %s", sm_node_text(view, "access_method"));
	if (sm_node_property(view, "options"))
	{
		appendStringInfoString(&out, " WITH ");
		sm_ddl_append_options(&out, sm_node_property(view, "options"));
	}
	if (sm_node_property(view, "tablespace"))
		appendStringInfo(&out, " TABLESPACE %s", sm_node_text(view, "tablespace"));
	appendStringInfo(&out, " AS\n%s", sm_node_text(view, "definition"));
	if (is_materialized(pair))
		appendStringInfo(&out, "\nWITH %sDATA", sm_node_is(view, "not_populated") ? "NO " : "");
	return out.data;
}

/* Defaults of a view's columns, and comments and privileges of any. */
static void
add_columns(SmDdlTarget *target)
{
	const SmNodeList *columns = &target->pair->from->parts[SM_PART_COLUMN];

	for (int i = 0; i < columns->count; i++)
	{
		const SmNode *column = &columns->nodes[i];

		if (sm_node_property(column, "default"))
			sm_ddl_add(target, SM_DDL_STATE, "%s ALTER COLUMN %s SET DEFAULT %s",
			           sm_ddl_alter_table(target, true), quote_identifier(column->name),
			           sm_node_text(column, "default"));
		if (sm_node_property(column, "statistics"))
			sm_ddl_add(target, SM_DDL_STATE, "%s ALTER COLUMN %s SET STATISTICS %s",
			           sm_ddl_alter_table(target, true), quote_identifier(column->name),
			           sm_node_text(column, "statistics"));
		sm_ddl_new_common_part(target, SM_PART_COLUMN, column);
	}
}

static void
create_view(SmDdlTarget *target)
{
	const SmNode *view = &target->pair->from->object;

	if (sm_node_property(view, "definition") == NULL)
	{
		sm_ddl_refuse(target, "the query of the view could not be read");
		return;
	}
	sm_ddl_add_needing(target, SM_DDL_CREATE_VIEW,
	                   sm_ddl_needs_of_query(sm_node_text(view, "definition")),
	                   create_statement(target->pair, false));
	add_columns(target);
	sm_ddl_new_parts(target);
	sm_ddl_new_common(target);
}

static void
drop_view(SmDdlTarget *target)
{
	const SmNode *view = &target->pair->to->object;

	sm_ddl_add_needing(target, SM_DDL_DROP_VIEW,
	                   sm_ddl_needs_of_query(sm_node_text(view, "definition")),
	                   psprintf("DROP %s %s", sm_ddl_keyword(target->pair->kind), view->name));
}

static void
change_column_default(SmDdlTarget *target)
{
	const SmChange *change = target->change;
	char *alter = psprintf("%s ALTER COLUMN %s", sm_ddl_alter_table(target, true),
	                       quote_identifier(change->from->name));

	if (change->expected)
		sm_ddl_add(target, SM_DDL_STATE, "%s SET DEFAULT %s", alter, change->expected);
	else
		sm_ddl_add(target, SM_DDL_STATE, "%s DROP DEFAULT", alter);
}

static void
replace_view(SmDdlTarget *target)
{
	if (sm_ddl_first_time(target, "view"))
		sm_ddl_add_needing(
		    target, SM_DDL_CREATE_VIEW,
		    sm_ddl_needs_of_query(sm_node_text(&target->pair->from->object, "definition")),
		    create_statement(target->pair, true));
}

static void
change_view(SmDdlTarget *target)
{
	const SmChange *change = target->change;
	const char *property = change->property;

	if (change->is_part && property && strcmp(property, "default") == 0)
		change_column_default(target);
	else if (change->is_part)
		replace_view(target); /* a column more */
	else if (strcmp(property, "options") == 0)
		sm_ddl_change_option(target, "");
	else if (strcmp(property, "definition") == 0 || strcmp(property, "column_order") == 0)
		replace_view(target);
	else if (strcmp(property, "not_populated") == 0)
		sm_ddl_add(target, SM_DDL_STATE, "REFRESH MATERIALIZED VIEW %s WITH %sDATA",
		           target->pair->from->object.name, change->expected ? "NO " : "");
	else if (strcmp(property, "tablespace") == 0)
		sm_ddl_add(target, SM_DDL_STATE, "%s SET TABLESPACE %s", sm_ddl_alter_table(target, true),
		           change->expected ? change->expected : "pg_default");
	else
		sm_ddl_refuse(target, "%s of a %s is not written", property, target->pair->kind);
}

/* Also for changes of its columns, which follow from the query. */
void
sm_ddl_view(SmDdlTarget *target)
{
	SmChangeKind change = target->change->change;

	if (target->change->is_part || change == SM_CHANGE_CHANGED)
		change_view(target);
	else if (change == SM_CHANGE_REMOVED)
		create_view(target);
	else if (change == SM_CHANGE_ADDED)
		drop_view(target);
	else
		sm_ddl_rename(target);
}
