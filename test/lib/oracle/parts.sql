-- Mutations of constraints, indexes, triggers, rules, policies and statistics.
== check added
ALTER TABLE app.spare ADD CONSTRAINT spare_check CHECK (w > 0);
-- undo
ALTER TABLE app.spare DROP CONSTRAINT spare_check;
== check of partitions added
ALTER TABLE app.logs ADD CONSTRAINT logs_n CHECK (n < 100);
-- undo
ALTER TABLE app.logs DROP CONSTRAINT logs_n;
== check without inheritance added
ALTER TABLE app.orders ADD CONSTRAINT orders_id CHECK (id <> 0) NO INHERIT;
-- undo
ALTER TABLE app.orders DROP CONSTRAINT orders_id;
== check not valid added
ALTER TABLE app.spare ADD CONSTRAINT spare_check CHECK (w > 0) NOT VALID;
-- undo
ALTER TABLE app.spare DROP CONSTRAINT spare_check;
== check validated
ALTER TABLE app.orders VALIDATE CONSTRAINT orders_note;
-- undo
ALTER TABLE app.orders DROP CONSTRAINT orders_note;
ALTER TABLE app.orders ADD CONSTRAINT orders_note CHECK (note IS NOT NULL) NOT VALID;
== check renamed
ALTER TABLE app.users RENAME CONSTRAINT users_name TO users_label;
-- undo
ALTER TABLE app.users RENAME CONSTRAINT users_label TO users_name;
== inherited check renamed
ALTER TABLE app.orders RENAME CONSTRAINT orders_note TO orders_text;
-- undo
ALTER TABLE app.orders RENAME CONSTRAINT orders_text TO orders_note;
== check dropped
ALTER TABLE app.child DROP CONSTRAINT child_extra;
-- undo
ALTER TABLE app.child ADD CONSTRAINT child_extra CHECK (extra > 0) NO INHERIT;
== constraint comment
COMMENT ON CONSTRAINT users_name ON app.users IS 'filled';
-- undo
COMMENT ON CONSTRAINT users_name ON app.users IS 'not empty';
== foreign key added
ALTER TABLE app.spare ADD CONSTRAINT spare_fk FOREIGN KEY (w) REFERENCES app.users;
-- undo
ALTER TABLE app.spare DROP CONSTRAINT spare_fk;
== foreign key with actions added
ALTER TABLE app.spare ADD CONSTRAINT spare_fk FOREIGN KEY (w) REFERENCES app.users ON UPDATE SET NULL ON DELETE RESTRICT;
-- undo
ALTER TABLE app.spare DROP CONSTRAINT spare_fk;
== foreign key with defaults added
ALTER TABLE app.pairs ADD CONSTRAINT pairs_fk FOREIGN KEY (a, b) REFERENCES app.pairs (a, b) MATCH SIMPLE ON DELETE SET DEFAULT (b);
-- undo
ALTER TABLE app.pairs DROP CONSTRAINT pairs_fk;
== foreign key not deferrable
ALTER TABLE app.orders ALTER CONSTRAINT orders_user NOT DEFERRABLE;
-- undo
ALTER TABLE app.orders ALTER CONSTRAINT orders_user DEFERRABLE;
== foreign key deferred
ALTER TABLE app.orders ALTER CONSTRAINT orders_user DEFERRABLE INITIALLY DEFERRED;
-- undo
ALTER TABLE app.orders ALTER CONSTRAINT orders_user DEFERRABLE INITIALLY IMMEDIATE;
== foreign key validated
ALTER TABLE app.pair_users VALIDATE CONSTRAINT pair_users_fk;
-- undo
ALTER TABLE app.pair_users DROP CONSTRAINT pair_users_fk;
ALTER TABLE app.pair_users ADD CONSTRAINT pair_users_fk FOREIGN KEY (b, a) REFERENCES app.pairs (b, a) MATCH FULL NOT VALID;
== foreign key the other way round
ALTER TABLE app.pair_users DROP CONSTRAINT pair_users_fk;
ALTER TABLE app.pair_users ADD CONSTRAINT pair_users_fk FOREIGN KEY (a, b) REFERENCES app.pairs (a, b) MATCH FULL NOT VALID;
-- undo
ALTER TABLE app.pair_users DROP CONSTRAINT pair_users_fk;
ALTER TABLE app.pair_users ADD CONSTRAINT pair_users_fk FOREIGN KEY (b, a) REFERENCES app.pairs (b, a) MATCH FULL NOT VALID;
== foreign key of partitions
ALTER TABLE app.logs ADD CONSTRAINT logs_user FOREIGN KEY (n) REFERENCES app.users;
-- undo
ALTER TABLE app.logs DROP CONSTRAINT logs_user;
== foreign key to partitions
CREATE TABLE app.log_notes (at date, kind text, CONSTRAINT log_notes_fk FOREIGN KEY (at, kind) REFERENCES app.logs (at, kind));
-- undo
DROP TABLE app.log_notes;
== triggers of foreign keys disabled : lost
ALTER TABLE app.orders DISABLE TRIGGER ALL;
-- undo
ALTER TABLE app.orders ENABLE TRIGGER ALL;
ALTER TABLE app.orders DISABLE TRIGGER orders_statement;
== unique added
ALTER TABLE app.spare ADD CONSTRAINT spare_key UNIQUE NULLS NOT DISTINCT (w) DEFERRABLE;
-- undo
ALTER TABLE app.spare DROP CONSTRAINT spare_key;
== unique from an index
ALTER TABLE app.spare ADD CONSTRAINT spare_unique UNIQUE USING INDEX spare_unique;
-- undo
ALTER TABLE app.spare DROP CONSTRAINT spare_unique;
CREATE UNIQUE INDEX spare_unique ON app.spare (id);
== primary key added
ALTER TABLE app.spare ADD CONSTRAINT spare_pkey PRIMARY KEY (id) INCLUDE (w) WITH (fillfactor = 77);
-- undo
ALTER TABLE app.spare DROP CONSTRAINT spare_pkey;
== unique renamed
ALTER TABLE app.pairs RENAME CONSTRAINT pairs_key TO pairs_a_b;
-- undo
ALTER TABLE app.pairs RENAME CONSTRAINT pairs_a_b TO pairs_key;
== unique renamed by its index
ALTER INDEX app.users_mail RENAME TO users_mail_key;
-- undo
ALTER INDEX app.users_mail_key RENAME TO users_mail;
== exclusion dropped
ALTER TABLE app.users DROP CONSTRAINT users_area;
-- undo
ALTER TABLE app.users ADD CONSTRAINT users_area EXCLUDE USING gist (int4range(id, id + 1) WITH &&) WHERE (id > 0);
== exclusion by another operator
ALTER TABLE app.users DROP CONSTRAINT users_area;
ALTER TABLE app.users ADD CONSTRAINT users_area EXCLUDE USING gist (int4range(id, id + 1) WITH =) WHERE (id > 0);
-- undo
ALTER TABLE app.users DROP CONSTRAINT users_area;
ALTER TABLE app.users ADD CONSTRAINT users_area EXCLUDE USING gist (int4range(id, id + 1) WITH &&) WHERE (id > 0);
== index added
CREATE INDEX spare_w ON app.spare (w);
-- undo
DROP INDEX app.spare_w;
== index added concurrently : alone
CREATE INDEX CONCURRENTLY spare_w ON app.spare (w)
-- undo
DROP INDEX CONCURRENTLY app.spare_w
== index descending
CREATE INDEX spare_w ON app.spare (w DESC);
-- undo
DROP INDEX app.spare_w;
== index nulls first
CREATE INDEX spare_w ON app.spare (w NULLS FIRST);
-- undo
DROP INDEX app.spare_w;
== index operator class
CREATE INDEX spare_w ON app.spare (w app.int_backward);
-- undo
DROP INDEX app.spare_w;
== index operator class options
CREATE INDEX spare_w ON app.spare USING gist (to_tsvector('simple', v) tsvector_ops (siglen = 100));
-- undo
DROP INDEX app.spare_w;
== index operator class options too
CREATE INDEX spare_w ON app.spare USING gist (to_tsvector('simple', v) tsvector_ops (siglen = 200));
-- undo
DROP INDEX app.spare_w;
== index collation
CREATE INDEX spare_w ON app.spare (v COLLATE "C");
-- undo
DROP INDEX app.spare_w;
== index method
CREATE INDEX spare_w ON app.spare USING brin (w) WITH (pages_per_range = 16);
-- undo
DROP INDEX app.spare_w;
== index predicate
CREATE INDEX spare_w ON app.spare (w) WHERE v <> 'x';
-- undo
DROP INDEX app.spare_w;
== index with a whole row
CREATE INDEX spare_w ON app.spare ((spare.* IS NULL)) WHERE spare IS NOT NULL;
-- undo
DROP INDEX app.spare_w;
== index renamed
ALTER INDEX app.users_lower RENAME TO users_lowered;
-- undo
ALTER INDEX app.users_lowered RENAME TO users_lower;
== index dropped
DROP INDEX app.users_codes;
-- undo
CREATE INDEX users_codes ON app.users USING gin (codes) WITH (fastupdate = off);
ALTER INDEX app.users_codes DEPENDS ON EXTENSION lo;
== index options
ALTER INDEX app.users_lower SET (fillfactor = 75);
-- undo
ALTER INDEX app.users_lower SET (fillfactor = 70);
== index options gone
ALTER INDEX app.users_codes RESET (fastupdate);
-- undo
ALTER INDEX app.users_codes SET (fastupdate = off);
== index tablespace
ALTER INDEX app.users_lower SET TABLESPACE oracle_space;
-- undo
ALTER INDEX app.users_lower SET TABLESPACE pg_default;
== index expression statistics
ALTER INDEX app.users_lower ALTER COLUMN 1 SET STATISTICS 400;
-- undo
ALTER INDEX app.users_lower ALTER COLUMN 1 SET STATISTICS 300;
== index comment
COMMENT ON INDEX app.users_lower IS 'to seek';
-- undo
COMMENT ON INDEX app.users_lower IS 'to find';
== index depends on no extension
ALTER INDEX app.users_codes NO DEPENDS ON EXTENSION lo;
-- undo
ALTER INDEX app.users_codes DEPENDS ON EXTENSION lo;
== clustered gone
ALTER TABLE app.users SET WITHOUT CLUSTER;
-- undo
ALTER TABLE app.users CLUSTER ON users_pkey;
== clustered on another
ALTER TABLE app.users CLUSTER ON users_serial;
-- undo
ALTER TABLE app.users CLUSTER ON users_pkey;
== reindex : same
REINDEX TABLE app.users;
-- undo
REINDEX INDEX app.users_pkey;
== index rebuilt concurrently : same alone
REINDEX INDEX CONCURRENTLY app.spare_unique
-- undo
REINDEX TABLE CONCURRENTLY app.spare
== invalid index : alone blind lost fails
INSERT INTO app.scratch VALUES (1), (1)
CREATE UNIQUE INDEX CONCURRENTLY scratch_invalid ON app.scratch (id)
-- undo
DROP INDEX app.scratch_invalid
TRUNCATE app.scratch
== partitioned index attached
ALTER INDEX app.logs_only ATTACH PARTITION app.logs_2024_n;
-- undo
DROP INDEX app.logs_only;
CREATE INDEX logs_only ON ONLY app.logs (n);
CREATE INDEX logs_2024_n ON app.logs_2024 (n);
== partitioned index added
CREATE INDEX logs_more ON app.logs (kind, n);
-- undo
DROP INDEX app.logs_more;
== partitioned index renamed
ALTER INDEX app.logs_kind RENAME TO logs_sort;
-- undo
ALTER INDEX app.logs_sort RENAME TO logs_kind;
== statistics added
CREATE STATISTICS app.spare_statistics (mcv) ON v, w FROM app.spare;
-- undo
DROP STATISTICS app.spare_statistics;
== statistics kinds
CREATE STATISTICS app.spare_statistics (ndistinct) ON v, w FROM app.spare;
-- undo
DROP STATISTICS app.spare_statistics;
== statistics expressions
CREATE STATISTICS app.spare_statistics ON (v || 'x'), (w + 1) FROM app.spare;
-- undo
DROP STATISTICS app.spare_statistics;
== statistics target
ALTER STATISTICS app.related SET STATISTICS 60;
-- undo
ALTER STATISTICS app.related SET STATISTICS 50;
== statistics renamed
ALTER STATISTICS app.related RENAME TO relations;
-- undo
ALTER STATISTICS app.relations RENAME TO related;
== statistics moved
ALTER STATISTICS app.related SET SCHEMA empty;
-- undo
ALTER STATISTICS empty.related SET SCHEMA app;
== statistics owner
ALTER STATISTICS app.related OWNER TO oracle_heir;
-- undo
ALTER STATISTICS app.related OWNER TO postgres;
== statistics comment
COMMENT ON STATISTICS app.related IS 'both';
-- undo
COMMENT ON STATISTICS app.related IS 'a and b';
== trigger added
CREATE TRIGGER spare_trigger AFTER INSERT ON app.spare FOR EACH ROW EXECUTE FUNCTION app.on_row();
-- undo
DROP TRIGGER spare_trigger ON app.spare;
== trigger replaced
CREATE OR REPLACE TRIGGER orders_statement AFTER UPDATE ON app.orders REFERENCING OLD TABLE AS before FOR EACH STATEMENT EXECUTE FUNCTION app.on_row_too();
-- undo
CREATE OR REPLACE TRIGGER orders_statement AFTER UPDATE ON app.orders REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION app.on_row();
ALTER TABLE app.orders DISABLE TRIGGER orders_statement;
== trigger renamed
ALTER TRIGGER orders_row ON app.orders RENAME TO orders_each;
-- undo
ALTER TRIGGER orders_each ON app.orders RENAME TO orders_row;
== trigger enabled
ALTER TABLE app.orders ENABLE TRIGGER orders_statement;
-- undo
ALTER TABLE app.orders DISABLE TRIGGER orders_statement;
== trigger for replicas
ALTER TABLE app.orders ENABLE REPLICA TRIGGER orders_row;
-- undo
ALTER TABLE app.orders ENABLE TRIGGER orders_row;
== trigger always
ALTER TABLE app.orders ENABLE ALWAYS TRIGGER orders_row;
-- undo
ALTER TABLE app.orders ENABLE TRIGGER orders_row;
== trigger of a partition disabled
ALTER TABLE app.logs_2024 DISABLE TRIGGER logs_row;
-- undo
ALTER TABLE app.logs_2024 ENABLE TRIGGER logs_row;
== trigger of partitions disabled
ALTER TABLE app.logs DISABLE TRIGGER logs_row;
-- undo
ALTER TABLE app.logs ENABLE TRIGGER logs_row;
== trigger comment
COMMENT ON TRIGGER orders_row ON app.orders IS 'watches';
-- undo
COMMENT ON TRIGGER orders_row ON app.orders IS 'looks';
== trigger depends on no extension
ALTER TRIGGER orders_row ON app.orders NO DEPENDS ON EXTENSION lo;
-- undo
ALTER TRIGGER orders_row ON app.orders DEPENDS ON EXTENSION lo;
== trigger dropped
DROP TRIGGER orders_constraint ON app.orders;
-- undo
CREATE CONSTRAINT TRIGGER orders_constraint AFTER DELETE ON app.orders FROM app.users DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION app.on_row();
== rule added
CREATE RULE spare_rule AS ON UPDATE TO app.spare WHERE NEW.w > OLD.w DO ALSO INSERT INTO app.scratch VALUES (NEW.id, NEW.v);
-- undo
DROP RULE spare_rule ON app.spare;
== rule disabled
ALTER TABLE app.orders DISABLE RULE orders_rule;
-- undo
ALTER TABLE app.orders ENABLE RULE orders_rule;
== rule always
ALTER TABLE app.orders ENABLE ALWAYS RULE orders_rule;
-- undo
ALTER TABLE app.orders ENABLE RULE orders_rule;
== rule replaced
CREATE OR REPLACE RULE orders_rule AS ON DELETE TO app.orders WHERE OLD.id = 2 DO INSTEAD NOTHING;
-- undo
CREATE OR REPLACE RULE orders_rule AS ON DELETE TO app.orders WHERE OLD.id = 1 DO INSTEAD NOTHING;
== rule renamed
ALTER RULE orders_rule ON app.orders RENAME TO orders_first;
-- undo
ALTER RULE orders_first ON app.orders RENAME TO orders_rule;
== rule comment
COMMENT ON RULE orders_rule ON app.orders IS 'saves the first';
-- undo
COMMENT ON RULE orders_rule ON app.orders IS 'keeps the first';
== policy added
CREATE POLICY spare_policy ON app.spare FOR SELECT USING (w = 1);
-- undo
DROP POLICY spare_policy ON app.spare;
== policy roles
ALTER POLICY orders_mine ON app.orders TO oracle_app;
-- undo
ALTER POLICY orders_mine ON app.orders TO oracle_app, oracle_reader;
== policy using
ALTER POLICY orders_mine ON app.orders USING (id > 1);
-- undo
ALTER POLICY orders_mine ON app.orders USING (id > 0);
== policy check
ALTER POLICY orders_mine ON app.orders WITH CHECK (id < 2000000);
-- undo
ALTER POLICY orders_mine ON app.orders WITH CHECK (id < 1000000);
== policy renamed
ALTER POLICY orders_mine ON app.orders RENAME TO orders_own;
-- undo
ALTER POLICY orders_own ON app.orders RENAME TO orders_mine;
== policy permissive
DROP POLICY orders_mine ON app.orders;
CREATE POLICY orders_mine ON app.orders FOR UPDATE TO oracle_app, oracle_reader USING (id > 0) WITH CHECK (id < 1000000);
COMMENT ON POLICY orders_mine ON app.orders IS 'one''s own';
-- undo
DROP POLICY orders_mine ON app.orders;
CREATE POLICY orders_mine ON app.orders AS RESTRICTIVE FOR UPDATE TO oracle_app, oracle_reader USING (id > 0) WITH CHECK (id < 1000000);
COMMENT ON POLICY orders_mine ON app.orders IS 'one''s own';
== policy command
DROP POLICY orders_all ON app.orders;
CREATE POLICY orders_all ON app.orders FOR DELETE USING (true);
-- undo
DROP POLICY orders_all ON app.orders;
CREATE POLICY orders_all ON app.orders USING (true);
== policy comment
COMMENT ON POLICY orders_mine ON app.orders IS 'mine';
-- undo
COMMENT ON POLICY orders_mine ON app.orders IS 'one''s own';
