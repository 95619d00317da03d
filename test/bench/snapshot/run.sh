#!/bin/bash
# Fingerprint, snapshot and comparison of a large schema, each against
# pg_dump -s of the same database in the same turn.
#
#   test/bench/snapshot/run.sh [TABLES]       BENCH_RUNS=5
. "$(dirname "$0")/../lib.sh"

tables=${1:-10000}
runs=${BENCH_RUNS:-5}

sql() {
	"$bindir/psql" -qXAt -v ON_ERROR_STOP=1 "$@"
}

# query NAME STATEMENT: the milliseconds that psql measured for it go to $work/NAME.
query() {
	sql -c '\timing on' -c "$2" | sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p' >>"$work/$1"
}

# peak STATEMENT: how much memory of its own its backend had at most, in MB.
peak() {
	sql -c 'SELECT pg_backend_pid()' -c 'SELECT pg_sleep(0.5)' -c "$1" >"$work/backend" &
	local psql=$! most=0 now pid
	until pid=$(head -n 1 "$work/backend") && [ -n "$pid" ]; do sleep 0.05; done
	while now=$(awk '/^RssAnon/ {print $2}' "/proc/$pid/status" 2>/dev/null) && [ -n "$now" ]; do
		[ "$now" -le "$most" ] || most=$now
		sleep 0.005
	done
	wait "$psql"
	echo $((most / 1024))
}

forget() {
	sql -c 'DELETE FROM schema_cache' -c 'DELETE FROM schema_snapshots' -c "SELECT FROM prune('0')" \
		-c 'VACUUM schema_cache, schema_objects, schema_buckets, schema_snapshots' -c CHECKPOINT >/dev/null
}

stored() {
	sql -c "SELECT sum(pg_total_relation_size(t)) FROM unnest('{schema_objects,schema_buckets,schema_snapshots}'::regclass[]) t"
}

machine
start_server 'fsync = off' 'shared_buffers = 512MB' 'max_locks_per_transaction = 256' 'max_wal_size = 4GB' \
	'autovacuum = off'
sql -v tables="$tables" -f "$bench_dir/snapshot/tables.sql"
sql -c 'CREATE EXTENSION summit_migrate' 2>/dev/null
sql -c 'VACUUM ANALYZE'
echo "$(sql -c 'SELECT count(*) FROM pg_class') rows of pg_class"

for ((run = 1; run <= runs; run++)); do
	forget
	seconds "$bindir/pg_dump" -s bench | awk '{print $1 * 1000}' >>"$work/dump"
	query full_snapshot 'SELECT take_schema_snapshot()'
	query unchanged 'SELECT schema_fingerprint()'
	sql -c "ALTER TABLE t_$run ADD COLUMN more int"
	query after_one_change 'SELECT schema_fingerprint()'
	before=$(stored)
	query second_snapshot 'SELECT take_schema_snapshot()'
	echo $((($(stored) - before) / 1024)) >>"$work/stored_kb"
	query difference 'SELECT count(*) FROM snapshot_changes((SELECT min(id) FROM schema_snapshots),
		(SELECT max(id) FROM schema_snapshots))'
	query difference_to_live 'SELECT count(*) FROM snapshot_changes((SELECT min(id) FROM schema_snapshots), NULL)'
	sql -c "ALTER TABLE t_$run DROP COLUMN more"
done

printf '%-20s %10.1f ms\n' 'pg_dump -s' "$(median "$work/dump")"
for name in full_snapshot unchanged after_one_change second_snapshot difference difference_to_live; do
	paste "$work/dump" "$work/$name" | awk '{ print $1 / $2 }' >"$work/ratios"
	printf '%-20s %10.1f ms   1/%.1f of pg_dump -s\n' "$name" "$(median "$work/$name")" "$(median "$work/ratios")"
done
printf '%-20s %10s kB\n' 'second one stores' "$(median "$work/stored_kb")"
forget
printf '%-20s %10s MB\n' 'memory at most' "$(peak 'SELECT take_schema_snapshot()')"
