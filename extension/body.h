/*
 * body.h
 *		The body of a schema object as C structures: its properties, and its
 *		parts (columns, constraints, ...) with theirs.  How two bodies differ, and
 *		which statement makes one of the other, is not told here.
 *
 * All names stand in byte order, so that two lists are compared in one pass.
 */
#ifndef SM_BODY_H
#define SM_BODY_H

#include "utils/jsonb.h"

typedef enum SmPartKind
{
	SM_PART_COLUMN,
	SM_PART_CONSTRAINT,
	SM_PART_INDEX,
	SM_PART_TRIGGER,
	SM_PART_RULE,
	SM_PART_POLICY,
	SM_PART_KINDS
} SmPartKind;

/* A property: text, number, boolean (as text) or a list of texts. */
typedef struct SmProperty
{
	const char *name;
	const char *text; /* a list: its JSON text */
	bool list;
	bool boolean;
	bool number;
	int nitems;
	const char **items;
} SmProperty;

/* An object without its parts, or a part. */
typedef struct SmNode
{
	const char *name; /* an object: qualified and quoted; a part: raw */
	int64 identity;   /* its OID, or number of a column; 0: not known */
	int nproperties;
	SmProperty *properties;
} SmNode;

typedef struct SmNodeList
{
	int count;
	SmNode *nodes;
} SmNodeList;

typedef struct SmBody
{
	SmNode object;
	SmNodeList parts[SM_PART_KINDS];
	int nlabels;
	int64 *labels; /* OIDs of an enum's labels, in their order */
} SmBody;

/*
 * Reads a body and its identity (NULL: none) in the current memory context.
 * Raises ERRCODE_INVALID_PARAMETER_VALUE for what is no body.
 */
extern SmBody *sm_body_read(const char *name, Jsonb *body, Jsonb *identity);

/* The same for an object within a document, without an identity. */
extern SmBody *sm_body_read_container(const char *name, JsonbContainer *container);

/* The OID in an identity; 0: none. */
extern int64 sm_body_identity_oid(Jsonb *identity);

/* One kind of parts in an identity, name and number, by name; count 0: none. */
extern SmNodeList sm_body_identity_parts(Jsonb *identity, SmPartKind kind);

/* The word for a part kind in rows ("column"), and its key in bodies ("columns"). */
extern const char *sm_body_part_word(SmPartKind kind);
extern const char *sm_body_part_key(SmPartKind kind);

/* NULL: the node has no such property. */
extern const SmProperty *sm_node_property(const SmNode *node, const char *name);

/* The property's text; NULL: none.  A node of NULL has no property. */
extern const char *sm_node_text(const SmNode *node, const char *name);

/* Whether a boolean property is true. */
extern bool sm_node_is(const SmNode *node, const char *name);

/* Whether a property has this text. */
extern bool sm_node_equals(const SmNode *node, const char *name, const char *text);

/* The part with a raw name; NULL: none. */
extern const SmNode *sm_body_part(const SmBody *body, SmPartKind kind, const char *name);

#endif /* SM_BODY_H */
