-- what cannot be deparsed is named, and stops nothing else
SET client_min_messages = warning;
CREATE SCHEMA sm_cat;
SET search_path = sm_cat, public;
CREATE FUNCTION gone(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE FUNCTION stays(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE TABLE t (a integer DEFAULT gone(1), b integer DEFAULT stays(1), CHECK (gone(a) > 0));
CREATE INDEX broken ON t (gone(a));
CREATE INDEX whole ON t (stays(a)) WHERE gone(b) > 1;
CREATE VIEW v AS SELECT gone(a) AS x FROM t;
CREATE VIEW w AS SELECT b FROM t;
CREATE FUNCTION f(x integer DEFAULT gone(1)) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE POLICY p ON t USING (gone(a) > 1) WITH CHECK (b > 1);
-- as the leftovers of an extension whose objects were taken away by hand
DELETE FROM pg_proc WHERE oid = 'gone(integer)'::regprocedure;
SELECT kind, name, jsonb_pretty(body - 'owner') AS body FROM schema_objects_live(true)
WHERE name LIKE 'sm\_cat%' AND kind <> 'schema' ORDER BY kind, name COLLATE "C";
SELECT o.body = s.body AS same FROM schema_objects_live() o, schema_object_live('pg_class', 't'::regclass) s WHERE o.name = 'sm_cat.t';

-- objects of which less is left
CREATE FUNCTION lex(internal) RETURNS internal LANGUAGE internal STRICT AS 'prsd_lextype';
CREATE TEXT SEARCH PARSER par (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = lex);
CREATE TEXT SEARCH CONFIGURATION con (PARSER = par);
ALTER TEXT SEARCH CONFIGURATION con ADD MAPPING FOR asciiword WITH simple;
CREATE SCHEMA sm_gone1;
CREATE SCHEMA sm_gone2;
CREATE FUNCTION sm_gone1.lost() RETURNS integer RETURN 1;
CREATE FUNCTION sm_gone2.lost() RETURNS integer RETURN 1;
BEGIN;
DELETE FROM pg_proc WHERE oid = 'lex(internal)'::regprocedure;
DELETE FROM pg_namespace WHERE nspname LIKE 'sm\_gone%';
SELECT kind, name, body - 'owner' AS body FROM schema_objects_live()
WHERE kind LIKE 'text%' OR name LIKE '?%' ORDER BY kind, name COLLATE "C";
ROLLBACK;
DROP SCHEMA sm_gone1, sm_gone2 CASCADE;

-- the locks that deparsing takes go with the read
SELECT count(*) > 0 AS locks_left FROM pg_locks
WHERE pid = pg_backend_pid() AND relation IN (SELECT oid FROM pg_class WHERE relnamespace = 'sm_cat'::regnamespace);

DELETE FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid NOT IN (SELECT oid FROM pg_proc);
DROP SCHEMA sm_cat CASCADE;
