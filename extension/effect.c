/*
 * effect.c
 *		A statement that cannot run in a transaction, as data: what it will leave
 *		in the catalog, and what is there before it.  Comparing the two later is
 *		effect_compare.c's work.
 *
 * Names are looked up once, here, by the search path that the statement will
 * see; from then on OIDs and schema-qualified names are what counts.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "commands/defrem.h"
#include "nodes/parsenodes.h"
#include "parser/parser.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "utils/lsyscache.h"

#include "effect.h"

static const char *const kind_names[] = {
    [SM_EFFECT_UNKNOWN] = "unknown",
    [SM_EFFECT_REPEATABLE] = "repeatable",
    [SM_EFFECT_CREATE_INDEX] = "create index",
    [SM_EFFECT_DROP_INDEX] = "drop index",
    [SM_EFFECT_REINDEX] = "reindex",
    [SM_EFFECT_DETACH] = "detach partition",
    [SM_EFFECT_CREATE] = "create",
    [SM_EFFECT_DROP] = "drop",
};

static void
note_relation(SmEffect *effect, Oid relation)
{
	if (!OidIsValid(relation))
		return;
	effect->relation_oid = relation;
	effect->relation = get_rel_name(relation);
	effect->schema = get_namespace_name(get_rel_namespace(relation));
}

/* An index lives in its table's schema, whatever the search path says. */
static void
read_create_index(SmEffect *effect, IndexStmt *stmt)
{
	bool valid;
	Oid table;

	if (!stmt->concurrent)
		return;
	effect->kind = SM_EFFECT_CREATE_INDEX;
	effect->object_class = "index";
	effect->lenient = stmt->if_not_exists;
	effect->name = stmt->idxname;
	note_relation(effect, RangeVarGetRelid(stmt->relation, NoLock, true));
	if (!OidIsValid(effect->relation_oid))
		return;
	if (stmt->idxname == NULL)
	{
		effect->others = sm_effect_lookup_table_indexes(effect->relation_oid);
		return;
	}
	effect->before = get_relname_relid(stmt->idxname, get_rel_namespace(effect->relation_oid));
	if (OidIsValid(effect->before) && sm_effect_lookup_index(effect->before, &table, &valid))
		effect->before_valid = valid;
}

static void
note_index(SmEffect *effect, RangeVar *name)
{
	Oid table;

	effect->name = name->relname;
	effect->before = RangeVarGetRelid(name, NoLock, true);
	if (!OidIsValid(effect->before))
		return;
	effect->name = get_rel_name(effect->before);
	if (sm_effect_lookup_index(effect->before, &table, &effect->before_valid))
		note_relation(effect, table);
}

static void
read_drop_index(SmEffect *effect, DropStmt *stmt)
{
	if (stmt->removeType != OBJECT_INDEX || !stmt->concurrent || list_length(stmt->objects) != 1)
		return;
	effect->kind = SM_EFFECT_DROP_INDEX;
	effect->object_class = "index";
	effect->lenient = stmt->missing_ok;
	note_index(effect, makeRangeVarFromNameList(linitial(stmt->objects)));
}

static bool
is_concurrent(List *params)
{
	bool concurrent = false;
	ListCell *cell;

	foreach (cell, params)
	{
		DefElem *option = lfirst_node(DefElem, cell);

		if (strcmp(option->defname, "concurrently") == 0)
			concurrent = defGetBoolean(option);
	}
	return concurrent;
}

static void
read_reindex(SmEffect *effect, ReindexStmt *stmt)
{
	Oid schema = InvalidOid;

	if (!is_concurrent(stmt->params))
	{
		effect->kind = SM_EFFECT_REPEATABLE;
		return;
	}
	effect->kind = SM_EFFECT_REINDEX;
	switch (stmt->kind)
	{
		case REINDEX_OBJECT_INDEX:
			effect->object_class = "index";
			note_index(effect, stmt->relation);
			break;
		case REINDEX_OBJECT_TABLE:
			effect->object_class = "table";
			note_relation(effect, RangeVarGetRelid(stmt->relation, NoLock, true));
			break;
		case REINDEX_OBJECT_SCHEMA:
			effect->object_class = "schema";
			effect->schema = stmt->name == NULL ? NULL : pstrdup(stmt->name);
			schema = get_namespace_oid(stmt->name, true);
			break;
		default:
			effect->object_class = "database";
			break;
	}
	effect->others = sm_effect_lookup_leftovers(effect->relation_oid, schema);
}

static void
read_detach(SmEffect *effect, AlterTableStmt *stmt)
{
	AlterTableCmd *command = linitial_node(AlterTableCmd, stmt->cmds);
	PartitionCmd *partition;
	bool pending;

	if (command->subtype != AT_DetachPartition)
		return;
	partition = castNode(PartitionCmd, command->def);
	if (!partition->concurrent)
		return;
	effect->kind = SM_EFFECT_DETACH;
	effect->object_class = "partition";
	note_relation(effect, RangeVarGetRelid(stmt->relation, NoLock, true));
	effect->before = RangeVarGetRelid(partition->name, NoLock, true);
	if (!OidIsValid(effect->before))
		return;
	effect->name = quote_qualified_identifier(get_namespace_name(get_rel_namespace(effect->before)),
	                                          get_rel_name(effect->before));
	effect->before_valid =
	    sm_effect_lookup_partition(effect->relation_oid, effect->before, &pending);
}

static void
note_object(SmEffect *effect, SmEffectKind kind, char *object_class, char *name, bool lenient)
{
	effect->kind = kind;
	effect->object_class = object_class;
	effect->name = name;
	effect->lenient = lenient;
	effect->before = sm_effect_lookup_object(object_class, name);
}

static void
read_object(SmEffect *effect, Node *node)
{
	switch (nodeTag(node))
	{
		case T_CreatedbStmt:
			note_object(effect, SM_EFFECT_CREATE, "database", ((CreatedbStmt *) node)->dbname,
			            false);
			break;
		case T_DropdbStmt:
			note_object(effect, SM_EFFECT_DROP, "database", ((DropdbStmt *) node)->dbname,
			            ((DropdbStmt *) node)->missing_ok);
			break;
		case T_CreateTableSpaceStmt:
			note_object(effect, SM_EFFECT_CREATE, "tablespace",
			            ((CreateTableSpaceStmt *) node)->tablespacename, false);
			break;
		case T_DropTableSpaceStmt:
			note_object(effect, SM_EFFECT_DROP, "tablespace",
			            ((DropTableSpaceStmt *) node)->tablespacename,
			            ((DropTableSpaceStmt *) node)->missing_ok);
			break;
		case T_CreateSubscriptionStmt:
			note_object(effect, SM_EFFECT_CREATE, "subscription",
			            ((CreateSubscriptionStmt *) node)->subname, false);
			break;
		case T_DropSubscriptionStmt:
			note_object(effect, SM_EFFECT_DROP, "subscription",
			            ((DropSubscriptionStmt *) node)->subname,
			            ((DropSubscriptionStmt *) node)->missing_ok);
			break;
		default:
			break;
	}
}

SmEffect *
sm_effect_read(const char *statement)
{
	SmEffect *effect = palloc0(sizeof(SmEffect));
	List *trees = raw_parser(statement, RAW_PARSE_DEFAULT);
	Node *node;

	if (list_length(trees) != 1)
		ereport(
		    ERROR, errcode(ERRCODE_SYNTAX_ERROR),
		    errmsg("not one statement but %d", list_length(trees)),
		    errhint(
		        "Announce and send each statement that cannot run in a transaction by itself."));
	node = linitial_node(RawStmt, trees)->stmt;
	switch (nodeTag(node))
	{
		case T_IndexStmt:
			read_create_index(effect, (IndexStmt *) node);
			break;
		case T_DropStmt:
			read_drop_index(effect, (DropStmt *) node);
			break;
		case T_ReindexStmt:
			read_reindex(effect, (ReindexStmt *) node);
			break;
		case T_AlterTableStmt:
			read_detach(effect, (AlterTableStmt *) node);
			break;
		case T_VacuumStmt:
		case T_ClusterStmt:
		case T_AlterSystemStmt:
		case T_CheckPointStmt:
			effect->kind = SM_EFFECT_REPEATABLE;
			break;
		default:
			read_object(effect, node);
			break;
	}
	return effect;
}

static void
append_text(StringInfo json, const char *key, const char *value)
{
	appendStringInfo(json, ",\"%s\":", key);
	if (value == NULL)
		appendStringInfoString(json, "null");
	else
		escape_json(json, value);
}

Jsonb *
sm_effect_to_jsonb(const SmEffect *effect)
{
	StringInfoData json;
	ListCell *cell;

	initStringInfo(&json);
	appendStringInfo(&json, "{\"kind\":\"%s\"", kind_names[effect->kind]);
	append_text(&json, "class", effect->object_class);
	append_text(&json, "schema", effect->schema);
	append_text(&json, "relation", effect->relation);
	append_text(&json, "name", effect->name);
	appendStringInfo(
	    &json, ",\"relation_oid\":%u,\"lenient\":%s,\"before\":%u,\"before_valid\":%s,\"others\":[",
	    effect->relation_oid, effect->lenient ? "true" : "false", effect->before,
	    effect->before_valid ? "true" : "false");
	foreach (cell, effect->others)
		appendStringInfo(&json, "%s%u", cell == list_head(effect->others) ? "" : ",",
		                 lfirst_oid(cell));
	appendStringInfoString(&json, "]}");
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(json.data)));
}

static JsonbValue *
find_value(Jsonb *jsonb, const char *key, JsonbValue *value)
{
	return getKeyJsonValueFromContainer(&jsonb->root, key, strlen(key), value);
}

static char *
text_of(Jsonb *jsonb, const char *key)
{
	JsonbValue value;

	if (find_value(jsonb, key, &value) == NULL || value.type != jbvString)
		return NULL;
	return pnstrdup(value.val.string.val, value.val.string.len);
}

static Oid
oid_from(const JsonbValue *value)
{
	if (value->type != jbvNumeric)
		return InvalidOid;
	return (Oid) DatumGetInt64(
	    DirectFunctionCall1(numeric_int8, NumericGetDatum(value->val.numeric)));
}

static Oid
oid_of(Jsonb *jsonb, const char *key)
{
	JsonbValue value;

	return find_value(jsonb, key, &value) == NULL ? InvalidOid : oid_from(&value);
}

static bool
bool_of(Jsonb *jsonb, const char *key)
{
	JsonbValue value;

	return find_value(jsonb, key, &value) != NULL && value.type == jbvBool && value.val.boolean;
}

static List *
oids_of(Jsonb *jsonb, const char *key)
{
	JsonbValue array;
	List *oids = NIL;

	if (find_value(jsonb, key, &array) == NULL || array.type != jbvBinary)
		return NIL;
	for (uint32 i = 0; i < JsonContainerSize(array.val.binary.data); i++)
		oids = lappend_oid(oids, oid_from(getIthJsonbValueFromContainer(array.val.binary.data, i)));
	return oids;
}

SmEffect *
sm_effect_from_jsonb(Jsonb *jsonb)
{
	SmEffect *effect = palloc0(sizeof(SmEffect));
	char *kind = text_of(jsonb, "kind");

	for (size_t i = 0; kind != NULL && i < lengthof(kind_names); i++)
	{
		if (strcmp(kind, kind_names[i]) == 0)
			effect->kind = i;
	}
	effect->object_class = text_of(jsonb, "class");
	effect->schema = text_of(jsonb, "schema");
	effect->relation = text_of(jsonb, "relation");
	effect->name = text_of(jsonb, "name");
	effect->relation_oid = oid_of(jsonb, "relation_oid");
	effect->lenient = bool_of(jsonb, "lenient");
	effect->before = oid_of(jsonb, "before");
	effect->before_valid = bool_of(jsonb, "before_valid");
	effect->others = oids_of(jsonb, "others");
	return effect;
}
