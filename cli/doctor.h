/*
 * doctor.h
 *		What the checks of "doctor" share: a line of the report.
 */
#ifndef SM_DOCTOR_H
#define SM_DOCTOR_H

#include <cjson/cJSON.h>

#include "config.h"
#include "conn.h"

typedef enum SmVerdict
{
	SM_VERDICT_OK,
	SM_VERDICT_WARN,
	SM_VERDICT_FAIL
} SmVerdict;

typedef struct SmDoctor
{
	const SmConfig *config;
	SmConn *conn;
	cJSON *rows;
	int counts[3]; /* by verdict */
} SmDoctor;

/* A line: what was looked at, the evidence (a format), what to do about it. */
extern void sm_doctor_add(SmDoctor *doctor, SmVerdict verdict, const char *check, const char *next,
                          const char *fmt, ...) pg_attribute_printf(5, 6);

/* Configuration and folder; no connection is needed. */
extern void sm_doctor_check_project(SmDoctor *doctor);

/* The server, the extension's version, the environment, privileges, the clock. */
extern void sm_doctor_check_server(SmDoctor *doctor);

/* What stands in the way of a run: locks, transactions, units in doubt, invalid indexes. */
extern void sm_doctor_check_state(SmDoctor *doctor);

#endif /* SM_DOCTOR_H */
