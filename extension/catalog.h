/*
 * catalog.h
 *		What each column of each system catalog is to the schema: covered by a
 *		property of an object, derived from what is covered, or ignored, with the
 *		reason; and which object a catalog's row belongs to.  The rows are read
 *		by the parts of schema.h, not here.
 */
#ifndef SM_CATALOG_H
#define SM_CATALOG_H

#include "access/htup.h"
#include "access/tupdesc.h"

/* An object, or an atom: a row that others can refer to by catalog and OID. */
typedef struct SmObjectKey
{
	Oid classid;
	Oid objid;
} SmObjectKey;

typedef enum SmDisposition
{
	SM_COVERED,
	SM_DERIVED,
	SM_IGNORED
} SmDisposition;

typedef struct SmCatalogColumn SmCatalogColumn;
typedef struct SmEmit SmEmit;

/* Writes the property of a column that is not NULL (see schema_render.h). */
typedef void (*SmRender)(SmEmit *emit, const SmCatalogColumn *column, Datum value);

/* A letter of a catalog, and the word for it; NULL: the default, left out. */
typedef struct SmWord
{
	char letter;
	const char *word;
} SmWord;

struct SmCatalogColumn
{
	const char *name;
	SmDisposition disposition;
	const char *what;    /* the property; or what is made of it; or the reason */
	SmRender render;     /* NULL: the code of its object reads it */
	const SmWord *words; /* for renderers: letters, the last one 0 */
	int64 value;         /* for renderers: a default, or a catalog */
	const char *text;    /* for renderers: a default */
	int since;           /* the first and the last major that has it; 0: all */
	int until;
};

/* Covered by a property that a renderer writes; covered by the object's own code; not covered. */
#define SM_PROPERTY(column, property, renderer, ...)                                               \
	{                                                                                              \
		.name = column, .disposition = SM_COVERED, .what = property, .render = renderer,           \
		__VA_ARGS__                                                                                \
	}
#define SM_COVERED_AS(column, as, ...)                                                             \
	{                                                                                              \
		.name = column, .disposition = SM_COVERED, .what = as, __VA_ARGS__                         \
	}
#define SM_DERIVED_FROM(column, reason, ...)                                                       \
	{                                                                                              \
		.name = column, .disposition = SM_DERIVED, .what = reason, __VA_ARGS__                     \
	}
#define SM_IGNORED_AS(column, reason, ...)                                                         \
	{                                                                                              \
		.name = column, .disposition = SM_IGNORED, .what = reason, __VA_ARGS__                     \
	}
#define SM_COLUMNS(list) (list), lengthof(list)

/* Says for what a row stands where two columns do not: false for nothing. */
typedef bool (*SmAtomRule)(HeapTuple tuple, TupleDesc desc, SmObjectKey *atom);

typedef struct SmCatalog
{
	const char *name;
	Oid relid;
	const SmCatalogColumn *columns;
	int ncolumns;
	Oid oid_index; /* by which a row is found; InvalidOid where it has no OID */
	bool unread;   /* its rows matter to no object */

	/* the atom of a row: classid, or the OID in class_column; and the OID in object_column */
	Oid classid;
	const char *class_column;
	const char *object_column;
	SmAtomRule atom_rule; /* instead of these */

	/* what an atom of this catalog is a part of, where it is no object itself */
	Oid parent_classid;
	const char *parent_column;
} SmCatalog;

/* All catalogs, and how many; static data. */
extern const SmCatalog *sm_catalog_all(int *count);

/* Those whose rows matter to an object. */
extern const SmCatalog *sm_catalog_list(int *count);

/* One by its OID; NULL for none. */
extern const SmCatalog *sm_catalog_find(Oid relid);

/* The catalog's OID; InvalidOid where this major has none. */
extern Oid sm_catalog_relid(const SmCatalog *catalog);

/*
 * The atom that a row belongs to: (catalog, OID) of the row itself where it has
 * an OID that others refer to, else of what it describes: (pg_class, attrelid)
 * for pg_attribute, (classoid, objoid) for pg_description.  False: it matters to
 * no object of this database or of the cluster.
 */
extern bool sm_catalog_atom(const SmCatalog *catalog, HeapTuple tuple, TupleDesc desc,
                            SmObjectKey *atom);

/*
 * The object that an atom is part of, by the newest catalogs: an index and a
 * toast table belong to their table, a row type to its relation, a member to its
 * extension; what initdb made stands for (pg_namespace, pg_catalog).  False:
 * none, because it is gone or temporary.
 */
extern bool sm_catalog_object(const SmObjectKey *atom, SmObjectKey *object);

/* What tells temporary schemas by their names, of whatever session. */
extern bool sm_catalog_is_temp_schema(const char *name);

/* The columns of the catalogs, by area. */
extern const SmCatalog sm_catalog_relations[];
extern const int sm_catalog_relations_count;
extern const SmCatalog sm_catalog_types[];
extern const int sm_catalog_types_count;
extern const SmCatalog sm_catalog_routines[];
extern const int sm_catalog_routines_count;
extern const SmCatalog sm_catalog_database[];
extern const int sm_catalog_database_count;
extern const SmCatalog sm_catalog_cluster[];
extern const int sm_catalog_cluster_count;

#endif /* SM_CATALOG_H */
