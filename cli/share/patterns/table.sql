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
CREATE TABLE {{table}} (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	created_at timestamptz NOT NULL DEFAULT now()
);

-- PHASE 2: MIGRATE

-- PHASE 3: CONTRACT

-- VALIDATION
-- Check: table_is_there (post expand, critical, expect true)
SELECT to_regclass('{{table}}') IS NOT NULL;

-- ROLLBACK
/*
DROP TABLE {{table}};
*/
