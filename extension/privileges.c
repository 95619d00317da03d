/*
 * privileges.c
 *		Privileges as bodies have them (see privileges.h).  The letters, their
 *		words and the defaults are the server's own (utils/acl.h).
 */
#include "postgres.h"

#include "catalog/pg_authid_d.h"
#include "lib/stringinfo.h"
#include "nodes/parsenodes.h"
#include "utils/acl.h"
#include "utils/builtins.h"

#include "compat.h"
#include "privileges.h"

typedef struct KindDefault
{
	const char *kind;
	ObjectType type;
} KindDefault;

static const KindDefault kind_defaults[] = {
    {"table", OBJECT_TABLE},
    {"view", OBJECT_TABLE},
    {"materialized view", OBJECT_TABLE},
    {"foreign table", OBJECT_TABLE},
    {"sequence", OBJECT_SEQUENCE},
    {"schema", OBJECT_SCHEMA},
    {"function", OBJECT_FUNCTION},
    {"procedure", OBJECT_FUNCTION},
    {"aggregate", OBJECT_FUNCTION},
    {"type", OBJECT_TYPE},
    {"language", OBJECT_LANGUAGE},
    {"foreign data wrapper", OBJECT_FDW},
    {"server", OBJECT_FOREIGN_SERVER},
    {"database", OBJECT_DATABASE},
    {"tablespace", OBJECT_TABLESPACE},
};

static const struct
{
	char letter;
	const char *word;
} words[] = {
    {ACL_SELECT_CHR, "SELECT"},
    {ACL_INSERT_CHR, "INSERT"},
    {ACL_UPDATE_CHR, "UPDATE"},
    {ACL_DELETE_CHR, "DELETE"},
    {ACL_TRUNCATE_CHR, "TRUNCATE"},
    {ACL_REFERENCES_CHR, "REFERENCES"},
    {ACL_TRIGGER_CHR, "TRIGGER"},
    {ACL_EXECUTE_CHR, "EXECUTE"},
    {ACL_USAGE_CHR, "USAGE"},
    {ACL_CREATE_CHR, "CREATE"},
    {ACL_CREATE_TEMP_CHR, "TEMPORARY"},
    {ACL_CONNECT_CHR, "CONNECT"},
    {ACL_SET_CHR, "SET"},
    {ACL_ALTER_SYSTEM_CHR, "ALTER SYSTEM"},
    {'m', "MAINTAIN"}, /* from 17 on */
};

/* The letters of a mask, in the order of its bits, as aclitemout() has them. */
static char *
mask_letters(AclMode mask)
{
	static const char letters[] = ACL_ALL_RIGHTS_STR;
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < (int) strlen(letters); i++)
	{
		if (mask & (UINT64CONST(1) << i))
			appendStringInfoChar(&text, letters[i]);
	}
	return text.data;
}

/* What acldefault() gives an owner, whose name need not be that of a role here. */
static SmPrivileges
read_default(const char *kind, const char *owner)
{
	SmPrivileges result = {0};

	for (int i = 0; owner && i < (int) lengthof(kind_defaults); i++)
	{
		Acl *acl;

		if (strcmp(kind, kind_defaults[i].kind) != 0)
			continue;
		acl = acldefault(kind_defaults[i].type, BOOTSTRAP_SUPERUSERID);
		result.count = ACL_NUM(acl);
		result.entries = palloc0(sizeof(SmPrivilege) * Max(result.count, 1));
		for (int j = 0; j < result.count; j++)
		{
			AclItem *item = &ACL_DAT(acl)[j];

			result.entries[j].grantee = item->ai_grantee == ACL_ID_PUBLIC ? "" : owner;
			result.entries[j].letters = mask_letters(ACLITEM_GET_PRIVS(*item));
			result.entries[j].grantor = owner;
		}
	}
	return result;
}

/* A role name as putid() of the server writes it, up to what follows. */
static char *
read_role(const char **at)
{
	StringInfoData name;
	bool quoted = (**at == '"');

	initStringInfo(&name);
	if (quoted)
		(*at)++;
	while (**at && (quoted || (**at != '=' && **at != '/')))
	{
		if (quoted && **at == '"')
		{
			(*at)++;
			if (**at != '"')
				break;
		}
		appendStringInfoChar(&name, *(*at)++);
	}
	return name.data;
}

static void
read_entry(const char *entry, SmPrivilege *privilege)
{
	const char *at = entry;
	const char *letters;

	privilege->grantee = read_role(&at);
	letters = at + 1;
	while (*at && *at != '/')
		at++;
	if (*at == '/' && *letters != '/' && letters <= at)
	{
		privilege->letters = pnstrdup(letters, at - letters);
		at++;
		privilege->grantor = read_role(&at);
		if (*at == '\0')
			return;
	}
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
	                errmsg("malformed privilege \"%s\" in a schema body", entry)));
}

SmPrivileges
sm_privileges_read(const SmNode *node, const char *kind)
{
	const SmProperty *acl = sm_node_property(node, "acl");
	SmPrivileges result = {0};

	if (node == NULL)
		return result;
	if (acl == NULL)
		return read_default(kind, sm_node_text(node, "owner"));
	result.count = acl->nitems;
	result.entries = palloc0(sizeof(SmPrivilege) * Max(acl->nitems, 1));
	for (int i = 0; i < acl->nitems; i++)
		read_entry(acl->items[i], &result.entries[i]);
	return result;
}

char *
sm_privileges_missing(const char *letters, const char *wanted)
{
	StringInfoData missing;

	initStringInfo(&missing);
	for (const char *at = wanted; *at; at++)
	{
		const char *has = strchr(letters, *at);
		bool option = at[1] == '*';

		/* with the option it is more than without */
		if (*at != '*' && (has == NULL || (option && has[1] != '*')))
			appendStringInfo(&missing, "%c%s", *at, option ? "*" : "");
	}
	return missing.data;
}

char *
sm_privileges_words(const char *letters)
{
	StringInfoData text;

	initStringInfo(&text);
	for (const char *at = letters; *at; at++)
	{
		for (int i = 0; i < (int) lengthof(words); i++)
		{
			if (words[i].letter == *at)
				appendStringInfo(&text, "%s%s", text.len ? ", " : "", words[i].word);
		}
	}
	return text.data;
}

char *
sm_privileges_text(const SmPrivilege *privilege)
{
	if (privilege == NULL)
		return NULL;
	return psprintf("%s=%s/%s", *privilege->grantee ? quote_identifier(privilege->grantee) : "",
	                privilege->letters, quote_identifier(privilege->grantor));
}
