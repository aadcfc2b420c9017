-- Functions of the program (package pgfunc). Lists of texts travel as JSON arrays.
CREATE MACRO pg_list_in(l) AS CAST(to_json(l) AS VARCHAR);
CREATE MACRO pg_list_out(x) AS CAST(CAST(x AS JSON) AS VARCHAR[]);
CREATE MACRO pg_to_char(x, f) AS CASE WHEN isfinite(x) THEN pg_call('to_char_timestamp', CAST(epoch_us(x) AS VARCHAR), '0', '', f) END;
CREATE MACRO pg_to_char_tz(x, f) AS CASE WHEN isfinite(x) THEN pg_call('to_char_timestamp', CAST(epoch_us(CAST(x AS TIMESTAMP)) AS VARCHAR), CAST(epoch_us(x) AS VARCHAR), current_setting('TimeZone'), f) END;
CREATE MACRO pg_to_char_interval(x, f) AS pg_call('to_char_interval', CAST(date_part('year', x) * 12 + date_part('month', x) AS VARCHAR), CAST(date_part('day', x) AS VARCHAR), CAST(pg_interval_us(x) AS VARCHAR), f);
CREATE MACRO pg_lists_out(x) AS CAST(CAST(x AS JSON) AS VARCHAR[][]);
CREATE MACRO pg_json_out(x) AS CAST(CAST(CAST(x AS JSON) AS VARCHAR[]) AS JSON[]);
CREATE MACRO pg_json_items(f, j, n) AS pg_json_out(pg_call(f, CAST(j AS VARCHAR), n));
CREATE MACRO pg_json_texts(f, j, n) AS pg_list_out(pg_call(f, CAST(j AS VARCHAR), n));
CREATE MACRO pg_regexp_replace(x, p, r, f) AS CASE WHEN regexp_matches(f, '^[0-9]') THEN error('!22023!invalid regular expression option: "' || f[1] || '"') ELSE pg_call('regexp_replace', x, p, r, '1', CASE WHEN contains(f, 'g') THEN '0' ELSE '1' END, replace(f, 'g', '')) END;
CREATE MACRO pg_convert_to(x, e) AS CASE WHEN upper(replace(e, '-', '')) IN ('UTF8', 'UNICODE', 'SQL_ASCII') THEN encode(x) ELSE error('!0A000!conversion to encoding ' || e || ' is not supported') END;
CREATE MACRO pg_bytea_substr(x, a, n) AS CASE WHEN n < 0 THEN error('!22011!negative substring length not allowed') ELSE unhex(substring(hex(x), CAST(greatest(a, 1) AS BIGINT) * 2 - 1, greatest(CAST(a AS BIGINT) + n - greatest(a, 1), 0) * 2)) END;
CREATE MACRO pg_get_byte(x, i) AS CASE WHEN i < 0 OR i >= octet_length(x) THEN error('!2202E!index ' || i || ' out of valid range, 0..' || (octet_length(x) - 1)) ELSE CAST('0x' || substring(hex(x), i * 2 + 1, 2) AS INTEGER) END;
