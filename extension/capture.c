/*
 * capture.c
 *		The event trigger functions: what a DDL statement did, as the server tells
 *		them, becomes entries of the journal.  What event triggers do not see is
 *		hook_capture.c's; where the rows go is journal.c's.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/event_trigger.h"
#include "commands/extension.h"
#include "executor/executor.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "nodes/execnodes.h"
#include "rewrite/rewriteSupport.h"
#include "tcop/deparse_utility.h"
#include "utils/builtins.h"
#include "utils/formatting.h"
#include "utils/memutils.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/tuplestore.h"

#include "compat.h"
#include "guard.h"
#include "journal.h"
#include "notes.h"
#include "objects.h"
#include "part.h"

PG_FUNCTION_INFO_V1(summit_migrate_capture_command_start);
PG_FUNCTION_INFO_V1(summit_migrate_capture_command_end);
PG_FUNCTION_INFO_V1(summit_migrate_capture_drop);
PG_FUNCTION_INFO_V1(summit_migrate_capture_rewrite);

#define NOT_JOURNALLED "summit_migrate could not journal this statement"

/* One call of one of our functions. */
typedef struct Capture
{
	EventTriggerData *trigger;
	Oid schema; /* the extension's */
	SmJournalEntry *entries;
	int count;
	int size;
} Capture;

/* The rows of one of the server's functions for event triggers. */
typedef struct ServerRows
{
	ReturnSetInfo result;
	TupleTableSlot *slot;
} ServerRows;

/*
 * What the server's functions return does not change, and to find it out anew
 * costs as much as a row: so it is kept.  A function that returns "record" and
 * no more, such as jsonb_to_record(), takes what its caller expects (funcapi.c,
 * internal_get_result_type()); it stands for the one that is called.
 */
static void
expect_rows(ServerRows *rows, FmgrInfo *flinfo, TupleDesc *known)
{
	if (*known == NULL)
		return;
	rows->result.expectedDesc = *known;
	flinfo->fn_oid = F_JSONB_TO_RECORD;
}

static void
keep_result_type(ServerRows *rows, TupleDesc *known)
{
	MemoryContext old;

	if (*known != NULL)
		return;
	old = MemoryContextSwitchTo(TopMemoryContext);
	*known = CreateTupleDescCopy(rows->result.setDesc);
	MemoryContextSwitchTo(old);
}

static void
begin_rows(ServerRows *rows, Oid function, TupleDesc *known)
{
	LOCAL_FCINFO(fcinfo, 0);
	FmgrInfo flinfo;

	memset(&rows->result, 0, sizeof(rows->result));
	rows->result.type = T_ReturnSetInfo;
	rows->result.econtext = CreateStandaloneExprContext();
	rows->result.allowedModes = SFRM_Materialize;
	fmgr_info(function, &flinfo);
	expect_rows(rows, &flinfo, known);
	InitFunctionCallInfoData(*fcinfo, &flinfo, 0, InvalidOid, NULL, (Node *) &rows->result);
	FunctionCallInvoke(fcinfo);
	keep_result_type(rows, known);
	rows->slot = MakeSingleTupleTableSlot(rows->result.setDesc, &TTSOpsMinimalTuple);
}

static bool
next_row(ServerRows *rows)
{
	return tuplestore_gettupleslot(rows->result.setResult, true, true, rows->slot);
}

static void
end_rows(ServerRows *rows)
{
	ExecDropSingleTupleTableSlot(rows->slot);
	tuplestore_end(rows->result.setResult);
	FreeExprContext(rows->result.econtext, true);
}

/* A column, from 1; 0 for an SQL NULL. */
static Datum
row_value(ServerRows *rows, int column)
{
	bool isnull;
	Datum value = slot_getattr(rows->slot, column, &isnull);

	return isnull ? (Datum) 0 : value;
}

static char *
row_text(ServerRows *rows, int column)
{
	Datum value = row_value(rows, column);

	return value == (Datum) 0 ? NULL : TextDatumGetCString(value);
}

static SmJournalEntry *
add_entry(Capture *capture)
{
	SmJournalEntry *entry;

	if (capture->count == capture->size)
	{
		capture->size = capture->size == 0 ? 4 : capture->size * 2;
		capture->entries = capture->entries == NULL
		                       ? palloc(capture->size * sizeof(SmJournalEntry))
		                       : repalloc(capture->entries, capture->size * sizeof(SmJournalEntry));
	}
	entry = &capture->entries[capture->count++];
	memset(entry, 0, sizeof(SmJournalEntry));
	return entry;
}

static bool
is_same_object(const ObjectAddress *a, const ObjectAddress *b)
{
	return OidIsValid(a->classId) && a->classId == b->classId && a->objectId == b->objectId &&
	       a->objectSubId == b->objectSubId;
}

/* What a statement did to an object in several steps is worth one alert. */
static void
drop_repeated_alerts(Capture *capture)
{
	for (int i = 1; i < capture->count; i++)
	{
		SmJournalEntry *later = &capture->entries[i];

		for (int j = 0; later->alert && j < i; j++)
			later->alert = !capture->entries[j].alert ||
			               !is_same_object(&later->address, &capture->entries[j].address);
	}
}

static void
write_entries(Capture *capture)
{
	SmStatementText statement;

	if (capture->count == 0)
		return;
	sm_statement_text_current(capture->trigger->parsetree, capture->trigger->tag, &statement);
	sm_journal_write(capture->schema, false, &statement, capture->entries, capture->count);
}

/* ---- after a statement ---- */

/* Columns of pg_event_trigger_ddl_commands(). */
enum
{
	COMMAND_CLASSID = 1,
	COMMAND_OBJID,
	COMMAND_OBJSUBID,
	COMMAND_TAG,
	COMMAND_TYPE,
	COMMAND_SCHEMA,
	COMMAND_IDENTITY,
	COMMAND_IN_EXTENSION,
	COMMAND_COMMAND
};

static bool
makes_something(const char *tag)
{
	return strncmp(tag, "CREATE ", 7) == 0 || strcmp(tag, "SELECT INTO") == 0 ||
	       strcmp(tag, "IMPORT FOREIGN SCHEMA") == 0;
}

/* Whether CREATE OR REPLACE has replaced it: the row is an update's. */
static bool
is_replaced(Node *parsetree, const ObjectAddress *address)
{
	HeapTuple tuple = NULL;
	bool updated;

	if (address->classId == ProcedureRelationId)
		tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(address->objectId));
	else if (IsA(parsetree, ViewStmt) && address->classId == RelationRelationId)
		tuple = SearchSysCache2(RULERELNAME, ObjectIdGetDatum(address->objectId),
		                        CStringGetDatum(ViewSelectRuleName));
	if (!HeapTupleIsValid(tuple))
		return false;
	updated = (tuple->t_data->t_infomask & HEAP_UPDATED) != 0;
	ReleaseSysCache(tuple);
	return updated;
}

/*
 * What a statement changed, and whether that is worth an alert.  An index that
 * is built anew, which event triggers see from 17 on, is no change of the schema.
 */
static void
judge_command(Capture *capture, SmJournalEntry *entry, const char *identity)
{
	Node *parsetree = capture->trigger->parsetree;
	const char *old_name = sm_notes_name(parsetree, &entry->address);

	entry->after = identity;
	entry->alert = !entry->in_extension && !IsA(parsetree, ReindexStmt);
	entry->rewrite = sm_notes_rewrite(parsetree, &entry->address);
	if (old_name != NULL)
	{
		entry->before = old_name;
		entry->change = "renamed";
	}
	else if (makes_something(entry->command_tag) && !is_replaced(parsetree, &entry->address))
		entry->change = "added";
	else
	{
		entry->before = identity;
		entry->change = "changed";
	}
}

/* Privileges: the server names no object, but the command knows them. */
static void
add_grant(Capture *capture, ServerRows *rows, CollectedCommand *command)
{
	InternalGrant *grant = command->d.grant.istmt;
	Oid classid = sm_part_class_of(grant->objtype);
	ListCell *cell;

	foreach (cell, grant->objects)
	{
		SmJournalEntry *entry = add_entry(capture);
		const char *identity;

		ObjectAddressSet(entry->address, classid, lfirst_oid(cell));
		entry->command_tag = row_text(rows, COMMAND_TAG);
		entry->in_extension = command->in_extension;
		identity = OidIsValid(classid) ? getObjectIdentity(&entry->address, true) : NULL;
		if (identity != NULL)
			entry->object_type = getObjectTypeDescription(&entry->address, true);
		judge_command(capture, entry, identity);
		sm_part_place(entry);
		if (identity == NULL || sm_part_is_temporary_schema(entry->schema))
			capture->count--;
	}
}

static void
add_command(Capture *capture, ServerRows *rows)
{
	CollectedCommand *command =
	    (CollectedCommand *) DatumGetPointer(row_value(rows, COMMAND_COMMAND));
	SmJournalEntry *entry;

	if (command->type == SCT_Grant)
	{
		add_grant(capture, rows, command);
		return;
	}
	entry = add_entry(capture);
	entry->address.classId = DatumGetObjectId(row_value(rows, COMMAND_CLASSID));
	entry->address.objectId = DatumGetObjectId(row_value(rows, COMMAND_OBJID));
	entry->address.objectSubId = DatumGetInt32(row_value(rows, COMMAND_OBJSUBID));
	entry->command_tag = row_text(rows, COMMAND_TAG);
	entry->object_type = row_text(rows, COMMAND_TYPE);
	if (command->type == SCT_AlterDefaultPrivileges)
		entry->object_type = psprintf("default privileges on %s",
		                              asc_tolower(entry->object_type, strlen(entry->object_type)));
	entry->schema = row_text(rows, COMMAND_SCHEMA);
	entry->in_extension = command->in_extension;
	judge_command(capture, entry, row_text(rows, COMMAND_IDENTITY));
	sm_part_place(entry);
	if (sm_part_is_temporary_schema(entry->schema))
		capture->count--;
}

static void
capture_commands(void *argument)
{
	static TupleDesc known = NULL;
	Capture *capture = argument;
	ServerRows rows;

	begin_rows(&rows, F_PG_EVENT_TRIGGER_DDL_COMMANDS, &known);
	while (next_row(&rows))
		add_command(capture, &rows);
	end_rows(&rows);
	drop_repeated_alerts(capture);
	write_entries(capture);
}

/* ---- after a drop ---- */

/* Columns of pg_event_trigger_dropped_objects(). */
enum
{
	DROPPED_CLASSID = 1,
	DROPPED_OBJID,
	DROPPED_OBJSUBID,
	DROPPED_ORIGINAL,
	DROPPED_NORMAL,
	DROPPED_TEMPORARY,
	DROPPED_TYPE,
	DROPPED_SCHEMA,
	DROPPED_NAME,
	DROPPED_IDENTITY,
	DROPPED_NAMES
};

/* What goes with its table is shown, but for what nobody made himself. */
static bool
is_internal(const SmJournalEntry *entry, List *names)
{
	if (entry->schema != NULL && strcmp(entry->schema, "pg_toast") == 0)
		return true;
	if (strcmp(entry->object_type, "rule") == 0 && names != NIL &&
	    strcmp(llast(names), ViewSelectRuleName) == 0)
		return true;
	if (entry->alert)
		return false; /* named in the statement, or hit by CASCADE */
	return strcmp(entry->object_type, "type") == 0 ||
	       (strcmp(entry->object_type, "trigger") == 0 && names != NIL &&
	        strncmp(llast(names), "RI_ConstraintTrigger_", 21) == 0);
}

static List *
text_array_to_list(Datum array)
{
	Datum *texts;
	int count;
	List *list = NIL;

	if (array == (Datum) 0)
		return NIL;
	deconstruct_array(DatumGetArrayTypeP(array), TEXTOID, -1, false, TYPALIGN_INT, &texts, NULL,
	                  &count);
	for (int i = 0; i < count; i++)
		list = lappend(list, TextDatumGetCString(texts[i]));
	return list;
}

static void
add_dropped(Capture *capture, ServerRows *rows)
{
	List *names = text_array_to_list(row_value(rows, DROPPED_NAMES));
	SmJournalEntry *entry = add_entry(capture);

	entry->address.classId = DatumGetObjectId(row_value(rows, DROPPED_CLASSID));
	entry->address.objectId = DatumGetObjectId(row_value(rows, DROPPED_OBJID));
	entry->address.objectSubId = DatumGetInt32(row_value(rows, DROPPED_OBJSUBID));
	entry->command_tag = GetCommandTagName(capture->trigger->tag);
	entry->object_type = row_text(rows, DROPPED_TYPE);
	entry->schema = row_text(rows, DROPPED_SCHEMA);
	entry->before = row_text(rows, DROPPED_IDENTITY);
	entry->in_extension = creating_extension;
	entry->change = "removed";
	entry->alert = (DatumGetBool(row_value(rows, DROPPED_ORIGINAL)) ||
	                DatumGetBool(row_value(rows, DROPPED_NORMAL))) &&
	               !entry->in_extension;
	sm_part_place_dropped(entry, names);
	if (DatumGetBool(row_value(rows, DROPPED_TEMPORARY)) ||
	    sm_part_is_temporary_schema(entry->schema) || is_internal(entry, names))
		capture->count--;
}

/* A part is worth an alert of its own only where its table is still there. */
static void
drop_alerts_of_parts(Capture *capture)
{
	for (int i = 0; i < capture->count; i++)
	{
		SmJournalEntry *part = &capture->entries[i];

		for (int j = 0; part->alert && part->table != part->before && j < capture->count; j++)
			part->alert = part->table == NULL ||
			              capture->entries[j].table != capture->entries[j].before ||
			              capture->entries[j].table == NULL ||
			              strcmp(part->table, capture->entries[j].table) != 0;
	}
}

static void
capture_dropped(void *argument)
{
	static TupleDesc known = NULL;
	Capture *capture = argument;
	ServerRows rows;

	begin_rows(&rows, F_PG_EVENT_TRIGGER_DROPPED_OBJECTS, &known);
	while (next_row(&rows))
		add_dropped(capture, &rows);
	end_rows(&rows);
	drop_alerts_of_parts(capture);
	write_entries(capture);
}

/* ---- before, and during ---- */

static void
take_name(void *argument)
{
	sm_notes_take_name(((Capture *) argument)->trigger->parsetree);
}

/* ---- the functions ---- */

static EventTriggerData *
event_of(FunctionCallInfo fcinfo)
{
	if (!CALLED_AS_EVENT_TRIGGER(fcinfo))
		ereport(ERROR, errcode(ERRCODE_E_R_I_E_EVENT_TRIGGER_PROTOCOL_VIOLATED),
		        errmsg("this function can only be called as an event trigger"));
	return (EventTriggerData *) fcinfo->context;
}

/*
 * Restoring into a new major is the old database's schema made again, and no
 * drift.
 */
static void
run_capture(FunctionCallInfo fcinfo, void (*work)(void *argument), bool as_owner, const char *what)
{
	Oid function = fcinfo->flinfo->fn_oid;
	Capture capture = {0};

	capture.trigger = event_of(fcinfo);
	if (IsBinaryUpgrade)
		return;
	capture.schema = get_func_namespace(function);
	sm_guard_run(work, &capture, as_owner ? sm_objects_owner(function) : InvalidOid, what);
}

Datum
summit_migrate_capture_command_start(PG_FUNCTION_ARGS)
{
	if (sm_notes_begin(event_of(fcinfo)->parsetree))
		run_capture(fcinfo, take_name, false, NULL);
	PG_RETURN_NULL();
}

/* New rows of a materialized view are no change of the schema. */
static bool
is_refresh(Node *parsetree)
{
	return IsA(parsetree, RefreshMatViewStmt) && !((RefreshMatViewStmt *) parsetree)->skipData;
}

Datum
summit_migrate_capture_command_end(PG_FUNCTION_ARGS)
{
	if (!is_refresh(event_of(fcinfo)->parsetree))
		run_capture(fcinfo, capture_commands, true, NOT_JOURNALLED);
	PG_RETURN_NULL();
}

Datum
summit_migrate_capture_drop(PG_FUNCTION_ARGS)
{
	run_capture(fcinfo, capture_dropped, true, NOT_JOURNALLED);
	PG_RETURN_NULL();
}

Datum
summit_migrate_capture_rewrite(PG_FUNCTION_ARGS)
{
	EventTriggerData *trigger = event_of(fcinfo);

	if (!IsBinaryUpgrade)
		sm_notes_take_rewrite(
		    trigger->parsetree,
		    DatumGetObjectId(OidFunctionCall0(F_PG_EVENT_TRIGGER_TABLE_REWRITE_OID)),
		    DatumGetInt32(OidFunctionCall0(F_PG_EVENT_TRIGGER_TABLE_REWRITE_REASON)));
	PG_RETURN_NULL();
}
