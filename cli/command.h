/*
 * command.h
 *		The command table: names, groups, help, examples, options, handlers.
 *		Help, completion and the man page are made from it; nothing about a
 *		command's work belongs here.
 */
#ifndef SM_COMMAND_H
#define SM_COMMAND_H

#include "config.h"
#include "exitcode.h"
#include "options.h"

struct SmCommand;

/* What a command is given. */
typedef struct SmContext
{
	const struct SmCommand *command;
	const char *program; /* argv[0] */
	SmOptions options;
	SmConfig config; /* not loaded for SM_COMMAND_BARE commands */
} SmContext;

/* Does the command and returns its exit code. */
typedef int (*SmHandler)(SmContext *context);

typedef struct SmExample
{
	const char *command; /* NULL ends a list */
	const char *explanation;
} SmExample;

#define SM_COMMAND_BARE 0x01 /* needs no configuration */
#define SM_COMMAND_REST 0x02 /* words after the first argument are not options of ours */

typedef struct SmCommand
{
	const char *name; /* NULL ends the table */
	const char *group;
	const char *summary;   /* one line */
	const char *arguments; /* "[ID...]", "" for none */
	const char *words;     /* "start|stop|run": first arguments that are words of ours, or NULL */
	int min_arguments;
	int max_arguments;       /* -1: any number */
	const char *description; /* paragraphs for help and man page */
	const SmExample *examples;
	const SmOptionSpec *options;
	const char *next; /* "summit-migrate apply": what one does after it */
	SmHandler handler;
	int flags;
} SmCommand;

extern const SmCommand sm_commands[];

/* The command of a name, or NULL. */
extern const SmCommand *sm_command_find(const char *name);

/* What the user may have meant: a command's name, or NULL. */
extern const char *sm_command_suggest(const char *name);

/* The handlers, each in its cmd_*.c. */
extern int sm_cmd_init(SmContext *context);
extern int sm_cmd_create(SmContext *context);
extern int sm_cmd_status(SmContext *context);
extern int sm_cmd_plan(SmContext *context);
extern int sm_cmd_apply(SmContext *context);
extern int sm_cmd_rollback(SmContext *context);
extern int sm_cmd_verify(SmContext *context);
extern int sm_cmd_baseline(SmContext *context);
extern int sm_cmd_repair(SmContext *context);
extern int sm_cmd_snapshot(SmContext *context);
extern int sm_cmd_diff(SmContext *context);
extern int sm_cmd_drift(SmContext *context);
extern int sm_cmd_lock(SmContext *context);
extern int sm_cmd_doctor(SmContext *context);
extern int sm_cmd_scratch(SmContext *context);
extern int sm_cmd_help(SmContext *context);
extern int sm_cmd_completion(SmContext *context);
extern int sm_cmd_version(SmContext *context);

#endif /* SM_COMMAND_H */
