/*
 * undo.c
 *		Which texts undo a migration: the file's own section, or the text that
 *		the ledger kept when the migration was registered.
 */
#include "postgres_fe.h"

#include "output.h"
#include "plan_ledger.h"
#include "plan_parse.h"
#include "run_migration.h"
#include "undo.h"

static bool
has_run(const SmMigration *migration, SmPhaseName phase)
{
	return migration->state[phase] == SM_STATE_COMPLETED ||
	       migration->state[phase] == SM_STATE_FAILED ||
	       migration->state[phase] == SM_STATE_RUNNING;
}

/* The file may say how to undo what it did, unless that reads otherwise now. */
static bool
may_use_file(const SmMigration *migration)
{
	return migration->parsed && migration->file != NULL && migration->file->usable &&
	       migration->change != SM_CHANGE_MISMATCH;
}

/* ---- the ledger's texts ---- */

/*
 * The ledger keeps with each phase its own undo, or else that of the whole; a
 * text that differs from the first phase's is a phase's own.
 */
static void
take_texts(SmConn *conn, SmPlan *plan, SmMigration *migration, const PGresult *rows)
{
	const char *whole = PQgetvalue(rows, 0, 1);

	memset(migration->down, 0, sizeof(migration->down));
	for (int i = 0; i < PQntuples(rows); i++)
	{
		const char *text = PQgetvalue(rows, i, 1);
		SmPhaseName phase = sm_plan_phase_value(PQgetvalue(rows, i, 0));

		if (PQgetisnull(rows, i, 1))
			continue;
		if (strcmp(text, whole) == 0)
			phase = SM_PHASE_ALL;
		if (!migration->down[phase].present)
			sm_plan_parse_undo(conn, plan, migration, phase, text);
	}
}

static void
read_ledger_texts(SmConn *conn, SmPlan *plan, SmMigration *migration)
{
	char *query =
	    psprintf("SELECT phase, rollback_sql FROM %s.migration_state($1::pg_catalog.text, "
	             "ARRAY[$2::pg_catalog.text])",
	             conn->schema);
	const char *values[2] = {SM_TARGET, migration->id};
	PGresult *rows = sm_conn_query(conn, query, 2, values);

	if (PQntuples(rows) > 0)
		take_texts(conn, plan, migration, rows);
	PQclear(rows);
	pg_free(query);
	migration->parsed = true;
	sm_plan_ledger_units(conn, plan, &migration, 1);
}

/* ---- choosing ---- */

/* One phase's own undo; the whole's will do where nothing else has run. */
static int
choose_one(const SmMigration *migration, SmPhaseName wanted, SmPhaseName *phases)
{
	if (!has_run(migration, wanted))
		return 0;
	phases[0] = wanted;
	if (migration->down[wanted].present)
		return 1;
	for (int i = 0; i < SM_PHASES; i++)
		if (i != (int) wanted && has_run(migration, i))
			return 0;
	phases[0] = SM_PHASE_ALL;
	return migration->down[SM_PHASE_ALL].present ? 1 : 0;
}

/* The phases' own undos, the last phase first, and then the whole's. */
static int
choose_all(const SmMigration *migration, SmPhaseName *phases)
{
	bool whole = migration->down[SM_PHASE_ALL].present;
	int count = 0;

	for (int i = SM_PHASES - 1; i >= 0; i--)
	{
		if (!has_run(migration, i))
			continue;
		if (migration->down[i].present)
			phases[count++] = i;
		else if (!whole)
			return 0;
	}
	if (whole)
		phases[count++] = SM_PHASE_ALL;
	return count;
}

int
sm_undo_plan(SmConn *conn, SmPlan *plan, SmMigration *migration, SmPhaseName wanted,
             SmPhaseName *phases)
{
	if (!may_use_file(migration))
		read_ledger_texts(conn, plan, migration);
	return wanted == SM_PHASE_ALL ? choose_all(migration, phases)
	                              : choose_one(migration, wanted, phases);
}

SmOutcome
sm_undo_run(SmRun *run, SmPlan *plan, SmMigration *migration, const SmPhaseName *phases, int count)
{
	SmOutcome outcome = SM_OUTCOME_DONE;

	for (int i = 0; i < count && outcome == SM_OUTCOME_DONE; i++)
		outcome = sm_migration_undo(run, plan, migration, phases[i]);
	return outcome;
}

/* ---- after a crash ---- */

static SmOutcome
fail(SmRun *run, const SmPlan *plan, const SmMigration *migration, const char *what)
{
	SmError error = {0};

	error.what = what;
	error.migration = migration->id;
	error.file = sm_plan_path(plan, migration);
	error.next = "Write a -- ROLLBACK section into its file, or a new migration that undoes it.";
	error.code = SM_EXIT_FAILED;
	sm_report_error(&run->report, &error);
	return SM_OUTCOME_FAILED;
}

SmOutcome
sm_undo_finish(SmRun *run, SmPlan *plan, SmMigration *migration, SmPhaseName phase)
{
	if (!may_use_file(migration))
		read_ledger_texts(run->conn, plan, migration);
	else
		sm_plan_ledger_units(run->conn, plan, &migration, 1);
	if (!migration->down[phase].present)
		return fail(run, plan, migration,
		            psprintf("the undo of %s has not ended, and its text is gone", migration->id));
	return sm_undo_run(run, plan, migration, &phase, 1);
}

/* ---- after a failure ---- */

/* Whether the ledger, as it is now, has anything of it that stands. */
static bool
has_begun(SmRun *run, SmPlan *plan, SmMigration *migration)
{
	bool begun = false;

	memset(migration->begun, 0, sizeof(migration->begun));
	sm_plan_ledger_details(run->conn, plan, &migration, 1);
	sm_plan_ledger_units(run->conn, plan, &migration, 1);
	for (int i = 0; i < SM_PHASES; i++)
		begun = begun || sm_plan_has_begun(migration, i);
	return begun;
}

SmOutcome
sm_undo_failed(SmRun *run, SmPlan *plan, SmMigration *migration)
{
	SmPhaseName phases[SM_PHASES + 1];
	int count;

	if (!has_begun(run, plan, migration))
	{
		sm_output_note("nothing of %s is completed: there is nothing to undo", migration->id);
		return SM_OUTCOME_DONE;
	}
	count = sm_undo_plan(run->conn, plan, migration, SM_PHASE_ALL, phases);
	if (count == 0)
		return fail(
		    run, plan, migration,
		    psprintf("%s has no rollback section: what is completed of it stands", migration->id));
	sm_output_note("undoing what is completed of %s", migration->id);
	return sm_undo_run(run, plan, migration, phases, count);
}
