-- ---------------------------------------------------------------------------
-- script
-- ---------------------------------------------------------------------------

CREATE FUNCTION migration_script(content text, phase text DEFAULT NULL, direction text DEFAULT 'up')
RETURNS SETOF text
LANGUAGE c VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp SET standard_conforming_strings = on
AS 'MODULE_PATHNAME', 'summit_migrate_migration_script';
COMMENT ON FUNCTION migration_script(text, text, text) IS
'The statements that apply (or undo) and record a migration file from psql alone: SELECT migration_script(:''content'', ''expand'') \gexec. phase NULL: expand and migrate (up), or the whole (down). The file needs an ID in its header. Units that are completed are left out, so the same call goes on after a failure. Each statement fails, and changes nothing, where an earlier one failed (but VACUUM, CLUSTER, REINDEX and ALTER SYSTEM, which a read-only session may run); set ON_ERROR_STOP in an interactive session, which psql may reconnect. A statement under Batch: runs as one transaction, behind the last key where a run has done a part. Refused where another function has the name of a ledger call in the schema (ERRCODE_DUPLICATE_FUNCTION). Settings that the file makes for its later statements end with RESET ALL.';

CREATE FUNCTION begin_script(migration_id text, content text, direction text, state text, target text)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_begin_script';
COMMENT ON FUNCTION begin_script(text, text, text, text, text) IS
'First statement of migration_script(): begins the run, registers the file, both or neither, and notes the schema (expected_before_run). state: the ledger''s when the script was written; where the migration has gone on since (ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), and in a transaction block (ERRCODE_ACTIVE_SQL_TRANSACTION: AUTOCOMMIT is off), nothing of the script runs. From here on the session remembers the first error.';

CREATE FUNCTION end_script(migration_id text, phases text[], direction text, target text)
RETURNS text
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_end_script';
COMMENT ON FUNCTION end_script(text, text[], text, text) IS
'Last statement of migration_script(): records the unit or phase that failed with the error that this session saw, makes what the run changed the expected schema (expected_after_run), ends the run and returns its result: completed when all the phases are where they were to go, else failed. A statement in doubt stays so.';

CREATE FUNCTION assert_check(name text, holds boolean, critical boolean DEFAULT true)
RETURNS boolean
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'summit_migrate_assert_check';
COMMENT ON FUNCTION assert_check(text, boolean, boolean) IS
'Returns whether a check holds; where it does not (or is NULL), a critical one is an error (ERRCODE_CHECK_VIOLATION), another a warning. For the statements of migration_script().';

