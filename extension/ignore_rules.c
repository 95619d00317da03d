/*
 * ignore_rules.c
 *		What is never drift: the functions that change the rules, and the rules
 *		as each DDL asks for them, kept in memory until one of the functions has
 *		changed them in any session.
 */
#include "postgres.h"

#include "access/table.h"
#include "access/tableam.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "compat.h"
#include "ignore_rules.h"
#include "plain_table.h"
#include "query.h"

PG_FUNCTION_INFO_V1(summit_migrate_add_drift_ignore_rule);
PG_FUNCTION_INFO_V1(summit_migrate_remove_drift_ignore_rule);

#define TABLE "drift_ignore_rules"

static SmPlainTable rules_table = {.name = TABLE,
                                   .ncolumns = 4,
                                   .columns = {{"id", INT4OID},
                                               {"schema_pattern", TEXTOID},
                                               {"kind", TEXTOID},
                                               {"name_pattern", TEXTOID}}};

static SmQuery insert_rule =
    SM_QUERY("INSERT INTO @schema@." TABLE " (schema_pattern, kind, name_pattern, why, added_by)"
             " VALUES ($1, $2, $3, $4, $5)"
             " ON CONFLICT (schema_pattern, kind, name_pattern) DO UPDATE SET why = excluded.why"
             " RETURNING id",
             TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID);

static SmQuery delete_rule = SM_QUERY("DELETE FROM @schema@." TABLE " r WHERE r.id = $1", INT4OID);

typedef struct Rule
{
	int id;
	Datum patterns[3]; /* texts: schema, kind, name */
} Rule;

/* As read last; a change of the table, or of the extension's schema, ends it. */
static struct
{
	MemoryContext context;
	Oid schema;
	Oid relid;
	bool valid;
	int count;
	Rule *rules; /* in the order of their ids */
} cache;

static void
forget_rules(Datum arg, Oid relid)
{
	if (relid == cache.relid || relid == InvalidOid)
		cache.valid = false;
}

static void
begin_cache(Oid schema)
{
	if (cache.context == NULL)
	{
		cache.context = AllocSetContextCreate(TopMemoryContext, "summit_migrate ignore rules",
		                                      ALLOCSET_SMALL_SIZES);
		CacheRegisterRelcacheCallback(forget_rules, (Datum) 0);
	}
	MemoryContextReset(cache.context);
	cache.valid = false;
	cache.schema = schema;
	cache.count = 0;
	cache.rules = NULL;
}

static void
keep_rule(TupleTableSlot *slot)
{
	MemoryContext old = MemoryContextSwitchTo(cache.context);
	Rule *rule;
	bool isnull;

	cache.rules = cache.rules == NULL ? palloc(sizeof(Rule))
	                                  : repalloc(cache.rules, (cache.count + 1) * sizeof(Rule));
	rule = &cache.rules[cache.count++];
	rule->id = DatumGetInt32(slot_getattr(slot, rules_table.numbers[0], &isnull));
	for (int i = 0; i < 3; i++)
	{
		Datum pattern = slot_getattr(slot, rules_table.numbers[i + 1], &isnull);

		rule->patterns[i] = PointerGetDatum(DatumGetTextPCopy(pattern));
	}
	MemoryContextSwitchTo(old);
}

static int
compare_rules(const void *a, const void *b)
{
	return ((const Rule *) a)->id - ((const Rule *) b)->id;
}

/* valid is set first: an invalidation while we read must not be lost. */
static void
read_rules(Oid schema)
{
	Relation relation;
	TupleTableSlot *slot;
	TableScanDesc scan;
	Snapshot snapshot;

	begin_cache(schema);
	relation = sm_plain_open(&rules_table, schema, AccessShareLock);
	cache.relid = RelationGetRelid(relation);
	cache.valid = true;
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	slot = table_slot_create(relation, NULL);
	scan = table_beginscan(relation, snapshot, 0, NULL);
	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
		keep_rule(slot);
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	UnregisterSnapshot(snapshot);
	sm_plain_close(relation);
	if (cache.count > 1)
		qsort(cache.rules, cache.count, sizeof(Rule), compare_rules);
}

static bool
is_like(Datum value, Datum pattern)
{
	return DatumGetBool(DirectFunctionCall2Coll(textlike, C_COLLATION_OID, value, pattern));
}

int
sm_ignore_rules_match(Oid extension_schema, const char *schema, const char *kind, bool part,
                      const char *name)
{
	Datum texts[3];
	Datum table;

	if (!cache.valid || cache.schema != extension_schema)
		read_rules(extension_schema);
	if (cache.count == 0)
		return 0;
	texts[0] = CStringGetTextDatum(schema == NULL ? "" : schema);
	texts[1] = CStringGetTextDatum(kind == NULL ? "" : kind);
	texts[2] = CStringGetTextDatum(name == NULL ? "" : name);
	table = part ? CStringGetTextDatum("table") : texts[1];
	for (int i = 0; i < cache.count; i++)
	{
		const Rule *rule = &cache.rules[i];

		if (is_like(texts[0], rule->patterns[0]) &&
		    (is_like(texts[1], rule->patterns[1]) || is_like(table, rule->patterns[1])) &&
		    is_like(texts[2], rule->patterns[2]))
			return rule->id;
	}
	return 0;
}

/* LIKE finds this out only when it gets there, in the middle of somebody's DDL. */
static void
check_pattern(const char *pattern)
{
	int escapes = 0;

	for (const char *end = pattern + strlen(pattern); end > pattern && end[-1] == '\\'; end--)
		escapes++;
	if (escapes % 2 == 1)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		        errmsg("invalid pattern \"%s\"", pattern),
		        errhint("A LIKE pattern must not end with a single backslash."));
}

/* All sessions read the rules anew once this transaction has committed. */
static void
announce_change(SmQueryScope *scope)
{
	CacheInvalidateRelcacheByRelid(get_relname_relid(TABLE, scope->schema));
}

Datum
summit_migrate_add_drift_ignore_rule(PG_FUNCTION_ARGS)
{
	SmQueryScope scope;
	Datum values[5];
	int32 id;

	for (int i = 0; i < 3; i++)
		check_pattern(text_to_cstring(PG_GETARG_TEXT_PP(i)));
	for (int i = 0; i < 4; i++)
		values[i] = PG_GETARG_DATUM(i);
	values[4] = CStringGetTextDatum(GetUserNameFromId(GetAuthenticatedUserId(), false));
	sm_query_begin(&scope, fcinfo, SM_QUERY_WRITE);
	sm_query_execute(&scope, &insert_rule, values, NULL, 0);
	id = DatumGetInt32(sm_query_value(0, 1, NULL));
	announce_change(&scope);
	sm_query_end(&scope);
	PG_RETURN_INT32(id);
}

Datum
summit_migrate_remove_drift_ignore_rule(PG_FUNCTION_ARGS)
{
	SmQueryScope scope;
	Datum values[1] = {PG_GETARG_DATUM(0)};
	bool removed;

	sm_query_begin(&scope, fcinfo, SM_QUERY_WRITE);
	removed = sm_query_execute(&scope, &delete_rule, values, NULL, 0) > 0;
	announce_change(&scope);
	sm_query_end(&scope);
	PG_RETURN_BOOL(removed);
}
