-- diff_bodies(): tables, columns, their order; what is one row and what is several
CREATE VIEW users AS
SELECT jsonb '{"owner": "app", "column_order": ["id", "email", "name"], "columns": {
	"id": {"type": "bigint", "not_null": true, "identity": "always"},
	"email": {"type": "character varying(50)"},
	"name": {"type": "text", "default": "''x''::text"}}}' AS body;

-- there and not there
SELECT * FROM diff_bodies('database', 'table', 'public.users', NULL, (SELECT body FROM users));
SELECT * FROM diff_bodies('database', 'table', 'public.users', (SELECT body FROM users), NULL);
SELECT * FROM diff_bodies('database', 'table', 'public.users', NULL, NULL);
SELECT * FROM diff_bodies('database', 'table', 'public.users', (SELECT body FROM users), (SELECT body FROM users));

-- properties: changed, set, gone; numbers and booleans as text
SELECT * FROM diff_bodies('database', 'table', 'public.users', (SELECT body FROM users),
	(SELECT jsonb_set(jsonb_set(body, '{columns,email}', '{"type": "text", "not_null": true, "statistics": 500}'),
			'{columns,name}', '{"type": "text"}') || '{"owner": "web", "row_security": true}' FROM users));

-- a column added and one removed: the order of the others is what it was
SELECT * FROM diff_bodies('database', 'table', 'public.users', (SELECT body FROM users),
	'{"owner": "app", "column_order": ["id", "Mail", "name"], "columns": {
		"id": {"type": "bigint", "not_null": true, "identity": "always"},
		"Mail": {"type": "text"},
		"name": {"type": "text", "default": "''x''::text"}}}');
-- another order of the same, and of what both have
SELECT * FROM diff_bodies('database', 'table', 'public.users', (SELECT body FROM users),
	(SELECT body || '{"column_order": ["id", "name", "email"]}' FROM users));
SELECT property, expected, actual FROM diff_bodies('database', 'table', 'public.users', (SELECT body FROM users),
	(SELECT body || '{"column_order": ["name", "id"]}' FROM users) #- '{columns,email}');

-- entries of lists: options by key, extensions as a set
SELECT * FROM diff_bodies('database', 'table', 'public.users',
	'{"options": ["autovacuum_enabled=off", "fillfactor=70"], "depends_on_extensions": ["hstore"]}',
	'{"options": ["fillfactor=80", "toast_tuple_target=128"], "depends_on_extensions": ["citext", "hstore"]}');
-- a list where there was none, and an empty one
SELECT * FROM diff_bodies('database', 'table', 'public.users', '{}', '{"options": ["fillfactor=80"], "parents": ["public.p"]}');
SELECT * FROM diff_bodies('database', 'table', 'public.users', '{"options": []}', '{}');

-- names that need quotes
SELECT change, object_name FROM diff_bodies('database', 'table', '"Odd Schema"."T"', '{"columns": {}}',
	'{"columns": {"a b": {"type": "int"}, "select": {"type": "int"}, "ok": {"type": "int"}, "q\"q": {"type": "int"}}}');

-- what is no body
SELECT * FROM diff_bodies('database', 'table', 'public.users', '[]', '{}');
SELECT * FROM diff_bodies('database', 'table', 'public.users', '{}', '{"a": {"b": 1}}');
SELECT * FROM diff_bodies('database', 'table', 'public.users', '{}', '{"a": [1]}');
SELECT * FROM diff_bodies('database', 'table', 'public.users', '{}', '{"a": null}');
SELECT * FROM diff_bodies('database', 'table', 'public.users', '{}', '{"columns": {"a": 1}}');
SELECT * FROM diff_bodies(NULL, 'table', 'public.users', '{}', '{}');
DROP VIEW users;
