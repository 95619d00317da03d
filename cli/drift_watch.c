/*
 * drift_watch.c
 *		drift watch: follows the journal by its seals, told by NOTIFY and looking
 *		by itself now and then.
 *
 * A seal is a row's place among the committed ones.  Whoever has printed up to
 * a seal goes on behind it, after a lost connection too: nothing is missed,
 * whatever order transactions commit in, and nothing comes twice.  NOTIFY only
 * makes it faster.
 */
#include "postgres_fe.h"

#include <poll.h>

#include "drift.h"
#include "error.h"
#include "interrupt.h"
#include "output.h"
#include "run.h"

#define INTERVAL_MS 5000
#define LOOK_AGAIN_MS 100
#define MOST_LOOKS 50
#define FIRST_RETRY_MS 250
#define MOST_RETRY_MS 10000
#define PAGE "500"

typedef struct Watch
{
	SmContext *context;
	SmConn *conn;
	long long seal; /* the last one that is done with */
	bool from_now;  /* seal is still to be found out */
	bool may_seal;  /* the role may do it itself; else somebody else must */
	bool said;      /* that it watches */
	int printed;
	int looks_left;  /* after a notification: until what it was about is sealed */
	double deadline; /* 0: none */
} Watch;

/* The columns that are asked for. */
enum
{
	ENTRY_SEAL,
	ENTRY_SHOWN,
	ENTRY_JSON,
	ENTRY_TIME,
	ENTRY_TAG,
	ENTRY_OBJECT,
	ENTRY_USER,
	ENTRY_ROLE,
	ENTRY_ADDRESS,
	ENTRY_APPLICATION,
	ENTRY_MIGRATION,
	ENTRY_STATEMENT
};

static bool
is_lost(const Watch *watch)
{
	return PQstatus(watch->conn->pg) != CONNECTION_OK;
}

/* Ends the program for an error that is none of a lost connection or a signal. */
static void
require(Watch *watch, PGresult *result)
{
	SmError error = {0};

	if (PQresultStatus(result) == PGRES_TUPLES_OK || PQresultStatus(result) == PGRES_COMMAND_OK ||
	    is_lost(watch) || sm_interrupt_pending())
		return;
	sm_error_from_result(&error, result, watch->conn->pg);
	sm_error_exit(&error);
}

/* ---- the journal ---- */

/* Has what is committed sealed; *head is the newest seal.  false: the connection is lost. */
static bool
seal(Watch *watch, long long *head)
{
	char *query =
	    watch->may_seal
	        ? psprintf("SELECT %s.seal_journal()", watch->conn->schema)
	        : psprintf("SELECT coalesce(pg_catalog.max(j.seal), %lld) FROM %s.journal_entries("
	                   "%lld::pg_catalog.int8, 2147483647::pg_catalog.int4) j",
	                   watch->seal, watch->conn->schema, watch->seal);
	PGresult *result = PQexec(watch->conn->pg, query);
	const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	bool refused = watch->may_seal && sqlstate != NULL &&
	               (strcmp(sqlstate, "42501") == 0 || strcmp(sqlstate, "25006") == 0);
	bool done = PQresultStatus(result) == PGRES_TUPLES_OK;

	pg_free(query);
	if (done)
		*head = atoll(PQgetvalue(result, 0, 0));
	else if (!refused)
		require(watch, result);
	PQclear(result);
	if (!refused)
		return done;
	sm_error_warning("GRANT it, or have check_drift() run on a schedule.",
	                 "this session may not seal the journal: changes show when somebody else does");
	watch->may_seal = false;
	return seal(watch, head);
}

/* A page of what comes behind the last seal. */
static PGresult *
read_page(Watch *watch)
{
	char *query = psprintf(
	    "SELECT j.seal, $2::pg_catalog.bool OR (j.migration_id IS NULL AND j.ignored_by IS NULL "
	    "AND NOT j.in_extension), pg_catalog.to_json(j), "
	    "pg_catalog.date_trunc('second', j.captured_at), j.command_tag, "
	    "coalesce(j.object_type || ' ' || coalesce(j.identity_after, j.identity_before), ''), "
	    "j.session_user_name, coalesce(' as ' || j.role_name, ''), "
	    "coalesce(pg_catalog.host(j.client_addr), 'a local socket'), j.application_name, "
	    "coalesce(' in ' || j.migration_id || ' ' || j.phase, ''), j.statement "
	    "FROM %s.journal_entries($1::pg_catalog.int8, " PAGE "::pg_catalog.int4) j ORDER BY j.seal",
	    watch->conn->schema);
	char *after = psprintf("%lld", watch->seal);
	const char *values[] = {after, watch->context->options.all ? "true" : "false"};
	PGresult *page =
	    PQexecParams(watch->conn->pg, query, lengthof(values), NULL, values, NULL, NULL, 0);

	pg_free(query);
	pg_free(after);
	require(watch, page);
	return page;
}

/* The statement on one line. */
static char *
one_line(const char *text)
{
	char *line = pg_malloc(strlen(text) + 1);
	size_t length = 0;

	for (; *text != '\0'; text++)
	{
		bool space = (unsigned char) *text <= ' ';

		if (!space || (length > 0 && line[length - 1] != ' '))
			line[length++] = space ? ' ' : *text;
	}
	line[length] = '\0';
	return line;
}

static void
print_entry(const PGresult *page, int row)
{
	char *statement;

	if (sm_output_is_json())
	{
		puts(PQgetvalue(page, row, ENTRY_JSON));
		return;
	}
	statement = one_line(PQgetvalue(page, row, ENTRY_STATEMENT));
	sm_output_line("%s  seal %s  %s  %s  by %s%s from %s (%s)%s: %s",
	               PQgetvalue(page, row, ENTRY_TIME), PQgetvalue(page, row, ENTRY_SEAL),
	               PQgetvalue(page, row, ENTRY_TAG), PQgetvalue(page, row, ENTRY_OBJECT),
	               PQgetvalue(page, row, ENTRY_USER), PQgetvalue(page, row, ENTRY_ROLE),
	               PQgetvalue(page, row, ENTRY_ADDRESS), PQgetvalue(page, row, ENTRY_APPLICATION),
	               PQgetvalue(page, row, ENTRY_MIGRATION), statement);
	pg_free(statement);
}

/* Prints a page; returns how many rows it had, -1 when the connection is lost. */
static int
take_page(Watch *watch)
{
	PGresult *page = read_page(watch);
	int count = PQresultStatus(page) == PGRES_TUPLES_OK ? PQntuples(page) : -1;

	for (int i = 0; i < count; i++)
	{
		watch->seal = atoll(PQgetvalue(page, i, ENTRY_SEAL));
		if (PQgetvalue(page, i, ENTRY_SHOWN)[0] != 't')
			continue;
		print_entry(page, i);
		watch->printed++;
	}
	PQclear(page);
	if (fflush(stdout) != 0)
		sm_error_fail(SM_EXIT_FAILED, NULL, "could not write to standard output: %m");
	return count;
}

/*
 * Prints what is new.  false: the connection is lost.  Where another watcher is
 * sealing, its seals show only when it has committed: whoever was told of a
 * change and sees none looks again soon.
 */
static bool
look(Watch *watch)
{
	long long head = 0;
	int count;

	if (!seal(watch, &head))
		return false;
	if (watch->from_now)
	{
		watch->seal = head;
		watch->from_now = false;
	}
	if (head < watch->seal)
	{
		sm_error_warning("It is another server, or one that has lost what was sealed last.",
		                 "the journal ends at seal %lld, before seal %lld", head, watch->seal);
		watch->seal = head;
	}
	do
	{
		count = take_page(watch);
		if (count > 0)
			watch->looks_left = 0;
	} while (count == atoi(PAGE) && !sm_interrupt_pending());
	return count >= 0;
}

/* ---- the connection ---- */

/* A standby takes no LISTEN: then it only looks now and then. */
static void
subscribe(Watch *watch)
{
	PGresult *result = PQexec(watch->conn->pg, "LISTEN summit_migrate_drift");

	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		sm_output_detail("no notifications here: %s", PQresultErrorMessage(result));
	PQclear(result);
}

/* Milliseconds until the watch ends, at most so many. */
static int
time_left(const Watch *watch, int most)
{
	double left = watch->deadline - sm_clock();

	if (watch->deadline == 0 || left > most)
		return most;
	return left < 0 ? 0 : (int) left + 1;
}

static bool
is_over(const Watch *watch)
{
	return sm_interrupt_pending() || (watch->deadline != 0 && sm_clock() >= watch->deadline) ||
	       (watch->context->options.once && watch->printed > 0);
}

/* Connects again, and again; returns when it has, or the watch is over. */
static void
reconnect(Watch *watch)
{
	int delay = FIRST_RETRY_MS;

	sm_output_note("the connection was lost; connecting again");
	while (!is_over(watch))
	{
		if (sm_conn_retry(watch->conn))
		{
			sm_output_note("connected again; going on behind seal %lld", watch->seal);
			subscribe(watch);
			return;
		}
		if (!sm_interrupt_sleep(time_left(watch, delay)))
			return;
		delay = Min(delay * 2, MOST_RETRY_MS);
	}
}

/* Takes the notifications that are there; some came with the answers to what was asked last. */
static bool
was_told(Watch *watch)
{
	PGnotify *notify;
	bool told = false;

	while ((notify = PQnotifies(watch->conn->pg)) != NULL)
	{
		told = true;
		PQfreemem(notify);
	}
	if (told)
		watch->looks_left = MOST_LOOKS;
	return told;
}

/* Waits for a notification, the next look or the end.  false: the connection is lost. */
static bool
wait_for_news(Watch *watch)
{
	int interval = watch->context->options.interval;
	double next;

	if (interval < 0)
		interval = INTERVAL_MS;
	if (watch->looks_left > 0)
	{
		watch->looks_left--;
		interval = Min(interval, LOOK_AGAIN_MS);
	}
	next = sm_clock() + interval;
	while (!was_told(watch) && !is_over(watch) && sm_clock() < next)
	{
		struct pollfd socket = {.fd = PQsocket(watch->conn->pg), .events = POLLIN};

		if (!sm_interrupt_poll(&socket, time_left(watch, Max(1, (int) (next - sm_clock())))))
			break;
		if (!PQconsumeInput(watch->conn->pg) || is_lost(watch))
			return false;
	}
	return true;
}

SmExitCode
sm_drift_watch(SmContext *context, SmConn *conn)
{
	const SmOptions *options = &context->options;
	Watch watch = {.context = context, .conn = conn, .may_seal = true};

	watch.from_now = options->after == NULL;
	if (!watch.from_now &&
	    (options->after[0] == '\0' || options->after[strspn(options->after, "0123456789")] != '\0'))
		sm_error_fail(SM_EXIT_USAGE, "Every line has its seal.", "--after needs a seal number");
	watch.seal = watch.from_now ? 0 : atoll(options->after);
	watch.deadline = options->timeout < 0 ? 0 : sm_clock() + options->timeout;
	subscribe(&watch);
	for (;;)
	{
		bool there = look(&watch);

		if (there && !watch.said)
			sm_output_note("watching, behind seal %lld", watch.seal);
		watch.said = watch.said || there;
		if (is_over(&watch))
			break;
		if (!there || !wait_for_news(&watch))
			reconnect(&watch);
	}
	if (sm_interrupt_pending())
		return sm_interrupt_code();
	return watch.printed > 0 ? SM_EXIT_FINDINGS : SM_EXIT_DONE;
}
