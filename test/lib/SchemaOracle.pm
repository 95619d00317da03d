# What the tests of the schema's fingerprint share: the base schema with every
# kind of object (oracle/base.sql), the mutations of it (oracle/*.sql), and what
# pg_dump says of a schema, in a form that can be compared.
#
# A mutation in these files:
#
#	== NAME : FLAGS
#	statements
#	-- undo
#	statements that bring the schema back
#
# Without a flag pg_dump sees it, and the fingerprint must change.
#	blind     pg_dump does not see it; the fingerprint must change
#	same      neither pg_dump nor the fingerprint may see it
#	cluster   only what all databases share changes, and cluster_fingerprint()
#	shared    both change
#	lost      a dump does not bring it back
#	alone     each line is a statement that runs outside a transaction
#	fails     one of the statements is expected to fail
#	uncaught  what follows it is not in the journal
#	direct    the catalogs are changed past the server's commands
package SchemaOracle;

use strict;
use warnings;
use Cwd;
use Digest::SHA qw(sha256_hex);
use IPC::Run;
use PsqlSession;

my $folder = getcwd() . '/test/lib/oracle';

# Where the SQL is.
sub folder { return $folder; }

sub slurp
{
	my ($path) = @_;
	open my $file, '<:raw', $path or die "$path: $!";
	local $/;
	return scalar <$file>;
}

# A server with what the base schema needs from its cluster.  %settings of it.
sub start_oracle
{
	my ($node, %settings) = @_;
	my %all = (
		fsync => 'off',
		timezone => "'UTC'",
		wal_level => 'logical',
		max_logical_replication_workers => 0,
		autovacuum => 'off',
		log_statement => 'ddl',
		%settings);

	$node->init(extra => [ '--encoding', 'UTF8', '--locale', 'C' ]);
	$node->append_conf('postgresql.conf', "$_ = $all{$_}\n") for sort keys %all;
	$node->start;
	$node->safe_psql('postgres', slurp("$folder/cluster.sql"));
	return $node;
}

# A database with the base schema, and the extension in schema public.
sub create_base
{
	my ($node, $database) = @_;

	$node->safe_psql('postgres', "CREATE DATABASE $database");
	$node->safe_psql($database,
		"SET client_min_messages = error; CREATE EXTENSION summit_migrate;\n" . slurp("$folder/base.sql"));
}

# A database without anything, for a restore; one of that name goes away.
sub create_empty
{
	my ($node, $database) = @_;

	drop_database($node, $database);
	$node->safe_psql('postgres', "CREATE DATABASE $database");
}

# Subscriptions stand in the way of DROP DATABASE.
sub drop_database
{
	my ($node, $database) = @_;
	return
	  if $node->safe_psql('postgres', "SELECT count(*) FROM pg_database WHERE datname = '$database'") eq '0';

	my $subscriptions = $node->safe_psql($database, q{
		SELECT subname FROM pg_subscription s JOIN pg_database d ON d.oid = subdbid WHERE datname = current_database()});
	$node->safe_psql($database, "SET client_min_messages = error; ALTER SUBSCRIPTION $_ DISABLE;"
		  . "ALTER SUBSCRIPTION $_ SET (slot_name = NONE); DROP SUBSCRIPTION $_")
	  for split /\n/, $subscriptions;
	$node->safe_psql('postgres', "DROP DATABASE $database WITH (FORCE)");
}

# All mutations: references to {name, flags, do, undo, file}.
sub mutations
{
	my @mutations;
	my %names;

	for my $file (qw(tables parts objects others renames shared))
	{
		my (undef, @blocks) = split /^== */m, slurp("$folder/$file.sql");
		for my $block (@blocks)
		{
			my ($head, $do, $undo) = $block =~ /\A([^\n]*)\n(.*?)^-- undo\n(.*)\z/ms
			  or die "$file.sql: no mutation: $block";
			my ($name, $flags) = split / : /, $head;
			die "$file.sql: a second mutation '$name'" if $names{$name}++;
			push @mutations,
			  {
				name => $name,
				flags => { map { $_ => 1 } split ' ', $flags // '' },
				do => $do,
				undo => $undo
			  };
		}
	}
	return @mutations;
}

# The names in a mutation's statements, and the words that say what they do.
sub names_and_words
{
	my ($mutation) = @_;
	my $text = "$mutation->{do}\n$mutation->{undo}" =~ s/'[^'\n]*'/''/gr;
	my %names = map { $_ => 1 } $text =~ /("[^"\n]+"|(?:\w+|"Odd Schema")\.\w+|\b[a-z]+_\w+)/g;
	my %words = map { $_ => 1 } $text =~ /\b([A-Z]{3,})\b/g;

	delete @words{qw(ALTER TABLE COLUMN SET NOT NULL VIEW INDEX FROM WITH FOR AND ALL INDEX FUNCTION DROP)};
	return (\%names, \%words);
}

# Whether the undo of one would also undo the other: both write the same property
# of one object, as far as their words tell, or one makes the object anew.
sub in_the_way
{
	my ($one, $other) = @_;
	my ($names, $words) = names_and_words($one);
	my ($other_names, $other_words) = names_and_words($other);
	my $same_object = grep { $other_names->{$_} } keys %$names;
	my $same_words = grep { $other_words->{$_} } keys %$words;

	$same_words ||= grep { $_->{GRANT} || $_->{REVOKE} } $words, $other_words
	  if $words->{OWNER} || $other_words->{OWNER};
	return $same_object && ($same_words || $words->{CREATE});
}

# Runs a side of a mutation in a session; returns the error, '' for none.
sub change
{
	my ($session, $mutation, $side) = @_;
	my $sql = $mutation->{$side};

	if ($mutation->{flags}{alone})
	{
		my $errors = '';
		$errors .= ($session->run("$_;"))[1] for split /\n/, $sql;
		return $mutation->{flags}{fails} ? '' : errors($errors);
	}
	my (undef, $error) = $session->run("BEGIN;\n$sql;\nCOMMIT;");
	return errors($error);
}

sub errors
{
	my ($text) = @_;
	return join '', map { "$_\n" } grep { /ERROR|FATAL|PANIC|server closed/ } split /\n/, $text;
}

# ---- what pg_dump says ----

sub start_dump
{
	my ($node, @arguments) = @_;
	my $dump = { out => '', err => '' };

	local %ENV = (%ENV, PGTZ => 'UTC');
	$dump->{handle} = IPC::Run::start([ @arguments, '-h', $node->host, '-p', $node->port ],
		'<', \undef, '>', \$dump->{out}, '2>', \$dump->{err});
	return $dump;
}

sub finish_dump
{
	my ($dump) = @_;

	$dump->{handle}->finish or die "pg_dump failed: $dump->{err}";
	return $dump->{out};
}

# A dump as a list of entries in an order of their own: where names do not
# decide, pg_dump's follows OIDs.  The tablespace and the access method, which
# pg_dump sets where they change, stand in each entry that they apply to; grants
# and the roles of policies are sorted; the key of \restrict, which is random, is left out.
sub canonical
{
	my ($text) = @_;
	my %set = (default_tablespace => "''", default_table_access_method => 'heap');
	my (undef, @entries) = split /^--\n-- (?=Name: )/m, $text;
	my @canonical;

	for my $entry (@entries)
	{
		my ($type) = $entry =~ /^Name: .*?; Type: (.*?); Schema: /;
		my @lines = split /\n/, $entry;
		my %now = %set;
		my @kept;

		for my $line (@lines)
		{
			next if $line =~ /^(?:--|\\(?:un)?restrict .*|)$/;
			if ($line =~ /^SET (default_\w+) = (.*);$/)
			{
				$set{$1} = $2;
				next;
			}
			# in the order of a sequential scan
			$line =~ s/^(CREATE POLICY .*? TO )(.*?)( USING | WITH CHECK |;)/$1 . join(', ', sort split m{, }, $2) . $3/e;
			push @kept, $line;
		}
		@kept = sort @kept if $type =~ /ACL$/;
		push @kept, "tablespace $now{default_tablespace}"
		  if $type =~ /^(?:TABLE|INDEX|CONSTRAINT|MATERIALIZED VIEW)$/;
		push @kept, "access method $now{default_table_access_method}"
		  if $type eq 'MATERIALIZED VIEW' || ($type eq 'TABLE' && $entry !~ /^PARTITION BY /m);
		push @canonical, join "\n", @kept;
	}
	return join "\n\n", sort @canonical;
}

# ---- what the extension says ----

# The objects of a full read: "section/kind/name" => { digest, identity, above },
# above being the names of the tables that it is a part, a partition or a child of.
sub read_objects
{
	my ($session) = @_;
	my %objects;

	$objects{"$_->[0]/$_->[1]/$_->[2]"} =
	  { digest => $_->[3], identity => $_->[4], above => $_->[5] }
	  for $session->rows(q{
		SELECT section, kind, name, encode(digest, 'hex'), identity, concat(body -> 'parents', body ->> 'owned_by')
		FROM public.schema_objects_live()});
	return \%objects;
}

# A digest over those of a section.
sub digest_of
{
	my ($objects, $section) = @_;
	return sha256_hex(join "\n", map { "$_ $objects->{$_}{digest}" }
		  grep { m{^$section/} } sort keys %$objects);
}

# The names of the objects in which two reads differ.
sub differences
{
	my ($before, $after) = @_;
	my %all = (%$before, %$after);
	return grep { ($before->{$_}{digest} // '') ne ($after->{$_}{digest} // '') } sort keys %all;
}

# The OIDs of an object and its parts.
sub oids_of
{
	my ($object) = @_;
	my $identity = $object ? $object->{identity} : '';

	$identity =~ s/"columns": *\{.*?\}//g;
	return $identity =~ /: *(\d+)/g;
}

1;
