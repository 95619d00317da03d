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
/* a text that is not empty and not column->text */
extern void sm_render_text(SmEmit *emit, const SmCatalogColumn *column, Datum value);
/* the name of an object of the catalog column->value, where it is one */
extern void sm_render_object(SmEmit *emit, const SmCatalogColumn *column, Datum value);
/* the same of an oid[] or oidvector, in its order */
extern void sm_render_objects(SmEmit *emit, const SmCatalogColumn *column, Datum value);
/* text[], sorted */
extern void sm_render_options(SmEmit *emit, const SmCatalogColumn *column, Datum value);
/* the same, of a column: without what is physical */
extern void sm_render_column_options(SmEmit *emit, const SmCatalogColumn *column, Datum value);
/* these options themselves, in their order */
extern const char **sm_render_column_option_list(Datum value, int *count);
/* the same, of foreign data: values that can be secrets are hashed */
extern void sm_render_foreign_options(SmEmit *emit, const SmCatalogColumn *column, Datum value);
/* "name=value" as it is, or with the hash of a value that can be a secret */
extern const char *sm_render_hide_secret(SmEmit *emit, const char *option);
/* as foreign options, all values hashed */
extern void sm_render_secret_options(SmEmit *emit, const SmCatalogColumn *column, Datum value);
/* the keyed hash of a text */
extern void sm_render_secret(SmEmit *emit, const SmCatalogColumn *column, Datum value);
/* pg_node_tree, over the columns of emit->relation */
extern void sm_render_expression(SmEmit *emit, const SmCatalogColumn *column, Datum value);
/* int2vector or int2[]: names of the columns of emit->relation, in their order */
extern void sm_render_columns(SmEmit *emit, const SmCatalogColumn *column, Datum value);
/* timestamptz in UTC, ISO */
extern void sm_render_time(SmEmit *emit, const SmCatalogColumn *column, Datum value);
/* the name of an encoding */
extern void sm_render_encoding(SmEmit *emit, const SmCatalogColumn *column, Datum value);

#endif /* SM_SCHEMA_RENDER_H */
