/*
 * history.h
 *		The rows of migration_history, migration_units and schema_versions: what
 *		is written when a unit or a phase changes its state, and which unit is
 *		open in this transaction.  Whether it may change is order.h's.
 */
#ifndef SM_HISTORY_H
#define SM_HISTORY_H

#include "access/transam.h"
#include "query.h"
#include "utils/timestamp.h"

/* A unit of a phase in a direction; unit 0: the phase itself. */
typedef struct SmUnitKey
{
	char *migration_id;
	char *phase; /* expand, migrate, contract; down: all, too */
	bool up;
	int unit;
	char *target;
} SmUnitKey;

/* The unit whose statements this transaction runs. */
typedef struct SmOpenUnit
{
	SmUnitKey key;
	FullTransactionId xid;
	TimestampTz started_at;
	double lock_wait_ms;
	bool fresh; /* it had no row before */
	int units;  /* of its phase or undo, as registered; -1: not known */
} SmOpenUnit;

typedef enum SmUnitState
{
	SM_UNIT_RUNNING,
	SM_UNIT_COMPLETED,
	SM_UNIT_FAILED
} SmUnitState;

/* What a ledger row gets; texts may be NULL, Datums 0. */
typedef struct SmUnitRow
{
	bool fresh; /* there is no row yet, for certain */
	SmUnitState state;
	bool transactional;
	TimestampTz started_at;
	TimestampTz finished_at; /* 0: not finished */
	double execution_time_ms;
	int64 rows_affected; /* -1: not known */
	double lock_wait_ms;
	double lock_hold_ms;
	char *error_sqlstate;
	char *error_message;
	int error_position; /* 0: none */
	char *statement;    /* intents only */
	Datum intent;       /* jsonb */
	char *batch_cursor;
} SmUnitRow;

/* _PG_init's part: an open unit ends with its transaction. */
extern void sm_history_init(void);

/*
 * Reads (migration_id, phase, direction, unit, target) or, without a unit,
 * (migration_id, phase, direction, target) from a function's first arguments.
 * Raises an error for an unknown phase or direction and a unit below 1.
 */
extern void sm_history_read_key(FunctionCallInfo fcinfo, bool with_unit, SmUnitKey *key);

/* A time waited for locks, in ms.  Raises an error for one that cannot be. */
extern double sm_history_read_wait(Datum value);

/* The unit that is open in this transaction, NULL when none is. */
extern const SmOpenUnit *sm_history_open_unit(void);

/* Opens a unit, which lives until the transaction ends or it is closed. */
extern void sm_history_open(const SmUnitKey *key, double lock_wait_ms, bool fresh, int units);
extern void sm_history_close(void);

/* As above, for a unit that is completed once the transaction commits. */
extern void sm_history_close_completed(void);

/*
 * A statement outside a transaction comes next, if the current transaction
 * commits; until its end is recorded or another unit is begun.
 */
extern void sm_history_announce(const SmUnitKey *key);
extern void sm_history_end_announced(void);

/*
 * The unit whose statement is being executed: the open one, or else the one
 * that was announced; NULL where there is none, or where this session does not
 * hold the lock (asked of the lock manager).  Raises nothing.
 */
extern const SmUnitKey *sm_history_running_unit(void);

/*
 * Whether the session's latest transaction completed a unit of this phase
 * ("migration_id phase"): false after one that was rolled back.
 */
extern bool sm_history_just_completed(const char *phase);

/*
 * Writes a unit's row.  A row that is new, or that was begun anew, counts one
 * attempt more; one that was running goes on, and a batched one adds up.
 */
extern void sm_history_write_unit(SmQueryScope *scope, const SmUnitKey *key, const SmUnitRow *row);

/* A unit but not the last was completed, or was begun. */
extern void sm_history_mark_running(SmQueryScope *scope, const SmUnitKey *key);

/*
 * A phase failed; going down, only where the undo has changed something
 * already.  attempted: this is one attempt more, not a word more about one.
 */
extern void sm_history_mark_failed(SmQueryScope *scope, const SmUnitKey *key, const char *sqlstate,
                                   const char *message, bool attempted);

/*
 * The phase is applied (up), with its version where it was the last to be
 * missing; or undone (down): one phase, or all of them.  unit_ms: the time of
 * its one unit, or negative: ask the rows of its units.
 */
extern void sm_history_complete(SmQueryScope *scope, const SmUnitKey *key, double unit_ms);

#endif /* SM_HISTORY_H */
