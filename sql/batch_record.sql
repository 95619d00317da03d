-- A batched unit: each batch commits with its cursor; rows and times add up.
SELECT register_migration('20250301_000001_data_batch.sql', $$
-- Batch: table=batch_t, key=id, size=2
UPDATE batch_t SET v = 1 WHERE v IS NULL;
-- Rollback expand: UPDATE batch_t SET v = NULL;
$$);
CREATE TABLE batch_t (id int PRIMARY KEY, v int);
INSERT INTO batch_t SELECT generate_series(1, 5);
CREATE VIEW batch_row AS
	SELECT state, attempt, batch_cursor, rows_affected, execution_time_ms > 0 AS timed, lock_wait_ms, finished_at IS NOT NULL AS finished
	FROM migration_units WHERE migration_id = '20250301_000001_data_batch';
SELECT epoch > 0 AS begun FROM begin_run('apply');
BEGIN;
SELECT begin_unit('20250301_000001_data_batch', 'expand', 'up', 1, 'postgresql', 0, 0, 1);
UPDATE batch_t SET v = 1 WHERE v IS NULL AND id <= 2;
SELECT record_batch('20250301_000001_data_batch', 'expand', 'up', 1, 'postgresql', '2');
SELECT record_batch('20250301_000001_data_batch', 'expand', 'up', 1, 'postgresql', '2');
ROLLBACK;
SELECT * FROM batch_row;
BEGIN;
SELECT begin_unit('20250301_000001_data_batch', 'expand', 'up', 1, 'postgresql', 0, 0, 1);
UPDATE batch_t SET v = 1 WHERE v IS NULL AND id <= 2;
SELECT record_batch('20250301_000001_data_batch', 'expand', 'up', 1, 'postgresql', '2');
COMMIT;
SELECT * FROM batch_row;
SELECT migration_id, outcome, detail FROM units_in_doubt() WHERE migration_id LIKE '20250301%';
SELECT finish_migration('20250301_000001_data_batch', 'expand', 'up', 'postgresql');
-- a batch that fails keeps the cursor
SELECT fail_unit('20250301_000001_data_batch', 'expand', 'up', 1, 'postgresql', true, '55P03', 'lock timeout', NULL, NULL);
SELECT * FROM batch_row;
BEGIN;
SELECT begin_unit('20250301_000001_data_batch', 'expand', 'up', 1, 'postgresql', 0, 0, 0);
UPDATE batch_t SET v = 1 WHERE v IS NULL AND id > 2 AND id <= 4;
SELECT record_batch('20250301_000001_data_batch', 'expand', 'up', 1, 'postgresql', '4');
COMMIT;
BEGIN;
SELECT begin_unit('20250301_000001_data_batch', 'expand', 'up', 1, 'postgresql', 0, 0, 0);
UPDATE batch_t SET v = 1 WHERE v IS NULL AND id > 4;
SELECT finish_unit('20250301_000001_data_batch', 'expand', 'up', 1, 'postgresql', true);
COMMIT;
SELECT * FROM batch_row;
-- undone, it starts over
BEGIN;
SELECT begin_unit('20250301_000001_data_batch', 'expand', 'down', 1, 'postgresql', 0, 0, 0);
SELECT finish_unit('20250301_000001_data_batch', 'expand', 'down', 1, 'postgresql', true);
COMMIT;
SELECT state, batch_cursor FROM batch_row;
SELECT end_run('completed');
DROP VIEW batch_row;
DROP TABLE batch_t;
DELETE FROM migration_history WHERE migration_id LIKE '20250301%';
DELETE FROM migration_units WHERE migration_id LIKE '20250301%';
