/*
 * options.c
 *		Reads options by getopt_long, from rows of the command table.
 */
#include "postgres_fe.h"

#include <getopt.h>
#include <limits.h>

#include "fe_utils/string_utils.h"

#include "error.h"
#include "options.h"
#include "suggest.h"

#define MAX_OPTIONS 64
#define FIRST_LONG 1000 /* getopt_long's values: this plus the row's number */

const SmOptionSpec sm_options_global[] = {
    {"config", 0, "FILE", NULL, SM_OPTION_TEXT, offsetof(SmOptions, config),
     "read FILE instead of the summit-migrate.conf found from here upwards"},
    {"env", 'e', "NAME", NULL, SM_OPTION_TEXT, offsetof(SmOptions, env),
     "the environment: its [env \"NAME\"] section, and the name the database must have"},
    {"conninfo", 'd', "CONNINFO", NULL, SM_OPTION_TEXT, offsetof(SmOptions, conninfo),
     "connection string or URI of the control database, without a password"},
    {"dir", 0, "FOLDER", NULL, SM_OPTION_TEXT, offsetof(SmOptions, dir),
     "folder of the migration files (default db/migrations)"},
    {"connect-wait", 0, "TIME", NULL, SM_OPTION_DURATION, offsetof(SmOptions, connect_wait),
     "keep trying so long while the server is starting (default 0)"},
    {"scratch", 0, NULL, NULL, SM_OPTION_FLAG, offsetof(SmOptions, scratch),
     "use a scratch server, started for this command and removed after it, with the applied files "
     "in it"},
    {"json", 0, NULL, NULL, SM_OPTION_FLAG, offsetof(SmOptions, json),
     "results to stdout as JSON, errors to stderr as one JSON object a line"},
    {"quiet", 'q', NULL, NULL, SM_OPTION_FLAG, offsetof(SmOptions, quiet),
     "results and errors only"},
    {"verbose", 'v', NULL, NULL, SM_OPTION_FLAG, offsetof(SmOptions, verbose),
     "say more about what is done"},
    {"no-input", 0, NULL, NULL, SM_OPTION_FLAG, offsetof(SmOptions, no_input),
     "never ask anything"},
    {"no-color", 0, NULL, NULL, SM_OPTION_FLAG, offsetof(SmOptions, no_color),
     "no colours (as the variable NO_COLOR)"},
    {"help", 'h', NULL, NULL, SM_OPTION_FLAG, offsetof(SmOptions, help), "show help"},
    {"version", 'V', NULL, NULL, SM_OPTION_FLAG, offsetof(SmOptions, version),
     "show the program's version"},
    {NULL}};

void
sm_options_init(SmOptions *options)
{
	memset(options, 0, sizeof(*options));
	options->connect_wait = -1;
	options->lock_wait = -1;
	options->lock_timeout = -1;
	options->statement_timeout = -1;
	options->wait = -1;
	options->timeout = -1;
	options->interval = -1;
}

int
sm_options_duration(const char *text)
{
	static const struct
	{
		const char *unit;
		double ms;
	} units[] = {{"", 1000},   {"ms", 1},      {"s", 1000},    {"min", 60000},
	             {"m", 60000}, {"h", 3600000}, {"d", 86400000}};
	char *end;
	double value;

	if (text[0] < '0' || text[0] > '9')
		return -1;
	value = strtod(text, &end);
	while (*end == ' ')
		end++;
	for (size_t i = 0; i < lengthof(units); i++)
		if (strcmp(end, units[i].unit) == 0)
			return value * units[i].ms > INT_MAX ? -1 : (int) (value * units[i].ms);
	return -1;
}

/* Whether value is one of choices, "a|b|c". */
static bool
is_choice(const char *value, const char *choices)
{
	size_t length = strlen(value);

	for (const char *c = choices; c != NULL; c = strchr(c, '|'))
	{
		if (*c == '|')
			c++;
		if (strncmp(c, value, length) == 0 && (c[length] == '|' || c[length] == '\0'))
			return true;
	}
	return false;
}

/* Where to read more. */
static char *
help_hint(const char *command)
{
	return command == NULL ? pg_strdup("summit-migrate help")
	                       : psprintf("summit-migrate help %s", command);
}

static void
set_option(SmOptions *options, const char *command, const SmOptionSpec *spec, char *value)
{
	char *field = (char *) options + spec->offset;
	SmTextList *list;

	switch (spec->kind)
	{
		case SM_OPTION_FLAG:
			*(bool *) field = true;
			break;
		case SM_OPTION_CHOICE:
			if (!is_choice(value, spec->choices))
				sm_error_fail(SM_EXIT_USAGE, help_hint(command),
				              "--%s must be one of %s, not \"%s\"", spec->name, spec->choices,
				              value);
			*(char **) field = value;
			break;
		case SM_OPTION_TEXT:
			*(char **) field = value;
			break;
		case SM_OPTION_DURATION:
			*(int *) field = sm_options_duration(value);
			if (*(int *) field < 0)
				sm_error_fail(SM_EXIT_USAGE, "Write it as 500ms, 2s, 5m or 1h.",
				              "--%s: \"%s\" is not a time", spec->name, value);
			break;
		case SM_OPTION_LIST:
			list = (SmTextList *) field;
			list->items = pg_realloc(list->items, (list->count + 1) * sizeof(char *));
			list->items[list->count++] = value;
			break;
	}
}

/* Says which option is unknown, and which may have been meant. */
static void
fail_unknown(const char *command, const SmOptionSpec *const *specs, int nspecs, const char *word)
{
	const char *names[MAX_OPTIONS + 1];
	const char *nearest = NULL;
	char *name;

	if (strncmp(word, "--", 2) != 0)
		sm_error_fail(SM_EXIT_USAGE, help_hint(command), "unknown option \"%s\"", word);
	name = pg_strdup(word + 2);
	if (strchr(name, '=') != NULL)
		*strchr(name, '=') = '\0';
	for (int i = 0; i < nspecs; i++)
	{
		names[i] = specs[i]->name;
		if (strcmp(name, names[i]) == 0) /* known, so its value was the fault */
			sm_error_fail(SM_EXIT_USAGE, help_hint(command), "--%s takes no value", name);
	}
	names[nspecs] = NULL;
	nearest = sm_suggest_nearest(name, names);
	sm_error_fail(SM_EXIT_USAGE,
	              nearest == NULL ? help_hint(command) : psprintf("Did you mean --%s?", nearest),
	              "unknown option \"--%s\"%s%s", name, command == NULL ? "" : " for ",
	              command == NULL ? "" : command);
}

/* getopt_long's two descriptions of the rows. */
static void
describe(const SmOptionSpec *const *specs, int nspecs, bool stop_at_argument, PQExpBuffer letters,
         struct option *longs)
{
	appendPQExpBufferStr(letters, stop_at_argument ? "+:" : ":");
	for (int i = 0; i < nspecs; i++)
	{
		longs[i].name = specs[i]->name;
		longs[i].has_arg = specs[i]->argument != NULL ? required_argument : no_argument;
		longs[i].flag = NULL;
		longs[i].val = FIRST_LONG + i;
		if (specs[i]->letter != 0)
			appendPQExpBuffer(letters, "%c%s", specs[i]->letter,
			                  specs[i]->argument != NULL ? ":" : "");
	}
	memset(&longs[nspecs], 0, sizeof(struct option));
}

/* The row that getopt_long's answer means. */
static const SmOptionSpec *
find_spec(const SmOptionSpec *const *specs, int nspecs, int answer)
{
	if (answer >= FIRST_LONG)
		return specs[answer - FIRST_LONG];
	for (int i = 0; i < nspecs; i++)
		if (specs[i]->letter == answer)
			return specs[i];
	return NULL;
}

void
sm_options_read(SmOptions *options, const char *command, const SmOptionSpec *specs,
                bool stop_at_argument, int argc, char **argv, int from)
{
	const SmOptionSpec *all[MAX_OPTIONS];
	struct option longs[MAX_OPTIONS + 1];
	PQExpBuffer letters = createPQExpBuffer();
	int nall = 0;
	int answer;

	for (const SmOptionSpec *spec = sm_options_global; spec->name != NULL; spec++)
		all[nall++] = spec;
	for (const SmOptionSpec *spec = specs; spec != NULL && spec->name != NULL; spec++)
		all[nall++] = spec;
	Assert(nall <= MAX_OPTIONS);
	describe(all, nall, stop_at_argument, letters, longs);

	/* argv[from - 1] stands for the program's name; 0 makes glibc start anew */
	argv += from - 1;
	argc -= from - 1;
	optind = 0;
	opterr = 0;
	while ((answer = getopt_long(argc, argv, letters->data, longs, NULL)) != -1)
	{
		const SmOptionSpec *spec = find_spec(all, nall, answer);

		if (answer == ':')
			sm_error_fail(SM_EXIT_USAGE, help_hint(command), "%s needs a value", argv[optind - 1]);
		if (spec == NULL)
			fail_unknown(command, all, nall,
			             optopt > 0 && optopt < FIRST_LONG ? psprintf("-%c", optopt)
			                                               : argv[optind - 1]);
		set_option(options, command, spec, optarg);
	}
	options->nargs = argc - optind;
	options->args = argv + optind;
	destroyPQExpBuffer(letters);
}
