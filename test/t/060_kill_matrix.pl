# Killed at any step, by any hand: for every message of the protocols of apply and
# rollback the program is killed, or its backend, or the server is stopped at once.
# The same command again then leaves the schema and the ledger of an undisturbed
# run (but for attempt, times, transaction, LSN and epoch), and the lock is free
# within five seconds.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../perl";
use KillProxy;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

my $program = $ENV{SUMMIT_MIGRATE} // 'summit-migrate';
my $stride = $ENV{KILL_STRIDE} // 1;    # 3: every third step, for a quick look

my $node = PostgreSQL::Test::Cluster->new('kill');
$node->init;
# The proxy's steps must not depend on a checkpoint or a vacuum of its own accord.
$node->append_conf('postgresql.conf', "autovacuum = off\nrestart_after_crash = on\n");
$node->start;

my $work = PostgreSQL::Test::Utils::tempdir();
my $proxy_folder = PostgreSQL::Test::Utils::tempdir_short();
my $migrations = "$work/migrations";
mkdir $migrations or die $!;

# One of each: a transaction of several statements, an index built and one dropped
# concurrently, a file's own transaction, batches, a contract, and undos of both kinds.
append_to_file("$migrations/20260101_000000_schema_accounts.sql", <<'SQL');
-- Migration: Accounts
-- ID: 20260101_000000_schema_accounts
-- Version: 1.0.0

-- PHASE 1: EXPAND
CREATE TABLE accounts (id int PRIMARY KEY, email text, verified boolean);
INSERT INTO accounts SELECT i, 'user' || i || '@example.com' FROM generate_series(1, 30) i;
CREATE INDEX CONCURRENTLY accounts_email ON accounts (email);
BEGIN;
CREATE TABLE log (id int GENERATED ALWAYS AS IDENTITY, what text);
INSERT INTO log (what) VALUES ('expanded');
COMMIT;

-- PHASE 2: MIGRATE
-- Batch: table=accounts, key=id, size=10
UPDATE accounts SET verified = false WHERE verified IS NULL;
DROP INDEX CONCURRENTLY accounts_email;

-- PHASE 3: CONTRACT
ALTER TABLE accounts ALTER COLUMN verified SET NOT NULL;
CREATE UNIQUE INDEX CONCURRENTLY accounts_email_key ON accounts (email);

-- VALIDATION
-- Check: all_verified (post migrate, critical, expect = 0)
SELECT count(*) FROM accounts WHERE verified IS NULL;

-- ROLLBACK
/*
DROP INDEX CONCURRENTLY IF EXISTS accounts_email_key;
DROP TABLE log;
DROP TABLE accounts;
*/
SQL

my @state_queries = (
	q{SELECT migration_id, phase, direction, status, checksum, phase_digest, error_message FROM summit_migrate.migration_history ORDER BY 1, 2},
	q{SELECT migration_id, phase, direction, unit, state, transactional, rows_affected, error_sqlstate, batch_cursor FROM summit_migrate.migration_units ORDER BY 1, 2, 3, 4},
	q{SELECT version, migration_id, rolled_back_at IS NOT NULL FROM summit_migrate.schema_versions ORDER BY 1, 2, 3},
	q{SELECT to_regclass('accounts'), to_regclass('log')},
	q{SELECT relname, indisvalid, indisunique FROM pg_index JOIN pg_class ON oid = indexrelid WHERE relnamespace = 'public'::regnamespace ORDER BY 1});
my @data_queries = (q{SELECT * FROM accounts ORDER BY id}, q{SELECT what FROM log});

sub fresh_database
{
	$node->safe_psql('postgres', 'DROP DATABASE IF EXISTS app (FORCE)');
	$node->safe_psql('postgres', 'CREATE DATABASE app');
	$node->safe_psql('app', 'CREATE SCHEMA summit_migrate; CREATE EXTENSION summit_migrate SCHEMA summit_migrate');
}

# What must be the same after any kill.
sub state
{
	my $state = join "\n--\n", map { $node->safe_psql('app', $_) } @state_queries;

	$state .= join "\n--\n", map { $node->safe_psql('app', $_) } @data_queries
	  if $state =~ /^accounts\|log$/m;
	return $state;
}

sub program_command
{
	my (@arguments) = @_;
	return [ $program, '--dir', $migrations, '--no-color', '--no-input', @arguments ];
}

sub run_direct
{
	my (@arguments) = @_;
	local $ENV{PGHOST} = $node->host;
	local $ENV{PGPORT} = $node->port;
	local $ENV{PGDATABASE} = 'app';

	my $result = run_command_status(program_command(@arguments));
	return $result;
}

sub run_command_status
{
	my ($command) = @_;
	my $output = '';

	IPC::Run::run($command, '<', \undef, '>&', \$output);
	return { status => $? >> 8, output => $output };
}

sub run_proxied
{
	my ($at, $action, @arguments) = @_;
	my $port = $node->port;

	return KillProxy::run(
		server => $node->host . "/.s.PGSQL.$port",
		listen => "$proxy_folder/.s.PGSQL.$port",
		command => program_command(@arguments),
		env => { PGHOST => $proxy_folder, PGPORT => $port, PGDATABASE => 'app' },
		at => $at,
		action => $action,
		timeout => 120);
}

sub wait_for_server
{
	for (1 .. 300)
	{
		my ($status) = $node->psql('postgres', 'SELECT 1');
		return if $status == 0;
		sleep 0.1;
	}
	die 'server did not come back';
}

# Seconds until nobody holds a migration lock.
sub lock_freed_after
{
	my $start = time();

	for (1 .. 200)
	{
		return time() - $start
		  if $node->safe_psql('app',
			q{SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid IN (21325, 21326)}) eq '0';
		sleep 0.05;
	}
	return 1e9;
}

my %kill = (
	program => sub { kill 'KILL', $_[0] },
	backend => sub { kill 'KILL', $_[1] if $_[1] },
	server => sub { $node->stop('immediate'); $node->start });

# name, what runs before, the command under test
my @protocols = (
	[ 'apply', [], ['apply'] ],
	[ 'apply --phase contract', [ ['apply'] ], [ 'apply', '--phase', 'contract' ] ],
	[ 'rollback', [ ['apply'], [ 'apply', '--phase', 'contract' ] ], [ 'rollback', '20260101_000000_schema_accounts' ] ]);

sub prepare
{
	my ($before) = @_;

	fresh_database();
	for my $arguments (@{$before})
	{
		my $result = run_direct(@{$arguments});
		die "@{$arguments}: $result->{output}" if $result->{status};
	}
}

sub check_step
{
	my ($name, $before, $arguments, $how, $at, $expected) = @_;

	prepare($before);
	my $run = run_proxied($at, $kill{$how}, @{$arguments});
	wait_for_server();
	my $freed = lock_freed_after();
	my $again = run_direct(@{$arguments});
	my $state = state();
	my $good = $again->{status} == 0 && $state eq $expected && $freed < 5;

	diag("$name, $how at $at: freed after $freed s; first run:\n$run->{output}\nagain ($again->{status}):\n$again->{output}\nstate:\n$state\nexpected:\n$expected")
	  unless $good;
	return $good;
}

for my $protocol (@protocols)
{
	my ($name, $before, $arguments) = @{$protocol};

	prepare($before);
	my $undisturbed = run_proxied(undef, undef, @{$arguments});
	is($undisturbed->{status}, 0, "$name: undisturbed through the proxy") or diag($undisturbed->{output});
	my $expected = state();
	my $steps = $undisturbed->{arrivals};
	cmp_ok($steps, '>', 20, "$name: has $steps steps");

	for my $how (sort keys %kill)
	{
		my @bad = grep { !check_step($name, $before, $arguments, $how, $_, $expected) }
		  grep { $_ % $stride == 0 } 1 .. $steps;
		is("@bad", '', "$name: $how killed at each of $steps steps, and run again");
	}
}

$node->stop;
done_testing();
