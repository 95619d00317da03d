/*
 * ddl_common.c
 *		Statements for what any object or part may have: owner, privileges,
 *		comment, extensions that it depends on.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "compat.h"
#include "ddl.h"
#include "privileges.h"

/* What is named in COMMENT ON: the object, or one of its parts. */
static char *
comment_target(const SmDdlTarget *target, int part, const SmNode *node)
{
	const SmPair *pair = target->pair;
	const char *object = pair->from->object.name;
	const char *name = quote_identifier(node->name);

	if (part < 0)
		return psprintf("%s %s", sm_ddl_keyword(pair->kind), object);
	if (part == SM_PART_COLUMN)
		return psprintf("COLUMN %s.%s", object, name);
	if (part == SM_PART_INDEX)
		return psprintf("INDEX %s.%s", sm_ddl_schema_of(object), name);
	return psprintf("%s %s ON %s%s", sm_ddl_keyword(sm_body_part_word(part)), name,
	                strcmp(pair->kind, "type") == 0 ? "DOMAIN " : "", object);
}

static void
write_comment(SmDdlTarget *target, int part, const SmNode *node, const char *comment)
{
	sm_ddl_add(target, SM_DDL_COMMENT, "COMMENT ON %s IS %s", comment_target(target, part, node),
	           comment ? quote_literal_cstr(comment) : "NULL");
}

/* What is named in GRANT … ON. */
static char *
grant_target(const SmPair *pair)
{
	const char *name = pair->from->object.name;

	if (strcmp(pair->kind, "sequence") == 0 || strcmp(pair->kind, "schema") == 0 ||
	    strcmp(pair->kind, "type") == 0 || strcmp(pair->kind, "function") == 0 ||
	    strcmp(pair->kind, "procedure") == 0 || strcmp(pair->kind, "language") == 0 ||
	    strcmp(pair->kind, "foreign data wrapper") == 0)
		return psprintf("%s %s", sm_ddl_keyword(pair->kind), name);
	if (strcmp(pair->kind, "aggregate") == 0)
		return psprintf("FUNCTION %s", name);
	if (strcmp(pair->kind, "server") == 0)
		return psprintf("FOREIGN SERVER %s", name);
	return psprintf("TABLE %s", name);
}

/* Letters with or without their "*", as "SELECT, INSERT" or "SELECT (column)". */
static char *
chosen_words(const char *letters, bool options, const SmNode *column)
{
	StringInfoData words;

	initStringInfo(&words);
	for (const char *at = letters; *at; at++)
	{
		char letter[2] = {*at, '\0'};

		if (*at == '*' || (at[1] == '*') != options)
			continue;
		appendStringInfo(&words, "%s%s", words.len ? ", " : "", sm_privileges_words(letter));
		if (column)
			appendStringInfo(&words, " (%s)", quote_identifier(column->name));
	}
	return words.data;
}

static char *
letters_without_options(const char *letters)
{
	char *plain = pstrdup(letters);
	char *out = plain;

	for (const char *at = letters; *at; at++)
	{
		if (*at != '*')
			*out++ = *at;
	}
	*out = '\0';
	return plain;
}

/* Letters that one side has with "*" and the other one without. */
static char *
lost_options(const char *wanted, const char *now)
{
	StringInfoData lost;

	initStringInfo(&lost);
	for (const char *at = now; *at; at++)
	{
		const char *kept = *at == '*' ? NULL : strchr(wanted, *at);

		if (kept && at[1] == '*' && kept[1] != '*')
			appendStringInfoChar(&lost, *at);
	}
	return lost.data;
}

/* "GRANT words ON object TO grantee", or REVOKE; nothing where there are no words. */
static void
add_grant(SmDdlTarget *target, SmDdlStep step, const char *verb, const char *words,
          const char *grantee)
{
	if (*words)
		sm_ddl_add(target, step, "%s %s ON %s %s %s", verb, words, grant_target(target->pair),
		           step == SM_DDL_GRANT ? "TO" : "FROM", grantee);
}

/* From one entry to another one of the same grantee; either may be NULL. */
static void
write_entry(SmDdlTarget *target, const SmNode *column, const SmPrivilege *wanted,
            const SmPrivilege *now)
{
	const char *owner = sm_node_text(&target->pair->from->object, "owner");
	const SmPrivilege *any = wanted ? wanted : now;
	const char *grantee = *any->grantee ? any->grantee : "PUBLIC";
	const char *wanted_letters = wanted ? wanted->letters : "";
	const char *letters = now ? now->letters : "";
	char *granted = sm_privileges_missing(letters, wanted_letters);
	char *revoked = sm_privileges_missing(letters_without_options(wanted_letters),
	                                      letters_without_options(letters));

	if (owner && strcmp(any->grantor, owner) != 0)
	{
		sm_ddl_refuse(target, "the privileges of %s were granted by %s, who is not the owner",
		              grantee, any->grantor);
		return;
	}
	add_grant(target, SM_DDL_REVOKE, "REVOKE", chosen_words(revoked, false, column), grantee);
	add_grant(target, SM_DDL_REVOKE, "REVOKE GRANT OPTION FOR",
	          chosen_words(lost_options(wanted_letters, letters), false, column), grantee);
	add_grant(target, SM_DDL_GRANT, "GRANT", chosen_words(granted, false, column), grantee);
	add_grant(target, SM_DDL_GRANT, "GRANT", chosen_words(granted, true, column),
	          psprintf("%s WITH GRANT OPTION", grantee));
}

/* A row of the comparison: expected is wanted. */
static void
change_privileges(SmDdlTarget *target)
{
	const SmChange *change = target->change;
	const char *kind = change->is_part ? "column" : target->pair->kind;
	SmPrivilege wanted = {0};
	SmPrivilege now = {0};

	if (strcmp(target->pair->kind, "default privileges") == 0 ||
	    strcmp(target->pair->kind, "database") == 0)
	{
		sm_ddl_refuse(target, "%s are not written from a snapshot",
		              strcmp(target->pair->kind, "database") == 0 ? "privileges on what initdb made"
		                                                          : "default privileges");
		return;
	}
	if (change->expected)
		wanted = sm_privileges_parse(change->expected, kind);
	if (change->actual)
		now = sm_privileges_parse(change->actual, kind);
	write_entry(target, change->is_part ? change->from : NULL, change->expected ? &wanted : NULL,
	            change->actual ? &now : NULL);
}

static const SmPrivilege *
find_grantee(const SmPrivileges *privileges, const char *grantee)
{
	for (int i = 0; i < privileges->count; i++)
	{
		if (strcmp(privileges->entries[i].grantee, grantee) == 0)
			return &privileges->entries[i];
	}
	return NULL;
}

/* From the privileges that every new object has to those of this one. */
static void
add_privileges(SmDdlTarget *target, const SmNode *node, const char *kind, const SmNode *column)
{
	SmNode fresh = {.name = node->name};
	SmProperty owner = {.name = "owner"};
	SmPrivileges wanted = sm_privileges_read(node, kind);
	SmPrivileges now;

	if (sm_node_property(node, "acl") == NULL)
		return;
	owner.text = sm_node_text(node, "owner");
	fresh.nproperties = owner.text ? 1 : 0;
	fresh.properties = &owner;
	now = sm_privileges_read(&fresh, kind);
	for (int i = 0; i < now.count; i++)
	{
		if (find_grantee(&wanted, now.entries[i].grantee) == NULL)
			write_entry(target, column, NULL, &now.entries[i]);
	}
	for (int i = 0; i < wanted.count; i++)
		write_entry(target, column, &wanted.entries[i],
		            find_grantee(&now, wanted.entries[i].grantee));
}

static char *
alter_target(const SmDdlTarget *target, int part, const SmNode *node)
{
	return psprintf("ALTER %s", comment_target(target, part, node));
}

static void
add_extensions(SmDdlTarget *target, int part, const SmNode *node)
{
	const SmProperty *extensions = sm_node_property(node, "depends_on_extensions");

	for (int i = 0; extensions && i < extensions->nitems; i++)
		sm_ddl_add(target, SM_DDL_STATE, "%s DEPENDS ON EXTENSION %s",
		           alter_target(target, part, node), extensions->items[i]);
}

static void
add_labels(SmDdlTarget *target, const SmNode *node)
{
	if (sm_node_property(node, "security_labels"))
		sm_ddl_refuse(target, "security labels are not written");
}

void
sm_ddl_new_common(SmDdlTarget *target)
{
	const SmNode *object = &target->pair->from->object;

	if (sm_node_property(object, "owner"))
		sm_ddl_add(target, SM_DDL_OWNER, "ALTER %s %s OWNER TO %s",
		           sm_ddl_keyword(target->pair->kind), object->name, sm_node_text(object, "owner"));
	add_privileges(target, object, target->pair->kind, NULL);
	if (sm_node_property(object, "comment"))
		write_comment(target, -1, object, sm_node_text(object, "comment"));
	add_extensions(target, -1, object);
	add_labels(target, object);
}

void
sm_ddl_new_common_part(SmDdlTarget *target, SmPartKind kind, const SmNode *part)
{
	if (kind == SM_PART_COLUMN)
		add_privileges(target, part, "column", part);
	if (sm_node_property(part, "comment"))
		write_comment(target, kind, part, sm_node_text(part, "comment"));
	add_extensions(target, kind, part);
	add_labels(target, part);
}

bool
sm_ddl_common(SmDdlTarget *target)
{
	const SmChange *change = target->change;
	int part = change->is_part ? (int) change->part : -1;

	if (change->change != SM_CHANGE_CHANGED)
		return false;
	if (strcmp(change->property, "comment") == 0)
		write_comment(target, part, change->from, change->expected);
	else if (strcmp(change->property, "acl") == 0)
		change_privileges(target);
	else if (strcmp(change->property, "owner") == 0 && sm_node_property(change->from, "owned_by"))
		return true; /* a sequence has the owner of its table */
	else if (strcmp(change->property, "owner") == 0 && !change->is_part &&
	         strcmp(target->pair->kind, "extension") != 0)
		sm_ddl_add(target, SM_DDL_OWNER, "ALTER %s %s OWNER TO %s",
		           sm_ddl_keyword(target->pair->kind), target->pair->from->object.name,
		           change->expected);
	else if (strcmp(change->property, "depends_on_extensions") == 0)
		sm_ddl_add(target, SM_DDL_STATE, "%s %sDEPENDS ON EXTENSION %s",
		           alter_target(target, part, change->from), change->expected ? "" : "NO ",
		           change->expected ? change->expected : change->actual);
	else if (strcmp(change->property, "security_labels") == 0)
		sm_ddl_refuse(target, "security labels are not written");
	else
		return false;
	return true;
}
