/*
 * schema_emit.c
 *		One object as it is written: its properties, its parts, its identity, and
 *		what objects of all kinds have.  What the kinds have is in the files that
 *		are named after them.
 */
#include "postgres.h"

#include "catalog/pg_attribute.h"
#include "catalog/pg_authid_d.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_description_d.h"
#include "catalog/pg_extension_d.h"
#include "catalog/pg_seclabel_d.h"
#include "catalog/pg_shdescription_d.h"
#include "catalog/pg_shseclabel_d.h"
#include "catalog/dependency.h"
#include "utils/memutils.h"

#include "schema_read.h"
#include "compat.h"

static const char *const part_keys[] = {"columns",  "constraints", "indexes",
                                        "policies", "rules",       "triggers"};

void
sm_emit_init(SmEmit *emit, SmReader *reader)
{
	memset(emit, 0, sizeof(*emit));
	emit->reader = reader;
	sm_props_init(&emit->object);
	sm_props_init(&emit->part);
	initStringInfo(&emit->part_text);
	initStringInfo(&emit->body);
	initStringInfo(&emit->identity);
	initStringInfo(&emit->labels);
	for (int i = 0; i < SM_PART_KINDS; i++)
	{
		emit->parts[i].room = 16;
		emit->parts[i].items = palloc(16 * sizeof(SmPart));
	}
}

void
sm_emit_begin(SmEmit *emit, Oid classid, Oid objid)
{
	emit->key.classid = classid;
	emit->key.objid = objid;
	emit->owner = InvalidOid;
	emit->relation = InvalidOid;
	emit->ncolumns = 0;
	emit->unreadable = NIL;
	emit->props = &emit->object;
	sm_props_reset(&emit->object);
	resetStringInfo(&emit->part_text);
	resetStringInfo(&emit->labels);
	for (int i = 0; i < SM_PART_KINDS; i++)
		emit->parts[i].count = 0;
}

static int
compare_parts(const void *a, const void *b)
{
	return strcmp(((const SmPart *) a)->name, ((const SmPart *) b)->name);
}

/* Writes the parts of a kind into the object, and their identity. */
static void
write_parts(SmEmit *emit, SmPartKind kind)
{
	struct SmPartList *list = &emit->parts[kind];
	StringInfo out;

	if (list->count == 0)
		return;
	qsort(list->items, list->count, sizeof(SmPart), compare_parts);
	out = sm_props_begin(&emit->object, part_keys[kind]);
	appendStringInfo(&emit->identity, ",\"%s\":{", part_keys[kind]);
	appendStringInfoChar(out, '{');
	for (int i = 0; i < list->count; i++)
	{
		SmPart *part = &list->items[i];
		int start = out->len;

		if (i > 0)
		{
			appendStringInfoChar(out, ',');
			appendStringInfoChar(&emit->identity, ',');
			start++;
		}
		sm_json_string(out, part->name);
		appendStringInfoChar(out, ':');
		appendBinaryStringInfo(&emit->identity, out->data + start, out->len - start);
		appendStringInfo(&emit->identity, "%u", part->id);
		appendBinaryStringInfo(out, emit->part_text.data + part->start, part->end - part->start);
	}
	appendStringInfoChar(out, '}');
	appendStringInfoChar(&emit->identity, '}');
	sm_props_end(&emit->object);
}

static void
write_unreadable(SmEmit *emit)
{
	const char **lines = palloc((list_length(emit->unreadable) + 1) * sizeof(char *));
	int count = 0;
	ListCell *cell;

	foreach (cell, emit->unreadable)
		lines[count++] = lfirst(cell);
	if (count > 0)
		sm_props_sorted(emit->props, "unreadable", lines, count);
	emit->unreadable = NIL;
}

static char *
keep(SmReader *reader, const char *text, size_t length)
{
	char *copy = MemoryContextAlloc(reader->schema->context, length + 1);

	memcpy(copy, text, length);
	copy[length] = '\0';
	return copy;
}

void
sm_emit_end(SmEmit *emit, bool cluster, const char *kind, const char *name)
{
	SmReader *reader = emit->reader;
	SmSchema *schema = reader->schema;
	SmSchemaObject *object;

	resetStringInfo(&emit->body);
	resetStringInfo(&emit->identity);
	appendStringInfo(&emit->identity, "{\"oid\":%u", emit->key.objid);
	write_unreadable(emit);
	for (int i = 0; i < SM_PART_KINDS; i++)
		write_parts(emit, i);
	if (emit->labels.len > 0)
		appendStringInfo(&emit->identity, ",\"labels\":[%s]", emit->labels.data);
	appendStringInfoChar(&emit->identity, '}');
	sm_props_write(&emit->object, &emit->body);
	if (schema->count == schema->room)
	{
		schema->room *= 2;
		schema->objects = repalloc_huge(schema->objects, schema->room * sizeof(SmSchemaObject));
	}
	object = &schema->objects[schema->count++];
	object->key = emit->key;
	object->cluster = cluster;
	object->kind = kind;
	object->name = keep(reader, name, strlen(name));
	object->body = keep(reader, emit->body.data, emit->body.len);
	object->body_len = emit->body.len;
	object->identity = keep(reader, emit->identity.data, emit->identity.len);
}

void
sm_emit_part(SmEmit *emit)
{
	Assert(emit->props == &emit->object);
	/* what could not be read so far is the object's */
	write_unreadable(emit);
	emit->props = &emit->part;
	sm_props_reset(&emit->part);
}

void
sm_emit_part_drop(SmEmit *emit)
{
	emit->props = &emit->object;
}

void
sm_emit_part_end(SmEmit *emit, SmPartKind kind, const char *name, Oid id)
{
	struct SmPartList *list = &emit->parts[kind];
	SmPart *part;

	write_unreadable(emit);
	if (list->count == list->room)
	{
		list->room *= 2;
		list->items = repalloc(list->items, list->room * sizeof(SmPart));
	}
	part = &list->items[list->count++];
	part->name = name;
	part->id = id;
	part->start = emit->part_text.len;
	sm_props_write(&emit->part, &emit->part_text);
	part->end = emit->part_text.len;
	emit->props = &emit->object;
}

static void
write_comment(SmEmit *emit, SmRows rows, int32 sub, Oid catalog, AttrNumber column)
{
	for (int i = 0; i < rows.count; i++)
	{
		if (rows.rows[i].sub == sub)
			sm_emit_text(emit, "comment", sm_rows_text(catalog, rows.rows[i].tuple, column));
	}
}

static void
write_labels(SmEmit *emit, SmRows rows, int32 sub, Oid catalog, AttrNumber provider,
             AttrNumber label)
{
	const char **labels;
	int count = 0;

	if (rows.count == 0)
		return;
	labels = palloc(rows.count * sizeof(char *));
	for (int i = 0; i < rows.count; i++)
	{
		HeapTuple tuple = rows.rows[i].tuple;

		if (rows.rows[i].sub == sub)
			labels[count++] = psprintf("%s: %s", sm_rows_text(catalog, tuple, provider),
			                           sm_rows_text(catalog, tuple, label));
	}
	if (count > 0)
		sm_props_sorted(emit->props, "security_labels", labels, count);
}

static void
write_extensions(SmEmit *emit, SmRows rows)
{
	const char **names;
	int count = 0;

	if (rows.count == 0)
		return;
	names = palloc(rows.count * sizeof(char *));
	for (int i = 0; i < rows.count; i++)
	{
		Form_pg_depend depend = (Form_pg_depend) GETSTRUCT(rows.rows[i].tuple);

		if (depend->deptype == DEPENDENCY_AUTO_EXTENSION)
			names[count++] = sm_name(emit->reader, ExtensionRelationId, depend->refobjid);
	}
	if (count > 0)
		sm_props_sorted(emit->props, "depends_on_extensions", names, count);
}

void
sm_emit_common(SmEmit *emit, Oid classid, Oid objid, int32 sub)
{
	SmReader *reader = emit->reader;

	write_comment(emit, sm_rows(reader, SM_ROWS_DESCRIPTION, classid, objid), sub,
	              DescriptionRelationId, Anum_pg_description_description);
	write_labels(emit, sm_rows(reader, SM_ROWS_SECLABEL, classid, objid), sub, SecLabelRelationId,
	             Anum_pg_seclabel_provider, Anum_pg_seclabel_label);
	if (sub == 0)
		write_extensions(emit, sm_rows(reader, SM_ROWS_DEPEND, classid, objid));
}

void
sm_emit_common_shared(SmEmit *emit, Oid classid, Oid objid)
{
	SmReader *reader = emit->reader;

	write_comment(emit, sm_rows(reader, SM_ROWS_SHDESCRIPTION, classid, objid), 0,
	              SharedDescriptionRelationId, Anum_pg_shdescription_description);
	write_labels(emit, sm_rows(reader, SM_ROWS_SHSECLABEL, classid, objid), 0,
	             SharedSecLabelRelationId, Anum_pg_shseclabel_provider, Anum_pg_shseclabel_label);
}

void
sm_emit_name(SmEmit *emit, const char *property, Oid classid, Oid objid)
{
	if (OidIsValid(objid))
		sm_props_string(emit->props, property, sm_name(emit->reader, classid, objid));
}

void
sm_emit_text(SmEmit *emit, const char *property, const char *text)
{
	if (text)
		sm_props_string(emit->props, property, text);
}

void
sm_emit_columns_of(SmEmit *emit, Oid relation)
{
	SmRows rows = sm_rows(emit->reader, SM_ROWS_ATTRIBUTE, InvalidOid, relation);

	emit->relation = relation;
	emit->ncolumns = rows.count > 0 ? rows.rows[rows.count - 1].sub : 0;
	emit->columns = palloc0((emit->ncolumns + 1) * sizeof(char *));
	for (int i = 0; i < rows.count; i++)
		emit->columns[rows.rows[i].sub] =
		    NameStr(((Form_pg_attribute) GETSTRUCT(rows.rows[i].tuple))->attname);
}

bool
sm_emit_is_member(SmReader *reader, Oid classid, Oid objid)
{
	SmRows rows = sm_rows(reader, SM_ROWS_DEPEND, classid, objid);

	for (int i = 0; i < rows.count; i++)
	{
		Form_pg_depend depend = (Form_pg_depend) GETSTRUCT(rows.rows[i].tuple);

		if (depend->deptype == DEPENDENCY_EXTENSION || sm_is_of_range(depend))
			return true;
	}
	return false;
}
