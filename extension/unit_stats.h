/*
 * unit_stats.h
 *		What a unit's own statements did, seen from hooks: rows changed and how
 *		long a strong lock was held.  Who reads it and where it is recorded is
 *		unit.c's.
 */
#ifndef SM_UNIT_STATS_H
#define SM_UNIT_STATS_H

/* _PG_init's part: installs the hooks, which do nothing outside a unit. */
extern void sm_unit_stats_init(void);

/* From here on statements are counted.  Raises nothing. */
extern void sm_unit_stats_start(void);

/* From here on none is; safe to call when none was. */
extern void sm_unit_stats_stop(void);

/* Rows that INSERT, UPDATE, DELETE and MERGE changed since the start. */
extern int64 sm_unit_stats_rows(void);

/*
 * Milliseconds since a lock that blocks writers or readers of a table that was
 * there before was taken in this transaction, at the latest: since the start of
 * the first statement (or of the first command in its functions) that left one,
 * without the time that this waited itself; 0 when there is none.
 */
extern double sm_unit_stats_lock_hold_ms(void);

/* How many executor calls are under way, in a unit or not. */
extern int sm_unit_stats_nesting(void);

/* Milliseconds that commands waited for locks since the start or the announcement. */
extern double sm_unit_stats_lock_wait_ms(void);

/* How a statement outside a transaction ended, as far as this session saw it. */
typedef enum SmStatementEnd
{
	SM_STATEMENT_NOT_SEEN,
	SM_STATEMENT_FAILED,
	SM_STATEMENT_SUCCEEDED /* and its transaction has committed */
} SmStatementEnd;

/*
 * When this transaction commits, a statement outside a transaction comes next
 * (transaction control and SET do not count).
 */
extern void sm_unit_stats_announce(void);
extern SmStatementEnd sm_unit_stats_statement_end(void);

/* How long it held readers or writers of a table up; 0 where its kind does not. */
extern double sm_unit_stats_statement_hold_ms(void);

#endif /* SM_UNIT_STATS_H */
