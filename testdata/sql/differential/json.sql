SELECT row_to_json(t) FROM (SELECT 1 AS a) t
SELECT row_to_json(q), to_jsonb(q) FROM (SELECT id, n, f, txt AS "long name", v AS v, ok, d, ts, tz, iv, tm, u FROM t) q ORDER BY q.id
SELECT row_to_json(ROW(1, 'x', NULL)), to_json(1.50), to_json('a"b'::text), to_jsonb(NULL::int)
SELECT to_jsonb(ARRAY[1,2]), to_json(ARRAY[1,2]), to_jsonb(ARRAY['a,b', 'c:d', NULL])
SELECT to_jsonb(100::float8), to_json('NaN'::float8), to_jsonb(true), to_json('x'::char(3))
SELECT jsonb_agg(id ORDER BY id), json_agg(txt ORDER BY id) FROM t
SELECT jsonb_agg(q ORDER BY q.id), json_agg(q ORDER BY q.id) FROM (SELECT id, n FROM t) q
SELECT jsonb_agg(id) FROM t WHERE id > 100
SELECT '{"a":1}'::jsonb || '{}', '{"a":{"x":1},"bb":2}'::jsonb || '{"a":{"y":2},"c":null}', '[1,{"a":2}]'::jsonb || '[3]', '1'::jsonb || '2', '{"a":1}'::jsonb || '[null]', '[]'::jsonb || '"a, b"'
SELECT NULL::jsonb || '{"a":1}', '{"a":1}'::jsonb || NULL
SELECT (j || '{"z": [1, 2]}') -> 'z' FROM (SELECT '{"k": "v"}'::jsonb AS j) q
SELECT '1.0'::jsonb = '1'::jsonb, '{"a":1.50,"b":"1.0"}'::jsonb = '{"b":"1.0","a":1.5}', '{"b":"1.0"}'::jsonb <> '{"b":"1"}', '[1,2]'::jsonb = '[1, 2]', '1.05'::jsonb = '1.5'
SELECT j -> 'a' = '[1, 2]', (j -> 'a')::text, j -> 'a', j ->> 'a' FROM (SELECT '{"a": [1, 2]}'::jsonb AS j) q
SELECT '1'::jsonb IS DISTINCT FROM '1.00'::jsonb, '1'::jsonb IN ('2', '1.0')
SELECT '1'::jsonb < '2'::jsonb
SELECT * FROM jsonb_array_elements('[1,{"a":[2,3]},null]')
SELECT * FROM json_array_elements_text('["x",null]') AS e
SELECT e.value FROM jsonb_array_elements_text('["x","y"]') e
SELECT x.v FROM jsonb_array_elements('[1,2]') AS x(v)
SELECT value, ordinality FROM jsonb_array_elements('[1,2]') WITH ORDINALITY
SELECT coalesce(j -> 'a', j), CASE WHEN true THEN j -> 'a' END, coalesce(j -> 'a', j) = '[1,2]' FROM (SELECT '{"a":[1,2]}'::jsonb AS j) q
