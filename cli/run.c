/*
 * run.c
 *		The life of a run: the lock, the ledger's epoch, the files handed over,
 *		the end, and going on after a lost connection.  What runs in it is
 *		run_migration.h's.
 */
#include "postgres_fe.h"

#include <time.h>
#include <unistd.h>

#include "expected.h"
#include "interrupt.h"
#include "ledger.h"
#include "output.h"
#include "retry.h"
#include "run.h"
#include "version.h"
#include "watch.h"
#include "wire.h"

#define RECONNECT_MS 30000
#define RECONNECTS 5
#define SETTLE_MS 250
#define HOLDER_MS 5000 /* how often a waiting runner says so */

double
sm_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000.0 + now.tv_nsec / 1e6;
}

void
sm_run_init(SmRun *run, SmConn *conn, SmConfig *config, const char *command)
{
	char host[256] = "";

	memset(run, 0, sizeof(SmRun));
	run->conn = conn;
	run->config = config;
	run->command = command;
	run->session.lock_timeout = run->session.statement_timeout = -1;
	run->session.looked = true;
	(void) gethostname(host, sizeof(host) - 1);
	run->locked_by = psprintf("summit-migrate %s, process %d on %s", command, (int) getpid(), host);
	run->jitter = (uint64) getpid() * 0x9E3779B97F4A7C15ULL ^ (uint64) (sm_clock() * 1000);
	sm_report_init(&run->report);
}

void
sm_run_free(SmRun *run)
{
	sm_watch_close(run);
	sm_report_free(&run->report);
	PQclear(run->failure);
	pg_free(run->locked_by);
	pg_free(run->latest_snapshot);
	pg_free(run->assessed_from);
	pg_free(run->scratch);
}

/* ---- the lock ---- */

char *
sm_run_holder(SmConn *conn)
{
	char *query =
	    psprintf("SELECT pg_catalog.format('%%s (pid %%s, user %%s%%s) since %%s', "
	             "coalesce(h.locked_by, h.application_name), h.pid, h.session_user_name, "
	             "coalesce(', from ' || pg_catalog.host(h.client_addr), ''), "
	             "pg_catalog.date_trunc('second', coalesce(h.locked_at, h.backend_start))) "
	             "FROM %s.migration_lock_holders() h WHERE NOT h.stale AND h.pid <> "
	             "pg_catalog.pg_backend_pid() "
	             "ORDER BY h.migration_id IS DISTINCT FROM '*' LIMIT 1",
	             conn->schema);
	PGresult *result = sm_conn_query(conn, query, 0, NULL);
	char *holder = PQntuples(result) == 0 ? NULL : pg_strdup(PQgetvalue(result, 0, 0));

	PQclear(result);
	pg_free(query);
	return holder;
}

static bool
try_lock(SmRun *run)
{
	const char *values[] = {"*", run->locked_by, "{}"};
	PGresult *result = sm_conn_call(run->conn, "acquire_migration_lock(text,text,jsonb)", values);
	bool got = PQgetvalue(result, 0, 0)[0] == 't';

	PQclear(result);
	return got;
}

static void
fail_locked(SmRun *run)
{
	char *holder = sm_run_holder(run->conn);

	sm_error_fail(SM_EXIT_LOCKED,
	              "Wait for it with --lock-wait 5m, or see `summit-migrate lock` for who it is.",
	              "the migration lock is held by %s", holder ? holder : "another session");
}

/* Says who is waited for, at first and every few seconds. */
static void
say_waiting(SmRun *run, double *said)
{
	char *holder;

	if (sm_clock() - *said < HOLDER_MS)
		return;
	holder = sm_run_holder(run->conn);
	if (holder != NULL)
		sm_output_note("waiting for the migration lock: held by %s", holder);
	*said = sm_clock();
	pg_free(holder);
}

/* Takes the lock by trying again and again, never by waiting in the server (a
 * waiter's snapshot would block CREATE INDEX CONCURRENTLY).  true: there was a wait. */
static bool
take_lock(SmRun *run, int wait_ms)
{
	double deadline = sm_clock() + wait_ms;
	double said = -HOLDER_MS;
	int attempt = 0;

	while (!try_lock(run))
	{
		if (sm_clock() >= deadline)
			fail_locked(run);
		say_waiting(run, &said);
		if (!sm_interrupt_sleep(sm_retry_delay(run, attempt++, 20, 500)))
			exit(sm_interrupt_code());
	}
	return attempt > 0;
}

/* ---- begin and end ---- */

long long
sm_run_epoch(SmConn *conn)
{
	char *query =
	    psprintf("SELECT r.epoch, r.ended_at IS NULL FROM %s.run_history(1) r", conn->schema);
	PGresult *result = sm_conn_query(conn, query, 0, NULL);
	long long epoch = PQntuples(result) == 0 ? 0 : atoll(PQgetvalue(result, 0, 0));

	/* what is read beside a run that is under way may be half old and half new */
	if (PQntuples(result) > 0 && PQgetvalue(result, 0, 1)[0] == 't')
		epoch = -1;
	PQclear(result);
	pg_free(query);
	return epoch;
}

static void
begin_run(SmRun *run)
{
	const char *values[] = {run->command, "summit-migrate " SM_PROGRAM_VERSION};
	PGresult *result = sm_conn_call(run->conn, "begin_run(text,text)", values);

	run->epoch = atoll(PQgetvalue(result, 0, 0));
	run->began = true;
	run->prepared = false;
	PQclear(result);
}

bool
sm_run_begin(SmRun *run, long long planned_epoch)
{
	bool waited = take_lock(run, run->config->lock_wait);

	begin_run(run);
	sm_expected_begin(run);
	return waited || run->epoch != planned_epoch + 1;
}

void
sm_run_end(SmRun *run, SmOutcome outcome)
{
	const char *values[1];

	sm_watch_close(run);
	if (!run->began || PQstatus(run->conn->pg) != CONNECTION_OK)
		return;
	sm_expected_end(run);
	values[0] = outcome == SM_OUTCOME_DONE          ? "completed"
	            : outcome == SM_OUTCOME_INTERRUPTED ? "interrupted"
	                                                : "failed";
	PQclear(sm_ledger_call(run, "end_run(text)", 1, values));
	sm_ledger_warn(run, "the end of the run could not be recorded");
	run->began = false;
}

/*
 * A server whose other backend has crashed takes connections for a moment
 * before it ends them all and recovers: it is there when one has lasted.
 */
static void
connect_again(SmRun *run)
{
	bool lasts = false;

	for (int attempt = 0; !lasts && attempt < RECONNECTS; attempt++)
	{
		PGresult *result;

		if (!sm_interrupt_sleep(SETTLE_MS))
			exit(sm_interrupt_code());
		(void) sm_conn_reopen(run->conn, Max(run->config->connect_wait, RECONNECT_MS));
		if (!sm_interrupt_sleep(SETTLE_MS))
			exit(sm_interrupt_code());
		result = PQexec(run->conn->pg, "SELECT 1");
		lasts = PQresultStatus(result) == PGRES_TUPLES_OK;
		PQclear(result);
	}
}

void
sm_run_resume(SmRun *run)
{
	char *system_identifier = pg_strdup(run->conn->system_identifier);

	sm_watch_close(run);
	sm_output_note(
	    "the connection was lost; connecting again to read from the ledger how far it came");
	connect_again(run);
	if (strcmp(system_identifier, run->conn->system_identifier) != 0)
		sm_error_fail(SM_EXIT_CONNECTION,
		              "Connect to the server of before and run `summit-migrate status`.",
		              "another server answers now: its system identifier is %s, not %s",
		              run->conn->system_identifier, system_identifier);
	pg_free(system_identifier);
	run->began = run->prepared = false;
	memset(&run->session, 0, sizeof(SmSession));
	run->session.lock_timeout = run->session.statement_timeout = -1;
	run->session.looked = true;
	/* the old session may hold the lock until its statement ends */
	take_lock(run, Max(run->config->lock_wait, RECONNECT_MS));
	begin_run(run);
	/* how far the last unit came is not known */
	pg_free(run->latest_snapshot);
	run->latest_snapshot = NULL;
	run->assessed = NULL;
	run->keeps_expected = false;
	sm_expected_begin(run);
}

/* ---- handing files over ---- */

/* New and changed ones; those of other targets are none of this ledger's business. */
static bool
is_to_register(const SmMigration *migration)
{
	return migration->parsed && !migration->other_target && migration->change != SM_CHANGE_NONE &&
	       migration->change != SM_CHANGE_MISMATCH;
}

static void
send_files(SmRun *run, const SmWireArray *names, const SmWireArray *texts)
{
	char *query = sm_conn_call_text(run->conn, "register_migrations(text[],text[],text)");
	const char *values[3] = {names->bytes, texts->bytes, SM_TARGET};
	int lengths[3] = {names->length, texts->length, 0};
	int formats[3] = {1, 1, 0};
	PGresult *result = PQexecParams(run->conn->pg, query, 3, NULL, values, lengths, formats, 0);
	SmError error = {0};

	pg_free(query);
	if (PQresultStatus(result) != PGRES_TUPLES_OK)
	{
		sm_error_from_result(&error, result, run->conn->pg);
		sm_run_end(run, SM_OUTCOME_FAILED);
		sm_error_exit(&error);
	}
	PQclear(result);
}

void
sm_run_register(SmRun *run, SmPlan *plan)
{
	SmWireArray names;
	SmWireArray texts;
	SmMigration *last = plan->nsteps ? plan->steps[plan->nsteps - 1].migration : NULL;

	sm_wire_array_init(&names);
	sm_wire_array_init(&texts);
	for (int i = 0; i < plan->nmigrations && last != NULL; i++)
	{
		SmMigration *migration = plan->migrations[i];

		if (is_to_register(migration))
		{
			sm_wire_array_add(&names, migration->file->name, strlen(migration->file->name));
			sm_wire_array_add(&texts, sm_source_text(plan->source, migration->file),
			                  migration->file->length);
			migration->registered = true;
		}
		if (migration == last)
			break;
	}
	if (names.count > 0)
		send_files(run, &names, &texts);
	pg_free(names.bytes);
	pg_free(texts.bytes);
}
