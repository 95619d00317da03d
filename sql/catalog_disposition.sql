-- every column of every catalog has a disposition, and only those of this major
SELECT c.relname, a.attname AS unknown_column
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
  AND NOT EXISTS (SELECT FROM catalog_disposition() d
				  WHERE d.catalog_name = c.relname AND d.column_name = a.attname)
ORDER BY c.relname, a.attnum;
SELECT d.catalog_name, d.column_name AS stale_column
FROM catalog_disposition() d
WHERE NOT EXISTS (SELECT FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
				  WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind = 'r'
					AND c.relname = d.catalog_name AND a.attname = d.column_name AND a.attnum > 0)
ORDER BY 1, 2;
SELECT catalog_name, column_name, count(*) FROM catalog_disposition() GROUP BY 1, 2 HAVING count(*) > 1;
SELECT count(*) FROM catalog_disposition()
WHERE disposition NOT IN ('covered', 'derived', 'ignored') OR coalesce(reason, '') = '';

-- what is ignored, as a list to be read
SELECT catalog_name, column_name, reason FROM catalog_disposition()
WHERE disposition = 'ignored' AND catalog_name NOT LIKE 'pg\_statistic%'
  AND (catalog_name, column_name) NOT IN (('pg_class', 'relallfrozen'), ('pg_attribute', 'attcacheoff'))
ORDER BY catalog_name COLLATE "C", column_name COLLATE "C";
