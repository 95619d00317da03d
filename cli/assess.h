/*
 * assess.h
 *		Whether a unit changes more than its file's Version and Breaking say.
 */
#ifndef SM_ASSESS_H
#define SM_ASSESS_H

#include "engine.h"

/* Whether the unit is to be assessed: it may change the schema, and its file has a version. */
extern bool sm_assess_wanted(const SmWork *work, const SmUnit *unit);

/*
 * Has the schema before the unit at hand, taking a snapshot where the latest
 * is older than what has run.  false: it cannot be taken, which was said, and
 * nothing is assessed.
 */
extern bool sm_assess_prepare(SmWork *work);

/* Queues the question, inside the unit's transaction and behind its statements. */
extern void sm_assess_queue(SmExchange *exchange, SmWork *work);

/* The unit has committed: with what it was assessed by, or (NULL) without. */
extern void sm_assess_done(SmWork *work, const SmUnit *unit, const SmExchange *exchange);

/* Whether the exchange failed because the unit's bump is understated. */
extern bool sm_assess_refused(const SmExchange *exchange);

/* Then: records and reports that, and says what to do. */
extern SmOutcome sm_assess_refuse(SmWork *work, SmUnit *unit, const SmExchange *exchange);

/* Assesses a statement outside a transaction, which has run: a warning is all that can be said. */
extern void sm_assess_afterwards(SmWork *work, const SmUnit *unit);

#endif /* SM_ASSESS_H */
