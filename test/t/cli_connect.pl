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

# A connection string that cannot be read is not quoted: it may hold a password.
for my $bad ('postgresql://u:s3cret@[::1', 'postgres://u:s3cret/word@h/db', 'postgres://u:1234/s3cret@h', 'postgres://u:p@s3cret@h/db',
	'host=h password=my s3cret', "host=h password='s3cret", 'postgres://u:s3cr%zzet@h')
{
	my ($code, $stdout, $stderr) = $project->run('status', '-v', { DATABASE_URL => $bad });
	is($code, 2, "$bad: a usage error");
	like($stderr, qr/the connection string from DATABASE_URL cannot be read.*next:/s, "$bad: where it is from, and what to do");
	unlike($stdout . $stderr, qr/s3cr|1234/, "$bad: no part of it is shown");
}
$project->file('summit-migrate.conf', "[project]\n\turl = postgres://u:s3cret/word\@h/db\n");
($status, $out, $err) = $project->run('status', { DATABASE_URL => undef });
is($status, 2, 'the same in the file');
unlike($out . $err, qr/s3cret|word@/, 'no part of it is shown either');
unlink $project->folder . '/summit-migrate.conf';

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
