date '2024-01-31' + 1, date '2024-01-31' - 1, date '2024-03-01' - date '2024-02-01', 1 + date '2024-01-31'
date '2024-01-31' + interval '1 month', date '2024-01-31' - interval '1 day', timestamp '2024-01-31 10:00' + interval '1 month'
timestamp '2024-01-02 10:00' - timestamp '2024-01-01', date '2024-01-01' - timestamp '2023-12-31', timestamptz '2024-01-02 10:00+00' - timestamptz '2024-01-01 00:00+00'
d + 1, d - date '2024-01-01', d + interval '1 hour', ts - d, ts + interval '2 days', tz - interval '1 hour', ts - ts, d + tm, tm + interval '1 hour', tm - time '01:00' FROM t ORDER BY id
interval '1 day' * 2, 2 * interval '1 day', interval '1 day' / 2, interval '1 month' * 1.5, interval '1 hour' * 0.5
interval '1 day' / 0
iv, iv * 2, iv + interval '1 hour', -iv, iv > interval '1 day', iv::text FROM t ORDER BY id
interval '1 day 2 hours', interval '1' day, interval '1-2', interval '1 mon 3 days 04:05:06', interval 'P1Y2M3DT4H5M6S', interval '1 year ago', interval '1.5 hours', interval '90 minutes', interval '-1 day', interval '2' hour, interval '1 week'
interval '0', interval '1 day -1 hours', interval '1 year 13 months'
'bogus'::interval
'2024-02-30'::date
'bogus'::date
'2024-13-01'::date
'2024-01-01 25:00'::timestamp
'2024-01-15'::date, '20240115'::date, 'Jan 15 2024'::date, '1/15/2024'::date, '2024/1/5'::date, 'epoch'::timestamp, 'infinity'::timestamp, '-infinity'::date
'2024-01-15 10:30'::timestamp, '2024-01-15T10:30:45.123456'::timestamp, '2024-01-15'::timestamp, '2024-01-15 10:30+02'::timestamptz, '2024-01-15 10:30 UTC'::timestamptz, '2024-01-15 10:30:00-05:30'::timestamptz, '2024-01-15 10:30'::timestamptz, '2024-01-15 10:30Z'::timestamptz
'10:30'::time, '10:30:45.5'::time, '25:00'::time
'25:00'::time
d::timestamp, ts::date, tz::date, ts::time, d::text, ts::text, tz::text, ts::timestamptz, tz::timestamp, tm::text, tm::interval FROM t ORDER BY id
ts::timestamp(0), '2024-01-15 10:30:45.567'::timestamp(1), '10:30:45.567'::time(0) FROM t ORDER BY id
extract(year from d), extract(month from d), extract(day from d), extract(dow from d), extract(isodow from d), extract(doy from d), extract(week from d), extract(quarter from d), extract(century from d), extract(epoch from d) FROM t ORDER BY id
extract(hour from ts), extract(minute from ts), extract(second from ts), extract(epoch from ts), extract(milliseconds from ts), extract(microseconds from ts) FROM t ORDER BY id
extract(epoch from interval '1 day 02:03:04.5'), extract(day from interval '3 days'), extract(hour from interval '25 hours'), extract(month from interval '14 months'), extract(year from interval '14 months'), extract(epoch from interval '14 months'), extract(second from interval '1.5 seconds')
extract(bogus from d) FROM t
extract(hour from d) FROM t
date_part('year', d), date_part('second', ts), date_part('epoch', ts), date_part('hour', tm) FROM t ORDER BY id
date_trunc('month', ts), date_trunc('day', ts), date_trunc('hour', tz), date_trunc('month', d), date_trunc('week', ts), date_trunc('quarter', ts), date_trunc('year', d) FROM t ORDER BY id
date_trunc('hour', interval '1 day 02:03:04')
date_trunc('bogus', ts) FROM t
age(timestamp '2024-03-01', timestamp '2024-01-15'), age(date '2024-03-01', date '2020-02-29')
make_date(2024, 1, 15), make_time(10, 30, 45.5), make_timestamp(2024, 1, 15, 10, 30, 45.5), to_timestamp(0), to_timestamp(1700000000.5)
justify_hours(interval '27 hours'), justify_days(interval '35 days'), justify_interval(interval '1 month -1 hour')
timestamp '2024-01-15 10:00' AT TIME ZONE 'Europe/Berlin', timestamptz '2024-01-15 10:00+00' AT TIME ZONE 'America/New_York', timestamptz '2024-07-15 10:00+00' AT TIME ZONE 'Europe/Berlin'
d = '2024-01-15', d > '2024-01-01', ts >= '2024-01-15', tz < '2025-01-01', d < ts, ts = d, d IN ('2024-01-15', '2023-12-31'), d BETWEEN '2024-01-01' AND '2024-01-31' FROM t ORDER BY id
d = 'x' FROM t
d = 5 FROM t
d > txt FROM t
isfinite(date '2024-01-01'), isfinite(timestamp 'infinity')
date_bin('15 minutes', timestamp '2024-01-15 10:37', timestamp '2024-01-01')
(date '2024-01-01', date '2024-02-01') OVERLAPS (date '2024-01-15', date '2024-03-01')
interval '1 month' = interval '30 days', interval '24 hours' = interval '1 day', interval '1 day' < interval '25 hours'
to_char(timestamp '2024-01-15 10:30:45', 'YYYY-MM-DD HH24:MI:SS')
extract(epoch from timestamp '2024-01-15') * 1000
min(d), max(ts), min(iv), max(tm) FROM t
sum(iv), avg(iv) FROM t
date '2024-01-01' + time '10:30', time '10:30' + date '2024-01-01'
date '2024-01-01' * 2
greatest(date '2024-01-01', timestamp '2024-01-01 10:00')
SELECT date 'infinity' - date '2024-01-01'
SELECT date '2024-01-01' - date '-infinity'
SELECT id, d - date '2024-01-01' FROM t ORDER BY id
SELECT extract(julian from date '2024-01-01'), extract(julian from d), date_part('julian', date '2024-01-01') FROM t
SELECT extract(julian from timestamp '2024-01-01 12:00:00')
SELECT timestamp '2024-01-01 00:00:00.1234567', '2024-01-01 00:00:00.1234565'::timestamp, time '10:00:00.9999996', timestamptz '2024-01-01 00:00:00.1234567+00', '2024-01-01 00:00:00.1234567'::text::timestamp
SELECT x::timestamp, x::timestamptz FROM (VALUES ('2024-01-01 00:00:00.1234567'), ('2024-12-31 23:59:59.9999996'), ('1969-12-31 23:59:59.1234567'), ('2024-05-05'), ('infinity')) AS q (x)
SELECT x::time FROM (VALUES ('10:00:00.1234567'), ('10:00'), ('23:59:59.9999994')) AS q (x)
SELECT interval(0) '1.5 seconds', '1 day 00:00:01.4996'::interval(3), interval '-1.5 seconds'::interval(0), '2.5 seconds'::interval second(0), '1.25'::interval(1)
SELECT iv::interval(0), (iv * 1.00001)::interval(2), (tm - time '00:00:00.5')::interval(0) FROM t ORDER BY id
SELECT ts::timestamp(0), (ts + interval '0.4567 seconds')::timestamp(2), tm::time(0), tz::timestamptz(0), '10:00:00.5'::time(0), '2024-01-01 10:00:00.55'::timestamp(1), timestamp(0) '2024-12-31 23:59:59.5' FROM t ORDER BY id
