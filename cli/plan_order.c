/*
 * plan_order.c
 *		Dependencies and order.
 *
 * A migration stands where its id puts it, or right behind the last of those
 * that it depends on: that one is its place.
 */
#include "postgres_fe.h"

#include "plan_ledger.h"
#include "plan_order.h"

/* SmMigration.mark while dependencies are followed. */
enum
{
	MARK_UNSEEN,
	MARK_OPEN, /* on the way that is being followed */
	MARK_DONE
};

/* ---- what a dependency names ---- */

/* The first migration whose id is not below the name. */
static int
lower_bound(const SmPlan *plan, const char *name)
{
	int low = 0;
	int high = plan->nmigrations;

	while (low < high)
	{
		int middle = (low + high) / 2;

		if (strcmp(plan->by_id[middle]->id, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
starts_with(const SmPlan *plan, int index, const char *name)
{
	return index < plan->nmigrations && strncmp(plan->by_id[index]->id, name, strlen(name)) == 0;
}

static void
refuse(SmPlan *plan, const SmMigration *migration, const SmDependency *dependency, const char *next,
       const char *what)
{
	char *path = sm_plan_path(plan, migration);

	sm_problems_file(&plan->problems, path, dependency->line, dependency->column, next, "%s", what);
	pg_free(path);
}

static void
resolve(SmPlan *plan, SmMigration *migration, SmDependency *dependency)
{
	int found = lower_bound(plan, dependency->name);
	char *what = NULL;

	if (!starts_with(plan, found, dependency->name))
		what = psprintf("the dependency %s is neither in the folder nor in the ledger",
		                dependency->name);
	else if (strcmp(plan->by_id[found]->id, dependency->name) != 0 &&
	         starts_with(plan, found + 1, dependency->name))
		what = psprintf("the dependency %s may be %s or %s", dependency->name,
		                plan->by_id[found]->id, plan->by_id[found + 1]->id);
	if (what == NULL)
	{
		dependency->on = plan->by_id[found];
		return;
	}
	refuse(plan, migration, dependency, "Name an id, or a beginning of one that no other id has.",
	       what);
	pg_free(what);
}

/* ---- cycles and places ---- */

static void
refuse_cycle(SmPlan *plan, const SmMigration *migration, const SmDependency *dependency)
{
	char *what = psprintf("the dependencies go round in a circle: %s needs %s, which needs it",
	                      migration->id, dependency->on->id);

	refuse(plan, migration, dependency, "Take one of the dependencies of the circle away.", what);
	pg_free(what);
}

/* Moves a migration behind one that it depends on. */
static void
stand_behind(SmMigration *migration, const SmMigration *other)
{
	int order = strcmp(other->place->id, migration->place->id);

	if (order > 0)
	{
		migration->place = other->place;
		migration->depth = other->depth + 1;
	}
	else if (order == 0)
		migration->depth = Max(migration->depth, other->depth + 1);
}

static void
follow(SmPlan *plan, SmMigration *migration)
{
	migration->mark = MARK_OPEN;
	for (int i = 0; i < migration->ndependencies; i++)
	{
		SmDependency *dependency = &migration->dependencies[i];
		SmMigration *on = dependency->on;

		if (on == NULL)
			continue;
		if (on->mark == MARK_OPEN)
		{
			refuse_cycle(plan, migration, dependency);
			continue;
		}
		if (on->mark == MARK_UNSEEN)
			follow(plan, on);
		if (on->repeatable && !migration->repeatable)
			refuse(plan, migration, dependency, "Make this one repeatable too, or that one not.",
			       "it depends on a repeatable migration, which runs after all others");
		stand_behind(migration, on);
	}
	migration->mark = MARK_DONE;
}

void
sm_plan_order_dependencies(SmPlan *plan)
{
	for (int i = 0; i < plan->nmigrations; i++)
		for (int j = 0; j < plan->by_id[i]->ndependencies; j++)
			resolve(plan, plan->by_id[i], &plan->by_id[i]->dependencies[j]);
	for (int i = 0; i < plan->nmigrations; i++)
		if (plan->by_id[i]->mark == MARK_UNSEEN)
			follow(plan, plan->by_id[i]);
}

/* ---- order ---- */

static int
compare_order(const void *a, const void *b)
{
	const SmMigration *left = *(SmMigration *const *) a;
	const SmMigration *right = *(SmMigration *const *) b;
	int order;

	if (left->repeatable != right->repeatable)
		return left->repeatable ? 1 : -1;
	order = strcmp(left->place->id, right->place->id);
	if (order == 0 && left->depth != right->depth)
		return left->depth < right->depth ? -1 : 1;
	return order != 0 ? order : strcmp(left->id, right->id);
}

void
sm_plan_order_sort(SmPlan *plan)
{
	size_t size = (plan->nmigrations + 1) * sizeof(SmMigration *);

	plan->migrations = sm_arena_alloc(plan->arena, size);
	memcpy(plan->migrations, plan->by_id, plan->nmigrations * sizeof(SmMigration *));
	qsort(plan->migrations, plan->nmigrations, sizeof(SmMigration *), compare_order);
}

/* The highest id that has run, repeatable ones not counted; NULL when none has. */
static SmMigration *
highest_run(const SmPlan *plan)
{
	for (int i = plan->nmigrations - 1; i >= 0; i--)
	{
		SmMigration *migration = plan->by_id[i];

		if (sm_plan_has_run(migration) && !migration->repeatable && !migration->ledger_repeatable)
			return migration;
	}
	return NULL;
}

/* Has nothing of it ever run?  What was rolled back was in order when it ran. */
static bool
is_new(const SmMigration *migration)
{
	for (int i = 0; i < SM_PHASES; i++)
		if (migration->state[i] != SM_STATE_NONE && migration->state[i] != SM_STATE_PENDING)
			return false;
	return migration->file != NULL && !migration->repeatable && !migration->other_target;
}

static int
mark_below(SmPlan *plan, const SmMigration *highest)
{
	int count = 0;

	for (int i = 0; i < plan->nmigrations; i++)
	{
		SmMigration *migration = plan->by_id[i];

		migration->out_of_order =
		    highest != NULL && is_new(migration) && strcmp(migration->place->id, highest->id) < 0;
		count += migration->out_of_order;
	}
	return count;
}

void
sm_plan_order_check(SmConn *conn, SmPlan *plan)
{
	plan->nout_of_order = mark_below(plan, highest_run(plan));
	if (plan->nout_of_order == 0)
		return;
	/* unchanged repeatable files are not parsed: only now it matters which they are */
	sm_plan_ledger_repeatables(conn, plan);
	plan->nout_of_order = mark_below(plan, highest_run(plan));
}
