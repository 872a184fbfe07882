import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { onBothEngines, type TestDatabase } from '../../../test/support/database.ts';
import { DomainError } from '../../kernel/errors.ts';
import type { HostedColumn, HostedLoad, ReadPlan, SourceConnection } from '../../modules/resources/index.ts';
import { currentRevision } from '../../storage/revision.ts';
import { ensureHostedSource, openHosted, type Hosted } from './index.ts';

const columns: readonly HostedColumn[] = [
  { name: '站名', type: 'text', comment: '站名' },
  { name: 'h', type: 'decimal', comment: '潮高' },
];
const never = new AbortController().signal;

type Cells = readonly (string | null)[];
const many = (count: number, h: string): Cells[] => Array.from({ length: count }, (_, n) => [`站${n % 7}`, h]);

async function* pieces(rows: readonly Cells[], size = 700): AsyncGenerator<readonly Cells[]> {
  for (let at = 0; at < rows.length; at += size) yield rows.slice(at, at + size);
}

const loadOf = (name: string, rows: readonly Cells[], changes: Partial<HostedLoad> = {}): HostedLoad => ({
  name,
  title: '潮位',
  attribution: 'CC-BY-4.0',
  columns,
  indexes: [],
  rows: pieces(rows),
  progress: () => {},
  ...changes,
});

const planOf = (name: string): ReadPlan => ({
  table: { schema: '', name },
  columns: [{ name: 'h', column: 'h', columnType: 'decimal', mask: null, form: 'text' }],
  natives: {}, types: {}, inputs: {},
  where: { op: 'all', of: [] },
  order: [{ column: '_row', direction: 'asc' }],
  offset: 0,
  limit: 100_000,
  whole: true,
  maskKey: Buffer.alloc(32),
});

const fails = (code: string, message: RegExp) => (error: unknown): boolean => {
  assert.ok(error instanceof DomainError, String(error));
  assert.equal(error.code, code);
  assert.match(error.message, message);
  return true;
};

onBothEngines('hosted tables', (fresh) => {
  let node: TestDatabase;
  let hosted: Hosted;
  let connection: SourceConnection;
  before(async () => {
    node = await fresh();
    hosted = openHosted(node.database, node.url, 4);
    await ensureHostedSource(node.database);
    connection = hosted.type.open({});
  });
  after(async () => {
    await hosted.close();
    await node[Symbol.asyncDispose]();
  });
  const physicals = async (): Promise<string[]> =>
    (await node.database.query<{ relname: string }>("SELECT relname FROM pg_class WHERE relnamespace = 'hosted'::regnamespace AND relkind = 'r' ORDER BY relname")).map((row) => row.relname);
  const values = async (name: string): Promise<Set<unknown>> => {
    const batch = await connection.readPage(planOf(name), 'cells', 1e9, never);
    assert.ok(batch?.kind === 'cells');
    return new Set(batch.rows.flat());
  };

  test('the source is made once', async () => {
    await ensureHostedSource(node.database);
    assert.deepEqual(await node.database.query("SELECT name, type, settings FROM sources"), [{ name: 'hosted', type: 'hosted', settings: {} }]);
    assert.deepEqual((await connection.probe()).about['engine'], node.database.engine);
  });

  test('a load makes a table with rows in order, and tells how far it is', async () => {
    const told: number[] = [];
    const table = await hosted.tables.load(loadOf('tides', many(2_500, '1'), { progress: (rows) => told.push(rows), indexes: [['站名', 'h']] }));
    assert.deepEqual([table.rows, table.title, table.attribution, table.columns], [2_500, '潮位', 'CC-BY-4.0', columns]);
    assert.deepEqual(told, [1_000, 2_000, 2_500]);
    assert.deepEqual(await hosted.tables.list(), [table]);
    const plan = { ...planOf('tides'), columns: [{ name: 'n', column: '_row', columnType: 'bigint', mask: null, form: 'text' }] } as const;
    const batch = await connection.readPage(plan, 'cells', 1e9, never);
    assert.ok(batch?.kind === 'cells');
    assert.deepEqual(batch.rows.map(([n]) => n), Array.from({ length: 2_500 }, (_, n) => String(n + 1)));
  });

  test('a load replaces the table whole, at once and felt by everybody', async () => {
    await hosted.tables.load(loadOf('replaced', many(10, '1')));
    assert.deepEqual(await values('replaced'), new Set(['1']));
    const [revision, [source], tables] = [await currentRevision(node.database), await node.database.query<{ version: number }>('SELECT version FROM sources'), await physicals()];
    await hosted.tables.load(loadOf('replaced', many(5, '2')));
    assert.deepEqual(await values('replaced'), new Set(['2']));
    assert.equal(await currentRevision(node.database), revision + 1);
    assert.deepEqual(await node.database.query('SELECT version FROM sources'), [{ version: (source?.version ?? 0) + 1 }]);
    assert.equal((await physicals()).length, tables.length);
  });

  test('a value that does not fit is named by row and column, and the table stays as it was', async () => {
    await hosted.tables.load(loadOf('kept', many(5, '1')));
    const tables = await physicals();
    const bad = [...many(1_234, '2'), ['x', '12,5'], ...many(10, '2')];
    await assert.rejects(hosted.tables.load(loadOf('kept', bad)), fails('hosted.cell', /第 1235 行“h”列的值“12,5”不是 decimal/));
    await assert.rejects(hosted.tables.load(loadOf('kept', [['a\0b', '1']])), fails('hosted.cell', /第 1 行“站名”列/));
    await assert.rejects(hosted.tables.load(loadOf('kept', [['a', '1'], ['b']])), fails('hosted.row-width', /第 2 行有 1 个值，应为 2 个/));
    assert.deepEqual(await values('kept'), new Set(['1']));
    assert.deepEqual(await physicals(), tables);
  });

  test('a load whose rows break off leaves nothing', async () => {
    const tables = await physicals();
    const broken = new DomainError('internal', 'test.broken', 'broken');
    async function* breaking(): AsyncGenerator<readonly Cells[]> {
      yield many(2_000, '1');
      throw broken;
    }
    await assert.rejects(hosted.tables.load(loadOf('broken', [], { rows: breaking() })), (error: unknown) => error === broken);
    assert.deepEqual(await physicals(), tables);
    assert.equal((await hosted.tables.list()).some((table) => table.name === 'broken'), false);
  });

  test('names are checked before anything is made', async () => {
    await assert.rejects(hosted.tables.load(loadOf('a b', [])), fails('hosted.name', /表名/));
    await assert.rejects(hosted.tables.load(loadOf('x', [], { columns: [] })), fails('hosted.columns', /至少要有一列/));
    await assert.rejects(hosted.tables.load(loadOf('x', [], { columns: [...columns, ...columns] })), fails('hosted.columns', /第 3 列与第 1 列同名/));
    await assert.rejects(hosted.tables.load(loadOf('x', [], { indexes: [['y']] })), fails('hosted.indexes', /y/));
  });

  test('a stream that runs while its table is replaced is the old table whole, or an error', async () => {
    await hosted.tables.load(loadOf('streamed', many(5_000, '1')));
    const stream = await connection.openStream(planOf('streamed'), 'cells', never);
    const seen: unknown[] = [];
    const read = async (): Promise<void> => {
      for await (const batch of stream.batches) {
        if (seen.length === 0) await hosted.tables.load(loadOf('streamed', many(4_000, '2')));
        if (batch.kind === 'cells') seen.push(...batch.rows.flat());
      }
    };
    if (node.database.engine === 'pglite') await assert.rejects(read(), fails('hosted.replaced', /已更新/));
    else {
      await read();
      assert.equal(seen.length, 5_000);
    }
    assert.deepEqual(new Set(seen), new Set(['1']));
    connection = hosted.type.open({}); // as the node does when the source's version was raised: the old table may still be there
    assert.deepEqual(await values('streamed'), new Set(['2']));
  });

  test('what was left behind is collected, and nothing else', async () => {
    const used = await physicals();
    await node.database.query('CREATE TABLE hosted.t_1700000000000_old (_row bigint)');
    const [{ ms } = { ms: 0 }] = await node.database.query<{ ms: number }>('SELECT (extract(epoch FROM clock_timestamp()) * 1000)::int8 AS ms');
    await node.database.query(`CREATE TABLE hosted.t_${ms}_new (_row bigint)`);
    await hosted.tables.collect(false);
    assert.deepEqual((await physicals()).filter((name) => name.endsWith('_old') || name.endsWith('_new')), [`t_${ms}_new`]);
    await hosted.tables.collect(true);
    const registered = (await node.database.query<{ physical: string }>('SELECT physical FROM hosted_tables ORDER BY physical')).map((row) => row.physical);
    assert.deepEqual(await physicals(), registered);
    assert.ok(used.length >= registered.length);
  });

  test('a table on which a resource stands is not removed', async () => {
    await hosted.tables.load(loadOf('used', many(5, '1')));
    await node.database.query(
      `INSERT INTO resources (id, source_id, name, location, fields, key_columns)
       SELECT '7d5f3a52-9a8e-4b2e-8d45-0d3c6a6a1f10', id, '潮位资源', '{"schema": "", "name": "used"}', '[]', '{_row}' FROM sources WHERE type = 'hosted'`,
    );
    await assert.rejects(hosted.tables.remove('used'), fails('hosted.in-use', /潮位资源/));
    await node.database.query('DELETE FROM resources');
    const tables = await physicals();
    await hosted.tables.remove('used');
    assert.equal((await physicals()).length, tables.length - 1);
    await assert.rejects(hosted.tables.remove('used'), fails('hosted.unknown', /used/));
    await assert.rejects(values('used'), fails('source.changed', /结构已变化/));
  });

  test('two loads of one name at one time: one of them stands, whole', async () => {
    await Promise.all([hosted.tables.load(loadOf('raced', many(3_000, '1'))), hosted.tables.load(loadOf('raced', many(3_000, '2')))]);
    assert.equal((await values('raced')).size, 1);
    assert.equal((await hosted.tables.list()).find((table) => table.name === 'raced')?.rows, 3_000);
    await hosted.tables.collect(true);
    assert.equal((await physicals()).length, (await hosted.tables.list()).length);
  });
});
