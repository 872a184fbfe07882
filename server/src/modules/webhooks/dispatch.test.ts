import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { it } from 'node:test';
import { onBothEngines } from '../../../test/support/database.ts';
import { waitUntil } from '../../../test/support/waiting.ts';
import { systemClock } from '../../kernel/clock.ts';
import { newId } from '../../kernel/ids.ts';
import type { Database } from '../../storage/database.ts';
import { NodeKey } from '../../storage/node-key.ts';
import { Dispatch, listDeliveries, retryDelivery, setWebhook, testWebhook, type Post } from './index.ts';

const key = new NodeKey(Buffer.alloc(32, 1));

async function subject(database: Database, url = 'http://receiver/hook?a=1'): Promise<{ id: string; secret: string }> {
  const id = newId();
  await database.query("INSERT INTO subjects (id, name, kind) VALUES ($1, $2, 'application')", [id, id]);
  const { secret } = await database.transaction((tx) => setWebhook(tx, key, id, url));
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

const unexpected = (error: unknown): never => assert.fail(`nothing should be lost: ${String(error)}`);

/** Sends one round, and waits for what becomes of it. */
function dispatching(database: Database, post: Post): { run: () => Promise<number> } {
  const dispatch = new Dispatch({ database, key, clock: systemClock, post, onError: unexpected });
  return {
    run: async () => {
      const begun = await dispatch.run();
      await dispatch.idle();
      return begun;
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
    assert.equal(await dispatching(database, post).run(), 1);
    const [{ headers, body } = { headers: {}, body: '' }] = got;
    const expected = createHmac('sha256', secret).update(`${headers['x-lingqu-time']}.${headers['x-lingqu-delivery']}.${body}`).digest('hex');
    assert.equal(headers['x-lingqu-signature'], `sha256=${expected}`);
    assert.equal(JSON.parse(body).id, headers['x-lingqu-delivery']);
    assert.equal(JSON.parse(body).event, 'ping');
    assert.deepEqual([(await only(database, id))?.state, (await only(database, id))?.note], ['delivered', 'HTTP 204']);
    assert.equal(await dispatching(database, post).run(), 0, 'nothing is sent twice');
  });

  it('try again after a while, with the same identifier and body', async () => {
    await using bench = await open();
    const { database } = bench;
    const { id } = await subject(database);
    await database.transaction((tx) => testWebhook(tx, id));
    const { post, got } = receiver(500, 0, 200);
    const dispatch = dispatching(database, post);
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
    const dead = dispatching(database, receiver(500).post);
    for (let attempt = 1; attempt <= 9; attempt += 1) {
      await due(database);
      assert.equal(await dead.run(), 1, `attempt ${attempt}`);
    }
    assert.equal((await only(database, id))?.state, 'given-up');
    await due(database);
    assert.equal(await dead.run(), 0);
    await database.transaction((tx) => retryDelivery(tx, id, notice));
    await dispatching(database, receiver(410).post).run();
    assert.deepEqual([(await only(database, id))?.state, (await only(database, id))?.attempts], ['given-up', 1]);
  });

  it('wait for no other receiver: one that hangs takes one place, and gets its notices in turn', async () => {
    await using bench = await open();
    const { database } = bench;
    const [hanging, other] = [await subject(database, 'http://hanging/'), await subject(database, 'http://other/')];
    for (let count = 0; count < 10; count += 1) await database.transaction((tx) => testWebhook(tx, hanging.id));
    await database.transaction((tx) => testWebhook(tx, other.id));
    const stuck = Promise.withResolvers<number>();
    const told: string[] = [];
    const post: Post = (url) => {
      told.push(url);
      return url === 'http://hanging/' ? stuck.promise : Promise.resolve(200);
    };
    const dispatch = new Dispatch({ database, key, clock: systemClock, post, onError: unexpected });
    assert.equal(await dispatch.run(), 2);
    await database.transaction((tx) => testWebhook(tx, other.id));
    await waitUntil(async () => (await listDeliveries(database, other.id, undefined, 10)).some(({ state }) => state === 'delivered'), 'the other’s notice');
    assert.equal(await dispatch.run(), 1, 'the next of the other, though the first of the hanging one has not ended');
    assert.deepEqual(told.toSorted(), ['http://hanging/', 'http://other/', 'http://other/']);
    stuck.resolve(200);
    await dispatch.idle();
    const inTurn = dispatching(database, () => Promise.resolve(200));
    for (let count = 1; count < 10; count += 1) assert.equal(await inTurn.run(), 1);
    assert.equal(await inTurn.run(), 0);
  });

  it('keep a result that could not be kept for its log, and go on', async () => {
    await using bench = await open();
    const { database } = bench;
    const { id } = await subject(database);
    await database.transaction((tx) => testWebhook(tx, id));
    const errors: unknown[] = [];
    const broken: Post = async () => {
      await database.query('ALTER TABLE webhook_deliveries RENAME COLUMN note TO noted');
      return 200;
    };
    const dispatch = new Dispatch({ database, key, clock: systemClock, post: broken, onError: (error) => errors.push(error) });
    await dispatch.run();
    await dispatch.idle();
    assert.equal(errors.length, 1);
    await database.query('ALTER TABLE webhook_deliveries RENAME COLUMN noted TO note');
    await database.query("UPDATE webhook_deliveries SET leased_until = now() - interval '1 s'");
    assert.equal(await dispatching(database, receiver(200).post).run(), 1);
  });

  it('stay with the replica that sends them, until it has been silent for too long', async () => {
    await using bench = await open();
    const { database } = bench;
    const { id } = await subject(database);
    await database.transaction((tx) => testWebhook(tx, id));
    const stuck = Promise.withResolvers<number>();
    const begun = Promise.withResolvers<void>();
    const slow = dispatching(database, () => {
      begun.resolve();
      return stuck.promise;
    }).run();
    await begun.promise;
    const other = dispatching(database, receiver(200).post);
    assert.equal(await other.run(), 0);
    await database.query("UPDATE webhook_deliveries SET leased_until = now() - interval '1 s'");
    assert.equal(await other.run(), 1);
    stuck.resolve(500);
    await slow;
    assert.deepEqual([(await only(database, id))?.state, (await only(database, id))?.note], ['delivered', 'HTTP 200'], 'a late answer changes nothing');
  });
});
