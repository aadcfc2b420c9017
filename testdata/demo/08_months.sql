-- Traffic by month, and the change against the month before
SELECT month, flights, flights - lag(flights) OVER (ORDER BY month) AS change
FROM (
  SELECT date_trunc('month', date) AS month, count(*) AS flights
  FROM flights
  GROUP BY 1
) AS months
ORDER BY month;
