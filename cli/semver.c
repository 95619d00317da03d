/*
 * semver.c
 *		Versions without a server: create makes the next one from the files, too.
 *		The extension has the same order in compare_versions().
 */
#include "postgres_fe.h"

#include <ctype.h>

#include "semver.h"

#define MAX_DIGITS 9

/* A number without leading zeros; NULL where there is none, else what follows it. */
static const char *
read_number(const char *text, long *number)
{
	int digits = strspn(text, "0123456789");

	if (digits == 0 || digits > MAX_DIGITS || (digits > 1 && text[0] == '0'))
		return NULL;
	*number = strtol(text, NULL, 10);
	return text + digits;
}

/* Identifiers with dots between them; returns their length, -1 where one is bad. */
static int
read_identifiers(const char *text, bool pre)
{
	int length = 0;

	for (;;)
	{
		const char *identifier = text + length;
		int size = 0;
		bool digits = true;

		while (isalnum((unsigned char) identifier[size]) || identifier[size] == '-')
			digits = isdigit((unsigned char) identifier[size++]) && digits;
		if (size == 0 || (pre && digits && size > 1 && identifier[0] == '0'))
			return -1;
		length += size;
		if (text[length] != '.')
			return length;
		length++;
	}
}

bool
sm_semver_read(const char *text, SmSemver *version)
{
	int length;

	if (*text == 'v' || *text == 'V')
		text++;
	for (int i = 0; i < 3; i++)
	{
		text = read_number(text, &version->numbers[i]);
		if (text == NULL || (i < 2 && *text++ != '.'))
			return false;
	}
	version->pre = "";
	version->pre_length = 0;
	if (*text == '-')
	{
		length = read_identifiers(text + 1, true);
		if (length < 0)
			return false;
		version->pre = text + 1;
		version->pre_length = length;
		text += 1 + length;
	}
	if (*text == '+')
	{
		length = read_identifiers(text + 1, false);
		if (length < 0)
			return false;
		text += 1 + length;
	}
	return *text == '\0';
}

static int
sign(long number)
{
	return (number > 0) - (number < 0);
}

/* One identifier of a pre-release against another: numbers first, by value; then texts. */
static int
compare_identifiers(const char *a, int a_length, const char *b, int b_length)
{
	bool a_number = (int) strspn(a, "0123456789") >= a_length;
	bool b_number = (int) strspn(b, "0123456789") >= b_length;
	int order;

	if (a_number != b_number)
		return a_number ? -1 : 1;
	if (a_number && a_length != b_length)
		return sign(a_length - b_length);
	order = memcmp(a, b, Min(a_length, b_length));
	return order != 0 ? sign(order) : sign(a_length - b_length);
}

static int
compare_pre(const SmSemver *a, const SmSemver *b)
{
	const char *pa = a->pre;
	const char *pb = b->pre;
	const char *a_end = pa + a->pre_length;
	const char *b_end = pb + b->pre_length;

	/* a version without a pre-release is above those with one */
	if (pa == a_end || pb == b_end)
		return (pa == a_end) - (pb == b_end);
	while (pa < a_end && pb < b_end)
	{
		int a_length = strcspn(pa, ".+");
		int b_length = strcspn(pb, ".+");
		int order = compare_identifiers(pa, a_length, pb, b_length);

		if (order != 0)
			return order;
		pa += a_length + 1;
		pb += b_length + 1;
	}
	return (pa < a_end) - (pb < b_end);
}

int
sm_semver_compare(const char *a, const char *b)
{
	SmSemver va;
	SmSemver vb;

	if (!sm_semver_read(a, &va) || !sm_semver_read(b, &vb))
		return 0;
	for (int i = 0; i < 3; i++)
		if (va.numbers[i] != vb.numbers[i])
			return sign(va.numbers[i] - vb.numbers[i]);
	return compare_pre(&va, &vb);
}

char *
sm_semver_next(const char *text, int part)
{
	SmSemver version;

	if (!sm_semver_read(text, &version))
		return pg_strdup("0.1.0");
	version.numbers[part]++;
	for (int i = part + 1; i < 3; i++)
		version.numbers[i] = 0;
	return psprintf("%ld.%ld.%ld", version.numbers[0], version.numbers[1], version.numbers[2]);
}
