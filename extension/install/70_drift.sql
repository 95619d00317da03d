-- ---------------------------------------------------------------------------
-- drift: the schema that is expected, and what differs from it
-- ---------------------------------------------------------------------------

CREATE FUNCTION expected_before_run()
RETURNS integer
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_expected_before_run';
COMMENT ON FUNCTION expected_before_run() IS
'Notes the schema as this session''s run finds it, before its first statement; settles a run that was killed in between. Returns the id of the snapshot, that of the expected schema where nothing differs. Needs a run (begin_run).';

CREATE FUNCTION expected_after_run()
RETURNS integer
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_expected_after_run';
COMMENT ON FUNCTION expected_after_run() IS
'Makes what this session''s run changed the expected schema; an object that was drift before the run and was not touched by it stays drift, and so does what others changed beside the run, as far as their DDL was captured (its alert is open). The first schema ever seen is expected as it is. Returns the id of the expected snapshot. Needs expected_before_run() in the same run (ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE).';

CREATE FUNCTION accept_schema(notes text)
RETURNS integer
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_accept_schema';
COMMENT ON FUNCTION accept_schema(text) IS
'Makes the schema as it is now the expected one, all of it, and closes every open alert as accepted with these notes. Returns the snapshot''s id. Empty or NULL notes are an error.';

CREATE FUNCTION assess_change(migration_id text, phase text, from_snapshot integer, allow_understated boolean DEFAULT false)
RETURNS integer
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_assess_change';
COMMENT ON FUNCTION assess_change(text, text, integer, boolean) IS
'Takes a snapshot, in the transaction of the unit that changed the schema, and compares what the change is (classify_schema_change since from_snapshot: the schema before the migration; but for the cluster, and for what others changed beside the run) with what the migration''s header declares by Version and Breaking. An understated bump is an error (ERRCODE_CHECK_VIOLATION, with the changes as detail), or with allow_understated a WARNING. Returns the snapshot''s id, for the next call. A migration without a version declares nothing.';

CREATE FUNCTION drift_ignore_rule_for(kind text, name text)
RETURNS integer
LANGUAGE sql STABLE PARALLEL RESTRICTED STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE
		WHEN kind = 'schema' THEN @extschema@.drift_ignore_rule(NULL::text, kind, (parse_ident(name))[1])
		WHEN kind IN ('table', 'view', 'materialized view', 'foreign table', 'sequence', 'type', 'function',
					  'procedure', 'aggregate', 'statistics', 'collation')
		THEN @extschema@.drift_ignore_rule((parse_ident(name, false))[1], kind, (parse_ident(name, false))[2])
		ELSE @extschema@.drift_ignore_rule(NULL::text, kind, name)
	END
$$;
COMMENT ON FUNCTION drift_ignore_rule_for(text, text) IS
'The rule because of which an object, by kind and quoted name as in a snapshot, is never drift; NULL when there is none.';

CREATE FUNCTION check_drift()
RETURNS TABLE (id bigint, severity text, drift_type text, object_type text, object_name text, summary text,
			   author text, role_name text, client_addr inet, application_name text, changed_at timestamptz,
			   statement text, bump text, evidence text, journal_id bigint, detected_at timestamptz,
			   last_seen timestamptz, changes jsonb)
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_check_drift';
COMMENT ON FUNCTION check_drift() IS
'Compares the live schema with the expected one, opens an alert for each object that differs, closes those of objects that are as expected again, and returns the open ones, the most severe first: what changed (summary; changes has each property with expected, actual, rule, bump and evidence), who did it last, as which role, from where and when, and by which statements (from the journal; author NULL: nobody knows, severity critical while capture is on), what it breaks (evidence) and what version bump it means. While a run is under way nothing is compared, which a NOTICE says. A NOTICE, too, where no schema is expected yet (accept_schema).';

CREATE FUNCTION alert_history(metadata jsonb)
RETURNS bigint[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT SET search_path = pg_catalog, pg_temp
AS $$
	SELECT array_agg(e::bigint) FROM jsonb_array_elements_text(
		CASE jsonb_typeof(metadata -> 'history') WHEN 'array' THEN metadata -> 'history' ELSE '[]' END) e
$$;
COMMENT ON FUNCTION alert_history(jsonb) IS
'The ddl_journal ids of all DDL that was folded into an alert, from its metadata; NULL when there is none.';

CREATE FUNCTION drift_alerts(include_resolved boolean DEFAULT false)
RETURNS TABLE (id bigint, severity text, drift_type text, object_type text, object_name text, summary text,
			   author text, role_name text, client_addr inet, application_name text, changed_at timestamptz,
			   statement text, bump text, evidence text, journal_id bigint, detected_at timestamptz,
			   last_seen timestamptz, changes jsonb, status text, resolved_at timestamptz, resolved_by text,
			   resolution_notes text)
LANGUAGE sql STABLE PARALLEL RESTRICTED STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT a.id, a.severity, a.drift_type, a.object_type, a.object_identity,
		   coalesce(a.metadata ->> 'summary', j.command_tag),
		   j.authenticated_user, j.role_name, j.client_addr, j.application_name, j.captured_at,
		   coalesce((SELECT string_agg(h.statement, E';\n' ORDER BY h.first)
					 FROM (SELECT e.statement, min(e.id) AS first FROM @extschema@.ddl_journal e
						   WHERE e.id = ANY (@extschema@.alert_history(a.metadata)) GROUP BY e.statement) h),
					j.statement),
		   a.metadata ->> 'bump', a.metadata ->> 'evidence', a.journal_id, a.detected_at,
		   a.last_seen, coalesce(a.metadata -> 'changes', '[]'), a.status, a.resolved_at, a.resolved_by,
		   a.resolution_notes
	FROM @extschema@.schema_drift_alerts a
	LEFT JOIN @extschema@.ddl_journal j ON j.id = a.journal_id
	WHERE (a.resolved_at IS NULL OR include_resolved) AND a.status <> 'folded'
	ORDER BY a.resolved_at IS NOT NULL, array_position(ARRAY['critical', 'high', 'medium', 'low'], a.severity), a.id
$$;
COMMENT ON FUNCTION drift_alerts(boolean) IS
'The alerts as check_drift() returns them, without comparing anything; with the resolved ones, too, and how they ended (status: open, undone, accepted, resolved).';

CREATE FUNCTION resolve_drift(id bigint, notes text)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_resolve_drift';
COMMENT ON FUNCTION resolve_drift(bigint, text) IS
'Closes an alert whose object is as expected again (or cannot be compared), with a word on how. Where it still differs that is an error with the way out as a hint (undo it, or accept_drift); a second call is one too (ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE); an unknown id is ERRCODE_UNDEFINED_OBJECT.';

CREATE FUNCTION accept_drift(id bigint, notes text)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_accept_drift';
COMMENT ON FUNCTION accept_drift(bigint, text) IS
'Makes the object of an alert, as it is now, part of the expected schema, and closes the alert with these notes. Errors as resolve_drift().';

REVOKE ALL ON FUNCTION
	expected_before_run(),
	expected_after_run(),
	accept_schema(text),
	assess_change(text, text, integer, boolean),
	drift_ignore_rule_for(text, text),
	check_drift(),
	alert_history(jsonb),
	drift_alerts(boolean),
	resolve_drift(bigint, text),
	accept_drift(bigint, text)
	FROM PUBLIC;
