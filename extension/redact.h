/*
 * redact.h
 *		Which statements can hold a secret, told from their parse trees.
 */
#ifndef SM_REDACT_H
#define SM_REDACT_H

#include "nodes/nodes.h"

/*
 * Whether the text of this statement must not be kept: user mappings,
 * subscriptions, passwords of roles, options of servers that are named like a
 * secret, primary_conninfo, DO blocks that speak of such things.  Raises nothing.
 */
extern bool sm_redact_needed(Node *statement);

#endif /* SM_REDACT_H */
