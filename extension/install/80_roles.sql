-- ---------------------------------------------------------------------------
-- environment, roles, the older scripts
-- ---------------------------------------------------------------------------

CREATE FUNCTION set_environment(name text)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_set_environment';
COMMENT ON FUNCTION set_environment(text) IS
'Gives this database its environment name (dev, staging, prod, …), which the program compares with the one it was told. Up to 63 lower-case letters, digits, "_" and "-", a letter first; else ERRCODE_INVALID_PARAMETER_VALUE.';

CREATE FUNCTION get_environment()
RETURNS text
LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT s.value FROM @extschema@.migration_settings s WHERE s.name OPERATOR(pg_catalog.=) 'environment';
END;
COMMENT ON FUNCTION get_environment() IS
'The environment name of this database, NULL when it was given none.';

CREATE FUNCTION grant_migration_role(kind text, role name)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_grant_migration_role';
COMMENT ON FUNCTION grant_migration_role(text, name) IS
'Grants a role USAGE on the extension''s schema and EXECUTE on the functions of a kind; no table. reader: every function that only looks (states, runs, locks, the journal, snapshots, differences, drift, health). runner: also the lock, and all that registers, runs and records migrations and takes snapshots. operator: also what decides (resolve_migration, set_environment, log_schema_version, accept_drift, accept_schema, resolve_drift, rules of what is no drift, prune). Each has all of the one before. For the extension''s owner only; check_installation, adopt_legacy and this one stay with the owner.';

CREATE FUNCTION adopt_legacy(schema_name text)
RETURNS TABLE (table_name text, rows_adopted bigint, renamed_to text)
LANGUAGE c VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, YMD'
	SET standard_conforming_strings = on
AS 'MODULE_PATHNAME', 'summit_migrate_adopt_legacy';
COMMENT ON FUNCTION adopt_legacy(text) IS
'Carries all rows of the older scripts'' tables in a schema over into the extension''s empty ones, ids and times kept (a timestamp without time zone is read in the session''s TimeZone), sets the sequences behind them, and renames the old tables and functions with the suffix _legacy. Of several history rows for one migration and phase the newest stands; a row without a phase ran the whole file and stands for all three; one of an undo leaves all three rolled back, one with an unknown word fails them with a warning. What was mapped or has no column is kept in metadata->''legacy''. Locks that the older tables show as held are carried over as released: they died with their sessions. One transaction: all of it or nothing. For the extension''s owner only.';

