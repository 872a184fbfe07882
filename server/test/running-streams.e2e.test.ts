import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { newId } from '../src/kernel/ids.ts';
import { Admin, type JournalLine } from './load/admin.ts';
import { heldConnections } from './load/connections.ts';
import { grantTo, publishFromPostgres, tableSql, type LoadCaller, type LoadProduct } from './load/product.ts';
import { openReader, type Reader, type ReaderOrder } from './load/reader.ts';
import { runSql } from './load/sql.ts';
import { createDatabase, dropDatabase } from './support/database.ts';
import { startNode, type StartedNode } from './support/node.ts';
import { needs } from './support/services.ts';

const ROWS = 150_000;
const IDLE_SECONDS = 5;

describe('a stream under way', { ...needs('postgres'), timeout: 240_000 }, () => {
  let folder: string;
  let source: string;
  let node: StartedNode;
  let admin: Admin;
  let product: LoadProduct;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'lingqu-streams-'));
    const config = path.join(folder, 'lingqu.yaml');
    await writeFile(config, `delivery: { idleSeconds: ${IDLE_SECONDS} }\n`);
    source = await createDatabase();
    await runSql(source, ...tableSql(ROWS));
    node = await startNode({ engine: 'postgres', env: { LINGQU_CONFIG: config } });
    admin = new Admin(node);
    product = await publishFromPostgres(admin, source, { statementTimeoutSeconds: 1 });
  });

  after(async () => {
    await node.stop();
    await dropDatabase(source);
    await rm(folder, { recursive: true });
  });

  async function stream(caller: LoadCaller, order: Partial<ReaderOrder> = {}): Promise<{ reader: Reader; requestId: string }> {
    const requestId = newId();
    const reader = await openReader({ url: `${node.dataUrl}/gov/v1/readings`, ...order, headers: { appkey: caller.appkey, 'x-request-id': requestId, accept: 'text/csv' } });
    assert.equal(reader.status, 200);
    return { reader, requestId };
  }

  const page = async (caller: LoadCaller): Promise<number> => (await fetch(`${node.dataUrl}/gov/v1/readings?pageNum=1&pageSize=1`, { headers: { appkey: caller.appkey } })).status;

  /** The outcome of a call, as soon as it is in the journal. */
  async function outcomeOf(requestId: string): Promise<JournalLine> {
    for (;;) {
      const { items } = await admin.call<{ items: JournalLine[] }>('GET', `/journal?requestId=${requestId}`);
      const outcome = items.find(({ phase }) => phase === 'outcome');
      if (outcome !== undefined) return outcome;
      await pause(20);
    }
  }

  it('outlives the statement timeout of its source, however slow its reader', async () => {
    const caller = await grantTo(admin, product.id);
    const { reader, requestId } = await stream(caller, { rate: 4_000_000 });
    const end = await reader.ended;
    assert.ok(end.whole, end.error);
    const { result, rows } = await outcomeOf(requestId);
    assert.deepEqual([result, rows], ['allowed', ROWS]);
  });

  it('is cut when its source ends the connection; the node lives, and the journal says why', async () => {
    const caller = await grantTo(admin, product.id);
    const { reader, requestId } = await stream(caller, { rate: 1_000_000 });
    await reader.took(1_000_000);
    await runSql(source, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'");
    const end = await reader.ended;
    assert.equal(end.whole, false);
    const { result, reason } = await outcomeOf(requestId);
    assert.deepEqual([result, reason], ['cut', 'source.unavailable']);
    assert.equal(await page(caller), 200);
  });

  it('gives back its permit and its connection when its caller goes away', async () => {
    const caller = await grantTo(admin, product.id, { policy: { concurrency: 1 } });
    const { reader, requestId } = await stream(caller, { rate: 1_000_000 });
    await reader.took(500_000);
    assert.equal(await page(caller), 429);
    reader.leave();
    const { result, reason, rows } = await outcomeOf(requestId);
    assert.deepEqual([result, reason], ['cut', 'client.gone']);
    assert.ok(rows > 0 && rows < ROWS, `${rows} rows were sent`);
    assert.equal(await page(caller), 200);
    assert.equal(await heldConnections(source, 10_000), 0);
  });

  it('ends for a reader of HTTP/1.0 in a reset when it is cut: its length has no other sign', async () => {
    const caller = await grantTo(admin, product.id);
    const { hostname, port } = new URL(node.dataUrl);
    const socket = connect(Number(port), hostname);
    const ended = new Promise<string>((resolve) => socket.once('error', ({ message }) => resolve(message)).once('end', () => resolve('a proper end')));
    socket.write(`GET /gov/v1/readings HTTP/1.0\r\nappkey: ${caller.appkey}\r\naccept: text/csv\r\n\r\n`);
    socket.once('data', () => socket.pause());
    await pause(200);
    await admin.post(`/grants/${caller.grantId}/revoke`);
    socket.resume();
    assert.match(await ended, /ECONNRESET/);
  });

  it('is cut when its reader stands still for too long, even one who took much before', async () => {
    const caller = await grantTo(admin, product.id);
    const { reader, requestId } = await stream(caller);
    await reader.took(2_000_000);
    reader.stand();
    const begun = performance.now();
    const { result, reason } = await outcomeOf(requestId);
    assert.deepEqual([result, reason], ['cut', 'client.slow']);
    assert.ok(performance.now() - begun > IDLE_SECONDS * 900, 'not before its time');
    reader.leave();
  });
});
