-- where anybody may create functions beside ours, theirs are not called
SELECT accept_schema('the test begins') IS NOT NULL AS accepted;
CREATE ROLE regress_drift_mallory;
CREATE SCHEMA drift_mallory;
GRANT CREATE ON SCHEMA public, drift_mallory TO regress_drift_mallory;
GRANT USAGE ON SCHEMA drift_mallory TO PUBLIC;
SET ROLE regress_drift_mallory;
CREATE FUNCTION public.schema_diff(integer, text) RETURNS TABLE (change text, object_type text, object_name text, property text, expected text,
	actual text, bump text, evidence text, rule text, direction text, hazard text, section text, kind text, name text)
LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'hers, as %', current_user; END$$;
CREATE FUNCTION public.snapshot_changes(integer, text) RETURNS TABLE (section text, kind text, name text, from_body jsonb, to_body jsonb,
	from_identity jsonb, to_identity jsonb)
LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'hers, as %', current_user; END$$;
CREATE FUNCTION public.health_index_serves(oid, smallint[], text) RETURNS boolean
LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'hers, as %', current_user; END$$;
CREATE FUNCTION drift_mallory.hers(text, text) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'hers, as %', current_user; END$$;
CREATE OPERATOR drift_mallory.= (LEFTARG = text, RIGHTARG = text, FUNCTION = drift_mallory.hers);
RESET ROLE;
CREATE TABLE drift_parent (id int PRIMARY KEY);
CREATE TABLE drift_child (id int REFERENCES drift_parent);
CREATE INDEX drift_child_id ON drift_child (id);
SET search_path = drift_mallory, pg_temp, pg_catalog, public;
SELECT count(*) > 0 AS found FROM check_drift();
SELECT accept_drift(id, 'wanted') FROM drift_alerts() WHERE object_name OPERATOR(pg_catalog.=) 'public.drift_child';
SELECT count(*) FROM missing_indexes();
SELECT count(*) >= 0 AS answers FROM schema_health();
RESET search_path;
DROP TABLE drift_child, drift_parent;
REVOKE CREATE ON SCHEMA public FROM regress_drift_mallory;
DROP OWNED BY regress_drift_mallory CASCADE;
DROP SCHEMA drift_mallory CASCADE;
DROP ROLE regress_drift_mallory;
TRUNCATE schema_drift_alerts, ddl_journal, ddl_journal_head, schema_snapshots, schema_buckets, schema_objects;
