-- An undo that was begun and has not ended is in doubt; which run was the last.
SELECT register_migrations(ARRAY['20250601_000001_schema_half_a.sql', '20250601_000002_schema_half_b.sql', '20250601_000003_schema_half_c.sql',
	'20250601_000004_schema_half_d.sql'], ARRAY[$$
-- PHASE 1: EXPAND
SELECT 1;
-- PHASE 2: MIGRATE
SELECT 2;
-- PHASE 3: CONTRACT
SELECT 3;
-- ROLLBACK contract:
/*
BEGIN; SELECT -3; COMMIT;
BEGIN; SELECT -4; COMMIT;
*/
-- ROLLBACK
/*
BEGIN; SELECT -2; COMMIT;
BEGIN; SELECT -1; COMMIT;
*/
$$, $$
BEGIN; SELECT 1; COMMIT;
BEGIN; SELECT 2; COMMIT;
$$, $$
SELECT 1;
$$, $$
SELECT 1;
-- PHASE 3: CONTRACT
$$]);
CREATE VIEW half AS
	SELECT substr(migration_id, 24) AS m, phase, direction, unit, backend_alive, outcome, detail, cleanup
	FROM units_in_doubt() WHERE migration_id LIKE '20250601%';
CREATE VIEW last_run AS
	SELECT substr(m.migration_id, 24) AS m, r.command
	FROM last_run_migrations() m JOIN migration_runs r USING (epoch) WHERE m.migration_id LIKE '20250601%';
CREATE FUNCTION do_unit(id text, phase text, direction text, unit integer, final boolean) RETURNS void LANGUAGE sql AS $$
	SELECT begin_unit(id, phase, direction, unit, 'postgresql', 0, 0, 0);
	SELECT finish_unit(id, phase, direction, unit, 'postgresql', final);
$$;

-- a run that completes one migration, one that fails in the next
SELECT epoch > 0 AS begun FROM begin_run('first');
SELECT do_unit('20250601_000001_schema_half_a', phase, 'up', 1, true) FROM unnest(ARRAY['expand', 'migrate', 'contract']) phase;
SELECT * FROM last_run;
SELECT epoch > 0 AS begun FROM begin_run('second');
SELECT do_unit('20250601_000002_schema_half_b', 'expand', 'up', 1, false);
SELECT fail_unit('20250601_000002_schema_half_b', 'expand', 'up', 2, 'postgresql', true, '22012', 'division by zero', 1, 0);
SELECT * FROM last_run;
-- one whose unit leaves nothing, and a human's word, are no last run
SELECT epoch > 0 AS begun FROM begin_run('third');
SELECT fail_unit('20250601_000003_schema_half_c', 'expand', 'up', 1, 'postgresql', true, '22012', 'division by zero', 1, 0);
SELECT * FROM last_run;
SELECT epoch > 0 AS begun FROM begin_run('baseline');
SELECT resolve_migration('20250601_000004_schema_half_d', 'all', 'completed', 'it is there');
SELECT * FROM last_run;
SELECT resolve_migration('20250601_000002_schema_half_b', 'all', 'rolled_back', 'it is gone');
SELECT * FROM last_run;
SELECT * FROM half;

-- contract's own undo, half done: in doubt, and still of the last run
SELECT do_unit('20250601_000001_schema_half_a', 'contract', 'down', 1, false);
SELECT * FROM half;
SELECT * FROM last_run;
SELECT fail_migration('20250601_000001_schema_half_a', 'contract', 'down', 'postgresql', '57014', 'interrupted');
SELECT * FROM half;
SELECT do_unit('20250601_000001_schema_half_a', 'contract', 'down', 2, true);
SELECT * FROM half;
-- the whole's, before and behind its first unit
SELECT fail_unit('20250601_000001_schema_half_a', 'all', 'down', 1, 'postgresql', true, '42P01', 'no such table', 1, 0);
SELECT * FROM half;
SELECT do_unit('20250601_000001_schema_half_a', 'all', 'down', 1, false);
SELECT * FROM half;
SELECT fail_unit('20250601_000001_schema_half_a', 'all', 'down', 2, 'postgresql', true, '42P01', 'no such table', 1, 0);
SELECT * FROM half;
-- a human's word ends it, phase by phase
SELECT resolve_migration('20250601_000001_schema_half_a', 'expand', 'completed', 'put back');
SELECT * FROM half;
SELECT resolve_migration('20250601_000001_schema_half_a', 'migrate', 'completed', 'put back');
SELECT * FROM half;
SELECT do_unit('20250601_000001_schema_half_a', 'all', 'down', unit, unit = 2) FROM generate_series(1, 2) unit;
SELECT * FROM half;
SELECT * FROM last_run;
SELECT end_run('completed');
DROP FUNCTION do_unit;
DROP VIEW half, last_run;
DELETE FROM migration_history WHERE migration_id LIKE '20250601%';
DELETE FROM migration_units WHERE migration_id LIKE '20250601%';
DELETE FROM schema_versions WHERE migration_id LIKE '20250601%';
