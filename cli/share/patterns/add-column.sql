-- Migration: {{title}}
-- ID: {{id}}
-- Version: {{version}}
-- Database: {{database}}
-- Type: {{type}}
-- Author: {{author}}
-- Created: {{created}}
-- Breaking: {{breaking}}
-- Dependencies: {{dependencies}}

-- PHASE 1: EXPAND
-- Without a volatile default the server rewrites nothing.
ALTER TABLE {{table}} ADD COLUMN {{column}} {{column-type}};

-- PHASE 2: MIGRATE

-- PHASE 3: CONTRACT

-- VALIDATION
-- Check: column_is_there (post expand, critical, expect = 1)
SELECT count(*) FROM pg_catalog.pg_attribute
WHERE attrelid = '{{table}}'::regclass AND quote_ident(attname) = '{{column}}' AND NOT attisdropped;

-- ROLLBACK
/*
ALTER TABLE {{table}} DROP COLUMN {{column}};
*/
