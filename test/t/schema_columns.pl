# The list of the catalogs' columns is true: in a database that may be broken,
# each covered column of a row of some object is set to another value, and a
# full read must show a change; each ignored one, and it must show none.  The
# reader must stand whatever it finds: an error that comes out of it, or a
# server that crashes, is a failure.
#
# ORACLE_ONLY: a regular expression of catalog.column.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use PsqlSession;
use SchemaOracle;

my $only = $ENV{ORACLE_ONLY} // '.';

# Covered columns that no other value can be tried for, and why.
my %untried = ();

# Columns by which rows are found that have no OID.
my %key = (
	pg_aggregate => 'aggfnoid',
	pg_attribute => 'attrelid',
	pg_auth_members => 'member',
	pg_db_role_setting => 'greatest(c.setrole, c.setdatabase)',
	pg_description => 'objoid',
	pg_depend => 'objid',
	pg_foreign_table => 'ftrelid',
	pg_index => 'indexrelid',
	pg_inherits => 'inhrelid',
	pg_init_privs => 'objoid',
	pg_largeobject => 'loid',
	pg_partitioned_table => 'partrelid',
	pg_range => 'rngtypid',
	pg_seclabel => 'objoid',
	pg_replication_origin => 'roident',
	pg_sequence => 'seqrelid',
	pg_shdescription => 'objoid',
	pg_shdepend => 'objid',
	pg_shseclabel => 'objoid',
	pg_statistic => 'starelid',
	pg_statistic_ext_data => 'stxoid',
	pg_subscription_rel => 'srsubid',
	pg_ts_config_map => 'mapcfg');

# Which rows matter, where it is not all of them.
my %where = (
	pg_attribute => q{c.attnum > 0 AND NOT c.attisdropped
		AND EXISTS (SELECT FROM pg_class r WHERE r.oid = c.attrelid AND r.relkind IN ('r', 'p', 'f', 'v', 'm', 'c'))},
	pg_class => q{c.relkind NOT IN ('t')},
	pg_type => q{c.typtype IN ('e', 'd', 'b', 'r') AND c.typcategory <> 'A'},
	pg_namespace => q{c.nspname <> 'probe'},
	pg_proc => q{c.pronamespace <> 'probe'::regnamespace},
	pg_depend => q{(c.deptype = 'x'
		OR c.deptype IN ('a', 'i') AND c.objid IN (SELECT seqrelid FROM pg_sequence))});

# Catalogs in which the members of extensions count.
my %of_members = (pg_depend => 1, pg_init_privs => 1);

# Values of a column that no other row has.
my %letters = (
	'pg_aggregate.aggfinalmodify' => 's',
	'pg_aggregate.aggmfinalmodify' => 'w',
	'pg_attribute.attcompression' => 'l',
	'pg_attribute.attidentity' => 'a',
	'pg_attribute.attgenerated' => 's',
	'pg_constraint.confdeltype' => 'd',
	'pg_constraint.confupdtype' => 'r',
	'pg_constraint.confmatchtype' => 'p',
	'pg_database.datlocprovider' => 'i',
	'pg_event_trigger.evtenabled' => 'A',
	'pg_partitioned_table.partstrat' => 'r',
	'pg_policy.polcmd' => 'd',
	'pg_rewrite.ev_enabled' => 'R',
	'pg_subscription.subtwophasestate' => 'e',
	'pg_trigger.tgenabled' => 'R');

# Others that not just any row has.
my %values = (
	# the reader calls it
	'pg_ts_parser.prslextype' => "'probe.lextype'::regproc",
	'pg_class.reltoastrelid' => "(SELECT u.reltoastrelid FROM pg_class u WHERE u.oid = 'app.users'::regclass)");

# Trees that are lists, or no expressions; the server itself takes no others.
my %expression_lists = map { $_ => 1 }
  qw(pg_index.indexprs pg_partitioned_table.partexprs pg_statistic_ext.stxexprs pg_proc.proargdefaults);
my %queries = map { $_ => 1 } qw(pg_rewrite.ev_action pg_proc.prosqlbody pg_class.relpartbound);

my $node = SchemaOracle::start_oracle(PostgreSQL::Test::Cluster->new('main'), allow_system_table_mods => 'on');
SchemaOracle::create_base($node, 'broken');
$node->safe_psql('broken', slurp_file(SchemaOracle::folder() . "/probe.sql"));
my $session = PsqlSession->new($node, 'broken');
my $digest = $session->value('SELECT probe.digest()');
my $start = SchemaOracle::read_objects($session);
my %references = map { ("$_->[0].$_->[1]" => $_->[2]) } $session->rows(q{
	SELECT fktable, fkcols[1], pktable FROM pg_get_catalog_foreign_keys()
	WHERE array_length(fkcols, 1) = 1 AND NOT is_array});

# Expressions for another value of a column of row c, the likeliest first.
sub others
{
	my ($catalog, $column, $type, $key) = @_;
	my $name = "$catalog.$column";
	my $old = "c.$column";
	my @others;

	push @others, "'$letters{$name}'::\"char\"" if $letters{$name};
	push @others, $values{$name} if $values{$name};
	push @others, "NOT $old" if $type eq 'boolean';
	push @others, "($old + 1)::$type", "20::$type" if $type =~ /^(?:smallint|integer|bigint|real)$/;
	push @others, "(coalesce($old, '') || '_x')::$type" if $type =~ /^(?:name|text)$/;
	push @others, "coalesce($old || 'x=y'::text, '{x=y}')" if $type eq 'text[]';
	push @others, "'{oracle_looker=r/postgres}'::aclitem[]" if $type eq 'aclitem[]';
	push @others, "coalesce($old, now()) + interval '1 day'" if $type eq 'timestamp with time zone';
	push @others, "$old || '\\x6100'" if $type eq 'bytea';
	push @others, $expression_lists{$name} ? 'probe.constants()' : 'probe.constant()'
	  if $type eq 'pg_node_tree' && !$queries{$name};
	push @others, "array_append($old, $old\[1])", "'{2,1}'::$type" if $type =~ /^(?:smallint|oid|"char")\[\]$/;
	push @others, "'1 3'::int2vector" if $type eq 'int2vector';
	push @others, "(SELECT p.oid FROM pg_proc p JOIN pg_proc q ON p.proargtypes = q.proargtypes WHERE q.oid = $old AND p.oid <> $old LIMIT 1)",
	  '(SELECT oid FROM pg_proc ORDER BY oid LIMIT 1)'
	  if $type eq 'regproc';
	push @others, "(SELECT p.oid FROM $references{$name} p WHERE p.oid <> $old ORDER BY p.oid >= 16384 DESC, p.oid LIMIT 1)"
	  if $references{$name} && $type eq 'oid';
	# what other rows have
	push @others, map { "(SELECT x.$column FROM pg_catalog.$catalog x WHERE x.$column\::text IS DISTINCT FROM $old\::text"
		  . " ORDER BY x.$column IS NULL, length(x.$column\::text) = length($old\::text) DESC, x.ctid LIMIT 1 OFFSET $_)" } 0, 1, 5
	  if $type ne 'anyarray';
	return @others;
}

# 'changed', 'same', 'nothing' (no row, or no value that the catalog takes), or
# 'error: …', what came out of the reader.
sub probe
{
	my ($catalog, $column, $type, $covered) = @_;
	my $key = $key{$catalog} // 'oid';
	$key = "c.$key" unless $key =~ /\(/;
	my $filter = "$key >= 16384";
	my $answer = 'nothing';

	$filter .= " AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = $key AND d.deptype = 'e')" unless $of_members{$catalog};
	$filter .= " AND $where{$catalog}" if $where{$catalog};
	for my $other (others($catalog, $column, $type, $key))
	{
		my ($out, $error) = $session->run("SELECT probe.try(\$q\$$catalog\$q\$, '$column', \$q\$$other\$q\$, \$q\$$filter\$q\$, '$digest', "
			  . ($covered ? 20 : 3) . ')');
		chomp $out;
		return "error: $error" if $error =~ /ERROR|FATAL|PANIC|server closed/;
		return $out if $out eq 'changed' || $out =~ /^error/;
		$answer = $out if $out eq 'same';
	}
	return $answer;
}

# A session can go on showing a tree of the catalogs that was undone, from the
# server's own caches; another one must not.
sub is_undone
{
	return 1 if $session->value('SELECT probe.digest()') eq $digest;
	$session->close;
	$session = PsqlSession->new($node, 'broken');
	return $session->value('SELECT probe.digest()') eq $digest;
}

my %seen;
for my $row ($session->rows(q{
	SELECT d.catalog_name, d.column_name, d.disposition, format_type(a.atttypid, NULL)
	FROM public.catalog_disposition() d
	JOIN pg_attribute a ON a.attrelid = ('pg_catalog.' || d.catalog_name)::regclass AND a.attname = d.column_name
	WHERE d.disposition <> 'derived' ORDER BY 1, a.attnum}))
{
	my ($catalog, $column, $disposition, $type) = @$row;
	my $name = "$catalog.$column";
	next unless $name =~ /$only/;
	my $answer = probe($catalog, $column, $type, $disposition eq 'covered');

	$seen{$name} = 1;
	BAIL_OUT("the server went away at $name") if $answer =~ /server closed/;
	BAIL_OUT("$name: the change cannot be undone") unless is_undone();
	if ($disposition eq 'ignored')
	{
		ok($answer eq 'same' || $answer eq 'nothing', "$name is ignored") or diag($answer);
	}
	elsif (exists $untried{$name})
	{
		is($answer =~ s/same/nothing/r, 'nothing', "$name cannot be tried: $untried{$name}");
	}
	else
	{
		is($answer, 'changed', "$name is covered");
	}
}
is_deeply([ grep { !$seen{$_} } sort keys %untried ], [], 'all columns that cannot be tried are there')
  if $only eq '.';
is_deeply([ SchemaOracle::differences($start, SchemaOracle::read_objects($session)) ], [], 'all is as it was');
$session->close;

done_testing();
