-- what the cache says after each change is what reading everything says; each change but those at the end changes it
CREATE SCHEMA fp;
SET search_path = fp, public;
CREATE ROLE regress_fp_owner;
CREATE ROLE regress_fp_other;
SET allow_in_place_tablespaces = on;
CREATE TABLESPACE regress_fp_space LOCATION '';
CREATE TABLE state (last text);
INSERT INTO state VALUES ('');

-- what the three fingerprints are with the cache, and without it: its rows are gone for as long as the savepoint lasts
CREATE FUNCTION with_cache() RETURNS text LANGUAGE sql AS
$$ SELECT schema_fingerprint() || cluster_fingerprint() || portable_schema_fingerprint() $$;
CREATE FUNCTION without_cache() RETURNS text LANGUAGE plpgsql AS $$
DECLARE found text;
BEGIN
	BEGIN
		DELETE FROM schema_cache;
		found := with_cache();
		RAISE EXCEPTION 'undo';
	EXCEPTION WHEN raise_exception THEN
		RETURN found;
	END;
END $$;

CREATE PROCEDURE try(statement text) LANGUAGE plpgsql AS $$
DECLARE
	now text;
BEGIN
	EXECUTE statement;
	now := with_cache();
	IF now <> without_cache() THEN
		RAISE WARNING 'the cache is wrong after: %', statement;
	END IF;
	IF now = (SELECT last FROM state) THEN
		RAISE NOTICE 'nothing has changed after: %', statement;
	END IF;
	UPDATE state SET last = now;
END $$;

-- tables and columns
CALL try('CREATE TABLE users (id serial PRIMARY KEY, email text UNIQUE, age int CHECK (age > 0), note text DEFAULT ''x'')');
CALL try('CREATE TABLE orders (id int PRIMARY KEY, user_id int REFERENCES users, at timestamptz DEFAULT now())');
CALL try('CREATE VIEW adults AS SELECT id, email FROM users WHERE age >= 18');
CALL try('CREATE VIEW adult_orders AS SELECT o.id, a.email FROM orders o JOIN adults a ON a.id = o.user_id');
CALL try('CREATE MATERIALIZED VIEW totals AS SELECT user_id, count(*) AS n FROM orders GROUP BY user_id');
CALL try('CREATE TABLE logs (at date NOT NULL, line text) PARTITION BY RANGE (at)');
CALL try('CREATE TABLE logs_2024 PARTITION OF logs FOR VALUES FROM (''2024-01-01'') TO (''2025-01-01'')');
CALL try('CREATE TABLE heirs (extra int) INHERITS (users)');
CALL try('CREATE FUNCTION first_user(u users) RETURNS int LANGUAGE sql AS ''SELECT u.id''');
CALL try('CREATE VIEW firsts AS SELECT first_user(u) AS f FROM users u');
CALL try('CREATE FUNCTION stamp_row() RETURNS trigger LANGUAGE plpgsql AS ''BEGIN RETURN NEW; END''');
CALL try('CREATE TRIGGER stamp BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION stamp_row()');
CALL try('CREATE RULE nothing AS ON DELETE TO orders DO INSTEAD NOTHING');
CALL try('CREATE POLICY own ON users USING (email = current_user)');
CALL try('CREATE STATISTICS age_email ON age, email FROM users');
CALL try('CREATE INDEX users_lower ON users (lower(email)) WHERE age > 3');

-- renames
CALL try('ALTER TABLE users RENAME COLUMN age TO years');
CALL try('ALTER TABLE users RENAME TO people');
CALL try('ALTER TABLE adults RENAME COLUMN email TO mail');
CALL try('ALTER VIEW adults RENAME TO grown_ups');
CALL try('ALTER MATERIALIZED VIEW totals RENAME TO sums');
CALL try('ALTER SEQUENCE users_id_seq RENAME TO people_id_seq');
CALL try('ALTER INDEX users_lower RENAME TO people_lower');
CALL try('ALTER INDEX users_email_key RENAME TO people_email');
CALL try('ALTER TABLE people RENAME CONSTRAINT users_age_check TO years_positive');
CALL try('ALTER TRIGGER stamp ON people RENAME TO stamp_it');
CALL try('ALTER RULE nothing ON orders RENAME TO nothing_at_all');
CALL try('ALTER POLICY own ON people RENAME TO own_row');
CALL try('ALTER STATISTICS age_email RENAME TO years_email');
CALL try('ALTER FUNCTION first_user(people) RENAME TO first_person');
CALL try('ALTER FUNCTION stamp_row() RENAME TO stamp_line');
CALL try('ALTER TABLE logs RENAME TO lines');
CALL try('ALTER TABLE lines RENAME COLUMN at TO day');

-- types
CALL try('CREATE TYPE mood AS ENUM (''sad'', ''ok'')');
CALL try('CREATE DOMAIN positive AS int DEFAULT 1 CHECK (VALUE > 0)');
CALL try('CREATE TYPE pair AS (a mood, b positive)');
CALL try('CREATE TYPE span AS RANGE (subtype = int4)');
CALL try('CREATE TABLE moods (m mood DEFAULT ''ok'', ms mood[] DEFAULT ''{sad}'', p pair, s span, n positive)');
-- a type inside of others: what depends on these does not depend on it
CALL try('CREATE TABLE many_moods (ms mood[] DEFAULT ''{sad}'')');
CALL try('CREATE DOMAIN calm AS mood');
CALL try('CREATE TABLE calms (c calm DEFAULT ''sad'', p pair[] DEFAULT ''{"(sad,1)"}'')');
CALL try('CREATE VIEW sad AS SELECT * FROM moods WHERE m = ''sad'' OR ''sad'' = ANY (ms)');
CALL try('CREATE FUNCTION cheer(m mood) RETURNS mood LANGUAGE sql AS ''SELECT m''');
CALL try('CREATE VIEW cheered AS SELECT cheer(m) AS c FROM moods');
CALL try('ALTER TYPE mood RENAME VALUE ''sad'' TO ''blue''');
CALL try('ALTER TYPE mood ADD VALUE ''happy'' BEFORE ''ok''');
CALL try('ALTER TYPE mood RENAME TO feeling');
CALL try('ALTER TYPE pair RENAME ATTRIBUTE a TO first');
CALL try('ALTER TYPE pair RENAME TO couple');
CALL try('ALTER TYPE span RENAME TO reach');
CALL try('ALTER DOMAIN positive RENAME TO above_zero');
CALL try('ALTER DOMAIN above_zero RENAME CONSTRAINT positive_check TO above');
CALL try('ALTER DOMAIN above_zero DROP CONSTRAINT above');

-- roles, schemas, and what is moved between them
CALL try('ALTER TABLE people OWNER TO regress_fp_owner');
CALL try('GRANT SELECT ON people TO regress_fp_other');
CALL try('CREATE POLICY others ON people TO regress_fp_other USING (true)');
CALL try('ALTER ROLE regress_fp_owner RENAME TO regress_fp_chief');
CALL try('ALTER ROLE regress_fp_other RENAME TO regress_fp_else');
CALL try('GRANT regress_fp_chief TO regress_fp_else');
CALL try('ALTER ROLE regress_fp_else SET work_mem = ''8MB''');
CALL try('ALTER DEFAULT PRIVILEGES IN SCHEMA fp GRANT SELECT ON TABLES TO regress_fp_else');
CALL try('CREATE SCHEMA fp_more');
CALL try('ALTER TABLE orders SET SCHEMA fp_more');
CALL try('ALTER FUNCTION cheer(feeling) SET SCHEMA fp_more');
CALL try('ALTER TYPE feeling SET SCHEMA fp_more');
CALL try('GRANT USAGE ON SCHEMA fp_more TO regress_fp_else');
CALL try('ALTER SCHEMA fp_more OWNER TO regress_fp_chief');
CALL try('ALTER SCHEMA fp_more RENAME TO fp_else');

-- parts that go, and nothing else with them
CALL try('DROP TRIGGER stamp_it ON people');
CALL try('DROP RULE nothing_at_all ON fp_else.orders');
CALL try('DROP POLICY others ON people');
CALL try('DROP INDEX people_lower');
CALL try('ALTER TABLE people ALTER note DROP DEFAULT');
CALL try('ALTER TABLE people DROP CONSTRAINT years_positive');
CALL try('ALTER TABLE fp_else.orders DROP CONSTRAINT orders_user_id_fkey');
CALL try('COMMENT ON COLUMN people.email IS ''where to write to''');
CALL try('COMMENT ON COLUMN people.email IS NULL');
CALL try('ALTER TABLE people ALTER email SET STORAGE PLAIN');
CALL try('ALTER TABLE people SET (toast.autovacuum_enabled = off)');
CALL try('ALTER TABLE lines DETACH PARTITION logs_2024');
CALL try('ALTER TABLE heirs NO INHERIT people');

-- what the server consults when it prints
CALL try('CREATE FUNCTION pg_catalog.fp_lower(text) RETURNS text LANGUAGE sql AS ''SELECT $1''');
CALL try('DROP FUNCTION pg_catalog.fp_lower(text)');
CALL try('CREATE FUNCTION pg_catalog.fp_any(anyelement) RETURNS int LANGUAGE sql AS ''SELECT 1''');
CALL try('CREATE VIEW anything AS SELECT fp_any(id) AS a FROM people');
CALL try('CREATE FUNCTION pg_catalog.fp_any(int) RETURNS int LANGUAGE sql AS ''SELECT 2''');
CALL try('DROP FUNCTION pg_catalog.fp_any(int)');
CALL try('CREATE INDEX couples ON moods (p)');
CALL try('CREATE OPERATOR CLASS couple_ops DEFAULT FOR TYPE couple USING btree AS FUNCTION 1 btrecordcmp(record, record)');
CALL try('DROP OPERATOR FAMILY couple_ops USING btree');
CALL try('CREATE CAST (fp.couple AS text) WITH INOUT AS ASSIGNMENT');
CALL try('CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq)');
CALL try('CREATE VIEW threes AS SELECT id FROM people WHERE id === 3');
CALL try('CREATE COLLATION german FROM "C"');
CALL try('CREATE VIEW sorted AS SELECT email COLLATE german AS e FROM people');
CALL try('ALTER COLLATION german RENAME TO deutsch');
SET client_min_messages = error; -- that wal_level does not do, in another wording from 17 on
CALL try('CREATE PUBLICATION fp_publication FOR TABLE people');
RESET client_min_messages;
CALL try('ALTER PUBLICATION fp_publication RENAME TO fp_published');
CALL try('ALTER PUBLICATION fp_published ADD TABLE heirs');
CALL try('ALTER PUBLICATION fp_published DROP TABLE people');
CALL try('CREATE FOREIGN DATA WRAPPER fp_wrapper');
CALL try('CREATE SERVER fp_server FOREIGN DATA WRAPPER fp_wrapper');
CALL try('CREATE FOREIGN TABLE abroad (a int) SERVER fp_server');
CALL try('CREATE USER MAPPING FOR regress_fp_else SERVER fp_server');
CALL try('ALTER SERVER fp_server RENAME TO fp_host');
CALL try('ALTER FOREIGN DATA WRAPPER fp_wrapper RENAME TO fp_wrapping');
CALL try('CREATE FUNCTION fp_event() RETURNS event_trigger LANGUAGE plpgsql AS ''BEGIN END''');
CALL try('CREATE EVENT TRIGGER fp_trigger ON sql_drop EXECUTE FUNCTION fp_event()');
CALL try('ALTER EVENT TRIGGER fp_trigger RENAME TO fp_triggered');
CALL try('ALTER FUNCTION fp_event() RENAME TO fp_happened');
CALL try('ALTER EVENT TRIGGER fp_triggered DISABLE');
CALL try('DROP EVENT TRIGGER fp_triggered');
CALL try('GRANT EXECUTE ON FUNCTION pg_catalog.pg_stat_reset() TO regress_fp_else');
CALL try('REVOKE EXECUTE ON FUNCTION pg_catalog.pg_stat_reset() FROM regress_fp_else');
CREATE FUNCTION member() RETURNS int LANGUAGE sql AS 'SELECT 1';
CALL try('SELECT 1');
CALL try('ALTER EXTENSION plpgsql ADD FUNCTION member()');
CALL try('GRANT EXECUTE ON FUNCTION member() TO regress_fp_else');
CALL try('ALTER EXTENSION plpgsql DROP FUNCTION member()');
CALL try('CREATE TABLE kept_elsewhere (id int) TABLESPACE regress_fp_space');
CALL try('ALTER TABLESPACE regress_fp_space RENAME TO regress_fp_room');
CALL try('DROP TABLE kept_elsewhere');
CALL try('COMMENT ON SCHEMA fp_else IS ''elsewhere''');

-- what is no change
CALL try('ANALYZE people');
CALL try('CREATE TEMP TABLE passing (id serial PRIMARY KEY, t text)');
CALL try('DROP TABLE passing');
CALL try('TRUNCATE people');
CALL try('REFRESH MATERIALIZED VIEW sums');
CALL try('SELECT nextval(''people_id_seq'')');
CALL try('INSERT INTO moods DEFAULT VALUES');
CALL try('GRANT ALL ON people TO regress_fp_chief');
CALL try('ALTER TABLE people ADD COLUMN brief int');
CALL try('ALTER TABLE people DROP COLUMN brief');
VACUUM FULL pg_catalog.pg_description;
CALL try('SELECT 1');

SELECT schema_fingerprint() ~ '^[0-9a-f]{64}$' AS is_hex,
	   schema_fingerprint() <> portable_schema_fingerprint() AS exact_is_not_portable,
	   schema_fingerprint() <> cluster_fingerprint() AS database_is_not_cluster;

RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA fp, fp_else CASCADE;
DROP FUNCTION pg_catalog.fp_any(anyelement);
DROP TABLESPACE regress_fp_room;
DROP FOREIGN DATA WRAPPER fp_wrapping CASCADE;
DROP PUBLICATION fp_published;
DROP OWNED BY regress_fp_chief, regress_fp_else;
DROP ROLE regress_fp_chief, regress_fp_else;
