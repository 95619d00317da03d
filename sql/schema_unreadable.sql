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

-- the locks that deparsing takes go with the read
SELECT count(*) > 0 AS locks_left FROM pg_locks
WHERE pid = pg_backend_pid() AND relation IN (SELECT oid FROM pg_class WHERE relnamespace = 'sm_cat'::regnamespace);

DELETE FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid NOT IN (SELECT oid FROM pg_proc);
DROP SCHEMA sm_cat CASCADE;
