# A statement that can hold a secret runs as it is, and is shown by its kind only.
use strict;
use warnings;
use Test::More;
use SummitMigrate;

my $node = SummitMigrate::start_server('main');
my $project = SummitMigrate->new($node);

$project->migration('20250101_000000_security_role', "CREATE ROLE app LOGIN PASSWORD 'hunter2';\nCREATE TABLE t ();");
my $out = $project->run_is(0, ['plan'], qr/CREATE ROLE \(text withheld.*CREATE TABLE t/s, qr/^$/, 'plan');
unlike($out, qr/hunter2/, 'plan: no password');
my $plan = $project->run_json(0, 'plan');
my @texts = map { $_->{text} } @{ $plan->{steps}[0]{units}[0]{statements} };
is_deeply(\@texts, [ 'CREATE ROLE (text withheld: it can hold a secret)', 'CREATE TABLE t ()' ], 'plan --json');
$project->run_is(0, ['apply'], undef, undef, 'apply');
is($project->query("SELECT rolpassword IS NOT NULL FROM pg_authid WHERE rolname = 'app'"), 't', 'it ran with its password');

$node->stop;
done_testing();
