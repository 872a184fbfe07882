import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { it } from 'node:test';
import { onBothEngines } from '../../../test/support/database.ts';
import { systemClock } from '../../kernel/clock.ts';
import { newId } from '../../kernel/ids.ts';
import type { Database } from '../../storage/database.ts';
import { NodeKey } from '../../storage/node-key.ts';
import { Dispatch, listDeliveries, retryDelivery, setWebhook, testWebhook, type Post } from './index.ts';

const key = new NodeKey(Buffer.alloc(32, 1));

async function subject(database: Database): Promise<{ id: string; secret: string }> {
  const id = newId();
  await database.query("INSERT INTO subjects (id, name, kind) VALUES ($1, $2, 'application')", [id, id]);
  const { secret } = await database.transaction((tx) => setWebhook(tx, key, id, 'http://receiver/hook?a=1'));
  return { id, secret };
}

/** A receiver that answers one status after the other, the last one for good. */
function receiver(...statuses: number[]): { post: Post; got: { headers: Readonly<Record<string, string>>; body: string }[] } {
  const got: { headers: Readonly<Record<string, string>>; body: string }[] = [];
  return {
    got,
    post: (_url, headers, body) => {
      got.push({ headers, body });
      const status = statuses[Math.min(got.length, statuses.length) - 1] ?? 0;
      return status === 0 ? Promise.reject(new Error('connection refused')) : Promise.resolve(status);
    },
  };
}

const due = (database: Database): Promise<unknown> => database.query('UPDATE webhook_deliveries SET next_at = now()');
const only = async (database: Database, id: string) => (await listDeliveries(database, id, undefined, 10))[0];

onBothEngines('webhooks', (open) => {
  it('send what is due, signed over time, identifier and body', async () => {
    await using bench = await open();
    const { database } = bench;
    const { id, secret } = await subject(database);
    await database.transaction((tx) => testWebhook(tx, id));
    const { post, got } = receiver(204);
    assert.equal(await new Dispatch(database, key, systemClock, post).run(), 1);
    const [{ headers, body } = { headers: {}, body: '' }] = got;
    const expected = createHmac('sha256', secret).update(`${headers['x-lingqu-time']}.${headers['x-lingqu-delivery']}.${body}`).digest('hex');
    assert.equal(headers['x-lingqu-signature'], `sha256=${expected}`);
    assert.equal(JSON.parse(body).id, headers['x-lingqu-delivery']);
    assert.equal(JSON.parse(body).event, 'ping');
    assert.deepEqual([(await only(database, id))?.state, (await only(database, id))?.note], ['delivered', 'HTTP 204']);
    assert.equal(await new Dispatch(database, key, systemClock, post).run(), 0, 'nothing is sent twice');
  });

  it('try again after a while, with the same identifier and body', async () => {
    await using bench = await open();
    const { database } = bench;
    const { id } = await subject(database);
    await database.transaction((tx) => testWebhook(tx, id));
    const { post, got } = receiver(500, 0, 200);
    const dispatch = new Dispatch(database, key, systemClock, post);
    await dispatch.run();
    assert.equal(await dispatch.run(), 0, 'not at once');
    assert.deepEqual([(await only(database, id))?.state, (await only(database, id))?.note], ['waiting', 'HTTP 500']);
    await due(database);
    await dispatch.run();
    assert.equal((await only(database, id))?.note, 'connection refused');
    await due(database);
    await dispatch.run();
    assert.deepEqual([(await only(database, id))?.state, (await only(database, id))?.attempts], ['delivered', 3]);
    assert.equal(new Set(got.map(({ body }) => body)).size, 1);
  });

  it('are given up after the last attempt, or at 410, and can be sent again by hand', async () => {
    await using bench = await open();
    const { database } = bench;
    const { id } = await subject(database);
    const { id: notice } = await database.transaction((tx) => testWebhook(tx, id));
    const dead = new Dispatch(database, key, systemClock, receiver(500).post);
    for (let attempt = 1; attempt <= 9; attempt += 1) {
      await due(database);
      assert.equal(await dead.run(), 1, `attempt ${attempt}`);
    }
    assert.equal((await only(database, id))?.state, 'given-up');
    await due(database);
    assert.equal(await dead.run(), 0);
    await database.transaction((tx) => retryDelivery(tx, id, notice));
    await new Dispatch(database, key, systemClock, receiver(410).post).run();
    assert.deepEqual([(await only(database, id))?.state, (await only(database, id))?.attempts], ['given-up', 1]);
  });

  it('stay with the replica that sends them, until it has been silent for too long', async () => {
    await using bench = await open();
    const { database } = bench;
    const { id } = await subject(database);
    await database.transaction((tx) => testWebhook(tx, id));
    const stuck = Promise.withResolvers<number>();
    const begun = Promise.withResolvers<void>();
    const slow = new Dispatch(database, key, systemClock, () => {
      begun.resolve();
      return stuck.promise;
    }).run();
    await begun.promise;
    const other = new Dispatch(database, key, systemClock, receiver(200).post);
    assert.equal(await other.run(), 0);
    await database.query("UPDATE webhook_deliveries SET leased_until = now() - interval '1 s'");
    assert.equal(await other.run(), 1);
    stuck.resolve(500);
    await slow;
    assert.deepEqual([(await only(database, id))?.state, (await only(database, id))?.note], ['delivered', 'HTTP 200'], 'a late answer changes nothing');
  });
});
