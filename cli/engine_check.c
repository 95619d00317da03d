/*
 * engine_check.c
 *		Checks: a query before or after a phase and what it must return.  Each
 *		runs in a read-only transaction, as the role that the units run as.
 */
#include "postgres_fe.h"

#include "engine.h"
#include "interrupt.h"
#include "ledger.h"
#include "session.h"

#define ASSERT_FAILURE "P0004"

/* ---- which checks ---- */

static bool
is_first_phase(const SmMigration *migration, SmPhaseName phase)
{
	for (int i = 0; i < (int) phase; i++)
		if (migration->up[i].present)
			return false;
	return true;
}

/* The phase that makes the migration applied: migrate, or expand where that is all. */
static bool
is_applying_phase(const SmMigration *migration, SmPhaseName phase)
{
	return phase == SM_PHASE_MIGRATE ||
	       (phase == SM_PHASE_EXPAND && !migration->up[SM_PHASE_MIGRATE].present);
}

static bool
is_meant(const SmWork *work, const SmCheck *check, bool pre)
{
	if (work->down || check->pre != pre)
		return false;
	if (check->phase != SM_PHASE_ALL)
		return check->phase == work->phase;
	if (pre)
		return is_first_phase(work->migration, work->phase);
	return work->phase == SM_PHASE_CONTRACT || is_applying_phase(work->migration, work->phase);
}

bool
sm_engine_has_checks(const SmWork *work, bool pre)
{
	for (int i = 0; i < work->migration->nchecks; i++)
		if (is_meant(work, &work->migration->checks[i], pre))
			return true;
	return false;
}

/* ---- asking ---- */

/* The rows of a query in a read-only transaction; NULL with run->failure. */
static PGresult *
ask(SmRun *run, const char *query, int statement_timeout)
{
	SmExchange exchange;
	PGresult *rows = NULL;
	char *limit = psprintf("SET LOCAL statement_timeout = %d", statement_timeout);

	sm_exchange_start(&exchange, run);
	sm_exchange_query(&exchange, SM_PART_BEGIN, 0, "BEGIN READ ONLY", 0, NULL);
	sm_exchange_query(&exchange, SM_PART_SETTING, 0, limit, 0, NULL);
	sm_exchange_query(&exchange, SM_PART_STATEMENT, 0, query, 0, NULL);
	sm_exchange_keep(&exchange);
	sm_exchange_query(&exchange, SM_PART_BEGIN, 0, "ROLLBACK", 0, NULL);
	if (sm_exchange_finish(&exchange))
	{
		rows = exchange.kept;
		exchange.kept = NULL;
	}
	else if (exchange.error != NULL)
	{
		PQclear(run->failure);
		run->failure = exchange.error;
		exchange.error = NULL;
	}
	sm_exchange_end(&exchange);
	pg_free(limit);
	return rows;
}

int
sm_engine_ask(SmRun *run, const char *query)
{
	PGresult *rows = ask(run, query, 0);
	int answer;

	if (rows == NULL)
		return -1;
	answer = PQntuples(rows) > 0 && strcmp(PQgetvalue(rows, 0, 0), "t") == 0;
	PQclear(rows);
	return answer;
}

/* ---- comparing ---- */

/* The value of "= 'x'" without its quotes. */
static char *
expected_value(const char *text)
{
	size_t length = strlen(text);

	if (length >= 2 && text[0] == '\'' && text[length - 1] == '\'')
		return pnstrdup(text + 1, length - 2);
	return pg_strdup(text);
}

/* Numbers by value, all else by bytes. */
static int
compare(const char *value, const char *expected)
{
	char *value_end;
	char *expected_end;
	long double left = strtold(value, &value_end);
	long double right = strtold(expected, &expected_end);

	if (strcmp(value, expected) == 0)
		return 0;
	if (value_end != value && *value_end == '\0' && expected_end != expected &&
	    *expected_end == '\0')
		return (left > right) - (left < right);
	return strcmp(value, expected);
}

static bool
fits(const char *sign, int order)
{
	switch (sign[0])
	{
		case '=':
			return order == 0;
		case '<':
			return sign[1] == '>' ? order != 0 : sign[1] == '=' ? order <= 0 : order < 0;
		default:
			return sign[1] == '=' ? order >= 0 : order > 0;
	}
}

/* Whether the rows are what the check expects: "any", "true", "false", or a sign and a value. */
static bool
holds(const SmCheck *check, const PGresult *rows)
{
	const char *space = strchr(check->expect, ' ');
	char *expected;
	bool result;

	if (strcmp(check->expect, "any") == 0)
		return true;
	if (PQntuples(rows) != 1 || PQnfields(rows) < 1 || PQgetisnull(rows, 0, 0))
		return false;
	if (strcmp(check->expect, "true") == 0)
		return strcmp(PQgetvalue(rows, 0, 0), "t") == 0;
	if (strcmp(check->expect, "false") == 0)
		return strcmp(PQgetvalue(rows, 0, 0), "f") == 0;
	expected = expected_value(space ? space + 1 : check->expect);
	result = fits(check->expect, compare(PQgetvalue(rows, 0, 0), expected));
	pg_free(expected);
	return result;
}

/* What came instead, for the message. */
static char *
describe(const PGresult *rows)
{
	if (PQntuples(rows) != 1)
		return psprintf("%d rows", PQntuples(rows));
	if (PQgetisnull(rows, 0, 0))
		return pg_strdup("NULL");
	return pg_strdup(PQgetvalue(rows, 0, 0));
}

/* ---- one check ---- */

static void
fail_phase(SmWork *work, const SmError *error)
{
	const char *values[] = {work->migration->id, sm_plan_phase_text(work->phase),
	                        work->direction,     SM_TARGET,
	                        error->sqlstate,     error->what};

	if (!sm_session_close(work->run))
		sm_ledger_warn(work->run, "the session could not be reset");
	PQclear(sm_ledger_call(work->run, "fail_migration(text,text,text,text,text,text)", 6, values));
	sm_ledger_warn(work->run, "the failure could not be recorded in the ledger");
}

static SmOutcome
not_held(SmWork *work, const SmCheck *check, SmError *error)
{
	error->migration = work->migration->id;
	error->file = sm_plan_path(work->plan, work->migration);
	error->line = check->line;
	error->column = check->column;
	error->code = SM_EXIT_FAILED;
	if (!check->critical)
	{
		sm_report_warning(&work->run->report, error);
		return SM_OUTCOME_DONE;
	}
	error->next =
	    check->pre
	        ? "Nothing of the phase has run. See to it that the check holds, then apply again."
	        : "What the phase did is committed. See to it that the check holds, then apply "
	          "again, or roll back.";
	fail_phase(work, error);
	sm_report_error(&work->run->report, error);
	return sm_interrupt_pending() ? SM_OUTCOME_INTERRUPTED : SM_OUTCOME_FAILED;
}

static SmOutcome
run_check(SmWork *work, const SmCheck *check)
{
	PGresult *rows = ask(work->run, check->query, sm_engine_statement_timeout(work));
	SmError error = {0};

	if (rows == NULL && PQstatus(work->run->conn->pg) != CONNECTION_OK)
		return SM_OUTCOME_LOST;
	if (rows == NULL)
	{
		sm_error_from_result(&error, work->run->failure, work->run->conn->pg);
		error.why = error.what;
		error.what = psprintf("the check %s failed with an error", check->name);
		PQclear(work->run->failure);
		work->run->failure = NULL;
		return not_held(work, check, &error);
	}
	if (holds(check, rows))
	{
		PQclear(rows);
		return SM_OUTCOME_DONE;
	}
	error.what = psprintf("the check %s does not hold", check->name);
	error.why = psprintf("it expects %s, the query returned %s", check->expect, describe(rows));
	error.sqlstate = ASSERT_FAILURE;
	PQclear(rows);
	return not_held(work, check, &error);
}

SmOutcome
sm_engine_checks(SmWork *work, bool pre)
{
	for (int i = 0; i < work->migration->nchecks; i++)
	{
		const SmCheck *check = &work->migration->checks[i];
		SmOutcome outcome;

		if (!is_meant(work, check, pre))
			continue;
		outcome = run_check(work, check);
		if (outcome != SM_OUTCOME_DONE)
			return outcome;
	}
	return SM_OUTCOME_DONE;
}
