# One psql that stays connected: statements go in one after the other, and what
# it prints comes back.  For tests with too many statements for a psql each.
#
#	my $session = PsqlSession->new($node, 'postgres', user => 'app');
#	my ($out, $error) = $session->run('SELECT 1; SELECT 2');
#	my @rows = $session->rows('SELECT a, b FROM t');    # dies on an error
package PsqlSession;

use strict;
use warnings;
use IPC::Run;

my $separator = "\x1f";

# Options: user, settings (a hash: the environment of this psql).
sub new
{
	my ($class, $node, $database, %options) = @_;
	my $self = bless { number => 0, in => '', out => '', err => '' }, $class;
	my @command = (
		'psql', '-XqAt', '-F', $separator, '-d', $database, '-h', $node->host, '-p', $node->port);

	push @command, '-U', $options{user} if $options{user};
	local %ENV = (%ENV, PGTZ => 'UTC', %{ $options{settings} // {} });
	$self->{handle} = IPC::Run::start(\@command, '<', \$self->{in}, '>', \$self->{out}, '2>', \$self->{err},
		IPC::Run::timeout(600));
	$self->rows('SELECT 1');
	return $self;
}

# Runs statements; those after an error run too, as in psql.  Returns what was
# printed, and the errors and warnings.
sub run
{
	my ($self, $sql) = @_;
	my $mark = 'PsqlSession ' . ++$self->{number};
	my @said;

	$self->{in} .= "$sql\n;\n\\echo $mark\n\\warn $mark\n";
	for my $stream (qw(out err))
	{
		$self->{handle}->pump until $self->{$stream} =~ /^\Q$mark\E\n/m;
		$self->{$stream} =~ s/\A(.*?)^\Q$mark\E\n//ms;
		push @said, $1;
	}
	return @said;
}

# The rows of a query, each a reference to its fields.
sub rows
{
	my ($self, $sql) = @_;
	my ($out, $error) = $self->run($sql);

	die "$sql: $error" if $error =~ /^(?:psql:.*?)?(?:ERROR|FATAL|PANIC)/m;
	return map { [ split /$separator/, $_, -1 ] } split /\n/, $out;
}

# The only field of a query's only row.
sub value
{
	my ($self, $sql) = @_;
	my @rows = $self->rows($sql);
	return $rows[0][0];
}

sub close
{
	my ($self) = @_;
	$self->{in} .= "\\q\n";
	$self->{handle}->finish;
}

1;
