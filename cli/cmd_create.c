/*
 * cmd_create.c
 *		"create": a new migration file.  Its text comes from a pattern
 *		(pattern.c), its id from the folder (files.c).
 */
#include "postgres_fe.h"

#include <ctype.h>
#include <pwd.h>
#include <time.h>
#include <unistd.h>

#include "fe_utils/string_utils.h"
#include "mb/pg_wchar.h"

#include "command.h"
#include "conn.h"
#include "error.h"
#include "files.h"
#include "output.h"
#include "pattern.h"
#include "semver.h"

#define BLANK "blank"
#define MAX_DESCRIPTION 100
#define MAX_WORDS 32

/* Whether a file can have it in one of its lines: UTF-8, not empty, no line end or such. */
static bool
is_plain_line(const char *text)
{
	int length = strlen(text);

	if (pg_encoding_verifymbstr(PG_UTF8, text, length) != length)
		return false;
	for (const char *c = text; *c != '\0'; c++)
		if ((unsigned char) *c < ' ' || *c == '\177')
			return false;
	return text[strspn(text, " ")] != '\0';
}

/*
 * Whether a type ends where it is put: no statement or comment begins in it, and
 * no quote or parenthesis stays open.  Whether there is such a type, only the
 * server knows.
 */
static bool
is_closed_type(const char *text)
{
	int depth = 0;
	char quote = '\0';

	for (const char *c = text; *c != '\0'; c++)
	{
		if (quote != '\0' || *c == '"' || *c == '\'')
			quote = quote == '\0' ? *c : (*c == quote ? '\0' : quote);
		else if (*c == ';' || *c == '$' || strncmp(c, "--", 2) == 0 || strncmp(c, "/*", 2) == 0)
			return false;
		else if (*c == '(')
			depth++;
		else if (*c == ')' && --depth < 0)
			return false;
	}
	return depth == 0 && quote == '\0';
}

static void
require_plain_line(const char *option, const char *text)
{
	if (text != NULL && !is_plain_line(text))
		sm_error_fail(SM_EXIT_USAGE, "Give it in one line of UTF-8, without control characters.",
		              "%s cannot be used: it is empty, or not one line of text", option);
}

/* The texts that go into the file as they are. */
static void
check_texts(const SmContext *context)
{
	const SmOptions *options = &context->options;

	require_plain_line("--author", context->config.author);
	require_plain_line("--table", options->table);
	require_plain_line("--column", options->column);
	require_plain_line("--column-type", options->column_type);
	if (options->column_type != NULL && !is_closed_type(options->column_type))
		sm_error_fail(SM_EXIT_USAGE, "Write it as in CREATE TABLE: numeric(10, 2).",
		              "--column-type is not the name of a type: %s", options->column_type);
}

/* The description in lower_snake_case, as a suggestion. */
static char *
snake_case(const char *text)
{
	char *snake = pg_malloc(strlen(text) + 1);
	int n = 0;

	for (; *text != '\0' && n < MAX_DESCRIPTION; text++)
	{
		if (isalnum((unsigned char) *text))
			snake[n++] = pg_tolower((unsigned char) *text);
		else if (n > 0 && snake[n - 1] != '_')
			snake[n++] = '_';
	}
	while (n > 0 && snake[n - 1] == '_')
		n--;
	snake[n] = '\0';
	return snake;
}

/* The description, from the argument or the option. */
static const char *
read_description(const SmOptions *options)
{
	const char *text = options->nargs > 0 ? options->args[0] : options->description;
	char *snake;

	if (text == NULL)
		sm_error_fail(SM_EXIT_USAGE, "summit-migrate create add_email_to_users",
		              "create needs a description");
	if (options->nargs > 0 && options->description != NULL)
		sm_error_fail(SM_EXIT_USAGE, "Give it once.", "the description is given twice");
	snake = snake_case(text);
	if (strcmp(snake, text) != 0 || !islower((unsigned char) text[0]))
		sm_error_fail(SM_EXIT_USAGE,
		              islower((unsigned char) snake[0])
		                  ? psprintf("Did you mean %s?", snake)
		                  : "It begins with a letter and has letters, digits and _ .",
		              "the description must be in lower_snake_case, not \"%s\"", text);
	return text;
}

static const char *
read_database(const SmOptions *options)
{
	const char *type =
	    sm_config_database_type(options->database == NULL ? "postgresql" : options->database);

	if (type == NULL)
		sm_error_fail(SM_EXIT_USAGE, "It is postgresql or timescale.",
		              "unknown database type \"%s\"", options->database);
	if (strcmp(type, "neo4j") == 0)
		sm_error_fail(SM_EXIT_USAGE, "It is postgresql or timescale.",
		              "version 1.0 writes no files for neo4j");
	return type;
}

/* The dependencies as whole ids, "ID:contract" allowed, with commas between them; "none" without. */
static char *
read_dependencies(const SmOptions *options, const SmTextList *ids)
{
	PQExpBuffer list = createPQExpBuffer();

	for (int i = 0; i < options->depends_on.count; i++)
	{
		char *text = pg_strdup(options->depends_on.items[i]);
		char *colon = strchr(text, ':');
		const char *id;

		if (colon != NULL)
			*colon++ = '\0';
		if (colon != NULL && strcmp(colon, "contract") != 0)
			sm_error_fail(SM_EXIT_USAGE, "It is ID or ID:contract.", "unknown dependency \"%s\"",
			              options->depends_on.items[i]);
		id = sm_files_resolve(ids, text);
		if (id == NULL || text[0] == '\0')
			sm_error_fail(SM_EXIT_USAGE, "summit-migrate status lists the migrations.",
			              "--depends-on: there is no migration \"%s\"", text);
		appendPQExpBuffer(list, "%s%s%s", i > 0 ? ", " : "", id, colon != NULL ? ":contract" : "");
	}
	return list->len == 0 ? pg_strdup("none") : list->data;
}

/* The first line that a command prints, or NULL. */
static char *
command_line(const char *command)
{
	FILE *stream = popen(command, "r");
	char line[256] = "";

	if (stream == NULL)
		return NULL;
	if (fgets(line, sizeof(line), stream) == NULL)
		line[0] = '\0';
	pclose(stream);
	line[strcspn(line, "\r\n")] = '\0';
	return line[0] == '\0' ? NULL : pg_strdup(line);
}

/* --author or the configuration's, git's address, the user's name. */
static const char *
read_author(const SmContext *context)
{
	const char *author = context->config.author;
	struct passwd *user;

	if (author == NULL)
		author = command_line("git config user.email 2>/dev/null");
	if (author == NULL)
		author = getenv("USER");
	if (author == NULL && (user = getpwuid(geteuid())) != NULL)
		author = pg_strdup(user->pw_name);
	return author == NULL || !is_plain_line(author) ? "unknown" : author;
}

/* The server's current version, or NULL without a server or extension. */
static char *
server_version(const SmContext *context, const char *database_type)
{
	SmConn *conn = sm_conn_open(&context->config, NULL, SM_CONN_TRY | SM_CONN_ANY_SERVER);
	const char *values[] = {database_type};
	char *version = NULL;
	PGresult *result;

	if (conn != NULL && conn->schema != NULL && !conn->pooled)
	{
		result = sm_conn_call(conn, "get_current_schema_version(text)", values);
		version = pg_strdup(PQgetvalue(result, 0, 0));
		PQclear(result);
	}
	sm_conn_close(conn);
	return version;
}

/* --schema-version, or the one after the highest that server and files know. */
static char *
read_version(const SmContext *context, const char *database_type, int part)
{
	const char *given = context->options.schema_version;
	char *server;
	char *files;
	SmSemver parsed;

	if (given != NULL)
	{
		if (!sm_semver_read(given, &parsed))
			sm_error_fail(SM_EXIT_USAGE, "Write it as 1.4.0.", "\"%s\" is not a version", given);
		return pg_strdup(given[0] == 'v' || given[0] == 'V' ? given + 1 : given);
	}
	server = server_version(context, database_type);
	files = sm_files_highest_version(context->config.migrations);
	if (server == NULL || (files != NULL && sm_semver_compare(files, server) > 0))
		server = files;
	return sm_semver_next(server == NULL ? "0.0.0" : server, part);
}

/* "app.users" with each part quoted where it must be. */
static char *
quote_name(const char *name)
{
	const char *dot = strchr(name, '.');
	char *schema;

	if (dot == NULL)
		return pg_strdup(fmtId(name));
	schema = pg_strdup(fmtId(psprintf("%.*s", (int) (dot - name), name)));
	return psprintf("%s.%s", schema, fmtId(dot + 1));
}

/* A name made of table, column and a word, that fits into an identifier. */
static char *
made_name(const char *table, const char *column, const char *word)
{
	const char *dot = strchr(table, '.');
	char *name = psprintf("%s_%s", dot == NULL ? table : dot + 1, column);
	int length = Min((int) strlen(name), NAMEDATALEN - 2 - (int) strlen(word));

	/* not within a character of UTF-8 */
	while (name[length] != '\0' && ((unsigned char) name[length] & 0xC0) == 0x80)
		length--;
	return pg_strdup(fmtId(psprintf("%.*s_%s", length, name, word)));
}

/* A pattern's words, with room for all of them; the last stays empty. */
typedef struct Words
{
	int count;
	SmPatternWord list[MAX_WORDS + 1];
} Words;

static void
add_word(Words *words, const char *word, const char *value)
{
	Assert(words->count < MAX_WORDS);
	words->list[words->count++] = (SmPatternWord){word, value};
}

/* The words that are made of table and column; NULL where these are not given. */
static void
add_table_words(Words *words, const SmOptions *options)
{
	const char *table = options->table;
	const char *column = table == NULL ? NULL : options->column;
	const char *dot = table == NULL ? NULL : strchr(table, '.');
	const char *schema = "";
	const char *type = options->column_type == NULL ? "text" : options->column_type;
	const char *index = column == NULL ? NULL : made_name(table, column, "idx");
	const char *sync = column == NULL ? NULL : made_name(table, column, "sync");

	if (dot != NULL)
		schema = psprintf("%s.", fmtId(psprintf("%.*s", (int) (dot - table), table)));
	add_word(words, "table", table == NULL ? NULL : quote_name(table));
	add_word(words, "column", column == NULL ? NULL : pg_strdup(fmtId(column)));
	add_word(words, "column-type", type);
	add_word(words, "column-new",
	         column == NULL ? NULL : pg_strdup(fmtId(psprintf("%s_new", column))));
	add_word(words, "column-index", index);
	add_word(words, "column-index-full", index == NULL ? NULL : psprintf("%s%s", schema, index));
	add_word(words, "column-check", column == NULL ? NULL : made_name(table, column, "not_null"));
	add_word(words, "column-sync", sync);
	add_word(words, "column-sync-full", sync == NULL ? NULL : psprintf("%s%s", schema, sync));
}

/* "add_email" as "Add email". */
static char *
title_of(const char *description)
{
	char *title = pg_strdup(description);

	title[0] = pg_toupper((unsigned char) title[0]);
	for (char *c = title; *c != '\0'; c++)
		if (*c == '_')
			*c = ' ';
	return title;
}

/* What a change of this kind counts up: major, minor or patch. */
static int
version_part(const char *type, bool breaking)
{
	if (breaking)
		return 0;
	return strcmp(type, "schema") == 0 ? 1 : 2;
}

static void
print_result(const SmContext *context, const char *id, const char *path, const char *version,
             const char *pattern)
{
	cJSON *document = cJSON_CreateObject();

	cJSON_AddStringToObject(document, "id", id);
	cJSON_AddStringToObject(document, "file", path);
	cJSON_AddStringToObject(document, "version", version);
	cJSON_AddStringToObject(document, "pattern", pattern);
	if (sm_output_is_json())
		sm_output_json(document);
	else
		cJSON_Delete(document);
	sm_output_line("%s", path);
	if (!context->options.json)
		sm_output_note("\nNext:\n"
		               "  edit the file                     phases, checks, rollback\n"
		               "  summit-migrate plan               what would run, unit by unit\n"
		               "  summit-migrate --scratch apply    try it on a server of its own\n"
		               "  summit-migrate apply              run it");
}

int
sm_cmd_create(SmContext *context)
{
	const SmOptions *options = &context->options;
	const char *description = read_description(options);
	const char *type = options->type == NULL ? "schema" : options->type;
	const char *database = read_database(options);
	const char *pattern = options->pattern == NULL ? BLANK : options->pattern;
	SmTextList ids = sm_files_ids(context->config.migrations);
	char *dependencies = read_dependencies(options, &ids);
	char *text = sm_pattern_read(context->program, pattern);
	bool breaking = options->breaking || strstr(text, "-- Breaking: true") != NULL;
	char *id = sm_files_new_id(&ids, type, description);
	char *version;
	Words words = {0};
	char *path;

	check_texts(context);
	if (options->pattern == NULL && (options->table != NULL || options->column != NULL))
		sm_error_fail(SM_EXIT_USAGE, "Add --pattern add-column, for example.",
		              "--table and --column are for a pattern");
	version = read_version(context, database, version_part(type, breaking));
	add_word(&words, "title", title_of(description));
	add_word(&words, "id", id);
	add_word(&words, "version", version);
	add_word(&words, "database", database);
	add_word(&words, "type", type);
	add_word(&words, "author", read_author(context));
	add_word(&words, "created", psprintf("%.4s-%.2s-%.2s", id, id + 4, id + 6));
	add_word(&words, "breaking", breaking ? "true" : "false");
	add_word(&words, "dependencies", dependencies);
	add_table_words(&words, options);
	text = sm_pattern_fill(pattern, text, words.list);
	path = sm_files_write(context->config.migrations, psprintf("%s.sql", id), text);
	print_result(context, id, path, version, pattern);
	return SM_EXIT_DONE;
}
