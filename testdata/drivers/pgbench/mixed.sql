\set first random(1, 100)
BEGIN;
INSERT INTO mixed VALUES (:first, :client_id);
SELECT count(*) AS n, coalesce(max(x), 0) AS top FROM mixed WHERE x = :first AND client = :client_id \gset
\if :n > 0
INSERT INTO mixed VALUES (:top + 1000, :client_id);
\else
SELECT 1 / 0;
\endif
COMMIT;
