-- renames: only where identities prove them
\set from '{"column_order": ["id", "email"], "columns": {"id": {"type": "integer"}, "email": {"type": "text"}}}'
\set to '{"column_order": ["id", "mail"], "columns": {"id": {"type": "integer"}, "mail": {"type": "text", "not_null": true}}}'

-- without identities, and with those of another object: one is gone, one is new
SELECT * FROM diff_bodies('database', 'table', 'public.users', :'from', :'to');
SELECT change, object_name FROM diff_bodies('database', 'table', 'public.users', :'from', :'to',
	'{"oid": 16400, "columns": {"id": 1, "email": 2}}', '{"oid": 16500, "columns": {"id": 1, "mail": 2}}');
-- the same object and number: renamed, then what else changed, and no other order
SELECT * FROM diff_bodies('database', 'table', 'public.users', :'from', :'to',
	'{"oid": 16400, "columns": {"id": 1, "email": 2}}', '{"oid": 16400, "columns": {"id": 1, "mail": 2}}');
-- another number: dropped and made anew
SELECT change, object_name FROM diff_bodies('database', 'table', 'public.users', :'from', :'to',
	'{"oid": 16400, "columns": {"id": 1, "email": 2}}', '{"oid": 16400, "columns": {"id": 1, "mail": 3}}');
-- the name of one taken by another one, and two that changed names
SELECT change, object_name, property, expected, actual FROM diff_bodies('database', 'table', 'public.t',
	'{"columns": {"a": {"type": "integer"}}}', '{"columns": {"a": {"type": "text"}, "b": {"type": "integer"}}}',
	'{"oid": 1, "columns": {"a": 1}}', '{"oid": 1, "columns": {"a": 2, "b": 1}}');
SELECT change, object_name, property, expected, actual FROM diff_bodies('database', 'table', 'public.t',
	'{"columns": {"a": {"type": "integer"}, "b": {"type": "text"}}}', '{"columns": {"a": {"type": "text"}, "b": {"type": "integer"}}}',
	'{"oid": 1, "columns": {"a": 1, "b": 2}}', '{"oid": 1, "columns": {"a": 2, "b": 1}}');
-- made anew under its own name: a change
SELECT change, object_name, property, expected, actual FROM diff_bodies('database', 'table', 'public.t',
	'{"columns": {"a": {"type": "integer"}}}', '{"columns": {"a": {"type": "text"}}}',
	'{"oid": 1, "columns": {"a": 1}}', '{"oid": 1, "columns": {"a": 2}}');

-- what only follows a renamed column is no change: constraints and indexes over it
SELECT change, object_type, object_name, property, expected, actual FROM diff_bodies('database', 'table', 'public.users',
	'{"columns": {"email": {"type": "text"}}, "constraints": {"u": {"type": "unique", "columns": ["email"]}},
	  "indexes": {"u": {"keys": ["email"], "unique": true}, "i": {"keys": ["email"]}, "e": {"keys": ["lower(email)"]}}}',
	'{"columns": {"Mail": {"type": "text"}}, "constraints": {"u": {"type": "unique", "columns": ["Mail"]}},
	  "indexes": {"u": {"keys": ["\"Mail\""], "unique": true}, "i": {"keys": ["\"Mail\""]}, "e": {"keys": ["lower(\"Mail\")"]}}}',
	'{"oid": 1, "columns": {"email": 1}}', '{"oid": 1, "columns": {"Mail": 1}}');
-- parts of the other kinds
SELECT change, object_type, object_name, expected, actual FROM diff_bodies('database', 'table', 'public.users',
	'{"constraints": {"c": {"type": "check"}}, "indexes": {"i": {}}, "triggers": {"t": {}}, "rules": {"r": {}}, "policies": {"p": {}}}',
	'{"constraints": {"c2": {"type": "check"}}, "indexes": {"i2": {}}, "triggers": {"t2": {}}, "rules": {"r2": {}}, "policies": {"p2": {}}}',
	'{"oid": 1, "constraints": {"c": 11}, "indexes": {"i": 12}, "triggers": {"t": 13}, "rules": {"r": 14}, "policies": {"p": 15}}',
	'{"oid": 1, "constraints": {"c2": 11}, "indexes": {"i2": 12}, "triggers": {"t2": 13}, "rules": {"r2": 14}, "policies": {"p2": 15}}');
