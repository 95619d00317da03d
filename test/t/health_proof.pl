# What hypopg proves and plpgsql_check finds is true, and user code that planning
# runs is run as its owner.
# Needs: hypopg plpgsql_check
use strict;
use warnings;
use Test::More;
use PostgreSQL::Test::Cluster;
use SummitMigrate;
use SummitTest qw(need wait_for);

need();

my $node = SummitMigrate::start_server('health', 'autovacuum = off',
	q{shared_preload_libraries = 'pg_stat_statements'});
my $project = SummitMigrate->new($node);
my $database = $project->database;

sub query { return $project->query(@_); }

# Runs each line that a query returns, as its own transaction.
sub execute_lines
{
	my ($sql) = @_;
	my @statements = split /;?\n/, query($sql);
	query($_) for @statements;
	return scalar @statements;
}

my $missing = 'FROM summit_migrate.missing_indexes()';
my $health = 'FROM summit_migrate.schema_health()';

query(<<'EOT');
CREATE TABLE customers (id bigint PRIMARY KEY, name text);
CREATE TABLE orders (id bigint, customer_id int REFERENCES customers, state text, kind int REFERENCES customers);
CREATE TABLE lines (id bigint, order_id bigint REFERENCES customers) PARTITION BY RANGE (id);
CREATE TABLE lines_1 PARTITION OF lines FOR VALUES FROM (0) TO (10);
CREATE TABLE lines_2 PARTITION OF lines FOR VALUES FROM (10) TO (1000000);
INSERT INTO customers SELECT i, 'c' || i FROM generate_series(1, 10000) i;
INSERT INTO orders SELECT i, i % 10000 + 1, 's' || i, 1 FROM generate_series(1, 200000) i;
INSERT INTO lines SELECT i, i % 10000 + 1 FROM generate_series(1, 50000) i;
VACUUM ANALYZE;
EOT

# hypopg: without it nothing is proven, with it the plan decides
is(query("SELECT count(*), count(proven), count(cost_after) $missing"), '3|0|0', 'nothing is proven without hypopg');
query('CREATE SCHEMA tools; CREATE EXTENSION hypopg SCHEMA tools');
is(query("SELECT table_name, columns, proven, cost_after < cost_before / 10 $missing ORDER BY 1, 2"),
	"public.lines|{order_id}|t|t\npublic.orders|{customer_id}|t|t\npublic.orders|{kind}|f|f",
	'hypopg proves what helps, also in the largest partition, and not what does not');
is(query("SELECT count(*) $missing; SELECT count(*) FROM tools.hypopg_list_indexes"), "3\n0",
	'no hypothetical index is left behind');
is(query(<<"EOT"), "4\n1", 'nor is one of the session taken away');
SELECT FROM tools.hypopg_create_index('CREATE INDEX ON orders (state)');
CREATE TABLE later (c bigint REFERENCES customers);
SELECT count(*) $missing;
SELECT count(*) FROM tools.hypopg_list_indexes;
DROP TABLE later;
EOT
my $lookup = 'EXPLAIN (COSTS off) SELECT 1 FROM orders WHERE customer_id = 5';
my $cost = query("SELECT round(cost_after) $missing WHERE columns = '{customer_id}'");
like(query($lookup), qr/Seq Scan/, 'the lookup is a sequential scan before');
is(execute_lines("SELECT statement $missing WHERE proven"), 6, 'the proposed statements run');
query('ANALYZE');
like(query($lookup), qr/orders_customer_id_idx/, 'the proven index is used');
my ($real) = query('EXPLAIN SELECT 1 FROM orders WHERE customer_id = 5') =~ /\.\.([0-9.]+)/;
cmp_ok($real, '<', $cost * 2, "and costs what was promised ($real, $cost)");
is(query("SELECT columns $missing"), '{kind}', 'what was proven is no longer missing');

# sequential scans: the columns come from pg_stat_statements
my $scan = "SELECT count(*) FROM orders WHERE state = ";
query(join ';', map { "${scan}'s$_'" } 1 .. 60);
my $scanned = "$missing WHERE reason = 'sequential scans'";
ok(wait_for(sub { query("SELECT count(*) $scanned") eq '1' }), 'scans of a table are seen');
is(query("SELECT columns IS NULL, statement IS NULL, proven IS NULL, evidence ~ 'not known' $scanned"), 't|t|t|t',
	'the columns are not known without pg_stat_statements');
query('CREATE EXTENSION pg_stat_statements SCHEMA tools');
query(join ';', "SELECT count(*) FROM orders o JOIN customers c ON c.id = o.id WHERE o.id > 5 OR o.id = 7",
	"UPDATE orders SET id = id WHERE state IN ('s1', 's2') AND id = id + 0", map { "${scan}'s$_'" } 1 .. 5);
is(query("SELECT table_name, columns, proven, statement, evidence ~ 'WHERE state = ' $scanned"),
	'public.orders|{state}|t|CREATE INDEX CONCURRENTLY orders_state_idx ON public.orders (state)|t',
	'pg_stat_statements has them, hypopg proves the index');
query("CREATE ROLE looks LOGIN; SELECT summit_migrate.grant_migration_role('reader', 'looks')");
is(query("SET ROLE looks; SELECT columns IS NULL, evidence ~ 'WHERE' $scanned"), 't|f',
	'who may not read the statements of others is told none');
execute_lines("SELECT statement $scanned");
is(query("SELECT count(*) $missing WHERE statement IS NOT NULL AND reason = 'sequential scans'"), '0',
	'with the index nothing is proposed any more');

# a table that somebody has locked is not waited for
{
	my $holder = $node->background_psql($database);
	$holder->query_safe('BEGIN; LOCK orders');
	is(query("SELECT proven IS NULL $missing WHERE columns = '{kind}'"), 't', 'a locked table is left unproven');
	$holder->query_safe('ROLLBACK');
	$holder->quit;
}

# plpgsql_check
query(<<'EOT');
CREATE FUNCTION fine() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(*) FROM orders); END';
CREATE FUNCTION broken(a int) RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(*) FROM nowhere); END';
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.name := 1; RETURN NEW; END';
CREATE TRIGGER stamp BEFORE INSERT ON customers FOR EACH ROW EXECUTE FUNCTION stamp();
CREATE TRIGGER stamp BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION stamp();
CREATE FUNCTION unused_trigger() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.nothing := 1; RETURN NEW; END';
CREATE FUNCTION changes() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM count(*) FROM new_rows; RETURN NULL; END';
CREATE TRIGGER changes AFTER INSERT ON customers REFERENCING NEW TABLE AS new_rows EXECUTE FUNCTION changes();
CREATE SCHEMA pinned;
CREATE TABLE pinned.own (a int);
CREATE FUNCTION by_path() RETURNS bigint LANGUAGE plpgsql SET search_path = pinned AS 'BEGIN RETURN (SELECT count(*) FROM own); END';
EOT
my $functions = "$health WHERE object_type IN ('function', 'procedure')";
is(query("SELECT count(*) $functions"), '0', 'nothing is said of functions without plpgsql_check');
query('CREATE EXTENSION plpgsql_check SCHEMA tools');
is(query("SELECT problem, severity, object_name $functions ORDER BY 3"),
	"broken function|high|public.broken(integer)\nbroken function|high|public.stamp()",
	'broken functions are found, and the others are not');
like(query("SELECT evidence $functions AND object_name = 'public.stamp()'"),
	qr/has no field "name" .*; as a trigger of public\.orders$/, 'a trigger function by the table where it is wrong');
like(query(query("SELECT statement $functions AND object_name = 'public.broken(integer)'")),
	qr/nowhere/, 'the proposed statement shows what is wrong');
query('CREATE TABLE nowhere (); ALTER TABLE orders ADD COLUMN name text');
is(query("SELECT object_name $functions"), '', 'what is mended is no longer found');

# user code that planning runs is its owner's, whoever asks
query(<<'EOT');
CREATE ROLE mallory LOGIN;
GRANT CREATE ON DATABASE app1 TO mallory;
SET SESSION AUTHORIZATION mallory;
CREATE SCHEMA mallory;
CREATE FUNCTION mallory.fold(what text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
	RAISE NOTICE 'folded in % as %', what, current_user;
	RETURN true;
END $$;
CREATE FUNCTION mallory.trap() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RETURN mallory.fold('function'); END $$;
CREATE TABLE mallory.trapped (id bigint PRIMARY KEY, up bigint REFERENCES mallory.trapped);
CREATE INDEX ON mallory.trapped (up) WHERE mallory.fold('predicate');
EOT
for my $role ('looks', 'superuser')
{
	for my $call ("SELECT $health", "SELECT $missing")
	{
		my ($out, $err) = ('', '');
		$node->psql($database, ($role eq 'looks' ? 'SET ROLE looks; ' : '') . $call =~ s/SELECT/SELECT count(*)/r,
			stdout => \$out, stderr => \$err);
		like($err, qr/folded in \w+ as mallory/, "$role, $call: the trap is sprung")
		  or diag("$out $err");
		unlike($err, qr/folded in \w+ as (?!mallory)/, "$role, $call: as nobody but its owner");
	}
}

# where everybody may create, or the session has objects of its own, names may be anybody's
query('GRANT CREATE ON SCHEMA public TO PUBLIC');
is(query("SELECT problem, statement $functions"),
	'functions that were not checked|REVOKE CREATE ON SCHEMA public FROM PUBLIC',
	'functions whose search path is open to everybody are not checked');
query('REVOKE CREATE ON SCHEMA public FROM PUBLIC');
is(query("CREATE TEMP TABLE mine (a int); SELECT problem, statement $functions"),
	'functions that were not checked|DISCARD TEMP', 'nor any in a session with temporary objects');
query("DROP FUNCTION broken; CREATE FUNCTION tools.plpgsql_check_function_tb(funcoid regprocedure) RETURNS void"
	  . " LANGUAGE sql AS ''; CREATE FUNCTION broken() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN nothing; END'");
is(query("SELECT count(*) $functions"), '0', 'a function that could be called in place of the checker ends the check');

$node->stop;
done_testing();
