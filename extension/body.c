/*
 * body.c
 *		Reading the body of a schema object (see body.h) over the jsonb API.  What
 *		is done with it stands elsewhere.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/numeric.h"

#include "body.h"
#include "compat.h"

static const struct
{
	const char *word;
	const char *key;
} part_names[SM_PART_KINDS] = {
    [SM_PART_COLUMN] = {"column", "columns"}, [SM_PART_CONSTRAINT] = {"constraint", "constraints"},
    [SM_PART_INDEX] = {"index", "indexes"},   [SM_PART_TRIGGER] = {"trigger", "triggers"},
    [SM_PART_RULE] = {"rule", "rules"},       [SM_PART_POLICY] = {"policy", "policies"},
};

const char *
sm_body_part_word(SmPartKind kind)
{
	return part_names[kind].word;
}

const char *
sm_body_part_key(SmPartKind kind)
{
	return part_names[kind].key;
}

static void
reject(const char *name, const char *what)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
	                errmsg("malformed schema body of \"%s\"", name), errdetail("%s", what)));
}

static char *
copy_string(const JsonbValue *value)
{
	return pnstrdup(value->val.string.val, value->val.string.len);
}

static char *
number_text(const JsonbValue *value)
{
	return DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(value->val.numeric)));
}

static void
read_list(const char *object, JsonbContainer *container, SmProperty *property)
{
	StringInfoData text;

	property->list = true;
	property->nitems = JsonContainerSize(container);
	property->items = palloc(sizeof(char *) * Max(property->nitems, 1));
	initStringInfo(&text);
	appendStringInfoChar(&text, '[');
	for (int i = 0; i < property->nitems; i++)
	{
		JsonbValue *item = getIthJsonbValueFromContainer(container, i);

		if (item->type != jbvString)
			reject(object,
			       psprintf("Property \"%s\" has an element that is no string.", property->name));
		property->items[i] = copy_string(item);
		appendStringInfoString(&text, i > 0 ? ", " : "");
		escape_json(&text, property->items[i]);
	}
	appendStringInfoChar(&text, ']');
	property->text = text.data;
}

static void
read_property(const char *object, const JsonbValue *value, SmProperty *property)
{
	switch (value->type)
	{
		case jbvString:
			property->text = copy_string(value);
			return;
		case jbvNumeric:
			property->number = true;
			property->text = number_text(value);
			return;
		case jbvBool:
			property->boolean = true;
			property->text = value->val.boolean ? "true" : "false";
			return;
		case jbvBinary:
			if (JsonContainerIsArray(value->val.binary.data))
			{
				read_list(object, value->val.binary.data, property);
				return;
			}
			break;
		default:
			break;
	}
	reject(object, psprintf("Property \"%s\" is no string, number, boolean or array of strings.",
	                        property->name));
}

static int
compare_properties(const void *a, const void *b)
{
	return strcmp(((const SmProperty *) a)->name, ((const SmProperty *) b)->name);
}

static int
compare_nodes(const void *a, const void *b)
{
	return strcmp(((const SmNode *) a)->name, ((const SmNode *) b)->name);
}

/* Whether a top-level value is an object of parts; *kind: which. */
static bool
is_part_list(const char *key, const JsonbValue *value, SmPartKind *kind)
{
	if (value->type != jbvBinary || !JsonContainerIsObject(value->val.binary.data))
		return false;
	for (int i = 0; i < SM_PART_KINDS; i++)
	{
		if (strcmp(key, part_names[i].key) == 0)
		{
			*kind = i;
			return true;
		}
	}
	return false;
}

static void read_part_list(const char *object, JsonbContainer *container, SmNodeList *list);

/* Fills a node; part lists are read into body where that is given. */
static void
read_node(const char *object, JsonbContainer *container, SmNode *node, SmBody *body)
{
	JsonbIterator *iterator = JsonbIteratorInit(container);
	JsonbValue key;
	JsonbValue value;
	SmPartKind kind;

	node->properties = palloc0(sizeof(SmProperty) * Max(JsonContainerSize(container), 1));
	(void) JsonbIteratorNext(&iterator, &key, true);
	while (JsonbIteratorNext(&iterator, &key, true) == WJB_KEY)
	{
		SmProperty *property = &node->properties[node->nproperties];

		(void) JsonbIteratorNext(&iterator, &value, true);
		property->name = copy_string(&key);
		if (body && is_part_list(property->name, &value, &kind))
			read_part_list(object, value.val.binary.data, &body->parts[kind]);
		else
		{
			read_property(object, &value, property);
			node->nproperties++;
		}
	}
	qsort(node->properties, node->nproperties, sizeof(SmProperty), compare_properties);
}

static void
read_part_list(const char *object, JsonbContainer *container, SmNodeList *list)
{
	JsonbIterator *iterator = JsonbIteratorInit(container);
	JsonbValue key;
	JsonbValue value;

	list->nodes = palloc0(sizeof(SmNode) * Max(JsonContainerSize(container), 1));
	(void) JsonbIteratorNext(&iterator, &key, true);
	while (JsonbIteratorNext(&iterator, &key, true) == WJB_KEY)
	{
		SmNode *node = &list->nodes[list->count++];

		(void) JsonbIteratorNext(&iterator, &value, true);
		node->name = copy_string(&key);
		if (value.type != jbvBinary || !JsonContainerIsObject(value.val.binary.data))
			reject(object, psprintf("Part \"%s\" is no object.", node->name));
		read_node(object, value.val.binary.data, node, NULL);
	}
	qsort(list->nodes, list->count, sizeof(SmNode), compare_nodes);
}

/* A number under a key of an identity; 0: none. */
static int64
identity_number(const JsonbValue *value)
{
	if (value == NULL || value->type != jbvNumeric)
		return 0;
	return DatumGetInt64(DirectFunctionCall1(numeric_int8, NumericGetDatum(value->val.numeric)));
}

int64
sm_body_identity_oid(Jsonb *identity)
{
	JsonbValue value;

	if (identity == NULL || !JB_ROOT_IS_OBJECT(identity))
		return 0;
	return identity_number(getKeyJsonValueFromContainer(&identity->root, "oid", 3, &value));
}

SmNodeList
sm_body_identity_parts(Jsonb *identity, SmPartKind kind)
{
	SmNodeList list = {0};
	JsonbValue parts;
	JsonbIterator *iterator;
	JsonbValue key;
	JsonbValue value;

	if (identity == NULL || !JB_ROOT_IS_OBJECT(identity) ||
	    getKeyJsonValueFromContainer(&identity->root, part_names[kind].key,
	                                 strlen(part_names[kind].key), &parts) == NULL ||
	    parts.type != jbvBinary || !JsonContainerIsObject(parts.val.binary.data))
		return list;
	list.nodes = palloc0(sizeof(SmNode) * Max(JsonContainerSize(parts.val.binary.data), 1));
	iterator = JsonbIteratorInit(parts.val.binary.data);
	(void) JsonbIteratorNext(&iterator, &key, true);
	while (JsonbIteratorNext(&iterator, &key, true) == WJB_KEY)
	{
		(void) JsonbIteratorNext(&iterator, &value, true);
		list.nodes[list.count].name = copy_string(&key);
		list.nodes[list.count++].identity = identity_number(&value);
	}
	qsort(list.nodes, list.count, sizeof(SmNode), compare_nodes);
	return list;
}

static void
read_labels(Jsonb *identity, SmBody *body)
{
	JsonbValue labels;

	if (!JB_ROOT_IS_OBJECT(identity) ||
	    getKeyJsonValueFromContainer(&identity->root, "labels", 6, &labels) == NULL ||
	    labels.type != jbvBinary || !JsonContainerIsArray(labels.val.binary.data))
		return;
	body->nlabels = JsonContainerSize(labels.val.binary.data);
	body->labels = palloc(sizeof(int64) * Max(body->nlabels, 1));
	for (int i = 0; i < body->nlabels; i++)
		body->labels[i] = identity_number(getIthJsonbValueFromContainer(labels.val.binary.data, i));
}

/* Puts the numbers of an identity to the parts of the same names. */
static void
number_parts(SmNodeList *parts, const SmNodeList *identities)
{
	int j = 0;

	for (int i = 0; i < parts->count; i++)
	{
		while (j < identities->count && strcmp(identities->nodes[j].name, parts->nodes[i].name) < 0)
			j++;
		if (j < identities->count && strcmp(identities->nodes[j].name, parts->nodes[i].name) == 0)
			parts->nodes[i].identity = identities->nodes[j].identity;
	}
}

SmBody *
sm_body_read_container(const char *name, JsonbContainer *container)
{
	SmBody *result = palloc0(sizeof(SmBody));

	result->object.name = name;
	read_node(name, container, &result->object, result);
	return result;
}

SmBody *
sm_body_read(const char *name, Jsonb *body, Jsonb *identity)
{
	SmBody *result;

	if (!JB_ROOT_IS_OBJECT(body))
		reject(name, "It is no JSON object.");
	result = sm_body_read_container(name, &body->root);
	result->object.identity = sm_body_identity_oid(identity);
	if (identity)
		read_labels(identity, result);
	for (int i = 0; identity && i < SM_PART_KINDS; i++)
	{
		if (result->parts[i].count > 0)
		{
			SmNodeList identities = sm_body_identity_parts(identity, i);

			number_parts(&result->parts[i], &identities);
		}
	}
	return result;
}

const SmProperty *
sm_node_property(const SmNode *node, const char *name)
{
	SmProperty key = {.name = name};

	if (node == NULL || node->nproperties == 0)
		return NULL;
	return bsearch(&key, node->properties, node->nproperties, sizeof(SmProperty),
	               compare_properties);
}

const char *
sm_node_text(const SmNode *node, const char *name)
{
	const SmProperty *property = sm_node_property(node, name);

	return property ? property->text : NULL;
}

bool
sm_node_is(const SmNode *node, const char *name)
{
	return sm_node_equals(node, name, "true");
}

bool
sm_node_equals(const SmNode *node, const char *name, const char *text)
{
	const char *value = sm_node_text(node, name);

	return value && strcmp(value, text) == 0;
}

const SmNode *
sm_body_part(const SmBody *body, SmPartKind kind, const char *name)
{
	SmNode key = {.name = name};

	if (body == NULL || body->parts[kind].count == 0)
		return NULL;
	return bsearch(&key, body->parts[kind].nodes, body->parts[kind].count, sizeof(SmNode),
	               compare_nodes);
}
