/*
 * scratch.h
 *		The scratch server: a private PostgreSQL that lives as long as the
 *		command.
 */
#ifndef SM_SCRATCH_H
#define SM_SCRATCH_H

#include "command.h"

/*
 * --scratch before a command: starts a scratch server with the extension in
 * it, sets context->config.conninfo to it, and removes it when the program
 * ends.  Exits where that cannot be.
 */
extern void sm_scratch_attach(SmContext *context);

#endif /* SM_SCRATCH_H */
