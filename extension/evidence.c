/*
 * evidence.c
 *		What the live catalogs say about changes (see evidence.h).
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "catalog/pg_class.h"
#include "storage/bufmgr.h"
#include "storage/lmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "compat.h"
#include "evidence.h"

/*
 * Views through their rewrite rules, materialized views too; routines whose
 * bodies the server has parsed (BEGIN ATOMIC) or that have the row type as
 * argument or result; columns of other relations that are of the row type.
 * Bodies that are strings leave no trace in pg_depend.
 */
static SmQuery users_of_many = SM_QUERY(
    "WITH asked AS MATERIALIZED ("
    "  SELECT o.relation, o.attribute, o.number, c.reltype"
    "  FROM ROWS FROM (pg_catalog.unnest($1::oid[]), pg_catalog.unnest($2::int4[]))"
    "       WITH ORDINALITY AS o (relation, attribute, number)"
    "  JOIN pg_catalog.pg_class c ON c.oid = o.relation),"
    " dependents AS ("
    "  SELECT a.number, a.relation, d.classid, d.objid, d.objsubid"
    "  FROM asked a JOIN pg_catalog.pg_depend d"
    "    ON d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = a.relation"
    "   AND (a.attribute = 0 OR d.refobjsubid = a.attribute)"
    "  WHERE a.attribute >= 0"
    "  UNION ALL"
    "  SELECT a.number, a.relation, d.classid, d.objid, d.objsubid"
    "  FROM asked a JOIN pg_catalog.pg_type t ON t.oid = a.reltype"
    "  JOIN pg_catalog.pg_depend d"
    "    ON d.refclassid = 'pg_catalog.pg_type'::pg_catalog.regclass"
    "   AND d.refobjid IN (t.oid, t.typarray)),"
    " users AS ("
    "  SELECT d.number, 1 AS place, 'views' AS word,"
    "         pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) AS name"
    "  FROM dependents d"
    "  JOIN pg_catalog.pg_rewrite r ON r.oid = d.objid"
    "  JOIN pg_catalog.pg_class c ON c.oid = r.ev_class"
    "  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    "  WHERE d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND c.oid <> d.relation"
    "  UNION"
    "  SELECT d.number, 2, 'functions', d.objid::pg_catalog.regprocedure::text"
    "  FROM dependents d WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass"
    "  UNION"
    "  SELECT d.number, 3, 'columns', pg_catalog.quote_ident(n.nspname) || '.' ||"
    "         pg_catalog.quote_ident(c.relname) || '.' || pg_catalog.quote_ident(t.attname)"
    "  FROM dependents d"
    "  JOIN pg_catalog.pg_class c ON c.oid = d.objid"
    "  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    "  JOIN pg_catalog.pg_attribute t ON t.attrelid = d.objid AND t.attnum = d.objsubid"
    "  JOIN pg_catalog.pg_type b ON b.oid = t.atttypid"
    "  LEFT JOIN pg_catalog.pg_type e ON e.oid = b.typelem"
    "  WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objsubid > 0"
    "    AND c.oid <> d.relation AND d.relation IN (b.typrelid, e.typrelid)),"
    " words AS ("
    "  SELECT u.number, u.place, u.word || ': ' ||"
    "         pg_catalog.string_agg(u.name, ', ' ORDER BY u.name COLLATE \"C\") AS text"
    "  FROM users u GROUP BY u.number, u.place, u.word)"
    " SELECT w.number::int4, pg_catalog.string_agg(w.text, '; ' ORDER BY w.place)"
    " FROM words w GROUP BY w.number",
    OIDARRAYOID, INT4ARRAYOID);

void
sm_evidence_users(SmQueryScope *scope, SmEvidence **evidence, int count)
{
	Datum *relations = palloc(sizeof(Datum) * Max(count, 1));
	Datum *attributes = palloc(sizeof(Datum) * Max(count, 1));
	Datum values[2];
	uint64 rows;

	if (count == 0)
		return;
	for (int i = 0; i < count; i++)
	{
		relations[i] = ObjectIdGetDatum(evidence[i]->relation);
		attributes[i] = Int32GetDatum(evidence[i]->attribute);
	}
	values[0] =
	    PointerGetDatum(construct_array(relations, count, OIDOID, sizeof(Oid), true, TYPALIGN_INT));
	values[1] = PointerGetDatum(
	    construct_array(attributes, count, INT4OID, sizeof(int32), true, TYPALIGN_INT));
	rows = sm_query_execute(scope, &users_of_many, values, NULL, 0);
	for (uint64 i = 0; i < rows; i++)
		evidence[DatumGetInt32(sm_query_value(i, 1, NULL)) - 1]->users = sm_query_text(scope, i, 2);
}

/* Only with a lock that nobody has to be waited for. */
static SmTableSize
count_pages(Oid oid)
{
	SmTableSize size = SM_SIZE_UNKNOWN;
	Relation relation;

	if (!ConditionalLockRelationOid(oid, AccessShareLock))
		return SM_SIZE_UNKNOWN;
	relation = try_relation_open(oid, NoLock);
	if (relation == NULL)
	{
		UnlockRelationOid(oid, AccessShareLock);
		return SM_SIZE_UNKNOWN;
	}
	size = RelationGetNumberOfBlocks(relation) == 0 ? SM_SIZE_EMPTY : SM_SIZE_FILLED;
	relation_close(relation, AccessShareLock);
	return size;
}

/* A table that had pages when it was last looked at, and was not truncated since, has. */
SmTableSize
sm_evidence_size(Oid oid, double *rows)
{
	HeapTuple tuple = OidIsValid(oid) ? SearchSysCache1(RELOID, ObjectIdGetDatum(oid)) : NULL;
	Form_pg_class relation;
	SmTableSize size = SM_SIZE_UNKNOWN;

	*rows = -1;
	if (!HeapTupleIsValid(tuple))
		return SM_SIZE_UNKNOWN;
	relation = (Form_pg_class) GETSTRUCT(tuple);
	if (relation->relkind == RELKIND_RELATION || relation->relkind == RELKIND_MATVIEW)
	{
		*rows = relation->reltuples;
		size = relation->relpages > 0 ? SM_SIZE_FILLED : count_pages(oid);
	}
	ReleaseSysCache(tuple);
	return size;
}
