-- Zones that are not names, and intervals in all their forms.
timestamp '2024-07-01' AT TIME ZONE '+02', timestamp '2024-07-01' AT TIME ZONE '-05:30', timestamptz '2024-07-01 00:00+00' AT TIME ZONE '+2', timestamptz '2024-07-01 00:00+00' AT TIME ZONE '3'
timestamp '2024-07-01' AT TIME ZONE 'EST', timestamp '2024-07-01' AT TIME ZONE 'PST', timestamptz '2024-07-01 00:00+00' AT TIME ZONE 'CEST', timestamp '2024-07-01' AT TIME ZONE 'utc'
timestamp '2024-07-01' AT TIME ZONE 'UTC+3', timestamp '2024-07-01' AT TIME ZONE '<+05>-05', timestamp '2024-07-01' AT TIME ZONE 'europe/berlin'
timezone('+02', timestamp '2024-07-01'), timezone('EDT', timestamptz '2024-07-01 00:00+00')
timestamp '2024-01-01' AT TIME ZONE 'nosuch'
interval 'P1Y2M3DT4H5M6S', interval 'P0001-02-03T04:05:06', interval 'P1W', interval 'PT36H', interval 'P-1DT-2H', interval 'P1.5D', interval 'PT0.5S', interval 'P00010203T040506'
interval 'P0001-02-03'::text, 'P0001-02-03T04:05:06'::interval, interval 'PT04:05:06'
interval '1-2 3 4:05:06', interval '3 4:05:06', interval '1-2', interval '-1-2', interval '+1 -2:03', interval '1 day ago'
interval '25:61'
interval 'P'
interval 'P1'
interval '1 xday'
interval '99999999999 years'
interval '1 day'::text, interval '0'::text, interval '1.5 days'::text, interval '-0:00:01.5'::text
interval '1.5 months', interval '0.1 years', interval '1e2 days', interval '.5 hours', interval '1:2', interval '1:2.5', interval '100:00:00'
interval '5', interval '5' day, interval '5' hour, interval '2 days 3' minute
