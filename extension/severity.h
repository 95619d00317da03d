/*
 * severity.h
 *		How grave a change is that no migration made, as far as the statement
 *		tells.  What it breaks is known only from comparing the schemas.
 */
#ifndef SM_SEVERITY_H
#define SM_SEVERITY_H

#include "journal.h"

/* low, medium, high or critical. */
extern const char *sm_severity(const SmJournalEntry *entry);

#endif /* SM_SEVERITY_H */
