/*
 * source_name.c
 *		Names of migration files.
 */
#include "postgres_fe.h"

#include "source_name.h"

#define MOMENT_LENGTH 15 /* YYYYMMDD_HHMMSS */

static const char *const types[] = {"schema", "data", "security", "perf", NULL};

/* The ending ".sql" or ".cypher" of a name, in any case, or NULL. */
static const char *
migration_ending(const char *name)
{
	const char *dot = strrchr(name, '.');

	if (dot == NULL || (pg_strcasecmp(dot, ".sql") != 0 && pg_strcasecmp(dot, ".cypher") != 0))
		return NULL;
	return dot;
}

bool
sm_source_name_is_migration(const char *name)
{
	return name[0] != '.' && migration_ending(name) != NULL;
}

static int
digits_value(const char *text, int length)
{
	int value = 0;

	for (int i = 0; i < length; i++)
	{
		if (text[i] < '0' || text[i] > '9')
			return -1;
		value = value * 10 + (text[i] - '0');
	}
	return value;
}

static int
days_of_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

/* Whether the text starts as YYYYMMDD_HHMMSS does, whatever the digits. */
static bool
has_moment_form(const char *text)
{
	return strnlen(text, MOMENT_LENGTH) == MOMENT_LENGTH && digits_value(text, 8) >= 0 &&
	       text[8] == '_' && digits_value(text + 9, 6) >= 0;
}

bool
sm_source_name_is_moment(const char *text)
{
	int year, month, day;

	if (!has_moment_form(text))
		return false;
	year = digits_value(text, 4);
	month = digits_value(text + 4, 2);
	day = digits_value(text + 6, 2);
	return year >= 1 && month >= 1 && month <= 12 && day >= 1 &&
	       day <= days_of_month(year, month) && digits_value(text + 9, 2) < 24 &&
	       digits_value(text + 11, 2) < 60 && digits_value(text + 13, 2) < 60;
}

/* The type that a text starts with, an underscore behind it. */
static const char *
leading_type(const char *text)
{
	for (int i = 0; types[i] != NULL; i++)
	{
		size_t length = strlen(types[i]);

		if (strncmp(text, types[i], length) == 0 && text[length] == '_')
			return types[i];
	}
	return NULL;
}

/* lower_snake_case: words of small letters and digits with single underscores between. */
static bool
is_snake_case(const char *text, size_t length)
{
	if (length == 0 || text[0] == '_' || text[length - 1] == '_')
		return false;
	for (size_t i = 0; i < length; i++)
	{
		char c = text[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'))
			return false;
		if (c == '_' && text[i + 1] == '_')
			return false;
	}
	return true;
}

const char *
sm_source_name_read(const char *name, SmNameParts *parts)
{
	const char *ending = migration_ending(name);
	const char *rest;

	if (strcmp(ending, ".sql") != 0 && strcmp(ending, ".cypher") != 0)
		return "the ending is not in small letters";
	if (!has_moment_form(name) || name[MOMENT_LENGTH] != '_')
		return "the name does not start with YYYYMMDD_HHMMSS_";
	if (!sm_source_name_is_moment(name))
		return "the date or time in the name does not exist";
	rest = name + MOMENT_LENGTH + 1;
	parts->type = leading_type(rest);
	if (parts->type == NULL)
		return "the type in the name is not schema, data, security or perf";
	rest += strlen(parts->type) + 1;
	if (!is_snake_case(rest, ending - rest))
		return "the description in the name is not in lower_snake_case";
	parts->id_length = ending - name;
	parts->cypher = strcmp(ending, ".cypher") == 0;
	return NULL;
}
