/*
 * diff_property.c
 *		How the value of one property is compared: as a whole, or entry by entry,
 *		and after what was renamed has its new name.  Which nodes are compared is
 *		diff.c's.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/json.h"

#include "compat.h"
#include "diff_property.h"
#include "privileges.h"
#include "same_text.h"

/* How the entries of a list stand to each other. */
typedef enum Shape
{
	SHAPE_WHOLE,      /* one value */
	SHAPE_SET,        /* independent entries */
	SHAPE_KEYED,      /* independent entries "key=value" */
	SHAPE_PRIVILEGES, /* independent entries by grantee and grantor */
	SHAPE_LABELS,     /* entries with an order; each one matters */
	SHAPE_ORDER       /* only the order of those that both sides have matters */
} Shape;

/* What the value, or each entry of the list, is the name of. */
typedef enum Names
{
	NAMES_NOTHING,
	NAMES_ROLE,
	NAMES_SCHEMA,
	NAMES_RELATION, /* or type with its array suffix, index, routine with its arguments */
	NAMES_QUALIFIED_COLUMN,
	NAMES_COLUMN,            /* raw, of the object itself */
	NAMES_KEY,               /* the same quoted, or an expression */
	NAMES_PUBLISHED,         /* a table, and what else CREATE PUBLICATION says of it */
	NAMES_REFERENCED_COLUMN, /* raw, of the table that property references names */
	NAMES_EXPRESSION,        /* a text that may name anything */
	NAMES_STATEMENT,
	NAMES_ARGUMENTS,
	NAMES_RESULT,
	NAMES_BODY
} Names;

typedef struct PropertyRule
{
	const char *name;
	Shape shape;
	Names names;
} PropertyRule;

static const PropertyRule property_rules[] = {
    {"acl", SHAPE_PRIVILEGES, NAMES_ROLE},
    {"arguments", SHAPE_WHOLE, NAMES_ARGUMENTS},
    {"base_type", SHAPE_WHOLE, NAMES_RELATION},
    {"body", SHAPE_WHOLE, NAMES_BODY},
    {"canonical", SHAPE_WHOLE, NAMES_RELATION},
    {"check", SHAPE_WHOLE, NAMES_EXPRESSION},
    {"collation", SHAPE_WHOLE, NAMES_RELATION},
    {"column_order", SHAPE_ORDER, NAMES_COLUMN},
    {"columns", SHAPE_WHOLE, NAMES_COLUMN},
    {"combine", SHAPE_WHOLE, NAMES_RELATION},
    {"default", SHAPE_WHOLE, NAMES_EXPRESSION},
    {"definition", SHAPE_WHOLE, NAMES_STATEMENT},
    {"depends_on_extensions", SHAPE_SET, NAMES_NOTHING},
    {"expression", SHAPE_WHOLE, NAMES_EXPRESSION},
    {"fdw_options", SHAPE_KEYED, NAMES_NOTHING},
    {"final", SHAPE_WHOLE, NAMES_RELATION},
    {"function", SHAPE_WHOLE, NAMES_RELATION},
    {"include", SHAPE_WHOLE, NAMES_KEY},
    {"keys", SHAPE_WHOLE, NAMES_KEY},
    {"labels", SHAPE_LABELS, NAMES_NOTHING},
    {"member_acl", SHAPE_SET, NAMES_NOTHING},
    {"member_of", SHAPE_SET, NAMES_NOTHING},
    {"moving_final", SHAPE_WHOLE, NAMES_RELATION},
    {"moving_inverse", SHAPE_WHOLE, NAMES_RELATION},
    {"moving_state_type", SHAPE_WHOLE, NAMES_RELATION},
    {"moving_transition", SHAPE_WHOLE, NAMES_RELATION},
    {"multirange", SHAPE_WHOLE, NAMES_RELATION},
    {"of_type", SHAPE_WHOLE, NAMES_RELATION},
    {"operations", SHAPE_SET, NAMES_NOTHING},
    {"options", SHAPE_KEYED, NAMES_NOTHING},
    {"owned_by", SHAPE_WHOLE, NAMES_QUALIFIED_COLUMN},
    {"owner", SHAPE_WHOLE, NAMES_ROLE},
    {"parent", SHAPE_WHOLE, NAMES_RELATION},
    {"parents", SHAPE_WHOLE, NAMES_RELATION},
    {"predicate", SHAPE_WHOLE, NAMES_EXPRESSION},
    {"publications", SHAPE_SET, NAMES_NOTHING},
    {"references", SHAPE_WHOLE, NAMES_RELATION},
    {"referenced_columns", SHAPE_WHOLE, NAMES_REFERENCED_COLUMN},
    {"relation", SHAPE_WHOLE, NAMES_RELATION},
    {"returns", SHAPE_WHOLE, NAMES_RESULT},
    {"roles", SHAPE_WHOLE, NAMES_ROLE},
    {"schema", SHAPE_WHOLE, NAMES_SCHEMA},
    {"schemas", SHAPE_SET, NAMES_SCHEMA},
    {"security_labels", SHAPE_SET, NAMES_NOTHING},
    {"set_columns", SHAPE_WHOLE, NAMES_COLUMN},
    {"settings", SHAPE_KEYED, NAMES_NOTHING},
    {"state_type", SHAPE_WHOLE, NAMES_RELATION},
    {"subtype", SHAPE_WHOLE, NAMES_RELATION},
    {"subtype_diff", SHAPE_WHOLE, NAMES_RELATION},
    {"subtype_opclass", SHAPE_WHOLE, NAMES_RELATION},
    {"support", SHAPE_WHOLE, NAMES_RELATION},
    {"tables", SHAPE_SET, NAMES_PUBLISHED},
    {"tags", SHAPE_SET, NAMES_NOTHING},
    {"toast_options", SHAPE_KEYED, NAMES_NOTHING},
    {"transition", SHAPE_WHOLE, NAMES_RELATION},
    {"type", SHAPE_WHOLE, NAMES_RELATION},
    {"using", SHAPE_WHOLE, NAMES_EXPRESSION},
};

/* What the constraint of an index says already. */
static const char *const constraint_index_properties[] = {"deferred", "exclusion", "include",
                                                          "keys",     "primary",   "unique"};

static int
compare_rule(const void *key, const void *rule)
{
	return strcmp(key, ((const PropertyRule *) rule)->name);
}

static const PropertyRule *
find_rule(const char *name)
{
	static const PropertyRule whole = {"", SHAPE_WHOLE, NAMES_NOTHING};
	const PropertyRule *rule = NULL;

	for (int i = 0; rule == NULL && i < (int) lengthof(property_rules); i++)
	{
		if (compare_rule(name, &property_rules[i]) == 0)
			rule = &property_rules[i];
	}
	return rule ? rule : &whole;
}

/* The new raw name of a column of the object itself. */
static const char *
own_column_now(const SmDiff *diff, const char *column)
{
	for (int i = 0; i < diff->counts[SM_PART_COLUMN]; i++)
	{
		const SmPartMatch *match = &diff->matches[SM_PART_COLUMN][i];

		if (match->from && match->to && strcmp(match->from->name, column) == 0)
			return match->to->name;
	}
	return column;
}

/* The same for an index key: only a plain column, quoted, is known to be one. */
static const char *
own_key_now(const SmDiff *diff, const char *key)
{
	for (int i = 0; i < diff->counts[SM_PART_COLUMN]; i++)
	{
		const SmPartMatch *match = &diff->matches[SM_PART_COLUMN][i];

		if (match->from && match->to && strcmp(match->from->name, match->to->name) != 0 &&
		    strcmp(quote_identifier(match->from->name), key) == 0)
			return quote_identifier(match->to->name);
	}
	return key;
}

/* "table (columns) WHERE (filter)" with the new name of the table. */
static const char *
published_now(const SmDiff *diff, const char *entry)
{
	bool quoted = false;
	const char *end = entry;
	const char *table;
	const char *now;

	for (; *end && (quoted || *end != ' '); end++)
		quoted ^= (*end == '"');
	table = pnstrdup(entry, end - entry);
	now = sm_renames_now(diff->renames, "", table);
	return now == table ? entry : psprintf("%s%s", now, end);
}

/* A value or entry of the older side, in the newer side's names. */
static const char *
name_now(const SmDiff *diff, const SmChange *change, Names names, const char *value)
{
	switch (names)
	{
		case NAMES_ROLE:
			return sm_renames_now(diff->renames, "role", value);
		case NAMES_SCHEMA:
			return sm_renames_now(diff->renames, "schema", value);
		case NAMES_RELATION:
			return sm_renames_now(diff->renames, "", value);
		case NAMES_QUALIFIED_COLUMN:
			return sm_renames_qualified_column_now(diff->renames, value);
		case NAMES_COLUMN:
			return own_column_now(diff, value);
		case NAMES_KEY:
			return own_key_now(diff, value);
		case NAMES_PUBLISHED:
			return published_now(diff, value);
		case NAMES_REFERENCED_COLUMN:
			return sm_renames_column_now(diff->renames, sm_node_text(change->from, "references"),
			                             value);
		default:
			return value;
	}
}

/* Whether an older value, which is a text of SQL, says the same as a newer one. */
static bool
same_sql(const SmDiff *diff, Names names, const char *from, const char *to)
{
	static const SmTextKind kinds[] = {
	    [NAMES_KEY] = SM_TEXT_EXPRESSION,      [NAMES_EXPRESSION] = SM_TEXT_EXPRESSION,
	    [NAMES_STATEMENT] = SM_TEXT_STATEMENT, [NAMES_ARGUMENTS] = SM_TEXT_ARGUMENTS,
	    [NAMES_RESULT] = SM_TEXT_RESULT,       [NAMES_BODY] = SM_TEXT_BODY};

	if (names < NAMES_EXPRESSION && names != NAMES_KEY)
		return false;
	return sm_same_text(kinds[names], from, to, diff->renames, diff->pair->from->object.name);
}

static bool
same_value(const SmDiff *diff, const SmChange *change, Names names, const char *from,
           const char *to)
{
	return strcmp(name_now(diff, change, names, from), to) == 0 || same_sql(diff, names, from, to);
}

static void
emit(SmDiff *diff, const SmChange *change, const char *property, const char *expected,
     const char *actual)
{
	SmChange one = *change;

	one.property = property;
	one.expected = expected;
	one.actual = actual;
	diff->sink(diff->pair, &one, diff->arg);
}

static bool
same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Whether two lists are the same, entry by entry. */
static bool
same_list(const SmDiff *diff, const SmChange *change, Names names, const SmProperty *from,
          const SmProperty *to)
{
	if (from->nitems != to->nitems)
		return false;
	for (int i = 0; i < from->nitems; i++)
	{
		if (!same_value(diff, change, names, from->items[i], to->items[i]))
			return false;
	}
	return true;
}

static void
diff_whole(SmDiff *diff, const SmChange *change, Names names, const SmProperty *from,
           const SmProperty *to)
{
	const char *name = from ? from->name : to->name;

	if (from && to && from->list && to->list)
	{
		if (same_list(diff, change, names, from, to))
			return;
	}
	else if (from && to && from->list == to->list &&
	         same_value(diff, change, names, from->text, to->text))
		return;
	emit(diff, change, name, from ? from->text : NULL, to ? to->text : NULL);
}

/* How much of an entry is its key: up to the first "=" or all of it. */
static int
key_length(const char *entry, Shape shape)
{
	const char *end = shape == SHAPE_KEYED ? strchr(entry, '=') : NULL;

	return end ? end - entry : (int) strlen(entry);
}

/* The entry with the same key; NULL: none. */
static const char *
find_entry(const SmDiff *diff, const SmChange *change, const PropertyRule *rule,
           const SmProperty *list, const char *entry, bool list_is_from)
{
	int length = key_length(entry, rule->shape);

	for (int i = 0; list && i < list->nitems; i++)
	{
		const char *other = list->items[i];

		if (list_is_from)
			other = name_now(diff, change, rule->names, other);
		if (key_length(other, rule->shape) == length && memcmp(other, entry, length) == 0)
			return other;
	}
	return NULL;
}

/* A publication that does not say what it sends sends all of it. */
static const SmProperty *
all_operations(void)
{
	static const char *operations[] = {"delete", "insert", "truncate", "update"};
	static const SmProperty all = {
	    .name = "operations", .list = true, .nitems = lengthof(operations), .items = operations};

	return &all;
}

static void
diff_entries(SmDiff *diff, const SmChange *change, const PropertyRule *rule, const SmProperty *from,
             const SmProperty *to)
{
	if (strcmp(rule->name, "operations") == 0)
	{
		from = from ? from : all_operations();
		to = to ? to : all_operations();
	}
	for (int i = 0; from && i < from->nitems; i++)
	{
		const char *entry = name_now(diff, change, rule->names, from->items[i]);
		const char *other = find_entry(diff, change, rule, to, entry, false);

		if (!same_text(entry, other))
			emit(diff, change, rule->name, from->items[i], other);
	}
	for (int i = 0; to && i < to->nitems; i++)
	{
		if (find_entry(diff, change, rule, from, to->items[i], true) == NULL)
			emit(diff, change, rule->name, NULL, to->items[i]);
	}
}

/*
 * ALTER … OWNER puts the new owner in the place of the old one in all entries
 * (aclnewowner()): that is no grant and no revocation of its own.
 */
static SmPrivileges
read_older_privileges(SmDiff *diff, const SmChange *change)
{
	SmPrivileges privileges =
	    sm_privileges_read(change->from, change->is_part ? "column" : diff->pair->kind);
	const char *from_owner = sm_node_text(&diff->pair->from->object, "owner");
	const char *to_owner = sm_node_text(&diff->pair->to->object, "owner");

	for (int i = 0; i < privileges.count; i++)
	{
		SmPrivilege *entry = &privileges.entries[i];

		entry->grantee = same_text(entry->grantee, from_owner) && to_owner
		                     ? to_owner
		                     : sm_renames_now(diff->renames, "role", entry->grantee);
		entry->grantor = same_text(entry->grantor, from_owner) && to_owner
		                     ? to_owner
		                     : sm_renames_now(diff->renames, "role", entry->grantor);
	}
	return privileges;
}

static const SmPrivilege *
find_privilege(const SmPrivileges *privileges, const SmPrivilege *wanted)
{
	for (int i = 0; i < privileges->count; i++)
	{
		if (strcmp(privileges->entries[i].grantee, wanted->grantee) == 0 &&
		    strcmp(privileges->entries[i].grantor, wanted->grantor) == 0)
			return &privileges->entries[i];
	}
	return NULL;
}

static void
diff_privileges(SmDiff *diff, const SmChange *change)
{
	SmPrivileges from = read_older_privileges(diff, change);
	SmPrivileges to = sm_privileges_read(change->to, change->is_part ? "column" : diff->pair->kind);

	for (int i = 0; i < from.count; i++)
	{
		const SmPrivilege *other = find_privilege(&to, &from.entries[i]);

		if (other == NULL || strcmp(other->letters, from.entries[i].letters) != 0)
			emit(diff, change, "acl", sm_privileges_text(&from.entries[i]),
			     sm_privileges_text(other));
	}
	for (int i = 0; i < to.count; i++)
	{
		if (find_privilege(&from, &to.entries[i]) == NULL)
			emit(diff, change, "acl", NULL, sm_privileges_text(&to.entries[i]));
	}
}

/* The entries of a list that the other one has too, in the newer names. */
static char *
common_order(const SmDiff *diff, const SmProperty *list, const SmProperty *other, bool list_is_from)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < list->nitems; i++)
	{
		const char *entry = list_is_from ? own_column_now(diff, list->items[i]) : list->items[i];
		bool common = false;

		for (int j = 0; !common && j < other->nitems; j++)
			common = strcmp(entry, list_is_from ? other->items[j]
			                                    : own_column_now(diff, other->items[j])) == 0;
		if (!common)
			continue;
		appendStringInfoString(&text, text.len ? ", " : "[");
		escape_json(&text, entry);
	}
	appendStringInfoString(&text, text.len ? "]" : "[]");
	return text.data;
}

static void
diff_order(SmDiff *diff, const SmChange *change, const SmProperty *from, const SmProperty *to)
{
	char *expected;
	char *actual;

	if (from == NULL || to == NULL)
		return;
	expected = common_order(diff, from, to, true);
	actual = common_order(diff, to, from, false);
	if (strcmp(expected, actual) != 0)
		emit(diff, change, from->name, expected, actual);
}

/* The newer name of a label, where identities of both sides prove it. */
static const char *
label_now(const SmDiff *diff, const SmProperty *from, const SmProperty *to, int number)
{
	const SmBody *older = diff->pair->from;
	const SmBody *newer = diff->pair->to;

	if (older->object.identity == newer->object.identity && older->nlabels == from->nitems &&
	    newer->nlabels == to->nitems)
	{
		for (int i = 0; i < to->nitems; i++)
		{
			if (newer->labels[i] == older->labels[number])
				return to->items[i];
		}
	}
	return from->items[number];
}

/*
 * Labels that have another name, those that are gone, those that are new, and,
 * where the others have another order, the order.
 */
static void
diff_labels(SmDiff *diff, const SmChange *change, const PropertyRule *rule, const SmProperty *from,
            const SmProperty *to)
{
	SmProperty renamed;
	char *expected;
	char *actual;

	if (from == NULL || to == NULL)
	{
		diff_entries(diff, change, rule, from, to);
		return;
	}
	renamed = *from;
	renamed.items = palloc(sizeof(char *) * Max(from->nitems, 1));
	for (int i = 0; i < from->nitems; i++)
	{
		renamed.items[i] = label_now(diff, from, to, i);
		if (strcmp(renamed.items[i], from->items[i]) != 0)
			emit(diff, change, rule->name, from->items[i], renamed.items[i]);
	}
	diff_entries(diff, change, rule, &renamed, to);
	expected = common_order(diff, &renamed, to, true);
	actual = common_order(diff, to, &renamed, false);
	if (strcmp(expected, actual) != 0)
		emit(diff, change, rule->name, expected, actual);
}

static void
diff_property(SmDiff *diff, const SmChange *change, const SmProperty *from, const SmProperty *to)
{
	const PropertyRule *rule = find_rule(from ? from->name : to->name);
	bool list = (from == NULL || from->list) && (to == NULL || to->list);

	if (!list || rule->shape == SHAPE_WHOLE)
		diff_whole(diff, change, rule->names, from, to);
	else if (rule->shape == SHAPE_ORDER)
		diff_order(diff, change, from, to);
	else if (rule->shape == SHAPE_LABELS)
		diff_labels(diff, change, rule, from, to);
	else if (rule->shape != SHAPE_PRIVILEGES)
		diff_entries(diff, change, rule, from, to);
}

static bool
is_said_by_constraint(const char *property)
{
	for (int i = 0; i < (int) lengthof(constraint_index_properties); i++)
	{
		if (strcmp(property, constraint_index_properties[i]) == 0)
			return true;
	}
	return false;
}

void
sm_diff_properties(SmDiff *diff, const SmChange *change, bool follows)
{
	const SmNode *from = change->from;
	const SmNode *to = change->to;
	int i = 0;
	int j = 0;

	while (i < from->nproperties || j < to->nproperties)
	{
		const SmProperty *a = i < from->nproperties ? &from->properties[i] : NULL;
		const SmProperty *b = j < to->nproperties ? &to->properties[j] : NULL;
		int order = a && b ? strcmp(a->name, b->name) : (a ? -1 : 1);

		i += (order <= 0);
		j += (order >= 0);
		if (order < 0)
			b = NULL;
		else if (order > 0)
			a = NULL;
		if (a && b && a->list == b->list && strcmp(a->text, b->text) == 0)
			continue;
		if (!follows || !is_said_by_constraint(a ? a->name : b->name))
			diff_property(diff, change, a, b);
	}
	/* a default that is not written may have become another one */
	if (sm_node_property(from, "acl") || sm_node_property(to, "acl"))
		diff_privileges(diff, change);
}
