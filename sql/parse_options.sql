CREATE FUNCTION pg_temp.options(content text)
RETURNS TABLE (item text, direction text, unit integer, name text, value text, transactional boolean, line integer, "column" integer) LANGUAGE sql AS $$
	SELECT item, direction, unit, name, value, transactional, line, "column"
	FROM parse_migration(content) WHERE item IN ('unit', 'option', 'error')
$$;

-- a statement that commits by itself
SELECT * FROM pg_temp.options($f$
SELECT 1;
-- Transaction: none
-- Done-When: SELECT count(*) > 0 FROM t;
CALL fill_t();
SELECT 2;
-- Done-When: SELECT true
VACUUM t;
-- ROLLBACK
/*
-- Transaction: none
CALL empty_t();
*/
$f$);

-- batches
SELECT name, value FROM pg_temp.options($f$
-- Batch: table=users, key=id, size=100, pause=50ms
UPDATE users SET a = (b IS NOT NULL) WHERE a IS NULL OR a = (SELECT max(c) FROM d WHERE e) -- all
$f$);
SELECT name, value FROM pg_temp.options($f$
-- Batch: key = "Id"
DELETE FROM ONLY app."Users" AS u USING d WHERE u.d = d.id AND d."where" RETURNING u.a;
$f$);
SELECT name, value FROM pg_temp.options($f$
-- Batch: key=ID
WITH w AS (SELECT 1 WHERE true) UPDATE users SET a = 'where', b = $$ where $$
$f$);

-- errors
SELECT * FROM pg_temp.options(E'-- Batch: key=id, speed=fast\nUPDATE t SET a = 1;\n-- Batch: size=0, key=id\nUPDATE t SET a = 1;\n-- Batch: size=10\nUPDATE t SET a = 1;');
SELECT * FROM pg_temp.options(E'-- Batch: key=id\nINSERT INTO t VALUES (1);\n-- Batch: key=id, table=u\nUPDATE t SET a = 1;\n-- Batch: key=id\nUPDATE t SET id = 1;\n-- Batch: key=id\nDELETE FROM t WHERE a = $1;');
SELECT * FROM pg_temp.options(E'BEGIN;\n-- Batch: key=id\nUPDATE t SET a = 1;\n-- Transaction: none\nCALL p();\nCOMMIT;');
SELECT * FROM pg_temp.options(E'-- Transaction: some\nCALL p();\n-- Done-When: SELECT true\nSELECT 1;\n-- Transaction: none\n-- Batch: key=id\nDELETE FROM t;');
SELECT * FROM pg_temp.options(E'-- Transaction: none\n-- Done-When: DELETE FROM t\nCALL p();\n-- Transaction: none\n-- Done-When: SELECT FROM WHERE\nCALL p();\n-- Transaction: none\n-- Done-When:\nCALL p();');
SELECT * FROM pg_temp.options(E'-- Batch: key=id\n-- Batch: key=id\nDELETE FROM t;\n-- Transaction: none\n');
