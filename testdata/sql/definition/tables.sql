CREATE TABLE t (
  a int, b bigint, s smallint, n numeric(10,2), m numeric, f double precision, r real, x text, v varchar(10), c char(3), o boolean, d date, ts timestamp, tz timestamptz, i interval,
  u uuid, j json, jb jsonb, ar int[], tx text[], vs varchar(5)[], "Odd" int, ti time
);
CREATE TABLE w (a int, y text, z numeric);
