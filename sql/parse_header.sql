-- every line of the header, normalised, with its place
SELECT name, value, line, "column", length
FROM parse_migration($f$
-- ==========================================================================
-- Migration: Add email verification
-- ID: 20251120_143000_schema_add_email_verification
-- Version: v1.1.0-rc.1
-- Database: Postgres
-- Type: Schema
-- Author: dev@example.com
-- Created: 2025-11-20 14:30:00
-- Breaking: no
-- Lock-Timeout: 2s
-- Statement-Timeout: 1min
-- Run-As: app_owner
-- Repeat: on-change
-- Note: any other word is a comment, and so is -- Version: 9.9.9 here
-- ==========================================================================
CREATE VIEW v AS SELECT 1;
-- Version: 2.0.0
$f$) WHERE item = 'header';

-- dependencies: ids, prefixes, file names, phases; one named twice counts once
SELECT name, value, line, "column"
FROM parse_migration($f$
-- Dependencies: 20251101_090000_schema_create_users, 20251102:contract
-- Dependencies: 20251103_090000_data_x.sql 20251101_090000_schema_create_users
$f$) WHERE item = 'dependency';
SELECT count(*) FROM parse_migration('-- Dependencies: none') WHERE item = 'dependency';

-- values may be left out where nothing follows from them
SELECT item, name, value FROM parse_migration(E'-- Migration:\n-- Author:\n-- Dependencies:\n') WHERE item <> 'digest' AND item <> 'phase';
