-- Equal jsonb values are one, whatever zeros end their numbers.
'1.0'::jsonb = '1', '{"a": 1.0}'::jsonb = '{"a": 1}', '[1, 2.50]'::jsonb = '[1.0, 2.5]', '"1"'::jsonb = '1', '1.0'::jsonb IN ('1', '2')
SELECT count(DISTINCT j) FROM (VALUES ('1'::jsonb), ('1.0'), ('2'), (NULL)) q (j)
SELECT count(*) FROM (SELECT DISTINCT j FROM (VALUES ('1'::jsonb), ('1.0'), ('2'), ('{"a": 1}'), ('{"a": 1.00}'), (NULL)) q (j)) x
SELECT DISTINCT j FROM (VALUES ('3'::jsonb), ('1'), ('2'), ('1'), (NULL)) q (j) ORDER BY j
SELECT DISTINCT j, n FROM (VALUES ('3'::jsonb, 1), ('1', 2), ('1', 2), ('1', 3)) q (j, n) ORDER BY 1, 2
SELECT count(*) FROM (VALUES ('1'::jsonb), ('1.0'), ('2'), ('1.00'), (NULL), (NULL)) q (j) GROUP BY j ORDER BY 1
SELECT j, count(*) FROM (VALUES ('3'::jsonb), ('10'), ('3'), ('"a"'), (NULL)) q (j) GROUP BY j ORDER BY j
SELECT j AS k, sum(n) FROM (VALUES ('3'::jsonb, 1), ('10', 2), ('3', 3)) q (j, n) GROUP BY k ORDER BY k
SELECT j, sum(n) FROM (VALUES ('3'::jsonb, 1), ('10', 2), ('3', 3)) q (j, n) GROUP BY 1 ORDER BY 2
SELECT j -> 'a', count(*) FROM (VALUES ('{"a": 1}'::jsonb), ('{"a": 1}'), ('{"a": 2}')) q (j) GROUP BY j -> 'a' ORDER BY 1
SELECT j, count(*) FROM (VALUES ('3'::jsonb), ('10'), ('3')) q (j) GROUP BY j HAVING j > '5' ORDER BY 1
SELECT j ->> 'a' FROM (VALUES ('{"a": 1}'::jsonb), ('{"a": 1}')) q (j) GROUP BY j
SELECT j, count(*), grouping(j) FROM (VALUES ('3'::jsonb), ('10'), ('3')) q (j) GROUP BY ROLLUP (j) ORDER BY 3, 2
SELECT upper(j::text), count(*) FROM (VALUES ('3'::jsonb), ('3')) q (j) GROUP BY j
SELECT n, j, rank() OVER (ORDER BY j) FROM (VALUES (1, '10'::jsonb), (2, '9'), (3, '9.0'), (4, '"a"'), (5, NULL)) q (n, j) ORDER BY n
SELECT n, row_number() OVER (PARTITION BY j ORDER BY n) FROM (VALUES (1, '10'::jsonb), (2, '10.0'), (3, '9')) q (n, j) ORDER BY n
SELECT DISTINCT ON (j) n FROM (VALUES (1, '10'::jsonb), (2, '10.0'), (3, '9')) q (n, j) ORDER BY j, n
SELECT a.n, b.n FROM (VALUES (1, '1.0'::jsonb)) a (n, j) JOIN (VALUES (2, '1'::jsonb)) b (n, j) ON a.j = b.j
SELECT CASE '1.0'::jsonb WHEN '1' THEN 'same' ELSE 'other' END, nullif('1.0'::jsonb, '1')
SELECT json_each(j::json) FROM (VALUES ('{"a": 1}'::jsonb)) q (j) GROUP BY j
