/*
 * ddl.c
 *		From differences to statements (see ddl.h): which file writes what, and
 *		in which order the statements run.  No statement is written here.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "compat.h"
#include "ddl.h"

typedef struct NameEntry
{
	const char *name; /* the key */
	void *value;
} NameEntry;

static uint32
hash_name(const void *key, Size size)
{
	const char *name = *(const char *const *) key;

	return DatumGetUInt32(hash_any((const unsigned char *) name, strlen(name)));
}

static int
match_names(const void *a, const void *b, Size size)
{
	return strcmp(*(const char *const *) a, *(const char *const *) b);
}

static HTAB *
create_names(const char *what)
{
	HASHCTL control = {.keysize = sizeof(char *),
	                   .entrysize = sizeof(NameEntry),
	                   .hash = hash_name,
	                   .match = match_names,
	                   .hcxt = CurrentMemoryContext};

	return hash_create(what, 256, &control,
	                   HASH_ELEM | HASH_FUNCTION | HASH_COMPARE | HASH_CONTEXT);
}

static void
put_name(HTAB *names, const char *name, void *value)
{
	NameEntry *entry = hash_search(names, &name, HASH_ENTER, NULL);

	entry->value = value;
}

static void *
get_name(HTAB *names, const char *name)
{
	NameEntry *entry = names ? hash_search(names, &name, HASH_FIND, NULL) : NULL;

	return entry ? entry->value : NULL;
}

bool
sm_ddl_is_created(const SmDdl *ddl, const char *name)
{
	return name && get_name(ddl->created, name) != NULL;
}

bool
sm_ddl_is_dropped(const SmDdl *ddl, const char *name)
{
	return name && get_name(ddl->dropped, name) != NULL;
}

bool
sm_ddl_is_dropped_view(const SmDdl *ddl, const char *name)
{
	const SmPairRow *row = get_name(ddl->dropped, name);

	return row && (strcmp(row->kind, "view") == 0 || strcmp(row->kind, "materialized view") == 0);
}

const SmPairRow *
sm_ddl_identity_sequence(const SmDdl *ddl, const char *column)
{
	return get_name(ddl->identities, column);
}

static char *
jsonb_text(Jsonb *body, const char *key)
{
	JsonbValue value;

	if (getKeyJsonValueFromContainer(&body->root, key, strlen(key), &value) == NULL ||
	    value.type != jbvString)
		return NULL;
	return pnstrdup(value.val.string.val, value.val.string.len);
}

static bool
jsonb_is(Jsonb *body, const char *key)
{
	JsonbValue value;

	return getKeyJsonValueFromContainer(&body->root, key, strlen(key), &value) != NULL &&
	       value.type == jbvBool && value.val.boolean;
}

static bool
is_routine(const char *kind)
{
	return strcmp(kind, "function") == 0 || strcmp(kind, "procedure") == 0 ||
	       strcmp(kind, "aggregate") == 0;
}

/* Notes what comes and what goes, which statements of other objects ask for. */
static void
look_ahead(SmDdl *ddl)
{
	for (int i = 0; i < ddl->pairs->count; i++)
	{
		SmPairRow *row = &ddl->pairs->rows[i];

		if (row->from.body && row->to.body == NULL)
		{
			put_name(ddl->created, row->from.name, row);
			ddl->creates_routines = ddl->creates_routines || is_routine(row->kind);
		}
		else if (row->to.body && row->from.body == NULL)
		{
			put_name(ddl->dropped, row->to.name, row);
			ddl->drops_routines = ddl->drops_routines || is_routine(row->kind);
		}
		if (row->from.body && strcmp(row->kind, "sequence") == 0 &&
		    jsonb_is(row->from.body, "identity"))
		{
			char *column = jsonb_text(row->from.body, "owned_by");

			if (column)
				put_name(ddl->identities, column, row);
		}
	}
}

/* In which order objects are created where none needs another. */
static int
create_rank(const char *kind)
{
	static const char *const order[] = {"schema",   "extension", "language", "type",
	                                    "sequence", "function",  "procedure"};

	for (int i = 0; i < (int) lengthof(order); i++)
	{
		if (strcmp(kind, order[i]) == 0)
			return i;
	}
	return lengthof(order);
}

static SmDdlStatement *
add(SmDdlTarget *target, SmDdlStep step)
{
	SmDdl *ddl = target->ddl;
	SmDdlStatement *statement = palloc0(sizeof(SmDdlStatement));
	const SmBody *body = target->pair->from && step > SM_DDL_DROP ? target->pair->from
	                     : target->pair->to                       ? target->pair->to
	                                                              : target->pair->from;

	statement->step = step;
	if (step == SM_DDL_CREATE || step == SM_DDL_DROP)
		statement->rank = create_rank(target->pair->kind);
	statement->object = pstrdup(body->object.name);
	statement->object_type = pstrdup(target->change->object_type);
	statement->object_name = pstrdup(target->change->object_name);
	statement->number = ddl->count++;
	ddl->statements = lappend(ddl->statements, statement);
	return statement;
}

static char *format_text(const char *format, va_list arguments) pg_attribute_printf(1, 0);

static char *
format_text(const char *format, va_list arguments)
{
	StringInfoData text;

	initStringInfo(&text);
	for (;;)
	{
		va_list copy;
		int needed;

		va_copy(copy, arguments);
		needed = appendStringInfoVA(&text, format, copy);
		va_end(copy);
		if (needed == 0)
			return text.data;
		enlargeStringInfo(&text, needed);
	}
}

void
sm_ddl_add(SmDdlTarget *target, SmDdlStep step, const char *format, ...)
{
	MemoryContext old = MemoryContextSwitchTo(target->ddl->context);
	SmDdlStatement *statement = add(target, step);
	va_list arguments;

	va_start(arguments, format);
	statement->statement = format_text(format, arguments);
	va_end(arguments);
	MemoryContextSwitchTo(old);
}

void
sm_ddl_add_needing(SmDdlTarget *target, SmDdlStep step, List *needs, char *text)
{
	MemoryContext old = MemoryContextSwitchTo(target->ddl->context);
	SmDdlStatement *statement = add(target, step);
	ListCell *cell;

	statement->statement = pstrdup(text);
	foreach (cell, needs)
		statement->needs = lappend(statement->needs, pstrdup(lfirst(cell)));
	MemoryContextSwitchTo(old);
}

void
sm_ddl_set_rank(SmDdlTarget *target, int rank)
{
	((SmDdlStatement *) llast(target->ddl->statements))->rank = rank;
}

void
sm_ddl_refuse(SmDdlTarget *target, const char *format, ...)
{
	MemoryContext old = MemoryContextSwitchTo(target->ddl->context);
	SmDdlStatement *statement = add(target, SM_DDL_REASON);
	va_list arguments;

	va_start(arguments, format);
	statement->reason = format_text(format, arguments);
	va_end(arguments);
	MemoryContextSwitchTo(old);
}

bool
sm_ddl_first_time(SmDdlTarget *target, const char *what)
{
	SmDdl *ddl = target->ddl;

	if (ddl->once && strcmp(ddl->once, what) == 0)
		return false;
	ddl->once = pstrdup(what);
	return true;
}

/* The sink of diff.c. */
static void
write_change(const SmPair *pair, const SmChange *change, void *arg)
{
	SmDdlTarget target = {.ddl = arg, .pair = pair, .change = change};

	if (strcmp(pair->section, "database") != 0)
		sm_ddl_refuse(&target, "a %s is of the cluster, not of this database", pair->kind);
	else if (sm_ddl_common(&target))
		return;
	else if (change->is_part && change->part == SM_PART_COLUMN)
		sm_ddl_column(&target);
	else if (change->is_part)
		sm_ddl_part(&target);
	else if (strcmp(pair->kind, "table") == 0 || strcmp(pair->kind, "foreign table") == 0)
		sm_ddl_table(&target);
	else if (strcmp(pair->kind, "view") == 0 || strcmp(pair->kind, "materialized view") == 0)
		sm_ddl_view(&target);
	else if (strcmp(pair->kind, "sequence") == 0)
		sm_ddl_sequence(&target);
	else if (strcmp(pair->kind, "type") == 0)
		sm_ddl_type(&target);
	else if (is_routine(pair->kind))
		sm_ddl_routine(&target);
	else
		sm_ddl_object(&target);
}

static int
compare_statements(const ListCell *a, const ListCell *b)
{
	const SmDdlStatement *x = lfirst(a);
	const SmDdlStatement *y = lfirst(b);

	if (x->step != y->step)
		return x->step < y->step ? -1 : 1;
	if (x->rank != y->rank)
		return x->rank - y->rank;
	return x->number - y->number;
}

/*
 * Puts a statement behind those that it needs.  What was placed is skipped, so
 * that a circle ends: then no order helps, and the server will say so.
 */
static void
place(SmDdlStatement *statement, HTAB *by_name, List **order)
{
	ListCell *cell;

	if (statement->placed)
		return;
	statement->placed = true;
	check_stack_depth();
	foreach (cell, statement->needs)
	{
		SmDdlStatement *needed = get_name(by_name, lfirst(cell));

		if (needed)
			place(needed, by_name, order);
	}
	*order = lappend(*order, statement);
}

static bool
is_drop(SmDdlStep step)
{
	return step <= SM_DDL_DROP;
}

/*
 * The statements of one step, from start on.  What is dropped goes before what
 * it needs, all else comes after it.  Returns where the next step begins.
 */
static int
order_step(List *statements, int start, List **order)
{
	SmDdlStatement *first = list_nth(statements, start);
	HTAB *by_name = create_names("summit_migrate statements of a step");
	List *placed = NIL;
	int end = start;

	for (; end < list_length(statements); end++)
	{
		SmDdlStatement *statement = list_nth(statements, end);

		if (statement->step != first->step)
			break;
		put_name(by_name, statement->object, statement);
		/* calls name a routine without its arguments */
		if (statement->object[sm_ddl_until(statement->object, '(')])
			put_name(by_name, pnstrdup(statement->object, sm_ddl_until(statement->object, '(')),
			         statement);
	}
	for (int i = start; i < end; i++)
		place(list_nth(statements, i), by_name, &placed);
	if (is_drop(first->step) && list_length(placed) > 1)
	{
		List *reversed = NIL;

		for (int i = list_length(placed) - 1; i >= 0; i--)
			reversed = lappend(reversed, list_nth(placed, i));
		placed = reversed;
	}
	*order = list_concat(*order, placed);
	hash_destroy(by_name);
	return end;
}

static List *
order_statements(List *statements)
{
	List *order = NIL;
	int at = 0;

	list_sort(statements, compare_statements);
	while (at < list_length(statements))
		at = order_step(statements, at, &order);
	return order;
}

/* What cannot be changed into what is wanted is dropped and created. */
static void
make_anew(SmDdl *ddl, const SmPair *pair)
{
	const SmPair gone = {.section = pair->section, .kind = pair->kind, .to = pair->to};
	const SmPair wanted = {.section = pair->section, .kind = pair->kind, .from = pair->from};

	sm_diff_pair(&gone, NULL, write_change, ddl);
	sm_diff_pair(&wanted, NULL, write_change, ddl);
}

static void
write_all(SmDdl *ddl)
{
	MemoryContext each =
	    AllocSetContextCreate(CurrentMemoryContext, "one object", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(each);

	for (int i = 0; i < ddl->pairs->count; i++)
	{
		SmPair pair;

		CHECK_FOR_INTERRUPTS();
		sm_pairs_get(&ddl->pairs->rows[i], &pair);
		ddl->once = NULL;
		if (pair.from && pair.to &&
		    (sm_ddl_view_is_made_anew(&pair, ddl->pairs->renames) ||
		     sm_ddl_routine_is_made_anew(&pair, ddl->pairs->renames)))
			make_anew(ddl, &pair);
		else
			sm_diff_pair(&pair, ddl->pairs->renames, write_change, ddl);
		MemoryContextReset(each);
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(each);
}

/* Bodies may name what is only created later, as in a dump. */
static void
add_settings(SmDdl *ddl)
{
	SmDdlStatement *statement;

	if (!ddl->creates_routines)
		return;
	statement = palloc0(sizeof(SmDdlStatement));
	statement->step = SM_DDL_SETTING;
	statement->object = statement->object_name = "check_function_bodies";
	statement->object_type = "setting";
	statement->statement = pstrdup("SET LOCAL check_function_bodies = off");
	ddl->statements = lcons(statement, ddl->statements);
}

static void
begin(SmDdl *ddl, const SmPairs *pairs, MemoryContext context)
{
	memset(ddl, 0, sizeof(SmDdl));
	ddl->context = context;
	ddl->pairs = pairs;
	ddl->created = create_names("summit_migrate objects to create");
	ddl->dropped = create_names("summit_migrate objects to drop");
	ddl->identities = create_names("summit_migrate identity sequences");
	look_ahead(ddl);
}

List *
sm_ddl_write(const SmPairs *pairs, MemoryContext context)
{
	MemoryContext old = MemoryContextSwitchTo(context);
	SmDdl ddl;

	begin(&ddl, pairs, context);
	write_all(&ddl);
	add_settings(&ddl);
	ddl.statements = order_statements(ddl.statements);
	MemoryContextSwitchTo(old);
	return ddl.statements;
}

void
sm_ddl_write_each(const SmPairs *pairs, SmDdlSink sink, void *arg)
{
	MemoryContext each =
	    AllocSetContextCreate(CurrentMemoryContext, "one object", ALLOCSET_DEFAULT_SIZES);
	SmDdl ddl;

	begin(&ddl, pairs, each);
	for (int i = 0; i < pairs->count; i++)
	{
		MemoryContext old = MemoryContextSwitchTo(each);
		SmPair pair;

		CHECK_FOR_INTERRUPTS();
		sm_pairs_get(&pairs->rows[i], &pair);
		ddl.statements = NIL;
		ddl.once = NULL;
		sm_diff_pair(&pair, NULL, write_change, &ddl);
		list_sort(ddl.statements, compare_statements);
		MemoryContextSwitchTo(old);
		sink(&pair, ddl.statements, arg);
		MemoryContextReset(each);
	}
	MemoryContextDelete(each);
}
