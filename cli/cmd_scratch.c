/*
 * cmd_scratch.c
 *		summit-migrate scratch start, stop, run: a scratch server for other
 *		programs.
 */
#include "postgres_fe.h"

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"
#include "error.h"
#include "interrupt.h"
#include "output.h"
#include "scratch.h"

/* How long a command that was sent SIGTERM may take. */
#define ROUND_MS 100
#define STOP_ROUNDS 100

static int
start(SmContext *context)
{
	const char *conninfo = sm_scratch_start(&context->config);
	const char *folder = sm_scratch_folder();

	if (sm_output_is_json())
	{
		cJSON *document = cJSON_CreateObject();

		cJSON_AddStringToObject(document, "conninfo", conninfo);
		cJSON_AddStringToObject(document, "folder", folder);
		sm_output_json(document);
	}
	else
		sm_output_line("%s", conninfo);
	sm_output_note("next: export DATABASE_URL='%s'\n      summit-migrate scratch stop %s", conninfo,
	               folder);
	sm_scratch_keep();
	return SM_EXIT_DONE;
}

static int
stop(SmContext *context)
{
	const char *folder = context->options.nargs > 1 ? context->options.args[1] : NULL;
	int ended = sm_scratch_end(folder);

	if (folder != NULL && ended == 0)
		sm_error_fail(SM_EXIT_USAGE, "summit-migrate scratch stop, without a folder, ends all.",
		              "no scratch server of yours in %s", folder);
	if (sm_output_is_json())
	{
		cJSON *document = cJSON_CreateObject();

		cJSON_AddNumberToObject(document, "ended", ended);
		sm_output_json(document);
	}
	sm_output_note(ended == 1 ? "ended one scratch server" : "ended %d scratch servers", ended);
	return SM_EXIT_DONE;
}

/* libpq's and our own environment leads to the scratch server and nowhere else. */
static void
become_command(const char *conninfo, const char *folder, char **argv)
{
	static const char *const elsewhere[] = {
	    "PGSERVICE", "PGHOSTADDR", "PGPASSWORD",           "PGPASSFILE",
	    "PGSSLMODE", "PGOPTIONS",  "PGTARGETSESSIONATTRS", "PGREQUIREPEER"};
	int code;

	for (int i = 0; i < (int) lengthof(elsewhere); i++)
		unsetenv(elsewhere[i]);
	setenv("DATABASE_URL", conninfo, 1);
	setenv("PGHOST", folder, 1);
	setenv("PGPORT", "5432", 1);
	setenv("PGUSER", "postgres", 1);
	setenv("PGDATABASE", "postgres", 1);
	signal(SIGPIPE, SIG_DFL);
	execvp(argv[0], argv);
	/* as a shell would say it */
	code = errno == ENOENT ? 127 : 126;
	fprintf(stderr, "summit-migrate: error: could not run %s: %m\n", argv[0]);
	_exit(code);
}

/*
 * Waits for the command.  A signal for us goes on to it; what it makes of
 * SIGINT is its own affair (psql cancels a query), but on SIGTERM it must end.
 */
static int
wait_for_command(pid_t pid)
{
	struct pollfd end = {.fd = syscall(SYS_pidfd_open, pid, 0), .events = POLLIN};
	int rounds_told = 0;
	int status;

	while (waitpid(pid, &status, WNOHANG) == 0)
	{
		bool terminate = sm_interrupt_code() == SM_EXIT_TERMINATE;

		if (sm_interrupt_pending() && rounds_told++ == 0)
			kill(pid, terminate ? SIGTERM : SIGINT);
		if (terminate && rounds_told > STOP_ROUNDS)
			kill(pid, SIGKILL);
		poll(&end, 1, ROUND_MS);
	}
	close(end.fd);
	if (sm_interrupt_code() == SM_EXIT_TERMINATE)
		return SM_EXIT_TERMINATE;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static int
run(SmContext *context)
{
	int nwords = context->options.nargs - 1;
	char **words = context->options.args + 1;
	char **argv;
	const char *conninfo;
	pid_t pid;

	if (nwords > 0 && strcmp(words[0], "--") == 0)
	{
		nwords--;
		words++;
	}
	if (nwords == 0)
		sm_error_fail(SM_EXIT_USAGE, "summit-migrate scratch run psql",
		              "scratch run needs a command");
	argv = pg_malloc0((nwords + 1) * sizeof(char *));
	memcpy(argv, words, nwords * sizeof(char *));
	conninfo = sm_scratch_start(&context->config);
	fflush(NULL);
	pid = fork();
	if (pid < 0)
		sm_error_fail(SM_EXIT_FAILED, NULL, "could not start a process: %m");
	if (pid == 0)
		become_command(conninfo, sm_scratch_folder(), argv);
	return wait_for_command(pid);
}

int
sm_cmd_scratch(SmContext *context)
{
	const char *verb = context->options.args[0];

	if (strcmp(verb, "start") == 0)
		return start(context);
	if (strcmp(verb, "stop") == 0)
		return stop(context);
	if (strcmp(verb, "run") == 0)
		return run(context);
	sm_error_fail(SM_EXIT_USAGE, "summit-migrate help scratch", "scratch does not know \"%s\"",
	              verb);
}
