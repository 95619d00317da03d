-- Mutations of names that other objects show: an object that was not touched
-- reads differently afterwards.
== used tablespace renamed : shared
ALTER TABLESPACE oracle_space RENAME TO oracle_room;
-- undo
ALTER TABLESPACE oracle_room RENAME TO oracle_space;
== role with privileges renamed : shared
ALTER ROLE oracle_app RENAME TO oracle_application;
-- undo
ALTER ROLE oracle_application RENAME TO oracle_app;
== owner of a member's privileges renamed : shared
ALTER ROLE oracle_reader RENAME TO oracle_visitor;
-- undo
ALTER ROLE oracle_visitor RENAME TO oracle_reader;
== published schema renamed
ALTER SCHEMA empty RENAME TO blank;
-- undo
ALTER SCHEMA blank RENAME TO empty;
== composite type renamed
ALTER TYPE app.address RENAME TO place;
-- undo
ALTER TYPE app.place RENAME TO address;
== base type renamed
ALTER TYPE app.shape RENAME TO form;
-- undo
ALTER TYPE app.form RENAME TO shape;
== input function renamed
ALTER FUNCTION app.shape_in(cstring) RENAME TO shape_input;
-- undo
ALTER FUNCTION app.shape_input(cstring) RENAME TO shape_in;
== subtype's function renamed
ALTER FUNCTION app.span_diff(double precision, double precision) RENAME TO span_distance;
-- undo
ALTER FUNCTION app.span_distance(double precision, double precision) RENAME TO span_diff;
== cast's function renamed
ALTER FUNCTION app.mood_number(app.mood) RENAME TO mood_to_number;
-- undo
ALTER FUNCTION app.mood_to_number(app.mood) RENAME TO mood_number;
== operator's function renamed
ALTER FUNCTION app.near(integer, integer) RENAME TO close_to;
-- undo
ALTER FUNCTION app.close_to(integer, integer) RENAME TO near;
== negator's operator moved
ALTER OPERATOR app.~~~ (integer, integer) SET SCHEMA empty;
-- undo
ALTER OPERATOR empty.~~~ (integer, integer) SET SCHEMA app;
== operator class of an index moved
ALTER OPERATOR CLASS app.int_backward USING btree SET SCHEMA empty;
-- undo
ALTER OPERATOR CLASS empty.int_backward USING btree SET SCHEMA app;
== operator family of a class moved
ALTER OPERATOR FAMILY app.spare_family USING hash SET SCHEMA empty;
-- undo
ALTER OPERATOR FAMILY empty.spare_family USING hash SET SCHEMA app;
== event trigger's function renamed
ALTER FUNCTION app.on_event() RENAME TO on_happening;
-- undo
ALTER FUNCTION app.on_happening() RENAME TO on_event;
== language's handler renamed
ALTER FUNCTION app.call_handler() RENAME TO handler;
-- undo
ALTER FUNCTION app.handler() RENAME TO call_handler;
== template of a dictionary renamed
ALTER TEXT SEARCH TEMPLATE app.template RENAME TO pattern;
-- undo
ALTER TEXT SEARCH TEMPLATE app.pattern RENAME TO template;
== key column renamed
ALTER TABLE app.users RENAME COLUMN id TO number;
-- undo
ALTER TABLE app.users RENAME COLUMN number TO id;
== column of a generated one renamed
ALTER TABLE app.users RENAME COLUMN weight TO mass;
-- undo
ALTER TABLE app.users RENAME COLUMN mass TO weight;
== column of a policy, a trigger and a rule renamed
ALTER TABLE app.orders RENAME COLUMN id TO number;
-- undo
ALTER TABLE app.orders RENAME COLUMN number TO id;
== column of a trigger's condition renamed
ALTER TABLE app.orders RENAME COLUMN note TO remark;
-- undo
ALTER TABLE app.orders RENAME COLUMN remark TO note;
== column of statistics and keys renamed
ALTER TABLE app.pairs RENAME COLUMN a TO first;
-- undo
ALTER TABLE app.pairs RENAME COLUMN first TO a;
== column of a partition key renamed
ALTER TABLE app.by_list RENAME COLUMN k TO key;
-- undo
ALTER TABLE app.by_list RENAME COLUMN key TO k;
== owner of a sequence renamed
ALTER TABLE app.users RENAME COLUMN serial_no TO serial_number;
-- undo
ALTER TABLE app.users RENAME COLUMN serial_number TO serial_no;
== parent renamed
ALTER TABLE app.mother RENAME TO parent;
-- undo
ALTER TABLE app.parent RENAME TO mother;
== table of statistics renamed
ALTER TABLE app.pairs RENAME TO couples;
-- undo
ALTER TABLE app.couples RENAME TO pairs;
== table of a trigger's FROM renamed
ALTER TABLE app.orders RENAME TO purchases;
-- undo
ALTER TABLE app.purchases RENAME TO orders;
== index of a constraint and of clustering renamed
ALTER INDEX app.users_pkey RENAME TO users_key;
-- undo
ALTER INDEX app.users_key RENAME TO users_pkey;
== index of a parent moved with its table
ALTER TABLE app.logs SET SCHEMA empty;
-- undo
ALTER TABLE empty.logs SET SCHEMA app;
== extension with used types moved
ALTER EXTENSION citext SET SCHEMA app;
-- undo
ALTER EXTENSION citext SET SCHEMA public;
