/*
 * main.c
 *		Finds the command, reads options and configuration, calls the command's
 *		handler.
 */
#include "postgres_fe.h"

#include <signal.h>
#include <unistd.h>

#include "command.h"
#include "conn.h"
#include "error.h"
#include "interrupt.h"
#include "output.h"
#include "scratch.h"
#include "version.h"

/* How results and errors are said, as far as the options read so far tell. */
static void
configure_output(const SmOptions *options)
{
	const char *variable = getenv("NO_COLOR");
	bool plain = options->no_color || (variable != NULL && variable[0] != '\0');

	sm_output_configure(options->json, options->quiet, options->verbose, plain);
	sm_error_configure(options->json, options->quiet, !plain && isatty(STDERR_FILENO));
}

/* --json counts from the first error on, wherever it stands. */
static void
look_for_json(SmOptions *options, int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--json") == 0)
			options->json = true;
}

static const SmCommand *
require_command(const char *name)
{
	const SmCommand *command = sm_command_find(name);
	const char *nearest;

	if (command != NULL)
		return command;
	nearest = sm_command_suggest(name);
	sm_error_fail(SM_EXIT_USAGE,
	              nearest == NULL ? "summit-migrate help lists the commands."
	                              : psprintf("Did you mean summit-migrate %s?", nearest),
	              "unknown command \"%s\"", name);
}

static void
check_arguments(const SmCommand *command, const SmOptions *options)
{
	char *hint = psprintf("summit-migrate help %s", command->name);

	if (options->nargs < command->min_arguments)
		sm_error_fail(SM_EXIT_USAGE, hint, "%s needs an argument: %s", command->name,
		              command->arguments);
	if (command->max_arguments >= 0 && options->nargs > command->max_arguments)
		sm_error_fail(SM_EXIT_USAGE, hint, "%s does not take \"%s\"", command->name,
		              options->args[command->max_arguments]);
}

/* Reads argv up to a command that is ready to run. */
static void
read_arguments(SmContext *context, int argc, char **argv)
{
	SmOptions *options = &context->options;
	int from;

	sm_options_init(options);
	look_for_json(options, argc, argv);
	configure_output(options);
	sm_options_read(options, NULL, NULL, true, argc, argv, 1);
	configure_output(options);
	if (options->version)
	{
		printf("summit-migrate %s\n", SM_PROGRAM_VERSION);
		exit(SM_EXIT_DONE);
	}
	if (options->nargs == 0)
	{
		context->command = sm_command_find("help");
		sm_output_name_command("help");
		return;
	}
	context->command = require_command(options->args[0]);
	from = argc - options->nargs + 1;
	sm_options_read(options, context->command->name, context->command->options,
	                (context->command->flags & SM_COMMAND_REST) != 0, argc, argv, from);
	/* only the words behind "run" are another program's */
	if (context->command->flags & SM_COMMAND_REST && options->nargs > 0 &&
	    strcmp(options->args[0], "run") != 0)
		sm_options_read(options, context->command->name, context->command->options, false, argc,
		                argv, argc - options->nargs);
	configure_output(options);
	sm_output_name_command(context->command->name);
	if (options->help)
	{
		/* "apply --help" is "help apply" */
		options->args = pg_malloc(sizeof(char *));
		options->args[0] = pg_strdup(context->command->name);
		options->nargs = 1;
		context->command = sm_command_find("help");
		sm_output_name_command("help");
	}
	check_arguments(context->command, options);
}

int
main(int argc, char **argv)
{
	SmContext context;
	int code;

	memset(&context, 0, sizeof(context));
	context.program = argv[0];
	signal(SIGPIPE, SIG_IGN);
	read_arguments(&context, argc, argv);
	if ((context.command->flags & SM_COMMAND_BARE) == 0)
	{
		if (context.options.conninfo != NULL)
			sm_conn_refuse_secret("--conninfo", context.options.conninfo);
		sm_config_load(&context.config, &context.options);
		sm_interrupt_install();
		if (context.options.scratch)
			sm_scratch_attach(&context);
	}
	code = context.command->handler(&context);
	if (fflush(stdout) != 0 || ferror(stdout))
		sm_error_fail(SM_EXIT_FAILED, NULL, "could not write to standard output: %m");
	return code;
}
