// Topics of a program: each prints its name and then what the client returned.
'use strict';

const topics = [];

function topic(name, body, options = {}) {
  topics.push({ name, body, options });
}

function text(value) {
  if (typeof value === 'string') return value;
  return JSON.stringify(value, (key, v) => {
    if (typeof v === 'bigint') return `${v}n`;
    if (typeof v === 'number' && !Number.isFinite(v)) return String(v);
    if (v && v.type === 'Buffer' && Array.isArray(v.data)) return `bytes ${Buffer.from(v.data).toString('hex')}`;
    return v;
  });
}

function show(...values) {
  console.log(values.map((v) => (v === undefined ? 'undefined' : text(v))).join(' '));
}

// fails runs what has to fail and shows how it did.
async function fails(attempt) {
  try {
    await attempt();
    show('no error');
  } catch (e) {
    show(e.code, e.severity, e.message, e.position);
  }
}

// run gives each topic a connection of its own. A topic that fails says so and fails the program at its end.
async function run(connect, close) {
  for (const { name, body, options } of topics) {
    console.log(`== ${name}`);
    let client;
    try {
      client = await connect(options);
      await body(client);
    } catch (e) {
      process.exitCode = 1;
      show('FAILED', e.code, e.message);
      console.error(name, e);
    } finally {
      if (client) await close(client);
    }
  }
}

// An error that nobody waits for must not end the program unseen.
process.on('unhandledRejection', (e) => {
  process.exitCode = 1;
  show('FAILED', 'unhandled', e.code, e.message);
});

const LONG = 'SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b WHERE (a + b) % 7 = 3';

module.exports = { topic, show, fails, run, LONG };
