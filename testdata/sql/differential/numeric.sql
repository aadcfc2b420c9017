-- arithmetic of numerics, and the digits it gives
1 / 3, 1 + 3, 1 * 3, 1 - 3, 1 % 3
1 / 7.0, 1 + 7.0, 1 * 7.0, 1 - 7.0, 1 % 7.0
1 / 0.25, 1 + 0.25, 1 * 0.25, 1 - 0.25, 1 % 0.25
1 / 1000, 1 + 1000, 1 * 1000, 1 - 1000, 1 % 1000
1 / -4, 1 + -4, 1 * -4, 1 - -4, 1 % -4
-1 / 3, -1 + 3, -1 * 3, -1 - 3, -1 % 3
-1 / 7.0, -1 + 7.0, -1 * 7.0, -1 - 7.0, -1 % 7.0
-1 / 0.25, -1 + 0.25, -1 * 0.25, -1 - 0.25, -1 % 0.25
-1 / 1000, -1 + 1000, -1 * 1000, -1 - 1000, -1 % 1000
-1 / -4, -1 + -4, -1 * -4, -1 - -4, -1 % -4
0 / 3, 0 + 3, 0 * 3, 0 - 3, 0 % 3
0 / 7.0, 0 + 7.0, 0 * 7.0, 0 - 7.0, 0 % 7.0
0 / 0.25, 0 + 0.25, 0 * 0.25, 0 - 0.25, 0 % 0.25
0 / 1000, 0 + 1000, 0 * 1000, 0 - 1000, 0 % 1000
0 / -4, 0 + -4, 0 * -4, 0 - -4, 0 % -4
2.5 / 3, 2.5 + 3, 2.5 * 3, 2.5 - 3, 2.5 % 3
2.5 / 7.0, 2.5 + 7.0, 2.5 * 7.0, 2.5 - 7.0, 2.5 % 7.0
2.5 / 0.25, 2.5 + 0.25, 2.5 * 0.25, 2.5 - 0.25, 2.5 % 0.25
2.5 / 1000, 2.5 + 1000, 2.5 * 1000, 2.5 - 1000, 2.5 % 1000
2.5 / -4, 2.5 + -4, 2.5 * -4, 2.5 - -4, 2.5 % -4
-2.5 / 3, -2.5 + 3, -2.5 * 3, -2.5 - 3, -2.5 % 3
-2.5 / 7.0, -2.5 + 7.0, -2.5 * 7.0, -2.5 - 7.0, -2.5 % 7.0
-2.5 / 0.25, -2.5 + 0.25, -2.5 * 0.25, -2.5 - 0.25, -2.5 % 0.25
-2.5 / 1000, -2.5 + 1000, -2.5 * 1000, -2.5 - 1000, -2.5 % 1000
-2.5 / -4, -2.5 + -4, -2.5 * -4, -2.5 - -4, -2.5 % -4
0.001 / 3, 0.001 + 3, 0.001 * 3, 0.001 - 3, 0.001 % 3
0.001 / 7.0, 0.001 + 7.0, 0.001 * 7.0, 0.001 - 7.0, 0.001 % 7.0
0.001 / 0.25, 0.001 + 0.25, 0.001 * 0.25, 0.001 - 0.25, 0.001 % 0.25
0.001 / 1000, 0.001 + 1000, 0.001 * 1000, 0.001 - 1000, 0.001 % 1000
0.001 / -4, 0.001 + -4, 0.001 * -4, 0.001 - -4, 0.001 % -4
123.456 / 3, 123.456 + 3, 123.456 * 3, 123.456 - 3, 123.456 % 3
123.456 / 7.0, 123.456 + 7.0, 123.456 * 7.0, 123.456 - 7.0, 123.456 % 7.0
123.456 / 0.25, 123.456 + 0.25, 123.456 * 0.25, 123.456 - 0.25, 123.456 % 0.25
123.456 / 1000, 123.456 + 1000, 123.456 * 1000, 123.456 - 1000, 123.456 % 1000
123.456 / -4, 123.456 + -4, 123.456 * -4, 123.456 - -4, 123.456 % -4
99999.99 / 3, 99999.99 + 3, 99999.99 * 3, 99999.99 - 3, 99999.99 % 3
99999.99 / 7.0, 99999.99 + 7.0, 99999.99 * 7.0, 99999.99 - 7.0, 99999.99 % 7.0
99999.99 / 0.25, 99999.99 + 0.25, 99999.99 * 0.25, 99999.99 - 0.25, 99999.99 % 0.25
99999.99 / 1000, 99999.99 + 1000, 99999.99 * 1000, 99999.99 - 1000, 99999.99 % 1000
99999.99 / -4, 99999.99 + -4, 99999.99 * -4, 99999.99 - -4, 99999.99 % -4
1e10 / 3, 1e10 + 3, 1e10 * 3, 1e10 - 3, 1e10 % 3
1e10 / 7.0, 1e10 + 7.0, 1e10 * 7.0, 1e10 - 7.0, 1e10 % 7.0
1e10 / 0.25, 1e10 + 0.25, 1e10 * 0.25, 1e10 - 0.25, 1e10 % 0.25
1e10 / 1000, 1e10 + 1000, 1e10 * 1000, 1e10 - 1000, 1e10 % 1000
1e10 / -4, 1e10 + -4, 1e10 * -4, 1e10 - -4, 1e10 % -4
3::bigint / 3, 3::bigint + 3, 3::bigint * 3, 3::bigint - 3, 3::bigint % 3
3::bigint / 7.0, 3::bigint + 7.0, 3::bigint * 7.0, 3::bigint - 7.0, 3::bigint % 7.0
3::bigint / 0.25, 3::bigint + 0.25, 3::bigint * 0.25, 3::bigint - 0.25, 3::bigint % 0.25
3::bigint / 1000, 3::bigint + 1000, 3::bigint * 1000, 3::bigint - 1000, 3::bigint % 1000
3::bigint / -4, 3::bigint + -4, 3::bigint * -4, 3::bigint - -4, 3::bigint % -4
7::smallint / 3, 7::smallint + 3, 7::smallint * 3, 7::smallint - 3, 7::smallint % 3
7::smallint / 7.0, 7::smallint + 7.0, 7::smallint * 7.0, 7::smallint - 7.0, 7::smallint % 7.0
7::smallint / 0.25, 7::smallint + 0.25, 7::smallint * 0.25, 7::smallint - 0.25, 7::smallint % 0.25
7::smallint / 1000, 7::smallint + 1000, 7::smallint * 1000, 7::smallint - 1000, 7::smallint % 1000
7::smallint / -4, 7::smallint + -4, 7::smallint * -4, 7::smallint - -4, 7::smallint % -4
10.00 / 3, 10.00 + 3, 10.00 * 3, 10.00 - 3, 10.00 % 3
10.00 / 7.0, 10.00 + 7.0, 10.00 * 7.0, 10.00 - 7.0, 10.00 % 7.0
10.00 / 0.25, 10.00 + 0.25, 10.00 * 0.25, 10.00 - 0.25, 10.00 % 0.25
10.00 / 1000, 10.00 + 1000, 10.00 * 1000, 10.00 - 1000, 10.00 % 1000
10.00 / -4, 10.00 + -4, 10.00 * -4, 10.00 - -4, 10.00 % -4
1000000 / 3, 1000000 + 3, 1000000 * 3, 1000000 - 3, 1000000 % 3
1000000 / 7.0, 1000000 + 7.0, 1000000 * 7.0, 1000000 - 7.0, 1000000 % 7.0
1000000 / 0.25, 1000000 + 0.25, 1000000 * 0.25, 1000000 - 0.25, 1000000 % 0.25
1000000 / 1000, 1000000 + 1000, 1000000 * 1000, 1000000 - 1000, 1000000 % 1000
1000000 / -4, 1000000 + -4, 1000000 * -4, 1000000 - -4, 1000000 % -4
0.5 / 3, 0.5 + 3, 0.5 * 3, 0.5 - 3, 0.5 % 3
0.5 / 7.0, 0.5 + 7.0, 0.5 * 7.0, 0.5 - 7.0, 0.5 % 7.0
0.5 / 0.25, 0.5 + 0.25, 0.5 * 0.25, 0.5 - 0.25, 0.5 % 0.25
0.5 / 1000, 0.5 + 1000, 0.5 * 1000, 0.5 - 1000, 0.5 % 1000
0.5 / -4, 0.5 + -4, 0.5 * -4, 0.5 - -4, 0.5 % -4
12345678.9 / 3, 12345678.9 + 3, 12345678.9 * 3, 12345678.9 - 3, 12345678.9 % 3
12345678.9 / 7.0, 12345678.9 + 7.0, 12345678.9 * 7.0, 12345678.9 - 7.0, 12345678.9 % 7.0
12345678.9 / 0.25, 12345678.9 + 0.25, 12345678.9 * 0.25, 12345678.9 - 0.25, 12345678.9 % 0.25
12345678.9 / 1000, 12345678.9 + 1000, 12345678.9 * 1000, 12345678.9 - 1000, 12345678.9 % 1000
12345678.9 / -4, 12345678.9 + -4, 12345678.9 * -4, 12345678.9 - -4, 12345678.9 % -4
sqrt(2)
sqrt(2.0)
sqrt(100)
sqrt(0.5)
sqrt(1.50)
sqrt(12.345)
sqrt(1000000.5)
sqrt(0.00012)
exp(2)
exp(2.0)
exp(100)
exp(0.5)
exp(1.50)
exp(12.345)
exp(1000000.5)
exp(0.00012)
ln(2)
ln(2.0)
ln(100)
ln(0.5)
ln(1.50)
ln(12.345)
ln(1000000.5)
ln(0.00012)
log(2)
log(2.0)
log(100)
log(0.5)
log(1.50)
log(12.345)
log(1000000.5)
log(0.00012)
abs(2)
abs(2.0)
abs(100)
abs(0.5)
abs(1.50)
abs(12.345)
abs(1000000.5)
abs(0.00012)
sign(2)
sign(2.0)
sign(100)
sign(0.5)
sign(1.50)
sign(12.345)
sign(1000000.5)
sign(0.00012)
ceil(2)
ceil(2.0)
ceil(100)
ceil(0.5)
ceil(1.50)
ceil(12.345)
ceil(1000000.5)
ceil(0.00012)
floor(2)
floor(2.0)
floor(100)
floor(0.5)
floor(1.50)
floor(12.345)
floor(1000000.5)
floor(0.00012)
round(2)
round(2.0)
round(100)
round(0.5)
round(1.50)
round(12.345)
round(1000000.5)
round(0.00012)
trunc(2)
trunc(2.0)
trunc(100)
trunc(0.5)
trunc(1.50)
trunc(12.345)
trunc(1000000.5)
trunc(0.00012)
-(2)
-(2.0)
-(100)
-(0.5)
-(1.50)
-(12.345)
-(1000000.5)
-(0.00012)
cbrt(2)
cbrt(2.0)
cbrt(100)
cbrt(0.5)
cbrt(1.50)
cbrt(12.345)
cbrt(1000000.5)
cbrt(0.00012)
scale(2)
scale(2.0)
scale(100)
scale(0.5)
scale(1.50)
scale(12.345)
scale(1000000.5)
scale(0.00012)
min_scale(2)
min_scale(2.0)
min_scale(100)
min_scale(0.5)
min_scale(1.50)
min_scale(12.345)
min_scale(1000000.5)
min_scale(0.00012)
trim_scale(2)
trim_scale(2.0)
trim_scale(100)
trim_scale(0.5)
trim_scale(1.50)
trim_scale(12.345)
trim_scale(1000000.5)
trim_scale(0.00012)
log10(2)
log10(2.0)
log10(100)
log10(0.5)
log10(1.50)
log10(12.345)
log10(1000000.5)
log10(0.00012)
2 ^ 10
power(2, 10)
2.0 ^ 10
power(2.0, 10)
2.5 ^ 2
power(2.5, 2)
2 ^ 0.5
power(2, 0.5)
10 ^ -2
power(10, -2)
2.0 ^ -2.5
power(2.0, -2.5)
1.1 ^ 20
power(1.1, 20)
100 ^ 0.5
power(100, 0.5)
0 ^ 0
power(0, 0)
0.0 ^ 2
power(0.0, 2)
SELECT (-2) ^ 3
power(-2, 3)
SELECT (-2.0) ^ 2
power(-2.0, 2)
1.0001 ^ 1000
power(1.0001, 1000)
9 ^ 0.5
power(9, 0.5)
0 ^ -1
power(0, -1)
SELECT (-8.0) ^ 0.5
power(-8.0, 0.5)
log(2.0::numeric, 8::numeric)
log(10::numeric, 1000::numeric)
log(3::numeric, 81::numeric)
log(2::numeric, 0.5::numeric)
log(0.5::numeric, 4::numeric)
log(1::numeric, 5::numeric)
log(-1::numeric, 2::numeric)
log(10::numeric, 0::numeric)
avg(id), avg(b), avg(n), avg(s), avg(f) FROM t
avg(id) FROM t WHERE id < 3
avg(n), sum(n), sum(n) / count(*) FROM t
avg(amount), sum(amount) / 3 FROM g
stddev(id), variance(id), stddev_pop(id), var_pop(id) FROM t
stddev(n), variance(n), stddev_pop(n), var_pop(n) FROM t
stddev(f), variance(f) FROM t
stddev(id) FROM t WHERE id = 1
var_pop(id) FROM t WHERE id = 1
stddev(id) FROM t WHERE false
t_id, avg(amount) FROM g GROUP BY t_id ORDER BY t_id
avg(id) OVER (ORDER BY id) FROM t ORDER BY id
round(avg(id), 2) FROM t
avg(id)::text, (avg(id))::numeric(10,2) FROM t
avg(id) * 100, 100.0 * sum(id) / count(*) FROM t
sum(id)::numeric / count(*), sum(b) / 7 FROM t
1/3.0 + 1
1/3.0 * 3
round(1/3.0, 5)
SELECT (1/3.0)::text
SELECT (1/3.0)::numeric(10,4)
coalesce(1/3.0, 0)
CASE WHEN true THEN 1/3.0 END
greatest(1/3.0, 0.1)
abs(1/3.0), -(1/3.0)
n / 3, n / 7.5, n / 1000 FROM t ORDER BY id
sum(n) * 1.0 / count(*) FROM t
nullif(1/3.0, 0)
x FROM (SELECT 1/3.0 AS x) q
id / 3.0 AS q FROM t ORDER BY q DESC
id / 3.0 FROM t GROUP BY id ORDER BY 1
2.5 = 2.50, 1/3.0 = 1/3.0
max(id / 3.0), min(n / 3) FROM t
0.1 + 0.2, 0.1 * 0.2, 1.0 - 0.9, 1.10 * 2
1.5::numeric(10,4) + 1, 1.5::numeric(10,4) * 2.00
12.345::numeric(5,1), 0.05::numeric(3,1), -0.05::numeric(3,1)
1::numeric, 1.0::numeric, 100::numeric(5,2)
1e-10, 1e5, 1.5e-3, 1e0
5.0::int, 5.5::int, -5.5::int, 4.5::int, 2.5::float8::int
mod(5.5, 2), mod(-5.5, 2), mod(5, -3), 5.5 % 2.25
div(7, 2), div(-7, 2), div(7.5, 2)
gcd(12.0, 18), lcm(4, 6), gcd(0, 0), gcd(-4, 6)
factorial(0), factorial(20), factorial(-1)
factorial(-1)
width_bucket(5.35, 0.024, 10.06, 5), width_bucket(0, 1, 10, 5), width_bucket(11, 1, 10, 5), width_bucket(5, 10, 1, 3)
width_bucket(5, ARRAY[1,3,7])
width_bucket(1, 1, 1, 5)
width_bucket(1, 1, 2, 0)
width_bucket(3.5::float8, 0, 10, 4)
trunc(12.345, 1), trunc(-12.345, 1), trunc(1234.5, -2), round(-12.345, 2), round(12.5), round(-0.5), round(0.4)
round(1234.5, -2), round(150, -2), round(5, 2)
ceil(-1.5), floor(-1.5), ceil(1.0), sign(-1.5), sign(0.0)
random() < 1, random() >= 0
-- the generator belongs to all sessions
differs: setseed(0.5)
-- bit_count of bytea is not there
bit_count('\x0f'::bytea)
1 << 3, 16 >> 2, 5 & 6, 5 | 6, 5 # 6, ~5
2147483647 * 2
2147483647::bigint * 2
9223372036854775807 * 2
32767::smallint * 2::smallint
-32768::smallint
SELECT (-32768)::smallint
abs(-2147483648)
1.5 / 0
0.0 / 0
1 % 0
1.5 % 0
1::float8 / 0
mod(1.5, 0)
div(1, 0)
0::float8 / 0
'inf'::float8 - 'inf'::float8
1e308::float8 * 10
-- results too small become 0
1e-300::float8 * 1e-300
exp(1000::float8)
-- a column has one scale for all its values
differs: exp(1000.0)
ln(0.0)
sqrt(-1.0)
asin(2)
acos(2)
sind(30), cosd(60), tand(45)
cot(1), asind(0.5), acosd(0.5), atand(1), atan2d(1, 1)
sinh(1), cosh(1), tanh(1), asinh(1), acosh(1), atanh(0.5)
degrees(1), radians(90), pi()
cbrt(27), cbrt(-8), |/ 25, ||/ 27, @ -3, 5 !~ 'x'
4.0 / 2, 6 / 4, 6.0 / 4, 6 / 4.0, 1 / 3::numeric
1::numeric / 3, 1::numeric(10,2) / 3, 2::numeric / 3
100000::numeric / 3, 1000000.0 / 7, 123456789.0 / 2
0.0001 / 3, 0.00000001 / 7, 1 / 100000.0
1 / 7::numeric(10,5)
10 ^ 20, 2 ^ 62, 2::bigint ^ 3, 2 ^ 3.0
1.0 ^ 10
sum(x), avg(x) FROM (VALUES (1.5), (2.25)) q (x)
sum(x) FROM (VALUES (1), (2.5)) q (x)
-- variance of bigint is computed as double precision
differs: x * 2 FROM (VALUES (1), (2.5)) q (x)
bool_and(ok), bit_and(id), bit_or(id), bit_xor(id) FROM t
-- a numeric of a subquery, in an expression and in a condition
SELECT x, x * 2, x + 1 FROM (SELECT avg(id) AS x FROM t) q
SELECT a, b FROM (SELECT avg(id) AS a, sum(n) AS b FROM t GROUP BY v) q WHERE CASE WHEN b > 0 THEN abs(b - a) / b END > 0.1 ORDER BY 1
WITH q AS (SELECT v, avg(id) AS a FROM t GROUP BY v) SELECT x.v, y.a FROM q x JOIN q y ON x.v = y.v WHERE CASE x.a WHEN 0 THEN 0 ELSE y.a END > 1 ORDER BY 1
SELECT round(x, 2) FROM (SELECT avg(1) AS x FROM t) q
