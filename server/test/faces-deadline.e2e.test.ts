import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { configFile, listenersOf } from './support/config-file.ts';
import { createDatabase, dropDatabase } from './support/database.ts';
import type { Json } from './support/management.ts';
import { startNode, type StartedNode } from './support/node.ts';
import { needs } from './support/services.ts';
import { giveGrant, journalOf, make, newHolder, publish, settingsOf } from './support/sharing.ts';

const DEADLINE_S = 1;
/** Beyond the deadline and what a busy machine takes, and far from the 20 s that the source would. */
const PATIENCE_MS = 8_000;

describe('a source that is too slow', needs('postgres'), () => {
  let settings: Awaited<ReturnType<typeof configFile>>;
  let node: StartedNode;
  let url: string;
  let client: pg.Client;
  let appkey: string;

  before(async () => {
    url = await createDatabase();
    client = new pg.Client(url);
    await client.connect();
    await client.query('CREATE TABLE quick (id integer PRIMARY KEY); INSERT INTO quick VALUES (1)');
    await client.query(`CREATE VIEW slow AS SELECT 1 AS id, 'slept' || pg_sleep(20)::text AS late`);
    settings = await configFile({ listeners: listenersOf({ name: 'data' }), delivery: { deadlineSeconds: DEADLINE_S } });
    node = await startNode({ engine: 'pglite', env: { LINGQU_CONFIG: settings.path } });
    await make(node, 'POST', '/sources', { body: { name: 'ocean', type: 'postgres', settings: { ...settingsOf(url), statementTimeoutSeconds: 30 } } });
    const holder = await newHolder(node, '慢查询应用');
    appkey = holder.appkey;
    for (const [table, fields] of [['quick', ['id']], ['slow', ['id', 'late']]] as const) {
      await make(node, 'POST', '/resources', { body: { name: table, source: 'ocean', schema: 'public', table, key: ['id'] } });
      await publish(node, `${table}table`, { resource: table, fields: fields.map((name) => ({ name, type: name === 'id' ? 'int' : 'varchar' })) });
      await giveGrant(node, holder.name, `${table}table`);
    }
  });
  after(async () => {
    await node.stop();
    await client.end();
    await dropDatabase(url);
    await settings[Symbol.asyncDispose]();
  });

  async function timed(path: string): Promise<{ response: Response; body: Json; ms: number }> {
    const begun = performance.now();
    const response = await fetch(`${node.dataUrl}${path}?appkey=${appkey}`);
    return { response, body: await response.json(), ms: performance.now() - begun };
  }

  it('[GOV-time] is answered with its code at the deadline, on each face; the call is journalled as failed, and the source is told to end its query', async () => {
    for (const [path, status] of [['/gov/v1/slowtable', 504], ['/szsea/api/sharing/slowtable', 200]] as const) {
      const { response, body, ms } = await timed(path);
      assert.ok(ms >= DEADLINE_S * 1000 - 50 && ms < PATIENCE_MS, `${ms} ms`);
      assert.equal(response.status, status);
      assert.equal(response.headers.get('x-status') ?? String(status), '504');
      assert.match(body.msg, /超过 1 秒/);
      const [record] = await journalOf(node, response.headers.get('x-request-id') ?? '');
      assert.deepEqual([record.result, record.reason, record.status], ['failed', 'call.deadline', 504]);
    }
    const running = async (): Promise<number> =>
      (await client.query<{ n: number }>("SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND query LIKE '%slow%' AND pid <> pg_backend_pid()")).rows[0]?.n ?? 0;
    const ended = performance.now() + PATIENCE_MS;
    while ((await running()) > 0 && performance.now() < ended) await pause(50);
    assert.equal(await running(), 0, 'the query goes on in the source');
  });

  it('[GOV-time] the share of calls answered within 5 s is told', async () => {
    assert.equal((await timed('/gov/v1/quicktable')).response.status, 200);
    const { items } = await make(node, 'GET', '/usage?product=quicktable');
    assert.deepEqual(items.map(({ result, calls, withinTarget }: Json) => ({ result, calls, withinTarget })), [{ result: 'allowed', calls: 1, withinTarget: 1 }]);
  });

  it('[GOV-time] a deadline beyond 15 s is no setting', async () => {
    await using wrong = await configFile({ listeners: listenersOf({ name: 'data' }), delivery: { deadlineSeconds: 16 } });
    await assert.rejects(startNode({ engine: 'pglite', env: { LINGQU_CONFIG: wrong.path } }), /deadlineSeconds/);
  });
});
