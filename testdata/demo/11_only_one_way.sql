-- Routes that are flown in one direction only
SELECT o.city AS from_city, d.city AS to_city, count(*) AS flights
FROM flights f
LEFT JOIN airports o ON o.iata = f.origin
LEFT JOIN airports d ON d.iata = f.destination
WHERE NOT EXISTS (SELECT 1 FROM flights back WHERE back.origin = f.destination AND back.destination = f.origin)
GROUP BY o.city, d.city
ORDER BY flights DESC, from_city, to_city
LIMIT 10;
