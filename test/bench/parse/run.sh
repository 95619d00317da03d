#!/bin/bash
# parse_migration() on a file of 1,000 statements, against raw_parser() alone on
# the same text; and how the time grows with the file.
#
#   test/bench/parse/run.sh       BENCH_RUNS=5: pairs a figure
. "$(dirname "$0")/../lib.sh"

runs=${BENCH_RUNS:-5}
cp "$bench_dir"/parse/raw_parse.c "$bench_dir"/parse/Makefile .
make -s PG_CONFIG="${PG_CONFIG:-pg_config}" raw_parse.so >/dev/null
start_server 'fsync = off'
"$bindir/psql" -qX -v ON_ERROR_STOP=1 -v library="'$work/raw_parse.so'" <<'SQL'
CREATE EXTENSION summit_migrate;
CREATE FUNCTION bench_raw_parse(text) RETURNS integer LANGUAGE c STRICT AS :library, 'bench_raw_parse';
CREATE TABLE content AS
SELECT n, (SELECT string_agg(CASE i % 4
		WHEN 0 THEN format('CREATE TABLE t%s (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL DEFAULT ''a'', CHECK (length(name) < 100));', i)
		WHEN 1 THEN format('ALTER TABLE t%s ADD COLUMN email_%s text, ADD COLUMN seen timestamptz DEFAULT now();', i, i)
		WHEN 2 THEN format('UPDATE t%s SET name = ''x'' || id WHERE name IS NULL AND id IN (SELECT id FROM u WHERE v > %s);', i, i)
		ELSE format('CREATE INDEX t%s_name ON t%s (lower(name), id DESC) WHERE name IS NOT NULL;', i, i) END, E'\n') || E'\n'
	FROM generate_series(1, n) i) AS body
FROM unnest(ARRAY[1000, 10000]) n;
SQL

repeat() { # QUERY COUNT: the query so often in one session
	for _ in $(seq "$2"); do printf '%s;\n' "$1"; done | "$bindir/psql" -qX -v ON_ERROR_STOP=1 -o /dev/null
}
machine
printf '%-44s %11s %11s\n' '' 'this' 'raw_parser'
for n in 1000 10000; do
	count=$((100000 / n))
	: >ours.txt; : >theirs.txt
	for run in $(seq "$runs"); do
		seconds repeat "SELECT count(*) FROM content, parse_migration(body) WHERE n = $n" "$count" >>ours.txt
		seconds repeat "SELECT bench_raw_parse(body) FROM content WHERE n = $n" "$count" >>theirs.txt
	done
	report "parse $count x $n statements" ours.txt theirs.txt
done
