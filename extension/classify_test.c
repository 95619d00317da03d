/*
 * classify_test.c
 *		The conditions of the rules in classify_rules.c: what a rule asks of a
 *		change beyond its type and property.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "classify_test.h"
#include "compat.h"
#include "privileges.h"
#include "routine_arguments.h"
#include "type_change.h"

bool
sm_test_never(const SmPair *pair, const SmChange *change)
{
	return false;
}

bool
sm_test_becomes_set(const SmPair *pair, const SmChange *change)
{
	return change->expected == NULL;
}

bool
sm_test_becomes_unset(const SmPair *pair, const SmChange *change)
{
	return change->actual == NULL;
}

bool
sm_test_entry_is_new(const SmPair *pair, const SmChange *change)
{
	return change->expected == NULL;
}

static bool
type_change_is(const SmChange *change, SmTypeChange wanted)
{
	bool rewrites;

	return change->expected && change->actual &&
	       sm_type_change(change->expected, change->actual, &rewrites) == wanted;
}

bool
sm_test_type_is_wider(const SmPair *pair, const SmChange *change)
{
	return type_change_is(change, SM_TYPE_WIDER);
}

bool
sm_test_type_is_narrower(const SmPair *pair, const SmChange *change)
{
	return type_change_is(change, SM_TYPE_NARROWER);
}

/* Whether an INSERT that does not name a column of this kind fails. */
static bool
must_be_given(const SmNode *column)
{
	return sm_node_is(column, "not_null") && sm_node_property(column, "default") == NULL &&
	       sm_node_property(column, "identity") == NULL;
}

bool
sm_test_value_is_required(const SmPair *pair, const SmChange *change)
{
	return must_be_given(change->to) && strcmp(pair->kind, "table") == 0;
}

/* A default or identity is gone, and NULL is no way out. */
bool
sm_test_still_not_null(const SmPair *pair, const SmChange *change)
{
	return change->actual == NULL && must_be_given(change->to);
}

bool
sm_test_becomes_always(const SmPair *pair, const SmChange *change)
{
	return change->actual && strcmp(change->actual, "always") == 0;
}

/* One label, not the order of them all. */
bool
sm_test_label_is_new(const SmPair *pair, const SmChange *change)
{
	return change->expected == NULL;
}

bool
sm_test_label_is_gone(const SmPair *pair, const SmChange *change)
{
	return change->actual == NULL;
}

/* A row of the order has both sides as lists. */
bool
sm_test_label_is_renamed(const SmPair *pair, const SmChange *change)
{
	return change->expected && change->actual && *change->expected != '[';
}

/* Whether a new label stands behind all that were there before. */
bool
sm_test_label_is_last(const SmPair *pair, const SmChange *change)
{
	const SmProperty *before = sm_node_property(change->from, change->property);
	const SmProperty *now = sm_node_property(change->to, change->property);
	bool seen = false;

	if (change->expected || before == NULL || now == NULL)
		return false;
	for (int i = 0; i < now->nitems; i++)
	{
		if (strcmp(now->items[i], change->actual) == 0)
			seen = true;
		for (int j = 0; seen && j < before->nitems; j++)
		{
			if (strcmp(before->items[j], now->items[i]) == 0)
				return false;
		}
	}
	return true;
}

static bool
is_constraint(const SmChange *change, const char *type)
{
	return sm_node_equals(change->to ? change->to : change->from, "type", type);
}

bool
sm_test_is_check(const SmPair *pair, const SmChange *change)
{
	return is_constraint(change, "check");
}

bool
sm_test_is_foreign_key(const SmPair *pair, const SmChange *change)
{
	return is_constraint(change, "foreign key");
}

bool
sm_test_is_unique(const SmPair *pair, const SmChange *change)
{
	return is_constraint(change, "unique") || is_constraint(change, "primary key");
}

bool
sm_test_is_exclusion(const SmPair *pair, const SmChange *change)
{
	return is_constraint(change, "exclusion");
}

bool
sm_test_is_not_null(const SmPair *pair, const SmChange *change)
{
	return is_constraint(change, "not null");
}

bool
sm_test_is_unique_index(const SmPair *pair, const SmChange *change)
{
	return sm_node_is(change->to ? change->to : change->from, "unique");
}

bool
sm_test_only_adds_defaults(const SmPair *pair, const SmChange *change)
{
	return sm_routine_only_adds_defaults(change->expected, change->actual);
}

/* The letters of an entry of a row "grantee=letters/grantor"; "" for none. */
static const char *
entry_letters(const char *entry)
{
	const char *slash = entry ? strrchr(entry, '/') : NULL;
	const char *start = slash;

	while (start && start > entry && start[-1] != '=')
		start--;
	return slash ? pnstrdup(start, slash - start) : "";
}

bool
sm_test_only_grants(const SmPair *pair, const SmChange *change)
{
	return *sm_privileges_missing(entry_letters(change->actual), entry_letters(change->expected)) ==
	       '\0';
}

bool
sm_test_is_restrictive(const SmPair *pair, const SmChange *change)
{
	return sm_node_is(change->to ? change->to : change->from, "restrictive");
}

/* Whether every entry of one list is in the other; a missing list is PUBLIC. */
static bool
contains_all(const SmProperty *list, const SmProperty *wanted)
{
	if (list == NULL)
		return true;
	for (int i = 0; i < (wanted ? wanted->nitems : 0); i++)
	{
		bool found = false;

		for (int j = 0; !found && j < list->nitems; j++)
			found = strcmp(list->items[j], wanted->items[i]) == 0;
		if (!found)
			return false;
	}
	return wanted != NULL;
}

/* A permissive policy for more roles, or a restrictive one for fewer. */
bool
sm_test_policy_reaches_more(const SmPair *pair, const SmChange *change)
{
	const SmProperty *before = sm_node_property(change->from, "roles");
	const SmProperty *now = sm_node_property(change->to, "roles");

	return sm_node_is(change->to, "restrictive") ? contains_all(before, now)
	                                             : contains_all(now, before);
}

/* The value of an option "name=value"; NULL where it is another option. */
static const char *
option_value(const char *option, const char *name)
{
	size_t length = strlen(name);

	if (option && strncmp(option, name, length) == 0 && option[length] == '=')
		return option + length + 1;
	return NULL;
}

static bool
option_is_on(const char *option, const char *name)
{
	const char *value = option_value(option, name);
	bool on;

	return value && parse_bool(value, &on) && on;
}

bool
sm_test_option_invoker_on(const SmPair *pair, const SmChange *change)
{
	return option_is_on(change->actual, "security_invoker") &&
	       !option_is_on(change->expected, "security_invoker");
}

bool
sm_test_option_invoker_off(const SmPair *pair, const SmChange *change)
{
	return option_is_on(change->expected, "security_invoker") &&
	       !option_is_on(change->actual, "security_invoker");
}

bool
sm_test_option_barrier(const SmPair *pair, const SmChange *change)
{
	return option_value(change->actual, "security_barrier") ||
	       option_value(change->expected, "security_barrier");
}

bool
sm_test_option_check(const SmPair *pair, const SmChange *change)
{
	return option_value(change->actual, "check_option") != NULL;
}
