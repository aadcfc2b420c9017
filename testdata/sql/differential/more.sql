SELECT * FROM t a JOIN t b USING (id) JOIN t c USING (id) WHERE id = 1
SELECT id, a.v, c.txt FROM t a JOIN t b USING (id) JOIN t c USING (id) ORDER BY id
SELECT a.id, b.id, id FROM (SELECT id FROM t) a LEFT JOIN (SELECT id FROM g) b USING (id) ORDER BY id
SELECT b.id, id FROM (SELECT id FROM t WHERE id > 2) a RIGHT JOIN (SELECT id FROM g) b USING (id) ORDER BY id
SELECT j.* FROM (t JOIN g ON t.id = g.t_id) AS j (a1, a2) ORDER BY 1, 17 LIMIT 1
SELECT x.a, x.b FROM (SELECT id, v FROM t) AS x (a, b) ORDER BY a
SELECT q.* FROM t AS q (one, two) WHERE one = 2
SELECT x FROM (VALUES (1), (2)) AS x (x) ORDER BY x
SELECT t.id, s.total FROM t LEFT JOIN (SELECT t_id, sum(amount) AS total FROM g GROUP BY t_id) s ON s.t_id = t.id ORDER BY t.id
WITH x AS (SELECT id FROM t WHERE id < 3), y AS (SELECT id FROM x WHERE id > 1) SELECT (SELECT count(*) FROM x), y.id FROM y
SELECT (WITH x AS (SELECT t.id * 2 AS d) SELECT d FROM x) FROM t ORDER BY id
WITH x AS (WITH x AS (SELECT 5 AS five) SELECT five + 1 AS six FROM x) SELECT * FROM x
WITH RECURSIVE tree(id, depth) AS (SELECT 1, 0 UNION ALL SELECT g.t_id, depth + 1 FROM g JOIN tree ON g.id = tree.id + 1 WHERE depth < 3) SELECT * FROM tree ORDER BY depth, id
WITH RECURSIVE r(n) AS (SELECT 1 UNION SELECT (n + 1) % 4 FROM r) SELECT count(*) FROM r
WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1.5 FROM r WHERE n < 3) SELECT * FROM r
WITH RECURSIVE r AS (SELECT 'a' AS s UNION ALL SELECT s || 'b' FROM r WHERE length(s) < 3) SELECT * FROM r ORDER BY 1
SELECT id FROM t WHERE (SELECT max(amount) FROM g WHERE g.t_id = t.id) > 10 ORDER BY id
SELECT id, EXISTS (SELECT 1 FROM g WHERE g.t_id = t.id AND EXISTS (SELECT 1 FROM t u WHERE u.id = g.id)) FROM t ORDER BY id
SELECT date_trunc('day', ts) AS "time", avg(f) AS "value" FROM t WHERE ts BETWEEN '2024-01-01T00:00:00Z' AND '2024-12-31T00:00:00Z' GROUP BY 1 ORDER BY 1
SELECT floor(extract(epoch from ts) / 3600) * 3600 AS "time", count(*) FROM t WHERE ts IS NOT NULL GROUP BY 1 ORDER BY 1
SELECT "public"."t"."v" AS "v", count(*) AS "count" FROM "public"."t" GROUP BY "public"."t"."v" ORDER BY "public"."t"."v" ASC
SELECT sum(CASE WHEN ok THEN 1 ELSE 0 END), sum(CASE WHEN ok THEN n END), count(CASE WHEN f > 1 THEN 1 END), sum(ok::int) FROM t
SELECT 100.0 * count(*) FILTER (WHERE ok) / count(*) AS pct FROM t
SELECT round(100.0 * sum(CASE WHEN ok THEN 1 ELSE 0 END) / nullif(count(*), 0), 2) AS pct FROM t
SELECT v, count(*), round(avg(n), 2), min(d), max(d) FROM t GROUP BY v HAVING avg(n) > 0 ORDER BY count(*) DESC, v LIMIT 3
SELECT sum(n * (1 - 0.05) * (1 + 0.19)), sum(n * f), avg(n * 2), sum(n) / sum(id) FROM t
SELECT id, n - lag(n) OVER (ORDER BY id) AS delta, n / sum(n) OVER () AS share, round(n * 100 / sum(n) OVER (), 1) FROM t ORDER BY id
SELECT id, avg(n) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW), sum(sum(amount)) OVER (ORDER BY id) FROM (SELECT t.id, n, amount FROM t JOIN g ON g.t_id = t.id) q GROUP BY id, n ORDER BY id
SELECT * FROM (SELECT id, v, row_number() OVER (PARTITION BY v ORDER BY id DESC) AS rn FROM t) q WHERE rn = 1 ORDER BY id
SELECT d, count(*) OVER (PARTITION BY d), first_value(id) OVER (PARTITION BY d ORDER BY id) FROM t ORDER BY d, id
SELECT gs.day::date, count(t.id) FROM generate_series('2024-01-14'::timestamp, '2024-01-16', '1 day') AS gs(day) LEFT JOIN t ON t.d = gs.day::date GROUP BY 1 ORDER BY 1
SELECT to_char(ts, 'HH24:MI'), to_char(d, 'YYYY-MM-DD'), to_char(ts, 'Mon DD, YYYY'), to_char(ts, 'Day'), to_char(ts, 'MM/DD/YY') FROM t WHERE id = 1
SELECT now() - interval '1 day' < now(), current_date - 1 < current_date, date_trunc('day', now()) <= now()
SELECT count(*) FROM t WHERE tz > now() - interval '100 years'
SELECT current_user IS NOT NULL, current_database() IS NOT NULL, version() LIKE 'PostgreSQL 15%', current_schema()
SELECT v, string_agg(id::text, ',' ORDER BY id) FROM t GROUP BY v ORDER BY v
SELECT v, array_agg(id ORDER BY id) FROM t GROUP BY v ORDER BY v
SELECT array_agg(v ORDER BY id) FILTER (WHERE v IS NOT NULL) FROM t
SELECT id FROM t WHERE txt ILIKE '%A%' AND length(txt) > 3 OR v ~ '^t' ORDER BY id
SELECT concat(v, '-', id), v || '-' || id FROM t ORDER BY id
SELECT id::text || ':' || coalesce(txt, '(null)') FROM t ORDER BY id
SELECT DISTINCT extract(year from d) FROM t ORDER BY 1
SELECT count(DISTINCT (v, ok)) FROM t
SELECT count(DISTINCT id % 2), count(DISTINCT lower(v)) FROM t
SELECT id, b FROM t ORDER BY b NULLS FIRST, id DESC
SELECT v AS a, v AS b FROM t ORDER BY a, b LIMIT 1
SELECT t.*, g.label FROM t JOIN g ON g.t_id = t.id ORDER BY g.id LIMIT 1
SELECT t.id FROM t WHERE t.id IN (SELECT max(id) FROM t GROUP BY v) ORDER BY 1
SELECT id FROM t WHERE (v, ok) IN (SELECT v, ok FROM t WHERE id = 1) ORDER BY 1
SELECT id FROM t WHERE id NOT IN (SELECT id FROM g WHERE id < 3) ORDER BY 1
SELECT id FROM t WHERE s <> ALL (SELECT id FROM g) ORDER BY 1
SELECT id FROM t WHERE id < ANY (SELECT t_id FROM g) ORDER BY 1
SELECT 1 IN (SELECT 1.0), '1' IN (SELECT 1), 2 IN (SELECT id::bigint FROM t)
SELECT count(*) FROM t WHERE id IN (SELECT txt FROM t)
SELECT id FROM t UNION SELECT 7 UNION ALL SELECT 7 ORDER BY 1
SELECT * FROM (SELECT 1 AS a UNION SELECT 2) q JOIN (SELECT 2 AS a) r USING (a)
SELECT 'a' AS x UNION ALL SELECT v FROM t WHERE v IS NOT NULL ORDER BY x
-- the generator belongs to all sessions
differs: SELECT NULL AS x, 1 AS y UNION ALL SELECT 'z', 2.5 ORDER BY y
SELECT n FROM t UNION SELECT f FROM t ORDER BY 1
SELECT d FROM t UNION SELECT ts FROM t ORDER BY 1
SELECT (SELECT v FROM t WHERE id = 1) || '!', (SELECT n FROM t WHERE id = 1) / 3, (SELECT id FROM t WHERE id = 1) / 2
SELECT coalesce((SELECT max(id) FROM t WHERE false), 0)
SELECT sum(x) FROM generate_series(1, 100) AS x
SELECT x, x * x AS sq FROM generate_series(1, 3) x
SELECT n, sum(n) OVER (ORDER BY n) FROM unnest(ARRAY[1,2,3]) n
SELECT id, unnest(ARRAY[id, id * 2]) AS u FROM t WHERE id < 3 ORDER BY id, u
SELECT unnest(string_to_array(txt, ' ')) AS w, count(*) FROM t GROUP BY w ORDER BY w
SELECT regexp_split_to_table('a b c', ' ')
SELECT id FROM t WHERE d = current_date
SELECT id FROM t WHERE ok IS NOT TRUE ORDER BY id
SELECT id FROM t WHERE NOT ok ORDER BY id
SELECT min(v), max(v), min(ts), max(iv) FROM t
SELECT sum(r), avg(r), sum(f), avg(f), max(r) FROM t
SELECT stddev(n), variance(f), var_pop(id), stddev_pop(n) FROM t
SELECT s / 2, s % 2, s * 2, s::numeric / 2, s / 2.0, s / 2::float8 FROM t ORDER BY id
SELECT 7 / 2 * 2.0, 7 / 2.0 * 2, (7 / 2)::float8, 7::float8 / 2
SELECT 5 % 3, -5 % 3, 5.5 % 2, mod(-5, 3)
SELECT 0.1::numeric + 0.2, 1.10 * 3, 1.0 / 3 * 3, (1.0 / 3)::numeric(5,2)
SELECT sum(0.1::numeric) FROM generate_series(1, 10)
SELECT 99999999999999999999::numeric + 1, 12345678901234567890 * 10
SELECT id, id::numeric / 7, id / 7.0, n / id FROM t ORDER BY id
SELECT 1e20::numeric / 3, 0.00001 / 3, 123456.789 / 0.001
SELECT -7 / 2, (-7) / 2, -(7 / 2), 7 / -2, -7 / -2
SELECT bool_and(id > 0), bool_or(id > 4), every(v IS NOT NULL) FROM t
SELECT id FROM t ORDER BY CASE WHEN v IS NULL THEN 1 ELSE 0 END, v, id
SELECT id, v FROM t ORDER BY lower(v), id DESC
SELECT upper(v) AS v FROM t ORDER BY v, id
SELECT DISTINCT upper(v) AS u FROM t ORDER BY u DESC
SELECT DISTINCT ON (date_trunc('month', d)) date_trunc('month', d) AS m, id FROM t ORDER BY date_trunc('month', d), id
SELECT DISTINCT ON (m) date_trunc('month', d) AS m, id FROM t ORDER BY m, id
SELECT '2024-01-15'::date = d, '10:30'::time = tm FROM t ORDER BY id
SELECT interval '1 day' + date '2024-01-01', date '2024-03-31' - interval '1 month', '2024-01-01'::date + '1 month'::interval
SELECT ts + '1 hour', ts - '30 minutes'::interval, ts - '2024-01-01', d - '2024-01-01' FROM t ORDER BY id
SELECT extract(day from ts - timestamp '2024-01-01'), extract(epoch from (tz - timestamptz '2024-01-01 00:00+00')) FROM t ORDER BY id
SELECT (ts - timestamp '2024-01-01') / 2, (ts - timestamp '2024-01-01') * 2 FROM t ORDER BY id
SELECT id FROM t WHERE ts::date = '2024-01-15' ORDER BY id
SELECT id FROM t WHERE extract(month from ts) = 1 AND extract(year from ts) = 2024 ORDER BY id
SELECT ts AT TIME ZONE 'UTC', tz AT TIME ZONE 'Asia/Tokyo', ts AT TIME ZONE 'Asia/Tokyo' FROM t ORDER BY id
SELECT CAST(id AS text), CAST('5' AS int) + 1, CAST(n AS int), CAST(ok AS text), id::float8::text, id::varchar(1), txt::varchar(3) FROM t ORDER BY id
SELECT id::numeric(10,2), f::numeric(10,2), b::numeric, '1.005'::numeric(4,2) FROM t ORDER BY id
SELECT txt = 'alpha', v < 'three', txt || v IS NULL, NOT (txt = 'alpha') FROM t ORDER BY id
SELECT ch = 'x', ch LIKE 'x%', length(ch), ch || 'y', upper(ch), ch::text FROM t ORDER BY id
SELECT length(v), v = 'one', v IN ('one', 'x'), max(v) OVER () FROM t ORDER BY id
SELECT u, u::text FROM t ORDER BY u
SELECT 'x' LIKE NULL, NULL || 'x', NULL = NULL, NULL IS NULL, NULL AND false, NULL OR true, 1 + NULL, NULL::int + 1
SELECT max(NULL), count(NULL), coalesce(NULL, NULL), greatest(NULL, NULL)
SELECT sum(id) FILTER (WHERE v = 'one') OVER (ORDER BY id) FROM t ORDER BY id
SELECT id FROM t LIMIT 2 + 1
SELECT id FROM t ORDER BY id LIMIT ALL OFFSET 3
SELECT id FROM t ORDER BY id LIMIT NULL
SELECT id FROM t ORDER BY id LIMIT (SELECT 2)
SELECT id FROM t ORDER BY id OFFSET 1 ROWS FETCH NEXT 2 ROWS ONLY
SELECT t.id FROM t, (SELECT max(id) AS m FROM g) x WHERE t.id < x.m ORDER BY 1
SELECT a.id, b.id FROM t a LEFT JOIN t b ON b.id = a.id + 1 LEFT JOIN g ON g.t_id = b.id WHERE g.id IS NULL ORDER BY 1
SELECT 1 FROM t WHERE nosuchcol = 1
SELECT nosuch.x FROM t
SELECT t.x FROM t
SELECT id AS x FROM t WHERE x = 1
SELECT id AS x FROM t GROUP BY id HAVING x > 1
SELECT sum(id) FROM t WHERE sum(id) > 1
SELECT id FROM t GROUP BY sum(id)
SELECT avg(v) FROM t
SELECT substring(5, 1)
SELECT 1 + true
SELECT date '2024-01-01' + date '2024-01-01'
SELECT 'a' - 'b'
SELECT -txt FROM t
SELECT NOT 1
SELECT 1 AND true
SELECT CASE WHEN 1 THEN 2 END
SELECT coalesce()
SELECT count()
SELECT count(1, 2)
SELECT max()
SELECT id FROM t ORDER BY nosuch
SELECT v FROM t ORDER BY 5
SELECT v FROM t GROUP BY 5
SELECT * FROM t JOIN g USING (nosuch)
SELECT * FROM t JOIN g ON t.id = g.nosuch
SELECT * FROM t NATURAL JOIN g WHERE id = 1
SELECT * FROM (SELECT 1) x(a, b)
SELECT row_number() OVER (ORDER BY id) FROM t WHERE rank() OVER () = 1
SELECT nth_value(id, 0) OVER () FROM t
SELECT ntile(0) OVER () FROM t
SELECT id FROM t WHERE id = (SELECT id FROM t)
SELECT (SELECT 1, 2)
SELECT 1 IN (SELECT 1, 2)
SELECT id FROM t UNION SELECT txt FROM t
SELECT 'abc'::date
SELECT '1 fortnight'::interval
SELECT 1::date
SELECT now()::int
SELECT '{}'::json::int
SELECT 'not json'::json
SELECT CAST(1 AS nosuch)
SELECT 9999999999::int
SELECT 40000::smallint
-- numbers have at most 38 digits
SELECT 1e400
SELECT 1 / 0.0
SELECT 1.0 % 0
SELECT 1 / (id - id) FROM t
SELECT to_char(ts, 'FMMonth FMDD, YYYY HH12:MI:SS AM'), to_char(ts, '"Q"Q YY IYYY-"W"IW D ID DDD'), to_char(ts, 'MS US'), to_char(tz, 'dd.mm.yyyy hh24:mi'), to_char(d, 'DY Mon MON'), to_char(ts, '') FROM t ORDER BY id
WITH "/etc/passwd" AS (SELECT 1 AS a) SELECT * FROM "/etc/passwd"
WITH "x.csv" AS (SELECT 1 AS a), "y.csv" AS (SELECT a + 1 AS a FROM "x.csv") SELECT x.a, "y.csv".a FROM "x.csv" x, "y.csv"
-- arguments by name
SELECT make_date(year => 2020, month => 1, day => 2)
SELECT make_date(day => 2, month => 1, year => 2020), make_date(2020, day := 3, month := 4)
SELECT make_timestamp(2020, 1, 2, hour => 3, min => 4, sec => 5)
SELECT make_time(sec => 5, hour => 3, min => 4)
SELECT parse_ident(str => 'a.b', strict => true), jsonb_path_query_array(target => '[1,2]', path => '$[*] ? (@ > 1)')
SELECT jsonb_path_exists(path => '$.a', target => '{"a":1}')
SELECT jsonb_set(target => '{"a":1}', path => '{a}', new_value => '2')
SELECT make_date(year => 2020, nosuch => 1, day => 2)
SELECT make_date(year => 2020, year => 1, day => 2)
SELECT make_date(year => 2020, 1, 2)
SELECT length(string => 'x')
SELECT make_date(2020, 1, year => 2)
SELECT to_char(d, fmt => 'YYYY') FROM t
SELECT jsonb_path_query_tz('{"a": [1, 2]}', '$.a[*]'), jsonb_path_exists_tz('{"a": 1}', '$.a'), jsonb_path_match_tz('{"a": 1}', '$.a == 1'), jsonb_path_query_first_tz('[3]', '$[*]'), jsonb_path_query_array_tz('[3]', '$[*]')
