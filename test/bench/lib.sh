# lib.sh
#		What every benchmark needs: a private server (unix socket only, gone at the
#		end), wall-clock timing of a command, medians and ratios.  Source it.
#		It measures nothing by itself.
set -euo pipefail

bench_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root_dir=$(cd "$bench_dir/../.." && pwd)
bindir=$("${PG_CONFIG:-pg_config}" --bindir)
program=${SUMMIT_MIGRATE:-$root_dir/cli/summit-migrate}

# PostgreSQL refuses to run as root: do all of it as the user that Debian's packages
# made, on a copy that this user may read.
if [ "$(id -u)" = 0 ]; then
	stage=$(mktemp -d)
	trap 'rm -rf "$stage"' EXIT
	mkdir "$stage/cli" "$stage/test"
	cp "$program" "$stage/cli/summit-migrate"
	cp -R "$bench_dir" "$stage/test/bench"
	chown -R postgres "$stage"
	runuser -u postgres -- env -u SUMMIT_MIGRATE HOME=/nonexistent PG_CONFIG="${PG_CONFIG:-pg_config}" \
		bash "$stage/test/bench/$(realpath --relative-to="$bench_dir" "$0")" "$@"
	exit
fi

work=$(mktemp -d)
cd "$work"

stop_server() {
	[ ! -f "$work/data/postmaster.pid" ] || "$bindir/pg_ctl" -D "$work/data" -m immediate -w stop >/dev/null
}
trap 'stop_server; cd /; rm -rf "$work"' EXIT

# start_server SETTING...: a fresh cluster with these settings and an empty database "bench".
start_server() {
	stop_server
	rm -rf "$work/data"
	"$bindir/initdb" -D "$work/data" -A trust -U postgres --no-sync -E UTF8 --locale=C >/dev/null
	{
		printf "listen_addresses = ''\nunix_socket_directories = '%s'\n" "$work"
		printf '%s\n' "$@"
	} >>"$work/data/postgresql.conf"
	"$bindir/pg_ctl" -D "$work/data" -l "$work/log" -w start >/dev/null
	export PGHOST=$work PGUSER=postgres PGDATABASE=bench
	"$bindir/createdb" bench
}

fresh_database() {
	"$bindir/dropdb" --if-exists --force bench
	"$bindir/createdb" bench
	"$bindir/psql" -qX -c checkpoint
}

# seconds COMMAND...: its wall-clock time, on stdout; its own output goes to $work/out.
seconds() {
	local start=$EPOCHREALTIME
	"$@" >"$work/out" 2>&1 || { cat "$work/out" >&2; echo "failed: $*" >&2; return 1; }
	awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.4f\n", b - a }'
}

# median FILE: of one number a line.
median() {
	sort -n "$1" | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

# report NAME OURS-FILE THEIRS-FILE: medians and the median of the ratios pair by pair.
report() {
	paste "$2" "$3" | awk '{ printf "%.4f\n", $1 / $2 }' >"$work/ratios"
	printf '%-44s %9.4f s %9.4f s   ratio %.3f (%s to %s)\n' "$1" "$(median "$2")" "$(median "$3")" \
		"$(median "$work/ratios")" "$(sort -n "$work/ratios" | head -1)" "$(sort -n "$work/ratios" | tail -1)"
}

machine() {
	printf '%s, %s cores, %s\n' "$(awk -F': ' '/model name/ { print $2; exit }' /proc/cpuinfo)" "$(nproc)" \
		"$("$bindir/postgres" --version)"
}
