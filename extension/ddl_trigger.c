/*
 * ddl_trigger.c
 *		Statements for triggers, rules and policies, whose bodies are statements
 *		already, or nearly so.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "compat.h"
#include "ddl.h"

/* "ENABLE", "DISABLE", "ENABLE REPLICA", "ENABLE ALWAYS" by the property enabled. */
static const char *
enable_clause(const char *enabled)
{
	if (enabled == NULL)
		return "ENABLE";
	if (strcmp(enabled, "disabled") == 0)
		return "DISABLE";
	return strcmp(enabled, "replica") == 0 ? "ENABLE REPLICA" : "ENABLE ALWAYS";
}

/* pg_get_ruledef() ends its statement. */
static const char *
without_semicolon(const char *statement)
{
	size_t length = strlen(statement);

	return length > 0 && statement[length - 1] == ';' ? pnstrdup(statement, length - 1) : statement;
}

void
sm_ddl_create_defined(SmDdlTarget *target, SmPartKind kind, const SmNode *part)
{
	const char *enabled = sm_node_text(part, "enabled");

	/* comes with the parent's */
	if (!sm_node_is(part, "of_parent"))
		sm_ddl_add(target, SM_DDL_PART, "%s", without_semicolon(sm_node_text(part, "definition")));
	if (enabled)
		sm_ddl_add(target, SM_DDL_STATE, "%s %s %s %s", sm_ddl_alter_table(target, true),
		           enable_clause(enabled), sm_ddl_keyword(sm_body_part_word(kind)),
		           quote_identifier(part->name));
	sm_ddl_new_common_part(target, kind, part);
}

static void
drop_on_table(SmDdlTarget *target, const SmNode *part)
{
	if (!sm_node_is(part, "of_parent"))
		sm_ddl_add(target, SM_DDL_DROP_PART, "DROP %s %s ON %s",
		           sm_ddl_keyword(sm_body_part_word(target->change->part)),
		           quote_identifier(part->name), target->pair->to->object.name);
}

/* Triggers and rules. */
void
sm_ddl_defined_part(SmDdlTarget *target)
{
	const SmChange *change = target->change;

	switch (change->change)
	{
		case SM_CHANGE_REMOVED:
			sm_ddl_create_defined(target, change->part, change->from);
			break;
		case SM_CHANGE_ADDED:
			drop_on_table(target, change->to);
			break;
		case SM_CHANGE_RENAMED:
			sm_ddl_add(target, SM_DDL_RENAME_PART, "ALTER %s %s ON %s RENAME TO %s",
			           sm_ddl_keyword(sm_body_part_word(change->part)), change->actual,
			           target->pair->from->object.name, change->expected);
			break;
		case SM_CHANGE_CHANGED:
			if (strcmp(change->property, "enabled") == 0)
				sm_ddl_add(target, SM_DDL_STATE, "%s %s %s %s", sm_ddl_alter_table(target, true),
				           enable_clause(change->expected),
				           sm_ddl_keyword(sm_body_part_word(change->part)),
				           quote_identifier(change->from->name));
			else if (sm_ddl_first_time(target,
			                           psprintf("%s %s", change->object_type, change->from->name)))
			{
				drop_on_table(target, change->to);
				sm_ddl_create_defined(target, change->part, change->from);
			}
			break;
	}
}

void
sm_ddl_create_policy(SmDdlTarget *target, const SmNode *policy)
{
	const char *command = sm_node_text(policy, "command");
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "CREATE POLICY %s ON %s%s FOR %s TO ", quote_identifier(policy->name),
	                 target->pair->from->object.name,
	                 sm_node_is(policy, "restrictive") ? " AS RESTRICTIVE" : "",
	                 command ? sm_ddl_upper(command) : "ALL");
	if (sm_node_property(policy, "roles"))
		sm_ddl_append_list(&out, sm_node_property(policy, "roles"), ", ");
	else
		appendStringInfoString(&out, "PUBLIC");
	if (sm_node_property(policy, "using"))
		appendStringInfo(&out, " USING (%s)", sm_node_text(policy, "using"));
	if (sm_node_property(policy, "check"))
		appendStringInfo(&out, " WITH CHECK (%s)", sm_node_text(policy, "check"));
	sm_ddl_add(target, SM_DDL_PART, "%s", out.data);
	sm_ddl_new_common_part(target, SM_PART_POLICY, policy);
}

void
sm_ddl_policy(SmDdlTarget *target)
{
	const SmChange *change = target->change;

	switch (change->change)
	{
		case SM_CHANGE_REMOVED:
			sm_ddl_create_policy(target, change->from);
			break;
		case SM_CHANGE_ADDED:
			drop_on_table(target, change->to);
			break;
		case SM_CHANGE_RENAMED:
			sm_ddl_add(target, SM_DDL_RENAME_PART, "ALTER POLICY %s ON %s RENAME TO %s",
			           change->actual, target->pair->from->object.name, change->expected);
			break;
		case SM_CHANGE_CHANGED:
			if (sm_ddl_first_time(target, psprintf("policy %s", change->from->name)))
			{
				drop_on_table(target, change->to);
				sm_ddl_create_policy(target, change->from);
			}
			break;
	}
}
