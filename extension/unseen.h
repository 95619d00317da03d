/*
 * unseen.h
 *		Which statements event triggers do not see, and which objects those are
 *		about.  Nothing is written from here.
 */
#ifndef SM_UNSEEN_H
#define SM_UNSEEN_H

#include "journal.h"

typedef struct SmUnseen
{
	SmJournalEntry *entries;
	int count;
} SmUnseen;

/* Whether no event trigger fires for a statement that changes something. */
extern bool sm_unseen_is(Node *statement);

/*
 * What such a statement is about to change, in the current memory context: to
 * be called before it runs.  No entry for what makes or restores capture itself
 * and for temporary tables.  Raises nothing for names that are no good.
 */
extern void sm_unseen_list(Node *statement, SmUnseen *unseen);

/* Afterwards: the addresses of what it made. */
extern void sm_unseen_finish(SmUnseen *unseen);

#endif /* SM_UNSEEN_H */
