-- what migration_script() runs is the expected schema afterwards, and describes its version; what was drift before stays drift
\set content `printf '%s\n' '-- Migration: one' '-- ID: 20260101_000000_schema_script_one' '-- Version: 1.0.0' '-- Database: postgresql' '-- Type: schema' '-- PHASE 1: EXPAND' 'CREATE TABLE script_one (a int);' '-- ROLLBACK' '/*' 'DROP TABLE script_one;' '*/'`
SELECT accept_schema('the test begins') IS NOT NULL AS accepted;
CREATE TABLE script_drift (a int);
\set ECHO none
\o /dev/null
SELECT migration_script(:'content', 'expand') \gexec
\o
\set ECHO all
SELECT drift_type, object_name FROM check_drift();
SELECT version, fingerprint IS NOT NULL AS described FROM schema_versions;
\set ECHO none
\o /dev/null
SELECT migration_script(:'content', NULL, 'down') \gexec
\o
\set ECHO all
SELECT drift_type, object_name FROM check_drift();
DROP TABLE script_drift;
SELECT count(*) FROM check_drift();
TRUNCATE schema_versions, migration_history, migration_units, migration_dependencies, migration_runs, schema_drift_alerts, ddl_journal, ddl_journal_head, schema_snapshots, schema_buckets, schema_objects CASCADE;
