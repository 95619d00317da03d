/*
 * config.c
 *		Decides each setting: flag, then environment (SUMMIT_MIGRATE_<KEY>), then
 *		[env "NAME"], then [project], then default.  Reading the file is
 *		configfile.c's; connecting is conn.c's.
 */
#include "postgres_fe.h"

#include <unistd.h>

#include "fe_utils/string_utils.h"

#include "config.h"
#include "configfile.h"
#include "error.h"
#include "suggest.h"

#define DEFAULT_MIGRATIONS "db/migrations"
#define DEFAULT_SCHEMA "summit_migrate"

static const char *const connection_keys[] = {"service", "host", "port", "dbname", "user", NULL};

/* A value and where it stands. */
typedef struct Found
{
	const char *value;
	char *file; /* NULL: not in the file */
	int line;
	char *origin; /* for messages */
} Found;

static SmConfigFile *
no_file(void)
{
	return pg_malloc0(sizeof(SmConfigFile));
}

static bool
find_in_section(const SmConfigFile *file, const char *section, const char *subsection,
                const char *name, Found *found)
{
	for (int i = 0; i < file->count; i++)
	{
		const SmConfigEntry *entry = &file->entries[i];

		if (strcmp(entry->section, section) != 0 || strcmp(entry->name, name) != 0)
			continue;
		if (subsection != NULL && strcmp(entry->subsection, subsection) != 0)
			continue;
		found->value = entry->value;
		found->file = file->path;
		found->line = entry->line;
		found->origin = psprintf("%s:%d", file->path, entry->line);
		return true;
	}
	return false;
}

/* Looks in SUMMIT_MIGRATE_<NAME>, [env "..."] and [project]. */
static bool
find_setting(const SmConfigFile *file, const char *environment, const char *name, Found *found)
{
	char *variable = psprintf("SUMMIT_MIGRATE_%s", name);
	const char *value;

	for (char *c = variable; *c != '\0'; c++)
		*c = pg_toupper((unsigned char) *c);
	value = getenv(variable);
	memset(found, 0, sizeof(*found));
	if (value != NULL && value[0] != '\0')
	{
		found->value = value;
		found->origin = variable;
		return true;
	}
	return (environment != NULL && find_in_section(file, "env", environment, name, found)) ||
	       find_in_section(file, "project", NULL, name, found);
}

static void
fail_value(const Found *found, const char *name, const char *expected)
{
	SmError error = {.file = found->file != NULL ? found->file : found->origin,
	                 .line = found->line,
	                 .next = expected,
	                 .code = SM_EXIT_USAGE};

	error.what = psprintf("%s: \"%s\" is not understood", name, found->value);
	sm_error_exit(&error);
}

/* A time: flag (-1: not given), setting or default. */
static int
choose_time(const SmConfigFile *file, const char *environment, const char *name, int flag,
            int otherwise)
{
	Found found;
	int ms;

	if (flag >= 0)
		return flag;
	if (!find_setting(file, environment, name, &found))
		return otherwise;
	ms = sm_options_duration(found.value);
	if (ms < 0)
		fail_value(&found, name, "Write it as 500ms, 2s, 5m or 1h.");
	return ms;
}

/* One of two words: the first is false, the second true. */
static bool
choose_word(const SmConfigFile *file, const char *environment, const char *name, const char *flag,
            const char *first, const char *second, bool otherwise)
{
	Found found = {.value = flag, .origin = psprintf("--%s", name)};

	if (flag == NULL && !find_setting(file, environment, name, &found))
		return otherwise;
	if (strcmp(found.value, second) == 0)
		return true;
	if (strcmp(found.value, first) != 0)
		fail_value(&found, name, psprintf("It is %s or %s.", first, second));
	return false;
}

static char *
choose_text(const SmConfigFile *file, const char *environment, const char *name, const char *flag,
            const char *otherwise)
{
	Found found;

	if (flag != NULL)
		return pg_strdup(flag);
	if (find_setting(file, environment, name, &found))
		return pg_strdup(found.value);
	return otherwise == NULL ? NULL : pg_strdup(otherwise);
}

/* A path as it is, or from a folder. */
static char *
absolute_path(const char *path, const char *folder)
{
	char *absolute = is_absolute_path(path) ? pg_strdup(path) : psprintf("%s/%s", folder, path);

	canonicalize_path(absolute);
	return absolute;
}

/* The connection string that the keys of a section make, or NULL where it has none. */
static char *
section_conninfo(const SmConfigFile *file, const char *section, const char *subsection,
                 char **origin)
{
	PQExpBufferData conninfo;
	Found url = {0};
	Found found;
	Found first = {0};

	initPQExpBuffer(&conninfo);
	for (int i = 0; connection_keys[i] != NULL; i++)
	{
		if (!find_in_section(file, section, subsection, connection_keys[i], &found))
			continue;
		if (first.value == NULL)
			first = found;
		appendPQExpBuffer(&conninfo, "%s%s=", conninfo.len > 0 ? " " : "", connection_keys[i]);
		appendConnStrVal(&conninfo, found.value);
	}
	if (find_in_section(file, section, subsection, "url", &url))
	{
		if (first.value != NULL)
			fail_value(&first, "url",
			           "A section has either url, or service, host, port, dbname and user.");
		*origin = url.origin;
		return pg_strdup(url.value);
	}
	*origin = first.origin;
	return first.value == NULL ? NULL : conninfo.data;
}

/* --conninfo, DATABASE_URL, the environment's section, the project's. */
static void
choose_conninfo(SmConfig *config, const SmOptions *options, const SmConfigFile *file)
{
	const char *variable = getenv("DATABASE_URL");

	if (options->conninfo != NULL)
	{
		config->conninfo = pg_strdup(options->conninfo);
		config->conninfo_origin = pg_strdup("--conninfo");
	}
	else if (variable != NULL && variable[0] != '\0')
	{
		config->conninfo = pg_strdup(variable);
		config->conninfo_origin = pg_strdup("DATABASE_URL");
	}
	else
	{
		if (config->environment != NULL)
			config->conninfo =
			    section_conninfo(file, "env", config->environment, &config->conninfo_origin);
		if (config->conninfo == NULL)
			config->conninfo = section_conninfo(file, "project", NULL, &config->conninfo_origin);
		if (config->conninfo == NULL)
			config->conninfo_origin = pg_strdup("libpq's environment");
	}
}

/* --env, SUMMIT_MIGRATE_ENV, env of [project]; it must be one that the file has, if it has any. */
static void
choose_environment(SmConfig *config, const SmOptions *options, const SmConfigFile *file)
{
	const char **known = pg_malloc0((file->count + 1) * sizeof(char *));
	const char *nearest;
	int n = 0;

	config->environment = choose_text(file, NULL, "env", options->env, NULL);
	if (config->environment == NULL)
		return;
	for (int i = 0; i < file->count; i++)
		if (strcmp(file->entries[i].section, "env") == 0)
		{
			if (strcmp(file->entries[i].subsection, config->environment) == 0)
				return;
			known[n++] = file->entries[i].subsection;
		}
	if (n == 0)
		return;
	nearest = sm_suggest_nearest(config->environment, known);
	sm_error_fail(SM_EXIT_USAGE,
	              nearest != NULL
	                  ? psprintf("Did you mean --env %s?", nearest)
	                  : psprintf("Add [env \"%s\"] to %s.", config->environment, file->path),
	              "%s has no environment \"%s\"", file->path, config->environment);
}

/* The targets and the session settings. */
static SmTargetConfig *
find_target(SmConfig *config, const char *name)
{
	SmTargetConfig *target;

	for (int i = 0; i < config->ntargets; i++)
		if (strcmp(config->targets[i].name, name) == 0)
			return &config->targets[i];
	config->targets = pg_realloc(config->targets, (config->ntargets + 1) * sizeof(SmTargetConfig));
	target = &config->targets[config->ntargets++];
	memset(target, 0, sizeof(*target));
	target->name = pg_strdup(name);
	return target;
}

static void
read_target(SmConfig *config, const SmConfigFile *file, const char *name)
{
	SmTargetConfig *target = find_target(config, name);
	Found found = {.value = name, .file = file->path};
	char *origin;

	if (target->database_type != NULL)
		return; /* an entry of a section that has been read */
	(void) find_in_section(file, "target", name, "type", &found);
	target->database_type = pg_strdup(
	    sm_config_database_type(found.value) == NULL ? "" : sm_config_database_type(found.value));
	if (target->database_type[0] == '\0')
		fail_value(&found, "type", "It is postgresql, timescale or neo4j.");
	target->conninfo = section_conninfo(file, "target", name, &origin);
	if (find_in_section(file, "target", name, "migrations", &found))
		target->migrations = absolute_path(found.value, file->folder);
}

static void
read_sections(SmConfig *config, const SmConfigFile *file)
{
	for (int i = 0; i < file->count; i++)
	{
		const SmConfigEntry *entry = &file->entries[i];

		if (strcmp(entry->section, "target") == 0)
			read_target(config, file, entry->subsection);
		if (strcmp(entry->section, "set") != 0)
			continue;
		config->settings =
		    pg_realloc(config->settings, (config->nsettings + 1) * sizeof(SmSetting));
		config->settings[config->nsettings].line = entry->line;
		config->settings[config->nsettings].name = pg_strdup(entry->name);
		config->settings[config->nsettings++].value = pg_strdup(entry->value);
	}
}

/* The folder of migrations: a flag's path starts here, the file's beside the file. */
static void
choose_folder(SmConfig *config, const SmOptions *options, const SmConfigFile *file)
{
	char here[MAXPGPATH];
	Found found;

	if (getcwd(here, sizeof(here)) == NULL)
		sm_error_fail(SM_EXIT_USAGE, NULL, "could not find the working folder: %m");
	config->root = pg_strdup(file->folder != NULL ? file->folder : here);
	if (options->dir != NULL)
		config->migrations = absolute_path(options->dir, here);
	else if (getenv("SUMMIT_MIGRATE_DIR") != NULL && getenv("SUMMIT_MIGRATE_DIR")[0] != '\0')
		config->migrations = absolute_path(getenv("SUMMIT_MIGRATE_DIR"), here);
	else if (find_setting(file, config->environment, "migrations", &found))
		config->migrations = absolute_path(found.value, found.file != NULL ? config->root : here);
	else
		config->migrations = absolute_path(DEFAULT_MIGRATIONS, config->root);
}

void
sm_config_load(SmConfig *config, const SmOptions *options)
{
	const char *given = options->config != NULL ? options->config : getenv("SUMMIT_MIGRATE_CONFIG");
	SmConfigFile *file = sm_configfile_read(given != NULL && given[0] != '\0' ? given : NULL);
	const char *environment;
	bool easy;

	if (file == NULL)
		file = no_file();
	config->file = file->path;
	choose_environment(config, options, file);
	environment = config->environment;
	easy = environment != NULL && strcmp(environment, "dev") == 0;
	choose_folder(config, options, file);
	choose_conninfo(config, options, file);
	config->schema = choose_text(file, environment, "schema", options->schema, DEFAULT_SCHEMA);
	config->author = choose_text(file, environment, "author", options->author, NULL);
	config->owner_role = choose_text(file, environment, "owner_role", NULL, NULL);
	config->order = choose_word(file, environment, "order", options->order, "strict", "any", easy)
	                    ? SM_ORDER_ANY
	                    : SM_ORDER_STRICT;
	config->contract =
	    choose_word(file, environment, "contract", NULL, "manual", "auto", easy || options->scratch)
	        ? SM_CONTRACT_AUTO
	        : SM_CONTRACT_MANUAL;
	config->lock_timeout =
	    choose_time(file, environment, "lock_timeout", options->lock_timeout, 2000);
	config->statement_timeout =
	    choose_time(file, environment, "statement_timeout", options->statement_timeout, 0);
	config->concurrent_timeout = choose_time(file, environment, "concurrent_timeout", -1, 0);
	config->lock_wait = choose_time(file, environment, "lock_wait", options->lock_wait, 300000);
	config->connect_wait = choose_time(file, environment, "connect_wait", options->connect_wait, 0);
	read_sections(config, file);
}

const SmTargetConfig *
sm_config_target(const SmConfig *config, const char *name)
{
	for (int i = 0; i < config->ntargets; i++)
		if (strcmp(config->targets[i].name, name) == 0)
			return &config->targets[i];
	return NULL;
}

const char *
sm_config_database_type(const char *spelling)
{
	static const struct
	{
		const char *spelling;
		const char *type;
	} types[] = {{"postgresql", "postgresql"},
	             {"postgres", "postgresql"},
	             {"timescale", "timescale"},
	             {"timescaledb", "timescale"},
	             {"neo4j", "neo4j"}};

	for (size_t i = 0; i < lengthof(types); i++)
		if (pg_strcasecmp(types[i].spelling, spelling) == 0)
			return types[i].type;
	return NULL;
}
