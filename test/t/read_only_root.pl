# Needs: root mounts
# apply, status and verify write no file: they work on a read-only root, as a
# user that the system does not know, without HOME.
use strict;
use warnings;
use File::Temp;
use Test::More;
use SummitTest qw(need run_program);

need();

my $tmp = File::Temp->newdir('summit_ro_XXXXXX', DIR => $ENV{TMPDIR});
chmod 0755, "$tmp" or die $!;
mkdir "$tmp/$_" for qw(server project project/db project/db/migrations root);
my ($bindir) = grep { -x "$_/initdb" } split /:/, $ENV{PATH};

sub write_file
{
	my ($name, $text) = @_;
	open my $file, '>', "$tmp/$name" or die "$name: $!";
	print $file $text;
	close $file or die "$name: $!";
}

# A server run by postgres; the unknown user comes in by a password.
write_file('password', 'over the hills');
system('chown', '-R', 'postgres', "$tmp/server", "$tmp/password") == 0 or die 'chown';
my @as_postgres = ('runuser', '-u', 'postgres', '--');
my ($status, $out, $err) = run_program(@as_postgres, "$bindir/initdb", '-D', "$tmp/server/data", '-U',
	'postgres', '-A', 'scram-sha-256', "--pwfile=$tmp/password", '-N', '--no-locale', '-E', 'UTF8');
is($status, 0, 'initdb') or diag $err;
system(@as_postgres, "$bindir/pg_ctl", '-D', "$tmp/server/data", '-w', '-l', "$tmp/server/log", '-s',
	'-o', "-F -p 5432 -k $tmp/server -c listen_addresses=''", 'start') == 0 or die 'pg_ctl';

END
{
	my $exit = $?;
	system(@as_postgres, "$bindir/pg_ctl", '-D', "$tmp/server/data", '-m', 'immediate', '-s', 'stop')
	  if @as_postgres && -e "$tmp/server/data/postmaster.pid";
	$? = $exit;
}

my @environment = ("PATH=$ENV{PATH}", 'PGPASSWORD=over the hills',
	"DATABASE_URL=host=$tmp/server user=postgres dbname=postgres");
($status, $out, $err) = run_program('env', '-i', @environment, 'psql', '-Xq', '-d',
	"host=$tmp/server user=postgres dbname=postgres", '-c',
	'CREATE SCHEMA summit_migrate; CREATE EXTENSION summit_migrate SCHEMA summit_migrate');
is($status, 0, 'the extension') or diag $err;

my $id = '20250101_000000_schema_users';
write_file("project/db/migrations/$id.sql", <<"EOT");
-- Migration: Users
-- ID: $id
-- Version: 1.0.0
-- Database: postgresql
-- Type: schema
-- Author: test\@example.com
-- Created: 2025-01-01
-- Breaking: false

-- PHASE 1: EXPAND
CREATE TABLE users (id int);
EOT

# Every mount under a copy of the root becomes read-only; then in, as nobody known.
sub in_read_only_root
{
	my ($command) = @_;
	return run_program(@SummitTest::OWN_MOUNTS, 'sh', '-ec', <<'EOT', 'sh', "$tmp", $command, @environment);
tmp=$1 command=$2; shift 2
mount --rbind / "$tmp/root"
awk -v root="$tmp/root" 'index($5, root) == 1 {print $5}' /proc/self/mountinfo |
	while read -r mount; do mount -o remount,ro,bind "$mount" 2>/dev/null || true; done
if touch "$tmp/root/$tmp/project/probe" 2>/dev/null; then echo "the root is not read-only" >&2; exit 99; fi
exec chroot "$tmp/root" setpriv --reuid=12345 --regid=12345 --clear-groups env -i "$@" \
	sh -c "cd $tmp/project && exec $command"
EOT
}

for my $call (['summit-migrate apply', 0], ['summit-migrate apply', 0], ['summit-migrate verify', 0],
	['summit-migrate status --json', 0], ['summit-migrate plan', 0])
{
	($status, $out, $err) = in_read_only_root($call->[0]);
	is($status, $call->[1], "$call->[0] on a read-only root") or diag $err;
}
($status, $out) = in_read_only_root('summit-migrate status');
like($out, qr/$id/, 'status tells of the migration');
($status, $out) = in_read_only_root('id -u');
is($out, "12345\n", 'it was the unknown user');

done_testing();
