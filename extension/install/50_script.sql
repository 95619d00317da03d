-- ---------------------------------------------------------------------------
-- script
-- ---------------------------------------------------------------------------

CREATE FUNCTION migration_script(content text, phase text DEFAULT NULL, direction text DEFAULT 'up')
RETURNS SETOF text
LANGUAGE c VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_migration_script';
COMMENT ON FUNCTION migration_script(text, text, text) IS
'The statements that apply (or undo) and record a migration file from psql alone: SELECT migration_script(:''content'', ''expand'') \gexec. phase NULL: expand and migrate (up), or the whole (down). The file needs an ID in its header. Units that are completed are left out, so the same call goes on after a failure. Each statement fails, and changes nothing, where an earlier one failed (but VACUUM, CLUSTER, REINDEX and ALTER SYSTEM, which a read-only session may run); set ON_ERROR_STOP in an interactive session, which psql may reconnect. A statement under Batch: runs as one transaction. Settings that the file makes for its later statements end with RESET ALL.';

CREATE FUNCTION assert_check(name text, holds boolean, critical boolean DEFAULT true)
RETURNS boolean
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'summit_migrate_assert_check';
COMMENT ON FUNCTION assert_check(text, boolean, boolean) IS
'Returns whether a check holds; where it does not (or is NULL), a critical one is an error (ERRCODE_CHECK_VIOLATION), another a warning. For the statements of migration_script().';

