/*
 * options.h
 *		What was typed, typed: one struct for the options of all commands, and
 *		the rows from which getopt_long, help, completion and the man page are
 *		made.  Values from the environment or the configuration file do not
 *		belong here (config.h).
 */
#ifndef SM_OPTIONS_H
#define SM_OPTIONS_H

#include <stddef.h>

/* A text that may be given several times. */
typedef struct SmTextList
{
	int count;
	char **items;
} SmTextList;

/*
 * A pointer is NULL, a duration -1 and a flag false where the option was not
 * given.  Durations are in milliseconds.  Values of options with choices are
 * one of the choices.
 */
typedef struct SmOptions
{
	/* global */
	char *config;
	char *env;
	char *conninfo;
	char *dir;
	int connect_wait;
	bool json;
	bool quiet;
	bool verbose;
	bool no_input;
	bool no_color;
	bool scratch;
	bool help;
	bool version;

	/* which migrations, shared by several commands */
	char *phase; /* expand, migrate, contract */
	char *to;    /* an id or a unique prefix, as typed */
	char *target;
	bool check;
	bool dry_run;
	int lock_wait;
	int lock_timeout;
	int statement_timeout;
	char *order; /* strict, any */

	char *on_failure; /* apply: stop, rollback */
	char *at_least;   /* status */
	int wait;         /* status */
	bool last;        /* rollback */
	bool all;         /* baseline */
	bool apply;       /* repair */
	char *mark;       /* repair: completed, rolled_back */
	char *reason;     /* repair, baseline */

	/* init */
	char *schema;
	bool no_baseline;

	/* create */
	char *type;
	char *database;
	char *description;
	char *author;
	bool breaking;
	SmTextList depends_on;
	char *pattern;
	char *table;
	char *column;
	char *column_type;
	char *schema_version;

	/* snapshot, diff, drift */
	char *schema_file;
	char *format; /* sql, json */
	bool portable;
	bool sql;
	bool exit_code;
	bool from_files;
	bool once;
	char *after; /* a seal number */
	int timeout;
	int interval;
	char *notes;
	bool allow_understated_bump; /* apply */

	bool man; /* help */

	/* what is left: ids, names, a command line */
	int nargs;
	char **args;
} SmOptions;

typedef enum SmOptionKind
{
	SM_OPTION_FLAG,     /* bool */
	SM_OPTION_TEXT,     /* char * */
	SM_OPTION_CHOICE,   /* char *, one of choices */
	SM_OPTION_DURATION, /* int, milliseconds */
	SM_OPTION_LIST      /* SmTextList */
} SmOptionKind;

/* One option of the command table. */
typedef struct SmOptionSpec
{
	const char *name;     /* long name, without the dashes; NULL ends a list */
	char letter;          /* short name, or 0 */
	const char *argument; /* how help calls the value; NULL for a flag */
	const char *choices;  /* "expand|migrate|contract", else NULL */
	SmOptionKind kind;
	size_t offset;    /* in SmOptions */
	const char *help; /* one line */
} SmOptionSpec;

/* Global options, the last row with a NULL name. */
extern const SmOptionSpec sm_options_global[];

/* Sets every option to "not given". */
extern void sm_options_init(SmOptions *options);

/*
 * Reads the options in argv[from..] into options: the global ones and, unless
 * NULL, those of a command.  stop_at_argument: the first word that is no
 * option ends them.  Leaves the other words in args and nargs.  Exits with
 * SM_EXIT_USAGE on a bad one; command is its name for messages, or NULL.
 */
extern void sm_options_read(SmOptions *options, const char *command, const SmOptionSpec *specs,
                            bool stop_at_argument, int argc, char **argv, int from);

/*
 * Milliseconds of "500ms", "2s", "5m", "1h", "1d", or of a bare number of
 * seconds; -1 where the text is none or too big for an int.
 */
extern int sm_options_duration(const char *text);

#endif /* SM_OPTIONS_H */
