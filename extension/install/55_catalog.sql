-- ---------------------------------------------------------------------------
-- catalog: what each catalog column is to the schema
-- ---------------------------------------------------------------------------

CREATE FUNCTION catalog_disposition()
RETURNS TABLE (catalog_name text, column_name text, disposition text, reason text)
LANGUAGE c STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_catalog_disposition';
COMMENT ON FUNCTION catalog_disposition() IS
'Every column of every table in pg_catalog of this server''s major, and what it is to a fingerprint: covered (reason: the property it is in), derived (reason: from what) or ignored (reason: why). No NULLs, no errors.';

REVOKE ALL ON FUNCTION catalog_disposition() FROM PUBLIC;
