/*
 * stamp.c
 *		The physical stamp of the catalogs (see stamp.h).
 *
 * Sound because (ctid, xmin) of a row version is never given out again while
 * both can be seen: a later version at the same place has a later xmin, and a
 * rewrite of the whole table keeps xmin but only moves what is there.  What the
 * server changes in place, without a new version, are counters and statistics
 * (heap_inplace_update: relpages, relfrozenxid, relhasindex and the like), which
 * no object covers.  Temporary objects are summed up too: what they change is
 * found to belong to no object.
 */
#include "postgres.h"

#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_index.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "utils/rel.h"

#include "compat.h"
#include "stamp.h"

/* Small enough to read again for one change, large enough for few sums. */
#define CHUNK_BLOCKS 64

#define SH_PREFIX atom_table
#define SH_ELEMENT_TYPE SmAtomEntry
#define SH_KEY_TYPE SmObjectKey
#define SH_KEY atom
#define SH_HASH_KEY(table, key)                                                                    \
	murmurhash32((uint32) (key).objid ^ ((uint32) (key).classid * 0x9e3779b1))
#define SH_EQUAL(table, a, b) ((a).objid == (b).objid && (a).classid == (b).classid)
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
typedef struct SmAtomEntry
{
	SmObjectKey atom;
	uint64 sum;
	char status;
} SmAtomEntry;
#include "lib/simplehash.h"

/*
 * An atom's parent is an atom of the row as well: when both are gone from the
 * other catalogs, the row that went says whose part it was.  These are parents
 * that catalog.h does not name, because the newest catalogs know them.
 */
static const struct
{
	Oid relid;
	AttrNumber column;
	Oid classid;
} more_parents[] = {
    {IndexRelationId, Anum_pg_index_indrelid, RelationRelationId},
    {ConstraintRelationId, Anum_pg_constraint_contypid, TypeRelationId},
    {TypeRelationId, Anum_pg_type_typrelid, RelationRelationId},
};

/* Collects the atoms of the rows of a chunk. */
typedef struct Collector
{
	const SmCatalog *catalog;
	TupleDesc desc;
	AttrNumber class_column; /* InvalidAttrNumber: none */
	AttrNumber object_column;
	AttrNumber parent;
	atom_table_hash *table;
} Collector;

static inline uint64
mix(uint64 value)
{
	value ^= value >> 33;
	value *= UINT64CONST(0xff51afd7ed558ccd);
	value ^= value >> 33;
	value *= UINT64CONST(0xc4ceb9fe1a85ec53);
	return value ^ (value >> 33);
}

static inline uint64
row_stamp(HeapTuple tuple)
{
	uint64 place = ((uint64) ItemPointerGetBlockNumberNoCheck(&tuple->t_self) << 16) |
	               ItemPointerGetOffsetNumberNoCheck(&tuple->t_self);
	uint64 xmin = HeapTupleHeaderGetRawXmin(tuple->t_data);

	return mix(mix(place) ^ (xmin + UINT64CONST(0x9e3779b97f4a7c15)));
}

static AttrNumber
find_column(TupleDesc desc, const char *name)
{
	if (name == NULL)
		return InvalidAttrNumber;
	for (int i = 0; i < desc->natts; i++)
	{
		if (strcmp(NameStr(TupleDescAttr(desc, i)->attname), name) == 0)
			return i + 1;
	}
	elog(ERROR, "column \"%s\" is missing", name);
}

static void
collector_open(Collector *collector, const SmCatalog *catalog, TupleDesc desc)
{
	collector->catalog = catalog;
	collector->desc = desc;
	collector->class_column = find_column(desc, catalog->class_column);
	collector->object_column = find_column(desc, catalog->object_column);
	collector->parent = find_column(desc, catalog->parent_column);
	collector->table = atom_table_create(CurrentMemoryContext, 1024, NULL);
}

static void
add_atom(Collector *collector, SmObjectKey atom, uint64 stamp)
{
	bool found;
	SmAtomEntry *entry = atom_table_insert(collector->table, atom, &found);

	if (!found)
		entry->sum = 0;
	entry->sum += stamp;
}

static Oid
get_oid(const Collector *collector, HeapTuple tuple, AttrNumber column)
{
	bool isnull;
	Datum value = heap_getattr(tuple, column, collector->desc, &isnull);

	return isnull ? InvalidOid : DatumGetObjectId(value);
}

/* What sm_catalog_atom() says, with the columns found once for all rows. */
static bool
find_atom(const Collector *collector, HeapTuple tuple, SmObjectKey *atom)
{
	if (collector->catalog->atom_rule || collector->object_column == InvalidAttrNumber)
		return sm_catalog_atom(collector->catalog, tuple, collector->desc, atom);
	atom->classid = collector->class_column != InvalidAttrNumber
	                    ? get_oid(collector, tuple, collector->class_column)
	                    : collector->catalog->classid;
	atom->objid = get_oid(collector, tuple, collector->object_column);
	return OidIsValid(atom->objid);
}

static void
add_parent(Collector *collector, HeapTuple tuple, AttrNumber column, Oid classid, uint64 stamp)
{
	SmObjectKey parent = {.classid = classid, .objid = get_oid(collector, tuple, column)};

	if (OidIsValid(parent.objid))
		add_atom(collector, parent, stamp);
}

static void
collector_add(Collector *collector, HeapTuple tuple, uint64 stamp)
{
	SmObjectKey atom;

	if (!find_atom(collector, tuple, &atom))
		return;
	add_atom(collector, atom, stamp);
	if (collector->parent != InvalidAttrNumber)
		add_parent(collector, tuple, collector->parent, collector->catalog->parent_classid, stamp);
	for (int i = 0; i < (int) lengthof(more_parents); i++)
	{
		if (more_parents[i].relid == collector->catalog->relid)
			add_parent(collector, tuple, more_parents[i].column, more_parents[i].classid, stamp);
	}
}

/* Makes a list of what was collected, and begins anew. */
static void
collector_finish_chunk(Collector *collector, SmAtomList *list)
{
	atom_table_iterator iterator;
	SmAtomEntry *entry;
	SmAtomStamp *next;

	list->count = collector->table->members;
	list->atoms = next = palloc(Max(list->count, 1) * sizeof(SmAtomStamp));
	atom_table_start_iterate(collector->table, &iterator);
	while ((entry = atom_table_iterate(collector->table, &iterator)) != NULL)
	{
		next->atom = entry->atom;
		next->sum = entry->sum;
		next++;
	}
	atom_table_reset(collector->table);
}

/*
 * A scan without a ring of buffers: the catalogs should stay where they are.
 * Blocks that are added after its beginning hold nothing that an older snapshot
 * sees.
 */
static TableScanDesc
begin_scan(Relation relation, Snapshot snapshot)
{
	return table_beginscan_strat(relation, snapshot, 0, NULL, false, false);
}

static void
scan_chunks(TableScanDesc scan, SmStampCatalog *stamp, Collector *collector, SmAtomList *lists)
{
	HeapTuple tuple;
	int chunk = 0;

	while ((tuple = heap_getnext(scan, ForwardScanDirection)) != NULL)
	{
		int place = ItemPointerGetBlockNumberNoCheck(&tuple->t_self) / CHUNK_BLOCKS;
		uint64 row = row_stamp(tuple);

		if (place != chunk && lists)
			collector_finish_chunk(collector, &lists[chunk]);
		chunk = place;
		stamp->sums[chunk] += row;
		if (lists)
			collector_add(collector, tuple, row);
	}
	if (lists && stamp->nchunks > 0)
		collector_finish_chunk(collector, &lists[chunk]);
}

/* atoms: NULL, or where the lists of the catalog's chunks go. */
static void
take_catalog(const SmCatalog *catalog, Snapshot snapshot, SmStampCatalog *stamp, SmAtomList **atoms)
{
	Relation relation;
	TableScanDesc scan;
	Collector collector;

	stamp->relid = sm_catalog_relid(catalog);
	if (!OidIsValid(stamp->relid))
		return;
	CHECK_FOR_INTERRUPTS();
	relation = table_open(stamp->relid, AccessShareLock);
	scan = begin_scan(relation, snapshot);
	stamp->nchunks = (((HeapScanDesc) scan)->rs_nblocks + CHUNK_BLOCKS - 1) / CHUNK_BLOCKS;
	stamp->sums = palloc0(Max(stamp->nchunks, 1) * sizeof(uint64));
	if (atoms)
	{
		*atoms = palloc0(Max(stamp->nchunks, 1) * sizeof(SmAtomList));
		collector_open(&collector, catalog, RelationGetDescr(relation));
		scan_chunks(scan, stamp, &collector, *atoms);
		atom_table_destroy(collector.table);
	}
	else
		scan_chunks(scan, stamp, NULL, NULL);
	table_endscan(scan);
	table_close(relation, AccessShareLock);
}

SmStamp *
sm_stamp_take(Snapshot snapshot, SmAtomList ***atoms)
{
	int count;
	const SmCatalog *catalogs = sm_catalog_list(&count);
	SmStamp *stamp = palloc(sizeof(SmStamp));

	stamp->count = count;
	stamp->catalogs = palloc0(count * sizeof(SmStampCatalog));
	if (atoms)
		*atoms = palloc0(count * sizeof(SmAtomList *));
	for (int i = 0; i < count; i++)
		take_catalog(&catalogs[i], snapshot, &stamp->catalogs[i], atoms ? &(*atoms)[i] : NULL);
	return stamp;
}

void
sm_stamp_read_chunk(const SmCatalog *catalog, int chunk, Snapshot snapshot, SmAtomList *list)
{
	Relation relation = table_open(sm_catalog_relid(catalog), AccessShareLock);
	TableScanDesc scan = begin_scan(relation, snapshot);
	BlockNumber blocks = ((HeapScanDesc) scan)->rs_nblocks;
	BlockNumber first = (BlockNumber) chunk * CHUNK_BLOCKS;
	Collector collector;
	HeapTuple tuple;

	collector_open(&collector, catalog, RelationGetDescr(relation));
	if (first < blocks)
	{
		heap_setscanlimits(scan, first, Min(CHUNK_BLOCKS, blocks - first));
		while ((tuple = heap_getnext(scan, ForwardScanDirection)) != NULL)
			collector_add(&collector, tuple, row_stamp(tuple));
	}
	collector_finish_chunk(&collector, list);
	atom_table_destroy(collector.table);
	table_endscan(scan);
	table_close(relation, AccessShareLock);
}
