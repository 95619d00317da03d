/*
 * schema_render.h
 *		Renderers: each writes one column of a catalog row as a property of the
 *		object or part that is being written, and nothing where the value is the
 *		default.  Which column has which stands in the tables of catalog.h.
 */
#ifndef SM_SCHEMA_RENDER_H
#define SM_SCHEMA_RENDER_H

#include "catalog.h"

extern void sm_render_true(SmEmit *emit, const SmCatalogColumn *column, Datum value);
/* true where the column is false */
extern void sm_render_false(SmEmit *emit, const SmCatalogColumn *column, Datum value);
/* a number other than column->value */
extern void sm_render_number(SmEmit *emit, const SmCatalogColumn *column, Datum value);
/* a "char" by column->words */
extern void sm_render_word(SmEmit *emit, const SmCatalogColumn *column, Datum value);
extern void sm_render_name(SmEmit *emit, const SmCatalogColumn *column, Datum value);
/* a text, or a cstring-like one of another type, that is not empty */
extern void sm_render_text(SmEmit *emit, const SmCatalogColumn *column, Datum value);
/* the name of an object of the catalog column->value, where it is one */
extern void sm_render_object(SmEmit *emit, const SmCatalogColumn *column, Datum value);
/* the same, also in arrays of OIDs and oidvectors; in their order */
extern void sm_render_objects(SmEmit *emit, const SmCatalogColumn *column, Datum value);
/* text[]: sorted; in its order */
extern void sm_render_options(SmEmit *emit, const SmCatalogColumn *column, Datum value);
extern void sm_render_list(SmEmit *emit, const SmCatalogColumn *column, Datum value);
/* aclitem[] against the default of the ObjectType column->value */
extern void sm_render_acl(SmEmit *emit, const SmCatalogColumn *column, Datum value);
/* pg_node_tree, over the columns of the relation that is being written */
extern void sm_render_expression(SmEmit *emit, const SmCatalogColumn *column, Datum value);
/* int2vector or int2[]: names of the relation's columns, in their order */
extern void sm_render_columns(SmEmit *emit, const SmCatalogColumn *column, Datum value);
/* the keyed hash of a text; of each value of "name=value" in a text[] */
extern void sm_render_secret(SmEmit *emit, const SmCatalogColumn *column, Datum value);
extern void sm_render_secret_options(SmEmit *emit, const SmCatalogColumn *column, Datum value);
/* timestamptz in UTC, ISO */
extern void sm_render_time(SmEmit *emit, const SmCatalogColumn *column, Datum value);
/* an encoding's number by its name, left out for -1 */
extern void sm_render_encoding(SmEmit *emit, const SmCatalogColumn *column, Datum value);

#endif /* SM_SCHEMA_RENDER_H */
