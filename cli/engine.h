/*
 * engine.h
 *		Runs units: one way for each kind of them.  Which units run, and in which
 *		order, is run_migration.c's.
 */
#ifndef SM_ENGINE_H
#define SM_ENGINE_H

#include "exchange.h"

/* The phase (or undo) whose units are run, and how the ledger calls it. */
typedef struct SmWork
{
	SmRun *run;
	SmPlan *plan;
	SmMigration *migration;
	SmPhaseName phase;
	SmPhase *content;
	bool down;
	bool completes;        /* the last unit completes the phase: no check runs after it */
	const char *direction; /* "up" or "down" */
} SmWork;

/* The first five parameters of every ledger call about a unit. */
typedef struct SmUnitKey
{
	char unit[16];
	const char *values[12]; /* id, phase, direction, unit, target; the rest is the caller's */
} SmUnitKey;

extern void sm_engine_key(const SmWork *work, int unit, SmUnitKey *key);

/* The limits of a unit in ms: the file's own settings, its header's, the configuration's. */
extern int sm_engine_lock_timeout(const SmWork *work);
extern int sm_engine_statement_timeout(const SmWork *work);

/* "true" when the unit completes its phase, else "false". */
extern const char *sm_engine_final(const SmWork *work, const SmUnit *unit);

/* The statement's text as a string, valid until the next call. */
extern const char *sm_engine_text(SmRun *run, const SmStatement *statement);

/* Run one unit each.  A failure is recorded in the ledger and reported. */
extern SmOutcome sm_engine_unit(SmWork *work, SmUnit *unit);
extern SmOutcome sm_engine_transaction(SmWork *work, SmUnit *unit);
extern SmOutcome sm_engine_statement(SmWork *work, SmUnit *unit);
extern SmOutcome sm_engine_batch(SmWork *work, SmUnit *unit);

/*
 * Queues all of a transactional unit whose statements leave role and session as
 * they are.  after: "" or the phase that the session's latest transaction must
 * have completed.  flush: its COMMIT waits for the disk, as that of each unit
 * must whose answer is the last before others are awaited.
 */
extern void sm_engine_send_plain(SmExchange *exchange, SmWork *work, const SmUnit *unit,
                                 const char *after, bool flush);

/* The checks before (pre) or after a phase: false when a critical one does not hold. */
extern SmOutcome sm_engine_checks(SmWork *work, bool pre);

/* Whether there is a check to run after this phase. */
extern bool sm_engine_has_checks(const SmWork *work, bool pre);

/* Runs a query that answers yes or no; -1 with run->failure when it fails. */
extern int sm_engine_ask(SmRun *run, const char *query);

/* Where the error says that a lock was not granted and nobody was seen in the way, looks again. */
extern void sm_engine_name_holders(SmWork *work, const SmStatement *statement,
                                   const char *sqlstate);

/*
 * What an exchange that did not succeed means for the unit: whether it is tried
 * again (true), or *outcome.  Records and reports a failure.
 */
extern bool sm_engine_failed(SmWork *work, SmUnit *unit, SmExchange *exchange, int attempt,
                             double started, SmOutcome *outcome);

/* Records and reports our own objection (what, why, next, sqlstate) to the unit's statement. */
extern SmOutcome sm_engine_refuse(SmWork *work, SmUnit *unit, SmError *error);

/* Records and reports run->failure as the unit's, in the given statement (or NULL). */
extern SmOutcome sm_engine_fail(SmWork *work, SmUnit *unit, const SmStatement *statement,
                                double waited);

/* Tells the ledger how long a completed unit waited for locks, when it did. */
extern void sm_engine_record_wait(SmWork *work, SmUnit *unit);

#endif /* SM_ENGINE_H */
