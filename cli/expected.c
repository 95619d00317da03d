/*
 * expected.c
 *		Snapshots around a run, by the extension's functions: what the run has
 *		changed becomes expected, what had drifted before stays drift.  A run that
 *		is killed in between is settled by the next one, or by check_drift().
 */
#include "postgres_fe.h"

#include "expected.h"
#include "ledger.h"
#include "output.h"

/* Calls one of the two; NULL, with a warning, where that fails: it fails no deploy. */
static char *
call(SmRun *run, const char *signature)
{
	PGresult *result = sm_ledger_call(run, signature, 0, NULL);
	char *id = result == NULL ? NULL : pg_strdup(PQgetvalue(result, 0, 0));

	PQclear(result);
	sm_ledger_warn(run, "the schema snapshot could not be taken; drift check may report what this "
	                    "run changes");
	return id;
}

void
sm_expected_begin(SmRun *run)
{
	if (run->rehearses || run->keeps_expected)
		return;
	run->latest_snapshot = call(run, "expected_before_run()");
	run->keeps_expected = run->latest_snapshot != NULL;
}

void
sm_expected_end(SmRun *run)
{
	char *id;

	if (!run->keeps_expected)
		return;
	run->keeps_expected = false;
	id = call(run, "expected_after_run()");
	if (id != NULL)
		sm_output_detail("snapshot %s is the expected schema from now on", id);
	pg_free(id);
}

void
sm_expected_first(SmConn *conn)
{
	char *query =
	    psprintf("SELECT FROM %s.snapshot_list() s WHERE s.expected LIMIT 1", conn->schema);
	PGresult *rows = sm_conn_query(conn, query, 0, NULL);
	bool known = PQntuples(rows) > 0;

	PQclear(rows);
	pg_free(query);
	if (!known)
		PQclear(sm_conn_call(conn, "accept_schema(text)",
		                     (const char *const[]){"init: the schema as it was found"}));
}
