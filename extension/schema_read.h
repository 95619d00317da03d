/*
 * schema_read.h
 *		What the parts of the reader of the catalogs share: the reader with its
 *		rows and names, and the object that is being written.  For schema*.c only.
 *
 *		Every rule is written once: a full read and the read of a single object
 *		run the same code and differ only in where sm_rows() takes its rows from,
 *		memory or an index.
 */
#ifndef SM_SCHEMA_READ_H
#define SM_SCHEMA_READ_H

#include "access/htup_details.h"
#include "catalog/pg_depend.h"
#include "nodes/nodes.h"
#include "nodes/parsenodes.h"
#include "utils/hsearch.h"
#include "utils/snapshot.h"

#include "schema.h"
#include "schema_json.h"

/* Rows of a catalog by what they belong to; the order is that of schema_rows.c. */
typedef enum SmSource
{
	/* by their own OID */
	SM_ROWS_CLASS,
	SM_ROWS_TYPE,
	SM_ROWS_PROC,
	SM_ROWS_NAMESPACE,
	SM_ROWS_OPERATOR,
	SM_ROWS_OPCLASS,
	SM_ROWS_OPFAMILY,
	SM_ROWS_AM,
	SM_ROWS_CAST,
	SM_ROWS_LANGUAGE,
	SM_ROWS_TRANSFORM,
	SM_ROWS_COLLATION,
	SM_ROWS_CONVERSION,
	SM_ROWS_TS_PARSER,
	SM_ROWS_TS_TEMPLATE,
	SM_ROWS_TS_DICT,
	SM_ROWS_TS_CONFIG,
	SM_ROWS_STATISTIC_EXT,
	SM_ROWS_DEFAULT_ACL,
	SM_ROWS_EXTENSION,
	SM_ROWS_EVENT_TRIGGER,
	SM_ROWS_PUBLICATION,
	SM_ROWS_SUBSCRIPTION,
	SM_ROWS_FDW,
	SM_ROWS_SERVER,
	SM_ROWS_USER_MAPPING,
	SM_ROWS_ROLE,
	SM_ROWS_DATABASE,
	SM_ROWS_TABLESPACE,
	SM_ROWS_PARAMETER,
	/* by what they are part of */
	SM_ROWS_ATTRIBUTE, /* of a relation */
	SM_ROWS_ATTRDEF,
	SM_ROWS_CONSTRAINT,
	SM_ROWS_DOMAIN_CONSTRAINT, /* of a type */
	SM_ROWS_INDEX,             /* of a table */
	SM_ROWS_INHERITS,
	SM_ROWS_FOREIGN_TABLE,
	SM_ROWS_SEQUENCE,
	SM_ROWS_TRIGGER,
	SM_ROWS_RULE,
	SM_ROWS_POLICY,
	SM_ROWS_ENUM,
	SM_ROWS_RANGE,
	SM_ROWS_AGGREGATE,
	SM_ROWS_AMOP,
	SM_ROWS_AMPROC,
	SM_ROWS_TS_CONFIG_MAP,
	SM_ROWS_PUBLICATION_REL,
	SM_ROWS_PUBLICATION_NAMESPACE,
	SM_ROWS_AUTH_MEMBERS,     /* of the member */
	SM_ROWS_ROLE_SETTING,     /* of the role */
	SM_ROWS_DATABASE_SETTING, /* of the database, for all roles */
	/* by catalog and OID */
	SM_ROWS_DESCRIPTION,
	SM_ROWS_SECLABEL,
	SM_ROWS_DEPEND,
	SM_ROWS_MEMBER, /* of an extension */
	SM_ROWS_INIT_PRIVS,
	SM_ROWS_SHDESCRIPTION,
	SM_ROWS_SHSECLABEL,
	SM_ROWS_COUNT
} SmSource;

/* One row, with what it is found by and sorted by. */
typedef struct SmCatalogRow
{
	Oid classid; /* InvalidOid where the source has none */
	Oid objid;
	int32 sub; /* a number within: of the column, for instance */
	HeapTuple tuple;
} SmCatalogRow;

typedef struct SmRows
{
	const SmCatalogRow *rows;
	int count;
} SmRows;

/* The forms of an object, by SmReader's portable. */
#define SM_FORMS 2

typedef struct SmReader
{
	MemoryContext context;     /* for the whole read */
	MemoryContext rows;        /* for what is loaded whole */
	MemoryContext scratch;     /* for one object */
	SmSchema *forms[SM_FORMS]; /* exact, portable; NULL: not wanted */
	SmSchema *schema;          /* the one that is being written */
	bool portable;             /* which that is */
	List *deparsed;            /* texts of the object that is being written */
	bool all;                  /* full read: sources are loaded whole */
	bool careful;              /* each text that is deparsed in a subtransaction of its own */
	Snapshot snapshot;         /* of all rows */
	const char *secret;        /* the key for hashes of secrets; NULL: not asked for yet */
	bool needs_secret;         /* it has to be made */
	SmRows loaded[SM_ROWS_COUNT];
	bool is_loaded[SM_ROWS_COUNT];
	int fingers[SM_ROWS_COUNT]; /* where the last search ended */
	Oid last_relation;          /* while columns are loaded: that of the row before */
	bool last_has_columns;
	HTAB *names;     /* of objects, by catalog and OID */
	HTAB *types;     /* of types, by OID and modifier */
	HTAB *opclasses; /* default ones, by type and access method */
} SmReader;

/* The parts of an object, in the order of their keys. */
typedef enum SmPartKind
{
	SM_COLUMNS_OF,
	SM_CONSTRAINTS_OF,
	SM_INDEXES_OF,
	SM_POLICIES_OF,
	SM_RULES_OF,
	SM_TRIGGERS_OF,
	SM_PART_KINDS
} SmPartKind;

typedef struct SmPart
{
	const char *name; /* in UTF-8, not quoted */
	Oid id;           /* OID, or number of a column: for the identity */
	int start;        /* of its JSON in part_text */
	int end;
} SmPart;

/* The object that is being written. */
struct SmEmit
{
	SmReader *reader;
	SmObjectKey key;
	Oid owner;
	Oid relation;         /* whose columns are named; InvalidOid: none */
	const char **columns; /* its columns' names by number, from 1; NULL where dropped */
	int ncolumns;
	int16 length;   /* of the column that is being rendered, in bytes */
	SmProps *props; /* of the object, or of the part that is being written */
	SmProps object;
	SmProps part;
	StringInfoData part_text;
	struct SmPartList
	{
		SmPart *items;
		int count;
		int room;
	} parts[SM_PART_KINDS];
	StringInfoData body;
	StringInfoData identity;
	StringInfoData labels; /* OIDs of an enum's labels, in their order: for the identity */
	List *unreadable;      /* "property: SQLSTATE", of the object or part */
};

/* Writes an object from its row; false where it is none. */
typedef bool (*SmEmitObject)(SmEmit *emit, HeapTuple tuple);

/* schema_rows.c: rows of catalogs */
extern SmRows sm_rows(SmReader *reader, SmSource source, Oid classid, Oid objid);
extern SmRows sm_rows_all(SmReader *reader, SmSource source);
extern HeapTuple sm_rows_one(SmReader *reader, SmSource source, Oid objid);
/* the rows of a catalog whose OID column, which index leads, is initdb's */
extern SmRows sm_rows_initial(SmReader *reader, Oid catalog, Oid index, AttrNumber column);
/* a column of a row; the catalog is known by its OID */
extern Datum sm_rows_get(Oid catalog, HeapTuple tuple, AttrNumber column, bool *isnull);
/* the same for a column that not all majors have: NULL where it is missing */
extern Datum sm_rows_get_named(Oid catalog, HeapTuple tuple, const char *column, bool *isnull);
/* the same for the text of a text column, NULL for NULL */
extern char *sm_rows_text(Oid catalog, HeapTuple tuple, AttrNumber column);
/* whether a dependency is that of a routine or cast that CREATE TYPE made for a range */
extern bool sm_is_of_range(Form_pg_depend depend);
/* calls the renderers of a row's columns */
extern void sm_rows_render(SmEmit *emit, Oid catalog, HeapTuple tuple);

/* schema_names.c: names as SQL writes them; they live as long as the reader */
extern const char *sm_name(SmReader *reader, Oid classid, Oid objid);
extern const char *sm_name_type(SmReader *reader, Oid type, int32 typmod);
/* what columns of a type have unless told otherwise */
extern Oid sm_name_type_collation(SmReader *reader, Oid type);
extern char sm_name_type_storage(SmReader *reader, Oid type);
extern Oid sm_name_default_opclass(SmReader *reader, Oid type, Oid method);
/* the same with the schema in front: "schema.name" */
extern char *sm_name_qualified(SmReader *reader, Oid schema, const char *name);
extern bool sm_name_is_temp_schema(SmReader *reader, Oid schema);
/* a row of an object: from memory, or the newest one; valid until the object is written */
extern HeapTuple sm_name_row(SmReader *reader, Oid classid, Oid objid);
/* the name of a relation's column, in the scratch context; "?" where there is none */
extern const char *sm_name_column(SmReader *reader, Oid relation, AttrNumber number);

/* schema_acl.c: privileges as sorted lists */
extern void sm_acl_property(SmEmit *emit, Oid catalog, HeapTuple tuple, AttrNumber column,
                            ObjectType type, Oid owner);
/* the same, written where it is the default, too */
extern void sm_acl_always(SmEmit *emit, Datum acl, ObjectType type);
/* what members' privileges are where they are not those of CREATE EXTENSION or initdb */
extern void sm_acl_members(SmEmit *emit, SmRows members);
extern bool sm_acl_initial(SmEmit *emit);

/* schema_deparse.c: texts that the server deparses; NULL: unreadable, which is noted */
extern char *sm_deparse_expression(SmEmit *emit, const char *property, Node *node);
extern char *sm_deparse_tree(SmEmit *emit, const char *property, Datum tree);
extern char *sm_deparse_view(SmEmit *emit, const char *property, Datum action);
/* of a function that takes an OID and gives a text, as pg_get_triggerdef() */
extern char *sm_deparse_call(SmEmit *emit, const char *property, Oid function, Oid object);
/* schema_portable.c: a text's tokens, which is what the portable form has of it */
extern char *sm_deparse_portable(char *text);

/*
 * Whether an error of this SQLSTATE says that an object cannot be shown.  All
 * others stop the read: cancel, shutdown, lock timeouts, memory.
 */
extern bool sm_deparse_is_of_object(int sqlstate);

/*
 * schema_secret.c: hash of a secret with the database's key, in hex.  Sets
 * reader->needs_secret and raises an error where there is no key yet; outside
 * of the subtransaction sm_secret_make_key() makes it.
 */
extern char *sm_secret_hash(SmReader *reader, const char *value);
extern void sm_secret_make_key(SmReader *reader);

/* schema_emit.c: one object */
extern void sm_emit_init(SmEmit *emit, SmReader *reader);
/* starts the next object; ends it under this name */
extern void sm_emit_begin(SmEmit *emit, Oid classid, Oid objid);
extern void sm_emit_end(SmEmit *emit, bool cluster, const char *kind, const char *name);
/* starts a part; forgets it; ends it under this name */
extern void sm_emit_part(SmEmit *emit);
extern void sm_emit_part_drop(SmEmit *emit);
extern void sm_emit_part_end(SmEmit *emit, SmPartKind kind, const char *name, Oid id);
/* comment, security labels, extensions depended on; of the object or part */
extern void sm_emit_common(SmEmit *emit, Oid classid, Oid objid, int32 sub);
/* the same of an object of the cluster, which depends on no extension */
extern void sm_emit_common_shared(SmEmit *emit, Oid classid, Oid objid);
extern void sm_emit_name(SmEmit *emit, const char *property, Oid classid, Oid objid);
/* a deparsed text, which may be NULL */
extern void sm_emit_text(SmEmit *emit, const char *property, const char *text);
extern void sm_emit_columns_of(SmEmit *emit, Oid relation);
/* of an extension, or of a range type as its constructors are */
extern bool sm_emit_is_member(SmReader *reader, Oid classid, Oid objid);

/* schema_relation.c, schema_part.c: relations */
extern bool sm_emit_relation(SmEmit *emit, HeapTuple tuple);
extern void sm_emit_columns(SmEmit *emit, char relkind);
/* of a row of pg_attribute; -1: the default */
extern int sm_emit_statistics_target(HeapTuple column);
extern void sm_emit_constraints(SmEmit *emit, SmRows constraints);
extern void sm_emit_triggers(SmEmit *emit);
extern void sm_emit_policies(SmEmit *emit);
/* schema_index.c */
extern void sm_emit_indexes(SmEmit *emit);

/* schema_type.c, schema_routine.c, schema_database.c, schema_cluster.c */
extern bool sm_emit_type(SmEmit *emit, HeapTuple tuple);
extern bool sm_emit_routine(SmEmit *emit, HeapTuple tuple);
extern bool sm_emit_opfamily(SmEmit *emit, HeapTuple tuple);
extern bool sm_emit_schema(SmEmit *emit, HeapTuple tuple);
extern bool sm_emit_collation(SmEmit *emit, HeapTuple tuple);
extern bool sm_emit_ts_config(SmEmit *emit, HeapTuple tuple);
extern bool sm_emit_statistics(SmEmit *emit, HeapTuple tuple);
extern bool sm_emit_default_acl(SmEmit *emit, HeapTuple tuple);
extern bool sm_emit_extension(SmEmit *emit, HeapTuple tuple);
extern bool sm_emit_publication(SmEmit *emit, HeapTuple tuple);
extern bool sm_emit_subscription(SmEmit *emit, HeapTuple tuple);
extern bool sm_emit_role(SmEmit *emit, HeapTuple tuple);
extern bool sm_emit_database(SmEmit *emit, HeapTuple tuple);
extern bool sm_emit_role_setting(SmEmit *emit, HeapTuple tuple);
extern bool sm_emit_parameter(SmEmit *emit, HeapTuple tuple);
extern bool sm_emit_initial(SmEmit *emit);

#endif /* SM_SCHEMA_READ_H */
