import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { configFile, listenersOf } from './support/config-file.ts';
import type { Json } from './support/management.ts';
import { startNode, type StartedNode } from './support/node.ts';
import { callObservers, granted, observerProduct, shareObservers } from './support/observers.ts';
import { giveGrant, make, newHolder, publish, refusal } from './support/sharing.ts';

let settings: Awaited<ReturnType<typeof configFile>>;
let node: StartedNode;

before(async () => {
  settings = await configFile({ listeners: listenersOf({ name: 'data' }, { name: 'internet' }) });
  node = await startNode({ engine: 'pglite', env: { LINGQU_CONFIG: settings.path } });
  await shareObservers(node);
});
after(async () => {
  await node.stop();
  await settings[Symbol.asyncDispose]();
});

const rotate = (subject: string, overlapSeconds: number): Promise<Json> => make(node, 'POST', `/subjects/${subject}/credentials/rotate`, { body: { overlapSeconds } });
const statusOf = async (appkey: string): Promise<number> => (await callObservers(node, appkey)).status;

describe('appkeys', () => {
  it('[NDI-8.1d] rotate with overlap: old and new both open, then the old one ends', async () => {
    const { id, appkey } = await granted(node, '轮换使用方', {});
    const { secret: second } = await rotate(id, 3600);
    assert.deepEqual([await statusOf(appkey), await statusOf(second)], [200, 200]);
    const { items } = await make(node, 'GET', `/subjects/${id}/credentials`);
    assert.equal(items.length, 2);
    const ends = new Date(items.find(({ hint }: Json) => hint === appkey.slice(-4)).expiresAt).getTime() - Date.now();
    assert.ok(ends > 3_500_000 && ends <= 3_600_000, `${ends} ms`);
    const { secret: third } = await rotate(id, 0);
    assert.deepEqual([await statusOf(appkey), await statusOf(second), await statusOf(third)], [401, 401, 200]);
  });

  it('an overlap beyond 30 days is refused', async () => {
    const { id } = await newHolder(node, '久拖使用方');
    assert.equal((await refusal(node, 'POST', `/subjects/${id}/credentials/rotate`, { body: { overlapSeconds: 2_592_001 } })).code, 'request.invalid');
  });

  it('[NDI-8.1c] are shown once: no list and no subject tells them again', async () => {
    const { id, appkey } = await newHolder(node, '一次使用方');
    for (const path of [`/subjects/${id}`, `/subjects/${id}/credentials`, '/subjects', '/journal']) {
      assert.ok(!JSON.stringify(await make(node, 'GET', path)).includes(appkey), path);
    }
  });

  it('are felt at once when they are revoked', async () => {
    const { id, appkey } = await granted(node, '吊销使用方', {});
    assert.equal(await statusOf(appkey), 200);
    const [{ id: credential }] = (await make(node, 'GET', `/subjects/${id}/credentials`)).items;
    await make(node, 'DELETE', `/subjects/${id}/credentials/${credential}`);
    assert.equal(await statusOf(appkey), 401);
  });
});

describe('keys that do not open', () => {
  /** All of an answer but what names this one request. */
  const plain = async (response: Response): Promise<unknown> => {
    const errorId = response.headers.get('x-error-id') ?? '';
    assert.match(errorId, /^[0-9a-f-]{36}$/);
    const own = new Set(['date', 'x-error-id', 'x-request-id']);
    return { status: response.status, headers: [...response.headers].filter(([name]) => !own.has(name)), body: (await response.text()).replaceAll(errorId, '<id>') };
  };

  for (const face of ['gov/v1', 'szsea/api/sharing']) {
    it(`[SEA-8.1a] missing, unknown, malformed, revoked, expired and disabled are answered alike, byte for byte: ${face}`, async () => {
      const tag = face.slice(0, 3);
      const revoked = await granted(node, `吊销 ${tag}`, {});
      const [{ id: credential }] = (await make(node, 'GET', `/subjects/${revoked.id}/credentials`)).items;
      await make(node, 'DELETE', `/subjects/${revoked.id}/credentials/${credential}`);
      const disabled = await granted(node, `停用 ${tag}`, {});
      await make(node, 'PATCH', `/subjects/${disabled.id}`, { etag: '"1"', body: { disabled: true } });
      const rotated = await granted(node, `过期 ${tag}`, {});
      await rotate(rotated.id, 0);
      const removed = await newHolder(node, `删除 ${tag}`);
      await make(node, 'DELETE', `/subjects/${removed.id}`);
      const keys = ['', '?appkey=', `?appkey=${'A'.repeat(32)}`, '?appkey=x', `?appkey=${revoked.appkey}`, `?appkey=${disabled.appkey}`, `?appkey=${rotated.appkey}`, `?appkey=${removed.appkey}`];
      const answers = await Promise.all(keys.map(async (query) => plain(await fetch(`${node.dataUrl}/${face}/observers1${query}`))));
      for (const [index, answer] of answers.entries()) assert.deepEqual(answer, answers[0], keys[index]);
    });
  }

  it('[SEA-7.2c] tell nothing of which products there are', async () => {
    const [real, none] = await Promise.all(['observers1', 'nothing99'].map(async (code) => plain(await fetch(`${node.dataUrl}/gov/v1/${code}?appkey=${'B'.repeat(32)}`))));
    assert.deepEqual(real, none);
  });
});

describe('lists of listeners', () => {
  it('[SEA-4.4a] [AGR-5.2a] a product of one list is not there on another listener, on any face', async () => {
    await publish(node, 'netonly1', observerProduct({ listeners: ['internet'] }));
    const holder = await newHolder(node, '双网使用方');
    await giveGrant(node, holder.name, 'netonly1');
    await giveGrant(node, holder.name, 'observers1');
    for (const [code, home, away] of [['netonly1', 'internet', 'data'], ['observers1', 'data', 'internet']] as const) {
      for (const face of ['gov/v1', 'szsea/api/sharing']) {
        const [there, elsewhere] = await Promise.all([home, away].map((listener) => fetch(`${node.urls[listener]}/${face}/${code}?appkey=${holder.appkey}`)));
        assert.equal(there?.headers.get('x-status') ?? String(there?.status), '200');
        assert.equal(elsewhere?.headers.get('x-status') ?? String(elsewhere?.status), '404');
        assert.match(await (elsewhere as Response).text(), /没有可用的服务接口/);
      }
      assert.equal((await fetch(`${node.urls[home]}/gov/v1/${code}/openapi.json`)).status, 200);
      assert.equal((await fetch(`${node.urls[away]}/gov/v1/${code}/openapi.json`)).status, 404);
    }
  });

  it('[SEA-4.4a] the addresses of a product’s faces are those of its own listener', async () => {
    const { faces, definition } = await make(node, 'GET', '/products/netonly1');
    assert.ok(faces.sea.startsWith(`${node.urls['internet']}/`));
    const astray = { code: 'nolist1', definition: { ...definition, listeners: ['management'] } };
    assert.equal((await refusal(node, 'POST', '/products', { body: astray })).code, 'product.listener.unknown');
  });

  it('[SEA-7.2c] a product that only its holders may see shows its description to them alone', async () => {
    await publish(node, 'secret1', observerProduct({ visibility: 'granted' }));
    const [holder, stranger] = [await newHolder(node, '知情使用方'), await newHolder(node, '不知情使用方')];
    await giveGrant(node, holder.name, 'secret1');
    const seen = async (headers: Record<string, string>): Promise<number> => (await fetch(`${node.dataUrl}/gov/v1/secret1/openapi.json`, { headers })).status;
    assert.deepEqual([await seen({}), await seen({ authorization: `Bearer ${stranger.appkey}` }), await seen({ authorization: `Bearer ${holder.appkey}` })], [404, 404, 200]);
  });

  it('[SEA-7.2c] whoever holds no grant for such a product is answered on every face as if there were none; explain tells the operator', async () => {
    await publish(node, 'secret2', observerProduct({ visibility: 'granted', authentication: ['appkey', 'none'] }));
    const { name, appkey } = await newHolder(node, '外人使用方');
    const faces = ['/gov/v1/CODE?appkey=KEY', '/szsea/api/sharing/CODE?appkey=KEY', '/gxjh/servicePublis/interface/data?interfaceId=CODE&applyKey=KEY'];
    const answer = async (path: string, code: string, key: string): Promise<unknown[]> => {
      const told = await fetch(`${node.dataUrl}${path.replace('CODE', code).replace('KEY', key)}`);
      const text = (await told.text()).replaceAll(told.headers.get('x-request-id') ?? '', '').replaceAll(code, 'CODE');
      return [told.status, text.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID').replace(/(?<="timestamp":)\d+/, 'NOW')];
    };
    for (const path of faces) {
      for (const key of [appkey, 'A'.repeat(32), '']) assert.deepEqual(await answer(path, 'secret2', key), await answer(path, 'nothing', key), `${path} ${key}`);
    }
    const told = await make(node, 'POST', '/explain', { body: { subject: name, product: 'secret2' } });
    assert.deepEqual([told.term, told.code, told.terms.at(-1).note], ['grant', 'product.unknown', '没有未撤销的授权 (the subject holds no grant for the product)']);
  });

  it('the management API is on no data listener, and no face on the management listener', async () => {
    assert.equal((await fetch(`${node.dataUrl}/api/v1/node`, { headers: { authorization: `Bearer ${node.operatorToken}` } })).status, 404);
    assert.equal((await fetch(`${node.dataUrl}/metrics`)).status, 404);
    assert.equal((await fetch(`${node.managementUrl}/gov/v1/observers1`)).status, 404);
  });
});
