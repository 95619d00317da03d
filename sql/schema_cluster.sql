-- objects of the cluster
SET client_min_messages = warning;
CREATE SCHEMA sm_cat;
SET search_path = sm_cat, public;
CREATE TEMP TABLE before AS SELECT * FROM schema_objects_live();
\set remember 'TRUNCATE before; INSERT INTO before SELECT * FROM schema_objects_live()'
\set changed 'SELECT section, kind, name FROM (SELECT * FROM schema_objects_live()) n FULL JOIN before o USING (section, kind, name) WHERE n.digest IS DISTINCT FROM o.digest ORDER BY section, kind, name COLLATE "C"'
\set body 'SELECT name, jsonb_pretty(body - ''owner'') AS body FROM schema_objects_live(true) WHERE kind = '
CREATE ROLE regress_sm_group NOINHERIT CREATEDB;
CREATE ROLE regress_sm_login LOGIN PASSWORD 'secret' CONNECTION LIMIT 3 VALID UNTIL '2030-01-01 00:00:00+02';
GRANT regress_sm_group, pg_monitor TO regress_sm_login;
GRANT pg_read_all_stats TO regress_sm_login WITH ADMIN OPTION;
COMMENT ON ROLE regress_sm_group IS 'a role';
ALTER ROLE regress_sm_login SET work_mem = '8MB';
ALTER ROLE regress_sm_login IN DATABASE template1 SET work_mem = '9MB';
GRANT SET ON PARAMETER log_min_messages TO regress_sm_group;
SELECT kind, name, replace(regexp_replace(jsonb_pretty(body - 'owner'), 'hmac-sha-256:[0-9a-f]{64}', 'HASH', 'g'), current_user, 'OWNER') AS body
FROM schema_objects_live(true)
WHERE section = 'cluster' AND (name LIKE 'regress\_sm%' OR kind IN ('parameter', 'tablespace') OR name = 'template0' AND kind = 'database')
ORDER BY kind, name COLLATE "C";
SELECT count(*) FROM schema_objects_live() WHERE section = 'cluster' AND name LIKE 'pg\_monitor';

:remember;
ALTER ROLE regress_sm_login PASSWORD 'secret2';
:changed;
:remember;
ALTER ROLE regress_sm_login IN DATABASE template1 RESET ALL;
ALTER DATABASE template1 SET work_mem = '7MB';
:changed;
ALTER DATABASE template1 SET regress.api_key = 'secret3';
ALTER ROLE regress_sm_login IN DATABASE template1 SET regress.url = 'postgres://u:secret3@h/d';
SELECT name, body ->> 'settings' LIKE '%hmac-sha-256%' AS hashed, body::text LIKE '%secret3%' AS shown FROM schema_objects_live()
WHERE section = 'cluster' AND name IN ('template1', 'regress_sm_login') AND body ? 'settings' ORDER BY 1, 2;
ALTER ROLE regress_sm_login IN DATABASE template1 RESET ALL;
ALTER DATABASE template1 RESET ALL;
:remember;
ALTER ROLE regress_sm_group RENAME TO regress_sm_many;
:changed;

REVOKE ALL ON PARAMETER log_min_messages FROM regress_sm_many;
DELETE FROM migration_settings WHERE name = 'secret_key';
DROP SCHEMA sm_cat;
DROP ROLE regress_sm_many, regress_sm_login;
