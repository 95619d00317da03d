-- the older scripts' tables and functions: the stop before the installation, and what is carried over
SELECT current_database() AS this_database \gset
CREATE DATABASE regress_sm_legacy;
\c regress_sm_legacy
SET client_min_messages = warning;
-- from 18 on the context of an error tells the script's line
\set SHOW_CONTEXT never
SET timezone = 'UTC';

-- as the older scripts make them
CREATE TABLE schema_versions (
	id SERIAL PRIMARY KEY, version VARCHAR(50) NOT NULL, database_type VARCHAR(50) NOT NULL,
	applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, applied_by VARCHAR(100), migration_id VARCHAR(255),
	checksum VARCHAR(64), execution_time_ms INTEGER, rollback_available BOOLEAN DEFAULT true, metadata JSONB);
CREATE TABLE migration_history (
	id SERIAL PRIMARY KEY, migration_file VARCHAR(255), migration_id VARCHAR(255), checksum VARCHAR(64),
	executed_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, execution_time_ms INTEGER, status VARCHAR(50),
	rollback_sql TEXT, metadata JSONB, phase VARCHAR(50));
CREATE TABLE migration_locks (
	id SERIAL PRIMARY KEY, migration_id VARCHAR(255) NOT NULL, locked_by VARCHAR(100) NOT NULL,
	locked_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, released_at TIMESTAMP, metadata JSONB);
CREATE TABLE schema_snapshots (
	id SERIAL PRIMARY KEY, database_type VARCHAR(50), snapshot_date TIMESTAMP, schema_hash VARCHAR(64),
	schema_definition JSONB, table_count INTEGER, index_count INTEGER, constraint_count INTEGER, metadata JSONB);
CREATE TABLE schema_drift_alerts (
	id SERIAL PRIMARY KEY, database_type VARCHAR(50), detected_at TIMESTAMP, drift_type VARCHAR(50),
	table_name VARCHAR(255), column_name VARCHAR(255), expected_value TEXT, actual_value TEXT,
	severity VARCHAR(20), resolved_at TIMESTAMP, resolution_notes TEXT, metadata JSONB);
CREATE TABLE migration_dependencies (
	id SERIAL PRIMARY KEY, migration_id VARCHAR(255) NOT NULL, depends_on_migration_id VARCHAR(255) NOT NULL,
	created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP);
CREATE FUNCTION get_current_schema_version(db_type VARCHAR) RETURNS VARCHAR LANGUAGE sql AS
	$$ SELECT version FROM schema_versions WHERE database_type = db_type ORDER BY applied_at DESC LIMIT 1 $$;
CREATE FUNCTION is_migration_applied(file VARCHAR) RETURNS BOOLEAN LANGUAGE sql AS
	$$ SELECT EXISTS (SELECT FROM migration_history WHERE migration_file = file AND status = 'completed') $$;
CREATE FUNCTION acquire_migration_lock(id VARCHAR, by VARCHAR, metadata JSONB DEFAULT '{}') RETURNS BOOLEAN
	LANGUAGE sql AS $$ SELECT true $$;
CREATE FUNCTION release_migration_lock(id VARCHAR, by VARCHAR) RETURNS BOOLEAN LANGUAGE sql AS $$ SELECT true $$;
CREATE FUNCTION log_schema_version(v VARCHAR, t VARCHAR, m VARCHAR, c VARCHAR, ms INTEGER, a VARCHAR, metadata JSONB DEFAULT '{}')
	RETURNS INTEGER LANGUAGE sql AS $$ SELECT 1 $$;

INSERT INTO schema_versions (id, version, database_type, applied_at, applied_by, migration_id, checksum, execution_time_ms, rollback_available, metadata) VALUES
	(3, '1.0', 'postgres', '2023-01-05 10:00:00', 'ann', '20230105_100000_schema_one', 'aa', 10, true, '{"ticket": 5}'),
	(4, 'v1.2.0', 'postgresql', '2023-02-05 10:00:00', NULL, '20230205_100000_schema_two', 'bb', NULL, NULL, NULL),
	(7, '1.10.0', 'PostgreSQL', '2023-03-05 10:00:00', 'bob', '20230305_100000_schema_undone', 'cc', 3, false, '[1, 2]'),
	(8, '2.0.0-rc.1', 'timescaledb', '2023-04-05 10:00:00', 'bob', '20230405_100000_schema_hyper', 'dd', 4, true, '{}'),
	(9, 'release five', 'postgresql', '2023-05-05 10:00:00', 'bob', NULL, NULL, NULL, true, '{}');
INSERT INTO migration_history (id, migration_file, migration_id, checksum, executed_at, execution_time_ms, status, rollback_sql, metadata, phase) VALUES
	(11, '20230105_100000_schema_one.sql', '20230105_100000_schema_one', 'aa', '2023-01-05 09:00:00', 10, 'failed', 'DROP TABLE one', NULL, NULL),
	(12, '20230105_100000_schema_one.sql', '20230105_100000_schema_one', 'aa', '2023-01-05 10:00:00', 10, 'success', 'DROP TABLE one', '{"try": 2}', NULL),
	(13, '20230205_100000_schema_two.sql', '20230205_100000_schema_two.sql', 'bb', '2023-02-05 10:00:00', 5, 'COMPLETED', NULL, '{}', 'Phase 1: EXPAND'),
	(14, '20230205_100000_schema_two.sql', '20230205_100000_schema_two', 'bb', '2023-02-05 11:00:00', 5, 'in_progress', NULL, '{}', 'migrate'),
	(15, '20230205_100000_schema_two.sql', '20230205_100000_schema_two', 'bb', NULL, NULL, 'pending', NULL, '{}', 'contract'),
	(16, 'db/20230305_100000_schema_undone.sql', NULL, 'cc', '2023-03-05 10:00:00', 5, 'completed', NULL, NULL, 'expand'),
	(17, '20230305_100000_schema_undone.sql', '20230305_100000_schema_undone', 'cc', '2023-03-06 10:00:00', 5, 'reverted', NULL, NULL, 'expand'),
	(18, '20230405_100000_schema_hyper.sql', '20230405_100000_schema_hyper', 'dd', '2023-04-05 10:00:00', 5, 'completed', NULL, NULL, 'expand'),
	(19, '20230406_100000_data_graph.cypher', '20230406_100000_data_graph', 'ee', '2023-04-06 10:00:00', 5, NULL, NULL, NULL, 'expand');
INSERT INTO migration_locks (id, migration_id, locked_by, locked_at, released_at, metadata) VALUES
	(2, 'global', 'ann', '2023-01-05 09:59:00', '2023-01-05 10:01:00', '{"host": "ci-1"}'),
	(5, 'global', 'bob', '2023-03-05 09:59:00', NULL, NULL);
INSERT INTO schema_snapshots (id, database_type, snapshot_date, schema_definition, table_count, metadata) VALUES
	(4, 'Postgres', '2023-02-05 10:00:00', '{"tables": []}', 7, '[]');
INSERT INTO migration_dependencies (id, migration_id, depends_on_migration_id, created_at) VALUES
	(1, '20230205_100000_schema_two', '20230105_100000_schema_one', '2023-02-05 10:00:00'),
	(2, '20230205_100000_schema_two', '20230105_100000_schema_one.sql', '2023-02-06 10:00:00'),
	(6, '20230405_100000_schema_hyper', '20230405_100000_schema_hyper', '2023-04-05 10:00:00');

-- stopped before anything is made, with the way out
CREATE EXTENSION summit_migrate;
SELECT count(*) FROM pg_extension WHERE extname = 'summit_migrate';
-- functions alone stand in the way too
BEGIN;
DROP TABLE schema_versions, migration_history, migration_locks, schema_snapshots, schema_drift_alerts, migration_dependencies;
CREATE EXTENSION summit_migrate;
ROLLBACK;
CREATE SCHEMA summit_migrate;
CREATE EXTENSION summit_migrate SCHEMA summit_migrate;

-- refused where there is nothing, or where the extension's own tables are in use
SELECT summit_migrate.adopt_legacy('nowhere');
SELECT summit_migrate.adopt_legacy('pg_catalog');
SELECT summit_migrate.adopt_legacy('summit_migrate');
BEGIN;
SELECT summit_migrate.log_schema_version('1.0.0', 'postgresql', NULL, NULL, NULL, NULL);
SELECT summit_migrate.adopt_legacy('public');
ROLLBACK;
-- all or nothing: an older name that is taken
BEGIN;
CREATE TABLE migration_dependencies_legacy (a int);
SAVEPOINT a;
SELECT summit_migrate.adopt_legacy('public');
ROLLBACK TO a;
SELECT count(*) FROM summit_migrate.schema_versions;
ROLLBACK;
-- a view is no table: reading it would run its owner's code
BEGIN;
ALTER TABLE migration_locks RENAME TO locks;
CREATE VIEW migration_locks AS SELECT * FROM locks;
SELECT summit_migrate.adopt_legacy('public');
ROLLBACK;
-- nor is any cast of theirs called
BEGIN;
CREATE TYPE odd_status AS ENUM ('completed', 'reverted');
CREATE FUNCTION spy(odd_status) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'spied'; END $$;
CREATE CAST (odd_status AS text) WITH FUNCTION spy(odd_status) AS IMPLICIT;
DELETE FROM migration_history WHERE status IS NULL OR status NOT IN ('completed', 'reverted');
ALTER TABLE migration_history ALTER status TYPE odd_status USING CASE status WHEN 'completed' THEN 'completed'::odd_status ELSE 'reverted' END;
SELECT table_name, rows_adopted FROM summit_migrate.adopt_legacy('public');
ROLLBACK;

SET client_min_messages = notice;
SELECT * FROM summit_migrate.adopt_legacy('public');
SET client_min_messages = warning;
SELECT id, version, database_type, applied_at, applied_by, checksum, execution_time_ms AS ms, rollback_available AS undo, metadata, rolled_back_at
FROM summit_migrate.schema_versions ORDER BY id;
SELECT id, migration_id, target, phase, status, superseded, executed_at, execution_time_ms AS ms, version, attempt
FROM summit_migrate.migration_history ORDER BY id;
SELECT id, migration_file, rollback_sql, metadata, error_message FROM summit_migrate.migration_history ORDER BY id;
SELECT id, migration_id, locked_by, locked_at, released_at = now() AS just_now, released_at < now() AS earlier, metadata
FROM summit_migrate.migration_locks ORDER BY id;
SELECT * FROM summit_migrate.migration_dependencies ORDER BY id;
SELECT id, database_type, snapshot_date, schema_hash, schema_definition, table_count, index_count, metadata, expected, buckets FROM summit_migrate.schema_snapshots;
SELECT * FROM summit_migrate.migration_lock_holders();

-- the readers work on what was carried over
SELECT summit_migrate.get_current_schema_version('postgresql'), summit_migrate.get_current_schema_version('timescale');
SELECT f, summit_migrate.is_migration_applied(f)
FROM unnest(ARRAY['20230105_100000_schema_one.sql', '20230205_100000_schema_two.sql',
				  '20230305_100000_schema_undone', '20230405_100000_schema_hyper']) AS f;
SELECT count(*) FROM summit_migrate.applied_migrations();
-- new rows come behind the old ones
SELECT summit_migrate.log_schema_version('3.0.0', 'postgresql', NULL, NULL, NULL, NULL);
SELECT nextval('summit_migrate.migration_history_id_seq'), nextval('summit_migrate.migration_locks_id_seq'),
	   nextval('summit_migrate.migration_dependencies_id_seq');

-- the old ones have their rows still, under another name
SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1;
SELECT count(*) FROM migration_history_legacy;
SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1;
SELECT summit_migrate.adopt_legacy('public');

\c :this_database
DROP DATABASE regress_sm_legacy;
