-- Migration: {{title}}
-- ID: {{id}}
-- Version: {{version}}
-- Database: {{database}}
-- Type: {{type}}
-- Author: {{author}}
-- Created: {{created}}
-- Breaking: true
-- Dependencies: {{dependencies}}

-- PHASE 1: EXPAND
-- Both names hold the same value for as long as both are read.
ALTER TABLE {{table}} ADD COLUMN {{column-new}} {{column-type}};

CREATE FUNCTION {{column-sync-full}}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'INSERT' THEN
		NEW.{{column-new}} := coalesce(NEW.{{column-new}}, NEW.{{column}});
		NEW.{{column}} := coalesce(NEW.{{column}}, NEW.{{column-new}});
	ELSIF NEW.{{column-new}} IS DISTINCT FROM OLD.{{column-new}} THEN
		NEW.{{column}} := NEW.{{column-new}};
	ELSE
		NEW.{{column-new}} := NEW.{{column}};
	END IF;
	RETURN NEW;
END $$;

CREATE TRIGGER {{column-sync}} BEFORE INSERT OR UPDATE ON {{table}}
	FOR EACH ROW EXECUTE FUNCTION {{column-sync-full}}();

-- PHASE 2: MIGRATE
-- The trigger carries the value over.
-- Batch: table={{table}}, key=id, size=5000, pause=50ms
UPDATE {{table}} SET {{column-new}} = {{column}} WHERE {{column-new}} IS DISTINCT FROM {{column}};

-- PHASE 3: CONTRACT
-- When nobody reads the old name any more.
DROP TRIGGER {{column-sync}} ON {{table}};
DROP FUNCTION {{column-sync-full}}();
ALTER TABLE {{table}} DROP COLUMN {{column}};

-- VALIDATION
-- Check: new_name_is_there (post expand, critical, expect = 1)
SELECT count(*) FROM pg_catalog.pg_attribute
WHERE attrelid = '{{table}}'::regclass AND quote_ident(attname) = '{{column-new}}';

-- ROLLBACK
-- Of expand and migrate; a dropped column comes back from a backup only.
/*
DROP TRIGGER {{column-sync}} ON {{table}};
DROP FUNCTION {{column-sync-full}}();
ALTER TABLE {{table}} DROP COLUMN {{column-new}};
*/
