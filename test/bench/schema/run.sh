#!/bin/bash
# The schema as data, against pg_dump -s of the same database, in turns: the
# fingerprint with nothing changed and with one table altered, a first full
# snapshot and its memory; then diffs of two snapshots, the bytes that a second
# one adds, and the health functions.  Ours is timed in sessions that are already
# connected, pg_dump as the whole process that it is.
#
#   test/bench/schema/run.sh [TABLES]      BENCH_RUNS=5: pairs a figure
. "$(dirname "$0")/../lib.sh"

runs=${BENCH_RUNS:-5}
tables=${1:-10000}
changed=$((tables / 10))

psql() { "$bindir/psql" -qXAt -v ON_ERROR_STOP=1 "$@"; }
dump() { "$bindir/pg_dump" -s bench; }

# connect: a session of its own, the one that ask and timed talk to from here on.
connect() {
	disconnect
	coproc session { exec "$bindir/psql" -qXAt -v ON_ERROR_STOP=1 2>&1; }
	session_process=$session_PID
	ask 'SET search_path = summit_migrate, public' >/dev/null
}

disconnect() {
	[ -z "${session_process:-}" ] || { echo '\q' >&"${session[1]}"; wait "$session_process"; }
	session_process=
}

# ask SQL: what the session answers, and its time in $took.
ask() {
	local line start=$EPOCHREALTIME
	answer=
	printf '%s;\n\\echo --end--\n' "$1" >&"${session[1]}"
	while IFS= read -r line <&"${session[0]}"; do
		[ "$line" != --end-- ] || { took=$(awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.6f", b - a }'); return; }
		case $line in *ERROR:*) echo "$1: $line" >&2; return 1 ;; esac
		answer+=${answer:+$'\n'}$line
	done
	echo "the session ended: $1: $answer" >&2
	return 1
}

timed() { ask "$2"; echo "$took" >>"$1"; }

# new_extension: none of what an earlier snapshot has stored is left.
new_extension() {
	disconnect
	psql -c 'SET client_min_messages = warning' -c 'DROP SCHEMA IF EXISTS summit_migrate CASCADE' \
		-c 'CREATE SCHEMA summit_migrate' -c 'CREATE EXTENSION summit_migrate SCHEMA summit_migrate'
	connect
}

# memory: kB that the session's process has used at most, and how much of it is shared memory
# now, in $used (no subshell has the session's pipes).
memory() {
	ask 'SELECT pg_backend_pid()'
	used=$(awk '/^VmHWM/ { peak = $2 } /^RssShmem/ { shared = $2 }
		END { printf "%d kB at most, with %d kB of shared memory", peak, shared }' "/proc/$answer/status")
}

# What tables take on disk, with their indexes and TOAST: those that keep snapshots,
# and the unlogged cache, whose old rows VACUUM gives back.
kept="SELECT sum(pg_total_relation_size('summit_migrate.' || name)) FROM unnest(ARRAY['schema_snapshots',
	'schema_buckets', 'schema_objects']) name"
cached="SELECT pg_total_relation_size('summit_migrate.schema_cache')"

figure() { printf '%-58s %s\n' "$1" "$2"; }

# alter N: a column more in the first N tables, as an application would.
alter() {
	psql -c "SELECT format('ALTER TABLE %s ADD COLUMN extra_$1_$2 int;', c.oid::regclass) FROM pg_class c
		WHERE c.relname ~ '^t_[0-9]+\$' AND c.relkind = 'r' ORDER BY substr(c.relname, 3)::int LIMIT $1" >alter.sql
	psql -f alter.sql
}

machine
start_server 'fsync = off' 'max_wal_size = 4GB' 'autovacuum = off' 'max_locks_per_transaction = 1000'
psql -v tables="$tables" -f "$bench_dir/schema/generate.sql" >/dev/null
figure 'rows in pg_class' "$(psql -c 'SELECT count(*) FROM pg_class')"
printf '%-44s %11s %11s\n' '' 'this' 'pg_dump -s'

: >first.txt; : >first_dump.txt
for run in $(seq "$runs"); do
	new_extension
	timed first.txt 'SELECT take_schema_snapshot()'
	memory
	seconds dump >>first_dump.txt
done
report "full snapshot, the first" first.txt first_dump.txt
figure '  backend that took it' "$used"

: >nothing.txt; : >nothing_dump.txt; : >fresh.txt
ask 'SELECT schema_fingerprint()'
fingerprint=$answer
for run in $(seq "$runs"); do
	timed nothing.txt 'SELECT schema_fingerprint()'
	[ "$answer" = "$fingerprint" ] || { echo "the fingerprint changed, and nothing had" >&2; exit 1; }
	seconds dump >>nothing_dump.txt
	connect
	timed fresh.txt 'SELECT schema_fingerprint()'
	ask 'SELECT schema_fingerprint()'
done
report 'fingerprint, nothing changed' nothing.txt nothing_dump.txt
report '  first call of a session' fresh.txt nothing_dump.txt

: >one.txt; : >one_dump.txt
for run in $(seq "$runs"); do
	alter 1 "$run"
	timed one.txt 'SELECT schema_fingerprint()'
	[ "$answer" != "$fingerprint" ] || { echo "the fingerprint did not change" >&2; exit 1; }
	fingerprint=$answer
	seconds dump >>one_dump.txt
done
report "fingerprint, one table of $tables altered" one.txt one_dump.txt

ask 'SELECT take_schema_snapshot()'
before=$answer
bytes=$(psql -c "$kept") cache=$(psql -c "$cached")
: >second.txt
for run in $(seq "$runs"); do
	alter 1 "stored_$run"
	timed second.txt 'SELECT take_schema_snapshot()'
done
second=$answer
figure 'bytes that a second snapshot stores, one table altered' \
	"$((($(psql -c "$kept") - bytes) / runs)), taken in $(median second.txt) s"
figure '  and in the unlogged cache' "$((($(psql -c "$cached") - cache) / runs))"
alter "$changed" many
ask 'SELECT take_schema_snapshot()'
many=$answer
ask "SELECT count(*) FROM schema_diff($before, $second)"
figure "diff of two snapshots, $runs columns added" "$took s, $answer changes"
ask "SELECT count(*) FROM schema_diff($second, $many)"
figure "diff of two snapshots, $changed tables altered" "$took s, $answer changes"
ask "SELECT count(*) FROM schema_diff($many)"
figure 'diff of a snapshot and the live schema, nothing changed' "$took s, $answer changes"
memory
figure '  backend that did all this' "$used"

: >health.txt; : >missing.txt; : >health_dump.txt
for run in $(seq "$runs"); do
	timed health.txt 'SELECT count(*) FROM schema_health()'
	timed missing.txt 'SELECT count(*) FROM missing_indexes()'
	seconds dump >>health_dump.txt
done
report 'schema_health()' health.txt health_dump.txt
report 'missing_indexes()' missing.txt health_dump.txt
disconnect
