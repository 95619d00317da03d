/*
 * progress.h
 *		A progress line on stderr, on a terminal only.  Anything that is to stay
 *		on the screen belongs to output.h or error.h, which take the line away
 *		first.
 */
#ifndef SM_PROGRESS_H
#define SM_PROGRESS_H

/* Starts a bar of total steps; nothing happens off a terminal, with --json or --quiet. */
extern void sm_progress_start(int total);

/* done steps are done, label is under way. */
extern void sm_progress_step(int done, const char *label);

/* Takes the bar away for a moment (before other output) or for good. */
extern void sm_progress_clear(void);
extern void sm_progress_end(void);

#endif /* SM_PROGRESS_H */
