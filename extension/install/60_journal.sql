-- ---------------------------------------------------------------------------
-- journal: what DDL ran, by whom; alerts for what no migration made
-- ---------------------------------------------------------------------------

-- No CHECK constraints and no expression indexes: every DDL would pay for them.
CREATE TABLE ddl_journal (
	id					bigserial PRIMARY KEY,
	captured_at			timestamptz NOT NULL,
	captured_by			text NOT NULL,
	command_tag			text NOT NULL,
	object_type			text,
	object_schema		text,
	identity_before		text,
	identity_after		text,
	classid				oid,
	objid				oid,
	objsubid			integer,
	rewrite				text,
	statement			text NOT NULL,
	statement_exact		boolean NOT NULL,
	statement_redacted	boolean NOT NULL,
	nesting_depth		integer,
	in_extension		boolean NOT NULL,
	authenticated_user	text NOT NULL,
	session_user_name	text NOT NULL,
	role_name			text,
	current_user_name	text NOT NULL,
	client_addr			inet,
	application_name	text NOT NULL,
	pid					integer NOT NULL,
	backend_start		timestamptz NOT NULL,
	transaction_id		xid8 NOT NULL,
	migration_id		text,
	phase				text,
	direction			text,
	unit				integer,
	target				text,
	ignored_by			integer,
	seal				bigint,
	seal_hash			bytea
) WITH (fillfactor = 90);
-- Partial, so that it costs DDL nothing: rows are written without a seal.
CREATE UNIQUE INDEX ddl_journal_seal ON ddl_journal (seal) WHERE seal IS NOT NULL;
COMMENT ON TABLE ddl_journal IS
'One row an object that a DDL statement touched, in the transaction of that statement. identity_before and identity_after: NULL where the object was not, or is not any more; both NULL where the statement names none (ALTER DEFAULT PRIVILEGES). captured_by: event trigger or hook (preloading only). statement_exact: the statement alone; else the whole string that the client sent. statement_redacted: its text can hold a secret and was not kept. nesting_depth: 0 for what the client sent itself, NULL where not known. role_name: from SET ROLE, NULL for none. migration_id and the rest: the unit that was open, NULL for DDL outside migrations. rewrite: why the table was rewritten. ignored_by: the id of the drift_ignore_rules row because of which there is no alert. seal, seal_hash: given by seal_journal(), NULL until then.';

CREATE TABLE ddl_journal_head (
	single		boolean PRIMARY KEY DEFAULT true CHECK (single),
	seal		bigint NOT NULL,
	seal_hash	bytea NOT NULL,
	sealed_at	timestamptz NOT NULL,
	settled_id	bigint NOT NULL,
	pending_id	bigint NOT NULL,
	pending_xid	xid8 NOT NULL
);
COMMENT ON TABLE ddl_journal_head IS
'The newest seal of ddl_journal: its number and hash, which also stand in the server log. No row before the first. settled_id: no row of ddl_journal up to this id can be without a seal; it becomes pending_id once all transactions before pending_xid have ended.';

CREATE TABLE ddl_journal_cuts (
	first_seal	bigint PRIMARY KEY,
	last_seal	bigint NOT NULL,
	last_hash	bytea NOT NULL,
	row_count	bigint NOT NULL,
	older_than	timestamptz NOT NULL,
	cut_at		timestamptz NOT NULL,
	cut_by		text NOT NULL
);
COMMENT ON TABLE ddl_journal_cuts IS
'What prune_journal() removed: the first and last seal and the hash of the last row, from which the chain goes on.';

CREATE TABLE schema_drift_alerts (
	id					bigint PRIMARY KEY DEFAULT nextval('ddl_journal_id_seq'),
	database_type		text NOT NULL DEFAULT 'postgresql',
	detected_at			timestamptz NOT NULL DEFAULT now(),
	drift_type			text NOT NULL,
	table_name			text,
	column_name			text,
	expected_value		text,
	actual_value		text,
	severity			text NOT NULL,
	resolved_at			timestamptz,
	resolution_notes	text,
	metadata			jsonb NOT NULL DEFAULT '{}',
	status				text NOT NULL DEFAULT 'open',
	object_type			text,
	object_identity		text,
	journal_id			bigint,
	first_seen			timestamptz NOT NULL DEFAULT now(),
	last_seen			timestamptz NOT NULL DEFAULT now(),
	resolved_by			text
);
COMMENT ON TABLE schema_drift_alerts IS
'Changes that no migration made. id: that of the journal''s row where the DDL itself wrote the alert; all ids are of one sequence. drift_type: added, removed, changed, renamed or tampered; severity: low, medium, high or critical; status: open until it is resolved. Those with a journal_id were written by the DDL itself, in its transaction, one for each object that it touched; expected_value and actual_value are then the object''s identity before and after.';

CREATE TABLE drift_ignore_rules (
	id				serial PRIMARY KEY,
	schema_pattern	text NOT NULL,
	kind			text NOT NULL,
	name_pattern	text NOT NULL,
	why				text NOT NULL,
	added_at		timestamptz NOT NULL DEFAULT now(),
	added_by		text NOT NULL,
	CONSTRAINT drift_ignore_rules_rule UNIQUE (schema_pattern, kind, name_pattern)
);
COMMENT ON TABLE drift_ignore_rules IS
'What is never drift: LIKE patterns for schema, object type and name (''%'' for any). Written by add_drift_ignore_rule() and remove_drift_ignore_rule().';

-- ---------------------------------------------------------------------------
-- journal: sealing and reading
-- ---------------------------------------------------------------------------

CREATE FUNCTION seal_journal()
RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_seal_journal';
COMMENT ON FUNCTION seal_journal() IS
'Numbers the committed rows of ddl_journal that have no seal yet and adds them to the chain: each hash is the SHA-256 of the row and of the hash before. Returns the newest seal (0: none). The head goes to the server log when the transaction commits. Waits for nobody: while another session seals, nothing is done.';

CREATE FUNCTION verify_journal()
RETURNS TABLE (problem text, journal_id bigint, seal bigint, detail text)
LANGUAGE c STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_verify_journal';
COMMENT ON FUNCTION verify_journal() IS
'What is wrong with the sealed rows of ddl_journal, no row when nothing is: edited (row and hash do not agree), missing (seals that are neither there nor cut by prune_journal()), broken (a cut does not fit the chain), unsealed (a row that was passed over: its id was given out twice), head (rows after the head, or before it, were taken away or put there); and with capture, where it was enabled: trigger (one of the event triggers is missing, disabled or calls something else), function (a handler was replaced). Rows that have no seal yet are not judged. journal_id and seal are NULL where they are not known.';

CREATE FUNCTION journal_entries(after_seal bigint DEFAULT 0, how_many integer DEFAULT 1000)
RETURNS SETOF ddl_journal
LANGUAGE sql STABLE PARALLEL RESTRICTED STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT * FROM @extschema@.ddl_journal j WHERE j.seal > after_seal ORDER BY j.seal LIMIT how_many $$;
COMMENT ON FUNCTION journal_entries(bigint, integer) IS
'The sealed rows after a seal, in their order: who follows the seals misses none, whatever order transactions commit in. Call seal_journal() before, or have check_drift() run on a schedule.';

CREATE FUNCTION prune_journal(keep interval)
RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_prune_journal';
COMMENT ON FUNCTION prune_journal(interval) IS
'Seals, then removes the sealed rows from the oldest on up to the first that is younger than keep, or that an open alert refers to, and records what was cut in ddl_journal_cuts, so that verify_journal() can go on from there. Returns how many rows went. ERRCODE_INVALID_PARAMETER_VALUE for a negative interval; ERRCODE_LOCK_NOT_AVAILABLE while another session seals.';

-- ---------------------------------------------------------------------------
-- journal: what is never drift
-- ---------------------------------------------------------------------------

CREATE FUNCTION add_drift_ignore_rule(schema_pattern text, kind text, name_pattern text, why text)
RETURNS integer
LANGUAGE c VOLATILE PARALLEL UNSAFE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_add_drift_ignore_rule';
COMMENT ON FUNCTION add_drift_ignore_rule(text, text, text, text) IS
'From now on DDL on such objects is journalled, but makes no alert: LIKE patterns for the schema, the kind (as in ddl_journal.object_type: table, index, table column, …) and the name without its schema. A part of a table has the table''s name, and rules of kind table hold for it too. ''%'' stands for any; what has no schema has the empty one. Returns the rule''s id, that of the one there is already for the same patterns.';

CREATE FUNCTION remove_drift_ignore_rule(rule_id integer)
RETURNS boolean
LANGUAGE c VOLATILE PARALLEL UNSAFE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_remove_drift_ignore_rule';
COMMENT ON FUNCTION remove_drift_ignore_rule(integer) IS
'Removes a rule; false where there is none of that id.';

CREATE FUNCTION list_drift_ignore_rules()
RETURNS SETOF drift_ignore_rules
LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT * FROM @extschema@.drift_ignore_rules r ORDER BY r.id $$;
COMMENT ON FUNCTION list_drift_ignore_rules() IS
'The rules of what is never drift.';

CREATE FUNCTION drift_ignore_rule(object_schema text, kind text, object_name text)
RETURNS integer
LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT r.id FROM @extschema@.drift_ignore_rules r
	WHERE coalesce(drift_ignore_rule.object_schema, '') LIKE r.schema_pattern
	  AND coalesce(drift_ignore_rule.kind, '') LIKE r.kind
	  AND coalesce(drift_ignore_rule.object_name, '') LIKE r.name_pattern
	ORDER BY r.id LIMIT 1
$$;
COMMENT ON FUNCTION drift_ignore_rule(text, text, text) IS
'The first rule because of which such an object is never drift, NULL when there is none; unquoted names.';

-- ---------------------------------------------------------------------------
-- capture: the switch and the handlers
-- ---------------------------------------------------------------------------

CREATE FUNCTION capture_command_start() RETURNS event_trigger
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'summit_migrate_capture_command_start';
COMMENT ON FUNCTION capture_command_start() IS
'Event trigger function, before ALTER: notes the name of what is about to be renamed or moved. Never fails.';

CREATE FUNCTION capture_command_end() RETURNS event_trigger
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'summit_migrate_capture_command_end';
COMMENT ON FUNCTION capture_command_end() IS
'Event trigger function, after a DDL statement: journals what it touched. An error of its own is a WARNING, and the statement passes.';

CREATE FUNCTION capture_drop() RETURNS event_trigger
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'summit_migrate_capture_drop';
COMMENT ON FUNCTION capture_drop() IS
'Event trigger function, after objects were dropped: journals each of them, those of a cascade too.';

CREATE FUNCTION capture_rewrite() RETURNS event_trigger
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'summit_migrate_capture_rewrite';
COMMENT ON FUNCTION capture_rewrite() IS
'Event trigger function, before a table is rewritten: notes why, for the row of its ALTER.';

CREATE FUNCTION enable_drift_capture()
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_enable_drift_capture';
COMMENT ON FUNCTION enable_drift_capture() IS
'Makes the event triggers summit_migrate_command_start, _command_end, _drop and _rewrite, ENABLE ALWAYS: from now on every DDL in this database is journalled, and what is not of a migration becomes an alert. Puts right what is missing or disabled; a NOTICE where all is as it should be. For superusers only.';

CREATE FUNCTION disable_drift_capture()
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_disable_drift_capture';
COMMENT ON FUNCTION disable_drift_capture() IS
'Drops these event triggers; the journal and the alerts stay. A NOTICE where there are none. For superusers only. Before DROP EXTENSION, which they stand in the way of.';

CREATE FUNCTION capture_status()
RETURNS TABLE (layer text, state text, detail text)
LANGUAGE c STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_capture_status';
COMMENT ON FUNCTION capture_status() IS
'Which layers of capture are at work: each event trigger (on, off, missing), the hook that sees what event triggers cannot (on only where the module is preloaded), and NOTIFY (on or off, and why) for this session.';

REVOKE ALL ON TABLE ddl_journal, ddl_journal_head, ddl_journal_cuts, schema_drift_alerts, drift_ignore_rules FROM PUBLIC;
REVOKE ALL ON SEQUENCE ddl_journal_id_seq, drift_ignore_rules_id_seq FROM PUBLIC;
REVOKE ALL ON FUNCTION
	seal_journal(),
	verify_journal(),
	journal_entries(bigint, integer),
	prune_journal(interval),
	add_drift_ignore_rule(text, text, text, text),
	remove_drift_ignore_rule(integer),
	list_drift_ignore_rules(),
	drift_ignore_rule(text, text, text),
	capture_command_start(),
	capture_command_end(),
	capture_drop(),
	capture_rewrite(),
	enable_drift_capture(),
	disable_drift_capture(),
	capture_status()
	FROM PUBLIC;

SELECT pg_catalog.pg_extension_config_dump('ddl_journal', '');
SELECT pg_catalog.pg_extension_config_dump('ddl_journal_head', '');
SELECT pg_catalog.pg_extension_config_dump('ddl_journal_cuts', '');
SELECT pg_catalog.pg_extension_config_dump('schema_drift_alerts', '');
SELECT pg_catalog.pg_extension_config_dump('drift_ignore_rules', '');
SELECT pg_catalog.pg_extension_config_dump('ddl_journal_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('drift_ignore_rules_id_seq', '');
