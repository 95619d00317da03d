/*
 * body_text.c
 *		Bodies as JSON text (see body_text.h).  Reading them is body.c's.
 */
#include "postgres.h"

#include "utils/json.h"

#include "body_text.h"
#include "compat.h"

/* How a text is laid out. */
typedef struct Layout
{
	StringInfo out;
	const char *prefix; /* of each line; NULL: all on one line, without spaces */
	int depth;
} Layout;

static void
append_line(Layout *layout, bool first)
{
	if (!first)
		appendStringInfoChar(layout->out, ',');
	if (layout->prefix)
		appendStringInfo(layout->out, "\n%s%*s", layout->prefix, 2 * layout->depth, "");
}

static void
append_key(Layout *layout, const char *key, bool first)
{
	append_line(layout, first);
	escape_json(layout->out, key);
	appendStringInfoString(layout->out, layout->prefix ? ": " : ":");
}

static void
open_object(Layout *layout)
{
	appendStringInfoChar(layout->out, '{');
	layout->depth++;
}

static void
close_object(Layout *layout, bool empty)
{
	layout->depth--;
	if (!empty)
		append_line(layout, true);
	appendStringInfoChar(layout->out, '}');
}

static void
append_value(Layout *layout, const SmProperty *property)
{
	if (property->list)
	{
		appendStringInfoChar(layout->out, '[');
		for (int i = 0; i < property->nitems; i++)
		{
			if (i > 0)
				appendStringInfoString(layout->out, layout->prefix ? ", " : ",");
			escape_json(layout->out, property->items[i]);
		}
		appendStringInfoChar(layout->out, ']');
	}
	else if (property->boolean || property->number)
		appendStringInfoString(layout->out, property->text);
	else
		escape_json(layout->out, property->text);
}

static void
append_node(Layout *layout, const SmNode *node)
{
	open_object(layout);
	for (int i = 0; i < node->nproperties; i++)
	{
		append_key(layout, node->properties[i].name, i == 0);
		append_value(layout, &node->properties[i]);
	}
	close_object(layout, node->nproperties == 0);
}

static void
append_parts(Layout *layout, const SmNodeList *parts)
{
	open_object(layout);
	for (int i = 0; i < parts->count; i++)
	{
		append_key(layout, parts->nodes[i].name, i == 0);
		append_node(layout, &parts->nodes[i]);
	}
	close_object(layout, parts->count == 0);
}

/* The kind of parts whose key comes next, before a property; -1: none does. */
static int
next_parts(const SmBody *body, const bool *done, const char *before)
{
	int next = -1;

	for (int i = 0; i < SM_PART_KINDS; i++)
	{
		const char *key = sm_body_part_key(i);

		if (!done[i] && body->parts[i].count > 0 && (before == NULL || strcmp(key, before) < 0) &&
		    (next < 0 || strcmp(key, sm_body_part_key(next)) < 0))
			next = i;
	}
	return next;
}

static void
append_body(Layout *layout, const SmBody *body)
{
	const SmNode *object = &body->object;
	bool done[SM_PART_KINDS] = {0};
	bool first = true;

	open_object(layout);
	for (int i = 0; i <= object->nproperties; i++)
	{
		const SmProperty *property = i < object->nproperties ? &object->properties[i] : NULL;
		int parts;

		while ((parts = next_parts(body, done, property ? property->name : NULL)) >= 0)
		{
			append_key(layout, sm_body_part_key(parts), first);
			append_parts(layout, &body->parts[parts]);
			done[parts] = true;
			first = false;
		}
		if (property == NULL)
			break;
		append_key(layout, property->name, first);
		append_value(layout, property);
		first = false;
	}
	close_object(layout, first);
}

void
sm_body_text_canonical(StringInfo out, const SmBody *body)
{
	Layout layout = {.out = out};

	append_body(&layout, body);
}

void
sm_body_text_pretty(StringInfo out, const SmBody *body, const char *prefix)
{
	Layout layout = {.out = out, .prefix = prefix};

	append_body(&layout, body);
}
