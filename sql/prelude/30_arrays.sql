CREATE MACRO pg_subscript(a, i) AS CASE WHEN i >= 1 THEN a[i] END;
CREATE MACRO pg_slice(a, lo, hi) AS CASE WHEN lo IS NULL OR hi IS NULL THEN NULL WHEN hi < 1 OR hi < lo THEN a[1:0] ELSE a[greatest(lo, 1):hi] END;
CREATE MACRO pg_array_length(a, d) AS CASE WHEN d = 1 AND len(a) > 0 THEN CAST(len(a) AS INTEGER) WHEN d = 2 AND len(a) > 0 AND starts_with(typeof(a), '[[') THEN NULL END;
CREATE MACRO pg_any(l) AS CASE WHEN l IS NULL THEN NULL WHEN list_contains(l, true) THEN true WHEN len(list_filter(l, lambda pg_y: pg_y IS NULL)) > 0 THEN NULL WHEN l IS NULL THEN NULL ELSE false END;
CREATE MACRO pg_all(l) AS CASE WHEN l IS NULL THEN NULL WHEN list_contains(l, false) THEN false WHEN len(list_filter(l, lambda pg_y: pg_y IS NULL)) > 0 THEN NULL WHEN l IS NULL THEN NULL ELSE true END;
-- Series as lists are capped; in FROM they stream.
CREATE MACRO pg_step(s) AS CASE WHEN s = 0 THEN error('!22023!step size cannot equal zero') ELSE s END;
CREATE MACRO pg_series(a, b, s) AS CASE WHEN s = 0 THEN error('!22023!step size cannot equal zero') WHEN abs((CAST(b AS HUGEINT) - CAST(a AS HUGEINT)) // s) > 10000000 THEN error('!54000!series is too long outside FROM') ELSE generate_series(CAST(a AS BIGINT), CAST(b AS BIGINT), CAST(s AS BIGINT)) END;
CREATE MACRO pg_series4(a, b, s) AS CAST(pg_series(a, b, s) AS INTEGER[]);
CREATE MACRO pg_series_numeric(a, b, s) AS list_transform(pg_series(0, CAST(floor((CAST(b AS DECIMAL(38,9)) - CAST(a AS DECIMAL(38,9))) / pg_step(s)) AS BIGINT), 1), lambda pg_y: CAST(a AS DECIMAL(38,9)) + CAST(pg_y AS DECIMAL(18,0)) * CAST(s AS DECIMAL(18,9)));
CREATE MACRO pg_series_timestamp(a, b, s) AS CASE WHEN s = INTERVAL '0 days' THEN error('!22023!step size cannot equal zero') WHEN abs((epoch_us(b) - epoch_us(a)) / epoch(s)) > 10000000000000 THEN error('!54000!series is too long outside FROM') ELSE generate_series(a, b, s) END;
-- JSON paths of keys, escaped.
-- jsonb as PostgreSQL prints it: spaces after the separators that are outside strings.
CREATE MACRO pg_jsonb_out(j) AS pg_call('jsonb_in', CAST(j AS VARCHAR));
CREATE MACRO pg_jsonb_key(j) AS pg_call('jsonb_key', CAST(j AS VARCHAR));
CREATE MACRO pg_json_float(x) AS CASE WHEN isfinite(x) THEN pg_float_out(x) ELSE '"' || pg_float_out(x) || '"' END;
CREATE MACRO pg_jsonb_concat(a, b) AS CAST(pg_call('jsonb_concat', CAST(a AS VARCHAR), CAST(b AS VARCHAR)) AS JSON);
-- The values of string_agg with their own separators before them.
CREATE MACRO pg_separated(l) AS CASE WHEN len(l) > 0 THEN l[1].v || array_to_string(list_transform(l[2:], lambda pg_y: pg_y.s || pg_y.v), '') END;
CREATE MACRO pg_fill(n) AS CASE WHEN n > 10000000 THEN error('!54000!array size exceeds the maximum allowed') ELSE greatest(n, 0) END;
CREATE MACRO pg_trim_array(a, n) AS CASE WHEN n < 0 OR n > len(a) THEN error('!2202E!number of elements to trim must be between 0 and ' || len(a)) ELSE a[1:len(a) - n] END;
CREATE MACRO pg_array_position(a, e, n) AS CASE WHEN n IS NULL THEN error('!22004!initial position must not be null') ELSE CAST(list_position(a[greatest(n, 1):], e) + greatest(n, 1) - 1 AS INTEGER) END;
CREATE MACRO pg_has_all(a, b) AS CASE WHEN a IS NULL OR b IS NULL THEN NULL WHEN len(list_filter(b, lambda pg_y: pg_y IS NULL)) > 0 THEN false ELSE list_has_all(a, b) END;
-- Arrays of several dimensions: lists of lists that have one length.
CREATE MACRO pg_same_lengths(a) AS len(list_distinct(list_transform(a, lambda pg_l: len(pg_l)))) < 2 AND len(list_filter(a, lambda pg_l: pg_l IS NULL)) = 0;
CREATE MACRO pg_full(a) AS CASE WHEN len(flatten(a)) > 0 THEN a WHEN a IS NOT NULL THEN a[1:0] END;
CREATE MACRO pg_rectangular(a, message) AS CASE WHEN a IS NULL THEN NULL WHEN len(list_filter(a, lambda pg_l: len(pg_l) > 0)) = 0 THEN a[1:0] WHEN pg_same_lengths(a) THEN a ELSE error(message) END;
CREATE MACRO pg_accumulated(a) AS CASE WHEN a IS NULL THEN NULL WHEN len(list_filter(a, lambda pg_l: pg_l IS NULL)) > 0 THEN error('!22004!cannot accumulate null arrays') WHEN len(list_filter(a, lambda pg_l: len(pg_l) = 0)) > 0 THEN error('!2202E!cannot accumulate empty arrays') WHEN pg_same_lengths(a) THEN a ELSE error('!2202E!cannot accumulate arrays of different dimensionality') END;
CREATE MACRO pg_cat_some(a, b) AS CASE WHEN coalesce(len(a), 0) + coalesce(len(b), 0) > 10000000 THEN error('!54000!array size exceeds the maximum allowed') WHEN a IS NOT NULL OR b IS NOT NULL THEN list_concat(a, b) END;
CREATE MACRO pg_cat(a, b) AS CASE WHEN a IS NOT NULL OR b IS NOT NULL THEN list_concat(a, b) END;
