-- Are long flights more punctual?
SELECT CASE WHEN distance < 300 THEN '1 short' WHEN distance < 1000 THEN '2 middle' ELSE '3 long' END AS class,
       count(*) AS flights, round(avg(delay), 2) AS mean_delay,
       count(*) FILTER (WHERE delay <= 0) AS early, bool_or(delay > 1000) AS any_very_late
FROM flights
GROUP BY 1
ORDER BY 1;
