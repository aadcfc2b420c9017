-- For queries in DuckDB's own dialect: lists of numbers, capped. In FROM they stream.
CREATE MACRO pg_range_by(a, b, s) AS CASE WHEN s <> 0 AND abs((CAST(b AS HUGEINT) - CAST(a AS HUGEINT)) // s) > 100000 THEN error('!54000!series is too long outside FROM') ELSE range(CAST(a AS BIGINT), CAST(b AS BIGINT), CAST(s AS BIGINT)) END;
CREATE MACRO pg_range(a, b) AS pg_range_by(a, b, 1);
CREATE MACRO pg_range1(b) AS pg_range_by(0, b, 1);
CREATE MACRO pg_span_by(a, b, s) AS CASE WHEN s <> 0 AND abs((CAST(b AS HUGEINT) - CAST(a AS HUGEINT)) // s) > 100000 THEN error('!54000!series is too long outside FROM') ELSE generate_series(CAST(a AS BIGINT), CAST(b AS BIGINT), CAST(s AS BIGINT)) END;
CREATE MACRO pg_span(a, b) AS pg_span_by(a, b, 1);
CREATE MACRO pg_span1(b) AS pg_span_by(0, b, 1);
