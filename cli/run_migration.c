/*
 * run_migration.c
 *		The phases of migrations, one after the other: session, checks, units, the
 *		end in the ledger.
 */
#include "postgres_fe.h"

#include "engine.h"
#include "interrupt.h"
#include "ledger.h"
#include "progress.h"
#include "run_migration.h"
#include "session.h"
#include "stream.h"

static void
set_work(SmWork *work, SmRun *run, SmPlan *plan, SmMigration *migration, SmPhaseName phase,
         bool down)
{
	work->run = run;
	work->plan = plan;
	work->migration = migration;
	work->phase = phase;
	work->down = down;
	work->direction = down ? "down" : "up";
	work->content = down ? &migration->down[phase] : &migration->up[phase];
	work->completes = !sm_engine_has_checks(work, false);
}

/* ---- the session of a file ---- */

/* Before anything of a file runs: its role, and the settings of what ran before. */
static bool
open_session(SmWork *work)
{
	if (!sm_session_open(work->run, work->migration))
		return false;
	if (work->down)
		return sm_session_replay(work->run, work->content);
	for (int i = 0; i <= (int) work->phase; i++)
		if (!sm_session_replay(work->run, &work->migration->up[i]))
			return false;
	return true;
}

/* The server has not let the session become the role that the file is to run as. */
static void
locate_role(const SmWork *work, SmError *error)
{
	const SmMigration *migration = work->migration;
	const SmConfig *config = work->run->config;

	if (migration->run_as != NULL)
	{
		error->line = migration->run_as_line;
		error->column = migration->run_as_column;
		error->next = psprintf("Create the role, grant it to %s, or correct Run-As.",
		                       work->run->conn->session_user_name);
		return;
	}
	error->file = config->file;
	error->next = psprintf("Create the role, grant it to %s, or correct owner_role (%s).",
	                       work->run->conn->session_user_name, config->owner_role);
}

/* An error outside of any unit: the phase fails with it. */
static SmOutcome
fail_outside(SmWork *work)
{
	SmRun *run = work->run;
	SmError error = {0};
	bool lacks_role = run->session.lacks_role;
	const char *values[6] = {work->migration->id, sm_plan_phase_text(work->phase), work->direction,
	                         SM_TARGET};

	if (PQstatus(run->conn->pg) != CONNECTION_OK)
		return SM_OUTCOME_LOST;
	sm_error_from_result(&error, run->failure, run->conn->pg);
	error.migration = work->migration->id;
	error.file = sm_plan_path(work->plan, work->migration);
	error.code = SM_EXIT_FAILED;
	if (lacks_role)
		locate_role(work, &error);
	PQclear(run->failure);
	run->failure = NULL;
	if (!sm_session_close(run))
		sm_ledger_warn(run, "the session could not be reset");
	values[4] = error.sqlstate ? error.sqlstate : "XX000";
	values[5] = error.what;
	PQclear(sm_ledger_call(run, "fail_migration(text,text,text,text,text,text)", 6, values));
	sm_ledger_warn(run, "the failure could not be recorded in the ledger");
	sm_report_error(&run->report, &error);
	return sm_interrupt_pending() ? SM_OUTCOME_INTERRUPTED : SM_OUTCOME_FAILED;
}

/* ---- one phase or undo ---- */

/* Runs the units that are left; *ran counts them, *finished: the last one completed the phase. */
static SmOutcome
run_units(SmWork *work, int *ran, bool *finished)
{
	for (int i = 0; i < work->content->nunits; i++)
	{
		SmUnit *unit = &work->content->units[i];
		SmOutcome outcome;

		if (unit->completed)
			continue;
		if (sm_interrupt_pending())
			return SM_OUTCOME_INTERRUPTED;
		sm_progress_step(work->run->report.units, work->migration->id);
		outcome = sm_engine_unit(work, unit);
		if (outcome != SM_OUTCOME_DONE)
			return outcome;
		unit->completed = true;
		work->run->report.units++;
		(*ran)++;
		*finished = work->completes && i + 1 == work->content->nunits;
	}
	return SM_OUTCOME_DONE;
}

/* Completes what its last unit did not. */
static SmOutcome
complete(SmWork *work)
{
	const char *values[] = {work->migration->id, sm_plan_phase_text(work->phase), work->direction,
	                        SM_TARGET};
	PGresult *result =
	    sm_ledger_call(work->run, "finish_migration(text,text,text,text)", 4, values);

	PQclear(result);
	return result != NULL ? SM_OUTCOME_DONE : fail_outside(work);
}

static SmOutcome
run_parts(SmWork *work, int *ran)
{
	bool finished = false;
	SmOutcome outcome = sm_engine_checks(work, true);

	if (outcome == SM_OUTCOME_DONE)
		outcome = run_units(work, ran, &finished);
	if (outcome == SM_OUTCOME_DONE && !finished)
	{
		outcome = sm_engine_checks(work, false);
		if (outcome == SM_OUTCOME_DONE)
			outcome = complete(work);
	}
	return outcome;
}

/* Runs it all and says how it went; a lost connection is nobody's failure yet. */
static SmOutcome
run_work(SmWork *work)
{
	double started = sm_clock();
	int ran = 0;
	SmOutcome outcome = run_parts(work, &ran);

	if (outcome == SM_OUTCOME_LOST)
		return outcome;
	sm_report_phase(&work->run->report, work->migration, work->phase, work->down,
	                outcome != SM_OUTCOME_DONE ? "failed"
	                : work->down               ? "rolled_back"
	                                           : "completed",
	                ran, sm_clock() - started);
	return outcome;
}

bool
sm_migration_work(SmWork *work, SmRun *run, SmPlan *plan, const SmStep *step)
{
	set_work(work, run, plan, step->migration, step->phase, false);
	return work->completes && !sm_engine_has_checks(work, true);
}

/* ---- the plan ---- */

static SmOutcome
close_file(SmWork *work)
{
	return sm_session_close(work->run) ? SM_OUTCOME_DONE : fail_outside(work);
}

static SmOutcome
run_step(SmRun *run, SmPlan *plan, int index)
{
	SmStep *step = &plan->steps[index];
	bool first = index == 0 || step[-1].migration != step->migration;
	bool last = index + 1 == plan->nsteps || step[1].migration != step->migration;
	SmWork work;
	SmOutcome outcome;

	set_work(&work, run, plan, step->migration, step->phase, false);
	if (first && !open_session(&work))
		return fail_outside(&work);
	outcome = run_work(&work);
	if (outcome == SM_OUTCOME_DONE)
		step->migration->state[step->phase] = SM_STATE_COMPLETED;
	return outcome == SM_OUTCOME_DONE && last ? close_file(&work) : outcome;
}

static int
count_units(const SmPlan *plan)
{
	int count = 0;

	for (int i = 0; i < plan->nsteps; i++)
		count += plan->steps[i].migration->up[plan->steps[i].phase].nunits;
	return count;
}

SmOutcome
sm_migration_run(SmRun *run, SmPlan *plan, SmStep **at)
{
	SmOutcome outcome = SM_OUTCOME_DONE;

	sm_progress_start(count_units(plan));
	for (int i = 0; i < plan->nsteps && outcome == SM_OUTCOME_DONE; i++)
	{
		i += sm_stream_run(run, plan, i, &outcome);
		if (i == plan->nsteps)
			break;
		*at = &plan->steps[i];
		if (outcome == SM_OUTCOME_DONE)
			outcome = sm_interrupt_pending() ? SM_OUTCOME_INTERRUPTED : run_step(run, plan, i);
	}
	sm_progress_end();
	return outcome;
}

/* Where nothing of the undo has been done, or all of it, the ledger keeps what it has. */
void
sm_migration_stop_undo(SmRun *run, const SmMigration *migration, SmPhaseName phase, const char *why)
{
	const char *values[] = {
	    migration->id, sm_plan_phase_text(phase), "down", SM_TARGET, "57014", why};

	PQclear(sm_ledger_call(run, "fail_migration(text,text,text,text,text,text)", 6, values));
	PQclear(run->failure);
	run->failure = NULL;
}

SmOutcome
sm_migration_undo(SmRun *run, SmPlan *plan, SmMigration *migration, SmPhaseName phase)
{
	SmWork work;
	SmOutcome outcome;

	set_work(&work, run, plan, migration, phase, true);
	work.completes = true;
	if (!open_session(&work))
		return fail_outside(&work);
	outcome = run_work(&work);
	if (outcome == SM_OUTCOME_INTERRUPTED)
		sm_migration_stop_undo(run, migration, phase, "interrupted");
	return outcome == SM_OUTCOME_DONE ? close_file(&work) : outcome;
}
