/*
 * arguments.h
 *		Arguments of SQL functions: what must be given.
 */
#ifndef SM_ARGUMENTS_H
#define SM_ARGUMENTS_H

#include "fmgr.h"

/*
 * Raises ERRCODE_NULL_VALUE_NOT_ALLOWED where one of the arguments from (from 0)
 * up to but not including end is NULL, and names it.  Writers are not STRICT:
 * they would do nothing, in silence.
 */
extern void sm_arguments_require(FunctionCallInfo fcinfo, int from, int end);

/*
 * A text argument that must be given, by the name that a refusal calls it.
 * Raises ERRCODE_NULL_VALUE_NOT_ALLOWED for NULL.
 */
extern char *sm_arguments_text(FunctionCallInfo fcinfo, int number, const char *what);

#endif /* SM_ARGUMENTS_H */
