-- Numbers at and beyond the limits of their types.
1e-300::float8, 1e300::float8, -1e-300::float8, 1e-320::float8, 1.7976931348623157e308::float8, 4.9e-324::float8, 1e-40::float4
1e-400::float8
'1e-400'::float8
'1e400'::float8
1e400::float8
'1e-50'::float4
1e39::float4
1e-300::float8 + 1, 1e300 * 1.0::float8, 0e-400::float8, '0e-400'::float8
1e50, 1e-50, 123456789012345678901234567890123456789012345, 0.1234567890123456789012345678901234567890123456789
-1e50, 1e50 + 1, 1e50 * 1e50, 1e40 / 3, 1e-30 * 1e-30, abs(-1e45)
12345678901234567890123456789012345678901::text, 1e50::float8, (1e50)::text
'NaN'::numeric, 'Infinity'::numeric, '-inf'::numeric, ' nan '::numeric, 'NaN'::numeric::text, 'NaN'::numeric::float8, '-Infinity'::numeric::float8
'NaNx'::numeric
1e50::int
'99999999999999999999999999999999999999999999.5'::numeric
1e38::int8
99999999999999999999::float8, 0.1::float4, 1e22::float8, 1e23::float8, 123456789.123456789::float4
1.0e400
