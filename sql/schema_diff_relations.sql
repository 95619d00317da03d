-- schema_diff(): what changes of tables, columns, constraints and indexes mean
CREATE TYPE schema_diff_rows AS (change text, object_name text, property text, rule text, bump text, direction text, hazard text, evidence text);
-- runs DDL, says what the comparison with the snapshot makes of it, and undoes it
CREATE FUNCTION changes(ddl text)
RETURNS TABLE (change text, object_name text, property text, rule text, bump text, direction text, hazard text, evidence text)
LANGUAGE plpgsql AS $$
DECLARE
	found schema_diff_rows[];
BEGIN
	BEGIN
		EXECUTE ddl;
		found := ARRAY(SELECT (d.change, d.object_type || ' ' || d.object_name, d.property, d.rule, d.bump, d.direction,
							   d.hazard, d.evidence)::schema_diff_rows FROM schema_diff((SELECT max(id) FROM schema_snapshots)) d);
		RAISE EXCEPTION USING ERRCODE = 'R0001';
	EXCEPTION WHEN SQLSTATE 'R0001' THEN
		RETURN QUERY SELECT f.* FROM unnest(found) f;
	END;
END $$;
CREATE ROLE regress_diff_web;
CREATE SCHEMA app;
CREATE TABLE app.users (
	id bigint PRIMARY KEY,
	email varchar(50) NOT NULL,
	age integer,
	price numeric(10,2),
	note text DEFAULT 'x',
	born timestamp,
	CONSTRAINT users_age CHECK (age > 0));
CREATE INDEX users_email ON app.users (email);
CREATE UNIQUE INDEX users_note ON app.users (note);
CREATE TABLE app.orders (id integer PRIMARY KEY, user_id bigint REFERENCES app.users, total integer NOT NULL DEFAULT 0, row_of app.users);
CREATE VIEW app.grown AS SELECT id, price FROM app.users WHERE age > 17;
CREATE TABLE app.filled (a integer, b varchar(10));
INSERT INTO app.filled SELECT 1, 'x' FROM generate_series(1, 1000);
ANALYZE app.filled;
GRANT SELECT, INSERT ON app.users TO regress_diff_web;
SELECT take_schema_snapshot() > 0 AS taken;

-- nothing
SELECT * FROM changes('SELECT 1');
-- tables
SELECT * FROM changes('CREATE TABLE app.fresh (id integer PRIMARY KEY, b integer NOT NULL CHECK (b > 0))');
SELECT * FROM changes('DROP TABLE app.orders');
SELECT * FROM changes('ALTER TABLE app.users RENAME TO people');
SELECT change, object_name, rule, bump FROM changes('ALTER SCHEMA app RENAME TO shop');
SELECT change, object_name, rule, bump FROM changes('ALTER TABLE app.users SET SCHEMA public');
SELECT * FROM changes('ALTER TABLE app.users SET (fillfactor = 70)');
SELECT * FROM changes('ALTER TABLE app.users REPLICA IDENTITY FULL');
SELECT * FROM changes('ALTER TABLE app.filled SET UNLOGGED');
SELECT * FROM changes('COMMENT ON TABLE app.users IS ''x''');
SELECT * FROM changes('ALTER TABLE app.orders OWNER TO regress_diff_web');
-- columns
SELECT * FROM changes('ALTER TABLE app.users ADD COLUMN nick text');
SELECT * FROM changes('ALTER TABLE app.filled ADD COLUMN z integer NOT NULL DEFAULT 5');
SELECT * FROM changes('ALTER TABLE app.filled ADD COLUMN c integer; UPDATE app.filled SET c = 1; ALTER TABLE app.filled ALTER c SET NOT NULL');
SELECT * FROM changes('ALTER TABLE app.users DROP COLUMN note');
SELECT * FROM changes('ALTER TABLE app.filled RENAME b TO c');
SELECT * FROM changes('ALTER TABLE app.users ALTER age SET NOT NULL');
SELECT * FROM changes('ALTER TABLE app.filled ALTER a SET NOT NULL');
SELECT * FROM changes('ALTER TABLE app.users ALTER email DROP NOT NULL');
SELECT * FROM changes('ALTER TABLE app.orders ALTER total DROP DEFAULT');
SELECT * FROM changes('ALTER TABLE app.users ALTER note SET DEFAULT ''y''');
SELECT * FROM changes('ALTER TABLE app.users ALTER note SET STORAGE external, ALTER note SET STATISTICS 500');
-- a rename takes along what follows it
SELECT * FROM changes('ALTER TABLE app.users RENAME age TO years');
-- a wider type that a view exposes, and one that none does
SELECT * FROM changes('DROP VIEW app.grown; ALTER TABLE app.orders DROP row_of; ALTER TABLE app.users ALTER price TYPE numeric(12,2);
	CREATE VIEW app.grown AS SELECT id, price FROM app.users WHERE age > 17') WHERE property = 'type';
SELECT * FROM changes('ALTER TABLE app.filled ALTER b TYPE varchar(20)');
SELECT * FROM changes('ALTER TABLE app.filled ALTER b TYPE varchar(5)');
SELECT * FROM changes('ALTER TABLE app.filled ALTER b TYPE varchar(10) COLLATE "C"');
-- another order, of a row type that is used and of one that is not
SELECT rule, bump, evidence FROM changes('ALTER TABLE app.filled ADD a2 integer; ALTER TABLE app.filled DROP a; ALTER TABLE app.filled RENAME a2 TO a')
WHERE property = 'column_order';
SELECT rule, bump, evidence FROM changes('ALTER TABLE app.users ADD b2 timestamp; ALTER TABLE app.users DROP note; ALTER TABLE app.users ADD note text')
WHERE property = 'column_order';
-- constraints
SELECT * FROM changes('ALTER TABLE app.users DROP CONSTRAINT users_age');
SELECT * FROM changes('ALTER TABLE app.users ADD CHECK (price > 0)');
SELECT * FROM changes('ALTER TABLE app.users ADD UNIQUE (email)');
SELECT * FROM changes('ALTER TABLE app.orders DROP CONSTRAINT orders_user_id_fkey');
SELECT * FROM changes('ALTER TABLE app.orders ADD FOREIGN KEY (id) REFERENCES app.users NOT VALID');
SELECT * FROM changes('ALTER TABLE app.orders DROP CONSTRAINT orders_user_id_fkey, ADD CONSTRAINT orders_user_id_fkey FOREIGN KEY (user_id) REFERENCES app.users ON DELETE CASCADE NOT VALID');
SELECT * FROM changes('ALTER TABLE app.users RENAME CONSTRAINT users_age TO age_ok');
-- indexes
SELECT * FROM changes('CREATE INDEX ON app.filled (a)');
SELECT * FROM changes('DROP INDEX app.users_email');
SELECT * FROM changes('CREATE UNIQUE INDEX i ON app.users (email)');
SELECT * FROM changes('DROP INDEX app.users_note');
SELECT * FROM changes('ALTER INDEX app.users_email RENAME TO mail');
-- between two snapshots nobody asks the live schema
CREATE TABLE app.types (v varchar(10));
SELECT take_schema_snapshot() AS a \gset
ALTER TABLE app.types ALTER v TYPE varchar(20);
SELECT take_schema_snapshot() AS b \gset
SELECT change, object_name, property, expected, actual, bump, rule, evidence FROM schema_diff(:a, :b);
SELECT change, object_name, expected, actual, bump, rule, evidence FROM schema_diff(:b, :a);
SELECT change, object_name, expected, actual, bump, rule, evidence FROM classify_schema_change(:a);
SELECT schema_bump(:a, :b), schema_bump(:b, :a), schema_bump(:b), schema_bump(:a, :a);
-- errors
SELECT * FROM schema_diff(NULL);
SELECT * FROM schema_diff(0);
SELECT schema_bump(NULL, NULL);

SET client_min_messages = warning;
DROP SCHEMA app CASCADE;
DROP FUNCTION changes(text);
DROP TYPE schema_diff_rows;
DROP ROLE regress_diff_web;
