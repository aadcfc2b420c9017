-- Row values: their text, fields, comparison, NULL tests, order, arrays of them and what JSON makes of them.
row(1, 'a')
row(1)
row(1, NULL, '', 'a b', 'a,b', '(x)', 'q"r', 'b\s', NULL)
(1, 2, 3)
row(1.50, 2::numeric(5,1), 1.0/3)
row(true, false, 'x'::char(3), 1.5::float8, 'NaN'::float8)
row('2024-01-02'::date, '2024-01-02 03:04:05'::timestamp, '2024-01-02 03:04:05+00'::timestamptz, interval '1 month 2 days')
row(ARRAY[1,2], ARRAY['a','b c'], '{"a": 1}'::jsonb, '\x01ff'::bytea)
row(row(1, 2), row('x', row(3)))
row(1, 'a')::text
row(true, 'x'::char(3), NULL, '', ARRAY['a','b c'])::text
row(row(1, 'a b'), 2)::text
row(1, 2)::varchar
SELECT t FROM t ORDER BY id
SELECT g FROM g ORDER BY id
SELECT t::text FROM t ORDER BY id
SELECT g.* FROM g ORDER BY id LIMIT 1
SELECT (g).label, (g).amount FROM g ORDER BY (g).id
SELECT (g).* FROM g ORDER BY id
SELECT (q.r).id, (q.r).label FROM (SELECT g AS r FROM g) q ORDER BY 1
SELECT (q.r).* FROM (SELECT g AS r FROM g) q ORDER BY 1
SELECT q.r FROM (SELECT g AS r FROM g) q ORDER BY q.r
SELECT q FROM (SELECT 1 AS a, 'x' AS b) q
SELECT (row(4, 5.0)).f3
SELECT (row(1, 2)).*
SELECT (1).f1
SELECT (q.x).a FROM (SELECT p AS x FROM (VALUES (1, 2)) p (a, b)) q
SELECT (q.x).nosuch FROM (SELECT p AS x FROM (VALUES (1, 2)) p (a, b)) q
SELECT nosuch(g) FROM g
-- comparison
row(1, 2) = row(1, 2), row(1, 2) < row(1, 3), row(1, NULL) = row(1, 2), row(2, NULL) = row(1, 2), row(1, NULL) < row(2, 1)
row(1, 2) <> row(1, 3), row(1, 'a') >= row(1, 'b'), (1, 2) IS DISTINCT FROM (1, NULL), (1, NULL) IS NOT DISTINCT FROM (1, NULL)
row(1, 2) = row(1, 2, 3)
row(1, 2) BETWEEN row(1, 1) AND row(1, 3)
(1, 2) IN ((1, 2), (3, 4)), (1, 2) NOT IN ((1, 3)), (1, NULL) IN ((1, 2)), (2, NULL) IN ((1, 2))
(1, 2) = (SELECT 1, 2), (1, 2) < (SELECT 1, 3), (1, NULL) = (SELECT 1, 2)
(1, 2) = (SELECT 1, 2 WHERE false)
(1, 2) = (SELECT 1, 2, 3)
(1, 2) = (SELECT 1)
(1, 2) <> (SELECT id, 2 FROM t WHERE id = 3)
row(1, row(2, 3)) = row(1, row(2, 3)), row(1, row(2, 3)) < row(1, row(2, 4))
SELECT g = g, g <> g, g < g, g >= g FROM g ORDER BY id
SELECT a.id, b.id FROM g a, g b WHERE a < b ORDER BY 1, 2
SELECT a.id FROM g a JOIN g b ON a = b ORDER BY 1
SELECT q.a = q.b, q.a < q.b FROM (SELECT row(1, NULL::int) AS a, row(1, NULL::int) AS b) q
SELECT q.a = q.b, q.a < q.b, q.a > q.b FROM (SELECT row(1, NULL::int) AS a, row(1, 5) AS b) q
SELECT q.a = q.b FROM (SELECT row(1, 2) AS a, row(1, 2, 3) AS b) q
SELECT q.a = q.b FROM (SELECT row(1, 2) AS a, row(1, 'x') AS b) q
SELECT id FROM g WHERE (id, t_id) > (1, 1) ORDER BY id
SELECT id FROM g WHERE (id, label) IN (SELECT id, label FROM g WHERE id < 3) ORDER BY id
SELECT id FROM t WHERE (id, v) = (SELECT 2, 'two') ORDER BY id
-- NULL
row(1, NULL) IS NULL, row(1, NULL) IS NOT NULL, row(NULL, NULL) IS NULL, row(NULL, NULL) IS NOT NULL, row(1, 2) IS NOT NULL
row(NULL, row(NULL, NULL)) IS NULL
SELECT id, g IS NULL, g IS NOT NULL FROM g ORDER BY id
SELECT q.r IS NULL, q.r IS NOT NULL FROM (VALUES (row(1, NULL::int)), (row(NULL::int, NULL::int)), (NULL), (row(1, 2))) q (r)
SELECT a.id, b FROM g a LEFT JOIN t b ON b.id = a.t_id AND b.id = 1 ORDER BY a.id
SELECT a.id, b IS NULL, b IS NOT NULL, b.id FROM g a LEFT JOIN g b ON b.id = a.id + 2 ORDER BY a.id
SELECT a.id, row_to_json(b) FROM g a LEFT JOIN g b ON b.id = a.id + 2 ORDER BY a.id
SELECT a.id, to_jsonb(b) FROM g a LEFT JOIN g b ON b.id = a.id + 2 ORDER BY a.id
SELECT a.id, (b).label FROM g a LEFT JOIN g b ON b.id = a.id + 2 ORDER BY a.id
SELECT count(g), count(*), count(DISTINCT g) FROM g
SELECT count(b) FROM g a LEFT JOIN g b ON b.id = a.id + 2
SELECT coalesce(b, a) FROM g a LEFT JOIN g b ON b.id = a.id + 2 ORDER BY a.id
-- order, grouping, sets
SELECT row(id, label) FROM g ORDER BY row(label, id)
SELECT row(label, id) FROM g ORDER BY 1 DESC
SELECT (label, id) AS r FROM g ORDER BY r
SELECT DISTINCT row(t_id, 1) FROM g ORDER BY 1
SELECT row(label, 1), count(*) FROM g GROUP BY row(label, 1) ORDER BY 1
SELECT CASE WHEN id > 2 THEN row(id, 'x') ELSE row(0, 'y') END FROM g ORDER BY id
SELECT g FROM g EXCEPT SELECT g FROM g WHERE id > 1
-- arrays of them
ARRAY[row(1, 'a'), row(2, 'b c')]
ARRAY[row(1, 2), NULL]
SELECT array_agg(g ORDER BY id) FROM g
SELECT array_agg(row(id, label) ORDER BY id) FROM g
SELECT array_agg((id, label) ORDER BY id DESC)::text FROM g
SELECT ARRAY(SELECT row(id, label) FROM g ORDER BY id)
SELECT (array_agg(row(id, label) ORDER BY id))[2] FROM g
SELECT ((array_agg(g ORDER BY id))[2]).label FROM g
SELECT unnest(ARRAY[row(1, 'a'), row(2, 'b')])
SELECT array_length(array_agg(g), 1) FROM g
row(1, 2) = ANY (ARRAY[row(1, 2), row(3, 4)])
SELECT array_agg(g)::text FROM g WHERE false
-- JSON
row_to_json(row(1, 'a', NULL)), to_jsonb(row(1, 'a')), to_json(row(row(1, 2), ARRAY[1, 2]))
SELECT row_to_json(g), to_jsonb(g) FROM g ORDER BY id
SELECT row_to_json(q) FROM (SELECT id, label FROM g ORDER BY id) q
SELECT json_agg(g ORDER BY id) FROM g
SELECT jsonb_agg(row(id, label) ORDER BY id) FROM g
SELECT to_json(array_agg(g ORDER BY id)) FROM g
SELECT to_jsonb(q.r) FROM (SELECT g AS r FROM g ORDER BY id) q
SELECT json_build_object('g', g, 'r', row(1, 2)) FROM g ORDER BY id
SELECT row_to_json((SELECT q FROM (SELECT g.id, g.label) q)) FROM g ORDER BY id
SELECT row_to_json((g.id, g.label)) FROM g ORDER BY id
-- functions of rows
SELECT json_each('{"a": 1, "b": "x y"}')
SELECT (json_each('{"a": 1, "b": null}')).key
SELECT jsonb_each_text('{"a": 1}')
SELECT e FROM jsonb_each('{"a": 1, "b": {"c": 2}}') e
SELECT (e).key, (e).value FROM jsonb_each('{"a": 1}') e
SELECT min(g) FROM g
SELECT sum(g) FROM g
SELECT g + 1 FROM g
SELECT upper(g) FROM g
SELECT g::int FROM g
SELECT pg_typeof(row(1, 2))::text
SELECT concat(row(1, 2), 'x'), row(1, 2) || 'x'
SELECT format('%s', row(1, 'a b'))
SELECT length(g::text), md5(g::text) FROM g ORDER BY id
SELECT string_agg(g::text, ';' ORDER BY id) FROM g
SELECT (SELECT row(1, 2)), (SELECT g FROM g WHERE id = 1), (SELECT g FROM g WHERE false)
SELECT (SELECT g FROM g WHERE id = 1) IS NULL, (SELECT g FROM g WHERE false) IS NULL
SELECT lag(g) OVER (ORDER BY id), first_value(row(id, label)) OVER (ORDER BY id) FROM g ORDER BY id
SELECT (SELECT (g).label FROM g WHERE id = 2)
WITH q AS (SELECT g FROM g) SELECT g, (g).id FROM q ORDER BY 1
SELECT round(x, 5) FROM (SELECT n / 3 AS x FROM t) q ORDER BY 1
SELECT (row(1, 'a'::text)).f1, (row(1, 'a'::text)).f2
SELECT row(1, 'a'::text) UNION SELECT row(1, 'a'::text) UNION ALL SELECT row(2, 'b'::text) ORDER BY 1
SELECT r FROM (VALUES (row(2, 'a'::text)), (row(1, 'b'::text)), (row(1, NULL::text)), (NULL), (row(NULL::int, 'z'::text))) q (r) ORDER BY r
SELECT r FROM (VALUES (row(2, 'a'::text)), (row(1, 'b'::text)), (row(1, NULL::text)), (NULL), (row(NULL::int, 'z'::text))) q (r) ORDER BY r DESC
SELECT ARRAY[g, NULL] FROM g ORDER BY id
SELECT unnest(array_agg(g ORDER BY id)) FROM g
SELECT u.label, (u).amount, row_to_json(u) FROM unnest((SELECT array_agg(g ORDER BY id) FROM g)) u
SELECT array_agg(g ORDER BY id) FILTER (WHERE id > 2), (array_agg(g ORDER BY id))[2:3] FROM g
