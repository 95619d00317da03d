/*
 * ddl.h
 *		The statements that bring one state of the schema to another, written from
 *		bodies.  What differs is diff.h's; each kind of object has a file of its
 *		own (ddl_table.c, ...), the order is ddl.c's.
 *
 * In a pair here, from is what is wanted and to is what is there.
 */
#ifndef SM_DDL_H
#define SM_DDL_H

#include "lib/stringinfo.h"
#include "nodes/pg_list.h"

#include "pairs.h"

/* In which order statements run.  What is dropped has its present name still. */
typedef enum SmDdlStep
{
	SM_DDL_SETTING,
	SM_DDL_DROP_PART, /* triggers, rules, policies, event triggers */
	SM_DDL_DROP_FOREIGN_KEY,
	SM_DDL_DROP_VIEW,
	SM_DDL_DROP_KEY, /* other constraints, indexes, statistics objects */
	SM_DDL_DROP_DEFAULT,
	SM_DDL_DROP_COLUMN,
	SM_DDL_DROP, /* all other objects: the other way round than CREATE */
	SM_DDL_RENAME_SCHEMA,
	SM_DDL_RENAME,
	SM_DDL_RENAME_PART,
	SM_DDL_CREATE, /* by rank, and by what each needs */
	SM_DDL_ATTACH,
	SM_DDL_COLUMN,
	SM_DDL_ALTER,
	SM_DDL_CREATE_VIEW,
	SM_DDL_KEY,
	SM_DDL_ATTACH_INDEX,
	SM_DDL_FOREIGN_KEY,
	SM_DDL_PART, /* triggers, rules, policies */
	SM_DDL_STATE,
	SM_DDL_OWNER,
	SM_DDL_OWNED_BY,
	SM_DDL_REVOKE,
	SM_DDL_GRANT,
	SM_DDL_COMMENT,
	SM_DDL_REASON
} SmDdlStep;

typedef struct SmDdlStatement
{
	SmDdlStep step;
	int rank;                /* within a step: see sm_ddl_set_rank() */
	const char *object;      /* its object's name, which others may need */
	const char *object_type; /* as in the row that it is for */
	const char *object_name;
	char *statement; /* NULL: there is none, and reason says why */
	char *reason;
	List *needs; /* names of objects that must be there first */
	int number;
	bool placed;
} SmDdlStatement;

typedef struct SmDdl
{
	MemoryContext context; /* of the statements */
	List *statements;
	int count;
	const SmPairs *pairs; /* all that differs; NULL: one state is written whole */
	HTAB *created;        /* names of wanted objects that are not there */
	HTAB *dropped;        /* names of present ones that are not wanted */
	HTAB *identities;     /* sequences of wanted identity columns, by the column */
	bool drops_routines;
	bool creates_routines;
	const char *once; /* the last thing that was to be done only once */
} SmDdl;

/* What a statement is for: a row of the comparison. */
typedef struct SmDdlTarget
{
	SmDdl *ddl;
	const SmPair *pair;
	const SmChange *change;
} SmDdlTarget;

/*
 * Writes all statements between two states.  The list is in the order to run
 * them; those without a statement stand last.
 */
extern List *sm_ddl_write(const SmPairs *pairs, MemoryContext context);

/*
 * Calls the sink for each object of a state (all of it is wanted and nothing is
 * there) with its own statements, which last as long as the call.
 */
typedef void (*SmDdlSink)(const SmPair *pair, List *statements, void *arg);
extern void sm_ddl_write_each(const SmPairs *pairs, SmDdlSink sink, void *arg);

/* Adds a statement; needs: names (char *) of what must be there first. */
extern void sm_ddl_add(SmDdlTarget *target, SmDdlStep step, const char *format, ...)
    pg_attribute_printf(3, 4);
extern void sm_ddl_add_needing(SmDdlTarget *target, SmDdlStep step, List *needs, char *statement);

/* Statements of a step run by rank; the usual one is that of the kind of object. */
extern void sm_ddl_set_rank(SmDdlTarget *target, int rank);

/* Says why there is no statement for the change. */
extern void sm_ddl_refuse(SmDdlTarget *target, const char *format, ...) pg_attribute_printf(2, 3);

/* False where the same was asked for this pair before. */
extern bool sm_ddl_first_time(SmDdlTarget *target, const char *what);

extern bool sm_ddl_is_created(const SmDdl *ddl, const char *name);
extern bool sm_ddl_is_dropped(const SmDdl *ddl, const char *name);
extern bool sm_ddl_is_dropped_view(const SmDdl *ddl, const char *name);

/* The sequence of a wanted identity column, by its qualified name; NULL: unknown. */
extern const SmPairRow *sm_ddl_identity_sequence(const SmDdl *ddl, const char *column);

/* ddl_names.c: names in statements */
extern const char *sm_ddl_schema_of(const char *qualified); /* quoted */
extern const char *sm_ddl_bare_name(const char *qualified); /* quoted; arguments left out */
extern void sm_ddl_append_columns(StringInfo out, const SmProperty *names); /* raw: "(a, b)" */
extern void sm_ddl_append_list(StringInfo out, const SmProperty *items, const char *separator);
extern void sm_ddl_append_options(StringInfo out, const SmProperty *options);
extern void sm_ddl_append_fdw_options(StringInfo out, const SmProperty *options);
extern const char *sm_ddl_upper(const char *words);
extern const char *sm_ddl_keyword(const char *kind);  /* of the kind in ALTER, COMMENT, DROP */
extern int sm_ddl_until(const char *text, char stop); /* length up to it, outside quotes */

/* ddl_needs.c: what a statement needs, by the server's parser */
extern List *sm_ddl_needs_of_query(const char *query);
extern List *sm_ddl_needs_of_function(const char *create);
extern List *sm_ddl_needs_of_type(const char *type);
extern List *sm_ddl_needs_of_expression(const char *expression);
extern List *sm_ddl_needs_of_trigger(const char *create);

/* ddl_table.c */
extern void sm_ddl_table(SmDdlTarget *target);
extern void sm_ddl_rename(SmDdlTarget *target); /* of objects with a schema */
extern void sm_ddl_change_option(SmDdlTarget *target, const char *prefix);
extern char *sm_ddl_alter_table(const SmDdlTarget *target, bool wanted); /* "ALTER TABLE name" */

/* ddl_column.c */
extern void sm_ddl_column(SmDdlTarget *target);
extern void sm_ddl_append_column(const SmDdlTarget *target, StringInfo out, const SmNode *column);
extern void sm_ddl_column_details(SmDdlTarget *target, const SmNode *column); /* said afterwards */

/* ddl_part.c */
extern void sm_ddl_part(SmDdlTarget *target);
extern void sm_ddl_new_parts(SmDdlTarget *target); /* of an object that is created */
extern char *sm_ddl_constraint_definition(const SmBody *body, const SmNode *constraint);
extern bool sm_ddl_is_inline_constraint(const SmNode *constraint);
/*
 * NOT NULL constraints, column NULL: of a domain.  One that is named as the server
 * does is not written; the others are, and found here (NULL: none).
 */
extern bool sm_ddl_is_usual_not_null(const SmBody *body, const SmNode *constraint);
extern const SmNode *sm_ddl_named_not_null(const SmBody *body, const char *column);
extern void sm_ddl_change_not_null(SmDdlTarget *target, const char *column); /* raw */

/* ddl_trigger.c: a change, and parts of an object that is created */
extern void sm_ddl_defined_part(SmDdlTarget *target); /* a trigger or rule */
extern void sm_ddl_policy(SmDdlTarget *target);
extern void sm_ddl_create_defined(SmDdlTarget *target, SmPartKind kind, const SmNode *part);
extern void sm_ddl_create_policy(SmDdlTarget *target, const SmNode *policy);

/* ddl_view.c, ddl_type.c, ddl_routine.c, ddl_object.c */
extern void sm_ddl_view(SmDdlTarget *target);
extern bool sm_ddl_view_is_made_anew(const SmPair *pair, const SmRenames *renames);
extern bool sm_ddl_routine_is_made_anew(const SmPair *pair, const SmRenames *renames);
extern void sm_ddl_type(SmDdlTarget *target);
extern void sm_ddl_sequence(SmDdlTarget *target);
extern char *sm_ddl_sequence_options(const SmNode *sequence, bool with_type);
extern void sm_ddl_routine(SmDdlTarget *target);
extern void sm_ddl_object(SmDdlTarget *target);

/* ddl_common.c: owner, privileges, comment; false where the change is none of these */
extern bool sm_ddl_common(SmDdlTarget *target);
extern void sm_ddl_new_common(SmDdlTarget *target); /* of an object that is created */
extern void sm_ddl_new_common_part(SmDdlTarget *target, SmPartKind kind, const SmNode *part);

#endif /* SM_DDL_H */
