/*
 * severity.c
 *		How grave a change is (see severity.h): one table, read from the top.
 */
#include "postgres.h"

#include "severity.h"

typedef struct SeverityRule
{
	const char *change;      /* NULL: any */
	const char *command_tag; /* NULL: any */
	const char *object_type; /* NULL: any */
	const char *severity;
} SeverityRule;

static const SeverityRule rules[] = {
    {"tampered", NULL, NULL, "critical"},
    /* what held data, or what all else stands in, is gone */
    {"removed", NULL, "table", "critical"},
    {"removed", NULL, "table column", "critical"},
    {"removed", NULL, "materialized view", "critical"},
    {"removed", NULL, "foreign table", "critical"},
    {"removed", NULL, "sequence", "critical"},
    {"removed", NULL, "schema", "critical"},
    {"removed", NULL, "extension", "critical"},
    {"removed", NULL, "database", "critical"},
    {"removed", NULL, "index", "medium"},
    {"removed", NULL, "statistics object", "low"},
    {"removed", NULL, NULL, "high"},
    {"renamed", NULL, NULL, "high"},
    {NULL, "COMMENT", NULL, "low"},
    /* who may do what */
    {NULL, "GRANT", NULL, "high"},
    {NULL, "REVOKE", NULL, "high"},
    {NULL, "GRANT ROLE", NULL, "high"},
    {NULL, "REVOKE ROLE", NULL, "high"},
    {NULL, "ALTER DEFAULT PRIVILEGES", NULL, "high"},
    {NULL, "SECURITY LABEL", NULL, "high"},
    {NULL, "REASSIGN OWNED", NULL, "high"},
    {NULL, NULL, "role", "high"},
    {NULL, NULL, "policy", "high"},
    /* what runs by itself, or holds rows back */
    {NULL, NULL, "trigger", "high"},
    {NULL, NULL, "rule", "high"},
    {NULL, NULL, "event trigger", "high"},
    {NULL, NULL, "table constraint", "high"},
    {NULL, NULL, "domain constraint", "high"},
    {"changed", NULL, "table", "high"},
    {"changed", NULL, "table column", "high"},
    {"changed", NULL, "view", "high"},
    {"changed", NULL, "materialized view", "high"},
    {"changed", NULL, "type", "high"},
    {"changed", NULL, "function", "high"},
    {"changed", NULL, "procedure", "high"},
    {"changed", NULL, "aggregate", "high"},
    {"changed", NULL, "publication", "high"},
    {"added", NULL, "index", "low"},
    {"added", NULL, "statistics object", "low"},
};

static bool
matches(const char *wanted, const char *value)
{
	return wanted == NULL || (value != NULL && strcmp(wanted, value) == 0);
}

const char *
sm_severity(const SmJournalEntry *entry)
{
	for (int i = 0; i < (int) lengthof(rules); i++)
	{
		if (matches(rules[i].change, entry->change) &&
		    matches(rules[i].command_tag, entry->command_tag) &&
		    matches(rules[i].object_type, entry->object_type))
			return rules[i].severity;
	}
	return entry->rewrite != NULL ? "high" : "medium";
}
