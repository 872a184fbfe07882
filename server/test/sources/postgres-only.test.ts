import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import type { ColumnType, Condition, Literal } from '../../src/modules/policy/index.ts';
import { countOf, type ReadColumn, type SourceConnection, type SourceSettings, type TableDescription } from '../../src/modules/resources/index.ts';
import { postgresSource } from '../../src/sources/postgres/index.ts';
import { PostgresReader } from '../../src/sources/postgres/reader.ts';
import { jsonPageStatement } from '../../src/sources/postgres/select.ts';
import { asAdmin, createDatabase, dropDatabase } from '../support/database.ts';
import { needs } from '../support/services.ts';
import { waitUntil } from '../support/waiting.ts';
import { settingsOf } from './backends.ts';
import { described, failsWith, never, page, planOf, stream, textColumn } from './contract.ts';
import { closedPort, proxyTo } from './servers.ts';

describe('postgres source', needs('postgres'), () => {
  const role = `lingqu_test_columns_${process.pid}`;
  let url: string;
  let settings: SourceSettings;
  let client: pg.Client;
  let connection: SourceConnection;
  const opened: SourceConnection[] = [];
  const open = (changes: SourceSettings = {}): SourceConnection => {
    const another = postgresSource.open({ ...settings, connections: 2, ...changes });
    opened.push(another);
    return another;
  };
  before(async () => {
    url = await createDatabase();
    settings = settingsOf(url);
    client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(schema);
    await client.query(`CREATE ROLE ${role} LOGIN; GRANT SELECT (id, shown) ON some_columns TO ${role}`);
    connection = open();
  });
  after(async () => {
    for (const each of opened) await each.close();
    await client.end();
    await dropDatabase(url);
    await asAdmin(`DROP ROLE ${role}`);
  });
  const table = (name: string, on = connection): Promise<TableDescription> => described(on, { schema: 'public', name });
  const ids = async (on: SourceConnection, name: string, where: Condition): Promise<unknown[]> => (await page(on, planOf(await table(name, on), [textColumn('id', 'integer')], { where }))).flat();
  const is = (column: string, type: ColumnType, text: string, op: 'eq' | 'ge' | 'lt' = 'eq'): Condition => ({ op, column, value: { type, text } });

  // ---- what it describes ----

  test('domains are their base, enumerations text, arrays other, and a collation that equates texts is named', async () => {
    const { columns } = await table('kinds');
    assert.deepEqual(
      columns.map(({ name, type, native }) => [name, type, native]),
      [
        ['id', 'integer', 'integer'],
        ['code', 'text', 'character varying(8)'],
        ['mood', 'text', 'mood'],
        ['list', 'other', 'integer[]'],
        ['padded', 'text', 'character(6)'],
        ['loose', 'text', 'text collate loose'],
        ['single', 'float', 'real'],
        ['exact', 'decimal', 'numeric(10,2)'],
        ['moment', 'timestamptz', 'timestamp(3) with time zone'],
      ],
    );
  });

  test('keys: primary, else unique without NULL or condition, else none; views and parted tables are tables', async () => {
    assert.deepEqual((await table('two_keys')).key, ['b', 'a']);
    assert.deepEqual((await table('unique_key')).key, ['code']);
    assert.deepEqual((await table('no_key')).key, []);
    assert.deepEqual((await table('a_view')).columns.map((column) => column.name), ['id']);
    assert.deepEqual((await table('parted')).key, ['id']);
  });

  test('only the columns that the log-in may read', async () => {
    const limited = open({ user: role });
    const { columns, key } = await table('some_columns', limited);
    assert.deepEqual([columns.map((column) => column.name), key], [['id', 'shown'], ['id']]);
    const plan = planOf(await table('some_columns', limited), [textColumn('shown')], { offset: 1, limit: 1, whole: false });
    assert.deepEqual(await page(limited, plan), [['b']]);
    assert.equal((await limited.describeTables()).some((each) => each.name === 'kinds'), false);
    await assert.rejects(page(limited, planOf(await table('kinds'), [textColumn('code')])), failsWith('source-unavailable'));
  });

  // ---- types of its own ----

  test('conditions on varchar, enumeration, padded and loosely collated text are by code point', async () => {
    assert.deepEqual(await ids(connection, 'kinds', is('code', 'text', 'A')), ['1']);
    assert.deepEqual(await ids(connection, 'kinds', is('mood', 'text', 'calm')), ['1']);
    assert.deepEqual(await ids(connection, 'kinds', is('mood', 'text', 'no such')), []);
    assert.deepEqual(await ids(connection, 'kinds', is('padded', 'text', 'ab')), ['1']);
    assert.deepEqual(await ids(connection, 'kinds', is('loose', 'text', 'ABC')), ['2']);
    assert.deepEqual(await ids(connection, 'kinds', { op: 'in', column: 'loose', values: [{ type: 'text', text: 'abc' }] }), ['1']);
    assert.deepEqual(await ids(connection, 'kinds', is('code', 'text', 'a', 'ge')), ['2']);
  });

  test('a real is compared as a real, also beyond its range', async () => {
    const one = (text: string): Literal => ({ type: 'float', text });
    assert.deepEqual(await ids(connection, 'kinds', is('single', 'float', '0.1')), ['1']);
    assert.deepEqual(await ids(connection, 'kinds', { op: 'in', column: 'single', values: [one('0.1'), one(`1${'0'.repeat(60)}`)] }), ['1']);
    assert.deepEqual(await ids(connection, 'kinds', is('single', 'float', `1${'0'.repeat(60)}`, 'lt')), ['1', '2']);
    assert.deepEqual(await ids(connection, 'kinds', is('single', 'float', `0.${'0'.repeat(60)}1`, 'ge')), ['1', '2']);
  });

  test('NaN of a decimal is a string in JSON', async () => {
    await client.query("CREATE TABLE nans (id int PRIMARY KEY, v numeric); INSERT INTO nans VALUES (1, 'NaN')");
    assert.deepEqual(await page(connection, planOf(await table('nans'), [{ ...textColumn('v', 'decimal'), form: 'number' }]), 'json'), [['NaN']]);
  });

  // ---- zones ----

  test('zoneless times are meant in the zone of the setting', async () => {
    await client.query("CREATE TABLE zones (id int PRIMARY KEY, at timestamp); INSERT INTO zones VALUES (1, '2026-01-01 00:00:00'), (2, '2026-07-01 00:00:00')");
    const utc = open({ timeZone: 'UTC' });
    const newYork = open({ timeZone: 'America/New_York' });
    const forms = (['datetime-space', 'datetime-iso', 'text'] as const).map((form): ReadColumn => ({ name: form, column: 'at', columnType: 'timestamp', mask: null, form }));
    const month: ReadColumn = { name: 'm', column: 'at', columnType: 'timestamp', mask: { kind: 'date', unit: 'day' }, form: 'datetime-space' };
    const plan = planOf(await table('zones'), [...forms, month]);
    for (const shape of ['json', 'cells'] as const) {
      assert.deepEqual(await page(utc, plan, shape), [
        ['2026-01-01 08:00:00', '2026-01-01T08:00:00+08:00', '2026-01-01 08:00:00', '2026-01-01 00:00:00'],
        ['2026-07-01 08:00:00', '2026-07-01T08:00:00+08:00', '2026-07-01 08:00:00', '2026-07-01 00:00:00'],
      ]);
      assert.deepEqual(await page(newYork, plan, shape), [
        ['2026-01-01 13:00:00', '2026-01-01T13:00:00+08:00', '2026-01-01 13:00:00', '2026-01-01 00:00:00'],
        ['2026-07-01 12:00:00', '2026-07-01T12:00:00+08:00', '2026-07-01 12:00:00', '2026-07-01 00:00:00'],
      ]);
    }
    assert.deepEqual(await ids(utc, 'zones', is('at', 'timestamp', '2026-01-01T00:00:00Z')), ['1']);
    assert.deepEqual(await ids(newYork, 'zones', { op: 'in', column: 'at', values: [{ type: 'timestamp', text: '2026-07-01T04:00:00Z' }] }), ['2']);
  });

  // ---- bounds and failures ----

  test('a statement that takes too long is a timeout, in pages and streams', async () => {
    await client.query("CREATE VIEW slow AS SELECT g AS id, pg_sleep(30)::text AS v FROM generate_series(1, 10) g");
    const hasty = open({ statementTimeoutSeconds: 1 });
    const plan = { ...planOf(await table('slow'), [textColumn('id', 'integer'), textColumn('v')]), order: [{ column: 'id', direction: 'asc' }] } as const;
    await assert.rejects(page(hasty, plan), failsWith('timeout'));
    await assert.rejects(stream(hasty, plan), failsWith('timeout'));
  });

  test('an abort ends what the server is working at, in pages, counts and streams, and the connection is given back', { timeout: 20_000 }, async () => {
    await client.query(`CREATE FUNCTION nap(n int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM pg_sleep(CASE WHEN n > 150 THEN 30 ELSE 0 END); RETURN n; END $$;
      CREATE VIEW naps AS SELECT g AS id, nap(g) AS v FROM generate_series(1, 1000) g`);
    const single = open({ connections: 1, statementTimeoutSeconds: 600 });
    const plan = { ...planOf(await table('naps'), [textColumn('v', 'integer')]), order: [{ column: 'id', direction: 'asc' }] } as const;
    const counted = { ...plan, where: is('v', 'integer', '0', 'ge') };
    const streamed = async (asked: typeof plan, signal: AbortSignal): Promise<void> => {
      for await (const batch of (await single.openStream(asked, 'cells', signal)).batches) assert.ok(batch);
    };
    const readings: readonly ((signal: AbortSignal) => Promise<unknown>)[] = [
      (signal) => single.readPage(plan, 'json', 1e6, signal),
      (signal) => single.readPage(plan, 'cells', 1e6, signal),
      (signal) => single.count(counted, signal),
      (signal) => streamed(plan, signal),
      (signal) => streamed(counted, signal),
    ];
    const sleeping = async (): Promise<boolean> => (await client.query("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()")).rowCount !== 0;
    for (const read of readings) {
      const stop = new AbortController();
      const failed = assert.rejects(read(stop.signal), failsWith('interrupted'));
      await waitUntil(sleeping, 'the server to be at work');
      stop.abort();
      await failed;
      await waitUntil(async () => !(await sleeping()), 'the end of the statement'); // else for half a minute
    }
    assert.equal((await stream(single, planOf(await table('kinds'), [textColumn('id', 'integer')]))).length, 2);
    assert.equal((await page(single, planOf(await table('kinds'), [textColumn('id', 'integer')]))).length, 2);
  });

  test('a server that is not there, or goes away, is unavailable', async () => {
    const plan = planOf(await table('many'), [textColumn('id', 'integer')], { limit: 100_000 });
    const nowhere = open({ host: '127.0.0.1', port: await closedPort() });
    await assert.rejects(page(nowhere, plan), failsWith('source-unavailable'));
    await assert.rejects(stream(nowhere, plan), failsWith('source-unavailable'));
    await assert.rejects(nowhere.describeTables(), failsWith('source-unavailable'));
    await using proxy = await proxyTo(String(settings['host']), Number(settings['port']));
    const between = open({ host: '127.0.0.1', port: proxy.port });
    const streaming = await between.openStream(plan, 'json', never);
    const batches = streaming.batches[Symbol.asyncIterator]();
    await batches.next();
    await proxy.cut();
    await assert.rejects(async () => {
      for (;;) if ((await batches.next()).done === true) break;
    }, failsWith('source-unavailable'));
    await assert.rejects(page(between, plan), failsWith('source-unavailable'));
  });

  test('a pool whose connections are all taken is busy', async () => {
    const pool = new pg.Pool({ connectionString: url, max: 1, connectionTimeoutMillis: 1_000 });
    const reader = new PostgresReader({ pages: pool, streams: pool, patienceMs: 10_000 }, 'Asia/Shanghai');
    const plan = planOf(await table('many'), [textColumn('id', 'integer')], { limit: 100_000 });
    const held = await reader.openStream(plan, 'json', never);
    await assert.rejects(reader.readPage(plan, 'json', 1e6, never), failsWith('busy'));
    held.cancel();
    assert.ok(await reader.readPage({ ...plan, limit: 1 }, 'json', 1e6, never));
    await pool.end();
  });

  test('a slow reader may take his time, a server that falls silent may not', async () => {
    await using proxy = await proxyTo(String(settings['host']), Number(settings['port']));
    const address = new URL(url);
    [address.hostname, address.port] = ['127.0.0.1', String(proxy.port)];
    const pool = new pg.Pool({ connectionString: address.href, max: 1 });
    pool.on('connect', (each) => each.on('error', () => {}));
    const patienceMs = 1_000;
    const reader = new PostgresReader({ pages: pool, streams: pool, patienceMs }, 'Asia/Shanghai');
    const plan = planOf(await table('many'), [textColumn('id', 'integer')], { limit: 100_000 });
    let rows = 0;
    for await (const batch of (await reader.openStream(plan, 'cells', never)).batches) {
      if (rows === 0) await client.query('SELECT pg_sleep($1)', [(patienceMs * 1.2) / 1000]);
      rows += countOf(batch);
    }
    assert.equal(rows, 50_000);
    const batches = (await reader.openStream(plan, 'cells', never)).batches[Symbol.asyncIterator]();
    await batches.next();
    proxy.freeze();
    await assert.rejects(async () => {
      for (;;) if ((await batches.next()).done === true) break;
    }, failsWith('source-unavailable'));
    await pool.end();
  });

  test('nothing can be written, not even by what a view calls', async () => {
    await client.query(`CREATE TABLE written (id int);
      CREATE FUNCTION write_it() RETURNS text LANGUAGE plpgsql AS $$ BEGIN INSERT INTO written VALUES (1); RETURN 'x'; END $$;
      CREATE VIEW writes AS SELECT 1 AS id, write_it() AS v`);
    const plan = { ...planOf(await table('writes'), [textColumn('v')]), order: [{ column: 'id', direction: 'asc' }] } as const;
    await assert.rejects(page(connection, plan), failsWith('internal'));
    await assert.rejects(stream(connection, plan), failsWith('internal'));
    assert.equal((await client.query('SELECT * FROM written')).rowCount, 0);
  });

  test('a statement that comes again is prepared once, whatever its values', async () => {
    const single = open({ connections: 1 });
    const plan = planOf(await table('many', single), [textColumn('id', 'integer')], { limit: 3, whole: false });
    for (const text of ['1', '2', '3', '4', '5', '6', '7']) await page(single, { ...plan, where: is('n', 'integer', text), limit: Number(text) });
    const statements = { ...plan, table: { schema: 'pg_catalog', name: 'pg_prepared_statements' }, columns: [textColumn('name')], order: [{ column: 'name', direction: 'asc' }], limit: 100 } as const;
    assert.equal((await page(single, statements)).length, 1);
  });

  test('indexes serve equality, lists, ranges and order, under a bound LIMIT', async () => {
    const many = await table('many');
    const moment: Literal = { type: 'timestamp', text: '2026-01-03T00:00:00Z' };
    const conditions: readonly Condition[] = [
      is('code', 'text', 'c77'),
      { op: 'in', column: 'code', values: [{ type: 'text', text: 'c1' }, { type: 'text', text: 'c2' }] },
      is('n', 'integer', '7'),
      is('at', 'timestamp', '2026-01-03T00:00:00Z'),
      { op: 'in', column: 'at', values: [moment] },
      { op: 'all', of: [{ op: 'ge', column: 'at', value: moment }, is('at', 'timestamp', '2026-01-03T01:00:00Z', 'lt')] },
      { op: 'all', of: [] },
    ];
    for (const where of conditions) {
      for (const order of [[], [{ column: 'at', direction: 'desc' } as const]]) {
        const { text, values } = jsonPageStatement(planOf(many, [textColumn('code')], { where, order, limit: 100, whole: false }), 'Asia/Shanghai', 1e6);
        const explained = await client.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, [...values]);
        const lines = explained.rows.map((row) => row['QUERY PLAN']).join('\n');
        assert.doesNotMatch(lines, /Seq Scan/, JSON.stringify(where));
      }
    }
  });
});

const schema = `
  CREATE DOMAIN short_code AS varchar(8);
  CREATE TYPE mood AS ENUM ('calm', 'rough');
  CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
  CREATE TABLE kinds (id int PRIMARY KEY, code short_code, dropped text, mood mood, list int[], padded char(6), loose text COLLATE loose, single real, exact numeric(10, 2), moment timestamptz(3));
  ALTER TABLE kinds DROP COLUMN dropped;
  INSERT INTO kinds VALUES (1, 'A', 'calm', '{1}', 'ab', 'abc', 0.1, 1, now()), (2, 'a', 'rough', '{}', 'x', 'ABC', 1e30, 2, now());
  CREATE TABLE two_keys (a int NOT NULL UNIQUE, b int, PRIMARY KEY (b, a));
  CREATE TABLE unique_key (code text NOT NULL UNIQUE, other text UNIQUE);
  CREATE TABLE no_key (id int NOT NULL, other text UNIQUE);
  CREATE UNIQUE INDEX ON no_key (id) WHERE other IS NULL;
  CREATE UNIQUE INDEX ON no_key ((id + 1));
  CREATE VIEW a_view AS SELECT id FROM kinds;
  CREATE TABLE parted (id int PRIMARY KEY, v text) PARTITION BY RANGE (id);
  CREATE TABLE some_columns (id int PRIMARY KEY, shown text, hidden text);
  INSERT INTO some_columns VALUES (1, 'a', 'x'), (2, 'b', 'y');
  CREATE TABLE many (id int PRIMARY KEY, code text NOT NULL, n int NOT NULL, at timestamp NOT NULL);
  INSERT INTO many SELECT g, 'c' || g % 5000, g % 997, timestamp '2026-01-01' + g * interval '1 minute' FROM generate_series(1, 50000) g;
  CREATE INDEX ON many (code); CREATE INDEX ON many (n); CREATE INDEX ON many (at);
  ANALYZE many;`;
