-- views and materialized views as objects
SET client_min_messages = warning;
CREATE SCHEMA sm_cat;
SET search_path = sm_cat, public;
CREATE TEMP TABLE before AS SELECT * FROM schema_objects_live();
\set remember 'TRUNCATE before; INSERT INTO before SELECT * FROM schema_objects_live()'
\set changed 'SELECT section, kind, name FROM (SELECT * FROM schema_objects_live()) n FULL JOIN before o USING (section, kind, name) WHERE n.digest IS DISTINCT FROM o.digest ORDER BY section, kind, name COLLATE "C"'
\set body 'SELECT name, jsonb_pretty(body - ''owner'') AS body FROM schema_objects_live(true) WHERE kind = '
CREATE TABLE t (a integer, b text, c timestamptz);
CREATE VIEW simple WITH (security_barrier, check_option = local) AS SELECT a, b FROM t WHERE a > 1;
CREATE VIEW joined AS SELECT x.a, y.b AS other FROM t x JOIN simple y ON x.a = y.a WHERE x.c > '2020-01-01 00:00:00+02';
CREATE VIEW several AS SELECT a, b FROM t UNION ALL (SELECT a, 'x' FROM simple EXCEPT SELECT 1, other FROM joined);
CREATE RECURSIVE VIEW numbers (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM numbers WHERE n < 10;
CREATE MATERIALIZED VIEW stored WITH (fillfactor = 60) AS SELECT count(*) AS c FROM t WITH NO DATA;
CREATE UNIQUE INDEX ON stored (c);
ALTER VIEW simple ALTER b SET DEFAULT 'dflt';
COMMENT ON VIEW simple IS 'a view';
COMMENT ON COLUMN simple.b IS 'its column';
:body 'view' ORDER BY name COLLATE "C";
:body 'materialized view' ORDER BY name COLLATE "C";
-- the text is the server's
BEGIN;
SET LOCAL search_path = public;
SET LOCAL TimeZone = 'UTC';
SELECT name, body ->> 'definition' || ';' = pg_get_viewdef(name::regclass) AS same
FROM schema_objects_live() WHERE name IN ('sm_cat.joined', 'sm_cat.several') ORDER BY name;
COMMIT;

:remember;
REFRESH MATERIALIZED VIEW stored;
:changed;
:remember;
REFRESH MATERIALIZED VIEW stored;
:changed;
-- columns that are renamed are renamed in all branches
:remember;
ALTER VIEW several RENAME COLUMN b TO bb;
SELECT body ->> 'definition' AS definition FROM schema_objects_live() WHERE name = 'sm_cat.several';
:changed;
:remember;
ALTER TABLE t RENAME a TO aa;
:changed;
:remember;
ALTER TABLE t SET SCHEMA public;
:changed;
ALTER TABLE public.t SET SCHEMA sm_cat;
:changed;
:remember;
CREATE OR REPLACE VIEW simple WITH (check_option = local, security_barrier) AS SELECT aa AS a, b FROM t WHERE aa > 1;
:changed;

-- the rule behind a view
:remember;
COMMENT ON RULE "_RETURN" ON simple IS 'a rule';
SELECT body -> 'rules' AS rules FROM schema_objects_live() WHERE name = 'sm_cat.simple';
:changed;

DROP SCHEMA sm_cat CASCADE;
