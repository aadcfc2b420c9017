-- Rounding to p digits of a second; unit is in microseconds.
CREATE MACRO pg_round_us(us, unit) AS CAST(round(CAST(us AS DECIMAL(20,0)) / unit, 0) AS BIGINT) * unit;
CREATE MACRO pg_round_time(x, unit) AS (TIME '00:00:00' + to_microseconds(pg_round_us(epoch_us(x), unit)));
CREATE MACRO pg_round_timestamp(x, unit) AS CASE WHEN isinf(x) THEN x ELSE make_timestamp(pg_round_us(epoch_us(x), unit)) END;
CREATE MACRO pg_round_timestamptz(x, unit) AS CASE WHEN isinf(x) THEN x ELSE make_timestamptz(pg_round_us(epoch_us(x), unit)) END;
-- A year has 365.25 days here, a month 30, as in PostgreSQL.
CREATE MACRO pg_interval_epoch(x) AS CAST(date_part('year', x) AS DECIMAL(18,0)) * CAST('31557600.000000' AS DECIMAL(14,6)) + CAST(date_part('month', x) * 2592000 + date_part('day', x) * 86400 + date_part('hour', x) * 3600 + date_part('minute', x) * 60 AS DECIMAL(18,0)) + CAST(date_part('microseconds', x) AS DECIMAL(18,0)) * CAST('0.000001' AS DECIMAL(7,6));
CREATE MACRO pg_interval_us(x) AS date_part('hour', x) * 3600000000 + date_part('minute', x) * 60000000 + date_part('microseconds', x);
CREATE MACRO pg_justify_hours(x) AS x - to_microseconds(pg_interval_us(x)) + to_days(CAST(pg_interval_us(x) // 86400000000 AS INTEGER)) + to_microseconds(pg_interval_us(x) % 86400000000);
CREATE MACRO pg_justify_days(x) AS x - to_days(CAST(date_part('day', x) AS INTEGER)) + to_months(CAST(date_part('day', x) // 30 AS INTEGER)) + to_days(CAST(date_part('day', x) % 30 AS INTEGER));
-- All of it as days and time, brought to one sign.
CREATE MACRO pg_interval_days_us(x) AS CAST((date_part('year', x) * 12 + date_part('month', x)) * 30 + date_part('day', x) AS HUGEINT) * 86400000000 + pg_interval_us(x);
CREATE MACRO pg_justify_interval(x) AS to_months(CAST(pg_interval_days_us(x) // 2592000000000 AS INTEGER)) + to_days(CAST((pg_interval_days_us(x) % 2592000000000) // 86400000000 AS INTEGER)) + to_microseconds(CAST(pg_interval_days_us(x) % 86400000000 AS BIGINT));
CREATE MACRO pg_date_bin(s, x, o) AS CASE WHEN date_part('year', s) <> 0 OR date_part('month', s) <> 0 THEN error('!0A000!timestamps cannot be binned into intervals containing months or years') WHEN epoch(s) <= 0 THEN error('!22008!stride must be greater than zero') ELSE o + to_microseconds(CAST(floor((epoch_us(x) - epoch_us(o)) / pg_nz(CAST(epoch(s) * 1000000 AS BIGINT))) AS BIGINT) * CAST(epoch(s) * 1000000 AS BIGINT)) END;
CREATE MACRO pg_date_bin_tz(s, x, o) AS CASE WHEN date_part('year', s) <> 0 OR date_part('month', s) <> 0 THEN error('!0A000!timestamps cannot be binned into intervals containing months or years') WHEN epoch(s) <= 0 THEN error('!22008!stride must be greater than zero') ELSE o + to_microseconds(CAST(floor((epoch_us(x) - epoch_us(o)) / pg_nz(CAST(epoch(s) * 1000000 AS BIGINT))) AS BIGINT) * CAST(epoch(s) * 1000000 AS BIGINT)) END;
CREATE MACRO pg_overlaps(a, b, c, d) AS (least(a, b) < greatest(c, d) AND least(c, d) < greatest(a, b)) OR least(a, b) = least(c, d);
CREATE MACRO pg_date_diff(a, b) AS CASE WHEN isinf(a) OR isinf(b) THEN error('!22008!cannot subtract infinite dates') ELSE CAST(a - b AS INTEGER) END;
CREATE MACRO pg_round_interval(x, unit) AS x - to_microseconds(pg_interval_us(x)) + to_microseconds(pg_round_us(pg_interval_us(x), unit));
-- Digits behind the microseconds round, half to even; DuckDB cuts them off.
CREATE MACRO pg_rounds_up(x) AS contains(x, '.') AND regexp_matches(x, '\.\d{6}([6-9]|5\d*[1-9])|\.\d{5}[13579]5');
CREATE MACRO pg_time_in(x) AS CASE WHEN pg_rounds_up(x) THEN CAST(x AS TIME) + INTERVAL '1 microsecond' ELSE CAST(x AS TIME) END;
CREATE MACRO pg_timestamp_in(x) AS CASE WHEN pg_rounds_up(x) THEN CAST(x AS TIMESTAMP) + INTERVAL '1 microsecond' ELSE CAST(x AS TIMESTAMP) END;
CREATE MACRO pg_timestamptz_in(x) AS CASE WHEN pg_rounds_up(x) THEN CAST(x AS TIMESTAMP WITH TIME ZONE) + INTERVAL '1 microsecond' ELSE CAST(x AS TIMESTAMP WITH TIME ZONE) END;
