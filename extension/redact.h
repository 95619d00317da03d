/*
 * redact.h
 *		Which statements can hold a secret, told from their parse trees.
 */
#ifndef SM_REDACT_H
#define SM_REDACT_H

#include "nodes/nodes.h"

/* What stands in the place of a text: its command tag. */
#define SM_REDACT_FORMAT "%s (text withheld: it can hold a secret)"

/*
 * Whether the text of this statement must not be kept: user mappings,
 * subscriptions, passwords of roles, options of servers and settings that are
 * named like a secret or look like one, DO blocks that speak of such things.
 * Raises nothing.
 */
extern bool sm_redact_needed(Node *statement);

/*
 * Whether an option or setting can hold a secret, by its name, or by a value
 * with a password in it (NULL: not asked).
 */
extern bool sm_redact_is_secret(const char *name, const char *value);

/*
 * The text of a statement as it may be shown and kept: itself, or, where it can
 * hold a secret or cannot be read, what it was.  In the current memory context.
 */
extern const char *sm_redact_text(const char *text);

#endif /* SM_REDACT_H */
