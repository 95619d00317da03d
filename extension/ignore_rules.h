/*
 * ignore_rules.h
 *		What is never drift, by the rows of drift_ignore_rules.
 */
#ifndef SM_IGNORE_RULES_H
#define SM_IGNORE_RULES_H

#include "postgres_ext.h"

/*
 * The id of the first rule that an object matches, 0 for none; schema and kind
 * may be NULL; part: of a table, whose rules hold for it too.  Does not wait; raises an error where the rules cannot be read.
 */
extern int sm_ignore_rules_match(Oid extension_schema, const char *schema, const char *kind,
                                 bool part, const char *name);

#endif /* SM_IGNORE_RULES_H */
