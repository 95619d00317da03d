/* extension/summit_migrate--1.0.sql */

-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION summit_migrate" to load this file. \quit

-- ---------------------------------------------------------------------------
-- install: what must be true before anything is created
-- ---------------------------------------------------------------------------

CREATE FUNCTION check_installation()
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'summit_migrate_check_installation';
COMMENT ON FUNCTION check_installation() IS
'Stops CREATE EXTENSION where tables of the older scripts stand in the way (ERRCODE_DUPLICATE_TABLE, with the way out as a hint) and warns where PUBLIC may create in the schema.';

SELECT @extschema@.check_installation();

-- ---------------------------------------------------------------------------
-- tables
-- ---------------------------------------------------------------------------

CREATE TABLE migration_settings (
	name		text PRIMARY KEY,
	value		text NOT NULL,
	changed_at	timestamptz NOT NULL DEFAULT now(),
	changed_by	text NOT NULL
);
COMMENT ON TABLE migration_settings IS
'What this database says of itself (environment). Written by set_environment() only.';

CREATE TABLE migration_epoch (
	single				boolean PRIMARY KEY DEFAULT true CHECK (single),
	epoch				bigint NOT NULL,
	timeline			text NOT NULL,
	system_identifier	text NOT NULL
);
COMMENT ON TABLE migration_epoch IS
'The fence: one row. A new run takes it FOR UPDATE and counts up; every ledger write holds it FOR SHARE and is refused when its own (timeline, epoch) is not the one here.';
INSERT INTO migration_epoch VALUES (true, 0, '00000000', '0');

CREATE TABLE migration_runs (
	epoch				bigint PRIMARY KEY,
	timeline			text NOT NULL,
	system_identifier	text NOT NULL,
	command				text NOT NULL,
	program				text NOT NULL,
	started_at			timestamptz NOT NULL,
	ended_at			timestamptz,
	result				text,
	run_by				text NOT NULL,
	client_addr			inet,
	application_name	text,
	pid					integer NOT NULL,
	backend_start		timestamptz NOT NULL
);
COMMENT ON TABLE migration_runs IS
'One row a run (apply, rollback, repair, a psql script): who, from where, when, how it ended. ended_at is NULL while it runs and after it was killed.';

CREATE TABLE schema_versions (
	id					serial PRIMARY KEY,
	version				text NOT NULL,
	database_type		text NOT NULL,
	applied_at			timestamptz NOT NULL DEFAULT now(),
	applied_by			text NOT NULL,
	migration_id		text,
	checksum			text,
	execution_time_ms	integer,
	rollback_available	boolean NOT NULL DEFAULT false,
	metadata			jsonb NOT NULL DEFAULT '{}',
	rolled_back_at		timestamptz
);
CREATE INDEX schema_versions_database_type ON schema_versions (database_type) WHERE rolled_back_at IS NULL;
CREATE INDEX schema_versions_migration_id ON schema_versions (migration_id);
COMMENT ON TABLE schema_versions IS
'The versions this database has had, one row each time one was reached; rolled_back_at says that it was left again.';

-- No CHECK constraints: they are read and prepared anew for every row, which a
-- unit would feel; the functions that alone write here check what they are given.
CREATE TABLE migration_history (
	id					serial PRIMARY KEY,
	migration_file		text NOT NULL,
	migration_id		text NOT NULL,
	checksum			text,
	executed_at			timestamptz,
	execution_time_ms	bigint,
	status				text NOT NULL,
	rollback_sql		text,
	metadata			jsonb NOT NULL DEFAULT '{}',
	phase				text NOT NULL,
	target				text NOT NULL DEFAULT 'postgresql',
	direction			text NOT NULL DEFAULT 'up',
	database_type		text NOT NULL DEFAULT 'postgresql',
	migration_type		text,
	version				text,
	breaking			boolean NOT NULL DEFAULT false,
	repeatable			boolean NOT NULL DEFAULT false,
	meaning_digest		text,
	phase_digest		text,
	registered_at		timestamptz NOT NULL DEFAULT now(),
	executed_by			text,
	epoch				bigint,
	attempt				integer NOT NULL DEFAULT 0,
	error_sqlstate		text,
	error_message		text,
	superseded			boolean NOT NULL DEFAULT false,
	units				integer
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX migration_history_phase ON migration_history (migration_id, target, phase) WHERE NOT superseded;
COMMENT ON TABLE migration_history IS
'One row a (migration, target, phase): its state. checksum is the SHA-256 of the normalised bytes, meaning_digest of the tokens and marks, phase_digest of this phase alone. units: how many the phase has, as registered. superseded rows are earlier attempts carried over from the older scripts.';

CREATE TABLE migration_units (
	migration_id		text NOT NULL,
	target				text NOT NULL,
	phase				text NOT NULL,
	direction			text NOT NULL,
	unit				integer NOT NULL,
	state				text NOT NULL,
	transactional		boolean NOT NULL,
	attempt				integer NOT NULL DEFAULT 1,
	epoch				bigint NOT NULL,
	timeline			text NOT NULL,
	started_at			timestamptz NOT NULL,
	finished_at			timestamptz,
	execution_time_ms	double precision,
	rows_affected		bigint,
	lock_wait_ms		double precision NOT NULL DEFAULT 0,
	lock_hold_ms		double precision NOT NULL DEFAULT 0,
	error_sqlstate		text,
	error_message		text,
	error_position		integer,
	transaction_id		xid8,
	lsn					pg_lsn,
	statement			text,
	intent				jsonb,
	batch_cursor		text,
	run_by				text NOT NULL,
	pid					integer NOT NULL,
	backend_start		timestamptz NOT NULL,
	CONSTRAINT migration_units_unit PRIMARY KEY (migration_id, target, phase, direction, unit)
) WITH (fillfactor = 80);
CREATE INDEX migration_units_unfinished ON migration_units (target) WHERE state IN ('running', 'failed');
COMMENT ON TABLE migration_units IS
'The ledger: one row a (migration, target, phase, direction, unit). Phase "all" is the undo of a whole migration. A transactional unit commits with its row; state "running" is an intent committed before a statement that cannot run in a transaction (statement, intent: what was there before), or a batched statement under way (batch_cursor: the last key done). lock_hold_ms: the longest time a lock that blocks readers or writers was held; error_position: in characters of the file, from 1.';

CREATE TABLE migration_locks (
	id				serial PRIMARY KEY,
	migration_id	text NOT NULL,
	locked_by		text NOT NULL,
	locked_at		timestamptz NOT NULL DEFAULT now(),
	released_at		timestamptz,
	metadata		jsonb NOT NULL DEFAULT '{}',
	pid				integer,
	backend_start	timestamptz,
	session_user_name	text,
	lock_key		bigint
) WITH (fillfactor = 80);
CREATE INDEX migration_locks_held ON migration_locks (migration_id) WHERE released_at IS NULL;
COMMENT ON TABLE migration_locks IS
'Information only: the lock itself is in the lock manager, and a row may be missing (acquired in a transaction that was rolled back) or stale (the session ended without a release). migration_lock_holders() compares the two. lock_key: the 64-bit key in pg_locks, classid high and objid low, 0 for ''*''.';

CREATE TABLE migration_dependencies (
	id						serial PRIMARY KEY,
	migration_id			text NOT NULL,
	depends_on_migration_id	text NOT NULL,
	created_at				timestamptz NOT NULL DEFAULT now(),
	depends_on_phase		text NOT NULL DEFAULT 'migrate' CHECK (depends_on_phase IN ('migrate', 'contract')),
	CONSTRAINT migration_dependencies_unique UNIQUE (migration_id, depends_on_migration_id)
);
CREATE INDEX migration_dependencies_depends_on ON migration_dependencies (depends_on_migration_id);
COMMENT ON TABLE migration_dependencies IS
'What a migration needs: expand and migrate of another (depends_on_phase migrate), or its contract too.';

-- one statement each: a second call in the same one cannot update pg_extension again
SELECT pg_catalog.pg_extension_config_dump('migration_settings', '');
SELECT pg_catalog.pg_extension_config_dump('migration_runs', '');
SELECT pg_catalog.pg_extension_config_dump('schema_versions', '');
SELECT pg_catalog.pg_extension_config_dump('migration_history', '');
SELECT pg_catalog.pg_extension_config_dump('migration_units', '');
SELECT pg_catalog.pg_extension_config_dump('migration_locks', '');
SELECT pg_catalog.pg_extension_config_dump('migration_dependencies', '');
SELECT pg_catalog.pg_extension_config_dump('schema_versions_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('migration_history_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('migration_locks_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('migration_dependencies_id_seq', '');

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

-- ---------------------------------------------------------------------------
-- lock
-- ---------------------------------------------------------------------------

CREATE FUNCTION acquire_migration_lock(migration_id text, locked_by text, metadata jsonb DEFAULT '{}')
RETURNS boolean
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_acquire_migration_lock';
COMMENT ON FUNCTION acquire_migration_lock(text, text, jsonb) IS
'Takes the lock of one migration, or of all (''*'', which conflicts with every id), for this session and this name, without waiting: true for one holder only, true again for it (nothing changes), false for all others, a second name in the same session included. It survives ROLLBACK and PREPARE TRANSACTION, and ends with release_migration_lock(), the session, DISCARD ALL or pg_advisory_unlock_all(). An empty id or name is an error.';

CREATE FUNCTION release_migration_lock(migration_id text, locked_by text)
RETURNS boolean
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_release_migration_lock';
COMMENT ON FUNCTION release_migration_lock(text, text) IS
'Gives the lock back when the transaction commits (so that no work is uncovered before it is committed); false, and nothing changes, where this session does not hold it under this name.';

CREATE FUNCTION migration_lock_holders()
RETURNS TABLE (migration_id text, locked_by text, locked_at timestamptz, pid integer, session_user_name text,
			   application_name text, client_addr inet, backend_start timestamptz, state text,
			   transaction_started_at timestamptz, stale boolean, metadata jsonb, wait_event_type text,
			   wait_event text, lock_key bigint)
LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	WITH held AS (
		SELECT l.objsubid = 21325 AS whole, (l.classid::bigint << 32) | l.objid::bigint AS lock_key, l.pid
		FROM pg_locks l
		WHERE l.locktype = 'advisory' AND l.objsubid IN (21325, 21326) AND l.mode = 'ExclusiveLock' AND l.granted
		  AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
	), open_rows AS (
		-- only the newest row of a session and key can be that of its lock
		SELECT r.*, CASE WHEN row_number() OVER (PARTITION BY r.pid, r.backend_start, r.migration_id
												 ORDER BY r.id DESC) = 1 THEN r.pid END AS holder
		FROM @extschema@.migration_locks r
		WHERE r.released_at IS NULL
	)
	SELECT coalesce(r.migration_id, CASE WHEN h.whole THEN '*' END), r.locked_by, r.locked_at, h.pid,
		   coalesce(r.session_user_name, h.usename::text), h.application_name, h.client_addr,
		   coalesce(h.backend_start, r.backend_start), h.state, h.xact_start, h.pid IS NULL, r.metadata,
		   h.wait_event_type, h.wait_event, coalesce(h.lock_key, r.lock_key)
	FROM (SELECT held.whole, held.lock_key, a.pid, a.usename, a.application_name, a.client_addr, a.backend_start,
				 a.state, a.xact_start, a.wait_event_type, a.wait_event
		  FROM held JOIN pg_stat_activity a ON a.pid = held.pid) h
	FULL JOIN open_rows r
		ON r.holder = h.pid AND r.backend_start = h.backend_start AND r.lock_key = h.lock_key
		   AND (r.migration_id = '*') = h.whole
	ORDER BY 3, 4
$$;
COMMENT ON FUNCTION migration_lock_holders() IS
'Who holds which migration lock, from pg_locks: since when, from where, and whether the session is active, idle or waiting (state, wait_event_type and wait_event as in pg_stat_activity; never the text of its query). migration_id is NULL while the row of an acquisition is not committed, or was rolled back. stale: a row of migration_locks whose lock is gone, pid NULL; the next acquire_migration_lock() of that id closes it.';

-- ---------------------------------------------------------------------------
-- parse
-- ---------------------------------------------------------------------------

CREATE FUNCTION parse_migration(content text)
RETURNS TABLE (item text, phase text, direction text, unit integer, statement integer, name text, value text,
			   transactional boolean, line integer, "column" integer, "position" integer, length integer, hint text)
LANGUAGE c STABLE PARALLEL SAFE STRICT
AS 'MODULE_PATHNAME', 'summit_migrate_parse_migration';
COMMENT ON FUNCTION parse_migration(text) IS
'Reads a migration file with the server''s scanner and parser and returns its header, dependencies, phases, units, statements, options, checks and digests, or all of its errors (item = ''error'', name = SQLSTATE, value = message). line and column count from 1; position and length count characters of the normalised text (no BOM, LF line ends), position from 1. Raises nothing for a bad file.';

-- ---------------------------------------------------------------------------
-- history: the only writers of the ledger
-- ---------------------------------------------------------------------------

CREATE FUNCTION register_migrations(files text[], contents text[], target text DEFAULT 'postgresql')
RETURNS integer
LANGUAGE c VOLATILE PARALLEL UNSAFE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_register_migrations';
COMMENT ON FUNCTION register_migrations(text[], text[], text) IS
'Records files (name and content) as pending migrations of a target, their dependencies with them; returns how many were new or changed. A phase that has run keeps its digest: a changed one is refused (ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE). The first error of a file that does not parse is raised, with its line and column.';

CREATE FUNCTION register_migration(migration_file text, content text, target text DEFAULT 'postgresql')
RETURNS integer
LANGUAGE sql VOLATILE PARALLEL UNSAFE STRICT
AS $$ SELECT @extschema@.register_migrations(ARRAY[migration_file], ARRAY[content], target) $$;
COMMENT ON FUNCTION register_migration(text, text, text) IS
'register_migrations() for one file: 1 when it was new or changed, else 0.';

CREATE FUNCTION begin_run(command text, program text DEFAULT 'psql')
RETURNS TABLE (epoch bigint, timeline text, system_identifier text, previous_timeline text, previous_system_identifier text)
LANGUAGE c VOLATILE PARALLEL UNSAFE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_begin_run';
COMMENT ON FUNCTION begin_run(text, text) IS
'Starts a run in this session: takes the lock ''*'' unless the session holds it (ERRCODE_LOCK_NOT_AVAILABLE names the holder), counts the epoch up and returns it with the server''s timeline and system identifier, and those of the run before. From here on older runs are refused every ledger write.';

CREATE FUNCTION end_run(result text)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_end_run';
COMMENT ON FUNCTION end_run(text) IS
'Ends this session''s run with a word on how it went (completed, failed, interrupted) and gives the lock ''*'' back at commit.';

CREATE FUNCTION begin_unit(migration_id text, phase text, direction text, unit integer, target text,
						   lock_timeout_ms integer, statement_timeout_ms integer, lock_wait_ms double precision,
						   after text DEFAULT '')
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_begin_unit';
COMMENT ON FUNCTION begin_unit(text, text, text, integer, text, integer, integer, double precision, text) IS
'First call in the transaction of a transactional unit: checks lock, fence, order of units and phases, and dependencies, and sets lock_timeout and statement_timeout (ms, 0 = none) for this transaction. lock_wait_ms: what earlier attempts at this unit waited for locks. after: where it is not empty, the unit ("migration_id phase") that this session''s latest transaction must have completed, for callers that send units without waiting for the answer to the one before.';

CREATE FUNCTION finish_unit(migration_id text, phase text, direction text, unit integer, target text, final boolean)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_finish_unit';
COMMENT ON FUNCTION finish_unit(text, text, text, integer, text, boolean) IS
'Last call in the transaction that begin_unit() opened (another transaction is refused): records the unit as completed with its times, rows, locks, transaction id and LSN. final: the phase (direction up) or the undo (down) is completed with it.';

CREATE FUNCTION record_batch(migration_id text, phase text, direction text, unit integer, target text, batch_cursor text)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_record_batch';
COMMENT ON FUNCTION record_batch(text, text, text, integer, text, text) IS
'Last call in the transaction of one batch, begun by begin_unit(): records the last key done; the unit stays running.';

-- No SET clause: names in the statement are looked up by the caller's search
-- path and role; the function pins its own search path after that.
CREATE FUNCTION begin_statement(migration_id text, phase text, direction text, unit integer, target text,
								statement text, lock_wait_ms double precision)
RETURNS jsonb
LANGUAGE c VOLATILE PARALLEL UNSAFE STRICT SECURITY DEFINER
AS 'MODULE_PATHNAME', 'summit_migrate_begin_statement';
COMMENT ON FUNCTION begin_statement(text, text, text, integer, text, text, double precision) IS
'Records the intent to run a statement that cannot run in a transaction, with what its effect looks like before; commit it, then send the statement alone. Returns that earlier state. Checks as begin_unit(); an intent of an earlier attempt is replaced only where that attempt changed nothing. Names in the statement are looked up by the search path and role in force at this call: where the role differs from the one that will run the statement and the search path has "$user", set search_path to its present schemas first.';

CREATE FUNCTION finish_statement(migration_id text, phase text, direction text, unit integer, target text,
								 succeeded boolean, final boolean)
RETURNS text
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_finish_statement';
COMMENT ON FUNCTION finish_statement(text, text, text, integer, text, boolean, boolean) IS
'Compares the effect of the statement that begin_statement() announced with what was there before and records the unit: returns completed or failed. succeeded is what the caller saw (or what Done-When said), NULL what this session saw; the catalog has the last word where it can tell. After failed, fail_unit() adds the error to the same attempt.';

CREATE FUNCTION fail_unit(migration_id text, phase text, direction text, unit integer, target text,
						  transactional boolean, sqlstate text, message text, error_position integer, lock_wait_ms double precision)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_fail_unit';
COMMENT ON FUNCTION fail_unit(text, text, text, integer, text, boolean, text, text, integer, double precision) IS
'Records, in a transaction of its own after the rollback, that a unit failed and why; error_position in characters of the file from 1, or NULL.';

CREATE FUNCTION record_lock_wait(migration_id text, phase text, direction text, unit integer, target text, lock_wait_ms double precision)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_record_lock_wait';
COMMENT ON FUNCTION record_lock_wait(text, text, text, integer, text, double precision) IS
'Sets the time that a completed unit of this run waited for locks, as seen from outside its session.';

CREATE FUNCTION finish_migration(migration_id text, phase text, direction text, target text)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_finish_migration';
COMMENT ON FUNCTION finish_migration(text, text, text, text) IS
'Completes a phase whose last unit did not (a phase without units, or one whose checks ran after it); all its units must be completed. With direction down: the undo of phase all, or of one phase.';

CREATE FUNCTION fail_migration(migration_id text, phase text, direction text, target text, sqlstate text, message text)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_fail_migration';
COMMENT ON FUNCTION fail_migration(text, text, text, text, text, text) IS
'Records that a phase failed outside any unit: a critical check did not hold.';

CREATE FUNCTION resolve_migration(migration_id text, phase text, state text, reason text, target text DEFAULT 'postgresql')
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_resolve_migration';
COMMENT ON FUNCTION resolve_migration(text, text, text, text, text) IS
'Records a human''s word on a phase (state completed or rolled_back) with a reason, who said it and when; needs a run in this session. Its units in doubt end with it.';

-- ---------------------------------------------------------------------------
-- readers
-- ---------------------------------------------------------------------------

CREATE FUNCTION migration_status(target text DEFAULT 'postgresql')
RETURNS TABLE (migration_id text, phase text, status text, version text, executed_at timestamptz)
LANGUAGE sql STABLE PARALLEL RESTRICTED STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT h.migration_id, h.phase, h.status, h.version, h.executed_at
	FROM @extschema@.migration_history h
	WHERE h.target = migration_status.target AND NOT h.superseded
	ORDER BY h.migration_id COLLATE "C", pg_catalog.array_position(ARRAY['expand', 'migrate', 'contract'], h.phase)
$$;
COMMENT ON FUNCTION migration_status(text) IS
'The state of every registered phase of a target, in the order of ids and phases. Open to every role.';

CREATE FUNCTION applied_migrations(target text DEFAULT 'postgresql')
RETURNS TABLE (migration_id text, checksum bytea, states text)
LANGUAGE sql STABLE PARALLEL RESTRICTED STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT h.migration_id, pg_catalog.decode(pg_catalog.min(h.checksum), 'hex'),
		   pg_catalog.string_agg(pg_catalog.left(h.phase, 1) OPERATOR(pg_catalog.||)
								 pg_catalog.left(h.status, 1), '' ORDER BY h.phase)
	FROM @extschema@.migration_history h
	WHERE h.target = applied_migrations.target AND NOT h.superseded
	GROUP BY h.migration_id
$$;
COMMENT ON FUNCTION applied_migrations(text) IS
'One short row a registered migration, for comparing with thousands of files: the SHA-256 of the file and, for each phase, the first letters of phase and status (ecmp: expand completed, migrate pending).';

CREATE FUNCTION migration_state(target text DEFAULT 'postgresql', migration_ids text[] DEFAULT NULL)
RETURNS SETOF migration_history
LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT h.*
	FROM @extschema@.migration_history h
	WHERE h.target = migration_state.target AND NOT h.superseded
	  AND (migration_ids IS NULL OR h.migration_id = ANY (migration_ids))
	ORDER BY h.migration_id COLLATE "C", pg_catalog.array_position(ARRAY['expand', 'migrate', 'contract'], h.phase)
$$;
COMMENT ON FUNCTION migration_state(text, text[]) IS
'The rows of migration_history that stand, whole, of a target or of some of its migrations.';

CREATE FUNCTION unit_state(target text, migration_ids text[])
RETURNS SETOF migration_units
LANGUAGE sql STABLE PARALLEL RESTRICTED STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT u.*
	FROM @extschema@.migration_units u
	WHERE u.target = unit_state.target AND u.migration_id = ANY (migration_ids)
	ORDER BY u.migration_id COLLATE "C", u.direction DESC,
			 pg_catalog.array_position(ARRAY['expand', 'migrate', 'contract', 'all'], u.phase), u.unit
$$;
COMMENT ON FUNCTION unit_state(text, text[]) IS
'The ledger rows of some migrations of a target.';

CREATE FUNCTION migration_dependents(migration_ids text[])
RETURNS TABLE (migration_id text, depends_on_migration_id text, depends_on_phase text)
LANGUAGE sql STABLE PARALLEL RESTRICTED STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT d.migration_id, d.depends_on_migration_id, d.depends_on_phase
	FROM @extschema@.migration_dependencies d
	WHERE d.depends_on_migration_id = ANY (migration_ids)
	ORDER BY 1, 2
$$;
COMMENT ON FUNCTION migration_dependents(text[]) IS
'Which migrations depend on these, applied or not.';

CREATE FUNCTION run_history(how_many integer DEFAULT 20)
RETURNS SETOF migration_runs
LANGUAGE sql STABLE PARALLEL RESTRICTED STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT * FROM @extschema@.migration_runs r ORDER BY r.epoch DESC LIMIT how_many $$;
COMMENT ON FUNCTION run_history(integer) IS
'The latest runs, newest first.';

CREATE FUNCTION units_in_doubt(target text DEFAULT 'postgresql')
RETURNS TABLE (migration_id text, phase text, direction text, unit integer, statement text, started_at timestamptz,
			   pid integer, backend_alive boolean, outcome text, detail text, cleanup text)
LANGUAGE c STABLE PARALLEL RESTRICTED STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_units_in_doubt';
COMMENT ON FUNCTION units_in_doubt(text) IS
'Every unit that was begun outside a transaction and not finished, or failed and left something to clean up, with what the catalog proves. outcome: completed (the effect is there and is ours), not_started (nothing changed: run it again), cleanup (run the statement in column cleanup, then ask again), batch (go on behind the cursor), running (its backend is still at work), unknown (only Done-When or a human can tell). finish_statement() records the end of a completed one.';

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

-- ---------------------------------------------------------------------------
-- environment, roles, the older scripts
-- ---------------------------------------------------------------------------

CREATE FUNCTION set_environment(name text)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_set_environment';
COMMENT ON FUNCTION set_environment(text) IS
'Gives this database its environment name (dev, staging, prod, …), which the program compares with the one it was told. Up to 63 lower-case letters, digits, "_" and "-", a letter first; else ERRCODE_INVALID_PARAMETER_VALUE.';

CREATE FUNCTION get_environment()
RETURNS text
LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT s.value FROM @extschema@.migration_settings s WHERE s.name OPERATOR(pg_catalog.=) 'environment' $$;
COMMENT ON FUNCTION get_environment() IS
'The environment name of this database, NULL when it was given none.';

CREATE FUNCTION grant_migration_role(kind text, role name)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE STRICT SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_grant_migration_role';
COMMENT ON FUNCTION grant_migration_role(text, name) IS
'Grants a role USAGE on the extension''s schema and EXECUTE on the functions of a kind; no table. reader: every function that only looks (migration_status, migration_state, applied_migrations, unit_state, units_in_doubt, migration_dependents, run_history, migration_lock_holders, get_environment, parse_migration and the four that PUBLIC has). runner: also the lock, register_migration(s), migration_script, assert_check, begin_run, end_run and all that records units and phases. operator: also resolve_migration, set_environment and log_schema_version. For the extension''s owner only; check_installation, adopt_legacy and this one stay with the owner.';

CREATE FUNCTION adopt_legacy(schema_name text)
RETURNS TABLE (table_name text, rows_adopted bigint, renamed_to text)
LANGUAGE c VOLATILE PARALLEL UNSAFE STRICT SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, YMD'
AS 'MODULE_PATHNAME', 'summit_migrate_adopt_legacy';
COMMENT ON FUNCTION adopt_legacy(text) IS
'Carries all rows of the older scripts'' tables in a schema over into the extension''s empty ones, ids and times kept (a timestamp without time zone is read in the session''s TimeZone), sets the sequences behind them, and renames the old tables and functions with the suffix _legacy. Of several history rows for one migration and phase the newest stands; a row without a phase ran the whole file and stands for all three. What was mapped or has no column is kept in metadata->''legacy''. Locks that the older tables show as held are carried over as released: they died with their sessions. One transaction: all of it or nothing. For the extension''s owner only.';

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
	units_in_doubt(text),
	migration_script(text, text, text),
	assert_check(text, boolean, boolean),
	set_environment(text),
	get_environment(),
	grant_migration_role(text, name),
	adopt_legacy(text)
	FROM PUBLIC;
