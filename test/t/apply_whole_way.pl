# A three-phase migration the whole way: expand, migrate in batches, contract,
# verify, rollback, and again.
use strict;
use warnings;
use Test::More;
use SummitMigrate;

my $node = SummitMigrate::start_server('main');
my $project = SummitMigrate->new($node);
my $id = '20251120_143000_schema_add_email_verification';

$project->query(<<'EOT');
CREATE TABLE users (id serial PRIMARY KEY, email text, email_confirmed_at timestamptz);
INSERT INTO users (email, email_confirmed_at)
SELECT 'user' || i, CASE WHEN i % 3 = 0 THEN now() END FROM generate_series(1, 1000) i;
EOT
my $before = schema();
$project->migration($id, <<'EOT', Version => '1.1.0');
-- PHASE 1: EXPAND
ALTER TABLE users ADD COLUMN email_verified boolean;
CREATE INDEX CONCURRENTLY users_email_verified ON users (email_verified);

-- PHASE 2: MIGRATE
-- Batch: table=users, key=id, size=100, pause=0ms
UPDATE users SET email_verified = (email_confirmed_at IS NOT NULL) WHERE email_verified IS NULL;

-- PHASE 3: CONTRACT
ALTER TABLE users ALTER COLUMN email_verified SET NOT NULL;

-- VALIDATION
-- Check: every_row_backfilled (post migrate, critical, expect = 0)
SELECT count(*) FROM users WHERE email_verified IS NULL;

-- ROLLBACK
/*
ALTER TABLE users DROP COLUMN email_verified;
*/
EOT

sub schema
{
	return $project->query(
		"SELECT attname, atttypid::regtype, attnotnull FROM pg_attribute "
		  . "WHERE attrelid = 'users'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY 1");
}

$project->run_is(4, [ 'plan', '--check' ], qr/in batches/, undef, 'plan shows the units');
$project->run_is(4, [ 'status', '--check' ], qr/1 pending/, undef, 'status --check before');
is($project->query('SELECT count(*) FROM summit_migrate.migration_history'),
	0, 'plan and status write nothing');

my $document = $project->run_json(0, 'apply');
is_deeply(
	[ map { "$_->{phase} $_->{status} $_->{units}" } @{ $document->{migrations} } ],
	[ 'expand completed 2', 'migrate completed 1' ],
	'apply runs expand and migrate');
is($document->{due}[0]{phase}, 'contract', 'and says that contract is due');
is($project->query('SELECT count(*) FROM users WHERE email_verified'), 333, 'all rows are done');
is($project->query("SELECT count(*) FROM pg_index WHERE indexrelid = 'users_email_verified'::regclass AND indisvalid"),
	1, 'the index is valid');
is($project->query("SELECT rows_affected, batch_cursor FROM summit_migrate.migration_units WHERE phase = 'migrate'"),
	'1000|1000', 'the ledger has the batches');
is($project->query("SELECT summit_migrate.get_current_schema_version('postgresql')"),
	'1.1.0', 'the version is reached');
is($project->query('SELECT count(*) FROM pg_locks WHERE locktype = \'advisory\''), 0, 'the lock is free');

$project->run_is(0, ['apply'], qr/Nothing to do.*contract phase is due/s, qr/^$/, 'apply again');
$project->run_is(0, [ 'status', '--check' ], qr/contract is due/, undef, 'status');
$project->run_is(0, [ 'status', '--at-least', '1.1.0' ], undef, undef, 'at least 1.1.0');
$project->run_is(4, [ 'status', '--at-least', '1.2.0' ], undef, undef, 'not 1.2.0');
$project->run_is(0, [ 'apply', '--phase', 'contract' ], qr/contract/, undef, 'contract');
$project->run_is(0, ['verify'], qr/agree/, undef, 'verify');
is($project->query("SELECT string_agg(status, ' ') FROM summit_migrate.migration_history"),
	'completed completed completed', 'all phases are completed');
is($project->query("SELECT summit_migrate.is_migration_applied('$id')"), 't', 'is_migration_applied');

$project->run_is(2, ['rollback'], qr/$id/, qr/--last/, 'rollback without a choice');
$project->run_is(0, [ 'rollback', '--last' ], qr/rollback/, undef, 'rollback --last');
is(schema(), $before, 'the schema is as before');
is($project->query("SELECT summit_migrate.get_current_schema_version('postgresql')"),
	'0.0.0', 'the version is left');

$project->run_is(0, ['apply'], qr/2 phases/, undef, 'and once more');
is($project->query("SELECT DISTINCT attempt FROM summit_migrate.migration_history WHERE phase <> 'contract'"),
	2, 'as the second attempt');
is($project->query('SELECT count(*) FROM users WHERE email_verified'), 333, 'all rows are done again');

done_testing();
