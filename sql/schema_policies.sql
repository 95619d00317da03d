-- policies, triggers and rules as parts of their table
SET client_min_messages = warning;
CREATE SCHEMA sm_cat;
SET search_path = sm_cat, public;
CREATE TEMP TABLE before AS SELECT * FROM schema_objects_live();
\set remember 'TRUNCATE before; INSERT INTO before SELECT * FROM schema_objects_live()'
\set changed 'SELECT section, kind, name FROM (SELECT * FROM schema_objects_live()) n FULL JOIN before o USING (section, kind, name) WHERE n.digest IS DISTINCT FROM o.digest ORDER BY section, kind, name COLLATE "C"'
\set body 'SELECT name, jsonb_pretty(body - ''owner'') AS body FROM schema_objects_live(true) WHERE kind = '
CREATE ROLE regress_sm_a;
CREATE ROLE regress_sm_b;
CREATE TABLE t (a integer, b text);
CREATE TABLE log (a integer);
ALTER TABLE t ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY everyone ON t USING (a > 0);
CREATE POLICY narrow ON t AS RESTRICTIVE FOR UPDATE TO regress_sm_b, regress_sm_a USING (b = current_user) WITH CHECK (a IN (SELECT l.a FROM log l WHERE l.a = t.a));
COMMENT ON POLICY narrow ON t IS 'a policy';
CREATE FUNCTION react() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE TRIGGER each BEFORE UPDATE OF a ON t FOR EACH ROW WHEN (old.a IS DISTINCT FROM new.a) EXECUTE FUNCTION react('x', 'y');
CREATE TRIGGER whole AFTER INSERT ON t REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION react();
CREATE CONSTRAINT TRIGGER late AFTER DELETE ON t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION react();
ALTER TABLE t DISABLE TRIGGER each;
ALTER TABLE t ENABLE ALWAYS TRIGGER whole;
COMMENT ON TRIGGER each ON t IS 'a trigger';
CREATE RULE also AS ON DELETE TO t WHERE old.a > 5 DO ALSO INSERT INTO log VALUES (old.a);
ALTER TABLE t ENABLE REPLICA RULE also;
CREATE TABLE p (a integer) PARTITION BY LIST (a);
CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
CREATE TRIGGER down AFTER INSERT ON p FOR EACH ROW EXECUTE FUNCTION react();
:body 'table' ORDER BY name COLLATE "C";

:remember;
ALTER TABLE t ENABLE TRIGGER each;
:changed;
:remember;
ALTER POLICY narrow ON t TO regress_sm_a, regress_sm_b;
:changed;
ALTER POLICY narrow ON t TO regress_sm_a;
:changed;
:remember;
ALTER TABLE log RENAME TO journal;
:changed;
:remember;
ALTER FUNCTION react() RENAME TO reply;
:changed;

DROP SCHEMA sm_cat CASCADE;
DROP ROLE regress_sm_a, regress_sm_b;
