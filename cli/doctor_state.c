/*
 * doctor_state.c
 *		Checks of what stands in the way of a run just now: holders of the lock,
 *		old transactions, units in doubt, invalid indexes.
 */
#include "postgres_fe.h"

#include "doctor.h"

/* Transactions older than this hold up CONCURRENTLY and strong locks. */
#define OLD_TRANSACTION "1 minute"

/*
 * Runs a query that returns one text a finding.  Adds "ok" with the text none
 * when there is none, else the findings, each as a line of its own.
 */
static void
report_rows(SmDoctor *doctor, const char *check, SmVerdict verdict, const char *none,
            const char *next, const char *query)
{
	PGresult *result = PQexec(doctor->conn->pg, query);

	if (PQresultStatus(result) != PGRES_TUPLES_OK)
	{
		sm_doctor_add(doctor, SM_VERDICT_WARN, check,
		              "grant_migration_role('reader', role) lets a role look.",
		              "could not look: %s",
		              PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) != NULL
		                  ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY)
		                  : PQresultErrorMessage(result));
		PQclear(result);
		return;
	}
	if (PQntuples(result) == 0)
		sm_doctor_add(doctor, SM_VERDICT_OK, check, NULL, "%s", none);
	for (int i = 0; i < PQntuples(result); i++)
		sm_doctor_add(doctor, verdict, check, next, "%s", PQgetvalue(result, i, 0));
	PQclear(result);
}

static void
check_locks(SmDoctor *doctor)
{
	char *query = psprintf(
	    "SELECT pg_catalog.format('%%s holds %%s since %%s (process %%s, %%s, %%s)', h.locked_by, "
	    "coalesce(h.migration_id, '(not yet known)'), h.locked_at, h.pid, h.session_user_name, "
	    "h.state) "
	    "FROM %s.migration_lock_holders() h WHERE NOT h.stale",
	    doctor->conn->schema);

	report_rows(doctor, "migration lock", SM_VERDICT_WARN, "nobody holds it",
	            "Wait for it, or look at that session; apply --lock-wait waits.", query);
	query = psprintf("SELECT pg_catalog.format('%%s held %%s from %%s on; its session is gone', "
	                 "h.locked_by, h.migration_id, h.locked_at) "
	                 "FROM %s.migration_lock_holders() h WHERE h.stale",
	                 doctor->conn->schema);
	report_rows(doctor, "stale lock rows", SM_VERDICT_WARN, "none",
	            "It holds nothing up: the row is closed by the next run.", query);
}

static void
check_transactions(SmDoctor *doctor)
{
	report_rows(doctor, "prepared", SM_VERDICT_WARN, "no prepared transactions",
	            "COMMIT PREPARED or ROLLBACK PREPARED it: its locks outlive every session.",
	            "SELECT pg_catalog.format('\"%s\" of %s, prepared %s', p.gid, p.owner, p.prepared) "
	            "FROM pg_catalog.pg_prepared_xacts p "
	            "WHERE p.database = pg_catalog.current_database() ORDER BY p.prepared");
	report_rows(
	    doctor, "long transactions", SM_VERDICT_WARN, "none older than " OLD_TRANSACTION,
	    "A strong lock or CONCURRENTLY waits for it; end it, or pg_terminate_backend(pid).",
	    "SELECT pg_catalog.format('process %s of %s (%s): %s, open for %s', a.pid, a.usename, "
	    "a.application_name, a.state, "
	    "pg_catalog.date_trunc('second', pg_catalog.clock_timestamp() - a.xact_start)) "
	    "FROM pg_catalog.pg_stat_activity a "
	    "WHERE a.datname = pg_catalog.current_database() AND a.pid <> pg_catalog.pg_backend_pid() "
	    "AND a.xact_start < pg_catalog.clock_timestamp() - interval '" OLD_TRANSACTION "' "
	    "AND a.backend_type = 'client backend' ORDER BY a.xact_start");
}

/* Only what is unknown, or was undone half and stopped, keeps apply from going on by itself. */
static void
check_doubt(SmDoctor *doctor)
{
	const char *format =
	    "SELECT pg_catalog.format('%%s %%s %%s unit %%s: %%s%%s', u.migration_id, u.phase, "
	    "u.direction, u.unit, u.outcome, coalesce(': ' || u.detail, '')) "
	    "FROM %s.units_in_doubt('postgresql'::pg_catalog.text) u WHERE u.outcome %s";

	report_rows(doctor, "units in doubt", SM_VERDICT_WARN, "none that the evidence decides",
	            "summit-migrate repair --apply, or the next apply, acts on it.",
	            psprintf(format, doctor->conn->schema, "NOT IN ('unknown', 'undo_failed')"));
	report_rows(doctor, "unknown outcome", SM_VERDICT_FAIL, "none",
	            "summit-migrate repair ID --phase PHASE --mark completed|rolled_back --reason TEXT",
	            psprintf(format, doctor->conn->schema, "= 'unknown'"));
	report_rows(doctor, "half undone", SM_VERDICT_FAIL, "none",
	            "summit-migrate rollback ID goes on with the undo.",
	            psprintf(format, doctor->conn->schema, "= 'undo_failed'"));
}

static void
check_indexes(SmDoctor *doctor)
{
	report_rows(
	    doctor, "invalid indexes", SM_VERDICT_WARN, "none",
	    "DROP INDEX CONCURRENTLY it and build it anew; it costs writes and serves no query.",
	    "SELECT pg_catalog.format('%s on %s', i.indexrelid::pg_catalog.regclass, "
	    "i.indrelid::pg_catalog.regclass) "
	    "FROM pg_catalog.pg_index i WHERE NOT i.indisvalid "
	    "AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_progress_create_index p "
	    "WHERE p.index_relid = i.indexrelid) ORDER BY 1");
}

void
sm_doctor_check_state(SmDoctor *doctor)
{
	check_locks(doctor);
	check_transactions(doctor);
	check_doubt(doctor);
	check_indexes(doctor);
}
