-- How few airports carry half of the traffic
WITH shares AS (
  SELECT origin, count(*) AS flights,
         sum(count(*)) OVER (ORDER BY count(*) DESC, origin) AS running,
         sum(count(*)) OVER () AS total
  FROM flights
  GROUP BY origin
)
SELECT count(*) AS airports, max(running) AS flights, max(total) AS all_flights
FROM shares
WHERE running <= total / 2;
