-- The longest delays of all
SELECT date, origin, destination, delay
FROM flights
ORDER BY delay DESC, date, origin, destination
LIMIT 10;
