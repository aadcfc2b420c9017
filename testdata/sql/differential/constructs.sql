-- clauses and constructs of queries
SELECT DISTINCT v FROM t ORDER BY v
SELECT DISTINCT ON (v) v, id FROM t ORDER BY v, id DESC
SELECT DISTINCT ON (v, ok) v, ok, id FROM t ORDER BY v, ok, id
SELECT DISTINCT ON (v) v FROM t ORDER BY id
SELECT DISTINCT id % 2, v FROM t ORDER BY 1, 2
SELECT id FROM t ORDER BY id LIMIT 2
SELECT id FROM t ORDER BY id OFFSET 3
SELECT id FROM t ORDER BY id LIMIT 2 OFFSET 1
SELECT id FROM t ORDER BY id FETCH FIRST 2 ROWS ONLY
SELECT id FROM t ORDER BY id FETCH FIRST ROW ONLY
SELECT v FROM t ORDER BY v FETCH FIRST 1 ROW WITH TIES
SELECT v FROM t ORDER BY v FETCH FIRST 2 ROWS WITH TIES
SELECT id FROM t FETCH FIRST 2 ROWS WITH TIES
SELECT v, id FROM t ORDER BY v DESC NULLS LAST FETCH FIRST 1 ROWS WITH TIES
SELECT v FROM t ORDER BY v OFFSET 1 ROW FETCH FIRST 1 ROW WITH TIES
SELECT id FROM t ORDER BY id LIMIT -1
SELECT id FROM t ORDER BY id LIMIT NULL
SELECT id FROM t ORDER BY id LIMIT ALL
SELECT id FROM t LIMIT 'x'
SELECT id FROM t ORDER BY id LIMIT 1+1
SELECT id FROM t UNION SELECT id FROM g ORDER BY 1
SELECT id FROM t UNION ALL SELECT id FROM g ORDER BY 1
SELECT id FROM t INTERSECT SELECT id FROM g ORDER BY 1
SELECT id FROM t EXCEPT SELECT id FROM g ORDER BY 1
SELECT v FROM t INTERSECT ALL SELECT v FROM t WHERE id <> 5 ORDER BY 1
SELECT v FROM t EXCEPT ALL SELECT v FROM t WHERE id = 1 ORDER BY 1
SELECT 1 UNION SELECT 'x'
SELECT 1, 2 UNION SELECT 1
SELECT NULL UNION SELECT 1 ORDER BY 1
SELECT 'a' UNION SELECT NULL ORDER BY 1
(SELECT 1) UNION (SELECT 2) ORDER BY 1 DESC
SELECT 1 UNION SELECT 2 EXCEPT SELECT 1
-- a column has one scale for all its values
differs: SELECT 1 AS a UNION SELECT 2 ORDER BY b
SELECT id FROM t UNION SELECT id FROM g ORDER BY id + 1
VALUES (1, 'a'), (2, 'b')
VALUES (1), ('x')
VALUES (1, 2), (3)
SELECT * FROM (VALUES (1, 'a'), (2, NULL)) AS q (n, s) ORDER BY n
VALUES (3), (1), (2) ORDER BY 1
VALUES (3), (1), (2) ORDER BY column1 DESC LIMIT 2
SELECT
SELECT FROM t
SELECT * FROM t WHERE false
TABLE g
WITH q AS (SELECT 1 AS x) SELECT * FROM q
WITH a AS (SELECT 1 AS x), b AS (SELECT x + 1 AS y FROM a) SELECT * FROM a, b
WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT * FROM r
WITH RECURSIVE r AS (SELECT 1 AS n, 1 AS f UNION ALL SELECT n + 1, f * (n + 1) FROM r WHERE n < 6) SELECT * FROM r
WITH RECURSIVE r(n) AS (SELECT 1 UNION SELECT (n % 3) + 1 FROM r) SELECT * FROM r ORDER BY 1
WITH RECURSIVE r(n) AS (SELECT n FROM r) SELECT * FROM r
WITH q AS (SELECT 1), q AS (SELECT 2) SELECT 1
WITH q(a, b) AS (SELECT 1) SELECT * FROM q
WITH q AS MATERIALIZED (SELECT id FROM t) SELECT count(*) FROM q
WITH q AS NOT MATERIALIZED (SELECT id FROM t) SELECT max(id) FROM q
SELECT t.id, x.n FROM t, LATERAL (SELECT count(*) AS n FROM g WHERE g.t_id = t.id) x ORDER BY 1
SELECT t.id, x.label FROM t LEFT JOIN LATERAL (SELECT label FROM g WHERE g.t_id = t.id ORDER BY label LIMIT 1) x ON true ORDER BY 1
SELECT t.id, s FROM t, LATERAL generate_series(1, t.id) s WHERE t.id < 3 ORDER BY 1, 2
SELECT * FROM t CROSS JOIN LATERAL (SELECT t.id * 2 AS dbl) x WHERE t.id = 2
SELECT t.id, g.id FROM t JOIN g ON g.t_id = t.id ORDER BY 1, 2
SELECT t.id, g.id FROM t LEFT JOIN g ON g.t_id = t.id ORDER BY 1, 2
SELECT t.id, g.id FROM t RIGHT JOIN g ON g.t_id = t.id ORDER BY 1, 2
SELECT t.id, g.id FROM t FULL JOIN g ON g.t_id = t.id ORDER BY 1, 2
SELECT id FROM t JOIN g USING (id) ORDER BY 1
SELECT id FROM t NATURAL JOIN g ORDER BY 1
SELECT * FROM t a JOIN t b USING (id, v) WHERE false
SELECT x.id FROM t JOIN g USING (id) AS x ORDER BY 1
SELECT count(*) FROM t CROSS JOIN g
SELECT a.id FROM t a, t b WHERE a.id = b.id + 1 ORDER BY 1
SELECT id FROM t WHERE id IN (SELECT t_id FROM g) ORDER BY 1
SELECT id FROM t WHERE id NOT IN (SELECT t_id FROM g) ORDER BY 1
SELECT id FROM t WHERE EXISTS (SELECT 1 FROM g WHERE g.t_id = t.id) ORDER BY 1
SELECT id FROM t WHERE id > ALL (SELECT id FROM g) ORDER BY 1
SELECT id FROM t WHERE id = ANY (SELECT id FROM g) ORDER BY 1
SELECT (SELECT max(id) FROM g)
SELECT (SELECT id FROM g)
SELECT (SELECT id, t_id FROM g LIMIT 1)
SELECT ARRAY(SELECT id FROM g ORDER BY id)
-- one function in ROWS FROM
SELECT (1, 2) = (SELECT 1, 2)
SELECT (1, 2) IN (SELECT 1, 2)
SELECT ROW(1, 2) < ROW(1, 3), ROW(1, NULL) = ROW(1, 2), ROW(1, NULL) <> ROW(2, NULL), (1, 2, 3) >= (1, 2, 2)
SELECT ROW(1, 'a', NULL)
SELECT ROW(1, 2) = ROW(1)
SELECT (1, 2) IS NULL, (NULL, NULL) IS NULL, (1, NULL) IS NOT NULL
SELECT ROW(1, 2) IS DISTINCT FROM ROW(1, NULL)
SELECT ROW(1, ROW(2, 3))
SELECT 1 BETWEEN 0 AND 2, 1 BETWEEN 2 AND 0, 1 BETWEEN SYMMETRIC 2 AND 0, 1 NOT BETWEEN 0 AND 2, 1 NOT BETWEEN SYMMETRIC 3 AND 2
SELECT NULL BETWEEN 1 AND 2, 1 BETWEEN NULL AND 0, 1 BETWEEN NULL AND 2
SELECT 1 IS DISTINCT FROM NULL, NULL IS DISTINCT FROM NULL, 1 IS NOT DISTINCT FROM 1
SELECT 1 IN (1, 2), 1 IN (2, NULL), 1 NOT IN (2, NULL), NULL IN (1)
SELECT CASE WHEN NULL THEN 1 ELSE 2 END, CASE 1 WHEN NULL THEN 1 ELSE 2 END
SELECT NULLIF(1, 1), NULLIF(1, NULL), NULLIF('a', 'b'), COALESCE(NULL, NULL), GREATEST(1, NULL), LEAST(NULL)
SELECT (date '2024-01-01', interval '10 days') OVERLAPS (date '2024-01-05', interval '1 day'), (date '2024-01-01', date '2024-01-02') OVERLAPS (date '2024-01-02', date '2024-01-03'), (time '10:00', time '11:00') OVERLAPS (time '10:30', time '12:00')
SELECT true AND NULL, false AND NULL, true OR NULL, NOT NULL::boolean, true = NULL
SELECT true > false, true::int, 't'::boolean, 1::boolean
SELECT id, v FROM t ORDER BY v NULLS FIRST, id
SELECT id, v FROM t ORDER BY v DESC, id
SELECT id, v FROM t ORDER BY v DESC NULLS LAST, id DESC
SELECT id AS x FROM t ORDER BY x + 1
SELECT id AS x FROM t ORDER BY x DESC
SELECT v FROM t ORDER BY 2
SELECT v FROM t ORDER BY 'x'
SELECT id FROM t ORDER BY id USING >
SELECT id FROM t WHERE v
SELECT id FROM t WHERE 1
SELECT 1 WHERE NULL
SELECT id + v FROM t
SELECT id || v FROM t ORDER BY id
SELECT * FROM nosuch
SELECT nosuch FROM t
SELECT t.* FROM t x
SELECT "ID" FROM t
SELECT ID FROM T WHERE ID = 1
SELECT 1 AS "Foo", 2 AS Foo, 3 AS "select"
SELECT count(*) FROM t TABLESAMPLE SYSTEM (100)
SELECT count(*) FROM t TABLESAMPLE BERNOULLI (100)
SELECT count(*) FROM t TABLESAMPLE BERNOULLI (0)
SELECT count(*) >= 0 FROM t TABLESAMPLE BERNOULLI (50) REPEATABLE (1)
SELECT count(*) FROM t TABLESAMPLE nosuch (1)
SELECT count(*) FROM t TABLESAMPLE SYSTEM (200)
-- one function in ROWS FROM
SELECT * FROM ROWS FROM (generate_series(1, 2), generate_series(1, 3)) AS q (a, b)
SELECT * FROM ROWS FROM (unnest(ARRAY[1,2]), unnest(ARRAY['a','b','c'])) WITH ORDINALITY
SELECT generate_series(1, 2), generate_series(1, 4)
SELECT unnest(ARRAY[1,2]), 'x'
SELECT generate_series(1, 3) AS g ORDER BY g DESC
SELECT generate_series(1, 3) + 1
SELECT * FROM generate_series(1, 3) WITH ORDINALITY
SELECT * FROM generate_series(3, 1)
SELECT * FROM generate_series(1.5, 3.5)
-- pg_typeof gives text
differs: SELECT * FROM generate_series(1, 2, 0.25)
SELECT * FROM generate_series('2024-01-01'::timestamp, '2024-01-02', '6 hours')
SELECT * FROM generate_series('2024-01-31'::date, '2024-05-01'::date, '1 month')
SELECT * FROM generate_series('2024-01-01'::timestamptz, '2024-01-03', '1 day')
SELECT count(*) FROM generate_series(1, 100000)
SELECT * FROM generate_series(NULL, 3)
SELECT * FROM generate_subscripts(ARRAY[5,6], 1)
SELECT * FROM generate_subscripts(ARRAY[5,6], 2)
SELECT unnest(a) AS x, count(*) FROM (VALUES (ARRAY[1,2,2]), (ARRAY[2,3]), (NULL), ('{}')) v(a) GROUP BY x ORDER BY x
SELECT unnest(a), count(*) AS n FROM (VALUES (ARRAY[1,2,2]), (ARRAY[2,3])) v(a) GROUP BY 1 HAVING count(*) > 1 ORDER BY unnest(a)
SELECT count(*), lower(k), unnest(a) FROM (VALUES ('A', ARRAY[1,2]), ('a', ARRAY[2])) v(k, a) WHERE k <> 'b' GROUP BY lower(k), unnest(a) ORDER BY 3, 1
SELECT regexp_split_to_table(s, ' +') AS word, count(*) FROM (VALUES ('a b a'), ('c  b')) v(s) GROUP BY word ORDER BY count DESC, word
SELECT generate_series(1, 3) AS n, count(*) GROUP BY n ORDER BY n DESC
SELECT unnest(a) AS x, count(*) FROM (VALUES (ARRAY[1,2,2], 7), (ARRAY[2,3], 8)) v(a, x) GROUP BY a, v.x ORDER BY 1, 2
SELECT DISTINCT unnest(a) AS x FROM (VALUES (ARRAY[1,2,2]), (ARRAY[2,3])) v(a) GROUP BY x ORDER BY x
SELECT unnest(a) AS x, unnest(a) AS y, count(*) FROM (VALUES (ARRAY[1,2])) v(a) GROUP BY a ORDER BY 1, 2
SELECT ARRAY['1 day'::interval, '-2 mons']::text[], ARRAY['\x01ff'::bytea]::text[], ARRAY[1.5::float8, 'NaN']::text[]
SELECT ARRAY[true, NULL]::text[], ARRAY['2024-01-02'::date]::text[], ARRAY['2024-01-02 03:04:05.6'::timestamp]::varchar[], ARRAY[1, NULL]::text[], ARRAY['{"a": 1}'::jsonb]::text[]
SELECT * FROM generate_subscripts(ARRAY[5,6], 1, true)
SELECT * FROM generate_subscripts(ARRAY[5,6], 2, false)
SELECT x, l FROM generate_series(1, 3) x LEFT JOIN (VALUES ('{1,2}'::int[], 'a'), ('{3,NULL}', 'b'), (NULL, 'c')) v(k, l) ON x = ANY (k) ORDER BY 1, 2
SELECT x, l FROM generate_series(1, 3) x JOIN (VALUES ('{1,2}'::int[], 'a'), ('{3,NULL}', 'b')) v(k, l) ON x <> ALL (k) ORDER BY 1, 2
SELECT current_date = now()::date, now() = current_timestamp, localtimestamp = now()::timestamp, clock_timestamp() IS NOT NULL, statement_timestamp() IS NOT NULL, transaction_timestamp() = now(), length(timeofday()) > 10
SELECT gen_random_uuid() <> gen_random_uuid(), length(gen_random_uuid()::text)
SELECT random() BETWEEN 0 AND 1
-- row locks are accepted and do nothing
differs: SELECT pg_typeof(1), pg_typeof('a'), pg_typeof(NULL), pg_typeof(1.5), pg_typeof(now())
SELECT id FROM t FOR UPDATE
SELECT max(id) FROM t FOR SHARE
-- row locks: what cannot be locked is refused, the rest locks nothing
SELECT id FROM t ORDER BY id FOR UPDATE
SELECT id FROM t ORDER BY id FOR SHARE OF t NOWAIT
SELECT id FROM t ORDER BY id FOR UPDATE SKIP LOCKED
SELECT count(*) FROM t FOR UPDATE
SELECT id FROM t GROUP BY id FOR UPDATE
SELECT DISTINCT id FROM t FOR UPDATE
SELECT id FROM t UNION SELECT 1 FOR UPDATE
SELECT id FROM t FOR UPDATE OF nosuch
SELECT 1 FOR UPDATE
VALUES (1) FOR UPDATE
SELECT max(id) OVER () FROM t FOR UPDATE
SELECT id FROM t WHERE id IN (SELECT t_id FROM g FOR SHARE) ORDER BY id
-- sets of groups
SELECT v, ok, count(*) FROM t GROUP BY GROUPING SETS ((v), (ok), ()) ORDER BY 1,2,3
SELECT v, count(*) FROM t GROUP BY GROUPING SETS (v, ROLLUP (v, ok)) ORDER BY 1,2
SELECT count(*) FROM t GROUP BY GROUPING SETS ((), ())
SELECT count(*) FROM t WHERE false GROUP BY GROUPING SETS ((), (v))
SELECT v, count(*) FROM t GROUP BY DISTINCT ROLLUP (v), ROLLUP (v) ORDER BY 1,2
SELECT v, grouping(v), count(*) FROM t GROUP BY CUBE (v) HAVING grouping(v) = 0 ORDER BY 1
SELECT v, ok, count(*) FROM t GROUP BY DISTINCT v, CUBE (ok, v), GROUPING SETS ((v), (v), (ok)) ORDER BY 1, 2, 3
-- several functions, rows compared with queries, samples
SELECT * FROM ROWS FROM (generate_series(1,3), generate_series(1,2)) AS x(a,b)
SELECT * FROM ROWS FROM (generate_series(1,3), unnest(ARRAY['a','b'])) WITH ORDINALITY AS x(a,b,n)
SELECT percentile_cont(ARRAY[0.25,0.5]) WITHIN GROUP (ORDER BY f) FROM t
SELECT percentile_disc(ARRAY[0.25,0.5]) WITHIN GROUP (ORDER BY id) FROM t
SELECT (1, 2) = (SELECT 1, 2)
SELECT (1, 2) < (SELECT 1, 3), (1,'a') <> (SELECT 1,'b')
SELECT (id, 1) = (SELECT 2, 1) FROM t ORDER BY id
SELECT id FROM t TABLESAMPLE BERNOULLI (100) ORDER BY id
