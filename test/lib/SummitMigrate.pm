# A project of the program in a test: a folder with migration files, a database
# on a PostgreSQL::Test::Cluster with the extension in it, and calls of the
# program from there.  Components and plain calls are SummitTest's.
#
#	my $node = SummitMigrate::start_server('main');
#	my $project = SummitMigrate->new($node);
#	$project->migration('20250101_000000_schema_users', "CREATE TABLE users (id int);");
#	$project->run_is(0, ['apply'], qr/users/, qr/^$/, 'apply runs the file');
package SummitMigrate;

use strict;
use warnings;
use Cwd;
use File::Path qw(make_path remove_tree);
use File::Temp;
use IPC::Run;
use JSON::PP;
use Test::More;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;

my $databases = 0;
my %folders;    # and the processes that made them

# A project that a named sub holds lives on until too late for its folder to be removed.
END { local $?; remove_tree(grep { $folders{$_} == $$ } keys %folders); }

# The program under test.
sub program
{
	return $ENV{SUMMIT_MIGRATE} // 'summit-migrate';
}

# A running server, fit for standbys; configuration lines may follow its name.  A
# node that was made already, and not initialised, may stand in place of the name.
sub start_server
{
	my ($name, @lines) = @_;
	my $node = ref $name ? $name : PostgreSQL::Test::Cluster->new($name);

	$node->init(allows_streaming => 1);
	$node->append_conf('postgresql.conf', "$_\n")
	  for ('fsync = off', 'max_connections = 100', @lines);
	$node->start;
	return $node;
}

# A project with a database of its own.  bare: without the extension; node may
# be undef for a project without a database.
sub new
{
	my ($class, $node, %options) = @_;
	my $self = bless {
		node => $node,
		folder => File::Temp->newdir('summit_project_XXXXXX', TMPDIR => 1),
	  }, $class;

	$folders{ $self->{folder} } = $$;
	make_path("$self->{folder}/db/migrations");
	return $self unless $node;
	$self->{database} = $options{database} // 'app' . ++$databases;
	$node->safe_psql('postgres', "CREATE DATABASE $self->{database}");
	$self->query('CREATE SCHEMA summit_migrate;'
		  . 'CREATE EXTENSION summit_migrate SCHEMA summit_migrate;'
		  . 'GRANT USAGE ON SCHEMA summit_migrate TO PUBLIC')
	  unless $options{bare};
	return $self;
}

sub folder { return "$_[0]->{folder}"; }
sub database { return $_[0]->{database}; }
sub node { return $_[0]->{node}; }

# Its connection string.
sub conninfo
{
	my ($self) = @_;
	return
		'host=' . $self->{node}->host . ' port=' . $self->{node}->port
	  . " dbname=$self->{database}";
}

# Writes a file of the project; returns its path.
sub file
{
	my ($self, $name, $content) = @_;
	my $path = "$self->{folder}/$name";

	make_path($path =~ s{/[^/]*$}{}r);
	open my $file, '>:raw', $path or die "$path: $!";
	print $file $content;
	close $file or die "$path: $!";
	return $path;
}

# Writes a migration: a header for the id, then the body; header lines that are
# given replace or extend the usual ones.  A value of undef leaves one out.
sub migration
{
	my ($self, $id, $body, %header) = @_;
	my ($type) = $id =~ /^\d{8}_\d{6}_([a-z]+)_/ or die "bad id $id";
	my %lines = (
		'Migration' => $id,
		'ID' => $id,
		'Version' => undef,
		'Database' => 'postgresql',
		'Type' => $type,
		'Author' => 'test@example.com',
		'Created' => '2025-01-01',
		'Breaking' => 'false',
		%header);
	my @usual = qw(Migration ID Version Database Type Author Created Breaking);
	my %usual = map { $_ => 1 } @usual;
	my $text = join '', map { "-- $_: $lines{$_}\n" }
	  grep { defined $lines{$_} } @usual, sort grep { !$usual{$_} } keys %lines;

	return $self->file("db/migrations/$id.sql", "$text\n$body\n");
}

# Runs SQL in its database and returns what psql prints.
sub query
{
	my ($self, $sql) = @_;
	return $self->{node}->safe_psql($self->{database}, $sql);
}

# psql -f of a file, stopping at the first error; returns exit status, stdout, stderr.
sub psql_file
{
	my ($self, $path) = @_;
	my ($out, $err) = ('', '');

	IPC::Run::run(
		[ 'psql', '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', $self->conninfo, '-f', $path ],
		'<', \undef, '>', \$out, '2>', \$err);
	return ($? >> 8, $out, $err);
}

# The environment of a call: the database, and nothing of the caller's settings.
sub environment
{
	my ($self, %extra) = @_;
	my %environment = map { $_ => $ENV{$_} }
	  grep { !/^(PG|SUMMIT_MIGRATE_|DATABASE_URL|NO_COLOR)/ } keys %ENV;

	$environment{DATABASE_URL} = $self->conninfo if $self->{node};
	%environment = (%environment, %extra);
	delete $environment{$_} for grep { !defined $environment{$_} } keys %environment;
	return %environment;
}

# A call that is under way: an IPC::Run handle, with references to its output.
# The last argument may be a hash of environment variables (undef removes one).
sub start
{
	my ($self, @arguments) = @_;
	my $extra = ref $arguments[-1] eq 'HASH' ? pop @arguments : {};
	my ($out, $err) = ('', '');
	my $before = getcwd();
	my $handle;

	{
		local %ENV = $self->environment(%$extra);
		chdir $self->{folder} or die "$self->{folder}: $!";
		$handle = IPC::Run::start([ program(), @arguments ], '<', \undef, '>', \$out, '2>', \$err);
		chdir $before or die "$before: $!";
	}
	return { handle => $handle, stdout => \$out, stderr => \$err };
}

# What it has said so far: stdout, stderr.
sub said
{
	my ($self, $call) = @_;

	$call->{handle}->pump_nb if $call->{handle}->pumpable;
	return (${ $call->{stdout} }, ${ $call->{stderr} });
}

# Waits for it; returns exit status (128 + signal for a signal), stdout, stderr.
sub finish
{
	my ($self, $call) = @_;

	$call->{handle}->finish;
	my $status = $call->{handle}->full_result(0);
	return ($status & 127 ? 128 + ($status & 127) : $status >> 8,
		${ $call->{stdout} }, ${ $call->{stderr} });
}

# Runs the program to its end in the project's folder.
sub run
{
	my ($self, @arguments) = @_;
	return $self->finish($self->start(@arguments));
}

# Runs it and compares exit status and, where given, what it says.  Returns stdout.
sub run_is
{
	my ($self, $expected, $arguments, $out_like, $err_like, $name) = @_;
	my ($status, $out, $err) = $self->run(@$arguments);

	$name //= join ' ', grep { !ref } @$arguments;
	is($status, $expected, "$name: exit status") or diag("stdout: $out\nstderr: $err");
	like($out, $out_like, "$name: stdout") if defined $out_like;
	like($err, $err_like, "$name: stderr") if defined $err_like;
	return $out;
}

# Runs it with --json, compares the exit status and returns the document; each line
# on stderr must be an object.
sub run_json
{
	my ($self, $expected, @arguments) = @_;
	my $extra = ref $arguments[-1] eq 'HASH' ? [ pop @arguments ] : [];
	my ($status, $out, $err) = $self->run(@arguments, '--json', @$extra);
	my $document = eval { decode_json($out) };

	is($status, $expected, "@arguments --json: exit status") or diag("stdout: $out\nstderr: $err");
	ok(defined $document, "@arguments --json: one JSON document") or diag("stdout: $out");
	is(ref $document eq 'HASH' ? $document->{command} : undef, (grep { !/^-/ } @arguments)[0],
		"@arguments --json: of this command");
	ok(!(grep { !eval { decode_json($_)->{level} } } split /\n/, $err), "@arguments --json: objects on stderr")
	  or diag("stderr: $err");
	return $document;
}

1;
