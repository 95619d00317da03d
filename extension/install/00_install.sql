/* extension/summit_migrate--1.0.sql */

-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION summit_migrate" to load this file. \quit

-- ---------------------------------------------------------------------------
-- install: what must be true before anything is created
-- ---------------------------------------------------------------------------

CREATE FUNCTION check_installation()
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'summit_migrate_check_installation';
COMMENT ON FUNCTION check_installation() IS
'Stops CREATE EXTENSION where tables of the older scripts stand in the way (ERRCODE_DUPLICATE_TABLE, with the way out as a hint) and warns where PUBLIC may create in the schema.';

SELECT @extschema@.check_installation();

