/*
 * files.c
 *		The folder of migrations as create and init see it.
 */
#include "postgres_fe.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "error.h"
#include "files.h"
#include "semver.h"

#define MOMENT_LENGTH 15 /* YYYYMMDD_HHMMSS */

/* The length of a file's name without its ending, 0 where it is no migration's. */
static size_t
id_length(const char *name)
{
	const char *dot = strrchr(name, '.');

	if (dot == NULL || (strcmp(dot, ".sql") != 0 && strcmp(dot, ".cypher") != 0))
		return 0;
	for (int i = 0; i < MOMENT_LENGTH; i++)
		if (i == 8 ? name[i] != '_' : !isdigit((unsigned char) name[i]))
			return 0;
	return name[MOMENT_LENGTH] == '_' ? dot - name : 0;
}

/* The names of a folder's migration files, unsorted; whole, with their endings. */
static SmTextList
read_names(const char *folder)
{
	SmTextList names = {0, NULL};
	DIR *stream = opendir(folder);
	struct dirent *entry;

	if (stream == NULL && errno == ENOENT)
		return names;
	if (stream == NULL)
		sm_error_fail(SM_EXIT_USAGE, NULL, "could not read the folder \"%s\": %m", folder);
	while ((entry = readdir(stream)) != NULL)
	{
		if (id_length(entry->d_name) == 0)
			continue;
		names.items = pg_realloc(names.items, (names.count + 1) * sizeof(char *));
		names.items[names.count++] = pg_strdup(entry->d_name);
	}
	closedir(stream);
	return names;
}

static int
compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

SmTextList
sm_files_ids(const char *folder)
{
	SmTextList ids = read_names(folder);

	for (int i = 0; i < ids.count; i++)
		ids.items[i][id_length(ids.items[i])] = '\0';
	if (ids.count > 0)
		qsort(ids.items, ids.count, sizeof(char *), compare_texts);
	return ids;
}

/* The time in the id, as seconds; UTC. */
static time_t
id_time(const char *id)
{
	struct tm moment;

	memset(&moment, 0, sizeof(moment));
	if (strptime(id, "%Y%m%d_%H%M%S", &moment) == NULL)
		return 0;
	return timegm(&moment);
}

char *
sm_files_new_id(const SmTextList *ids, const char *type, const char *description)
{
	time_t now = time(NULL);
	struct tm moment;
	char text[MOMENT_LENGTH + 1];

	if (ids->count > 0)
		now = Max(now, id_time(ids->items[ids->count - 1]) + 1);
	gmtime_r(&now, &moment);
	strftime(text, sizeof(text), "%Y%m%d_%H%M%S", &moment);
	return psprintf("%s_%s_%s", text, type, description);
}

const char *
sm_files_resolve(const SmTextList *ids, const char *text)
{
	const char *found = NULL;
	size_t length = strlen(text);

	for (int i = 0; i < ids->count; i++)
	{
		if (strncmp(ids->items[i], text, length) != 0)
			continue;
		if (ids->items[i][length] == '\0')
			return ids->items[i];
		if (found != NULL)
			sm_error_fail(SM_EXIT_USAGE, psprintf("It may be %s or %s.", found, ids->items[i]),
			              "\"%s\" begins several ids", text);
		found = ids->items[i];
	}
	return found;
}

/* The version in the header of a file, or NULL; the header is the comments at its top. */
static char *
header_version(const char *path)
{
	FILE *stream = fopen(path, "r");
	char *line = NULL;
	size_t size = 0;
	char *version = NULL;

	if (stream == NULL)
		sm_error_fail(SM_EXIT_USAGE, NULL, "could not read \"%s\": %m", path);
	while (version == NULL && getline(&line, &size, stream) > 0)
	{
		char *text = line + strspn(line, " \t\r\n");

		if (*text != '\0' && strncmp(text, "--", 2) != 0 && strncmp(text, "//", 2) != 0)
			break;
		text += strspn(text, "-/ \t");
		if (pg_strncasecmp(text, "version:", 8) != 0)
			continue;
		text += 8;
		text += strspn(text, " \t");
		text[strcspn(text, " \t\r\n")] = '\0';
		version = pg_strdup(text);
	}
	free(line);
	fclose(stream);
	return version;
}

char *
sm_files_highest_version(const char *folder)
{
	SmTextList names = read_names(folder);
	char *highest = NULL;

	for (int i = 0; i < names.count; i++)
	{
		char *version = header_version(psprintf("%s/%s", folder, names.items[i]));
		SmSemver parsed;

		if (version != NULL && sm_semver_read(version, &parsed) &&
		    (highest == NULL || sm_semver_compare(version, highest) > 0))
			highest = version;
	}
	return highest;
}

char *
sm_files_write(const char *folder, const char *name, const char *text)
{
	char *path = psprintf("%s/%s", folder, name);
	char *made = pg_strdup(folder);
	size_t length = strlen(text);
	int descriptor;

	if (pg_mkdir_p(made, 0777) != 0)
		sm_error_fail(SM_EXIT_USAGE, NULL, "could not make the folder \"%s\": %m", folder);
	pg_free(made);
	descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL, 0666);
	if (descriptor < 0)
		sm_error_fail(SM_EXIT_USAGE, NULL, "could not write \"%s\": %m", path);
	if (write(descriptor, text, length) != (ssize_t) length || close(descriptor) != 0)
		sm_error_fail(SM_EXIT_FAILED, NULL, "could not write \"%s\": %m", path);
	return path;
}
