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
-- What the running code and the next one can both live with: new tables, columns
-- that may be empty, indexes built with CONCURRENTLY.

-- PHASE 2: MIGRATE
-- The data, in batches.

-- PHASE 3: CONTRACT
-- What only the next code can live with. It runs when it is asked for:
-- summit-migrate apply --phase contract

-- VALIDATION
-- One query for each claim, with a mark above it; see summit-migrate help file.

-- ROLLBACK
/*
*/
