-- Files become pending phases; a phase that has run keeps its meaning.
SELECT register_migrations(ARRAY['20250101_000001_schema_reg_a.sql', 'db/20250101_000002_schema_reg_b.sql'], ARRAY[$$
-- ID: 20250101_000001_schema_reg_a
-- Version: v1.4.0
-- Type: schema
-- Breaking: true
-- PHASE 1: EXPAND
CREATE TABLE reg_a (i int);
-- PHASE 3: CONTRACT
DROP TABLE reg_a;
-- ROLLBACK
/*
DROP TABLE IF EXISTS reg_a;
*/
$$, $$
-- Dependencies: 20250101_000001, 20250101_000001_schema_reg_a:contract
CREATE TABLE reg_b (i int)
$$]);
SELECT migration_id, migration_file, phase, status, version, migration_type, breaking, database_type, rollback_sql IS NOT NULL AS rollback
FROM migration_state('postgresql', ARRAY['20250101_000001_schema_reg_a', '20250101_000002_schema_reg_b']);
SELECT * FROM migration_dependents(ARRAY['20250101_000001_schema_reg_a']);
-- the same again: nothing is new
SELECT register_migration('20250101_000002_schema_reg_b.sql', $$
-- Dependencies: 20250101_000001, 20250101_000001_schema_reg_a:contract
CREATE TABLE reg_b (i int)
$$);
-- a phase that has not run may change, appear and go
SELECT register_migration('20250101_000002_schema_reg_b.sql', $$
-- Dependencies: none
-- PHASE 1: EXPAND
CREATE TABLE reg_b (i bigint);
-- PHASE 2: MIGRATE
INSERT INTO reg_b VALUES (1);
$$);
SELECT migration_id, phase, status FROM migration_state('postgresql', ARRAY['20250101_000002_schema_reg_b']);
SELECT * FROM migration_dependents(ARRAY['20250101_000001_schema_reg_a']);
SELECT register_migration('20250101_000002_schema_reg_b.sql', 'CREATE TABLE reg_b (i int);');
SELECT migration_id, phase, status FROM migration_state('postgresql', ARRAY['20250101_000002_schema_reg_b']);

-- once it has run, only its comments and white space may
SELECT epoch > 0 AS begun FROM begin_run('apply');
BEGIN;
SELECT begin_unit('20250101_000002_schema_reg_b', 'expand', 'up', 1, 'postgresql', 0, 0, 0);
SELECT finish_unit('20250101_000002_schema_reg_b', 'expand', 'up', 1, 'postgresql', true);
COMMIT;
SELECT checksum AS before FROM migration_state('postgresql', ARRAY['20250101_000002_schema_reg_b']) \gset
SELECT register_migration('20250101_000002_schema_reg_b.sql', $$-- hello
create  TABLE reg_b (i int);$$);
SELECT checksum <> :'before' AS updated, status FROM migration_state('postgresql', ARRAY['20250101_000002_schema_reg_b']);
SELECT register_migration('20250101_000002_schema_reg_b.sql', 'CREATE TABLE reg_b (i text);');
SELECT register_migration('20250101_000002_schema_reg_b.sql', $$
-- PHASE 2: MIGRATE
CREATE TABLE reg_b (i int);$$);
SELECT end_run('completed');

-- a file that is to run whenever it changes
SELECT register_migration('20250101_000003_schema_reg_view.sql', $$
-- Repeat: on-change
CREATE OR REPLACE VIEW reg_view AS SELECT 1 AS one;
$$);
SELECT epoch > 0 AS begun FROM begin_run('apply');
BEGIN;
SELECT begin_unit('20250101_000003_schema_reg_view', 'expand', 'up', 1, 'postgresql', 0, 0, 0);
SELECT finish_unit('20250101_000003_schema_reg_view', 'expand', 'up', 1, 'postgresql', true);
COMMIT;
SELECT register_migration('20250101_000003_schema_reg_view.sql', $$
-- Repeat: on-change
-- only a comment
CREATE OR REPLACE VIEW reg_view AS SELECT 1 AS one;
$$);
SELECT status FROM migration_state('postgresql', ARRAY['20250101_000003_schema_reg_view']);
SELECT register_migration('20250101_000003_schema_reg_view.sql', $$
-- Repeat: on-change
CREATE OR REPLACE VIEW reg_view AS SELECT 1 AS one, 2 AS two;
$$);
SELECT status FROM migration_state('postgresql', ARRAY['20250101_000003_schema_reg_view']);
SELECT state FROM unit_state('postgresql', ARRAY['20250101_000003_schema_reg_view']);
BEGIN;
SELECT begin_unit('20250101_000003_schema_reg_view', 'expand', 'up', 1, 'postgresql', 0, 0, 0);
SELECT finish_unit('20250101_000003_schema_reg_view', 'expand', 'up', 1, 'postgresql', true);
COMMIT;
SELECT state, attempt FROM unit_state('postgresql', ARRAY['20250101_000003_schema_reg_view']);
SELECT end_run('completed');

-- refused, all of the call
SELECT register_migrations(ARRAY['a.sql'], ARRAY['SELECT 1', 'SELECT 2']);
SELECT register_migrations(ARRAY['a.sql'], ARRAY[NULL]::text[]);
SELECT register_migrations('{}', '{}');
SELECT register_migration('notes.txt', 'SELECT 1');
SELECT register_migration('20250101_000009_schema_x.sql', E'-- ID: 20250101_000009_schema_y\nSELECT 1');
SELECT register_migration('20250101_000009_schema_x.sql', E'SELECT 1;\nSELEKT 2;');
SELECT register_migrations(ARRAY['20250101_000009_schema_x.sql', 'db/20250101_000009_schema_x.sql'], ARRAY['SELECT 1', 'SELECT 2']);
SELECT register_migration('20250101_000009_schema_x.sql', E'-- Dependencies: 20990101_000000_schema_nowhere\nSELECT 1');
SELECT register_migration('20250101_000009_schema_x.sql', E'-- Dependencies: 20250101\nSELECT 1');
SELECT register_migration('20250101_000009_schema_x.sql', E'-- Dependencies: 20250101_000009_schema_x\nSELECT 1');
SELECT register_migrations(ARRAY['20250101_000008_schema_x.sql', '20250101_000009_schema_x.sql'],
	ARRAY[E'-- Dependencies: 20250101_000009_schema_x\nSELECT 1', E'-- Dependencies: 20250101_000008_schema_x\nSELECT 1']);
SELECT count(*) FROM migration_state('postgresql', ARRAY['20250101_000008_schema_x', '20250101_000009_schema_x']);

-- thousands in one call, in a few statements
SELECT register_migrations('{}', '{}');
SELECT register_migrations(array_agg(format('20240101_%s_data_many.sql', lpad(i::text, 6, '0')) ORDER BY i),
						   array_agg(CASE WHEN i > 1 THEN format(E'-- Dependencies: 20240101_%s_data_many\n', lpad((i - 1)::text, 6, '0')) ELSE '' END
						   || format('SELECT %s', i) ORDER BY i))
FROM generate_series(1, 3000) i;
SELECT count(*), count(DISTINCT depends_on_migration_id) FROM migration_dependencies WHERE migration_id LIKE '20240101%';

DELETE FROM migration_history WHERE migration_id ~ '^20250101_00000|^20240101';
DELETE FROM migration_units WHERE migration_id ~ '^20250101_00000';
DELETE FROM migration_dependencies WHERE migration_id ~ '^20250101_00000|^20240101';
