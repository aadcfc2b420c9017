-- The three most flown routes from each of five large airports
WITH routes AS (
  SELECT origin, destination, count(*) AS flights
  FROM flights
  WHERE origin IN ('ATL', 'ORD', 'DFW', 'LAX', 'PHX')
  GROUP BY origin, destination
), ranked AS (
  SELECT *, rank() OVER (PARTITION BY origin ORDER BY flights DESC, destination) AS place
  FROM routes
)
SELECT origin, place, destination, flights
FROM ranked
WHERE place <= 3
ORDER BY origin, place;
