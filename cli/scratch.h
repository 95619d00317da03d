/*
 * scratch.h
 *		The scratch server: a private PostgreSQL with the extension in it, that
 *		lives as long as the command.
 */
#ifndef SM_SCRATCH_H
#define SM_SCRATCH_H

#include "command.h"

/*
 * Starts a scratch server with the extension in it and returns how to connect
 * to it.  It is removed when the program ends, in whatever way.  One a
 * program.  Exits where it cannot be started.  Warns where the server that
 * config names differs from it.
 */
extern const char *sm_scratch_start(const SmConfig *config);

/* Its folder, which holds the socket; NULL without one. */
extern const char *sm_scratch_folder(void);

/* Lets it outlive the program, until sm_scratch_end(). */
extern void sm_scratch_keep(void);

/* Removes it now. */
extern void sm_scratch_stop(void);

/*
 * Ends the servers that "scratch start" left running for this user, or the one
 * in the folder alone; returns how many.
 */
extern int sm_scratch_end(const char *folder);

/*
 * --scratch before a command: starts a scratch server with the extension in
 * it and what is applied on the configured server, where one answers, sets context->config.conninfo to it, and removes it when the program
 * ends.  Exits where that cannot be.
 */
extern void sm_scratch_attach(SmContext *context);

#endif /* SM_SCRATCH_H */
