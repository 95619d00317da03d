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
	backend_start		timestamptz NOT NULL,
	before_snapshot		integer,
	after_snapshot		integer
);
COMMENT ON TABLE migration_runs IS
'One row a run (apply, rollback, repair, a psql script): who, from where, when, how it ended. ended_at is NULL while it runs and after it was killed. before_snapshot: the schema as the run found it (schema_snapshots.id); after_snapshot: the one expected since then, NULL until that is settled.';

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
	rolled_back_at		timestamptz,
	fingerprint			text,
	lsn					pg_lsn,
	snapshot_id			integer
);
CREATE INDEX schema_versions_database_type ON schema_versions (database_type) WHERE rolled_back_at IS NULL;
CREATE INDEX schema_versions_migration_id ON schema_versions (migration_id);
COMMENT ON TABLE schema_versions IS
'The versions this database has had, one row each time one was reached; rolled_back_at says that it was left again. lsn: where the WAL stood; fingerprint and snapshot_id: the schema of this version, NULL where nobody looked at it between two migrations of one run.';

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
	units				integer,
	undo_units			integer,
	undo_all_units		integer,
	rollback_digest		text
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX migration_history_phase ON migration_history (migration_id, target, phase) WHERE NOT superseded;
COMMENT ON TABLE migration_history IS
'One row a (migration, target, phase): its state. checksum is the SHA-256 of the normalised bytes, meaning_digest of the tokens and marks, phase_digest of this phase alone. units, undo_units, undo_all_units: how many the phase, its own rollback and that of the whole have, as registered (NULL: not known); rollback_digest: of what these rollbacks mean. superseded rows are earlier attempts carried over from the older scripts.';

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
-- what recovery asks for; one index for both, since each costs every unit that is written
CREATE INDEX migration_units_unfinished ON migration_units (target) WHERE state IN ('running', 'failed') OR direction = 'down';
COMMENT ON TABLE migration_units IS
'The ledger: one row a (migration, target, phase, direction, unit). Phase "all" is the undo of a whole migration. A transactional unit commits with its row; state "running" is an intent committed before a statement that cannot run in a transaction (statement, intent: what was there before), or a batched statement under way (batch_cursor: the last key done). lock_hold_ms: the longest time a lock that blocks readers or writers was held, without the unit''s own waiting, which is lock_wait_ms; error_position: in characters of the file, from 1.';

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

