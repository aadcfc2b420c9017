-- an array has one scale for all its elements
differs: ARRAY[1,2.5]
ARRAY[1,2,3], ARRAY['a','b'], '{1,2,3}'::int[], '{a,"b c",NULL}'::text[], ARRAY[]::int[], '{}'::text[]
(ARRAY[1,2,3])[2], (ARRAY[1,2,3])[5], (ARRAY[1,2,3])[0], (ARRAY[1,2,3])[-1], (ARRAY[1,2,3])[2:3], (ARRAY[1,2,3])[:2], (ARRAY[1,2,3])[2:], (ARRAY[1,2,3])[3:1]
('{1,2,3}'::int[])[id] FROM t ORDER BY id
ARRAY[1,2] || ARRAY[3], ARRAY[1,2] || 3, 0 || ARRAY[1,2], ARRAY['a'] || 'b'::text, ARRAY[1] || NULL
array_length(ARRAY[1,2,3], 1), cardinality(ARRAY[1,2]), array_length('{}'::int[], 1), array_upper(ARRAY[1,2], 1), array_lower(ARRAY[1,2], 1), array_ndims(ARRAY[1])
array_append(ARRAY[1], 2), array_prepend(0, ARRAY[1]), array_cat(ARRAY[1], ARRAY[2]), array_position(ARRAY[1,2,3], 2), array_position(ARRAY[1], 9), array_remove(ARRAY[1,2,1], 1), array_replace(ARRAY[1,2,1], 1, 5)
1 = ANY(ARRAY[1,2]), 3 = ANY(ARRAY[1,2]), NULL = ANY(ARRAY[1]), 3 = ANY(ARRAY[1,NULL]), 1 <> ALL(ARRAY[2,3]), 2 > ALL('{1,1}'::int[]), 5 = ANY('{1,5}'::int[]), 5 = ANY('{1,5}')
id = ANY('{1,3}') FROM t ORDER BY id
id = ANY(ARRAY[s, 3]) FROM t ORDER BY id
txt = ANY('{alpha,Beta}') FROM t ORDER BY id
txt LIKE ANY(ARRAY['a%', '%delta']) FROM t ORDER BY id
ARRAY[1,2] && ARRAY[2,3], ARRAY[1,2] @> ARRAY[1], ARRAY[1] <@ ARRAY[1,2], ARRAY[1,2] = ARRAY[1,2], ARRAY[1,2] < ARRAY[1,3]
ARRAY(SELECT id FROM t ORDER BY id), ARRAY(SELECT id FROM t WHERE false)
array_agg(id ORDER BY id DESC), array_agg(txt ORDER BY id), array_agg(DISTINCT v ORDER BY v) FROM t
unnest(ARRAY[1,2,3])
unnest(ARRAY[1,2]), generate_series(1,3)
generate_series(1, 3), generate_series(5, 1, -2)
generate_series(1, 3) * 2
* FROM generate_series(1, 5)
* FROM generate_series(1, 10, 3) AS g
* FROM generate_series(1, 3) AS g(x)
* FROM generate_series(date '2024-01-01', date '2024-01-03', interval '1 day')
* FROM generate_series(timestamp '2024-01-01', timestamp '2024-01-02', interval '12 hours') x
* FROM generate_series(1, 3, 0)
* FROM generate_series(1.0, 2.0, 0.5)
* FROM unnest(ARRAY['a','b']) WITH ORDINALITY AS u(v, n)
* FROM unnest(ARRAY[1,2], ARRAY['a','b','c']) AS u(a, b)
t.id, x FROM t, unnest(ARRAY[t.id, t.id * 10]) AS x WHERE t.id < 3 ORDER BY 1, 2
t.id, g FROM t, generate_series(1, t.id) AS g WHERE t.id < 4 ORDER BY 1, 2
t.id, g FROM t LEFT JOIN LATERAL generate_series(1, t.s) AS g ON true ORDER BY 1, 2
string_to_array(txt, ' ') FROM t ORDER BY id
array_to_string(string_to_array('1,2,3', ','), '-'), (string_to_array('a b', ' '))[1]
'{1,2'::int[]
'{x}'::int[]
ARRAY[1,'x']
ARRAY[1, NULL], ARRAY[NULL]::int[]
ARRAY[[1,2],[3,4]]
ARRAY[1,2]::text[], ARRAY['1','2']::int[], ARRAY[1,2]::text
unnest(1)
id[1] FROM t
ROW(1,2) = ROW(1,2), (1,2) < (1,3), (1,2) IN ((1,2),(3,4)), (id, s) = (1, 1), (1, NULL) IS NULL, ROW(NULL, NULL) IS NULL FROM t ORDER BY id
(id, s) IN (SELECT id, s FROM t WHERE id < 3) FROM t ORDER BY id
-- ANY and ALL of arrays that are NULL, hold NULL, or nothing
SELECT x, x = ANY(a), x <> ALL(a), NOT (x = ANY(a)), x < ANY(a), x >= ALL(a) FROM (VALUES (1, NULL::int[]), (2, '{1,NULL}'), (NULL, '{1}'), (3, '{}'), (1, '{1,2}')) v(x, a) ORDER BY 1, 2, 3, 4
SELECT x FROM (VALUES (1, NULL::int[]), (2, '{1,NULL}'), (3, '{}'), (4, '{5}')) v(x, a) WHERE NOT (x = ANY(a)) ORDER BY 1
SELECT x FROM (VALUES (1, NULL::text[]), (2, '{b}'), (3, '{}')) v(x, a) WHERE 'a' <> ALL(a) ORDER BY 1
SELECT count(*) FROM (VALUES (1, NULL::int[]), (2, '{2}')) v(x, a) JOIN (VALUES (1), (2)) w(y) ON NOT (y = ANY(a))
