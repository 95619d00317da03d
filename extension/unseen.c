/*
 * unseen.c
 *		Which statements event triggers do not see, and what they are about (see
 *		unseen.h): what all databases share, event triggers themselves, and what
 *		rewrites or empties tables.  Direct changes of catalogs, large objects and
 *		setval() are seen by nobody; comparing the schemas finds the first.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_class.h"
#include "catalog/pg_database.h"
#include "catalog/pg_event_trigger.h"
#include "catalog/pg_tablespace.h"
#include "commands/dbcommands.h"
#include "commands/defrem.h"
#include "commands/event_trigger.h"
#include "commands/tablespace.h"
#include "commands/trigger.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "compat.h"
#include "part.h"
#include "switch.h"
#include "unseen.h"

static bool
is_vacuum_full(VacuumStmt *statement)
{
	ListCell *cell;

	foreach (cell, statement->options)
	{
		DefElem *option = lfirst_node(DefElem, cell);

		if (strcmp(option->defname, "full") == 0)
			return statement->is_vacuumcmd && defGetBoolean(option);
	}
	return false;
}

bool
sm_unseen_is(Node *statement)
{
	switch (nodeTag(statement))
	{
		case T_CreateRoleStmt:
		case T_AlterRoleStmt:
		case T_AlterRoleSetStmt:
		case T_DropRoleStmt:
		case T_GrantRoleStmt:
		case T_ReassignOwnedStmt:
		case T_CreatedbStmt:
		case T_AlterDatabaseStmt:
		case T_AlterDatabaseSetStmt:
		case T_AlterDatabaseRefreshCollStmt:
		case T_DropdbStmt:
		case T_CreateTableSpaceStmt:
		case T_AlterTableSpaceOptionsStmt:
		case T_DropTableSpaceStmt:
		case T_AlterSystemStmt:
		case T_CreateEventTrigStmt:
		case T_AlterEventTrigStmt:
		case T_ClusterStmt:
		case T_TruncateStmt:
			return true;
		case T_VacuumStmt:
			return is_vacuum_full((VacuumStmt *) statement);
		case T_ReindexStmt:
			return !command_tag_event_trigger_ok(CMDTAG_REINDEX);
		case T_RenameStmt:
			return !EventTriggerSupportsObjectType(((RenameStmt *) statement)->renameType);
		case T_AlterOwnerStmt:
			return !EventTriggerSupportsObjectType(((AlterOwnerStmt *) statement)->objectType);
		case T_DropStmt:
			return !EventTriggerSupportsObjectType(((DropStmt *) statement)->removeType);
		case T_CommentStmt:
			return !EventTriggerSupportsObjectType(((CommentStmt *) statement)->objtype);
		case T_SecLabelStmt:
			return !EventTriggerSupportsObjectType(((SecLabelStmt *) statement)->objtype);
		case T_GrantStmt:
			return !EventTriggerSupportsObjectType(((GrantStmt *) statement)->objtype);
		default:
			return false;
	}
}

/* ---- objects ---- */

static const char *
type_word(ObjectType type)
{
	switch (type)
	{
		case OBJECT_ROLE:
			return "role";
		case OBJECT_DATABASE:
			return "database";
		case OBJECT_TABLESPACE:
			return "tablespace";
		case OBJECT_EVENT_TRIGGER:
			return "event trigger";
		case OBJECT_PARAMETER_ACL:
			return "parameter";
		default:
			return "other";
	}
}

static ObjectAddress
find_address(const char *type, const char *name)
{
	ObjectAddress address = {InvalidOid, InvalidOid, 0};

	if (strcmp(type, "role") == 0)
		ObjectAddressSet(address, AuthIdRelationId, get_role_oid(name, true));
	else if (strcmp(type, "database") == 0)
		ObjectAddressSet(address, DatabaseRelationId, get_database_oid(name, true));
	else if (strcmp(type, "tablespace") == 0)
		ObjectAddressSet(address, TableSpaceRelationId, get_tablespace_oid(name, true));
	else if (strcmp(type, "event trigger") == 0)
		ObjectAddressSet(address, EventTriggerRelationId, get_event_trigger_oid(name, true));
	if (!OidIsValid(address.objectId))
		address.classId = InvalidOid;
	return address;
}

/* One object more; before and after are names, one of them may be NULL. */
static SmJournalEntry *
add_object(SmUnseen *unseen, Node *statement, const char *type, const char *before,
           const char *after)
{
	SmJournalEntry *entry;

	unseen->entries = unseen->entries == NULL
	                      ? palloc(sizeof(SmJournalEntry))
	                      : repalloc(unseen->entries, (unseen->count + 1) * sizeof(SmJournalEntry));
	entry = &unseen->entries[unseen->count++];
	memset(entry, 0, sizeof(SmJournalEntry));
	entry->command_tag = CreateCommandName(statement);
	entry->object_type = type;
	entry->name = pstrdup(after != NULL ? after : before);
	entry->before = before == NULL ? NULL : pstrdup(quote_identifier(before));
	entry->after = after == NULL ? NULL : pstrdup(quote_identifier(after));
	entry->alert = true;
	if (before == NULL)
		entry->change = "added";
	else if (after == NULL)
		entry->change = "removed";
	else
		entry->change = strcmp(before, after) == 0 ? "changed" : "renamed";
	if (before != NULL)
		entry->address = find_address(type, before);
	return entry;
}

/* The name without a look whether it is there: that is the statement's affair. */
static const char *
role_name(RoleSpec *role)
{
	switch (role->roletype)
	{
		case ROLESPEC_CSTRING:
			return role->rolename;
		case ROLESPEC_PUBLIC:
			return "public";
		case ROLESPEC_SESSION_USER:
			return GetUserNameFromId(GetSessionUserId(), false);
		default:
			return GetUserNameFromId(GetUserId(), false);
	}
}

static void
add_roles(SmUnseen *unseen, Node *statement, List *roles, bool dropped)
{
	ListCell *cell;

	foreach (cell, roles)
	{
		const char *name = role_name(lfirst_node(RoleSpec, cell));

		add_object(unseen, statement, "role", name, dropped ? NULL : name);
	}
}

/*
 * Event triggers of ours: to make them, or to enable them ALWAYS, is to have
 * capture, as a restored dump does; everything else takes it away.
 */
static void
add_event_trigger(SmUnseen *unseen, Node *statement, const char *before, const char *after)
{
	SmJournalEntry *entry;
	bool ours = before != NULL ? sm_switch_is_ours(before) : sm_switch_is_ours(after);

	if (ours && (before == NULL || IsA(statement, CommentStmt) || IsA(statement, SecLabelStmt) ||
	             IsA(statement, AlterOwnerStmt)))
		return;
	if (ours && IsA(statement, AlterEventTrigStmt) &&
	    ((AlterEventTrigStmt *) statement)->tgenabled == TRIGGER_FIRES_ALWAYS)
		return;
	entry = add_object(unseen, statement, "event trigger", before, after);
	if (ours)
		entry->change = "tampered";
}

static void
add_named(SmUnseen *unseen, Node *statement, ObjectType type, const char *before, const char *after)
{
	if (type == OBJECT_EVENT_TRIGGER)
		add_event_trigger(unseen, statement, before, after);
	else
		add_object(unseen, statement, type_word(type), before, after);
}

static void
add_names(SmUnseen *unseen, Node *statement, ObjectType type, List *names, bool dropped)
{
	ListCell *cell;

	foreach (cell, names)
		add_named(unseen, statement, type, strVal(lfirst(cell)),
		          dropped ? NULL : strVal(lfirst(cell)));
}

static void
add_rename(SmUnseen *unseen, RenameStmt *statement)
{
	const char *before = statement->object != NULL && IsA(statement->object, String)
	                         ? strVal(statement->object)
	                         : statement->subname;

	add_named(unseen, (Node *) statement, statement->renameType, before, statement->newname);
}

/* Rows go or move, and the schema is as before; NULL: the whole database. */
static void
add_relation(SmUnseen *unseen, Node *statement, RangeVar *relation)
{
	Oid relid = relation == NULL ? InvalidOid : RangeVarGetRelid(relation, NoLock, true);
	SmJournalEntry *entry;

	if (relation == NULL)
	{
		const char *database = get_database_name(MyDatabaseId);

		add_object(unseen, statement, "database", database, database)->alert = false;
		return;
	}
	if (!OidIsValid(relid))
		return;
	entry = add_object(unseen, statement, "table", "", "");
	ObjectAddressSet(entry->address, RelationRelationId, relid);
	entry->before = entry->after = getObjectIdentity(&entry->address, true);
	entry->object_type = getObjectTypeDescription(&entry->address, true);
	entry->alert = IsA(statement, ClusterStmt) && ((ClusterStmt *) statement)->indexname != NULL;
	sm_part_place(entry);
	if (sm_part_is_temporary_schema(entry->schema))
		unseen->count--;
}

static void
add_vacuumed(SmUnseen *unseen, VacuumStmt *statement)
{
	ListCell *cell;

	if (statement->rels == NIL)
		add_relation(unseen, (Node *) statement, NULL);
	foreach (cell, statement->rels)
	{
		VacuumRelation *target = lfirst_node(VacuumRelation, cell);

		if (target->relation != NULL)
			add_relation(unseen, (Node *) statement, target->relation);
	}
}

static void
add_relations(SmUnseen *unseen, Node *statement, List *relations)
{
	ListCell *cell;

	foreach (cell, relations)
		add_relation(unseen, statement, lfirst_node(RangeVar, cell));
}

/* What is about a role, or the roles of the statement. */
static bool
list_roles(Node *statement, SmUnseen *unseen)
{
	switch (nodeTag(statement))
	{
		case T_CreateRoleStmt:
			add_object(unseen, statement, "role", NULL, ((CreateRoleStmt *) statement)->role);
			return true;
		case T_AlterRoleStmt:
			add_roles(unseen, statement, list_make1(((AlterRoleStmt *) statement)->role), false);
			return true;
		case T_AlterRoleSetStmt:
			if (((AlterRoleSetStmt *) statement)->role != NULL)
				add_roles(unseen, statement, list_make1(((AlterRoleSetStmt *) statement)->role),
				          false);
			else
				add_object(unseen, statement, "all roles", "all", "all");
			return true;
		case T_DropRoleStmt:
			add_roles(unseen, statement, ((DropRoleStmt *) statement)->roles, true);
			return true;
		case T_GrantRoleStmt:
			add_roles(unseen, statement, ((GrantRoleStmt *) statement)->grantee_roles, false);
			return true;
		case T_ReassignOwnedStmt:
			add_roles(unseen, statement, ((ReassignOwnedStmt *) statement)->roles, false);
			return true;
		default:
			return false;
	}
}

/* What is about a database, a tablespace or the server's configuration. */
static bool
list_shared(Node *statement, SmUnseen *unseen)
{
	const char *name;

	switch (nodeTag(statement))
	{
		case T_CreatedbStmt:
			add_object(unseen, statement, "database", NULL, ((CreatedbStmt *) statement)->dbname);
			return true;
		case T_AlterDatabaseStmt:
			name = ((AlterDatabaseStmt *) statement)->dbname;
			add_object(unseen, statement, "database", name, name);
			return true;
		case T_AlterDatabaseSetStmt:
			name = ((AlterDatabaseSetStmt *) statement)->dbname;
			add_object(unseen, statement, "database", name, name);
			return true;
		case T_AlterDatabaseRefreshCollStmt:
			name = ((AlterDatabaseRefreshCollStmt *) statement)->dbname;
			add_object(unseen, statement, "database", name, name);
			return true;
		case T_DropdbStmt:
			add_object(unseen, statement, "database", ((DropdbStmt *) statement)->dbname, NULL);
			return true;
		case T_CreateTableSpaceStmt:
			name = ((CreateTableSpaceStmt *) statement)->tablespacename;
			add_object(unseen, statement, "tablespace", NULL, name);
			return true;
		case T_AlterTableSpaceOptionsStmt:
			name = ((AlterTableSpaceOptionsStmt *) statement)->tablespacename;
			add_object(unseen, statement, "tablespace", name, name);
			return true;
		case T_DropTableSpaceStmt:
			name = ((DropTableSpaceStmt *) statement)->tablespacename;
			add_object(unseen, statement, "tablespace", name, NULL);
			return true;
		case T_AlterSystemStmt:
			name = ((AlterSystemStmt *) statement)->setstmt->name;
			name = name == NULL ? "all" : name;
			add_object(unseen, statement, "configuration", name, name);
			return true;
		default:
			return false;
	}
}

/* Statements of which event triggers see those about other kinds of objects. */
static bool
list_by_type(Node *statement, SmUnseen *unseen)
{
	switch (nodeTag(statement))
	{
		case T_RenameStmt:
			add_rename(unseen, (RenameStmt *) statement);
			return true;
		case T_AlterOwnerStmt:
			add_names(unseen, statement, ((AlterOwnerStmt *) statement)->objectType,
			          list_make1(((AlterOwnerStmt *) statement)->object), false);
			return true;
		case T_DropStmt:
			add_names(unseen, statement, ((DropStmt *) statement)->removeType,
			          ((DropStmt *) statement)->objects, true);
			return true;
		case T_CommentStmt:
			add_names(unseen, statement, ((CommentStmt *) statement)->objtype,
			          list_make1(((CommentStmt *) statement)->object), false);
			return true;
		case T_SecLabelStmt:
			add_names(unseen, statement, ((SecLabelStmt *) statement)->objtype,
			          list_make1(((SecLabelStmt *) statement)->object), false);
			return true;
		case T_GrantStmt:
			add_names(unseen, statement, ((GrantStmt *) statement)->objtype,
			          ((GrantStmt *) statement)->objects, false);
			return true;
		default:
			return false;
	}
}

void
sm_unseen_list(Node *statement, SmUnseen *unseen)
{
	const char *name;

	unseen->entries = NULL;
	unseen->count = 0;
	if (list_roles(statement, unseen) || list_shared(statement, unseen) ||
	    list_by_type(statement, unseen))
		return;
	switch (nodeTag(statement))
	{
		case T_CreateEventTrigStmt:
			name = ((CreateEventTrigStmt *) statement)->trigname;
			add_event_trigger(unseen, statement, NULL, name);
			break;
		case T_AlterEventTrigStmt:
			name = ((AlterEventTrigStmt *) statement)->trigname;
			add_event_trigger(unseen, statement, name, name);
			break;
		case T_ClusterStmt:
			add_relation(unseen, statement, ((ClusterStmt *) statement)->relation);
			break;
		case T_TruncateStmt:
			add_relations(unseen, statement, ((TruncateStmt *) statement)->relations);
			break;
		case T_ReindexStmt:
			add_relation(unseen, statement, ((ReindexStmt *) statement)->relation);
			break;
		case T_VacuumStmt:
			add_vacuumed(unseen, (VacuumStmt *) statement);
			break;
		default:
			break;
	}
}

void
sm_unseen_finish(SmUnseen *unseen)
{
	for (int i = 0; i < unseen->count; i++)
	{
		SmJournalEntry *entry = &unseen->entries[i];

		if (entry->before == NULL)
			entry->address = find_address(entry->object_type, entry->name);
	}
}
