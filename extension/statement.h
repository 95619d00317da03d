/*
 * statement.h
 *		What a single statement is, from its raw parse tree.
 */
#ifndef SM_STATEMENT_H
#define SM_STATEMENT_H

#include "nodes/parsenodes.h"

typedef enum SmControl
{
	SM_CONTROL_NONE,
	SM_CONTROL_BEGIN,
	SM_CONTROL_COMMIT,
	SM_CONTROL_ROLLBACK
} SmControl;

typedef struct SmParsed
{
	Node *tree;      /* statement under its RawStmt */
	const char *tag; /* command tag */
	SmControl control;
	bool transactional;  /* may run in a transaction block */
	bool leading;        /* must come first in its transaction */
	bool setting;        /* changes a setting of the session */
	bool ends_unit;      /* its effect can be used after COMMIT only */
	bool copy_data;      /* the client's data follows it in the file */
	const char *refused; /* why no migration may hold it, or NULL */
	const char *hint;
} SmParsed;

/*
 * Parses one statement into the current memory context and says what it is.
 * Returns the server's error where it does not parse (positions count from the
 * start of text), else NULL.
 */
extern ErrorData *sm_statement_parse(const char *text, SmParsed *parsed);

/* Whether it is one SELECT, VALUES or TABLE that can change nothing by itself. */
extern bool sm_statement_is_query(const SmParsed *parsed);

#endif /* SM_STATEMENT_H */
