/*
 * scratch_server.h
 *		The processes of a scratch server: the server, and the guardian that is
 *		its parent, ends it and removes its folder.  What is in the database
 *		belongs to scratch.h.
 */
#ifndef SM_SCRATCH_SERVER_H
#define SM_SCRATCH_SERVER_H

#include <sys/types.h>

/* Who runs servers for this user. */
typedef struct SmScratchUser
{
	uid_t uid;
	gid_t gid;
} SmScratchUser;

/* A server that is under way. */
typedef struct SmScratchServer
{
	char *folder; /* holds data, log, owner, and the socket */
	char *conninfo;
	pid_t guardian; /* 0 before there is one */
	int life;       /* the guardian ends when this end of a pipe closes */
} SmScratchServer;

/* The folder of the server's programs; exits with SM_EXIT_FAILED where there is none. */
extern char *sm_scratch_server_bindir(void);

/*
 * This user; for root one of his own, which is made when it is missing.  Exits
 * with SM_EXIT_FAILED when that cannot be.
 */
extern SmScratchUser sm_scratch_server_user(void);

/* Gives up root for good; true without it.  False when that cannot be. */
extern bool sm_scratch_server_become(SmScratchUser user);

/*
 * Starts the server in server->folder, which must be there and empty, and
 * waits until it answers.  Exits when it does not, or on a signal.
 */
extern void sm_scratch_server_start(SmScratchServer *server, const char *bindir,
                                    SmScratchUser user);

/* From now on the server lives until the guardian is told to end (SIGTERM). */
extern void sm_scratch_server_keep(SmScratchServer *server);

/* Ends it and waits until its folder is gone. */
extern void sm_scratch_server_stop(SmScratchServer *server);

#endif /* SM_SCRATCH_SERVER_H */
