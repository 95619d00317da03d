-- ---------------------------------------------------------------------------
-- health: what a DBA would want to know of the schema, with a statement that
-- helps.  The two functions in front are for everybody with the right to look;
-- behind them stands one function a theme.  Sizes are those of the last VACUUM
-- or ANALYZE (relpages), so that no table is locked or opened for them.
-- ---------------------------------------------------------------------------

-- Inlined into its callers: no SET clause, all names qualified.
CREATE FUNCTION health_relations()
RETURNS SETOF pg_catalog.pg_class
LANGUAGE sql STABLE PARALLEL RESTRICTED
AS $$
	SELECT c.*
	FROM pg_catalog.pg_class c
	WHERE c.oid OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid
	  AND c.relpersistence OPERATOR(pg_catalog.<>) 't'
	  AND c.relnamespace OPERATOR(pg_catalog.<>) 99::pg_catalog.oid /* pg_toast */
	  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
					  WHERE d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_extension'::pg_catalog.regclass
						AND d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
						AND d.objid OPERATOR(pg_catalog.=) c.oid
						AND d.deptype OPERATOR(pg_catalog.=) 'e')
$$;
COMMENT ON FUNCTION health_relations() IS
'The rows of pg_class that are the users'': none of initdb''s, of an extension, of TOAST, temporary.';

CREATE FUNCTION health_index_serves(index oid, columns int2[], operators oid[])
RETURNS boolean
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 100 SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_index_serves';
COMMENT ON FUNCTION health_index_serves(oid, int2[], oid[]) IS
'Whether a lookup by equality of these columns can use an index: it is valid, a btree (or hash) whose first keys are the columns in any order, with the operators (NULL: those of the types) and collations, and its predicate, if it has one, follows from the lookup.';

CREATE FUNCTION health_index_name(relation oid, columns text[])
RETURNS text
LANGUAGE c VOLATILE PARALLEL UNSAFE STRICT SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_index_name';
COMMENT ON FUNCTION health_index_name(oid, text[]) IS
'The name, quoted where needed, that the server itself would give an index of these columns; NULL for none.';

CREATE FUNCTION health_probe_index(relation oid, columns text[], operators oid[],
							OUT cost_before double precision, OUT cost_after double precision, OUT used boolean)
RETURNS record
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_probe_index';
COMMENT ON FUNCTION health_probe_index(oid, text[], oid[]) IS
'The planner''s cost of a lookup by equality of these columns without and with an index of them, which exists only for hypopg, and whether the plan uses it. NULL where hypopg is not installed or the lookup could not be planned (a lock was held for 200 ms). Planned as the table''s owner.';

CREATE FUNCTION health_statement_lookups()
RETURNS TABLE (relation oid, columns int2[], calls bigint, total_ms double precision, query text)
LANGUAGE c VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_statement_lookups';
COMMENT ON FUNCTION health_statement_lookups() IS
'Which columns the costliest statements of this database compare by equality, a row a table in them. Empty where pg_stat_statements is not installed or loaded, or the caller has not the rights of pg_read_all_stats. Times in ms.';

CREATE FUNCTION health_index_statement(relation oid, columns text[])
RETURNS text
LANGUAGE sql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE WHEN c.relkind <> 'p' THEN
			format('CREATE INDEX CONCURRENTLY %s ON %s (%s)', @extschema@.health_index_name(relation, columns),
				   relation::regclass, (SELECT string_agg(quote_ident(n), ', ' ORDER BY o)
										FROM unnest(columns) WITH ORDINALITY u (n, o)))
		ELSE (
			WITH node AS MATERIALIZED (
				SELECT t.relid, t.parentrelid, t.isleaf, t.level, @extschema@.health_index_name(t.relid, columns) AS name,
					   quote_ident(s.nspname) AS schema,
					   (SELECT string_agg(quote_ident(n), ', ' ORDER BY o)
						FROM unnest(columns) WITH ORDINALITY u (n, o)) AS keys
				FROM pg_partition_tree(relation) t JOIN pg_class r ON r.oid = t.relid
					 JOIN pg_namespace s ON s.oid = r.relnamespace),
			step AS (
				SELECT CASE WHEN isleaf THEN 2 ELSE 1 END AS step, level, relid,
					   CASE WHEN isleaf THEN format('CREATE INDEX CONCURRENTLY %s ON %s (%s)', name, relid::regclass, keys)
							ELSE format('CREATE INDEX %s ON ONLY %s (%s)', name, relid::regclass, keys) END AS sql
				FROM node
				UNION ALL
				SELECT 3, -n.level, n.relid, format('ALTER INDEX %s.%s ATTACH PARTITION %s.%s', p.schema, p.name, n.schema, n.name)
				FROM node n JOIN node p ON p.relid = n.parentrelid)
			SELECT string_agg(sql, E';\n' ORDER BY step, level, relid::regclass::text COLLATE "C") FROM step)
		END
	FROM pg_class c WHERE c.oid = relation
$$;
COMMENT ON FUNCTION health_index_statement(oid, text[]) IS
'The statements, one a line, that index a table without hindering its writers; for a partitioned one an index on the root alone, one on each partition, and their attachment.';

CREATE FUNCTION health_unindexed_foreign_keys()
RETURNS TABLE (root oid, columns text[], names text[], referenced oid[], partitions bigint, missing oid[],
			   operators oid[], pages bigint)
LANGUAGE sql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
	WITH RECURSIVE keys AS MATERIALIZED (
		SELECT k.oid, k.conrelid, k.conkey, k.conpfeqop, k.confrelid, k.conparentid, k.conname, c.relkind, c.relpages
		FROM pg_constraint k JOIN @extschema@.health_relations() c ON c.oid = k.conrelid
		WHERE k.contype = 'f'),
	served AS MATERIALIZED (
		SELECT DISTINCT k.oid
		FROM keys k JOIN pg_index i ON i.indrelid = k.conrelid
		WHERE i.indkey[0] = ANY (k.conkey) AND @extschema@.health_index_serves(i.indexrelid, k.conkey, k.conpfeqop)),
	-- partitions have the key once more; so has a table that refers to a partitioned one, for each partition of that
	tree AS (
		SELECT oid AS root, oid FROM keys WHERE conparentid = 0
		UNION ALL
		SELECT t.root, k.oid FROM tree t JOIN keys k ON k.conparentid = t.oid),
	leaf AS (
		SELECT t.root, k.conrelid, k.relpages, bool_or(s.oid IS NOT NULL) AS served
		FROM tree t JOIN keys k ON k.oid = t.oid LEFT JOIN served s ON s.oid = k.oid
		WHERE k.relkind = 'r'
		GROUP BY t.root, k.conrelid, k.relpages),
	gap AS (
		SELECT k.*, count(l.conrelid) AS leaves, sum(l.relpages) FILTER (WHERE NOT l.served) AS missing_pages,
			   array_agg(l.conrelid ORDER BY l.relpages DESC, l.conrelid) FILTER (WHERE NOT l.served) AS missing
		FROM keys k LEFT JOIN leaf l ON l.root = k.oid
		WHERE k.conparentid = 0
		GROUP BY k.oid, k.conrelid, k.conkey, k.conpfeqop, k.confrelid, k.conparentid, k.conname, k.relkind, k.relpages
		HAVING bool_or(NOT l.served)
			OR count(l.conrelid) = 0 AND NOT EXISTS (SELECT FROM served s WHERE s.oid = k.oid)),
	-- 18 has foreign keys that are not enforced: nothing looks their rows up
	enforced AS (
		SELECT g.*, (SELECT array_agg(a.attname::text ORDER BY u.o)
					 FROM unnest(g.conkey) WITH ORDINALITY u (n, o)
						  JOIN pg_attribute a ON a.attrelid = g.conrelid AND a.attnum = u.n) AS columns
		FROM gap g JOIN pg_constraint k ON k.oid = g.oid
		WHERE to_jsonb(k) ->> 'conenforced' IS DISTINCT FROM 'false')
	-- several keys of the same columns want one index
	SELECT e.conrelid, (array_agg(e.columns::text ORDER BY e.conname))[1]::text[], array_agg(e.conname::text ORDER BY e.conname),
		   array_agg(e.confrelid ORDER BY e.conname), min(e.leaves),
		   (array_agg(e.missing::text ORDER BY e.conname))[1]::oid[],
		   (array_agg(e.conpfeqop::text ORDER BY e.conname))[1]::oid[], min(e.missing_pages)
	FROM (SELECT e.*, (SELECT array_agg(n ORDER BY n) FROM unnest(e.conkey) n) AS sorted FROM enforced e) e
	GROUP BY e.conrelid, e.sorted
$$;
COMMENT ON FUNCTION health_unindexed_foreign_keys() IS
'Foreign keys whose columns no index serves, one row a table and set of columns: names and referenced tables of the constraints; the partitions (0: the table has none to look at; 1: it is not partitioned), those without an index (the largest first) and their pages.';

-- What a foreign key without an index costs: each change of a key that it refers to looks through the table.
CREATE FUNCTION health_foreign_key_proposals()
RETURNS TABLE (relation oid, columns text[], reason text, evidence text, statement text, probe oid, operators oid[],
			   bytes bigint)
LANGUAGE sql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT f.root, f.columns, 'foreign key without an index',
		   format('%s: %s rows%s; rows deleted from and updated in %s since the statistics began: %s',
				  (SELECT string_agg(format('%I', n), ', ') FROM unnest(f.names) n),
				  CASE WHEN c.reltuples < 0 THEN 'an unknown number of' ELSE 'about ' || c.reltuples::bigint END,
				  CASE WHEN c.relkind <> 'p' THEN ', ' || pg_size_pretty(b.bytes)
					   WHEN f.partitions = 0 THEN ', no partition yet'
					   ELSE format(', missing in %s of %s partitions, %s', cardinality(f.missing), f.partitions,
								   pg_size_pretty(b.bytes)) END,
				  (SELECT string_agg(DISTINCT r::regclass::text, ', ') FROM unnest(f.referenced) r),
				  (SELECT sum(pg_stat_get_tuples_deleted(r) + pg_stat_get_tuples_updated(r))
				   FROM (SELECT DISTINCT r FROM unnest(f.referenced) r) r (r))),
		   CASE WHEN c.relkind = 'p' AND cardinality(f.missing) < f.partitions
				THEN (SELECT string_agg(@extschema@.health_index_statement(m, f.columns), E';\n' ORDER BY m::regclass::text COLLATE "C")
					  FROM unnest(f.missing) m)
				ELSE @extschema@.health_index_statement(f.root, f.columns) END,
		   f.missing[1], f.operators, b.bytes
	FROM @extschema@.health_unindexed_foreign_keys() f JOIN pg_class c ON c.oid = f.root,
		 LATERAL (SELECT coalesce(f.pages, 0) * current_setting('block_size')::bigint) b (bytes)
$$;
COMMENT ON FUNCTION health_foreign_key_proposals() IS
'health_unindexed_foreign_keys() with words and statements; probe is the table to try the index on.';

CREATE FUNCTION health_scanned_tables()
RETURNS TABLE (root oid, probe oid, scans bigint, rows_read bigint, bytes bigint)
LANGUAGE sql STABLE PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp
AS $$
	WITH RECURSIVE tree AS (
		SELECT c.oid AS root, c.oid, c.relpages, c.relkind FROM @extschema@.health_relations() c
		WHERE c.relkind IN ('r', 'p', 'm') AND NOT c.relispartition
		UNION ALL
		SELECT t.root, c.oid, c.relpages, c.relkind
		FROM tree t JOIN pg_inherits i ON i.inhparent = t.oid JOIN pg_class c ON c.oid = i.inhrelid
		WHERE c.relispartition),
	counted AS (
		SELECT t.root, (array_agg(t.oid ORDER BY t.relpages DESC, t.oid))[1] AS probe,
			   sum(pg_stat_get_numscans(t.oid)) AS scans, sum(pg_stat_get_tuples_returned(t.oid)) AS rows_read,
			   sum(t.relpages) * current_setting('block_size')::bigint AS bytes
		FROM tree t
		WHERE t.relkind IN ('r', 'm')
		GROUP BY t.root
		HAVING sum(t.relpages) >= 1024)
	SELECT root, probe, scans::bigint, rows_read::bigint, bytes::bigint FROM counted
	WHERE scans >= 50 AND rows_read >= scans * 10000
$$;
COMMENT ON FUNCTION health_scanned_tables() IS
'Tables (partitions counted with their root) of at least 1,024 pages that were scanned whole at least 50 times since the statistics began, 10,000 rows or more a time; probe is the largest partition.';

CREATE FUNCTION health_scan_proposals()
RETURNS TABLE (relation oid, columns text[], reason text, evidence text, statement text, probe oid, operators oid[],
			   bytes bigint)
LANGUAGE sql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
	WITH lookup AS MATERIALIZED (
		SELECT l.relation, l.columns, sum(l.calls) AS calls, sum(l.total_ms) AS total_ms,
			   (array_agg(l.query ORDER BY l.total_ms DESC))[1] AS query
		FROM @extschema@.health_statement_lookups() l
		WHERE NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = l.relation
						  AND @extschema@.health_index_serves(i.indexrelid, l.columns, NULL::oid[]))
		GROUP BY l.relation, l.columns)
	SELECT s.root, n.columns, 'sequential scans',
		   format('%s sequential scans read %s rows, %s', s.scans, s.rows_read, pg_size_pretty(s.bytes))
		   || CASE WHEN l.relation IS NULL THEN '; which columns they compare is not known (pg_stat_statements is not readable, or has no such statement)'
				   ELSE format('; %s calls, %s ms: %s', l.calls, round(l.total_ms::numeric), l.query) END,
		   CASE WHEN l.relation IS NOT NULL THEN @extschema@.health_index_statement(s.root, n.columns) END,
		   s.probe, NULL::oid[], s.bytes
	FROM @extschema@.health_scanned_tables() s LEFT JOIN lookup l ON l.relation IN (s.root, s.probe),
		 LATERAL (SELECT array_agg(a.attname::text ORDER BY u.o)
				  FROM unnest(l.columns) WITH ORDINALITY u (n, o)
					   JOIN pg_attribute a ON a.attrelid = l.relation AND a.attnum = u.n) n (columns)
$$;
COMMENT ON FUNCTION health_scan_proposals() IS
'health_scanned_tables() with the columns that statements compare where they are known, words and statements.';

CREATE FUNCTION missing_indexes()
RETURNS TABLE (table_name text, columns text[], reason text, evidence text, statement text, proven boolean,
			   cost_before double precision, cost_after double precision, table_bytes bigint)
LANGUAGE sql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	WITH proposal AS MATERIALIZED (
		SELECT * FROM @extschema@.health_foreign_key_proposals()
		UNION ALL
		SELECT * FROM @extschema@.health_scan_proposals() s
		WHERE NOT EXISTS (SELECT FROM @extschema@.health_unindexed_foreign_keys() f
						  WHERE f.root = s.relation AND f.columns @> s.columns AND f.columns <@ s.columns)),
	probed AS MATERIALIZED (
		SELECT p.*, h.used AND h.cost_after < h.cost_before AS proven, h.cost_before, h.cost_after
		FROM proposal p LEFT JOIN LATERAL @extschema@.health_probe_index(p.probe, p.columns, p.operators) h
			 ON p.columns IS NOT NULL AND p.probe IS NOT NULL)
	SELECT p.relation::regclass::text, p.columns, p.reason,
		   p.evidence || CASE WHEN p.proven THEN '; hypopg: the planner uses it'
							  WHEN NOT p.proven THEN '; hypopg: the planner would not use it now'
							  WHEN p.columns IS NULL THEN ''
							  ELSE '; judged by the catalog, without hypopg' END,
		   p.statement, p.proven, p.cost_before, p.cost_after, p.bytes
	FROM probed p
	WHERE p.proven IS DISTINCT FROM false OR p.reason = 'foreign key without an index'
	ORDER BY p.proven DESC NULLS LAST, p.bytes DESC, 1, 2
$$;
COMMENT ON FUNCTION missing_indexes() IS
'Indexes that the schema lacks: for foreign keys that none serves (reason ''foreign key without an index''; partitioned tables by their root), and for tables that are scanned whole again and again (''sequential scans''; columns and statement only where pg_stat_statements tells, to callers with the rights of pg_read_all_stats). proven: with hypopg, whether the planner would use the index for such a lookup and at a lower cost (cost_before and cost_after in its units); NULL without hypopg. An index for scans that hypopg disproves is left out. statement: one line a statement, each to be run outside a transaction.';

-- An index is rebuilt or built by somebody while one of its table is in progress there, or while the table is locked as
-- CONCURRENTLY does it by anybody but autovacuum.
CREATE FUNCTION health_invalid_index_findings()
RETURNS TABLE (problem text, severity text, object_type text, object_name text, evidence text, statement text)
LANGUAGE sql STABLE PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp
AS $$
	WITH invalid AS MATERIALIZED (
		SELECT i.*, c.relkind, c.relname, c.relpages, c.relispartition
		FROM pg_index i JOIN @extschema@.health_relations() c ON c.oid = i.indexrelid
		WHERE NOT (i.indisvalid AND i.indisready AND i.indislive)
		  AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index p
						  WHERE p.relid = i.indrelid AND p.datname = current_database())
		  AND NOT EXISTS (SELECT FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
						  WHERE l.relation = i.indrelid AND l.mode = 'ShareUpdateExclusiveLock' AND l.granted
							AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
							AND a.backend_type IS DISTINCT FROM 'autovacuum worker')),
	twin AS (
		SELECT DISTINCT v.indexrelid
		FROM invalid v JOIN pg_index i ON i.indrelid = v.indrelid AND i.indexrelid <> v.indexrelid AND i.indisvalid
			 AND i.indkey = v.indkey AND i.indclass = v.indclass AND i.indcollation = v.indcollation
			 AND i.indoption = v.indoption AND i.indisunique = v.indisunique AND i.indnkeyatts = v.indnkeyatts
			 AND pg_get_expr(i.indexprs, i.indrelid) IS NOT DISTINCT FROM pg_get_expr(v.indexprs, v.indrelid)
			 AND pg_get_expr(i.indpred, i.indrelid) IS NOT DISTINCT FROM pg_get_expr(v.indpred, v.indrelid))
	SELECT 'invalid index', 'high', 'index', v.indexrelid::regclass::text,
		   format('of %s: no query uses it%s; nobody builds it now', v.indrelid::regclass,
				  CASE WHEN v.indisready THEN ', every write maintains it' ELSE '' END)
		   || CASE WHEN t.indexrelid IS NOT NULL THEN '; a valid index of the same definition is there'
				   WHEN v.indisunique THEN '; where duplicate rows made it fail they will again'
				   ELSE '' END,
		   format(CASE WHEN t.indexrelid IS NOT NULL OR NOT v.indislive THEN 'DROP INDEX CONCURRENTLY %s'
					   ELSE 'REINDEX INDEX CONCURRENTLY %s' END, v.indexrelid::regclass)
	FROM invalid v LEFT JOIN twin t USING (indexrelid)
	WHERE v.relkind = 'i'
	UNION ALL
	-- the definition of the partition's index is that of the root, behind "CREATE INDEX name ON ONLY table"
	SELECT 'partitioned index without all its partitions', 'high', 'index', v.indexrelid::regclass::text,
		   format('of %s: %s', v.indrelid::regclass, string_agg(p.inhrelid::regclass::text, ', ' ORDER BY p.inhrelid::regclass::text COLLATE "C"))
		   || ' has no index attached to it',
		   string_agg(format(E'CREATE %sINDEX CONCURRENTLY %s ON %s%s;\nALTER INDEX %s ATTACH PARTITION %s', h.word, m.name,
							 p.inhrelid::regclass, substr(d.definition, length(h.head) + 1), v.indexrelid::regclass, m.qualified),
					  E';\n' ORDER BY p.inhrelid::regclass::text COLLATE "C")
			   FILTER (WHERE starts_with(d.definition, h.head) AND pc.relkind = 'r')
	FROM invalid v JOIN pg_inherits p ON p.inhparent = v.indrelid JOIN pg_class pc ON pc.oid = p.inhrelid
		 LEFT JOIN pg_inherits a JOIN pg_index ai ON ai.indexrelid = a.inhrelid ON a.inhparent = v.indexrelid AND ai.indrelid = p.inhrelid,
		 LATERAL (SELECT pg_get_indexdef(v.indexrelid)) d (definition),
		 LATERAL (SELECT CASE WHEN v.indisunique THEN 'UNIQUE ' ELSE '' END) u (word),
		 LATERAL (SELECT u.word, format('CREATE %sINDEX %I ON ONLY %s', u.word, v.relname, v.indrelid::regclass)) h (word, head),
		 LATERAL (SELECT format('%I', left(pc.relname, 30) || '_' || left(v.relname, 30)),
						 format('%s.%I', pc.relnamespace::regnamespace, left(pc.relname, 30) || '_' || left(v.relname, 30)))
			 m (name, qualified)
	WHERE v.relkind = 'I' AND a.inhrelid IS NULL AND v.indislive
	GROUP BY v.indexrelid, v.indrelid
$$;
COMMENT ON FUNCTION health_invalid_index_findings() IS
'Indexes that are not valid and that nobody builds: left by a failed CREATE INDEX or REINDEX CONCURRENTLY, or a partitioned one that waits for partitions.';

-- The indexes of a table that could stand for each other, with what makes one worth keeping.
CREATE FUNCTION health_comparable_indexes()
RETURNS TABLE (index oid, relation oid, method oid, keys int2[], classes oid[], collations oid[], options int2[], nkeys int,
			   expressions text, predicate text, settings text[], is_unique boolean, nulls_distinct boolean,
			   exclusion boolean, immediate boolean, constraint_oid oid, is_referenced boolean, identity boolean,
			   clustered boolean, attached boolean, relkind "char", scans bigint, pages bigint)
LANGUAGE sql STABLE PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp
AS $$
	WITH referenced AS (SELECT DISTINCT conindid FROM pg_constraint WHERE contype = 'f'),
	own AS (SELECT conindid, min(oid) AS oid FROM pg_constraint WHERE contype IN ('p', 'u', 'x') GROUP BY conindid)
	SELECT i.indexrelid, i.indrelid, c.relam, i.indkey::int2[], i.indclass::oid[], i.indcollation::oid[], i.indoption::int2[],
		   i.indnkeyatts,
		   CASE WHEN i.indexprs IS NOT NULL THEN pg_get_expr(i.indexprs, i.indrelid) END,
		   CASE WHEN i.indpred IS NOT NULL THEN pg_get_expr(i.indpred, i.indrelid) END,
		   c.reloptions, i.indisunique, NOT i.indnullsnotdistinct, i.indisexclusion, i.indimmediate, o.oid,
		   f.conindid IS NOT NULL, i.indisreplident, i.indisclustered, c.relispartition, c.relkind,
		   pg_stat_get_numscans(i.indexrelid), c.relpages
	FROM pg_index i JOIN @extschema@.health_relations() c ON c.oid = i.indexrelid
		 LEFT JOIN own o ON o.conindid = i.indexrelid
		 LEFT JOIN referenced f ON f.conindid = i.indexrelid
	WHERE i.indisvalid AND i.indisready AND i.indislive
$$;
COMMENT ON FUNCTION health_comparable_indexes() IS
'The users'' valid indexes with what decides whether one can stand for another.';

CREATE FUNCTION health_spare_index_findings()
RETURNS TABLE (problem text, severity text, object_type text, object_name text, evidence text, statement text)
LANGUAGE sql STABLE PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp
AS $$
	WITH candidate AS MATERIALIZED (SELECT * FROM @extschema@.health_comparable_indexes()),
	-- the first of its group stays
	ranked AS (
		SELECT c.*, count(*) OVER same AS n, first_value(c.index) OVER best AS kept, first_value(c.scans) OVER best AS kept_scans
		FROM candidate c
		WINDOW same AS (PARTITION BY relation, method, keys, classes, collations, options, nkeys, expressions, predicate,
									 exclusion, immediate, nulls_distinct OR NOT is_unique),
			   best AS (same ORDER BY is_unique DESC, attached DESC, is_referenced DESC, constraint_oid IS NOT NULL DESC,
									  identity DESC, clustered DESC, scans DESC, index)),
	duplicate AS MATERIALIZED (
		SELECT * FROM ranked
		WHERE n > 1 AND index <> kept AND NOT (attached OR is_referenced OR identity OR exclusion)),
	-- of equal ones the one that stays is compared
	btree AS MATERIALIZED (
		SELECT * FROM candidate c WHERE c.method = 403 AND NOT EXISTS (SELECT FROM duplicate d WHERE d.index = c.index)),
	prefix AS (
		SELECT DISTINCT ON (a.index) a.*, b.index AS kept, b.scans AS kept_scans, b.pages AS kept_pages
		FROM btree a JOIN btree b ON b.relation = a.relation AND b.keys[0] = a.keys[0] AND b.nkeys > a.nkeys
		WHERE NOT (a.is_unique OR a.attached OR a.identity OR a.exclusion) AND a.constraint_oid IS NULL
		  AND a.expressions IS NULL
		  AND NOT 0 = ANY (b.keys[0:a.nkeys - 1])
		  AND cardinality(a.keys) = a.nkeys AND a.predicate IS NOT DISTINCT FROM b.predicate
		  AND a.keys[0:a.nkeys - 1] = b.keys[0:a.nkeys - 1] AND a.classes[0:a.nkeys - 1] = b.classes[0:a.nkeys - 1]
		  AND a.collations[0:a.nkeys - 1] = b.collations[0:a.nkeys - 1] AND a.options[0:a.nkeys - 1] = b.options[0:a.nkeys - 1]
		ORDER BY a.index, b.constraint_oid IS NULL, b.scans DESC, b.index),
	size AS (SELECT current_setting('block_size')::bigint AS block)
	SELECT 'duplicate index', 'medium', 'index', d.index::regclass::text,
		   format('of %s: the same as %s, which stays (%s); scans %s and %s; %s', d.relation::regclass, d.kept::regclass,
				  CASE WHEN k.is_referenced THEN 'foreign keys refer to it' WHEN k.attached THEN 'a partition of a larger index'
					   WHEN k.constraint_oid IS NOT NULL THEN 'a constraint has it' WHEN k.is_unique AND NOT d.is_unique THEN 'unique'
					   WHEN k.identity THEN 'replica identity' WHEN k.clustered THEN 'the table is clustered by it'
					   WHEN k.scans > d.scans THEN 'used more' ELSE 'the older one' END,
				  d.scans, d.kept_scans, pg_size_pretty(d.pages * s.block)),
		   CASE WHEN d.constraint_oid IS NOT NULL THEN (SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', d.relation::regclass, o.conname)
														FROM pg_constraint o WHERE o.oid = d.constraint_oid)
				WHEN d.relkind = 'I' THEN format('DROP INDEX %s', d.index::regclass)
				ELSE format('DROP INDEX CONCURRENTLY %s', d.index::regclass) END
	FROM duplicate d JOIN candidate k ON k.index = d.kept, size s
	UNION ALL
	SELECT 'index that is the beginning of another', 'low', 'index', p.index::regclass::text,
		   format('of %s: %s begins with the same keys; scans %s and %s; %s and %s', p.relation::regclass, p.kept::regclass,
				  p.scans, p.kept_scans, pg_size_pretty(p.pages * s.block), pg_size_pretty(p.kept_pages * s.block)),
		   format(CASE WHEN p.relkind = 'I' THEN 'DROP INDEX %s' ELSE 'DROP INDEX CONCURRENTLY %s' END, p.index::regclass)
	FROM prefix p, size s
$$;
COMMENT ON FUNCTION health_spare_index_findings() IS
'Indexes that another one of the table makes needless: of equal ones all but that which should stay, and btrees whose keys another begins with.';

CREATE FUNCTION health_unused_index_findings()
RETURNS TABLE (problem text, severity text, object_type text, object_name text, evidence text, statement text)
LANGUAGE sql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
	WITH RECURSIVE tree AS (
		SELECT c.index AS root, c.index, c.relation, c.scans, c.pages
		FROM @extschema@.health_comparable_indexes() c WHERE NOT c.attached
		UNION ALL
		SELECT t.root, i.indexrelid, i.indrelid, pg_stat_get_numscans(i.indexrelid), c.relpages::bigint
		FROM tree t JOIN pg_inherits h ON h.inhparent = t.index JOIN pg_index i ON i.indexrelid = h.inhrelid
			 JOIN pg_class c ON c.oid = i.indexrelid),
	idle AS MATERIALIZED (
		SELECT t.root, sum(t.pages) AS pages FROM tree t GROUP BY t.root
		HAVING sum(t.scans) = 0 AND sum(t.pages) * current_setting('block_size')::bigint >= 1048576),
	spare AS (SELECT object_name FROM @extschema@.health_spare_index_findings())
	SELECT 'unused index', 'low', 'index', u.root::regclass::text,
		   format('of %s: no scan since %s, %s; a standby counts its own scans: ask it too', i.indrelid::regclass,
				  coalesce(to_char(pg_stat_get_db_stat_reset_time((SELECT oid FROM pg_database WHERE datname = current_database())),
								   'YYYY-MM-DD HH24:MI TZ'), 'the statistics began'),
				  pg_size_pretty(u.pages * current_setting('block_size')::bigint)),
		   format(CASE WHEN c.relkind = 'I' THEN 'DROP INDEX %s' ELSE 'DROP INDEX CONCURRENTLY %s' END, u.root::regclass)
	FROM idle u JOIN pg_index i ON i.indexrelid = u.root JOIN pg_class c ON c.oid = u.root
	WHERE NOT (i.indisunique OR i.indisexclusion OR i.indisreplident)
	  AND u.root::regclass::text NOT IN (SELECT object_name FROM spare)
	  -- the foreign keys of the table need it, used or not
	  AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = i.indrelid AND k.contype = 'f'
					  AND @extschema@.health_index_serves(u.root, k.conkey, k.conpfeqop))
$$;
COMMENT ON FUNCTION health_unused_index_findings() IS
'Indexes of 1 MB or more that nothing has scanned since the statistics began, that enforce nothing and serve no foreign key.';

CREATE FUNCTION health_constraint_findings()
RETURNS TABLE (problem text, severity text, object_type text, object_name text, evidence text, statement text)
LANGUAGE sql STABLE PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp
AS $$
	SELECT 'constraint NOT VALID', 'medium', 'constraint', format('%I on %s', k.conname, c.oid::regclass),
		   'rows that were there before are not checked, and the planner does not rely on it: ' || pg_get_constraintdef(k.oid),
		   format('ALTER TABLE %s VALIDATE CONSTRAINT %I', c.oid::regclass, k.conname)
	FROM pg_constraint k JOIN @extschema@.health_relations() c ON c.oid = k.conrelid
	WHERE NOT k.convalidated AND (k.coninhcount = 0 OR k.conislocal) AND k.conparentid = 0
	  AND to_jsonb(k) ->> 'conenforced' IS DISTINCT FROM 'false'
	UNION ALL
	SELECT 'constraint NOT VALID', 'medium', 'constraint', format('%I on %s', k.conname, t.oid::regtype),
		   'values that were there before are not checked: ' || pg_get_constraintdef(k.oid),
		   format('ALTER DOMAIN %s VALIDATE CONSTRAINT %I', t.oid::regtype, k.conname)
	FROM pg_constraint k JOIN pg_type t ON t.oid = k.contypid
	WHERE NOT k.convalidated AND t.oid >= 16384 AND t.typnamespace <> pg_my_temp_schema()
	  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.refclassid = 'pg_extension'::regclass AND d.classid = 'pg_type'::regclass
					  AND d.objid = t.oid AND d.deptype = 'e')
	UNION ALL
	SELECT 'foreign key that is not enforced', 'critical', 'constraint', format('%I on %s', k.conname, k.conrelid::regclass),
		   format('triggers of it are disabled on %s: rows are not checked', t.tgrelid::regclass),
		   string_agg(format('ALTER TABLE %s ENABLE TRIGGER %I', t.tgrelid::regclass, t.tgname), E';\n' ORDER BY t.tgname)
	FROM pg_trigger t JOIN @extschema@.health_relations() c ON c.oid = t.tgrelid
		 JOIN pg_constraint k ON k.oid = t.tgconstraint
	WHERE t.tgisinternal AND t.tgenabled = 'D' AND k.contype = 'f'
	GROUP BY k.oid, k.conname, k.conrelid, t.tgrelid
	UNION ALL
	SELECT 'disabled trigger', 'medium', 'trigger', format('%I on %s', t.tgname, c.oid::regclass),
		   format('%s is not called', t.tgfoid::regprocedure),
		   format('ALTER TABLE %s ENABLE TRIGGER %I', c.oid::regclass, t.tgname)
	FROM pg_trigger t JOIN @extschema@.health_relations() c ON c.oid = t.tgrelid LEFT JOIN pg_trigger p ON p.oid = t.tgparentid
	WHERE NOT t.tgisinternal AND t.tgenabled = 'D' AND p.tgenabled IS DISTINCT FROM 'D'
	UNION ALL
	SELECT 'disabled event trigger', 'medium', 'event trigger', quote_ident(e.evtname),
		   format('%s is not called on %s', e.evtfoid::regprocedure, e.evtevent),
		   format('ALTER EVENT TRIGGER %I ENABLE', e.evtname)
	FROM pg_event_trigger e WHERE e.evtenabled = 'D' AND e.oid >= 16384
$$;
COMMENT ON FUNCTION health_constraint_findings() IS
'Constraints that were never validated, and those and triggers that are switched off.';

CREATE FUNCTION health_key_findings()
RETURNS TABLE (problem text, severity text, object_type text, object_name text, evidence text, statement text)
LANGUAGE sql STABLE PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp
AS $$
	WITH spot AS MATERIALIZED (
		SELECT p.*, abs(p."position"::numeric) AS value
		FROM (SELECT s.seqrelid AS sequence, pg_sequence_last_value(s.seqrelid) AS "position",
					 CASE WHEN s.seqincrement > 0 THEN s.seqmax ELSE s.seqmin END AS ceiling, s.seqincrement AS step,
					 s.seqcycle AS cycle
			  FROM pg_sequence s JOIN @extschema@.health_relations() c ON c.oid = s.seqrelid
			  -- an unlogged one cannot be read on a standby
			  WHERE NOT (c.relpersistence = 'u' AND pg_is_in_recovery())) p
		WHERE sign(p."position") = sign(p.step)),
	-- the columns that a sequence fills: its owner, and those whose default calls it
	filled AS (
		SELECT d.objid AS sequence, d.refobjid AS relation, d.refobjsubid AS attnum
		FROM pg_depend d
		WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
		UNION
		SELECT d.refobjid, a.adrelid, a.adnum
		FROM pg_depend d JOIN pg_attrdef a ON a.oid = d.objid
		WHERE d.classid = 'pg_attrdef'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'n'),
	-- and those that refer to such a column
	reached AS (
		SELECT f.sequence, f.relation, f.attnum, false AS refers FROM filled f
		UNION
		SELECT f.sequence, k.conrelid, k.conkey[1], true
		FROM filled f JOIN pg_constraint k ON k.contype = 'f' AND k.confrelid = f.relation AND k.conkey[2] IS NULL
			 AND k.confkey[1] = f.attnum AND k.conparentid = 0),
	limited AS (
		SELECT s.*, r.relation, r.attnum, a.attname, a.atttypid, a.attidentity, r.refers, b.bound,
			   count(*) FILTER (WHERE r.refers) OVER (PARTITION BY s.sequence) AS referring
		FROM spot s JOIN reached r ON r.sequence = s.sequence
			 JOIN pg_attribute a ON a.attrelid = r.relation AND a.attnum = r.attnum
			 JOIN pg_class c ON c.oid = r.relation AND c.oid >= 16384 AND NOT c.relispartition,
			 LATERAL (SELECT CASE a.atttypid WHEN 'int2'::regtype THEN 32767::numeric WHEN 'int4'::regtype THEN 2147483647
											 WHEN 'int8'::regtype THEN 9223372036854775807 END) b (bound))
	SELECT 'key near its end',
		   CASE WHEN l.value >= l.bound * 0.9 THEN 'critical' WHEN l.value >= l.bound * 0.75 THEN 'high' ELSE 'medium' END,
		   'column', format('%s.%I', l.relation::regclass, l.attname),
		   format('%s of %s: %s stands at %s%s', round(l.value * 100 / l.bound, 1) || ' %', format_type(l.atttypid, NULL),
				  l.sequence::regclass, l."position",
				  CASE WHEN l.refers THEN ', whose values this column refers to'
					   WHEN l.referring > 0 THEN format('; columns that refer to it and must be widened too: %s', l.referring) ELSE '' END)
		   || '; the change rewrites the table under a lock that stops all: a large one takes a new column, filled in batches',
		   format('ALTER TABLE %s ALTER COLUMN %I TYPE bigint', l.relation::regclass, l.attname)
		   || CASE WHEN NOT l.refers AND l.attidentity = '' AND abs(l.ceiling::numeric) <= l.bound + 1
				   THEN format(E';\nALTER SEQUENCE %s AS bigint%s', l.sequence::regclass,
							   CASE WHEN l.step > 0 THEN ' MAXVALUE 9223372036854775807' ELSE ' MINVALUE -9223372036854775808' END)
				   ELSE '' END
	FROM limited l
	WHERE l.bound < 9223372036854775807 AND l.value >= l.bound * 0.5
	UNION ALL
	-- its own end, where no column's comes first
	SELECT 'sequence near its end',
		   CASE WHEN s.value >= e.bound * 0.9 THEN 'critical' WHEN s.value >= e.bound * 0.75 THEN 'high' ELSE 'medium' END,
		   'sequence', s.sequence::regclass::text,
		   format('%s: %s of %s, in steps of %s', round(s.value * 100 / e.bound, 1) || ' %', s."position", s.ceiling, s.step),
		   format('ALTER SEQUENCE %s AS bigint %s', s.sequence::regclass,
				  CASE WHEN s.step > 0 THEN 'MAXVALUE 9223372036854775807' ELSE 'MINVALUE -9223372036854775808' END)
	FROM spot s, LATERAL (SELECT abs(s.ceiling::numeric)) e (bound)
	WHERE NOT s.cycle AND e.bound > 0 AND s.value >= e.bound * 0.5 AND sign(s.ceiling) = sign(s.step)
	  AND NOT EXISTS (SELECT FROM limited l WHERE l.sequence = s.sequence AND NOT l.refers AND l.bound <= e.bound + 1
					  AND l.bound < 9223372036854775807)
$$;
COMMENT ON FUNCTION health_key_findings() IS
'Columns that a sequence fills, and columns that refer to them, whose type is half used up or more (critical from 90 %), and sequences near their own end. What fills a key without a sequence is not known here.';

CREATE FUNCTION health_orphaned_sequence_findings()
RETURNS TABLE (problem text, severity text, object_type text, object_name text, evidence text, statement text)
LANGUAGE sql STABLE PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp
AS $$
	SELECT 'orphaned sequence', 'low', 'sequence', c.oid::regclass::text,
		   format('no column owns it and nothing in the catalog uses it; %s; functions and programs that name it in a text are not seen',
				  CASE WHEN c.relpersistence = 'u' AND pg_is_in_recovery() THEN 'it is unlogged'
					   ELSE coalesce('it stands at ' || pg_sequence_last_value(c.oid), 'it was never used') END),
		   format('DROP SEQUENCE %s', c.oid::regclass)
	FROM @extschema@.health_relations() c
	WHERE c.relkind = 'S'
	  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
					  AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i'))
	  -- its row type is the one that depends on it in any case
	  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid AND d.deptype <> 'i')
$$;
COMMENT ON FUNCTION health_orphaned_sequence_findings() IS
'Sequences that no column owns and that no default, function body or view in the catalog depends on.';

CREATE FUNCTION health_table_findings()
RETURNS TABLE (problem text, severity text, object_type text, object_name text, evidence text, statement text)
LANGUAGE sql STABLE PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp
AS $$
	WITH RECURSIVE users AS MATERIALIZED (
		SELECT oid, relnamespace, relkind, relpersistence, relreplident, reloptions, relfrozenxid, relminmxid
		FROM @extschema@.health_relations()),
	published AS (
		SELECT p.pubname, r.prrelid AS relation FROM pg_publication p JOIN pg_publication_rel r ON r.prpubid = p.oid
		WHERE p.pubupdate OR p.pubdelete
		UNION
		SELECT p.pubname, c.oid FROM pg_publication p JOIN pg_publication_namespace n ON n.pnpubid = p.oid
			 JOIN users c ON c.relnamespace = n.pnnspid
		WHERE (p.pubupdate OR p.pubdelete) AND c.relkind IN ('r', 'p')
		UNION
		SELECT p.pubname, c.oid FROM pg_publication p, users c
		WHERE p.puballtables AND (p.pubupdate OR p.pubdelete) AND c.relkind IN ('r', 'p') AND c.relpersistence = 'p'
		UNION
		SELECT p.pubname, c.oid FROM published p JOIN pg_inherits i ON i.inhparent = p.relation JOIN pg_class c ON c.oid = i.inhrelid
		WHERE c.relispartition),
	identified AS (
		SELECT indrelid, bool_or(indisprimary) AS has_key, bool_or(indisreplident) AS has_index
		FROM pg_index WHERE indisvalid GROUP BY indrelid),
	naked AS MATERIALIZED (
		SELECT c.oid, string_agg(quote_ident(p.pubname), ', ' ORDER BY p.pubname) AS publications
		FROM published p JOIN users c ON c.oid = p.relation AND c.relkind = 'r'
			 LEFT JOIN identified i ON i.indrelid = c.oid
		WHERE CASE c.relreplident WHEN 'f' THEN false WHEN 'n' THEN true WHEN 'd' THEN NOT coalesce(i.has_key, false)
								  ELSE NOT coalesce(i.has_index, false) END
		GROUP BY c.oid)
	SELECT 'published table without replica identity', 'critical', 'table', n.oid::regclass::text,
		   format('in publication %s: every UPDATE and DELETE of it fails', n.publications),
		   format('ALTER TABLE %s REPLICA IDENTITY ', n.oid::regclass)
		   || coalesce((SELECT format('USING INDEX %I', min(x.relname))
						FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
						WHERE i.indrelid = n.oid AND i.indisvalid AND i.indisunique AND i.indimmediate
						  AND i.indpred IS NULL AND i.indexprs IS NULL
						  AND NOT EXISTS (SELECT FROM pg_attribute a
										  WHERE a.attrelid = n.oid AND NOT a.attnotnull AND a.attnum = ANY (i.indkey[0:i.indnkeyatts - 1]))
						HAVING count(*) > 0), 'FULL')
	FROM naked n
	UNION ALL
	SELECT 'unlogged table', 'medium', 'table', c.oid::regclass::text,
		   'after a crash it is empty, and on a standby it cannot be read; the change writes all of it to the WAL',
		   format('ALTER TABLE %s SET LOGGED', c.oid::regclass)
	FROM users c WHERE c.relkind = 'r' AND c.relpersistence = 'u'
	UNION ALL
	SELECT 'autovacuum switched off', 'medium', 'table', c.oid::regclass::text,
		   'it grows, and its statistics age, until somebody runs VACUUM and ANALYZE by hand',
		   format('ALTER TABLE %s RESET (autovacuum_enabled)', c.oid::regclass)
	FROM users c, pg_options_to_table(c.reloptions) o
	WHERE c.relkind IN ('r', 'm') AND o.option_name = 'autovacuum_enabled' AND NOT o.option_value::boolean
	UNION ALL
	SELECT 'old transaction ids', CASE WHEN a.used >= 0.75 THEN 'critical' ELSE 'high' END, 'table', c.oid::regclass::text,
		   format('%s transactions and %s multixacts since it was last frozen, of 2 billion; old transactions, prepared ones and replication slots hinder VACUUM',
				  age(c.relfrozenxid), mxid_age(c.relminmxid)),
		   format('VACUUM (FREEZE, INDEX_CLEANUP off) %s', c.oid::regclass)
	FROM users c, LATERAL (SELECT greatest(age(c.relfrozenxid), mxid_age(c.relminmxid)) / 2147483648.0) a (used)
	WHERE c.relkind IN ('r', 'm') AND c.relfrozenxid <> '0' AND a.used >= 0.5
	UNION ALL
	SELECT 'schema that everybody may create in', 'medium', 'schema', quote_ident(n.nspname),
		   'who can connect can put a function or table there in the way of those that others mean',
		   format('REVOKE CREATE ON SCHEMA %I FROM PUBLIC', n.nspname)
	FROM pg_namespace n
	WHERE n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema' AND has_schema_privilege('public', n.oid, 'CREATE')
	UNION ALL
	SELECT 'collation of another version', 'high', 'database', quote_ident(d.datname),
		   format('made with version %s, the system has %s: indexes of text may be out of order', d.datcollversion, v.version),
		   format(E'REINDEX DATABASE CONCURRENTLY %1$I;\nALTER DATABASE %1$I REFRESH COLLATION VERSION', d.datname)
	FROM pg_database d, LATERAL (SELECT pg_database_collation_actual_version(d.oid)) v (version)
	WHERE d.datname = current_database() AND d.datcollversion <> v.version
$$;
COMMENT ON FUNCTION health_table_findings() IS
'Tables (and schemas, and the database) in a state that hurts one night: not replicable, unlogged, without autovacuum, near the wraparound of transaction ids, open to everybody, sorted by another library.';

CREATE FUNCTION health_check_routines()
RETURNS TABLE (routine oid, relation oid, obstacle text, sqlstate text, line integer, message text)
LANGUAGE c VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_check_routines';
COMMENT ON FUNCTION health_check_routines() IS
'What plpgsql_check finds wrong (errors only) in the users'' PL/pgSQL functions and procedures, trigger functions once a table; each is checked as its owner and with the search path that holds for him. A row without message is a function that was not checked: obstacle is the statement that would make it possible, '''' where there is none. Empty where plpgsql_check is not installed.';

CREATE FUNCTION health_routine_findings()
RETURNS TABLE (problem text, severity text, object_type text, object_name text, evidence text, statement text)
LANGUAGE sql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
	WITH checked AS MATERIALIZED (SELECT * FROM @extschema@.health_check_routines()),
	checker AS (SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'plpgsql_check')
	SELECT 'broken function', 'high', CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END, p.oid::regprocedure::text,
		   format('%s%s%s', c.message, coalesce(' (' || c.sqlstate || coalesce(', line ' || c.line, '') || ')', ''),
				  CASE WHEN c.relation <> 0 THEN format('; as a trigger of %s', c.relation::regclass) ELSE '' END),
		   format('SELECT * FROM %I.plpgsql_check_function(%L::regprocedure%s)', k.nspname, p.oid::regprocedure,
				  CASE WHEN c.relation <> 0 THEN format(', %L::regclass', c.relation::regclass) ELSE '' END)
	FROM checked c JOIN pg_proc p ON p.oid = c.routine, checker k
	WHERE c.message IS NOT NULL
	UNION ALL
	SELECT 'functions that were not checked', 'low', 'function', coalesce(min(c.routine::regprocedure::text COLLATE "C") FILTER (WHERE c.routine <> 0), '*'),
		   CASE WHEN c.obstacle = 'DISCARD TEMP' THEN 'this session has temporary objects, which could stand in for what a function means'
				WHEN c.obstacle = '' THEN format('%s functions: plpgsql_check ended with an error, or a lock was held for 200 ms', count(*))
				ELSE format('%s functions: everybody may create in a schema of their search path, so what they call may be anybody''s', count(*)) END,
		   nullif(c.obstacle, '')
	FROM checked c
	WHERE c.message IS NULL
	GROUP BY c.obstacle
$$;
COMMENT ON FUNCTION health_routine_findings() IS
'health_check_routines() as findings; the statement of a broken one shows all that plpgsql_check says of it.';

CREATE FUNCTION schema_health()
RETURNS TABLE (problem text, severity text, object_type text, object_name text, evidence text, statement text)
LANGUAGE sql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT * FROM (
		SELECT * FROM @extschema@.health_invalid_index_findings()
		UNION ALL SELECT * FROM @extschema@.health_spare_index_findings()
		UNION ALL SELECT * FROM @extschema@.health_unused_index_findings()
		UNION ALL SELECT * FROM @extschema@.health_constraint_findings()
		UNION ALL SELECT * FROM @extschema@.health_key_findings()
		UNION ALL SELECT * FROM @extschema@.health_orphaned_sequence_findings()
		UNION ALL SELECT * FROM @extschema@.health_table_findings()
		UNION ALL SELECT * FROM @extschema@.health_routine_findings()) f
	ORDER BY array_position(ARRAY['critical', 'high', 'medium', 'low'], f.severity), f.problem COLLATE "C", f.object_name COLLATE "C",
			 f.evidence COLLATE "C"
$$;
COMMENT ON FUNCTION schema_health() IS
'What is wrong or wasteful in the users'' schema, the worst first: problem, severity (critical, high, medium, low), the object (quoted, with its schema), the evidence in words, and a statement that mends it (several stand one a line, separated by semicolons; NULL where none is known; that of a broken function shows what is wrong). Indexes and collations are mended outside a transaction. Functions are checked where plpgsql_check is installed.';

REVOKE ALL ON FUNCTION
	health_relations(), health_index_serves(oid, int2[], oid[]), health_index_name(oid, text[]),
	health_probe_index(oid, text[], oid[]), health_statement_lookups(), health_index_statement(oid, text[]),
	health_unindexed_foreign_keys(), health_foreign_key_proposals(), health_scanned_tables(),
	health_scan_proposals(), missing_indexes(), health_invalid_index_findings(), health_comparable_indexes(),
	health_spare_index_findings(), health_unused_index_findings(), health_constraint_findings(),
	health_key_findings(), health_orphaned_sequence_findings(), health_table_findings(),
	health_check_routines(), health_routine_findings(), schema_health()
	FROM PUBLIC;
