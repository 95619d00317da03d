/*
 * diff.c
 *		How two bodies of one object differ (see diff.h): which of their parts
 *		are the same, and which properties are not.  How the value of one
 *		property is compared stands in diff_property.c.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "compat.h"
#include "diff.h"
#include "diff_property.h"

const char *
sm_diff_change_word(SmChangeKind change)
{
	static const char *const words[] = {"added", "removed", "changed", "renamed"};

	return words[change];
}

/* The part with a number; NULL: none. */
static const SmNode *
find_identity(const SmNodeList *list, int64 identity)
{
	for (int i = 0; i < list->count; i++)
	{
		if (list->nodes[i].identity == identity)
			return &list->nodes[i];
	}
	return NULL;
}

static bool
is_matched(const SmPartMatch *matches, int count, const SmNode *to)
{
	for (int i = 0; i < count; i++)
	{
		if (matches[i].to == to)
			return true;
	}
	return false;
}

/*
 * The part that another one has become.  Where both have numbers, these decide
 * against the name: a column that was renamed, and another one that took its
 * name, are told apart.
 */
static const SmNode *
match_part(const SmPair *pair, SmPartKind kind, const SmNode *from)
{
	const SmNode *same_name = sm_body_part(pair->to, kind, from->name);
	const SmNode *same_identity = NULL;

	if (from->identity == 0 || pair->from->object.identity != pair->to->object.identity ||
	    (same_name && same_name->identity == from->identity))
		return same_name;
	same_identity = find_identity(&pair->to->parts[kind], from->identity);
	if (same_identity)
		return same_identity;
	/* made anew under its name, unless that is an older part's */
	if (same_name && find_identity(&pair->from->parts[kind], same_name->identity) == NULL)
		return same_name;
	return same_name && same_name->identity == 0 ? same_name : NULL;
}

/*
 * Pairs the parts of a kind.  Returns the number of matches: the older parts in
 * their order, then what was added.
 */
static int
match_parts(const SmPair *pair, SmPartKind kind, SmPartMatch **matches)
{
	const SmNodeList *from = &pair->from->parts[kind];
	const SmNodeList *to = &pair->to->parts[kind];
	int count = from->count;
	bool all_by_name = true;

	*matches = palloc0(sizeof(SmPartMatch) * Max(from->count + to->count, 1));
	for (int i = 0; i < from->count; i++)
	{
		const SmNode *other = match_part(pair, kind, &from->nodes[i]);

		(*matches)[i].from = &from->nodes[i];
		(*matches)[i].to = other;
		all_by_name = all_by_name && (other && strcmp(other->name, from->nodes[i].name) == 0);
	}
	if (all_by_name && from->count == to->count)
		return count;
	for (int i = 0; i < to->count; i++)
	{
		if (!is_matched(*matches, from->count, &to->nodes[i]))
			(*matches)[count++].to = &to->nodes[i];
	}
	return count;
}

bool
sm_diff_is_constraint_index(const SmBody *body, const SmNode *index)
{
	const SmNodeList *constraints = &body->parts[SM_PART_CONSTRAINT];

	for (int i = 0; i < constraints->count; i++)
	{
		const SmNode *constraint = &constraints->nodes[i];
		const char *name = sm_node_text(constraint, "index");
		bool has_index = sm_node_equals(constraint, "type", "primary key") ||
		                 sm_node_equals(constraint, "type", "unique") ||
		                 sm_node_equals(constraint, "type", "exclusion");

		if (has_index && strcmp(name ? name : constraint->name, index->name) == 0)
			return true;
	}
	return false;
}

/* What one word says of a part: the type of a column, the text of a trigger. */
static const char *
part_summary(SmPartKind kind, const SmNode *part)
{
	static const char *const summaries[SM_PART_KINDS] = {
	    [SM_PART_COLUMN] = "type",     [SM_PART_CONSTRAINT] = "type",
	    [SM_PART_INDEX] = "keys",      [SM_PART_TRIGGER] = "definition",
	    [SM_PART_RULE] = "definition", [SM_PART_POLICY] = "command",
	};

	return sm_node_text(part, summaries[kind]);
}

/*
 * An index that a constraint has made comes and goes with it, and is defined by
 * it: only what the constraint does not say is told of the index.
 */
static bool
follows_constraint(const SmBody *body, SmPartKind kind, const SmNode *part)
{
	return kind == SM_PART_INDEX && sm_diff_is_constraint_index(body, part);
}

/*
 * From 18 on (domains: 17) NOT NULL is a constraint, too.  One that comes or
 * goes with its column, or when the column or domain changes its mind about
 * NULL, is told of there.
 */
static bool
follows_nullability(const SmDiff *diff, const SmPartMatch *match)
{
	const SmNode *constraint = match->from ? match->from : match->to;
	const SmProperty *columns = sm_node_property(constraint, "columns");
	bool before = match->from != NULL;

	if (!sm_node_equals(constraint, "type", "not null"))
		return false;
	if (columns == NULL)
		return (match->from == NULL || match->to == NULL) &&
		       sm_node_is(&diff->pair->from->object, "not_null") !=
		           sm_node_is(&diff->pair->to->object, "not_null");
	for (int i = 0; i < diff->counts[SM_PART_COLUMN]; i++)
	{
		const SmPartMatch *column = &diff->matches[SM_PART_COLUMN][i];
		const SmNode *own = before ? column->from : column->to;

		if (own && strcmp(own->name, columns->items[0]) == 0)
			return column->from == NULL || column->to == NULL ||
			       ((match->from == NULL || match->to == NULL) &&
			        sm_node_is(column->from, "not_null") != sm_node_is(column->to, "not_null"));
	}
	return false;
}

static void
diff_part(SmDiff *diff, SmPartKind kind, const SmPartMatch *match)
{
	const SmPair *pair = diff->pair;
	const SmNode *named = match->to ? match->to : match->from;
	const SmBody *body = match->to ? pair->to : pair->from;
	bool follows = follows_constraint(body, kind, named);
	SmChange change = {
	    .object_type = sm_body_part_word(kind),
	    .is_part = true,
	    .part = kind,
	    .from = match->from,
	    .to = match->to,
	};

	if (kind == SM_PART_CONSTRAINT && follows_nullability(diff, match))
		return;
	change.object_name = psprintf("%s.%s", body->object.name, quote_identifier(named->name));
	if (match->from == NULL || match->to == NULL)
	{
		change.change = match->from ? SM_CHANGE_REMOVED : SM_CHANGE_ADDED;
		change.expected = match->from ? part_summary(kind, match->from) : NULL;
		change.actual = match->to ? part_summary(kind, match->to) : NULL;
		if (!follows)
			diff->sink(pair, &change, diff->arg);
		return;
	}
	if (strcmp(match->from->name, match->to->name) != 0 && !follows)
	{
		change.change = SM_CHANGE_RENAMED;
		change.expected = quote_identifier(match->from->name);
		change.actual = quote_identifier(match->to->name);
		diff->sink(pair, &change, diff->arg);
	}
	change.expected = change.actual = NULL;
	change.change = SM_CHANGE_CHANGED;
	sm_diff_properties(diff, &change, follows);
}

static void
diff_object(SmDiff *diff)
{
	const SmPair *pair = diff->pair;
	SmChange change = {
	    .change = SM_CHANGE_CHANGED,
	    .object_type = pair->kind,
	    .object_name = pair->to ? pair->to->object.name : pair->from->object.name,
	    .from = pair->from ? &pair->from->object : NULL,
	    .to = pair->to ? &pair->to->object : NULL,
	};

	if (pair->from == NULL || pair->to == NULL)
	{
		change.change = pair->from ? SM_CHANGE_REMOVED : SM_CHANGE_ADDED;
		diff->sink(pair, &change, diff->arg);
		return;
	}
	if (strcmp(pair->from->object.name, pair->to->object.name) != 0)
	{
		change.change = SM_CHANGE_RENAMED;
		change.expected = pair->from->object.name;
		change.actual = pair->to->object.name;
		diff->sink(pair, &change, diff->arg);
		change.change = SM_CHANGE_CHANGED;
		change.expected = change.actual = NULL;
	}
	sm_diff_properties(diff, &change, false);
}

void
sm_diff_pair(const SmPair *pair, const SmRenames *renames, SmChangeSink sink, void *arg)
{
	SmDiff diff = {.pair = pair, .renames = renames, .sink = sink, .arg = arg};

	if (pair->from && pair->to)
	{
		for (int kind = 0; kind < SM_PART_KINDS; kind++)
			diff.counts[kind] = match_parts(pair, kind, &diff.matches[kind]);
	}
	diff_object(&diff);
	for (int kind = 0; kind < SM_PART_KINDS; kind++)
	{
		for (int i = 0; i < diff.counts[kind]; i++)
			diff_part(&diff, kind, &diff.matches[kind][i]);
	}
}
