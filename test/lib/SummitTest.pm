# What the TAP files share beyond PostgreSQL::Test: the components that a file's
# head asks for ("# Needs: pgbouncer"), and running the program.
package SummitTest;

use strict;
use warnings;
use Exporter 'import';
use File::Temp;
use IPC::Run;
use Test::More;

our @EXPORT_OK = qw(need run_program wait_for);

# Starts a shell command in mounts of its own.  In a chroot the root is no mount
# point and cannot be made private; then it is private or not as it is outside.
our @OWN_MOUNTS = (
	'unshare', '--mount', '--propagation', 'unchanged', 'sh', '-ec',
	'mount --make-rprivate / 2>/dev/null || true; exec "$@"', 'sh');

# Whether this user can have them, and what is mounted there is not seen here.
sub has_own_mounts
{
	my $folder = File::Temp->newdir('summit_mounts_XXXXXX', TMPDIR => 1);
	mkdir "$folder/$_" for qw(a b a/probe);
	my $mounted =
	  (run_program(@OWN_MOUNTS, 'mount', '--bind', "$folder/a", "$folder/b"))[0] == 0;
	my $leaked = -e "$folder/b/probe";
	system('umount', "$folder/b") if $leaked;
	return $mounted && !$leaked;
}

sub is_on_path
{
	my ($name) = @_;
	return grep { -x "$_/$name" } split /:/, $ENV{PATH};
}

# Whether the server has an extension to create.
sub has_extension
{
	my ($name) = @_;
	chomp(my $folder = `"$ENV{PG_CONFIG}" --sharedir`);
	return -f "$folder/extension/$name.control";
}

my %is_there = (
	hypopg => sub { has_extension('hypopg') },
	plpgsql_check => sub { has_extension('plpgsql_check') },
	root => sub { $> == 0 },
	mounts => \&has_own_mounts,
	shells => sub { is_on_path('zsh') && is_on_path('fish') },
	pgbouncer => sub { grep { -x "$_/pgbouncer" } split(/:/, $ENV{PATH}), '/usr/sbin' });

# Ends the file when a component that its head asks for is not there: as skipped,
# or, with CI=true, as failed.
sub need
{
	open my $file, '<', $0 or die "$0: $!";
	my @wanted = map { /^# Needs: *(.*)/ ? split(' ', $1) : () } <$file>;
	close $file;

	for my $component (@wanted)
	{
		my $check = $is_there{$component} // die "unknown component $component";
		next if $check->();
		plan skip_all => "missing component: $component" unless ($ENV{CI} // '') eq 'true';
		fail("component $component is there");
		done_testing();
		exit 1;
	}
}

# Runs a command; returns exit status (128 + signal for a signal), stdout, stderr.
sub run_program
{
	my @command = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run(\@command, '<', \undef, '>', \$out, '2>', \$err);
	my $status = $?;
	return ($status & 127 ? 128 + ($status & 127) : $status >> 8, $out, $err);
}

# Waits until a condition holds; false when it does not within so many seconds (10).
sub wait_for
{
	my ($condition, $seconds) = @_;
	my $end = time + ($seconds // 10);
	until ($condition->())
	{
		return 0 if time > $end;
		select undef, undef, undef, 0.02;
	}
	return 1;
}

1;
