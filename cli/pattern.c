/*
 * pattern.c
 *		Finds patterns beside the program (in its source) or where they are
 *		installed, and fills them.
 */
#include "postgres_fe.h"

#include <dirent.h>
#include <sys/stat.h>

#include "fe_utils/string_utils.h"

#include "error.h"
#include "pattern.h"
#include "suggest.h"

#define MAX_PATTERNS 64

/* The folder of patterns: beside the program, else of the installation it belongs to. */
static char *
find_folder(const char *program)
{
	char own[MAXPGPATH];
	char share[MAXPGPATH];
	char *folder;
	struct stat status;

	if (find_my_exec(program, own) < 0)
		strlcpy(own, program, sizeof(own));
	get_share_path(own, share);
	get_parent_directory(own);
	folder = psprintf("%s/share/patterns", own);
	if (stat(folder, &status) == 0)
		return folder;
	return psprintf("%s/summit_migrate/patterns", share);
}

/* Says which patterns there are. */
static void
fail_unknown(const char *folder, const char *name)
{
	const char *names[MAX_PATTERNS + 1];
	PQExpBuffer list = createPQExpBuffer();
	DIR *stream = opendir(folder);
	struct dirent *entry;
	const char *nearest;
	int n = 0;

	if (stream == NULL)
		sm_error_fail(SM_EXIT_FAILED, "Install the program again.",
		              "could not read the patterns in \"%s\": %m", folder);
	while ((entry = readdir(stream)) != NULL && n < MAX_PATTERNS)
	{
		char *dot = strrchr(entry->d_name, '.');

		if (dot == NULL || strcmp(dot, ".sql") != 0)
			continue;
		names[n] = psprintf("%.*s", (int) (dot - entry->d_name), entry->d_name);
		appendPQExpBuffer(list, "%s%s", n > 0 ? ", " : "", names[n]);
		n++;
	}
	closedir(stream);
	names[n] = NULL;
	nearest = sm_suggest_nearest(name, names);
	sm_error_fail(SM_EXIT_USAGE,
	              nearest != NULL ? psprintf("Did you mean --pattern %s?", nearest)
	                              : psprintf("There are: %s.", list->data),
	              "there is no pattern \"%s\"", name);
}

char *
sm_pattern_read(const char *program, const char *name)
{
	char *folder = find_folder(program);
	FILE *stream = NULL;
	PQExpBuffer text = createPQExpBuffer();
	char buffer[4096];
	size_t length;

	if (name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0')
		stream = fopen(psprintf("%s/%s.sql", folder, name), "r");
	if (stream == NULL)
		fail_unknown(folder, name);
	while ((length = fread(buffer, 1, sizeof(buffer), stream)) > 0)
		appendBinaryPQExpBuffer(text, buffer, length);
	if (ferror(stream))
		sm_error_fail(SM_EXIT_FAILED, NULL, "could not read pattern \"%s\": %m", name);
	fclose(stream);
	return text->data;
}

static const char *
find_value(const char *name, const SmPatternWord *words, const char *word, int length)
{
	for (; words->word != NULL; words++)
	{
		if (strncmp(words->word, word, length) != 0 || words->word[length] != '\0')
			continue;
		if (words->value != NULL)
			return words->value;
		sm_error_fail(SM_EXIT_USAGE, "summit-migrate help create has an example.",
		              "pattern \"%s\" needs --table%s", name,
		              strstr(words->word, "column") != NULL ? " and --column" : "");
	}
	sm_error_fail(SM_EXIT_FAILED, "Install the program again.",
	              "pattern \"%s\" has an unknown word {{%.*s}}", name, length, word);
}

char *
sm_pattern_fill(const char *name, const char *text, const SmPatternWord *words)
{
	PQExpBuffer filled = createPQExpBuffer();
	const char *open;

	while ((open = strstr(text, "{{")) != NULL)
	{
		const char *close = strstr(open, "}}");

		if (close == NULL)
			break;
		appendBinaryPQExpBuffer(filled, text, open - text);
		appendPQExpBufferStr(filled, find_value(name, words, open + 2, close - open - 2));
		text = close + 2;
	}
	appendPQExpBufferStr(filled, text);
	return filled->data;
}
