# The migration lock and PREPARE TRANSACTION: the session keeps the lock, the
# prepared transaction does not carry it away; it ends with the session.
use strict;
use warnings;
use Test::More;
use SummitMigrate;
use SummitTest qw(wait_for);

my $node = SummitMigrate::start_server('main', 'max_prepared_transactions = 5');
my $project = SummitMigrate->new($node);
my $held = "SELECT count(*) FROM summit_migrate.migration_lock_holders() WHERE NOT stale";

$project->query('CREATE TABLE t (a int)');
$project->migration('20250101_000000_schema_t', 'CREATE TABLE made (a int);');

my $holder = $node->background_psql($project->database, on_error_stop => 0);
$holder->query_safe('SET client_min_messages = error; SET search_path = summit_migrate, public;');

# taken before the transaction
my $pid = $holder->query_safe('SELECT pg_backend_pid()');
is($holder->query_safe("SELECT acquire_migration_lock('*', 'one')"), 't', 'the lock is taken');
$holder->query_safe("BEGIN; INSERT INTO t VALUES (1); PREPARE TRANSACTION 'work';");
is($project->query($held), 1, 'after PREPARE TRANSACTION the session holds it');
$project->run_is(5, [ 'apply', '--lock-wait', '0' ], undef, qr/held by one/, 'and the program does not get it');
is($holder->query_safe("SELECT release_migration_lock('*', 'one')"), 't', 'the session can give it back');
is($project->query($held), 0, 'while the transaction is still prepared');
$project->run_is(0, ['apply'], undef, undef, 'the program gets it');
$project->run_is(0, ['doctor'], qr/prepared/i, undef, 'doctor speaks of the prepared transaction');
$project->query("COMMIT PREPARED 'work'");

# taken inside it
$holder->query("BEGIN; SELECT acquire_migration_lock('*', 'two'); PREPARE TRANSACTION 'taken';");
my $prepared = $project->query('SELECT count(*) FROM pg_prepared_xacts');
my $holds = $project->query($held);
$holder->query('ROLLBACK;');
is($holds, 1, 'taken in the transaction: the session holds it');
$project->query("ROLLBACK PREPARED 'taken'") if $prepared;
is($project->query($held), 1, 'and still does when that is rolled back');
is($holder->query_safe("SELECT acquire_migration_lock('*', 'two')"), 't', 'asked again by its holder: true');
is($project->query("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"), 1, 'once');

# given back inside it
$holder->query("BEGIN; SELECT release_migration_lock('*', 'two'); PREPARE TRANSACTION 'given';");
is($project->query('SELECT count(*) FROM pg_prepared_xacts'), 0, 'a release that waits for COMMIT cannot be prepared');
$holder->query('ROLLBACK;');
is($project->query($held), 1, 'the lock is held as before');

# the end of the session

is($project->query("SELECT pg_terminate_backend($pid, 5000)"), 't', 'pg_terminate_backend');
is($project->query($held), 0, 'frees it');
is($project->query("SELECT acquire_migration_lock FROM summit_migrate.acquire_migration_lock('*', 'three')"), 't', 'and the next one gets it');

done_testing();
