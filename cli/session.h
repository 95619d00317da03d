/*
 * session.h
 *		The settings of the session while a file runs: those that its statements
 *		make hold until its end, ours come back around every ledger call.
 */
#ifndef SM_SESSION_H
#define SM_SESSION_H

#include "exchange.h"

/*
 * Before anything runs: exits with SM_EXIT_USAGE, naming the configuration's
 * file and line, where the server does not take a [set] value.
 */
extern void sm_session_require_settings(SmConn *conn);

/*
 * Before the first unit of a migration that runs now: the configured [set]
 * values and the owner's role.  false with run->failure: the server refused.
 */
extern bool sm_session_open(SmRun *run, const SmMigration *migration);

/* Sends again the settings that completed units of an earlier run have made. */
extern bool sm_session_replay(SmRun *run, const SmPhase *phase);

/* Before a later unit of the same file: asks which role and timeouts hold now. */
extern bool sm_session_look(SmRun *run);

/* Notes what a unit's statements may do to the session. */
extern void sm_session_note(SmRun *run, const SmUnit *unit);

/* Whether a unit's statements are of kinds that by themselves leave the session as it is. */
extern bool sm_session_is_untouched_by(const SmUnit *unit);

/* Whether prepared statements may be gone in the middle of the unit. */
extern bool sm_session_takes_prepared(const SmUnit *unit);

/* Whether a statement may take the session's settings of ours away, which sm_session_look() brings back. */
extern bool sm_session_is_reset_by(const SmStatement *statement);

/* At the end of a file, and after a failure: as the session was at its start. */
extern bool sm_session_close(SmRun *run);

/* Queues: become the connection's own role for a ledger call, and back. */
extern void sm_session_leave_role(SmExchange *exchange);
extern void sm_session_enter_role(SmExchange *exchange);

/* Whether statements run as another role than the connection's own. */
extern bool sm_session_has_role(const SmRun *run);

#endif /* SM_SESSION_H */
