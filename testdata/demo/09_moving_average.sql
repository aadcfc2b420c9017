-- Seven-day moving average of the delay
WITH days AS (
  SELECT CAST(date AS date) AS day, count(*) AS flights, sum(delay) AS total
  FROM flights
  GROUP BY 1
)
SELECT day, flights,
       round(sum(total) OVER week / sum(flights) OVER week, 2) AS week_mean
FROM days
WINDOW week AS (ORDER BY day ROWS BETWEEN 6 PRECEDING AND CURRENT ROW)
ORDER BY day
LIMIT 14;
