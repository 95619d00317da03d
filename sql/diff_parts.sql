-- constraints, indexes, triggers, rules, policies
SELECT * FROM diff_bodies('database', 'table', 'public.t', '{}',
	'{"constraints": {"t_pkey": {"type": "primary key", "columns": ["id"]}, "c": {"type": "check", "expression": "a > 0"}},
	  "indexes": {"t_pkey": {"keys": ["id"], "unique": true, "primary": true}, "i": {"keys": ["a", "b DESC"]}},
	  "triggers": {"tr": {"definition": "CREATE TRIGGER tr ..."}}, "rules": {"r": {"definition": "CREATE RULE r ..."}},
	  "policies": {"p": {"command": "select"}}}');
-- the index of a constraint comes and goes with it, under the constraint's name or another
SELECT change, object_type, object_name FROM diff_bodies('database', 'table', 'public.t',
	'{"constraints": {"u": {"type": "unique", "columns": ["a"], "index": "t_a_idx"}}, "indexes": {"t_a_idx": {"keys": ["a"], "unique": true}}}', '{}');
-- a key over other columns is one change; what the constraint does not say is told of the index
SELECT * FROM diff_bodies('database', 'table', 'public.t',
	'{"constraints": {"u": {"type": "unique", "columns": ["a"]}}, "indexes": {"u": {"keys": ["a"], "unique": true}}}',
	'{"constraints": {"u": {"type": "unique", "columns": ["a", "b"]}}, "indexes": {"u": {"keys": ["a", "b"], "unique": true, "options": ["fillfactor=50"]}}}');
-- an index that a constraint took over
SELECT * FROM diff_bodies('database', 'table', 'public.t',
	'{"indexes": {"u": {"keys": ["a"], "unique": true}}}',
	'{"constraints": {"u": {"type": "unique", "columns": ["a"]}}, "indexes": {"u": {"keys": ["a"], "unique": true}}}');
-- properties
SELECT * FROM diff_bodies('database', 'table', 'public.t',
	'{"constraints": {"f": {"type": "foreign key", "columns": ["a"], "references": "public.p", "referenced_columns": ["id"], "on_delete": "cascade", "not_valid": true}},
	  "indexes": {"i": {"keys": ["a", "b"], "invalid": true}}, "triggers": {"tr": {"definition": "x", "enabled": "disabled"}},
	  "policies": {"p": {"using": "true", "roles": ["app"]}}}',
	'{"constraints": {"f": {"type": "foreign key", "columns": ["a"], "references": "public.p", "referenced_columns": ["id"], "on_delete": "set null"}},
	  "indexes": {"i": {"keys": ["b", "a"], "method": "hash"}}, "triggers": {"tr": {"definition": "x"}},
	  "policies": {"p": {"using": "false", "roles": ["app", "web"], "restrictive": true}}}');

-- types: labels one by one, their order as one
SELECT property, expected, actual FROM diff_bodies('database', 'type', 'public.mood', '{"labels": ["sad", "ok"]}', '{"labels": ["sad", "meh", "ok", "happy"]}');
SELECT property, expected, actual FROM diff_bodies('database', 'type', 'public.mood', '{"labels": ["sad", "ok", "happy"]}', '{"labels": ["ok", "sad"]}');
-- a domain's constraint is a part of it
SELECT * FROM diff_bodies('database', 'type', 'public.d', '{"constraints": {"c": {"type": "check", "expression": "VALUE > 0"}}}',
	'{"not_null": true, "constraints": {"c": {"type": "check", "expression": "VALUE > 1"}}}');

-- privileges: an entry a row; without any the kind's default holds
SELECT * FROM diff_bodies('database', 'sequence', 'public.s', '{"owner": "app"}', '{"owner": "app", "acl": ["app=rwU/app", "web=r/app"]}');
SELECT * FROM diff_bodies('database', 'table', 'public.t', '{"owner": "app", "acl": ["app=arwdDxt/app", "web=rw/app"]}',
	'{"owner": "app", "acl": ["=r/app", "app=arwd/app", "web=r*/app"]}');
SELECT * FROM diff_bodies('database', 'function', 'public.f()', '{"owner": "app"}', '{"owner": "app", "acl": ["app=X/app"]}');
SELECT * FROM diff_bodies('database', 'schema', 'public', '{"owner": "app", "acl": []}', '{"owner": "app"}');
-- another owner is no grant
SELECT * FROM diff_bodies('database', 'table', 'public.t', '{"owner": "app", "acl": ["app=arwdDxt/app", "web=r/app"]}',
	'{"owner": "boss", "acl": ["boss=arwdDxt/boss", "web=r/boss"]}');
-- of columns; and roles with odd names
SELECT * FROM diff_bodies('database', 'table', 'public.t', '{"owner": "app", "columns": {"a": {"type": "integer"}}}',
	'{"owner": "app", "columns": {"a": {"type": "integer", "acl": ["\"a=b/c \"\"d\"=r/app"]}}}');
SELECT * FROM diff_bodies('database', 'table', 'public.t', '{"owner": "app"}', '{"owner": "app", "acl": ["web"]}');
