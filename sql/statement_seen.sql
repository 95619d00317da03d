-- A statement outside transactions that the catalog cannot judge: what this session saw of it counts.
CREATE TABLE seen_t (i int);
CREATE PROCEDURE seen_p(fails boolean) LANGUAGE plpgsql AS $$
BEGIN INSERT INTO seen_t VALUES (10); COMMIT; IF fails THEN RAISE 'half way'; END IF; INSERT INTO seen_t VALUES (11); END $$;
SELECT register_migration('20250405_000001_data_seen.sql', $$
-- Transaction: none
INSERT INTO seen_t VALUES (1);
-- Transaction: none
SELECT count(*) FROM seen_t;
-- Transaction: none
UPDATE seen_t SET i = 1 / (i - 1);
-- Transaction: none
CALL seen_p(true);
-- Transaction: none
DELETE FROM seen_t WHERE i = 1;
$$);
CREATE VIEW seen_units AS
	SELECT unit, state, attempt FROM migration_units WHERE migration_id = '20250405_000001_data_seen' ORDER BY unit;
SELECT epoch > 0 AS begun FROM begin_run('apply');
SELECT begin_statement('20250405_000001_data_seen', 'expand', 'up', 1, 'postgresql', 'INSERT INTO seen_t VALUES (1)', 0) IS NULL AS failed;
INSERT INTO seen_t VALUES (1);
SELECT finish_statement('20250405_000001_data_seen', 'expand', 'up', 1, 'postgresql', NULL, false);
BEGIN;
SELECT begin_statement('20250405_000001_data_seen', 'expand', 'up', 2, 'postgresql', 'SELECT count(*) FROM seen_t', 0) IS NULL AS failed;
COMMIT;
SELECT count(*) FROM seen_t;
SELECT finish_statement('20250405_000001_data_seen', 'expand', 'up', 2, 'postgresql', NULL, false);
-- it failed, and then did not
SELECT begin_statement('20250405_000001_data_seen', 'expand', 'up', 3, 'postgresql', 'UPDATE seen_t SET i = 1 / (i - 1)', 0) IS NULL AS failed;
UPDATE seen_t SET i = 1 / (i - 1);
SELECT finish_statement('20250405_000001_data_seen', 'expand', 'up', 3, 'postgresql', NULL, false);
SELECT begin_statement('20250405_000001_data_seen', 'expand', 'up', 3, 'postgresql', 'UPDATE seen_t SET i = 1 / (i - 1)', 0) IS NULL AS failed;
UPDATE seen_t SET i = i + 1;
SELECT finish_statement('20250405_000001_data_seen', 'expand', 'up', 3, 'postgresql', NULL, false);
-- a procedure that commits and then fails has not succeeded
SELECT begin_statement('20250405_000001_data_seen', 'expand', 'up', 4, 'postgresql', 'CALL seen_p(true)', 0) IS NULL AS failed;
CALL seen_p(true);
SELECT finish_statement('20250405_000001_data_seen', 'expand', 'up', 4, 'postgresql', NULL, false);
SELECT begin_statement('20250405_000001_data_seen', 'expand', 'up', 4, 'postgresql', 'CALL seen_p(true)', 0) IS NULL AS failed;
CALL seen_p(false);
SELECT finish_statement('20250405_000001_data_seen', 'expand', 'up', 4, 'postgresql', NULL, false);
-- nothing was seen: it is in doubt, and another unit's statement says nothing about it
SELECT begin_statement('20250405_000001_data_seen', 'expand', 'up', 5, 'postgresql', 'DELETE FROM seen_t WHERE i = 1', 0) IS NULL AS failed;
SELECT finish_statement('20250405_000001_data_seen', 'expand', 'up', 5, 'postgresql', NULL, true);
SELECT * FROM seen_units;
SELECT finish_statement('20250405_000001_data_seen', 'expand', 'up', 5, 'postgresql', true, true);
SELECT * FROM seen_units;
SELECT end_run('completed');
-- the same by psql alone: once
\set content '-- ID: 20250405_000002_data_seen\n-- Transaction: none\nINSERT INTO seen_t VALUES (20);\n-- Transaction: none\nSELECT 1;\n-- Transaction: none\nUPDATE seen_t SET i = 21 WHERE i = 20;\n'
\set ECHO none
SELECT migration_script(:'content') \gexec
SELECT migration_script(:'content') \gexec
\set ECHO all
SELECT i, count(*) FROM seen_t WHERE i >= 20 GROUP BY 1;
DROP VIEW seen_units;
DROP PROCEDURE seen_p;
DROP TABLE seen_t;
DELETE FROM migration_history WHERE migration_id LIKE '20250405%';
DELETE FROM migration_units WHERE migration_id LIKE '20250405%';
