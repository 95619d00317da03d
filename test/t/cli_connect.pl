# Connecting: waiting for a server that starts, signals meanwhile, the session's
# settings, and no call of a function that is not the extension's.
use strict;
use warnings;
use Test::More;
use Time::HiRes qw(sleep time);
use PostgreSQL::Test::Utils;
use SummitMigrate;

my $node = SummitMigrate::start_server('connect');
my $project = SummitMigrate->new($node);

# --connect-wait: the server starts while the program waits.
$node->stop;
my $start = time;
$project->run_is(7, ['lock'], qr/^$/, qr/could not connect.*--connect-wait/s, 'no waiting unless asked for');
cmp_ok(time - $start, '<', 5, 'and so at once');
my $call = $project->start('lock', '--connect-wait', '60s');
sleep 0.6;
$node->start;
my ($status, $out, $err) = $project->finish($call);
is($status, 0, '--connect-wait: connected when the server was there') or diag($err);
$node->stop;
$start = time;
$project->run_is(7, [ 'lock', '--connect-wait', '1s' ], qr/^$/, qr/could not connect/);
cmp_ok(time - $start, '>=', 1, '--connect-wait ends');
for my $signal ([ 'INT', 130 ], [ 'TERM', 143 ])
{
	$call = $project->start('lock', '--connect-wait', '60s');
	sleep 0.5;
	$call->{handle}->signal($signal->[0]);
	($status) = $project->finish($call);
	is($status, $signal->[1], "SIG$signal->[0] while waiting");
}
$node->start;

# A wrong password or database is no server that starts: no waiting.
$start = time;
$project->run_is(7, [ 'lock', '--connect-wait', '60s', { DATABASE_URL => $project->conninfo . 'nope' } ],
	qr/^$/, qr/does not exist/);
cmp_ok(time - $start, '<', 10, 'an error that stays is said at once');

# A function of the same name elsewhere is not called.
$project->query(<<'EOF');
CREATE FUNCTION public.migration_lock_holders() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RAISE 'captured'; END $$;
CREATE FUNCTION public.get_environment() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'captured'; END $$;
EOF
$project->query('ALTER DATABASE ' . $project->database . ' SET search_path = public, pg_catalog');
$project->run_is(0, ['lock'], qr/Nobody/);

# An encoding of the caller's is not the session's.
$project->run_is(0, [ 'lock', { PGCLIENTENCODING => 'LATIN1' } ]);

# An extension of another version is refused.
$project->query("UPDATE pg_extension SET extversion = '0.9' WHERE extname = 'summit_migrate'");
$project->run_is(7, ['lock'], qr/^$/, qr/extension's version is 0\.9, the program needs 1\.0.*ALTER EXTENSION/s);

$node->stop;
done_testing();
