-- What may change of a migration that has run: comments, and phases that have not.
\set body '\n-- PHASE 1: EXPAND\nCREATE TABLE changed_t (i int);\n-- PHASE 2: MIGRATE\nSELECT 1;\n'
\set undo '-- ROLLBACK\n/*\nDROP TABLE changed_t;\n*/\n'
SELECT register_migration('20250408_000001_schema_needed.sql', 'SELECT 1');
SELECT register_migration('20250408_000003_schema_other.sql', 'SELECT 1');
SELECT register_migration('20250408_000002_schema_changed.sql', E'-- Version: 1.0.0\n-- Dependencies: 20250408_000001' || :'body' || :'undo');
SELECT epoch > 0 AS begun FROM begin_run('apply');
SELECT resolve_migration('20250408_000001_schema_needed', 'expand', 'completed', 'test');
SELECT resolve_migration('20250408_000002_schema_changed', 'expand', 'completed', 'test');
-- refused
SELECT register_migration('20250408_000002_schema_changed.sql', E'-- Version: 9.9.9\n-- Dependencies: 20250408_000001' || :'body' || :'undo');
SELECT register_migration('20250408_000002_schema_changed.sql', E'-- Version: 1.0.0\n-- Breaking: true\n-- Dependencies: 20250408_000001' || :'body' || :'undo');
SELECT register_migration('20250408_000002_schema_changed.sql', E'-- Version: 1.0.0\n-- Database: timescale\n-- Dependencies: 20250408_000001' || :'body' || :'undo');
SELECT register_migration('20250408_000002_schema_changed.sql', E'-- Version: 1.0.0\n-- Dependencies: 20250408_000001' || :'body');
SELECT register_migration('20250408_000002_schema_changed.sql', E'-- Version: 1.0.0\n-- Dependencies: 20250408_000001' || :'body' || replace(:'undo', 'DROP TABLE', 'DROP VIEW'));
SELECT register_migration('20250408_000002_schema_changed.sql', E'-- Version: 1.0.0' || :'body' || :'undo');
SELECT register_migration('20250408_000002_schema_changed.sql', E'-- Version: 1.0.0\n-- Dependencies: 20250408_000001:contract' || :'body' || :'undo');
SELECT register_migration('20250408_000002_schema_changed.sql', E'-- Version: 1.0.0\n-- Dependencies: 20250408_000001, 20250408_000003' || :'body' || :'undo');
SELECT register_migration('20250408_000001_schema_needed.sql', E'-- Repeat: on-change\nSELECT 1');
SELECT version, breaking, repeatable, status FROM migration_state() WHERE migration_id = '20250408_000002_schema_changed';
-- allowed: comments, in the rollback too, another spelling of the dependency, and a phase that has not run
SELECT register_migration('20250408_000002_schema_changed.sql', E'-- Version: v1.0.0\n-- Dependencies: 20250408_000001_schema_needed' || :'body' || replace(:'undo', 'DROP', E'-- all of it\nDROP'));
SELECT register_migration('20250408_000002_schema_changed.sql', E'-- Version: 1.0.0\n-- Dependencies: 20250408_000001' || replace(:'body', 'SELECT 1', 'SELECT 2') || :'undo');
SELECT register_migration('20250408_000003_schema_other.sql', E'-- Version: 2.0.0\n-- Breaking: true\nSELECT 2;\n-- Rollback: SELECT 3;');
-- a repeated file may change, but not cease to be one
SELECT register_migration('20250408_000004_data_again.sql', E'-- Repeat: on-change\nSELECT 1');
SELECT resolve_migration('20250408_000004_data_again', 'expand', 'completed', 'test');
SELECT register_migration('20250408_000004_data_again.sql', E'SELECT 2');
SELECT register_migration('20250408_000004_data_again.sql', E'-- Repeat: on-change\n-- Version: 3.0.0\nSELECT 2');
SELECT status FROM migration_state() WHERE migration_id = '20250408_000004_data_again';
SELECT end_run('completed');
DELETE FROM migration_history WHERE migration_id LIKE '20250408%';
DELETE FROM migration_dependencies WHERE migration_id LIKE '20250408%';
DELETE FROM schema_versions WHERE migration_id LIKE '20250408%';
