CREATE FUNCTION pg_temp.contents(content text)
RETURNS TABLE (item text, phase text, direction text, unit integer, name text, value text, line integer) LANGUAGE sql AS $$
	SELECT item, phase, direction, unit, name, CASE item WHEN 'phase' THEN NULL ELSE value END, line
	FROM parse_migration(content) WHERE item IN ('phase', 'statement', 'error')
$$;

-- three phases, marks in a banner or not, in any case
SELECT * FROM pg_temp.contents($f$
-- ============
-- PHASE 1: EXPAND
-- ============
SELECT 1;
-- Phase 2: migrate (the data)
SELECT 2;
-- ==== phase 3: Contract ====
SELECT 3;
$f$);

-- a phase without statements is a phase without units, but a contract with nothing in it is none
SELECT * FROM pg_temp.contents(E'-- PHASE 1: EXPAND\n-- PHASE 2: MIGRATE\nSELECT 2;\n-- PHASE 3: CONTRACT');
SELECT * FROM pg_temp.contents(E'-- PHASE 1: EXPAND\n-- PHASE 3: CONTRACT\n-- ROLLBACK contract:\n/*\nSELECT 1;\n*/');
SELECT * FROM pg_temp.contents(E'-- PHASE 1: EXPAND\n-- PHASE 3: CONTRACT\n-- VALIDATION\n-- Check: any (pre contract)\nSELECT true;');
SELECT * FROM pg_temp.contents(E'-- PHASE 3: CONTRACT');

-- without a phase mark all is expand
SELECT * FROM pg_temp.contents('SELECT 1');
SELECT * FROM pg_temp.contents('');
SELECT * FROM pg_temp.contents(E'-- nothing\n/* at all */');

-- what stands above the first mark is expand
SELECT * FROM pg_temp.contents(E'SET search_path = app;\n-- PHASE 1: EXPAND\nSELECT 1;');
SELECT * FROM pg_temp.contents(E'SELECT 1;\n-- PHASE 2: MIGRATE\nSELECT 2;');

-- errors
SELECT * FROM pg_temp.contents(E'-- PHASE 1: EXPAND\nSELECT 1;\n-- PHASE 1: EXPAND\nSELECT 2;') WHERE item = 'error';
SELECT * FROM pg_temp.contents(E'-- PHASE 2: MIGRATE\nSELECT 1;\n  -- PHASE 1: EXPAND\nSELECT 2;') WHERE item = 'error';
SELECT * FROM pg_temp.contents(E'-- PHASE 2: EXPAND\nSELECT 1;\n-- PHASE 4: CLEANUP\nSELECT 2;') WHERE item = 'error';
SELECT * FROM pg_temp.contents(E'-- Repeat: on-change\n-- PHASE 1: EXPAND\nSELECT 1;') WHERE item = 'error';
