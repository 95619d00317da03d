/*
 * classify.c
 *		Finds the rule of a change (classify_rules.c) and what the two bodies say
 *		about it.  What the live catalogs say is evidence.c's.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "classify.h"
#include "compat.h"
#include "privileges.h"
#include "type_change.h"

const char *
sm_classify_bump_word(SmBump bump)
{
	static const char *const words[] = {"none", "patch", "minor", "major"};

	return words[bump];
}

const char *
sm_classify_hazard_word(SmHazard hazard)
{
	static const char *const words[] = {"none", "brief", "long"};

	return words[hazard];
}

const SmRule *
sm_classify_find_rule(const char *id)
{
	for (int i = 0; i < sm_rules_count; i++)
	{
		if (strcmp(sm_rules[i].id, id) == 0)
			return &sm_rules[i];
	}
	elog(ERROR, "there is no rule \"%s\"", id);
}

static bool
is_among(const char *word, const char *const *list)
{
	for (; *list; list++)
	{
		if (strcmp(word, *list) == 0)
			return true;
	}
	return false;
}

static bool
type_fits(const char *rule_type, const char *type)
{
	static const char *const relations[] = {"table",         "view",     "materialized view",
	                                        "foreign table", "sequence", NULL};
	static const char *const routines[] = {"function", "procedure", "aggregate", NULL};

	if (rule_type == NULL || strcmp(rule_type, type) == 0)
		return true;
	if (strcmp(rule_type, "relation") == 0)
		return is_among(type, relations);
	return strcmp(rule_type, "routine") == 0 && is_among(type, routines);
}

static bool
property_fits(const char *rule_property, const char *property)
{
	if (rule_property == NULL || property == NULL)
		return rule_property == property;
	return strcmp(rule_property, "*") == 0 || strcmp(rule_property, property) == 0;
}

const SmRule *
sm_classify(const SmPair *pair, const SmChange *change)
{
	for (int i = 0; i < sm_rules_count; i++)
	{
		const SmRule *rule = &sm_rules[i];

		if (rule->change == change->change && type_fits(rule->object_type, change->object_type) &&
		    property_fits(rule->property, change->property) &&
		    (rule->test == NULL || rule->test(pair, change)))
			return rule;
	}
	elog(ERROR, "no rule fits a change of %s", change->object_type);
}

/* "SELECT for web; SELECT, INSERT for app" of all but the owner. */
static void
append_roles(StringInfo evidence, const SmNode *node, const char *kind, const char *owner)
{
	SmPrivileges privileges = sm_privileges_read(node, kind);
	int start = evidence->len;

	for (int i = 0; i < privileges.count; i++)
	{
		const SmPrivilege *entry = &privileges.entries[i];

		if (owner && strcmp(entry->grantee, owner) == 0)
			continue;
		if (evidence->len == start)
			appendStringInfo(evidence, "%sother roles: ", start > 0 ? "; " : "");
		else
			appendStringInfoString(evidence, ", ");
		appendStringInfo(evidence, "%s (%s)", *entry->grantee ? entry->grantee : "PUBLIC",
		                 sm_privileges_words(entry->letters));
	}
}

/* Where the older state had privileges, somebody relies on it. */
static const SmBody *
older_body(const SmPair *pair)
{
	return pair->from ? pair->from : pair->to;
}

char *
sm_classify_evidence(const SmRule *rule, const SmPair *pair, const SmChange *change)
{
	StringInfoData evidence;

	initStringInfo(&evidence);
	if (rule->note)
		appendStringInfoString(&evidence, rule->note);
	if (rule->facts & SM_FACTS_ROLES)
	{
		const SmBody *body = older_body(pair);

		append_roles(&evidence, &body->object, pair->kind, sm_node_text(&body->object, "owner"));
	}
	if ((rule->facts & SM_FACTS_REWRITE) && change->expected && change->actual)
	{
		const char *missing = !sm_type_exists(change->expected) ? change->expected
		                      : !sm_type_exists(change->actual) ? change->actual
		                                                        : NULL;

		if (missing)
			appendStringInfo(&evidence, "%stype %s is not in this database, so it is not compared",
			                 evidence.len > 0 ? "; " : "", missing);
	}
	return evidence.len > 0 ? evidence.data : NULL;
}

SmHazard
sm_classify_hazard(const SmRule *rule, const SmChange *change)
{
	bool rewrites = true;

	if ((rule->facts & SM_FACTS_REWRITE) && change->expected && change->actual)
	{
		(void) sm_type_change(change->expected, change->actual, &rewrites);
		if (!rewrites)
			return SM_HAZARD_BRIEF;
	}
	return rule->hazard;
}
