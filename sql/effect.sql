-- What each kind of statement leaves, as far as the catalog can tell.
SELECT register_migration('20250411_000001_schema_effect.sql', 'VACUUM');
CREATE TABLE effect_t (i int);
CREATE INDEX effect_old ON effect_t (i);
SELECT epoch > 0 AS begun FROM begin_run('apply');
-- begins a statement, does something, asks, and forgets it again
CREATE FUNCTION announce(statement text) RETURNS text LANGUAGE sql AS
$$ SELECT begin_statement('20250411_000001_schema_effect', 'expand', 'up', 1, 'postgresql', statement, 0)
		  - ARRAY['relation_oid', 'before', 'others', 'schema'] $$;
CREATE FUNCTION judge() RETURNS TABLE (outcome text, detail text, cleanup text) LANGUAGE sql AS
$$ SELECT outcome, detail, cleanup FROM units_in_doubt() WHERE migration_id LIKE '20250411%' $$;
CREATE PROCEDURE forget() LANGUAGE sql AS
$$ DELETE FROM migration_units WHERE migration_id LIKE '20250411%' $$;

-- IF NOT EXISTS over an older index: nothing to see, nothing to lose
SELECT announce('CREATE INDEX CONCURRENTLY IF NOT EXISTS effect_old ON effect_t (i)');
SELECT * FROM judge();
SELECT finish_statement('20250411_000001_schema_effect', 'expand', 'up', 1, 'postgresql', true, false);
CALL forget();
-- without it the older index is no proof
SELECT announce('CREATE INDEX CONCURRENTLY effect_old ON effect_t (i)');
SELECT * FROM judge();
SELECT finish_statement('20250411_000001_schema_effect', 'expand', 'up', 1, 'postgresql', true, false);
CALL forget();
-- a table of that name is no index
SELECT announce('CREATE INDEX CONCURRENTLY effect_name ON effect_t (i)');
CREATE TABLE effect_name (i int);
SELECT * FROM judge();
CALL forget();
SELECT announce('CREATE INDEX CONCURRENTLY effect_new ON effect_nowhere (i)');
SELECT * FROM judge();
CALL forget();
SELECT announce('DROP INDEX CONCURRENTLY IF EXISTS effect_nowhere');
SELECT * FROM judge();
CALL forget();
SELECT announce('DROP INDEX CONCURRENTLY effect_nowhere');
SELECT * FROM judge();
CALL forget();
-- copies that a stopped REINDEX leaves
SELECT announce('REINDEX TABLE CONCURRENTLY effect_t');
SELECT * FROM judge();
CREATE INDEX effect_old_ccnew ON effect_t (i);
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'effect_old_ccnew'::regclass;
SELECT * FROM judge();
CALL forget();
SELECT announce('REINDEX (CONCURRENTLY) SCHEMA public');
SELECT * FROM judge();
CALL forget();
DROP INDEX effect_old_ccnew;
SELECT announce('REINDEX DATABASE contrib_regression');
SELECT * FROM judge();
CALL forget();
-- databases and what else is known by name alone
SELECT announce('CREATE DATABASE effect_db');
SELECT * FROM judge();
CREATE DATABASE effect_db;
SELECT * FROM judge();
CALL forget();
SELECT announce('DROP DATABASE effect_db');
SELECT * FROM judge();
DROP DATABASE effect_db;
SELECT * FROM judge();
CALL forget();
SELECT announce('DROP DATABASE IF EXISTS effect_db');
SELECT * FROM judge();
CALL forget();
SELECT announce('CREATE TABLESPACE effect_ts LOCATION ''/nowhere''');
SELECT * FROM judge();
CALL forget();
SELECT announce('DROP SUBSCRIPTION IF EXISTS effect_sub');
SELECT * FROM judge();
CALL forget();
-- what shows nothing
SELECT announce('ALTER SYSTEM SET work_mem = ''4MB''');
SELECT * FROM judge();
CALL forget();
SELECT announce('CALL something()');
SELECT * FROM judge();
SELECT announce('CALL something()');
SELECT resolve_migration('20250411_000001_schema_effect', 'expand', 'completed', 'the log says so');
SELECT * FROM judge();
SELECT end_run('completed');
DROP FUNCTION announce, judge;
DROP PROCEDURE forget;
DROP TABLE effect_t, effect_name;
DELETE FROM migration_history WHERE migration_id LIKE '20250411%';
DELETE FROM migration_units WHERE migration_id LIKE '20250411%';
