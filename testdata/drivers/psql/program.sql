-- psql: what its users do. Errors are shown by :LAST_ERROR_MESSAGE, since the standard error has no order with the standard output.
\pset pager off
SET client_min_messages = warning;

\echo == statements
CREATE TABLE sales (id integer, region text, amount numeric(10,2), sold date, note varchar(30));
INSERT INTO sales VALUES (1, 'north', 10.50, '2024-01-01', NULL), (2, 'south', 20, '2024-01-02', 'a note'), (3, 'north', 5.25, '2024-02-01', 'ü'), (4, 'west', -1, '2024-02-02', '');
SELECT * FROM sales ORDER BY id;
SELECT region, count(*) AS sales, sum(amount) AS total FROM sales GROUP BY region ORDER BY region;
\echo :ROW_COUNT :ERROR :SQLSTATE
TABLE sales ORDER BY id DESC LIMIT 1;
VALUES (1, 'x'), (2, NULL) ORDER BY 1;
SELECT 1 AS a \; SELECT 2 AS b, 'both are shown' AS c;

\echo == formats
\pset null '(null)'
\x on
SELECT * FROM sales WHERE id = 1;
\x off
\a
SELECT * FROM sales ORDER BY id;
\t on
\f ';'
SELECT * FROM sales ORDER BY id;
\t off
\pset format csv
SELECT * FROM sales ORDER BY id;
\pset format html
SELECT id, region FROM sales WHERE id = 1;
\pset format latex
SELECT id, amount FROM sales WHERE id = 1;
\pset format wrapped
\pset columns 30
SELECT id, repeat('word ', 12) AS long FROM sales WHERE id = 1;
\pset format aligned
\pset border 2
\pset linestyle unicode
SELECT id, E'two\nlines' AS text FROM sales WHERE id = 2;
\pset border 1
\pset linestyle ascii
\pset null ''
SELECT id, amount FROM sales WHERE id = 3 \gx

\echo == variables
\set low 2
\set name 'it''s "odd"'
\set column region
SELECT :low + 1 AS more, :'name' AS quoted, :"column" AS col FROM sales WHERE id >= :low ORDER BY id;
SELECT count(*) AS rows, max(amount) AS top FROM sales \gset got_
\echo :got_rows :got_top
SELECT 'a' AS one, NULL AS two \gset
\echo :one :{?two}
SELECT id FROM sales ORDER BY id LIMIT 0 \gset none_
\echo :{?none_id}
\if :{?got_rows}
\echo set
\else
\echo unset
\endif
\unset low
\echo :low
\set HISTSIZE 1
SELECT format_me.x AS x FROM (VALUES (1), (2)) AS format_me (x) ORDER BY x;

\echo == gexec
SELECT 'CREATE TABLE made_' || x || ' (id int)', 'INSERT INTO made_' || x || ' VALUES (' || x || ')' FROM generate_series(1, 3) x ORDER BY x \gexec
SELECT (SELECT id FROM made_1) + (SELECT id FROM made_2) + (SELECT id FROM made_3) AS sum;

\echo == gdesc
SELECT id, region, amount, sold, note, 1 AS one, 'x' AS x, now() AS at, ARRAY[1] AS list FROM sales \gdesc
SELECT 1::numeric(5,1) AS n, 'x'::varchar(3) AS v, 'c'::char(4) AS c, '1 day'::interval AS i \gdesc
CREATE TABLE nothing (x int) \gdesc

\echo == crosstabview
SELECT region, extract(month FROM sold)::int AS month, sum(amount) AS total FROM sales GROUP BY 1, 2 ORDER BY 1, 2 \crosstabview
SELECT region, extract(month FROM sold)::int AS month, count(*) FROM sales GROUP BY 1, 2 ORDER BY 1, 2 \crosstabview month region

\echo == watch
\t on
CREATE TABLE ticks (x int);
INSERT INTO ticks VALUES (1) \; SELECT 10 / (3 - count(*)) AS remaining FROM ticks \watch 0.1
\t off
SELECT count(*) FROM ticks;

\echo == copy
\copy sales FROM stdin (FORMAT csv, HEADER)
id,region,amount,sold,note
10,east,7.5,2024-03-01,"with ""quotes"", and comma"
11,,,,
\.
\echo :ROW_COUNT
COPY sales (id, region) FROM STDIN;
12	tab\there
13	\N
\.
\copy sales (id, region, amount) from 'more.csv' with (format csv, delimiter ';', null '-')
\copy (SELECT * FROM sales WHERE id >= 10 ORDER BY id) to stdout csv header
COPY (SELECT * FROM sales WHERE id >= 10 ORDER BY id) TO STDOUT;
\copy sales (id) from program 'seq 100 104'
\copy (SELECT id FROM sales WHERE id >= 100 ORDER BY id) to program 'tr 0-9 a-j'
\copy sales from 'absent.csv'
\copy sales (id) from stdin
no number
\.
SELECT count(*), count(region), sum(id) FROM sales;

\echo == transactions
CREATE TABLE moves (x int);
BEGIN;
INSERT INTO moves VALUES (1);
ROLLBACK;
\set AUTOCOMMIT off
INSERT INTO moves VALUES (2);
COMMIT;
INSERT INTO moves VALUES (3);
ROLLBACK;
\set AUTOCOMMIT on
\set ON_ERROR_ROLLBACK on
BEGIN;
INSERT INTO moves VALUES (4);
SELECT 1 / 0;
\echo :SQLSTATE :LAST_ERROR_MESSAGE
INSERT INTO moves VALUES (5);
COMMIT;
\set ON_ERROR_ROLLBACK off
SELECT x FROM moves ORDER BY x;
BEGIN;
SELECT * FROM absent;
SELECT 1;
\echo :SQLSTATE :LAST_ERROR_MESSAGE
COMMIT;
START TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;
INSERT INTO moves VALUES (6);
\echo :SQLSTATE :LAST_ERROR_MESSAGE
ROLLBACK;

\echo == errors
SELEKT 1;
\echo :SQLSTATE :LAST_ERROR_MESSAGE
SELECT nothing FROM sales;
\echo :SQLSTATE :LAST_ERROR_MESSAGE
INSERT INTO sales VALUES ('x');
\echo :SQLSTATE :LAST_ERROR_MESSAGE
SELECT 'still here' AS here;
\echo :SQLSTATE :ERROR

\echo == fetch count
\set FETCH_COUNT 3
SELECT x, x * x AS square FROM generate_series(1, 8) x ORDER BY x;
\set FETCH_COUNT 0

\echo == prepared and cursors
PREPARE pick (int) AS SELECT id, region FROM sales WHERE id = $1;
EXECUTE pick(2);
DEALLOCATE pick;
BEGIN;
DECLARE c CURSOR FOR SELECT x FROM generate_series(1, 10) x ORDER BY x;
FETCH 2 FROM c;
MOVE 3 IN c;
FETCH NEXT FROM c;
CLOSE c;
COMMIT;

\echo == settings
SET application_name = 'program';
SHOW application_name;
\encoding
SET TIME ZONE 'Europe/Berlin';
SELECT '2024-07-01 12:00:00+00'::timestamptz AS at;
RESET TIME ZONE;
SHOW search_path;
SET statement_timeout = '200ms';
SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b WHERE (a + b) % 7 = 3;
\echo :SQLSTATE :LAST_ERROR_MESSAGE
RESET statement_timeout;

\echo == files
SELECT 'through a pipe' AS p \g (format=unaligned tuples_only=on) | cat
\o | sort -r
\t on
SELECT x FROM generate_series(1, 3) x ORDER BY x;
\t off
\o
\ir included.sql

\echo == password and TLS
\getenv password VISITOR_PASSWORD
\getenv ca CA_FILE
\getenv host PGHOST
\getenv port PGPORT
\getenv database PGDATABASE
\setenv PGPASSWORD :password
\set to 'host=' :host ' port=' :port ' dbname=' :database ' user=visitor sslmode='
\set with :to 'disable'
\connect :with
SELECT current_user;
\set with :to 'verify-full channel_binding=require sslrootcert=' :ca
\connect :with
SELECT current_user, (SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()) AS ssl;
\set with :to 'disable user=miniodb'
\connect :with

\echo == reconnect
\connect
SELECT 'connected again' AS here;
