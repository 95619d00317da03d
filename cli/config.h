/*
 * config.h
 *		The settings that hold for this call: flag, then environment, then
 *		summit-migrate.conf, then default.  Nothing here opens a connection.
 */
#ifndef SM_CONFIG_H
#define SM_CONFIG_H

#include "options.h"

#define SM_CONFIG_FILE "summit-migrate.conf"

typedef enum SmOrder
{
	SM_ORDER_STRICT, /* a pending id below an applied one is refused */
	SM_ORDER_ANY
} SmOrder;

typedef enum SmContract
{
	SM_CONTRACT_MANUAL, /* contract runs only when it is asked for */
	SM_CONTRACT_AUTO
} SmContract;

/* A name and a value of [set], and where they stand. */
typedef struct SmSetting
{
	char *name;
	char *value;
	int line; /* of config->file; 0: not from there */
} SmSetting;

/* A [target "name"]: a database that migrations of one type go to. */
typedef struct SmTargetConfig
{
	char *name;
	char *database_type; /* postgresql, timescale, neo4j; the name's, by default */
	char *conninfo;      /* what libpq connects by; NULL: as the control database */
	char *migrations;    /* its folder, absolute; NULL: the project's */
} SmTargetConfig;

typedef struct SmConfig
{
	char *file;            /* the configuration file; NULL without one */
	char *root;            /* absolute folder that its paths start from */
	char *environment;     /* NULL where none was chosen */
	char *conninfo;        /* for libpq; NULL: libpq's own environment */
	char *conninfo_origin; /* where conninfo comes from, for messages */
	char *migrations;      /* absolute folder */
	char *schema;          /* where init puts the extension */
	char *author;          /* create: default author; NULL: the user's */
	SmOrder order;
	SmContract contract;
	char *owner_role;       /* NULL: none */
	int lock_timeout;       /* ms, of each unit */
	int statement_timeout;  /* ms, of each unit; 0: none */
	int concurrent_timeout; /* ms, limit of a CONCURRENTLY statement; 0: none */
	int lock_wait;          /* ms, for another runner */
	int connect_wait;       /* ms, for a server that is starting */
	int nsettings;
	SmSetting *settings;
	int ntargets;
	SmTargetConfig *targets;
} SmConfig;

/*
 * Reads flags, environment and file into config.  Exits with SM_EXIT_USAGE,
 * naming file and line, on anything it does not know.
 */
extern void sm_config_load(SmConfig *config, const SmOptions *options);

/* The configured target of a name, or NULL. */
extern const SmTargetConfig *sm_config_target(const SmConfig *config, const char *name);

/* The known database type for a spelling ("postgres", "timescaledb"), or NULL. */
extern const char *sm_config_database_type(const char *spelling);

#endif /* SM_CONFIG_H */
