-- psql alone: the statements of migration_script() apply, record, resume and undo a file.
\set content '-- ID: 20250801_000001_schema_script\n-- Version: 1.7.0\n-- PHASE 1: EXPAND\nCREATE TABLE script_t (id int PRIMARY KEY, v text DEFAULT ''it''''s \\\\'');\nCREATE INDEX CONCURRENTLY script_i ON script_t (v);\nBEGIN ISOLATION LEVEL SERIALIZABLE;\nINSERT INTO script_t SELECT generate_series(1, 5);\nCOMMIT;\nVACUUM script_t;\n-- PHASE 2: MIGRATE\n-- Batch: table=script_t, key=id, size=2\nUPDATE script_t SET v = ''x'';\n-- PHASE 3: CONTRACT\nALTER TABLE script_t ALTER v SET NOT NULL;\n-- VALIDATION\n-- Check: enough (pre migrate, critical)\nSELECT count(*) > 3 FROM script_t;\n-- Check: all_x (post migrate, critical, expect = 0)\nSELECT count(*) FROM script_t WHERE v <> ''x'';\n-- Check: few (post migrate, warning, expect < 3)\nSELECT count(*) FROM script_t;\n-- ROLLBACK\n/*\nDROP INDEX CONCURRENTLY script_i;\nDROP TABLE script_t;\n*/\n'
CREATE VIEW script_units AS
	SELECT phase, direction, unit, state, transactional FROM migration_units WHERE migration_id LIKE '20250801%' ORDER BY started_at;
CREATE VIEW script_phases AS
	SELECT migration_id, phase, status FROM migration_status() WHERE migration_id LIKE '20250801%';
\pset format unaligned
SELECT migration_script(:'content', 'migrate');
\pset format aligned
\o /dev/null
SELECT migration_script(:'content') \gexec
\o
SELECT * FROM script_phases;
SELECT * FROM script_units;
SELECT count(*), min(v), max(v) FROM script_t;
SELECT result FROM run_history(1);
SHOW default_transaction_read_only;
-- a second time there is nothing to do
SELECT count(*) FROM migration_script(:'content') AS s WHERE s LIKE '%begin_unit%' OR s LIKE '%begin_statement%';
\o /dev/null
SELECT migration_script(:'content', 'contract') \gexec
\o
SELECT * FROM script_phases;
\o /dev/null
SELECT migration_script(:'content', direction => 'down') \gexec
\o
SELECT * FROM script_phases;
SELECT * FROM script_units;
SELECT to_regclass('script_t');

-- without ON_ERROR_STOP: after a failure nothing more happens, and the same call goes on
\set content '-- ID: 20250801_000002_schema_script\n-- PHASE 1: EXPAND\nBEGIN;\nCREATE TABLE script_a (i int);\nCOMMIT;\nBEGIN;\nINSERT INTO script_gate VALUES (1);\nCOMMIT;\nCREATE INDEX CONCURRENTLY script_a_i ON script_a (i);\nBEGIN;\nCREATE TABLE script_b (i int);\nCOMMIT;\n-- PHASE 2: MIGRATE\nINSERT INTO script_b VALUES (1);\n'
\o /dev/null
SELECT migration_script(:'content') \gexec
\o
SELECT * FROM script_phases WHERE migration_id LIKE '%02_schema_script';
SELECT to_regclass('script_a') IS NOT NULL AS a, to_regclass('script_a_i') IS NOT NULL AS i, to_regclass('script_b') IS NOT NULL AS b;
SELECT result FROM run_history(1);
SHOW default_transaction_read_only;
CREATE TABLE script_gate (i int UNIQUE);
\o /dev/null
SELECT migration_script(:'content') \gexec
\o
SELECT * FROM script_phases WHERE migration_id LIKE '%02_schema_script';
SELECT count(*) FROM script_gate;
SELECT count(*) FROM script_b;

-- a critical check that does not hold, before and after
\set content '-- ID: 20250801_000003_schema_script\n-- PHASE 1: EXPAND\nCREATE TABLE script_c (i int);\n-- VALIDATION\n-- Check: gate (pre expand, critical, expect = 2)\nSELECT count(*) FROM script_gate;\n-- Check: filled (post expand, critical, expect any)\nSELECT 1 / (i - 2) FROM script_gate;\n'
\o /dev/null
SELECT migration_script(:'content') \gexec
\o
SELECT * FROM script_phases WHERE migration_id LIKE '%03_schema_script';
INSERT INTO script_gate VALUES (2);
\o /dev/null
SELECT migration_script(:'content') \gexec
\o
SELECT * FROM script_phases WHERE migration_id LIKE '%03_schema_script';
SELECT to_regclass('script_c') IS NOT NULL AS c;
UPDATE script_gate SET i = 3 WHERE i = 2;
\o /dev/null
SELECT migration_script(:'content') \gexec
\o
SELECT * FROM script_phases WHERE migration_id LIKE '%03_schema_script';

-- a file that changes its role and its search path
CREATE ROLE script_owner;
CREATE SCHEMA script_owner AUTHORIZATION script_owner;
GRANT script_owner TO CURRENT_USER;
\set content '-- ID: 20250801_000004_schema_script\n-- Run-As: script_owner\nSET search_path = "$user";\nCREATE TABLE script_d (i int);\nCREATE INDEX CONCURRENTLY script_d_i ON script_d (i);\nBEGIN;\nINSERT INTO script_d VALUES (1);\nCOMMIT;\n'
\o /dev/null
SELECT migration_script(:'content') \gexec
\o
SELECT * FROM script_phases WHERE migration_id LIKE '%04_schema_script';
SELECT schemaname, tablename, tableowner, hasindexes FROM pg_tables WHERE tablename = 'script_d';
SHOW search_path;
SELECT current_user = session_user AS myself;

-- refused
SELECT migration_script(NULL);
SELECT migration_script('SELECT 1');
SELECT migration_script(:'content', 'contract');
SELECT migration_script(:'content', NULL, 'down');
SELECT migration_script(:'content', NULL, 'sideways');
SELECT migration_script(E'-- ID: 20250801_000005_schema_script\nSELEKT 1;');
SELECT assert_check('none', NULL);
SELECT assert_check('low', false, false);
SELECT assert_check('good', true);

DROP SCHEMA script_owner CASCADE;
DROP ROLE script_owner;
DROP VIEW script_units, script_phases;
DROP TABLE script_a, script_b, script_c, script_gate;
DELETE FROM migration_history WHERE migration_id LIKE '20250801%';
DELETE FROM migration_units WHERE migration_id LIKE '20250801%';
DELETE FROM schema_versions WHERE migration_id LIKE '20250801%';
