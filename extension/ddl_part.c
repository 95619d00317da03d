/*
 * ddl_part.c
 *		Statements for constraints and indexes.  Columns are ddl_column.c's,
 *		triggers, rules and policies ddl_trigger.c's.
 *
 * On a partitioned table keys and indexes are made for the table alone, those
 * of its partitions by their own names, and then attached, as in a dump.
 */
#include "postgres.h"

#include "commands/defrem.h"
#include "utils/builtins.h"
#include "utils/regproc.h"

#include "compat.h"
#include "ddl.h"

static bool
is_type(const SmNode *constraint, const char *type)
{
	return sm_node_equals(constraint, "type", type);
}

bool
sm_ddl_is_inline_constraint(const SmNode *constraint)
{
	return (is_type(constraint, "check") && !sm_node_is(constraint, "not_valid")) ||
	       is_type(constraint, "not null");
}

/* The name that the server gives to a NOT NULL constraint without one. */
static const char *
usual_not_null_name(const SmBody *body, const char *column)
{
	List *names = sm_qualified_name_list(body->object.name);

	return makeObjectName(strVal(llast(names)), column, "not_null");
}

const SmNode *
sm_ddl_named_not_null(const SmBody *body, const char *column)
{
	const SmNodeList *constraints = &body->parts[SM_PART_CONSTRAINT];

	for (int i = 0; i < constraints->count; i++)
	{
		const SmNode *constraint = &constraints->nodes[i];
		const SmProperty *columns = sm_node_property(constraint, "columns");

		if (is_type(constraint, "not null") &&
		    (columns && column ? strcmp(columns->items[0], column) == 0 : columns == NULL))
			return strcmp(constraint->name, usual_not_null_name(body, column)) == 0 &&
			               !sm_node_is(constraint, "no_inherit") &&
			               !sm_node_is(constraint, "not_valid")
			           ? NULL
			           : constraint;
	}
	return NULL;
}

bool
sm_ddl_is_usual_not_null(const SmBody *body, const SmNode *constraint)
{
	const SmProperty *columns = sm_node_property(constraint, "columns");

	return is_type(constraint, "not null") &&
	       sm_ddl_named_not_null(body, columns ? columns->items[0] : NULL) == NULL;
}

static const SmNode *
constraint_index(const SmBody *body, const SmNode *constraint)
{
	const char *name = sm_node_text(constraint, "index");

	return sm_body_part(body, SM_PART_INDEX, name ? name : constraint->name);
}

/* What an index says behind its keys. */
static void
append_index_details(StringInfo out, const SmNode *index, bool of_constraint)
{
	if (sm_node_property(index, "options"))
	{
		appendStringInfoString(out, " WITH ");
		sm_ddl_append_options(out, sm_node_property(index, "options"));
	}
	if (sm_node_property(index, "tablespace"))
		appendStringInfo(out, "%s TABLESPACE %s", of_constraint ? " USING INDEX" : "",
		                 sm_node_text(index, "tablespace"));
	if (sm_node_property(index, "predicate"))
		appendStringInfo(out, " WHERE (%s)", sm_node_text(index, "predicate"));
}

static void
append_include(StringInfo out, const SmNode *index)
{
	if (sm_node_property(index, "include"))
	{
		appendStringInfoString(out, " INCLUDE (");
		sm_ddl_append_list(out, sm_node_property(index, "include"), ", ");
		appendStringInfoChar(out, ')');
	}
}

static void
append_key(StringInfo out, const SmBody *body, const SmNode *constraint)
{
	const SmNode *index = constraint_index(body, constraint);
	const SmProperty *columns = sm_node_property(constraint, "columns");

	appendStringInfoString(out, is_type(constraint, "primary key") ? "PRIMARY KEY " : "UNIQUE ");
	if (sm_node_is(index, "nulls_not_distinct"))
		appendStringInfoString(out, "NULLS NOT DISTINCT ");
	appendStringInfoChar(out, '(');
	for (int i = 0; columns && i < columns->nitems; i++)
	{
		bool last = i == columns->nitems - 1;

		appendStringInfo(out, "%s%s%s", i > 0 ? ", " : "", quote_identifier(columns->items[i]),
		                 last && sm_node_is(constraint, "period") ? " WITHOUT OVERLAPS" : "");
	}
	appendStringInfoChar(out, ')');
	append_include(out, index);
	append_index_details(out, index, true);
}

/* "schema.op(left, right)" as OPERATOR(schema.op). */
static void
append_operator(StringInfo out, const char *name)
{
	appendStringInfo(out, " WITH OPERATOR(%.*s)", sm_ddl_until(name, '('), name);
}

static void
append_exclusion(StringInfo out, const SmBody *body, const SmNode *constraint)
{
	const SmNode *index = constraint_index(body, constraint);
	const SmProperty *keys = sm_node_property(index, "keys");
	const SmProperty *operators = sm_node_property(constraint, "operators");
	const char *method = sm_node_text(index, "method");

	appendStringInfo(out, "EXCLUDE USING %s (", method ? method : "btree");
	for (int i = 0; keys && operators && i < keys->nitems && i < operators->nitems; i++)
	{
		appendStringInfo(out, "%s%s", i > 0 ? ", " : "", keys->items[i]);
		append_operator(out, operators->items[i]);
	}
	appendStringInfoChar(out, ')');
	append_include(out, index);
	append_index_details(out, index, true);
}

static void
append_action(StringInfo out, const SmNode *constraint, const char *property, const char *clause)
{
	const char *action = sm_node_text(constraint, property);

	if (action)
		appendStringInfo(out, " %s %s", clause, sm_ddl_upper(action));
}

static void
append_foreign_key(StringInfo out, const SmNode *constraint)
{
	appendStringInfoString(out, "FOREIGN KEY ");
	sm_ddl_append_columns(out, sm_node_property(constraint, "columns"));
	appendStringInfo(out, " REFERENCES %s ", sm_node_text(constraint, "references"));
	sm_ddl_append_columns(out, sm_node_property(constraint, "referenced_columns"));
	append_action(out, constraint, "match", "MATCH");
	append_action(out, constraint, "on_update", "ON UPDATE");
	append_action(out, constraint, "on_delete", "ON DELETE");
	if (sm_node_property(constraint, "set_columns"))
	{
		appendStringInfoChar(out, ' ');
		sm_ddl_append_columns(out, sm_node_property(constraint, "set_columns"));
	}
}

char *
sm_ddl_constraint_definition(const SmBody *body, const SmNode *constraint)
{
	const SmProperty *columns = sm_node_property(constraint, "columns");
	StringInfoData out;

	initStringInfo(&out);
	if (is_type(constraint, "check"))
		appendStringInfo(&out, "CHECK (%s)", sm_node_text(constraint, "expression"));
	else if (is_type(constraint, "not null") && columns)
		appendStringInfo(&out, "NOT NULL %s", quote_identifier(columns->items[0]));
	else if (is_type(constraint, "not null")) /* of a domain */
		appendStringInfoString(&out, "NOT NULL");
	else if (is_type(constraint, "foreign key"))
		append_foreign_key(&out, constraint);
	else if (is_type(constraint, "exclusion"))
		append_exclusion(&out, body, constraint);
	else
		append_key(&out, body, constraint);
	if (sm_node_is(constraint, "deferrable"))
		appendStringInfoString(&out, " DEFERRABLE");
	if (sm_node_is(constraint, "initially_deferred"))
		appendStringInfoString(&out, " INITIALLY DEFERRED");
	if (sm_node_is(constraint, "no_inherit"))
		appendStringInfoString(&out, " NO INHERIT");
	if (sm_node_is(constraint, "not_enforced"))
		appendStringInfoString(&out, " NOT ENFORCED");
	else if (sm_node_is(constraint, "not_valid"))
		appendStringInfoString(&out, " NOT VALID");
	return out.data;
}

static bool
is_domain(const SmDdlTarget *target)
{
	return strcmp(target->pair->kind, "type") == 0;
}

/* "ALTER TABLE name" or "ALTER DOMAIN name". */
static char *
alter_owner_of(const SmDdlTarget *target, bool wanted)
{
	const SmPair *pair = target->pair;

	if (is_domain(target))
		return psprintf("ALTER DOMAIN %s",
		                (wanted && pair->from ? pair->from : pair->to)->object.name);
	return sm_ddl_alter_table(target, wanted);
}

/* A key of a partition is made by itself, then attached to the parent's. */
static void
attach_index(SmDdlTarget *target, const SmNode *index)
{
	const char *parent = sm_node_text(index, "parent");

	if (parent)
		sm_ddl_add(target, SM_DDL_ATTACH_INDEX, "ALTER INDEX %s ATTACH PARTITION %s.%s", parent,
		           sm_ddl_schema_of(target->pair->from->object.name),
		           quote_identifier(index->name));
}

static void
create_constraint(SmDdlTarget *target, const SmNode *constraint)
{
	const SmBody *body = target->pair->from;
	const SmNode *index = constraint_index(body, constraint);
	bool foreign_key = is_type(constraint, "foreign key");

	/* comes with its trigger, or with the parent's */
	if (is_type(constraint, "trigger") ||
	    (sm_node_is(constraint, "not_local") && !sm_node_property(index, "parent")))
		return;
	sm_ddl_add(target, foreign_key ? SM_DDL_FOREIGN_KEY : SM_DDL_KEY, "%s ADD CONSTRAINT %s %s",
	           index ? psprintf("ALTER TABLE ONLY %s", body->object.name)
	                 : alter_owner_of(target, true),
	           quote_identifier(constraint->name), sm_ddl_constraint_definition(body, constraint));
	if (index)
		attach_index(target, index);
	if (sm_node_property(constraint, "triggers_enabled"))
		sm_ddl_refuse(target, "the state of a foreign key's own triggers is not written");
	sm_ddl_new_common_part(target, SM_PART_CONSTRAINT, constraint);
}

static void
drop_constraint(SmDdlTarget *target, const SmNode *constraint)
{
	if (is_type(constraint, "trigger") || sm_node_is(constraint, "not_local"))
		return;
	sm_ddl_add(
	    target, is_type(constraint, "foreign key") ? SM_DDL_DROP_FOREIGN_KEY : SM_DDL_DROP_KEY,
	    "%s DROP CONSTRAINT %s", alter_owner_of(target, false), quote_identifier(constraint->name));
}

void
sm_ddl_change_not_null(SmDdlTarget *target, const char *column)
{
	const SmBody *wanted = target->pair->from;
	const SmNode *constraint =
	    target->change->expected ? sm_ddl_named_not_null(wanted, column) : NULL;
	const char *alter = column ? psprintf("%s ALTER COLUMN %s", sm_ddl_alter_table(target, true),
	                                      quote_identifier(column))
	                           : psprintf("ALTER DOMAIN %s", wanted->object.name);

	if (constraint)
		create_constraint(target, constraint);
	else
		sm_ddl_add(target, SM_DDL_ALTER, "%s %s NOT NULL", alter,
		           target->change->expected ? "SET" : "DROP");
}

static bool
same_property(const SmNode *a, const SmNode *b, const char *name)
{
	const char *x = sm_node_text(a, name);
	const char *y = sm_node_text(b, name);

	return x && y ? strcmp(x, y) == 0 : x == y;
}

/* Whether more than the state of a constraint is another one. */
static bool
is_defined_anew(const SmNode *wanted, const SmNode *now)
{
	static const char *const properties[] = {
	    "type",  "expression", "references", "on_update",    "on_delete",
	    "match", "operators",  "period",     "not_enforced", "no_inherit",
	};

	for (int i = 0; i < (int) lengthof(properties); i++)
	{
		if (!same_property(wanted, now, properties[i]))
			return true;
	}
	return sm_node_is(wanted, "not_valid") && !sm_node_is(now, "not_valid");
}

static void
change_constraint(SmDdlTarget *target)
{
	const SmChange *change = target->change;
	const char *property = change->property;
	char *alter = alter_owner_of(target, true);
	const char *name = quote_identifier(change->from->name);
	bool anew = is_defined_anew(change->from, change->to);

	if (strcmp(property, "inherited") == 0 ||
	    (strcmp(property, "not_local") == 0 &&
	     sm_node_property(&target->pair->from->object, "partition_bound")))
		return; /* follows the parents */
	if (strcmp(property, "not_local") == 0)
		sm_ddl_refuse(target, "not_local of a constraint is not written");
	else if (strcmp(property, "triggers_enabled") == 0)
		sm_ddl_refuse(target, "the state of a foreign key's own triggers is not written");
	else if (!anew && strcmp(property, "not_valid") == 0)
		sm_ddl_add(target, SM_DDL_FOREIGN_KEY, "%s VALIDATE CONSTRAINT %s", alter, name);
	else if (!anew &&
	         (strcmp(property, "deferrable") == 0 || strcmp(property, "initially_deferred") == 0) &&
	         is_type(change->from, "foreign key"))
	{
		if (sm_ddl_first_time(target, psprintf("timing %s", name)))
			sm_ddl_add(target, SM_DDL_FOREIGN_KEY, "%s ALTER CONSTRAINT %s %sDEFERRABLE%s", alter,
			           name, sm_node_is(change->from, "deferrable") ? "" : "NOT ",
			           sm_node_is(change->from, "initially_deferred") ? " INITIALLY DEFERRED" : "");
	}
	else if (sm_ddl_first_time(target, psprintf("constraint %s", name)))
	{
		drop_constraint(target, change->to);
		create_constraint(target, change->from);
	}
}

static void
write_constraint(SmDdlTarget *target)
{
	const SmChange *change = target->change;

	switch (change->change)
	{
		case SM_CHANGE_REMOVED:
			create_constraint(target, change->from);
			break;
		case SM_CHANGE_ADDED:
			drop_constraint(target, change->to);
			break;
		case SM_CHANGE_RENAMED:
			sm_ddl_add(target, SM_DDL_RENAME_PART, "%s RENAME CONSTRAINT %s TO %s",
			           alter_owner_of(target, true), change->actual, change->expected);
			break;
		case SM_CHANGE_CHANGED:
			change_constraint(target);
			break;
	}
}

static const char *
index_name(const SmBody *body, const SmNode *index)
{
	return psprintf("%s.%s", sm_ddl_schema_of(body->object.name), quote_identifier(index->name));
}

static void
create_index(SmDdlTarget *target, const SmNode *index)
{
	const SmBody *body = target->pair->from;
	const char *method = sm_node_text(index, "method");
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "CREATE %sINDEX %s ON %s%s%s%s (",
	                 sm_node_is(index, "unique") ? "UNIQUE " : "", quote_identifier(index->name),
	                 sm_node_property(&body->object, "partition_key") ? "ONLY " : "",
	                 body->object.name, method ? " USING " : "", method ? method : "");
	sm_ddl_append_list(&out, sm_node_property(index, "keys"), ", ");
	appendStringInfoChar(&out, ')');
	append_include(&out, index);
	if (sm_node_is(index, "nulls_not_distinct"))
		appendStringInfoString(&out, " NULLS NOT DISTINCT");
	append_index_details(&out, index, false);
	sm_ddl_add(target, SM_DDL_KEY, "%s", out.data);
	attach_index(target, index);
}

/* "number=target" of its columns; the others have the default already. */
static void
add_index_statistics(SmDdlTarget *target, const SmNode *index)
{
	const SmProperty *targets = sm_node_property(index, "statistics");

	for (int i = 0; targets && i < targets->nitems; i++)
	{
		int length = sm_ddl_until(targets->items[i], '=');

		sm_ddl_add(target, SM_DDL_STATE, "ALTER INDEX %s ALTER COLUMN %.*s SET STATISTICS %s",
		           index_name(target->pair->from, index), length, targets->items[i],
		           targets->items[i] + length + 1);
	}
}

/* What is said of an index after it is there, whoever made it. */
static void
add_index_state(SmDdlTarget *target, const SmNode *index)
{
	if (sm_node_is(index, "clustered"))
		sm_ddl_add(target, SM_DDL_STATE, "%s CLUSTER ON %s", sm_ddl_alter_table(target, true),
		           quote_identifier(index->name));
	add_index_statistics(target, index);
	if (sm_node_is(index, "invalid") &&
	    !sm_node_property(&target->pair->from->object, "partition_key"))
		sm_ddl_refuse(target, "an index that is not valid is not made on purpose");
	sm_ddl_new_common_part(target, SM_PART_INDEX, index);
}

static void
change_index(SmDdlTarget *target)
{
	const SmChange *change = target->change;
	const char *property = change->property;
	const char *name = index_name(target->pair->from, change->from);

	if (strcmp(property, "options") == 0)
	{
		const char *entry = change->expected ? change->expected : change->actual;
		int length = sm_ddl_until(entry, '=');
		const char *option = quote_identifier(pnstrdup(entry, length));

		if (change->expected)
			sm_ddl_add(target, SM_DDL_STATE, "ALTER INDEX %s SET (%s = %s)", name, option,
			           quote_literal_cstr(entry[length] ? entry + length + 1 : ""));
		else
			sm_ddl_add(target, SM_DDL_STATE, "ALTER INDEX %s RESET (%s)", name, option);
	}
	else if (strcmp(property, "tablespace") == 0)
		sm_ddl_add(target, SM_DDL_STATE, "ALTER INDEX %s SET TABLESPACE %s", name,
		           change->expected ? change->expected : "pg_default");
	else if (strcmp(property, "clustered") == 0)
		sm_ddl_add(target, SM_DDL_STATE, "%s %s%s", sm_ddl_alter_table(target, true),
		           change->expected ? "CLUSTER ON " : "SET WITHOUT CLUSTER",
		           change->expected ? quote_identifier(change->from->name) : "");
	else if (strcmp(property, "replica_identity") == 0)
		return; /* that of the table says it */
	else if (strcmp(property, "parent") == 0)
		attach_index(target, change->from); /* or goes with the table's own */
	else if (sm_diff_is_constraint_index(target->pair->from, change->from))
		sm_ddl_refuse(target, "%s of a constraint's index is not written", property);
	else if (sm_ddl_first_time(target, psprintf("index %s", name)))
	{
		sm_ddl_add(target, SM_DDL_DROP_KEY, "DROP INDEX %s",
		           index_name(target->pair->to, change->to));
		create_index(target, change->from);
		add_index_state(target, change->from);
	}
}

static void
write_index(SmDdlTarget *target)
{
	const SmChange *change = target->change;

	switch (change->change)
	{
		case SM_CHANGE_REMOVED:
			create_index(target, change->from);
			add_index_state(target, change->from);
			break;
		case SM_CHANGE_ADDED:
			/* one that is attached goes with the parent's */
			if (sm_node_property(change->to, "parent") == NULL)
				sm_ddl_add(target, SM_DDL_DROP_KEY, "DROP INDEX %s",
				           index_name(target->pair->to, change->to));
			break;
		case SM_CHANGE_RENAMED:
			sm_ddl_add(target, SM_DDL_RENAME_PART, "ALTER INDEX %s RENAME TO %s",
			           psprintf("%s.%s", sm_ddl_schema_of(target->pair->from->object.name),
			                    change->actual),
			           change->expected);
			break;
		case SM_CHANGE_CHANGED:
			change_index(target);
			break;
	}
}

void
sm_ddl_part(SmDdlTarget *target)
{
	switch (target->change->part)
	{
		case SM_PART_CONSTRAINT:
			write_constraint(target);
			break;
		case SM_PART_INDEX:
			write_index(target);
			break;
		case SM_PART_TRIGGER:
		case SM_PART_RULE:
			sm_ddl_defined_part(target);
			break;
		case SM_PART_POLICY:
			sm_ddl_policy(target);
			break;
		default:
			elog(ERROR, "columns are no such parts");
	}
}

/* All but what the statement that creates the object says. */
void
sm_ddl_new_parts(SmDdlTarget *target)
{
	const SmBody *body = target->pair->from;
	const SmNodeList *list = body->parts;

	for (int i = 0; i < list[SM_PART_CONSTRAINT].count; i++)
	{
		const SmNode *constraint = &list[SM_PART_CONSTRAINT].nodes[i];

		if (sm_ddl_is_inline_constraint(constraint))
			sm_ddl_new_common_part(target, SM_PART_CONSTRAINT, constraint);
		else
			create_constraint(target, constraint);
	}
	for (int i = 0; i < list[SM_PART_INDEX].count; i++)
	{
		const SmNode *index = &list[SM_PART_INDEX].nodes[i];

		if (!sm_diff_is_constraint_index(body, index))
			create_index(target, index);
		add_index_state(target, index);
	}
	for (int kind = SM_PART_TRIGGER; kind <= SM_PART_RULE; kind++)
	{
		for (int i = 0; i < list[kind].count; i++)
			sm_ddl_create_defined(target, kind, &list[kind].nodes[i]);
	}
	for (int i = 0; i < list[SM_PART_POLICY].count; i++)
		sm_ddl_create_policy(target, &list[SM_PART_POLICY].nodes[i]);
}
