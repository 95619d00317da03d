-- ---------------------------------------------------------------------------
-- fingerprint: the schema as one hash, and what makes the next one cheap
-- ---------------------------------------------------------------------------

CREATE UNLOGGED TABLE schema_cache (
	part	integer NOT NULL,
	number	integer NOT NULL,
	data	bytea NOT NULL,
	CONSTRAINT schema_cache_row PRIMARY KEY (part, number)
);
-- hashes do not compress
ALTER TABLE schema_cache ALTER COLUMN data SET STORAGE EXTERNAL;
COMMENT ON TABLE schema_cache IS
'What the last fingerprint of this database knew: stamps of the catalogs and the objects'' digests. Losing it costs time only: it may be emptied with DELETE (not TRUNCATE) whenever no transaction is computing a fingerprint. Not in dumps.';

CREATE FUNCTION schema_fingerprint()
RETURNS text
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_schema_fingerprint';
COMMENT ON FUNCTION schema_fingerprint() IS
'The root of the hash tree over all objects of this database, 64 hex digits: the same for the same schema, whatever the session''s settings, OIDs and the order in which it was made; comparable within one server major. Sees the newest catalogs under any isolation level, own uncommitted changes included. ERRCODE_T_R_SERIALIZATION_FAILURE where the schema keeps changing while it is read.';

CREATE FUNCTION portable_schema_fingerprint()
RETURNS text
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_portable_schema_fingerprint';
COMMENT ON FUNCTION portable_schema_fingerprint() IS
'The same over the portable form of the objects: 64 hex digits that can be compared across server majors. Errors as schema_fingerprint().';

CREATE FUNCTION cluster_fingerprint()
RETURNS text
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_cluster_fingerprint';
COMMENT ON FUNCTION cluster_fingerprint() IS
'The same over what all databases of the cluster share (roles, memberships, settings, databases, tablespaces): 64 hex digits. Errors as schema_fingerprint().';

REVOKE ALL ON TABLE schema_cache FROM PUBLIC;
REVOKE ALL ON FUNCTION schema_fingerprint(), portable_schema_fingerprint(), cluster_fingerprint() FROM PUBLIC;
