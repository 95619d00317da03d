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
-- CONCURRENTLY lets readers and writers go on; it runs outside a transaction.
CREATE INDEX CONCURRENTLY {{column-index}} ON {{table}} ({{column}});

-- PHASE 2: MIGRATE

-- PHASE 3: CONTRACT

-- VALIDATION
-- Check: index_is_valid (post expand, critical, expect true)
SELECT indisvalid FROM pg_catalog.pg_index WHERE indexrelid = '{{column-index-full}}'::regclass;

-- ROLLBACK
/*
DROP INDEX CONCURRENTLY {{column-index-full}};
*/
