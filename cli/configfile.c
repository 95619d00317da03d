/*
 * configfile.c
 *		Finds and reads summit-migrate.conf: git-style INI through inih, with
 *		the line of each entry kept (inih tells its handler none, so the reader
 *		counts), and every section and key checked against the known ones.
 */
#include "postgres_fe.h"

#include <ini.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "configfile.h"
#include "error.h"
#include "suggest.h"

static const char *const sections[] = {"project", "env", "target", "set", NULL};

static const char *const project_keys[] = {"env",
                                           "url",
                                           "service",
                                           "dbname",
                                           "host",
                                           "port",
                                           "user",
                                           "migrations",
                                           "schema",
                                           "author",
                                           "order",
                                           "contract",
                                           "owner_role",
                                           "lock_timeout",
                                           "statement_timeout",
                                           "concurrent_timeout",
                                           "lock_wait",
                                           "connect_wait",
                                           NULL};

static const char *const target_keys[] = {"type", "url",  "service",    "dbname", "host",
                                          "port", "user", "migrations", NULL};

/* What the reader and the handler share while inih runs. */
typedef struct Reading
{
	FILE *stream;
	SmConfigFile *file;
	int line;
} Reading;

static _Noreturn void fail_at(const Reading *reading, const char *next, const char *fmt, ...)
    pg_attribute_printf(3, 4);

static void
fail_at(const Reading *reading, const char *next, const char *fmt, ...)
{
	char what[1024];
	SmError error = {.what = what,
	                 .file = reading->file->path,
	                 .line = reading->line,
	                 .next = next,
	                 .code = SM_EXIT_USAGE};
	va_list args;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	sm_error_exit(&error);
}

/* fgets() for inih, counting lines; it would take the rest of a long line for another line. */
static char *
read_line(char *buffer, int size, void *arg)
{
	Reading *reading = arg;
	size_t length;

	if (fgets(buffer, size, reading->stream) == NULL)
		return NULL;
	reading->line++;
	length = strlen(buffer);
	if (length > 0 && buffer[length - 1] != '\n' && !feof(reading->stream))
		fail_at(reading, "Put long connection settings into a service file.",
		        "the line is longer than %d characters", size - 2);
	/* inih would take an indented line, as git writes them, for more of the line before */
	memmove(buffer, buffer + strspn(buffer, " \t"), length + 1 - strspn(buffer, " \t"));
	return buffer;
}

static bool
is_known(const char *word, const char *const *known)
{
	for (; *known != NULL; known++)
		if (strcmp(word, *known) == 0)
			return true;
	return false;
}

/* "Did you mean", or the whole list. */
static char *
suggestion(const char *word, const char *const *known, const char *before, const char *after)
{
	const char *nearest = sm_suggest_nearest(word, known);
	char *list;

	if (nearest != NULL)
		return psprintf("Did you mean %s%s%s?", before, nearest, after);
	list = psprintf("Known: %s", known[0]);
	for (int i = 1; known[i] != NULL; i++)
		list = psprintf("%s, %s", list, known[i]);
	return list;
}

/* Splits [env "prod"] into env and prod, and checks both. */
static void
split_section(const Reading *reading, const char *text, SmConfigEntry *entry)
{
	char *space;
	size_t length;

	entry->section = pg_strdup(text);
	entry->subsection = NULL;
	space = strpbrk(entry->section, " \t\"");
	if (space != NULL)
	{
		char *name = space + strspn(space, " \t");

		length = strlen(name);
		if (length < 3 || name[0] != '"' || name[length - 1] != '"')
			fail_at(reading, "Write it as [env \"prod\"].", "malformed section [%s]", text);
		name[length - 1] = '\0';
		entry->subsection = pg_strdup(name + 1);
		*space = '\0';
	}
	if (!is_known(entry->section, sections))
		fail_at(reading, suggestion(entry->section, sections, "[", "]"), "unknown section [%s]",
		        text);
	if ((strcmp(entry->section, "env") == 0 || strcmp(entry->section, "target") == 0) !=
	    (entry->subsection != NULL))
		fail_at(reading,
		        entry->subsection != NULL ? "Write it without a name."
		                                  : psprintf("Write it as [%s \"name\"].", entry->section),
		        "section [%s] %s", text,
		        entry->subsection != NULL ? "takes no name" : "needs a name");
}

static void
check_key(const Reading *reading, const SmConfigEntry *entry)
{
	const char *const *known = strcmp(entry->section, "target") == 0 ? target_keys : project_keys;

	if (strcmp(entry->section, "set") == 0)
	{
		if (strspn(entry->name,
		           "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.") !=
		    strlen(entry->name))
			fail_at(reading, "A server setting is letters, digits, _ and a dot.",
			        "\"%s\" is no name of a setting", entry->name);
		return;
	}
	if (!is_known(entry->name, known) ||
	    (strcmp(entry->section, "env") == 0 && strcmp(entry->name, "env") == 0))
		fail_at(reading, suggestion(entry->name, known, "", ""), "unknown key \"%s\" in [%s%s%s%s]",
		        entry->name, entry->section, entry->subsection != NULL ? " \"" : "",
		        entry->subsection != NULL ? entry->subsection : "",
		        entry->subsection != NULL ? "\"" : "");
}

/* A key stands once in its section. */
static void
check_twice(const Reading *reading, const SmConfigEntry *entry)
{
	for (int i = 0; i < reading->file->count; i++)
	{
		const SmConfigEntry *other = &reading->file->entries[i];

		if (strcmp(other->section, entry->section) == 0 && strcmp(other->name, entry->name) == 0 &&
		    strcmp(other->subsection == NULL ? "" : other->subsection,
		           entry->subsection == NULL ? "" : entry->subsection) == 0)
			fail_at(reading, psprintf("It stands on line %d already.", other->line),
			        "key \"%s\" is given twice", entry->name);
	}
}

static int
take_entry(void *user, const char *section, const char *name, const char *value)
{
	Reading *reading = user;
	SmConfigFile *file = reading->file;
	SmConfigEntry entry;

	if (section[0] == '\0')
		fail_at(reading, "Begin with a section, such as [project].",
		        "key \"%s\" stands in no section", name);
	split_section(reading, section, &entry);
	entry.name = pg_strdup(name);
	entry.value = pg_strdup(value == NULL ? "" : value);
	entry.line = reading->line;
	check_key(reading, &entry);
	check_twice(reading, &entry);
	file->entries = pg_realloc(file->entries, (file->count + 1) * sizeof(SmConfigEntry));
	file->entries[file->count++] = entry;
	return 1;
}

/* The nearest summit-migrate.conf from the working folder upwards, or NULL. */
static char *
find_upwards(void)
{
	char folder[MAXPGPATH];

	if (getcwd(folder, sizeof(folder)) == NULL)
		sm_error_fail(SM_EXIT_USAGE, NULL, "could not find the working folder: %m");
	for (;;)
	{
		char *path = psprintf("%s/%s", strcmp(folder, "/") == 0 ? "" : folder, SM_CONFIG_FILE);
		struct stat status;

		if (stat(path, &status) == 0)
			return path;
		pg_free(path);
		if (strcmp(folder, "/") == 0)
			return NULL;
		get_parent_directory(folder);
		if (folder[0] == '\0')
			strcpy(folder, "/");
	}
}

SmConfigFile *
sm_configfile_read(const char *given)
{
	SmConfigFile *file;
	Reading reading;
	char *path = given != NULL ? make_absolute_path(given) : find_upwards();
	int bad_line;

	if (path == NULL)
		return NULL;
	file = pg_malloc0(sizeof(SmConfigFile));
	file->path = path;
	file->folder = pg_strdup(path);
	get_parent_directory(file->folder);
	reading.file = file;
	reading.line = 0;
	reading.stream = fopen(path, "r");
	if (reading.stream == NULL)
		sm_error_fail(SM_EXIT_USAGE, NULL, "could not read \"%s\": %m", path);
	bad_line = ini_parse_stream(read_line, &reading, take_entry, &reading);
	if (ferror(reading.stream))
		sm_error_fail(SM_EXIT_USAGE, NULL, "could not read \"%s\": %m", path);
	fclose(reading.stream);
	if (bad_line != 0)
	{
		reading.line = bad_line;
		fail_at(&reading, "A line is [section], name = value, or a comment after #.",
		        "the line cannot be read");
	}
	return file;
}
