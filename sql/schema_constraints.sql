-- constraints as parts of tables and domains
SET client_min_messages = warning;
CREATE SCHEMA sm_cat;
SET search_path = sm_cat, public;
CREATE TEMP TABLE before AS SELECT * FROM schema_objects_live();
\set remember 'TRUNCATE before; INSERT INTO before SELECT * FROM schema_objects_live()'
\set changed 'SELECT section, kind, name FROM (SELECT * FROM schema_objects_live()) n FULL JOIN before o USING (section, kind, name) WHERE n.digest IS DISTINCT FROM o.digest ORDER BY section, kind, name COLLATE "C"'
\set body 'SELECT name, jsonb_pretty(body - ''owner'') AS body FROM schema_objects_live(true) WHERE kind = '
CREATE TABLE target (a integer, b integer, c text, PRIMARY KEY (a, b), UNIQUE (c), CONSTRAINT late UNIQUE (b, c) DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE source (
	x integer,
	y integer,
	z text REFERENCES target (c),
	CONSTRAINT pair FOREIGN KEY (x, y) REFERENCES target MATCH FULL ON UPDATE CASCADE ON DELETE SET NULL (y),
	CONSTRAINT positive CHECK (x > 0 AND z <> 'no'),
	CONSTRAINT local_only CHECK (y > 0) NO INHERIT,
	EXCLUDE USING btree (x WITH =, lower(z) WITH =) WHERE (y > 3)
);
ALTER TABLE source ADD CONSTRAINT late CHECK (x < 100) NOT VALID;
COMMENT ON CONSTRAINT positive ON source IS 'a constraint';
CREATE UNIQUE INDEX other_name ON source (z);
ALTER TABLE source ADD CONSTRAINT by_index UNIQUE USING INDEX other_name;
CREATE TABLE parent (id integer PRIMARY KEY, t integer, s integer, FOREIGN KEY (t, s) REFERENCES target) PARTITION BY LIST (id);
CREATE TABLE part PARTITION OF parent FOR VALUES IN (1);
:body 'table' ORDER BY name COLLATE "C";

:remember;
ALTER TABLE source VALIDATE CONSTRAINT late;
:changed;
:remember;
ALTER TABLE source RENAME CONSTRAINT positive TO above_zero;
:changed;
:remember;
ALTER TABLE target RENAME b TO bb;
:changed;
:remember;
ALTER TABLE target RENAME TO goal;
:changed;

-- triggers of a foreign key, on either table
:remember;
ALTER TABLE source DISABLE TRIGGER ALL;
SELECT body -> 'constraints' -> 'pair' ->> 'triggers_enabled' AS triggers_enabled
FROM schema_objects_live() WHERE name = 'sm_cat.source';
:changed;
:remember;
ALTER TABLE goal DISABLE TRIGGER ALL;
SELECT body ->> 'reference_triggers' AS reference_triggers FROM schema_objects_live() WHERE name = 'sm_cat.goal';
:changed;

DROP SCHEMA sm_cat CASCADE;
