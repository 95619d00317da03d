/*
 * switch.h
 *		Whether drift capture is on in this database: the event triggers that
 *		enable_drift_capture() makes.
 */
#ifndef SM_SWITCH_H
#define SM_SWITCH_H

#include "lib/stringinfo.h"

#define SM_SWITCH_TRIGGERS 4

typedef struct SmSwitchTrigger
{
	const char *name;
	const char *event;
	const char *function; /* in the extension's schema */
	const char *symbol;   /* the C function behind it */
	bool only_alter;      /* fires for ALTER alone */
} SmSwitchTrigger;

typedef enum SmSwitchState
{
	SM_SWITCH_MISSING,
	SM_SWITCH_OFF,     /* disabled, or not ALWAYS */
	SM_SWITCH_FOREIGN, /* calls something else */
	SM_SWITCH_ON
} SmSwitchState;

extern const SmSwitchTrigger sm_switch_triggers[SM_SWITCH_TRIGGERS];

/* How one of them stands; schema: the extension's.  Raises nothing. */
extern SmSwitchState sm_switch_state(const SmSwitchTrigger *trigger, Oid schema);

/* The same in words, NULL for ON. */
extern const char *sm_switch_problem(SmSwitchState state);

/* The extension's handler of an event, InvalidOid where it is missing. */
extern Oid sm_switch_function(const SmSwitchTrigger *trigger, Oid schema);

/*
 * The handler that journals, where capture was enabled in this database,
 * whatever became of the triggers since; InvalidOid where none of them is left.
 * Needs a transaction; raises nothing.
 */
extern Oid sm_switch_handler(void);

/* Whether an event trigger of this name is one of these. */
extern bool sm_switch_is_ours(const char *name);

#endif /* SM_SWITCH_H */
