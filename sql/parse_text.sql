CREATE FUNCTION pg_temp.contents(content text)
RETURNS TABLE (item text, name text, value text, line integer, "column" integer, "position" integer, length integer) LANGUAGE sql AS $$
	SELECT item, name, value, line, "column", "position", length
	FROM parse_migration(content) WHERE item IN ('header', 'statement', 'error')
$$;

-- a byte order mark and CRLF do not count
SELECT * FROM pg_temp.contents(U&'\FEFF-- Author: a' || E'\r\nSELECT 1;\r\n  SELECT 2');
-- characters count, not bytes
SELECT * FROM pg_temp.contents(U&'-- \00E4\00F6\6C49\d83d\de00' || E'\n' || U&'SELECT ''\6C49\5B57''; SELECT x y z; SELECT 3');
-- comments of every kind at the end
SELECT * FROM pg_temp.contents('SELECT 1 --');
SELECT * FROM pg_temp.contents('SELECT 1 /* x /* y */ */');
SELECT * FROM pg_temp.contents(';;SELECT 1;; ;');
-- lines longer than any step of the index of places
SELECT name, line, "column", "position" FROM pg_temp.contents(repeat(' ', 5000) || repeat(E'\n', 3000) || repeat(U&'/*\00E4*/', 2000) || 'SELEC 1');
-- strings are read by the standard, whatever the session has
SET standard_conforming_strings = off;
SET escape_string_warning = off;
SELECT name, value FROM pg_temp.contents($$SELECT 'a\'; SELECT 'b';$$);
SHOW standard_conforming_strings;
RESET standard_conforming_strings;
RESET escape_string_warning;
-- notices come when a statement runs, not when it is read
SELECT count(*) FROM parse_migration('SELECT 1 AS ' || repeat('x', 100));
