/*
 * scratch_server.c
 *		Starts and ends a scratch server: finds its programs and its user, makes
 *		its data folder from the cached template, forks its guardian.  What the
 *		guardian does is in scratch_guardian.c.
 */
#include "postgres_fe.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libpq-fe.h"

#include "error.h"
#include "interrupt.h"
#include "output.h"
#include "scratch_files.h"
#include "scratch_guardian.h"
#include "scratch_server.h"

/* The user that runs servers for root: no cluster is his, and no file. */
#define SCRATCH_USER "summit-migrate"

#define START_SECONDS 30
#define DEBIAN_SERVERS "/usr/lib/postgresql"

static bool
has_server(const char *bindir)
{
	char *postgres = psprintf("%s/postgres", bindir);
	char *initdb = psprintf("%s/initdb", bindir);
	bool there = access(postgres, X_OK) == 0 && access(initdb, X_OK) == 0;

	pfree(postgres);
	pfree(initdb);
	return there;
}

static char *
bindir_in_path(void)
{
	char *path = pg_strdup(getenv("PATH") == NULL ? "" : getenv("PATH"));
	char *rest = path;
	char *bindir;
	char *found = NULL;

	while (found == NULL && (bindir = strsep(&rest, ":")) != NULL)
		if (bindir[0] == '/' && has_server(bindir))
			found = pg_strdup(bindir);
	pfree(path);
	return found;
}

static char *
newest_debian_bindir(void)
{
	for (int major = 18; major >= 15; major--)
	{
		char *bindir = psprintf(DEBIAN_SERVERS "/%d/bin", major);

		if (has_server(bindir))
			return bindir;
		pfree(bindir);
	}
	return NULL;
}

char *
sm_scratch_server_bindir(void)
{
	char *bindir;

	/* the server that the program was built for, then whatever is there */
	if (has_server(SM_SERVER_BINDIR))
		return pg_strdup(SM_SERVER_BINDIR);
	bindir = bindir_in_path();
	if (bindir == NULL)
		bindir = newest_debian_bindir();
	if (bindir == NULL)
		sm_error_fail(SM_EXIT_FAILED,
		              "Install a server (Debian: postgresql), or put its bin folder into PATH.",
		              "no PostgreSQL server found for a scratch server: looked in %s, PATH "
		              "and " DEBIAN_SERVERS,
		              SM_SERVER_BINDIR);
	return bindir;
}

/* Runs a program to its end; its exit status, or -1 when it could not be run. */
static int
run(SmScratchUser user, const char *folder, int log, char *const argv[])
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
	{
		dup2(log, STDOUT_FILENO);
		dup2(log, STDERR_FILENO);
		signal(SIGPIPE, SIG_DFL);
		if (!sm_scratch_server_become(user) || chdir(folder) != 0)
			_exit(127);
		/* a change of user would have undone it */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execvp(argv[0], argv);
		_exit(127);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static bool
make_user(void)
{
	SmScratchUser self = {0, 0};
	char *argv[] = {
	    "useradd",      "--system", "--user-group",      "--no-create-home", "--home-dir",
	    "/nonexistent", "--shell",  "/usr/sbin/nologin", SCRATCH_USER,       NULL};
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	int status = run(self, "/", null, argv);

	close(null);
	return status == 0;
}

SmScratchUser
sm_scratch_server_user(void)
{
	SmScratchUser user = {geteuid(), getegid()};
	struct passwd *entry;

	if (user.uid != 0)
		return user;
	entry = getpwnam(SCRATCH_USER);
	if (entry == NULL)
	{
		bool made = make_user();

		entry = getpwnam(SCRATCH_USER);
		if (entry == NULL)
			sm_error_fail(SM_EXIT_FAILED, "Make it: useradd --system --user-group " SCRATCH_USER,
			              "a scratch server does not run as root, and the user " SCRATCH_USER
			              " is missing and could not be made");
		if (made)
			sm_output_note("made the system user %s, which runs root's scratch servers",
			               SCRATCH_USER);
	}
	user.uid = entry->pw_uid;
	user.gid = entry->pw_gid;
	return user;
}

bool
sm_scratch_server_become(SmScratchUser user)
{
	if (geteuid() == user.uid)
		return true;

	/* what runs there may be anybody's code: root's environment is not for it */
	return clearenv() == 0 && setenv("PATH", "/usr/local/bin:/usr/bin:/bin", 1) == 0 &&
	       setgroups(1, &user.gid) == 0 && setgid(user.gid) == 0 && setuid(user.uid) == 0;
}

/* The last lines that the server or initdb wrote, for an error. */
static char *
log_tail(int log)
{
	char text[1024];
	off_t end = lseek(log, 0, SEEK_END);
	off_t start = end > (off_t) sizeof(text) - 1 ? end - (off_t) sizeof(text) + 1 : 0;
	ssize_t length = pread(log, text, sizeof(text) - 1, start);

	while (length > 0 && text[length - 1] == '\n')
		length--;
	text[Max(length, 0)] = '\0';
	return pg_strdup(text);
}

static void
fail_with_log(const char *what, int log)
{
	SmError error = {.what = what, .code = SM_EXIT_FAILED};

	error.why = log_tail(log);
	sm_error_exit(&error);
}

static void
run_initdb(const SmScratchServer *server, const char *bindir, SmScratchUser user, int log)
{
	char *data = psprintf("%s/data", server->folder);
	char *initdb = psprintf("%s/initdb", bindir);
	char *argv[] = {initdb,
	                "-D",
	                data,
	                "-U",
	                "postgres",
	                "--auth=trust",
	                "--no-sync",
	                "--no-locale",
	                "--encoding=UTF8",
	                "--wal-segsize=1",
	                "--no-instructions",
	                NULL};

	if (chown(server->folder, user.uid, user.gid) != 0 || run(user, server->folder, log, argv) != 0)
		fail_with_log("initdb failed for the scratch server", log);
	pfree(data);
	pfree(initdb);
}

/* What tells templates apart: the server's version, and where it is installed. */
static char *
template_key(const char *bindir)
{
	char *command = psprintf("\"%s/postgres\" --version", bindir);
	FILE *pipe = popen(command, "re");
	char version[64] = "";
	unsigned int hash = 2166136261u;

	if (pipe == NULL || fscanf(pipe, "postgres (PostgreSQL) %63[0-9.a-z]", version) != 1)
		sm_error_fail(SM_EXIT_FAILED, NULL, "%s/postgres does not tell its version", bindir);
	pclose(pipe);
	pfree(command);
	/* FNV-1a: two installations of one version do not share a template */
	for (const char *c = bindir; *c != '\0'; c++)
		hash = (hash ^ (unsigned char) *c) * 16777619u;
	return psprintf("%s-%08x", version, hash);
}

/* Fills server->folder/data, from the template when there is one, and gives all to the user. */
static void
make_data(const SmScratchServer *server, const char *bindir, SmScratchUser user, int log)
{
	char *data = psprintf("%s/data", server->folder);
	char *key = template_key(bindir);
	char *template = sm_scratch_files_template(key);

	if (template != NULL && access(template, R_OK) == 0 &&
	    sm_scratch_files_copy(template, data, user.uid, user.gid))
	{
		if (chown(server->folder, user.uid, user.gid) != 0)
			sm_error_fail(SM_EXIT_FAILED, NULL, "could not give %s to its user: %m",
			              server->folder);
	}
	else
	{
		sm_scratch_files_remove(data);
		sm_output_note("making the template of scratch servers (once)");
		run_initdb(server, bindir, user, log);
		if (template != NULL)
			sm_scratch_files_save(data, template);
	}
	pfree(data);
	pfree(key);
}

static void
wait_until_ready(SmScratchServer *server, int log)
{
	for (int i = 0; i < START_SECONDS * 200; i++)
	{
		if (PQping(server->conninfo) == PQPING_OK)
			return;
		if (waitpid(server->guardian, NULL, WNOHANG) != 0)
		{
			server->guardian = 0;
			fail_with_log("the scratch server did not start", log);
		}
		if (!sm_interrupt_sleep(5))
			exit(sm_interrupt_code());
	}
	fail_with_log("the scratch server does not answer", log);
}

static int
open_in_folder(const char *folder, const char *name)
{
	char *path = psprintf("%s/%s", folder, name);
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	pfree(path);
	return fd;
}

void
sm_scratch_server_start(SmScratchServer *server, const char *bindir, SmScratchUser user)
{
	int lock = sm_scratch_files_lock(server->folder, true);
	int log = open_in_folder(server->folder, "log");
	int life[2];

	if (lock < 0 || log < 0 || fchown(lock, user.uid, user.gid) != 0 ||
	    fchown(log, user.uid, user.gid) != 0 || pipe2(life, O_CLOEXEC) != 0)
		sm_error_fail(SM_EXIT_FAILED, NULL, "could not make a file in %s: %m", server->folder);
	make_data(server, bindir, user, log);
	server->conninfo =
	    psprintf("postgresql:///postgres?host=%s&port=5432&user=postgres", server->folder);
	server->guardian = fork();
	if (server->guardian == 0)
		sm_scratch_guardian_run(server->folder, bindir, user, life[0], lock, log);
	close(life[0]);
	close(lock);
	server->life = life[1];
	if (server->guardian < 0)
	{
		server->guardian = 0;
		sm_error_fail(SM_EXIT_FAILED, NULL, "could not start a process: %m");
	}
	wait_until_ready(server, log);
	close(log);
}

void
sm_scratch_server_keep(SmScratchServer *server)
{
	char word = SM_SCRATCH_KEEP;

	SmScratchOwner owner;

	if (write(server->life, &word, 1) != 1)
		sm_error_fail(SM_EXIT_FAILED, NULL, "the guardian of the scratch server is gone");
	while (!(sm_scratch_files_owner(server->folder, &owner) && owner.kept))
		if (!sm_interrupt_sleep(2))
			exit(sm_interrupt_code());
	server->guardian = 0;
}

void
sm_scratch_server_stop(SmScratchServer *server)
{
	if (server->guardian == 0)
		sm_scratch_files_remove(server->folder);
	else
	{
		close(server->life);
		while (waitpid(server->guardian, NULL, 0) < 0 && errno == EINTR)
			;
		server->guardian = 0;
	}
}
