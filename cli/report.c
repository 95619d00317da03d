/*
 * report.c
 *		What a run has done, said as it happens and collected for --json.
 */
#include "postgres_fe.h"

#include "output.h"
#include "report.h"
#include "run.h"

void
sm_report_init(SmReport *report)
{
	memset(report, 0, sizeof(SmReport));
	report->started = sm_clock();
	if (!sm_output_is_json())
		return;
	report->migrations = cJSON_CreateArray();
	report->recovered = cJSON_CreateArray();
	report->warnings = cJSON_CreateArray();
}

static void
say_phase(const SmMigration *migration, SmPhaseName phase, bool down, const char *status, int units,
          double ms)
{
	bool good = strcmp(status, "failed") != 0;
	char *sign = sm_output_paint(good ? SM_COLOR_GOOD : SM_COLOR_BAD, good ? "✓" : "✗");
	char *duration = sm_output_duration(ms);
	const char *what = down ? (phase == SM_PHASE_ALL ? "rollback" : "rollback of ") : "";
	const char *name = down && phase == SM_PHASE_ALL ? "" : sm_plan_phase_text(phase);

	sm_output_line("%s %s  %s%s  %d %s, %s", sign, migration->id, what, name, units,
	               units == 1 ? "unit" : "units", duration);
	pg_free(sign);
	pg_free(duration);
}

void
sm_report_phase(SmReport *report, const SmMigration *migration, SmPhaseName phase, bool down,
                const char *status, int units, double ms)
{
	cJSON *object;

	if (down)
		report->undone_units += units;
	if (strcmp(status, "failed") != 0)
		(*(down ? &report->undone : &report->phases))++;
	if (report->migrations == NULL)
	{
		if (!sm_output_is_quiet() && !report->silent)
			say_phase(migration, phase, down, status, units, ms);
		return;
	}
	object = cJSON_CreateObject();
	sm_output_add_text(object, "migration", migration->id);
	sm_output_add_text(object, "phase", sm_plan_phase_text(phase));
	sm_output_add_text(object, "direction", down ? "down" : "up");
	sm_output_add_text(object, "status", status);
	cJSON_AddNumberToObject(object, "units", units);
	cJSON_AddNumberToObject(object, "duration_ms", ms);
	cJSON_AddItemToArray(report->migrations, object);
}

void
sm_report_recovered(SmReport *report, const char *id, const char *phase, int unit,
                    const char *outcome, const char *detail)
{
	cJSON *object;

	sm_output_note("%s %s unit %d was in doubt: %s%s%s", id, phase, unit, outcome,
	               detail[0] == '\0' ? "" : ": ", detail);
	if (report->recovered == NULL)
		return;
	object = cJSON_CreateObject();
	sm_output_add_text(object, "migration", id);
	sm_output_add_text(object, "phase", phase);
	cJSON_AddNumberToObject(object, "unit", unit);
	sm_output_add_text(object, "outcome", outcome);
	sm_output_add_text(object, "detail", detail);
	cJSON_AddItemToArray(report->recovered, object);
}

static void
add_place(cJSON *object, const SmError *error)
{
	sm_output_add_text(object, "file", error->file);
	if (error->line > 0)
		cJSON_AddNumberToObject(object, "line", error->line);
	else
		cJSON_AddNullToObject(object, "line");
	if (error->column > 0)
		cJSON_AddNumberToObject(object, "column", error->column);
	else
		cJSON_AddNullToObject(object, "column");
}

cJSON *
sm_report_error_json(const SmError *error)
{
	cJSON *object = cJSON_CreateObject();

	sm_output_add_text(object, "message", error->what);
	sm_output_add_text(object, "migration", error->migration);
	add_place(object, error);
	sm_output_add_text(object, "sqlstate", error->sqlstate);
	sm_output_add_text(object, "why", error->why);
	sm_output_add_text(object, "next", error->next);
	return object;
}

void
sm_report_warning(SmReport *report, const SmError *error)
{
	sm_error_warn(error);
	if (report->warnings != NULL)
		cJSON_AddItemToArray(report->warnings, sm_report_error_json(error));
}

void
sm_report_error(SmReport *report, const SmError *error)
{
	sm_error_say(error);
	if (!sm_output_is_json())
		return;
	cJSON_Delete(report->error);
	report->error = sm_report_error_json(error);
}

static void
move_into(cJSON *document, const char *name, cJSON **part)
{
	cJSON_AddItemToObject(document, name, *part ? *part : cJSON_CreateNull());
	*part = NULL;
}

cJSON *
sm_report_document(SmReport *report, const char *command, const char *result, long long epoch)
{
	cJSON *document = cJSON_CreateObject();

	sm_output_add_text(document, "command", command);
	sm_output_add_text(document, "result", result);
	if (epoch > 0)
		cJSON_AddNumberToObject(document, "epoch", (double) epoch);
	else
		cJSON_AddNullToObject(document, "epoch");
	cJSON_AddNumberToObject(document, "duration_ms", sm_clock() - report->started);
	move_into(document, "migrations", &report->migrations);
	move_into(document, "recovered", &report->recovered);
	move_into(document, "warnings", &report->warnings);
	move_into(document, "error", &report->error);
	return document;
}

void
sm_report_free(SmReport *report)
{
	cJSON_Delete(report->migrations);
	cJSON_Delete(report->recovered);
	cJSON_Delete(report->warnings);
	cJSON_Delete(report->error);
	memset(report, 0, sizeof(SmReport));
}
