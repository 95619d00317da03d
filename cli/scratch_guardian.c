/*
 * scratch_guardian.c
 *		The guardian: parent of the scratch server, child of the program.  It
 *		ends the server and removes its folder as soon as the program is gone,
 *		in whatever way, because the pipe between them closes then.  It is in a
 *		session of its own, so that a terminal's signals do not reach it; should
 *		it be killed itself, the kernel tells the server (PR_SET_PDEATHSIG) and
 *		the next sweep removes the folder.
 */
#include "postgres_fe.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scratch_files.h"
#include "scratch_guardian.h"

/* How long the server may take to end before it is killed. */
#define STOP_SECONDS 5

/* Leaves only the descriptors that the guardian needs, as CLOEXEC ones. */
static void
close_others(int life, int lock, int log)
{
	int null = open("/dev/null", O_RDWR);

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		dup2(null, fd);
	for (int fd = STDERR_FILENO + 1; fd < sysconf(_SC_OPEN_MAX) && fd < 1024; fd++)
		if (fd != life && fd != lock && fd != log)
			close(fd);
}

/* SIGTERM and SIGCHLD are read from a descriptor; nothing else is heard. */
static int
listen_for_signals(void)
{
	sigset_t heard;
	sigset_t blocked;

	sigemptyset(&heard);
	sigaddset(&heard, SIGTERM);
	sigaddset(&heard, SIGCHLD);
	signal(SIGTERM, SIG_DFL);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	blocked = heard;
	sigprocmask(SIG_SETMASK, &blocked, NULL);
	return signalfd(-1, &heard, SFD_CLOEXEC);
}

static void
become_server(const char *folder, const char *bindir, pid_t guardian, int log)
{
	char *program = psprintf("%s/postgres", bindir);
	char *data = psprintf("%s/data", folder);
	char *sockets = psprintf("unix_socket_directories=%s", folder);
	sigset_t none;

	/* immediate shutdown when the guardian dies; it may have died already */
	prctl(PR_SET_PDEATHSIG, SIGQUIT);
	if (getppid() != guardian)
		_exit(1);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGINT, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	dup2(log, STDOUT_FILENO);
	dup2(log, STDERR_FILENO);

	/* shared memory by files in the folder: nothing is left outside of it */
	execl(program, program, "-D", data, "-F", "-c", "listen_addresses=", "-c", sockets, "-c",
	      "unix_socket_permissions=0700", "-c", "full_page_writes=off", "-c",
	      "dynamic_shared_memory_type=mmap", "-c", "logging_collector=off", (char *) NULL);
	_exit(1);
}

/* Returns when the server is to be ended, or has ended (true). */
static bool
watch(pid_t postmaster, int life, int signals, int lock)
{
	struct pollfd fds[2] = {{.fd = life, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
	struct signalfd_siginfo info;
	char word;

	for (;;)
	{
		if (poll(fds, 2, -1) < 0)
			continue;
		if (fds[0].revents != 0)
		{
			if (read(life, &word, 1) != 1 || word != SM_SCRATCH_KEEP)
				return false;
			sm_scratch_files_own(lock, true);
			fds[0].fd = -1;
		}
		if (fds[1].revents != 0 && read(signals, &info, sizeof(info)) == sizeof(info))
		{
			if (info.ssi_signo == SIGTERM)
				return false;
			if (waitpid(postmaster, NULL, WNOHANG) == postmaster)
				return true;
		}
	}
}

static void
end_server(pid_t postmaster)
{
	/* what it would write for a clean end is thrown away anyhow */
	kill(postmaster, SIGQUIT);
	for (int i = 0; i < STOP_SECONDS * 500; i++)
	{
		if (waitpid(postmaster, NULL, WNOHANG) != 0)
			return;
		pg_usleep(2000);
	}
	kill(postmaster, SIGKILL);
	waitpid(postmaster, NULL, 0);
}

void
sm_scratch_guardian_run(const char *folder, const char *bindir, SmScratchUser user, int life,
                        int lock, int log)
{
	pid_t guardian = getpid();
	pid_t postmaster;
	int signals;

	setsid();
	close_others(life, lock, log);
	signals = listen_for_signals();
	if (signals < 0 || chdir(folder) != 0 || !sm_scratch_server_become(user))
		_exit(1);
	sm_scratch_files_own(lock, false);
	postmaster = fork();
	if (postmaster == 0)
		become_server(folder, bindir, guardian, log);
	if (postmaster > 0 && !watch(postmaster, life, signals, lock))
		end_server(postmaster);

	/* out of the folder, then away with it */
	(void) chdir("/");
	sm_scratch_files_remove(folder);
	_exit(0);
}
