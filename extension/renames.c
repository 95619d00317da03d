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

const char *
sm_renames_now(const SmRenames *renames, const char *kind, const char *name)
{
	const char *now;
	int length;

	if (name == NULL || renames == NULL || renames->names == NULL)
		return name;
	now = find(renames, psprintf("%s\t%s", kind, name));
	length = (int) strlen(name) - (int) strlen(ARRAY_SUFFIX);
	if (now == NULL && length > 0 && strcmp(name + length, ARRAY_SUFFIX) == 0)
	{
		now = find(renames, psprintf("%s\t%s", kind, pnstrdup(name, length)));
		if (now)
			now = psprintf("%s" ARRAY_SUFFIX, now);
	}
	return now ? now : name;
}

const char *
sm_renames_column_now(const SmRenames *renames, const char *relation, const char *column)
{
	const char *now = NULL;

	if (renames && renames->names && relation && column)
		now = find(renames, psprintf("column\t%s\t%s", relation, column));
	return now ? now : column;
}

const char *
sm_renames_qualified_column_now(const SmRenames *renames, const char *name)
{
	List *names;
	char *relation;
	const char *column;

	if (name == NULL || renames == NULL || renames->names == NULL)
		return name;
	names = sm_qualified_name_list(name);
	if (list_length(names) != 3)
		return name;
	relation = quote_qualified_identifier(strVal(linitial(names)), strVal(lsecond(names)));
	column = sm_renames_column_now(renames, relation, strVal(lthird(names)));
	return psprintf("%s.%s", sm_renames_now(renames, "", relation), quote_identifier(column));
}
