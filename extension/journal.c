/*
 * journal.c
 *		Rows of ddl_journal and of schema_drift_alerts (see journal.h), and the
 *		NOTIFY about an alert.  Only inserts, so that no DDL waits for another;
 *		numbering, folding and judging come later, in other sessions.
 */
#include "postgres.h"

#include "access/twophase.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "commands/async.h"
#include "miscadmin.h"
#include "postmaster/postmaster.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "utils/xid8.h"

#include "compat.h"
#include "guard.h"
#include "history.h"
#include "ignore_rules.h"
#include "journal.h"
#include "plain_table.h"
#include "severity.h"

#define CHANNEL "summit_migrate_drift"
#define MAX_QUEUE_USAGE 0.5
#define FEW_ROWS 16 /* not worth a memory context */

typedef enum NotifySetting
{
	NOTIFY_AUTO,
	NOTIFY_ON,
	NOTIFY_OFF
} NotifySetting;

static const struct config_enum_entry notify_settings[] = {
    {"auto", NOTIFY_AUTO, false},
    {"on", NOTIFY_ON, false},
    {"off", NOTIFY_OFF, false},
    {NULL, 0, false},
};

static int drift_notify = NOTIFY_AUTO;

enum
{
	ENTRY_ID,
	ENTRY_CAPTURED_AT,
	ENTRY_CAPTURED_BY,
	ENTRY_COMMAND_TAG,
	ENTRY_OBJECT_TYPE,
	ENTRY_OBJECT_SCHEMA,
	ENTRY_BEFORE,
	ENTRY_AFTER,
	ENTRY_CLASSID,
	ENTRY_OBJID,
	ENTRY_OBJSUBID,
	ENTRY_REWRITE,
	ENTRY_STATEMENT,
	ENTRY_EXACT,
	ENTRY_REDACTED,
	ENTRY_DEPTH,
	ENTRY_IN_EXTENSION,
	ENTRY_AUTHENTICATED,
	ENTRY_SESSION_USER,
	ENTRY_ROLE,
	ENTRY_CURRENT_USER,
	ENTRY_CLIENT_ADDR,
	ENTRY_APPLICATION,
	ENTRY_PID,
	ENTRY_BACKEND_START,
	ENTRY_TRANSACTION,
	ENTRY_MIGRATION,
	ENTRY_PHASE,
	ENTRY_DIRECTION,
	ENTRY_UNIT,
	ENTRY_TARGET,
	ENTRY_IGNORED_BY,
	ENTRY_COLUMNS
};

static SmPlainTable journal = {.name = "ddl_journal",
                               .sequence = "ddl_journal_id_seq",
                               .ncolumns = ENTRY_COLUMNS,
                               .columns = {{"id", INT8OID},
                                           {"captured_at", TIMESTAMPTZOID},
                                           {"captured_by", TEXTOID},
                                           {"command_tag", TEXTOID},
                                           {"object_type", TEXTOID},
                                           {"object_schema", TEXTOID},
                                           {"identity_before", TEXTOID},
                                           {"identity_after", TEXTOID},
                                           {"classid", OIDOID},
                                           {"objid", OIDOID},
                                           {"objsubid", INT4OID},
                                           {"rewrite", TEXTOID},
                                           {"statement", TEXTOID},
                                           {"statement_exact", BOOLOID},
                                           {"statement_redacted", BOOLOID},
                                           {"nesting_depth", INT4OID},
                                           {"in_extension", BOOLOID},
                                           {"authenticated_user", TEXTOID},
                                           {"session_user_name", TEXTOID},
                                           {"role_name", TEXTOID},
                                           {"current_user_name", TEXTOID},
                                           {"client_addr", INETOID},
                                           {"application_name", TEXTOID},
                                           {"pid", INT4OID},
                                           {"backend_start", TIMESTAMPTZOID},
                                           {"transaction_id", XID8OID},
                                           {"migration_id", TEXTOID},
                                           {"phase", TEXTOID},
                                           {"direction", TEXTOID},
                                           {"unit", INT4OID},
                                           {"target", TEXTOID},
                                           {"ignored_by", INT4OID}}};

enum
{
	ALERT_ID,
	ALERT_DATABASE_TYPE,
	ALERT_DETECTED_AT,
	ALERT_DRIFT_TYPE,
	ALERT_TABLE_NAME,
	ALERT_COLUMN_NAME,
	ALERT_EXPECTED,
	ALERT_ACTUAL,
	ALERT_SEVERITY,
	ALERT_METADATA,
	ALERT_STATUS,
	ALERT_OBJECT_TYPE,
	ALERT_OBJECT_IDENTITY,
	ALERT_JOURNAL_ID,
	ALERT_FIRST_SEEN,
	ALERT_LAST_SEEN,
	ALERT_COLUMNS
};

static SmPlainTable alerts = {.name = "schema_drift_alerts",
                              .ncolumns = ALERT_COLUMNS,
                              .columns = {{"id", INT8OID},
                                          {"database_type", TEXTOID},
                                          {"detected_at", TIMESTAMPTZOID},
                                          {"drift_type", TEXTOID},
                                          {"table_name", TEXTOID},
                                          {"column_name", TEXTOID},
                                          {"expected_value", TEXTOID},
                                          {"actual_value", TEXTOID},
                                          {"severity", TEXTOID},
                                          {"metadata", JSONBOID},
                                          {"status", TEXTOID},
                                          {"object_type", TEXTOID},
                                          {"object_identity", TEXTOID},
                                          {"journal_id", INT8OID},
                                          {"first_seen", TIMESTAMPTZOID},
                                          {"last_seen", TIMESTAMPTZOID}}};

void
sm_journal_init(void)
{
	DefineCustomEnumVariable(
	    "summit_migrate.drift_notify",
	    "Whether DDL outside migrations is announced on channel " CHANNEL ".",
	    "auto: only where no transaction can be prepared (NOTIFY makes PREPARE TRANSACTION fail) "
	    "and the notification queue is less than half full.",
	    &drift_notify, NOTIFY_AUTO, notify_settings, PGC_SUSET, 0, NULL, NULL, NULL);
}

/* Asked once a second, because the server takes an exclusive lock to answer. */
static bool
queue_has_room(void)
{
	static TimestampTz asked_at = 0;
	static bool has_room;
	TimestampTz now = GetCurrentTimestamp();

	if (asked_at == 0 || now < asked_at || now - asked_at > USECS_PER_SEC)
	{
		has_room =
		    DatumGetFloat8(OidFunctionCall0(F_PG_NOTIFICATION_QUEUE_USAGE)) < MAX_QUEUE_USAGE;
		asked_at = now;
	}
	return has_room;
}

bool
sm_journal_notifies(const char **why)
{
	*why = "summit_migrate.drift_notify says so";
	if (drift_notify != NOTIFY_AUTO)
		return drift_notify == NOTIFY_ON;
	*why = "max_prepared_transactions is not 0, and NOTIFY makes PREPARE TRANSACTION fail";
	if (max_prepared_xacts > 0)
		return false;
	*why = "the notification queue is more than half full";
	if (!queue_has_room())
		return false;
	*why = "no transaction can be prepared, and the notification queue has room";
	return true;
}

static void
set_text(Datum *values, bool *nulls, int column, const char *text)
{
	nulls[column] = text == NULL;
	values[column] = text == NULL ? (Datum) 0 : CStringGetTextDatum(text);
}

static void
set_user(Datum *values, bool *nulls, int column, Oid role)
{
	char *name = GetUserNameFromId(role, true);

	set_text(values, nulls, column, name == NULL ? psprintf("%u", role) : name);
}

/* The client's address does not change; it is asked for once. */
static void
set_client_address(Datum *values, bool *nulls)
{
	static bool known = false;
	static bool isnull;
	static Datum address;

	if (!known)
	{
		LOCAL_FCINFO(fcinfo, 0);
		Datum value;

		InitFunctionCallInfoData(*fcinfo, NULL, 0, InvalidOid, NULL, NULL);
		value = MyProcPort == NULL ? (Datum) 0 : inet_client_addr(fcinfo);
		isnull = MyProcPort == NULL || fcinfo->isnull;
		if (!isnull)
		{
			MemoryContext old = MemoryContextSwitchTo(TopMemoryContext);

			address = PointerGetDatum(PG_DETOAST_DATUM_COPY(value));
			MemoryContextSwitchTo(old);
		}
		known = true;
	}
	values[ENTRY_CLIENT_ADDR] = address;
	nulls[ENTRY_CLIENT_ADDR] = isnull;
}

/* Mostly all three are one. */
static void
set_users(Datum *values, bool *nulls)
{
	Oid authenticated = GetAuthenticatedUserId();

	set_user(values, nulls, ENTRY_AUTHENTICATED, authenticated);
	values[ENTRY_SESSION_USER] = values[ENTRY_CURRENT_USER] = values[ENTRY_AUTHENTICATED];
	nulls[ENTRY_SESSION_USER] = nulls[ENTRY_CURRENT_USER] = false;
	if (GetSessionUserId() != authenticated)
		set_user(values, nulls, ENTRY_SESSION_USER, GetSessionUserId());
	if (sm_guard_caller() != authenticated)
		set_user(values, nulls, ENTRY_CURRENT_USER, sm_guard_caller());
}

static void
set_who(Datum *values, bool *nulls)
{
	set_users(values, nulls);
	if (OidIsValid(GetCurrentRoleId()))
		set_user(values, nulls, ENTRY_ROLE, GetCurrentRoleId());
	set_client_address(values, nulls);
	set_text(values, nulls, ENTRY_APPLICATION, application_name == NULL ? "" : application_name);
	values[ENTRY_PID] = Int32GetDatum(MyProcPid);
	values[ENTRY_BACKEND_START] = TimestampTzGetDatum(MyStartTimestamp);
	values[ENTRY_TRANSACTION] = FullTransactionIdGetDatum(GetTopFullTransactionId());
	nulls[ENTRY_PID] = nulls[ENTRY_BACKEND_START] = nulls[ENTRY_TRANSACTION] = false;
}

static void
set_statement(Datum *values, bool *nulls, const SmStatementText *statement)
{
	set_text(values, nulls, ENTRY_STATEMENT, statement->text);
	values[ENTRY_EXACT] = BoolGetDatum(statement->exact);
	values[ENTRY_REDACTED] = BoolGetDatum(statement->redacted);
	values[ENTRY_DEPTH] = Int32GetDatum(statement->depth);
	nulls[ENTRY_EXACT] = nulls[ENTRY_REDACTED] = false;
	nulls[ENTRY_DEPTH] = statement->depth < 0;
}

static void
set_unit(Datum *values, bool *nulls, const SmUnitKey *unit)
{
	if (unit == NULL)
		return;
	set_text(values, nulls, ENTRY_MIGRATION, unit->migration_id);
	set_text(values, nulls, ENTRY_PHASE, unit->phase);
	set_text(values, nulls, ENTRY_DIRECTION, unit->up ? "up" : "down");
	set_text(values, nulls, ENTRY_TARGET, unit->target);
	values[ENTRY_UNIT] = Int32GetDatum(unit->unit);
	nulls[ENTRY_UNIT] = false;
}

static void
set_object(Datum *values, bool *nulls, const SmJournalEntry *entry)
{
	bool known = OidIsValid(entry->address.classId);

	set_text(values, nulls, ENTRY_COMMAND_TAG, entry->command_tag);
	set_text(values, nulls, ENTRY_OBJECT_TYPE, entry->object_type);
	set_text(values, nulls, ENTRY_OBJECT_SCHEMA, entry->schema);
	set_text(values, nulls, ENTRY_BEFORE, entry->before);
	set_text(values, nulls, ENTRY_AFTER, entry->after);
	set_text(values, nulls, ENTRY_REWRITE, entry->rewrite);
	values[ENTRY_CLASSID] = ObjectIdGetDatum(entry->address.classId);
	values[ENTRY_OBJID] = ObjectIdGetDatum(entry->address.objectId);
	values[ENTRY_OBJSUBID] = Int32GetDatum(entry->address.objectSubId);
	nulls[ENTRY_CLASSID] = nulls[ENTRY_OBJID] = nulls[ENTRY_OBJSUBID] = !known;
	values[ENTRY_IN_EXTENSION] = BoolGetDatum(entry->in_extension);
	nulls[ENTRY_IN_EXTENSION] = false;
}

/* Whether it is something in a table, and not the table. */
static bool
is_part(const SmJournalEntry *entry)
{
	const char *identity = entry->after != NULL ? entry->after : entry->before;

	return entry->table != NULL && identity != NULL && strcmp(entry->table, identity) != 0;
}

static Datum
empty_object(void)
{
	static Datum object = (Datum) 0;

	if (object == (Datum) 0)
	{
		MemoryContext old = MemoryContextSwitchTo(TopMemoryContext);

		object = DirectFunctionCall1(jsonb_in, CStringGetDatum("{}"));
		MemoryContextSwitchTo(old);
	}
	return object;
}

static void
write_alert(Relation relation, const SmJournalEntry *entry, int64 journal_id, Datum now)
{
	Datum values[ALERT_COLUMNS];
	bool nulls[ALERT_COLUMNS] = {false};

	values[ALERT_ID] = Int64GetDatum(journal_id);
	set_text(values, nulls, ALERT_DATABASE_TYPE, "postgresql");
	values[ALERT_DETECTED_AT] = values[ALERT_FIRST_SEEN] = values[ALERT_LAST_SEEN] = now;
	set_text(values, nulls, ALERT_DRIFT_TYPE, entry->change);
	set_text(values, nulls, ALERT_TABLE_NAME, entry->table);
	set_text(values, nulls, ALERT_COLUMN_NAME, entry->column);
	set_text(values, nulls, ALERT_EXPECTED, entry->before);
	set_text(values, nulls, ALERT_ACTUAL, entry->after);
	set_text(values, nulls, ALERT_SEVERITY, sm_severity(entry));
	values[ALERT_METADATA] = empty_object();
	set_text(values, nulls, ALERT_STATUS, "open");
	set_text(values, nulls, ALERT_OBJECT_TYPE, entry->object_type);
	set_text(values, nulls, ALERT_OBJECT_IDENTITY,
	         entry->after != NULL ? entry->after : entry->before);
	values[ALERT_JOURNAL_ID] = Int64GetDatum(journal_id);
	sm_plain_insert(&alerts, relation, values, nulls);
}

static void
announce(int64 journal_id)
{
	const char *why;
	char payload[32];

	if (!sm_journal_notifies(&why))
		return;
	snprintf(payload, sizeof(payload), INT64_FORMAT, journal_id);
	Async_Notify(CHANNEL, payload);
}

/* One row, and what follows from it; alert_relation NULL: no alert. */
static void
write_entry(Oid schema, Relation relation, Relation alert_relation, Datum *values, bool *nulls,
            const SmJournalEntry *entry)
{
	int64 id = sm_plain_next(&journal, schema);
	int ignored_by = 0;
	bool alert = alert_relation != NULL && entry->alert;

	if (alert)
		ignored_by = sm_ignore_rules_match(schema, entry->schema, entry->object_type,
		                                   is_part(entry), entry->name);
	values[ENTRY_ID] = Int64GetDatum(id);
	nulls[ENTRY_ID] = false;
	values[ENTRY_IGNORED_BY] = Int32GetDatum(ignored_by);
	nulls[ENTRY_IGNORED_BY] = ignored_by == 0;
	set_object(values, nulls, entry);
	sm_plain_insert(&journal, relation, values, nulls);
	if (alert && ignored_by == 0)
	{
		write_alert(alert_relation, entry, id, values[ENTRY_CAPTURED_AT]);
		announce(id);
	}
}

/* Thousands of objects can go in one cascade: what each row took is given back. */
static void
write_all(Oid schema, Relation relation, Relation alert_relation, Datum *values, bool *nulls,
          const SmJournalEntry *entries, int count)
{
	MemoryContext context = NULL;
	MemoryContext old = CurrentMemoryContext;

	if (count > FEW_ROWS)
	{
		context = AllocSetContextCreate(old, "summit_migrate journal row", ALLOCSET_DEFAULT_SIZES);
		MemoryContextSwitchTo(context);
	}
	for (int i = 0; i < count; i++)
	{
		write_entry(schema, relation, alert_relation, values, nulls, &entries[i]);
		if (context != NULL)
			MemoryContextReset(context);
	}
	MemoryContextSwitchTo(old);
	if (context != NULL)
		MemoryContextDelete(context);
}

void
sm_journal_write(Oid schema, bool by_hook, const SmStatementText *statement,
                 const SmJournalEntry *entries, int count)
{
	const SmUnitKey *unit = sm_history_running_unit();
	Relation relation;
	Relation alert_relation = NULL;
	Datum values[ENTRY_COLUMNS] = {0};
	bool nulls[ENTRY_COLUMNS];

	memset(nulls, true, sizeof(nulls));
	set_who(values, nulls);
	set_statement(values, nulls, statement);
	set_unit(values, nulls, unit);
	values[ENTRY_CAPTURED_AT] = TimestampTzGetDatum(GetCurrentTimestamp());
	nulls[ENTRY_CAPTURED_AT] = false;
	set_text(values, nulls, ENTRY_CAPTURED_BY, by_hook ? "hook" : "event trigger");
	relation = sm_plain_open(&journal, schema, RowExclusiveLock);
	if (unit == NULL)
		alert_relation = sm_plain_open(&alerts, schema, RowExclusiveLock);
	write_all(schema, relation, alert_relation, values, nulls, entries, count);
	if (alert_relation != NULL)
		sm_plain_close(alert_relation);
	sm_plain_close(relation);
}
