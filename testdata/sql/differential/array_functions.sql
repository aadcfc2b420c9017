-- functions and operators of arrays
SELECT (ARRAY[1,2,3])[1]
SELECT (ARRAY[1,2,3])[2:3]
SELECT (ARRAY[1,2,3])[:2]
SELECT (ARRAY[1,2,3])[0]
SELECT array_length(ARRAY[1,2,3], 1)
SELECT cardinality(ARRAY[1,2,3])
SELECT array_ndims(ARRAY[1,2,3])
SELECT array_lower(ARRAY[1,2,3], 1)
SELECT array_upper(ARRAY[1,2,3], 1)
SELECT array_dims(ARRAY[1,2,3])
SELECT ARRAY[1,2,3] || 4
SELECT 0 || ARRAY[1,2,3]
SELECT ARRAY[1,2,3] || ARRAY[9]
SELECT ARRAY[1,2,3] || NULL
SELECT array_append(ARRAY[1,2,3], 5)
SELECT array_prepend(5, ARRAY[1,2,3])
SELECT array_cat(ARRAY[1,2,3], ARRAY[7])
SELECT array_position(ARRAY[1,2,3], 3)
SELECT array_positions(ARRAY[1,2,3], 3)
SELECT array_remove(ARRAY[1,2,3], 3)
SELECT array_replace(ARRAY[1,2,3], 3, 30)
SELECT array_to_string(ARRAY[1,2,3], ',')
SELECT array_to_string(ARRAY[1,2,3], ',', '*')
SELECT unnest(ARRAY[1,2,3])
SELECT ARRAY[1,2,3] @> ARRAY[2]
SELECT ARRAY[1,2,3] <@ ARRAY[1,2,3]
SELECT ARRAY[1,2,3] && ARRAY[3]
SELECT ARRAY[1,2,3] = ARRAY[1,2,3]
SELECT ARRAY[1,2,3] < ARRAY[2]
SELECT ARRAY[1,2,3] > '{}'
SELECT 2 = ANY (ARRAY[1,2,3])
SELECT 2 <> ALL (ARRAY[1,2,3])
SELECT 2 > ANY (ARRAY[1,2,3])
SELECT ARRAY[1,2,3]::text
SELECT ARRAY[1,2,3]::text[]
SELECT ARRAY[1,2,3]::bigint[]
SELECT to_json(ARRAY[1,2,3])
SELECT array_to_json(ARRAY[1,2,3])
SELECT ARRAY[1,2,3] IS DISTINCT FROM ARRAY[1]
SELECT trim_array(ARRAY[1,2,3], 1)
SELECT ('{}'::int[])[1]
SELECT ('{}'::int[])[2:3]
SELECT ('{}'::int[])[:2]
SELECT ('{}'::int[])[0]
SELECT array_length('{}'::int[], 1)
SELECT cardinality('{}'::int[])
SELECT array_ndims('{}'::int[])
SELECT array_lower('{}'::int[], 1)
SELECT array_upper('{}'::int[], 1)
SELECT array_dims('{}'::int[])
SELECT '{}'::int[] || 4
SELECT 0 || '{}'::int[]
SELECT '{}'::int[] || ARRAY[9]
SELECT '{}'::int[] || NULL
SELECT array_append('{}'::int[], 5)
SELECT array_prepend(5, '{}'::int[])
SELECT array_cat('{}'::int[], ARRAY[7])
SELECT array_position('{}'::int[], 3)
SELECT array_positions('{}'::int[], 3)
SELECT array_remove('{}'::int[], 3)
SELECT array_replace('{}'::int[], 3, 30)
SELECT array_to_string('{}'::int[], ',')
SELECT array_to_string('{}'::int[], ',', '*')
SELECT unnest('{}'::int[])
SELECT '{}'::int[] @> ARRAY[2]
SELECT '{}'::int[] <@ ARRAY[1,2,3]
SELECT '{}'::int[] && ARRAY[3]
SELECT '{}'::int[] = ARRAY[1,2,3]
SELECT '{}'::int[] < ARRAY[2]
SELECT '{}'::int[] > '{}'
SELECT 2 = ANY ('{}'::int[])
SELECT 2 <> ALL ('{}'::int[])
SELECT 2 > ANY ('{}'::int[])
SELECT '{}'::int[]::text
SELECT '{}'::int[]::text[]
SELECT '{}'::int[]::bigint[]
SELECT to_json('{}'::int[])
SELECT array_to_json('{}'::int[])
SELECT '{}'::int[] IS DISTINCT FROM ARRAY[1]
SELECT trim_array('{}'::int[], 1)
SELECT (ARRAY[NULL,2]::int[])[1]
SELECT (ARRAY[NULL,2]::int[])[2:3]
SELECT (ARRAY[NULL,2]::int[])[:2]
SELECT (ARRAY[NULL,2]::int[])[0]
SELECT array_length(ARRAY[NULL,2]::int[], 1)
SELECT cardinality(ARRAY[NULL,2]::int[])
SELECT array_ndims(ARRAY[NULL,2]::int[])
SELECT array_lower(ARRAY[NULL,2]::int[], 1)
SELECT array_upper(ARRAY[NULL,2]::int[], 1)
SELECT array_dims(ARRAY[NULL,2]::int[])
SELECT ARRAY[NULL,2]::int[] || 4
SELECT 0 || ARRAY[NULL,2]::int[]
SELECT ARRAY[NULL,2]::int[] || ARRAY[9]
SELECT ARRAY[NULL,2]::int[] || NULL
SELECT array_append(ARRAY[NULL,2]::int[], 5)
SELECT array_prepend(5, ARRAY[NULL,2]::int[])
SELECT array_cat(ARRAY[NULL,2]::int[], ARRAY[7])
SELECT array_position(ARRAY[NULL,2]::int[], 3)
SELECT array_positions(ARRAY[NULL,2]::int[], 3)
SELECT array_remove(ARRAY[NULL,2]::int[], 3)
SELECT array_replace(ARRAY[NULL,2]::int[], 3, 30)
SELECT array_to_string(ARRAY[NULL,2]::int[], ',')
SELECT array_to_string(ARRAY[NULL,2]::int[], ',', '*')
SELECT unnest(ARRAY[NULL,2]::int[])
SELECT ARRAY[NULL,2]::int[] @> ARRAY[2]
SELECT ARRAY[NULL,2]::int[] <@ ARRAY[1,2,3]
SELECT ARRAY[NULL,2]::int[] && ARRAY[3]
SELECT ARRAY[NULL,2]::int[] = ARRAY[1,2,3]
SELECT ARRAY[NULL,2]::int[] < ARRAY[2]
SELECT ARRAY[NULL,2]::int[] > '{}'
SELECT 2 = ANY (ARRAY[NULL,2]::int[])
SELECT 2 <> ALL (ARRAY[NULL,2]::int[])
SELECT 2 > ANY (ARRAY[NULL,2]::int[])
SELECT ARRAY[NULL,2]::int[]::text
SELECT ARRAY[NULL,2]::int[]::text[]
SELECT ARRAY[NULL,2]::int[]::bigint[]
SELECT to_json(ARRAY[NULL,2]::int[])
SELECT array_to_json(ARRAY[NULL,2]::int[])
SELECT ARRAY[NULL,2]::int[] IS DISTINCT FROM ARRAY[1]
SELECT trim_array(ARRAY[NULL,2]::int[], 1)
SELECT (NULL::int[])[1]
SELECT (NULL::int[])[2:3]
SELECT (NULL::int[])[:2]
SELECT (NULL::int[])[0]
SELECT array_length(NULL::int[], 1)
SELECT cardinality(NULL::int[])
SELECT array_ndims(NULL::int[])
SELECT array_lower(NULL::int[], 1)
SELECT array_upper(NULL::int[], 1)
SELECT array_dims(NULL::int[])
SELECT NULL::int[] || 4
SELECT 0 || NULL::int[]
SELECT NULL::int[] || ARRAY[9]
-- arrays have one dimension; NULL arrays are empty for the engine
SELECT NULL::int[] || NULL
SELECT array_append(NULL::int[], 5)
SELECT array_prepend(5, NULL::int[])
SELECT array_cat(NULL::int[], ARRAY[7])
SELECT array_position(NULL::int[], 3)
SELECT array_positions(NULL::int[], 3)
SELECT array_remove(NULL::int[], 3)
SELECT array_replace(NULL::int[], 3, 30)
SELECT array_to_string(NULL::int[], ',')
SELECT array_to_string(NULL::int[], ',', '*')
SELECT unnest(NULL::int[])
SELECT NULL::int[] @> ARRAY[2]
SELECT NULL::int[] <@ ARRAY[1,2,3]
SELECT NULL::int[] && ARRAY[3]
SELECT NULL::int[] = ARRAY[1,2,3]
SELECT NULL::int[] < ARRAY[2]
SELECT NULL::int[] > '{}'
SELECT 2 = ANY (NULL::int[])
SELECT 2 <> ALL (NULL::int[])
SELECT 2 > ANY (NULL::int[])
SELECT NULL::int[]::text
SELECT NULL::int[]::text[]
SELECT NULL::int[]::bigint[]
SELECT to_json(NULL::int[])
SELECT array_to_json(NULL::int[])
SELECT NULL::int[] IS DISTINCT FROM ARRAY[1]
SELECT trim_array(NULL::int[], 1)
SELECT (ARRAY[3,3])[1]
SELECT (ARRAY[3,3])[2:3]
SELECT (ARRAY[3,3])[:2]
SELECT (ARRAY[3,3])[0]
SELECT array_length(ARRAY[3,3], 1)
SELECT cardinality(ARRAY[3,3])
SELECT array_ndims(ARRAY[3,3])
SELECT array_lower(ARRAY[3,3], 1)
SELECT array_upper(ARRAY[3,3], 1)
SELECT array_dims(ARRAY[3,3])
SELECT ARRAY[3,3] || 4
SELECT 0 || ARRAY[3,3]
SELECT ARRAY[3,3] || ARRAY[9]
SELECT ARRAY[3,3] || NULL
SELECT array_append(ARRAY[3,3], 5)
SELECT array_prepend(5, ARRAY[3,3])
SELECT array_cat(ARRAY[3,3], ARRAY[7])
SELECT array_position(ARRAY[3,3], 3)
SELECT array_positions(ARRAY[3,3], 3)
SELECT array_remove(ARRAY[3,3], 3)
SELECT array_replace(ARRAY[3,3], 3, 30)
SELECT array_to_string(ARRAY[3,3], ',')
SELECT array_to_string(ARRAY[3,3], ',', '*')
SELECT unnest(ARRAY[3,3])
SELECT ARRAY[3,3] @> ARRAY[2]
SELECT ARRAY[3,3] <@ ARRAY[1,2,3]
SELECT ARRAY[3,3] && ARRAY[3]
SELECT ARRAY[3,3] = ARRAY[1,2,3]
SELECT ARRAY[3,3] < ARRAY[2]
SELECT ARRAY[3,3] > '{}'
SELECT 2 = ANY (ARRAY[3,3])
SELECT 2 <> ALL (ARRAY[3,3])
SELECT 2 > ANY (ARRAY[3,3])
SELECT ARRAY[3,3]::text
SELECT ARRAY[3,3]::text[]
SELECT ARRAY[3,3]::bigint[]
SELECT to_json(ARRAY[3,3])
SELECT array_to_json(ARRAY[3,3])
SELECT ARRAY[3,3] IS DISTINCT FROM ARRAY[1]
SELECT trim_array(ARRAY[3,3], 1)
SELECT array_position(ARRAY['a','b','a'], 'a', 2)
SELECT array_fill(0, ARRAY[3])
SELECT array_fill('x'::text, ARRAY[2])
SELECT array_agg(v ORDER BY v DESC NULLS LAST) FROM t
SELECT array_agg(id) FILTER (WHERE id > 3) FROM t
SELECT string_to_array('1,2', ',')::int[]
SELECT '{1,2,NULL}'::int[], '{a,"b,c","NULL"}'::text[], '{{1,2},{3,4}}'::int[]
SELECT ARRAY[ARRAY[1,2], ARRAY[3,4]]
-- arrays have one dimension; NULL arrays are empty for the engine
SELECT (ARRAY[[1,2],[3,4]])[2][1]
SELECT ARRAY[1, 2.5, NULL]
SELECT ARRAY['a', NULL, 'b c', '', 'NULL', 'x"y']
SELECT ARRAY[true, false]
SELECT ARRAY[date '2024-01-01']
SELECT ARRAY[1.50, 2.25]
SELECT ARRAY[1.5::float8, 'NaN']
SELECT ARRAY[]
SELECT ARRAY[]::text[]
SELECT ARRAY[1,'2']
SELECT ARRAY[1,'x']
SELECT ARRAY[1, true]
SELECT '{1,x}'::int[]
SELECT '{1,2'::int[]
SELECT '1,2'::int[]
SELECT x.a, x.n FROM unnest(ARRAY['a','b']) WITH ORDINALITY AS x(a, n)
SELECT * FROM unnest(ARRAY[1,2], ARRAY['a']) AS x(i, s)
SELECT array_sort(ARRAY[2,1])
SELECT id = ANY (ARRAY[1,3]) FROM t ORDER BY id
SELECT v = ANY ('{one,two}') FROM t ORDER BY id
SELECT v LIKE ANY (ARRAY['o%', '%e']) FROM t ORDER BY id
SELECT v ~ ALL (ARRAY['o', 'e']) FROM t ORDER BY id
SELECT 1 = ANY ('{1,2}'), 1 = ALL (ARRAY[1,1]), 1 = ANY (NULL::int[])
SELECT array_to_json(ARRAY[1,NULL]), row_to_json(ROW(1,'a'))
SELECT max(x) FROM unnest(ARRAY[3,1,2]) AS x
SELECT ARRAY(SELECT v FROM t WHERE v IS NOT NULL ORDER BY v)
SELECT ARRAY[1,2] || ARRAY[3] || 4
SELECT ARRAY['a'] || 'b'
SELECT ARRAY['a'] || '{b,c}'
-- arrays have one dimension; NULL arrays are empty for the engine
differs: SELECT array_cat(ARRAY[1], NULL)
-- a column has one scale for all its values
SELECT cardinality(ARRAY[[1,2],[3,4]])
SELECT (ARRAY['x','y'])[1] || 'z'
SELECT (string_to_array('a-b-c', '-'))[2]
SELECT (array_agg(id ORDER BY id))[1:2] FROM t
SELECT ARRAY[1,2,3][2]
SELECT unnest(string_to_array(v, 'o')) FROM t WHERE id = 2
SELECT array_length(ARRAY[1,2], 2)
SELECT array_ndims(ARRAY[1])
