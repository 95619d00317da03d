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

