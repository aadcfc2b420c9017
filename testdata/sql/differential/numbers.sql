-- integers
1/2, -7/2, 7/-2, -7 % 2, 7 % -2
1/0
1 % 0
1::bigint / 0
1::smallint / 2::smallint
id / s FROM t WHERE s IS NOT NULL ORDER BY id
id / (s - 1) FROM t ORDER BY id
b / id, b % id, id * b, s + 1, s * s, s + id, id - b FROM t ORDER BY id
2147483647 + 1
2147483647::bigint + 1
32767::smallint + 1::smallint
(-2147483648)::int / -1
-9223372036854775808
9223372036854775807 + 1
9223372036854775808
'5'::int / 2
'7' / 2
7 / '2'
'1' + '2'
1 + '2'
1 + 'x'
-s, -id, -b, -f, -n FROM t ORDER BY id
+5, -(-5), - 5
5 & 3, 5 | 3, 5 # 3, ~5, 1 << 4, 256 >> 2
1 << 31
abs(-5), abs(-5.5), abs(-5::smallint), abs(f), @ -5.5 FROM t ORDER BY id
mod(7, 3), mod(-7, 3), mod(7.5, 2), mod(7, 0)
mod(7, 0)
gcd(12, 18), lcm(4, 6), factorial(5)
-- numeric
1.5 + 2, 1.5 * 2.25, 1.50 - 0.25, 10.0 / 4
1.0 / 3, 2.0 / 3, 10 / 4.0, 1 / 3.0
1.0 / 0
0.1 + 0.2
n / 3, n * n, n + 1, n - 0.5, n % 3 FROM t ORDER BY id
n / id, n / n FROM t WHERE n <> 0 ORDER BY id
n / (id - 1) FROM t ORDER BY id
round(2.5), round(-2.5), round(3.5), round(1.005, 2), round(1234.567, -2), round(5)
round(n, 1), round(n), trunc(n, 1), trunc(n), ceil(n), floor(n), sign(n) FROM t ORDER BY id
round(1.5, 3), trunc(1.567, 2), trunc(-1.5)
round(f), trunc(f), ceil(f), floor(f), sign(f) FROM t ORDER BY id
round(f::numeric, 1) FROM t ORDER BY id
round(2.5::float8), round(3.5::float8), round(-0.5::float8)
round(1.5::float8, 1)
ceil(1.2), floor(-1.2), ceiling(1.2), ceil(5)
1e3, 1.5e3, 1e-3, 1.e2
12345678901234567890.123456789
0.000001 * 0.000001
123456789.123456789 * 987654321.987654321
div(7, 2), div(-7.5, 2)
scale(1.50)
-- floats
1.5::float8 / 0
f / 3, f * 2, f + 1, f - r, r * 2, r / 3 FROM t ORDER BY id
f / (id - 1) FROM t ORDER BY id
f + n, f * id, r + id FROM t ORDER BY id
0.1::float8 + 0.2::float8
1::float8 / 3, 1::real / 3
'NaN'::float8 = 'NaN'::float8, 'Infinity'::float8 > 1
2 ^ 3, 2.0 ^ 3, 2 ^ 0.5, 2 ^ -1
power(2, 3), power(2.0, 3), sqrt(2), sqrt(2.0), exp(1), exp(1.0), ln(2), ln(2.0), log(100), log(100.0), log(2.0, 8.0), log10(1000), cbrt(27)
sqrt(-1)
sqrt(-1.0)
ln(0)
ln(-1.0)
log(0)
power(0, -1)
power(-8, 0.5)
pi(), degrees(pi()), radians(180), sin(0), cos(0), atan2(1, 1)
width_bucket(5.35, 0.024, 10.06, 5)
|/ 16, ||/ 27
to_hex(255), to_hex(-1)
-- comparisons and casts
1 = 1.0, 1 < 1.5, 1 = '1', 1.5 > '1.4', f > 0.5, f = 1.5, r = 4.25, n > 12, n = 12.34 FROM t ORDER BY id
id = 'x' FROM t
id = txt FROM t
txt = 1 FROM t
ok = 1 FROM t
greatest(1, 2.5, 3), least(1, NULL, 3), greatest(s, b), coalesce(NULL, 1), coalesce(s, 1.5), nullif(1, 1), nullif(1, 2) FROM t ORDER BY id
coalesce(1, 'x')
coalesce(id, txt) FROM t
CASE WHEN true THEN 1 ELSE 2.5 END, CASE 1 WHEN 1 THEN 'a' WHEN 2 THEN 'b' END, CASE WHEN false THEN 1 END
CASE WHEN id > 2 THEN s ELSE b END FROM t ORDER BY id
CASE WHEN id <> 0 THEN 10 / id ELSE 0 END FROM t ORDER BY id
1::bool, 0::bool, true::int, 5::text, 1.5::text, true::text
2.5::float8::int, 3.5::float8::int, -2.5::float8::int, 2.5::numeric::int, 3.5::numeric::int, (-2.5)::numeric::int
'42'::int, ' 42 '::int, '-7'::smallint, '1.5'::numeric, '1e3'::float8, '1.50'::numeric(10,3)
'x'::int
'4.5'::int
''::int
'99999999999'::int
100000::smallint
1e10::int
1234.567::numeric(6,2), 1234.565::numeric(6,2), 2.675::float8::numeric(10,2)
12345.6::numeric(4,2)
f::int, f::numeric, f::text, r::text, n::int, n::float8, n::text, b::int, s::bigint, id::text FROM t ORDER BY id
(f * 1000000)::text FROM t ORDER BY id
1e15::float8::text, 123456789012::float8::text, 1e-5::float8::text, 0.1::float8::text, 100::float8::text
'abc'::float8
'1e400'::float8
1::numeric, 1::numeric(5,2), 0.5::int, 1.5::bigint
cast(1 as decimal), cast('2' as integer), int '5', float8 '1.5', bigint '7'
-- the grammar is that of a later PostgreSQL
differs: 0x1F, 1_000
id::bool FROM t ORDER BY id
txt::int FROM t WHERE id = 1
