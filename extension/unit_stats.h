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
 * Milliseconds since the start of the first statement that left this
 * transaction with a lock that blocks writers or readers of a table that was
 * there before; 0 when there is none.
 */
extern double sm_unit_stats_lock_hold_ms(void);

/* How many executor calls are under way, in a unit or not. */
extern int sm_unit_stats_nesting(void);

/*
 * A statement outside a transaction comes next; afterwards: whether a statement
 * (other than transaction control and SET) has ended well in this session since.
 */
extern void sm_unit_stats_expect_statement(void);
extern bool sm_unit_stats_statement_succeeded(void);

#endif /* SM_UNIT_STATS_H */
