/*
 * manpage.c
 *		The manual page, written from the command table.
 */
#include "postgres_fe.h"

#include "command.h"
#include "help.h"
#include "version.h"

/* Text with what troff would take for its own made harmless. */
static void
print_text(const char *text)
{
	if (*text == '.' || *text == '\'')
		fputs("\\&", stdout);
	for (; *text != '\0'; text++)
	{
		if (*text == '\\')
			fputs("\\e", stdout);
		else if (*text == '-')
			fputs("\\-", stdout);
		else
			putchar(*text);
	}
}

static void
print_options(const SmOptionSpec *specs)
{
	for (; specs != NULL && specs->name != NULL; specs++)
	{
		printf(".TP\n\\fB");
		if (specs->letter != 0)
			printf("\\-%c\\fR, \\fB", specs->letter);
		printf("\\-\\-");
		print_text(specs->name);
		printf("\\fR");
		if (specs->argument != NULL)
			printf(" \\fI%s\\fR", specs->argument);
		putchar('\n');
		print_text(specs->help);
		if (specs->choices != NULL)
			printf(" (%s)", specs->choices);
		putchar('\n');
	}
}

static void
print_command(const SmCommand *command)
{
	printf(".SS \"%s%s%s\"\n", command->name, command->arguments == NULL ? "" : " ",
	       command->arguments == NULL ? "" : command->arguments);
	print_text(command->description);
	putchar('\n');
	print_options(command->options);
	for (const SmExample *example = command->examples; example != NULL && example->command != NULL;
	     example++)
	{
		printf(".PP\n.EX\n");
		print_text(example->command);
		printf("\n.EE\n");
		print_text(example->explanation);
		putchar('\n');
	}
}

static void
print_exit_codes(void)
{
	static const char *const codes[][2] = {
	    {"0", "done"},
	    {"1", "failed"},
	    {"2", "usage, configuration or a bad migration file"},
	    {"3", "findings"},
	    {"4", "something is pending (with \\-\\-check)"},
	    {"5", "the lock is held by another runner"},
	    {"6", "policy, approval or a gate refuses"},
	    {"7", "no connection, wrong server or environment, or a pooler in between"},
	    {"8", "the outcome is unknown: run repair"},
	    {"130, 143", "interrupted by SIGINT, SIGTERM"}};

	printf(".SH EXIT STATUS\n");
	for (size_t i = 0; i < lengthof(codes); i++)
		printf(".TP\n.B %s\n%s\n", codes[i][0], codes[i][1]);
}

void
sm_help_print_man(void)
{
	printf(".TH SUMMIT\\-MIGRATE 1 \"\" \"summit\\-migrate %s\" \"User Commands\"\n",
	       SM_PROGRAM_VERSION);
	printf(".SH NAME\nsummit\\-migrate \\- run schema migrations and keep their state inside the "
	       "database\n");
	printf(".SH SYNOPSIS\n.B summit\\-migrate\n[\\fIGLOBAL OPTIONS\\fR] \\fICOMMAND\\fR "
	       "[\\fIOPTIONS\\fR]\n");
	printf(".SH COMMANDS\n");
	for (const SmCommand *command = sm_commands; command->name != NULL; command++)
		if (command->handler != NULL)
			print_command(command);
	printf(".SH GLOBAL OPTIONS\n");
	print_options(sm_options_global);
	print_exit_codes();
	printf(
	    ".SH ENVIRONMENT\n.TP\n.B DATABASE_URL\nthe connection, where \\-\\-conninfo is not given\n"
	    ".TP\n.B SUMMIT_MIGRATE_ENV\nas \\-\\-env; likewise SUMMIT_MIGRATE_ and any key of "
	    "summit\\-migrate.conf in capitals\n.TP\n.B NO_COLOR\nno colours\n"
	    ".PP\nlibpq's own variables, service and password files hold as for psql.\n");
	printf(".SH FILES\n.TP\n.I summit\\-migrate.conf\nconfiguration, looked for from the working "
	       "folder upwards\n");
	printf(".SH SEE ALSO\n.BR psql (1), \\fBsummit\\-migrate help file\\fR\n");
}
