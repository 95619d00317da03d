-- ---------------------------------------------------------------------------
-- privileges: PUBLIC has the version and status readers and nothing else; named
-- one by one, because the schema may hold what is not ours
-- ---------------------------------------------------------------------------

REVOKE ALL ON TABLE migration_settings, migration_epoch, migration_runs, schema_versions, migration_history,
	migration_units, migration_locks, migration_dependencies
	FROM PUBLIC;
REVOKE ALL ON SEQUENCE schema_versions_id_seq, migration_history_id_seq,
	migration_locks_id_seq, migration_dependencies_id_seq
	FROM PUBLIC;

REVOKE ALL ON FUNCTION
	check_installation(),
	log_schema_version(text, text, text, text, integer, text, jsonb),
	acquire_migration_lock(text, text, jsonb),
	release_migration_lock(text, text),
	migration_lock_holders(),
	parse_migration(text),
	register_migrations(text[], text[], text),
	register_migration(text, text, text),
	begin_run(text, text),
	end_run(text),
	begin_unit(text, text, text, integer, text, integer, integer, double precision, text),
	finish_unit(text, text, text, integer, text, boolean),
	record_batch(text, text, text, integer, text, text),
	begin_statement(text, text, text, integer, text, text, double precision),
	finish_statement(text, text, text, integer, text, boolean, boolean),
	fail_unit(text, text, text, integer, text, boolean, text, text, integer, double precision),
	record_lock_wait(text, text, text, integer, text, double precision),
	finish_migration(text, text, text, text),
	fail_migration(text, text, text, text, text, text),
	resolve_migration(text, text, text, text, text),
	applied_migrations(text),
	migration_state(text, text[]),
	unit_state(text, text[]),
	migration_dependents(text[]),
	run_history(integer),
	last_run_migrations(text),
	units_in_doubt(text),
	migration_script(text, text, text),
	begin_script(text, text, text, text, text),
	end_script(text, text[], text, text),
	assert_check(text, boolean, boolean),
	set_environment(text),
	get_environment(),
	grant_migration_role(text, name),
	adopt_legacy(text)
	FROM PUBLIC;
