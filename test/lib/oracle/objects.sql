-- Mutations of schemas, types, routines, operators and text search.
== schema added
CREATE SCHEMA fresh;
-- undo
DROP SCHEMA fresh;
== schema renamed
ALTER SCHEMA "Odd Schema" RENAME TO "Even Schema";
-- undo
ALTER SCHEMA "Even Schema" RENAME TO "Odd Schema";
== schema of everything renamed
ALTER SCHEMA app RENAME TO application;
-- undo
ALTER SCHEMA application RENAME TO app;
== schema owner
ALTER SCHEMA app OWNER TO oracle_heir;
-- undo
ALTER SCHEMA app OWNER TO oracle_owner;
== schema comment
COMMENT ON SCHEMA app IS 'of the application';
-- undo
COMMENT ON SCHEMA app IS 'the application''s';
== comment of public
COMMENT ON SCHEMA public IS 'standard public schema';
-- undo
COMMENT ON SCHEMA public IS 'as it came';
== schema grant
GRANT CREATE ON SCHEMA app TO oracle_app;
-- undo
REVOKE CREATE ON SCHEMA app FROM oracle_app;
== grant on public
GRANT CREATE ON SCHEMA public TO oracle_app;
-- undo
REVOKE CREATE ON SCHEMA public FROM oracle_app;
== grant on what initdb made
GRANT EXECUTE ON FUNCTION pg_catalog.pg_ls_dir(text) TO oracle_app;
-- undo
REVOKE EXECUTE ON FUNCTION pg_catalog.pg_ls_dir(text) FROM oracle_app;
== column grant on what initdb made
GRANT SELECT (rolpassword) ON pg_catalog.pg_authid TO oracle_app;
-- undo
REVOKE SELECT (rolpassword) ON pg_catalog.pg_authid FROM oracle_app;
== default privileges
ALTER DEFAULT PRIVILEGES FOR ROLE oracle_owner IN SCHEMA app GRANT INSERT ON TABLES TO oracle_app;
-- undo
ALTER DEFAULT PRIVILEGES FOR ROLE oracle_owner IN SCHEMA app REVOKE INSERT ON TABLES FROM oracle_app;
== default privileges of types
ALTER DEFAULT PRIVILEGES FOR ROLE oracle_app REVOKE USAGE ON TYPES FROM PUBLIC;
-- undo
ALTER DEFAULT PRIVILEGES FOR ROLE oracle_app GRANT USAGE ON TYPES TO PUBLIC;
== default privileges gone
ALTER DEFAULT PRIVILEGES FOR ROLE oracle_owner GRANT EXECUTE ON FUNCTIONS TO PUBLIC;
-- undo
ALTER DEFAULT PRIVILEGES FOR ROLE oracle_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
== enum label appended
ALTER TYPE app.spare_enum ADD VALUE 'four';
-- undo
DROP TYPE app.spare_enum;
CREATE TYPE app.spare_enum AS ENUM ('one', 'two', 'three');
== enum label inserted
ALTER TYPE app.spare_enum ADD VALUE 'half' BEFORE 'one';
-- undo
DROP TYPE app.spare_enum;
CREATE TYPE app.spare_enum AS ENUM ('one', 'two', 'three');
== enum order
DROP TYPE app.spare_enum;
CREATE TYPE app.spare_enum AS ENUM ('one', 'three', 'two');
-- undo
DROP TYPE app.spare_enum;
CREATE TYPE app.spare_enum AS ENUM ('one', 'two', 'three');
== enum label renamed
ALTER TYPE app.mood RENAME VALUE 'sad' TO 'blue';
-- undo
ALTER TYPE app.mood RENAME VALUE 'blue' TO 'sad';
== enum renamed
ALTER TYPE app.mood RENAME TO feeling;
-- undo
ALTER TYPE app.feeling RENAME TO mood;
== enum owner
ALTER TYPE app.mood OWNER TO oracle_heir;
-- undo
ALTER TYPE app.mood OWNER TO postgres;
== type moved
ALTER TYPE app.mood SET SCHEMA public;
-- undo
ALTER TYPE public.mood SET SCHEMA app;
== type comment
COMMENT ON TYPE app.mood IS 'how it is';
-- undo
COMMENT ON TYPE app.mood IS 'how it goes';
== type grant
GRANT USAGE ON TYPE app.mood TO oracle_app WITH GRANT OPTION;
-- undo
REVOKE USAGE ON TYPE app.mood FROM oracle_app;
== type revoke
REVOKE USAGE ON TYPE app.mood FROM PUBLIC;
-- undo
GRANT USAGE ON TYPE app.mood TO PUBLIC;
== domain default
ALTER DOMAIN app.spare_domain SET DEFAULT 7;
-- undo
ALTER DOMAIN app.spare_domain DROP DEFAULT;
== domain not null
ALTER DOMAIN app.spare_domain SET NOT NULL;
-- undo
ALTER DOMAIN app.spare_domain DROP NOT NULL;
== domain null
ALTER DOMAIN app.email DROP NOT NULL;
-- undo
ALTER DOMAIN app.email SET NOT NULL;
== domain check added
ALTER DOMAIN app.spare_domain ADD CONSTRAINT positive CHECK (VALUE > 0);
-- undo
ALTER DOMAIN app.spare_domain DROP CONSTRAINT positive;
== domain check not valid
ALTER DOMAIN app.spare_domain ADD CONSTRAINT positive CHECK (VALUE > 0) NOT VALID;
-- undo
ALTER DOMAIN app.spare_domain DROP CONSTRAINT positive;
== domain check dropped
ALTER DOMAIN app.email DROP CONSTRAINT email_short;
-- undo
ALTER DOMAIN app.email ADD CONSTRAINT email_short CHECK (length(VALUE) < 200);
== domain check renamed
ALTER DOMAIN app.email RENAME CONSTRAINT email_short TO email_length;
-- undo
ALTER DOMAIN app.email RENAME CONSTRAINT email_length TO email_short;
== domain check comment
COMMENT ON CONSTRAINT email_at ON DOMAIN app.email IS 'the sign';
-- undo
COMMENT ON CONSTRAINT email_at ON DOMAIN app.email IS 'a sign';
== domain base type
DROP DOMAIN app.spare_domain;
CREATE DOMAIN app.spare_domain AS numeric(9,2);
-- undo
DROP DOMAIN app.spare_domain;
CREATE DOMAIN app.spare_domain AS numeric(8,2);
== domain renamed
ALTER DOMAIN app.email RENAME TO mail_address;
-- undo
ALTER DOMAIN app.mail_address RENAME TO email;
== domain grant
GRANT USAGE ON DOMAIN app.email TO oracle_reader;
-- undo
REVOKE USAGE ON DOMAIN app.email FROM oracle_reader;
== attribute added
ALTER TYPE app.spare_pair ADD ATTRIBUTE c date;
-- undo
ALTER TYPE app.spare_pair DROP ATTRIBUTE c;
== attribute type
ALTER TYPE app.spare_pair ALTER ATTRIBUTE a TYPE bigint;
-- undo
ALTER TYPE app.spare_pair ALTER ATTRIBUTE a TYPE integer;
== attribute collation
ALTER TYPE app.spare_pair ALTER ATTRIBUTE b TYPE text COLLATE "C";
-- undo
ALTER TYPE app.spare_pair ALTER ATTRIBUTE b TYPE text COLLATE "default";
== attribute dropped
ALTER TYPE app.spare_pair DROP ATTRIBUTE b;
-- undo
ALTER TYPE app.spare_pair ADD ATTRIBUTE b text;
== attribute renamed
ALTER TYPE app.address RENAME ATTRIBUTE number TO house CASCADE;
-- undo
ALTER TYPE app.address RENAME ATTRIBUTE house TO number CASCADE;
== attribute comment
COMMENT ON COLUMN app.address.street IS 'only the street';
-- undo
COMMENT ON COLUMN app.address.street IS 'without number';
== range renamed
ALTER TYPE app.span RENAME TO stretch;
-- undo
ALTER TYPE app.stretch RENAME TO span;
== multirange renamed
ALTER TYPE app.spans RENAME TO stretches;
-- undo
ALTER TYPE app.stretches RENAME TO spans;
== range parameters
DROP TYPE app.word_range;
CREATE TYPE app.word_range AS RANGE (subtype = text, collation = "POSIX");
-- undo
DROP TYPE app.word_range;
CREATE TYPE app.word_range AS RANGE (subtype = text, collation = "C");
== range subtype
DROP TYPE app.word_range;
CREATE TYPE app.word_range AS RANGE (subtype = name, collation = "C");
-- undo
DROP TYPE app.word_range;
CREATE TYPE app.word_range AS RANGE (subtype = text, collation = "C");
== base type storage
ALTER TYPE app.shape SET (STORAGE = external);
-- undo
ALTER TYPE app.shape SET (STORAGE = extended);
== base type functions
ALTER TYPE app.shape SET (RECEIVE = NONE, SEND = NONE);
-- undo
ALTER TYPE app.shape SET (RECEIVE = app.shape_receive, SEND = app.shape_send);
== shell type dropped
DROP TYPE app.shell;
-- undo
CREATE TYPE app.shell;
== collation renamed
ALTER COLLATION app.german RENAME TO deutsch;
-- undo
ALTER COLLATION app.deutsch RENAME TO german;
== collation locale
DROP COLLATION app.german;
CREATE COLLATION app.german (provider = icu, locale = 'da', deterministic = false);
-- undo
DROP COLLATION app.german;
CREATE COLLATION app.german (provider = icu, locale = 'de', deterministic = false);
== collation deterministic
DROP COLLATION app.german;
CREATE COLLATION app.german (provider = icu, locale = 'de');
-- undo
DROP COLLATION app.german;
CREATE COLLATION app.german (provider = icu, locale = 'de', deterministic = false);
== collation provider
DROP COLLATION app.plain;
CREATE COLLATION app.plain (provider = libc, locale = 'POSIX');
-- undo
DROP COLLATION app.plain;
CREATE COLLATION app.plain (provider = libc, locale = 'C');
== function added
CREATE FUNCTION app.fresh(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
-- undo
DROP FUNCTION app.fresh;
== function overloaded
CREATE FUNCTION app.add(a text, b text) RETURNS integer LANGUAGE sql AS 'SELECT 1';
-- undo
DROP FUNCTION app.add(text, text);
== function body
CREATE OR REPLACE FUNCTION app.add(a integer, b integer DEFAULT 1) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT a + b + 0';
-- undo
CREATE OR REPLACE FUNCTION app.add(a integer, b integer DEFAULT 1) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT a + b';
ALTER FUNCTION app.add(integer, integer) DEPENDS ON EXTENSION lo;
== function default
CREATE OR REPLACE FUNCTION app.add(a integer, b integer DEFAULT 2) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT a + b';
-- undo
CREATE OR REPLACE FUNCTION app.add(a integer, b integer DEFAULT 1) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT a + b';
ALTER FUNCTION app.add(integer, integer) DEPENDS ON EXTENSION lo;
== function language
CREATE OR REPLACE FUNCTION app.near(a integer, b integer) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN true; END';
-- undo
CREATE OR REPLACE FUNCTION app.near(a integer, b integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT abs(a - b) < 2';
== standard body
CREATE OR REPLACE FUNCTION app.standard(d date) RETURNS date LANGUAGE sql RETURN d + 2;
-- undo
CREATE OR REPLACE FUNCTION app.standard(d date) RETURNS date LANGUAGE sql RETURN d + 1;
== standard body made a text
CREATE OR REPLACE FUNCTION app.standard(d date) RETURNS date LANGUAGE sql AS 'SELECT d + 1';
-- undo
CREATE OR REPLACE FUNCTION app.standard(d date) RETURNS date LANGUAGE sql RETURN d + 1;
== standard body depends on a table
CREATE OR REPLACE FUNCTION app.standard_block() RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT w FROM app.spare; END;
-- undo
CREATE OR REPLACE FUNCTION app.standard_block() RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END;
== function renamed
ALTER FUNCTION app.on_row() RENAME TO on_line;
-- undo
ALTER FUNCTION app.on_line() RENAME TO on_row;
== function moved
ALTER FUNCTION app.on_row() SET SCHEMA empty;
-- undo
ALTER FUNCTION empty.on_row() SET SCHEMA app;
== function owner
ALTER FUNCTION app.near(integer, integer) OWNER TO oracle_heir;
-- undo
ALTER FUNCTION app.near(integer, integer) OWNER TO postgres;
== function volatility
ALTER FUNCTION app.near(integer, integer) VOLATILE;
-- undo
ALTER FUNCTION app.near(integer, integer) IMMUTABLE;
== function strict
ALTER FUNCTION app.near(integer, integer) STRICT;
-- undo
ALTER FUNCTION app.near(integer, integer) CALLED ON NULL INPUT;
== function security
ALTER FUNCTION app.full(text, text[]) SECURITY INVOKER;
-- undo
ALTER FUNCTION app.full(text, text[]) SECURITY DEFINER;
== function leakproof
ALTER FUNCTION app.near(integer, integer) LEAKPROOF;
-- undo
ALTER FUNCTION app.near(integer, integer) NOT LEAKPROOF;
== function parallel
ALTER FUNCTION app.near(integer, integer) PARALLEL RESTRICTED;
-- undo
ALTER FUNCTION app.near(integer, integer) PARALLEL UNSAFE;
== function cost
ALTER FUNCTION app.full(text, text[]) COST 21;
-- undo
ALTER FUNCTION app.full(text, text[]) COST 20;
== function rows
ALTER FUNCTION app.rows() ROWS 31;
-- undo
ALTER FUNCTION app.rows() ROWS 30;
== function setting
ALTER FUNCTION app.full(text, text[]) SET work_mem = '2MB';
-- undo
ALTER FUNCTION app.full(text, text[]) SET work_mem = '1MB';
== function search path
ALTER FUNCTION app.full(text, text[]) SET search_path = app, public;
-- undo
ALTER FUNCTION app.full(text, text[]) SET search_path = app, pg_temp;
ALTER FUNCTION app.full(text, text[]) RESET work_mem;
ALTER FUNCTION app.full(text, text[]) SET work_mem = '1MB';
== function support
ALTER FUNCTION app.near(integer, integer) SUPPORT pg_catalog.generate_series_int4_support;
-- undo
DROP OPERATOR app.!~~~ (integer, integer);
DROP OPERATOR app.~~~ (integer, integer);
DROP FUNCTION app.near(integer, integer);
CREATE FUNCTION app.near(a integer, b integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT abs(a - b) < 2';
CREATE OPERATOR app.~~~ (LEFTARG = integer, RIGHTARG = integer, FUNCTION = app.near, COMMUTATOR = OPERATOR(app.~~~), RESTRICT = eqsel, JOIN = eqjoinsel);
CREATE OPERATOR app.!~~~ (LEFTARG = integer, RIGHTARG = integer, FUNCTION = app.not_near, NEGATOR = OPERATOR(app.~~~));
COMMENT ON OPERATOR app.~~~ (integer, integer) IS 'near';
== function depends on no extension
ALTER FUNCTION app.add(integer, integer) NO DEPENDS ON EXTENSION lo;
-- undo
ALTER FUNCTION app.add(integer, integer) DEPENDS ON EXTENSION lo;
== function grant
GRANT EXECUTE ON FUNCTION app.add(integer, integer) TO oracle_reader;
-- undo
REVOKE EXECUTE ON FUNCTION app.add(integer, integer) FROM oracle_reader;
== function revoke
REVOKE EXECUTE ON FUNCTION app.on_row() FROM PUBLIC;
-- undo
GRANT EXECUTE ON FUNCTION app.on_row() TO PUBLIC;
== function comment
COMMENT ON FUNCTION app.full(text, text[]) IS 'connects';
-- undo
COMMENT ON FUNCTION app.full(text, text[]) IS 'joins';
== function arguments
DROP FUNCTION app.listed(integer);
CREATE FUNCTION app.listed(m integer) RETURNS TABLE (x integer, y app.mood) LANGUAGE sql AS $$ SELECT 1, 'ok'::app.mood $$;
-- undo
DROP FUNCTION app.listed(integer);
CREATE FUNCTION app.listed(n integer) RETURNS TABLE (x integer, y app.mood) LANGUAGE sql AS $$ SELECT 1, 'ok'::app.mood $$;
== function window
DROP FUNCTION app.transformed(integer);
CREATE FUNCTION app.transformed(integer) RETURNS integer LANGUAGE internal WINDOW AS 'window_row_number';
-- undo
DROP FUNCTION app.transformed(integer);
CREATE FUNCTION app.transformed(integer) RETURNS integer LANGUAGE sql TRANSFORM FOR TYPE integer AS 'SELECT $1';
== function without transform
CREATE OR REPLACE FUNCTION app.transformed(integer) RETURNS integer LANGUAGE sql AS 'SELECT $1';
-- undo
CREATE OR REPLACE FUNCTION app.transformed(integer) RETURNS integer LANGUAGE sql TRANSFORM FOR TYPE integer AS 'SELECT $1';
== procedure body
CREATE OR REPLACE PROCEDURE app.act(INOUT n integer, note text DEFAULT 'none') LANGUAGE plpgsql AS $$ BEGIN n := n + 2; END $$;
-- undo
CREATE OR REPLACE PROCEDURE app.act(INOUT n integer, note text DEFAULT 'none') LANGUAGE plpgsql AS $$ BEGIN n := n + 1; END $$;
== procedure grant
GRANT EXECUTE ON PROCEDURE app.act TO oracle_app;
-- undo
REVOKE EXECUTE ON PROCEDURE app.act FROM oracle_app;
== aggregate renamed
ALTER AGGREGATE app.total(integer) RENAME TO whole;
-- undo
ALTER AGGREGATE app.whole(integer) RENAME TO total;
== aggregate start
CREATE OR REPLACE AGGREGATE app.total(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '1', COMBINEFUNC = int4pl, PARALLEL = safe);
-- undo
CREATE OR REPLACE AGGREGATE app.total(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0', COMBINEFUNC = int4pl, PARALLEL = safe);
== aggregate functions
CREATE OR REPLACE AGGREGATE app.total(integer) (SFUNC = int4mi, STYPE = integer, INITCOND = '0', FINALFUNC = int4um, FINALFUNC_MODIFY = read_write);
-- undo
CREATE OR REPLACE AGGREGATE app.total(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0', COMBINEFUNC = int4pl, PARALLEL = safe);
== moving aggregate
CREATE OR REPLACE AGGREGATE app.moving(integer) (SFUNC = int4pl, STYPE = integer, SSPACE = 9, INITCOND = '0',
	MSFUNC = int4pl, MINVFUNC = int4mi, MSTYPE = integer, MSSPACE = 17, MINITCOND = '1', SORTOP = <);
-- undo
CREATE OR REPLACE AGGREGATE app.moving(integer) (SFUNC = int4pl, STYPE = integer, SSPACE = 8, INITCOND = '0',
	MSFUNC = int4pl, MINVFUNC = int4mi, MSTYPE = integer, MSSPACE = 16, MINITCOND = '0', SORTOP = >);
== aggregate comment
COMMENT ON AGGREGATE app.total(integer) IS 'the sum';
-- undo
COMMENT ON AGGREGATE app.total(integer) IS 'a sum';
== operator restriction
ALTER OPERATOR app.~~~ (integer, integer) SET (RESTRICT = NONE);
-- undo
ALTER OPERATOR app.~~~ (integer, integer) SET (RESTRICT = eqsel);
== operator join
ALTER OPERATOR app.~~~ (integer, integer) SET (JOIN = neqjoinsel);
-- undo
ALTER OPERATOR app.~~~ (integer, integer) SET (JOIN = eqjoinsel);
== operator owner
ALTER OPERATOR app.!! (NONE, integer) OWNER TO oracle_heir;
-- undo
ALTER OPERATOR app.!! (NONE, integer) OWNER TO postgres;
== operator moved
ALTER OPERATOR app.!! (NONE, integer) SET SCHEMA empty;
-- undo
ALTER OPERATOR empty.!! (NONE, integer) SET SCHEMA app;
== operator comment
COMMENT ON OPERATOR app.~~~ (integer, integer) IS 'close';
-- undo
COMMENT ON OPERATOR app.~~~ (integer, integer) IS 'near';
== operator properties
CREATE OPERATOR app.=== (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = int8eq, MERGES, HASHES, COMMUTATOR = OPERATOR(app.===));
-- undo
DROP OPERATOR app.=== (bigint, bigint);
== operator of another function
DROP OPERATOR app.!! (NONE, integer);
CREATE OPERATOR app.!! (RIGHTARG = integer, FUNCTION = int4up);
-- undo
DROP OPERATOR app.!! (NONE, integer);
CREATE OPERATOR app.!! (RIGHTARG = integer, FUNCTION = int4um);
== operator class renamed
ALTER OPERATOR CLASS app.int_backward USING btree RENAME TO int_reverse;
-- undo
ALTER OPERATOR CLASS app.int_reverse USING btree RENAME TO int_backward;
== operator class owner
ALTER OPERATOR CLASS app.int_backward USING btree OWNER TO oracle_heir;
-- undo
ALTER OPERATOR CLASS app.int_backward USING btree OWNER TO postgres;
== operator class by default
DROP OPERATOR CLASS app.spare_class USING hash;
CREATE OPERATOR CLASS app.spare_class DEFAULT FOR TYPE app.spare_enum USING hash FAMILY app.spare_family AS OPERATOR 1 = (bigint, bigint);
-- undo
DROP OPERATOR CLASS app.spare_class USING hash;
ALTER OPERATOR FAMILY app.spare_family USING hash DROP OPERATOR 1 (bigint, bigint);
CREATE OPERATOR CLASS app.spare_class FOR TYPE bigint USING hash FAMILY app.spare_family AS OPERATOR 1 =, FUNCTION 1 hashint8(int8);
== operator family member
ALTER OPERATOR FAMILY app.backward USING btree ADD OPERATOR 3 = (int4, int8);
-- undo
ALTER OPERATOR FAMILY app.backward USING btree DROP OPERATOR 3 (int4, int8);
== operator family function
ALTER OPERATOR FAMILY app.backward USING btree DROP FUNCTION 1 (int4, int8);
-- undo
ALTER OPERATOR FAMILY app.backward USING btree ADD FUNCTION 1 (int4, int8) btint48cmp(int4, int8);
== operator family renamed
ALTER OPERATOR FAMILY app.backward USING btree RENAME TO reverse;
-- undo
ALTER OPERATOR FAMILY app.reverse USING btree RENAME TO backward;
== operator class moved
ALTER OPERATOR CLASS app.spare_class USING hash SET SCHEMA empty;
-- undo
ALTER OPERATOR CLASS empty.spare_class USING hash SET SCHEMA app;
== ordering operator
ALTER OPERATOR FAMILY app.distances USING gist ADD OPERATOR 15 <-> (box, point) FOR ORDER BY pg_catalog.float_ops;
-- undo
ALTER OPERATOR FAMILY app.distances USING gist DROP OPERATOR 15 (box, point);
== cast added
CREATE CAST (app.spare_pair AS text) WITH INOUT AS ASSIGNMENT;
-- undo
DROP CAST (app.spare_pair AS text);
== cast context
DROP CAST (app.mood AS integer);
CREATE CAST (app.mood AS integer) WITH FUNCTION app.mood_number(app.mood);
COMMENT ON CAST (app.mood AS integer) IS 'its number';
-- undo
DROP CAST (app.mood AS integer);
CREATE CAST (app.mood AS integer) WITH FUNCTION app.mood_number(app.mood) AS ASSIGNMENT;
COMMENT ON CAST (app.mood AS integer) IS 'its number';
== cast method
DROP CAST (app.shape AS text);
CREATE CAST (app.shape AS text) WITH INOUT AS IMPLICIT;
-- undo
DROP CAST (app.shape AS text);
CREATE CAST (app.shape AS text) WITHOUT FUNCTION AS IMPLICIT;
== cast comment
COMMENT ON CAST (app.mood AS integer) IS 'a number';
-- undo
COMMENT ON CAST (app.mood AS integer) IS 'its number';
== conversion renamed
ALTER CONVERSION app.to_utf8 RENAME TO into_utf8;
-- undo
ALTER CONVERSION app.into_utf8 RENAME TO to_utf8;
== conversion by default
DROP CONVERSION app.to_utf8;
CREATE DEFAULT CONVERSION app.to_utf8 FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
-- undo
DROP CONVERSION app.to_utf8;
CREATE CONVERSION app.to_utf8 FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
