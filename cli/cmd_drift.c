/*
 * cmd_drift.c
 *		drift: check, list, resolve, accept.  The comparison with the files is
 *		drift_files.c's, watching drift_watch.c's.
 */
#include "postgres_fe.h"

#include "drift.h"
#include "error.h"
#include "interrupt.h"
#include "output.h"
#include "run.h"

#define LOOK_AGAIN_MS 250
#define HOLDER_MS 5000

/* ---- beside a run ---- */

void
sm_drift_wait(SmConn *conn)
{
	double deadline = sm_clock() + conn->config->lock_wait;
	double said = -HOLDER_MS;
	char *holder;

	while ((holder = sm_run_holder(conn)) != NULL)
	{
		if (sm_clock() >= deadline)
			sm_error_fail(SM_EXIT_LOCKED,
			              "What it has half done is no drift: check again when it is over, or wait "
			              "with --lock-wait 5m.",
			              "a run is under way: %s", holder);
		if (sm_clock() - said >= HOLDER_MS)
		{
			sm_output_note("waiting for the run of %s", holder);
			said = sm_clock();
		}
		pg_free(holder);
		if (!sm_interrupt_sleep(LOOK_AGAIN_MS))
			exit(sm_interrupt_code());
	}
}

long long
sm_drift_epoch(SmConn *conn)
{
	char *query = psprintf("SELECT r.epoch FROM %s.run_history(1) r", conn->schema);
	PGresult *result = sm_conn_query(conn, query, 0, NULL);
	long long epoch = PQntuples(result) == 0 ? 0 : atoll(PQgetvalue(result, 0, 0));

	PQclear(result);
	pg_free(query);
	return epoch;
}

/* ---- alerts ---- */

/* The columns of an alert that are shown, behind its JSON. */
enum
{
	ALERT_JSON,
	ALERT_ID,
	ALERT_SEVERITY,
	ALERT_DRIFT_TYPE,
	ALERT_OBJECT_TYPE,
	ALERT_OBJECT_NAME,
	ALERT_SUMMARY,
	ALERT_AUTHOR,
	ALERT_ROLE,
	ALERT_ADDRESS,
	ALERT_APPLICATION,
	ALERT_CHANGED_AT,
	ALERT_STATEMENT,
	ALERT_BUMP,
	ALERT_EVIDENCE,
	ALERT_STATUS,
	ALERT_RESOLVED_BY,
	ALERT_NOTES
};

static PGresult *
read_alerts(SmConn *conn, const char *function, const char *ending)
{
	char *query =
	    psprintf("SELECT pg_catalog.to_json(a), a.id, a.severity, a.drift_type, a.object_type, "
	             "a.object_name, a.summary, a.author, a.role_name, pg_catalog.host(a.client_addr), "
	             "a.application_name, pg_catalog.date_trunc('second', a.changed_at), a.statement, "
	             "a.bump, a.evidence, %s FROM %s.%s WITH ORDINALITY a ORDER BY a.ordinality",
	             ending, conn->schema, function);
	PGresult *rows = sm_conn_query(conn, query, 0, NULL);

	pg_free(query);
	return rows;
}

static const char *
cell(const PGresult *rows, int row, int column)
{
	return PQgetisnull(rows, row, column) || PQgetvalue(rows, row, column)[0] == '\0'
	           ? NULL
	           : PQgetvalue(rows, row, column);
}

static SmColor
color_of(const char *severity)
{
	return strcmp(severity, "critical") == 0 || strcmp(severity, "high") == 0 ? SM_COLOR_BAD
	       : strcmp(severity, "medium") == 0                                  ? SM_COLOR_WARN
	                                                                          : SM_COLOR_NONE;
}

/* "by alice as owner, from 10.0.0.1, psql, at 2026-01-01 10:00:00+00" */
static void
print_author(const PGresult *rows, int row)
{
	const char *author = cell(rows, row, ALERT_AUTHOR);
	const char *role = cell(rows, row, ALERT_ROLE);
	const char *address = cell(rows, row, ALERT_ADDRESS);
	const char *application = cell(rows, row, ALERT_APPLICATION);
	const char *at = cell(rows, row, ALERT_CHANGED_AT);

	if (author == NULL)
	{
		sm_output_line("    by nobody knows whom: the journal has no statement for it");
		return;
	}
	sm_output_line("    by %s%s%s, from %s%s%s%s%s", author, role ? " as " : "", role ? role : "",
	               address ? address : "a local socket", application ? ", " : "",
	               application ? application : "", at ? ", at " : "", at ? at : "");
}

static void
print_alert(const PGresult *rows, int row)
{
	const char *summary = cell(rows, row, ALERT_SUMMARY);
	const char *statement = cell(rows, row, ALERT_STATEMENT);
	const char *bump = cell(rows, row, ALERT_BUMP);
	const char *evidence = cell(rows, row, ALERT_EVIDENCE);
	const char *status = cell(rows, row, ALERT_STATUS);
	const char *notes = cell(rows, row, ALERT_NOTES);
	const char *closed_by = cell(rows, row, ALERT_RESOLVED_BY);
	char *severity = sm_output_paint(color_of(PQgetvalue(rows, row, ALERT_SEVERITY)),
	                                 PQgetvalue(rows, row, ALERT_SEVERITY));

	sm_output_line("%s  %s  %s %s %s", PQgetvalue(rows, row, ALERT_ID), severity,
	               PQgetvalue(rows, row, ALERT_OBJECT_TYPE),
	               PQgetvalue(rows, row, ALERT_OBJECT_NAME),
	               PQgetvalue(rows, row, ALERT_DRIFT_TYPE));
	if (summary != NULL)
		sm_output_line("    %s", summary);
	print_author(rows, row);
	if (statement != NULL)
		sm_output_line("    %s", statement);
	if (bump != NULL)
		sm_output_line("    version bump: %s%s%s", bump, evidence ? ", " : "",
		               evidence ? evidence : "");
	if (status != NULL && strcmp(status, "open") != 0)
		sm_output_line("    %s%s%s%s%s", status, closed_by ? " by " : "",
		               closed_by ? closed_by : "", notes ? ": " : "", notes ? notes : "");
	pg_free(severity);
}

static void
print_json(const char *verb, const PGresult *rows)
{
	cJSON *document = cJSON_CreateObject();
	cJSON *array;

	sm_output_add_text(document, "command", "drift");
	sm_output_add_text(document, "verb", verb);
	array = cJSON_AddArrayToObject(document, "alerts");
	for (int i = 0; i < PQntuples(rows); i++)
		cJSON_AddItemToArray(array, cJSON_CreateRaw(PQgetvalue(rows, i, ALERT_JSON)));
	sm_output_json(document);
}

static void
print_alerts(const char *verb, const PGresult *rows)
{
	if (sm_output_is_json())
	{
		print_json(verb, rows);
		return;
	}
	for (int i = 0; i < PQntuples(rows); i++)
		print_alert(rows, i);
}

/* ---- the verbs ---- */

/* Without a schema that is expected there is no answer, which must not look like a good one. */
static void
require_expected(SmConn *conn)
{
	char *query =
	    psprintf("SELECT FROM %s.snapshot_list() s WHERE s.expected LIMIT 1", conn->schema);
	PGresult *rows = sm_conn_query(conn, query, 0, NULL);

	if (PQntuples(rows) == 0)
		sm_error_fail(SM_EXIT_USAGE,
		              "init makes the schema as it is the expected one, and so does the first "
		              "apply; drift check --from-files needs none.",
		              "the database has no expected schema yet");
	PQclear(rows);
	pg_free(query);
}

/* Compares when no run is in between; one that begins meanwhile makes it look again. */
static PGresult *
compare(SmConn *conn)
{
	for (;;)
	{
		long long epoch;
		PGresult *rows;
		char *holder;

		sm_drift_wait(conn);
		epoch = sm_drift_epoch(conn);
		rows = read_alerts(conn, "check_drift()", "NULL, NULL, NULL");
		holder = sm_run_holder(conn);
		if (holder == NULL && sm_drift_epoch(conn) == epoch)
			return rows;
		pg_free(holder);
		PQclear(rows);
	}
}

static SmExitCode
check(SmContext *context, SmConn *conn)
{
	PGresult *rows;
	int count;

	if (context->options.from_files)
		return sm_drift_from_files(context, conn);
	require_expected(conn);
	rows = compare(conn);
	count = PQntuples(rows);
	print_alerts("check", rows);
	if (count == 0)
		sm_output_line("No drift: the live schema is the expected one.");
	else
		sm_output_note("%d %s. Next: undo it and summit-migrate drift resolve ID, or "
		               "summit-migrate drift accept ID",
		               count, count == 1 ? "object has drifted" : "objects have drifted");
	PQclear(rows);
	return count > 0 ? SM_EXIT_FINDINGS : SM_EXIT_DONE;
}

static SmExitCode
list(SmContext *context, SmConn *conn)
{
	PGresult *rows =
	    read_alerts(conn, context->options.all ? "drift_alerts(true)" : "drift_alerts(false)",
	                "a.status, a.resolved_by, a.resolution_notes");

	print_alerts("list", rows);
	if (PQntuples(rows) == 0)
		sm_output_line("There is no %salert.", context->options.all ? "" : "open ");
	PQclear(rows);
	return SM_EXIT_DONE;
}

/* resolve ID, accept ID, accept --all: what a human says of alerts. */
static SmExitCode
decide(SmContext *context, SmConn *conn, const char *verb)
{
	const SmOptions *options = &context->options;
	bool accepts = strcmp(verb, "accept") == 0;
	bool all = accepts && options->all;
	const char *id = all ? NULL : options->args[1];
	const char *values[] = {id, options->notes};

	if (all)
		PQclear(sm_conn_call(conn, "accept_schema(text)", values + 1));
	else
		PQclear(sm_conn_call(conn, accepts ? "accept_drift(int8,text)" : "resolve_drift(int8,text)",
		                     values));
	if (sm_output_is_json())
	{
		cJSON *document = cJSON_CreateObject();

		sm_output_add_text(document, "command", "drift");
		sm_output_add_text(document, "verb", verb);
		sm_output_add_number(document, "id", id);
		sm_output_json(document);
	}
	else if (all)
		sm_output_line("The schema as it is now is expected from now on.");
	else
		sm_output_line(accepts ? "%s is accepted: what it is about is expected from now on."
		                       : "%s is resolved.",
		               id);
	return SM_EXIT_DONE;
}

/* ---- the command ---- */

static bool
is_id(const char *word)
{
	return word[0] != '\0' && word[strspn(word, "0123456789")] == '\0' && strlen(word) < 10;
}

static void
check_decision(const SmOptions *options, const char *verb)
{
	bool all = options->all && strcmp(verb, "accept") == 0;
	bool named = options->nargs == 2 && is_id(options->args[1]);

	if (options->notes == NULL || options->notes[0] == '\0')
		sm_error_fail(SM_EXIT_USAGE, psprintf("summit-migrate drift %s 7 --notes \"…\"", verb),
		              "drift %s needs --notes: why, for those who come later", verb);
	if (all == named || (all && options->nargs == 2))
		sm_error_fail(SM_EXIT_USAGE, "summit-migrate drift list shows the ids.",
		              "drift %s needs the id of an alert%s", verb,
		              strcmp(verb, "accept") == 0 ? ", or --all for the whole schema" : "");
}

static void
check_words(const SmOptions *options, const char *verb)
{
	static const char *const plain[] = {"check", "list", "watch"};

	for (int i = 0; i < (int) lengthof(plain); i++)
		if (strcmp(verb, plain[i]) == 0)
		{
			if (options->nargs > 1)
				sm_error_fail(SM_EXIT_USAGE, "summit-migrate help drift",
				              "drift %s does not take \"%s\"", verb, options->args[1]);
			return;
		}
	if (strcmp(verb, "resolve") != 0 && strcmp(verb, "accept") != 0)
		sm_error_fail(SM_EXIT_USAGE, "summit-migrate help drift", "drift does not know \"%s\"",
		              verb);
	check_decision(options, verb);
}

int
sm_cmd_drift(SmContext *context)
{
	const char *verb = context->options.args[0];
	SmConn *conn;
	SmExitCode code;

	check_words(&context->options, verb);
	conn = sm_conn_open(&context->config, NULL, SM_CONN_EXTENSION);
	if (strcmp(verb, "check") == 0)
		code = check(context, conn);
	else if (strcmp(verb, "list") == 0)
		code = list(context, conn);
	else if (strcmp(verb, "watch") == 0)
		code = sm_drift_watch(context, conn);
	else
		code = decide(context, conn, verb);
	sm_conn_close(conn);
	return code;
}
