-- What DDL leaves in the journal: what, under which names before and after, by which statement.
SELECT enable_drift_capture();
CREATE VIEW capture_rows AS
	SELECT command_tag, object_type, identity_before, identity_after, statement, statement_exact AS exact, nesting_depth AS depth
	FROM ddl_journal WHERE object_schema IS DISTINCT FROM 'public' OR object_type <> 'view' OR statement !~ 'capture_rows' ORDER BY id;
CREATE VIEW capture_alerts AS
	SELECT a.drift_type, a.object_type, a.object_identity, a.table_name, a.column_name, a.expected_value, a.actual_value, a.severity, a.status
	FROM schema_drift_alerts a JOIN ddl_journal j ON j.id = a.journal_id WHERE j.statement !~ 'capture_(rows|alerts)' ORDER BY a.id;
DELETE FROM ddl_journal;
DELETE FROM schema_drift_alerts;

-- make, change, rename, move
CREATE SCHEMA "Odd Schema";
CREATE TABLE capture_t (id serial PRIMARY KEY, a text);
ALTER TABLE capture_t ADD COLUMN b int DEFAULT random() * 10, ALTER COLUMN a SET NOT NULL;
ALTER TABLE capture_t RENAME TO "Capture U";
ALTER TABLE "Capture U" RENAME COLUMN a TO "A a";
ALTER TABLE "Capture U" RENAME CONSTRAINT capture_t_pkey TO capture_key;
ALTER TABLE "Capture U" SET SCHEMA "Odd Schema";
ALTER TABLE "Odd Schema"."Capture U" ALTER b TYPE bigint;
COMMENT ON COLUMN "Odd Schema"."Capture U".b IS 'b';
CREATE FUNCTION capture_f(a int, b text) RETURNS int LANGUAGE sql RETURN 1;
CREATE OR REPLACE FUNCTION capture_f(a int, b text) RETURNS int LANGUAGE sql RETURN 2;
ALTER FUNCTION capture_f RENAME TO capture_g;
CREATE VIEW capture_v AS SELECT 1 AS one;
CREATE OR REPLACE VIEW capture_v AS SELECT 1 AS one, 2 AS two;
CREATE TYPE capture_mood AS ENUM ('sad');
ALTER TYPE capture_mood ADD VALUE 'ok';
ALTER TYPE capture_mood RENAME TO capture_state;
CREATE TRIGGER capture_trigger BEFORE UPDATE ON "Odd Schema"."Capture U" FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
ALTER TRIGGER capture_trigger ON "Odd Schema"."Capture U" RENAME TO capture_trigger_2;
SELECT * FROM capture_rows;
SELECT rewrite, count(*) FROM ddl_journal WHERE rewrite IS NOT NULL GROUP BY 1 ORDER BY 1;
SELECT * FROM capture_alerts;

-- privileges, which event triggers name no object of
TRUNCATE ddl_journal, schema_drift_alerts;
CREATE ROLE regress_capture_role;
GRANT SELECT ON "Odd Schema"."Capture U", capture_v TO regress_capture_role;
REVOKE SELECT ON capture_v FROM regress_capture_role;
GRANT UPDATE (b) ON "Odd Schema"."Capture U" TO regress_capture_role;
GRANT EXECUTE ON FUNCTION capture_g TO regress_capture_role;
GRANT USAGE ON SCHEMA "Odd Schema" TO regress_capture_role;
ALTER DEFAULT PRIVILEGES FOR ROLE regress_capture_role GRANT SELECT ON TABLES TO PUBLIC;
DROP OWNED BY regress_capture_role;
DROP ROLE regress_capture_role;
SELECT * FROM capture_rows;
SELECT drift_type, object_identity, severity FROM capture_alerts;

-- a cascade: each object; only what is named or hit by CASCADE makes an alert
TRUNCATE ddl_journal, schema_drift_alerts;
CREATE TABLE capture_child (u int REFERENCES "Odd Schema"."Capture U");
CREATE VIEW "Odd Schema".dependent AS SELECT * FROM "Odd Schema"."Capture U";
CREATE INDEX capture_child_u ON capture_child (u);
SELECT * FROM capture_rows;
TRUNCATE ddl_journal, schema_drift_alerts;
SET client_min_messages = warning;
DROP SCHEMA "Odd Schema" CASCADE;
RESET client_min_messages;
SELECT object_type, identity_before, identity_after, statement FROM capture_rows
WHERE identity_before NOT LIKE '%\_not\_null on %' -- constraints from 18 on
ORDER BY object_type, identity_before;
SELECT drift_type, object_type, object_identity, table_name, severity FROM capture_alerts ORDER BY object_type, object_identity;
TRUNCATE ddl_journal, schema_drift_alerts;
ALTER TABLE capture_child DROP COLUMN u;
DROP INDEX IF EXISTS capture_no_such_index;
SELECT command_tag, object_type, identity_before, identity_after FROM capture_rows;
SELECT drift_type, object_type, object_identity, table_name, column_name, severity FROM capture_alerts;

-- inside other statements
TRUNCATE ddl_journal, schema_drift_alerts;
DO $$ BEGIN
	CREATE TABLE capture_do (a int);
	EXECUTE 'ALTER TABLE capture_do ADD b int';
END $$;
CREATE FUNCTION capture_make() RETURNS void LANGUAGE plpgsql AS $$ BEGIN CREATE TABLE capture_made (a int); END $$;
SELECT capture_make();
CREATE PROCEDURE capture_call() LANGUAGE plpgsql AS $$ BEGIN PERFORM capture_make(); COMMIT; CREATE TABLE capture_called (a int); END $$;
DROP TABLE capture_made;
CALL capture_call();
CREATE TABLE capture_as AS SELECT 1 AS a;
SELECT 2 AS a INTO capture_into;
CREATE MATERIALIZED VIEW capture_m AS SELECT 1 AS a;
REFRESH MATERIALIZED VIEW capture_m;
REFRESH MATERIALIZED VIEW capture_m WITH NO DATA;
CREATE SCHEMA capture_s CREATE TABLE in_schema (a int) CREATE VIEW in_schema_v AS SELECT a FROM in_schema;
CREATE TABLE IF NOT EXISTS capture_as (a int);
CREATE TABLE capture_one (a int)\; CREATE TABLE capture_two (a int)\; DROP TABLE capture_one, capture_two;
SELECT * FROM capture_rows;

-- an extension: its members are no drift of their own
TRUNCATE ddl_journal, schema_drift_alerts;
CREATE EXTENSION tcn SCHEMA public;
-- before 18 a statement begins with the comments before it
SELECT command_tag, object_type, identity_after, in_extension, substring(statement FROM 'CREATE (?:FUNCTION|EXTENSION tcn).*') AS statement
FROM ddl_journal ORDER BY id;
SELECT object_type, object_identity FROM capture_alerts;
DROP EXTENSION tcn;
SELECT object_type, object_identity, drift_type, severity FROM capture_alerts;

-- temporary objects, and what stands on them, never
TRUNCATE ddl_journal, schema_drift_alerts;
CREATE TEMP TABLE capture_temp (id serial PRIMARY KEY, a text DEFAULT 'x' CHECK (a <> ''));
ALTER TABLE capture_temp RENAME TO capture_temp_2;
ALTER TABLE capture_temp_2 ALTER a DROP DEFAULT, ADD b int;
CREATE TRIGGER capture_trigger BEFORE UPDATE ON capture_temp_2 FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
CREATE POLICY capture_policy ON capture_temp_2 USING (true);
CREATE RULE capture_rule AS ON DELETE TO capture_temp_2 DO INSTEAD NOTHING;
COMMENT ON COLUMN capture_temp_2.a IS 'a';
COMMENT ON TRIGGER capture_trigger ON capture_temp_2 IS 'a';
GRANT SELECT ON capture_temp_2 TO PUBLIC;
CREATE TEMP VIEW capture_temp_v AS SELECT 1 AS a;
CREATE VIEW capture_temp_w AS SELECT * FROM capture_temp_v;
CREATE FUNCTION pg_temp.capture_temp_f() RETURNS int LANGUAGE sql RETURN 1;
CREATE TEMP TABLE capture_temp_as AS SELECT 1 AS a;
DROP TRIGGER capture_trigger ON capture_temp_2;
DROP POLICY capture_policy ON capture_temp_2;
DROP TABLE capture_temp_2;
DROP FUNCTION pg_temp.capture_temp_f();
DISCARD TEMP;
SELECT * FROM capture_rows;

-- what is rolled back was not
BEGIN;
CREATE TABLE capture_never (a int);
ROLLBACK;
BEGIN;
SAVEPOINT s;
CREATE TABLE capture_never (a int);
ROLLBACK TO s;
COMMIT;
SELECT * FROM capture_rows;
-- the session's settings change no name
SET quote_all_identifiers = on;
CREATE TABLE capture_quoted (a int);
RESET quote_all_identifiers;
SELECT * FROM capture_rows;

-- a session's first DDL comes before its statements are watched
\c
CREATE TABLE capture_first (a int)\; CREATE TABLE capture_first_2 (a int);
DROP TABLE capture_first, capture_first_2;
SELECT * FROM capture_rows WHERE statement ~ 'capture_first';
\c
CREATE TABLE capture_first (a int);
SELECT * FROM capture_rows WHERE statement = 'CREATE TABLE capture_first (a int)';
DROP TABLE capture_first;
\c
DO $$ BEGIN CREATE TABLE capture_first (a int); DROP TABLE capture_first; END $$;
SELECT * FROM capture_rows WHERE statement ~ 'DO';
\c
DO $$ BEGIN CREATE TABLE capture_first (a int); /* password */ END $$;
SELECT * FROM capture_rows WHERE statement ~ 'withheld';

SELECT disable_drift_capture();
SET client_min_messages = warning;
DROP SCHEMA capture_s CASCADE;
DROP MATERIALIZED VIEW capture_m;
DROP TABLE capture_child, capture_do, capture_made, capture_called, capture_as, capture_into, capture_quoted, capture_first;
DROP PROCEDURE capture_call;
DROP FUNCTION capture_make, capture_g;
DROP VIEW capture_v, capture_rows, capture_alerts;
DROP TYPE capture_state;
TRUNCATE ddl_journal, schema_drift_alerts;
DELETE FROM migration_settings WHERE name = 'drift_capture';
