# KillProxy.pm
#		Stands between the program and a real server on a Unix socket, passes every
#		byte through unchanged, and at the K-th arrival of bytes on the program's
#		first connection does what it was told: that makes "killed at every step"
#		repeatable without a hook in the program.  It knows nothing of migrations.
package KillProxy;

use strict;
use warnings;
use IO::Select;
use IO::Socket::UNIX;
use POSIX qw(:sys_wait_h);
use Time::HiRes qw(time);

# run(server => PATH, listen => PATH, command => [...], folder => PATH, env => {...},
#     at => K, action => sub { my ($program_pid, $backend_pid) = @_; ... }, timeout => 60)
#
# Runs the command until it ends.  An arrival is one readable chunk, in either
# direction.  From the program: it is passed on first, then the action runs (the
# server gets what was sent).  From the server: the action runs first (the program
# never sees the answer).  at = undef: no action.  Returns { status, arrivals,
# acted, output }.
sub run
{
	my (%args) = @_;
	my $self = {
		%args,
		arrivals => 0,
		acted => 0,
		first => undef,
		backend_pid => undef,
		peer => {},
		output => '',
	};
	bless $self, __PACKAGE__;

	unlink $args{listen};
	$self->{listener} = IO::Socket::UNIX->new(
		Type => SOCK_STREAM(),
		Local => $args{listen},
		Listen => 64) or die "listen on $args{listen}: $!";
	$self->{select} = IO::Select->new($self->{listener});
	$self->start_command;
	$self->serve;
	unlink $args{listen};
	return { map { $_ => $self->{$_} } qw(status arrivals acted output) };
}

sub start_command
{
	my ($self) = @_;

	pipe(my $read, my $write) or die "pipe: $!";
	$self->{pid} = fork() // die "fork: $!";
	if ($self->{pid} == 0)
	{
		close $self->{listener};
		close $read;
		open STDIN, '<', '/dev/null';
		open STDOUT, '>&', $write;
		open STDERR, '>&', $write;
		%ENV = %{ $self->{env} };
		chdir $self->{folder} or die "$self->{folder}: $!";
		{ no warnings 'exec'; exec { $self->{command}[0] } @{ $self->{command} }; }
		POSIX::_exit(127);
	}
	close $write;
	$self->{read} = $read;
	$self->{select}->add($read);
}

sub serve
{
	my ($self) = @_;
	my $deadline = time() + ($self->{timeout} // 60);

	until (defined $self->{status} && !$self->{read})
	{
		if (time() > $deadline)
		{
			kill 'KILL', $self->{pid};
			waitpid($self->{pid}, 0) unless defined $self->{status};
			die "command did not end in time; it said:\n$self->{output}";
		}
		$self->step($_) for $self->{select}->can_read(0.05);
		$self->{status} = $?
		  if !defined $self->{status} && waitpid($self->{pid}, WNOHANG) == $self->{pid};
	}
	$self->hang_up($_) for grep { ref } map { $_->[0] } values %{ $self->{peer} };
}

# One readable handle: the listener, the command's output, or one side of a pair.
sub step
{
	my ($self, $handle) = @_;

	return $self->accept_program if $handle == $self->{listener};
	return $self->read_output if $self->{read} && $handle == $self->{read};
	return unless $self->{peer}{$handle};    # closed while this round was handled

	my $n = sysread $handle, my $bytes, 65536;
	return $self->hang_up($handle) unless $n;
	$self->pass_on($handle, $bytes);
}

sub accept_program
{
	my ($self) = @_;
	my $program = $self->{listener}->accept or return;
	my $server = IO::Socket::UNIX->new(Type => SOCK_STREAM(), Peer => $self->{server});

	return close $program unless $server;    # as a server that is down: refused
	$self->{peer}{$program} = [ $program, $server, 'program' ];
	$self->{peer}{$server} = [ $server, $program, 'server' ];
	$self->{first} //= [ $program, $server ];
	$self->{select}->add($program, $server);
}

sub read_output
{
	my ($self) = @_;

	return if sysread $self->{read}, $self->{output}, 65536, length $self->{output};
	$self->{select}->remove($self->{read});
	close $self->{read};
	$self->{read} = undef;
}

sub pass_on
{
	my ($self, $handle, $bytes) = @_;
	my (undef, $other, $side) = @{ $self->{peer}{$handle} };
	my $counted = $self->{first} && grep { $_ == $handle } @{ $self->{first} };

	# BackendKeyData: 'K', length 12, the backend's pid, its cancel key
	$self->{backend_pid} //= unpack 'N', $1
	  if $counted && $side eq 'server' && $bytes =~ /K\0\0\0\x0c(.{4})/s;

	my $now = $counted && defined $self->{at} && ++$self->{arrivals} == $self->{at};
	$self->{arrivals}++ if $counted && !defined $self->{at};

	$self->act if $now && $side eq 'server';
	$self->hang_up($handle), return unless write_all($other, $bytes);
	$self->act if $now && $side eq 'program';
}

sub write_all
{
	my ($handle, $bytes) = @_;
	local $SIG{PIPE} = 'IGNORE';

	while (length $bytes)
	{
		my $n = syswrite $handle, $bytes;
		return 0 unless $n;
		substr($bytes, 0, $n) = '';
	}
	return 1;
}

sub act
{
	my ($self) = @_;

	$self->{acted} = 1;
	$self->{action}->($self->{pid}, $self->{backend_pid});
}

# Both sides of a pair end together, as one connection does.
sub hang_up
{
	my ($self, $handle) = @_;
	my $pair = delete $self->{peer}{$handle} or return;
	my ($one, $other) = @{$pair};

	delete $self->{peer}{$other};
	$self->{select}->remove($one, $other);
	close $one;
	close $other;
}

1;
