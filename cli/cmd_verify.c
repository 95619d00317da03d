/*
 * cmd_verify.c
 *		verify: the files against the history.  Reads only.
 */
#include "postgres_fe.h"

#include "apply.h"
#include "output.h"

/* What verify may find; the first four make it exit with SM_EXIT_FINDINGS. */
typedef enum Finding
{
	FINDING_CHANGED,
	FINDING_MISSING,
	FINDING_HALF_UNDONE,
	FINDING_OUT_OF_ORDER,
	FINDING_OUT_OF_ORDER_ALLOWED,
	FINDING_CHANGED_NOT_RUN,
	FINDING_COMMENTS,
	FINDING_UNKNOWN,
	FINDING_NONE
} Finding;

static const struct
{
	const char *name;
	const char *text;
} findings[] = {
    [FINDING_CHANGED] = {"changed", "changed after it has run"},
    [FINDING_MISSING] = {"missing", "it has run, but its file is not in the folder"},
    [FINDING_HALF_UNDONE] = {"half_undone", "its undo was begun and has not ended"},
    [FINDING_OUT_OF_ORDER] = {"out_of_order", "pending below a migration that has run"},
    [FINDING_OUT_OF_ORDER_ALLOWED] = {"out_of_order",
                                      "pending below a migration that has run; it may run"},
    [FINDING_CHANGED_NOT_RUN] = {"changed_not_run", "changed, but not in what has run"},
    [FINDING_COMMENTS] = {"comments_changed", "only comments or white space changed"},
    [FINDING_UNKNOWN] = {"unknown", "registered, never run, and its file is not in the folder"},
};

static bool
is_fault(Finding finding)
{
	return finding <= FINDING_OUT_OF_ORDER;
}

/* any_order: what is out of order runs all the same. */
static Finding
find(const SmMigration *migration, bool any_order)
{
	if (migration->other_target)
		return FINDING_NONE;
	if (migration->undo != SM_STATE_NONE)
		return FINDING_HALF_UNDONE;
	if (migration->file == NULL)
		return sm_plan_has_run(migration) ? FINDING_MISSING : FINDING_UNKNOWN;
	if (migration->out_of_order)
		return any_order ? FINDING_OUT_OF_ORDER_ALLOWED : FINDING_OUT_OF_ORDER;
	switch (migration->change)
	{
		case SM_CHANGE_MISMATCH:
			return FINDING_CHANGED;
		case SM_CHANGE_NOT_RUN:
		case SM_CHANGE_REPEAT:
			return FINDING_CHANGED_NOT_RUN;
		case SM_CHANGE_COMMENTS:
			return FINDING_COMMENTS;
		default:
			return FINDING_NONE;
	}
}

static void
print_finding(SmTable *table, const SmMigration *migration, Finding finding)
{
	const char *phase = finding == FINDING_CHANGED
	                        ? sm_plan_phase_text((SmPhaseName) migration->changed_phase)
	                        : NULL;
	const char *cells[] = {migration->id, phase, findings[finding].text};

	sm_output_row(table, cells, 2, is_fault(finding) ? SM_COLOR_BAD : SM_COLOR_WARN);
}

static void
print_text(const SmPlan *plan, bool any_order, int faults)
{
	static const char *const headings[] = {"MIGRATION", "PHASE", "FINDING"};
	SmTable *table = sm_output_table(headings, lengthof(headings));

	for (int i = 0; i < plan->nmigrations; i++)
	{
		Finding finding = find(plan->migrations[i], any_order);

		if (finding != FINDING_NONE)
			print_finding(table, plan->migrations[i], finding);
	}
	sm_output_print(table);
	if (faults == 0)
		sm_output_line("%d migrations: files and history agree.", plan->nmigrations);
	else
		sm_output_line("%d of %d migrations differ.", faults, plan->nmigrations);
}

static void
print_json(const SmPlan *plan, bool any_order, int faults)
{
	cJSON *document = cJSON_CreateObject();
	cJSON *array;

	sm_output_add_text(document, "command", "verify");
	cJSON_AddNumberToObject(document, "migrations", plan->nmigrations);
	cJSON_AddNumberToObject(document, "differ", faults);
	array = cJSON_AddArrayToObject(document, "findings");
	for (int i = 0; i < plan->nmigrations; i++)
	{
		const SmMigration *migration = plan->migrations[i];
		Finding finding = find(migration, any_order);
		cJSON *object;

		if (finding == FINDING_NONE)
			continue;
		object = cJSON_CreateObject();
		sm_output_add_text(object, "migration", migration->id);
		sm_output_add_text(object, "file", migration->file ? migration->file->name : NULL);
		sm_output_add_text(object, "finding", findings[finding].name);
		sm_output_add_text(object, "phase",
		                   finding == FINDING_CHANGED
		                       ? sm_plan_phase_text((SmPhaseName) migration->changed_phase)
		                       : NULL);
		cJSON_AddBoolToObject(object, "fault", is_fault(finding));
		cJSON_AddItemToArray(array, object);
	}
	sm_output_json(document);
}

int
sm_cmd_verify(SmContext *context)
{
	SmPlanRequest request = sm_apply_request(context);
	SmConn *conn = sm_conn_open(&context->config, NULL, SM_CONN_EXTENSION);
	SmPlan *plan = sm_plan_make(conn, &request);
	int faults = 0;

	/* a file that cannot be read is no finding but a fault of its own */
	sm_apply_require_sound(plan);
	for (int i = 0; i < plan->nmigrations; i++)
		faults += is_fault(find(plan->migrations[i], request.any_order));
	if (sm_output_is_json())
		print_json(plan, request.any_order, faults);
	else
		print_text(plan, request.any_order, faults);
	sm_plan_free(plan);
	sm_conn_close(conn);
	return faults > 0 ? SM_EXIT_FINDINGS : SM_EXIT_DONE;
}
