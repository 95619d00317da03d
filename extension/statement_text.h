/*
 * statement_text.h
 *		The statement that is being executed: its text and how deep it is nested.
 */
#ifndef SM_STATEMENT_TEXT_H
#define SM_STATEMENT_TEXT_H

#include "nodes/plannodes.h"
#include "tcop/cmdtag.h"
#include "tcop/utility.h"

/* A utility statement under way; lives on the C stack of the hook that runs it. */
typedef struct SmFrame
{
	PlannedStmt *statement;
	const char *string; /* that it stands in */
	bool part;          /* of the one below, as the elements of CREATE SCHEMA are */
	struct SmFrame *below;
} SmFrame;

typedef struct SmStatementText
{
	const char *text;
	bool exact;    /* the statement alone; else the client's whole string */
	bool redacted; /* it can hold a secret: text says only what it was */
	int depth;     /* 0: sent by the client itself; -1: not known */
} SmStatementText;

/* _PG_init's part. */
extern void sm_statement_text_init(void);

/* To be called around each utility statement, the second also after an error. */
extern void sm_statement_text_push(SmFrame *frame, PlannedStmt *statement, const char *string,
                                   ProcessUtilityContext context);
extern void sm_statement_text_pop(SmFrame *frame);

/*
 * The innermost statement, which is that of this tag and parse tree, in the
 * current memory context.  Raises only what the scanner and parser raise for
 * lack of memory.
 */
extern void sm_statement_text_current(Node *parsetree, CommandTag tag, SmStatementText *result);

#endif /* SM_STATEMENT_TEXT_H */
