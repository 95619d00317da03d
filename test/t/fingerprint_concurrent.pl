# While others change the schema, a fingerprint is one of a moment or none, a
# snapshot is consistent, and what the cache says in the end is what reading
# everything says.
use strict;
use warnings;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use SummitMigrate;

my $node = SummitMigrate::start_server('main');
$node->safe_psql('postgres', 'CREATE DATABASE busy');
$node->safe_psql('busy', <<'EOT');
CREATE EXTENSION summit_migrate;
CREATE ROLE busy_role;
CREATE TYPE kind AS ENUM ('a');
CREATE TABLE left_1 (id int, k kind DEFAULT 'a');
CREATE TABLE right_1 (id int);
CREATE VIEW both_sides AS SELECT l.id FROM left_1 l JOIN right_1 r USING (id);
CREATE FUNCTION half(l left_1) RETURNS int LANGUAGE sql AS 'SELECT 1';
DO $$ BEGIN FOR i IN 1..200 LOOP EXECUTE format('CREATE TABLE t_%s (id serial PRIMARY KEY, k kind)', i); END LOOP; END $$;
EOT

# Two tables that are renamed in one transaction: no snapshot may see one of them only.
my $renames = <<'EOT';
\set n random(1, 4)
DO $$
DECLARE old text := (SELECT substring(relname FROM 6) FROM pg_class WHERE relname LIKE 'left\_%');
	new text := (SELECT substring(relname FROM 6)::int + 1 FROM pg_class WHERE relname LIKE 'left\_%');
BEGIN
	EXECUTE format('ALTER TABLE left_%s RENAME TO left_%s', old, new);
	EXECUTE format('ALTER TABLE right_%s RENAME TO right_%s', old, new);
END $$;
EOT
my $changes = <<'EOT';
\set n random(1, 200)
ALTER TABLE t_:n ADD COLUMN c int;
CREATE TABLE made_:client_id (id int, k kind);
ALTER ROLE busy_role RENAME TO busy_role_:client_id;
ALTER ROLE busy_role_:client_id RENAME TO busy_role;
COMMENT ON TABLE t_:n IS 'comment';
DROP TABLE made_:client_id;
ALTER TABLE t_:n DROP COLUMN c;
CREATE TEMP TABLE temp_:client_id (id serial);
DROP TABLE temp_:client_id;
EOT
my $folder = $PostgreSQL::Test::Utils::tmp_check;
append_to_file("$folder/renames", $renames);
append_to_file("$folder/changes", $changes);

my @server = ('-h', $node->host, '-p', $node->port);
my @load = map {
	IPC::Run::start([ 'pgbench', @server, '-n', '-T', 8, '-c', 1, '-R', $_->[1], '-f', "$folder/$_->[0]", 'busy' ],
		'>', \my $out, '2>', \my $err)
} ([ 'renames', 30 ], [ 'changes', 5 ]);

my ($answers, $refused, $others) = (0, 0, '');
my $end = time + 7;
while (time < $end)
{
	for my $call ('schema_fingerprint()', 'portable_schema_fingerprint()', 'take_schema_snapshot()')
	{
		my ($status, $out, $error) = $node->psql('busy', "\\set VERBOSITY verbose\nSELECT $call");
		if ($status == 0) { $answers++ }
		elsif ($error =~ /40001/) { $refused++ }
		else { $others .= $error }
	}
}
$_->finish for @load;
is($others, '', 'no other error than a serialization failure');
cmp_ok($answers, '>', 10, 'there are answers');
note("$answers answers, $refused refusals");

is($node->safe_psql('busy', <<'EOT'), '0', 'no snapshot has seen half of a transaction');
SELECT count(*) FROM schema_snapshots s, LATERAL (
	SELECT count(DISTINCT substring(name FROM '[0-9]+')) AS n FROM jsonb_object_keys(snapshot_definition(s.id) -> 'database' -> 'table') name
	WHERE name LIKE 'public.left\_%' OR name LIKE 'public.right\_%') h WHERE h.n <> 1
EOT
cmp_ok($node->safe_psql('busy', 'SELECT count(*) FROM schema_snapshots'), '>', 3, 'there are snapshots');
my $all = 'SELECT schema_fingerprint(), cluster_fingerprint(), portable_schema_fingerprint()';
my $with = $node->safe_psql('busy', $all);
$node->safe_psql('busy', 'DELETE FROM schema_cache');
is($with, $node->safe_psql('busy', $all), 'the cache was right in the end');

done_testing();
