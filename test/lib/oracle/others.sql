-- Mutations of views, sequences, languages, text search, foreign data,
-- replication, event triggers and extensions.
== access method added
CREATE ACCESS METHOD spare_heap TYPE TABLE HANDLER heap_tableam_handler;
-- undo
DROP ACCESS METHOD spare_heap;
== access method comment
COMMENT ON ACCESS METHOD app_tree IS 'a tree';
-- undo
COMMENT ON ACCESS METHOD app_tree IS NULL;
== language renamed
ALTER LANGUAGE app_language RENAME TO other_language;
-- undo
ALTER LANGUAGE other_language RENAME TO app_language;
== language trusted
CREATE OR REPLACE TRUSTED LANGUAGE app_language HANDLER app.call_handler INLINE app.inline_handler VALIDATOR app.validator;
-- undo
CREATE OR REPLACE LANGUAGE app_language HANDLER app.call_handler INLINE app.inline_handler VALIDATOR app.validator;
== language functions
CREATE OR REPLACE LANGUAGE app_language HANDLER app.call_handler;
-- undo
CREATE OR REPLACE LANGUAGE app_language HANDLER app.call_handler INLINE app.inline_handler VALIDATOR app.validator;
== language of an extension
GRANT USAGE ON LANGUAGE plpgsql TO oracle_app;
-- undo
REVOKE USAGE ON LANGUAGE plpgsql FROM oracle_app;
== language of initdb : blind lost
REVOKE USAGE ON LANGUAGE sql FROM PUBLIC;
-- undo
GRANT USAGE ON LANGUAGE sql TO PUBLIC;
== transform functions
CREATE OR REPLACE TRANSFORM FOR integer LANGUAGE sql (TO SQL WITH FUNCTION int4recv(internal));
-- undo
CREATE OR REPLACE TRANSFORM FOR integer LANGUAGE sql (FROM SQL WITH FUNCTION prsd_lextype(internal), TO SQL WITH FUNCTION int4recv(internal));
== transform added
CREATE TRANSFORM FOR bigint LANGUAGE sql (TO SQL WITH FUNCTION int8recv(internal));
-- undo
DROP TRANSFORM FOR bigint LANGUAGE sql;
== parser renamed
ALTER TEXT SEARCH PARSER app.parser RENAME TO reader;
-- undo
ALTER TEXT SEARCH PARSER app.reader RENAME TO parser;
== parser added
CREATE TEXT SEARCH PARSER app.spare_parser (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype);
-- undo
DROP TEXT SEARCH PARSER app.spare_parser;
== template moved
ALTER TEXT SEARCH TEMPLATE app.template SET SCHEMA empty;
-- undo
ALTER TEXT SEARCH TEMPLATE empty.template SET SCHEMA app;
== template added
CREATE TEXT SEARCH TEMPLATE app.spare_template (LEXIZE = dsimple_lexize);
-- undo
DROP TEXT SEARCH TEMPLATE app.spare_template;
== dictionary options
ALTER TEXT SEARCH DICTIONARY app.dictionary (stopwords = 'german');
-- undo
ALTER TEXT SEARCH DICTIONARY app.dictionary (stopwords = 'english');
== dictionary option added
ALTER TEXT SEARCH DICTIONARY app.dictionary_too (accept = false);
-- undo
ALTER TEXT SEARCH DICTIONARY app.dictionary_too (accept);
== dictionary renamed
ALTER TEXT SEARCH DICTIONARY app.dictionary RENAME TO words;
-- undo
ALTER TEXT SEARCH DICTIONARY app.words RENAME TO dictionary;
== dictionary owner
ALTER TEXT SEARCH DICTIONARY app.dictionary OWNER TO oracle_heir;
-- undo
ALTER TEXT SEARCH DICTIONARY app.dictionary OWNER TO postgres;
== mapping added
ALTER TEXT SEARCH CONFIGURATION app.configuration ADD MAPPING FOR email WITH simple;
-- undo
ALTER TEXT SEARCH CONFIGURATION app.configuration DROP MAPPING FOR email;
== mapping order
ALTER TEXT SEARCH CONFIGURATION app.configuration ALTER MAPPING FOR word WITH simple, app.dictionary;
-- undo
ALTER TEXT SEARCH CONFIGURATION app.configuration ALTER MAPPING FOR word WITH app.dictionary, simple;
== mapping replaced
ALTER TEXT SEARCH CONFIGURATION app.configuration ALTER MAPPING REPLACE app.dictionary WITH app.dictionary_too;
-- undo
ALTER TEXT SEARCH CONFIGURATION app.configuration ALTER MAPPING REPLACE app.dictionary_too WITH app.dictionary;
== configuration renamed
ALTER TEXT SEARCH CONFIGURATION app.configuration RENAME TO setup;
-- undo
ALTER TEXT SEARCH CONFIGURATION app.setup RENAME TO configuration;
== configuration comment
COMMENT ON TEXT SEARCH CONFIGURATION app.configuration IS 'to seek';
-- undo
COMMENT ON TEXT SEARCH CONFIGURATION app.configuration IS 'to search';
== sequence start
ALTER SEQUENCE app.numbers START 10;
-- undo
ALTER SEQUENCE app.numbers START 5;
== sequence increment
ALTER SEQUENCE app.numbers INCREMENT 10;
-- undo
ALTER SEQUENCE app.numbers INCREMENT 5;
== sequence limits
ALTER SEQUENCE app.numbers MINVALUE 0 MAXVALUE 60000;
-- undo
ALTER SEQUENCE app.numbers MINVALUE 5 MAXVALUE 50000;
== sequence cache
ALTER SEQUENCE app.numbers CACHE 1 NO CYCLE;
-- undo
ALTER SEQUENCE app.numbers CACHE 3 CYCLE;
== sequence type
ALTER SEQUENCE app.plain_numbers AS smallint;
-- undo
ALTER SEQUENCE app.plain_numbers AS bigint;
== sequence value : same
SELECT setval('app.numbers', 20), nextval('app.numbers');
-- undo
SELECT setval('app.numbers', 5, false);
== sequence owned
ALTER SEQUENCE app.plain_numbers OWNED BY app.spare.w;
-- undo
ALTER SEQUENCE app.plain_numbers OWNED BY NONE;
== sequence unlogged
ALTER SEQUENCE app.plain_numbers SET UNLOGGED;
-- undo
ALTER SEQUENCE app.plain_numbers SET LOGGED;
== sequence renamed
ALTER SEQUENCE app.users_serial_no_seq RENAME TO serials;
-- undo
ALTER SEQUENCE app.serials RENAME TO users_serial_no_seq;
== sequence owner
ALTER SEQUENCE app.numbers OWNER TO oracle_heir;
-- undo
ALTER SEQUENCE app.numbers OWNER TO postgres;
== sequence grant
GRANT USAGE ON SEQUENCE app.numbers TO oracle_app;
-- undo
REVOKE USAGE ON SEQUENCE app.numbers FROM oracle_app;
== sequence comment
COMMENT ON SEQUENCE app.numbers IS 'by fives';
-- undo
COMMENT ON SEQUENCE app.numbers IS 'by five';
== view replaced
CREATE OR REPLACE VIEW app.counted AS WITH RECURSIVE c(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM c WHERE n < 4) SELECT n FROM c;
-- undo
CREATE OR REPLACE VIEW app.counted AS WITH RECURSIVE c(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM c WHERE n < 3) SELECT n FROM c;
== view column added
CREATE OR REPLACE VIEW app.counted AS WITH RECURSIVE c(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM c WHERE n < 3) SELECT n, 1 AS more FROM c;
-- undo
DROP VIEW app.counted;
CREATE VIEW app.counted AS WITH RECURSIVE c(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM c WHERE n < 3) SELECT n FROM c;
== view column renamed
ALTER VIEW app.sad RENAME COLUMN later TO day_after;
-- undo
ALTER VIEW app.sad RENAME COLUMN day_after TO later;
== view renamed
ALTER VIEW app.sad RENAME TO gloomy;
-- undo
ALTER VIEW app.gloomy RENAME TO sad;
== view with a rule that notifies renamed
ALTER VIEW app.checked RENAME TO verified;
-- undo
ALTER VIEW app.verified RENAME TO checked;
== view moved
ALTER VIEW app.over SET SCHEMA empty;
-- undo
ALTER VIEW empty.over SET SCHEMA app;
== view owner
ALTER VIEW app.sad OWNER TO oracle_heir;
-- undo
ALTER VIEW app.sad OWNER TO postgres;
== view barrier
ALTER VIEW app.sad SET (security_barrier = false);
-- undo
ALTER VIEW app.sad SET (security_barrier = true);
== view invoker
ALTER VIEW app.over SET (security_invoker = true);
-- undo
ALTER VIEW app.over RESET (security_invoker);
== view check option
ALTER VIEW app.checked SET (check_option = cascaded);
-- undo
ALTER VIEW app.checked SET (check_option = local);
== view default
ALTER VIEW app.sad ALTER COLUMN name SET DEFAULT 'a view';
-- undo
ALTER VIEW app.sad ALTER COLUMN name SET DEFAULT 'view';
== view grant
GRANT SELECT ON app.sad TO oracle_app;
-- undo
REVOKE SELECT ON app.sad FROM oracle_app;
== view comment
COMMENT ON VIEW app.sad IS 'the sad';
-- undo
COMMENT ON VIEW app.sad IS 'sad ones';
== view column comment
COMMENT ON COLUMN app.sad.id IS 'a user';
-- undo
COMMENT ON COLUMN app.sad.id IS 'of the user';
== view trigger dropped
DROP TRIGGER sad_instead ON app.sad;
-- undo
CREATE TRIGGER sad_instead INSTEAD OF INSERT ON app.sad FOR EACH ROW EXECUTE FUNCTION app.on_row();
== view rule dropped
DROP RULE checked_log ON app.checked;
-- undo
CREATE RULE checked_log AS ON INSERT TO app.checked DO ALSO NOTIFY orders;
== view without rows
CREATE VIEW app.fresh_view AS SELECT $$it's$$::text AS a, '{1,2}'::integer[] AS b, interval '1 mon 3 days' AS c, timestamptz '2024-01-01 00:00+00' AS d, 1e300::float8 AS e, '\x00ff'::bytea AS f;
-- undo
DROP VIEW app.fresh_view;
== materialized view options
ALTER MATERIALIZED VIEW app.summary SET (fillfactor = 61);
-- undo
ALTER MATERIALIZED VIEW app.summary SET (fillfactor = 60);
== materialized view populated : blind
REFRESH MATERIALIZED VIEW app.not_yet;
-- undo
REFRESH MATERIALIZED VIEW app.not_yet WITH NO DATA;
== materialized view emptied : blind
REFRESH MATERIALIZED VIEW app.summary WITH NO DATA;
-- undo
REFRESH MATERIALIZED VIEW app.summary;
== materialized view refreshed : same
REFRESH MATERIALIZED VIEW app.summary;
-- undo
REFRESH MATERIALIZED VIEW app.summary;
== materialized view renamed
ALTER MATERIALIZED VIEW app.summary RENAME TO overview;
-- undo
ALTER MATERIALIZED VIEW app.overview RENAME TO summary;
== materialized view column
ALTER MATERIALIZED VIEW app.summary RENAME COLUMN n TO number;
-- undo
ALTER MATERIALIZED VIEW app.summary RENAME COLUMN number TO n;
== materialized view tablespace
ALTER MATERIALIZED VIEW app.summary SET TABLESPACE oracle_space;
-- undo
ALTER MATERIALIZED VIEW app.summary SET TABLESPACE pg_default;
== materialized view access method
ALTER MATERIALIZED VIEW app.summary SET ACCESS METHOD app_heap;
-- undo
ALTER MATERIALIZED VIEW app.summary SET ACCESS METHOD heap;
== materialized view statistics
ALTER MATERIALIZED VIEW app.summary ALTER COLUMN n SET STATISTICS 12;
-- undo
ALTER MATERIALIZED VIEW app.summary ALTER COLUMN n SET STATISTICS -1;
== materialized view index dropped
DROP INDEX app.summary_mood;
-- undo
CREATE UNIQUE INDEX summary_mood ON app.summary (mood);
== materialized view comment
COMMENT ON MATERIALIZED VIEW app.summary IS 'by moods';
-- undo
COMMENT ON MATERIALIZED VIEW app.summary IS 'by mood';
== wrapper options
ALTER FOREIGN DATA WRAPPER app_wrapper OPTIONS (SET debug 'false');
-- undo
ALTER FOREIGN DATA WRAPPER app_wrapper OPTIONS (SET debug 'true');
== wrapper renamed
ALTER FOREIGN DATA WRAPPER app_wrapper RENAME TO app_wrap;
-- undo
ALTER FOREIGN DATA WRAPPER app_wrap RENAME TO app_wrapper;
== wrapper functions
ALTER FOREIGN DATA WRAPPER app_wrapper HANDLER postgres_fdw_handler VALIDATOR postgresql_fdw_validator OPTIONS (DROP debug);
-- undo
ALTER FOREIGN DATA WRAPPER app_wrapper NO HANDLER NO VALIDATOR OPTIONS (ADD debug 'true');
== wrapper grant
GRANT USAGE ON FOREIGN DATA WRAPPER app_wrapper TO oracle_app;
-- undo
REVOKE USAGE ON FOREIGN DATA WRAPPER app_wrapper FROM oracle_app;
== server options
ALTER SERVER app_server OPTIONS (SET host 'remotehost', ADD port '5433');
-- undo
ALTER SERVER app_server OPTIONS (SET host 'localhost', DROP port);
== server version
ALTER SERVER app_server VERSION '1.3';
-- undo
ALTER SERVER app_server VERSION '1.2';
== server renamed
ALTER SERVER app_server RENAME TO app_far;
-- undo
ALTER SERVER app_far RENAME TO app_server;
== server owner
ALTER SERVER app_bare OWNER TO oracle_heir;
-- undo
ALTER SERVER app_bare OWNER TO postgres;
== server grant
GRANT USAGE ON FOREIGN SERVER app_bare TO oracle_reader;
-- undo
REVOKE USAGE ON FOREIGN SERVER app_bare FROM oracle_reader;
== server comment
COMMENT ON SERVER app_server IS 'there';
-- undo
COMMENT ON SERVER app_server IS 'over there';
== user mapping secret
ALTER USER MAPPING FOR oracle_app SERVER app_server OPTIONS (SET password 'other');
-- undo
ALTER USER MAPPING FOR oracle_app SERVER app_server OPTIONS (SET password 'secret');
== user mapping added
CREATE USER MAPPING FOR oracle_reader SERVER app_server OPTIONS (user 'r');
-- undo
DROP USER MAPPING FOR oracle_reader SERVER app_server;
== foreign table options
ALTER FOREIGN TABLE app.remote OPTIONS (SET table_name 'elsewhere');
-- undo
ALTER FOREIGN TABLE app.remote OPTIONS (SET table_name 'there');
== foreign column options
ALTER FOREIGN TABLE app.remote ALTER id OPTIONS (SET column_name 'other_id');
-- undo
ALTER FOREIGN TABLE app.remote ALTER id OPTIONS (SET column_name 'remote_id');
== foreign table column added
ALTER FOREIGN TABLE app.remote ADD COLUMN w integer;
-- undo
ALTER FOREIGN TABLE app.remote DROP COLUMN w;
== foreign table renamed
ALTER FOREIGN TABLE app.remote RENAME TO distant;
-- undo
ALTER FOREIGN TABLE app.distant RENAME TO remote;
== foreign table server
DROP FOREIGN TABLE app.remote;
CREATE FOREIGN TABLE app.remote (id integer NOT NULL) SERVER app_bare;
-- undo
DROP FOREIGN TABLE app.remote;
CREATE FOREIGN TABLE app.remote (id integer OPTIONS (column_name 'remote_id') NOT NULL, v text COLLATE "C" DEFAULT 'x', CONSTRAINT remote_id CHECK (id > 0))
	SERVER app_server OPTIONS (schema_name 'public', table_name 'there');
COMMENT ON FOREIGN TABLE app.remote IS 'far';
== publication operations
ALTER PUBLICATION app_publication SET (publish = 'insert, truncate');
-- undo
ALTER PUBLICATION app_publication SET (publish = 'insert');
== publication root
ALTER PUBLICATION app_all SET (publish_via_partition_root = false);
-- undo
ALTER PUBLICATION app_all SET (publish_via_partition_root = true);
== publication table added
ALTER PUBLICATION app_publication ADD TABLE app.spare;
-- undo
ALTER PUBLICATION app_publication DROP TABLE app.spare;
== publication columns
ALTER PUBLICATION app_publication SET TABLE app.users (id, mail), app.orders WHERE (id > 10);
-- undo
ALTER PUBLICATION app_publication SET TABLE app.users (id, name, mail), app.orders WHERE (id > 10);
== publication filter
ALTER PUBLICATION app_publication SET TABLE app.users (id, name, mail), app.orders WHERE (id > 11);
-- undo
ALTER PUBLICATION app_publication SET TABLE app.users (id, name, mail), app.orders WHERE (id > 10);
== publication schema added
ALTER PUBLICATION app_schemas ADD TABLES IN SCHEMA app;
-- undo
ALTER PUBLICATION app_schemas DROP TABLES IN SCHEMA app;
== publication renamed
ALTER PUBLICATION app_publication RENAME TO app_news;
-- undo
ALTER PUBLICATION app_news RENAME TO app_publication;
== publication owner
ALTER PUBLICATION app_publication OWNER TO oracle_heir;
-- undo
ALTER PUBLICATION app_publication OWNER TO postgres;
== publication comment
COMMENT ON PUBLICATION app_publication IS 'a few';
-- undo
COMMENT ON PUBLICATION app_publication IS 'some';
== subscription publications
ALTER SUBSCRIPTION app_subscription SET PUBLICATION one, three WITH (refresh = false);
-- undo
ALTER SUBSCRIPTION app_subscription SET PUBLICATION one, two WITH (refresh = false);
== subscription options
ALTER SUBSCRIPTION app_subscription SET (binary = false, streaming = true, synchronous_commit = local);
-- undo
ALTER SUBSCRIPTION app_subscription SET (binary = true, streaming = false, synchronous_commit = off);
== subscription errors
ALTER SUBSCRIPTION app_subscription SET (disable_on_error = true);
-- undo
ALTER SUBSCRIPTION app_subscription SET (disable_on_error = false);
== subscription connection
ALTER SUBSCRIPTION app_subscription CONNECTION 'host=/nowhere dbname=x password=other';
-- undo
ALTER SUBSCRIPTION app_subscription CONNECTION 'host=/nowhere dbname=x password=secret';
== subscription slot
ALTER SUBSCRIPTION app_subscription SET (slot_name = 'a_slot');
-- undo
ALTER SUBSCRIPTION app_subscription SET (slot_name = NONE);
== subscription skips a transaction : same
ALTER SUBSCRIPTION app_subscription SKIP (lsn = '0/12345');
-- undo
ALTER SUBSCRIPTION app_subscription SKIP (lsn = NONE);
== subscription enabled : lost
ALTER SUBSCRIPTION app_subscription SET (slot_name = 'app_subscription');
ALTER SUBSCRIPTION app_subscription ENABLE;
-- undo
ALTER SUBSCRIPTION app_subscription DISABLE;
ALTER SUBSCRIPTION app_subscription SET (slot_name = NONE);
== subscription renamed
ALTER SUBSCRIPTION app_subscription RENAME TO app_inbound;
-- undo
ALTER SUBSCRIPTION app_inbound RENAME TO app_subscription;
== event trigger disabled
ALTER EVENT TRIGGER app_event DISABLE;
-- undo
ALTER EVENT TRIGGER app_event ENABLE REPLICA;
== event trigger always
ALTER EVENT TRIGGER app_event ENABLE ALWAYS;
-- undo
ALTER EVENT TRIGGER app_event ENABLE REPLICA;
== event trigger renamed
ALTER EVENT TRIGGER app_event RENAME TO app_events;
-- undo
ALTER EVENT TRIGGER app_events RENAME TO app_event;
== event trigger tags
DROP EVENT TRIGGER app_event;
CREATE EVENT TRIGGER app_event ON ddl_command_end WHEN TAG IN ('CREATE AGGREGATE') EXECUTE FUNCTION app.on_event_too();
-- undo
DROP EVENT TRIGGER app_event;
CREATE EVENT TRIGGER app_event ON ddl_command_end WHEN TAG IN ('CREATE AGGREGATE', 'ALTER CONVERSION') EXECUTE FUNCTION app.on_event();
COMMENT ON EVENT TRIGGER app_event IS 'rarely';
ALTER EVENT TRIGGER app_event ENABLE REPLICA;
== event trigger comment
COMMENT ON EVENT TRIGGER app_event IS 'seldom';
-- undo
COMMENT ON EVENT TRIGGER app_event IS 'rarely';
== event trigger of capture disabled : uncaught
ALTER EVENT TRIGGER summit_migrate_drop DISABLE;
-- undo
ALTER EVENT TRIGGER summit_migrate_drop ENABLE ALWAYS;
== extension added
CREATE EXTENSION fuzzystrmatch SCHEMA app;
-- undo
DROP EXTENSION fuzzystrmatch;
== extension moved
ALTER EXTENSION lo SET SCHEMA app;
-- undo
ALTER EXTENSION lo SET SCHEMA public;
== extension comment
COMMENT ON EXTENSION lo IS 'large';
-- undo
COMMENT ON EXTENSION lo IS 'Large Object maintenance';
== extension member's privileges
GRANT EXECUTE ON FUNCTION public.lo_oid(lo) TO oracle_app;
-- undo
REVOKE EXECUTE ON FUNCTION public.lo_oid(lo) FROM oracle_app;
== extension member's privileges gone
GRANT EXECUTE ON FUNCTION public.citext_eq(citext, citext) TO PUBLIC;
-- undo
REVOKE EXECUTE ON FUNCTION public.citext_eq(citext, citext) FROM PUBLIC;
== extension member added
ALTER EXTENSION lo ADD FUNCTION app.on_event_too();
-- undo
ALTER EXTENSION lo DROP FUNCTION app.on_event_too();
== extension version : blind lost direct
UPDATE pg_catalog.pg_extension SET extversion = '0.9' WHERE extname = 'lo';
-- undo
UPDATE pg_catalog.pg_extension SET extversion = (SELECT default_version FROM pg_available_extensions WHERE name = 'lo') WHERE extname = 'lo';
== large object : same
SELECT lo_create(4711);
-- undo
SELECT lo_unlink(4711);
