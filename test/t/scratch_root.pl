# Needs: root
# Scratch servers of root: run by a user of their own, who learns nothing of root.
use strict;
use warnings;
use Test::More;
use SummitTest qw(need run_program);

need();

$ENV{SECRET_OF_ROOT} = 'tell nobody';
my ($status, $out, $err) = run_program('summit-migrate', 'scratch', 'run', 'sh', '-c', <<'EOT');
echo "$PGHOST" >&2
stat -c '%U %a' "$PGHOST"
stat -c %U "/proc/$(head -n 1 "$PGHOST/data/postmaster.pid")"
psql -XAtq -c 'CREATE TABLE env (line text)' \
	-c "COPY env FROM PROGRAM 'id -un; env | grep SECRET; echo'" \
	-c "SELECT string_agg(line, ',') FROM env"
id -un
EOT
is($status, 0, 'root has a scratch server') or diag $err;
is( $out,
	"summit-migrate 700\nsummit-migrate\nsummit-migrate,\nroot\n",
	'its folder and server are another user\'s; what runs in it sees nothing of root; the command is root\'s');
my ($folder) = $err =~ m{(/\S+/summit-migrate-scratch\.\w+)};
ok($folder && !-e $folder, 'its folder is gone');

my $cache = "$ENV{HOME}/.cache/summit-migrate";
my @stat = stat((glob("$cache/scratch-*"))[0]);
is_deeply([ $stat[2] & 0777, $stat[4] ], [ 0700, 0 ], 'the template is root\'s own');

done_testing();
