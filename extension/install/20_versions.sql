-- ---------------------------------------------------------------------------
-- versions
-- ---------------------------------------------------------------------------

CREATE FUNCTION compare_versions(a text, b text)
RETURNS integer
LANGUAGE c IMMUTABLE PARALLEL SAFE STRICT
AS 'MODULE_PATHNAME', 'summit_migrate_compare_versions';
COMMENT ON FUNCTION compare_versions(text, text) IS
'-1, 0 or 1 by SemVer 2.0.0 precedence (section 11); a leading v and build metadata do not count. ERRCODE_INVALID_TEXT_REPRESENTATION for a malformed version.';

CREATE FUNCTION get_current_schema_version(db_type text)
RETURNS text
LANGUAGE c STABLE PARALLEL RESTRICTED STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_get_current_schema_version';
COMMENT ON FUNCTION get_current_schema_version(text) IS
'The highest version by SemVer order that the database type has reached and not left again; ''0.0.0'' when none. ERRCODE_INVALID_PARAMETER_VALUE for an unknown database type, with the known ones as a hint.';

CREATE FUNCTION schema_version_at_least(db_type text, version text)
RETURNS boolean
LANGUAGE c STABLE PARALLEL RESTRICTED STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_schema_version_at_least';
COMMENT ON FUNCTION schema_version_at_least(text, text) IS
'Whether the current version of the database type is this one or a higher one: for the start of an application. Errors as get_current_schema_version() and compare_versions().';

CREATE FUNCTION log_schema_version(version text, database_type text, migration_id text, checksum text,
								   execution_time_ms integer, applied_by text, metadata jsonb DEFAULT '{}')
RETURNS integer
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_log_schema_version';
COMMENT ON FUNCTION log_schema_version(text, text, text, text, integer, text, jsonb) IS
'Records by hand that a version was reached; returns the row''s id. Version and database type must be given and valid; a leading v is dropped; applied_by defaults to the authenticated user.';

CREATE FUNCTION is_migration_applied(migration_file text)
RETURNS boolean
LANGUAGE c STABLE PARALLEL RESTRICTED STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_is_migration_applied';
COMMENT ON FUNCTION is_migration_applied(text) IS
'Whether a migration (file name or id) is applied: expand and migrate completed, and contract too for a breaking one. False for an unknown one.';

