-- PHASE 1: EXPAND
ALTER TABLE users ADD COLUMN email_verified boolean;
CREATE INDEX CONCURRENTLY users_email_verified ON users (email_verified);

-- PHASE 2: MIGRATE
-- Batch: table=users, key=id, size=2000
UPDATE users SET email_verified = (email_confirmed_at IS NOT NULL) WHERE email_verified IS NULL;

-- PHASE 3: CONTRACT
ALTER TABLE users ALTER COLUMN email_verified SET NOT NULL;

-- VALIDATION
-- Check: every_row_backfilled (post migrate, critical, expect = 0)
SELECT count(*) FROM users WHERE email_verified IS NULL;

-- ROLLBACK
/*
ALTER TABLE users DROP COLUMN email_verified;
*/
