/*
 * rehearsal.h
 *		A scratch server on which migration files have been applied, so that the
 *		schema that they make can be looked at.
 */
#ifndef SM_REHEARSAL_H
#define SM_REHEARSAL_H

#include "plan.h"

typedef struct SmRehearsal
{
	SmConfig config;   /* that of the scratch server */
	char *address;     /* connection string without user and database */
	SmConn *conn;      /* to its database, as a superuser */
	SmPlan *plan;      /* of all files */
	SmPlan *live_plan; /* how the files compare with the live ledger */
	PGresult *applied; /* the phases that are applied there */
	int nchanged;
	SmMigration **changed; /* repeatable files that are to run again there */
} SmRehearsal;

/*
 * Starts the server and applies every phase of every file.  Roles, settings and
 * the database's name are those of the configured server, where one answers.
 * Exits where a file cannot be applied.
 */
extern void sm_rehearsal_all(SmRehearsal *rehearsal, const SmConfig *config);

/*
 * The same with what is applied on a live database, phase by phase and in the
 * order in which it was applied there, each as the role that applied it, in
 * three steps: start; look at the live ledger, as often as needed; run.
 *
 * Run exits with SM_EXIT_FINDINGS where the files are not those that ran there.
 * It leaves out repeatable files that have changed: sm_rehearsal_changed() runs
 * these.
 */
extern void sm_rehearsal_start(SmRehearsal *rehearsal, const SmConfig *config, SmConn *live);
extern void sm_rehearsal_look(SmRehearsal *rehearsal, SmConn *live);
extern void sm_rehearsal_applied(SmRehearsal *rehearsal, SmConn *live);
/* Whether the live database has the extension and anything applied, and this role may see it. */
extern bool sm_rehearsal_anything_applied(SmConn *live);

/* After a look: whether the files are what has run there; without a word. */
extern bool sm_rehearsal_is_sound(SmRehearsal *rehearsal);

extern void sm_rehearsal_changed(SmRehearsal *rehearsal);

#endif /* SM_REHEARSAL_H */
