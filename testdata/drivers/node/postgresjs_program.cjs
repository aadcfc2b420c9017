// The npm package postgres: what its users do, printed.
'use strict';

const fs = require('node:fs');
const { pipeline } = require('node:stream/promises');
const { Readable } = require('node:stream');
const postgres = require('postgres');
const { topic, show, fails, run, LONG } = require('./topics.cjs');

const notices = []; // of the topic

function showAll(result) {
  show(result.command, result.count, (result.columns || []).map((c) => [c.name, c.type]));
  for (const row of result) show(row);
}

topic('connect', async (sql) => {
  showAll(await sql`SELECT current_user AS who, 1 + 1 AS two`);
  showAll(await sql`SHOW application_name`);
  show(sql.parameters.server_encoding, sql.parameters.client_encoding, sql.parameters.integer_datetimes);
}, { connection: { application_name: 'program' } });

topic('password and TLS', async () => {
  for (const ssl of [false, { ca: fs.readFileSync(process.env.CA_FILE, 'utf8') }]) {
    const visitor = postgres({ max: 1, user: 'visitor', password: process.env.VISITOR_PASSWORD, ssl });
    showAll(await visitor`SELECT current_user AS who, (SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()) AS ssl`);
    await visitor.end();
    const wrong = postgres({ max: 1, user: 'visitor', password: 'wrong', ssl });
    await fails(() => wrong`SELECT 1`);
    await wrong.end();
  }
});

topic('types', async (sql) => {
  await sql`CREATE TABLE typed (id int, i2 int2, i8 int8, f4 float4, f8 float8, n numeric(12,3), b bool, t text, v varchar(10), c char(3), y bytea, d date, tm time,
    ts timestamp, tz timestamptz, iv interval, u uuid, j json, jb jsonb)`;
  const at = new Date(Date.UTC(2024, 1, 29, 13, 14, 15, 123));
  const row = [
    1, -7, '1152921504606846976', 1.5, 0.1, '123.456', true, "héllo 'q' \\", 'short', 'ab', Buffer.from([0, 1, 255]), at, '13:14:15.5', at, at, '1 day 02:03:04.5',
    'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', { a: 1 }, { b: [1, null] },
  ];
  const [id, i2, i8, f4, f8, n, b, t, v, c, y, d, tm, ts, tz, iv, u, j, jb] = row;
  showAll(await sql`INSERT INTO typed VALUES (${id}, ${i2}, ${i8}, ${f4}, ${f8}, ${n}, ${b}, ${t}, ${v}, ${c}, ${y}, ${d}, ${tm}, ${ts}, ${tz}, ${iv}, ${u}, ${j}, ${jb})`);
  showAll(await sql`INSERT INTO typed ${sql({ id: 2, i2: null, t: null, ts: null, jb: null })}`);
  showAll(await sql`SELECT * FROM typed ORDER BY id`);
  showAll(await sql`SELECT ${sql(['id', 't'])} FROM ${sql('typed')} WHERE ts <= ${at} AND y = ${y} AND t IN ${sql(['x', t])}`);
});

topic('arrays', async (sql) => {
  await sql`CREATE TABLE lists (i int[], t text[])`;
  await sql`INSERT INTO lists VALUES (${[1, 2]}, ${['x', 'y "z"']})`;
  await sql`INSERT INTO lists VALUES (${sql.array([3], 1007)}, ${sql.array(['a'])})`;
  showAll(await sql`SELECT * FROM lists WHERE i && ${[1, 3]} ORDER BY i`);
  showAll(await sql`SELECT x FROM generate_series(1, 10) x WHERE x = ANY(${[2, 3, 5]}) ORDER BY x`);
});

topic('many rows', async (sql) => {
  await sql`CREATE TABLE wares (id int, name text)`;
  showAll(await sql`INSERT INTO wares ${sql(Array.from({ length: 500 }, (_, i) => ({ id: i, name: `ware ${i}` })), 'id', 'name')}`);
  const results = await Promise.all(Array.from({ length: 50 }, (_, i) => sql`SELECT name FROM wares WHERE id = ${i}`)); // pipelined
  show(results.flatMap((r) => r.map((row) => row.name)));
  for (const limit of [1, 3]) showAll(await sql`SELECT id FROM wares WHERE id > ${400} ORDER BY id LIMIT ${limit} OFFSET ${2}`);
  showAll(await sql`SELECT count(*), sum(id) FROM wares`.values());
  showAll(await sql`SELECT name FROM wares WHERE id = 7`.raw());
});

topic('transactions', async (sql) => {
  await sql`CREATE TABLE moves (x int)`;
  show(await sql.begin(async (tx) => {
    await tx`INSERT INTO moves VALUES (${1})`;
    await tx.savepoint(async (sp) => {
      await sp`INSERT INTO moves VALUES (${2})`;
      throw new Error('back to the savepoint');
    }).catch((e) => show(e.message));
    return (await tx`SELECT * FROM moves`).length;
  }));
  await fails(() => sql.begin('isolation level repeatable read read only', (tx) => tx`INSERT INTO moves VALUES (${3})`));
  await fails(() => sql.begin((tx) => [tx`INSERT INTO moves VALUES (${4})`, tx`SELECT 1 / 0`]));
  showAll(await sql`SELECT * FROM moves ORDER BY x`);
});

topic('errors', async (sql) => {
  for (const q of ['SELEKT 1', 'SELECT nothing', 'SELECT * FROM absent', "SELECT 'x'::int", 'SELECT 1 / 0', 'SELECT nofunction(1)']) await fails(() => sql.unsafe(q));
  await fails(() => sql`SELECT ${'x'}::int`);
  await fails(() => sql`SELECT nothing, ${1}::int`);
  showAll(await sql`SELECT 'still here' AS here`);
});

topic('several statements', async (sql) => {
  for (const r of await sql.unsafe('SELECT 1 AS a; CREATE TABLE parts (x int); INSERT INTO parts VALUES (1), (2); SELECT * FROM parts ORDER BY x')) showAll(r);
  for (const r of await sql`SELECT 1 AS a; SELECT 2 AS b`.simple()) showAll(r);
  showAll(await sql.unsafe('SELECT $1::int + 1 AS n', [4]));
});

topic('cursor', async (sql) => {
  for await (const rows of sql`SELECT x FROM generate_series(1, 10) x ORDER BY x`.cursor(4)) show(rows.map((r) => r.x));
  let sum = 0;
  await sql`SELECT x FROM generate_series(1, 5000) x`.cursor(700, (rows) => {
    for (const r of rows) sum += r.x;
  });
  show(sum);
  await sql`SELECT x FROM generate_series(1, 100000) x`.cursor(10, () => sql.CLOSE);
  await sql`SELECT x FROM generate_series(1, 5) x`.forEach((r) => show(r));
});

topic('describe', async (sql) => {
  const d = await sql`SELECT id, name FROM wares WHERE id = ${1} AND name = ${'x'}`.describe();
  show(d.types, d.columns.map((c) => [c.name, c.type]));
});

topic('copy', async (sql) => {
  await sql`CREATE TABLE copied (id int, name text)`;
  const into = await sql`COPY copied FROM STDIN`.writable();
  await pipeline(Readable.from(Array.from({ length: 3000 }, (_, i) => `${i}\t${i % 5 ? `line ${i}` : '\\N'}\n`)), into);
  showAll(await sql`SELECT count(*), count(name), sum(id) FROM copied`);
  const chunks = [];
  for await (const chunk of await sql`COPY (SELECT * FROM copied WHERE id < 6 ORDER BY id) TO STDOUT (FORMAT csv, HEADER)`.readable()) chunks.push(chunk);
  show(Buffer.concat(chunks).toString());
});

topic('notices', async (sql) => {
  await sql`DROP TABLE IF EXISTS never_was`;
  await sql`COMMIT`;
  show(notices);
});

topic('cancel', async (sql) => {
  await sql.unsafe('SET statement_timeout = 300');
  await fails(() => sql.unsafe(LONG));
  await sql.unsafe('RESET statement_timeout');
  const [{ pid }] = await sql`SELECT pg_backend_pid() AS pid`;
  const query = sql.unsafe(LONG);
  const outcome = fails(() => query);
  const other = postgres({ max: 1 });
  for (let running = false; !running;) { // it asks once, and a cancel that comes before the query is lost
    [{ running }] = await other`SELECT count(*) > 0 AS running FROM pg_stat_activity WHERE pid = ${pid} AND state = 'active' AND query LIKE 'SELECT count%'`;
  }
  query.cancel();
  await outcome;
  await other.end();
});

topic('large result', async (sql) => {
  const rows = await sql`SELECT x, x::float8 / 8 AS f, 'text ' || x AS t FROM generate_series(1, ${100000}::int) x`;
  show(rows.length, rows.reduce((sum, r) => sum + r.x + r.f + r.t.length, 0));
});

run((options) => {
  notices.length = 0;
  return postgres({ max: 1, ...options, onnotice: (n) => notices.push([n.severity, n.code, n.message]) });
}, (sql) => sql.end({ timeout: 5 }));
