/*
 * watch.c
 *		A look at the run's session from outside while a statement is under way.
 */
#include "postgres_fe.h"

#include "interrupt.h"
#include "ledger.h"
#include "output.h"
#include "progress.h"
#include "watch.h"

#define FIRST_LOOK_MS 400
#define NEXT_LOOK_MS 500
#define SOONEST_LOOK_MS 20
#define SOONEST_NEXT_MS 100

/* Between them stands the extension's schema. */
static const char *const blockers_query[] = {
    "SELECT pg_catalog.string_agg(pg_catalog.format('pid %s (%s%s, %s for %s s)%s', a.pid, "
    "a.usename, CASE WHEN a.application_name <> '' THEN ', ' || a.application_name ELSE '' END, "
    "a.state, pg_catalog.round(extract(epoch FROM pg_catalog.clock_timestamp() - a.xact_start)), "
    "CASE WHEN a.query <> '' AND a.query NOT LIKE '<%>' "
    "THEN ': ' || pg_catalog.left(pg_catalog.regexp_replace(",
    ".redacted_statement(a.query), '\\s+', ' ', 'g'), 120) ELSE '' END), E'\\n'), "
    "(SELECT extract(epoch FROM pg_catalog.clock_timestamp() - pg_catalog.min(l.waitstart)) * 1000 "
    "FROM pg_catalog.pg_locks l WHERE l.pid = $1::pg_catalog.int4 AND NOT l.granted) "
    "FROM pg_catalog.pg_stat_activity a "
    "WHERE a.pid = ANY (pg_catalog.pg_blocking_pids($1::pg_catalog.int4)) "
    "OR a.pid IN (SELECT h.pid FROM pg_catalog.pg_locks h WHERE h.granted "
    "AND h.relation = ANY ($2::pg_catalog.oid[]) AND h.mode <> $3::pg_catalog.text AND h.pid <> "
    "$1::pg_catalog.int4 "
    "AND h.database = (SELECT d.oid FROM pg_catalog.pg_database d "
    "WHERE d.datname = pg_catalog.current_database()))"};

static const char *const progress_query =
    "SELECT p.phase, CASE WHEN p.blocks_total > 0 THEN p.blocks_done * 100 / p.blocks_total END "
    "FROM pg_catalog.pg_stat_progress_create_index p WHERE p.pid = $1::pg_catalog.int4 "
    "AND $2::pg_catalog.oid[] IS NULL AND $3::pg_catalog.text IS NULL";

/* A wait that ends after lock_timeout is to be seen before. */
static int
look_after(const SmWatch *watch, int most, int least)
{
	if (watch->lock_timeout <= 0)
		return most;
	return Max(least, Min(most, watch->lock_timeout / 2));
}

void
sm_watch_start(SmRun *run, int lock_timeout)
{
	SmWatch *watch = &run->watch;

	watch->lock_timeout = lock_timeout;
	watch->next = 0;
	watch->waited = 0;
	watch->wait_start = 0;
	watch->said = false;
	pg_free(watch->blockers);
	watch->blockers = NULL;
}

int
sm_watch_timeout(SmRun *run)
{
	double now = sm_clock();

	if (run->watch.next == 0)
		run->watch.next = now + look_after(&run->watch, FIRST_LOOK_MS, SOONEST_LOOK_MS);
	return run->watch.next <= now ? 0 : (int) (run->watch.next - now) + 1;
}

/* A signal that came between two statements has cancelled nothing. */
static void
cancel_again(SmRun *run)
{
	PGcancel *cancel = PQgetCancel(run->conn->pg);
	char message[256];

	if (cancel != NULL && !PQcancel(cancel, message, sizeof(message)))
		sm_output_detail("%s", message);
	PQfreeCancel(cancel);
}

/* The second connection; without it the run goes on blind. */
static SmConn *
watch_conn(SmRun *run)
{
	SmWatch *watch = &run->watch;

	if (watch->conn != NULL && PQstatus(watch->conn->pg) != CONNECTION_OK)
		sm_watch_close(run);
	if (watch->conn == NULL && !watch->unusable)
	{
		watch->conn =
		    sm_conn_open(run->config, run->conn->conninfo, SM_CONN_TRY | SM_CONN_ANY_ENVIRONMENT);
		watch->unusable = watch->conn == NULL;
		/* signals go on cancelling the run's statement, not ours */
		sm_interrupt_watch(run->conn->pg);
	}
	return watch->conn;
}

/* $1: the run's backend, $2: relations (NULL: none), $3: a mode that is in nobody's way. */
static PGresult *
ask(SmConn *conn, SmRun *run, const char *query, const char *relations, const char *mode)
{
	char pid[16];
	const char *values[3] = {pid, relations, mode};
	PGresult *result;

	snprintf(pid, sizeof(pid), "%d", PQbackendPID(run->conn->pg));
	result = PQexecParams(conn->pg, query, 3, NULL, values, NULL, NULL, 0);
	if (PQresultStatus(result) == PGRES_TUPLES_OK)
		return result;
	sm_output_detail("%s", PQerrorMessage(conn->pg));
	PQclear(result);
	return NULL;
}

/* A wait that is over counts as long as it was last seen, at least. */
static void
note_wait(SmWatch *watch, const PGresult *result)
{
	double waited = PQgetisnull(result, 0, 1) ? 0 : atof(PQgetvalue(result, 0, 1));

	if (waited < watch->wait_start)
		watch->waited += watch->wait_start;
	watch->wait_start = waited;
}

static void
look_at_locks(SmRun *run, SmConn *conn, const char *relations, const char *mode)
{
	SmWatch *watch = &run->watch;
	char *query = psprintf("%s%s%s", blockers_query[0], run->conn->schema, blockers_query[1]);
	PGresult *result = ask(conn, run, query, relations, mode);

	pg_free(query);
	if (result == NULL)
		return;
	note_wait(watch, result);
	if (!PQgetisnull(result, 0, 0))
	{
		pg_free(watch->blockers);
		watch->blockers = pg_strdup(PQgetvalue(result, 0, 0));
		if (!watch->said && relations == NULL)
			sm_output_note("waiting for a lock held by %s", watch->blockers);
		watch->said = true;
	}
	PQclear(result);
}

static void
look_at_progress(SmRun *run, SmConn *conn)
{
	PGresult *result = ask(conn, run, progress_query, NULL, NULL);

	if (result != NULL && PQntuples(result) == 1)
	{
		char *label = PQgetisnull(result, 0, 1) ? pg_strdup(PQgetvalue(result, 0, 0))
		                                        : psprintf("%s, %s %%", PQgetvalue(result, 0, 0),
		                                                   PQgetvalue(result, 0, 1));

		sm_progress_step(run->report.units, label);
		pg_free(label);
	}
	PQclear(result);
}

void
sm_watch_look(SmRun *run)
{
	SmConn *conn;

	if (sm_interrupt_pending())
		cancel_again(run);
	conn = watch_conn(run);
	if (conn != NULL)
	{
		look_at_locks(run, conn, NULL, NULL);
		look_at_progress(run, conn);
	}
	run->watch.next = sm_clock() + look_after(&run->watch, NEXT_LOOK_MS, SOONEST_NEXT_MS);
}

/* Readers of the table are not in the way of these. */
static bool
waits_for_rows(const char *tag)
{
	static const char *const tags[] = {"SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", NULL};

	for (int i = 0; tags[i] != NULL; i++)
		if (strcmp(tag, tags[i]) == 0)
			return true;
	return false;
}

void
sm_watch_name_holders(SmRun *run, const SmStatement *statement)
{
	SmConn *conn = run->watch.blockers == NULL ? watch_conn(run) : NULL;
	char *text;
	PGresult *relations;

	if (conn == NULL)
		return;
	text = pnstrdup(statement->text, statement->length);
	relations = sm_ledger_call(run, "statement_relations(text)", 1, (const char *const[]){text});
	if (relations != NULL)
		look_at_locks(run, conn, PQgetvalue(relations, 0, 0),
		              waits_for_rows(statement->tag) ? "AccessShareLock" : "");
	PQclear(relations);
	pg_free(text);
}

void
sm_watch_close(SmRun *run)
{
	if (run->watch.conn == NULL)
		return;
	sm_conn_close(run->watch.conn);
	run->watch.conn = NULL;
	sm_interrupt_watch(run->conn->pg);
}
