-- casts of every pair of types
SELECT (7::smallint)::smallint
SELECT (7::smallint)::integer
SELECT (7::smallint)::bigint
SELECT (7::smallint)::real
SELECT (7::smallint)::double precision
SELECT (7::smallint)::numeric
SELECT (7::smallint)::numeric(6,1)
SELECT (7::smallint)::boolean
SELECT (7::smallint)::text
SELECT (7::smallint)::varchar
SELECT (7::smallint)::varchar(2)
SELECT (7::smallint)::char(4)
SELECT (7::smallint)::"char"
SELECT (7::smallint)::name
SELECT (7::smallint)::bytea
SELECT (7::smallint)::date
SELECT (7::smallint)::time
SELECT (7::smallint)::timestamp
SELECT (7::smallint)::timestamptz
SELECT (7::smallint)::interval
SELECT (7::smallint)::uuid
SELECT (7::smallint)::json
SELECT (7::smallint)::jsonb
SELECT (7::smallint)::integer[]
SELECT (7::smallint)::text[]
SELECT (7::smallint)::oid
SELECT (42)::smallint
SELECT (42)::integer
SELECT (42)::bigint
SELECT (42)::real
SELECT (42)::double precision
SELECT (42)::numeric
SELECT (42)::numeric(6,1)
SELECT (42)::boolean
SELECT (42)::text
SELECT (42)::varchar
SELECT (42)::varchar(2)
SELECT (42)::char(4)
SELECT (42)::"char"
SELECT (42)::name
SELECT (42)::bytea
SELECT (42)::date
SELECT (42)::time
SELECT (42)::timestamp
SELECT (42)::timestamptz
SELECT (42)::interval
SELECT (42)::uuid
SELECT (42)::json
SELECT (42)::jsonb
SELECT (42)::integer[]
SELECT (42)::text[]
SELECT (42)::oid
SELECT (42::bigint)::smallint
SELECT (42::bigint)::integer
SELECT (42::bigint)::bigint
SELECT (42::bigint)::real
SELECT (42::bigint)::double precision
SELECT (42::bigint)::numeric
SELECT (42::bigint)::numeric(6,1)
SELECT (42::bigint)::boolean
SELECT (42::bigint)::text
SELECT (42::bigint)::varchar
SELECT (42::bigint)::varchar(2)
SELECT (42::bigint)::char(4)
SELECT (42::bigint)::"char"
SELECT (42::bigint)::name
SELECT (42::bigint)::bytea
SELECT (42::bigint)::date
SELECT (42::bigint)::time
SELECT (42::bigint)::timestamp
SELECT (42::bigint)::timestamptz
SELECT (42::bigint)::interval
SELECT (42::bigint)::uuid
SELECT (42::bigint)::json
SELECT (42::bigint)::jsonb
SELECT (42::bigint)::integer[]
SELECT (42::bigint)::text[]
SELECT (42::bigint)::oid
SELECT (1.5::real)::smallint
SELECT (1.5::real)::integer
SELECT (1.5::real)::bigint
SELECT (1.5::real)::real
SELECT (1.5::real)::double precision
SELECT (1.5::real)::numeric
SELECT (1.5::real)::numeric(6,1)
SELECT (1.5::real)::boolean
SELECT (1.5::real)::text
SELECT (1.5::real)::varchar
SELECT (1.5::real)::varchar(2)
SELECT (1.5::real)::char(4)
SELECT (1.5::real)::"char"
SELECT (1.5::real)::name
SELECT (1.5::real)::bytea
SELECT (1.5::real)::date
SELECT (1.5::real)::time
SELECT (1.5::real)::timestamp
SELECT (1.5::real)::timestamptz
SELECT (1.5::real)::interval
SELECT (1.5::real)::uuid
SELECT (1.5::real)::json
SELECT (1.5::real)::jsonb
SELECT (1.5::real)::integer[]
SELECT (1.5::real)::text[]
SELECT (1.5::real)::oid
SELECT (2.5::float8)::smallint
SELECT (2.5::float8)::integer
SELECT (2.5::float8)::bigint
SELECT (2.5::float8)::real
SELECT (2.5::float8)::double precision
SELECT (2.5::float8)::numeric
SELECT (2.5::float8)::numeric(6,1)
SELECT (2.5::float8)::boolean
SELECT (2.5::float8)::text
SELECT (2.5::float8)::varchar
SELECT (2.5::float8)::varchar(2)
SELECT (2.5::float8)::char(4)
SELECT (2.5::float8)::"char"
SELECT (2.5::float8)::name
SELECT (2.5::float8)::bytea
SELECT (2.5::float8)::date
SELECT (2.5::float8)::time
SELECT (2.5::float8)::timestamp
SELECT (2.5::float8)::timestamptz
SELECT (2.5::float8)::interval
SELECT (2.5::float8)::uuid
SELECT (2.5::float8)::json
SELECT (2.5::float8)::jsonb
SELECT (2.5::float8)::integer[]
SELECT (2.5::float8)::text[]
SELECT (2.5::float8)::oid
SELECT (12.34)::smallint
SELECT (12.34)::integer
SELECT (12.34)::bigint
SELECT (12.34)::real
SELECT (12.34)::double precision
SELECT (12.34)::numeric
SELECT (12.34)::numeric(6,1)
SELECT (12.34)::boolean
SELECT (12.34)::text
SELECT (12.34)::varchar
SELECT (12.34)::varchar(2)
SELECT (12.34)::char(4)
SELECT (12.34)::"char"
SELECT (12.34)::name
SELECT (12.34)::bytea
SELECT (12.34)::date
SELECT (12.34)::time
SELECT (12.34)::timestamp
SELECT (12.34)::timestamptz
SELECT (12.34)::interval
SELECT (12.34)::uuid
SELECT (12.34)::json
SELECT (12.34)::jsonb
SELECT (12.34)::integer[]
SELECT (12.34)::text[]
SELECT (12.34)::oid
SELECT (12.34::numeric(6,1))::smallint
SELECT (12.34::numeric(6,1))::integer
SELECT (12.34::numeric(6,1))::bigint
SELECT (12.34::numeric(6,1))::real
SELECT (12.34::numeric(6,1))::double precision
SELECT (12.34::numeric(6,1))::numeric
SELECT (12.34::numeric(6,1))::numeric(6,1)
SELECT (12.34::numeric(6,1))::boolean
SELECT (12.34::numeric(6,1))::text
SELECT (12.34::numeric(6,1))::varchar
SELECT (12.34::numeric(6,1))::varchar(2)
SELECT (12.34::numeric(6,1))::char(4)
SELECT (12.34::numeric(6,1))::"char"
SELECT (12.34::numeric(6,1))::name
SELECT (12.34::numeric(6,1))::bytea
SELECT (12.34::numeric(6,1))::date
SELECT (12.34::numeric(6,1))::time
SELECT (12.34::numeric(6,1))::timestamp
SELECT (12.34::numeric(6,1))::timestamptz
SELECT (12.34::numeric(6,1))::interval
SELECT (12.34::numeric(6,1))::uuid
SELECT (12.34::numeric(6,1))::json
SELECT (12.34::numeric(6,1))::jsonb
SELECT (12.34::numeric(6,1))::integer[]
SELECT (12.34::numeric(6,1))::text[]
SELECT (12.34::numeric(6,1))::oid
SELECT (true)::smallint
SELECT (true)::integer
SELECT (true)::bigint
SELECT (true)::real
SELECT (true)::double precision
SELECT (true)::numeric
SELECT (true)::numeric(6,1)
SELECT (true)::boolean
SELECT (true)::text
SELECT (true)::varchar
SELECT (true)::varchar(2)
SELECT (true)::char(4)
SELECT (true)::"char"
SELECT (true)::name
SELECT (true)::bytea
SELECT (true)::date
SELECT (true)::time
SELECT (true)::timestamp
SELECT (true)::timestamptz
SELECT (true)::interval
SELECT (true)::uuid
SELECT (true)::json
SELECT (true)::jsonb
SELECT (true)::integer[]
SELECT (true)::text[]
SELECT (true)::oid
SELECT ('12'::text)::smallint
SELECT ('12'::text)::integer
SELECT ('12'::text)::bigint
SELECT ('12'::text)::real
SELECT ('12'::text)::double precision
SELECT ('12'::text)::numeric
SELECT ('12'::text)::numeric(6,1)
SELECT ('12'::text)::boolean
SELECT ('12'::text)::text
SELECT ('12'::text)::varchar
SELECT ('12'::text)::varchar(2)
SELECT ('12'::text)::char(4)
SELECT ('12'::text)::"char"
SELECT ('12'::text)::name
SELECT ('12'::text)::bytea
SELECT ('12'::text)::date
SELECT ('12'::text)::time
SELECT ('12'::text)::timestamp
SELECT ('12'::text)::timestamptz
SELECT ('12'::text)::interval
SELECT ('12'::text)::uuid
SELECT ('12'::text)::json
SELECT ('12'::text)::jsonb
SELECT ('12'::text)::integer[]
SELECT ('12'::text)::text[]
SELECT ('12'::text)::oid
SELECT ('12'::varchar)::smallint
SELECT ('12'::varchar)::integer
SELECT ('12'::varchar)::bigint
SELECT ('12'::varchar)::real
SELECT ('12'::varchar)::double precision
SELECT ('12'::varchar)::numeric
SELECT ('12'::varchar)::numeric(6,1)
SELECT ('12'::varchar)::boolean
SELECT ('12'::varchar)::text
SELECT ('12'::varchar)::varchar
SELECT ('12'::varchar)::varchar(2)
SELECT ('12'::varchar)::char(4)
SELECT ('12'::varchar)::"char"
SELECT ('12'::varchar)::name
SELECT ('12'::varchar)::bytea
SELECT ('12'::varchar)::date
SELECT ('12'::varchar)::time
SELECT ('12'::varchar)::timestamp
SELECT ('12'::varchar)::timestamptz
SELECT ('12'::varchar)::interval
SELECT ('12'::varchar)::uuid
SELECT ('12'::varchar)::json
SELECT ('12'::varchar)::jsonb
SELECT ('12'::varchar)::integer[]
SELECT ('12'::varchar)::text[]
SELECT ('12'::varchar)::oid
SELECT ('ab'::varchar(2))::smallint
SELECT ('ab'::varchar(2))::integer
SELECT ('ab'::varchar(2))::bigint
SELECT ('ab'::varchar(2))::real
SELECT ('ab'::varchar(2))::double precision
SELECT ('ab'::varchar(2))::numeric
SELECT ('ab'::varchar(2))::numeric(6,1)
SELECT ('ab'::varchar(2))::boolean
SELECT ('ab'::varchar(2))::text
SELECT ('ab'::varchar(2))::varchar
SELECT ('ab'::varchar(2))::varchar(2)
SELECT ('ab'::varchar(2))::char(4)
SELECT ('ab'::varchar(2))::"char"
SELECT ('ab'::varchar(2))::name
SELECT ('ab'::varchar(2))::bytea
SELECT ('ab'::varchar(2))::date
SELECT ('ab'::varchar(2))::time
SELECT ('ab'::varchar(2))::timestamp
SELECT ('ab'::varchar(2))::timestamptz
SELECT ('ab'::varchar(2))::interval
SELECT ('ab'::varchar(2))::uuid
SELECT ('ab'::varchar(2))::json
SELECT ('ab'::varchar(2))::jsonb
SELECT ('ab'::varchar(2))::integer[]
SELECT ('ab'::varchar(2))::text[]
SELECT ('ab'::varchar(2))::oid
SELECT ('12'::char(4))::smallint
SELECT ('12'::char(4))::integer
SELECT ('12'::char(4))::bigint
SELECT ('12'::char(4))::real
SELECT ('12'::char(4))::double precision
SELECT ('12'::char(4))::numeric
SELECT ('12'::char(4))::numeric(6,1)
SELECT ('12'::char(4))::boolean
SELECT ('12'::char(4))::text
SELECT ('12'::char(4))::varchar
SELECT ('12'::char(4))::varchar(2)
SELECT ('12'::char(4))::char(4)
SELECT ('12'::char(4))::"char"
SELECT ('12'::char(4))::name
SELECT ('12'::char(4))::bytea
SELECT ('12'::char(4))::date
SELECT ('12'::char(4))::time
SELECT ('12'::char(4))::timestamp
SELECT ('12'::char(4))::timestamptz
SELECT ('12'::char(4))::interval
SELECT ('12'::char(4))::uuid
SELECT ('12'::char(4))::json
SELECT ('12'::char(4))::jsonb
SELECT ('12'::char(4))::integer[]
SELECT ('12'::char(4))::text[]
SELECT ('12'::char(4))::oid
SELECT ('x'::"char")::smallint
SELECT ('x'::"char")::integer
SELECT ('x'::"char")::bigint
SELECT ('x'::"char")::real
SELECT ('x'::"char")::double precision
SELECT ('x'::"char")::numeric
SELECT ('x'::"char")::numeric(6,1)
SELECT ('x'::"char")::boolean
SELECT ('x'::"char")::text
SELECT ('x'::"char")::varchar
SELECT ('x'::"char")::varchar(2)
SELECT ('x'::"char")::char(4)
SELECT ('x'::"char")::"char"
SELECT ('x'::"char")::name
SELECT ('x'::"char")::bytea
SELECT ('x'::"char")::date
SELECT ('x'::"char")::time
SELECT ('x'::"char")::timestamp
SELECT ('x'::"char")::timestamptz
SELECT ('x'::"char")::interval
SELECT ('x'::"char")::uuid
SELECT ('x'::"char")::json
SELECT ('x'::"char")::jsonb
SELECT ('x'::"char")::integer[]
SELECT ('x'::"char")::text[]
SELECT ('x'::"char")::oid
SELECT ('12'::name)::smallint
SELECT ('12'::name)::integer
SELECT ('12'::name)::bigint
SELECT ('12'::name)::real
SELECT ('12'::name)::double precision
SELECT ('12'::name)::numeric
SELECT ('12'::name)::numeric(6,1)
SELECT ('12'::name)::boolean
SELECT ('12'::name)::text
SELECT ('12'::name)::varchar
SELECT ('12'::name)::varchar(2)
SELECT ('12'::name)::char(4)
SELECT ('12'::name)::"char"
SELECT ('12'::name)::name
SELECT ('12'::name)::bytea
SELECT ('12'::name)::date
SELECT ('12'::name)::time
SELECT ('12'::name)::timestamp
SELECT ('12'::name)::timestamptz
SELECT ('12'::name)::interval
SELECT ('12'::name)::uuid
SELECT ('12'::name)::json
SELECT ('12'::name)::jsonb
SELECT ('12'::name)::integer[]
SELECT ('12'::name)::text[]
SELECT ('12'::name)::oid
SELECT ('\x3132'::bytea)::smallint
SELECT ('\x3132'::bytea)::integer
SELECT ('\x3132'::bytea)::bigint
SELECT ('\x3132'::bytea)::real
SELECT ('\x3132'::bytea)::double precision
SELECT ('\x3132'::bytea)::numeric
SELECT ('\x3132'::bytea)::numeric(6,1)
SELECT ('\x3132'::bytea)::boolean
SELECT ('\x3132'::bytea)::text
SELECT ('\x3132'::bytea)::varchar
SELECT ('\x3132'::bytea)::varchar(2)
SELECT ('\x3132'::bytea)::char(4)
SELECT ('\x3132'::bytea)::"char"
SELECT ('\x3132'::bytea)::name
SELECT ('\x3132'::bytea)::bytea
SELECT ('\x3132'::bytea)::date
SELECT ('\x3132'::bytea)::time
SELECT ('\x3132'::bytea)::timestamp
SELECT ('\x3132'::bytea)::timestamptz
SELECT ('\x3132'::bytea)::interval
SELECT ('\x3132'::bytea)::uuid
SELECT ('\x3132'::bytea)::json
SELECT ('\x3132'::bytea)::jsonb
SELECT ('\x3132'::bytea)::integer[]
SELECT ('\x3132'::bytea)::text[]
SELECT ('\x3132'::bytea)::oid
SELECT (date '2024-02-29')::smallint
SELECT (date '2024-02-29')::integer
SELECT (date '2024-02-29')::bigint
SELECT (date '2024-02-29')::real
SELECT (date '2024-02-29')::double precision
SELECT (date '2024-02-29')::numeric
SELECT (date '2024-02-29')::numeric(6,1)
SELECT (date '2024-02-29')::boolean
SELECT (date '2024-02-29')::text
SELECT (date '2024-02-29')::varchar
SELECT (date '2024-02-29')::varchar(2)
SELECT (date '2024-02-29')::char(4)
SELECT (date '2024-02-29')::"char"
SELECT (date '2024-02-29')::name
SELECT (date '2024-02-29')::bytea
SELECT (date '2024-02-29')::date
SELECT (date '2024-02-29')::time
SELECT (date '2024-02-29')::timestamp
SELECT (date '2024-02-29')::timestamptz
SELECT (date '2024-02-29')::interval
SELECT (date '2024-02-29')::uuid
SELECT (date '2024-02-29')::json
SELECT (date '2024-02-29')::jsonb
SELECT (date '2024-02-29')::integer[]
SELECT (date '2024-02-29')::text[]
SELECT (date '2024-02-29')::oid
SELECT (time '10:30:45')::smallint
SELECT (time '10:30:45')::integer
SELECT (time '10:30:45')::bigint
SELECT (time '10:30:45')::real
SELECT (time '10:30:45')::double precision
SELECT (time '10:30:45')::numeric
SELECT (time '10:30:45')::numeric(6,1)
SELECT (time '10:30:45')::boolean
SELECT (time '10:30:45')::text
SELECT (time '10:30:45')::varchar
SELECT (time '10:30:45')::varchar(2)
SELECT (time '10:30:45')::char(4)
SELECT (time '10:30:45')::"char"
SELECT (time '10:30:45')::name
SELECT (time '10:30:45')::bytea
SELECT (time '10:30:45')::date
SELECT (time '10:30:45')::time
SELECT (time '10:30:45')::timestamp
SELECT (time '10:30:45')::timestamptz
SELECT (time '10:30:45')::interval
SELECT (time '10:30:45')::uuid
SELECT (time '10:30:45')::json
SELECT (time '10:30:45')::jsonb
SELECT (time '10:30:45')::integer[]
SELECT (time '10:30:45')::text[]
SELECT (time '10:30:45')::oid
SELECT (timestamp '2024-02-29 10:30:45.5')::smallint
SELECT (timestamp '2024-02-29 10:30:45.5')::integer
SELECT (timestamp '2024-02-29 10:30:45.5')::bigint
SELECT (timestamp '2024-02-29 10:30:45.5')::real
SELECT (timestamp '2024-02-29 10:30:45.5')::double precision
SELECT (timestamp '2024-02-29 10:30:45.5')::numeric
SELECT (timestamp '2024-02-29 10:30:45.5')::numeric(6,1)
SELECT (timestamp '2024-02-29 10:30:45.5')::boolean
SELECT (timestamp '2024-02-29 10:30:45.5')::text
SELECT (timestamp '2024-02-29 10:30:45.5')::varchar
SELECT (timestamp '2024-02-29 10:30:45.5')::varchar(2)
SELECT (timestamp '2024-02-29 10:30:45.5')::char(4)
SELECT (timestamp '2024-02-29 10:30:45.5')::"char"
SELECT (timestamp '2024-02-29 10:30:45.5')::name
SELECT (timestamp '2024-02-29 10:30:45.5')::bytea
SELECT (timestamp '2024-02-29 10:30:45.5')::date
SELECT (timestamp '2024-02-29 10:30:45.5')::time
SELECT (timestamp '2024-02-29 10:30:45.5')::timestamp
SELECT (timestamp '2024-02-29 10:30:45.5')::timestamptz
SELECT (timestamp '2024-02-29 10:30:45.5')::interval
SELECT (timestamp '2024-02-29 10:30:45.5')::uuid
SELECT (timestamp '2024-02-29 10:30:45.5')::json
SELECT (timestamp '2024-02-29 10:30:45.5')::jsonb
SELECT (timestamp '2024-02-29 10:30:45.5')::integer[]
SELECT (timestamp '2024-02-29 10:30:45.5')::text[]
SELECT (timestamp '2024-02-29 10:30:45.5')::oid
SELECT (timestamptz '2024-02-29 10:30:45+00')::smallint
SELECT (timestamptz '2024-02-29 10:30:45+00')::integer
SELECT (timestamptz '2024-02-29 10:30:45+00')::bigint
SELECT (timestamptz '2024-02-29 10:30:45+00')::real
SELECT (timestamptz '2024-02-29 10:30:45+00')::double precision
SELECT (timestamptz '2024-02-29 10:30:45+00')::numeric
SELECT (timestamptz '2024-02-29 10:30:45+00')::numeric(6,1)
SELECT (timestamptz '2024-02-29 10:30:45+00')::boolean
SELECT (timestamptz '2024-02-29 10:30:45+00')::text
SELECT (timestamptz '2024-02-29 10:30:45+00')::varchar
SELECT (timestamptz '2024-02-29 10:30:45+00')::varchar(2)
SELECT (timestamptz '2024-02-29 10:30:45+00')::char(4)
SELECT (timestamptz '2024-02-29 10:30:45+00')::"char"
SELECT (timestamptz '2024-02-29 10:30:45+00')::name
SELECT (timestamptz '2024-02-29 10:30:45+00')::bytea
SELECT (timestamptz '2024-02-29 10:30:45+00')::date
SELECT (timestamptz '2024-02-29 10:30:45+00')::time
SELECT (timestamptz '2024-02-29 10:30:45+00')::timestamp
SELECT (timestamptz '2024-02-29 10:30:45+00')::timestamptz
SELECT (timestamptz '2024-02-29 10:30:45+00')::interval
SELECT (timestamptz '2024-02-29 10:30:45+00')::uuid
SELECT (timestamptz '2024-02-29 10:30:45+00')::json
SELECT (timestamptz '2024-02-29 10:30:45+00')::jsonb
SELECT (timestamptz '2024-02-29 10:30:45+00')::integer[]
SELECT (timestamptz '2024-02-29 10:30:45+00')::text[]
SELECT (timestamptz '2024-02-29 10:30:45+00')::oid
SELECT (interval '1 day 02:03:04')::smallint
SELECT (interval '1 day 02:03:04')::integer
SELECT (interval '1 day 02:03:04')::bigint
SELECT (interval '1 day 02:03:04')::real
SELECT (interval '1 day 02:03:04')::double precision
SELECT (interval '1 day 02:03:04')::numeric
SELECT (interval '1 day 02:03:04')::numeric(6,1)
SELECT (interval '1 day 02:03:04')::boolean
SELECT (interval '1 day 02:03:04')::text
SELECT (interval '1 day 02:03:04')::varchar
SELECT (interval '1 day 02:03:04')::varchar(2)
SELECT (interval '1 day 02:03:04')::char(4)
SELECT (interval '1 day 02:03:04')::"char"
SELECT (interval '1 day 02:03:04')::name
SELECT (interval '1 day 02:03:04')::bytea
SELECT (interval '1 day 02:03:04')::date
SELECT (interval '1 day 02:03:04')::time
SELECT (interval '1 day 02:03:04')::timestamp
SELECT (interval '1 day 02:03:04')::timestamptz
SELECT (interval '1 day 02:03:04')::interval
SELECT (interval '1 day 02:03:04')::uuid
SELECT (interval '1 day 02:03:04')::json
SELECT (interval '1 day 02:03:04')::jsonb
SELECT (interval '1 day 02:03:04')::integer[]
SELECT (interval '1 day 02:03:04')::text[]
SELECT (interval '1 day 02:03:04')::oid
SELECT ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid)::smallint
SELECT ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid)::integer
SELECT ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid)::bigint
SELECT ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid)::real
SELECT ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid)::double precision
SELECT ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid)::numeric
SELECT ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid)::numeric(6,1)
SELECT ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid)::boolean
SELECT ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid)::text
SELECT ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid)::varchar
SELECT ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid)::varchar(2)
SELECT ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid)::char(4)
SELECT ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid)::"char"
SELECT ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid)::name
SELECT ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid)::bytea
SELECT ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid)::date
SELECT ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid)::time
SELECT ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid)::timestamp
SELECT ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid)::timestamptz
SELECT ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid)::interval
SELECT ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid)::uuid
SELECT ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid)::json
SELECT ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid)::jsonb
SELECT ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid)::integer[]
SELECT ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid)::text[]
SELECT ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid)::oid
SELECT ('{"a": 1}'::json)::smallint
SELECT ('{"a": 1}'::json)::integer
SELECT ('{"a": 1}'::json)::bigint
SELECT ('{"a": 1}'::json)::real
SELECT ('{"a": 1}'::json)::double precision
SELECT ('{"a": 1}'::json)::numeric
SELECT ('{"a": 1}'::json)::numeric(6,1)
SELECT ('{"a": 1}'::json)::boolean
SELECT ('{"a": 1}'::json)::text
SELECT ('{"a": 1}'::json)::varchar
SELECT ('{"a": 1}'::json)::varchar(2)
SELECT ('{"a": 1}'::json)::char(4)
SELECT ('{"a": 1}'::json)::"char"
SELECT ('{"a": 1}'::json)::name
SELECT ('{"a": 1}'::json)::bytea
SELECT ('{"a": 1}'::json)::date
SELECT ('{"a": 1}'::json)::time
SELECT ('{"a": 1}'::json)::timestamp
SELECT ('{"a": 1}'::json)::timestamptz
SELECT ('{"a": 1}'::json)::interval
SELECT ('{"a": 1}'::json)::uuid
SELECT ('{"a": 1}'::json)::json
SELECT ('{"a": 1}'::json)::jsonb
SELECT ('{"a": 1}'::json)::integer[]
SELECT ('{"a": 1}'::json)::text[]
SELECT ('{"a": 1}'::json)::oid
SELECT ('12'::jsonb)::smallint
SELECT ('12'::jsonb)::integer
SELECT ('12'::jsonb)::bigint
SELECT ('12'::jsonb)::real
SELECT ('12'::jsonb)::double precision
SELECT ('12'::jsonb)::numeric
SELECT ('12'::jsonb)::numeric(6,1)
SELECT ('12'::jsonb)::boolean
SELECT ('12'::jsonb)::text
SELECT ('12'::jsonb)::varchar
SELECT ('12'::jsonb)::varchar(2)
SELECT ('12'::jsonb)::char(4)
SELECT ('12'::jsonb)::"char"
SELECT ('12'::jsonb)::name
SELECT ('12'::jsonb)::bytea
SELECT ('12'::jsonb)::date
SELECT ('12'::jsonb)::time
SELECT ('12'::jsonb)::timestamp
SELECT ('12'::jsonb)::timestamptz
SELECT ('12'::jsonb)::interval
SELECT ('12'::jsonb)::uuid
SELECT ('12'::jsonb)::json
SELECT ('12'::jsonb)::jsonb
SELECT ('12'::jsonb)::integer[]
SELECT ('12'::jsonb)::text[]
SELECT ('12'::jsonb)::oid
SELECT (ARRAY[1,2])::smallint
SELECT (ARRAY[1,2])::integer
SELECT (ARRAY[1,2])::bigint
SELECT (ARRAY[1,2])::real
SELECT (ARRAY[1,2])::double precision
SELECT (ARRAY[1,2])::numeric
SELECT (ARRAY[1,2])::numeric(6,1)
SELECT (ARRAY[1,2])::boolean
SELECT (ARRAY[1,2])::text
SELECT (ARRAY[1,2])::varchar
SELECT (ARRAY[1,2])::varchar(2)
SELECT (ARRAY[1,2])::char(4)
SELECT (ARRAY[1,2])::"char"
SELECT (ARRAY[1,2])::name
SELECT (ARRAY[1,2])::bytea
SELECT (ARRAY[1,2])::date
SELECT (ARRAY[1,2])::time
SELECT (ARRAY[1,2])::timestamp
SELECT (ARRAY[1,2])::timestamptz
SELECT (ARRAY[1,2])::interval
SELECT (ARRAY[1,2])::uuid
SELECT (ARRAY[1,2])::json
SELECT (ARRAY[1,2])::jsonb
SELECT (ARRAY[1,2])::integer[]
SELECT (ARRAY[1,2])::text[]
SELECT (ARRAY[1,2])::oid
SELECT (ARRAY['1','2'])::smallint
SELECT (ARRAY['1','2'])::integer
SELECT (ARRAY['1','2'])::bigint
SELECT (ARRAY['1','2'])::real
SELECT (ARRAY['1','2'])::double precision
SELECT (ARRAY['1','2'])::numeric
SELECT (ARRAY['1','2'])::numeric(6,1)
SELECT (ARRAY['1','2'])::boolean
SELECT (ARRAY['1','2'])::text
SELECT (ARRAY['1','2'])::varchar
SELECT (ARRAY['1','2'])::varchar(2)
SELECT (ARRAY['1','2'])::char(4)
SELECT (ARRAY['1','2'])::"char"
SELECT (ARRAY['1','2'])::name
SELECT (ARRAY['1','2'])::bytea
SELECT (ARRAY['1','2'])::date
SELECT (ARRAY['1','2'])::time
SELECT (ARRAY['1','2'])::timestamp
SELECT (ARRAY['1','2'])::timestamptz
SELECT (ARRAY['1','2'])::interval
SELECT (ARRAY['1','2'])::uuid
SELECT (ARRAY['1','2'])::json
SELECT (ARRAY['1','2'])::jsonb
SELECT (ARRAY['1','2'])::integer[]
SELECT (ARRAY['1','2'])::text[]
SELECT (ARRAY['1','2'])::oid
SELECT (42::oid)::smallint
SELECT (42::oid)::integer
SELECT (42::oid)::bigint
SELECT (42::oid)::real
SELECT (42::oid)::double precision
SELECT (42::oid)::numeric
SELECT (42::oid)::numeric(6,1)
SELECT (42::oid)::boolean
SELECT (42::oid)::text
SELECT (42::oid)::varchar
SELECT (42::oid)::varchar(2)
SELECT (42::oid)::char(4)
SELECT (42::oid)::"char"
SELECT (42::oid)::name
SELECT (42::oid)::bytea
SELECT (42::oid)::date
SELECT (42::oid)::time
SELECT (42::oid)::timestamp
SELECT (42::oid)::timestamptz
SELECT (42::oid)::interval
SELECT (42::oid)::uuid
SELECT (42::oid)::json
SELECT (42::oid)::jsonb
SELECT (42::oid)::integer[]
SELECT (42::oid)::text[]
SELECT (42::oid)::oid
