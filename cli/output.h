/*
 * output.h
 *		Results, to stdout: tables, JSON, lines.  Notes about the work, to
 *		stderr.  Errors are error.h's.
 */
#ifndef SM_OUTPUT_H
#define SM_OUTPUT_H

#include <cjson/cJSON.h>

typedef enum SmColor
{
	SM_COLOR_NONE,
	SM_COLOR_GOOD, /* green */
	SM_COLOR_WARN, /* yellow */
	SM_COLOR_BAD,  /* red */
	SM_COLOR_FAINT /* grey */
} SmColor;

typedef struct SmTable SmTable;

/* Sets the locale, the colours (NO_COLOR, terminals) and the modes. */
extern void sm_output_configure(bool json, bool quiet, bool verbose, bool no_color);

/* The command that documents are of: each has its name. */
extern void sm_output_name_command(const char *name);

extern bool sm_output_is_json(void);
extern bool sm_output_is_quiet(void);

/* A table with a heading a column; numeric columns are named "#...". */
extern SmTable *sm_output_table(const char *const *headings, int ncolumns);

/* A row; NULL cells are empty.  color goes to the cell in color_column (-1: none). */
extern void sm_output_row(SmTable *table, const char *const *cells, int color_column,
                          SmColor color);

/* Prints and frees the table; nothing where it has no rows. */
extern void sm_output_print(SmTable *table);

/* Prints a JSON document to stdout and frees it. */
extern void sm_output_json(cJSON *document);

/*
 * What is printed to stdout from the first call on, as a text, from the second.
 * For what is made by printf and is but a field of a document with --json.
 */
extern void sm_output_capture(void);
extern char *sm_output_captured(void);

/* A result line to stdout; nothing with --json. */
extern void sm_output_line(const char *fmt, ...) pg_attribute_printf(1, 2);

/* A note to stderr, with --json an object of level note; nothing with --quiet. */
extern void sm_output_note(const char *fmt, ...) pg_attribute_printf(1, 2);

/* A note that only --verbose shows. */
extern void sm_output_detail(const char *fmt, ...) pg_attribute_printf(1, 2);

/* The text in a colour when stdout is a terminal, else a copy of it. */
extern char *sm_output_paint(SmColor color, const char *text);

/* "0.4 ms", "12 ms", "3.2 s", "4 min 05 s"; the caller frees it. */
extern char *sm_output_duration(double ms);

/* Adds a text, or null where it is NULL. */
extern void sm_output_add_text(cJSON *object, const char *name, const char *value);

/* Adds a number from the server's text, or null. */
extern void sm_output_add_number(cJSON *object, const char *name, const char *value);

#endif /* SM_OUTPUT_H */
