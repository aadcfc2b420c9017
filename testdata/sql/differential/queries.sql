SELECT 1, 'a', 2 AS x, now() = now(), 1.5 AS "Foo"
SELECT * FROM t ORDER BY id
SELECT t.* FROM t WHERE id = 1
SELECT public.t.id FROM public.t ORDER BY 1
SELECT x.id AS y FROM t AS x ORDER BY y DESC LIMIT 2 OFFSET 1
SELECT id FROM t ORDER BY b
SELECT id FROM t ORDER BY b DESC
SELECT id FROM t ORDER BY b NULLS FIRST, id
SELECT id FROM t ORDER BY b DESC NULLS LAST
SELECT id AS b FROM t ORDER BY b
SELECT -id AS id FROM t ORDER BY id
SELECT -id AS id FROM t ORDER BY -id
SELECT id FROM t ORDER BY id + 1 DESC
SELECT id FROM t FETCH FIRST 2 ROWS ONLY
SELECT id FROM t ORDER BY 2
SELECT id FROM t LIMIT -1
SELECT count(*), count(b), count(DISTINCT v), sum(id), sum(b), sum(s), sum(f), sum(r), sum(n) FROM t
SELECT avg(id), avg(b), avg(s), avg(f), avg(r), avg(n) FROM t
SELECT avg(id), sum(id), min(id), count(*) FROM t WHERE false
SELECT min(id), max(id), min(txt), max(n), min(f), max(d), max(ch), min(v) FROM t
-- variance of bigint is computed as double precision
differs: SELECT stddev(id), variance(id), stddev_pop(f), var_samp(n), stddev_samp(b) FROM t
SELECT bool_and(ok), bool_or(ok), every(ok), bit_and(id), bit_or(s), string_agg(txt, ',' ORDER BY id), string_agg(v, '-' ORDER BY v DESC) FROM t
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY id), percentile_disc(0.5) WITHIN GROUP (ORDER BY n), percentile_cont(0.25) WITHIN GROUP (ORDER BY n), mode() WITHIN GROUP (ORDER BY v), percentile_disc(0.9) WITHIN GROUP (ORDER BY txt) FROM t
SELECT corr(f, id), covar_pop(f, id), regr_slope(f, id), regr_count(f, id) FROM t
SELECT count(*) FILTER (WHERE id > 2), sum(n) FILTER (WHERE ok) FROM t
SELECT sum(DISTINCT s), avg(DISTINCT id), count(DISTINCT d) FROM t
SELECT sum(id) / count(*), sum(n) / count(*), sum(id)::float8 / count(*) FROM t
SELECT v, count(*), sum(n) FROM t GROUP BY v ORDER BY v
SELECT v AS g, count(*) FROM t GROUP BY g ORDER BY g
SELECT v, count(*) FROM t GROUP BY 1 ORDER BY 2 DESC, 1
SELECT id / 2, count(*) FROM t GROUP BY id / 2 ORDER BY 1
SELECT id / 2 AS half, (id / 2) * 10, count(*) FROM t GROUP BY id / 2 ORDER BY 1
SELECT id % 2 AS id, count(*) FROM t GROUP BY id ORDER BY 1, 2
SELECT date_trunc('month', ts) AS m, count(*) FROM t GROUP BY m ORDER BY m
SELECT extract(year from d) AS y, count(*) FROM t GROUP BY 1 ORDER BY 1
SELECT v, txt, count(*) FROM t GROUP BY v
SELECT v, count(*) FROM t GROUP BY v HAVING count(*) > 1
SELECT count(*) FROM t HAVING count(*) > 100
SELECT 'x' AS k, count(*) FROM t GROUP BY k
SELECT v, ok, count(*) FROM t GROUP BY ROLLUP (v, ok) ORDER BY v, ok, 3
SELECT v, ok, count(*), grouping(v, ok) FROM t GROUP BY GROUPING SETS ((v), (ok), ()) ORDER BY 4, 1, 2
SELECT v, ok, sum(id) FROM t GROUP BY CUBE (v, ok) ORDER BY 1, 2, 3
SELECT count(*) FROM t WHERE count(*) > 1
SELECT sum(sum(id)) FROM t
SELECT sum(count(*)) OVER () FROM t
SELECT id, row_number() OVER (ORDER BY id DESC), rank() OVER (ORDER BY v), dense_rank() OVER (ORDER BY v), ntile(2) OVER (ORDER BY id), percent_rank() OVER (ORDER BY id), cume_dist() OVER (ORDER BY id) FROM t ORDER BY id
SELECT id, lag(id) OVER w, lead(id, 1, 0) OVER w, first_value(txt) OVER w, last_value(id) OVER w, nth_value(id, 2) OVER w FROM t WINDOW w AS (ORDER BY id) ORDER BY id
SELECT id, sum(n) OVER (ORDER BY id), avg(id) OVER (PARTITION BY v ORDER BY id), count(*) OVER (PARTITION BY v), sum(id) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM t ORDER BY id
SELECT id, sum(id) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING), sum(id) OVER (ORDER BY id RANGE BETWEEN 1 PRECEDING AND CURRENT ROW), sum(id) OVER (ORDER BY v GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW EXCLUDE TIES), min(id) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING) FROM t ORDER BY id
SELECT id, sum(id) OVER (w ORDER BY id) FROM t WINDOW w AS (PARTITION BY v) ORDER BY id
SELECT id, count(*) OVER (ORDER BY d RANGE BETWEEN '30 days' PRECEDING AND CURRENT ROW) FROM t WHERE d IS NOT NULL ORDER BY id
SELECT id FROM t WHERE row_number() OVER () = 1
SELECT DISTINCT v FROM t ORDER BY v
SELECT DISTINCT v FROM t ORDER BY id
SELECT DISTINCT ON (v) v, id FROM t ORDER BY v, id DESC
SELECT DISTINCT ON (v) id, v FROM t ORDER BY id
SELECT t.id, g.id, amount FROM t JOIN g ON t.id = g.t_id ORDER BY 1, 2
SELECT t.id, g.label FROM t LEFT JOIN g ON t.id = g.t_id AND g.amount > 15 ORDER BY 1, 2
SELECT t.id, g.id FROM t FULL JOIN g ON t.id = g.t_id ORDER BY 1, 2
SELECT t.id, g.id FROM t RIGHT JOIN g ON t.id = g.t_id ORDER BY 2
SELECT count(*) FROM t, g
SELECT count(*) FROM t CROSS JOIN g
SELECT * FROM (SELECT id, v FROM t) a JOIN (SELECT id, label FROM g) b USING (id) ORDER BY 1
SELECT id FROM (SELECT id, v FROM t) a FULL JOIN (SELECT id, label FROM g WHERE id > 3) b USING (id) ORDER BY 1
SELECT * FROM (SELECT id, v FROM t) a NATURAL JOIN (SELECT id, label FROM g) b ORDER BY 1
SELECT a.id, b.id FROM t a JOIN t b ON a.id = b.id + 1 ORDER BY 1
SELECT t.id FROM t JOIN t ON true
SELECT id, (SELECT count(*) FROM g WHERE g.t_id = t.id) FROM t ORDER BY id
SELECT id FROM t WHERE EXISTS (SELECT 1 FROM g WHERE g.t_id = t.id) ORDER BY id
SELECT id FROM t WHERE id IN (SELECT t_id FROM g) ORDER BY id
SELECT id FROM t WHERE id NOT IN (SELECT t_id FROM g) ORDER BY id
SELECT id FROM t WHERE id > ALL (SELECT t_id FROM g WHERE t_id < 5) ORDER BY id
SELECT id FROM t WHERE id = ANY (SELECT t_id FROM g) ORDER BY id
SELECT (SELECT id FROM t)
SELECT (SELECT id, b FROM t LIMIT 1)
SELECT (SELECT max(id) FROM t), EXISTS (SELECT 1), ARRAY(SELECT 1), CASE WHEN true THEN 1 END, coalesce(1), greatest(1,2), nullif(1,2), 1::text, CAST(2 AS bigint), upper('a'), ROW(1)
SELECT id, x FROM t, LATERAL (SELECT sum(amount) AS x FROM g WHERE g.t_id = t.id) s ORDER BY id
SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS v(n, s) ORDER BY n
VALUES (1, 'a'), (2, NULL)
-- a column has one scale for all its values
differs: VALUES (1), (2.5)
VALUES (3), (1), (2) ORDER BY 1 DESC LIMIT 2
VALUES (1), ('x')
WITH a AS (SELECT id, n FROM t WHERE n > 0), b AS (SELECT count(*) AS c FROM a) SELECT a.id, b.c FROM a, b ORDER BY 1
WITH a(x) AS (SELECT id FROM t) SELECT sum(x) FROM a
WITH t AS (SELECT 1 AS one) SELECT * FROM t
WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT * FROM r
WITH RECURSIVE r AS (SELECT 1 AS n, 'a'::text AS s UNION ALL SELECT n + 1, s || 'b' FROM r WHERE n < 3) SELECT n, s FROM r ORDER BY n
WITH a AS (SELECT 1), a AS (SELECT 2) SELECT 1
SELECT 1 UNION SELECT 2 ORDER BY 1
SELECT id FROM t UNION ALL SELECT t_id FROM g ORDER BY 1
SELECT id FROM t INTERSECT SELECT t_id FROM g ORDER BY id
SELECT id FROM t EXCEPT SELECT t_id FROM g ORDER BY id
-- a column has one scale for all its values
differs: SELECT 1 AS a UNION ALL SELECT 2.5
SELECT 1 UNION SELECT 'x'
SELECT NULL UNION SELECT 1 ORDER BY 1
SELECT 'a' UNION SELECT NULL ORDER BY 1
SELECT 1, 2 UNION SELECT 1
SELECT id FROM t UNION SELECT id FROM g ORDER BY id + 1
(SELECT id FROM t ORDER BY id DESC LIMIT 1) UNION ALL (SELECT id FROM g ORDER BY id LIMIT 1)
SELECT s FROM t UNION SELECT b FROM t ORDER BY 1
SELECT 1::smallint AS x UNION SELECT 2 ORDER BY x
SELECT s + 1 AS x FROM t UNION SELECT 7 ORDER BY x
SELECT s FROM (SELECT s + 1 AS s FROM t) q ORDER BY s
SELECT a.x FROM (SELECT 1 AS x, 2 AS x) a
SELECT * FROM (SELECT 1 AS x, 2 AS x) a
SELECT * FROM (SELECT id AS "ID", b AS id FROM t) q ORDER BY 1
SELECT "ID" FROM (SELECT id AS "ID", b AS id FROM t) q ORDER BY 1
SELECT "ID" FROM t
SELECT T.Id FROM T ORDER BY 1
SELECT x.id FROM t
SELECT t.id FROM t AS x
SELECT nope.id FROM t
SELECT * FROM (SELECT 1)
SELECT *
SELECT count(t) FROM t
SELECT id FROM t WHERE txt
SELECT id FROM t WHERE id
SELECT id FROM t WHERE id = 1 AND 1
SELECT id FROM t WHERE s + 1 > 2 ORDER BY id
SELECT id FROM t WHERE id BETWEEN 2 AND 4 ORDER BY id
SELECT id FROM t WHERE id NOT BETWEEN 2 AND 4 ORDER BY id
SELECT id FROM t WHERE id BETWEEN SYMMETRIC 4 AND 2 ORDER BY id
SELECT id FROM t WHERE v IN ('one', 'two') ORDER BY id
SELECT id FROM t WHERE id NOT IN (1, NULL)
SELECT id FROM t WHERE n IN (12.34, 0) ORDER BY id
SELECT id IN ('1', '2') FROM t ORDER BY id
SELECT id IN ('a') FROM t
SELECT current_date, current_timestamp = now(), localtimestamp = now()::timestamp WHERE false
-- pg_typeof gives text for want of regtype
differs: SELECT pg_typeof(1)
SELECT pg_typeof(1)::text, pg_typeof(1.5)::text, pg_typeof('x'::text)::text, pg_typeof(ARRAY[1])::text
SELECT sum(txt) FROM t
SELECT sum('1')
SELECT max(ok) FROM t
SELECT lag(id) FROM t
SELECT upper(DISTINCT 'a')
SELECT id, id FROM t ORDER BY id
SELECT sum(a / b) FROM (VALUES (1, 2), (3, 0)) v(a, b) WHERE b <> 0
SELECT (t).id FROM t ORDER BY 1
SELECT count(*) FROM (SELECT DISTINCT v FROM t) q
SELECT q.v, q.c FROM (SELECT v, count(*) AS c FROM t GROUP BY v) q WHERE q.c > 1
SELECT id, CASE WHEN id > 3 THEN 'big' ELSE 'small' END AS size FROM t ORDER BY size, id DESC
SELECT t.id, count(g.id) FROM t LEFT JOIN g ON g.t_id = t.id GROUP BY t.id ORDER BY 2 DESC, 1
SELECT label, sum(amount) AS total, round(avg(amount), 2) AS mean FROM g GROUP BY label ORDER BY total DESC
SELECT round(100.0 * sum(amount) / (SELECT sum(amount) FROM g), 1) FROM g WHERE label = 'a'
SELECT round(avg(f)::numeric, 2), round(sum(n) / 7, 3) FROM t
SELECT amount * 1.19, amount / 3, amount::int FROM g ORDER BY id
SELECT a.id FROM t a, t b WHERE a.id = b.id AND a.id = 1
SELECT id FROM t WHERE d = (SELECT max(d) FROM t)
SELECT x FROM t, (SELECT 1 AS x) y WHERE t.id = 1
TABLE g
SELECT id FROM t ORDER BY (SELECT 1), id
SELECT 1 WHERE 1 = 1 AND NOT false
SELECT DISTINCT id % 2 FROM t ORDER BY 1
SELECT g.* FROM t JOIN g ON g.t_id = t.id WHERE t.id = 2
SELECT id FROM t GROUP BY id ORDER BY count(*), id
SELECT json_agg(id) IS NOT NULL FROM t
SELECT 1 AS "select", 2 AS "a b"
SELECT sum(id) AS id FROM t WHERE id > 1
SELECT b FROM (SELECT sum(id) OVER (ORDER BY id) AS b FROM t) q WHERE b > 3 ORDER BY b
SELECT true, false, (SELECT true)
SELECT t.v, t.id FROM t GROUP BY t.v
SELECT v, id + 1 FROM t GROUP BY v
SELECT id / 2, id FROM t GROUP BY id / 2
SELECT count(*), id FROM t
SELECT id FROM t HAVING count(*) > 0
SELECT v FROM t GROUP BY v ORDER BY id
SELECT v FROM t GROUP BY v HAVING id > 1
SELECT v, (SELECT count(*) FROM g WHERE g.t_id = t.id) FROM t GROUP BY v
SELECT v, (SELECT count(*) FROM g WHERE g.label = t.v) FROM t GROUP BY v ORDER BY 1
SELECT * FROM t GROUP BY id
SELECT upper(v), count(*) FROM t GROUP BY upper(v) ORDER BY 1
SELECT upper(v) AS u, upper(v) || 'x', count(*) FROM t GROUP BY u ORDER BY 1
SELECT v, sum(id) OVER (ORDER BY v) FROM t GROUP BY v
SELECT v, rank() OVER (ORDER BY count(*)) FROM t GROUP BY v ORDER BY 2, 1
SELECT t.v FROM t, LATERAL (SELECT t.id) x GROUP BY t.v ORDER BY 1
SELECT CASE WHEN id > 2 THEN 'a' ELSE 'b' END AS k, count(*) FROM t GROUP BY k ORDER BY k
SELECT CASE v WHEN 'one' THEN 1 WHEN 'two' THEN 2 END, CASE id WHEN 1.0 THEN 'x' END FROM t ORDER BY id
SELECT coalesce(v, 'none'), count(*) FROM t GROUP BY coalesce(v, 'none') ORDER BY 1
SELECT d + 1, count(*) FROM t GROUP BY d + 1 ORDER BY 1
SELECT to_char(ts, 'YYYY-MM') AS m, count(*) FROM t WHERE ts IS NOT NULL GROUP BY 1 ORDER BY 1
SELECT lpad(id::text, 3, '0') AS p, count(*) FROM t GROUP BY lpad(id::text, 3, '0') ORDER BY 1
SELECT id / (s + 10) AS q, count(*) FROM t GROUP BY id / (s + 10) ORDER BY 1
SELECT n / 3 AS q, count(*) FROM t GROUP BY n / 3 ORDER BY 1
SELECT (id + 1) / (s + id + 2 + b) AS q, count(*) FROM t GROUP BY 1 ORDER BY 1
