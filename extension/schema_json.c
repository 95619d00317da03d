/*
 * schema_json.c
 *		Canonical JSON (see schema_json.h).
 */
#include "postgres.h"

#include "mb/pg_wchar.h"

#include "schema_json.h"

#define FIRST_ROOM 32

void
sm_props_init(SmProps *props)
{
	initStringInfo(&props->values);
	props->room = FIRST_ROOM;
	props->items = palloc(props->room * sizeof(*props->items));
	props->count = 0;
}

void
sm_props_reset(SmProps *props)
{
	resetStringInfo(&props->values);
	props->count = 0;
}

StringInfo
sm_props_begin(SmProps *props, const char *key)
{
	if (props->count == props->room)
	{
		props->room *= 2;
		props->items = repalloc(props->items, props->room * sizeof(*props->items));
	}
	props->items[props->count].key = key;
	props->items[props->count].start = props->values.len;
	return &props->values;
}

void
sm_props_end(SmProps *props)
{
	props->items[props->count++].end = props->values.len;
}

void
sm_props_string(SmProps *props, const char *key, const char *value)
{
	sm_json_string(sm_props_begin(props, key), value);
	sm_props_end(props);
}

void
sm_props_true(SmProps *props, const char *key)
{
	appendStringInfoString(sm_props_begin(props, key), "true");
	sm_props_end(props);
}

void
sm_props_number(SmProps *props, const char *key, int64 value)
{
	appendStringInfo(sm_props_begin(props, key), INT64_FORMAT, value);
	sm_props_end(props);
}

void
sm_props_strings(SmProps *props, const char *key, const char **values, int count)
{
	StringInfo out = sm_props_begin(props, key);

	appendStringInfoChar(out, '[');
	for (int i = 0; i < count; i++)
	{
		if (i > 0)
			appendStringInfoChar(out, ',');
		sm_json_string(out, values[i]);
	}
	appendStringInfoChar(out, ']');
	sm_props_end(props);
}

void
sm_props_sorted(SmProps *props, const char *key, const char **values, int count)
{
	qsort(values, count, sizeof(const char *), sm_json_compare);
	sm_props_strings(props, key, values, count);
}

void
sm_props_drop(SmProps *props, const char *key)
{
	for (int i = 0; i < props->count; i++)
	{
		if (strcmp(props->items[i].key, key) == 0)
		{
			props->items[i] = props->items[--props->count];
			return;
		}
	}
}

/* Insertion sort: a handful of keys, often in order already. */
static void
sort_items(SmProps *props)
{
	for (int i = 1; i < props->count; i++)
	{
		struct SmProp item = props->items[i];
		int j = i;

		for (; j > 0 && strcmp(props->items[j - 1].key, item.key) > 0; j--)
			props->items[j] = props->items[j - 1];
		props->items[j] = item;
	}
}

void
sm_props_write(SmProps *props, StringInfo out)
{
	sort_items(props);
	appendStringInfoChar(out, '{');
	for (int i = 0; i < props->count; i++)
	{
		struct SmProp *item = &props->items[i];

		Assert(i == 0 || strcmp(props->items[i - 1].key, item->key) != 0);
		appendStringInfo(out, i > 0 ? ",\"%s\":" : "\"%s\":", item->key);
		appendBinaryStringInfo(out, props->values.data + item->start, item->end - item->start);
	}
	appendStringInfoChar(out, '}');
}

static char *
latin1_to_utf8(const char *value)
{
	char *utf8 = palloc(2 * strlen(value) + 1);
	char *to = utf8;

	for (const unsigned char *from = (const unsigned char *) value; *from; from++)
	{
		if (*from < 0x80)
			*to++ = *from;
		else
		{
			*to++ = 0xC0 | (*from >> 6);
			*to++ = 0x80 | (*from & 0x3F);
		}
	}
	*to = '\0';
	return utf8;
}

const char *
sm_json_utf8(const char *value)
{
	int length;

	if (GetDatabaseEncoding() == PG_UTF8)
		return value;
	length = strlen(value);
	/* no conversion is possible then, and any bytes may stand there */
	if (GetDatabaseEncoding() == PG_SQL_ASCII)
		return pg_verify_mbstr(PG_UTF8, value, length, true) ? value : latin1_to_utf8(value);
	return pg_server_to_any(value, length, PG_UTF8);
}

/* As escape_json() of the server, which takes a byte at a time. */
void
sm_json_string(StringInfo out, const char *value)
{
	const char *from = sm_json_utf8(value);
	const char *plain = from;

	appendStringInfoChar(out, '"');
	for (; *from; from++)
	{
		unsigned char byte = *from;
		const char *escape = NULL;

		if (byte >= ' ' && byte != '"' && byte != '\\')
			continue;
		appendBinaryStringInfo(out, plain, from - plain);
		plain = from + 1;
		switch (byte)
		{
			case '"':
				escape = "\\\"";
				break;
			case '\\':
				escape = "\\\\";
				break;
			case '\b':
				escape = "\\b";
				break;
			case '\f':
				escape = "\\f";
				break;
			case '\n':
				escape = "\\n";
				break;
			case '\r':
				escape = "\\r";
				break;
			case '\t':
				escape = "\\t";
				break;
		}
		if (escape)
			appendStringInfoString(out, escape);
		else
			appendStringInfo(out, "\\u%04x", byte);
	}
	appendBinaryStringInfo(out, plain, from - plain);
	appendStringInfoChar(out, '"');
}

int
sm_json_compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *) a, *(const char *const *) b);
}
