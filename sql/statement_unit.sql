-- Statements outside transactions: the effect before, the effect after, the end.
SELECT register_migration('20250401_000001_schema_stmt.sql', $$
CREATE INDEX CONCURRENTLY stmt_i ON stmt_t (i);
CREATE UNIQUE INDEX CONCURRENTLY stmt_u ON stmt_t (j);
CREATE INDEX CONCURRENTLY ON stmt_t (j);
DROP INDEX CONCURRENTLY stmt_i;
VACUUM stmt_t;
REINDEX INDEX CONCURRENTLY stmt_u;
ALTER TABLE stmt_p DETACH PARTITION stmt_p1 CONCURRENTLY;
$$);
CREATE SCHEMA stmt_s;
CREATE TABLE stmt_s.stmt_t (i int, j int);
INSERT INTO stmt_s.stmt_t VALUES (1, 1), (2, 1);
CREATE TABLE stmt_p (i int) PARTITION BY RANGE (i);
CREATE TABLE stmt_p1 PARTITION OF stmt_p FOR VALUES FROM (1) TO (10);
CREATE VIEW stmt_row AS
	SELECT unit, state, transactional, attempt, statement, error_sqlstate, error_message, error_position
	FROM migration_units WHERE migration_id LIKE '20250401%' ORDER BY unit;
CREATE VIEW stmt_doubt AS
	SELECT unit, statement, backend_alive, outcome, detail, cleanup FROM units_in_doubt() WHERE migration_id LIKE '20250401%';
SELECT epoch > 0 AS begun FROM begin_run('apply');
-- the caller's search path finds the table
SET search_path = stmt_s, public;
SELECT begin_statement('20250401_000001_schema_stmt', 'expand', 'up', 1, 'postgresql', 'SELECT 1; SELECT 2', 0);
SELECT begin_statement('20250401_000001_schema_stmt', 'expand', 'up', 1, 'postgresql', 'SELEKT 1', 0);
SELECT finish_statement('20250401_000001_schema_stmt', 'expand', 'up', 1, 'postgresql', true, false);
SELECT begin_statement('20250401_000001_schema_stmt', 'expand', 'up', 1, 'postgresql', 'CREATE INDEX CONCURRENTLY stmt_i ON stmt_t (i)', 3)
	- 'relation_oid';
SHOW search_path;
SELECT * FROM stmt_row;
SELECT * FROM stmt_doubt;
SELECT begin_unit('20250401_000001_schema_stmt', 'expand', 'up', 1, 'postgresql', 0, 0, 0);
CREATE INDEX CONCURRENTLY stmt_i ON stmt_t (i);
RESET search_path;
SELECT * FROM stmt_doubt;
SELECT begin_statement('20250401_000001_schema_stmt', 'expand', 'up', 1, 'postgresql', 'CREATE INDEX CONCURRENTLY stmt_i ON stmt_t (i)', 0);
-- the catalog has the last word
SELECT finish_statement('20250401_000001_schema_stmt', 'expand', 'up', 1, 'postgresql', false, false);
SELECT * FROM stmt_row;
SELECT finish_statement('20250401_000001_schema_stmt', 'expand', 'up', 1, 'postgresql', true, false);

-- a failed unique index is cleaned up before it is built again
SET search_path = stmt_s, public;
SELECT begin_statement('20250401_000001_schema_stmt', 'expand', 'up', 2, 'postgresql', 'CREATE UNIQUE INDEX CONCURRENTLY stmt_u ON stmt_t (j)', 0) IS NULL AS failed;
CREATE UNIQUE INDEX CONCURRENTLY stmt_u ON stmt_t (j);
SELECT finish_statement('20250401_000001_schema_stmt', 'expand', 'up', 2, 'postgresql', true, false);
SELECT fail_unit('20250401_000001_schema_stmt', 'expand', 'up', 2, 'postgresql', false, '23505', 'could not create unique index', 12, 0);
SELECT * FROM stmt_row WHERE unit = 2;
SELECT * FROM stmt_doubt;
SELECT begin_statement('20250401_000001_schema_stmt', 'expand', 'up', 2, 'postgresql', 'CREATE UNIQUE INDEX CONCURRENTLY stmt_u ON stmt_t (j)', 0);
DROP INDEX CONCURRENTLY stmt_s.stmt_u;
UPDATE stmt_t SET j = i;
SELECT begin_statement('20250401_000001_schema_stmt', 'expand', 'up', 2, 'postgresql', 'CREATE UNIQUE INDEX CONCURRENTLY stmt_u ON stmt_t (j)', 0) IS NULL AS failed;
CREATE UNIQUE INDEX CONCURRENTLY stmt_u ON stmt_t (j);
SELECT finish_statement('20250401_000001_schema_stmt', 'expand', 'up', 2, 'postgresql', NULL, false);
SELECT * FROM stmt_row WHERE unit = 2;

-- a name that the server chooses
SELECT begin_statement('20250401_000001_schema_stmt', 'expand', 'up', 3, 'postgresql', 'CREATE INDEX CONCURRENTLY ON stmt_t (j)', 0) -> 'name' AS name;
CREATE INDEX CONCURRENTLY ON stmt_t (j);
SELECT * FROM stmt_doubt;
SELECT finish_statement('20250401_000001_schema_stmt', 'expand', 'up', 3, 'postgresql', NULL, false);
-- drop
SELECT begin_statement('20250401_000001_schema_stmt', 'expand', 'up', 4, 'postgresql', 'DROP INDEX CONCURRENTLY stmt_i', 0) ->> 'kind' AS kind;
SELECT * FROM stmt_doubt;
DROP INDEX CONCURRENTLY stmt_i;
SELECT * FROM stmt_doubt;
SELECT finish_statement('20250401_000001_schema_stmt', 'expand', 'up', 4, 'postgresql', NULL, false);
-- what may run again: the session's own eyes, or the caller's, decide
SELECT begin_statement('20250401_000001_schema_stmt', 'expand', 'up', 5, 'postgresql', 'VACUUM stmt_t', 0) ->> 'kind' AS kind;
VACUUM nothing_there;
SELECT * FROM stmt_doubt;
SELECT finish_statement('20250401_000001_schema_stmt', 'expand', 'up', 5, 'postgresql', NULL, false);
SELECT begin_statement('20250401_000001_schema_stmt', 'expand', 'up', 5, 'postgresql', 'VACUUM stmt_t', 0) ->> 'kind' AS kind;
VACUUM stmt_t;
SELECT finish_statement('20250401_000001_schema_stmt', 'expand', 'up', 5, 'postgresql', NULL, false);
-- rebuilt: the name has another OID
SELECT begin_statement('20250401_000001_schema_stmt', 'expand', 'up', 6, 'postgresql', 'REINDEX INDEX CONCURRENTLY stmt_u', 0) ->> 'kind' AS kind;
SELECT * FROM stmt_doubt;
REINDEX INDEX CONCURRENTLY stmt_u;
SELECT * FROM stmt_doubt;
SELECT finish_statement('20250401_000001_schema_stmt', 'expand', 'up', 6, 'postgresql', NULL, false);
RESET search_path;
SELECT begin_statement('20250401_000001_schema_stmt', 'expand', 'up', 7, 'postgresql', 'ALTER TABLE stmt_p DETACH PARTITION stmt_p1 CONCURRENTLY', 0) ->> 'kind' AS kind;
SELECT * FROM stmt_doubt;
-- half detached, as a cancelled one leaves it
UPDATE pg_inherits SET inhdetachpending = true WHERE inhrelid = 'stmt_p1'::regclass;
SELECT * FROM stmt_doubt;
ALTER TABLE public.stmt_p DETACH PARTITION public.stmt_p1 FINALIZE;
SELECT * FROM stmt_doubt;
SELECT finish_statement('20250401_000001_schema_stmt', 'expand', 'up', 7, 'postgresql', NULL, true);
SELECT unit, state, attempt FROM stmt_row;
SELECT status FROM migration_state('postgresql', ARRAY['20250401_000001_schema_stmt']);
SELECT end_run('completed');
DROP VIEW stmt_row, stmt_doubt;
DROP TABLE stmt_p, stmt_p1;
DROP SCHEMA stmt_s CASCADE;
DELETE FROM migration_history WHERE migration_id LIKE '20250401%';
DELETE FROM migration_units WHERE migration_id LIKE '20250401%';
