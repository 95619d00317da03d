-- a fingerprint sees what its transaction has done, and forgets what is undone; so does the cache
CREATE TABLE seen (step text, fingerprint text);
CREATE TABLE fpt (id int);
INSERT INTO seen VALUES ('before', schema_fingerprint());
BEGIN;
ALTER TABLE fpt ADD COLUMN a int;
INSERT INTO seen VALUES ('a', schema_fingerprint());
SAVEPOINT s;
ALTER TABLE fpt ADD COLUMN b int;
SELECT schema_fingerprint() AS with_b \gset
SELECT count(*) FROM seen WHERE fingerprint <> :'with_b';
ROLLBACK TO s;
SELECT step FROM seen WHERE fingerprint = schema_fingerprint();
-- the same column again is the same schema
SAVEPOINT t;
ALTER TABLE fpt ADD COLUMN b int;
RELEASE t;
SELECT schema_fingerprint() = :'with_b' AS as_before;
ROLLBACK;
SELECT step FROM seen WHERE fingerprint = schema_fingerprint();

-- the newest catalogs, and a write in a read-only transaction, under any isolation level
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT count(*) FROM seen;
ALTER TABLE fpt ADD COLUMN c int;
SELECT schema_fingerprint() <> fingerprint AS changed FROM seen;
SELECT schema_fingerprint() = schema_fingerprint() AS stays;
COMMIT;
BEGIN ISOLATION LEVEL SERIALIZABLE;
ALTER TABLE fpt DROP COLUMN c;
SELECT schema_fingerprint() = fingerprint AS same FROM seen;
COMMIT;
BEGIN READ ONLY;
SELECT schema_fingerprint() = fingerprint AS same FROM seen;
SELECT take_schema_snapshot();
ROLLBACK;
-- a read-only transaction after a change that the cache does not know yet
ALTER TABLE fpt ADD COLUMN d int;
BEGIN READ ONLY;
SELECT schema_fingerprint() = fingerprint AS same FROM seen;
COMMIT;
ALTER TABLE fpt DROP COLUMN d;

-- in a function that catches an error
DO $$
DECLARE before text := schema_fingerprint();
BEGIN
	BEGIN
		DROP TABLE fpt;
		IF schema_fingerprint() = before THEN
			RAISE WARNING 'not seen';
		END IF;
		RAISE EXCEPTION 'undo';
	EXCEPTION WHEN raise_exception THEN
		NULL;
	END;
	IF schema_fingerprint() <> before THEN
		RAISE WARNING 'not forgotten';
	END IF;
END $$;

-- rows of the cache that are damaged, or gone, or of another database, are no answer
SELECT schema_fingerprint() = fingerprint AS same FROM seen;
UPDATE schema_cache SET data = '\xdeadbeef' WHERE part = 0;
SELECT schema_fingerprint() = fingerprint AS same FROM seen;
UPDATE schema_cache SET data = set_byte(data, 0, (get_byte(data, 0) + 1) % 256) WHERE part = 0;
SELECT schema_fingerprint() = fingerprint AS same FROM seen;
DELETE FROM schema_cache;
SELECT schema_fingerprint() = fingerprint AS same FROM seen;
SELECT count(*) FROM schema_cache WHERE part = 0;
DROP TABLE fpt, seen;
