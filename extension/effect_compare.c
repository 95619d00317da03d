/*
 * effect_compare.c
 *		What the catalog proves about a statement that was announced: it is done,
 *		nothing happened, something must be cleaned up first, or nobody can tell.
 *		Reading the statement is effect.c's work.
 *
 * An effect counts as the statement's own only when it was not there before:
 * the OID differs from the one in the intent.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "effect.h"

static char *
index_name(Oid index)
{
	return quote_qualified_identifier(get_namespace_name(get_rel_namespace(index)),
	                                  get_rel_name(index));
}

static SmOutcome
drop_invalid(Oid index, char **detail, char **cleanup)
{
	*detail = psprintf("index %s is invalid", index_name(index));
	*cleanup = psprintf("DROP INDEX CONCURRENTLY %s", index_name(index));
	return SM_OUTCOME_CLEANUP;
}

/* An index that was not there before is the statement's. */
static SmOutcome
compare_new_index(const SmEffect *effect, Oid index, char **detail, char **cleanup)
{
	Oid table;
	bool valid;

	if (!sm_effect_lookup_index(index, &table, &valid) || table != effect->relation_oid)
	{
		*detail = psprintf("%s is there now, but is not an index of %s", effect->name,
		                   quote_qualified_identifier(effect->schema, effect->relation));
		return SM_OUTCOME_UNKNOWN;
	}
	if (!valid)
		return drop_invalid(index, detail, cleanup);
	*detail = psprintf("index %s is there and valid", index_name(index));
	return SM_OUTCOME_COMPLETED;
}

static SmOutcome
compare_generated_index(const SmEffect *effect, char **detail, char **cleanup)
{
	List *added =
	    list_difference_oid(sm_effect_lookup_table_indexes(effect->relation_oid), effect->others);
	ListCell *cell;

	foreach (cell, added)
	{
		Oid table;
		bool valid;

		if (sm_effect_lookup_index(lfirst_oid(cell), &table, &valid) && !valid)
			return drop_invalid(lfirst_oid(cell), detail, cleanup);
	}
	if (list_length(added) == 1)
		return compare_new_index(effect, linitial_oid(added), detail, cleanup);
	*detail =
	    psprintf("table %s has %d new indexes",
	             quote_qualified_identifier(effect->schema, effect->relation), list_length(added));
	return added == NIL ? SM_OUTCOME_NOT_STARTED : SM_OUTCOME_UNKNOWN;
}

/* Why a relation that was there before does not serve as the index. */
static const char *
fault_of(Oid relation)
{
	Oid table;
	bool valid;

	if (!sm_effect_lookup_index(relation, &table, &valid))
		return " and is no index";
	return valid ? "" : " and is invalid";
}

static SmOutcome
compare_create_index(const SmEffect *effect, char **detail, char **cleanup)
{
	Oid now;

	if (!OidIsValid(effect->relation_oid))
	{
		*detail = "the table was not there";
		return SM_OUTCOME_REPEAT;
	}
	if (effect->name == NULL)
		return compare_generated_index(effect, detail, cleanup);
	now = get_relname_relid(effect->name, get_rel_namespace(effect->relation_oid));
	if (OidIsValid(now) && now != effect->before)
		return compare_new_index(effect, now, detail, cleanup);
	if (!OidIsValid(now))
	{
		*detail = psprintf("index %s is not there", effect->name);
		return SM_OUTCOME_NOT_STARTED;
	}
	*detail = psprintf("%s was there before%s", index_name(now), fault_of(now));
	return effect->lenient && effect->before_valid ? SM_OUTCOME_REPEAT : SM_OUTCOME_NOT_STARTED;
}

/* A half dropped index is invalid; the same statement ends the work. */
static SmOutcome
compare_drop_index(const SmEffect *effect, char **detail)
{
	Oid table;
	bool valid;

	if (!OidIsValid(effect->before))
	{
		*detail = psprintf("index %s was not there", effect->name);
		return effect->lenient ? SM_OUTCOME_REPEAT : SM_OUTCOME_NOT_STARTED;
	}
	if (!sm_effect_lookup_index(effect->before, &table, &valid))
	{
		*detail = psprintf("index %s is gone", effect->name);
		return SM_OUTCOME_COMPLETED;
	}
	*detail = psprintf("index %s is still there%s", index_name(effect->before),
	                   valid ? "" : ", invalid: the same statement drops it");
	return SM_OUTCOME_NOT_STARTED;
}

/* An index that was rebuilt has its name and a new OID. */
static SmOutcome
compare_reindex(const SmEffect *effect, char **detail, char **cleanup)
{
	Oid schema = effect->schema == NULL ? InvalidOid : get_namespace_oid(effect->schema, true);
	Oid now;
	Oid table;
	bool valid;
	bool whole_schema = strcmp(effect->object_class, "schema") == 0;
	List *leftovers = list_difference_oid(
	    sm_effect_lookup_leftovers(effect->relation_oid, whole_schema ? schema : InvalidOid),
	    effect->others);

	if (leftovers != NIL)
		return drop_invalid(linitial_oid(leftovers), detail, cleanup);
	*detail = "no invalid copy of an index was left";
	if (strcmp(effect->object_class, "index") != 0 || !OidIsValid(effect->before))
		return SM_OUTCOME_REPEAT;
	now = get_relname_relid(effect->name, schema);
	if (OidIsValid(now) && now != effect->before && sm_effect_lookup_index(now, &table, &valid) &&
	    valid)
	{
		*detail = psprintf("index %s was built anew", index_name(now));
		return SM_OUTCOME_COMPLETED;
	}
	return SM_OUTCOME_REPEAT;
}

static SmOutcome
compare_detach(const SmEffect *effect, char **detail, char **cleanup)
{
	bool pending;
	char *parent;

	if (!OidIsValid(effect->relation_oid) || !effect->before_valid)
	{
		*detail = "it was no partition of that table";
		return SM_OUTCOME_NOT_STARTED;
	}
	if (!sm_effect_lookup_partition(effect->relation_oid, effect->before, &pending))
	{
		*detail = psprintf("%s is no partition any more", effect->name);
		return SM_OUTCOME_COMPLETED;
	}
	parent = quote_qualified_identifier(effect->schema, effect->relation);
	if (!pending)
	{
		*detail = psprintf("%s is still a partition of %s", effect->name, parent);
		return SM_OUTCOME_NOT_STARTED;
	}
	*detail = psprintf("%s is half detached from %s", effect->name, parent);
	*cleanup = psprintf("ALTER TABLE %s DETACH PARTITION %s FINALIZE", parent, effect->name);
	return SM_OUTCOME_CLEANUP;
}

static SmOutcome
compare_object(const SmEffect *effect, char **detail)
{
	Oid now = sm_effect_lookup_object(effect->object_class, effect->name);
	bool create = effect->kind == SM_EFFECT_CREATE;

	*detail = psprintf("%s %s is %s", effect->object_class, quote_identifier(effect->name),
	                   OidIsValid(now) ? "there" : "not there");
	if (create)
		return OidIsValid(now) && now != effect->before ? SM_OUTCOME_COMPLETED
		                                                : SM_OUTCOME_NOT_STARTED;
	if (OidIsValid(effect->before) && now != effect->before)
		return SM_OUTCOME_COMPLETED;
	return !OidIsValid(effect->before) && effect->lenient ? SM_OUTCOME_REPEAT
	                                                      : SM_OUTCOME_NOT_STARTED;
}

SmOutcome
sm_effect_compare(const SmEffect *effect, char **detail, char **cleanup)
{
	*cleanup = NULL;
	switch (effect->kind)
	{
		case SM_EFFECT_CREATE_INDEX:
			return compare_create_index(effect, detail, cleanup);
		case SM_EFFECT_DROP_INDEX:
			return compare_drop_index(effect, detail);
		case SM_EFFECT_REINDEX:
			return compare_reindex(effect, detail, cleanup);
		case SM_EFFECT_DETACH:
			return compare_detach(effect, detail, cleanup);
		case SM_EFFECT_CREATE:
		case SM_EFFECT_DROP:
			return compare_object(effect, detail);
		case SM_EFFECT_REPEATABLE:
			*detail = "the statement may run again";
			return SM_OUTCOME_REPEAT;
		case SM_EFFECT_UNKNOWN:
			break;
	}
	*detail = "the catalog does not show what this statement does";
	return SM_OUTCOME_UNKNOWN;
}

const char *
sm_effect_outcome_name(SmOutcome outcome)
{
	switch (outcome)
	{
		case SM_OUTCOME_COMPLETED:
			return "completed";
		case SM_OUTCOME_CLEANUP:
			return "cleanup";
		case SM_OUTCOME_REPEAT:
		case SM_OUTCOME_NOT_STARTED:
			return "not_started";
		case SM_OUTCOME_UNKNOWN:
			break;
	}
	return "unknown";
}
