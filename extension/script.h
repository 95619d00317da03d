/*
 * script.h
 *		A script for psql: what is known of its file and of the ledger, what
 *		writes it down, and what the two calls around it agree on with it.
 */
#ifndef SM_SCRIPT_H
#define SM_SCRIPT_H

#include "nodes/execnodes.h"

#include "parse.h"
#include "query.h"

/* A script has one target. */
#define SM_SCRIPT_TARGET "postgresql"

/*
 * A word for what a script leaves out because the ledger has it: completed
 * phases and units, and how far batches are.  A script whose word is not the
 * ledger's any more must not run.
 */
extern char *sm_script_state(SmQueryScope *scope, const char *migration_id);

typedef struct SmScript
{
	ReturnSetInfo *result;
	const SmMigration *migration;
	const char *schema; /* quoted */
	char *id;
	char *id_argument;
	char *state; /* of the ledger: sm_script_state() */
	bool up;
	bool changes_role; /* the file may: ledger calls put it back */
	bool changes_settings;
	char *phases;           /* those that it is for, as an SQL array */
	List *recorded;         /* of SmRecordedUnit */
	List *completed_phases; /* of char *, the way up */
} SmScript;

/* A unit that is completed, or batched and done up to a key. */
typedef struct SmRecordedUnit
{
	char *phase;
	bool up;
	int unit;
	char *cursor; /* NULL: it is completed */
} SmRecordedUnit;

/* A text as an argument of a ledger call: quoted, with its type. */
extern char *sm_script_text_argument(const char *value);

/* The rows of a script: its first and last ones, and those of a phase. */
extern void sm_script_emit_start(SmScript *script, const char *content);
extern void sm_script_emit_phase(SmScript *script, const SmPhase *phase);
extern void sm_script_emit_end(SmScript *script);

/* What completed units set for those after them, in later phases too. */
extern void sm_script_emit_settings(SmScript *script, const SmPhase *phase);

/* _PG_init's part: the settings in which a script's statements remember something. */
extern void sm_script_init(void);

#endif /* SM_SCRIPT_H */
