/*
 * schema_render.c
 *		Renderers of single columns (see schema_render.h).
 */
#include "postgres.h"

#include "catalog/pg_authid_d.h"
#include "catalog/pg_database_d.h"
#include "catalog/pg_type_d.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/formatting.h"
#include "utils/timestamp.h"

#include "schema_read.h"
#include "redact.h"
#include "schema_render.h"
#include "compat.h"

/* ATTRIBUTE_VERSION_ATTOPTION, which older minor releases do not know. */
#define ATTRIBUTE_VERSION "pg_attver="

void
sm_render_true(SmEmit *emit, const SmCatalogColumn *column, Datum value)
{
	if (DatumGetBool(value))
		sm_props_true(emit->props, column->what);
}

void
sm_render_false(SmEmit *emit, const SmCatalogColumn *column, Datum value)
{
	if (!DatumGetBool(value))
		sm_props_true(emit->props, column->what);
}

/* Numbers of the same column are shorter in later majors. */
void
sm_render_number(SmEmit *emit, const SmCatalogColumn *column, Datum value)
{
	int64 number;

	if (emit->length == sizeof(int16))
		number = DatumGetInt16(value);
	else if (emit->length == sizeof(int32))
		number = DatumGetInt32(value);
	else
		number = DatumGetInt64(value);
	if (number != column->value)
		sm_props_number(emit->props, column->what, number);
}

void
sm_render_word(SmEmit *emit, const SmCatalogColumn *column, Datum value)
{
	char letter = DatumGetChar(value);
	char unknown[] = {letter, '\0'};

	if (letter == '\0')
		return;
	for (const SmWord *word = column->words; word->letter; word++)
	{
		if (word->letter == letter)
		{
			if (word->word)
				sm_props_string(emit->props, column->what, word->word);
			return;
		}
	}
	/* a letter of an extension, or of a newer minor: better shown than lost */
	sm_props_string(emit->props, column->what, unknown);
}

void
sm_render_name(SmEmit *emit, const SmCatalogColumn *column, Datum value)
{
	sm_props_string(emit->props, column->what, NameStr(*DatumGetName(value)));
}

void
sm_render_text(SmEmit *emit, const SmCatalogColumn *column, Datum value)
{
	char *string = TextDatumGetCString(value);

	if (string[0] != '\0' && (column->text == NULL || strcmp(string, column->text) != 0))
		sm_props_string(emit->props, column->what, string);
}

void
sm_render_object(SmEmit *emit, const SmCatalogColumn *column, Datum value)
{
	sm_emit_name(emit, column->what, column->value, DatumGetObjectId(value));
}

void
sm_render_objects(SmEmit *emit, const SmCatalogColumn *column, Datum value)
{
	/* an oidvector is an array too */
	ArrayType *array = DatumGetArrayTypeP(value);
	int count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	Oid *oids = (Oid *) ARR_DATA_PTR(array);
	const char **names = palloc((count + 1) * sizeof(char *));

	for (int i = 0; i < count; i++)
		names[i] = sm_name(emit->reader, column->value, oids[i]);
	if (count > 0)
		sm_props_strings(emit->props, column->what, names, count);
}

/* The elements of a text[]. */
static const char **
text_elements(Datum value, int *count)
{
	ArrayType *array = DatumGetArrayTypeP(value);
	Datum *elements;
	const char **texts;

	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &elements, NULL, count);
	texts = palloc((*count + 1) * sizeof(char *));
	for (int i = 0; i < *count; i++)
		texts[i] = TextDatumGetCString(elements[i]);
	return texts;
}

/*
 * The minor releases of November 2026 keep a version of each column among its
 * options, a physical fact that a dump leaves out.
 */
static bool
is_physical(const char *option)
{
	return strncmp(option, ATTRIBUTE_VERSION, strlen(ATTRIBUTE_VERSION)) == 0;
}

const char **
sm_render_column_option_list(Datum value, int *count)
{
	int nelements;
	const char **options = text_elements(value, &nelements);

	*count = 0;
	for (int i = 0; i < nelements; i++)
	{
		if (!is_physical(options[i]))
			options[(*count)++] = options[i];
	}
	return options;
}

void
sm_render_column_options(SmEmit *emit, const SmCatalogColumn *column, Datum value)
{
	int count;
	const char **options = sm_render_column_option_list(value, &count);

	if (count > 0)
		sm_props_sorted(emit->props, column->what, options, count);
}

void
sm_render_options(SmEmit *emit, const SmCatalogColumn *column, Datum value)
{
	int count;
	const char **options = text_elements(value, &count);

	if (count > 0)
		sm_props_sorted(emit->props, column->what, options, count);
}

void
sm_render_expression(SmEmit *emit, const SmCatalogColumn *column, Datum value)
{
	sm_emit_text(emit, column->what, sm_deparse_tree(emit, column->what, value));
}

static const char *
column_name(SmEmit *emit, AttrNumber number)
{
	/* of an exclusion constraint; what it is stands in the keys of its index */
	if (number == 0)
		return "(expression)";
	return number > 0 && number <= emit->ncolumns && emit->columns[number] ? emit->columns[number]
	                                                                       : "?";
}

void
sm_render_columns(SmEmit *emit, const SmCatalogColumn *column, Datum value)
{
	ArrayType *array = DatumGetArrayTypeP(value);
	int count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	int16 *numbers = (int16 *) ARR_DATA_PTR(array);
	const char **names = palloc((count + 1) * sizeof(char *));

	for (int i = 0; i < count; i++)
		names[i] = column_name(emit, numbers[i]);
	if (count > 0)
		sm_props_strings(emit->props, column->what, names, count);
}

void
sm_render_secret(SmEmit *emit, const SmCatalogColumn *column, Datum value)
{
	sm_props_string(emit->props, column->what,
	                sm_secret_hash(emit->reader, TextDatumGetCString(value)));
}

/* Hashes the value of "name=value". */
static const char *
hide_value(SmReader *reader, const char *option)
{
	const char *value = strchr(option, '=');

	if (value == NULL)
		return option;
	return psprintf("%.*s=%s", (int) (value - option), option, sm_secret_hash(reader, value + 1));
}

void
sm_render_secret_options(SmEmit *emit, const SmCatalogColumn *column, Datum value)
{
	int count;
	const char **options = text_elements(value, &count);

	for (int i = 0; i < count; i++)
		options[i] = hide_value(emit->reader, options[i]);
	if (count > 0)
		sm_props_sorted(emit->props, column->what, options, count);
}

const char *
sm_render_hide_secret(SmEmit *emit, const char *option)
{
	const char *value = strchr(option, '=');
	char *name = pnstrdup(option, strcspn(option, "="));

	return sm_redact_is_secret(name, value) ? hide_value(emit->reader, option) : option;
}

void
sm_render_foreign_options(SmEmit *emit, const SmCatalogColumn *column, Datum value)
{
	int count;
	const char **options = text_elements(value, &count);

	for (int i = 0; i < count; i++)
		options[i] = sm_render_hide_secret(emit, options[i]);
	if (count > 0)
		sm_props_sorted(emit->props, column->what, options, count);
}

void
sm_render_time(SmEmit *emit, const SmCatalogColumn *column, Datum value)
{
	sm_props_string(emit->props, column->what,
	                DatumGetCString(DirectFunctionCall1(timestamptz_out, value)));
}

void
sm_render_encoding(SmEmit *emit, const SmCatalogColumn *column, Datum value)
{
	sm_props_string(emit->props, column->what, pg_encoding_to_char(DatumGetInt32(value)));
}
