-- whose DDL a drifted object is: names that went on to another object, what one statement did to several, enums
CREATE TABLE drift_first (a int);
CREATE TABLE drift_again (a int);
CREATE SCHEMA drift_old;
CREATE TABLE drift_old.t (a int);
CREATE OPERATOR drift_old.=== (LEFTARG = int, RIGHTARG = int, PROCEDURE = int4eq);
SELECT enable_drift_capture();
SELECT accept_schema('the test begins') IS NOT NULL AS accepted;
CREATE FUNCTION open_drift() RETURNS TABLE (severity text, drift_type text, object text, known boolean, statement text)
LANGUAGE sql AS $$
	SELECT severity, drift_type, object_type || ' ' || object_name, author IS NOT NULL, statement
	FROM check_drift() WHERE object_name <> 'public.open_drift()' ORDER BY object_name COLLATE "C"
$$;

-- altered, renamed, and another one under the old name: two objects, each with its own statements
ALTER TABLE drift_first ADD COLUMN b int;
ALTER TABLE drift_first RENAME TO drift_second;
CREATE TABLE drift_first (z int);
SELECT * FROM open_drift();
SELECT * FROM open_drift();
DROP TABLE drift_first;
ALTER TABLE drift_second RENAME TO drift_first;
ALTER TABLE drift_first DROP COLUMN b;
SELECT * FROM open_drift();

-- the history stays, whenever it was looked at
DROP TABLE drift_again;
CREATE TABLE drift_again (a text);
SELECT * FROM open_drift();
COMMENT ON TABLE drift_again IS 'another one';
SELECT * FROM open_drift();
SELECT accept_drift(id, 'wanted') FROM drift_alerts() WHERE object_type = 'table';

-- an enum that is new or changed
CREATE TYPE drift_mood AS ENUM ('a', 'b');
SELECT * FROM open_drift();
SELECT accept_drift(id, 'wanted') FROM drift_alerts() WHERE object_type = 'type';
ALTER TYPE drift_mood RENAME VALUE 'a' TO 'A';
SELECT * FROM open_drift();
SELECT accept_drift(id, 'wanted') FROM drift_alerts() WHERE object_type = 'type';

-- what is in a schema goes with its rename
ALTER SCHEMA drift_old RENAME TO drift_new;
SELECT * FROM open_drift();
ALTER TABLE drift_new.t ADD COLUMN b int;
SELECT * FROM open_drift();
SELECT accept_schema('so be it') IS NOT NULL AS accepted;

-- ALTER DEFAULT PRIVILEGES names no object
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA drift_new GRANT SELECT ON TABLES TO PUBLIC;
SELECT severity, drift_type, known, statement FROM open_drift();
SELECT count(*) FROM open_drift();
ALTER DEFAULT PRIVILEGES REVOKE SELECT ON TABLES FROM PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA drift_new REVOKE SELECT ON TABLES FROM PUBLIC;
SELECT * FROM open_drift();

SELECT disable_drift_capture();
DROP SCHEMA drift_new CASCADE;
DROP TABLE drift_first, drift_again;
DROP TYPE drift_mood;
DROP FUNCTION open_drift();
TRUNCATE schema_drift_alerts, ddl_journal, ddl_journal_head, schema_snapshots, schema_buckets, schema_objects;
