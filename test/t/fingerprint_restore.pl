# The fingerprint is that of the schema, not of the database it is in: the same
# after pg_dump and pg_restore, whose snapshots still compare, and on a standby;
# after a crash and a promotion the cache is no answer any more.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use SummitMigrate;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', "max_prepared_transactions = 2\n");
$node->start;
$node->safe_psql('postgres', 'CREATE ROLE fp_owner; CREATE DATABASE original; CREATE DATABASE bare');
$node->safe_psql('original', <<'EOT');
CREATE EXTENSION summit_migrate;
CREATE SCHEMA app AUTHORIZATION fp_owner;
CREATE TYPE app.mood AS ENUM ('sad', 'ok');
CREATE TABLE app.users (id serial PRIMARY KEY, gone int, mood app.mood DEFAULT 'ok', mail text UNIQUE CHECK (mail <> ''));
ALTER TABLE app.users DROP COLUMN gone;
ALTER TABLE app.users OWNER TO fp_owner;
CREATE INDEX ON app.users (lower(mail));
CREATE VIEW app.sad AS SELECT * FROM app.users WHERE mood = 'sad';
CREATE FUNCTION app.f(u app.users, n int DEFAULT 3) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE TABLE app.logs (at date) PARTITION BY RANGE (at);
CREATE TABLE app.logs_2024 PARTITION OF app.logs FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
GRANT SELECT ON app.users TO PUBLIC;
COMMENT ON TABLE app.users IS 'people';
EOT

sub fingerprint
{
	my ($database, $server) = @_;
	return ($server // $node)->safe_psql($database,
		'SELECT schema_fingerprint(), portable_schema_fingerprint()');
}

my $before = fingerprint('original');
my $snapshot = $node->safe_psql('original', 'SELECT take_schema_snapshot()');
$node->safe_psql('original', "UPDATE schema_snapshots SET expected = true");
my $objects = $node->safe_psql('original', 'SELECT count(*) FROM schema_objects');
my $definition = $node->safe_psql('original', "SELECT md5(snapshot_definition($snapshot)::text)");

# an empty database has a fingerprint
$node->safe_psql('bare', 'CREATE EXTENSION summit_migrate');
like(fingerprint('bare'), qr/^[0-9a-f]{64}\|[0-9a-f]{64}$/, 'a database without objects');
ok($node->safe_psql('bare', 'SELECT take_schema_snapshot()') > 0, 'and a snapshot of it');
is($node->safe_psql('bare', 'SELECT count(*) FROM snapshot_changes(1, NULL)'), '0', 'that is the same');
isnt(fingerprint('bare'), $before, 'another schema has another one');

my $file = "$PostgreSQL::Test::Utils::tmp_check/dump";
my @server = ('-h', $node->host, '-p', $node->port);
for my $format (qw(custom plain))
{
	my $restored = "restored_$format";
	$node->safe_psql('postgres', "CREATE DATABASE $restored");
	command_ok([ 'pg_dump', @server, '-F', $format, '-f', $file, 'original' ], "$format: pg_dump");
	command_ok(
		$format eq 'custom'
		? [ 'pg_restore', @server, '--exit-on-error', '-d', $restored, $file ]
		: [ 'psql', @server, '-XqAt', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-d', $restored, '-f', $file ],
		"$format: restore");
	is($node->safe_psql($restored, 'SELECT count(*) FROM schema_cache'), '0', "$format: the cache stays behind");
	is(fingerprint($restored), $before, "$format: the fingerprint is the same");
	is($node->safe_psql($restored, 'SELECT count(*) FROM schema_objects'), $objects, "$format: all objects are there");
	is($node->safe_psql($restored, "SELECT md5(snapshot_definition($snapshot)::text)"), $definition, "$format: the snapshot is whole");
	is( $node->safe_psql($restored, "SELECT count(*) FROM snapshot_changes($snapshot, NULL) WHERE section = 'database'"),
		'0', "$format: nothing has changed since");
	$node->safe_psql($restored, 'ALTER TABLE app.users ADD COLUMN more int');
	is( $node->safe_psql($restored, "SELECT name, from_identity IS NULL, to_identity IS NULL FROM snapshot_changes($snapshot, NULL) WHERE section = 'database' AND kind = 'table'"),
		'app.users|t|t', "$format: OIDs of another database prove nothing");
	is($node->safe_psql($restored, 'SELECT take_schema_snapshot()'), $snapshot + 1, "$format: the ids go on");
}

# a copy of the files has a copy of the cache: of another database
$node->safe_psql('postgres', 'CREATE DATABASE copied TEMPLATE original');
is(fingerprint('copied'), $before, 'the template\'s cache is no answer');
$node->safe_psql('copied', 'ALTER TABLE app.users RENAME TO people');
isnt(fingerprint('copied'), $before, 'nor is it after a change');
is(fingerprint('original'), $before, 'the original has not changed');

# on a standby: the same, computed anew each time
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby);
is(fingerprint('original', $standby), $before, 'standby: the same fingerprint');
is($standby->safe_psql('original', "SELECT count(*) FROM snapshot_changes($snapshot, NULL) WHERE section = 'database'"),
	'0', 'standby: the comparison');
my ($status, $out, $error) = $standby->psql('original', 'SELECT take_schema_snapshot()');
like($error, qr/cannot execute take_schema_snapshot\(\) in a read-only transaction/, 'standby: a snapshot is refused');
$node->safe_psql('original', 'ALTER TABLE app.users ADD COLUMN later int');
$node->wait_for_catchup($standby);
my $after = fingerprint('original');
isnt($after, $before, 'a change');
is(fingerprint('original', $standby), $after, 'standby: sees it');

# a transaction that is prepared keeps the cache to itself until it ends
$node->safe_psql('original', q{BEGIN; ALTER TABLE app.users ADD COLUMN prepared int; SELECT schema_fingerprint(); PREPARE TRANSACTION 'fp'});
is(fingerprint('original'), $after, 'another session neither waits nor sees it');
$node->safe_psql('original', "COMMIT PREPARED 'fp'");
isnt(fingerprint('original'), $after, 'it is seen when it is committed');
$after = fingerprint('original');

# a crash empties it; a promotion makes it another timeline's
$node->stop('immediate');
$node->start;
is($node->safe_psql('original', 'SELECT count(*) FROM schema_cache'), '0', 'a crash empties the cache');
is(fingerprint('original'), $after, 'the fingerprint is the same');
$node->wait_for_catchup($standby);
$standby->promote;
is(fingerprint('original', $standby), $after, 'promoted: the same');
ok($standby->safe_psql('original', 'SELECT count(*) FROM schema_cache') > 0, 'promoted: it has a cache of its own');

done_testing();
