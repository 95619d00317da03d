/*
 * snapshot_functions.c
 *		Small functions about snapshots: one as a document, and taking them on a
 *		schedule.
 */
#include "postgres.h"

#include "commands/dbcommands.h"
#include "commands/extension.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "compat.h"
#include "snapshot.h"

#define JOB_NAME "summit_migrate snapshot"

/* The objects of some of a snapshot's buckets, by kind and name. */
#define OBJECTS(first, last)                                                                       \
	"coalesce((SELECT jsonb_object_agg(k.kind, k.objects) FROM"                                    \
	" (SELECT o.kind, jsonb_object_agg(o.name, o.body::jsonb) AS objects"                          \
	"  FROM unnest(s.buckets[" first ":" last "]) i (id)"                                          \
	"   JOIN @schema@.schema_buckets b ON b.id = i.id, unnest(b.objects) d (digest)"               \
	"   JOIN @schema@.schema_objects o ON o.digest = d.digest GROUP BY o.kind) k), '{}')"

static SmQuery expand =
    SM_QUERY_LIST("SELECT jsonb_build_object('snapshot', s.id, 'taken', s.snapshot_date,"
                  " 'database_type', s.database_type, 'roots', s.schema_definition,"
                  " 'database', " OBJECTS("1", "256") ", 'cluster', " OBJECTS(
                      "257", "512") ")"
                                    " FROM @schema@.schema_snapshots s WHERE s.id = $1",
                  INT4OID);

PG_FUNCTION_INFO_V1(summit_migrate_snapshot_definition);
Datum
summit_migrate_snapshot_definition(PG_FUNCTION_ARGS)
{
	Datum values[] = {PG_GETARG_DATUM(0)};
	SmSnapshot *snapshot = palloc(sizeof(SmSnapshot));
	MemoryContext context = CurrentMemoryContext;
	SmQueryScope scope;
	Datum definition;

	sm_query_begin(&scope, fcinfo, SM_QUERY_READ);
	/* raises the errors of one that cannot be expanded */
	sm_snapshot_read(&scope, PG_GETARG_INT32(0), snapshot);
	sm_query_execute(&scope, &expand, values, NULL, 1);
	definition = SPI_datumTransfer(sm_query_value(0, 1, NULL), false, -1);
	sm_query_end(&scope);
	MemoryContextSwitchTo(context);
	PG_RETURN_DATUM(definition);
}

PG_FUNCTION_INFO_V1(summit_migrate_schedule_snapshots);
Datum
summit_migrate_schedule_snapshots(PG_FUNCTION_ARGS)
{
	SmQueryScope scope;
	char *command;

	PreventCommandIfReadOnly("schedule_snapshots()");
	if (!OidIsValid(get_extension_oid("pg_cron", true)))
		ereport(
		    ERROR,
		    (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
		     errmsg("pg_cron is not installed in database \"%s\"", get_database_name(MyDatabaseId)),
		     errhint("Install it there, or call take_schema_snapshot() from another scheduler.")));
	sm_query_begin(&scope, fcinfo, SM_QUERY_WRITE);
	if (PG_ARGISNULL(0))
		sm_query_run(&scope, "SELECT cron.unschedule(j.jobid) FROM cron.job j"
		                     " WHERE j.jobname = '" JOB_NAME "' AND j.username = current_user");
	else
	{
		command = sm_query_expand(
		    &scope, "SELECT @schema@.take_schema_snapshot('postgresql'::pg_catalog.text,"
		            " '{\"moment\": \"schedule\"}'::pg_catalog.jsonb)");
		sm_query_run(&scope,
		             psprintf("SELECT cron.schedule(%s, %s, %s)", quote_literal_cstr(JOB_NAME),
		                      quote_literal_cstr(text_to_cstring(PG_GETARG_TEXT_PP(0))),
		                      quote_literal_cstr(command)));
	}
	sm_query_end(&scope);
	PG_RETURN_VOID();
}
