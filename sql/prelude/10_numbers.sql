-- A divisor: raises 22012 for zero.
CREATE MACRO pg_nz(a) AS CASE WHEN a = 0 THEN error('!22012!division by zero') ELSE a END;
-- Division of operands whose types only DuckDB knows.
CREATE MACRO pg_div(a, b) AS a / pg_nz(b);
-- Exact decimal division: a and b are unscaled digits, k shifts the quotient to 17 digits after the point; the result has 16, rounded half
-- away from zero by the cast.
CREATE MACRO pg_numeric_div(a, b, k) AS CASE WHEN b = 0 THEN error('!22012!division by zero') ELSE CAST(CAST((a // b) * k + ((a % b) * k) // b AS DECIMAL(38,0)) * CAST('0.00000000000000001' AS DECIMAL(18,17)) AS DECIMAL(38,16)) END;
-- The result of a function that exists for float8 alone, as numeric.
CREATE MACRO pg_float_numeric(x) AS CAST(format('{:.15g}', x) AS DECIMAL(38,16));
CREATE MACRO pg_round(x, n) AS CASE n WHEN -9 THEN round(x, -9) WHEN -8 THEN round(x, -8) WHEN -7 THEN round(x, -7) WHEN -6 THEN round(x, -6) WHEN -5 THEN round(x, -5) WHEN -4 THEN round(x, -4) WHEN -3 THEN round(x, -3) WHEN -2 THEN round(x, -2) WHEN -1 THEN round(x, -1) WHEN 0 THEN round(x, 0) WHEN 1 THEN round(x, 1) WHEN 2 THEN round(x, 2) WHEN 3 THEN round(x, 3) WHEN 4 THEN round(x, 4) WHEN 5 THEN round(x, 5) WHEN 6 THEN round(x, 6) WHEN 7 THEN round(x, 7) WHEN 8 THEN round(x, 8) WHEN 9 THEN round(x, 9) WHEN 10 THEN round(x, 10) WHEN 11 THEN round(x, 11) WHEN 12 THEN round(x, 12) ELSE CASE WHEN n > 12 THEN x ELSE error('!0A000!round to ' || n || ' digits is not supported unless the number is constant') END END;
CREATE MACRO pg_trunc(x, n) AS CASE n WHEN -9 THEN trunc(x, -9) WHEN -8 THEN trunc(x, -8) WHEN -7 THEN trunc(x, -7) WHEN -6 THEN trunc(x, -6) WHEN -5 THEN trunc(x, -5) WHEN -4 THEN trunc(x, -4) WHEN -3 THEN trunc(x, -3) WHEN -2 THEN trunc(x, -2) WHEN -1 THEN trunc(x, -1) WHEN 0 THEN trunc(x, 0) WHEN 1 THEN trunc(x, 1) WHEN 2 THEN trunc(x, 2) WHEN 3 THEN trunc(x, 3) WHEN 4 THEN trunc(x, 4) WHEN 5 THEN trunc(x, 5) WHEN 6 THEN trunc(x, 6) WHEN 7 THEN trunc(x, 7) WHEN 8 THEN trunc(x, 8) WHEN 9 THEN trunc(x, 9) WHEN 10 THEN trunc(x, 10) WHEN 11 THEN trunc(x, 11) WHEN 12 THEN trunc(x, 12) ELSE CASE WHEN n > 12 THEN x ELSE error('!0A000!trunc to ' || n || ' digits is not supported unless the number is constant') END END;
CREATE MACRO pg_sqrt(x) AS CASE WHEN x < 0 THEN error('!2201F!cannot take square root of a negative number') ELSE sqrt(x) END;
CREATE MACRO pg_ln(x) AS CASE WHEN x = 0 THEN error('!2201E!cannot take logarithm of zero') WHEN x < 0 THEN error('!2201E!cannot take logarithm of a negative number') ELSE ln(x) END;
CREATE MACRO pg_log10(x) AS CASE WHEN x = 0 THEN error('!2201E!cannot take logarithm of zero') WHEN x < 0 THEN error('!2201E!cannot take logarithm of a negative number') ELSE log10(x) END;
CREATE MACRO pg_power(x, y) AS CASE WHEN x = 0 AND y < 0 THEN error('!2201F!zero raised to a negative power is undefined') WHEN x < 0 AND y <> floor(y) THEN error('!2201F!a negative number raised to a non-integer power yields a complex result') ELSE pow(x, y) END;
CREATE MACRO pg_shl16(a, n) AS CAST(((CAST(a AS HUGEINT) * CAST(pow(2, n & 15) AS HUGEINT) + 32768) % 65536 + 65536) % 65536 - 32768 AS SMALLINT);
CREATE MACRO pg_shl32(a, n) AS CAST(((CAST(a AS HUGEINT) * CAST(pow(2, n & 31) AS HUGEINT) + 2147483648) % 4294967296 + 4294967296) % 4294967296 - 2147483648 AS INTEGER);
CREATE MACRO pg_shl64(a, n) AS CAST(((CAST(a AS HUGEINT) * CAST(pow(2, n & 63) AS HUGEINT) + 9223372036854775808) % 18446744073709551616 + 18446744073709551616) % 18446744073709551616 - 9223372036854775808 AS BIGINT);
CREATE MACRO pg_to_hex(x) AS lower(CASE WHEN x >= 0 THEN to_base(x, 16) ELSE hex(CAST(x AS BIGINT)) END);
CREATE MACRO pg_to_hex32(x) AS lower(to_base(CASE WHEN x < 0 THEN CAST(x AS BIGINT) + 4294967296 ELSE x END, 16));
CREATE MACRO pg_scale(x) AS CASE WHEN strpos(CAST(x AS VARCHAR), '.') > 0 THEN CAST(length(CAST(x AS VARCHAR)) - strpos(CAST(x AS VARCHAR), '.') AS INTEGER) ELSE CAST(x * 0 AS INTEGER) END;
CREATE MACRO pg_width_bucket(x, lo, hi, n) AS CASE WHEN n <= 0 THEN error('!2201G!count must be greater than zero') WHEN lo = hi THEN error('!2201G!lower bound cannot equal upper bound') WHEN lo < hi THEN CASE WHEN x < lo THEN 0 WHEN x >= hi THEN n + 1 ELSE CAST(floor((x - lo) / (hi - lo) * n) AS INTEGER) + 1 END ELSE CASE WHEN x > lo THEN 0 WHEN x <= hi THEN n + 1 ELSE CAST(floor((lo - x) / (lo - hi) * n) AS INTEGER) + 1 END END;
CREATE MACRO pg_exp(x) AS CASE WHEN isinf(exp(x)) AND NOT isinf(x) THEN error('!22003!value out of range: overflow') WHEN exp(x) = 0 AND NOT isinf(x) THEN error('!22003!value out of range: underflow') ELSE exp(x) END;
CREATE MACRO pg_sind(x) AS CASE WHEN abs(x) % 180 = 0 THEN x * 0 WHEN abs(x) % 360 = 90 THEN sign(x) WHEN abs(x) % 360 = 270 THEN -sign(x) WHEN x % 360 IN (30, 150, -210, -330) THEN 0.5 WHEN x % 360 IN (210, 330, -30, -150) THEN -0.5 ELSE sin(radians(x)) END;
CREATE MACRO pg_round_degrees(x) AS CASE WHEN abs(x - round(x)) < 1e-12 THEN round(x) ELSE x END;
