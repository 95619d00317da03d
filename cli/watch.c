/*
 * watch.c
 *		A look at the run's session from outside while a statement is under way.
 */
#include "postgres_fe.h"

#include "interrupt.h"
#include "output.h"
#include "progress.h"
#include "watch.h"

#define FIRST_LOOK_MS 400
#define NEXT_LOOK_MS 500

static const char *const blockers_query =
    "SELECT pg_catalog.string_agg(pg_catalog.format('pid %s (%s%s, %s for %s s)%s', a.pid, "
    "a.usename, CASE WHEN a.application_name <> '' THEN ', ' || a.application_name ELSE '' END, "
    "a.state, pg_catalog.round(extract(epoch FROM pg_catalog.clock_timestamp() - a.xact_start)), "
    "CASE WHEN a.query <> '' THEN ': ' || pg_catalog.left(pg_catalog.regexp_replace(a.query, "
    "'\\s+', ' ', 'g'), 120) ELSE '' END), E'\\n'), "
    "(SELECT extract(epoch FROM pg_catalog.clock_timestamp() - pg_catalog.min(l.waitstart)) * 1000 "
    "FROM pg_catalog.pg_locks l WHERE l.pid = $1::pg_catalog.int4 AND NOT l.granted) "
    "FROM pg_catalog.pg_stat_activity a "
    "WHERE a.pid = ANY (pg_catalog.pg_blocking_pids($1::pg_catalog.int4))";

static const char *const progress_query =
    "SELECT p.phase, CASE WHEN p.blocks_total > 0 THEN p.blocks_done * 100 / p.blocks_total END "
    "FROM pg_catalog.pg_stat_progress_create_index p WHERE p.pid = $1::pg_catalog.int4";

void
sm_watch_start(SmRun *run)
{
	SmWatch *watch = &run->watch;

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
		run->watch.next = now + FIRST_LOOK_MS;
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

static PGresult *
ask(SmConn *conn, SmRun *run, const char *query)
{
	char pid[16];
	const char *values[1] = {pid};
	PGresult *result;

	snprintf(pid, sizeof(pid), "%d", PQbackendPID(run->conn->pg));
	result = PQexecParams(conn->pg, query, 1, NULL, values, NULL, NULL, 0);
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
look_at_locks(SmRun *run, SmConn *conn)
{
	SmWatch *watch = &run->watch;
	PGresult *result = ask(conn, run, blockers_query);

	if (result == NULL)
		return;
	note_wait(watch, result);
	if (!PQgetisnull(result, 0, 0))
	{
		pg_free(watch->blockers);
		watch->blockers = pg_strdup(PQgetvalue(result, 0, 0));
		if (!watch->said)
			sm_output_note("waiting for a lock held by %s", watch->blockers);
		watch->said = true;
	}
	PQclear(result);
}

static void
look_at_progress(SmRun *run, SmConn *conn)
{
	PGresult *result = ask(conn, run, progress_query);

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
		look_at_locks(run, conn);
		look_at_progress(run, conn);
	}
	run->watch.next = sm_clock() + NEXT_LOOK_MS;
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
