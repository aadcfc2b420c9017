-- Delay by day of the week, 1 is Monday
SELECT extract(isodow FROM date)::integer AS weekday, count(*) AS flights,
       round(avg(delay), 2) AS mean_delay, max(delay) AS worst
FROM flights
GROUP BY 1
ORDER BY 1;
