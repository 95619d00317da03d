#!/usr/bin/env bash
# Acquire and release of the migration lock, 8 sessions: pairs a second of the
# extension and of the older plpgsql functions (older.sql), in turns, on few rows
# and on 100,000, and the ratio of the two.  The server is the one that libpq's
# environment names; its database must have the extension, and gets back what it
# had.  SECONDS_A_TURN and TURNS (default 5 and 3) say for how long.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
turn=${SECONDS_A_TURN:-5}
turns=${TURNS:-3}
rows=100000
database=${PGDATABASE:-$(psql -XAtc 'SELECT current_database()')}
export PGDATABASE=$database

sql() { psql -XqAt -v ON_ERROR_STOP=1 "$@"; }

schema=$(sql -c "SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'summit_migrate'")
[ -n "$schema" ] || { echo "database $database has no extension summit_migrate" >&2; exit 2; }

# Neither the rows of this run nor the older functions stay behind.
finish() {
	sql -c 'SET client_min_messages = warning' -c 'DROP SCHEMA IF EXISTS bench_older_lock CASCADE' \
		-c "DELETE FROM $schema.migration_locks WHERE migration_id LIKE 'bench\\_%' OR migration_id LIKE 'past\\_%'"
}
trap finish EXIT
finish
sql -f older.sql >/dev/null

# pairs a second of one side: the schema whose functions are called
rate() {
	PGOPTIONS="${PGOPTIONS:-} -c search_path=$1 -c client_min_messages=warning" \
		pgbench -n -c 8 -j 2 -T "$turn" -M prepared -f pair.sql 2>/dev/null |
		sed -n 's/^tps = \([0-9.]*\).*/\1/p'
}

median() { sort -g | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }

# measures both sides in turns; prints a line
measure() {
	local ours=() older=() i
	for ((i = 0; i < turns; i++)); do
		older+=("$(rate bench_older_lock)")
		ours+=("$(rate "$schema")")
	done
	local a b
	a=$(printf '%s\n' "${ours[@]}" | median)
	b=$(printf '%s\n' "${older[@]}" | median)
	awk -v a="$a" -v b="$b" -v what="$1" \
		'BEGIN {printf "%-24s %8.0f pairs/s, older %8.0f pairs/s, ratio %.2f\n", what, a, b, a / b}'
}

measure "few rows:"
sql -c "INSERT INTO $schema.migration_locks (migration_id, locked_by, released_at)
		SELECT 'past_' || i, 'bench', now() FROM generate_series(1, $rows) i" \
	-c "INSERT INTO bench_older_lock.migration_locks (migration_id, locked_by, released_at)
		SELECT 'past_' || i, 'bench', now() FROM generate_series(1, $rows) i" \
	-c "VACUUM ANALYZE $schema.migration_locks" -c 'VACUUM ANALYZE bench_older_lock.migration_locks'
measure "$rows rows:"
