CREATE FUNCTION pg_temp.contents(content text)
RETURNS TABLE (item text, phase text, direction text, name text, value text, line integer, "column" integer) LANGUAGE sql AS $$
	SELECT item, phase, direction, name, CASE item WHEN 'phase' THEN NULL ELSE value END, line, "column"
	FROM parse_migration(content) WHERE item IN ('phase', 'statement', 'check', 'error')
$$;

-- a mark inside a literal, a dollar quote or a block comment is none
SELECT * FROM pg_temp.contents($f$
SELECT '
-- PHASE 2: MIGRATE
';
SELECT "
-- PHASE 2: MIGRATE
";
DO $body$ BEGIN
-- PHASE 3: CONTRACT
-- ROLLBACK
END $body$;
/*
-- PHASE 3: CONTRACT
/* -- VALIDATION */
-- ROLLBACK
*/
SELECT E'\'
-- PHASE 2: MIGRATE
';
$f$);

-- nor is one behind a statement, or prose that looks like it
SELECT * FROM pg_temp.contents($f$
SELECT 1; -- PHASE 2: MIGRATE
-- Phase 2 follows later
-- Rollback is not possible here
-- validation of the rows happens elsewhere
CREATE TABLE t (
	a int, -- Check: must be positive
	-- Transaction: whatever
	b int);
$f$);

-- a mark inside a statement: its semicolon is missing
SELECT * FROM pg_temp.contents($f$
SELECT 1
-- PHASE 2: MIGRATE
SELECT 2;
CREATE TABLE t (a int;
-- PHASE 3: CONTRACT
SELECT 3;
-- VALIDATION
SELECT 4
-- ROLLBACK
DROP TABLE t;
$f$) WHERE item IN ('phase', 'error');

-- but not at the end of the file
SELECT * FROM pg_temp.contents(E'SELECT 1\n-- ROLLBACK\n/* SELECT 2 */');
