-- A comment that looks like a mark gone wrong is an error, in every section; prose is none.
CREATE FUNCTION pg_temp.errors(content text)
RETURNS TABLE (value text, line integer, "column" integer, hint text) LANGUAGE sql AS $$
	SELECT value, line, "column", hint FROM parse_migration(content) WHERE item = 'error'
$$;
SELECT * FROM pg_temp.errors($f$
-- Chek: above all (post expand)
SELECT 1;
-- PHASE 2 MIGRATE
SELECT 2;
-- ==== PHSE 2: MIGRATE ====
-- PHASE THREE: CONTRACT
-- PHASE 3 - CONTRACT
-- Phase Contract (later)
-- PHASE 3: CONTRACT
-- Bacth: table=users, key=id
-- Tranaction: none
-- Done when: SELECT true
-- Lock-Timeot: 2s
SELECT 3;
-- VALIDATON
-- VALIDATION
-- Chekc: some (post migrate)
SELECT true;
-- ROLBACK
-- ROLLBACK
/*
-- Tranaction: none
SELECT 4;
*/
$f$);
SELECT * FROM pg_temp.errors($f$
-- Rolback: SELECT 1;
SELECT 1;
$f$);
-- prose
SELECT * FROM pg_temp.errors($f$
-- Batches: are small
-- Checks: see below
-- PHASE 1: EXPAND
-- Phase 2 follows later, phase 3 contracts
-- Phase 2 migrates the rows
-- Match: the rows; Patch: none
-- Patch: 17
-- Transition: from a to b
-- Lock timeout matters here
-- a rollback is easy
SELECT 1; -- Chek: behind a statement
-- Version: of the rows
$f$);
-- a rollback in line comments goes on over empty comments and lines, up to a line of signs
SELECT item, phase, name, value, line FROM parse_migration($f$
SELECT 1;
-- ROLLBACK
-- DROP TABLE a;
--
-- DROP TABLE b;

-- DROP TABLE c;
-- =====
-- The end.
$f$) WHERE item IN ('statement', 'error');
SELECT * FROM pg_temp.errors($f$
SELECT 1;
-- ROLLBACK
-- DROP TABLE a;
-- -----
-- DROP TABLE b;
$f$);
SELECT * FROM pg_temp.errors($f$
-- Rollback: DROP TABLE a;
-- DROP TABLE b;
--
-- DROP TABLE c;
SELECT 1;
$f$);
-- dependencies below their line
SELECT * FROM pg_temp.errors($f$
-- Dependencies:
--   - 20250101_000000_schema_a
-- Dependencies:
-- Author: me
SELECT 1;
$f$);
-- one fault, one error; and no silence after a hundred
SELECT * FROM pg_temp.errors('PREPARE TRANSACTION ''x''');
SELECT count(*), max(value) FILTER (WHERE value LIKE 'reading%'), max(line) FROM pg_temp.errors(repeat(E'SELEKT 1;\n', 150));
-- standard_conforming_strings, in whatever way a query or SET turns it off
SELECT * FROM pg_temp.errors($f$
SELECT coalesce(set_config('standard_conforming_strings', 'off', false));
SELECT * FROM pg_catalog.set_config('standard_conforming_strings', 'off', false);
WITH s AS (SELECT set_config('standard_conforming_strings', '0', true)) SELECT * FROM s;
INSERT INTO t SELECT "set_config"('Standard_conforming_strings', v, false) FROM t;
RESET standard_conforming_strings;
SET standard_conforming_strings TO DEFAULT;
RESET ALL;
SELECT coalesce(set_config('standard_conforming_strings', 'on', false), set_config('work_mem', '1MB', false));
$f$);
