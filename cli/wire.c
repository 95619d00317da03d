/*
 * wire.c
 *		Values in the protocol's binary form.
 */
#include "postgres_fe.h"

#include "port/pg_bswap.h"

#include "wire.h"

#define TEXT_OID 25
#define HEADER_LENGTH (5 * sizeof(uint32)) /* dimensions, nulls, type, length, lower bound */

static void
put_int(char *where, uint32 value)
{
	value = pg_hton32(value);
	memcpy(where, &value, sizeof(value));
}

void
sm_wire_array_init(SmWireArray *array)
{
	array->size = 64 * 1024;
	array->bytes = pg_malloc(array->size);
	array->length = HEADER_LENGTH;
	array->count = 0;
	put_int(array->bytes, 1);
	put_int(array->bytes + 4, 0);
	put_int(array->bytes + 8, TEXT_OID);
	put_int(array->bytes + 12, 0);
	put_int(array->bytes + 16, 1);
}

void
sm_wire_array_add(SmWireArray *array, const char *text, size_t length)
{
	size_t needed = array->length + sizeof(uint32) + length;

	if (needed > array->size)
	{
		array->size = Max(needed, array->size * 2);
		array->bytes = pg_realloc(array->bytes, array->size);
	}
	put_int(array->bytes + array->length, length);
	memcpy(array->bytes + array->length + sizeof(uint32), text, length);
	array->length = needed;
	put_int(array->bytes + 12, ++array->count);
}

int
sm_wire_int(const PGresult *result, int row, int column)
{
	uint32 value;

	if (PQgetlength(result, row, column) != sizeof(value))
		return 0;
	memcpy(&value, PQgetvalue(result, row, column), sizeof(value));
	return (int) pg_ntoh32(value);
}
