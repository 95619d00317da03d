/*
 * same_text.h
 *		Whether two texts of SQL are the same but for what was renamed between
 *		them.  What was renamed is renames.h's.
 */
#ifndef SM_SAME_TEXT_H
#define SM_SAME_TEXT_H

#include "renames.h"

typedef enum SmTextKind
{
	SM_TEXT_EXPRESSION, /* a default, a condition, a key of an index */
	SM_TEXT_STATEMENT,  /* a query, CREATE TRIGGER, CREATE RULE */
	SM_TEXT_ARGUMENTS,  /* of a routine */
	SM_TEXT_RESULT,     /* what it returns */
	SM_TEXT_BODY        /* its body of SQL statements */
} SmTextKind;

/*
 * Whether the older text says the same as the newer one once all names in it are
 * those of now: relations, types, routines, and the columns of the table (its
 * older name; NULL: none) that the text is about.  False where the server's
 * parser cannot read one of them.
 */
extern bool sm_same_text(SmTextKind kind, const char *from, const char *to,
                         const SmRenames *renames, const char *table);

#endif /* SM_SAME_TEXT_H */
