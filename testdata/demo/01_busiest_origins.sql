-- The ten busiest airports
SELECT origin, count(*) AS flights, round(avg(delay), 1) AS mean_delay
FROM flights
GROUP BY origin
ORDER BY flights DESC, origin
LIMIT 10;
