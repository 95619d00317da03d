-- How long locks that block others were held: in functions too, by VACUUM FULL and its kind, and not while waiting (lock_wait.spec).
CREATE TABLE hold_t (i int PRIMARY KEY);
CREATE FUNCTION hold_ddl() RETURNS void LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_sleep(0.2); ALTER TABLE hold_t ADD j int; PERFORM pg_sleep(0.2); END $$;
SELECT register_migration('20250406_000001_schema_hold.sql', $$
BEGIN; SELECT hold_ddl(); COMMIT;
BEGIN; DO '
BEGIN PERFORM pg_sleep(0.2); ALTER TABLE hold_t ADD k int; END'; COMMIT;
VACUUM FULL hold_t;
VACUUM hold_t;
BEGIN; SELECT pg_sleep(0); COMMIT;
$$);
SELECT epoch > 0 AS begun FROM begin_run('apply');
BEGIN;
SELECT begin_unit('20250406_000001_schema_hold', 'expand', 'up', 1, 'postgresql', 0, 0, 0);
SELECT hold_ddl();
SELECT finish_unit('20250406_000001_schema_hold', 'expand', 'up', 1, 'postgresql', false);
COMMIT;
BEGIN;
SELECT begin_unit('20250406_000001_schema_hold', 'expand', 'up', 2, 'postgresql', 0, 0, 0);
DO 'BEGIN PERFORM pg_sleep(0.2); ALTER TABLE hold_t ADD k int; END';
SELECT finish_unit('20250406_000001_schema_hold', 'expand', 'up', 2, 'postgresql', false);
COMMIT;
SELECT begin_statement('20250406_000001_schema_hold', 'expand', 'up', 3, 'postgresql', 'VACUUM FULL hold_t', 0) IS NULL AS failed;
VACUUM FULL hold_t;
SELECT finish_statement('20250406_000001_schema_hold', 'expand', 'up', 3, 'postgresql', NULL, false);
SELECT begin_statement('20250406_000001_schema_hold', 'expand', 'up', 4, 'postgresql', 'VACUUM hold_t', 0) IS NULL AS failed;
VACUUM hold_t;
SELECT finish_statement('20250406_000001_schema_hold', 'expand', 'up', 4, 'postgresql', NULL, false);
BEGIN;
SELECT begin_unit('20250406_000001_schema_hold', 'expand', 'up', 5, 'postgresql', 0, 0, 0);
SELECT pg_sleep(0);
SELECT finish_unit('20250406_000001_schema_hold', 'expand', 'up', 5, 'postgresql', true);
COMMIT;
SELECT end_run('completed');
SELECT unit, lock_hold_ms > 0 AS held, lock_hold_ms >= 190 AND execution_time_ms - lock_hold_ms >= 190 AS from_the_alter_on, lock_hold_ms < execution_time_ms AS less_than_all, lock_wait_ms
FROM migration_units WHERE migration_id = '20250406_000001_schema_hold' ORDER BY unit;
DROP FUNCTION hold_ddl;
DROP TABLE hold_t;
DELETE FROM migration_history WHERE migration_id LIKE '20250406%';
DELETE FROM migration_units WHERE migration_id LIKE '20250406%';
