#!/bin/bash
# DDL with capture on against the same DDL alone: 1,000 CREATE TABLE, ALTER TABLE
# and CREATE TEMP TABLE each, every statement a transaction of its own in one
# session, in two databases of one server, in turns.
#
#   test/bench/capture/run.sh [N]       BENCH_RUNS=5: pairs a figure
. "$(dirname "$0")/../lib.sh"

runs=${BENCH_RUNS:-5}
n=${1:-1000}

scripts() {
	local i
	for ((i = 1; i <= n; i++)); do
		echo "CREATE TABLE bench_$i (id int, label text);" >&3
		echo "ALTER TABLE bench_$i ADD COLUMN more int;" >&4
		echo "CREATE TEMP TABLE bench_temp_$i (id int, label text);" >&5
		echo "DROP TABLE bench_$i;" >&6
	done 3>create.sql 4>alter.sql 5>temp.sql 6>drop.sql
}

run_file() { "$bindir/psql" -qX -v ON_ERROR_STOP=1 -d "$1" -f "$2"; }

fresh() {
	"$bindir/dropdb" --if-exists --force "$1" 2>/dev/null
	"$bindir/createdb" "$1"
	"$bindir/psql" -qX -d "$1" -c 'CREATE SCHEMA summit_migrate' \
		-c 'CREATE EXTENSION summit_migrate SCHEMA summit_migrate'
}

machine
start_server 'fsync = off' 'autovacuum = off' 'max_wal_size = 4GB'
scripts
rm -f ./*.with ./*.without
for run in $(seq "$runs"); do
	fresh bench_with
	fresh bench_without
	"$bindir/psql" -qXAt -d bench_with -c 'SELECT summit_migrate.enable_drift_capture()' >/dev/null
	"$bindir/psql" -qX -c checkpoint
	for what in create alter temp drop; do
		# who goes first changes from run to run
		for side in $( ((run % 2)) && echo with without || echo without with); do
			seconds run_file "bench_$side" "$what.sql" >>"$what.$side"
		done
	done
	rows=$("$bindir/psql" -qXAt -d bench_with -c 'SELECT count(*) FROM summit_migrate.ddl_journal')
	[ "$rows" = $((3 * n)) ] || { echo "$rows rows in the journal, not $((3 * n))" >&2; exit 1; }
done
printf '%-44s %11s %11s\n' '' 'capture' 'alone'
for what in create alter temp drop; do
	report "$n statements: $what, fsync off" "$what.with" "$what.without"
done
