CREATE FUNCTION pg_temp.units(content text)
RETURNS TABLE (item text, unit integer, statement integer, name text, value text, transactional boolean, line integer) LANGUAGE sql AS $$
	SELECT item, unit, statement, name, value, transactional, line
	FROM parse_migration(content) WHERE item IN ('unit', 'statement', 'option', 'error')
$$;

-- neighbours share a transaction; what may not run in one is alone
SELECT * FROM pg_temp.units($f$
CREATE TABLE a (id int);
INSERT INTO a VALUES (1), (2);
CREATE INDEX CONCURRENTLY i ON a (id);
VACUUM a;
ANALYZE a;
$f$);

-- an explicit transaction is a unit, with its own BEGIN
SELECT * FROM pg_temp.units($f$
SELECT 1;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT 2;
SAVEPOINT s;
SELECT 3;
ROLLBACK TO SAVEPOINT s;
COMMIT;
START TRANSACTION;
SELECT 4;
END;
BEGIN;
COMMIT;
SELECT 5
$f$);

-- a new value of an enumeration can be used after COMMIT only
SELECT * FROM pg_temp.units($f$
ALTER TYPE color ADD VALUE 'red';
INSERT INTO t VALUES ('red');
ALTER TYPE color RENAME VALUE 'red' TO 'blue';
SELECT 1;
$f$);

-- SET TRANSACTION leads its unit
SELECT * FROM pg_temp.units($f$
SELECT 1;
SET TRANSACTION ISOLATION LEVEL SERIALIZABLE;
SET LOCAL transaction_read_only = off;
SELECT 2;
BEGIN;
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;
SELECT 3;
COMMIT;
$f$);

-- settings of the session are to be replayed, those of a transaction not
SELECT * FROM pg_temp.units($f$
SET search_path = app, public;
SET LOCAL work_mem = '1MB';
SET ROLE app_owner;
SET SESSION AUTHORIZATION DEFAULT;
SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE;
RESET ALL;
SELECT pg_catalog.set_config('search_path', '', false);
SELECT set_config('work_mem', '1MB', true);
$f$);

-- errors
SELECT * FROM pg_temp.units(E'BEGIN;\nSELECT 1;');
SELECT * FROM pg_temp.units(E'SELECT 1;\nCOMMIT;\nEND;\nROLLBACK;\nABORT;');
SELECT * FROM pg_temp.units(E'BEGIN;\nSELECT 1;\n  BEGIN;\nSELECT 2;\nCOMMIT;');
SELECT * FROM pg_temp.units(E'BEGIN;\nSELECT 1;\nROLLBACK;');
SELECT * FROM pg_temp.units(E'BEGIN;\nSELECT 1;\nCOMMIT AND CHAIN;');
SELECT * FROM pg_temp.units(E'BEGIN;\nCREATE INDEX CONCURRENTLY i ON a (id);\n VACUUM;\nCOMMIT;');
SELECT * FROM pg_temp.units(E'-- PHASE 1: EXPAND\nBEGIN;\nSELECT 1;\n-- PHASE 2: MIGRATE\nCOMMIT;');
