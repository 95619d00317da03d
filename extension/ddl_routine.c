/*
 * ddl_routine.c
 *		Statements for functions and procedures; aggregates are only dropped.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/varlena.h"

#include "compat.h"
#include "ddl.h"
#include "routine_arguments.h"
#include "same_text.h"

static bool
is_aggregate(const SmPair *pair)
{
	return strcmp(pair->kind, "aggregate") == 0;
}

/* Types may have other names. */
static bool
same_signature(SmTextKind kind, const char *wanted, const char *now, const SmRenames *renames)
{
	if (wanted == NULL || now == NULL)
		return wanted == now;
	return strcmp(wanted, now) == 0 || sm_same_text(kind, wanted, now, renames, NULL);
}

/* CREATE OR REPLACE keeps the result, and the arguments but for new defaults. */
bool
sm_ddl_routine_is_made_anew(const SmPair *pair, const SmRenames *renames)
{
	const SmNode *wanted = &pair->from->object;
	const SmNode *now = &pair->to->object;
	const char *arguments = sm_node_text(wanted, "arguments");

	if (strcmp(pair->kind, "function") != 0 && strcmp(pair->kind, "procedure") != 0)
		return false;
	if (!same_signature(SM_TEXT_RESULT, sm_node_text(wanted, "returns"),
	                    sm_node_text(now, "returns"), renames) ||
	    sm_node_is(wanted, "window") != sm_node_is(now, "window"))
		return true;
	return !same_signature(SM_TEXT_ARGUMENTS, arguments, sm_node_text(now, "arguments"), renames) &&
	       !sm_routine_only_adds_defaults(sm_node_text(now, "arguments"), arguments);
}

/* A setting of a function; lists keep their elements apart, as in a dump. */
static void
append_setting(StringInfo out, const char *setting)
{
	int length = sm_ddl_until(setting, '=');
	char *name = pnstrdup(setting, length);
	const char *value = setting[length] ? setting + length + 1 : "";
	List *items;
	ListCell *cell;

	appendStringInfo(out, "\n SET %s TO ", quote_identifier(name));
	if (!(GetConfigOptionFlags(name, true) & GUC_LIST_QUOTE) ||
	    !SplitGUCList(pstrdup(value), ',', &items))
	{
		appendStringInfoString(out, quote_literal_cstr(value));
		return;
	}
	foreach (cell, items)
		appendStringInfo(out, "%s%s", cell == list_head(items) ? "" : ", ",
		                 quote_literal_cstr(lfirst(cell)));
	if (items == NIL)
		appendStringInfoString(out, "''");
}

static void
append_word(StringInfo out, const SmNode *routine, const char *property, const char *clause)
{
	const char *value = sm_node_text(routine, property);

	if (value)
		appendStringInfo(out, " %s%s", clause, sm_ddl_upper(value));
}

static void
append_attributes(StringInfo out, const SmNode *routine)
{
	const SmProperty *transforms = sm_node_property(routine, "transforms");
	const SmProperty *settings = sm_node_property(routine, "settings");
	const char *support = sm_node_text(routine, "support");

	for (int i = 0; transforms && i < transforms->nitems; i++)
		appendStringInfo(out, "%s FOR TYPE %s", i > 0 ? "," : " TRANSFORM", transforms->items[i]);
	if (sm_node_is(routine, "window"))
		appendStringInfoString(out, " WINDOW");
	append_word(out, routine, "volatility", "");
	if (sm_node_is(routine, "strict"))
		appendStringInfoString(out, " STRICT");
	if (sm_node_is(routine, "security_definer"))
		appendStringInfoString(out, " SECURITY DEFINER");
	if (sm_node_is(routine, "leakproof"))
		appendStringInfoString(out, " LEAKPROOF");
	append_word(out, routine, "parallel", "PARALLEL ");
	append_word(out, routine, "cost", "COST ");
	append_word(out, routine, "rows", "ROWS ");
	if (support)
		appendStringInfo(out, " SUPPORT %.*s", sm_ddl_until(support, '('), support);
	for (int i = 0; settings && i < settings->nitems; i++)
		append_setting(out, settings->items[i]);
}

/* A string between dollars that are not in it. */
static void
append_dollar_quoted(StringInfo out, const char *text)
{
	StringInfoData mark;

	initStringInfo(&mark);
	appendStringInfoString(&mark, "$function");
	while (strstr(text, mark.data))
		appendStringInfoChar(&mark, 'x');
	appendStringInfo(out, "%s$%s%s$", mark.data, text, mark.data);
}

static void
append_body(StringInfo out, const SmNode *routine)
{
	const char *body = sm_node_text(routine, "body");
	const char *library = sm_node_text(routine, "library");

	if (sm_node_is(routine, "sql_body"))
	{
		appendStringInfo(out, "\n%s", body);
		return;
	}
	appendStringInfoString(out, "\nAS ");
	if (library)
		appendStringInfo(out, "%s, ", quote_literal_cstr(library));
	append_dollar_quoted(out, body);
}

/* NULL: the body could not be read. */
static char *
create_statement(const char *kind, const SmNode *routine)
{
	const char *arguments = sm_node_text(routine, "arguments");
	StringInfoData out;

	if (sm_node_property(routine, "body") == NULL)
		return NULL;
	initStringInfo(&out);
	appendStringInfo(&out, "CREATE OR REPLACE %s %.*s(%s)", sm_ddl_keyword(kind),
	                 sm_ddl_until(routine->name, '('), routine->name, arguments ? arguments : "");
	if (sm_node_property(routine, "returns"))
		appendStringInfo(&out, "\n RETURNS %s", sm_node_text(routine, "returns"));
	appendStringInfo(&out, "\n LANGUAGE %s", sm_node_text(routine, "language"));
	append_attributes(&out, routine);
	append_body(&out, routine);
	return out.data;
}

/* Creates it, or replaces it; the latter keeps owner, privileges and comment. */
static void
write_routine(SmDdlTarget *target, bool is_new)
{
	char *create = is_aggregate(target->pair)
	                   ? NULL
	                   : create_statement(target->pair->kind, &target->pair->from->object);

	if (create == NULL)
	{
		sm_ddl_refuse(target, is_aggregate(target->pair) ? "an aggregate is not written"
		                                                 : "the body could not be read");
		return;
	}
	sm_ddl_add_needing(target,
	                   sm_node_is(&target->pair->from->object, "sql_body") ? SM_DDL_CREATE_VIEW
	                                                                       : SM_DDL_CREATE,
	                   sm_ddl_needs_of_function(create), create);
	if (is_new)
		sm_ddl_new_common(target);
}

/*
 * A body that the server has parsed depends on what it names, as a view does; and
 * one that has the row type of a view goes before it.
 */
static SmDdlStep
drop_step(SmDdlTarget *target, List *needs)
{
	ListCell *cell;

	if (sm_node_is(&target->pair->to->object, "sql_body"))
		return SM_DDL_DROP_VIEW;
	foreach (cell, needs)
	{
		if (sm_ddl_is_dropped_view(target->ddl, lfirst(cell)))
			return SM_DDL_DROP_VIEW;
	}
	return SM_DDL_DROP;
}

/* An aggregate without arguments has a star. */
static void
drop_routine(SmDdlTarget *target)
{
	const SmNode *routine = &target->pair->to->object;
	const char *name = routine->name;
	int base = sm_ddl_until(name, '(');
	char *create =
	    is_aggregate(target->pair) ? NULL : create_statement(target->pair->kind, routine);
	List *needs = create ? sm_ddl_needs_of_function(create) : NIL;

	if (is_aggregate(target->pair) && strcmp(name + base, "()") == 0)
		name = psprintf("%.*s(*)", base, name);
	sm_ddl_add_needing(target, drop_step(target, needs), needs,
	                   psprintf("DROP %s %s", sm_ddl_keyword(target->pair->kind), name));
}

void
sm_ddl_routine(SmDdlTarget *target)
{
	switch (target->change->change)
	{
		case SM_CHANGE_REMOVED:
			write_routine(target, true);
			break;
		case SM_CHANGE_ADDED:
			drop_routine(target);
			break;
		case SM_CHANGE_RENAMED:
			sm_ddl_rename(target);
			break;
		case SM_CHANGE_CHANGED:
			if (sm_ddl_first_time(target, "routine"))
				write_routine(target, false);
			break;
	}
}
