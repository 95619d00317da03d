#!/bin/bash
# Acquire and release of the migration lock, against the older plpgsql pair
# (measure.sh, which also runs on a server of your own), on a private server.
#
#   test/bench/lock/run.sh       SECONDS_A_TURN=5 TURNS=3
. "$(dirname "$0")/../lib.sh"

machine
for fsync in on off; do
	start_server "fsync = $fsync"
	"$bindir/psql" -qX -c 'CREATE EXTENSION summit_migrate' 2>/dev/null
	echo "fsync $fsync"
	PATH=$bindir:$PATH bash "$bench_dir/lock/measure.sh"
done
