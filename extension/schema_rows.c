/*
 * schema_rows.c
 *		Rows of the catalogs by what they belong to.  A full read takes each
 *		catalog in one scan and keeps what matters, sorted; the read of single
 *		objects asks the indexes.  What the rows mean is not here.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/pg_aggregate.h"
#include "catalog/pg_am_d.h"
#include "catalog/pg_amop_d.h"
#include "catalog/pg_amproc_d.h"
#include "catalog/pg_attrdef_d.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_auth_members_d.h"
#include "catalog/pg_authid_d.h"
#include "catalog/pg_cast_d.h"
#include "catalog/pg_class.h"
#include "catalog/pg_collation_d.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_conversion_d.h"
#include "catalog/pg_database_d.h"
#include "catalog/pg_db_role_setting.h"
#include "catalog/pg_default_acl_d.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_description_d.h"
#include "catalog/pg_enum_d.h"
#include "catalog/pg_event_trigger_d.h"
#include "catalog/pg_extension_d.h"
#include "catalog/pg_foreign_data_wrapper_d.h"
#include "catalog/pg_foreign_server_d.h"
#include "catalog/pg_foreign_table_d.h"
#include "catalog/pg_index_d.h"
#include "catalog/pg_inherits_d.h"
#include "catalog/pg_init_privs_d.h"
#include "catalog/pg_language_d.h"
#include "catalog/pg_namespace_d.h"
#include "catalog/pg_opclass_d.h"
#include "catalog/pg_operator_d.h"
#include "catalog/pg_opfamily_d.h"
#include "catalog/pg_parameter_acl_d.h"
#include "catalog/pg_policy_d.h"
#include "catalog/pg_proc_d.h"
#include "catalog/pg_publication_d.h"
#include "catalog/pg_publication_namespace_d.h"
#include "catalog/pg_publication_rel_d.h"
#include "catalog/pg_range_d.h"
#include "catalog/pg_rewrite_d.h"
#include "catalog/pg_seclabel_d.h"
#include "catalog/pg_sequence_d.h"
#include "catalog/pg_shdescription_d.h"
#include "catalog/pg_shseclabel_d.h"
#include "catalog/pg_statistic_ext_d.h"
#include "catalog/pg_subscription_d.h"
#include "catalog/pg_tablespace_d.h"
#include "catalog/pg_transform_d.h"
#include "catalog/pg_trigger_d.h"
#include "catalog/pg_ts_config_d.h"
#include "catalog/pg_ts_config_map_d.h"
#include "catalog/pg_ts_dict_d.h"
#include "catalog/pg_ts_parser_d.h"
#include "catalog/pg_ts_template_d.h"
#include "catalog/pg_type.h"
#include "catalog/pg_user_mapping_d.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "schema_read.h"
#include "compat.h"

#define MAX_COLUMNS 64

typedef bool (*RowFilter)(SmReader *reader, HeapTuple tuple);

typedef struct Source
{
	Oid catalog;
	Oid index;               /* led by class_column and key, or key; InvalidOid: scan */
	AttrNumber class_column; /* 0: none */
	AttrNumber key;
	AttrNumber sub;   /* 0: none */
	bool initial_too; /* those of initdb's objects matter */
	RowFilter wanted; /* NULL: all */
} Source;

/* A relation's kind among the rows of a full read; '\0' for one that is left out. */
static char
loaded_kind(SmReader *reader, Oid relation)
{
	HeapTuple tuple = sm_rows_one(reader, SM_ROWS_CLASS, relation);

	return HeapTupleIsValid(tuple) ? ((Form_pg_class) GETSTRUCT(tuple))->relkind : '\0';
}

/* Columns that are there, and in a full read only those of relations that show them. */
static bool
is_live_column(SmReader *reader, HeapTuple tuple)
{
	Form_pg_attribute column = (Form_pg_attribute) GETSTRUCT(tuple);

	if (column->attnum <= 0 || column->attisdropped)
		return false;
	if (!reader->all)
		return true;
	/* a relation's rows mostly stand together */
	if (reader->last_relation != column->attrelid)
	{
		char kind = loaded_kind(reader, column->attrelid);

		reader->last_relation = column->attrelid;
		reader->last_has_columns =
		    kind != '\0' && kind != RELKIND_TOASTVALUE && kind != RELKIND_SEQUENCE;
	}
	return reader->last_has_columns;
}

/* Neither an array type nor, in a full read, one that goes with a table. */
static bool
is_plain_type(SmReader *reader, HeapTuple tuple)
{
	Form_pg_type type = (Form_pg_type) GETSTRUCT(tuple);

	if (OidIsValid(type->typrelid) && reader->all)
		return loaded_kind(reader, type->typrelid) == RELKIND_COMPOSITE_TYPE;
	return !IsTrueArrayType(type);
}

static bool
is_no_temporary(SmReader *reader, HeapTuple tuple)
{
	return ((Form_pg_class) GETSTRUCT(tuple))->relpersistence != RELPERSISTENCE_TEMP;
}

static bool
is_of_relation(SmReader *reader, HeapTuple tuple)
{
	return OidIsValid(((Form_pg_constraint) GETSTRUCT(tuple))->conrelid);
}

static bool
is_of_type(SmReader *reader, HeapTuple tuple)
{
	return OidIsValid(((Form_pg_constraint) GETSTRUCT(tuple))->contypid);
}

bool
sm_is_of_range(Form_pg_depend depend)
{
	return depend->deptype == DEPENDENCY_INTERNAL && depend->refclassid == TypeRelationId &&
	       (depend->classid == ProcedureRelationId || depend->classid == CastRelationId);
}

/* What says more than the objects do: see pg_depend in catalog_database.c. */
static bool
is_telling(SmReader *reader, HeapTuple tuple)
{
	Form_pg_depend depend = (Form_pg_depend) GETSTRUCT(tuple);

	switch (depend->deptype)
	{
		case DEPENDENCY_EXTENSION:
		case DEPENDENCY_AUTO_EXTENSION:
			return true;
		case DEPENDENCY_AUTO:
		case DEPENDENCY_INTERNAL:
			/* a sequence's column, the class of a family's member, the type of a constructor */
			return (depend->classid == RelationRelationId &&
			        depend->refclassid == RelationRelationId && depend->refobjsubid > 0) ||
			       depend->refclassid == OperatorClassRelationId || sm_is_of_range(depend);
		default:
			return false;
	}
}

static bool
is_membership(SmReader *reader, HeapTuple tuple)
{
	return ((Form_pg_depend) GETSTRUCT(tuple))->deptype == DEPENDENCY_EXTENSION;
}

static bool
is_for_all_roles(SmReader *reader, HeapTuple tuple)
{
	return !OidIsValid(((Form_pg_db_role_setting) GETSTRUCT(tuple))->setrole);
}

#define BY_OID(catalog, index)                                                                     \
	{                                                                                              \
		catalog, index, 0, 1, 0, false, NULL                                                       \
	}
#define BY_OID_ALL(catalog, index)                                                                 \
	{                                                                                              \
		catalog, index, 0, 1, 0, true, NULL                                                        \
	}

/* In the order of SmSource. */
static const Source sources[] = {
    {RelationRelationId, ClassOidIndexId, 0, Anum_pg_class_oid, 0, false, is_no_temporary},
    {TypeRelationId, TypeOidIndexId, 0, Anum_pg_type_oid, 0, false, is_plain_type},
    BY_OID(ProcedureRelationId, ProcedureOidIndexId),
    BY_OID_ALL(NamespaceRelationId, NamespaceOidIndexId),
    BY_OID(OperatorRelationId, OperatorOidIndexId),
    BY_OID(OperatorClassRelationId, OpclassOidIndexId),
    BY_OID(OperatorFamilyRelationId, OpfamilyOidIndexId),
    BY_OID(AccessMethodRelationId, AmOidIndexId),
    BY_OID(CastRelationId, CastOidIndexId),
    BY_OID(LanguageRelationId, LanguageOidIndexId),
    BY_OID(TransformRelationId, TransformOidIndexId),
    BY_OID(CollationRelationId, CollationOidIndexId),
    BY_OID(ConversionRelationId, ConversionOidIndexId),
    BY_OID(TSParserRelationId, TSParserOidIndexId),
    BY_OID(TSTemplateRelationId, TSTemplateOidIndexId),
    BY_OID(TSDictionaryRelationId, TSDictionaryOidIndexId),
    BY_OID(TSConfigRelationId, TSConfigOidIndexId),
    BY_OID(StatisticExtRelationId, StatisticExtOidIndexId),
    BY_OID(DefaultAclRelationId, DefaultAclOidIndexId),
    BY_OID_ALL(ExtensionRelationId, ExtensionOidIndexId),
    BY_OID(EventTriggerRelationId, EventTriggerOidIndexId),
    BY_OID(PublicationRelationId, PublicationObjectIndexId),
    BY_OID(SubscriptionRelationId, SubscriptionObjectIndexId),
    BY_OID(ForeignDataWrapperRelationId, ForeignDataWrapperOidIndexId),
    BY_OID(ForeignServerRelationId, ForeignServerOidIndexId),
    BY_OID(UserMappingRelationId, UserMappingOidIndexId),
    BY_OID_ALL(AuthIdRelationId, AuthIdOidIndexId),
    BY_OID_ALL(DatabaseRelationId, DatabaseOidIndexId),
    BY_OID_ALL(TableSpaceRelationId, TablespaceOidIndexId),
    BY_OID_ALL(ParameterAclRelationId, ParameterAclOidIndexId),
    {AttributeRelationId, AttributeRelidNumIndexId, 0, Anum_pg_attribute_attrelid,
     Anum_pg_attribute_attnum, false, is_live_column},
    {AttrDefaultRelationId, AttrDefaultIndexId, 0, Anum_pg_attrdef_adrelid, Anum_pg_attrdef_adnum,
     false, NULL},
    {ConstraintRelationId, ConstraintRelidTypidNameIndexId, 0, Anum_pg_constraint_conrelid, 0,
     false, is_of_relation},
    {ConstraintRelationId, ConstraintTypidIndexId, 0, Anum_pg_constraint_contypid, 0, false,
     is_of_type},
    {IndexRelationId, IndexIndrelidIndexId, 0, Anum_pg_index_indrelid, 0, false, NULL},
    {InheritsRelationId, InheritsRelidSeqnoIndexId, 0, Anum_pg_inherits_inhrelid,
     Anum_pg_inherits_inhseqno, false, NULL},
    {ForeignTableRelationId, ForeignTableRelidIndexId, 0, Anum_pg_foreign_table_ftrelid, 0, false,
     NULL},
    {SequenceRelationId, SequenceRelidIndexId, 0, Anum_pg_sequence_seqrelid, 0, false, NULL},
    {TriggerRelationId, TriggerRelidNameIndexId, 0, Anum_pg_trigger_tgrelid, 0, false, NULL},
    {RewriteRelationId, RewriteRelRulenameIndexId, 0, Anum_pg_rewrite_ev_class, 0, false, NULL},
    {PolicyRelationId, PolicyPolrelidPolnameIndexId, 0, Anum_pg_policy_polrelid, 0, false, NULL},
    {EnumRelationId, EnumTypIdLabelIndexId, 0, Anum_pg_enum_enumtypid, 0, false, NULL},
    {RangeRelationId, RangeTypidIndexId, 0, Anum_pg_range_rngtypid, 0, false, NULL},
    {AggregateRelationId, AggregateFnoidIndexId, 0, Anum_pg_aggregate_aggfnoid, 0, false, NULL},
    {AccessMethodOperatorRelationId, AccessMethodStrategyIndexId, 0, Anum_pg_amop_amopfamily, 0,
     false, NULL},
    {AccessMethodProcedureRelationId, AccessMethodProcedureIndexId, 0, Anum_pg_amproc_amprocfamily,
     0, false, NULL},
    {TSConfigMapRelationId, TSConfigMapIndexId, 0, Anum_pg_ts_config_map_mapcfg,
     Anum_pg_ts_config_map_mapseqno, false, NULL},
    {PublicationRelRelationId, PublicationRelPrpubidIndexId, 0, Anum_pg_publication_rel_prpubid, 0,
     false, NULL},
    {PublicationNamespaceRelationId, InvalidOid, 0, Anum_pg_publication_namespace_pnpubid, 0, false,
     NULL},
    {AuthMemRelationId, AuthMemMemRoleIndexId, 0, Anum_pg_auth_members_member, 0, true, NULL},
    {DbRoleSettingRelationId, InvalidOid, 0, Anum_pg_db_role_setting_setrole, 0, true, NULL},
    {DbRoleSettingRelationId, DbRoleSettingDatidRolidIndexId, 0,
     Anum_pg_db_role_setting_setdatabase, 0, true, is_for_all_roles},
    {DescriptionRelationId, DescriptionObjIndexId, Anum_pg_description_classoid,
     Anum_pg_description_objoid, Anum_pg_description_objsubid, true, NULL},
    {SecLabelRelationId, SecLabelObjectIndexId, Anum_pg_seclabel_classoid, Anum_pg_seclabel_objoid,
     Anum_pg_seclabel_objsubid, true, NULL},
    {DependRelationId, DependDependerIndexId, Anum_pg_depend_classid, Anum_pg_depend_objid,
     Anum_pg_depend_objsubid, true, is_telling},
    {DependRelationId, DependReferenceIndexId, Anum_pg_depend_refclassid, Anum_pg_depend_refobjid,
     0, true, is_membership},
    {InitPrivsRelationId, InitPrivsObjIndexId, Anum_pg_init_privs_classoid,
     Anum_pg_init_privs_objoid, Anum_pg_init_privs_objsubid, true, NULL},
    {SharedDescriptionRelationId, SharedDescriptionObjIndexId, Anum_pg_shdescription_classoid,
     Anum_pg_shdescription_objoid, 0, true, NULL},
    {SharedSecLabelRelationId, SharedSecLabelObjectIndexId, Anum_pg_shseclabel_classoid,
     Anum_pg_shseclabel_objoid, 0, true, NULL},
};

StaticAssertDecl(lengthof(sources) == SM_ROWS_COUNT, "sources and SmSource differ");

/* What is known of a catalog: its descriptor, and where the table's columns are in it. */
typedef struct KnownCatalog
{
	const SmCatalog *catalog;
	TupleDesc desc;
	AttrNumber *numbers; /* of catalog->columns; 0: not in this major */
} KnownCatalog;

/*
 * Descriptors of catalogs do not change while a server runs, so that copies
 * live as long as the process.
 */
static const KnownCatalog *
know_catalog(Oid relid)
{
	static KnownCatalog known[100];
	static int count = 0;
	KnownCatalog *entry;
	MemoryContext before;
	Relation relation;

	for (int i = 0; i < count; i++)
	{
		if (known[i].catalog->relid == relid)
			return &known[i];
	}
	entry = &known[count];
	relation = table_open(relid, AccessShareLock);
	before = MemoryContextSwitchTo(TopMemoryContext);
	entry->catalog = sm_catalog_find(relid);
	entry->desc = CreateTupleDescCopy(RelationGetDescr(relation));
	entry->numbers = palloc0(entry->catalog->ncolumns * sizeof(AttrNumber));
	MemoryContextSwitchTo(before);
	for (int i = 0; i < entry->catalog->ncolumns; i++)
	{
		for (int j = 0; j < entry->desc->natts; j++)
		{
			if (strcmp(NameStr(TupleDescAttr(entry->desc, j)->attname),
			           entry->catalog->columns[i].name) == 0)
				entry->numbers[i] = j + 1;
		}
	}
	table_close(relation, AccessShareLock);
	count++;
	return entry;
}

Datum
sm_rows_get(Oid catalog, HeapTuple tuple, AttrNumber column, bool *isnull)
{
	bool dummy;

	return heap_getattr(tuple, column, know_catalog(catalog)->desc, isnull ? isnull : &dummy);
}

Datum
sm_rows_get_named(Oid catalog, HeapTuple tuple, const char *column, bool *isnull)
{
	TupleDesc desc = know_catalog(catalog)->desc;

	for (int i = 0; i < desc->natts; i++)
	{
		if (strcmp(NameStr(TupleDescAttr(desc, i)->attname), column) == 0)
			return heap_getattr(tuple, i + 1, desc, isnull);
	}
	*isnull = true;
	return (Datum) 0;
}

char *
sm_rows_text(Oid catalog, HeapTuple tuple, AttrNumber column)
{
	bool isnull;
	Datum value = sm_rows_get(catalog, tuple, column, &isnull);

	return isnull ? NULL : TextDatumGetCString(value);
}

void
sm_rows_render(SmEmit *emit, Oid catalog, HeapTuple tuple)
{
	const KnownCatalog *known = know_catalog(catalog);
	Datum values[MAX_COLUMNS];
	bool nulls[MAX_COLUMNS];

	heap_deform_tuple(tuple, known->desc, values, nulls);
	for (int i = 0; i < known->catalog->ncolumns; i++)
	{
		const SmCatalogColumn *column = &known->catalog->columns[i];
		AttrNumber number = known->numbers[i];

		if (!column->render || number == 0 || nulls[number - 1])
			continue;
		emit->length = TupleDescAttr(known->desc, number - 1)->attlen;
		column->render(emit, column, values[number - 1]);
	}
}

static Datum
key_of(HeapTuple tuple, TupleDesc desc, AttrNumber column)
{
	bool isnull;

	return column == 0 ? (Datum) 0 : heap_getattr(tuple, column, desc, &isnull);
}

static int32
sub_of(HeapTuple tuple, TupleDesc desc, AttrNumber column)
{
	Datum value = key_of(tuple, desc, column);

	if (column == 0)
		return 0;
	return TupleDescAttr(desc, column - 1)->attlen == 2 ? DatumGetInt16(value)
	                                                    : DatumGetInt32(value);
}

/* A row as it is kept: copied, with its keys. */
static void
keep_row(SmCatalogRow *row, const Source *source, HeapTuple tuple, TupleDesc desc)
{
	row->classid = DatumGetObjectId(key_of(tuple, desc, source->class_column));
	row->objid = DatumGetObjectId(key_of(tuple, desc, source->key));
	row->sub = sub_of(tuple, desc, source->sub);
	row->tuple = heap_copytuple(tuple);
}

static int
compare_rows(const void *a, const void *b)
{
	const SmCatalogRow *left = a;
	const SmCatalogRow *right = b;

	if (left->objid != right->objid)
		return left->objid < right->objid ? -1 : 1;
	if (left->classid != right->classid)
		return left->classid < right->classid ? -1 : 1;
	return left->sub < right->sub ? -1 : left->sub > right->sub;
}

/* Whether a row matters to any object; for rows by catalog and OID all do. */
static bool
is_wanted(SmReader *reader, const Source *source, HeapTuple tuple, TupleDesc desc)
{
	if (!source->initial_too &&
	    DatumGetObjectId(key_of(tuple, desc, source->key)) < FirstNormalObjectId)
		return false;
	return source->wanted == NULL || source->wanted(reader, tuple);
}

/* Runs a scan and keeps what it finds, in the current context. */
static SmRows
scan_rows(SmReader *reader, const Source *source, Oid index, ScanKey keys, int nkeys)
{
	Relation relation = table_open(source->catalog, AccessShareLock);
	TupleDesc desc = RelationGetDescr(relation);
	SysScanDesc scan =
	    systable_beginscan(relation, index, OidIsValid(index), reader->snapshot, nkeys, keys);
	SmCatalogRow *rows = NULL;
	int count = 0;
	int room = 0;
	HeapTuple tuple;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		if (!is_wanted(reader, source, tuple, desc))
			continue;
		if (count == room)
		{
			room = room == 0 ? 8 : 2 * room;
			rows = rows ? repalloc_huge(rows, room * sizeof(SmCatalogRow))
			            : palloc(room * sizeof(SmCatalogRow));
		}
		keep_row(&rows[count++], source, tuple, desc);
	}
	systable_endscan(scan);
	table_close(relation, AccessShareLock);
	if (count > 1)
		qsort(rows, count, sizeof(SmCatalogRow), compare_rows);
	return (SmRows){rows, count};
}

/* Loads a source whole, once a read. */
static SmRows *
load(SmReader *reader, SmSource source)
{
	if (!reader->is_loaded[source])
	{
		MemoryContext before = MemoryContextSwitchTo(reader->rows);

		reader->loaded[source] = scan_rows(reader, &sources[source], InvalidOid, NULL, 0);
		reader->is_loaded[source] = true;
		MemoryContextSwitchTo(before);
	}
	return &reader->loaded[source];
}

/*
 * The rows of one object among those that are loaded.  Objects are asked for in
 * the order of their OIDs, and so the search begins where the last one ended.
 */
static SmRows
find_loaded(const SmRows *all, int *finger, Oid classid, Oid objid)
{
	SmCatalogRow wanted = {classid, objid, PG_INT32_MIN, NULL};
	int low = *finger;
	int high;
	int step = 1;
	int end;

	if (low < all->count && compare_rows(&all->rows[low], &wanted) < 0)
	{
		while (low + step < all->count && compare_rows(&all->rows[low + step], &wanted) < 0)
		{
			low += step;
			step *= 2;
		}
		high = Min(low + step, all->count);
	}
	else
	{
		high = low;
		while (high - step >= 0 && compare_rows(&all->rows[high - step], &wanted) >= 0)
		{
			high -= step;
			step *= 2;
		}
		low = Max(high - step, 0);
	}
	while (low < high)
	{
		int middle = low + (high - low) / 2;

		if (compare_rows(&all->rows[middle], &wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low;
	     end < all->count && all->rows[end].objid == objid && all->rows[end].classid == classid;
	     end++)
		;
	*finger = low;
	return (SmRows){all->rows + low, end - low};
}

SmRows
sm_rows(SmReader *reader, SmSource number, Oid classid, Oid objid)
{
	const Source *source = &sources[number];
	ScanKeyData keys[2];
	int nkeys = 0;

	Assert((source->class_column != 0) == OidIsValid(classid));
	if (reader->all)
		return find_loaded(load(reader, number), &reader->fingers[number], classid, objid);
	ScanKeyInit(&keys[nkeys++], source->key, BTEqualStrategyNumber, F_OIDEQ,
	            ObjectIdGetDatum(objid));
	if (source->class_column != 0)
	{
		/* the columns of the index stand in the order of the table's */
		int place = source->class_column < source->key ? 0 : 1;

		keys[1] = keys[0];
		ScanKeyInit(&keys[place], source->class_column, BTEqualStrategyNumber, F_OIDEQ,
		            ObjectIdGetDatum(classid));
		nkeys++;
	}
	return scan_rows(reader, source, source->index, keys, nkeys);
}

SmRows
sm_rows_all(SmReader *reader, SmSource source)
{
	return *load(reader, source);
}

HeapTuple
sm_rows_one(SmReader *reader, SmSource source, Oid objid)
{
	SmRows rows = sm_rows(reader, source, InvalidOid, objid);

	return rows.count > 0 ? rows.rows[0].tuple : NULL;
}

SmRows
sm_rows_initial(SmReader *reader, Oid catalog, Oid index, AttrNumber column)
{
	Source source = {catalog, index, 0, column, 0, true, NULL};
	ScanKeyData key;

	ScanKeyInit(&key, column, BTLessStrategyNumber, F_OIDLT, ObjectIdGetDatum(FirstNormalObjectId));
	return scan_rows(reader, &source, index, &key, 1);
}
