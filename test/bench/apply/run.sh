#!/bin/bash
# Applies N one-INSERT migrations, against one psql session that runs the same
# statements, each with an INSERT into a history table in the same transaction.
# Then the same command again with nothing to do.
#
#   test/bench/apply/run.sh [N...]       BENCH_RUNS=5: pairs a figure
. "$(dirname "$0")/../lib.sh"

runs=${BENCH_RUNS:-5}
[ $# -gt 0 ] || set -- 1000 10000

# The same statements for both: a folder of files, and one script.
make_files() {
	rm -rf migrations psql.sql && mkdir migrations
	perl -e '
		use POSIX qw(strftime);
		open my $psql, ">", "psql.sql" or die;
		for my $i (1 .. $ARGV[0]) {
			my $id = strftime("%Y%m%d_%H%M%S", gmtime(1735689600 + $i)) . "_data_row_$i";
			my $insert = "INSERT INTO bench_rows (id, label) VALUES ($i, \x27row $i\x27);\n";
			open my $file, ">", "migrations/$id.sql" or die;
			print $file "-- Migration: Row $i\n-- ID: $id\n\n-- PHASE 1: EXPAND\n$insert";
			print $psql "BEGIN;\n$insert",
				"INSERT INTO bench_history (migration_id, checksum, status) VALUES (\x27$id\x27, \x27",
				"0" x 64, "\x27, \x27completed\x27);\nCOMMIT;\n";
		}' "$1"
}

prepare() {
	fresh_database
	"$bindir/psql" -qX -v ON_ERROR_STOP=1 <<-'SQL'
		CREATE TABLE bench_rows (id int PRIMARY KEY, label text);
		CREATE TABLE bench_history (id serial PRIMARY KEY, migration_id text NOT NULL, checksum text,
			executed_at timestamptz NOT NULL DEFAULT now(), status text NOT NULL);
		CREATE SCHEMA summit_migrate;
		CREATE EXTENSION summit_migrate SCHEMA summit_migrate;
	SQL
}

rows() { "$bindir/psql" -qXAt -c 'SELECT count(*) FROM bench_rows'; }

ours() { "$program" --dir migrations -d dbname=bench --quiet apply; }
theirs() { "$bindir/psql" -qX -v ON_ERROR_STOP=1 -f psql.sql; }

# peak_memory COMMAND...: kB, as the kernel counts it for the finished process.
peak_memory() { perl -e 'system(@ARGV) == 0 or exit 1; 1' "$@" >/dev/null && /usr/bin/time -f %M "$@" 2>&1 >/dev/null | tail -1; }

machine
printf '%-44s %11s %11s\n' '' 'this' 'psql'
for fsync in on off; do
	start_server "fsync = $fsync" 'max_wal_size = 4GB' 'autovacuum = off'
	for n in "$@"; do
		make_files "$n"
		: >ours.txt; : >theirs.txt; : >nothing.txt
		for run in $(seq "$runs"); do
			prepare
			seconds theirs >>theirs.txt
			[ "$(rows)" = "$n" ]
			prepare
			seconds ours >>ours.txt
			[ "$(rows)" = "$n" ]
			seconds ours >>nothing.txt
		done
		report "apply $n one-INSERT files, fsync $fsync" ours.txt theirs.txt
		printf '%-44s %9.4f s               peak memory %s kB\n' "  again, nothing to do" "$(median nothing.txt)" \
			"$(peak_memory "$program" --dir migrations -d dbname=bench --quiet apply)"
	done
done
