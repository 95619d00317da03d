-- foreign keys that no index serves; without hypopg they are judged by the catalog
-- (in a database of its own: what other tests leave would be found too)
SELECT current_database() AS main \gset
CREATE DATABASE regress_health;
\c regress_health
SET client_min_messages = warning;
CREATE EXTENSION summit_migrate;
RESET client_min_messages;
CREATE SCHEMA health_m;
SET search_path = health_m, public;
CREATE TABLE customers (id bigint PRIMARY KEY, region int, UNIQUE (region, id));
CREATE TABLE bare (id int, customer bigint CONSTRAINT bare_fk REFERENCES customers);
CREATE TABLE "Odd Table" (id int, "The Key" bigint CONSTRAINT odd_fk REFERENCES customers);
CREATE TABLE two_keys (r int, c bigint, CONSTRAINT two_fk FOREIGN KEY (r, c) REFERENCES customers (region, id),
	CONSTRAINT one_fk FOREIGN KEY (c) REFERENCES customers, CONSTRAINT one_fk_again FOREIGN KEY (c) REFERENCES customers);
CREATE INDEX ON two_keys (r);
-- served: any order of the first keys, a hash of one column, INCLUDE behind, a predicate that a lookup implies
CREATE TABLE any_order (r int, c bigint, x int, FOREIGN KEY (r, c) REFERENCES customers (region, id));
CREATE INDEX ON any_order (c, r, x);
CREATE TABLE hashed (c bigint REFERENCES customers);
CREATE INDEX ON hashed USING hash (c);
CREATE TABLE half (c bigint REFERENCES customers);
CREATE INDEX ON half (c) WHERE c IS NOT NULL;
-- not served: second key, included, an expression, other predicates, brin
CREATE TABLE s_second (x int, c bigint CONSTRAINT second_fk REFERENCES customers);
CREATE INDEX ON s_second (x, c);
CREATE TABLE s_included (x int, c bigint CONSTRAINT included_fk REFERENCES customers);
CREATE INDEX ON s_included (x) INCLUDE (c);
CREATE TABLE s_expression (c bigint CONSTRAINT expression_fk REFERENCES customers);
CREATE INDEX ON s_expression ((c + 0));
CREATE TABLE s_partial (x int, c bigint CONSTRAINT partial_fk REFERENCES customers);
CREATE INDEX ON s_partial (c) WHERE x > 0;
CREATE TABLE s_brin (c bigint CONSTRAINT brin_fk REFERENCES customers);
CREATE INDEX ON s_brin USING brin (c);
-- partitioned: the root alone is reported, whatever the number of partitions and their column numbers
CREATE TABLE parted (id int, c bigint CONSTRAINT parted_fk REFERENCES customers) PARTITION BY RANGE (id);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (10);
CREATE TABLE parted_2 (gone int, c bigint, id int);
ALTER TABLE parted_2 DROP COLUMN gone;
ALTER TABLE parted ATTACH PARTITION parted_2 FOR VALUES FROM (10) TO (20);
CREATE TABLE part (id int, c bigint CONSTRAINT part_fk REFERENCES customers) PARTITION BY RANGE (id);
CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (0) TO (10);
CREATE TABLE part_2 PARTITION OF part FOR VALUES FROM (10) TO (20);
CREATE INDEX ON part_1 (c);
CREATE TABLE each (id int, c bigint REFERENCES customers) PARTITION BY RANGE (id);
CREATE TABLE each_1 PARTITION OF each FOR VALUES FROM (0) TO (10);
CREATE INDEX ON each_1 (c);
CREATE TABLE empty (id int, c bigint CONSTRAINT empty_fk REFERENCES customers) PARTITION BY RANGE (id);
-- a table that refers to a partitioned one has a constraint for each partition of that
CREATE TABLE keys (id int PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE keys_1 PARTITION OF keys FOR VALUES FROM (0) TO (10);
CREATE TABLE keys_2 PARTITION OF keys FOR VALUES FROM (10) TO (20);
CREATE TABLE refers (k int CONSTRAINT refers_fk REFERENCES keys);
-- nobody's business
CREATE TEMP TABLE temporary (id int PRIMARY KEY, up int REFERENCES temporary);

SELECT table_name, columns, reason, statement, proven, cost_before IS NULL AS no_cost FROM missing_indexes()
ORDER BY table_name COLLATE "C", columns;
SELECT evidence FROM missing_indexes() WHERE table_name = 'health_m.part';

-- the statements help: each line of them is run, and nothing is left to say
SELECT line FROM missing_indexes() m, regexp_split_to_table(m.statement, E';\n') WITH ORDINALITY l (line, n)
ORDER BY m.table_name COLLATE "C", m.columns, n \gexec
SELECT table_name, statement FROM missing_indexes();

-- an index that is not valid serves nobody
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'bare_customer_idx'::regclass;
SELECT table_name, statement FROM missing_indexes();
-- a name that is taken
DROP INDEX bare_customer_idx;
CREATE TABLE bare_customer_idx ();
SELECT statement FROM missing_indexes();

-- a reader may ask, and sees the same; others may not
CREATE ROLE regress_health_reader;
SELECT grant_migration_role('reader', 'regress_health_reader');
SET ROLE regress_health_reader;
SELECT table_name, columns FROM public.missing_indexes();
SELECT * FROM public.health_probe_index('pg_class'::regclass, '{oid}', NULL);
SELECT * FROM public.health_statement_lookups();
RESET ROLE;
DROP OWNED BY regress_health_reader;
DROP ROLE regress_health_reader;

DROP TABLE temporary;
\c :main
DROP DATABASE regress_health;
