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
-- New rows are checked from here on; NOT VALID reads no old row.
ALTER TABLE {{table}} ADD CONSTRAINT {{column-check}} CHECK ({{column}} IS NOT NULL) NOT VALID;

-- PHASE 2: MIGRATE
-- Reads every row, and lets writers go on. Fill empty values before it.
ALTER TABLE {{table}} VALIDATE CONSTRAINT {{column-check}};

-- PHASE 3: CONTRACT
-- The valid constraint proves it: no row is read under the strong lock.
ALTER TABLE {{table}} ALTER COLUMN {{column}} SET NOT NULL;
ALTER TABLE {{table}} DROP CONSTRAINT {{column-check}};

-- VALIDATION
-- Check: no_row_is_empty (post migrate, critical, expect = 0)
SELECT count(*) FROM {{table}} WHERE {{column}} IS NULL;

-- ROLLBACK
/*
ALTER TABLE {{table}} ALTER COLUMN {{column}} DROP NOT NULL;
ALTER TABLE {{table}} DROP CONSTRAINT IF EXISTS {{column-check}};
*/
