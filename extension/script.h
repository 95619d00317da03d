/*
 * script.h
 *		What migration_script() and the two calls around a script agree on.
 */
#ifndef SM_SCRIPT_H
#define SM_SCRIPT_H

#include "query.h"

/* A script has one target. */
#define SM_SCRIPT_TARGET "postgresql"

/*
 * A word for what a script leaves out because the ledger has it: completed
 * phases and units, and how far batches are.  A script whose word is not the
 * ledger's any more must not run.
 */
extern char *sm_script_state(SmQueryScope *scope, const char *migration_id);

/* _PG_init's part: the settings in which a script's statements remember something. */
extern void sm_script_init(void);

#endif /* SM_SCRIPT_H */
