-- Delays add up over the day
SELECT extract(hour FROM date)::integer AS hour, count(*) AS flights,
       round(100.0 * count(*) FILTER (WHERE delay > 15) / count(*), 1) AS late_percent
FROM flights
GROUP BY 1
ORDER BY 1;
