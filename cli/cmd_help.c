/*
 * cmd_help.c
 *		Help from the command table: all commands, one command, the file format.
 *		The manual page is manpage.c's.
 */
#include "postgres_fe.h"

#include "command.h"
#include "error.h"
#include "help.h"
#include "output.h"

#define LEFT_WIDTH 28

/* "  -d, --conninfo CONNINFO" */
static char *
option_left(const SmOptionSpec *spec)
{
	char *text = spec->letter != 0 ? psprintf("  -%c, --%s", spec->letter, spec->name)
	                               : psprintf("      --%s", spec->name);

	return spec->argument == NULL ? text : psprintf("%s %s", text, spec->argument);
}

static void
print_row(const char *left, const char *right)
{
	if (strlen(left) < LEFT_WIDTH)
		printf("%-*s%s\n", LEFT_WIDTH, left, right);
	else
		printf("%s\n%*s%s\n", left, LEFT_WIDTH, "", right);
}

static void
print_options(const char *title, const SmOptionSpec *specs)
{
	if (specs == NULL || specs->name == NULL)
		return;
	printf("\n%s:\n", title);
	for (const SmOptionSpec *spec = specs; spec->name != NULL; spec++)
		print_row(option_left(spec), spec->choices == NULL
		                                 ? spec->help
		                                 : psprintf("%s: %s", spec->choices, spec->help));
}

static void
print_examples(const SmExample *examples)
{
	if (examples == NULL)
		return;
	printf("Examples:\n");
	for (; examples->command != NULL; examples++)
		printf("  %s\n      %s\n", examples->command, examples->explanation);
	printf("\n");
}

/* A paragraph, broken at 79 columns. */
static void
print_paragraph(const char *text)
{
	int column = 0;

	while (*text != '\0')
	{
		int length = strcspn(text, " ");

		if (column > 0 && column + 1 + length > 79)
		{
			printf("\n");
			column = 0;
		}
		column += printf("%s%.*s", column > 0 ? " " : "", length, text);
		text += length;
		text += strspn(text, " ");
	}
	printf("\n");
}

static void
print_command(const SmCommand *command)
{
	print_examples(command->examples);
	printf("Usage: summit-migrate [GLOBAL OPTIONS] %s%s%s%s\n\n", command->name,
	       command->options == NULL ? "" : " [OPTIONS]", command->arguments == NULL ? "" : " ",
	       command->arguments == NULL ? "" : command->arguments);
	print_paragraph(command->description);
	print_options("Options", command->options);
	print_options("Global options", sm_options_global);
	if (command->next != NULL)
		printf("\nNext: %s\n", command->next);
}

static void
print_all(void)
{
	const char *group = "";

	printf("summit-migrate runs schema migrations and keeps their state inside the database.\n\n"
	       "Examples:\n"
	       "  summit-migrate init                         set up a project and its database\n"
	       "  summit-migrate create add_email_to_users    write a migration file\n"
	       "  summit-migrate plan                         see what would run\n"
	       "  summit-migrate apply                        run it\n\n"
	       "Usage: summit-migrate [GLOBAL OPTIONS] COMMAND [OPTIONS]\n");
	for (const SmCommand *command = sm_commands; command->name != NULL; command++)
	{
		if (command->handler == NULL)
			continue;
		if (strcmp(group, command->group) != 0)
			printf("\n%s:\n", command->group);
		group = command->group;
		print_row(psprintf("  %s", command->name), command->summary);
	}
	print_options("Global options", sm_options_global);
	printf(
	    "\nNext: summit-migrate help COMMAND, or summit-migrate help file for the file format.\n");
}

/* The table as JSON: for tools that make their own completion or documentation. */
static cJSON *
options_json(const SmOptionSpec *specs)
{
	cJSON *list = cJSON_CreateArray();

	for (; specs != NULL && specs->name != NULL; specs++)
	{
		cJSON *option = cJSON_CreateObject();
		char letter[2] = {specs->letter, '\0'};

		cJSON_AddStringToObject(option, "name", specs->name);
		sm_output_add_text(option, "letter", specs->letter == 0 ? NULL : letter);
		sm_output_add_text(option, "argument", specs->argument);
		sm_output_add_text(option, "choices", specs->choices);
		cJSON_AddStringToObject(option, "help", specs->help);
		cJSON_AddItemToArray(list, option);
	}
	return list;
}

static cJSON *
command_json(const SmCommand *command)
{
	cJSON *object = cJSON_CreateObject();

	cJSON_AddStringToObject(object, "name", command->name);
	cJSON_AddStringToObject(object, "group", command->group);
	cJSON_AddStringToObject(object, "summary", command->summary);
	cJSON_AddStringToObject(object, "arguments",
	                        command->arguments == NULL ? "" : command->arguments);
	cJSON_AddStringToObject(object, "description", command->description);
	cJSON_AddItemToObject(object, "options", options_json(command->options));
	return object;
}

static void
print_json(const SmCommand *only)
{
	cJSON *document = cJSON_CreateObject();
	cJSON *list = cJSON_AddArrayToObject(document, "commands");

	for (const SmCommand *command = sm_commands; command->name != NULL; command++)
		if (command->handler != NULL && (only == NULL || only == command))
			cJSON_AddItemToArray(list, command_json(command));
	cJSON_AddItemToObject(document, "global_options", options_json(sm_options_global));
	sm_output_json(document);
}

/* A text that is no part of the command table; with --json a field. */
static void
print_text(const char *topic, void (*print)(void))
{
	cJSON *document;
	char *text;

	if (!sm_output_is_json())
	{
		print();
		return;
	}
	sm_output_capture();
	print();
	text = sm_output_captured();
	document = cJSON_CreateObject();
	sm_output_add_text(document, "topic", topic);
	sm_output_add_text(document, "text", text);
	sm_output_json(document);
	free(text);
}

int
sm_cmd_help(SmContext *context)
{
	const char *topic = context->options.nargs > 0 ? context->options.args[0] : NULL;
	const SmCommand *command = topic == NULL ? NULL : sm_command_find(topic);
	const char *nearest;

	if (context->options.man)
		print_text("man", sm_help_print_man);
	else if (topic != NULL && strcmp(topic, "file") == 0)
		print_text("file", sm_help_print_file);
	else if (topic != NULL && command == NULL)
	{
		nearest = sm_command_suggest(topic);
		sm_error_fail(SM_EXIT_USAGE,
		              nearest == NULL ? "summit-migrate help lists the commands."
		                              : psprintf("Did you mean summit-migrate help %s?", nearest),
		              "there is no help for \"%s\"", topic);
	}
	else if (sm_output_is_json())
		print_json(command);
	else if (command != NULL)
		print_command(command);
	else
		print_all();
	return SM_EXIT_DONE;
}
