/*
 * plan.c
 *		Files and ledger compared, and what would run.  Reads only.
 */
#include "postgres_fe.h"

#include "plan_ledger.h"
#include "plan_order.h"
#include "plan_parse.h"

static const char *const phase_texts[] = {"expand", "migrate", "contract", "all"};
static const char *const state_texts[] = {"new",       "pending", "running",
                                          "completed", "failed",  "rolled_back"};

/* ---- words ---- */

const char *
sm_plan_phase_text(SmPhaseName phase)
{
	return phase_texts[phase];
}

const char *
sm_plan_state_text(SmState state)
{
	return state_texts[state];
}

SmPhaseName
sm_plan_phase_value(const char *text)
{
	for (int i = 0; i < SM_PHASE_ALL; i++)
		if (strcmp(text, phase_texts[i]) == 0)
			return i;
	return SM_PHASE_ALL;
}

SmState
sm_plan_state_value(const char *text)
{
	for (int i = 0; i < (int) lengthof(state_texts); i++)
		if (strcmp(text, state_texts[i]) == 0)
			return i;
	return SM_STATE_PENDING;
}

/* ---- questions about a migration ---- */

/* Files that need not be parsed are known by their rows in the ledger. */
static bool
has_phase(const SmMigration *migration, SmPhaseName phase)
{
	return migration->parsed ? migration->up[phase].present
	                         : migration->state[phase] != SM_STATE_NONE;
}

static bool
is_completed(const SmMigration *migration, SmPhaseName phase)
{
	return !has_phase(migration, phase) || migration->state[phase] == SM_STATE_COMPLETED;
}

bool
sm_plan_is_applied(const SmMigration *migration)
{
	return migration->registered && is_completed(migration, SM_PHASE_EXPAND) &&
	       is_completed(migration, SM_PHASE_MIGRATE);
}

bool
sm_plan_has_run(const SmMigration *migration)
{
	for (int i = 0; i < SM_PHASES; i++)
		if (migration->state[i] == SM_STATE_COMPLETED)
			return true;
	return false;
}

char *
sm_plan_path(const SmPlan *plan, const SmMigration *migration)
{
	return migration->file ? sm_source_path(plan->source, migration->file) : NULL;
}

SmMigration *
sm_plan_find(const SmPlan *plan, const char *id)
{
	int low = 0;
	int high = plan->nmigrations;

	while (low < high)
	{
		int middle = (low + high) / 2;
		int order = strcmp(plan->by_id[middle]->id, id);

		if (order == 0)
			return plan->by_id[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

SmMigration *
sm_plan_named(SmPlan *plan, const char *name)
{
	SmMigration *found = sm_plan_find(plan, name);
	int matches = 0;

	for (int i = 0; i < plan->nmigrations && (found == NULL || matches > 0); i++)
		if (strncmp(plan->by_id[i]->id, name, strlen(name)) == 0)
		{
			if (++matches == 2)
				sm_error_fail(SM_EXIT_USAGE, "Type more of the id.", "%s may be %s or %s", name,
				              found->id, plan->by_id[i]->id);
			found = plan->by_id[i];
		}
	if (found == NULL)
		sm_error_fail(SM_EXIT_USAGE, "`summit-migrate status` lists them.",
		              "there is no migration %s", name);
	return found;
}

/* ---- comparing ---- */

static bool
differs(const SmMigration *migration)
{
	return !migration->registered || !migration->has_checksum ||
	       memcmp(migration->checksum, migration->file->digest, SM_DIGEST_LENGTH) != 0;
}

/* Has it a phase left that this request may run (or only the ledger's long form tells)? */
static bool
has_work_left(const SmMigration *migration, int phases)
{
	for (int i = 0; i < SM_PHASES; i++)
	{
		SmState state = migration->state[i];

		if (state == SM_STATE_NONE || state == SM_STATE_COMPLETED)
			continue;
		/* a contract that nobody asked for is due, which its state says well enough */
		if (i != SM_PHASE_CONTRACT || state != SM_STATE_PENDING || (phases & SM_PHASE_BIT(i)))
			return true;
	}
	return false;
}

bool
sm_plan_has_begun(const SmMigration *migration, SmPhaseName phase)
{
	return migration->state[phase] == SM_STATE_COMPLETED ||
	       ((migration->state[phase] == SM_STATE_FAILED ||
	         migration->state[phase] == SM_STATE_RUNNING) &&
	        migration->begun[phase]);
}

/* A repeatable file that has changed, or one that is being undone, runs from its first unit on. */
static void
start_over(SmMigration *migration)
{
	for (int i = 0; i < SM_PHASES; i++)
		for (int j = 0; j < migration->up[i].nunits; j++)
		{
			migration->up[i].units[j].completed = false;
			migration->up[i].units[j].batch_cursor = NULL;
		}
}

/* What has run of it and reads otherwise now, or -1. */
static int
changed_run_phase(const SmMigration *migration)
{
	for (int i = 0; i < SM_PHASES; i++)
	{
		const char *digest = migration->ledger_digest[i];

		if (sm_plan_has_begun(migration, i) && digest != NULL &&
		    (!migration->up[i].present || strcmp(digest, migration->up[i].digest) != 0))
			return i;
	}
	return -1;
}

static void
compare(SmPlan *plan, SmMigration *migration)
{
	if (!migration->registered)
		migration->change = SM_CHANGE_NEW;
	else if (migration->file == NULL || !differs(migration) || !migration->has_checksum)
		migration->change = SM_CHANGE_NONE;
	else if (migration->ledger_meaning && migration->meaning &&
	         strcmp(migration->ledger_meaning, migration->meaning) == 0)
		migration->change = SM_CHANGE_COMMENTS;
	else if (migration->repeatable)
	{
		migration->change = SM_CHANGE_REPEAT;
		start_over(migration);
	}
	else
	{
		migration->changed_phase = changed_run_phase(migration);
		migration->change = migration->changed_phase < 0 ? SM_CHANGE_NOT_RUN : SM_CHANGE_MISMATCH;
		plan->nmismatches += migration->change == SM_CHANGE_MISMATCH;
	}
}

/*
 * Has the files parsed that are new, changed or not done, and reads what the
 * ledger has of the latter.
 */
static void
look_closer(SmConn *conn, SmPlan *plan, const SmPlanRequest *request)
{
	SmMigration **files = pg_malloc((plan->nmigrations + 1) * sizeof(SmMigration *));
	SmMigration **known = pg_malloc((plan->nmigrations + 1) * sizeof(SmMigration *));
	int nfiles = 0;
	int nknown = 0;

	for (int i = 0; i < plan->nmigrations; i++)
	{
		SmMigration *migration = plan->by_id[i];
		bool readable =
		    migration->file && migration->file->usable && migration->file->kind == SM_FILE_SQL;
		bool wanted = request->parse_all || has_work_left(migration, request->phases) ||
		              (readable && differs(migration));

		if (readable && wanted)
			files[nfiles++] = migration;
		if (migration->registered && wanted)
			known[nknown++] = migration;
	}
	sm_plan_parse(conn, plan, files, nfiles);
	sm_plan_ledger_details(conn, plan, known, nknown);
	sm_plan_ledger_units(conn, plan, known, nknown);
	pg_free(files);
	pg_free(known);
}

static void
compare_all(SmPlan *plan)
{
	for (int i = 0; i < plan->nmigrations; i++)
	{
		SmMigration *migration = plan->by_id[i];

		if (migration->file != NULL && !migration->file->usable)
			continue;
		migration->other_target =
		    migration->file != NULL &&
		    (migration->file->kind == SM_FILE_CYPHER ||
		     (migration->parsed && strcmp(migration->database, SM_TARGET) != 0));
		if (!migration->other_target)
			compare(plan, migration);
		/* what a crash has cut off of an undo is done before anything runs */
		if (migration->undo == SM_STATE_RUNNING)
			start_over(migration);
	}
}

/* ---- what would run ---- */

/* Which phases the steps so far complete, as SM_PHASE_BIT()s in SmMigration.mark. */
static bool
will_be_completed(const SmMigration *migration, SmPhaseName phase)
{
	return (migration->mark & SM_PHASE_BIT(phase)) != 0 || !has_phase(migration, phase) ||
	       (migration->state[phase] == SM_STATE_COMPLETED && migration->change != SM_CHANGE_REPEAT);
}

static bool
dependencies_hold(const SmMigration *migration)
{
	for (int i = 0; i < migration->ndependencies; i++)
	{
		const SmMigration *on = migration->dependencies[i].on;

		if (on->other_target)
			continue;
		if (!will_be_completed(on, SM_PHASE_EXPAND) || !will_be_completed(on, SM_PHASE_MIGRATE))
			return false;
		if (migration->dependencies[i].contract && !will_be_completed(on, SM_PHASE_CONTRACT))
			return false;
	}
	return true;
}

static void
add_step(SmPlan *plan, SmStep **steps, int *count, SmMigration *migration, SmPhaseName phase)
{
	*steps = sm_arena_grow(plan->arena, *steps, *count, sizeof(SmStep));
	(*steps)[*count].migration = migration;
	(*steps)[*count].phase = phase;
	(*count)++;
}

static bool
earlier_phases_done(const SmMigration *migration, SmPhaseName phase)
{
	for (int i = 0; i < (int) phase; i++)
		if (!will_be_completed(migration, i))
			return false;
	return true;
}

/* The first phase up to and with the last one that will not be completed; false: none. */
static bool
find_missing(const SmMigration *migration, SmPhaseName last, SmPhaseName *missing)
{
	for (int i = 0; i <= (int) last; i++)
		if (!will_be_completed(migration, i))
		{
			*missing = i;
			return true;
		}
	return false;
}

const SmMigration *
sm_plan_waits_for(const SmStep *step, SmPhaseName *phase)
{
	const SmMigration *migration = step->migration;

	for (int i = 0; i < migration->ndependencies; i++)
	{
		const SmDependency *dependency = &migration->dependencies[i];

		if (!dependency->on->other_target &&
		    find_missing(dependency->on,
		                 dependency->contract ? SM_PHASE_CONTRACT : SM_PHASE_MIGRATE, phase))
			return dependency->on;
	}
	if (step->phase != SM_PHASE_EXPAND && find_missing(migration, step->phase - 1, phase))
		return migration;
	return NULL;
}

/* One phase that is not completed: it runs, is due, or waits (false). */
static bool
plan_phase(SmPlan *plan, SmMigration *migration, SmPhaseName phase, const SmPlanRequest *request,
           bool in_scope)
{
	bool ready = earlier_phases_done(migration, phase) && dependencies_hold(migration);

	if (phase != SM_PHASE_CONTRACT)
		plan->npending++;
	if (!(request->phases & SM_PHASE_BIT(phase)) || !in_scope)
	{
		if (phase == SM_PHASE_CONTRACT && ready && sm_plan_is_applied(migration))
			add_step(plan, &plan->due, &plan->ndue, migration, phase);
		return true;
	}
	if (!ready)
	{
		add_step(plan, &plan->waiting, &plan->nwaiting, migration, phase);
		return false;
	}
	add_step(plan, &plan->steps, &plan->nsteps, migration, phase);
	migration->mark |= SM_PHASE_BIT(phase);
	return true;
}

/* The phases of one migration; false when one of them waits. */
static bool
plan_migration(SmPlan *plan, SmMigration *migration, const SmPlanRequest *request, bool in_scope)
{
	bool goes_on = true;

	for (int i = 0; i < SM_PHASES; i++)
		if (!will_be_completed(migration, i) && !plan_phase(plan, migration, i, request, in_scope))
			goes_on = false;
	return goes_on;
}

/*
 * Under strict order nothing overtakes a migration that waits before any of it
 * has run: it would be out of order ever after.
 */
static void
plan_steps(SmPlan *plan, const SmPlanRequest *request)
{
	SmMigration *last = request->to ? sm_plan_named(plan, request->to) : NULL;
	bool in_scope = true;

	for (int i = 0; i < plan->nmigrations; i++)
		plan->by_id[i]->mark = 0;
	for (int i = 0; i < plan->nmigrations; i++)
	{
		SmMigration *migration = plan->migrations[i];

		if (migration->file == NULL || migration->other_target)
			continue;
		if (!plan_migration(plan, migration, request, in_scope) && !request->any_order &&
		    !sm_plan_has_run(migration) && migration->mark == 0)
			in_scope = false;
		if (migration == last)
			in_scope = false;
	}
}

void
sm_plan_list_due(SmPlan *plan)
{
	plan->ndue = 0;
	for (int i = 0; i < plan->nmigrations; i++)
	{
		SmMigration *migration = plan->migrations[i];

		if (migration->file != NULL && !migration->other_target &&
		    has_phase(migration, SM_PHASE_CONTRACT) &&
		    migration->state[SM_PHASE_CONTRACT] != SM_STATE_COMPLETED &&
		    sm_plan_is_applied(migration))
			add_step(plan, &plan->due, &plan->ndue, migration, SM_PHASE_CONTRACT);
	}
}

/* ---- findings ---- */

static void
refuse_mismatch(SmPlan *plan, const SmMigration *migration)
{
	SmError error = {0};
	char *path = sm_plan_path(plan, migration);
	char *what = psprintf("phase %s of %s has run and was changed afterwards",
	                      phase_texts[migration->changed_phase], migration->id);

	error.what = what;
	error.file = path;
	error.line = migration->up[migration->changed_phase].line;
	error.migration = migration->id;
	error.next = "Put the file back as it was, and write a new migration for what is to change.";
	error.code = SM_EXIT_FINDINGS;
	sm_problems_add(&plan->problems, &error);
	pg_free(what);
	pg_free(path);
}

static void
refuse_order(SmPlan *plan, const SmMigration *migration)
{
	SmError error = {0};
	char *path = sm_plan_path(plan, migration);
	char *what = psprintf("%s is pending below migrations that have run", migration->id);

	error.what = what;
	error.file = path;
	error.migration = migration->id;
	error.next = "Give the file a new timestamp, or run with --order any.";
	error.code = SM_EXIT_FINDINGS;
	sm_problems_add(&plan->problems, &error);
	pg_free(what);
	pg_free(path);
}

static void
refuse_half_undone(SmPlan *plan, const SmMigration *migration)
{
	SmError error = {0};
	char *path = sm_plan_path(plan, migration);
	char *what = psprintf("the undo of %s was begun and has not ended", migration->id);
	char *next =
	    psprintf("`summit-migrate rollback %s` goes on with it; summit-migrate repair %s "
	             "--phase PHASE --mark completed --reason \"…\" says that all of it is there.",
	             migration->id, migration->id);

	error.what = what;
	error.file = path;
	error.migration = migration->id;
	error.next = next;
	error.code = SM_EXIT_FAILED;
	sm_problems_add(&plan->problems, &error);
	pg_free(what);
	pg_free(path);
	pg_free(next);
}

void
sm_plan_refuse_findings(SmPlan *plan, bool any_order)
{
	for (int i = 0; i < plan->nmigrations; i++)
	{
		SmMigration *migration = plan->by_id[i];

		if (migration->change == SM_CHANGE_MISMATCH)
			refuse_mismatch(plan, migration);
		if (migration->out_of_order && !any_order)
			refuse_order(plan, migration);
		if (migration->undo == SM_STATE_FAILED)
			refuse_half_undone(plan, migration);
	}
}

/* ---- the plan ---- */

/* One snapshot for all that is read: a run beside it must not be seen half. */
static void
command(SmConn *conn, const char *text)
{
	PQclear(sm_conn_query(conn, text, 0, NULL));
}

SmPlan *
sm_plan_make(SmConn *conn, const SmPlanRequest *request)
{
	SmPlan *plan = pg_malloc0(sizeof(SmPlan));

	plan->arena = sm_arena_create();
	sm_problems_init(&plan->problems, plan->arena);
	command(conn, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
	/* the server reads the ledger while we read the files */
	sm_plan_ledger_ask(conn);
	plan->source = sm_source_read(request->folder, &plan->problems);
	sm_plan_ledger_join(conn, plan);
	look_closer(conn, plan, request);
	compare_all(plan);
	sm_plan_order_dependencies(plan);
	sm_plan_order_sort(plan);
	sm_plan_order_check(conn, plan);
	command(conn, "COMMIT");
	if (plan->problems.count == 0)
		plan_steps(plan, request);
	return plan;
}

void
sm_plan_free(SmPlan *plan)
{
	sm_source_free(plan->source);
	sm_arena_free(plan->arena);
	pg_free(plan);
}
