/*
 * caught.h
 *		Which errors of the server's scanner and parser are the file's fault.
 */
#ifndef SM_CAUGHT_H
#define SM_CAUGHT_H

/*
 * To be called in PG_CATCH after switching to a context that may hold the copy:
 * takes the error off the stack and returns it when bad input caused it, and
 * raises it again when anything else did (memory, cancel, shutdown).
 */
extern ErrorData *sm_caught_take(void);

#endif /* SM_CAUGHT_H */
