/*
 * session_change.h
 *		Whether something has changed the session's settings, seen as it happens.
 */
#ifndef SM_SESSION_CHANGE_H
#define SM_SESSION_CHANGE_H

/* _PG_init's part. */
extern void sm_session_change_init(void);

/*
 * Whether, since the last sm_session_change_forget(), set_config() was about to
 * run or a SET or RESET that is not LOCAL has run, in a function or trigger too;
 * of which some may have been rolled back since.
 */
extern bool sm_session_change_seen(void);

extern void sm_session_change_forget(void);

#endif /* SM_SESSION_CHANGE_H */
