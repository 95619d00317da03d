/*
 * run.h
 *		A run: the one session that holds the migration lock and writes the
 *		ledger, and what the parts of the engine pass down to each other.
 */
#ifndef SM_RUN_H
#define SM_RUN_H

#include "plan.h"
#include "report.h"

/* How a unit, a migration or a whole run ended. */
typedef enum SmOutcome
{
	SM_OUTCOME_DONE,
	SM_OUTCOME_FAILED,
	SM_OUTCOME_REFUSED,     /* it changes more than its header says */
	SM_OUTCOME_LOST,        /* the connection is gone: the ledger tells how it ended */
	SM_OUTCOME_TERMINATED,  /* an administrator ended the session */
	SM_OUTCOME_INTERRUPTED, /* SIGINT or SIGTERM */
	SM_OUTCOME_UNKNOWN      /* nothing but a human tells how it ended */
} SmOutcome;

/* What the statements of a file have done to the session. */
typedef struct SmSession
{
	bool touched;          /* something in it may have to be reset */
	bool looked;           /* the fields below are what the server says */
	bool was_reset;        /* RESET may have taken the settings of ours away */
	bool lacks_role;       /* the role that the file is to run as was refused */
	char *role;            /* NULL: the connection's own */
	char *authorization;   /* NULL: the connection's own */
	int lock_timeout;      /* ms that the file has set; -1: it has not */
	int statement_timeout; /* likewise */
} SmSession;

/* What was seen of locks that a unit waits for, from a second connection. */
typedef struct SmWatch
{
	SmConn *conn;      /* NULL until it is needed */
	int lock_timeout;  /* ms that a lock is waited for; 0: no limit */
	bool unusable;     /* it could not be opened: the run does without */
	double next;       /* when to look again, in ms of sm_clock() */
	double waited;     /* ms that the unit has waited for locks */
	double wait_start; /* of the wait under way; 0: none */
	char *blockers;    /* "pid 123 (app, user) since 3 s: UPDATE …"; NULL: none seen */
	bool said;         /* the user has been told */
} SmWatch;

typedef struct SmRun
{
	SmConn *conn;
	SmConfig *config;
	const char *command; /* "apply", "rollback", "repair", "baseline" */
	char *locked_by;
	long long epoch;
	bool began;     /* begin_run() was called in this session */
	bool prepared;  /* the ledger calls are prepared in this session */
	bool rehearses; /* on a scratch server, for its schema alone */
	SmSession session;
	SmWatch watch;
	SmReport report;
	bool keeps_expected;   /* the schema before it is noted, what it changes becomes expected */
	char *latest_snapshot; /* of the schema as it is now; NULL: there is none so new */
	const SmMigration *assessed; /* the migration whose version bump was looked at last */
	char *assessed_from;         /* the snapshot before it */
	bool allow_understated;      /* a unit may change more than its header says */
	PGresult *failure;           /* the server's error, between its arrival and its report */
	uint64 jitter;               /* state of the generator for backoff */
	size_t scratch_size;         /* memory for one statement's text */
	char *scratch;
} SmRun;

/* Milliseconds of a clock that never goes back. */
extern double sm_clock(void);

/* Prepares a run; the connection is opened with SM_CONN_WRITER. */
extern void sm_run_init(SmRun *run, SmConn *conn, SmConfig *config, const char *command);

/*
 * Takes the migration lock, waiting for config->lock_wait, and starts a run in
 * the ledger.  Exits with SM_EXIT_LOCKED, naming the holder, when it does not
 * get it; with a signal's code when one comes.  true: another run has written
 * since the given epoch, so that a plan made then is stale.
 */
extern bool sm_run_begin(SmRun *run, long long planned_epoch);

/*
 * The ledger's latest epoch, to be read before a plan is made; -1 while that
 * run has not ended, so that the plan will count as stale.
 */
extern long long sm_run_epoch(SmConn *conn);

/*
 * Who holds any of the migration locks, other than this session: "X (pid 12,
 * user u) since …"; NULL: nobody does now.  The caller frees it.
 */
extern char *sm_run_holder(SmConn *conn);

/* Ends the run in the ledger and gives the lock back. */
extern void sm_run_end(SmRun *run, SmOutcome outcome);

/*
 * After a lost connection: connects again, takes the lock and begins a new
 * run.  Exits when there is no server, or another one.
 */
extern void sm_run_resume(SmRun *run);

/* Hands the migrations that are new or changed, up to and with the last step's, to the ledger. */
extern void sm_run_register(SmRun *run, SmPlan *plan);

extern void sm_run_free(SmRun *run);

#endif /* SM_RUN_H */
