# status --at-least as a start-up probe: what is no version, a server that
# restarts meanwhile; and files that the database's encoding cannot take.
use strict;
use warnings;
use Test::More;
use SummitMigrate;
use SummitTest qw(wait_for);

my $node = SummitMigrate::start_server('main');
my $project = SummitMigrate->new($node);

$project->run_is(2, [ 'status', '--at-least', 'latest' ], qr/^$/, qr/"latest" is not a version.*next:/s, 'no version');
$project->run_is(4, [ 'status', '--at-least', '1.0.0' ], qr/below/, undef, 'not yet');

# its session is ended, then the server restarts: the probe goes on
my $sessions = "FROM pg_stat_activity WHERE application_name = 'summit-migrate'";
my $call = $project->start('status', '--at-least', '1.0.0', '--wait', '1min');
ok(wait_for(sub { $project->query("SELECT count(*) $sessions") == 1 }), 'it asks');
$project->query("SELECT pg_terminate_backend(pid) $sessions");
ok(wait_for(sub { $project->query("SELECT count(*) $sessions") == 1 }), 'it is back after its session was ended');
$node->stop('fast');
sleep 2;
$node->start;
$project->query("SELECT summit_migrate.log_schema_version('1.0.0', 'postgresql', 'x', 'x', 1, 'me')");
my ($status, $out, $err) = $project->finish($call);
is($status, 0, 'and after the server was') or diag($err);
$call = $project->start('status', '--at-least', '2.0.0', '--wait', '3s');
ok(wait_for(sub { $project->query("SELECT count(*) $sessions") == 1 }), 'another');
$node->stop('fast');
($status, $out, $err) = $project->finish($call);
is($status, 7, 'a server that stays away');
like($err, qr/next: /, 'with what to do');
$node->start;

# a database that is not UTF-8
$node->safe_psql('postgres', "CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'");
my $latin = SummitMigrate->new(undef);
my %there = (DATABASE_URL => 'host=' . $node->host . ' port=' . $node->port . ' dbname=latin');
$node->safe_psql('latin', 'CREATE SCHEMA summit_migrate; CREATE EXTENSION summit_migrate SCHEMA summit_migrate');
$latin->migration('20250101_000000_data_good', "CREATE TABLE names AS SELECT 'é' AS name;");
$latin->run_is(0, [ 'apply', {%there} ], undef, undef, 'what LATIN1 has');
for my $text ('ж', 'éж', 'é€ é', 'ab€ж')
{
	$latin->migration('20250102_000000_data_bad', "SELECT 1;\nSELECT '$text';");
	my $bad = $text =~ /^((?:é|[a-z])*)/ ? $1 : '';
	my $good = () = $bad =~ /[\x00-\x7f]|[\xc0-\xff]/g;
	my $column = 9 + $good;
	$latin->migration('20250103_000000_data_more', "SELECT 2;");
	$latin->run_is(2, [ 'apply', {%there} ], qr/^$/, qr/bad\.sql:10:$column: error: .*LATIN1, does not have this character.*next:/s,
		"what it has not: $text");
}

$node->stop;
done_testing();
