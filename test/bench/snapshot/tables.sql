-- TABLES tables with a sequence, two indexes and a toast table each: six rows of pg_class a table.
SELECT format('CREATE TABLE t_%s (id serial PRIMARY KEY, name text NOT NULL, email text, amount numeric(10,2) DEFAULT 0,'
	' created_at timestamptz DEFAULT now(), parent_id int, CHECK (amount >= 0)); CREATE INDEX ON t_%s (email);', i, i)
FROM generate_series(1, :tables) i \gexec
SELECT format('CREATE VIEW v_%s AS SELECT a.id, a.name, b.email FROM t_%s a JOIN t_%s b ON a.id = b.parent_id', i, i, i + 1)
FROM generate_series(1, :tables / 20) i \gexec
