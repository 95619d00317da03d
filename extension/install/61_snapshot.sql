-- ---------------------------------------------------------------------------
-- snapshots: the schema as data, each object stored once
-- ---------------------------------------------------------------------------

CREATE TABLE schema_objects (
	digest	bytea PRIMARY KEY,
	kind	text NOT NULL,
	name	text NOT NULL,
	body	text NOT NULL
);
COMMENT ON TABLE schema_objects IS
'Every object that stands in a snapshot, once over all snapshots. digest: the SHA-256 of kind, name and body; body: canonical JSON.';

CREATE TABLE schema_buckets (
	id			bytea PRIMARY KEY,
	digest		bytea NOT NULL,
	objects		bytea[] NOT NULL,
	identities	text[] NOT NULL
);
COMMENT ON TABLE schema_buckets IS
'The objects of a snapshot in 512 parts, each stored once over all snapshots. objects: digests, by kind and name; identities: of each the OIDs and column numbers that prove a rename; digest: of the objects, id: of both.';

CREATE TABLE schema_snapshots (
	id					serial PRIMARY KEY,
	database_type		text NOT NULL,
	snapshot_date		timestamptz NOT NULL DEFAULT now(),
	schema_hash			text,
	schema_definition	jsonb,
	table_count			integer,
	index_count			integer,
	constraint_count	integer,
	metadata			jsonb NOT NULL DEFAULT '{}',
	expected			boolean NOT NULL DEFAULT false,
	cluster_hash		text,
	portable_hash		text,
	server_major		integer,
	encoding			integer,
	system_identifier	text,
	timeline			text,
	database_oid		oid,
	lsn					pg_lsn,
	buckets				bytea[]
);
CREATE INDEX schema_snapshots_expected ON schema_snapshots (id) WHERE expected;
COMMENT ON TABLE schema_snapshots IS
'Snapshots of the schema. schema_hash: schema_fingerprint() at that moment; schema_definition: the roots of all hash trees, by schema too (snapshot_definition() has the objects); expected: the newest such row is what the schema should be; portable_hash: NULL where the snapshot was put together from others; buckets: ids in schema_buckets, 256 of the database and 256 of the cluster, NULL for an empty one. Snapshots of the older scripts have what these had stored, and no buckets.';

CREATE FUNCTION take_schema_snapshot(db_type text DEFAULT 'postgresql', metadata jsonb DEFAULT '{}')
RETURNS integer
LANGUAGE c VOLATILE PARALLEL UNSAFE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_take_schema_snapshot';
COMMENT ON FUNCTION take_schema_snapshot(text, jsonb) IS
'Stores the schema as it is now, own uncommitted changes included, and returns the id of the row in schema_snapshots. Only what no other snapshot has is stored. Waits for other writers of snapshots. ERRCODE_T_R_SERIALIZATION_FAILURE where the schema keeps changing meanwhile; ERRCODE_READ_ONLY_SQL_TRANSACTION in a read-only transaction.';

CREATE FUNCTION snapshot_list()
RETURNS TABLE (id integer, database_type text, snapshot_date timestamptz, expected boolean, table_count integer,
			   index_count integer, constraint_count integer, schema_hash text, cluster_hash text, portable_hash text,
			   server_major integer, lsn pg_lsn, metadata jsonb)
LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT s.id, s.database_type, s.snapshot_date, s.expected, s.table_count, s.index_count, s.constraint_count,
		   s.schema_hash, s.cluster_hash, s.portable_hash, s.server_major, s.lsn, s.metadata
	FROM @extschema@.schema_snapshots s
	ORDER BY s.id DESC
$$;
COMMENT ON FUNCTION snapshot_list() IS
'The snapshots, newest first, without their objects. The newest that is expected is what the schema should be.';

CREATE FUNCTION snapshot_definition(snapshot integer)
RETURNS jsonb
LANGUAGE c STABLE PARALLEL RESTRICTED STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_snapshot_definition';
COMMENT ON FUNCTION snapshot_definition(integer) IS
'A snapshot as one document: its roots, and under "database" and "cluster" every object''s body by kind and name. ERRCODE_UNDEFINED_OBJECT where there is no such snapshot.';

CREATE FUNCTION snapshot_changes(from_snapshot integer, to_snapshot integer)
RETURNS TABLE (section text, kind text, name text, from_body jsonb, to_body jsonb, from_identity jsonb, to_identity jsonb)
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_snapshot_changes';
COMMENT ON FUNCTION snapshot_changes(integer, integer) IS
'The objects that differ between two snapshots, NULL being the schema as it is now; a body is NULL on the side that has no such object. Identities (OIDs and column numbers) are NULL too where the snapshots are not of one database. ERRCODE_UNDEFINED_OBJECT where there is no such snapshot; ERRCODE_T_R_SERIALIZATION_FAILURE where the schema keeps changing.';

CREATE FUNCTION merge_expected(base integer, before integer, after integer, reason text)
RETURNS integer
LANGUAGE c VOLATILE PARALLEL UNSAFE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_merge_expected';
COMMENT ON FUNCTION merge_expected(integer, integer, integer, text) IS
'Makes a new expected snapshot and returns its id: after, but for the objects in which before differed from base and that are in after as they were in before; these stay as in base. So drift that stood before a migration is not accepted by it. Where before is that of a run that is not settled, what others'' open alerts say was changed since it began stays as in base, too. ERRCODE_UNDEFINED_OBJECT where there is no such snapshot.';

CREATE FUNCTION accept_objects(section text, kinds text[], names text[], reason text)
RETURNS integer
LANGUAGE c VOLATILE PARALLEL UNSAFE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_accept_objects';
COMMENT ON FUNCTION accept_objects(text, text[], text[], text) IS
'accept_object() for several objects at once: one new expected snapshot.';

CREATE FUNCTION accept_object(section text, kind text, name text, reason text)
RETURNS integer
LANGUAGE sql VOLATILE PARALLEL UNSAFE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT @extschema@.accept_objects(section, ARRAY[kind], ARRAY[name], reason) $$;
COMMENT ON FUNCTION accept_object(text, text, text, text) IS
'Makes a new expected snapshot and returns its id: the expected one with this object as it is now, or without it where it is gone. section is database or cluster, kind and name as in snapshot_changes(). ERRCODE_UNDEFINED_OBJECT where neither has the object, ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE where nothing is expected yet.';

CREATE FUNCTION schedule_snapshots(cron text)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_schedule_snapshots';
COMMENT ON FUNCTION schedule_snapshots(text) IS
'Has pg_cron take a snapshot at these times ("0 3 * * *"), instead of an earlier schedule; NULL ends it. ERRCODE_FEATURE_NOT_SUPPORTED where pg_cron is not installed in this database.';

CREATE FUNCTION prune(keep interval)
RETURNS TABLE (what text, removed bigint)
LANGUAGE c VOLATILE PARALLEL UNSAFE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_prune';
COMMENT ON FUNCTION prune(interval) IS
'Removes snapshots that are older, objects that no snapshot has any more, and the sealed beginning of the journal (prune_journal); returns how many of what. The newest expected snapshot stays, and those of versions. Not in REPEATABLE READ (ERRCODE_INVALID_TRANSACTION_STATE).';

SELECT pg_catalog.pg_extension_config_dump('schema_objects', '');
SELECT pg_catalog.pg_extension_config_dump('schema_buckets', '');
SELECT pg_catalog.pg_extension_config_dump('schema_snapshots', '');
SELECT pg_catalog.pg_extension_config_dump('schema_snapshots_id_seq', '');

REVOKE ALL ON TABLE schema_objects, schema_buckets, schema_snapshots FROM PUBLIC;
REVOKE ALL ON SEQUENCE schema_snapshots_id_seq FROM PUBLIC;
REVOKE ALL ON FUNCTION
	take_schema_snapshot(text, jsonb),
	snapshot_list(),
	snapshot_definition(integer),
	snapshot_changes(integer, integer),
	merge_expected(integer, integer, integer, text),
	accept_objects(text, text[], text[], text),
	accept_object(text, text, text, text),
	schedule_snapshots(text),
	prune(interval)
	FROM PUBLIC;
