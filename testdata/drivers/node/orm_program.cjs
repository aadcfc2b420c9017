// Sequelize, TypeORM, Knex and pg-promise: how they look at a database and what their users do, printed.
'use strict';

require('reflect-metadata');
const knexFor = require('knex');
const pgPromise = require('pg-promise');
const { Sequelize, DataTypes, Op } = require('sequelize');
const { DataSource, EntitySchema } = require('typeorm');
const { topic, show, run } = require('./topics.cjs');

const OBJECTS = `
CREATE SCHEMA store;
CREATE TABLE store.makers (id int PRIMARY KEY, name varchar(40) NOT NULL CONSTRAINT one_name UNIQUE, founded date);
CREATE TABLE store.wares (maker int REFERENCES store.makers (id), code varchar(10), price numeric(10,2) DEFAULT 0, made timestamptz DEFAULT now(), tags text[], PRIMARY KEY (maker, code));
CREATE TABLE sold (id serial PRIMARY KEY, maker int, code varchar(10), amount int NOT NULL DEFAULT 1 CHECK (amount > 0), note text DEFAULT 'none',
  CONSTRAINT sold_ware FOREIGN KEY (maker, code) REFERENCES store.wares (maker, code), UNIQUE (code, amount));
CREATE TABLE typed (i2 int2, i4 int4, i8 int8, f4 float4, f8 float8, n numeric(12,3), b bool, t text, v varchar(7), c char(3), y bytea, d date, tm time, ts timestamp, tz timestamptz, iv interval,
  u uuid, j json, jb jsonb, ia int[], ta varchar(5)[], g int GENERATED ALWAYS AS IDENTITY, big bigserial);
CREATE TABLE "Mixed Case" ("a b" int, "Select" text);
CREATE VIEW store.named AS SELECT id, name FROM store.makers;
COMMENT ON TABLE sold IS 'what is sold';
COMMENT ON COLUMN sold.note IS 'as printed'`;

const env = process.env;
const address = { host: env.PGHOST, port: Number(env.PGPORT), database: env.PGDATABASE };

// sorted makes rows of which the order does not matter the same, and hides the database's name and OIDs.
function sorted(rows) {
  return rows.map((r) => JSON.stringify(r).replaceAll(`"${env.PGDATABASE}"`, '"<database>"').replace(/2200_\d+_/g, '2200_<oid>_')).sort();
}

function showRows(title, rows) {
  show('--', title);
  for (const row of sorted(rows)) show(row);
}

const sequelize = () => new Sequelize({ dialect: 'postgres', username: env.PGUSER, password: '', logging: false, ...address });
const typeorm = (more = {}) => new DataSource({ type: 'postgres', username: env.PGUSER, ...address, ...more });
const knex = () => knexFor({ client: 'pg', connection: { user: env.PGUSER, ...address } });

async function using(client, close, body) {
  try {
    await body(client);
  } finally {
    await close(client);
  }
}

const withSequelize = (body) => async () => using(sequelize(), (s) => s.close(), body);
const withKnex = (body) => async () => using(knex(), (k) => k.destroy(), body);

topic('objects', withKnex(async (k) => {
  await k.raw(OBJECTS);
  show('made');
}));

topic('sequelize: introspection', withSequelize(async (s) => {
  await s.authenticate();
  const q = s.getQueryInterface();
  show(await s.databaseVersion().then((v) => v.split('.')[0]));
  showRows('schemas', (await q.showAllSchemas()).filter((n) => n !== 'miniodb'));
  showRows('tables', (await q.showAllTables()).filter((t) => t.schema !== 'miniodb'));
  for (const table of ['sold', 'typed', 'Mixed Case', { tableName: 'wares', schema: 'store' }, { tableName: 'named', schema: 'store' }]) {
    const columns = await q.describeTable(table);
    for (const name of Object.keys(columns)) show(table, name, columns[name]);
    const indexes = await q.showIndex(table);
    showRows('indexes', indexes.map((i) => ({ ...i, indkey: String(i.indkey) })));
    showRows('foreign keys', await q.getForeignKeyReferencesForTable(table));
  }
  showRows('constraints', await q.showConstraint('sold'));
  show(await q.getForeignKeysForTables(['sold', 'typed']));
  show(await q.tableExists('sold'), await q.tableExists('absent'));
  try {
    await q.describeTable('absent');
  } catch (e) {
    show(e.message);
  }
}));

topic('sequelize: models', withSequelize(async (s) => {
  const Reading = s.define('Reading', {
    id: { type: DataTypes.INTEGER, primaryKey: true }, sensor: DataTypes.STRING(20), value: DataTypes.DOUBLE, taken: DataTypes.DATE, extra: DataTypes.JSONB, tags: DataTypes.ARRAY(DataTypes.TEXT),
  }, { tableName: 'readings', timestamps: false });
  await s.sync();
  await s.sync(); // finds it there
  const at = (i) => new Date(Date.UTC(2024, 1, 29, i % 24));
  await Reading.bulkCreate(Array.from({ length: 200 }, (_, i) => ({ id: i, sensor: `s${i % 3}`, value: i / 4, taken: at(i), extra: { i }, tags: ['a', `t${i}`] })));
  await Reading.create({ id: 1000, sensor: 'one', value: 1 });
  show(await Reading.count(), await Reading.max('value'), await Reading.sum('value', { where: { sensor: 's1' } }));
  show((await Reading.findByPk(42)).toJSON());
  const { count, rows } = await Reading.findAndCountAll({ where: { value: { [Op.gt]: 10, [Op.lte]: 20 }, sensor: { [Op.in]: ['s1', 's2'] } }, order: [['id', 'DESC']], limit: 3, offset: 2 });
  show(count, rows.map((r) => r.id));
  show(await Reading.findAll({ attributes: ['sensor', [s.fn('AVG', s.col('value')), 'mean']], group: 'sensor', order: ['sensor'], raw: true }));
  show((await Reading.findAll({ where: { tags: { [Op.contains]: ['t7'] } } })).map((r) => r.id), (await Reading.findAll({ where: { 'extra.i': 9 } })).map((r) => r.id));
  await s.transaction(async (transaction) => {
    await Reading.bulkCreate([{ id: 2000 }], { transaction });
    show(await Reading.count({ transaction }));
  });
  await s.transaction(async (transaction) => {
    await Reading.bulkCreate([{ id: 3000 }], { transaction });
    throw new Error('rolled back');
  }).catch((e) => show(e.message));
  show(await Reading.count(), await s.query('SELECT sensor, count(*)::int AS n FROM readings WHERE id < $1 GROUP BY sensor ORDER BY sensor', { bind: [10], type: 'SELECT' }));
  await s.getQueryInterface().addColumn('readings', 'note', { type: DataTypes.STRING });
  await s.getQueryInterface().renameColumn('readings', 'note', 'remark');
  show(Object.keys(await s.getQueryInterface().describeTable('readings')));
  await Reading.drop();
}));

topic('sequelize: keys by the server', withSequelize(async (s) => {
  const Order = s.define('Order', { customer: DataTypes.STRING, state: { type: DataTypes.STRING, defaultValue: 'new' } }, { tableName: 'orders' });
  const Part = s.define('Part', { name: DataTypes.STRING }, { tableName: 'parts', timestamps: false });
  Order.hasMany(Part);
  Part.belongsTo(Order);
  await s.sync();
  const one = await Order.create({ customer: 'Ada', Parts: [{ name: 'wheel' }, { name: null }] }, { include: Part });
  // Sequelize writes the parts at the same time, on several connections.
  show(one.id, one.state, one.createdAt instanceof Date, one.Parts.map((p) => p.id).sort(), one.Parts.map((p) => p.OrderId));
  const many = await Order.bulkCreate(Array.from({ length: 30 }, (_, i) => ({ customer: `c${i}` })));
  show(many.length, many[29].id, await Order.count());
  const found = await Order.findOne({ where: { customer: 'Ada' }, include: Part, order: [[Part, 'id', 'ASC']] });
  show(found.id, found.Parts.map((p) => p.id), found.Parts.map((p) => String(p.name)).sort());
  await s.drop();
}));

function plainTable(t) {
  return {
    name: t.name, schema: t.schema, comment: t.comment,
    columns: t.columns.map((c) => ({
      name: c.name, type: c.type, length: c.length, precision: c.precision, scale: c.scale, isArray: c.isArray, isNullable: c.isNullable, isPrimary: c.isPrimary, isUnique: c.isUnique,
      isGenerated: c.isGenerated, strategy: c.generationStrategy, default: c.default, comment: c.comment,
    })).sort((a, b) => (a.name < b.name ? -1 : 1)),
    uniques: t.uniques.map((u) => [u.name, u.columnNames.slice().sort()]), checks: t.checks.map((c) => [c.name, c.expression]), indices: t.indices.map((i) => [i.name, i.columnNames]),
    keys: t.foreignKeys.map((f) => [f.name, f.columnNames, f.referencedSchema, f.referencedTableName, f.referencedColumnNames, f.onDelete, f.onUpdate]),
  };
}

topic('typeorm: introspection', async () => using(await typeorm().initialize(), (d) => d.destroy(), async (d) => {
  const r = d.createQueryRunner();
  showRows('tables', (await r.getTables(['sold', 'typed', 'Mixed Case', 'store.makers', 'store.wares'])).map(plainTable));
  showRows('views', (await r.getViews(['store.named'])).map((v) => [v.name, v.schema]));
  show(await r.hasTable('sold'), await r.hasTable('absent'), await r.hasColumn('sold', 'note'), await r.hasSchema('store'), await r.hasSchema('absent'), await r.getCurrentSchema());
  showRows('schemas', (await r.getTables()).filter((t) => t.schema === 'store' || t.schema === 'public').map((t) => t.name));
  await r.release();
}));

const Reading = new EntitySchema({
  name: 'Reading', tableName: 'readings',
  columns: {
    id: { type: 'int', primary: true }, sensor: { type: 'varchar', length: 20 }, value: { type: 'double precision', nullable: true }, note: { type: 'text', nullable: true }, taken: { type: 'timestamptz', nullable: true },
    extra: { type: 'jsonb', nullable: true }, tags: { type: 'text', array: true, nullable: true },
  },
});

topic('typeorm: entities', async () => {
  await using(await typeorm({ entities: [Reading], synchronize: true }).initialize(), (d) => d.destroy(), async (d) => {
    const readings = d.getRepository('Reading');
    show((await d.driver.createSchemaBuilder().log()).upQueries.map((q) => q.query));
    await readings.insert(Array.from({ length: 200 }, (_, i) => ({ id: i, sensor: `s${i % 3}`, value: i / 4, taken: new Date(Date.UTC(2024, 1, 29, i % 24)), extra: { i }, tags: ['a', `t${i}`] })));
    show(await readings.count(), await readings.maximum('value'), await readings.findOneBy({ id: 42 }));
    show(await readings.find({ where: { sensor: 's1' }, order: { id: 'DESC' }, take: 2, skip: 1, select: { id: true, sensor: true } }));
    show(await readings.createQueryBuilder('r').select('r.sensor', 'sensor').addSelect('avg(r.value)', 'mean').where('r.value > :low', { low: 5 }).groupBy('r.sensor').orderBy('r.sensor').getRawMany());
    await d.transaction(async (m) => {
      await m.insert('Reading', { id: 2000, sensor: 'x' });
      show(await m.count('Reading'));
      throw new Error('rolled back');
    }).catch((e) => show(e.message));
    show(await readings.count(), await d.query('SELECT max(id) AS last FROM readings WHERE sensor = $1', ['s2']));
  });
  const wider = new EntitySchema({ ...Reading.options, columns: { ...Reading.options.columns, grade: { type: 'int', nullable: true } } });
  await using(await typeorm({ entities: [wider], synchronize: true }).initialize(), (d) => d.destroy(), async (d) => {
    show((await d.getRepository('Reading').findOneBy({ id: 1 })).grade, (await d.driver.createSchemaBuilder().log()).upQueries.length);
    await d.query('DROP TABLE readings');
  });
});

const Ware = new EntitySchema({
  name: 'Ware', tableName: 'wares',
  columns: { id: { type: 'int', primary: true, generated: 'increment' }, code: { type: 'varchar' }, price: { type: 'numeric', precision: 10, scale: 2, default: 1 }, made: { type: 'timestamptz', createDate: true } },
});

topic('typeorm: keys by the server', async () => using(await typeorm({ entities: [Ware], synchronize: true }).initialize(), (d) => d.destroy(), async (d) => {
  const wares = d.getRepository('Ware');
  const one = await wares.save({ code: 'a' });
  show(one.id, one.price, one.made instanceof Date);
  const many = await wares.save(Array.from({ length: 20 }, (_, i) => ({ code: `w${i}`, price: i })));
  show(many.map((w) => w.id), await wares.sum('price'));
  show((await wares.createQueryBuilder().insert().values({ code: 'last' }).returning(['id', 'code']).execute()).raw.map((r) => [r.id, r.code]));
  await d.query('DROP TABLE wares');
}));

topic('knex: introspection', withKnex(async (k) => {
  show(await k.schema.hasTable('sold'), await k.schema.hasTable('absent'), await k.schema.withSchema('store').hasTable('wares'), await k.schema.hasColumn('sold', 'note'), await k.schema.hasColumn('sold', 'absent'));
  for (const table of ['sold', 'typed', 'Mixed Case']) show(table, JSON.stringify(await k(table).columnInfo()));
  show(await k('wares').withSchema('store').columnInfo('price'));
}));

topic('knex: schema and queries', withKnex(async (k) => {
  await k.schema.createTable('parts', (t) => {
    t.integer('id').primary();
    t.string('name', 30).notNullable().comment('as printed');
    t.decimal('price', 10, 2).defaultTo(0);
    t.timestamp('made');
    t.specificType('tags', 'text[]');
    t.index(['name']);
    t.comment('of Knex');
  });
  await k.batchInsert('parts', Array.from({ length: 120 }, (_, i) => ({ id: i, name: `part ${i % 7}`, price: i / 4, made: new Date(Date.UTC(2024, 1, 29, i % 24)), tags: ['a', `t${i}`] })), 50);
  show(await k('parts').where('price', '>', 20).whereIn('name', ['part 1', 'part 2']).orderBy('id').limit(2));
  show(await k('parts').select('name').sum('price as total').groupBy('name').having(k.raw('count(*) > 17')).orderBy('name'));
  show(await k.with('dear', k('parts').where('price', '>', 25)).select(k.raw('count(*)::int AS n')).from('dear').first());
  await k.transaction(async (trx) => {
    await trx('parts').insert({ id: 1000, name: 'x' });
    throw new Error('rolled back');
  }).catch((e) => show(e.message));
  await k.schema.alterTable('parts', (t) => {
    t.integer('grade');
    t.renameColumn('name', 'title');
  });
  show(Object.keys(await k('parts').columnInfo()).sort(), await k('parts').count('* as n').first());
  let n = 0;
  for await (const row of k('parts').select('id').stream()) n += row.id;
  show(n);
  show(await k('parts').insert([{ id: 2000, title: 'back' }, { id: 2001, title: 'again' }]).returning(['id', 'title']));
  await k.schema.renameTable('parts', 'pieces');
  show(await k.schema.hasTable('parts'), await k.schema.hasTable('pieces'));
  await k.schema.dropTable('pieces');
}));

topic('pg-promise', async () => {
  const pgp = pgPromise();
  await using(pgp({ user: env.PGUSER, ...address }), () => pgp.end(), async (db) => {
    await db.none('CREATE TABLE things (id int, name text, at timestamptz)');
    const columns = new pgp.helpers.ColumnSet(['id', 'name', { name: 'at', cast: 'timestamptz' }], { table: 'things' });
    await db.none(pgp.helpers.insert(Array.from({ length: 50 }, (_, i) => ({ id: i, name: `it's ${i}`, at: new Date(i * 1000) })), columns));
    show(await db.one('SELECT count(*)::int AS n, max(at) AS last FROM $1:name WHERE id < $2', ['things', 40]), await db.any('SELECT * FROM things WHERE name IN ($1:csv) ORDER BY id', [["it's 1", "it's 7"]]));
    show(await db.oneOrNone('SELECT 1 FROM things WHERE id = ${id}', { id: -1 }), await db.map('SELECT id FROM things WHERE id < 3 ORDER BY id', [], (r) => r.id));
    await db.tx(async (t) => {
      await t.none('INSERT INTO things VALUES (1000)');
      show(await t.tx('nested', async (inner) => { await inner.none('INSERT INTO things VALUES (1001)'); throw new Error('inner'); }).catch((e) => e.message));
    });
    show(await db.multi('SELECT count(*)::int AS n FROM things; SELECT max(id) AS last FROM things'));
    await db.any('SELECT absent FROM things').catch((e) => show(e.code, e.message));
  });
});

run(async () => ({}), async () => {});
