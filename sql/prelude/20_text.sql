-- Output functions: values as PostgreSQL prints them.
CREATE MACRO pg_float_out(x) AS CASE WHEN isnan(x) THEN 'NaN' WHEN isinf(x) THEN CASE WHEN x > 0 THEN 'Infinity' ELSE '-Infinity' END WHEN abs(x) >= 1e15 AND abs(x) < 1e16 THEN regexp_replace(regexp_replace(CAST(x AS VARCHAR), '^(-?\d)(\d*?)0*\.0$', '\1.\2e+15'), '\.e', 'e') ELSE regexp_replace(CAST(x AS VARCHAR), '\.0$', '') END;
CREATE MACRO pg_interval_out(x) AS regexp_replace(regexp_replace(regexp_replace(CAST(x AS VARCHAR), '\bmonth', 'mon'), '(-\d+) (year|mon|day)( |$)', '\1 \2s\3', 'g'), 'days(s)', 'days');
CREATE MACRO pg_array_elem_out(x) AS CASE WHEN x IS NULL THEN 'NULL' WHEN x = '' OR lower(x) = 'null' OR regexp_matches(x, '[{},"\\\s]') THEN '"' || replace(replace(x, '\', '\\'), '"', '\"') || '"' ELSE x END;
CREATE MACRO pg_array_out(x) AS '{' || array_to_string(list_transform(x, lambda pg_y: pg_array_elem_out(pg_y)), ',') || '}';
-- Input functions: text that is not a constant.
CREATE MACRO pg_int_in(x, t) AS CASE WHEN regexp_full_match(x, '\s*[+-]?[0-9]+\s*') THEN trim(x) WHEN x IS NULL THEN NULL ELSE error('!22P02!invalid input syntax for type ' || t || ': "' || x || '"') END;
CREATE MACRO pg_bool_in(x) AS CASE WHEN x IS NULL THEN NULL WHEN lower(trim(x)) IN ('t', 'tr', 'tru', 'true', 'y', 'ye', 'yes', 'on', '1') THEN true WHEN lower(trim(x)) IN ('f', 'fa', 'fal', 'fals', 'false', 'n', 'no', 'of', 'off', '0') THEN false ELSE error('!22P02!invalid input syntax for type boolean: "' || x || '"') END;
CREATE MACRO pg_bytea_in(x) AS CASE WHEN x IS NULL THEN NULL WHEN starts_with(x, '\x') THEN unhex(x[3:]) ELSE encode(x) END;
CREATE MACRO pg_array_in(x) AS CASE WHEN x IS NULL THEN NULL WHEN regexp_full_match(x, '\s*\{.*\}\s*', 's') THEN '[' || trim(x)[2:-2] || ']' ELSE error('!22P02!malformed array literal: "' || x || '"') END;
-- Assignment to varchar(n) and char(n): only spaces may be cut off.
CREATE MACRO pg_varchar(x, n) AS CASE WHEN length(x) <= n THEN x WHEN x IS NULL THEN NULL WHEN length(rtrim(x, ' ')) <= n THEN left(x, n) ELSE error('!22001!value too long for type character varying(' || n || ')') END;
CREATE MACRO pg_bpchar(x, n) AS CASE WHEN length(x) <= n THEN x WHEN x IS NULL THEN NULL WHEN length(rtrim(x, ' ')) <= n THEN left(x, n) ELSE error('!22001!value too long for type character(' || n || ')') END;
-- Results that could fill the memory in one value are refused.
CREATE MACRO pg_repeat(x, n) AS CASE WHEN length(x) * CAST(n AS BIGINT) > 64000000 THEN error('!54000!requested length too large') ELSE repeat(x, greatest(n, 0)) END;
CREATE MACRO pg_lpad(x, n, f) AS CASE WHEN n > 64000000 THEN error('!54000!requested length too large') WHEN n <= 0 THEN left(x, 0) || left(f, 0) WHEN f = '' THEN left(x, n) ELSE lpad(x, n, f) END;
CREATE MACRO pg_rpad(x, n, f) AS CASE WHEN n > 64000000 THEN error('!54000!requested length too large') WHEN n <= 0 THEN left(x, 0) || left(f, 0) WHEN f = '' THEN left(x, n) ELSE rpad(x, n, f) END;
CREATE MACRO pg_replace(x, a, b) AS CASE WHEN a = '' THEN x WHEN strlen(x) * (strlen(b) + 1) > 256000000 AND strlen(x) * (strlen(b) + 1) // strlen(a) > 256000000 THEN error('!54000!requested length too large') ELSE replace(x, a, b) END;
-- Positions before the first character count, as in PostgreSQL.
CREATE MACRO pg_substr(x, a) AS substring(x, greatest(a, 1));
CREATE MACRO pg_substr3(x, a, n) AS CASE WHEN n < 0 THEN error('!22011!negative substring length not allowed') ELSE substring(x, greatest(a, 1), greatest(CAST(a AS BIGINT) + n - greatest(a, 1), 0)) END;
CREATE MACRO pg_overlay(x, y, a, n) AS CAST(left(x, greatest(a - 1, 0)) || y || substring(x, greatest(a + n, 1)) AS VARCHAR);
CREATE MACRO pg_split_part(x, d, n) AS CASE WHEN n = 0 THEN error('!22023!field position must not be zero') WHEN d = '' THEN CASE WHEN abs(n) = 1 THEN x ELSE '' END WHEN x IS NULL OR d IS NULL OR n IS NULL THEN NULL ELSE coalesce(split_part(x, d, n), '') END;
CREATE MACRO pg_ascii(x) AS CASE WHEN x = '' THEN 0 ELSE CAST(unicode(x) AS INTEGER) END;
CREATE MACRO pg_chr(n) AS CASE WHEN n = 0 THEN error('!54000!null character not permitted') WHEN n < 0 THEN error('!22023!character number must be positive') WHEN n > 1114111 THEN error('!54000!requested character too large for encoding: ' || n) ELSE chr(n) END;
CREATE MACRO pg_quote_literal(x) AS CASE WHEN x IS NULL THEN CAST(NULL AS VARCHAR) WHEN contains(x, '\') THEN 'E''' || replace(replace(x, '\', '\\'), '''', '''''') || '''' ELSE '''' || replace(x, '''', '''''') || '''' END;
CREATE MACRO pg_string_to_array(x, d) AS CASE WHEN x = '' THEN CAST([] AS VARCHAR[]) WHEN d IS NULL THEN CASE WHEN x IS NOT NULL THEN regexp_split_to_array(x, '') END WHEN d = '' THEN [x] ELSE string_split(x, d) END;
CREATE MACRO pg_array_to_string(x, d) AS CASE WHEN d IS NOT NULL THEN coalesce(array_to_string(list_filter(list_transform(x, lambda pg_y: CAST(pg_y AS VARCHAR)), lambda pg_y: pg_y IS NOT NULL), d), CASE WHEN x IS NOT NULL THEN '' END) END;
CREATE MACRO pg_array_to_string_null(x, d, n) AS CASE WHEN d IS NOT NULL THEN array_to_string(list_transform(x, lambda pg_y: coalesce(CAST(pg_y AS VARCHAR), n)), d) END;
CREATE MACRO pg_record_field_out(x) AS CASE WHEN x = '' OR regexp_matches(x, '["\\(),\s]') THEN '"' || replace(replace(x, '\', '\\'), '"', '""') || '"' ELSE x END;
CREATE MACRO pg_join(a, b) AS CASE WHEN strlen(a) + strlen(b) > 256000000 THEN error('!54000!requested length too large') ELSE a || b END;
