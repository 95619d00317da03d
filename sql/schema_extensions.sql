-- event triggers; extensions, whose members are no objects
SET client_min_messages = warning;
CREATE SCHEMA sm_cat;
SET search_path = sm_cat, public;
CREATE TEMP TABLE before AS SELECT * FROM schema_objects_live();
\set remember 'TRUNCATE before; INSERT INTO before SELECT * FROM schema_objects_live()'
\set changed 'SELECT section, kind, name FROM (SELECT * FROM schema_objects_live()) n FULL JOIN before o USING (section, kind, name) WHERE n.digest IS DISTINCT FROM o.digest ORDER BY section, kind, name COLLATE "C"'
\set body 'SELECT name, jsonb_pretty(body - ''owner'') AS body FROM schema_objects_live(true) WHERE kind = '
CREATE ROLE regress_sm_x;
CREATE FUNCTION watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER regress_sm_et ON ddl_command_end WHEN TAG IN ('DROP TABLE', 'CREATE TABLE') EXECUTE FUNCTION watch();
ALTER EVENT TRIGGER regress_sm_et DISABLE;
COMMENT ON EVENT TRIGGER regress_sm_et IS 'an event trigger';
CREATE TABLE t (a integer);
CREATE INDEX i ON t (a);
CREATE FUNCTION f() RETURNS integer RETURN 1;
:body 'event trigger' ORDER BY name COLLATE "C";

-- seg stands for any extension that is there
:remember;
CREATE EXTENSION seg SCHEMA sm_cat;
:changed;
SELECT name, body - 'owner' - 'comment' AS body FROM schema_objects_live(true) WHERE kind = 'extension' ORDER BY name COLLATE "C";
SELECT name, body ->> 'version' = (SELECT extversion FROM pg_extension WHERE extname = 'seg') AS version
FROM schema_objects_live() WHERE name = 'seg';
SELECT kind, name FROM schema_object_live('pg_type', 'seg'::regtype);
:remember;
GRANT EXECUTE ON FUNCTION seg_size(seg) TO regress_sm_x;
:changed;
SELECT replace((body -> 'member_acl')::text, current_user, 'OWNER') AS member_acl FROM schema_objects_live() WHERE name = 'seg';
REVOKE EXECUTE ON FUNCTION seg_size(seg) FROM regress_sm_x;
:changed;
ALTER EXTENSION seg ADD TABLE t;
:changed;
ALTER EXTENSION seg DROP TABLE t;
:changed;
ALTER FUNCTION f() DEPENDS ON EXTENSION seg;
ALTER INDEX i DEPENDS ON EXTENSION seg;
:changed;
SELECT body -> 'depends_on_extensions' AS of_function FROM schema_objects_live() WHERE name = 'sm_cat.f()';
SELECT body -> 'indexes' -> 'i' -> 'depends_on_extensions' AS of_index FROM schema_objects_live() WHERE name = 'sm_cat.t';
-- the extension that this is, too, whose tables change all the time
SELECT kind, name FROM schema_object_live('pg_class', 'public.migration_history'::regclass);
SELECT count(*) FROM schema_objects_live() WHERE name LIKE 'public.%';

DROP EVENT TRIGGER regress_sm_et;
DROP SCHEMA sm_cat CASCADE;
DROP ROLE regress_sm_x;
