-- Join with the table of airports: the states with the highest mean delay
SELECT a.state, count(*) AS flights, count(DISTINCT f.origin) AS airports, round(avg(f.delay), 2) AS mean_delay
FROM flights f
JOIN airports a ON a.iata = f.origin
GROUP BY a.state
HAVING count(*) >= 10000
ORDER BY mean_delay DESC, a.state
LIMIT 10;
