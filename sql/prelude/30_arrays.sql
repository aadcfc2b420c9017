CREATE MACRO pg_subscript(a, i) AS CASE WHEN i >= 1 THEN a[i] END;
CREATE MACRO pg_slice(a, lo, hi) AS CASE WHEN lo IS NULL OR hi IS NULL THEN NULL WHEN hi < 1 OR hi < lo THEN a[1:0] ELSE a[greatest(lo, 1):hi] END;
CREATE MACRO pg_array_length(a, d) AS CASE WHEN d = 1 AND len(a) > 0 THEN CAST(len(a) AS INTEGER) WHEN d = 2 AND len(a) > 0 AND starts_with(typeof(a), '[[') THEN NULL END;
CREATE MACRO pg_any(l) AS CASE WHEN list_contains(l, true) THEN true WHEN len(list_filter(l, lambda pg_y: pg_y IS NULL)) > 0 THEN NULL WHEN l IS NULL THEN NULL ELSE false END;
CREATE MACRO pg_all(l) AS CASE WHEN list_contains(l, false) THEN false WHEN len(list_filter(l, lambda pg_y: pg_y IS NULL)) > 0 THEN NULL WHEN l IS NULL THEN NULL ELSE true END;
-- Series as lists are capped; in FROM they stream.
CREATE MACRO pg_step(s) AS CASE WHEN s = 0 THEN error('!22023!step size cannot equal zero') ELSE s END;
CREATE MACRO pg_series(a, b, s) AS CASE WHEN s = 0 THEN error('!22023!step size cannot equal zero') WHEN abs((CAST(b AS HUGEINT) - CAST(a AS HUGEINT)) // s) > 10000000 THEN error('!54000!series is too long outside FROM') ELSE generate_series(CAST(a AS BIGINT), CAST(b AS BIGINT), CAST(s AS BIGINT)) END;
CREATE MACRO pg_series4(a, b, s) AS CAST(pg_series(a, b, s) AS INTEGER[]);
CREATE MACRO pg_series_numeric(a, b, s) AS list_transform(pg_series(0, CAST(floor((CAST(b AS DECIMAL(38,9)) - CAST(a AS DECIMAL(38,9))) / pg_step(s)) AS BIGINT), 1), lambda pg_y: CAST(a AS DECIMAL(38,9)) + CAST(pg_y AS DECIMAL(18,0)) * CAST(s AS DECIMAL(18,9)));
CREATE MACRO pg_series_timestamp(a, b, s) AS CASE WHEN s = INTERVAL '0 days' THEN error('!22023!step size cannot equal zero') WHEN abs((epoch_us(b) - epoch_us(a)) / epoch(s)) > 10000000000000 THEN error('!54000!series is too long outside FROM') ELSE generate_series(a, b, s) END;
-- JSON paths of keys, escaped.
CREATE MACRO pg_json_key(k) AS '$."' || replace(replace(k, '\', '\\'), '"', '\"') || '"';
CREATE MACRO pg_json_path(l) AS '$' || array_to_string(list_transform(l, lambda pg_y: CASE WHEN regexp_full_match(pg_y, '[0-9]+') THEN '[' || pg_y || ']' ELSE '."' || replace(replace(pg_y, '\', '\\'), '"', '\"') || '"' END), '');
CREATE MACRO pg_json_typeof(j) AS CASE json_type(j) WHEN 'OBJECT' THEN 'object' WHEN 'ARRAY' THEN 'array' WHEN 'VARCHAR' THEN 'string' WHEN 'BOOLEAN' THEN 'boolean' WHEN 'NULL' THEN 'null' WHEN NULL THEN NULL ELSE CASE WHEN j IS NOT NULL THEN 'number' END END;
-- jsonb as PostgreSQL prints it: spaces after the separators that are outside strings.
CREATE MACRO pg_jsonb_out(j) AS rtrim(regexp_replace(CAST(json(j) AS VARCHAR), '((?:"(?:[^"\\]|\\.)*"|[^",:])+)([,:]?)', '\1\2 ', 'gs'), ' ');
CREATE MACRO pg_jsonb_key(j) AS regexp_replace(CAST(j AS VARCHAR), '("(?:[^"\\]|\\.)*"|\.[0-9]*[1-9])0*|\.0+', '\1', 'gs');
CREATE MACRO pg_json_float(x) AS CASE WHEN isfinite(x) THEN pg_float_out(x) ELSE '"' || pg_float_out(x) || '"' END;
CREATE MACRO pg_json_list(j) AS CASE json_type(j) WHEN 'ARRAY' THEN list_transform(CAST(j AS JSON[]), lambda pg_y: coalesce(CAST(pg_y AS VARCHAR), 'null')) ELSE [CAST(j AS VARCHAR)] END;
CREATE MACRO pg_json_fields(m) AS list_sort(list_transform(map_entries(m), lambda pg_y: struct_pack(l := strlen(pg_y.key), k := pg_y.key, v := coalesce(CAST(pg_y.value AS VARCHAR), 'null'))));
CREATE MACRO pg_json_merge(a, b) AS '{' || array_to_string(list_transform(pg_json_fields(map_concat(CAST(a AS MAP(VARCHAR, JSON)), CAST(b AS MAP(VARCHAR, JSON)))), lambda pg_y: CAST(to_json(pg_y.k) AS VARCHAR) || ':' || pg_y.v), ',') || '}';
CREATE MACRO pg_jsonb_concat(a, b) AS CASE WHEN a IS NULL OR b IS NULL THEN NULL WHEN json_type(a) = 'OBJECT' AND json_type(b) = 'OBJECT' THEN CAST(pg_jsonb_out(pg_json_merge(a, b)) AS JSON) ELSE CAST(pg_jsonb_out('[' || array_to_string(list_concat(pg_json_list(a), pg_json_list(b)), ',') || ']') AS JSON) END;
CREATE MACRO pg_jsonb_text(j, p) AS CASE WHEN json_extract_string(j, p)[1] IN ('[', '{') AND json_type(j, p) IN ('ARRAY', 'OBJECT') THEN pg_jsonb_out(json_extract(j, p)) ELSE json_extract_string(j, p) END;
-- The values of string_agg with their own separators before them.
CREATE MACRO pg_separated(l) AS CASE WHEN len(l) > 0 THEN l[1].v || array_to_string(list_transform(l[2:], lambda pg_y: pg_y.s || pg_y.v), '') END;
