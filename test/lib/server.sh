# What the scripts around the tests share: the server's paths, and who runs it.

: "${PG_CONFIG:=$(ls -v /usr/lib/postgresql/1[5-8]/bin/pg_config 2>/dev/null | tail -n 1)}"
[ -x "$PG_CONFIG" ] || { echo "No server found; name its pg_config in PG_CONFIG." >&2; exit 2; }
bindir=$("$PG_CONFIG" --bindir)
pgxs_tests=$(dirname "$("$PG_CONFIG" --pgxs)")/../test
test_user=$(id -un)
[ "$(id -u)" != 0 ] || test_user=postgres

# A command in the environment of the tests: nothing of the caller's that would
# point to a server or a configuration of his own.
with_test_environment() {
	env -i PATH="$bindir:$PATH" HOME="$work/home" LANG=C.UTF-8 TERM="${TERM:-dumb}" \
		TMPDIR="${TMPDIR:-/tmp}" PROTOCOL="${PROTOCOL:-}" CI="${CI:-}" JOBS="${JOBS:-2}" PG_CONFIG="$PG_CONFIG" \
		PG_REGRESS="$pgxs_tests/regress/pg_regress" PGXS_TESTS="$pgxs_tests" \
		${ORACLE_SEED:+ORACLE_SEED="$ORACLE_SEED"} ${ORACLE_STEPS:+ORACLE_STEPS="$ORACLE_STEPS"} \
		${ORACLE_ONLY:+ORACLE_ONLY="$ORACLE_ONLY"} ${KEEP:+PG_TEST_NOCLEAN=1} ${GCOV_PREFIX:+GCOV_PREFIX="$GCOV_PREFIX"} "$@"
}

as_test_user() {
	if [ "$(id -u)" = 0 ]; then
		with_test_environment runuser -u "$test_user" -- "$@"
	else
		with_test_environment "$@"
	fi
}
