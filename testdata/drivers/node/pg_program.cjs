// node-postgres with pg-cursor, pg-query-stream and pg-copy-streams: what their users do, printed.
'use strict';

const fs = require('node:fs');
const { pipeline } = require('node:stream/promises');
const { Readable } = require('node:stream');
const pg = require('pg');
const Cursor = require('pg-cursor');
const QueryStream = require('pg-query-stream');
const copy = require('pg-copy-streams');
const { topic, show, fails, run, LONG } = require('./topics.cjs');

const TYPED = `CREATE TABLE typed (id int, i2 int2, i8 int8, f4 float4, f8 float8, n numeric(12,3), b bool, t text, v varchar(10), c char(3), y bytea, d date, tm time,
  ts timestamp, tz timestamptz, iv interval, u uuid, j json, jb jsonb, ia int[], ta text[], da date[])`;
const VALUES = [
  1, -7, '1152921504606846976', 1.5, 0.1, '123.456', true, "héllo 'q' \\", 'short', 'ab', Buffer.from([0, 1, 255]), '2024-02-29', '13:14:15.5', new Date(Date.UTC(2024, 1, 29, 13, 14, 15, 123)),
  new Date(Date.UTC(2024, 1, 29, 13, 14, 15, 123)), '1 day 02:03:04.5', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', { a: 1 }, JSON.stringify({ b: [1, null] }), [1, null, 3], ['x', 'y "z" \\', null, ''], ['2024-01-01'],
];
const MARKS = VALUES.map((_, i) => `$${i + 1}`).join(', ');

function showAll(result) {
  show(result.command, result.rowCount, (result.fields || []).map((f) => [f.name, f.dataTypeID, f.dataTypeSize, f.dataTypeModifier, f.format]));
  for (const row of result.rows) show(row);
}

topic('connect', async (client) => {
  showAll(await client.query('SELECT current_user AS who, 1 + 1 AS two'));
  showAll(await client.query('SHOW application_name'));
  showAll(await client.query('SHOW statement_timeout'));
}, { application_name: 'program', statement_timeout: 90000 });

topic('password and TLS', async () => {
  for (const ssl of [false, { ca: fs.readFileSync(process.env.CA_FILE, 'utf8') }]) {
    const visitor = new pg.Client({ user: 'visitor', password: process.env.VISITOR_PASSWORD, ssl, enableChannelBinding: true });
    await visitor.connect();
    showAll(await visitor.query('SELECT current_user AS who, (SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()) AS ssl'));
    await visitor.end();
    const wrong = new pg.Client({ user: 'visitor', password: 'wrong', ssl });
    await fails(() => wrong.connect());
  }
});

topic('returning', async (client) => {
  await client.query('CREATE TABLE keyed (id serial PRIMARY KEY, name text)');
  showAll(await client.query('INSERT INTO keyed (name) VALUES ($1), ($2) RETURNING id, name', ['a', 'b']));
  showAll(await client.query({ name: 'keyed', text: 'INSERT INTO keyed (name) VALUES ($1) RETURNING *', values: ['c'] }));
  showAll(await client.query("SELECT currval('keyed_id_seq'), lastval(), set_config('my.name', 'x', false) || 'y' AS set"));
});

topic('types', async (client) => {
  await client.query(TYPED);
  showAll(await client.query(`INSERT INTO typed VALUES (${MARKS})`, VALUES));
  showAll(await client.query(`INSERT INTO typed VALUES (${MARKS})`, VALUES.map((v, i) => (i === 0 ? 2 : null))));
  showAll(await client.query('SELECT * FROM typed ORDER BY id'));
  showAll(await client.query({ text: 'SELECT * FROM typed WHERE id = $1 AND ts <= $2 AND y = $3', values: [1, VALUES[13], VALUES[10]], rowMode: 'array' }));
  showAll(await client.query({ text: 'SELECT i2, i8, f4, f8, b, t FROM typed WHERE id = $1', values: [1], binary: true }));
});

topic('parameters', async (client) => {
  showAll(await client.query('SELECT $1::int + 1 AS n, $2 AS s, $3::jsonb AS j, $4::timestamptz AS t', [4, 'text', { a: [1] }, new Date(0)]));
  showAll(await client.query('SELECT x FROM generate_series(1, 10) x WHERE x = ANY($1) ORDER BY x LIMIT $2 OFFSET $3', [[2, 3, 5, 7], 2, 1]));
  showAll(await client.query('SELECT $1 || $2 AS joined, coalesce($3, 7) AS c', ['a', 'b', null]));
  await fails(() => client.query('SELECT $1::int', ['x']));
  await fails(() => client.query('SELECT $1::int, $2::int', [1]));
});

topic('named statements', async (client) => {
  await client.query('CREATE TABLE wares (id int, name text)');
  for (let i = 0; i < 10; i++) {
    await client.query({ name: 'insert', text: 'INSERT INTO wares VALUES ($1, $2)', values: [i, `ware ${i}`] });
  }
  for (const id of [1, 5, 70]) showAll(await client.query({ name: 'pick', text: 'SELECT * FROM wares WHERE id = $1', values: [id] }));
  await fails(() => client.query({ name: 'pick', text: 'SELECT 1', values: [] }));
  showAll(await client.query('DEALLOCATE ALL'));
  await fails(() => client.query({ name: 'pick', text: 'SELECT * FROM wares WHERE id = $1', values: [1] }));
});

topic('transactions', async (client) => {
  await client.query('CREATE TABLE moves (x int)');
  await client.query('BEGIN');
  await client.query('INSERT INTO moves VALUES ($1)', [1]);
  await client.query('SAVEPOINT a');
  await fails(() => client.query('SELECT 1 / 0'));
  await fails(() => client.query('SELECT 1'));
  await client.query('ROLLBACK TO a');
  await client.query('COMMIT');
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  await fails(() => client.query('INSERT INTO moves VALUES (2)'));
  showAll(await client.query('COMMIT')); // of a failed transaction
  showAll(await client.query('SELECT * FROM moves'));
});

topic('several statements', async (client) => {
  for (const r of await client.query('SELECT 1 AS a; CREATE TABLE parts (x int); INSERT INTO parts VALUES (1), (2); SELECT * FROM parts ORDER BY x')) showAll(r);
  showAll(await client.query(''));
  await fails(() => client.query('INSERT INTO parts VALUES (3); SELECT 1 / 0'));
  showAll(await client.query('SELECT count(*) FROM parts'));
});

topic('queued queries', async (client) => {
  const results = await Promise.allSettled([
    client.query('SELECT 1 AS n'), client.query('SELECT $1::int AS n', [2]), client.query('SELECT * FROM absent'), client.query({ name: 'n', text: 'SELECT $1::int AS n', values: [4] }),
  ]);
  for (const r of results) show(r.status, r.status === 'fulfilled' ? r.value.rows : r.reason.message);
});

topic('errors', async (client) => {
  for (const q of ['SELEKT 1', 'SELECT nothing', 'SELECT * FROM absent', "SELECT 'x'::int", 'SELECT 1 / 0', 'SELECT nofunction(1)']) await fails(() => client.query(q));
  await fails(() => client.query('SELECT nothing, $1::int', [1]));
  showAll(await client.query("SELECT 'still here' AS here"));
});

topic('cursor', async (client) => {
  const cursor = client.query(new Cursor('SELECT x, x::text AS t FROM generate_series(1, $1::int) x ORDER BY x', [10]));
  show(await cursor.read(3));
  show(await cursor.read(4));
  show(await cursor.read(100));
  show(await cursor.read(100));
  await cursor.close();
  const early = client.query(new Cursor('SELECT x FROM generate_series(1, 100000) x', []));
  show((await early.read(2)).length);
  await early.close();
  await fails(async () => {
    const bad = client.query(new Cursor('SELECT 10 / (5 - x) AS q FROM generate_series(1, 8) x', []));
    for (let i = 0; i < 8; i++) await bad.read(1);
  });
  await client.query('BEGIN');
  const inside = client.query(new Cursor('SELECT x FROM generate_series(1, 4) x', []));
  show(await inside.read(2));
  show(await inside.read(2));
  await inside.close();
  await client.query('COMMIT');
  showAll(await client.query('SELECT 1 AS one'));
});

topic('query stream', async (client) => {
  let rows = 0;
  let sum = 0;
  for await (const row of client.query(new QueryStream('SELECT x FROM generate_series(1, 5000) x', [], { batchSize: 300, highWaterMark: 300 }))) {
    rows++;
    sum += row.x;
  }
  show(rows, sum);
});

topic('copy from', async (client) => {
  await client.query('CREATE TABLE copied (id int, name text)');
  const lines = Array.from({ length: 5000 }, (_, i) => `${i}\t${i % 5 ? `line ${i}` : '\\N'}\n`);
  const into = client.query(copy.from('COPY copied FROM STDIN'));
  await pipeline(Readable.from(lines), into);
  show(into.rowCount);
  const csv = client.query(copy.from('COPY copied FROM STDIN (FORMAT csv, HEADER)'));
  await pipeline(Readable.from(['id,name\n', '7000,"a ""quoted"" one"\n', '7001,\n']), csv);
  show(csv.rowCount);
  await fails(() => pipeline(Readable.from(['x\ty\n']), client.query(copy.from('COPY copied FROM STDIN'))));
  await fails(() => pipeline(Readable.from(['1\n']), client.query(copy.from('COPY absent FROM STDIN'))));
  await fails(() => pipeline(Readable.from((async function* broken() {
    yield '1\tx\n';
    throw new Error('the source broke');
  })()), client.query(copy.from('COPY copied FROM STDIN'))));
  showAll(await client.query('SELECT count(*), count(name), sum(id), max(name) FROM copied'));
});

topic('copy to', async (client) => {
  for (const options of ['', '(FORMAT csv, HEADER)', '(FORMAT binary)']) {
    const chunks = [];
    const out = client.query(copy.to(`COPY (SELECT * FROM copied WHERE id < 3 OR id >= 7000 ORDER BY id) TO STDOUT ${options}`));
    for await (const chunk of out) chunks.push(chunk);
    show(Buffer.concat(chunks), out.rowCount);
  }
  let bytes = 0;
  const all = client.query(copy.to("COPY (SELECT x, 'text ' || x FROM generate_series(1, 50000) x) TO STDOUT"));
  for await (const chunk of all) bytes += chunk.length;
  show(bytes, all.rowCount);
  await fails(async () => {
    for await (const chunk of client.query(copy.to('COPY (SELECT 10 / (x - 3) FROM generate_series(1, 5) x) TO STDOUT'))) chunk.toString();
  });
  showAll(await client.query('SELECT 1 AS one'));
});

topic('notices', async (client) => {
  const notices = [];
  client.on('notice', (n) => notices.push([n.severity, n.code, n.message]));
  await client.query('DROP TABLE IF EXISTS never_was');
  await client.query('COMMIT');
  await client.query('BEGIN; BEGIN; COMMIT');
  show(notices);
});

topic('pool', async () => {
  const pool = new pg.Pool({ max: 3, connectionTimeoutMillis: 10000 });
  const sums = await Promise.all(Array.from({ length: 30 }, (_, i) => pool.query('SELECT $1::int * 2 AS twice', [i])));
  show(sums.reduce((sum, r) => sum + r.rows[0].twice, 0), pool.totalCount);
  await pool.end();
});

topic('timeouts and cancel', async (client) => {
  await client.query('SET statement_timeout = 300');
  await fails(() => client.query(LONG));
  await client.query('RESET statement_timeout');
  const timer = setInterval(() => { // the first may come before the query
    const other = new pg.Client();
    other.cancel(client, client._activeQuery || client.activeQuery);
  }, 300);
  await fails(() => client.query(LONG));
  clearInterval(timer);
}, {});

topic('large result', async (client) => {
  const r = await client.query("SELECT x, x::float8 / 8 AS f, 'text ' || x AS t FROM generate_series(1, 100000) x");
  show(r.rowCount, r.rows.reduce((sum, row) => sum + row.x + row.f + row.t.length, 0));
});

run(async (options) => {
  const client = new pg.Client(options);
  client.on('error', () => {}); // of the connection; the query in flight reports it
  await client.connect();
  return client;
}, (client) => client.end());
