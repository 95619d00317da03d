-- The base schema of the oracle: every kind of object that a database can hold,
-- and of each the properties that a mutation can take away again.
CREATE EXTENSION citext SCHEMA public;
CREATE EXTENSION postgres_fdw SCHEMA public;
CREATE EXTENSION lo SCHEMA public;
REVOKE EXECUTE ON FUNCTION public.citext_eq(citext, citext) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.citext_eq(citext, citext) TO oracle_app;
GRANT EXECUTE ON FUNCTION pg_catalog.pg_stat_file(text) TO oracle_app;
COMMENT ON SCHEMA public IS 'as it came';

CREATE SCHEMA app AUTHORIZATION oracle_owner;
COMMENT ON SCHEMA app IS 'the application''s';
GRANT USAGE ON SCHEMA app TO oracle_app, oracle_reader;
CREATE SCHEMA "Odd Schema";
CREATE SCHEMA empty;
ALTER DEFAULT PRIVILEGES FOR ROLE oracle_owner IN SCHEMA app GRANT SELECT ON TABLES TO oracle_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE oracle_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

-- types
CREATE TYPE app.mood AS ENUM ('sad', 'ok', 'happy');
COMMENT ON TYPE app.mood IS 'how it goes';
CREATE TYPE app.spare_enum AS ENUM ('one', 'two', 'three');
CREATE DOMAIN app.email AS text COLLATE "C" DEFAULT 'nobody@example.com' NOT NULL
	CONSTRAINT email_at CHECK (VALUE LIKE '%@%') CONSTRAINT email_short CHECK (length(VALUE) < 200);
COMMENT ON CONSTRAINT email_at ON DOMAIN app.email IS 'a sign';
CREATE DOMAIN app.spare_domain AS numeric(8,2);
CREATE TYPE app.address AS (street text COLLATE "C", number integer, since timestamp(3) with time zone);
COMMENT ON COLUMN app.address.street IS 'without number';
CREATE TYPE app.spare_pair AS (a integer, b text);
CREATE FUNCTION app.span_diff(a double precision, b double precision) RETURNS double precision
	LANGUAGE sql IMMUTABLE STRICT AS 'SELECT a - b';
CREATE TYPE app.span AS RANGE (subtype = double precision, subtype_diff = app.span_diff, multirange_type_name = app.spans);
CREATE TYPE app.word_range AS RANGE (subtype = text, collation = "C");
CREATE TYPE app.shape;
CREATE FUNCTION app.shape_in(cstring) RETURNS app.shape LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION app.shape_out(app.shape) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE FUNCTION app.shape_receive(internal) RETURNS app.shape LANGUAGE internal STABLE STRICT AS 'textrecv';
CREATE FUNCTION app.shape_send(app.shape) RETURNS bytea LANGUAGE internal STABLE STRICT AS 'textsend';
CREATE TYPE app.shape (INPUT = app.shape_in, OUTPUT = app.shape_out, RECEIVE = app.shape_receive, SEND = app.shape_send,
	INTERNALLENGTH = VARIABLE, STORAGE = extended, CATEGORY = 'S', DELIMITER = ';', DEFAULT = 'round', COLLATABLE = true);
CREATE TYPE app.shell;
CREATE COLLATION app.german (provider = icu, locale = 'de', deterministic = false);
CREATE COLLATION app.plain (provider = libc, locale = 'C');

-- routines
CREATE FUNCTION app.add(a integer, b integer DEFAULT 1) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT a + b';
CREATE FUNCTION app.full(first text, VARIADIC rest text[] DEFAULT '{}') RETURNS text LANGUAGE plpgsql STABLE STRICT
	SECURITY DEFINER PARALLEL SAFE COST 20 SET search_path = app, pg_temp SET work_mem = '1MB'
	AS $$ BEGIN RETURN first; END $$;
COMMENT ON FUNCTION app.full(text, text[]) IS 'joins';
CREATE FUNCTION app.rows(OUT n integer, OUT label text) RETURNS SETOF record LANGUAGE sql ROWS 30 AS $$ SELECT 1, 'x' $$;
CREATE FUNCTION app.listed(n integer) RETURNS TABLE (x integer, y app.mood) LANGUAGE sql AS $$ SELECT 1, 'ok'::app.mood $$;
CREATE FUNCTION app.standard(d date) RETURNS date LANGUAGE sql RETURN d + 1;
CREATE FUNCTION app.standard_block() RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END;
CREATE PROCEDURE app.act(INOUT n integer, note text DEFAULT 'none') LANGUAGE plpgsql AS $$ BEGIN n := n + 1; END $$;
CREATE FUNCTION app.on_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE FUNCTION app.on_row_too() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE FUNCTION app.on_event() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE FUNCTION app.on_event_too() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
GRANT EXECUTE ON FUNCTION app.add(integer, integer) TO oracle_app;
CREATE AGGREGATE app.total(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0', COMBINEFUNC = int4pl, PARALLEL = safe);
CREATE AGGREGATE app.moving(integer) (SFUNC = int4pl, STYPE = integer, SSPACE = 8, INITCOND = '0',
	MSFUNC = int4pl, MINVFUNC = int4mi, MSTYPE = integer, MSSPACE = 16, MINITCOND = '0', SORTOP = >);
CREATE AGGREGATE app.middle(double precision ORDER BY integer) (SFUNC = ordered_set_transition, STYPE = internal,
	FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA, FINALFUNC_MODIFY = shareable);
COMMENT ON AGGREGATE app.total(integer) IS 'a sum';

-- operators, classes, casts
CREATE FUNCTION app.near(a integer, b integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT abs(a - b) < 2';
CREATE FUNCTION app.not_near(a integer, b integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT abs(a - b) >= 2';
CREATE OPERATOR app.~~~ (LEFTARG = integer, RIGHTARG = integer, FUNCTION = app.near, COMMUTATOR = OPERATOR(app.~~~), RESTRICT = eqsel, JOIN = eqjoinsel);
CREATE OPERATOR app.!~~~ (LEFTARG = integer, RIGHTARG = integer, FUNCTION = app.not_near, NEGATOR = OPERATOR(app.~~~));
CREATE OPERATOR app.!! (RIGHTARG = integer, FUNCTION = int4um);
COMMENT ON OPERATOR app.~~~ (integer, integer) IS 'near';
CREATE OPERATOR FAMILY app.backward USING btree;
ALTER OPERATOR FAMILY app.backward USING btree ADD OPERATOR 1 > (int4, int8), FUNCTION 1 (int4, int8) btint48cmp(int4, int8);
CREATE OPERATOR CLASS app.int_backward FOR TYPE integer USING btree FAMILY app.backward AS
	OPERATOR 1 >, OPERATOR 2 >=, OPERATOR 3 =, OPERATOR 4 <=, OPERATOR 5 <, FUNCTION 1 btint4cmp(int4, int4);
CREATE OPERATOR FAMILY app.spare_family USING hash;
CREATE OPERATOR CLASS app.spare_class FOR TYPE bigint USING hash FAMILY app.spare_family AS OPERATOR 1 =, FUNCTION 1 hashint8(int8);
CREATE OPERATOR FAMILY app.distances USING gist;
ALTER OPERATOR FAMILY app.distances USING gist ADD OPERATOR 15 <-> (point, point) FOR ORDER BY pg_catalog.float_ops;
CREATE FUNCTION app.mood_number(app.mood) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT 1 $$;
CREATE CAST (app.mood AS integer) WITH FUNCTION app.mood_number(app.mood) AS ASSIGNMENT;
CREATE CAST (app.address AS text) WITH INOUT;
CREATE CAST (app.shape AS text) WITHOUT FUNCTION AS IMPLICIT;
COMMENT ON CAST (app.mood AS integer) IS 'its number';
CREATE CONVERSION app.to_utf8 FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE ACCESS METHOD app_heap TYPE TABLE HANDLER heap_tableam_handler;
CREATE ACCESS METHOD app_tree TYPE INDEX HANDLER bthandler;
CREATE FUNCTION app.call_handler() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler';
CREATE FUNCTION app.inline_handler(internal) RETURNS void LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_inline_handler';
CREATE FUNCTION app.validator(oid) RETURNS void LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_validator';
CREATE LANGUAGE app_language HANDLER app.call_handler INLINE app.inline_handler VALIDATOR app.validator;
CREATE TRANSFORM FOR integer LANGUAGE sql (FROM SQL WITH FUNCTION prsd_lextype(internal), TO SQL WITH FUNCTION int4recv(internal));
CREATE FUNCTION app.transformed(integer) RETURNS integer LANGUAGE sql TRANSFORM FOR TYPE integer AS 'SELECT $1';

-- text search
CREATE TEXT SEARCH PARSER app.parser (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype, HEADLINE = prsd_headline);
CREATE TEXT SEARCH TEMPLATE app.template (INIT = dsimple_init, LEXIZE = dsimple_lexize);
CREATE TEXT SEARCH DICTIONARY app.dictionary (TEMPLATE = app.template, stopwords = 'english');
CREATE TEXT SEARCH DICTIONARY app.dictionary_too (TEMPLATE = simple);
CREATE TEXT SEARCH CONFIGURATION app.configuration (PARSER = app.parser);
ALTER TEXT SEARCH CONFIGURATION app.configuration ADD MAPPING FOR asciiword, word WITH app.dictionary, simple;
COMMENT ON TEXT SEARCH CONFIGURATION app.configuration IS 'to search';

-- sequences and tables
CREATE SEQUENCE app.numbers AS integer START 5 INCREMENT 5 MINVALUE 5 MAXVALUE 50000 CACHE 3 CYCLE;
CREATE SEQUENCE app.plain_numbers;
COMMENT ON SEQUENCE app.numbers IS 'by five';
CREATE TABLE app.users (
	id integer GENERATED BY DEFAULT AS IDENTITY (START 10 INCREMENT 2) CONSTRAINT users_pkey PRIMARY KEY,
	mail app.email,
	name varchar(40) COLLATE "C" DEFAULT 'n/a' NOT NULL CONSTRAINT users_name CHECK (name <> ''),
	mood app.mood DEFAULT 'ok',
	home app.address,
	area app.spans,
	born date DEFAULT '2001-02-03',
	wait interval DEFAULT '1 day 02:03:04',
	weight numeric(10,3) DEFAULT 1.5,
	raw bytea DEFAULT '\x5c41',
	double_weight numeric GENERATED ALWAYS AS (weight * 2) STORED,
	serial_no serial,
	codes integer[],
	CONSTRAINT users_mail UNIQUE (mail) INCLUDE (name),
	CONSTRAINT users_area EXCLUDE USING gist (int4range(id, id + 1) WITH &&) WHERE (id > 0)
);
ALTER TABLE app.users ADD gone integer;
ALTER TABLE app.users DROP COLUMN gone;
COMMENT ON TABLE app.users IS 'people';
COMMENT ON COLUMN app.users.mail IS 'unique';
COMMENT ON CONSTRAINT users_name ON app.users IS 'not empty';
ALTER TABLE app.users ALTER name SET STATISTICS 200, ALTER name SET (n_distinct = -0.5), ALTER raw SET STORAGE EXTERNAL,
	ALTER name SET COMPRESSION pglz;
ALTER TABLE app.users SET (fillfactor = 80, toast.autovacuum_enabled = false);
CREATE INDEX users_lower ON app.users (lower(name) COLLATE "C" text_pattern_ops DESC NULLS LAST, born) INCLUDE (mood) WITH (fillfactor = 70) WHERE born > '2000-01-01';
ALTER INDEX app.users_lower ALTER COLUMN 1 SET STATISTICS 300;
COMMENT ON INDEX app.users_lower IS 'to find';
CREATE UNIQUE INDEX users_serial ON app.users (serial_no) NULLS NOT DISTINCT;
CREATE INDEX users_codes ON app.users USING gin (codes) WITH (fastupdate = off);
ALTER TABLE app.users CLUSTER ON users_pkey;
GRANT SELECT, INSERT ON app.users TO oracle_app WITH GRANT OPTION;
GRANT UPDATE (name, mood) ON app.users TO oracle_app;
CREATE TABLE app.orders (
	id bigint CONSTRAINT orders_pkey PRIMARY KEY DEFERRABLE INITIALLY DEFERRED,
	user_id integer DEFAULT 3 CONSTRAINT orders_user REFERENCES app.users ON UPDATE CASCADE ON DELETE SET NULL (user_id) DEFERRABLE,
	amount money, note text, at timestamptz DEFAULT '2024-05-06 07:08:09+00'
);
ALTER TABLE app.orders ENABLE ROW LEVEL SECURITY, REPLICA IDENTITY FULL;
CREATE POLICY orders_mine ON app.orders AS RESTRICTIVE FOR UPDATE TO oracle_app, oracle_reader USING (id > 0) WITH CHECK (id < 1000000);
CREATE POLICY orders_all ON app.orders USING (true);
COMMENT ON POLICY orders_mine ON app.orders IS 'one''s own';
CREATE TRIGGER orders_row BEFORE INSERT OR UPDATE OF note ON app.orders FOR EACH ROW WHEN (NEW.note <> 'x') EXECUTE FUNCTION app.on_row('a', 'b');
CREATE TRIGGER orders_statement AFTER UPDATE ON app.orders REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION app.on_row();
CREATE CONSTRAINT TRIGGER orders_constraint AFTER DELETE ON app.orders FROM app.users DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION app.on_row();
ALTER TABLE app.orders DISABLE TRIGGER orders_statement;
COMMENT ON TRIGGER orders_row ON app.orders IS 'looks';
CREATE RULE orders_rule AS ON DELETE TO app.orders WHERE OLD.id = 1 DO INSTEAD NOTHING;
COMMENT ON RULE orders_rule ON app.orders IS 'keeps the first';
CREATE TABLE app.child (extra integer, CONSTRAINT child_extra CHECK (extra > 0) NO INHERIT) INHERITS (app.orders);
ALTER TABLE app.orders ADD CONSTRAINT orders_note CHECK (note IS NOT NULL) NOT VALID;
CREATE TABLE app.mother (a integer);
CREATE TABLE app.father (a integer);
CREATE TABLE app.daughter () INHERITS (app.mother, app.father);
CREATE TABLE app.lonely (id bigint, user_id integer, amount money, note text, at timestamptz);
CREATE TABLE app.typed OF app.address (number WITH OPTIONS DEFAULT 3);
CREATE UNLOGGED TABLE app.unlogged (a integer) TABLESPACE oracle_space;
CREATE TABLE app.own_method (a integer, b text) USING app_heap;
CREATE TABLE "Odd Schema"."Odd Table" ("Odd Column" integer, "select" text DEFAULT 'a''b"c\d', "a,b" text);
CREATE INDEX own_order ON "Odd Schema"."Odd Table" ("Odd Column" app.int_backward);
CREATE TABLE app.pairs (a integer, b integer, c text, CONSTRAINT pairs_key UNIQUE (a, b));
CREATE TABLE app.pair_users (a integer, b integer);
ALTER TABLE app.pair_users ADD CONSTRAINT pair_users_fk FOREIGN KEY (b, a) REFERENCES app.pairs (b, a) MATCH FULL NOT VALID;
CREATE STATISTICS app.related (ndistinct, dependencies, mcv) ON a, b, (a + b) FROM app.pairs;
ALTER STATISTICS app.related SET STATISTICS 50;
COMMENT ON STATISTICS app.related IS 'a and b';
CREATE TABLE app.spare (id integer NOT NULL, v text, w integer);
CREATE UNIQUE INDEX spare_unique ON app.spare (id);
CREATE TABLE app.scratch (id integer, v text);

-- partitions
CREATE TABLE app.logs (at date NOT NULL, kind text, n integer DEFAULT 0, CONSTRAINT logs_key UNIQUE (at, kind)) PARTITION BY RANGE (at);
CREATE TABLE app.logs_2023 PARTITION OF app.logs FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE app.logs_2024 PARTITION OF app.logs (n DEFAULT 24) FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE app.logs_rest PARTITION OF app.logs DEFAULT;
CREATE TABLE app.logs_loose (at date NOT NULL, kind text, n integer DEFAULT 0);
CREATE INDEX logs_kind ON app.logs (kind);
CREATE INDEX logs_only ON ONLY app.logs (n);
CREATE INDEX logs_2024_n ON app.logs_2024 (n);
CREATE TRIGGER logs_row AFTER INSERT ON app.logs FOR EACH ROW EXECUTE FUNCTION app.on_row();
CREATE TABLE app.by_list (k text, v integer) PARTITION BY LIST (lower(k) COLLATE "C");
CREATE TABLE app.by_list_a PARTITION OF app.by_list FOR VALUES IN ('a', 'b') PARTITION BY HASH (v);
CREATE TABLE app.by_list_a0 PARTITION OF app.by_list_a FOR VALUES WITH (MODULUS 2, REMAINDER 0);

-- views
CREATE VIEW app.sad WITH (security_barrier = true) AS SELECT id, name, born + '1 day'::interval AS later FROM app.users WHERE mood = 'sad';
ALTER VIEW app.sad ALTER COLUMN name SET DEFAULT 'view';
COMMENT ON VIEW app.sad IS 'sad ones';
COMMENT ON COLUMN app.sad.id IS 'of the user';
CREATE VIEW app.checked AS SELECT id, note FROM app.orders WHERE id > 0 WITH LOCAL CHECK OPTION;
CREATE VIEW app.over AS SELECT s.id, s.later, o.note FROM app.sad s JOIN app.checked o USING (id);
CREATE VIEW app.counted AS WITH RECURSIVE c(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM c WHERE n < 3) SELECT n FROM c;
CREATE TRIGGER sad_instead INSTEAD OF INSERT ON app.sad FOR EACH ROW EXECUTE FUNCTION app.on_row();
CREATE RULE checked_log AS ON INSERT TO app.checked DO ALSO NOTIFY orders;
CREATE MATERIALIZED VIEW app.summary WITH (fillfactor = 60) AS SELECT mood, count(*) AS n FROM app.users GROUP BY mood;
CREATE UNIQUE INDEX summary_mood ON app.summary (mood);
COMMENT ON MATERIALIZED VIEW app.summary IS 'by mood';
CREATE MATERIALIZED VIEW app.not_yet AS SELECT 1 AS one WITH NO DATA;

-- foreign data, replication, events
CREATE FOREIGN DATA WRAPPER app_wrapper OPTIONS (debug 'true');
CREATE SERVER app_server TYPE 'db' VERSION '1.2' FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'localhost', dbname 'remote');
CREATE SERVER app_bare FOREIGN DATA WRAPPER app_wrapper;
COMMENT ON SERVER app_server IS 'over there';
GRANT USAGE ON FOREIGN SERVER app_server TO oracle_app;
CREATE USER MAPPING FOR oracle_app SERVER app_server OPTIONS (user 'remote', password 'secret');
CREATE USER MAPPING FOR PUBLIC SERVER app_bare;
CREATE FOREIGN TABLE app.remote (id integer OPTIONS (column_name 'remote_id') NOT NULL, v text COLLATE "C" DEFAULT 'x', CONSTRAINT remote_id CHECK (id > 0))
	SERVER app_server OPTIONS (schema_name 'public', table_name 'there');
COMMENT ON FOREIGN TABLE app.remote IS 'far';
CREATE PUBLICATION app_publication FOR TABLE app.users (id, name, mail), app.orders WHERE (id > 10) WITH (publish = 'insert');
CREATE PUBLICATION app_schemas FOR TABLES IN SCHEMA empty, "Odd Schema", TABLE app.pairs;
CREATE PUBLICATION app_all FOR ALL TABLES WITH (publish_via_partition_root = true);
COMMENT ON PUBLICATION app_publication IS 'some';
CREATE SUBSCRIPTION app_subscription CONNECTION 'host=/nowhere dbname=x password=secret' PUBLICATION one, two
	WITH (connect = false, slot_name = NONE, binary = true, streaming = off); -- 18 has another default
COMMENT ON SUBSCRIPTION app_subscription IS 'in';
CREATE EVENT TRIGGER app_event ON ddl_command_end WHEN TAG IN ('CREATE AGGREGATE', 'ALTER CONVERSION') EXECUTE FUNCTION app.on_event();
COMMENT ON EVENT TRIGGER app_event IS 'rarely';
ALTER EVENT TRIGGER app_event ENABLE REPLICA;

-- owners
ALTER TABLE app.users OWNER TO oracle_owner;
ALTER TABLE app.orders OWNER TO oracle_owner;
ALTER FUNCTION app.add(integer, integer) OWNER TO oracle_owner;
ALTER FUNCTION app.add(integer, integer) DEPENDS ON EXTENSION lo;
ALTER INDEX app.users_codes DEPENDS ON EXTENSION lo;
ALTER TRIGGER orders_row ON app.orders DEPENDS ON EXTENSION lo;
