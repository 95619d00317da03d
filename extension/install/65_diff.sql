-- ---------------------------------------------------------------------------
-- diff: how two states of the schema differ, and what that means
-- ---------------------------------------------------------------------------

CREATE FUNCTION diff_bodies(section text, kind text, name text, from_body jsonb, to_body jsonb,
							from_identity jsonb DEFAULT NULL, to_identity jsonb DEFAULT NULL)
RETURNS TABLE (change text, object_type text, object_name text, property text, expected text, actual text)
LANGUAGE c STABLE PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp
	SET quote_all_identifiers = off SET standard_conforming_strings = on
AS 'MODULE_PATHNAME', 'summit_migrate_diff_bodies';
COMMENT ON FUNCTION diff_bodies(text, text, text, jsonb, jsonb, jsonb, jsonb) IS
'How two bodies of one object differ; a body of NULL: the object is not there. change: added, removed, changed, renamed. An object or part that is there on one side only is one row with property NULL; a list of independent entries (privileges, options, labels) has a row an entry. Parts (columns, …) are renamed only where both identities say so; without them one is removed and one added. ERRCODE_INVALID_PARAMETER_VALUE for what is no body.';

CREATE FUNCTION schema_diff(from_snapshot integer, to_snapshot integer DEFAULT NULL)
RETURNS TABLE (change text, object_type text, object_name text, property text, expected text, actual text,
			   bump text, evidence text, rule text, direction text, hazard text,
			   section text, kind text, name text)
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	SET quote_all_identifiers = off SET standard_conforming_strings = on
AS 'MODULE_PATHNAME', 'summit_migrate_schema_diff';
COMMENT ON FUNCTION schema_diff(integer, integer) IS
'What differs between two snapshots, or a snapshot and the live schema (to_snapshot NULL); expected is the first one''s, actual the second one''s. Sorted: the database, then the cluster; kind, name, parts. section, kind and name: the object that the change is on or in, by its name in the second snapshot where it is there. renamed: expected is the old name, actual the new one; only where both are of one database and OIDs prove it. bump: none, patch, minor, major; rule: see classification_rules(); direction: who feels it (reader, writer, operator); hazard: what the lock of such a change costs on this table (none, brief, long). evidence, NULL where there is none: what holds for each such change, other roles with privileges, and, compared with the live schema, users by pg_depend and whether the table is empty. Raises what snapshot_changes() raises for a snapshot that is missing.';

CREATE FUNCTION classify_schema_change(from_snapshot integer, to_snapshot integer DEFAULT NULL)
RETURNS TABLE (change text, object_type text, object_name text, property text, expected text, actual text,
			   bump text, evidence text, rule text, direction text, hazard text,
			   section text, kind text, name text)
LANGUAGE sql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	SET quote_all_identifiers = off SET standard_conforming_strings = on
AS $$
	SELECT * FROM @extschema@.schema_diff(from_snapshot, to_snapshot) d
	ORDER BY pg_catalog.array_position(ARRAY['major', 'minor', 'patch', 'none'], d.bump)
$$;
COMMENT ON FUNCTION classify_schema_change(integer, integer) IS
'The rows of schema_diff(), the highest bump first.';

CREATE FUNCTION schema_bump(from_snapshot integer, to_snapshot integer DEFAULT NULL)
RETURNS text
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	SET quote_all_identifiers = off SET standard_conforming_strings = on
AS 'MODULE_PATHNAME', 'summit_migrate_schema_bump';
COMMENT ON FUNCTION schema_bump(integer, integer) IS
'The highest bump of schema_diff(): none, patch, minor or major.';

CREATE FUNCTION classification_rules()
RETURNS TABLE (rule text, object_type text, change text, property text, bump text, direction text, hazard text, what text)
LANGUAGE c STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_classification_rules';
COMMENT ON FUNCTION classification_rules() IS
'The table by which schema_diff() says what a change means, in its order: the first rule that fits is the change''s. object_type: any; relation: table, view, materialized view, foreign table, sequence; routine: function, procedure, aggregate. property: NULL the object or part itself, * any other. Some rules also look at values (a type that is wider, a policy that is restrictive). A rule may stand here more than once.';

CREATE FUNCTION declared_bump(previous text, version text, breaking boolean)
RETURNS text
LANGUAGE c IMMUTABLE PARALLEL SAFE STRICT
AS 'MODULE_PATHNAME', 'summit_migrate_declared_bump';
COMMENT ON FUNCTION declared_bump(text, text, boolean) IS
'The bump that a header declares: from the version before it and its own, or major where it says Breaking: true. none for a version that is not higher; below 1.0.0 a higher minor number declares major. A release after its own pre-release declares what its numbers say (2.0.0 after 2.0.0-rc.1: major). ERRCODE_INVALID_TEXT_REPRESENTATION for a malformed version.';

CREATE FUNCTION bump_version(version text, bump text)
RETURNS text
LANGUAGE c IMMUTABLE PARALLEL SAFE STRICT
AS 'MODULE_PATHNAME', 'summit_migrate_bump_version';
COMMENT ON FUNCTION bump_version(text, text) IS
'The version after one, by a bump of none, patch, minor or major; below 1.0.0 major counts up the minor number. A pre-release of such a version is followed by that version. Errors as compare_versions(), and ERRCODE_INVALID_PARAMETER_VALUE for another bump.';

CREATE FUNCTION next_schema_version(db_type text DEFAULT 'postgresql')
RETURNS text
LANGUAGE c VOLATILE PARALLEL UNSAFE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	SET quote_all_identifiers = off SET standard_conforming_strings = on
AS 'MODULE_PATHNAME', 'summit_migrate_next_schema_version';
COMMENT ON FUNCTION next_schema_version(text) IS
'The version that the live schema makes of the current one: get_current_schema_version(), counted up by schema_bump() of that version''s snapshot against the live schema; the same version where nothing has changed. 0.1.0 where there is no version yet; NULL where the current one has no snapshot, so that nothing is known of what has changed since. Errors as get_current_schema_version().';

CREATE FUNCTION schema_diff_sql(from_snapshot integer, to_snapshot integer DEFAULT NULL)
RETURNS TABLE (object_type text, object_name text, statement text, reason text)
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	SET quote_all_identifiers = off SET standard_conforming_strings = on
AS 'MODULE_PATHNAME', 'summit_migrate_schema_diff_sql';
COMMENT ON FUNCTION schema_diff_sql(integer, integer) IS
'The statements that bring the second snapshot (NULL: the live schema) to the first one, in the order to run them, in one transaction; without a semicolon at the end. A change for which none is written has a row with statement NULL, and reason says why; these come last. Nothing is dropped with CASCADE: a statement that would take more with it fails. Errors as schema_diff().';

CREATE FUNCTION schema_sql(snapshot integer DEFAULT NULL)
RETURNS text
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	SET quote_all_identifiers = off SET standard_conforming_strings = on
AS 'MODULE_PATHNAME', 'summit_migrate_schema_sql';
COMMENT ON FUNCTION schema_sql(integer) IS
'The database''s schema as SQL, of a snapshot or (NULL) as it is now: a stanza an object, sorted by kind and name, the same text for the same schema, so that git shows what changes. For reading, not for restoring: no order is kept between objects. What is not written as SQL stands there as JSON in comments.';

CREATE FUNCTION schema_json(snapshot integer DEFAULT NULL)
RETURNS text
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	SET quote_all_identifiers = off SET standard_conforming_strings = on
AS 'MODULE_PATHNAME', 'summit_migrate_schema_json';
COMMENT ON FUNCTION schema_json(integer) IS
'The same as JSON, all of it, a property a line: {"format": 1, "objects": {kind: {name: body}}}, keys in byte order.';

CREATE FUNCTION load_schema_json(content text)
RETURNS integer
LANGUAGE c VOLATILE PARALLEL UNSAFE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	SET quote_all_identifiers = off SET standard_conforming_strings = on
AS 'MODULE_PATHNAME', 'summit_migrate_load_schema_json';
COMMENT ON FUNCTION load_schema_json(text) IS
'Stores what schema_json() wrote as a snapshot and returns its id, for schema_diff(id): metadata says source: file. What belongs to the cluster is as it is now. Renames are not recognised against it; secrets differ where the file is of another database, since each has a key of its own for their hashes. Comparable within one server major. ERRCODE_INVALID_PARAMETER_VALUE for a file of another format, ERRCODE_INVALID_TEXT_REPRESENTATION for what is no JSON.';

REVOKE ALL ON FUNCTION
	diff_bodies(text, text, text, jsonb, jsonb, jsonb, jsonb),
	schema_diff(integer, integer),
	classify_schema_change(integer, integer),
	schema_bump(integer, integer),
	classification_rules(),
	declared_bump(text, text, boolean),
	bump_version(text, text),
	next_schema_version(text),
	schema_diff_sql(integer, integer),
	schema_sql(integer),
	schema_json(integer),
	load_schema_json(text)
	FROM PUBLIC;
