/*
 * cmd_doctor.c
 *		"doctor": the report and its order.  What is looked at stands in
 *		doctor_server.c and doctor_project.c.
 */
#include "postgres_fe.h"

#include "command.h"
#include "conn.h"
#include "doctor.h"
#include "error.h"
#include "output.h"

static const char *const verdicts[] = {"ok", "warn", "fail"};
static const SmColor colors[] = {SM_COLOR_GOOD, SM_COLOR_WARN, SM_COLOR_BAD};

void
sm_doctor_add(SmDoctor *doctor, SmVerdict verdict, const char *check, const char *next,
              const char *fmt, ...)
{
	cJSON *row = cJSON_CreateObject();
	char *evidence;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&evidence, fmt, args) < 0)
		sm_error_fail(SM_EXIT_FAILED, NULL, "out of memory");
	va_end(args);
	cJSON_AddStringToObject(row, "check", check);
	cJSON_AddStringToObject(row, "result", verdicts[verdict]);
	cJSON_AddStringToObject(row, "evidence", evidence);
	sm_output_add_text(row, "next", verdict == SM_VERDICT_OK ? NULL : next);
	cJSON_AddItemToArray(doctor->rows, row);
	doctor->counts[verdict]++;
	sm_output_line("%s  %-20s %s",
	               sm_output_paint(colors[verdict], psprintf("%-4s", verdicts[verdict])), check,
	               evidence);
	if (verdict != SM_VERDICT_OK && next != NULL)
		sm_output_line("      %-20s next: %s", "", next);
	free(evidence);
}

int
sm_cmd_doctor(SmContext *context)
{
	SmDoctor doctor = {.config = &context->config, .rows = cJSON_CreateArray()};
	cJSON *document;

	sm_doctor_check_project(&doctor);
	doctor.conn =
	    sm_conn_open(&context->config, NULL, SM_CONN_ANY_SERVER | SM_CONN_ANY_ENVIRONMENT);
	sm_doctor_check_server(&doctor);
	if (doctor.conn->schema != NULL)
		sm_doctor_check_state(&doctor);
	sm_conn_close(doctor.conn);

	document = cJSON_CreateObject();
	cJSON_AddItemToObject(document, "checks", doctor.rows);
	cJSON_AddNumberToObject(document, "ok", doctor.counts[SM_VERDICT_OK]);
	cJSON_AddNumberToObject(document, "warn", doctor.counts[SM_VERDICT_WARN]);
	cJSON_AddNumberToObject(document, "fail", doctor.counts[SM_VERDICT_FAIL]);
	if (sm_output_is_json())
		sm_output_json(document);
	else
		cJSON_Delete(document);
	return doctor.counts[SM_VERDICT_FAIL] > 0 ? SM_EXIT_FAILED : SM_EXIT_DONE;
}
