'a' || 'b', 'a' || 1, 1 || 'a', 'a' || NULL, 'a' || 1.5, 'a' || true, 'x' || d FROM t WHERE id = 1
1 || 2
txt || v, txt || ch || '|', ch || '|' FROM t ORDER BY id
length(txt), length(ch), char_length(v), octet_length('äb'), bit_length('a') FROM t ORDER BY id
lower('ABC'), upper('abc'), initcap('hello wORLD foo-bar'), reverse('abc')
substring('abcdef', 2), substring('abcdef', 2, 3), substring('abcdef' from 2 for 3), substring('abcdef', -1, 3), substring('abcdef', 0), substr('abcdef', 3), substring('abcdef' for 2)
substring('abc', 1, -1)
substring('foobar' from 'o.b'), substring('foobar' from 'o(.)b'), substring('foobar' from 'x')
position('b' in 'abc'), strpos('abc', 'c'), strpos('abc', 'x')
trim('  a '), trim(both 'x' from 'xxaxx'), ltrim('xxa', 'x'), rtrim('axx', 'x'), btrim('xyaxy', 'xy'), trim(leading from '  a'), trim(trailing 'a' from 'bcaa')
replace('abcabc', 'b', 'X'), replace('abc', '', 'x'), translate('12345', '143', 'ax')
left('abc', 2), left('abc', -1), right('abc', 2), right('abc', -1), left('abc', 0)
lpad('a', 3), lpad('a', 3, 'xy'), rpad('a', 3, 'xy'), lpad('abc', 2), lpad('a', -1), lpad('a', 3, '')
repeat('ab', 3), repeat('a', -1), repeat('', 5)
split_part('a,b,c', ',', 2), split_part('a,b,c', ',', -1), split_part('a,b', ',', 5), split_part('abc', '', 1)
split_part('a', ',', 0)
concat('a', NULL, 1, true), concat_ws(',', 'a', NULL, 'b'), concat_ws(',', 1, 2.5)
md5('hello'), ascii('A'), chr(65), chr(228), ascii('ä'), ascii('')
chr(0)
starts_with('abc', 'ab'), 'abc' ^@ 'b'
quote_literal('a''b'), quote_literal('a\b'), quote_ident('abc'), quote_ident('Abc'), quote_nullable(NULL)
encode('\xDEADBEEF', 'hex'), decode('DEADBEEF', 'hex'), encode('abc', 'base64'), '\x4142'::bytea, length('\x4142'::bytea), 'abc'::bytea
string_to_array('a,b,c', ','), string_to_array('a,b', NULL), string_to_array('', ','), array_to_string(ARRAY[1,NULL,3], ','), array_to_string(ARRAY['a',NULL], ',', '*')
overlay('abcdef' placing 'XX' from 2), overlay('abcdef' placing 'XX' from 2 for 1)
-- patterns
'abc' ~ 'b', 'abc' ~ '^b', 'abc' ~* 'B', 'abc' !~ 'x', 'abc' !~* 'B', txt ~ 'a$' FROM t ORDER BY id
'a.c' ~ 'a\.c', E'a\nc' ~ 'a.c', 'foo bar' ~ '\mbar', 'foobar' ~ '\mbar'
'abc' LIKE 'a%', 'abc' LIKE '_b_', 'abc' NOT LIKE 'x%', 'ABC' ILIKE 'a%', 'a%c' LIKE 'a\%c', 'abc' LIKE 'a\%c', 'a_c' LIKE 'a!_c' ESCAPE '!', 'abc' ~~ 'a%'
txt LIKE '%a', txt ILIKE 'b%', txt LIKE v || '%' FROM t ORDER BY id
'abc' SIMILAR TO 'a%', 'abc' SIMILAR TO '%(b|d)%', 'abc' SIMILAR TO 'b', 'a.c' SIMILAR TO 'a.c', 'abc' SIMILAR TO 'a.c', 'abc' NOT SIMILAR TO 'abc', 'aaa' SIMILAR TO 'a{3}'
regexp_replace('abcabc', 'b', 'X'), regexp_replace('abcabc', 'b', 'X', 'g'), regexp_replace('ABC', 'b', 'x', 'i'), regexp_replace('abc', '(b)', '[\1]')
regexp_split_to_array('a1b2c', '[0-9]'), regexp_match('foobar', 'o+'), regexp_like('abc', 'B', 'i')
-- types
'abcdef'::varchar(3), 'ab'::char(4), 'ab'::char(4) || '|', 'abcdef'::char(3), 'ab'::char(4) = 'ab', length('ab '::char(4)), cast('x' as "char")
'abc'::text COLLATE "C" < 'abd'
txt COLLATE "C" FROM t ORDER BY txt COLLATE "C"
'a' < 'B', 'a' = 'a ', 'a'::char(3) = 'a '::char(5)
't'::bool, 'yes'::bool, 'on'::bool, 'off'::bool, '0'::bool, ' true '::bool, 'f'::boolean
'maybe'::bool
txt::bool FROM t WHERE id = 1
NULL, NULL::int, 'x', 'x'::unknown
ok, NOT ok, ok IS TRUE, ok IS NOT TRUE, ok IS FALSE, ok IS UNKNOWN, ok IS NOT UNKNOWN, ok AND true, ok OR true, ok = true FROM t ORDER BY id
txt FROM t ORDER BY txt
txt FROM t ORDER BY txt DESC
v, count(*) FROM t GROUP BY v ORDER BY v
txt IS NULL, txt IS NOT NULL, txt IS DISTINCT FROM v, txt IS NOT DISTINCT FROM NULL FROM t ORDER BY id
lower(5)
upper(true)
nosuch(1)
lower()
nocol FROM t
t.nocol FROM t
x.id FROM t
id FROM nosuch
id FROM t, g
'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid = u FROM t ORDER BY id
'zz'::uuid
'{"a": 1}'::json ->> 'a', '{"a": {"b": 12}}'::jsonb -> 'a' ->> 'b', '[1,2,3]'::json ->> 1, '{"a":{"b":2}}'::json #>> '{a,b}', json_array_length('[1,2]')
-- jsonb is kept as it was written
'{"a": [1,2]}'::jsonb ->> 'a'
SELECT string_agg('a', NULL) FROM generate_series(1, 3)
SELECT string_agg(txt, v ORDER BY id), string_agg(v, txt ORDER BY id), string_agg(v, NULL::text ORDER BY id DESC) FROM t
SELECT string_agg(txt, v) FILTER (WHERE id > 100), string_agg(txt, v) FILTER (WHERE id = 3) FROM t
SELECT octet_length(ch), octet_length('ab'::char(4)), octet_length(v), octet_length(txt), octet_length('ä') FROM t ORDER BY id
SELECT id, ch LIKE 'x', ch LIKE 'x    ', ch LIKE 'x%', ch LIKE '____', ch LIKE '_____', ch NOT LIKE 'x', ch ILIKE 'X', v LIKE ch, ch LIKE ch FROM t ORDER BY id
SELECT 'ab'::char(4) LIKE 'ab', 'ab'::char(4) LIKE 'ab  ', ch ~ '^x$', ch ~ 'x +$', bit_length(ch) FROM t ORDER BY id
SELECT regexp_match('foobar','(o+)(b)'), regexp_match('foobar','o+'), regexp_match('foobar','x'), regexp_match('foobar','(?:o+)(b)'), regexp_match('foobar','(o(o))(z)?'), regexp_match('a(b','\('), regexp_match('ab', '[(]|(b)')
SELECT regexp_match(txt, '([a-z])(.)'), regexp_match(txt, 'a$'), regexp_match(NULL, 'a'), regexp_match(txt, v) FROM t ORDER BY id
SELECT regexp_match('ab', 'a(x*)?b')
SELECT regexp_match('foobar', p) FROM (VALUES ('(o+)(b)')) AS q (p)
