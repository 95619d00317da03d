/*
 * caught.c
 *		Catching errors of the scanner and of raw_parser() without a
 *		subtransaction.  That is safe for these two alone, because they touch
 *		nothing but memory: no catalog, no lock, no buffer.  xml_is_document()
 *		in the server's xml.c does the same for the same reason.
 */
#include "postgres.h"

#include "caught.h"

/*
 * Syntax (42), data such as a bad escape (22), features not supported (0A) and
 * statements too complex (54) are the file's; the rest is not.
 */
static bool
is_bad_input(int sqlstate)
{
	switch (ERRCODE_TO_CATEGORY(sqlstate))
	{
		case MAKE_SQLSTATE('4', '2', '0', '0', '0'):
		case MAKE_SQLSTATE('2', '2', '0', '0', '0'):
		case MAKE_SQLSTATE('0', 'A', '0', '0', '0'):
		case MAKE_SQLSTATE('5', '4', '0', '0', '0'):
			return true;
		default:
			return false;
	}
}

ErrorData *
sm_caught_take(void)
{
	ErrorData *error = CopyErrorData();

	FlushErrorState();
	if (!is_bad_input(error->sqlerrcode))
		ReThrowError(error);
	return error;
}
