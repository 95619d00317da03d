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

-- PHASE 2: MIGRATE
-- One transaction for each 5000 keys, with a pause after each. Put the value for
-- old rows in place of DEFAULT.
-- Batch: table={{table}}, key=id, size=5000, pause=50ms
UPDATE {{table}} SET {{column}} = DEFAULT WHERE {{column}} IS NULL;

-- PHASE 3: CONTRACT

-- VALIDATION
-- Check: every_row_filled (post migrate, critical, expect = 0)
SELECT count(*) FROM {{table}} WHERE {{column}} IS NULL;

-- ROLLBACK
-- Which rows were empty is not kept: there is nothing to put back.
/*
SELECT 1;
*/
