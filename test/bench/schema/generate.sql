-- A database of :tables tables (10,000: 60,000 rows in pg_class): each with a key
-- from a sequence, an index more, TOAST, a check, a foreign key, a default and a
-- comment; a view for every tenth, a function for every tenth, a trigger for every
-- twentieth.  100 schemas.  Called with psql -v tables=N.
SET client_min_messages = warning;
SET synchronous_commit = off;
CREATE ROLE bench_reader;
SELECT set_config('bench.tables', :'tables', false);

CREATE PROCEDURE make_tables() LANGUAGE plpgsql AS $$
DECLARE
	n int := current_setting('bench.tables')::int;
	s text;
BEGIN
	FOR i IN 0 .. 99 LOOP
		EXECUTE format('CREATE SCHEMA app_%s', i);
		EXECUTE format('CREATE FUNCTION app_%s.touch() RETURNS trigger LANGUAGE plpgsql AS %L', i,
					   'BEGIN NEW.changed_at := now(); RETURN NEW; END');
	END LOOP;
	FOR i IN 1 .. n LOOP
		s := 'app_' || i % 100;
		EXECUTE format('CREATE TABLE %s.t_%s (id bigserial PRIMARY KEY, parent_id bigint, name text NOT NULL DEFAULT %L,'
					   ' amount numeric(12,2) CHECK (amount >= 0), changed_at timestamptz NOT NULL DEFAULT now())', s, i, 'none');
		EXECUTE format('CREATE INDEX ON %s.t_%s (parent_id, name)', s, i);
		EXECUTE format('COMMENT ON COLUMN %s.t_%s.name IS %L', s, i, 'name of row ' || i);
		IF i > 100 THEN
			EXECUTE format('ALTER TABLE %1$s.t_%2$s ADD FOREIGN KEY (parent_id) REFERENCES %1$s.t_%3$s', s, i, i - 100);
		END IF;
		IF i % 10 = 0 THEN
			EXECUTE format('CREATE VIEW %1$s.v_%2$s AS SELECT id, upper(name) AS name FROM %1$s.t_%2$s WHERE amount > 10', s, i);
			EXECUTE format('CREATE FUNCTION %1$s.f_%2$s(a int) RETURNS bigint LANGUAGE plpgsql STABLE AS %3$L', s, i,
						   format('BEGIN RETURN (SELECT count(*) FROM %s.t_%s WHERE parent_id = a); END', s, i));
			EXECUTE format('GRANT SELECT ON %s.t_%s TO bench_reader', s, i);
		END IF;
		IF i % 20 = 0 THEN
			EXECUTE format('CREATE TRIGGER touch BEFORE UPDATE ON %1$s.t_%2$s FOR EACH ROW EXECUTE FUNCTION %1$s.touch()', s, i);
		END IF;
		IF i % 200 = 0 THEN
			COMMIT;
		END IF;
	END LOOP;
END $$;
CALL make_tables();
DROP PROCEDURE make_tables();
VACUUM ANALYZE;
