CREATE FUNCTION pg_temp.digests(content text, OUT bytes text, OUT meaning text, OUT phases text) LANGUAGE sql AS $$
	SELECT max(value) FILTER (WHERE item = 'digest' AND name = 'bytes'),
		   max(value) FILTER (WHERE item = 'digest' AND name = 'meaning'),
		   string_agg(value, ' ' ORDER BY phase) FILTER (WHERE item = 'phase')
	FROM parse_migration(content)
$$;
CREATE FUNCTION pg_temp.compare(a text, b text, OUT bytes boolean, OUT meaning boolean, OUT phases boolean) LANGUAGE sql AS $$
	SELECT x.bytes = y.bytes, x.meaning = y.meaning, x.phases = y.phases
	FROM pg_temp.digests(a) x, pg_temp.digests(b) y
$$;

-- the digest of the bytes is plain SHA-256 of the normalised text
SELECT bytes = encode(sha256('SELECT 1;'), 'hex') FROM pg_temp.digests('SELECT 1;');
SELECT bytes = encode(sha256(convert_to(U&'SELECT ''\00E4'';' || E'\n\nSELECT 2;', 'UTF8')), 'hex')
FROM pg_temp.digests(U&'\FEFFSELECT ''\00E4'';' || E'\r\n\r\nSELECT 2;\r\n');

-- only white space and comments
SELECT * FROM pg_temp.compare('SELECT a, b FROM t;', E'select a,b -- x\nFROM /* y */ T;\n;');
SELECT * FROM pg_temp.compare('SELECT 1', 'SELECT 1;');
SELECT * FROM pg_temp.compare(E'SELECT 1;', E'SELECT 1;\r\n');
-- another meaning
SELECT * FROM pg_temp.compare('SELECT a', 'SELECT "A"');
SELECT * FROM pg_temp.compare('SELECT ''a''', 'SELECT ''A''');
SELECT * FROM pg_temp.compare('SELECT 1 2', 'SELECT 12');
SELECT * FROM pg_temp.compare('SELECT 1; SELECT 2;', 'BEGIN; SELECT 1; SELECT 2; COMMIT;');
-- header, marks and checks are part of the meaning, not of a phase
SELECT * FROM pg_temp.compare(E'-- Version: 1.0.0\nSELECT 1;', E'-- Version: 1.0.1\nSELECT 1;');
SELECT * FROM pg_temp.compare(E'-- Dependencies: 2025\nSELECT 1;', E'-- Dependencies: 2024\nSELECT 1;');
SELECT * FROM pg_temp.compare(E'SELECT 1;\n-- VALIDATION\nSELECT 2;', E'SELECT 1;\n-- VALIDATION\nSELECT 3;');
SELECT * FROM pg_temp.compare(E'SELECT 1;\n-- VALIDATION\n-- Check: a (critical)\nSELECT true;', E'SELECT 1;\n-- VALIDATION\n-- Check: a (warning)\nSELECT true;');
-- what an option says of a statement is part of its phase
SELECT * FROM pg_temp.compare(E'CALL p();', E'-- Transaction: none\nCALL p();');
SELECT * FROM pg_temp.compare(E'-- Batch: key=id\nDELETE FROM t;', E'-- Batch: key=id, size=7\nDELETE FROM t;');

-- one phase changes, the others do not
SELECT a.phase, a.value = b.value AS same
FROM parse_migration(E'-- PHASE 1: EXPAND\nSELECT 1;\n-- PHASE 3: CONTRACT\nSELECT 3;\n-- ROLLBACK\n/* SELECT 4 */') a
JOIN parse_migration(E'-- PHASE 1: EXPAND\nSELECT 1;\n-- PHASE 3: CONTRACT\nSELECT 33;\n-- ROLLBACK\n/* SELECT 4 */') b
	ON a.item = 'phase' AND b.item = 'phase' AND a.phase = b.phase;
