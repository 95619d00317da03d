CREATE FUNCTION pg_temp.undos(content text)
RETURNS TABLE (item text, phase text, direction text, unit integer, name text, value text, line integer, "column" integer) LANGUAGE sql AS $$
	SELECT item, phase, direction, unit, name, value, line, "column"
	FROM parse_migration(content)
	WHERE item IN ('unit', 'statement', 'rollback', 'check', 'error')
$$;

-- a block comment, with comments in it
SELECT * FROM pg_temp.undos($f$
SELECT 1;
-- ROLLBACK
/*
/* first this */
DROP INDEX CONCURRENTLY i;
  DROP TABLE t; /* ; */ DROP TABLE u
*/
$f$);

-- a phase's own undo beside that of all
SELECT * FROM pg_temp.undos($f$
-- PHASE 1: EXPAND
SELECT 1;
-- PHASE 3: CONTRACT
SELECT 3;
-- Rollback contract:
/* SELECT 'undo contract'; */
-- ROLLBACK
/* SELECT 'undo all'; */
-- VALIDATION
SELECT 4;
$f$);

-- one line, and the line comments that go on from it
SELECT * FROM pg_temp.undos($f$
-- Migration: x
-- Rollback: DROP TABLE t;
-- Author: y
CREATE TABLE t (a int);
$f$);
SELECT * FROM pg_temp.undos($f$
CREATE TABLE t (a int);
-- Rollback: DROP TABLE t
--           CASCADE;
--  DROP TABLE u;

-- nothing of the rollback
CREATE TABLE v (a int);
$f$);
SELECT * FROM pg_temp.undos(E'SELECT 1;\n-- Rollback contract: SELECT 2;\n-- PHASE 3: CONTRACT\nSELECT 3;');

-- a section of line comments
SELECT * FROM pg_temp.undos($f$
SELECT 1;
-- =======
-- ROLLBACK
-- =======
-- DROP TABLE t;
-- DROP TABLE u;
-- =======
-- end of file
$f$);

-- a bare section, which psql -f would run
SELECT * FROM pg_temp.undos($f$
SELECT 1;
-- ROLLBACK:
DROP TABLE t;
VACUUM u;

-- VALIDATION
SELECT 2;
$f$);

-- no undo
SELECT * FROM pg_temp.undos(E'SELECT 1;\n-- ROLLBACK\n/*\n-- cannot be undone\n*/') WHERE direction = 'down';
SELECT * FROM pg_temp.undos(E'SELECT 1;\n-- Rollback: none') WHERE direction = 'down';
SELECT * FROM pg_temp.undos(E'SELECT 1;\n-- ROLLBACK') WHERE direction = 'down';

-- what is a comment to the one is none to the other
SELECT * FROM pg_temp.undos(E'SELECT 1;\n-- ROLLBACK\n/*\n-- first /* this\n*/\nSELECT 2;\n*/');

-- errors stand at their places in the file
SELECT * FROM pg_temp.undos($f$
SELECT 1;
-- ROLLBACK
/*
DROP TABLE t;
  DROP TABL u;
COMMIT;
*/
SELECT 2;
$f$);
SELECT * FROM pg_temp.undos(E'SELECT 1;\n-- Rollback: DROP TABLE t;\n-- which is dangerous');
SELECT * FROM pg_temp.undos(E'SELECT 1;\n-- ROLLBACK\n/* SELECT 2 */\n/* SELECT 3 */');
SELECT * FROM pg_temp.undos(E'SELECT 1;\n-- ROLLBACK\n/* SELECT 2 */\n-- Rollback: SELECT 3');
SELECT * FROM pg_temp.undos(E'SELECT 1;\n-- Rollback contract:\n/* SELECT 2 */');
