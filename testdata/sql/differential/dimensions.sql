-- Arrays of several dimensions.
ARRAY[[1,2],[3,4]], '{{1,2},{3,4}}'::int[], ARRAY[ARRAY[1,2],ARRAY[3,4]], '{{{1},{2}},{{3},{4}}}'::int[]
'{{a,"b c"},{NULL,"d,e"}}'::text[], ARRAY[['x','y'],['z',NULL]], ARRAY[[1.50,2.00],[3.00,4.25]], '{{t,f}}'::bool[]
'{{2024-01-01,2024-01-02}}'::date[], '{{1.50,2},{3,4}}'::numeric(5,1)[], ARRAY[[1,2],[3,4]]::text[], ARRAY[[1,2],[3,4]]::bigint[], ARRAY[[1,2]]::float8[]
ARRAY[[1,2],[3,4]]::text, '{{a,"b c"},{NULL,""}}'::text[]::text
'{{1,2},{3}}'::int[]
'{{1,2},3}'::int[]
'{1,{2}}'::int[]
'{{1,2},{}}'::int[]
'{{1,x}}'::int[]
'{{{{{{{1}}}}}}}'::int[]
'{{1,2},{3,4}'::int[]
'{{1,2}}}'::int[]
'{{1,2} {3,4}}'::int[]
'{}'::int[], ARRAY[]::int[][]
'{{}}'::int[]
'[1:2]={1,2}'::int[], '[1:2][1:1]={{1},{2}}'::int[], ' [1:2] = {3,4} '::int[]
'[1:3]={1,2}'::int[]
'[1:2]={{1,2}}'::int[]
'[1:2={1,2}'::int[]
'[a:b]={1,2}'::int[]
ARRAY[[1,2],[3]]
ARRAY[[1,2],[3,4],[5]]
ARRAY[[1,2],3]
ARRAY[[1,2],NULL]
ARRAY[ARRAY[1],NULL::int[]]
ARRAY['{1,2}'::int[], ARRAY[3,4]], ARRAY[ARRAY[]::int[], ARRAY[]::int[]]
ARRAY[[[1,2],[3,4]],[[5,6],[7,8]]]
-- subscripts and slices
SELECT a[1][2], a[2][1], a[3][1], a[0][0], a[1], a[1][1][1], a[NULL][1] FROM (SELECT ARRAY[[1,2],[3,4]] AS a) q
SELECT a[1:1], a[1:2][1:1], a[2:2][2:2], a[1:1][2], a[2][1:1], a[:][2:], a[5:6], a[1:2][3:4], a[1:1][1:1][1:1] FROM (SELECT ARRAY[[1,2],[3,4]] AS a) q
SELECT a[1][1][2], a[2:2][1:1][2:2], a[1:2] FROM (SELECT ARRAY[[[1,2],[3,4]],[[5,6],[7,8]]] AS a) q
(ARRAY[[1,2],[3,4]])[2][1], ('{{a,b},{c,d}}'::text[])[1][2], (ARRAY[1,2,3])[1][1], (ARRAY[1,2,3])[2:3][1:1]
SELECT a[i][j] FROM (SELECT ARRAY[[1,2],[3,4]] AS a) q, generate_series(1, 2) i, generate_series(1, 2) j ORDER BY i, j
-- functions
array_ndims(ARRAY[[1,2],[3,4]]), array_ndims('{{{1}}}'::int[]), array_ndims('{}'::int[]), array_dims(ARRAY[[1,2,3],[4,5,6]]), array_dims('{{{1}},{{2}}}'::int[])
array_length(ARRAY[[1,2,3],[4,5,6]], 1), array_length(ARRAY[[1,2,3],[4,5,6]], 2), array_length(ARRAY[[1,2]], 3), array_length(ARRAY[[1,2]], 0), array_length(ARRAY[[1]], NULL)
array_upper(ARRAY[[1,2,3],[4,5,6]], 2), array_lower(ARRAY[[1,2,3],[4,5,6]], 2), array_lower(ARRAY[[1,2]], 3)
cardinality(ARRAY[[1,2],[3,4]]), cardinality('{{{1,2}}}'::int[]), array_to_string(ARRAY[[1,2],[3,NULL]], ','), array_to_string(ARRAY[[1,2],[3,NULL]], ',', '*')
SELECT unnest(ARRAY[[1,2],[3,4]])
SELECT * FROM unnest('{{a,b},{c,d}}'::text[]) WITH ORDINALITY u (x, n)
SELECT generate_subscripts(ARRAY[[1,2,3],[4,5,6]], 2)
array_append(ARRAY[[1,2]], 3)
array_prepend(3, ARRAY[[1,2]])
array_cat(ARRAY[[1,2]], ARRAY[3,4]), array_cat(ARRAY[1,2], ARRAY[[3,4]]), array_cat(ARRAY[[1,2]], ARRAY[[3,4],[5,6]])
ARRAY[[1,2]] || ARRAY[3,4], ARRAY[1,2] || ARRAY[[3,4]], ARRAY[[1,2]] || '{{3,4}}', ARRAY[[1,2]] || NULL, NULL || ARRAY[[1,2]], ARRAY[[1,2]] || '{}'::int[]
ARRAY[[1,2]] || ARRAY[3]
ARRAY[[1,2]] || ARRAY[[3,4,5]]
ARRAY[[[1]]] || ARRAY[1]
array_position(ARRAY[[1,2]], 1)
array_positions(ARRAY[[1,2]], 1)
array_remove(ARRAY[[1,2]], 1)
array_replace(ARRAY[[1,2],[2,3]], 2, 9), trim_array(ARRAY[[1,2],[3,4],[5,6]], 1)
array_fill(7, ARRAY[2,3]), array_fill('x'::text, ARRAY[1,2,2]), array_fill(0, ARRAY[2,0])
width_bucket(1, ARRAY[[1,2]])
to_json(ARRAY[[1,2],[3,4]]), to_jsonb(ARRAY[['a','b']]), array_to_json(ARRAY[[1,2]]), json_build_object('a', ARRAY[[1,NULL]])
-- comparison
ARRAY[[1,2],[3,4]] = '{{1,2},{3,4}}', ARRAY[[1,2]] = ARRAY[[1,3]], ARRAY[[1,2],[3,4]] < ARRAY[[1,2],[3,5]], ARRAY[[1,2]] <> ARRAY[[2,1]]
ARRAY[[1,2],[3,4]] @> ARRAY[3], ARRAY[1,4] <@ ARRAY[[1,2],[3,4]], ARRAY[[1,2]] && ARRAY[[2,9]]
3 = ANY (ARRAY[[1,2],[3,4]]), 5 > ALL (ARRAY[[1,2],[3,4]]), 7 = ANY ('{{1,2},{3,4}}'::int[])
ARRAY[[1,2]] IS NULL, ARRAY[[1,2]] IS DISTINCT FROM ARRAY[[1,2]]
-- made of rows
SELECT array_agg(a ORDER BY a) FROM (VALUES (ARRAY[1,2]), (ARRAY[3,4])) q (a)
SELECT array_agg(a) FROM (VALUES (ARRAY[1,2]), (ARRAY[3])) q (a)
SELECT array_agg(a) FROM (VALUES (ARRAY[1,2]), (NULL)) q (a)
SELECT array_agg(a) FROM (VALUES ('{}'::int[])) q (a)
SELECT array_agg(a) FROM (SELECT ARRAY[1,2] AS a WHERE false) q
SELECT array_dims(array_agg(a)), cardinality(array_agg(a)) FROM (VALUES (ARRAY[[1,2]]), (ARRAY[[3,4]])) q (a)
SELECT ARRAY(SELECT ARRAY[id, t_id] FROM g ORDER BY id), ARRAY(SELECT ARRAY[id] FROM g WHERE false)
SELECT (SELECT array_agg(ARRAY[id, t_id] ORDER BY id) FROM g)[2][1]
SELECT ((SELECT array_agg(ARRAY[id, t_id] ORDER BY id) FROM g))[2][1]
SELECT max(a), min(a) FROM (VALUES (ARRAY[[1,2]]), (ARRAY[[3,4]])) q (a)
SELECT a FROM (VALUES (ARRAY[[1,2]]), (ARRAY[[3,4]]), (NULL)) q (a) ORDER BY a DESC
SELECT DISTINCT a FROM (VALUES (ARRAY[[1,2]]), (ARRAY[[1,2]])) q (a)
SELECT CASE WHEN id > 1 THEN ARRAY[[id]] ELSE '{{0}}' END, coalesce(NULL, ARRAY[[id]]) FROM g ORDER BY id
SELECT ARRAY[[1,2]] UNION ALL SELECT '{{3,4},{5,6}}'
WITH q AS (SELECT ARRAY[[id, t_id]] AS a FROM g) SELECT a, a[1][2] FROM q ORDER BY a
SELECT row(ARRAY[[1,2]]), row_to_json(q) FROM (SELECT ARRAY[[1,2]] AS a) q
SELECT regexp_split_to_array('a b', ' '), ARRAY[regexp_split_to_array('a b', ' '), string_to_array('c,d', ',')]
