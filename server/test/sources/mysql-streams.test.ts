import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { countOf, type ReadPlan, type RowStream, type SourceConnection, type SourceSettings } from '../../src/modules/resources/index.ts';
import { mysqlSource } from '../../src/sources/mysql/index.ts';
import { ReaderPools } from '../../src/sources/mysql/pools.ts';
import { MysqlReader } from '../../src/sources/mysql/reader.ts';
import { rowsStatement } from '../../src/sources/mysql/select.ts';
import { mariadbDatabase, type MariadbDatabase } from '../support/mariadb.ts';
import { needs } from '../support/services.ts';
import { described, failsWith, never, page, planOf, stream, textColumn } from './contract.ts';
import { closedPort, proxyTo } from './servers.ts';

const ROWS = 60_000;

describe('mysql source: streams, time and failures', needs('mariadb'), () => {
  let database: MariadbDatabase;
  let connection: SourceConnection;
  let many: ReadPlan;
  const opened: Pick<SourceConnection, 'close'>[] = [];
  const open = (changes: SourceSettings = {}): SourceConnection => {
    const another = mysqlSource.open({ ...database.settings, connections: 2, ...changes });
    opened.push(another);
    return another;
  };
  before(async () => {
    database = await mariadbDatabase();
    await database.run(
      'CREATE TABLE many (id INT PRIMARY KEY, at DATETIME NOT NULL, v VARCHAR(200), KEY (at))',
      `INSERT INTO many SELECT seq, '2026-01-01' + INTERVAL seq MINUTE, REPEAT('潮', 100) FROM seq_1_to_${ROWS}`, // more than networks and buffers can hold
      'CREATE VIEW slow AS SELECT id, SLEEP(30) AS v FROM many',
      'CREATE VIEW naps AS SELECT id, SLEEP(CASE WHEN id > 1500 THEN 30 ELSE 0 END) AS v FROM many',
    );
    connection = open();
    many = planOf(await described(connection, { schema: '', name: 'many' }), [textColumn('id', 'integer'), textColumn('v')], { limit: ROWS });
  });
  after(async () => {
    for (const each of opened) await each.close();
    await database[Symbol.asyncDispose]();
  });
  const readerOf = (...arguments_: ConstructorParameters<typeof ReaderPools>): MysqlReader => {
    const pools = new ReaderPools(...arguments_);
    opened.push(pools);
    return new MysqlReader(pools, 'Asia/Shanghai');
  };
  const view = async (name: string): Promise<ReadPlan> => ({ ...planOf(await described(connection, { schema: '', name }), [textColumn('id', 'integer'), textColumn('v', 'integer')], { limit: ROWS }), order: [{ column: 'id', direction: 'asc' }] });
  const drain = async ({ batches }: RowStream): Promise<number> => {
    let rows = 0;
    for await (const batch of batches) rows += countOf(batch);
    return rows;
  };
  const sleeping = async (): Promise<number> => (await database.run(`SELECT id FROM information_schema.PROCESSLIST WHERE DB = '${database.settings.database}' AND INFO LIKE '%FROM \`naps\`%' AND STATE = 'User sleep'`)).length;

  test('a statement that takes too long is a timeout, in pages and streams', async () => {
    const hasty = open({ statementTimeoutSeconds: 1 });
    await assert.rejects(page(hasty, await view('slow')), failsWith('timeout'));
    await assert.rejects(stream(hasty, await view('slow')), failsWith('timeout'));
  });

  test('an abort kills what the server is working at, in pages and streams, and the connection is given back', { timeout: 20_000 }, async () => {
    const single = open({ connections: 1, statementTimeoutSeconds: 600 });
    const plan = await view('naps');
    const readings = [
      (signal: AbortSignal) => single.readPage(plan, 'cells', 1e9, signal),
      async (signal: AbortSignal) => drain(await single.openStream(plan, 'cells', signal)),
    ];
    for (const read of readings) {
      const stop = new AbortController();
      const failed = assert.rejects(read(stop.signal), failsWith('interrupted'));
      while ((await sleeping()) === 0);
      stop.abort();
      await failed;
      while ((await sleeping()) > 0); // else for half a minute
    }
    assert.equal((await stream(single, many)).length, ROWS);
  });

  test('slow readers hold streams, and pages are read beside them', async () => {
    const busy = open({ connections: 4 });
    const held = await Promise.all([busy.openStream(many, 'json', never), busy.openStream(many, 'cells', never)]);
    const begun = held.map((each) => each.batches[Symbol.asyncIterator]());
    for (const each of begun) assert.equal((await each.next()).done, false);
    for (let n = 0; n < 20; n += 1) assert.equal((await page(busy, { ...many, limit: 5, whole: false })).length, 5);
    for (const each of held) each.cancel();
    assert.equal((await stream(busy, many)).length, ROWS);
  });

  test('a stream is one snapshot, whatever is written meanwhile', async () => {
    const streaming = await connection.openStream(many, 'cells', never);
    await database.run('DELETE FROM many WHERE id > 59990', `INSERT INTO many VALUES (${ROWS + 1}, '2027-01-01', 'new')`);
    assert.equal(await drain(streaming), ROWS);
    await database.run(`DELETE FROM many WHERE id > ${ROWS}`, `INSERT INTO many SELECT seq, '2026-01-01' + INTERVAL seq MINUTE, REPEAT('潮', 100) FROM seq_59991_to_${ROWS}`);
  });

  test('a table without snapshots that changes meanwhile is an interruption and no short answer', async () => {
    await database.run('CREATE TABLE plain (id INT PRIMARY KEY) ENGINE = MyISAM', 'INSERT INTO plain SELECT seq FROM seq_1_to_10');
    const plan = planOf(await described(connection, { schema: '', name: 'plain' }), [textColumn('id', 'integer')]);
    for (const change of ['INSERT INTO plain VALUES (11)', 'DELETE FROM plain WHERE id < 3']) {
      const streaming = await connection.openStream(plan, 'cells', never);
      await database.run(change);
      await assert.rejects(drain(streaming), failsWith('interrupted'));
    }
  });

  test('a pool whose connections are all taken is busy', async () => {
    const reader = readerOf(database.settings, { connections: 1, statementTimeoutSeconds: 15, waitMs: 300 });
    const held = await reader.openStream(many, 'json', never);
    await assert.rejects(reader.openStream(many, 'json', never), failsWith('busy'));
    held.cancel();
    assert.equal(await drain(await reader.openStream(many, 'json', never)), ROWS);
  });

  test('a slow reader may take his time, a server that falls silent may not', async () => {
    await using proxy = await proxyTo(database.settings.host, database.settings.port);
    const patienceMs = 1_000;
    const reader = readerOf({ ...database.settings, host: '127.0.0.1', port: proxy.port }, { connections: 2, statementTimeoutSeconds: 1, patienceMs });
    let rows = 0;
    for await (const batch of (await reader.openStream(many, 'cells', never)).batches) {
      if (rows === 0) await database.run(`SELECT SLEEP(${(patienceMs * 1.5) / 1000})`);
      rows += countOf(batch);
    }
    assert.equal(rows, ROWS);
    const batches = (await reader.openStream(many, 'cells', never)).batches[Symbol.asyncIterator]();
    await batches.next();
    proxy.freeze();
    await assert.rejects(async () => {
      for (;;) if ((await batches.next()).done === true) break;
    }, failsWith('source-unavailable'));
  });

  test('a server that is not there, or goes away, is unavailable', async () => {
    const nowhere = open({ host: '127.0.0.1', port: await closedPort() });
    await assert.rejects(page(nowhere, many), failsWith('source-unavailable'));
    await assert.rejects(stream(nowhere, many), failsWith('source-unavailable'));
    await assert.rejects(nowhere.describeTables(), failsWith('source-unavailable'));
    await using proxy = await proxyTo(database.settings.host, database.settings.port);
    const between = open({ host: '127.0.0.1', port: proxy.port });
    const batches = (await between.openStream(many, 'json', never)).batches[Symbol.asyncIterator]();
    await batches.next();
    await proxy.cut();
    await assert.rejects(async () => {
      for (;;) if ((await batches.next()).done === true) break;
    }, failsWith('source-unavailable'));
    await assert.rejects(page(between, many), failsWith('source-unavailable'));
  });

  test('indexes serve ranges of times and an order without NULLs', async () => {
    const at = (text: string) => ({ type: 'timestamp', text }) as const;
    const explained = async (changes: Partial<ReadPlan>): Promise<string> => {
      const plan = planOf(await described(connection, { schema: '', name: 'many' }), [textColumn('v')], { limit: 100, whole: false, ...changes });
      const { text, values } = rowsStatement(plan, 'json', 'Asia/Shanghai');
      return JSON.stringify((await database.pool.execute(`EXPLAIN ${text}`, [...values]))[0]);
    };
    await database.run('ANALYZE TABLE many');
    const range = { op: 'all', of: [{ op: 'ge', column: 'at', value: at('2026-01-03T00:00:00Z') }, { op: 'lt', column: 'at', value: at('2026-01-03T01:00:00Z') }] } as const;
    assert.match(await explained({ where: range }), /"key":"at"/);
    assert.match(await explained({ where: { op: 'in', column: 'at', values: [at('2026-01-03T00:00:00Z'), at('2026-01-04T00:00:00Z')] } }), /"key":"at"/);
    assert.match(await explained({ where: { op: 'in', column: 'id', values: [{ type: 'integer', text: '5' }, { type: 'integer', text: '6' }] } }), /"key":"PRIMARY"/);
    for (const direction of ['asc', 'desc'] as const) assert.doesNotMatch(await explained({ order: [{ column: 'at', direction }, { column: 'id', direction }] }), /filesort/);
  });
});
