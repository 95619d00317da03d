/*
 * header.c
 *		Names and values of the header.  Whether the header agrees with the file's
 *		name is for the program to see, which knows the name.
 */
#include "postgres.h"

#include "datatype/timestamp.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/guc.h"

#include "header.h"
#include "suspects.h"
#include "version.h"

/* Normalises a value; NULL after an error was reported. */
typedef char *(*ValueReader)(SmReader *reader, const char *value, SmSpan span);

typedef struct HeaderName
{
	const char *name;
	const char *spelling; /* for messages */
	ValueReader read;
	bool may_be_empty;
	bool only_header; /* no word of prose: an error anywhere else */
} HeaderName;

static char *
read_text(SmReader *reader, const char *value, SmSpan span)
{
	return pstrdup(value);
}

static bool
is_date(int year, int month, int day)
{
	return year >= 1 && month >= 1 && month <= MONTHS_PER_YEAR && day >= 1 &&
	       day <= day_tab[isleap(year)][month - 1];
}

static int
digits_value(const char *text, int count)
{
	int value = 0;

	while (count-- > 0)
		value = value * 10 + (*text++ - '0');
	return value;
}

static bool
all_of(const char *text, const char *characters)
{
	return text[strspn(text, characters)] == '\0';
}

/* Position of the type in "schema", "data", ... that text begins with, or NULL. */
static const char *
migration_type(const char *text, int length)
{
	static const char *const types[] = {"schema", "data", "security", "perf"};
	int i;

	for (i = 0; i < (int) lengthof(types); i++)
		if ((int) strlen(types[i]) == length && pg_strncasecmp(text, types[i], length) == 0)
			return types[i];
	return NULL;
}

static const char *
id_fault(const char *id)
{
	static const char digits[] = "0123456789";
	static const char words[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
	const char *description;

	if (strspn(id, digits) != 8 || id[8] != '_' || strspn(id + 9, digits) != 6 || id[15] != '_')
		return "it does not begin with a date and a time";
	if (!is_date(digits_value(id, 4), digits_value(id + 4, 2), digits_value(id + 6, 2)))
		return "its date does not exist";
	if (digits_value(id + 9, 2) > 23 || digits_value(id + 11, 2) > 59 ||
	    digits_value(id + 13, 2) > 59)
		return "its time does not exist";
	description = strchr(id + 16, '_');
	if (description == NULL || migration_type(id + 16, description - id - 16) == NULL)
		return "its type is none of schema, data, security, perf";
	if (description[1] == '\0' || description[1] == '_' || !all_of(id + 16, words))
		return "its description is not in lower_snake_case";
	return NULL;
}

static char *
read_id(SmReader *reader, const char *value, SmSpan span)
{
	const char *fault = id_fault(value);

	if (fault == NULL)
		return pstrdup(value);
	sm_reader_error(reader, ERRCODE_INVALID_TEXT_REPRESENTATION, span,
	                "An ID has the form YYYYMMDD_HHMMSS_<type>_<description>.",
	                "malformed ID \"%s\": %s", value, fault);
	return NULL;
}

static char *
read_version(SmReader *reader, const char *value, SmSpan span)
{
	SmVersion version;
	char *fault = sm_version_parse(value, &version);

	if (fault == NULL)
		return sm_version_normalise(value);
	sm_reader_error(reader, ERRCODE_INVALID_TEXT_REPRESENTATION, span,
	                "A version has the form MAJOR.MINOR.PATCH, as in 1.2.0 or 2.0.0-rc.1.",
	                "malformed version \"%s\": %s", value, fault);
	return NULL;
}

static char *
read_database(SmReader *reader, const char *value, SmSpan span)
{
	const char *canonical = sm_database_type_canonical(value);

	if (canonical)
		return pstrdup(canonical);
	sm_reader_error(reader, ERRCODE_INVALID_PARAMETER_VALUE, span, sm_database_type_hint(),
	                "unknown database type \"%s\"", value);
	return NULL;
}

static char *
read_type(SmReader *reader, const char *value, SmSpan span)
{
	const char *type = migration_type(value, strlen(value));

	if (type)
		return pstrdup(type);
	sm_reader_error(reader, ERRCODE_INVALID_PARAMETER_VALUE, span,
	                "Known types are schema, data, security and perf.",
	                "unknown migration type \"%s\"", value);
	return NULL;
}

/* A date; a time behind it is read over, as older files have it. */
static char *
read_created(SmReader *reader, const char *value, SmSpan span)
{
	static const char digits[] = "0123456789";

	if (strspn(value, digits) == 4 && value[4] == '-' && strspn(value + 5, digits) == 2 &&
	    value[7] == '-' && strspn(value + 8, digits) == 2 && strchr(" T", value[10]) != NULL &&
	    is_date(digits_value(value, 4), digits_value(value + 5, 2), digits_value(value + 8, 2)))
		return pstrdup(value);
	sm_reader_error(reader, ERRCODE_INVALID_DATETIME_FORMAT, span,
	                "A date has the form YYYY-MM-DD.", "malformed date \"%s\"", value);
	return NULL;
}

static char *
read_boolean(SmReader *reader, const char *value, SmSpan span)
{
	bool on;

	if (parse_bool(value, &on))
		return pstrdup(on ? "true" : "false");
	sm_reader_error(reader, ERRCODE_INVALID_TEXT_REPRESENTATION, span, "Write true or false.",
	                "malformed boolean \"%s\"", value);
	return NULL;
}

/* Milliseconds, from what the server's own settings take: 2s, 500ms, 1min. */
static char *
read_duration(SmReader *reader, const char *value, SmSpan span)
{
	int milliseconds;

	if (parse_int(value, &milliseconds, GUC_UNIT_MS, NULL) && milliseconds >= 0)
		return psprintf("%d", milliseconds);
	sm_reader_error(reader, ERRCODE_INVALID_PARAMETER_VALUE, span,
	                "Write a number with a unit, as in 500ms, 2s or 1min.",
	                "malformed duration \"%s\"", value);
	return NULL;
}

static char *
read_repeat(SmReader *reader, const char *value, SmSpan span)
{
	if (pg_strcasecmp(value, "on-change") == 0)
		return pstrdup("on-change");
	sm_reader_error(reader, ERRCODE_INVALID_PARAMETER_VALUE, span,
	                "The only form is \"Repeat: on-change\".", "unknown repeat \"%s\"", value);
	return NULL;
}

static const HeaderName names[] = {
    {"migration", "Migration", read_text, true, false},
    {"id", "ID", read_id, false, false},
    {"version", "Version", read_version, false, false},
    {"database", "Database", read_database, false, false},
    {"type", "Type", read_type, false, false},
    {"author", "Author", read_text, true, false},
    {"created", "Created", read_created, false, false},
    {"breaking", "Breaking", read_boolean, false, false},
    {"dependencies", "Dependencies", NULL, true, false},
    {"lock-timeout", "Lock-Timeout", read_duration, false, true},
    {"statement-timeout", "Statement-Timeout", read_duration, false, true},
    {"run-as", "Run-As", read_text, false, true},
    {"repeat", "Repeat", read_repeat, false, false},
};

static const HeaderName *
find_name(const char *text, SmSpan span)
{
	int i;

	for (i = 0; i < (int) lengthof(names); i++)
		if (sm_marks_is_word(text, span, names[i].name))
			return &names[i];
	return NULL;
}

bool
sm_header_is_entry(const char *text, const SmMark *mark)
{
	return mark->kind == SM_MARK_ENTRY && find_name(text, mark->name) != NULL;
}

/*
 * The name that a word was probably meant to be: one wrong letter in four, at
 * most two.  Short words are too near to each other for that.
 */
static const HeaderName *
find_near_name(const char *word)
{
	int i;

	for (i = 0; i < (int) lengthof(names); i++)
	{
		int letters = Min(strlen(names[i].name) / 4, 2);

		if (letters > 0 && sm_suspects_is_near(word, names[i].name, letters))
			return &names[i];
	}
	return NULL;
}

/* True when the dependency is new; one on contract is the stronger of two. */
static bool
is_new_dependency(SmReader *reader, const char *name, bool contract)
{
	ListCell *cell;

	foreach (cell, reader->migration->dependencies)
	{
		SmDependency *known = lfirst(cell);

		if (strcmp(known->name, name) == 0)
		{
			if (contract)
				known->phase = "contract";
			return false;
		}
	}
	return true;
}

/* Each is compared with all others: no real migration needs so many. */
#define MAX_DEPENDENCIES 1000

static void
read_dependency(SmReader *reader, SmSpan span)
{
	char *name = sm_reader_copy(reader, reader->source.text, span);
	char *colon = strchr(name, ':');
	bool contract = colon != NULL && pg_strcasecmp(colon, ":contract") == 0;
	SmDependency *dependency;
	int length;

	if (colon != NULL)
		*colon = '\0';
	length = strlen(name);
	if (length > 4 && pg_strcasecmp(name + length - 4, ".sql") == 0)
		name[length - 4] = '\0';
	if ((colon != NULL && !contract) || name[0] < '0' || name[0] > '9' ||
	    !all_of(name, "abcdefghijklmnopqrstuvwxyz0123456789_"))
	{
		sm_reader_error(reader, ERRCODE_INVALID_TEXT_REPRESENTATION, span,
		                "Write ids, or the beginnings of ids, with commas between them; "
		                "ID:contract needs the contract phase too.",
		                "malformed dependency \"%.*s\"", span.end - span.start,
		                reader->source.text + span.start);
		return;
	}
	if (!is_new_dependency(reader, name, contract))
		return;
	if (list_length(reader->migration->dependencies) >= MAX_DEPENDENCIES)
	{
		sm_reader_error(reader, ERRCODE_PROGRAM_LIMIT_EXCEEDED, span,
		                "Name the last ones only: what they depend on comes with them.",
		                "more than %d dependencies", MAX_DEPENDENCIES);
		return;
	}
	dependency = sm_reader_alloc(reader, sizeof(SmDependency));
	dependency->name = name;
	dependency->phase = contract ? "contract" : "migrate";
	dependency->place = sm_reader_place(reader, span);
	reader->migration->dependencies =
	    sm_reader_append(reader, reader->migration->dependencies, dependency);
}

/* Ids, with commas or blanks between them, or "none". */
static void
read_dependencies(SmReader *reader, SmSpan value)
{
	const char *text = reader->source.text;
	int at = value.start;

	if (sm_marks_is_word(text, value, "none"))
		return;
	while (at < value.end)
	{
		SmSpan name = {at, at};

		while (name.end < value.end && strchr(", \t", text[name.end]) == NULL)
			name.end++;
		if (name.end > name.start)
			read_dependency(reader, name);
		at = name.end + 1;
	}
}

static void
add_entry(SmReader *reader, const HeaderName *name, const SmMark *mark)
{
	SmSpan whole = {mark->name.start, mark->value.end};
	SmHeaderEntry *entry;
	char *value;

	if (mark->value.start == mark->value.end)
	{
		if (!name->may_be_empty)
			sm_reader_error(reader, ERRCODE_SYNTAX_ERROR, mark->name,
			                "Write the value behind the colon, or leave the line out.",
			                "%s has no value", name->spelling);
		return;
	}
	value = name->read(
	    reader,
	    pnstrdup(reader->source.text + mark->value.start, mark->value.end - mark->value.start),
	    mark->value);
	if (value == NULL)
		return;
	entry = sm_reader_alloc(reader, sizeof(SmHeaderEntry));
	entry->name = name->name;
	entry->value = MemoryContextStrdup(reader->result, value);
	entry->place = sm_reader_place(reader, whole);
	reader->migration->header = sm_reader_append(reader, reader->migration->header, entry);
}

/* A word that is no name: a comment, unless it looks like a name gone wrong. */
static void
read_unknown(SmReader *reader, const SmMark *mark, bool only_header)
{
	const HeaderName *near = find_near_name(sm_suspects_normalise(reader->source.text, mark->name));

	if (near && (near->only_header || !only_header))
		sm_reader_error(reader, ERRCODE_SYNTAX_ERROR, mark->name,
		                psprintf("Did you mean \"%s\"?", near->spelling),
		                "unknown header line \"%.*s\"", mark->name.end - mark->name.start,
		                reader->source.text + mark->name.start);
}

/* Ids below "Dependencies:" would be read over. */
void
sm_header_check_list(SmReader *reader, const SmComment *comment)
{
	const char *text = reader->source.text;
	SmSpan item = sm_marks_trim_banner(text, comment->text);

	if (strspn(text + item.start, "0123456789") < 8)
		return;
	sm_reader_error(reader, ERRCODE_SYNTAX_ERROR, item,
	                "Write them in one line, with commas between them.",
	                "a dependency below the line \"Dependencies\"");
}

void
sm_header_read(SmReader *reader, const SmMark *mark)
{
	const HeaderName *name = find_name(reader->source.text, mark->name);

	if (name == NULL)
		read_unknown(reader, mark, false);
	else if (name->read == NULL)
		read_dependencies(reader, mark->value);
	else if (sm_parse_header_value(reader->migration, name->name) != NULL)
		sm_reader_error(reader, ERRCODE_SYNTAX_ERROR, mark->name, "Leave one of the lines out.",
		                "%s is given twice", name->spelling);
	else
		add_entry(reader, name, mark);
}

void
sm_header_read_late(SmReader *reader, const SmMark *mark)
{
	const HeaderName *name = find_name(reader->source.text, mark->name);

	if (name == NULL)
		read_unknown(reader, mark, true);
	else if (name->only_header)
		sm_reader_error(reader, ERRCODE_SYNTAX_ERROR, mark->name,
		                "It holds for the whole file: put it above the first phase.",
		                "%s below the header has no effect", name->spelling);
}
