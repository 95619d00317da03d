/*
 * scratch_guardian.h
 *		The process between the program and its scratch server.
 */
#ifndef SM_SCRATCH_GUARDIAN_H
#define SM_SCRATCH_GUARDIAN_H

#include "scratch_server.h"

/* What is written to the pipe to let the server outlive the program. */
#define SM_SCRATCH_KEEP 'k'

/*
 * In a new child of the program: becomes the guardian of a server in folder.
 * life is the reading end of the program's pipe, lock the owner file, log what
 * the server writes to.  Does not return.
 */
extern _Noreturn void sm_scratch_guardian_run(const char *folder, const char *bindir,
                                              SmScratchUser user, int life, int lock, int log);

#endif /* SM_SCRATCH_GUARDIAN_H */
