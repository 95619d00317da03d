-- Mutations of what all databases share: cluster_fingerprint() changes and the
-- fingerprint of the schema does not, but where they say otherwise.
== role added : cluster
CREATE ROLE oracle_fresh;
-- undo
DROP ROLE oracle_fresh;
== role renamed : cluster
ALTER ROLE oracle_other RENAME TO oracle_another;
-- undo
ALTER ROLE oracle_another RENAME TO oracle_other;
== role of the schema renamed : shared
ALTER ROLE oracle_owner RENAME TO oracle_keeper;
-- undo
ALTER ROLE oracle_keeper RENAME TO oracle_owner;
== role attributes : cluster
ALTER ROLE oracle_other SUPERUSER CREATEDB CREATEROLE REPLICATION BYPASSRLS NOINHERIT LOGIN;
-- undo
ALTER ROLE oracle_other NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS INHERIT NOLOGIN;
== role login : cluster
ALTER ROLE oracle_other LOGIN;
-- undo
ALTER ROLE oracle_other NOLOGIN;
== role limit : cluster
ALTER ROLE oracle_other CONNECTION LIMIT 8;
-- undo
ALTER ROLE oracle_other CONNECTION LIMIT 7;
== role validity : cluster
ALTER ROLE oracle_other VALID UNTIL '2041-01-01 00:00:00+00';
-- undo
ALTER ROLE oracle_other VALID UNTIL '2040-01-01 00:00:00+00';
== role comment : cluster
COMMENT ON ROLE oracle_app IS 'an application';
-- undo
COMMENT ON ROLE oracle_app IS 'the application';
== role setting : cluster
ALTER ROLE oracle_app SET work_mem = '9MB';
-- undo
ALTER ROLE oracle_app SET work_mem = '7MB';
== role setting added : cluster
ALTER ROLE oracle_reader SET search_path = app, public;
-- undo
ALTER ROLE oracle_reader RESET search_path;
== role setting of a database : cluster
ALTER ROLE oracle_app IN DATABASE oracle_neighbour SET work_mem = '10MB';
-- undo
ALTER ROLE oracle_app IN DATABASE oracle_neighbour SET work_mem = '8MB';
== database setting : cluster
ALTER DATABASE oracle_neighbour SET lock_timeout = '4s';
-- undo
ALTER DATABASE oracle_neighbour SET lock_timeout = '3s';
== membership added : cluster
GRANT oracle_group TO oracle_reader;
-- undo
REVOKE oracle_group FROM oracle_reader;
== membership option : cluster
GRANT oracle_group TO oracle_app WITH ADMIN OPTION;
-- undo
REVOKE ADMIN OPTION FOR oracle_group FROM oracle_app;
== database added : cluster alone
CREATE DATABASE oracle_fresh
-- undo
DROP DATABASE oracle_fresh
== database limit : cluster
ALTER DATABASE oracle_neighbour CONNECTION LIMIT 10;
-- undo
ALTER DATABASE oracle_neighbour CONNECTION LIMIT 9;
== database template : cluster
ALTER DATABASE oracle_neighbour IS_TEMPLATE true;
-- undo
ALTER DATABASE oracle_neighbour IS_TEMPLATE false;
== database owner : cluster
ALTER DATABASE oracle_neighbour OWNER TO oracle_heir;
-- undo
ALTER DATABASE oracle_neighbour OWNER TO postgres;
== database comment : cluster
COMMENT ON DATABASE oracle_neighbour IS 'beside';
-- undo
COMMENT ON DATABASE oracle_neighbour IS 'next door';
== database grant : cluster
GRANT CREATE ON DATABASE oracle_neighbour TO oracle_app;
-- undo
REVOKE CREATE ON DATABASE oracle_neighbour FROM oracle_app;
== database revoke : cluster
REVOKE CONNECT ON DATABASE oracle_neighbour FROM PUBLIC;
-- undo
GRANT CONNECT ON DATABASE oracle_neighbour TO PUBLIC;
== tablespace renamed : cluster
ALTER TABLESPACE oracle_second RENAME TO oracle_last;
-- undo
ALTER TABLESPACE oracle_last RENAME TO oracle_second;
== tablespace options : cluster
ALTER TABLESPACE oracle_space SET (random_page_cost = 1.5);
-- undo
ALTER TABLESPACE oracle_space RESET (random_page_cost);
== tablespace owner : cluster
ALTER TABLESPACE oracle_space OWNER TO oracle_heir;
-- undo
ALTER TABLESPACE oracle_space OWNER TO postgres;
== tablespace comment : cluster
COMMENT ON TABLESPACE oracle_space IS 'quick disks';
-- undo
COMMENT ON TABLESPACE oracle_space IS 'fast disks';
== tablespace grant : cluster
GRANT CREATE ON TABLESPACE oracle_second TO oracle_app;
-- undo
REVOKE CREATE ON TABLESPACE oracle_second FROM oracle_app;
== parameter grant : cluster
GRANT SET ON PARAMETER log_statement TO oracle_app;
-- undo
REVOKE SET ON PARAMETER log_statement FROM oracle_app;
== parameter grant option : cluster
GRANT SET ON PARAMETER session_replication_role TO oracle_app WITH GRANT OPTION;
-- undo
REVOKE GRANT OPTION FOR SET ON PARAMETER session_replication_role FROM oracle_app;
