/*
 * wire.h
 *		Values in the protocol's binary form: thousands of texts go to the
 *		server, and tens of thousands of short rows come back, without being
 *		quoted, escaped or printed as digits.
 */
#ifndef SM_WIRE_H
#define SM_WIRE_H

#include "libpq-fe.h"

/* A text[] being built; free the bytes with pg_free(). */
typedef struct SmWireArray
{
	char *bytes;
	size_t length;
	size_t size;
	int count;
} SmWireArray;

extern void sm_wire_array_init(SmWireArray *array);
extern void sm_wire_array_add(SmWireArray *array, const char *text, size_t length);

/* A value of a binary result. */
extern int sm_wire_int(const PGresult *result, int row, int column);

#endif /* SM_WIRE_H */
