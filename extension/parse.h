/*
 * parse.h
 *		A migration file as data: what sm_parse_content() returns.  How a file is
 *		read stands in parse.c and the files it calls, never here.
 *
 * Everything is allocated in the memory context that was current at the call
 * and holds texts in the server's encoding.
 */
#ifndef SM_PARSE_H
#define SM_PARSE_H

#include "nodes/pg_list.h"

/* The undo of a whole migration: phase of its units and of its text. */
#define SM_PHASE_ALL "all"

/* Where something stands in the normalised text; all count characters. */
typedef struct SmPlace
{
	int line;     /* from 1 */
	int column;   /* from 1 */
	int position; /* from 1 */
	int length;
} SmPlace;

/* One `-- Name: value` line of the header. */
typedef struct SmHeaderEntry
{
	const char *name; /* canonical, lower case: "lock-timeout" */
	char *value;      /* normalised: version without v, ... */
	SmPlace place;
} SmHeaderEntry;

typedef struct SmDependency
{
	char *name;        /* id or a prefix of it, as written */
	const char *phase; /* "migrate" or "contract" */
	SmPlace place;
} SmDependency;

/* What a mark says about a unit or a statement; the names are in parse.c. */
typedef struct SmOption
{
	const char *name; /* "done-when", "batch.key", "leading", ... */
	char *value;
	SmPlace place;
} SmOption;

typedef struct SmStatement
{
	int number;         /* from 1 in its unit */
	const char *tag;    /* command tag */
	char *text;         /* without the semicolon */
	bool transactional; /* may run in a transaction block */
	List *options;      /* of SmOption: "replay", "leading", "secret" */
	SmPlace place;
} SmStatement;

typedef enum SmUnitKind
{
	SM_UNIT_TRANSACTION,
	SM_UNIT_STATEMENT,
	SM_UNIT_BATCH
} SmUnitKind;

typedef struct SmUnit
{
	int number; /* from 1 in its phase and direction */
	SmUnitKind kind;
	bool transactional;
	char *begin_text; /* the file's own BEGIN statement, or NULL */
	List *statements; /* of SmStatement, never NIL */
	List *options;    /* of SmOption: "done-when", "batch.*" */
	SmPlace place;
} SmUnit;

/* A phase of the way up, or an undo: of a phase or (SM_PHASE_ALL) of all. */
typedef struct SmPhase
{
	const char *name; /* "expand", "migrate", "contract", "all" */
	bool up;
	char *digest;        /* SHA-256 in hex of what the phase means */
	char *rollback_text; /* the undo as written; NULL when up */
	List *units;         /* of SmUnit */
	SmPlace place;
} SmPhase;

typedef struct SmCheck
{
	int number; /* from 1 in the file */
	char *name;
	char *query;
	const char *phase;  /* "expand", "migrate", "contract" or "all" */
	bool pre;           /* before the phase, not after it */
	bool critical;      /* a failure fails the phase, not only warns */
	char *expect;       /* "true", "any", "= 0", "> 10", ... */
	char *query_digest; /* of the query's tokens */
	SmPlace place;
} SmCheck;

typedef struct SmParseError
{
	int sqlstate; /* as in ErrorData.sqlerrcode */
	char *message;
	char *hint; /* or NULL */
	SmPlace place;
} SmParseError;

/* A whole file.  When errors is not NIL only it and header are of use. */
typedef struct SmMigration
{
	List *header;         /* of SmHeaderEntry */
	List *dependencies;   /* of SmDependency */
	List *phases;         /* of SmPhase, up, in the order of the file */
	List *undos;          /* of SmPhase, down, in the order of the file */
	List *checks;         /* of SmCheck */
	List *errors;         /* of SmParseError, in the order of the file */
	char *bytes_digest;   /* SHA-256 in hex of the normalised bytes */
	char *meaning_digest; /* SHA-256 in hex of tokens, marks, header */
} SmMigration;

/* "transaction", "statement" or "batch". */
extern const char *sm_parse_unit_kind_name(SmUnitKind kind);

/*
 * Reads a migration file.  A bad file raises nothing: its errors are in the
 * result.  Raises only what is no fault of the file (memory, cancel).
 */
extern SmMigration *sm_parse_content(const char *content, int length);

/* Value of a header entry by its canonical name, NULL when the file has none. */
extern const char *sm_parse_header_value(const SmMigration *migration, const char *name);

/* The phase (up) or the undo (down) of that name, NULL when there is none. */
extern SmPhase *sm_parse_find_phase(const SmMigration *migration, const char *name, bool up);

/* Value of an option in a list of SmOption, NULL when it is not there. */
extern const char *sm_parse_option_value(const List *options, const char *name);

/*
 * Raises the first error of a file that has one, with its file name, line and
 * column as context; does nothing for a good file.
 */
extern void sm_parse_raise_errors(const SmMigration *migration, const char *file);

#endif /* SM_PARSE_H */
