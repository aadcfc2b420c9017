-- Included by program.sql.
SELECT 'included' AS here;
