# pg_dump as the judge of the fingerprint: random changes of a schema with every
# kind of object, each undone again, nested at random.  After each, what pg_dump
# says, the fingerprint (brought up to date from the one before) and a full read
# of all objects must agree on what has changed, under any settings and role;
# a restored dump must have the same fingerprint; and whatever differs between
# two snapshots must stand in the journal.
#
# ORACLE_SEED repeats a run, ORACLE_STEPS makes it longer than once through all
# mutations, ORACLE_ONLY (a regular expression of names) shorter.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);
use PsqlSession;
use SchemaOracle;

# In CI the order is always the same one, so that what fails there is the change.
my $seed = $ENV{ORACLE_SEED} // ($ENV{CI} ? 4 : int(rand(2**31)));
my $only = $ENV{ORACLE_ONLY} // '.';
my $max_depth = 6;
my $dumps_of_undo = 8;       # every how manyth undo is dumped, too
my $restore_every = 100;     # steps

diag("ORACLE_SEED=$seed");
srand($seed);

# What differs between two snapshots without a row of its own in the journal:
#  - what was changed past the server's commands (flag direct), or while capture
#    is disabled (flag uncaught);
#  - what names an object that was renamed or moved;
#  - partitions and children of a table that was altered, and its sequences;
#  - default privileges, of which the journal has the statement alone;
#  - extensions, where the journal has the member whose privileges changed, and the
#    database, where it has what initdb made;
#  - and after these mutations:
my %follows = (
	'enum label renamed' => [ qr{^database/(?:view|table|function)/}, 'expressions show the label' ],
	'extension member added' => [ qr{^database/function/app.on_event_too}, 'members are no objects' ],
	'materialized view populated' => [ qr{/app.not_yet$}, 'REFRESH with data is no DDL' ],
	'materialized view emptied' => [ qr{/app.summary$}, 'REFRESH with data is no DDL' ],
	'invalid index' => [ qr{/app.scratch$}, 'what CREATE INDEX CONCURRENTLY leaves when it fails' ],
	'event trigger of capture disabled' => [ qr{/summit_migrate_drop$}, 'to put capture right is no drift' ]);

my @settings = (
	[ 'search_path', 'app', 'public', '"$user", public', 'pg_catalog', 'app, pg_catalog, public' ],
	[ 'TimeZone', qw(UTC America/New_York Asia/Kathmandu) ],
	[ 'DateStyle', "'ISO, DMY'", 'German', "'SQL, MDY'", "'Postgres, YMD'" ],
	[ 'IntervalStyle', qw(postgres sql_standard iso_8601 postgres_verbose) ],
	[ 'bytea_output', qw(hex escape) ],
	[ 'quote_all_identifiers', qw(on off) ],
	[ 'extra_float_digits', qw(-15 0 3) ],
	[ 'standard_conforming_strings', qw(on off) ],
	[ 'backslash_quote', qw(on off) ],
	[ 'lc_monetary', qw(C POSIX) ],
	[ 'lc_numeric', qw(C POSIX) ],
	[ 'array_nulls', qw(on off) ],
	[ 'xmlbinary', qw(hex base64) ],
	[ 'default_tablespace', qw(oracle_space '') ],
	[ 'default_transaction_isolation', 'serializable', "'read committed'" ],
	[ 'row_security', qw(on off) ],
	[ 'enable_seqscan', qw(on off) ],
	[ 'enable_indexscan', qw(on off) ],
	[ 'session_replication_role', qw(replica origin local) ]);

my $node = SchemaOracle::start_oracle(PostgreSQL::Test::Cluster->new('main'),
	shared_preload_libraries => "'summit_migrate'");
SchemaOracle::create_base($node, 'oracle');
$node->safe_psql('oracle', <<'EOT_SQL');
SELECT enable_drift_capture();
GRANT EXECUTE ON FUNCTION schema_fingerprint(), cluster_fingerprint(), portable_schema_fingerprint(), schema_objects_live(boolean) TO oracle_looker;
EOT_SQL

my $admin = PsqlSession->new($node, 'oracle', settings => { PGOPTIONS => '-c allow_system_table_mods=on' });
my $looker = PsqlSession->new($node, 'oracle', user => 'oracle_looker');
$_->run('SET client_min_messages = warning') for ($admin, $looker);

my (%full_of, %fingerprint_of, %of_dump, %dump_of);
my %count = map { $_ => 0 } qw(steps dumps restores refused differences);
my $snapshot;
my $journal = 0;
my @open;
my $restore_due = 0;
my $state = look(1);
my $start = $state;
my @failures;

sub pick { return $_[ int(rand(@_)) ]; }

sub shuffled
{
	my @list = @_;
	for my $i (reverse 1 .. $#list)
	{
		my $j = int(rand($i + 1));
		@list[ $i, $j ] = @list[ $j, $i ];
	}
	return @list;
}

# A disagreement: shown at once, and the test goes on.
sub complain
{
	my ($what, @details) = @_;

	push @failures, $what;
	diag(join "\n    ", "$what (open: " . join(', ', map { $_->{mutation}{name} } @open) . ')', @details);
}

# Other settings for a session; those that it may not set stay as they are.
sub shake
{
	my ($session) = @_;
	my @sets = map { my ($name, @values) = @$_; rand() < 0.5 ? "SET $name = " . quoted(pick(@values)) . ';' : () } @settings;

	$session->run("RESET ALL; SET client_min_messages = error; @sets");
}

sub quoted
{
	my ($value) = @_;
	return $value =~ /[",']/ || $value !~ m{/} ? $value : "'$value'";
}

# What holds now: fingerprints, the full read, and with_dump what pg_dump says.
sub look
{
	my ($with_dump, $with_globals) = @_;
	my $dump = $with_dump && SchemaOracle::start_dump($node, 'pg_dump', '-s', 'oracle');
	my ($one, $other) = shuffled($admin, $looker);
	my %now;

	shake($_) for ($one, $other);
	$now{fingerprint} = $one->value('SELECT public.schema_fingerprint()');
	$now{objects} = SchemaOracle::read_objects($other);
	$now{cluster} = $other->value('SELECT public.cluster_fingerprint()');
	$now{full} = SchemaOracle::digest_of($now{objects}, 'database');
	$admin->run('RESET ALL');
	$now{dump} = SchemaOracle::canonical(SchemaOracle::finish_dump($dump)) if $with_dump;
	$now{globals} = globals() if $with_globals;
	$count{dumps}++ if $with_dump;
	return \%now;
}

sub globals
{
	my @parts = map { SchemaOracle::finish_dump(SchemaOracle::start_dump($node, @$_)) }
	  ([ 'pg_dumpall', '--globals-only' ], [ 'pg_dump', '-s', '-C', 'oracle_neighbour' ]);
	push @parts, join ' ', map { $_->[0] } $admin->rows('SELECT datname FROM pg_database ORDER BY 1');
	return join "\n", grep { !/restrict / } map { split /\n/ } @parts;
}

sub hidden
{
	return join ', ', sort map { $_->{mutation}{flags}{blind} ? $_->{mutation}{name} : () } @open;
}

# Over the whole run: one full read, one fingerprint, and the other way round;
# one dump, one fingerprint, but for what pg_dump does not see.
sub check_history
{
	my ($now) = @_;
	my $full = $fingerprint_of{ $now->{full} } //= $now->{fingerprint};
	my $fingerprint = $full_of{ $now->{fingerprint} } //= $now->{full};

	complain('the fingerprint is another one than before for the same objects')
	  if $full ne $now->{fingerprint};
	complain('one fingerprint for different objects') if $fingerprint ne $now->{full};
	return unless defined $now->{dump};

	my $same = $of_dump{ hidden() . "\n$now->{dump}" } //= $now;
	complain('M2, M8: the same dump with another fingerprint',
		object_changes($same, $now))
	  if $same->{fingerprint} ne $now->{fingerprint};
	my $other = $dump_of{ $now->{fingerprint} } //= $now->{dump};
	complain('M1: the same fingerprint with another dump', dump_changes($other, $now->{dump}))
	  if $other ne $now->{dump};
}

sub object_changes
{
	my ($before, $after) = @_;
	return SchemaOracle::differences($before->{objects}, $after->{objects});
}

sub dump_changes
{
	my ($before, $after) = @_;
	my %before = map { $_ => 1 } split /\n/, $before;
	my %after = map { $_ => 1 } split /\n/, $after;
	my @lines = ((map { "- $_" } grep { !$after{$_} } sort keys %before),
		(map { "+ $_" } grep { !$before{$_} } sort keys %after));
	return @lines[ 0 .. ($#lines < 20 ? $#lines : 20) ];
}

# What a mutation must change, by its flags.
sub check_effect
{
	my ($mutation, $before, $after) = @_;
	my $flags = $mutation->{flags};
	my $name = "'$mutation->{name}'";
	my $in_schema = !$flags->{same} && !$flags->{cluster};
	my $in_dump = $in_schema && !$flags->{blind};
	my $in_cluster = $flags->{cluster} || $flags->{shared};
	my $changed = $before->{fingerprint} ne $after->{fingerprint};

	complain("M1: $name does not change the fingerprint") if $in_schema && !$changed;
	complain("M2: $name changes the fingerprint", object_changes($before, $after)) if !$in_schema && $changed;
	complain("the full read and the fingerprint do not agree on $name", object_changes($before, $after))
	  if $changed != ($before->{full} ne $after->{full});
	complain("$name: cluster_fingerprint() " . ($in_cluster ? 'does not change' : 'changes'),
		object_changes($before, $after))
	  if !!$in_cluster != ($before->{cluster} ne $after->{cluster});
	complain("$name: the dump " . ($in_dump ? 'does not change' : 'changes'),
		dump_changes($before->{dump}, $after->{dump}))
	  if defined $before->{dump} && defined $after->{dump}
	  && !!$in_dump != ($before->{dump} ne $after->{dump});
	complain("$name: nothing of the cluster is in its dump")
	  if $in_cluster && $after->{globals} && $after->{globals} eq $before->{globals};
}

sub check_undone
{
	my ($name, $before, $now) = @_;

	for my $what (qw(fingerprint full cluster dump))
	{
		next if !defined $now->{$what} || !defined $before->{$what} || $now->{$what} eq $before->{$what};
		complain("M6: '$name' and its undo leave another $what",
			$what eq 'dump' ? dump_changes($before->{dump}, $now->{dump}) : object_changes($before, $now));
	}
}

# ---- M9 ----

# The objects that rows of the journal are about: by OID, that of a part, or name.
sub journalled
{
	my ($rows, @states) = @_;
	my %by_key;
	my %journalled;

	for my $state (@states)
	{
		while (my ($object, $value) = each %{ $state->{objects} })
		{
			my ($name) = $object =~ m{^\w+/.*?/(.*)$}s;
			push @{ $by_key{$_} }, $object
			  for $name, $name =~ s/, /,/gr, SchemaOracle::oids_of($value);
		}
	}
	for my $row (@$rows)
	{
		my ($objid, $type, $identity_before, $identity_after) = @$row;
		my @keys = ($objid, $identity_before, $identity_after);

		push @keys, map { s/\.(?:\w+|"[^"]+")$//r } $identity_before, $identity_after if $type =~ /column$/;
		push @keys, map { s/^.*? (?:of|in publication) //r } $identity_before, $identity_after
		  if $type =~ /of access method$|^publication /;
		push @keys, 'current' if $objid ne '' && $objid < 16384;
		push @keys, grep { /^FOR ROLE/ } keys %by_key if $type =~ /^default privileges/;
		push @keys, map { $_->[0] } $admin->rows(qq{
			SELECT refobjid FROM pg_depend WHERE objid = $objid AND deptype = 'e'}) if $objid ne '';
		$journalled{$_} = 1 for map { @{ $by_key{$_} // [] } } @keys;
	}
	return \%journalled;
}

# Those of the objects that neither are journalled nor follow what is.
sub not_journalled
{
	my ($name, $before, $after, $rows, @objects) = @_;
	my $journalled = journalled($rows, $before, $after);
	my $pattern = $follows{$name} && $follows{$name}[0];

	return if grep { $_->[2] ne '' && $_->[3] ne '' && $_->[2] ne $_->[3] } @$rows;
	my @missing = grep { !$journalled->{$_} && !($pattern && /$pattern/) } @objects;
	for my $level (1 .. 3)
	{
		my @names = map { m{^database/table/(.*)$}s ? $1 : () } keys %$journalled;
		my @found = grep { is_below($_, $before, $after, @names) } @missing;
		$journalled->{$_} = 1 for @found;
		@missing = grep { !$journalled->{$_} } @missing;
	}
	return @missing;
}

sub is_below
{
	my ($object, $before, $after, @names) = @_;
	my @above = map { $_ ? $_->{above} : () } map { $_->{objects}{$object} } ($before, $after);
	return grep { my $name = $_; grep { index($_, $name) >= 0 } @above } @names;
}

sub check_journal
{
	my ($name, $before, $after, $direct) = @_;
	my $last = $snapshot;
	$snapshot = $admin->value('SELECT public.take_schema_snapshot()');
	my @rows = $admin->rows(qq{
		SELECT objid, object_type, identity_before, identity_after, id, command_tag FROM public.ddl_journal
		WHERE id > $journal ORDER BY id});
	$journal = $rows[-1][4] if @rows;
	return unless defined $last;

	my @different = map { "$_->[0]/$_->[1]/$_->[2]" } $admin->rows(qq{
		SELECT DISTINCT section, kind, name FROM public.schema_diff($last, $snapshot) ORDER BY 1, 2, 3});
	$count{differences} += @different;
	my @changes = object_changes($before, $after);
	complain("'$name': schema_diff() shows no change", @changes) if @changes && !@different;
	return if $direct || grep { $_->{mutation}{flags}{uncaught} && $_->{mutation}{name} ne $name } @open;
	my @missing = not_journalled($name, $before, $after, \@rows, @different);
	complain("M9: '$name': not in the journal", @missing, "journal:", map { join ' ', @$_ } @rows) if @missing;
}

# ---- steps ----

sub step
{
	my ($mutation, $before, $now) = @_;
	$count{steps}++;
	check_history($now);
	check_journal($mutation->{name}, $before, $now, $mutation->{flags}{direct});
	$state = $now;
	$restore_due ||= $count{steps} % $restore_every == 0;
	try_restore() if $restore_due;
}

# The fingerprint within a transaction that is rolled back.
sub try_and_roll_back
{
	my ($mutation) = @_;
	my ($out) = $admin->run("BEGIN;\n$mutation->{do};\nSELECT public.schema_fingerprint();\nROLLBACK;");
	my ($within) = $out =~ /^([0-9a-f]{64})$/m;
	my $after = $admin->value('SELECT public.schema_fingerprint()');

	complain("'$mutation->{name}': rolled back, it leaves another fingerprint") if $after ne $state->{fingerprint};
	return $within;
}

# Whether a mutation, done now, can be undone: an undo may name what one that is open
# has renamed. What cannot run in a transaction is believed.
sub can_be_undone
{
	my ($mutation) = @_;

	return 1 if $mutation->{flags}{alone};
	my (undef, $error) = $admin->run("BEGIN;\n$mutation->{do};\n$mutation->{undo};\nROLLBACK;");
	return SchemaOracle::errors($error) eq '';
}

# Opens a mutation; false where it cannot be while those are open that are.
sub open_mutation
{
	my ($mutation) = @_;
	my $before = $state;
	my $in_cluster = $mutation->{flags}{cluster} || $mutation->{flags}{shared};

	return 0 if grep { SchemaOracle::in_the_way($mutation, $_->{mutation}) } @open;
	return 0 if @open && !can_be_undone($mutation);
	$before->{globals} //= globals() if $in_cluster;
	my $within = $mutation->{flags}{alone} || rand() < 0.7 ? undef : try_and_roll_back($mutation);
	my $error = SchemaOracle::change($admin, $mutation, 'do');
	if ($error ne '')
	{
		$count{refused}++;
		complain("'$mutation->{name}' fails", $error) if !@open;
		return !@open;
	}
	push @open, { mutation => $mutation, before => $before };
	my $now = look(1, $in_cluster);
	check_effect($mutation, $before, $now);
	complain("'$mutation->{name}': committed, the fingerprint is another one than within the transaction")
	  if defined $within && $within ne $now->{fingerprint};
	step($mutation, $before, $now);
	return 1;
}

sub close_mutation
{
	my $last = $open[-1];
	my $before = $state;
	my $error = SchemaOracle::change($admin, $last->{mutation}, 'undo');

	BAIL_OUT("'$last->{mutation}{name}' cannot be undone: $error") if $error ne '';
	pop @open;
	my $now = look($count{steps} % $dumps_of_undo == 0);
	check_undone($last->{mutation}{name}, $last->{before}, $now);
	$now->{dump} //= $last->{before}{dump};
	step($last->{mutation}, $before, $now);
}

# M8: the last two mutations the other way round.
sub swap_last_two
{
	my @two = map { $_->{mutation} } @open[ -2, -1 ];

	close_mutation() for 1, 2;
	open_mutation($_) for reverse @two;
}

# M3: a dump that is restored has the same fingerprint.
sub try_restore
{
	return if grep { $_->{mutation}{flags}{lost} || $_->{mutation}{flags}{blind} } @open;
	my $file = "$PostgreSQL::Test::Utils::tmp_check/oracle.dump";

	SchemaOracle::create_empty($node, 'restored');
	SchemaOracle::finish_dump(SchemaOracle::start_dump($node, 'pg_dump', '-f', $file,
			'--exclude-table-data=public.schema_*', '--exclude-table-data=public.ddl_*', 'oracle'));
	my ($status, $out, $error) = $node->psql('restored', undef, extra_params => [ '-q', '-f', $file ]);
	complain('M3: the dump cannot be restored', $error) if $status != 0 || $error =~ /ERROR/;
	my $restored = PsqlSession->new($node, 'restored');
	my $fingerprint = $restored->value('SELECT schema_fingerprint()');
	complain('M3: restored, another fingerprint',
		object_changes($state, { objects => SchemaOracle::read_objects($restored) }))
	  if $fingerprint ne $state->{fingerprint};
	$restored->close;
	SchemaOracle::drop_database($node, 'restored');
	$state->{cluster} = $admin->value('SELECT public.cluster_fingerprint()');
	$count{restores}++;
	$restore_due = 0;
}

my @all = grep { $_->{name} =~ /$only/ } SchemaOracle::mutations();
my @waiting = shuffled(@all);
my $steps = $ENV{ORACLE_STEPS} // 0;
my $begun = time;

check_history($state);
check_journal('nothing', $state, $state);
until (!@waiting && !@open && $count{steps} >= $steps)
{
	my $more = @waiting || $count{steps} < $steps;

	if (@open >= 2 && rand() < 0.02)
	{
		swap_last_two();
	}
	elsif ($more && @open < $max_depth && (!@open || rand() < 0.55))
	{
		my $mutation = @waiting ? shift @waiting : pick(@all);
		push @waiting, $mutation unless open_mutation($mutation) || !@open;
	}
	else
	{
		close_mutation();
	}
}
my $seconds = time - $begun;

diag(sprintf '%d mutations, %d steps (%d refused while others were open), %d dumps, %d restores, %d differences in the journal, %.0f s',
	scalar @all, @count{qw(steps refused dumps restores differences)}, $seconds);
is($state->{fingerprint}, $start->{fingerprint}, 'in the end all is as it was: the fingerprint');
is($state->{cluster}, $start->{cluster}, 'and that of the cluster');
is_deeply(\@failures, [], "nothing that the fingerprint, pg_dump and the journal do not agree on (ORACLE_SEED=$seed)");
cmp_ok($count{steps}, '>=', 500, '500 changes and more') if $only eq '.';
is($admin->value('SELECT count(*) FROM verify_journal()'), '0', 'the journal is whole');
$_->close for ($admin, $looker);

done_testing();
