# Batches over keys of every kind: each row once, also after a kill; the cursor
# in the ledger; what cannot be walked over is refused.
use strict;
use warnings;
use Test::More;
use SummitMigrate;
use SummitTest qw(wait_for);

my $node = SummitMigrate::start_server('main');
my $project = SummitMigrate->new($node);
my $number = 0;

sub batch
{
	my ($text) = @_;
	my $id = sprintf '20250101_%06d_data_batch', ++$number;
	$project->migration($id, $text);
	return $id;
}

# keys: what generate_series makes of them
my %keys = (
	integer => 'i',
	bigint => 'i::bigint * 10000000000 - 50000000000',
	uuid => 'md5(i::text)::uuid',
	text => "chr(96 + i % 26) || E'\\'\"\\\\ ' || i",
	numeric => 'i / 7.0',
	date => "'2025-01-01'::date + i",
	timestamptz => "'2025-01-01 00:00+00'::timestamptz + i * interval '1 us'");
for my $type (sort keys %keys)
{
	$project->query("CREATE TABLE t_$type (k $type PRIMARY KEY, n int NOT NULL DEFAULT 0);"
		  . "INSERT INTO t_$type (k) SELECT $keys{$type} FROM generate_series(1, 103) i");
	my $id = batch("-- Batch: table=t_$type, key=k, size=10\nUPDATE t_$type SET n = n + 1;");
	$project->run_is(0, ['apply'], undef, undef, "a key of type $type");
	is($project->query("SELECT count(*), min(n), max(n) FROM t_$type"), '103|1|1', "$type: every row once");
	is($project->query("SELECT rows_affected, batch_cursor::$type = (SELECT k FROM t_$type ORDER BY k DESC LIMIT 1)
		FROM summit_migrate.migration_units WHERE migration_id = '$id'"), '103|t', "$type: the ledger has rows and the last key");
}

# a collation that does not order by bytes
$project->query('CREATE TABLE names (name text COLLATE "und-x-icu" PRIMARY KEY, n int NOT NULL DEFAULT 0);'
	  . "INSERT INTO names SELECT unnest(ARRAY['a', 'B', 'c', 'D', 'ä', 'Z', 'z', '', ' ', 'b'])");
batch("-- Batch: table=names, key=name, size=2\nUPDATE names SET n = n + 1;");
$project->run_is(0, ['apply'], undef, undef, 'a key with a collation');
is($project->query('SELECT count(*), min(n), max(n) FROM names'), '10|1|1', 'a key with a collation: every row once');

# DELETE; doubles of a key; names that need quotes
$project->query('CREATE SCHEMA "My App"; CREATE TABLE "My App"."Log" ("At" int, keep boolean);'
	  . 'INSERT INTO "My App"."Log" SELECT i / 5, i % 3 = 0 FROM generate_series(0, 99) i');
my $id = batch("-- Batch: table=\"My App\".\"Log\", key=\"At\", size=7\nDELETE FROM \"My App\".\"Log\" WHERE NOT keep;");
$project->run_is(0, ['apply'], undef, undef, 'DELETE in batches');
is($project->query('SELECT count(*), bool_and(keep) FROM "My App"."Log"'), '34|t', 'DELETE leaves what it does not mean');
is($project->query("SELECT rows_affected FROM summit_migrate.migration_units WHERE migration_id = '$id'"), 66, 'and the ledger counts what went');

# an empty table
$project->query('CREATE TABLE empty (id int PRIMARY KEY)');
batch("-- Batch: table=empty, key=id\nDELETE FROM empty;");
$project->run_is(0, ['apply'], undef, undef, 'a table without rows');

# the pause
$project->query('CREATE TABLE slow (id int PRIMARY KEY, at timestamptz); INSERT INTO slow SELECT generate_series(1, 30)');
batch("-- Batch: table=slow, key=id, size=10, pause=300ms\nUPDATE slow SET at = clock_timestamp();");
$project->run_is(0, ['apply'], undef, undef, 'batches with a pause');
is($project->query("SELECT bool_and(d >= interval '250 ms'), count(*) FROM (SELECT min(at) - lag(max(at)) OVER (ORDER BY (id - 1) / 10) AS d FROM slow GROUP BY (id - 1) / 10) s WHERE d IS NOT NULL"),
	't|2', 'the pause lies between them');
is($project->query('SELECT count(DISTINCT xmin::text) FROM slow'), 3, 'each is a transaction of its own');

# killed in the middle of a batch, with a key that is no number
$project->query('CREATE TABLE gate (seconds int); INSERT INTO gate VALUES (600);'
	  . 'CREATE TABLE u (id uuid PRIMARY KEY, n int NOT NULL DEFAULT 0);'
	  . 'INSERT INTO u (id) SELECT md5(i::text)::uuid FROM generate_series(1, 100) i;'
	  . "CREATE FUNCTION nap() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF NEW.id = (SELECT id FROM u ORDER BY id OFFSET 55 LIMIT 1) THEN PERFORM pg_sleep(seconds) FROM gate; END IF; RETURN NEW; END';"
	  . 'CREATE TRIGGER nap BEFORE UPDATE ON u FOR EACH ROW EXECUTE FUNCTION nap()');
$id = batch("-- Batch: table=u, key=id, size=20\nUPDATE u SET n = n + 1;");
my $call = $project->start('apply');
$node->poll_query_until($project->database, "SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
$call->{handle}->signal('KILL');
$project->finish($call);
ok(wait_for(sub { $project->query("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == 0 }), 'killed in a batch: the lock is free');
is($project->query('SELECT count(*) FROM u WHERE n = 1'), 40, 'two batches are done');
$project->run_is(3, ['repair'], qr/the last key done is [0-9a-f]{8}-/, undef, 'repair names the last key');
$project->query('UPDATE gate SET seconds = 0');
$project->run_is(0, ['apply'], undef, qr/goes on behind the last batch/, 'apply goes on');
is($project->query('SELECT count(*), min(n), max(n) FROM u'), '100|1|1', 'no row twice, none left out');
is($project->query("SELECT rows_affected FROM summit_migrate.migration_units WHERE migration_id = '$id'"), 100, 'the ledger counts all of them');

# a failing batch: what is done is done
$project->query("CREATE TABLE f (id int PRIMARY KEY, v text, n int); INSERT INTO f SELECT i, CASE WHEN i = 25 THEN 'x' ELSE '1' END FROM generate_series(1, 30) i");
$id = batch("-- Batch: table=f, key=id, size=10\nUPDATE f SET n = v::int;");
$project->run_is(1, ['apply'], undef, qr/$id\.sql:\d+:1: error: invalid input syntax for type integer: "x"/, 'a batch that fails is named');
is($project->query('SELECT count(*) FROM f WHERE n = 1'), 20, 'those before it stand');
$project->query("UPDATE f SET v = '2' WHERE id = 25");
$project->run_is(0, ['apply'], undef, undef, 'and it goes on from there');
is($project->query('SELECT sum(n) FROM f'), 31, 'to the end');

# rows without a key
$project->query('CREATE TABLE holes (k int, n int); INSERT INTO holes VALUES (1), (2), (NULL), (3), (NULL)');
$id = batch("-- Batch: table=holes, key=k, size=2\nUPDATE holes SET n = 1;");
my ($status, $out, $err) = $project->run('apply');
is($status, 1, 'rows whose key is NULL: refused') or diag($err);
like($err, qr/$id\.sql:\d+.*NULL/s, 'and it says why');
is($project->query('SELECT count(*) FROM holes WHERE n IS NULL'), 5, 'no row is done');

done_testing();
