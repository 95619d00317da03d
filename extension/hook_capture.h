/*
 * hook_capture.h
 *		ProcessUtility_hook: the text of each statement under way, and, where the
 *		module is preloaded, what event triggers do not see.
 */
#ifndef SM_HOOK_CAPTURE_H
#define SM_HOOK_CAPTURE_H

/* _PG_init's part. */
extern void sm_hook_capture_init(void);

/* Whether the module was there before the session's first statement. */
extern bool sm_hook_capture_preloaded(void);

/* While the switch itself is turned nothing is journalled. */
extern void sm_hook_capture_pause(bool pause);

#endif /* SM_HOOK_CAPTURE_H */
