/*
 * query.c
 *		The module's one way to run internal SQL (see query.h): SPI plans kept
 *		for the session, keyed by the schema that the extension stands in.  No
 *		table, no rule of the ledger or of the lock belongs here.
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "jit/jit.h"
#include "lib/stringinfo.h"
#include "optimizer/cost.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "compat.h"
#include "query.h"

#define SCHEMA_MARK "@schema@"

/*
 * The schema as the plans know it.  Each time its OID or its name becomes
 * another one, generation counts up, and plans of an older one are made anew.
 */
static struct
{
	Oid oid;
	char *quoted;
	bool valid; /* no pg_namespace row has changed since */
	uint64 generation;
} schema_cache;

static void
forget_schema_name(Datum arg, int cacheid, uint32 hashvalue)
{
	schema_cache.valid = false;
}

/* Makes schema_cache that of the given schema, as it is named now. */
static void
use_schema(Oid schema)
{
	static bool registered = false;
	char *name;
	const char *quoted;

	if (schema_cache.valid && schema_cache.oid == schema)
		return;
	if (!registered)
	{
		CacheRegisterSyscacheCallback(NAMESPACEOID, forget_schema_name, (Datum) 0);
		registered = true;
	}
	/* set first: an invalidation during the lookup must not be lost */
	schema_cache.valid = true;
	name = get_namespace_name(schema);
	if (name == NULL)
	{
		schema_cache.valid = false;
		elog(ERROR, "cache lookup failed for schema %u", schema);
	}
	quoted = quote_identifier(name);
	if (schema_cache.oid != schema || schema_cache.quoted == NULL ||
	    strcmp(schema_cache.quoted, quoted) != 0)
	{
		char *kept = MemoryContextStrdup(TopMemoryContext, quoted);

		if (schema_cache.quoted)
			pfree(schema_cache.quoted);
		schema_cache.quoted = kept;
		schema_cache.oid = schema;
		schema_cache.generation++;
	}
}

/*
 * A ledger row must not vanish in a crash after the client was told of its
 * commit: a lower synchronous_commit is raised for the rest of the transaction.
 * GUC_ACTION_LOCAL leaves the session's own value as it was.
 */
static void
make_commit_durable(void)
{
	if (synchronous_commit < SYNCHRONOUS_COMMIT_ON)
		(void) set_config_option("synchronous_commit", "on", PGC_USERSET, PGC_S_SESSION,
		                         GUC_ACTION_LOCAL, true, 0, false);
}

/*
 * XactReadOnly is set by hand, without a PG_TRY that puts it back: an error
 * ends the transaction or a subtransaction, and StartTransaction() and
 * AbortSubTransaction() give it the value it had before.
 */
void
sm_query_begin(SmQueryScope *scope, FunctionCallInfo fcinfo, SmQueryMode mode)
{
	use_schema(get_func_namespace(fcinfo->flinfo->fn_oid));
	scope->schema = schema_cache.oid;
	scope->read_only = (mode == SM_QUERY_READ);
	scope->xact_read_only = XactReadOnly;
	scope->caller = CurrentMemoryContext;
	if (mode != SM_QUERY_READ)
	{
		if (RecoveryInProgress())
			ereport(ERROR, (errcode(ERRCODE_READ_ONLY_SQL_TRANSACTION),
			                errmsg("cannot write migration state during recovery"),
			                errhint("Connect to the primary server.")));
		XactReadOnly = false;
	}
	if (mode == SM_QUERY_LEDGER)
		make_commit_durable();
	SPI_connect();
}

void
sm_query_end(SmQueryScope *scope)
{
	SPI_finish();
	MemoryContextSwitchTo(scope->caller);
	XactReadOnly = scope->xact_read_only;
}

char *
sm_query_expand(SmQueryScope *scope, const char *text)
{
	StringInfoData result;
	const char *mark;

	use_schema(scope->schema);
	initStringInfo(&result);
	while ((mark = strstr(text, SCHEMA_MARK)) != NULL)
	{
		appendBinaryStringInfo(&result, text, mark - text);
		appendStringInfoString(&result, schema_cache.quoted);
		text = mark + strlen(SCHEMA_MARK);
	}
	appendStringInfoString(&result, text);
	return result.data;
}

/*
 * Prepares and keeps the plan.  A generic one: the values never decide how a
 * row is found here, and planning costs more than running.
 */
static void
prepare(SmQueryScope *scope, SmQuery *query)
{
	SPIPlanPtr plan;
	char *text = sm_query_expand(scope, query->text);

	if (query->plan)
	{
		SPIPlanPtr old = query->plan;

		query->plan = NULL;
		SPI_freeplan(old);
	}
	/* SPI copies the types, but has never declared them const */
	plan = SPI_prepare_cursor(text, query->nargs, unconstify(Oid *, query->types),
	                          CURSOR_OPT_GENERIC_PLAN);
	if (plan == NULL || SPI_keepplan(plan) != 0)
		elog(ERROR, "could not prepare \"%s\": %s", text, SPI_result_code_string(SPI_result));
	query->plan = plan;
	query->generation = schema_cache.generation;
	pfree(text);
}

/*
 * The planner's switches are set around the call, since a plan is made in the
 * first execution and again after each invalidation.  No user code runs in it.
 */
static int
run_plan(SmQuery *query, Datum *values, const char *nulls, bool read_only, long limit)
{
	bool saved_seqscan = enable_seqscan;
	bool saved_jit = jit_enabled;
	int rc;

	PG_TRY();
	{
		enable_seqscan = saved_seqscan && !query->by_key;
		jit_enabled = false;
		rc = SPI_execute_plan(query->plan, values, nulls, read_only, limit);
	}
	PG_FINALLY();
	{
		enable_seqscan = saved_seqscan;
		jit_enabled = saved_jit;
	}
	PG_END_TRY();
	return rc;
}

uint64
sm_query_execute(SmQueryScope *scope, SmQuery *query, Datum *values, const char *nulls, long limit)
{
	int rc;

	use_schema(scope->schema);
	if (query->plan == NULL || query->generation != schema_cache.generation)
		prepare(scope, query);
	rc = run_plan(query, values, nulls, scope->read_only, limit);
	if (rc < 0)
		elog(ERROR, "could not execute \"%s\": %s", query->text, SPI_result_code_string(rc));
	return SPI_processed;
}

uint64
sm_query_run(SmQueryScope *scope, const char *sql)
{
	int rc = SPI_execute(sql, scope->read_only, 0);

	if (rc < 0)
		elog(ERROR, "could not execute \"%s\": %s", sql, SPI_result_code_string(rc));
	return SPI_processed;
}

Datum
sm_query_value(uint64 row, int column, bool *isnull)
{
	bool null;
	Datum value = SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, &null);

	if (isnull)
		*isnull = null;
	else if (null)
		elog(ERROR, "unexpected null in column %d", column);
	return value;
}

char *
sm_query_text(SmQueryScope *scope, uint64 row, int column)
{
	MemoryContext spi_context = MemoryContextSwitchTo(scope->caller);
	char *value = SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column);

	MemoryContextSwitchTo(spi_context);
	return value;
}
