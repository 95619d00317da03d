/*
 * version_bump.c
 *		The next version, and the bump between two.  Versions themselves are
 *		version.c's; what the schema has changed by is findings.c's.
 *
 * Below 1.0.0 the minor number does the work of the major one: SemVer promises
 * nothing there, and by custom a breaking change counts it up.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "compat.h"
#include "findings.h"
#include "version.h"

/* The versions of a type that stand, each with its snapshot where it has one. */
static SmQuery versions_with_snapshot =
    SM_QUERY_LIST("SELECT v.version, s.id FROM @schema@.schema_versions v"
                  " LEFT JOIN @schema@.schema_snapshots s ON s.id = v.snapshot_id"
                  " WHERE v.database_type = $1 AND v.rolled_back_at IS NULL ORDER BY v.id",
                  TEXTOID);

static char *
part_text(const SmVersionPart *part)
{
	return pnstrdup(part->text, part->length);
}

static bool
is_zero(const SmVersionPart *part)
{
	return part->length == 1 && part->text[0] == '0';
}

/* A number of any size, counted up. */
static char *
add_one(const SmVersionPart *part)
{
	char *digits = psprintf("0%.*s", part->length, part->text);
	int at = part->length;

	while (digits[at] == '9')
		digits[at--] = '0';
	digits[at]++;
	return digits[0] == '0' ? digits + 1 : digits;
}

/* The number that a bump counts up: 0 major, 1 minor, 2 patch. */
static int
bump_place(const SmVersion *version, SmBump bump)
{
	int place = SM_BUMP_MAJOR - bump;

	return place == 0 && is_zero(&version->number[0]) ? 1 : place;
}

/*
 * A pre-release of just such a version is followed by that version: 2.0.0-rc.1
 * by 2.0.0, whatever the bump.
 */
static bool
is_announced(const SmVersion *version, int place)
{
	if (version->prerelease.length == 0)
		return false;
	for (int i = place + 1; i < 3; i++)
	{
		if (!is_zero(&version->number[i]))
			return false;
	}
	return true;
}

static char *
bumped_version(const char *text, SmBump bump)
{
	SmVersion version;
	char *numbers[3];
	int place;

	text = sm_version_normalise(text);
	(void) sm_version_parse(text, &version);
	if (bump == SM_BUMP_NONE)
		return pstrdup(text);
	place = bump_place(&version, bump);
	for (int i = 0; i < 3; i++)
		numbers[i] = i <= place || is_announced(&version, place) ? part_text(&version.number[i])
		                                                         : pstrdup("0");
	if (!is_announced(&version, place))
		numbers[place] = add_one(&version.number[place]);
	return psprintf("%s.%s.%s", numbers[0], numbers[1], numbers[2]);
}

/* Which of the three numbers has changed, or would have but for a pre-release. */
static int
changed_place(const SmVersion *previous, const SmVersion *version)
{
	for (int i = 0; i < 3; i++)
	{
		if (previous->number[i].length != version->number[i].length ||
		    memcmp(previous->number[i].text, version->number[i].text, version->number[i].length) !=
		        0)
			return i;
	}
	return is_zero(&version->number[2]) ? (is_zero(&version->number[1]) ? 0 : 1) : 2;
}

static SmBump
declared_bump(const char *previous_text, const char *version_text, bool breaking)
{
	const char *older = sm_version_normalise(previous_text);
	const char *newer = sm_version_normalise(version_text);
	SmVersion previous;
	SmVersion version;
	int place;

	if (breaking)
		return SM_BUMP_MAJOR;
	if (sm_version_compare_texts(older, newer) >= 0)
		return SM_BUMP_NONE;
	(void) sm_version_parse(older, &previous);
	(void) sm_version_parse(newer, &version);
	place = changed_place(&previous, &version);
	if (place == 1 && is_zero(&version.number[0]))
		return SM_BUMP_MAJOR;
	return SM_BUMP_MAJOR - place;
}

PG_FUNCTION_INFO_V1(summit_migrate_declared_bump);
Datum
summit_migrate_declared_bump(PG_FUNCTION_ARGS)
{
	SmBump bump = declared_bump(text_to_cstring(PG_GETARG_TEXT_PP(0)),
	                            text_to_cstring(PG_GETARG_TEXT_PP(1)), PG_GETARG_BOOL(2));

	PG_RETURN_TEXT_P(cstring_to_text(sm_classify_bump_word(bump)));
}

static SmBump
read_bump(const char *word)
{
	for (int i = SM_BUMP_NONE; i <= SM_BUMP_MAJOR; i++)
	{
		if (strcmp(word, sm_classify_bump_word(i)) == 0)
			return i;
	}
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("unknown bump \"%s\"", word),
	                errhint("A bump is none, patch, minor or major.")));
}

PG_FUNCTION_INFO_V1(summit_migrate_bump_version);
Datum
summit_migrate_bump_version(PG_FUNCTION_ARGS)
{
	SmBump bump = read_bump(text_to_cstring(PG_GETARG_TEXT_PP(1)));

	PG_RETURN_TEXT_P(cstring_to_text(bumped_version(text_to_cstring(PG_GETARG_TEXT_PP(0)), bump)));
}

/*
 * The highest version that stands, in the scope's calling context, and the
 * newest snapshot of it; NULL: none stands, false: it has no snapshot.
 */
static char *
current_version(SmQueryScope *scope, const char *type, int32 *snapshot, bool *has_snapshot)
{
	Datum values[1] = {CStringGetTextDatum(type)};
	uint64 rows = sm_query_execute(scope, &versions_with_snapshot, values, NULL, 0);
	char *highest = NULL;

	*has_snapshot = false;
	for (uint64 i = 0; i < rows; i++)
	{
		char *text = sm_query_text(scope, i, 1);
		SmVersion parsed;
		int order;
		bool isnull;
		Datum id = sm_query_value(i, 2, &isnull);

		/* rows of the older scripts may hold what is no version */
		if (sm_version_parse(text, &parsed) != NULL)
			continue;
		order = highest ? sm_version_compare_texts(text, highest) : 1;
		if (order < 0 || (order == 0 && isnull && *has_snapshot))
			continue;
		highest = text;
		*has_snapshot = !isnull;
		*snapshot = isnull ? 0 : DatumGetInt32(id);
	}
	return highest;
}

/*
 * A version without a snapshot says nothing of what has changed since: NULL
 * rather than a guess.
 */
PG_FUNCTION_INFO_V1(summit_migrate_next_schema_version);
Datum
summit_migrate_next_schema_version(PG_FUNCTION_ARGS)
{
	const char *type = sm_database_type_required(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	SmQueryScope scope;
	int32 snapshot;
	bool has_snapshot;
	char *current;
	SmBump bump = SM_BUMP_NONE;

	sm_query_begin(&scope, fcinfo, SM_QUERY_READ);
	current = current_version(&scope, type, &snapshot, &has_snapshot);
	if (has_snapshot)
		bump = sm_findings_bump(sm_findings_read(&scope, snapshot, NULL));
	sm_query_end(&scope);
	if (current == NULL)
		PG_RETURN_TEXT_P(cstring_to_text("0.1.0"));
	if (!has_snapshot)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(bumped_version(current, bump)));
}
