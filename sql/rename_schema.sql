-- The schema that holds the extension may be renamed: in a session that has used it, and in new ones.
SELECT current_database() AS this_database \gset
CREATE DATABASE regress_sm_rename;
\c regress_sm_rename
CREATE SCHEMA before;
CREATE EXTENSION summit_migrate SCHEMA before;
SELECT before.register_migration('20250410_000001_schema_rename.sql', E'-- Version: 1.0.0\nCREATE TABLE renamed (i int);');
ALTER SCHEMA before RENAME TO "after it";
SELECT epoch > 0 AS begun FROM "after it".begin_run('apply');
BEGIN;
SELECT "after it".begin_unit('20250410_000001_schema_rename', 'expand', 'up', 1, 'postgresql', 0, 0, 0);
SELECT "after it".finish_unit('20250410_000001_schema_rename', 'expand', 'up', 1, 'postgresql', true);
COMMIT;
SELECT "after it".register_migration('20250410_000002_schema_rename.sql', 'SELECT 1');
SELECT count(*) FROM "after it".migration_lock_holders();
SELECT "after it".end_run('completed');
\c regress_sm_rename
SELECT migration_id, status FROM "after it".migration_status();
SELECT migration_id, states FROM "after it".applied_migrations();
SELECT migration_id, status FROM "after it".migration_state();
SELECT migration_id, state FROM "after it".unit_state('postgresql', '{20250410_000001_schema_rename}');
SELECT count(*) FROM "after it".migration_dependents('{20250410_000001_schema_rename}');
SELECT result FROM "after it".run_history();
SELECT "after it".get_environment();
SELECT "after it".get_current_schema_version('postgresql');
SELECT count(*) > 5 FROM "after it".migration_script(E'-- ID: 20250410_000002_schema_rename\nSELECT 1');
\c :this_database
DROP DATABASE regress_sm_rename;
