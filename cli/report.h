/*
 * report.h
 *		What a run has done, said as it happens and collected for --json.
 */
#ifndef SM_REPORT_H
#define SM_REPORT_H

#include <cjson/cJSON.h>

#include "plan.h"

typedef struct SmReport
{
	cJSON *migrations; /* one object a phase that was run */
	cJSON *recovered;  /* what was in doubt and what became of it */
	cJSON *warnings;   /* checks that did not hold and are no failure */
	cJSON *error;      /* why the run ended */
	int phases;        /* that were completed */
	int units;         /* that were run, of those and of undos */
	int undone;        /* undos that were completed */
	int undone_units;  /* that were run of undos */
	double started;    /* ms of sm_clock() */
	bool silent;       /* nothing is said of phases */
} SmReport;

extern void sm_report_init(SmReport *report);

/* A phase has ended; status is completed, failed or rolled_back. */
extern void sm_report_phase(SmReport *report, const SmMigration *migration, SmPhaseName phase,
                            bool down, const char *status, int units, double ms);

/* A unit in doubt was decided. */
extern void sm_report_recovered(SmReport *report, const char *id, const char *phase, int unit,
                                const char *outcome, const char *detail);

/* A check did not hold, but is only a warning. */
extern void sm_report_warning(SmReport *report, const SmError *error);

/* The run ends with this error: says it. */
extern void sm_report_error(SmReport *report, const SmError *error);

/* The JSON document of a run, the collected parts moved into it. */
extern cJSON *sm_report_document(SmReport *report, const char *command, const char *result,
                                 long long epoch);

extern void sm_report_free(SmReport *report);

/* An error as a JSON object. */
extern cJSON *sm_report_error_json(const SmError *error);

#endif /* SM_REPORT_H */
