CREATE FUNCTION pg_temp.checks(content text)
RETURNS TABLE (item text, phase text, unit integer, name text, value text, line integer, "column" integer) LANGUAGE sql AS $$
	SELECT item, phase, unit, name, value, line, "column"
	FROM parse_migration(content) WHERE item IN ('check', 'check-option', 'error')
$$;

SELECT * FROM pg_temp.checks($f$
-- PHASE 1: EXPAND
-- PHASE 2: MIGRATE
-- VALIDATION
-- Check: rows_are_filled (post migrate, critical, expect = 0)
SELECT count(*) FROM t WHERE a IS NULL;
-- Check: table_is_small (pre expand, warning, expect<=1000)
SELECT count(*) FROM t;
-- Check: plain
SELECT true;
-- Check: not_two (expect != 2)
VALUES (3);
-- Check: runs (expect any)
TABLE t;
WITH a AS (SELECT 1) SELECT * FROM a;
$f$);

-- errors
SELECT * FROM pg_temp.checks(E'-- VALIDATION\n-- Check: a (someday)\nSELECT 1;\n-- Check: b (post never)\nSELECT 1;');
SELECT * FROM pg_temp.checks(E'-- VALIDATION\n-- Check: a (expect ~ 1)\nSELECT 1;\n-- Check: (post)\nSELECT 1;\n-- Check: c post\nSELECT 1;');
SELECT * FROM pg_temp.checks(E'-- VALIDATION\n-- Check: a\nDELETE FROM t;\n-- Check: b\nWITH x AS (DELETE FROM t RETURNING 1) SELECT 1;\nSELECT 1 INTO u;');
SELECT * FROM pg_temp.checks(E'-- VALIDATION\n-- Check: a\n-- Check: b\nSELECT 1;\n-- Check: b\nSELECT 2;\n-- Check: c');
SELECT * FROM pg_temp.checks(E'-- PHASE 1: EXPAND\n-- Check: a\nSELECT 1;\n-- VALIDATION\n-- Transaction: none\nSELECT 2;');
SELECT * FROM pg_temp.checks(E'SELECT 1;\n-- VALIDATION\n-- Check: a (post contract)\nSELECT true;');
