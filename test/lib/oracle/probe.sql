-- For schema_columns.pl: other values in the catalogs, tried in subtransactions.
CREATE SCHEMA probe;
-- there is no provider of labels in a bare server
INSERT INTO pg_seclabel VALUES ('app.users'::regclass, 'pg_class'::regclass, 0, 'probe', 'a label');
INSERT INTO pg_shseclabel VALUES ('oracle_app'::regrole, 'pg_authid'::regclass, 'probe', 'a label');

CREATE FUNCTION probe.lextype(internal) RETURNS internal LANGUAGE internal STRICT AS 'prsd_lextype';

-- trees can be made of text
CREATE CAST (text AS pg_node_tree) WITHOUT FUNCTION;

CREATE FUNCTION probe.digest() RETURNS text LANGUAGE sql AS $$
	SELECT md5(string_agg(section || kind || name || encode(digest, 'hex'), ' ' ORDER BY section, kind, name))
	FROM public.schema_objects_live() $$;

-- an expression, and a list of one, that have no columns
CREATE TABLE probe.tree (a boolean DEFAULT true);
CREATE FUNCTION probe.constant() RETURNS pg_node_tree LANGUAGE sql AS $$
	SELECT adbin FROM pg_attrdef WHERE adrelid = 'probe.tree'::regclass $$;
CREATE FUNCTION probe.constants() RETURNS pg_node_tree LANGUAGE sql AS $$
	SELECT CAST('(' || adbin::text || ')' AS pg_node_tree) FROM pg_attrdef WHERE adrelid = 'probe.tree'::regclass $$;

-- Sets the column to the value in one row after the other, at most so many.
-- 'changed' as soon as the digest is another one, 'same' where it never was,
-- 'nothing' where no row took the value, 'error: …' where the reader failed.
CREATE FUNCTION probe.try(catalog text, col text, value text, filter text, before text, many integer)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	place tid;
	answer text := 'nothing';
	stage text;
	touched bigint;
BEGIN
	FOR place IN EXECUTE format('SELECT c.ctid FROM pg_catalog.%I c WHERE %s ORDER BY c.%I IS NULL, md5(c.ctid::text) LIMIT %s', catalog, filter, col, many)
	LOOP
		BEGIN
			stage := 'write';
			EXECUTE format('UPDATE pg_catalog.%1$I c SET %2$I = %3$s WHERE ctid = $1 AND (c.%2$I)::text IS DISTINCT FROM (%3$s)::text', catalog, col, value)
				USING place;
			GET DIAGNOSTICS touched = ROW_COUNT;
			IF touched > 0 THEN
				stage := 'read';
				stage := CASE WHEN probe.digest() = before THEN 'same' ELSE 'changed' END;
			END IF;
			RAISE EXCEPTION 'undo';
		EXCEPTION WHEN OTHERS THEN
			IF stage = 'read' THEN
				RETURN format('error: %s %s (%s)', SQLSTATE, SQLERRM, value);
			ELSIF stage = 'changed' THEN
				RETURN stage;
			ELSIF stage = 'same' THEN
				answer := stage;
			END IF;
		END;
	END LOOP;
	RETURN answer;
END $$;
