-- The roles that objects.sql names.
CREATE ROLE psql_reader NOLOGIN;
CREATE ROLE psql_writer LOGIN CONNECTION LIMIT 5 IN ROLE psql_reader;
CREATE ROLE psql_auditor LOGIN CREATEDB CREATEROLE VALID UNTIL '2040-01-01 00:00:00+00';
ALTER ROLE psql_writer SET search_path = sales, public;
COMMENT ON ROLE psql_reader IS 'reads';
