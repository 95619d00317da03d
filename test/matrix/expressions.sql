-- Expressions of every form that the server writes back in words of its own, for
-- test/matrix/portable: on top of the base schema of the oracle.
CREATE SCHEMA said;
CREATE TABLE said.t (a integer, b text, c timestamptz, d date, e numeric, f jsonb, g int[], h bytea, i interval, j name COLLATE "C", k xml, l varchar(5), m bit(3));
CREATE TABLE said.u (a integer PRIMARY KEY, b text, v date DEFAULT CURRENT_DATE);
CREATE VIEW said.sql_functions AS SELECT extract(year FROM c) AS y, overlay(b PLACING 'x' FROM 1 FOR 2) AS o, position('a' IN b) AS p, substring(b FROM 1 FOR 2) AS s,
	substring(b SIMILAR 'a#"b#"c' ESCAPE '#') AS ss, trim(BOTH 'x' FROM b) AS tb, trim(LEADING FROM b) AS tl, c AT TIME ZONE 'UTC' AS z, (c, c) OVERLAPS (c, i) AS ov,
	normalize(b, NFC) AS n, b IS NORMALIZED AS isn, collation for (b) AS cf, coalesce(b, 'x') AS co, nullif(a, 1) AS ni, greatest(a, 1) AS gr, least(a, 2) AS le FROM said.t;
CREATE VIEW said.special_values AS SELECT current_date AS d, current_time(2) AS t, current_timestamp AS ts, localtime AS lt, localtimestamp(3) AS lts, current_user AS cu,
	session_user AS su, current_role AS cr, current_catalog AS cc, current_schema AS cs, user AS us;
CREATE VIEW said.operators AS SELECT a + 1 * 2 AS p, - a AS m, @ a AS ab, a::text || b AS co, a = ANY (g) AS an, a <> ALL (ARRAY[1, 2]) AS al, a IN (1, 2, 3) AS in_, a NOT IN (4, 5) AS nin,
	b LIKE 'x%' AS li, b NOT ILIKE 'y_' AS ni, b SIMILAR TO 'z+' AS si, b ~ 'a' AS re, a BETWEEN 1 AND 5 AS be, a BETWEEN SYMMETRIC 5 AND 1 AS bs, a IS DISTINCT FROM 3 AS di,
	a IS NULL AS n, (a, b) IS NOT NULL AS rn, (a > 1) IS TRUE AS t, (a > 1) IS NOT UNKNOWN AS u, NOT (a > 1 OR a < 0 AND b = 'x') AS lo, f -> 'x' ->> 'y' AS js, f @> '{"a":1}' AS jc FROM said.t;
CREATE VIEW said.constants AS SELECT 1 AS i, 3000000000 AS b, 1.50 AS n, 1e10 AS e, 'x' AS t, 'x'::varchar(3) AS v, E'a\nb\\c' AS es, B'101' AS bi, X'1F' AS x, true AS y, NULL::integer AS nu,
	'2024-02-29'::date AS d, '2024-02-29 01:02:03+05'::timestamptz AS z, '1 year 2 days'::interval AS iv, '{1,2}'::int[] AS ar, '(1,2)'::point AS p, 'NaN'::float8 AS na, -5 AS ne, (-5)::int8 AS ne8,
	'\xdeadbeef'::bytea AS by, ROW(1, 'x')::app.spare_pair AS r, ARRAY[[1, 2], [3, 4]] AS aa, ARRAY[]::text[] AS em, int4range(1, 5) AS rg, '$12.50'::money AS mo, 'said.t'::regclass AS rc, 'int4'::regtype AS rt;
CREATE VIEW said.casts AS SELECT a::bigint AS a, b::varchar(10) AS b, CAST(e AS numeric(6,2)) AS e, c::date AS c, l::text AS l, g::text[] AS g, (a::text)::integer AS tw, f::text AS f, j::text COLLATE "C" AS j, m::integer AS m FROM said.t;
CREATE VIEW said.cases AS SELECT CASE a WHEN 1 THEN 'one' WHEN 2 THEN 'two' ELSE 'many' END AS s, CASE WHEN a > 1 THEN 1 WHEN b IS NULL THEN 2 END AS w FROM said.t;
CREATE VIEW said.aggregates AS SELECT count(*) AS n, count(DISTINCT a) AS d, sum(e) FILTER (WHERE a > 0) AS f, string_agg(b, ',' ORDER BY b DESC, a NULLS FIRST) AS s,
	percentile_cont(0.5) WITHIN GROUP (ORDER BY e) AS p, mode() WITHIN GROUP (ORDER BY a) AS m, array_agg(a ORDER BY a USING >) AS ag, grouping(b) AS g FROM said.t
	GROUP BY GROUPING SETS ((b), ()) HAVING count(*) > 1;
CREATE VIEW said.groups AS SELECT b, d, count(*) AS n FROM said.t GROUP BY DISTINCT ROLLUP (b, d), CUBE (b) ORDER BY 3 DESC NULLS LAST, b USING <;
CREATE VIEW said.group_expressions AS SELECT a + 1 AS x, upper(b) AS y, count(*) AS n FROM said.t GROUP BY a + 1, 2 ORDER BY a + 1, 2;
CREATE VIEW said.group_constant AS SELECT 'x'::text AS k, 1 AS one, a FROM said.t GROUP BY 1, 2, a ORDER BY 1, 2;
CREATE VIEW said.group_key AS SELECT a, b FROM said.u GROUP BY a;
CREATE VIEW said.windows AS SELECT row_number() OVER w AS r, sum(a) OVER (PARTITION BY b ORDER BY c ROWS BETWEEN 1 PRECEDING AND CURRENT ROW EXCLUDE TIES) AS s,
	lag(a, 2, 0) OVER (w RANGE BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS l, first_value(a) OVER (ORDER BY d GROUPS 2 PRECEDING) AS f,
	rank() OVER (ORDER BY a) AS k FROM said.t WINDOW w AS (PARTITION BY b ORDER BY a DESC);
CREATE VIEW said.joins AS SELECT t.a, w.v, x.n, y.z, b FROM (SELECT a FROM said.t) t LEFT JOIN said.u ON t.a = u.a AND u.b <> 'x' CROSS JOIN LATERAL (SELECT count(*) AS n FROM said.u v WHERE v.a > t.a) x
	RIGHT JOIN (VALUES (1, 'p'), (2, 'q')) y (q, z) ON y.q = t.a FULL JOIN said.u w USING (b);
CREATE VIEW said.join_alias AS SELECT j.a, t.a AS ta FROM said.t JOIN said.u USING (a) AS j;
CREATE VIEW said.natural AS SELECT * FROM said.u NATURAL JOIN (SELECT a, d FROM said.t) n;
CREATE VIEW said.subqueries AS SELECT (SELECT max(a) FROM said.u) AS m, EXISTS (SELECT FROM said.u WHERE u.a = t.a) AS e, a IN (SELECT a FROM said.u) AS i, a > ALL (SELECT a FROM said.u) AS al,
	(a, b) = ANY (SELECT a, b FROM said.u) AS r, ARRAY(SELECT a FROM said.u ORDER BY a) AS ar FROM said.t t;
CREATE VIEW said.sets AS SELECT a FROM said.t UNION (SELECT a FROM said.u EXCEPT ALL SELECT 1) INTERSECT SELECT 2 ORDER BY 1 LIMIT 5 OFFSET 2;
CREATE VIEW said.set_unions AS SELECT 'a' AS k, 1 AS n UNION ALL SELECT 'b', 2 UNION ALL SELECT NULL, NULL;
CREATE VIEW said.limits AS SELECT DISTINCT ON (b) a, b FROM said.t ORDER BY b, a FETCH FIRST 3 ROWS WITH TIES;
CREATE VIEW said.locked AS SELECT a FROM said.u FOR UPDATE OF u SKIP LOCKED;
CREATE VIEW said.withs AS WITH x AS MATERIALIZED (SELECT a FROM said.t), y AS NOT MATERIALIZED (SELECT a FROM x WHERE a > 1), z (q) AS (SELECT 1) SELECT x.*, y.a AS ya, q FROM x, y, z;
CREATE VIEW said.recursion AS WITH RECURSIVE r (n, p) AS (SELECT 1, 0 UNION SELECT n + 1, n FROM r WHERE n < 5) SEARCH DEPTH FIRST BY n SET o CYCLE n SET y USING path SELECT n, p, y FROM r ORDER BY o;
CREATE VIEW said.functions AS SELECT * FROM generate_series(1, 3) WITH ORDINALITY AS s (v, o), ROWS FROM (unnest(ARRAY[1, 2]), json_to_record('{"a":1}') AS (a integer, b text)) WITH ORDINALITY AS rf (x, y, z, w),
	unnest(ARRAY[1], ARRAY['x']) AS un (p, q);
CREATE VIEW said.samples AS SELECT a FROM said.t TABLESAMPLE BERNOULLI (10) REPEATABLE (1);
CREATE VIEW said.xml AS SELECT xmlelement(name e, xmlattributes(b AS at), a) AS e, xmlforest(a, b AS bb) AS f, xmlconcat(k, k) AS c, xmlparse(CONTENT '<x/>') AS p, xmlserialize(CONTENT k AS text) AS s,
	xmlpi(name php, 'x') AS pi, xmlroot(k, VERSION '1.0', STANDALONE YES) AS r FROM said.t;
CREATE VIEW said.xml_table AS SELECT x.* FROM said.t, XMLTABLE('/r' PASSING k COLUMNS id integer PATH '@id' NOT NULL, o FOR ORDINALITY, n text DEFAULT 'z') x;
CREATE VIEW said.whole_rows AS SELECT t, u.*, t IS NULL AS n, row_to_json(t) AS j, (u).b AS ub FROM said.t t, said.u u;
CREATE VIEW said.elements AS SELECT g[1] AS a, g[1:2] AS b, g[:2] AS c, f['x'] AS d, (ROW(1, 2)::app.spare_pair).a AS f FROM said.t;
CREATE VIEW said.named_arguments AS SELECT make_interval(days => 3, hours => 2) AS i, concat(VARIADIC ARRAY['a', 'b']) AS v, app.add(b => 2, a => a) AS s FROM said.t;
CREATE VIEW said.own_operators AS SELECT a OPERATOR(app.~~~) 3 AS o, OPERATOR(app.!!) a AS p FROM said.t;
CREATE VIEW said.aliases ("Odd ""name""", "select", "user") AS SELECT "A" AS x, b AS "table", c FROM said.t AS "T 1" ("A", b);
CREATE VIEW said.sequence AS SELECT nextval('app.numbers') AS n;
CREATE VIEW said.no_columns AS SELECT FROM said.t;
CREATE VIEW said.json_words AS SELECT f #> '{a,b}' AS p, jsonb_path_query(f, '$.a[*] ? (@ > 1)') AS q FROM said.t;
CREATE TABLE said.defaults (a integer DEFAULT (1 + 2), b text DEFAULT upper('x' || CURRENT_USER), c timestamptz DEFAULT now() + '1 day'::interval, d text[] DEFAULT ARRAY['a', 'b'],
	e integer GENERATED ALWAYS AS (a * 2 + length(b)) STORED, f numeric(5,2) DEFAULT -1.5, g bit(4) DEFAULT B'1010', h varchar(3) DEFAULT 'ab', i "char" DEFAULT 'x', j boolean DEFAULT (NOT true), k bigint DEFAULT -1,
	CONSTRAINT of_many CHECK (a > 0 AND (b IS NOT NULL OR c > '2020-01-01 00:00:00+00') AND a = ANY (ARRAY[1, 2, 3]) AND b::text <> 'x'::text AND f BETWEEN 0 AND 9),
	CONSTRAINT of_in CHECK (h IN ('a', 'b')), CONSTRAINT of_case CHECK (CASE WHEN a > 1 THEN b = 'x' ELSE true END), CHECK (b SIMILAR TO 'a%'));
CREATE INDEX of_expressions ON said.defaults ((a + k), lower(b), (h::text) text_pattern_ops, coalesce(a, 0)) WHERE b IS NOT NULL AND a = ANY (ARRAY[1, 2]) AND c >= '2020-01-01';
CREATE STATISTICS said.of_words (mcv) ON (extract(year FROM c)), (a % 10), lower(b) FROM said.defaults;
CREATE POLICY of_words ON said.t USING (b = CURRENT_USER AND EXISTS (SELECT FROM said.u WHERE u.a = t.a)) WITH CHECK (a IN (SELECT u.a FROM said.u));
CREATE RULE of_update AS ON UPDATE TO said.t WHERE OLD.a <> NEW.a DO INSTEAD (UPDATE said.u SET b = NEW.b, v = DEFAULT WHERE u.a = OLD.a; INSERT INTO said.u AS n (a, b) VALUES (NEW.a, 'x') ON CONFLICT (a) WHERE a > 0 DO UPDATE SET b = excluded.b WHERE n.b <> 'y'; DELETE FROM said.u USING said.t q WHERE q.a = u.a);
CREATE FUNCTION said.atomic(p integer, q text DEFAULT 'x' || 'y') RETURNS TABLE (a integer, b text) LANGUAGE sql
BEGIN ATOMIC
	INSERT INTO said.u (a, b) VALUES (p, q), (p + 1, DEFAULT) ON CONFLICT DO NOTHING;
	UPDATE said.u SET (b, v) = (SELECT w.b, CURRENT_DATE FROM said.u w) WHERE u.a = p;
	DELETE FROM said.u WHERE u.a = atomic.p RETURNING u.a, u.b;
	WITH gone AS (DELETE FROM said.t RETURNING t.a, t.b) SELECT g.a, g.b FROM gone g WHERE g.b LIKE q || '%';
END;
CREATE FUNCTION said.with_defaults(a integer DEFAULT 1 + 1, b timestamptz DEFAULT '2020-01-01 00:00:00+00', c text[] DEFAULT '{}', VARIADIC d integer[] DEFAULT ARRAY[1]) RETURNS integer LANGUAGE sql RETURN a + array_length(d, 1);
CREATE TABLE said.by_expression (a integer, b text, c date) PARTITION BY RANGE ((a + 1), lower(b) COLLATE "C", c);
CREATE TABLE said.by_expression_1 PARTITION OF said.by_expression FOR VALUES FROM (1, MINVALUE, MINVALUE) TO (10, 'x', '2020-01-01');
CREATE TRIGGER of_words BEFORE UPDATE ON said.t FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.* AND NEW.a > 0 AND pg_trigger_depth() = 0) EXECUTE FUNCTION app.on_row('it''s', 'a\b');
CREATE PUBLICATION said_filtered FOR TABLE said.u WHERE (a > 1 AND b IN ('x', 'y') OR a IS NULL);
