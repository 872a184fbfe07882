import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import Type from 'typebox';
import { newId } from '../../kernel/ids.ts';
import { NodeKey } from '../../storage/node-key.ts';
import { freshPglite, type TestDatabase } from '../../../test/support/database.ts';
import { countOf, SourceConnections, type ReadPlan, type RowBatch, type SourceConnection, type SourceType } from './index.ts';

const never = new AbortController().signal;
const plan: ReadPlan = { table: { schema: '', name: 't' }, columns: [], where: { op: 'all', of: [] }, inputs: {}, natives: {}, types: {}, order: [], offset: 0, limit: 10, whole: true, maskKey: Buffer.alloc(0) };

/** A source that answers with the name of its settings, and breaks what still runs when it is closed. */
class Named implements SourceConnection {
  static readonly closed: string[] = [];
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  #row(): RowBatch {
    assert.ok(!Named.closed.includes(this.#name), `${this.#name} is closed`);
    return { kind: 'cells', rows: [[this.#name]] };
  }

  readPage = async (): Promise<RowBatch> => this.#row();
  count = async (): Promise<number> => countOf(this.#row());
  openStream: SourceConnection['openStream'] = async () => ({ rows: 2, batches: this.#rows(), cancel: () => {} });
  probe = async () => ({ about: {}, warnings: [] });
  describeTables = async () => [];
  close = async (): Promise<void> => {
    Named.closed.push(this.#name);
    if (this.#name === 'stuck') await Promise.withResolvers().promise;
  };

  async *#rows(): AsyncGenerator<RowBatch> {
    yield this.#row();
    yield this.#row();
  }
}

const type: SourceType = { type: 'named', schema: Type.Object({}), secrets: [], open: ({ name }) => new Named(String(name)) };

describe('connections of a source that is changed', () => {
  let bench: TestDatabase;
  let connections: SourceConnections;
  let id: string;

  before(async () => {
    bench = await freshPglite();
  });
  after(() => bench[Symbol.asyncDispose]());

  const named = async (name: string): Promise<void> => {
    await bench.database.query('UPDATE sources SET settings = $2, version = version + 1 WHERE id = $1', [id, { name }]);
    await connections.refresh(bench.database);
  };
  const begin = async (first: string): Promise<SourceConnection> => {
    Named.closed.length = 0;
    id = newId();
    connections = new SourceConnections([type], new NodeKey(Buffer.alloc(32)), 50);
    await bench.database.query("INSERT INTO sources (id, name, type, settings) VALUES ($1, $2, 'named', $3)", [id, id, { name: first }]);
    return connections.get(bench.database, id);
  };
  const cells = (batch: RowBatch | undefined): unknown => (batch?.kind === 'cells' ? batch.rows : undefined);

  test('what has begun ends by the old settings, what begins goes by the new ones, also for who held it before', async () => {
    const held = await begin('old');
    const stream = await held.openStream(plan, 'cells', never);
    const batches = stream.batches[Symbol.asyncIterator]();
    await batches.next();
    await named('new');
    await named('newest');
    assert.deepEqual(Named.closed, ['new'], 'what nobody uses is closed at once');
    assert.deepEqual(cells(await held.readPage(plan, 'cells', 1e6, never)), [['newest']]);
    const { value } = await batches.next();
    assert.deepEqual(cells(value), [['old']]);
    assert.equal((await batches.next()).done, true);
    assert.deepEqual(Named.closed, ['new', 'old']);
    await connections.close();
    assert.deepEqual(Named.closed, ['new', 'old', 'newest']);
  });

  test('a stream that was never begun gives its connection free by cancel, more than once', async () => {
    const held = await begin('old');
    const [one, other] = await Promise.all([held.openStream(plan, 'cells', never), held.openStream(plan, 'cells', never)]);
    await named('new');
    one.cancel();
    one.cancel();
    assert.deepEqual(Named.closed, []);
    other.cancel();
    assert.deepEqual(Named.closed, ['old']);
    await connections.close();
  });

  test('the node does not wait for streams, nor for ever for a source', { timeout: 4_000 }, async () => {
    const held = await begin('old');
    await held.openStream(plan, 'cells', never);
    await named('stuck');
    await connections.close();
    assert.deepEqual(Named.closed.toSorted(), ['old', 'stuck']);
  });
});
