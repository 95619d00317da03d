/*
 * command.c
 *		The command table.  What a command does stands in its cmd_*.c; how help
 *		looks, in cmd_help.c.
 */
#include "postgres_fe.h"

#include "command.h"
#include "suggest.h"

#pragma weak sm_cmd_status
#pragma weak sm_cmd_plan
#pragma weak sm_cmd_apply
#pragma weak sm_cmd_rollback
#pragma weak sm_cmd_verify
#pragma weak sm_cmd_baseline
#pragma weak sm_cmd_repair

#define DAILY "every day"
#define CHECKING "checking"
#define OPERATING "operating"
#define ABOUT "about the program"

/* Rows that several commands have. */
#define PHASE_OPTION(text)                                                                         \
	{                                                                                              \
		"phase", 0, "PHASE", "expand|migrate|contract", SM_OPTION_CHOICE,                          \
		    offsetof(SmOptions, phase), text                                                       \
	}
#define TO_OPTION(text)                                                                            \
	{                                                                                              \
		"to", 0, "ID", NULL, SM_OPTION_TEXT, offsetof(SmOptions, to), text                         \
	}
#define TARGET_OPTION                                                                              \
	{                                                                                              \
		"target", 0, "NAME", NULL, SM_OPTION_TEXT, offsetof(SmOptions, target),                    \
		    "only migrations of this target (default postgresql)"                                  \
	}
#define LOCK_WAIT_OPTION                                                                           \
	{                                                                                              \
		"lock-wait", 0, "TIME", NULL, SM_OPTION_DURATION, offsetof(SmOptions, lock_wait),          \
		    "how long to wait for another runner (default 5m; 0: exit 5 at once)"                  \
	}
#define LOCK_TIMEOUT_OPTION                                                                        \
	{                                                                                              \
		"lock-timeout", 0, "TIME", NULL, SM_OPTION_DURATION, offsetof(SmOptions, lock_timeout),    \
		    "how long one attempt may queue for a table's lock (default 2s)"                       \
	}
#define STATEMENT_TIMEOUT_OPTION                                                                   \
	{                                                                                              \
		"statement-timeout", 0, "TIME", NULL, SM_OPTION_DURATION,                                  \
		    offsetof(SmOptions, statement_timeout),                                                \
		    "how long one statement may take (default 0: no limit)"                                \
	}
#define ORDER_OPTION                                                                               \
	{                                                                                              \
		"order", 0, "ORDER", "strict|any", SM_OPTION_CHOICE, offsetof(SmOptions, order),           \
		    "strict refuses a pending migration below an applied one; any runs it"                 \
	}
#define DRY_RUN_OPTION                                                                             \
	{                                                                                              \
		"dry-run", 0, NULL, NULL, SM_OPTION_FLAG, offsetof(SmOptions, dry_run),                    \
		    "say what would run, and run nothing"                                                  \
	}
#define CHECK_OPTION                                                                               \
	{                                                                                              \
		"check", 0, NULL, NULL, SM_OPTION_FLAG, offsetof(SmOptions, check),                        \
		    "exit 4 when something is pending"                                                     \
	}

static const SmOptionSpec init_options[] = {
    {"schema", 0, "NAME", NULL, SM_OPTION_TEXT, offsetof(SmOptions, schema),
     "schema for the extension (default summit_migrate)"},
    {"no-baseline", 0, NULL, NULL, SM_OPTION_FLAG, offsetof(SmOptions, no_baseline),
     "write no baseline of what the database already has"},
    {NULL}};

static const SmExample init_examples[] = {
    {"summit-migrate init",
     "in a new project, for the database of DATABASE_URL or libpq's variables"},
    {"summit-migrate init --env prod", "and say that this database is the one of prod"},
    {NULL}};

static const SmOptionSpec create_options[] = {
    {"type", 't', "TYPE", "schema|data|security|perf", SM_OPTION_CHOICE, offsetof(SmOptions, type),
     "what kind of change it is (default schema)"},
    {"database", 0, "TYPE", NULL, SM_OPTION_TEXT, offsetof(SmOptions, database),
     "postgresql, timescale or neo4j (default postgresql)"},
    {"description", 0, "NAME", NULL, SM_OPTION_TEXT, offsetof(SmOptions, description),
     "what it does, in lower_snake_case; the same as the argument"},
    {"author", 0, "TEXT", NULL, SM_OPTION_TEXT, offsetof(SmOptions, author),
     "who writes it (default: the configuration's, git's or the user's name)"},
    {"breaking", 0, NULL, NULL, SM_OPTION_FLAG, offsetof(SmOptions, breaking),
     "readers of the old schema break when it contracts"},
    {"depends-on", 0, "ID", NULL, SM_OPTION_LIST, offsetof(SmOptions, depends_on),
     "a migration that it needs; may be given several times"},
    {"pattern", 'p', "NAME", NULL, SM_OPTION_TEXT, offsetof(SmOptions, pattern),
     "start from a pattern: add-column, add-index, rename-column, not-null, backfill, table"},
    {"table", 0, "NAME", NULL, SM_OPTION_TEXT, offsetof(SmOptions, table), "the pattern's table"},
    {"column", 0, "NAME", NULL, SM_OPTION_TEXT, offsetof(SmOptions, column),
     "the pattern's column"},
    {"column-type", 0, "TYPE", NULL, SM_OPTION_TEXT, offsetof(SmOptions, column_type),
     "the pattern's column type (default text)"},
    {"schema-version", 0, "VERSION", NULL, SM_OPTION_TEXT, offsetof(SmOptions, schema_version),
     "its version (default: the one after the highest known)"},
    {NULL}};

static const SmExample create_examples[] = {
    {"summit-migrate create add_email_verification", "a new file with the full template"},
    {"summit-migrate create add_email --pattern add-column --table users --column email",
     "a safe new column"},
    {"summit-migrate create drop_legacy --breaking --depends-on 20251101_090000",
     "a breaking one that needs another"},
    {NULL}};

static const SmOptionSpec status_options[] = {
    TARGET_OPTION,
    CHECK_OPTION,
    {"at-least", 0, "VERSION", NULL, SM_OPTION_TEXT, offsetof(SmOptions, at_least),
     "exit 4 unless the schema's version is this one or higher"},
    {"wait", 0, "TIME", NULL, SM_OPTION_DURATION, offsetof(SmOptions, wait),
     "with --at-least or --check: look again for so long"},
    {NULL}};

static const SmExample status_examples[] = {
    {"summit-migrate status", "what is applied, pending, due, changed, in doubt"},
    {"summit-migrate status --at-least 1.4.0 --wait 5m", "a start-up probe for an application"},
    {NULL}};

static const SmOptionSpec plan_options[] = {PHASE_OPTION("only this phase"),
                                            TO_OPTION("up to and with this migration"),
                                            TARGET_OPTION,
                                            ORDER_OPTION,
                                            CHECK_OPTION,
                                            {NULL}};

static const SmExample plan_examples[] = {
    {"summit-migrate plan", "what apply would run, unit by unit"},
    {"summit-migrate plan --check", "exit 4 when there is something"},
    {NULL}};

static const SmOptionSpec apply_options[] = {
    PHASE_OPTION("only this phase; contract runs only when it is asked for"),
    TO_OPTION("up to and with this migration"),
    TARGET_OPTION,
    {"on-failure", 0, "WHAT", "stop|rollback", SM_OPTION_CHOICE, offsetof(SmOptions, on_failure),
     "rollback undoes what is done of the migration that failed, batches too (default stop)"},
    ORDER_OPTION,
    LOCK_WAIT_OPTION,
    LOCK_TIMEOUT_OPTION,
    STATEMENT_TIMEOUT_OPTION,
    {"allow-understated-bump", 0, NULL, NULL, SM_OPTION_FLAG,
     offsetof(SmOptions, allow_understated_bump),
     "run what changes more than its Version and Breaking say"},
    DRY_RUN_OPTION,
    {NULL}};

static const SmExample apply_examples[] = {
    {"summit-migrate apply", "expand and migrate of all that is pending"},
    {"summit-migrate apply --phase contract --to 20251120_143000",
     "contract, when nobody reads the old form"},
    {"summit-migrate apply --on-failure rollback", "undo a migration that fails half-way"},
    {NULL}};

static const SmOptionSpec rollback_options[] = {
    {"last", 0, NULL, NULL, SM_OPTION_FLAG, offsetof(SmOptions, last),
     "all that the last run applied, or has left half-way"},
    TO_OPTION("all that came after this migration"),
    PHASE_OPTION("undo this phase only"),
    TARGET_OPTION,
    LOCK_WAIT_OPTION,
    LOCK_TIMEOUT_OPTION,
    STATEMENT_TIMEOUT_OPTION,
    DRY_RUN_OPTION,
    {NULL}};

static const SmExample rollback_examples[] = {
    {"summit-migrate rollback", "list what the last run applied"},
    {"summit-migrate rollback --last", "undo it, newest first"},
    {"summit-migrate rollback 20251120_143000", "undo one migration"},
    {NULL}};

static const SmOptionSpec verify_options[] = {TARGET_OPTION, {NULL}};

static const SmExample verify_examples[] = {
    {"summit-migrate verify", "compare the files with the history; exit 3 when they differ"},
    {NULL}};

static const SmOptionSpec baseline_options[] = {
    TO_OPTION("all files up to and with this one"),
    {"all", 0, NULL, NULL, SM_OPTION_FLAG, offsetof(SmOptions, all), "all files"},
    {"reason", 0, "TEXT", NULL, SM_OPTION_TEXT, offsetof(SmOptions, reason),
     "why, for the history"},
    TARGET_OPTION,
    LOCK_WAIT_OPTION,
    DRY_RUN_OPTION,
    {NULL}};

static const SmExample baseline_examples[] = {
    {"summit-migrate baseline", "list what is not recorded yet"},
    {"summit-migrate baseline --to 20251101_090000",
     "record as applied what the database already has"},
    {"summit-migrate baseline 20251101_090000", "only this one"},
    {NULL}};

static const SmOptionSpec repair_options[] = {
    {"apply", 0, NULL, NULL, SM_OPTION_FLAG, offsetof(SmOptions, apply),
     "do what the evidence proves; without it repair only reports"},
    PHASE_OPTION("the phase that --mark is about"),
    {"mark", 0, "STATE", "completed|rolled_back", SM_OPTION_CHOICE, offsetof(SmOptions, mark),
     "record a human's word on the phase"},
    {"reason", 0, "TEXT", NULL, SM_OPTION_TEXT, offsetof(SmOptions, reason),
     "why, for the history; --mark needs it"},
    TARGET_OPTION,
    LOCK_WAIT_OPTION,
    {NULL}};

static const SmExample repair_examples[] = {
    {"summit-migrate repair", "what is in doubt, and what the catalog proves"},
    {"summit-migrate repair --apply", "and act on it"},
    {"summit-migrate repair 20251120_143000 --phase expand --mark completed --reason \"checked by "
     "hand\"",
     "when only a human can tell"},
    {NULL}};

#define SCHEMA_FILE_OPTION(text)                                                                   \
	{                                                                                              \
		"schema-file", 0, "PATH", NULL, SM_OPTION_TEXT, offsetof(SmOptions, schema_file), text     \
	}

static const SmOptionSpec snapshot_options[] = {
    SCHEMA_FILE_OPTION("write the live schema into this file, fit for git; - is stdout"),
    {"format", 0, "FORMAT", "sql|json", SM_OPTION_CHOICE, offsetof(SmOptions, format),
     "of the file (default: json where its name ends so, else sql)"},
    {"portable", 0, NULL, NULL, SM_OPTION_FLAG, offsetof(SmOptions, portable),
     "with json: in the form that can be compared across majors of the server"},
    {NULL}};

static const SmExample snapshot_examples[] = {
    {"summit-migrate snapshot", "keep the schema as it is now"},
    {"summit-migrate snapshot list", "which snapshots there are"},
    {"summit-migrate snapshot --schema-file db/schema.sql", "the schema as a file for git"},
    {NULL}};

static const SmOptionSpec diff_options[] = {
    SCHEMA_FILE_OPTION("compare this file, of snapshot --schema-file, with the live schema"),
    {"sql", 0, NULL, NULL, SM_OPTION_FLAG, offsetof(SmOptions, sql),
     "print the statements that bring B to A"},
    {"exit-code", 0, NULL, NULL, SM_OPTION_FLAG, offsetof(SmOptions, exit_code),
     "exit 3 when they differ (without it 0)"},
    {NULL}};

static const SmExample diff_examples[] = {
    {"summit-migrate diff expected live", "what was changed beside the migrations"},
    {"summit-migrate diff 12 15", "what happened between two snapshots"},
    {"summit-migrate diff live scratch", "what the files would add to the live schema"},
    {"summit-migrate diff live postgresql://host/other", "two databases"},
    {"summit-migrate diff --schema-file db/schema.sql --exit-code", "in CI"},
    {NULL}};

static const SmOptionSpec drift_options[] = {
    {"from-files", 0, NULL, NULL, SM_OPTION_FLAG, offsetof(SmOptions, from_files),
     "check: compare with what the applied files make on a scratch server"},
    {"all", 0, NULL, NULL, SM_OPTION_FLAG, offsetof(SmOptions, all),
     "list: closed alerts too; watch: DDL of migrations too; accept: the whole schema"},
    {"notes", 0, "TEXT", NULL, SM_OPTION_TEXT, offsetof(SmOptions, notes),
     "resolve, accept: what was found out or decided"},
    {"once", 0, NULL, NULL, SM_OPTION_FLAG, offsetof(SmOptions, once),
     "watch: end after the first events"},
    {"timeout", 0, "TIME", NULL, SM_OPTION_DURATION, offsetof(SmOptions, timeout),
     "watch: end after so long (default: never)"},
    {"after", 0, "SEAL", NULL, SM_OPTION_TEXT, offsetof(SmOptions, after),
     "watch: go on behind this seal number (default: from now on)"},
    {"interval", 0, "TIME", NULL, SM_OPTION_DURATION, offsetof(SmOptions, interval),
     "watch: how often to look without being told (default 5s)"},
    LOCK_WAIT_OPTION,
    {NULL}};

static const SmExample drift_examples[] = {
    {"summit-migrate drift check", "exit 3 when the schema was changed beside the migrations"},
    {"summit-migrate drift check --from-files", "the same against the files, in CI"},
    {"summit-migrate drift watch --json", "each change as it happens, an object a line"},
    {"summit-migrate drift resolve 7 --notes \"index dropped again\"", "it is undone"},
    {"summit-migrate drift accept 7 --notes \"hotfix, kept\"", "it belongs to the schema now"},
    {NULL}};

static const SmExample lock_examples[] = {
    {"summit-migrate lock", "who holds the migration lock, since when, from where"}, {NULL}};

static const SmExample doctor_examples[] = {
    {"summit-migrate doctor", "exit 1 when something would stop an apply"}, {NULL}};

static const SmExample scratch_examples[] = {
    {"summit-migrate scratch run psql", "psql on a server that is gone when psql ends"},
    {"summit-migrate --scratch apply", "try the pending files on a fresh server"},
    {"export DATABASE_URL=$(summit-migrate scratch start)", "a server to play with"},
    {"summit-migrate scratch stop", "and its end"},
    {NULL}};

static const SmOptionSpec help_options[] = {{"man", 0, NULL, NULL, SM_OPTION_FLAG,
                                             offsetof(SmOptions, man),
                                             "the manual page, as man(7) source"},
                                            {NULL}};

static const SmExample help_examples[] = {
    {"summit-migrate help apply", "one command"},
    {"summit-migrate help file", "the format of a migration file"},
    {NULL}};

static const SmExample completion_examples[] = {
    {"source <(summit-migrate completion bash)", "in ~/.bashrc"},
    {"summit-migrate completion fish | source", "in config.fish"},
    {NULL}};

static const SmExample version_examples[] = {
    {"summit-migrate version", "program, libpq, and server and extension when one answers"},
    {NULL}};

const SmCommand sm_commands[] = {
    {.name = "init",
     .group = DAILY,
     .summary = "set up a project and its database",
     .description =
         "Writes summit-migrate.conf and the folder of migrations, creates the schema "
         "and the extension (or prints the line for the DBA), and gives the database its "
         "environment "
         "name. A database that already has tables gets a baseline: a first migration file that is "
         "recorded as completed.",
     .examples = init_examples,
     .options = init_options,
     .next = "summit-migrate create",
     .handler = sm_cmd_init},
    {.name = "create",
     .group = DAILY,
     .arguments = "[DESCRIPTION]",
     .max_arguments = 1,
     .summary = "write a new migration file",
     .description = "Writes a file with header, next version, three phases, checks and rollback, "
                    "and says what to do next.",
     .examples = create_examples,
     .options = create_options,
     .next = "summit-migrate plan",
     .handler = sm_cmd_create},
    {.name = "status",
     .group = DAILY,
     .summary = "show what is applied, pending, due or in doubt",
     .description = "Compares the files with the history in the database.",
     .examples = status_examples,
     .options = status_options,
     .next = "summit-migrate plan",
     .handler = sm_cmd_status},
    {.name = "plan",
     .group = DAILY,
     .summary = "show what apply would run, unit by unit",
     .description =
         "Reads every pending file and lists its units in the order in which they would run.",
     .examples = plan_examples,
     .options = plan_options,
     .next = "summit-migrate apply",
     .handler = sm_cmd_plan},
    {.name = "apply",
     .group = DAILY,
     .summary = "run pending migrations",
     .description =
         "Runs expand and migrate of every pending migration, in the order of their ids. "
         "Each unit and its history row commit together. Contract runs only by --phase contract, "
         "or "
         "where the configuration says contract = auto. What a killed run left is recovered first; "
         "after a rollback that failed half-way nothing runs before it has ended.",
     .examples = apply_examples,
     .options = apply_options,
     .next = "summit-migrate status",
     .handler = sm_cmd_apply},
    {.name = "rollback",
     .group = DAILY,
     .arguments = "[ID...]",
     .max_arguments = -1,
     .summary = "undo migrations, newest first",
     .description = "Runs the undo of the named migrations, newest first; refused while an applied "
                    "migration depends on one of them. An undo that was cut off goes on where it "
                    "stopped. Without "
                    "ID, --last or --to it lists what the last run applied and exits 2.",
     .examples = rollback_examples,
     .options = rollback_options,
     .next = "summit-migrate status",
     .handler = sm_cmd_rollback},
    {.name = "verify",
     .group = CHECKING,
     .summary = "compare files and history",
     .description =
         "Finds files that were changed after they ran, missing, unknown or out of order.",
     .examples = verify_examples,
     .options = verify_options,
     .next = "summit-migrate repair",
     .handler = sm_cmd_verify},
    {.name = "snapshot",
     .group = CHECKING,
     .arguments = "[take | list | show ID]",
     .words = "take|list|show",
     .max_arguments = 2,
     .summary = "keep the schema, or write it into a file",
     .description =
         "A snapshot is the whole schema of the database, kept in it; an object that did not "
         "change "
         "is stored once. apply takes one by itself. Without a word one is taken. show prints the "
         "schema of a snapshot as SQL, with --json as data. --schema-file writes the live schema "
         "into a file: the same schema is the same file, byte by byte, whoever writes it.",
     .examples = snapshot_examples,
     .options = snapshot_options,
     .next = "summit-migrate diff",
     .handler = sm_cmd_snapshot},
    {.name = "diff",
     .group = CHECKING,
     .arguments = "A B",
     .words = "live|expected|scratch",
     .max_arguments = 2,
     .summary = "compare two schemas",
     .description =
         "A and B are each one of: the id of a snapshot; live, the database as it is; expected, "
         "what drift is measured by; scratch, what all files make on a scratch server; a file of "
         "snapshot --schema-file; a connection string or URI of another database that has the "
         "extension, without a password. + is in B only, - in A only, ~ differs, from A's value to "
         "B's. Between snapshots of one database each change has its version bump and the evidence "
         "for it, and a rename is known as one. Exits 0 whatever it finds; with --exit-code 3 when "
         "A and B differ.",
     .examples = diff_examples,
     .options = diff_options,
     .next = "summit-migrate drift check",
     .handler = sm_cmd_diff},
    {.name = "drift",
     .group = CHECKING,
     .arguments = "check | watch | list | resolve ID | accept [ID]",
     .words = "check|watch|list|resolve|accept",
     .min_arguments = 1,
     .max_arguments = 2,
     .summary = "changes that no migration made",
     .description =
         "check compares the live schema with what the applied migrations left and exits 3 when it "
         "finds drift; what is pending is no drift. It waits for an apply that is under way. "
         "--from-files applies the files, as far as they are applied on the live database, on a "
         "scratch server and compares with that. watch prints each change as it is made, a line "
         "each; it outlives lost connections, misses nothing and says nothing twice; with --once "
         "or --timeout it exits 3 when it has printed one. list shows the open alerts without "
         "comparing. resolve closes an alert whose change was undone or explained; accept makes "
         "the change part of what is expected.",
     .examples = drift_examples,
     .options = drift_options,
     .next = "summit-migrate drift list",
     .handler = sm_cmd_drift},
    {.name = "lock",
     .group = OPERATING,
     .summary = "show who holds the migration lock",
     .description = "Lists the holders as the server's lock manager knows them, and rows whose "
                    "lock is gone.",
     .examples = lock_examples,
     .next = "summit-migrate doctor",
     .handler = sm_cmd_lock},
    {.name = "repair",
     .group = OPERATING,
     .arguments = "[ID]",
     .max_arguments = 1,
     .summary = "decide what a killed run left in doubt",
     .description = "Reports every unit in doubt with what the catalog proves. --apply does what "
                    "the evidence proves; --mark records a human's word.",
     .examples = repair_examples,
     .options = repair_options,
     .next = "summit-migrate apply",
     .handler = sm_cmd_repair},
    {.name = "baseline",
     .group = OPERATING,
     .arguments = "[ID...]",
     .max_arguments = -1,
     .summary = "record migrations as applied without running them",
     .description =
         "For a database that already has what the files describe. Without ID, --to or --all it "
         "lists the files that are not recorded and exits 2. What has run in part is refused, and "
         "rollback --last does not count what was only recorded.",
     .examples = baseline_examples,
     .options = baseline_options,
     .next = "summit-migrate status",
     .handler = sm_cmd_baseline},
    {.name = "doctor",
     .group = OPERATING,
     .summary = "check server, extension, environment and what stands in the way",
     .description =
         "Each line says what was looked at, what was found and what to do. Exits 1 when "
         "a line says fail.",
     .examples = doctor_examples,
     .next = "summit-migrate status",
     .handler = sm_cmd_doctor},
    {.name = "scratch",
     .group = OPERATING,
     .arguments = "start | stop [FOLDER] | run COMMAND...",
     .words = "start|stop|run",
     .min_arguments = 1,
     .max_arguments = -1,
     .summary = "start, stop or use a scratch server",
     .description =
         "A private PostgreSQL with the extension in it, in a temporary folder that is "
         "closed to other users, reachable by a unix socket only. run leads COMMAND to "
         "it (DATABASE_URL, PGHOST and so on) and exits as COMMAND does; the server is "
         "gone then, in whatever way that ends. start prints how to connect to one that "
         "lives until stop; stop without a folder ends all of yours. Migration files "
         "are code that runs as a superuser there; root's servers are run by the system "
         "user summit-migrate, which is made on first use. --scratch before another command "
         "gives it a server that also has what is applied on the configured one, where "
         "that answers (it says how long that took), and starts empty otherwise.",
     .examples = scratch_examples,
     .next = "summit-migrate --scratch apply",
     .handler = sm_cmd_scratch,
     .flags = SM_COMMAND_REST},
    {.name = "help",
     .group = ABOUT,
     .arguments = "[COMMAND|file]",
     .max_arguments = 1,
     .summary = "show help for a command or the file format",
     .description = "Without an argument, all commands.",
     .examples = help_examples,
     .options = help_options,
     .handler = sm_cmd_help,
     .flags = SM_COMMAND_BARE},
    {.name = "completion",
     .group = ABOUT,
     .arguments = "bash|zsh|fish",
     .words = "bash|zsh|fish",
     .min_arguments = 1,
     .max_arguments = 1,
     .summary = "print a shell's completion script",
     .description = "The script knows all commands, options and choices.",
     .examples = completion_examples,
     .handler = sm_cmd_completion,
     .flags = SM_COMMAND_BARE},
    {.name = "version",
     .group = ABOUT,
     .summary = "show the versions of program, server and extension",
     .description = "Asks the server too, and goes on without it.",
     .examples = version_examples,
     .next = "summit-migrate doctor",
     .handler = sm_cmd_version},
    {.name = NULL}};

/* What other tools call it. */
static const struct
{
	const char *theirs;
	const char *ours;
} other_names[] = {
    {"new", "create"},    {"add", "create"},      {"generate", "create"}, {"up", "apply"},
    {"migrate", "apply"}, {"run", "apply"},       {"deploy", "apply"},    {"update", "apply"},
    {"down", "rollback"}, {"undo", "rollback"},   {"revert", "rollback"}, {"info", "status"},
    {"list", "status"},   {"validate", "verify"}, {"check", "verify"},    {"unlock", "lock"}};

const SmCommand *
sm_command_find(const char *name)
{
	for (const SmCommand *command = sm_commands; command->name != NULL; command++)
		if (command->handler != NULL && strcmp(command->name, name) == 0)
			return command;
	return NULL;
}

const char *
sm_command_suggest(const char *name)
{
	const char *names[lengthof(sm_commands)];
	int n = 0;

	for (size_t i = 0; i < lengthof(other_names); i++)
		if (pg_strcasecmp(other_names[i].theirs, name) == 0)
			return other_names[i].ours;
	for (const SmCommand *command = sm_commands; command->name != NULL; command++)
		names[n++] = command->name;
	names[n] = NULL;
	return sm_suggest_nearest(name, names);
}
