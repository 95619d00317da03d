/*
 * renames.c
 *		The table of what was renamed (see renames.h).
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "nodes/pg_list.h"
#include "nodes/value.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/regproc.h"

#include "compat.h"
#include "renames.h"

#define ARRAY_SUFFIX "[]"

struct SmRenames
{
	MemoryContext context;
	HTAB *names; /* NULL: none */
};

typedef struct Rename
{
	const char *key; /* "kind" TAB "from" */
	const char *now;
} Rename;

static uint32
hash_key(const void *key, Size size)
{
	const char *text = *(const char *const *) key;

	return DatumGetUInt32(hash_any((const unsigned char *) text, strlen(text)));
}

static int
match_keys(const void *a, const void *b, Size size)
{
	return strcmp(*(const char *const *) a, *(const char *const *) b);
}

SmRenames *
sm_renames_create(void)
{
	SmRenames *renames = palloc0(sizeof(SmRenames));

	renames->context = CurrentMemoryContext;
	return renames;
}

bool
sm_renames_is_empty(const SmRenames *renames)
{
	return renames == NULL || renames->names == NULL;
}

/* Relations and types share one name space here: no two have the same name. */
static const char *
name_space(const char *kind)
{
	return strcmp(kind, "role") == 0 || strcmp(kind, "schema") == 0 ? kind : "";
}

static void
remember(SmRenames *renames, const char *key, const char *now)
{
	MemoryContext old = MemoryContextSwitchTo(renames->context);
	Rename *entry;
	bool found;

	if (renames->names == NULL)
	{
		HASHCTL control = {.keysize = sizeof(char *),
		                   .entrysize = sizeof(Rename),
		                   .hash = hash_key,
		                   .match = match_keys,
		                   .hcxt = renames->context};

		renames->names = hash_create("summit_migrate renames", 64, &control,
		                             HASH_ELEM | HASH_FUNCTION | HASH_COMPARE | HASH_CONTEXT);
	}
	key = pstrdup(key);
	entry = hash_search(renames->names, &key, HASH_ENTER, &found);
	entry->now = pstrdup(now);
	MemoryContextSwitchTo(old);
}

void
sm_renames_add(SmRenames *renames, const char *kind, const char *from, const char *to)
{
	remember(renames, psprintf("%s\t%s", name_space(kind), from), to);
}

void
sm_renames_add_column(SmRenames *renames, const char *relation, const char *from, const char *to)
{
	remember(renames, psprintf("column\t%s\t%s", relation, from), to);
}

static const char *
find(const SmRenames *renames, const char *key)
{
	Rename *entry = hash_search(renames->names, &key, HASH_FIND, NULL);

	return entry ? entry->now : NULL;
}

/* The name without its array suffix, or NULL where it has none. */
static char *
element_name(const char *name)
{
	int length = (int) strlen(name) - (int) strlen(ARRAY_SUFFIX);

	if (length <= 0 || strcmp(name + length, ARRAY_SUFFIX) != 0)
		return NULL;
	return pnstrdup(name, length);
}

/* A name whose schema has another one; NULL: it has not. */
static const char *
in_renamed_schema(const SmRenames *renames, const char *name)
{
	bool quoted = false;
	const char *dot = name;
	const char *schema;

	for (; *dot && (quoted || *dot != '.'); dot++)
		quoted ^= (*dot == '"');
	if (*dot != '.')
		return NULL;
	schema = find(renames, psprintf("schema\t%s", pnstrdup(name, dot - name)));
	return schema ? psprintf("%s%s", schema, dot) : NULL;
}

const char *
sm_renames_now(const SmRenames *renames, const char *kind, const char *name)
{
	const char *now;
	char *element;

	if (name == NULL || sm_renames_is_empty(renames))
		return name;
	now = find(renames, psprintf("%s\t%s", kind, name));
	element = now ? NULL : element_name(name);
	if (element)
	{
		now = find(renames, psprintf("%s\t%s", kind, element));
		now = now ? psprintf("%s" ARRAY_SUFFIX, now) : NULL;
	}
	if (now == NULL && *kind == '\0')
		now = in_renamed_schema(renames, name);
	return now ? now : name;
}

const char *
sm_renames_column_now(const SmRenames *renames, const char *relation, const char *column)
{
	const char *now = NULL;

	if (!sm_renames_is_empty(renames) && relation && column)
		now = find(renames, psprintf("column\t%s\t%s", relation, column));
	return now ? now : column;
}

const char *
sm_renames_qualified_column_now(const SmRenames *renames, const char *name)
{
	List *names;
	char *relation;
	const char *column;

	if (name == NULL || sm_renames_is_empty(renames))
		return name;
	names = sm_qualified_name_list(name);
	if (list_length(names) != 3)
		return name;
	relation = quote_qualified_identifier(strVal(linitial(names)), strVal(lsecond(names)));
	column = sm_renames_column_now(renames, relation, strVal(lthird(names)));
	return psprintf("%s.%s", sm_renames_now(renames, "", relation), quote_identifier(column));
}
