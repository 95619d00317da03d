-- publications, subscriptions and foreign data; secrets as hashes
SET client_min_messages = error;
CREATE SCHEMA sm_cat;
SET search_path = sm_cat, public;
CREATE TEMP TABLE before AS SELECT * FROM schema_objects_live();
\set remember 'TRUNCATE before; INSERT INTO before SELECT * FROM schema_objects_live()'
\set changed 'SELECT section, kind, name FROM (SELECT * FROM schema_objects_live()) n FULL JOIN before o USING (section, kind, name) WHERE n.digest IS DISTINCT FROM o.digest ORDER BY section, kind, name COLLATE "C"'
\set body 'SELECT name, jsonb_pretty(body - ''owner'') AS body FROM schema_objects_live(true) WHERE kind = '
CREATE ROLE regress_sm_user;
CREATE TABLE t (a integer PRIMARY KEY, b text, c integer);
CREATE TABLE u (a integer);
CREATE SCHEMA sm_cat2;
CREATE PUBLICATION regress_sm_pub FOR TABLE t (a, c) WHERE (c > 3), u WITH (publish = 'insert, delete', publish_via_partition_root);
CREATE PUBLICATION regress_sm_pub2 FOR TABLES IN SCHEMA sm_cat2, sm_cat;
CREATE PUBLICATION regress_sm_pub3 FOR ALL TABLES;
CREATE SUBSCRIPTION regress_sm_sub CONNECTION 'host=nowhere password=secret1' PUBLICATION z, y WITH (connect = false, slot_name = NONE, binary, streaming = false);
CREATE FOREIGN DATA WRAPPER regress_sm_fdw OPTIONS (debug 'true');
CREATE SERVER regress_sm_server TYPE 'kind' VERSION '3' FOREIGN DATA WRAPPER regress_sm_fdw OPTIONS (host 'h', sslpassword 'secret2');
CREATE USER MAPPING FOR regress_sm_user SERVER regress_sm_server OPTIONS (password 'secret3');
CREATE USER MAPPING FOR PUBLIC SERVER regress_sm_server;
CREATE FOREIGN TABLE ft (a integer OPTIONS (name 'x') NOT NULL, b text) SERVER regress_sm_server OPTIONS (tab 't');
SELECT kind, name, regexp_replace(jsonb_pretty(body - 'owner'), 'hmac-sha-256:[0-9a-f]{64}', 'HASH', 'g') AS body FROM schema_objects_live(true)
WHERE kind IN ('publication', 'subscription', 'foreign data wrapper', 'server', 'user mapping', 'foreign table')
ORDER BY kind, name COLLATE "C";
SELECT count(*) FROM schema_objects_live() WHERE body::text LIKE '%secret%' OR identity::text LIKE '%secret%';
SELECT count(*), min(length(value)) FROM migration_settings WHERE name = 'secret_key';

:remember;
:changed;
ALTER USER MAPPING FOR regress_sm_user SERVER regress_sm_server OPTIONS (SET password 'secret4');
ALTER SUBSCRIPTION regress_sm_sub CONNECTION 'host=nowhere password=secret5';
:changed;
:remember;
ALTER PUBLICATION regress_sm_pub SET TABLE u, t (c, a) WHERE (c > 3);
:changed;
ALTER PUBLICATION regress_sm_pub DROP TABLE u;
ALTER SERVER regress_sm_server OPTIONS (SET host 'i');
:changed;
-- without a row the key is made in a read-only transaction, too
DELETE FROM migration_settings WHERE name = 'secret_key';
BEGIN READ ONLY;
SELECT count(*) FROM schema_objects_live() WHERE kind = 'user mapping';
SHOW transaction_read_only;
COMMIT;
SELECT count(*) FROM migration_settings WHERE name = 'secret_key';

DELETE FROM migration_settings WHERE name = 'secret_key';
DROP SUBSCRIPTION regress_sm_sub;
DROP FOREIGN DATA WRAPPER regress_sm_fdw CASCADE;
DROP PUBLICATION regress_sm_pub, regress_sm_pub2, regress_sm_pub3;
DROP SCHEMA sm_cat, sm_cat2 CASCADE;
DROP ROLE regress_sm_user;
