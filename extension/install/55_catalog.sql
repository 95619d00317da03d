-- ---------------------------------------------------------------------------
-- catalog: what each catalog column is to the schema
-- ---------------------------------------------------------------------------

CREATE FUNCTION catalog_disposition()
RETURNS TABLE (catalog_name text, column_name text, disposition text, reason text)
LANGUAGE c STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_catalog_disposition';
COMMENT ON FUNCTION catalog_disposition() IS
'Every column of every table in pg_catalog of this server''s major, and what it is to a fingerprint: covered (reason: the property it is in), derived (reason: from what) or ignored (reason: why). No NULLs, no errors.';

CREATE FUNCTION schema_objects_live(portable boolean DEFAULT false)
RETURNS TABLE (section text, kind text, name text, digest bytea, body jsonb, identity jsonb)
LANGUAGE c VOLATILE PARALLEL UNSAFE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_schema_objects_live';
COMMENT ON FUNCTION schema_objects_live(boolean) IS
'The schema at this moment as objects: of this database and of the cluster, each with kind, name as SQL writes it, properties (body; defaults left out), SHA-256 over kind, name and canonical body, and what proves a rename (identity: OIDs, numbers of columns; not digested). portable: in the form that is the same on all majors; no rows where it is NULL. Secrets are keyed hashes. What cannot be deparsed stands in the property unreadable of its object. Temporary objects, members of extensions and what initdb made are no objects. VOLATILE: it sees the newest catalogs, and may make the key for hashes.';

CREATE FUNCTION schema_object_live(catalog regclass, object oid, portable boolean DEFAULT false)
RETURNS TABLE (section text, kind text, name text, digest bytea, body jsonb, identity jsonb)
LANGUAGE c VOLATILE PARALLEL UNSAFE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_schema_object_live';
COMMENT ON FUNCTION schema_object_live(regclass, oid, boolean) IS
'One row of schema_objects_live(): the object that something belongs to, by its catalog and OID, as in schema_object_live(''pg_class'', ''users''::regclass). An index, a constraint, a trigger, a policy belongs to its table, a member to its extension. No rows for what is gone, temporary or NULL.';

REVOKE ALL ON FUNCTION catalog_disposition(), schema_objects_live(boolean),
	schema_object_live(regclass, oid, boolean) FROM PUBLIC;
