/*
 * stream.c
 *		A row of plain steps sent without waiting for the answer to each: server
 *		and program work at the same time, and no round trip is waited for.
 *
 * A few units share a Sync: the server answers them together, and after an
 * error it skips the rest of them.  Nothing overtakes a failure behind the Sync
 * either: after a failed statement the transaction block stays aborted and
 * refuses the next BEGIN; after a COMMIT that failed, the next begin_unit()
 * refuses, because it names the unit that must have been completed by then.  It
 * refuses, too, where a function in the unit before has changed the session;
 * then, as where the ledger refuses for any reason, the unit is run in the plain
 * way, which resets the session and says by itself what is wrong.
 *
 * Of the units of a series only the last one's COMMIT waits for the disk, and
 * with it all are there: the server sends their answers at the Sync behind it.
 * A crash before that takes a unit and its row of the ledger together, and the
 * next run does it again.
 */
#include "postgres_fe.h"

#include "assess.h"
#include "interrupt.h"
#include "ledger.h"
#include "progress.h"
#include "session.h"
#include "stream.h"
#include "watch.h"

#define SERIES 8                 /* units between two Syncs */
#define WINDOW 32                /* units under way */
#define LONGEST_TEXT (32 * 1024) /* of a statement in it */

/* A series in which a unit waited for locks: told to the ledger when the stream has ended. */
typedef struct Waited
{
	int first;
	int count;
	double ms;
} Waited;

typedef struct Stream
{
	SmRun *run;
	SmPlan *plan;
	int from;
	int count; /* how many there are */
	int sent;
	int done;         /* of which the answer is here, and the commit on disk */
	double started;   /* when the unit now under way was begun, about */
	int lock_timeout; /* the shortest; 0: none has one */
	SmExchange exchange;
	int nwaited;
	Waited waited[WINDOW / SERIES + 1];
} Stream;

/* ---- which steps ---- */

static bool
has_plain_statements(const SmUnit *unit)
{
	for (int i = 0; i < unit->nstatements; i++)
		if (unit->statements[i].leading || unit->statements[i].length > LONGEST_TEXT)
			return false;
	return unit->begin == NULL && sm_session_is_untouched_by(unit);
}

static bool
is_plain(SmRun *run, SmPlan *plan, int index)
{
	SmStep *step = &plan->steps[index];
	const SmPhase *phase = &step->migration->up[step->phase];
	SmWork work;

	return phase->nunits == 1 && phase->units[0].kind == SM_UNIT_TRANSACTION &&
	       !phase->units[0].completed && step->migration->run_as == NULL &&
	       has_plain_statements(&phase->units[0]) && sm_migration_work(&work, run, plan, step) &&
	       !sm_assess_wanted(&work, &phase->units[0]);
}

/* A session with settings or a role of the configuration's is no plain one. */
static bool
may_stream(SmRun *run)
{
	return run->config->nsettings == 0 && run->config->owner_role == NULL &&
	       !run->session.touched && !sm_interrupt_pending();
}

/*
 * How many plain steps there are from here on.  A file that goes on behind
 * them with one that is not plain keeps its steps together: they share a session.
 */
static int
count_plain(SmRun *run, SmPlan *plan, int from)
{
	int end = from;

	if (from > 0 && from < plan->nsteps &&
	    plan->steps[from - 1].migration == plan->steps[from].migration)
		return 0;
	while (end < plan->nsteps && is_plain(run, plan, end))
		end++;
	while (end > from && end < plan->nsteps &&
	       plan->steps[end - 1].migration == plan->steps[end].migration)
		end--;
	return end - from;
}

static int
shortest_lock_timeout(const Stream *stream)
{
	int shortest = 0;

	for (int i = 0; i < stream->count; i++)
	{
		SmWork work;
		int timeout;

		sm_migration_work(&work, stream->run, stream->plan, &stream->plan->steps[stream->from + i]);
		timeout = sm_engine_lock_timeout(&work);
		if (timeout > 0 && (shortest == 0 || timeout < shortest))
			shortest = timeout;
	}
	return shortest;
}

/* ---- sending and taking ---- */

static void
send_step(Stream *stream)
{
	SmStep *step = &stream->plan->steps[stream->from + stream->sent];
	SmWork work;
	bool ends;
	char *after = stream->sent == 0 ? pg_strdup("")
	                                : psprintf("%s %s", step[-1].migration->id,
	                                           sm_plan_phase_text(step[-1].phase));

	sm_migration_work(&work, stream->run, stream->plan, step);
	stream->sent++;
	ends = stream->sent % SERIES == 0 || stream->sent == stream->count;
	sm_engine_send_plain(&stream->exchange, &work, &work.content->units[0], after, ends);
	if (ends)
		sm_exchange_sync(&stream->exchange);
	pg_free(after);
}

static void
note_wait(Stream *stream, int count)
{
	SmWatch *watch = &stream->run->watch;
	double ms = watch->waited + watch->wait_start;

	if (ms > 0 && stream->nwaited < (int) lengthof(stream->waited))
		stream->waited[stream->nwaited++] = (Waited){stream->from + stream->done, count, ms};
	sm_watch_start(stream->run, stream->lock_timeout);
}

static void
note_step(Stream *stream, double ms)
{
	SmStep *step = &stream->plan->steps[stream->from + stream->done++];
	SmReport *report = &stream->run->report;
	SmWork work;

	step->migration->up[step->phase].units[0].completed = true;
	step->migration->state[step->phase] = SM_STATE_COMPLETED;
	sm_migration_work(&work, stream->run, stream->plan, step);
	sm_assess_done(&work, &work.content->units[0], NULL);
	report->units++;
	sm_progress_step(report->units, step->migration->id);
	sm_report_phase(report, step->migration, step->phase, false, "completed", 1, ms);
}

/* Reports the units whose series has been answered since the last look. */
static void
note_done(Stream *stream)
{
	int count = Min(stream->exchange.settled, stream->sent) - stream->done;
	double now = sm_clock();

	if (count <= 0)
		return;
	note_wait(stream, count);
	for (int i = 0; i < count; i++)
		note_step(stream, (now - stream->started) / count);
	stream->started = now;
}

/* Stops between two series only: the commits of a series are on disk with its last. */
static bool
goes_on(const Stream *stream)
{
	return !stream->exchange.lost && stream->exchange.error == NULL && stream->nwaited == 0 &&
	       !sm_interrupt_pending();
}

static bool
run_steps(Stream *stream)
{
	bool done;

	sm_exchange_start(&stream->exchange, stream->run);
	while (stream->sent < stream->count && (stream->sent % SERIES != 0 || goes_on(stream)))
	{
		send_step(stream);
		while (goes_on(stream) && stream->sent - stream->done >= WINDOW)
		{
			sm_exchange_take(&stream->exchange);
			note_done(stream);
		}
	}
	done = sm_exchange_finish(&stream->exchange);
	note_done(stream);
	return done;
}

/* ---- the end ---- */

/* The step of a series that took longest, says the ledger: it is the one that waited. */
static const SmStep *
find_longest(Stream *stream, const Waited *waited)
{
	const SmStep *steps = &stream->plan->steps[waited->first];
	const char *ids[WINDOW + SERIES];
	char *array;
	char *query;
	PGresult *rows;
	int found = 0;

	for (int i = 0; i < waited->count; i++)
		ids[i] = steps[i].migration->id;
	array = sm_conn_array(ids, waited->count);
	query = psprintf("SELECT migration_id, phase FROM %s.unit_state($1::pg_catalog.text, "
	                 "$2::pg_catalog.text[]) WHERE direction = 'up' "
	                 "ORDER BY epoch DESC, execution_time_ms DESC LIMIT 1",
	                 stream->run->conn->schema);
	rows = sm_conn_query(stream->run->conn, query, 2, (const char *const[]){SM_TARGET, array});
	for (int i = 0; i < waited->count && PQntuples(rows) > 0; i++)
		if (strcmp(ids[i], PQgetvalue(rows, 0, 0)) == 0 &&
		    steps[i].phase == sm_plan_phase_value(PQgetvalue(rows, 0, 1)))
			found = i;
	PQclear(rows);
	pg_free(query);
	pg_free(array);
	return &steps[found];
}

static void
record_waits(Stream *stream)
{
	for (int i = 0; i < stream->nwaited; i++)
	{
		SmWork work;

		sm_migration_work(&work, stream->run, stream->plan,
		                  find_longest(stream, &stream->waited[i]));
		stream->run->watch.waited = stream->waited[i].ms;
		sm_engine_record_wait(&work, &work.content->units[0]);
	}
	sm_watch_start(stream->run, stream->lock_timeout);
}

/* The step behind those that are done has failed: for good, or it is tried again in the plain way. */
static SmOutcome
failed(Stream *stream)
{
	SmStep *step = &stream->plan->steps[stream->from + stream->done];
	SmOutcome outcome = SM_OUTCOME_DONE;
	SmWork work;

	sm_migration_work(&work, stream->run, stream->plan, step);
	if (!sm_engine_failed(&work, &work.content->units[0], &stream->exchange, 0, stream->started,
	                      &outcome) &&
	    outcome != SM_OUTCOME_LOST)
		sm_report_phase(&stream->run->report, step->migration, step->phase, false, "failed", 0,
		                sm_clock() - stream->started);
	return outcome;
}

static bool
is_refused(const SmExchange *exchange)
{
	return !exchange->lost && exchange->error != NULL && exchange->failed.part == SM_PART_LEDGER;
}

static void
reset_session(SmRun *run)
{
	run->session.touched = true;
	if (!sm_session_close(run))
		sm_ledger_warn(run, "the session could not be reset");
}

int
sm_stream_run(SmRun *run, SmPlan *plan, int from, SmOutcome *outcome)
{
	Stream stream = {.run = run, .plan = plan, .from = from, .started = sm_clock()};
	int count = may_stream(run) ? count_plain(run, plan, from) : 0;

	stream.count = count;
	/* the plain way says by itself what is wrong with the session */
	if (count < 2 || !sm_ledger_prepare(run))
		return 0;
	stream.lock_timeout = shortest_lock_timeout(&stream);
	sm_watch_start(run, stream.lock_timeout);
	if (run_steps(&stream) || is_refused(&stream.exchange))
		record_waits(&stream);
	else
		*outcome = failed(&stream);
	sm_exchange_end(&stream.exchange);
	if (*outcome == SM_OUTCOME_DONE)
		reset_session(run);
	return stream.done;
}
