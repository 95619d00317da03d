/*
 * version.c
 *		Versions by SemVer 2.0.0, and the names of database types: pure text in,
 *		answer out.  What reads or writes a table stands in version_log.c.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "compat.h"
#include "version.h"

typedef struct DatabaseType
{
	const char *spelling;
	const char *canonical;
} DatabaseType;

static const DatabaseType database_types[] = {
    {"postgresql", "postgresql"}, {"postgres", "postgresql"}, {"timescale", "timescale"},
    {"timescaledb", "timescale"}, {"neo4j", "neo4j"},
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_identifier_char(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
}

static bool
all_digits(const char *text, int length)
{
	for (int i = 0; i < length; i++)
	{
		if (!is_digit(text[i]))
			return false;
	}
	return true;
}

/* What to say of a character that cannot stand where it stands. */
static char *
unexpected(const char *at, const char *where)
{
	if (*at == '\0')
		return psprintf("%s is missing", where);
	return psprintf("unexpected \"%.*s\" in %s", pg_mblen(at), at, where);
}

/* One of the three numbers, up to the dot or whatever follows. */
static char *
parse_number(const char **at, const char *where, SmVersionPart *number)
{
	const char *start = *at;

	while (is_digit(**at))
		(*at)++;
	number->text = start;
	number->length = *at - start;
	if (number->length == 0)
		return **at == '.' ? psprintf("%s is missing", where) : unexpected(*at, where);
	if (number->length > 1 && *start == '0')
		return psprintf("%s has a leading zero", where);
	return NULL;
}

/*
 * The dot-separated identifiers of a pre-release or of build metadata, up to
 * the end of the text, or for a pre-release to a plus.
 */
static char *
parse_identifiers(const char **at, const char *where, bool prerelease, SmVersionPart *part)
{
	part->text = *at;
	for (;;)
	{
		const char *start = *at;
		int length;

		while (is_identifier_char(**at))
			(*at)++;
		length = *at - start;
		if (length == 0 && (**at == '.' || **at == '\0' || (prerelease && **at == '+')))
			return psprintf("%s has an empty identifier", where);
		if (prerelease && length > 1 && *start == '0' && all_digits(start, length))
			return psprintf("number \"%.*s\" in %s has a leading zero", length, start, where);
		if (**at != '.')
			break;
		(*at)++;
	}
	part->length = *at - part->text;
	if (**at != '\0' && !(prerelease && **at == '+'))
		return unexpected(*at, where);
	return NULL;
}

char *
sm_version_parse(const char *text, SmVersion *version)
{
	static const char *const names[] = {"major version", "minor version", "patch version"};
	const char *at = text;
	char *problem;

	memset(version, 0, sizeof(SmVersion));
	if (*at == 'v' || *at == 'V')
		at++;
	for (int i = 0; i < 3; i++)
	{
		if (i > 0 && *at != '.')
			return *at == '\0' ? psprintf("%s is missing", names[i]) : unexpected(at, names[i - 1]);
		if (i > 0)
			at++;
		problem = parse_number(&at, names[i], &version->number[i]);
		if (problem)
			return problem;
	}
	if (*at == '-')
	{
		at++;
		problem = parse_identifiers(&at, "pre-release", true, &version->prerelease);
		if (problem)
			return problem;
	}
	if (*at == '+')
	{
		at++;
		return parse_identifiers(&at, "build metadata", false, &version->build);
	}
	return *at == '\0' ? NULL : unexpected(at, names[2]);
}

/* Two numbers of any size: without leading zeros the longer is the higher. */
static int
compare_numbers(const char *a, int a_length, const char *b, int b_length)
{
	if (a_length != b_length)
		return a_length < b_length ? -1 : 1;
	return memcmp(a, b, a_length);
}

/* Two pre-release identifiers: numbers by value, and below all words. */
static int
compare_identifiers(const char *a, int a_length, const char *b, int b_length)
{
	bool a_number = all_digits(a, a_length);
	bool b_number = all_digits(b, b_length);
	int result;

	if (a_number && b_number)
		return compare_numbers(a, a_length, b, b_length);
	if (a_number != b_number)
		return a_number ? -1 : 1;
	result = memcmp(a, b, Min(a_length, b_length));
	return result != 0 ? result : a_length - b_length;
}

/* The length of the identifier that starts here. */
static int
identifier_length(const char *at, const char *end)
{
	const char *dot = memchr(at, '.', end - at);

	return (dot ? dot : end) - at;
}

static int
compare_prereleases(const SmVersionPart *a, const SmVersionPart *b)
{
	const char *at_a = a->text;
	const char *at_b = b->text;
	const char *end_a = at_a + a->length;
	const char *end_b = at_b + b->length;

	/* a version without a pre-release is above all of its pre-releases */
	if (a->length == 0 || b->length == 0)
		return (a->length == 0) - (b->length == 0);
	while (at_a < end_a && at_b < end_b)
	{
		int length_a = identifier_length(at_a, end_a);
		int length_b = identifier_length(at_b, end_b);
		int result = compare_identifiers(at_a, length_a, at_b, length_b);

		if (result != 0)
			return result;
		at_a += length_a + 1;
		at_b += length_b + 1;
	}
	/* equal as far as both go: the one with more identifiers is the higher */
	return (at_a < end_a) - (at_b < end_b);
}

int
sm_version_compare(const SmVersion *a, const SmVersion *b)
{
	int result = 0;

	for (int i = 0; i < 3 && result == 0; i++)
		result = compare_numbers(a->number[i].text, a->number[i].length, b->number[i].text,
		                         b->number[i].length);
	if (result == 0)
		result = compare_prereleases(&a->prerelease, &b->prerelease);
	return (result > 0) - (result < 0);
}

/* Reads a version, or raises what is wrong with it. */
static void
parse_or_raise(const char *text, SmVersion *version)
{
	char *problem = sm_version_parse(text, version);

	if (problem)
		ereport(ERROR, (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
		                errmsg("malformed version \"%s\": %s", text, problem),
		                errhint("A version is MAJOR.MINOR.PATCH, as in 1.4.0, 2.0.0-rc.1 or "
		                        "v1.4.0+build.5 (SemVer 2.0.0).")));
}

char *
sm_version_normalise(const char *text)
{
	SmVersion version;

	parse_or_raise(text, &version);
	return pstrdup(version.number[0].text);
}

int
sm_version_compare_texts(const char *a, const char *b)
{
	SmVersion version_a;
	SmVersion version_b;

	parse_or_raise(a, &version_a);
	parse_or_raise(b, &version_b);
	return sm_version_compare(&version_a, &version_b);
}

const char *
sm_database_type_canonical(const char *name)
{
	for (size_t i = 0; i < lengthof(database_types); i++)
	{
		if (pg_strcasecmp(name, database_types[i].spelling) == 0)
			return database_types[i].canonical;
	}
	return NULL;
}

const char *
sm_database_type_hint(void)
{
	return "Known database types are postgresql (or postgres), timescale (or timescaledb) and "
	       "neo4j.";
}

const char *
sm_database_type_required(const char *name)
{
	const char *canonical = sm_database_type_canonical(name);

	if (canonical == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("unknown database type \"%s\"", name),
		                errhint("%s", sm_database_type_hint())));
	return canonical;
}

PG_FUNCTION_INFO_V1(summit_migrate_compare_versions);
Datum
summit_migrate_compare_versions(PG_FUNCTION_ARGS)
{
	char *a = text_to_cstring(PG_GETARG_TEXT_PP(0));
	char *b = text_to_cstring(PG_GETARG_TEXT_PP(1));

	PG_RETURN_INT32(sm_version_compare_texts(a, b));
}
