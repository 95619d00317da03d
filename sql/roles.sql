-- what each kind of role may call; nobody gets a table
CREATE ROLE regress_sm_reader;
CREATE ROLE regress_sm_runner;
CREATE ROLE regress_sm_operator;
CREATE ROLE regress_sm_none;
SELECT grant_migration_role('reader', 'regress_sm_reader');
SELECT grant_migration_role('runner', 'regress_sm_runner');
SELECT grant_migration_role('operator', 'regress_sm_operator');
SELECT grant_migration_role('operator', 'regress_sm_operator');

-- each function with the lowest kind that may call it; "owner" are those that no kind has
SELECT CASE WHEN has_function_privilege('regress_sm_none', p.oid, 'EXECUTE') THEN 'PUBLIC'
			WHEN has_function_privilege('regress_sm_reader', p.oid, 'EXECUTE') THEN 'reader'
			WHEN has_function_privilege('regress_sm_runner', p.oid, 'EXECUTE') THEN 'runner'
			WHEN has_function_privilege('regress_sm_operator', p.oid, 'EXECUTE') THEN 'operator'
			ELSE 'owner' END AS kind, p.proname
FROM pg_proc p JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
	 JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'summit_migrate'
ORDER BY array_position(ARRAY['PUBLIC', 'reader', 'runner', 'operator', 'owner'],
		 CASE WHEN has_function_privilege('regress_sm_none', p.oid, 'EXECUTE') THEN 'PUBLIC'
			  WHEN has_function_privilege('regress_sm_reader', p.oid, 'EXECUTE') THEN 'reader'
			  WHEN has_function_privilege('regress_sm_runner', p.oid, 'EXECUTE') THEN 'runner'
			  WHEN has_function_privilege('regress_sm_operator', p.oid, 'EXECUTE') THEN 'operator'
			  ELSE 'owner' END), p.proname;
SELECT r.rolname, c.relname
FROM pg_roles r, pg_class c JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
WHERE r.rolname LIKE 'regress\_sm\_%' AND c.relkind = 'r'
  AND has_table_privilege(r.oid, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER');

-- a runner takes the lock and sees its holder; a reader only sees
SET ROLE regress_sm_runner;
SELECT acquire_migration_lock('roles_a', 'deploy');
SELECT migration_id, locked_by, state FROM migration_lock_holders();
SELECT resolve_migration('roles_a', 'expand', 'completed', 'I say so');
SELECT log_schema_version('1.0.0', 'postgresql', 'roles_a', NULL, NULL, NULL);
INSERT INTO migration_locks (migration_id, locked_by) VALUES ('roles_a', 'forged');
SET ROLE regress_sm_reader;
SELECT migration_id, locked_by FROM migration_lock_holders();
SELECT acquire_migration_lock('roles_b', 'deploy');
SELECT set_environment('prod');
SET ROLE regress_sm_operator;
SELECT release_migration_lock('roles_a', 'deploy');
SET ROLE regress_sm_none;
SELECT get_current_schema_version('postgresql');
SELECT * FROM migration_lock_holders();
SELECT get_environment();
SELECT * FROM migration_history;

-- only the owner grants
SET ROLE regress_sm_operator;
SELECT grant_migration_role('reader', 'regress_sm_none');
RESET ROLE;
GRANT EXECUTE ON FUNCTION grant_migration_role(text, name), adopt_legacy(text) TO regress_sm_operator;
SET ROLE regress_sm_operator;
SELECT grant_migration_role('reader', 'regress_sm_none');
SELECT adopt_legacy('public');
RESET ROLE;

-- refused
SELECT grant_migration_role('approver', 'regress_sm_none');
SELECT grant_migration_role('Reader', 'regress_sm_none');
SELECT grant_migration_role('reader', 'regress_sm_unknown');
SELECT grant_migration_role('reader', 'public');
BEGIN READ ONLY;
SELECT grant_migration_role('reader', 'regress_sm_none');
ROLLBACK;

-- the environment
SELECT get_environment();
BEGIN;
SET ROLE regress_sm_operator;
SELECT set_environment('staging-2');
RESET ROLE;
SELECT get_environment(), (SELECT changed_by = session_user FROM migration_settings WHERE name = 'environment') AS by_me;
SELECT set_environment('prod');
SELECT get_environment();
ROLLBACK;
SELECT set_environment('');
SELECT set_environment('Prod');
SELECT set_environment('1st');
SELECT set_environment('a b');
SELECT set_environment(repeat('a', 64));

DROP OWNED BY regress_sm_reader, regress_sm_runner, regress_sm_operator;
DROP ROLE regress_sm_reader, regress_sm_runner, regress_sm_operator, regress_sm_none;
