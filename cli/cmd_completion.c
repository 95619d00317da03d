/*
 * cmd_completion.c
 *		Completion scripts for bash, zsh and fish, written from the command
 *		table.
 */
#include "postgres_fe.h"

#include "command.h"
#include "error.h"
#include "output.h"

/* The command after one (NULL: the first), NULL after the last. */
static const SmCommand *
next_command(const SmCommand *command)
{
	command = command == NULL ? sm_commands : command + 1;
	while (command->name != NULL && command->handler == NULL)
		command++;
	return command->name == NULL ? NULL : command;
}

/* A text between single quotes of a shell; brackets and colons escaped for zsh. */
static void
print_quoted(const char *text, const char *escape_too)
{
	putchar('\'');
	for (; *text != '\0'; text++)
	{
		if (*text == '\'')
			fputs("'\\''", stdout);
		else if (strchr(escape_too, *text) != NULL)
			printf("\\%c", *text);
		else
			putchar(*text);
	}
	putchar('\'');
}

/* "a|b|c" with spaces instead of bars. */
static char *
words(const char *choices)
{
	char *copy = pg_strdup(choices);

	for (char *c = copy; *c != '\0'; c++)
		if (*c == '|')
			*c = ' ';
	return copy;
}

/* The words that a command takes as arguments, where there are few. */
static char *
argument_words(const SmCommand *command)
{
	char *list = pg_strdup("file");

	if (command->words != NULL)
		return words(command->words);
	if (strcmp(command->name, "help") != 0)
		return pg_strdup("");
	for (const SmCommand *other = next_command(NULL); other != NULL; other = next_command(other))
		list = psprintf("%s %s", list, other->name);
	return list;
}

static void
bash_options(const SmOptionSpec *specs)
{
	for (; specs != NULL && specs->name != NULL; specs++)
		printf(" --%s", specs->name);
}

static void
bash_choices(const SmCommand *command)
{
	for (const SmOptionSpec *spec = command->options; spec != NULL && spec->name != NULL; spec++)
		if (spec->choices != NULL)
			printf("\t\t'%s --%s') words='%s' ;;\n", command->name, spec->name,
			       words(spec->choices));
		else if (spec->argument != NULL)
			printf("\t\t'%s --%s') return ;;\n", command->name, spec->name);
}

static void
print_bash(void)
{
	printf("# bash completion for summit-migrate\n"
	       "_summit_migrate() {\n"
	       "\tlocal current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
	       "\tlocal command= words= i\n"
	       "\tCOMPREPLY=()\n"
	       "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	       "\t\tcase ${COMP_WORDS[i]} in\n\t\t\t");
	for (const SmCommand *command = next_command(NULL); command != NULL;
	     command = next_command(command))
		printf("%s%s", command == next_command(NULL) ? "" : "|", command->name);
	printf(") command=${COMP_WORDS[i]}; break ;;\n\t\tesac\n\tdone\n"
	       "\tcase $previous in\n"
	       "\t\t--config) COMPREPLY=($(compgen -f -- \"$current\")); return ;;\n"
	       "\t\t--dir) COMPREPLY=($(compgen -d -- \"$current\")); return ;;\n"
	       "\t\t--env | -e | --conninfo | -d | --connect-wait) return ;;\n"
	       "\tesac\n"
	       "\tcase \"$command $previous\" in\n");
	for (const SmCommand *command = next_command(NULL); command != NULL;
	     command = next_command(command))
		bash_choices(command);
	printf("\t\t*)\n\t\t\tcase $command in\n\t\t\t\t'') words='");
	for (const SmCommand *command = next_command(NULL); command != NULL;
	     command = next_command(command))
		printf("%s ", command->name);
	printf("' ;;\n");
	for (const SmCommand *command = next_command(NULL); command != NULL;
	     command = next_command(command))
	{
		printf("\t\t\t\t%s) words='%s", command->name, argument_words(command));
		bash_options(command->options);
		printf("' ;;\n");
	}
	printf("\t\t\tesac\n\t\t\twords=\"$words");
	bash_options(sm_options_global);
	printf("\"\n\t\t\t;;\n\tesac\n"
	       "\tCOMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
	       "}\n"
	       "complete -F _summit_migrate summit-migrate\n");
}

static void
zsh_options(const SmOptionSpec *specs)
{
	for (; specs != NULL && specs->name != NULL; specs++)
	{
		printf(" \\\n\t\t\t\t--%s%s\"[\"", specs->name, specs->argument == NULL ? "" : "=");
		print_quoted(specs->help, "[]:");
		printf("\"]\"");
		if (specs->choices != NULL)
			printf(":%s:'(%s)'", specs->argument, words(specs->choices));
		else if (specs->argument != NULL)
			printf(":%s:%s", specs->argument,
			       strcmp(specs->name, "config") == 0 || strcmp(specs->name, "dir") == 0 ? "_files"
			                                                                             : "' '");
	}
}

static void
print_zsh(void)
{
	printf("#compdef summit-migrate\n"
	       "# zsh completion for summit-migrate\n"
	       "_summit_migrate() {\n"
	       "\tlocal context state line\n"
	       "\ttypeset -A opt_args\n"
	       "\t_arguments -C");
	zsh_options(sm_options_global);
	printf(" \\\n\t\t\t\t'1: :->command' '*:: :->arguments'\n"
	       "\tcase $state in\n"
	       "\t\tcommand)\n"
	       "\t\t\tlocal -a commands\n"
	       "\t\t\tcommands=(\n");
	for (const SmCommand *command = next_command(NULL); command != NULL;
	     command = next_command(command))
	{
		printf("\t\t\t\t%s:", command->name);
		print_quoted(command->summary, ":");
		printf("\n");
	}
	printf("\t\t\t)\n"
	       "\t\t\t_describe command commands\n"
	       "\t\t\t;;\n"
	       "\t\targuments)\n"
	       "\t\t\tcase $line[1] in\n");
	for (const SmCommand *command = next_command(NULL); command != NULL;
	     command = next_command(command))
	{
		char *list = argument_words(command);

		printf("\t\t\t%s) _arguments", command->name);
		zsh_options(command->options);
		zsh_options(sm_options_global);
		if (list[0] != '\0')
			printf(" \\\n\t\t\t\t'*:word:(%s)'", list);
		printf("\n\t\t\t\t;;\n");
	}
	printf("\t\t\tesac\n\t\t\t;;\n\tesac\n}\n"
	       "if [ \"$funcstack[1]\" = _summit-migrate ]; then\n"
	       "\t_summit_migrate \"$@\"\n"
	       "else\n"
	       "\tcompdef _summit_migrate summit-migrate\n"
	       "fi\n");
}

static void
fish_options(const char *condition, const SmOptionSpec *specs)
{
	for (; specs != NULL && specs->name != NULL; specs++)
	{
		printf("complete -c summit-migrate%s -l %s", condition, specs->name);
		if (specs->letter != 0)
			printf(" -s %c", specs->letter);
		if (specs->choices != NULL)
			printf(" -x -a '%s'", words(specs->choices));
		else if (specs->argument != NULL)
			printf(strcmp(specs->name, "config") == 0 || strcmp(specs->name, "dir") == 0 ? " -r -F"
			                                                                             : " -x");
		printf(" -d ");
		print_quoted(specs->help, "\\");
		printf("\n");
	}
}

static void
print_fish(void)
{
	printf("# fish completion for summit-migrate\n"
	       "complete -c summit-migrate -f\n");
	for (const SmCommand *command = next_command(NULL); command != NULL;
	     command = next_command(command))
	{
		printf("complete -c summit-migrate -n __fish_use_subcommand -a %s -d ", command->name);
		print_quoted(command->summary, "\\");
		printf("\n");
	}
	for (const SmCommand *command = next_command(NULL); command != NULL;
	     command = next_command(command))
	{
		char *condition = psprintf(" -n '__fish_seen_subcommand_from %s'", command->name);
		char *list = argument_words(command);

		if (list[0] != '\0')
			printf("complete -c summit-migrate%s -a '%s'\n", condition, list);
		fish_options(condition, command->options);
	}
	fish_options("", sm_options_global);
}

static void
print_script(const char *shell)
{
	if (strcmp(shell, "bash") == 0)
		print_bash();
	else if (strcmp(shell, "zsh") == 0)
		print_zsh();
	else if (strcmp(shell, "fish") == 0)
		print_fish();
	else
		sm_error_fail(SM_EXIT_USAGE, "It knows bash, zsh and fish.",
		              "there is no completion for \"%s\"", shell);
}

int
sm_cmd_completion(SmContext *context)
{
	const char *shell = context->options.args[0];
	cJSON *document;
	char *script;

	if (!sm_output_is_json())
	{
		print_script(shell);
		return SM_EXIT_DONE;
	}
	sm_output_capture();
	print_script(shell);
	script = sm_output_captured();
	document = cJSON_CreateObject();
	sm_output_add_text(document, "shell", shell);
	sm_output_add_text(document, "script", script);
	sm_output_json(document);
	free(script);
	return SM_EXIT_DONE;
}
