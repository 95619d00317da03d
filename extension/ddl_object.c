/*
 * ddl_object.c
 *		Statements for the kinds of objects that need few: schemas, extensions,
 *		statistics, event triggers, publications.  The rest can be dropped, and is
 *		not written.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "compat.h"
#include "ddl.h"

/* NULL: of a kind that is not written. */
typedef char *(*CreateStatement)(const SmNode *object);

static char *
create_schema(const SmNode *schema)
{
	return psprintf("CREATE SCHEMA %s", schema->name);
}

static char *
create_extension(const SmNode *extension)
{
	const char *version = sm_node_text(extension, "version");

	return psprintf("CREATE EXTENSION %s SCHEMA %s%s%s", extension->name,
	                sm_node_text(extension, "schema"), version ? " VERSION " : "",
	                version ? quote_literal_cstr(version) : "");
}

static char *
create_statistics(const SmNode *statistics)
{
	const SmProperty *kinds = sm_node_property(statistics, "kinds");
	const SmProperty *columns = sm_node_property(statistics, "columns");
	const SmProperty *expressions = sm_node_property(statistics, "expressions");
	const char *separator = "";
	bool single = columns == NULL && expressions && expressions->nitems == 1;
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "CREATE STATISTICS %s", statistics->name);
	/* that of one expression has no kinds to choose from */
	for (int i = 0; !single && kinds && i < kinds->nitems; i++)
	{
		if (strcmp(kinds->items[i], "expressions") == 0)
			continue;
		appendStringInfo(&out, "%s%s", *separator ? ", " : " (", kinds->items[i]);
		separator = ", ";
	}
	appendStringInfo(&out, "%s ON ", *separator ? ")" : "");
	for (int i = 0; columns && i < columns->nitems; i++)
		appendStringInfo(&out, "%s%s", i > 0 ? ", " : "", quote_identifier(columns->items[i]));
	for (int i = 0; expressions && i < expressions->nitems; i++)
		appendStringInfo(&out, "%s(%s)", columns || i > 0 ? ", " : "", expressions->items[i]);
	appendStringInfo(&out, " FROM %s", sm_node_text(statistics, "relation"));
	return out.data;
}

static char *
create_event_trigger(const SmNode *trigger)
{
	const SmProperty *tags = sm_node_property(trigger, "tags");
	const char *function = sm_node_text(trigger, "function");
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "CREATE EVENT TRIGGER %s ON %s", trigger->name,
	                 sm_node_text(trigger, "event"));
	for (int i = 0; tags && i < tags->nitems; i++)
		appendStringInfo(&out, "%s%s", i > 0 ? ", " : " WHEN TAG IN (",
		                 quote_literal_cstr(tags->items[i]));
	appendStringInfo(&out, "%s EXECUTE FUNCTION %s", tags ? ")" : "", function);
	return out.data;
}

/* "publish = '…', publish_via_partition_root = …" */
static void
append_publication_options(StringInfo out, const SmNode *publication)
{
	const SmProperty *operations = sm_node_property(publication, "operations");

	appendStringInfoString(out, "(publish = '");
	if (operations)
		sm_ddl_append_list(out, operations, ", ");
	else
		appendStringInfoString(out, "insert, update, delete, truncate");
	appendStringInfo(out, "', publish_via_partition_root = %s)",
	                 sm_node_is(publication, "via_root") ? "true" : "false");
}

/* "FOR TABLE …, TABLES IN SCHEMA …" without FOR; "" for none. */
static char *
publication_objects(const SmNode *publication)
{
	const SmProperty *tables = sm_node_property(publication, "tables");
	const SmProperty *schemas = sm_node_property(publication, "schemas");
	StringInfoData out;

	initStringInfo(&out);
	if (tables)
	{
		appendStringInfoString(&out, "TABLE ");
		sm_ddl_append_list(&out, tables, ", ");
	}
	if (schemas)
	{
		appendStringInfo(&out, "%sTABLES IN SCHEMA ", tables ? ", " : "");
		sm_ddl_append_list(&out, schemas, ", ");
	}
	return out.data;
}

static char *
create_publication(const SmNode *publication)
{
	char *objects = publication_objects(publication);
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "CREATE PUBLICATION %s", publication->name);
	if (sm_node_is(publication, "all_tables"))
		appendStringInfoString(&out, " FOR ALL TABLES");
	else if (*objects)
		appendStringInfo(&out, " FOR %s", objects);
	appendStringInfoString(&out, " WITH ");
	append_publication_options(&out, publication);
	return out.data;
}

static const struct
{
	const char *kind;
	SmDdlStep step;
	SmDdlStep drop;
	CreateStatement create;
} kinds[] = {
    {"schema", SM_DDL_CREATE, SM_DDL_DROP, create_schema},
    {"extension", SM_DDL_CREATE, SM_DDL_DROP, create_extension},
    {"statistics", SM_DDL_KEY, SM_DDL_DROP_KEY, create_statistics},
    {"event trigger", SM_DDL_STATE, SM_DDL_DROP_PART, create_event_trigger},
    {"publication", SM_DDL_PART, SM_DDL_DROP_PART, create_publication},
};

static int
find_kind(const char *kind)
{
	for (int i = 0; i < (int) lengthof(kinds); i++)
	{
		if (strcmp(kind, kinds[i].kind) == 0)
			return i;
	}
	return -1;
}

static void
add_event_trigger_state(SmDdlTarget *target)
{
	const SmNode *trigger = &target->pair->from->object;
	const char *enabled = sm_node_text(trigger, "enabled");

	sm_ddl_add(target, SM_DDL_STATE, "ALTER EVENT TRIGGER %s %s", trigger->name,
	           enabled == NULL                    ? "ENABLE"
	           : strcmp(enabled, "disabled") == 0 ? "DISABLE"
	           : strcmp(enabled, "replica") == 0  ? "ENABLE REPLICA"
	                                              : "ENABLE ALWAYS");
}

static void
create_object(SmDdlTarget *target)
{
	const SmNode *object = &target->pair->from->object;
	int kind = find_kind(target->pair->kind);

	if (kind < 0)
	{
		sm_ddl_refuse(target, "a %s is not written from a snapshot", target->pair->kind);
		return;
	}
	sm_ddl_add(target, kinds[kind].step, "%s", kinds[kind].create(object));
	if (strcmp(target->pair->kind, "event trigger") == 0 && sm_node_property(object, "enabled"))
		add_event_trigger_state(target);
	if (sm_node_property(object, "statistics"))
		sm_ddl_add(target, SM_DDL_STATE, "ALTER STATISTICS %s SET STATISTICS %s", object->name,
		           sm_node_text(object, "statistics"));
	if (strcmp(target->pair->kind, "extension") != 0)
		sm_ddl_new_common(target);
}

static void
drop_object(SmDdlTarget *target)
{
	int kind = find_kind(target->pair->kind);

	if (strcmp(target->pair->kind, "database") == 0)
		sm_ddl_refuse(target, "privileges on what initdb made are not written");
	else
		sm_ddl_add(target, kind >= 0 ? kinds[kind].drop : SM_DDL_DROP, "DROP %s %s",
		           sm_ddl_keyword(target->pair->kind), target->pair->to->object.name);
}

/* One entry more or less of what a publication sends; the rest stays. */
static void
change_publication(SmDdlTarget *target)
{
	const SmNode *publication = &target->pair->from->object;
	const char *property = target->change->property;
	char *objects = publication_objects(publication);

	if (strcmp(property, "operations") == 0 || strcmp(property, "via_root") == 0)
	{
		StringInfoData options;

		initStringInfo(&options);
		append_publication_options(&options, publication);
		sm_ddl_add(target, SM_DDL_STATE, "ALTER PUBLICATION %s SET %s", publication->name,
		           options.data);
	}
	else if ((strcmp(property, "tables") == 0 || strcmp(property, "schemas") == 0) && *objects)
	{
		if (sm_ddl_first_time(target, "objects"))
			sm_ddl_add(target, SM_DDL_STATE, "ALTER PUBLICATION %s SET %s", publication->name,
			           objects);
	}
	else
		sm_ddl_refuse(target, "%s of a publication is not written", property);
}

static void
change_extension(SmDdlTarget *target)
{
	const SmChange *change = target->change;

	if (strcmp(change->property, "version") == 0 && change->expected)
		sm_ddl_add(target, SM_DDL_ALTER, "ALTER EXTENSION %s UPDATE TO %s",
		           target->pair->from->object.name, quote_literal_cstr(change->expected));
	else if (strcmp(change->property, "schema") == 0)
		sm_ddl_add(target, SM_DDL_ALTER, "ALTER EXTENSION %s SET SCHEMA %s",
		           target->pair->from->object.name, change->expected);
	else
		sm_ddl_refuse(target, "%s of an extension is not written", change->property);
}

static void
change_object(SmDdlTarget *target)
{
	const char *kind = target->pair->kind;
	const char *property = target->change->property;

	if (strcmp(kind, "publication") == 0)
		change_publication(target);
	else if (strcmp(kind, "extension") == 0)
		change_extension(target);
	else if (strcmp(kind, "event trigger") == 0 && strcmp(property, "enabled") == 0)
		add_event_trigger_state(target);
	else if (strcmp(kind, "statistics") == 0 && strcmp(property, "statistics") == 0)
		sm_ddl_add(target, SM_DDL_STATE, "ALTER STATISTICS %s SET STATISTICS %s",
		           target->pair->from->object.name,
		           target->change->expected ? target->change->expected : "-1");
	else if (strcmp(kind, "event trigger") == 0 || strcmp(kind, "statistics") == 0)
	{
		if (sm_ddl_first_time(target, "object"))
		{
			drop_object(target);
			create_object(target);
		}
	}
	else
		sm_ddl_refuse(target, "%s of a %s is not written", property, kind);
}

/* Kinds whose name is all of what names them. */
static void
rename_object(SmDdlTarget *target)
{
	const char *now = target->pair->to->object.name;
	const char *wanted = target->pair->from->object.name;

	if (strcmp(target->pair->kind, "schema") == 0)
		sm_ddl_add(target, SM_DDL_RENAME_SCHEMA, "ALTER SCHEMA %s RENAME TO %s", now, wanted);
	else if (now[sm_ddl_until(now, '(')] || now[sm_ddl_until(now, ' ')])
		sm_ddl_refuse(target, "the renaming of a %s is not written", target->pair->kind);
	else if (now[sm_ddl_until(now, '.')])
		sm_ddl_rename(target);
	else
		sm_ddl_add(target, SM_DDL_RENAME, "ALTER %s %s RENAME TO %s",
		           sm_ddl_keyword(target->pair->kind), now, wanted);
}

void
sm_ddl_object(SmDdlTarget *target)
{
	if (strcmp(target->pair->kind, "default privileges") == 0)
	{
		sm_ddl_refuse(target, "default privileges are not written from a snapshot");
		return;
	}
	switch (target->change->change)
	{
		case SM_CHANGE_REMOVED:
			create_object(target);
			break;
		case SM_CHANGE_ADDED:
			drop_object(target);
			break;
		case SM_CHANGE_RENAMED:
			rename_object(target);
			break;
		case SM_CHANGE_CHANGED:
			change_object(target);
			break;
	}
}
