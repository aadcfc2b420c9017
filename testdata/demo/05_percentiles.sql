-- Median and tail of the delay at airports with many flights
SELECT origin, count(*) AS flights,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY delay) AS median,
       percentile_disc(0.95) WITHIN GROUP (ORDER BY delay) AS p95,
       round(stddev_samp(delay), 2) AS spread
FROM flights
GROUP BY origin
HAVING count(*) > 60000
ORDER BY p95 DESC, origin;
