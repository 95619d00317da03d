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

CREATE FUNCTION statement_relations(statement text)
RETURNS oid[]
LANGUAGE c STABLE PARALLEL SAFE STRICT
AS 'MODULE_PATHNAME', 'summit_migrate_statement_relations';
COMMENT ON FUNCTION statement_relations(text) IS
'The relations that a statement which reads, writes, locks, truncates, alters, renames, indexes or drops relations names, by the caller''s search path; those that are not there are left out, and so is every other kind of statement. Empty for what does not parse.';

CREATE FUNCTION redacted_statement(statement text)
RETURNS text
LANGUAGE c STABLE PARALLEL SAFE STRICT
AS 'MODULE_PATHNAME', 'summit_migrate_redacted_statement';
COMMENT ON FUNCTION redacted_statement(text) IS
'The text of a statement as it may be shown: itself, or its command tag and a word where it can hold a secret (passwords of roles, user mappings, subscriptions, options of servers, DO blocks that speak of such) or does not parse, as a text that was cut off does not. Raises nothing.';


REVOKE ALL ON FUNCTION statement_relations(text), redacted_statement(text) FROM PUBLIC;
