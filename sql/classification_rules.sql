-- the table of classification_rules(): what it must be, whatever stands in it
SELECT count(*) > 200 AS complete FROM classification_rules();
-- only known words; no rule without a sentence
SELECT * FROM classification_rules()
WHERE bump NOT IN ('none', 'patch', 'minor', 'major') OR direction NOT IN ('reader', 'writer', 'operator')
   OR hazard NOT IN ('none', 'brief', 'long') OR change NOT IN ('added', 'removed', 'changed', 'renamed')
   OR what = '' OR rule !~ '^[a-z]+(-[a-z]+)*$' OR num_nulls(rule, object_type, change, bump, direction, hazard, what) > 0;
-- a rule has one bump; those that go both ways say so here
SELECT rule, array_agg(DISTINCT bump) FROM classification_rules() GROUP BY rule HAVING count(DISTINCT bump) > 1 ORDER BY rule;
-- every change has a rule: at the end stand those for any object
SELECT change, object_type, property, rule FROM (SELECT *, row_number() OVER () AS n, count(*) OVER () AS total FROM classification_rules()) r
WHERE n > total - 4 ORDER BY n;
-- whatever a rule asks, comments are none and additions of objects never major
SELECT rule FROM classification_rules() WHERE property = 'comment' AND bump <> 'none';
SELECT rule, object_type FROM classification_rules()
WHERE change = 'added' AND property IS NULL AND bump = 'major' ORDER BY 1, 2;
-- drops and renames of what others name are major
SELECT DISTINCT object_type, change, rule FROM classification_rules()
WHERE change IN ('removed', 'renamed') AND bump = 'major' ORDER BY 1, 2, 3;

-- properties no rule knows are major, and so are objects of kinds no rule knows
SELECT * FROM diff_bodies('database', 'table', 'public.t', '{}', '{"new_property": "x"}');
