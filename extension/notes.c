/*
 * notes.c
 *		What is noted before a DDL statement does its work (see notes.h).  Names
 *		are looked up as the statement will, but without locks: it takes its own,
 *		and two sessions that both hold ours would then wait for each other.  The
 *		name stands only where the statement turns out to mean the same object.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_conversion.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_foreign_data_wrapper.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_language.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_opclass.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_opfamily.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_publication.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_statistic_ext.h"
#include "catalog/pg_subscription.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_ts_config.h"
#include "catalog/pg_ts_dict.h"
#include "catalog/pg_ts_parser.h"
#include "catalog/pg_ts_template.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "commands/event_trigger.h"
#include "commands/extension.h"
#include "commands/policy.h"
#include "commands/proclang.h"
#include "commands/trigger.h"
#include "foreign/foreign.h"
#include "nodes/makefuncs.h"
#include "parser/parse_func.h"
#include "parser/parse_oper.h"
#include "parser/parse_type.h"
#include "rewrite/rewriteSupport.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "compat.h"
#include "notes.h"

/* Of failed statements in one transaction no more than these are kept. */
#define MAX_NOTES 64

typedef struct Note
{
	Node *parsetree;
	ObjectAddress address;
	char *name;          /* NULL: a rewrite */
	const char *rewrite; /* NULL: a name */
} Note;

static List *notes = NIL; /* in TopTransactionContext */

static void
forget_all(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
		notes = NIL;
}

void
sm_notes_init(void)
{
	RegisterXactCallback(forget_all, NULL);
}

static void
add_note(Node *parsetree, const ObjectAddress *address, const char *name, const char *rewrite)
{
	MemoryContext old = MemoryContextSwitchTo(TopTransactionContext);
	Note *note = palloc(sizeof(Note));

	note->parsetree = parsetree;
	note->address = *address;
	note->name = name == NULL ? NULL : pstrdup(name);
	note->rewrite = rewrite;
	if (list_length(notes) >= MAX_NOTES)
		notes = list_delete_first(notes);
	notes = lappend(notes, note);
	MemoryContextSwitchTo(old);
}

bool
sm_notes_begin(Node *parsetree)
{
	ListCell *cell;

	foreach (cell, notes)
	{
		if (((Note *) lfirst(cell))->parsetree == parsetree)
			notes = foreach_delete_current (notes, cell);
	}
	return IsA(parsetree, RenameStmt) || IsA(parsetree, AlterObjectSchemaStmt);
}

/* A relation or a part of one; InvalidOid as its object where there is none. */
static ObjectAddress
find_in_relation(ObjectType type, RangeVar *relation, const char *part)
{
	Oid relid = RangeVarGetRelid(relation, NoLock, true);
	ObjectAddress address = {RelationRelationId, relid, 0};

	if (!OidIsValid(relid))
		return address;
	switch (type)
	{
		case OBJECT_COLUMN:
		case OBJECT_ATTRIBUTE:
			address.objectSubId = get_attnum(relid, part);
			break;
		case OBJECT_TABCONSTRAINT:
			address.classId = ConstraintRelationId;
			address.objectId = get_relation_constraint_oid(relid, part, true);
			break;
		case OBJECT_RULE:
			address.classId = RewriteRelationId;
			address.objectId = get_rewrite_oid(relid, part, true);
			break;
		case OBJECT_TRIGGER:
			address.classId = TriggerRelationId;
			address.objectId = get_trigger_oid(relid, part, true);
			break;
		case OBJECT_POLICY:
			address.classId = PolicyRelationId;
			address.objectId = get_relation_policy_oid(relid, part, true);
			break;
		default:
			break;
	}
	return address;
}

static Oid
find_type(Node *names)
{
	return LookupTypeNameOid(NULL, makeTypeNameFromNameList(castNode(List, names)), true);
}

/* The first name is that of the access method. */
static Oid
find_in_access_method(ObjectType type, List *names)
{
	Oid method = get_index_am_oid(strVal(linitial(names)), true);
	List *rest = list_copy_tail(names, 1);

	if (!OidIsValid(method))
		return InvalidOid;
	return type == OBJECT_OPCLASS ? get_opclass_oid(method, rest, true)
	                              : get_opfamily_oid(method, rest, true);
}

/* An object with a name of its own. */
static ObjectAddress
find_object(ObjectType type, Node *object, const char *part)
{
	ObjectAddress address = {InvalidOid, InvalidOid, 0};

#define FOUND(class, oid) ObjectAddressSet(address, (class), (oid))
	switch (type)
	{
		case OBJECT_SCHEMA:
			FOUND(NamespaceRelationId, get_namespace_oid(part, true));
			break;
		case OBJECT_TYPE:
		case OBJECT_DOMAIN:
			FOUND(TypeRelationId, find_type(object));
			break;
		case OBJECT_DOMCONSTRAINT:
			FOUND(ConstraintRelationId, get_domain_constraint_oid(find_type(object), part, true));
			break;
		case OBJECT_FUNCTION:
		case OBJECT_PROCEDURE:
		case OBJECT_ROUTINE:
		case OBJECT_AGGREGATE:
			FOUND(ProcedureRelationId,
			      LookupFuncWithArgs(type, castNode(ObjectWithArgs, object), true));
			break;
		case OBJECT_OPERATOR:
			FOUND(OperatorRelationId, LookupOperWithArgs(castNode(ObjectWithArgs, object), true));
			break;
		case OBJECT_OPCLASS:
			FOUND(OperatorClassRelationId, find_in_access_method(type, castNode(List, object)));
			break;
		case OBJECT_OPFAMILY:
			FOUND(OperatorFamilyRelationId, find_in_access_method(type, castNode(List, object)));
			break;
		case OBJECT_COLLATION:
			FOUND(CollationRelationId, get_collation_oid(castNode(List, object), true));
			break;
		case OBJECT_CONVERSION:
			FOUND(ConversionRelationId, get_conversion_oid(castNode(List, object), true));
			break;
		case OBJECT_STATISTIC_EXT:
			FOUND(StatisticExtRelationId, get_statistics_object_oid(castNode(List, object), true));
			break;
		case OBJECT_TSPARSER:
			FOUND(TSParserRelationId, get_ts_parser_oid(castNode(List, object), true));
			break;
		case OBJECT_TSDICTIONARY:
			FOUND(TSDictionaryRelationId, get_ts_dict_oid(castNode(List, object), true));
			break;
		case OBJECT_TSTEMPLATE:
			FOUND(TSTemplateRelationId, get_ts_template_oid(castNode(List, object), true));
			break;
		case OBJECT_TSCONFIGURATION:
			FOUND(TSConfigRelationId, get_ts_config_oid(castNode(List, object), true));
			break;
		case OBJECT_LANGUAGE:
			FOUND(LanguageRelationId, get_language_oid(strVal(object), true));
			break;
		case OBJECT_FDW:
			FOUND(ForeignDataWrapperRelationId, get_foreign_data_wrapper_oid(strVal(object), true));
			break;
		case OBJECT_FOREIGN_SERVER:
			FOUND(ForeignServerRelationId, get_foreign_server_oid(strVal(object), true));
			break;
		case OBJECT_PUBLICATION:
			FOUND(PublicationRelationId, get_publication_oid(strVal(object), true));
			break;
		case OBJECT_SUBSCRIPTION:
			FOUND(SubscriptionRelationId, get_subscription_oid(strVal(object), true));
			break;
		case OBJECT_EXTENSION:
			FOUND(ExtensionRelationId, get_extension_oid(strVal(object), true));
			break;
		default:
			break;
	}
#undef FOUND
	return address;
}

void
sm_notes_take_name(Node *parsetree)
{
	ObjectAddress address;
	char *name;

	if (IsA(parsetree, RenameStmt))
	{
		RenameStmt *statement = (RenameStmt *) parsetree;

		address =
		    statement->relation != NULL
		        ? find_in_relation(statement->renameType, statement->relation, statement->subname)
		        : find_object(statement->renameType, statement->object, statement->subname);
	}
	else
	{
		AlterObjectSchemaStmt *statement = castNode(AlterObjectSchemaStmt, parsetree);

		address = statement->relation != NULL
		              ? find_in_relation(statement->objectType, statement->relation, NULL)
		              : find_object(statement->objectType, statement->object, NULL);
	}
	if (!OidIsValid(address.objectId))
		return;
	name = getObjectIdentity(&address, true);
	if (name != NULL)
		add_note(parsetree, &address, name, NULL);
}

static const char *
rewrite_word(int reason)
{
	if (reason & AT_REWRITE_COLUMN_REWRITE)
		return "column type";
	if (reason & AT_REWRITE_DEFAULT_VAL)
		return "default";
	if (reason & AT_REWRITE_ALTER_PERSISTENCE)
		return "persistence";
	if (reason & AT_REWRITE_ACCESS_METHOD)
		return "access method";
	return "other";
}

void
sm_notes_take_rewrite(Node *parsetree, Oid table, int reason)
{
	ObjectAddress address = {RelationRelationId, table, 0};

	add_note(parsetree, &address, NULL, rewrite_word(reason));
}

static const Note *
find_note(Node *parsetree, const ObjectAddress *address, bool is_name)
{
	ListCell *cell;

	foreach (cell, notes)
	{
		const Note *note = lfirst(cell);

		if (note->parsetree == parsetree && (note->name != NULL) == is_name &&
		    note->address.classId == address->classId &&
		    note->address.objectId == address->objectId &&
		    note->address.objectSubId == address->objectSubId)
			return note;
	}
	return NULL;
}

const char *
sm_notes_name(Node *parsetree, const ObjectAddress *address)
{
	const Note *note = find_note(parsetree, address, true);

	return note == NULL ? NULL : note->name;
}

const char *
sm_notes_rewrite(Node *parsetree, const ObjectAddress *address)
{
	const Note *note = find_note(parsetree, address, false);

	return note == NULL ? NULL : note->rewrite;
}
