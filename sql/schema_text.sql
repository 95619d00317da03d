-- the schema as text: the same for the same schema, and read back as a snapshot
CREATE SCHEMA app;
CREATE TYPE app.mood AS ENUM ('sad', 'ok');
CREATE TABLE app.users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL DEFAULT 'x"y', mood app.mood, CHECK (email <> ''));
CREATE INDEX ON app.users (lower(email));
CREATE VIEW app.v AS SELECT id FROM app.users;
COMMENT ON TABLE app.users IS E'two\nlines';
CREATE AGGREGATE app.agg(integer) (SFUNC = int4pl, STYPE = integer);
-- stanzas of the schema, and what is not written in comments
SELECT regexp_replace(regexp_replace(stanza, E' AS\n +SELECT [^;]*', ' AS ...'), E',\n    CONSTRAINT [^\n,]+ NOT NULL [^\n,]+', '', 'g') AS stanza
FROM regexp_split_to_table(schema_sql(), E'\n\n') WITH ORDINALITY s (stanza, n) WHERE stanza ~ '^-- [a-z ]+ (app\.|app$)' ORDER BY n;
SELECT line FROM regexp_split_to_table(schema_json(), E'\n') WITH ORDINALITY l (line, n) WHERE line ~ 'email|column_order'
  AND line !~ '_not_null|"columns": \["email' -- from 18 on
ORDER BY n;
-- of a snapshot, under other settings
SELECT take_schema_snapshot() AS snapshot \gset
SELECT schema_sql(:snapshot) = schema_sql() AS same_sql, schema_json(:snapshot) = schema_json() AS same_json;
SELECT md5(schema_sql() || schema_json()) AS before \gset
SET search_path = app, public;
SET quote_all_identifiers = on;
SET datestyle = 'German';
SELECT md5(schema_sql() || schema_json()) = :'before' AS same_text;
RESET search_path;
RESET quote_all_identifiers;
RESET datestyle;
-- in another order of creation
DROP SCHEMA app CASCADE;
CREATE SCHEMA app;
CREATE AGGREGATE app.agg(integer) (SFUNC = int4pl, STYPE = integer);
CREATE TYPE app.mood AS ENUM ('sad', 'ok');
CREATE TABLE app.users (id bigint GENERATED ALWAYS AS IDENTITY, gone integer, email text NOT NULL DEFAULT 'x"y', mood app.mood);
CREATE INDEX users_lower_idx ON app.users (lower(email));
ALTER TABLE app.users DROP gone, ADD PRIMARY KEY (id), ADD CHECK (email <> '');
CREATE VIEW app.v AS SELECT id FROM app.users;
COMMENT ON TABLE app.users IS E'two\nlines';
SELECT md5(schema_sql() || schema_json()) = :'before' AS same_text;
-- a file is a snapshot like any other, its digests are those of the live schema
SELECT load_schema_json(schema_json()) AS file \gset
SELECT s.schema_hash = schema_fingerprint() AS same_hash, s.metadata FROM schema_snapshots s WHERE s.id = :file;
SELECT count(*) FROM snapshot_changes(:file, NULL);
-- no identity: a rename is not recognised against it
ALTER TABLE app.users RENAME email TO mail;
SELECT change, object_type, object_name, property FROM schema_diff(:file);
-- malformed
SELECT load_schema_json('{');
SELECT load_schema_json('[]');
SELECT load_schema_json('{}');
SELECT load_schema_json('{"format": 2, "objects": {}}');
SELECT load_schema_json('{"format": 1}');
SELECT load_schema_json('{"format": 1, "objects": {"table": []}}');
SELECT load_schema_json('{"format": 1, "objects": {"table": {"app.t": 1}}}');
SELECT load_schema_json('{"format": 1, "objects": {"table": {"app.t": {"a": {"b": 1}}}}}');
BEGIN READ ONLY;
SELECT load_schema_json('{"format": 1, "objects": {}}');
ROLLBACK;
-- one without objects
SELECT load_schema_json('{"format": 1, "objects": {}}') AS empty \gset
SELECT bool_and(change = 'added') AS all_added FROM schema_diff(:empty);
SELECT schema_sql(:empty) = '' AS nothing, schema_json(:empty);
SELECT schema_sql(0);
SET client_min_messages = warning;
DROP SCHEMA app CASCADE;
