-- adopt_legacy(): words for phases that are none, rows that name nothing, backslashes that mean themselves
SELECT current_database() AS this_database \gset
CREATE DATABASE regress_sm_words;
\c regress_sm_words
\set SHOW_CONTEXT never
SET timezone = 'UTC';
CREATE SCHEMA old;
CREATE TABLE old.schema_versions (id int, version text, database_type text, migration_id text);
INSERT INTO old.schema_versions VALUES (1, '1.2', 'postgresql', '20230101_000000_schema_a'), (2, 'v1.10.0', 'postgresql', NULL), (3, '2', 'postgresql', NULL);
CREATE TABLE old.migration_history (id int, migration_file text, migration_id text, executed_at timestamp, status text, phase text);
INSERT INTO old.migration_history VALUES
	(1, '20230101_000000_schema_a.sql', '20230101_000000_schema_a.sql', '2023-01-01', 'completed', 'Phase 1'),
	(2, '20230101_000000_schema_a.sql', '20230101_000000_schema_a', '2023-01-02', 'completed', 'rollback'),
	(3, '20230102_000000_schema_b.sql', '20230102_000000_schema_b', '2023-01-02', 'completed', NULL),
	(4, '20230103_000000_schema_c.sql', '20230103_000000_schema_c', '2023-01-03', 'completed', 'pre-deploy'),
	(5, '20230104_000000_schema_d.sql', '20230104_000000_schema_d', '2023-01-03', 'completed', ''),
	(6, '20230104_000000_schema_d.sql', '20230104_000000_schema_d', '2023-01-04', 'failed', 'DOWN');
CREATE TABLE old.migration_dependencies (id int, migration_id text, depends_on_migration_id text, created_at timestamp);
INSERT INTO old.migration_dependencies VALUES (1, '20230102_000000_schema_b', '20230101_000000_schema_a', NULL), (2, NULL, '20230101_000000_schema_a', NULL), (3, '20230102_000000_schema_b', NULL, NULL);
CREATE EXTENSION summit_migrate;
SET standard_conforming_strings = off;
SET escape_string_warning = off;
SELECT * FROM adopt_legacy('old');
SET standard_conforming_strings = on;
SELECT migration_id, phase, status, superseded, error_message, metadata FROM migration_history ORDER BY migration_id, phase, superseded, id;
SELECT version, rolled_back_at IS NOT NULL AS left_again FROM schema_versions ORDER BY id;
SELECT migration_id, depends_on_migration_id FROM migration_dependencies;
\c :this_database
DROP DATABASE regress_sm_words;
