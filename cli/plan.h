/*
 * plan.h
 *		What the files and the ledger together say: each migration with its
 *		phases, units and statements, what of it is done, and what would run in
 *		which order.  Making a plan reads only; running one is run.h's.
 */
#ifndef SM_PLAN_H
#define SM_PLAN_H

#include "conn.h"
#include "source.h"

#define SM_TARGET "postgresql"

/* The phases in their order; SM_PHASE_ALL is the undo of a whole migration. */
typedef enum SmPhaseName
{
	SM_PHASE_EXPAND,
	SM_PHASE_MIGRATE,
	SM_PHASE_CONTRACT,
	SM_PHASE_ALL
} SmPhaseName;

#define SM_PHASES 3 /* those that a migration goes up by */

#define SM_PHASE_BIT(phase) (1 << (phase))

/* The state of a phase in the ledger. */
typedef enum SmState
{
	SM_STATE_NONE, /* not registered */
	SM_STATE_PENDING,
	SM_STATE_RUNNING,
	SM_STATE_COMPLETED,
	SM_STATE_FAILED,
	SM_STATE_ROLLED_BACK
} SmState;

typedef enum SmUnitKind
{
	SM_UNIT_TRANSACTION,
	SM_UNIT_STATEMENT,
	SM_UNIT_BATCH
} SmUnitKind;

/* A statement: on the way up a piece of the file's own text. */
typedef struct SmStatement
{
	const char *text; /* not ended by a zero byte */
	size_t length;
	int position; /* in characters of the file, from 1 */
	int line;
	int column;
	const char *tag; /* command tag */
	bool replay;     /* a setting that later units need */
	bool leading;    /* must come before all else in its transaction */
	bool secret;     /* its text can hold one: it is not shown */
} SmStatement;

/* How a batched statement walks over its table. */
typedef struct SmBatch
{
	char *table;
	char *key;
	char *size;
	int pause_ms;
	char *first;     /* the first upper key, $1 = size */
	char *next;      /* the next one, $1 = last key done, $2 = size */
	char *run_first; /* the statement for keys <= $1 */
	char *run;       /* the statement for keys > $1 and <= $2 */
} SmBatch;

typedef struct SmUnit
{
	int number; /* from 1 in its phase */
	SmUnitKind kind;
	int line;
	char *begin; /* the file's own BEGIN statement, or NULL */
	char *done_when;
	SmBatch *batch; /* of SM_UNIT_BATCH */
	int nstatements;
	SmStatement *statements;
	bool completed;     /* says the ledger */
	char *batch_cursor; /* the last key done, says the ledger */
} SmUnit;

/* A phase of the way up, or an undo. */
typedef struct SmPhase
{
	bool present;
	bool down;
	int line;
	char *digest;
	char *undo; /* the text of an undo, as written */
	int nunits;
	SmUnit *units;
} SmPhase;

typedef struct SmCheck
{
	char *name;
	char *query;
	char *expect;
	SmPhaseName phase;
	bool pre;
	bool critical;
	int line;
	int column;
} SmCheck;

struct SmMigration;

typedef struct SmDependency
{
	char *name; /* as written */
	bool contract;
	int line;
	int column;
	struct SmMigration *on; /* NULL until it is resolved, or missing */
} SmDependency;

/* How a file compares with what the ledger has of it. */
typedef enum SmChange
{
	SM_CHANGE_NONE,
	SM_CHANGE_NEW,      /* the ledger does not know it */
	SM_CHANGE_COMMENTS, /* only comments and white space */
	SM_CHANGE_NOT_RUN,  /* only in phases that have not run */
	SM_CHANGE_REPEAT,   /* a repeatable one: it runs again */
	SM_CHANGE_MISMATCH  /* in a phase that has run */
} SmChange;

typedef struct SmMigration
{
	char *id;
	SmFile *file; /* NULL: the ledger knows it, the folder has it not */
	bool parsed;  /* what follows down to the ledger's part is filled in */

	/* the header */
	char *version;
	const char *database;
	char *run_as;
	int run_as_line;
	int run_as_column;
	int lock_timeout; /* ms; -1: not said */
	int statement_timeout;
	bool breaking;
	bool repeatable;
	char *meaning; /* digest, hex */

	int ndependencies;
	SmDependency *dependencies;
	SmPhase up[SM_PHASES];
	SmPhase down[SM_PHASES + 1];
	int nchecks;
	SmCheck *checks;

	/* what the ledger says */
	bool registered;
	bool has_checksum; /* one adopted from older scripts may have none */
	unsigned char checksum[SM_DIGEST_LENGTH];
	SmState state[SM_PHASES];
	char *ledger_digest[SM_PHASES]; /* read for changed files only */
	char *ledger_meaning;
	bool ledger_repeatable;
	bool begun[SM_PHASES]; /* some unit of the phase is completed or half-way */
	SmState undo;          /* running or failed: an undo was begun and has not ended */

	/* what the comparison says */
	SmChange change;
	int changed_phase; /* of SM_CHANGE_MISMATCH: the first such phase */
	bool out_of_order;
	bool other_target;         /* of a type that there is no target for */
	struct SmMigration *place; /* in the order it stands behind this one */
	int depth;                 /* behind how many that stand at the same place */
	int mark;                  /* for walks over the dependencies */
} SmMigration;

/* One phase of one migration that is to run. */
typedef struct SmStep
{
	SmMigration *migration;
	SmPhaseName phase;
} SmStep;

typedef struct SmPlan
{
	SmArena *arena;
	SmSource *source;
	SmProblems problems;
	int nmigrations;
	SmMigration **migrations; /* in the order in which they run */
	SmMigration **by_id;      /* in the order of ids */
	int nsteps;
	SmStep *steps;
	int ndue;
	SmStep *due; /* contracts that may run and are not asked for */
	int nwaiting;
	SmStep *waiting; /* phases that wait for another phase or migration */
	int npending;    /* phases that an apply of all but contract would run */
	int nmismatches;
	int nout_of_order;
} SmPlan;

/* What a plan is asked for. */
typedef struct SmPlanRequest
{
	const char *folder;
	int phases;     /* SM_PHASE_BIT()s that may run */
	const char *to; /* id or unique prefix; NULL: all */
	bool any_order; /* a pending id below an applied one may run */
	bool parse_all; /* read every file, not only those with work left */
} SmPlanRequest;

/*
 * Reads files and ledger and makes the plan.  What is wrong with the files is
 * in plan->problems; then there are no steps.  Exits when the server fails.
 */
extern SmPlan *sm_plan_make(SmConn *conn, const SmPlanRequest *request);

extern void sm_plan_free(SmPlan *plan);

/* The migration of this id or unique prefix; says why and exits when there is none. */
extern SmMigration *sm_plan_named(SmPlan *plan, const char *name);

/* The migration with exactly this id, or NULL. */
extern SmMigration *sm_plan_find(const SmPlan *plan, const char *id);

/* Words of the ledger. */
extern const char *sm_plan_phase_text(SmPhaseName phase);
extern const char *sm_plan_state_text(SmState state);
extern SmPhaseName sm_plan_phase_value(const char *text);
extern SmState sm_plan_state_value(const char *text);

/* Whether expand and migrate, as far as the migration has them, are completed. */
extern bool sm_plan_is_applied(const SmMigration *migration);

/* Whether anything of it has run and stands. */
extern bool sm_plan_has_run(const SmMigration *migration);

/* Whether something of the phase is done, in whole or in part, and stands. */
extern bool sm_plan_has_begun(const SmMigration *migration, SmPhaseName phase);

/* Path of the migration's file, for messages; NULL without a file. */
extern char *sm_plan_path(const SmPlan *plan, const SmMigration *migration);

/*
 * The migration that a step of plan->waiting waits for, which may be its own,
 * and the phase of it; NULL where it waits no more.
 */
extern const SmMigration *sm_plan_waits_for(const SmStep *step, SmPhaseName *phase);

/* Lists the due contracts anew, after steps have run. */
extern void sm_plan_list_due(SmPlan *plan);

/*
 * Adds the mismatches, the undos that failed half-way and (unless any order is
 * allowed) what is out of order to the problems: what an apply refuses and
 * verify reports.
 */
extern void sm_plan_refuse_findings(SmPlan *plan, bool any_order);

#endif /* SM_PLAN_H */
