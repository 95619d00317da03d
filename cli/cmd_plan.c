/*
 * cmd_plan.c
 *		plan: what apply would run, unit by unit.  Reads only.
 */
#include "postgres_fe.h"

#include "apply.h"
#include "output.h"

#define SHOWN_LENGTH 100

static const char *const kinds[] = {"transaction", "statement", "batch"};

/* What is shown of a statement. */
static char *
shown_text(const SmStatement *statement)
{
	return statement->secret ? psprintf("%s (text withheld: it can hold a secret)", statement->tag)
	                         : pnstrdup(statement->text, statement->length);
}

/* The statement on one line, cut where it is long. */
static char *
short_text(const SmStatement *statement)
{
	char *whole = shown_text(statement);
	size_t whole_length = strlen(whole);
	char *text = pg_malloc(SHOWN_LENGTH + 4);
	size_t length = 0;
	bool space = false;

	for (size_t i = 0; i < whole_length && length < SHOWN_LENGTH - 1; i++)
	{
		unsigned char c = whole[i];

		if (c <= ' ')
		{
			space = length > 0;
			continue;
		}
		if (space)
			text[length++] = ' ';
		space = false;
		text[length++] = c;
	}
	/* not in the middle of a character */
	while (length > 0 && length >= SHOWN_LENGTH - 1 && IS_HIGHBIT_SET(text[length - 1]))
		length--;
	strcpy(text + length, length >= SHOWN_LENGTH - 2 ? "…" : "");
	pg_free(whole);
	return text;
}

static const char *
unit_label(const SmUnit *unit)
{
	switch (unit->kind)
	{
		case SM_UNIT_STATEMENT:
			return "outside a transaction";
		case SM_UNIT_BATCH:
			return "in batches";
		default:
			return "in one transaction";
	}
}

static void
print_unit(const SmUnit *unit)
{
	sm_output_line("    unit %d, %s%s", unit->number, unit_label(unit),
	               unit->batch_cursor ? ", goes on behind the last batch" : "");
	for (int i = 0; i < unit->nstatements; i++)
	{
		char *text = short_text(&unit->statements[i]);

		sm_output_line("      %4d: %s", unit->statements[i].line, text);
		pg_free(text);
	}
}

static void
print_step(const SmStep *step)
{
	const SmPhase *phase = &step->migration->up[step->phase];

	sm_output_line("%s  %s", step->migration->id, sm_plan_phase_text(step->phase));
	for (int i = 0; i < phase->nunits; i++)
		if (!phase->units[i].completed)
			print_unit(&phase->units[i]);
}

/* Whether a crash has cut off its undo, which apply ends before anything else. */
static bool
is_undone_first(const SmMigration *migration)
{
	return migration->undo == SM_STATE_RUNNING;
}

static void
print_plan(const SmPlan *plan)
{
	for (int i = 0; i < plan->nmigrations; i++)
		if (is_undone_first(plan->migrations[i]))
			sm_output_line("%s  its undo was cut off: apply ends it first",
			               plan->migrations[i]->id);
	for (int i = 0; i < plan->nsteps; i++)
		print_step(&plan->steps[i]);
	for (int i = 0; i < plan->nwaiting; i++)
		sm_output_line("%s  %s waits for another phase or migration",
		               plan->waiting[i].migration->id, sm_plan_phase_text(plan->waiting[i].phase));
	if (plan->nsteps == 0)
		sm_output_line("Nothing to do.");
	else
		sm_output_line("%d %s. Next: summit-migrate apply", plan->nsteps,
		               plan->nsteps == 1 ? "phase" : "phases");
	sm_apply_say_due(plan);
}

static cJSON *
unit_json(const SmUnit *unit)
{
	cJSON *object = cJSON_CreateObject();
	cJSON *array;

	cJSON_AddNumberToObject(object, "unit", unit->number);
	sm_output_add_text(object, "kind", kinds[unit->kind]);
	cJSON_AddBoolToObject(object, "completed", unit->completed);
	array = cJSON_AddArrayToObject(object, "statements");
	for (int i = 0; i < unit->nstatements; i++)
	{
		const SmStatement *statement = &unit->statements[i];
		cJSON *item = cJSON_CreateObject();
		char *text = shown_text(statement);

		cJSON_AddNumberToObject(item, "line", statement->line);
		sm_output_add_text(item, "tag", statement->tag);
		sm_output_add_text(item, "text", text);
		cJSON_AddItemToArray(array, item);
		pg_free(text);
	}
	return object;
}

static cJSON *
step_json(const SmStep *step)
{
	const SmPhase *phase = &step->migration->up[step->phase];
	cJSON *object = cJSON_CreateObject();
	cJSON *array;

	sm_output_add_text(object, "migration", step->migration->id);
	sm_output_add_text(object, "file", step->migration->file->name);
	sm_output_add_text(object, "phase", sm_plan_phase_text(step->phase));
	array = cJSON_AddArrayToObject(object, "units");
	for (int i = 0; i < phase->nunits; i++)
		cJSON_AddItemToArray(array, unit_json(&phase->units[i]));
	return object;
}

static void
print_json(const SmPlan *plan)
{
	cJSON *document = cJSON_CreateObject();
	cJSON *array;

	sm_output_add_text(document, "command", "plan");
	array = cJSON_AddArrayToObject(document, "undo_first");
	for (int i = 0; i < plan->nmigrations; i++)
		if (is_undone_first(plan->migrations[i]))
			cJSON_AddItemToArray(array, cJSON_CreateString(plan->migrations[i]->id));
	array = cJSON_AddArrayToObject(document, "steps");
	for (int i = 0; i < plan->nsteps; i++)
		cJSON_AddItemToArray(array, step_json(&plan->steps[i]));
	cJSON_AddItemToObject(document, "due", sm_apply_steps_json(plan->due, plan->ndue));
	cJSON_AddItemToObject(document, "waiting", sm_apply_steps_json(plan->waiting, plan->nwaiting));
	sm_output_json(document);
}

int
sm_cmd_plan(SmContext *context)
{
	SmPlanRequest request = sm_apply_request(context);
	SmConn *conn = sm_conn_open(&context->config, NULL, SM_CONN_EXTENSION);
	SmPlan *plan = sm_plan_make(conn, &request);
	SmExitCode code = SM_EXIT_DONE;

	sm_plan_refuse_findings(plan, request.any_order);
	sm_apply_require_sound(plan);
	if (sm_output_is_json())
		print_json(plan);
	else
		print_plan(plan);
	if (context->options.check && plan->nsteps > 0)
		code = SM_EXIT_PENDING;
	sm_plan_free(plan);
	sm_conn_close(conn);
	return code;
}
