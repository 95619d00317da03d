/*
 * output.c
 *		Results: tables through libsmartcols, JSON through cJSON, lines; and the
 *		notes beside them.  What stands in them is the commands' business.
 */
#include "postgres_fe.h"

#include <libsmartcols/libsmartcols.h>
#include <locale.h>
#include <unistd.h>

#include "fe_utils/string_utils.h"

#include "output.h"
#include "progress.h"

struct SmTable
{
	struct libscols_table *columns;
	int ncolumns;
};

static bool as_json = false;
static const char *command_name = NULL;
static bool quiet_notes = false;
static bool verbose_notes = false;
static bool in_color = false;

void
sm_output_configure(bool json, bool quiet, bool verbose, bool no_color)
{
	const char *variable = getenv("NO_COLOR");

	setlocale(LC_CTYPE, ""); /* libsmartcols counts columns by it */
	as_json = json;
	quiet_notes = quiet;
	verbose_notes = verbose;
	in_color = !no_color && (variable == NULL || variable[0] == '\0') && isatty(STDOUT_FILENO);
}

void
sm_output_name_command(const char *name)
{
	command_name = name;
}

bool
sm_output_is_json(void)
{
	return as_json;
}

bool
sm_output_is_quiet(void)
{
	return quiet_notes;
}

static const char *
color_name(SmColor color)
{
	static const char *const names[] = {"", "green", "brown", "red", "darkgray"};

	return names[color];
}

static const char *
color_code(SmColor color)
{
	static const char *const codes[] = {"", "\033[32m", "\033[33m", "\033[31m", "\033[90m"};

	return codes[color];
}

SmTable *
sm_output_table(const char *const *headings, int ncolumns)
{
	SmTable *table = pg_malloc(sizeof(SmTable));

	table->columns = scols_new_table();
	table->ncolumns = ncolumns;
	if (table->columns == NULL)
		pg_malloc(SIZE_MAX / 2); /* says "out of memory" and exits */
	scols_table_enable_colors(table->columns, in_color);
	for (int i = 0; i < ncolumns; i++)
	{
		bool number = headings[i][0] == '#';

		scols_table_new_column(table->columns, headings[i] + (number ? 1 : 0), 0,
		                       number ? SCOLS_FL_RIGHT : 0);
	}
	return table;
}

void
sm_output_row(SmTable *table, const char *const *cells, int color_column, SmColor color)
{
	struct libscols_line *line = scols_table_new_line(table->columns, NULL);

	for (int i = 0; i < table->ncolumns; i++)
		if (cells[i] != NULL)
			scols_line_set_data(line, i, cells[i]);
	if (in_color && color_column >= 0 && color != SM_COLOR_NONE)
		scols_cell_set_color(scols_line_get_cell(line, color_column), color_name(color));
}

void
sm_output_print(SmTable *table)
{
	if (!as_json && !scols_table_is_empty(table->columns))
	{
		sm_progress_clear();
		scols_print_table(table->columns);
	}
	scols_unref_table(table->columns);
	pg_free(table);
}

void
sm_output_json(cJSON *document)
{
	char *text;

	if (command_name != NULL && !cJSON_HasObjectItem(document, "command"))
		cJSON_AddStringToObject(document, "command", command_name);
	text = cJSON_Print(document);
	sm_progress_clear();
	puts(text);
	cJSON_free(text);
	cJSON_Delete(document);
}

static FILE *real_stdout = NULL;
static char *captured = NULL;
static size_t captured_length;

void
sm_output_capture(void)
{
	FILE *memory = open_memstream(&captured, &captured_length);

	if (memory == NULL)
		pg_malloc(SIZE_MAX / 2); /* says "out of memory" and exits */
	real_stdout = stdout;
	stdout = memory;
}

char *
sm_output_captured(void)
{
	fclose(stdout);
	stdout = real_stdout;
	return captured;
}

void
sm_output_line(const char *fmt, ...)
{
	va_list args;

	if (as_json)
		return;
	sm_progress_clear();
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	putchar('\n');
}

static void
print_note_json(const char *text)
{
	cJSON *object = cJSON_CreateObject();
	char *line;

	cJSON_AddStringToObject(object, "level", "note");
	cJSON_AddStringToObject(object, "message", text);
	line = cJSON_PrintUnformatted(object);
	fprintf(stderr, "%s\n", line);
	cJSON_free(line);
	cJSON_Delete(object);
}

/* A line to stderr, after what stdout has so far. */
static void pg_attribute_printf(1, 0) print_note(const char *fmt, va_list args)
{
	char *text;

	sm_progress_clear();
	fflush(stdout);
	if (vasprintf(&text, fmt, args) < 0)
		return;
	if (as_json)
		print_note_json(text);
	else
		fprintf(stderr, "%s\n", text);
	free(text);
}

void
sm_output_note(const char *fmt, ...)
{
	va_list args;

	if (quiet_notes)
		return;
	va_start(args, fmt);
	print_note(fmt, args);
	va_end(args);
}

void
sm_output_detail(const char *fmt, ...)
{
	va_list args;

	if (!verbose_notes)
		return;
	va_start(args, fmt);
	print_note(fmt, args);
	va_end(args);
}

char *
sm_output_paint(SmColor color, const char *text)
{
	if (!in_color || color == SM_COLOR_NONE)
		return pg_strdup(text);
	return psprintf("%s%s\033[0m", color_code(color), text);
}

char *
sm_output_duration(double ms)
{
	if (ms < 10)
		return psprintf("%.1f ms", ms);
	if (ms < 1000)
		return psprintf("%.0f ms", ms);
	if (ms < 60000)
		return psprintf("%.1f s", ms / 1000);
	if (ms < 3600000)
		return psprintf("%d min %02d s", (int) (ms / 60000), (int) (ms / 1000) % 60);
	return psprintf("%d h %02d min", (int) (ms / 3600000), (int) (ms / 60000) % 60);
}

void
sm_output_add_text(cJSON *object, const char *name, const char *value)
{
	if (value == NULL)
		cJSON_AddNullToObject(object, name);
	else
		cJSON_AddStringToObject(object, name, value);
}

void
sm_output_add_number(cJSON *object, const char *name, const char *value)
{
	if (value == NULL || value[0] == '\0')
		cJSON_AddNullToObject(object, name);
	else
		cJSON_AddRawToObject(object, name, value);
}
